/*
 * The engine over real boxes: what a function's caller and its log see, as AWS documents it. With
 * ENGINE_BENCH=n the last tests print what n invocations took.
 */
#include "services/lambda/engine/engine.h"
#include "base/random.h"
#include "services/lambda/engine/internal.h"
#include "tests/check.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct loop *loop;
static struct aws aws;
static struct engine *engine;
static char fixtures[PATH_MAX], runtimes_dir[PATH_MAX], run_dir[64];
static struct buf logged; /* "stream|message\n" for each event */
static int64_t sink_delay_ms;
static size_t sink_batches;

/* ---- one server's worth of surroundings ---- */

static int sink(void *arg, struct aws *a, const struct log_batch *batch)
{
	(void)arg, (void)a;
	sink_batches++;
	for (size_t i = 0; i < batch->n; i++)
		buf_printf(
			&logged, "%.*s|%.*s\n", STR_ARG(batch->group), STR_ARG(batch->v[i].text));
	if (sink_delay_ms)
		fiber_sleep((uint64_t)sink_delay_ms);
	return 0;
}

static void wait_for_logs(void)
{
	for (int i = 0; i < 200 && engine->log_pending_bytes > 0; i++)
		fiber_sleep(5);
}

static bool is_logged(const char *text)
{
	return str_find(buf_view(&logged), str_c(text)) >= 0;
}

/* The text, which may have '*' for any run. */
static bool is_logged_like(const char *pattern)
{
	struct buf b = { 0 };
	buf_printf(&b, "*%s*", pattern);
	bool is = str_glob(buf_view(&b), buf_view(&logged));
	buf_fini(&b);
	return is;
}

struct wish {
	const char *runtime, *handler, *code, *layer, *payload, *env, *client_context;
	uint32_t memory_mb, timeout_ms;
	int64_t concurrency_max; /* one more than it: 0 means none is reserved */
	bool log_json, tail;
	int (*on_part)(void *arg, struct str content_type, struct str part);
	void *arg;
};

#define WISH(runtime_, handler_, code_, ...) \
	(struct wish) \
	{ \
		.runtime = runtime_, .handler = handler_, .code = code_, ##__VA_ARGS__ \
	}

struct result {
	struct arena arena;
	struct engine_invocation in;
	char id[UUID_LENGTH + 1];
	double ms;
};

static struct str key_of(struct arena *arena, const struct wish *w)
{
	return arena_printf(arena, "%s/%s/%s/%s/%u/%u/%d", w->runtime, w->handler, w->code,
		w->env ? w->env : "", w->memory_mb, w->timeout_ms, w->log_json);
}

static void invoke(const struct wish *w, struct result *out)
{
	struct arena *a = &out->arena;
	struct call call = { .aws = &aws, .arena = a };
	*out = (struct result){ 0 };
	random_uuid(out->id);
	struct str *env = ARENA_NEW(a, struct str);
	*env = str_c(w->env);
	struct engine_function f = {
		.key = key_of(a, w),
		.account = STR("000000000000"),
		.region = STR("eu-west-1"),
		.name = STR("probe"),
		.version = STR("$LATEST"),
		.runtime = str_c(w->runtime),
		.handler = str_c(w->handler),
		.role_arn = STR("arn:aws:iam::000000000000:role/probe"),
		.code_dir = w->code[0] == '/' ? str_c(w->code)
					      : arena_printf(a, "%s/%s", fixtures, w->code),
		.layers_dir = w->layer ? arena_printf(a, "%s/%s", fixtures, w->layer) : STR(""),
		.env = env,
		.env_count = w->env ? 1 : 0,
		.timeout_ms = w->timeout_ms ? w->timeout_ms : 5000,
		.memory_mb = w->memory_mb ? w->memory_mb : 128,
		.tmp_mb = 512,
		.log_group = arena_printf(a, "/aws/lambda/%s", w->handler),
		.log_json = w->log_json,
		.concurrency_max = w->concurrency_max - 1,
	};
	out->in = (struct engine_invocation){
		.request_id = str_c(out->id),
		.payload = str_c(w->payload ? w->payload : "{\"n\":1}"),
		.invoked_arn = STR("arn:aws:lambda:eu-west-1:000000000000:function:probe:live"),
		.client_context = str_c(w->client_context),
		.want_log_tail = w->tail,
		.on_part = w->on_part,
		.arg = w->arg,
	};
	uint64_t begin = clock_mono_ns();
	engine_invoke(engine, &call, &f, &out->in);
	out->ms = (double)(clock_mono_ns() - begin) / 1e6;
}

static void done(struct result *r)
{
	arena_fini(&r->arena);
}

static bool contains(struct str s, const char *text)
{
	return str_find(s, str_c(text)) >= 0;
}

#define CHECK_HAS(actual, text) \
	do { \
		struct str has_ = (actual); \
		if (!contains(has_, (text))) { \
			printf("# %s:%d: \"%.*s\" has no \"%s\"\n", __FILE__, __LINE__, \
				STR_ARG(has_), (text)); \
			check_failures++; \
		} \
	} while (0)

/* Invokes once and expects the answer, exactly. */
static void expect(const struct wish *w, const char *answer)
{
	struct result r;
	invoke(w, &r);
	CHECK_INT(r.in.outcome, ENGINE_OK);
	CHECK_STR(r.in.answer, answer);
	done(&r);
}

/* Invokes once and expects a function's error that contains the text. */
static void expect_error(const struct wish *w, const char *type, const char *text)
{
	struct result r;
	char quoted[160];
	invoke(w, &r);
	snprintf(quoted, sizeof quoted, "\"errorType\":%s\"%s\"",
		contains(r.in.answer, "\"errorType\": ") ? " " : "", type);
	CHECK_INT(r.in.outcome, ENGINE_UNHANDLED);
	CHECK_HAS(r.in.answer, quoted);
	CHECK_HAS(r.in.answer, text);
	done(&r);
}

/* ---- handlers' answers ---- */

static void test_node_answers(void)
{
	struct result r;
	invoke(&WISH("nodejs20.x", "index.echo", "node",
		       .client_context = "{\"custom\":{\"a\":1}}"),
		&r);
	CHECK_INT(r.in.outcome, ENGINE_OK);
	CHECK_HAS(r.in.answer, "{\"event\":{\"n\":1},\"count\":1,\"name\":\"probe\"");
	CHECK_HAS(r.in.answer,
		"\"arn\":\"arn:aws:lambda:eu-west-1:000000000000:function:probe:live\"");
	CHECK_HAS(r.in.answer, r.id);
	CHECK_HAS(r.in.answer, "\"memory\":\"128\"");
	CHECK_HAS(r.in.answer, "\"client\":{\"custom\":{\"a\":1}}");
	CHECK(r.in.init_us > 0);
	CHECK(r.in.memory_peak_bytes > MIB);
	CHECK(r.in.billed_ms >= (r.in.duration_us + r.in.init_us) / 1000);
	done(&r);
	invoke(&WISH("nodejs20.x", "index.echo", "node"), &r);
	CHECK_HAS(r.in.answer, "\"count\":2"); /* the same instance */
	CHECK_INT(r.in.init_us, 0);
	done(&r);
	expect(&WISH("nodejs20.x", "index.callback", "node"), "\"called\"");
	expect(&WISH("nodejs20.x", "index.succeed", "node"), "\"succeeded\"");
	expect(&WISH("nodejs22.x", "module.handler", "node"), "42");
	expect(&WISH("nodejs18.x", "src/api/users.list.handler", "node"), "[\"ann\",\"bob\"]");
	expect(&WISH("nodejs20.x", "index.layer", "node", .layer = "layer"),
		"\"hello from a layer\"");
}

static void test_node_with_options(void)
{
	expect(&WISH("nodejs20.x", "index.succeed", "node", .env = "NODE_OPTIONS=--no-warnings"),
		"\"succeeded\"");
}

static void test_python_answers(void)
{
	struct result r;
	invoke(&WISH("python3.11", "app.echo", "python"), &r);
	CHECK_INT(r.in.outcome, ENGINE_OK);
	CHECK_HAS(r.in.answer, "{\"event\": {\"n\": 1}, \"name\": \"probe\"");
	CHECK_HAS(r.in.answer, r.id);
	done(&r);
	expect(&WISH("python3.12", "app.layer", "python", .layer = "layer"),
		"\"hello from a layer\"");
	expect_error(&WISH("python3.11", "app.throws", "python"), "ValueError", "bad input");
	expect_error(
		&WISH("python3.11", "app.unencodable", "python"), "Runtime.MarshalError", "set");
	expect_error(
		&WISH("python3.11", "app.exits", "python"), "Runtime.ExitError", "exit status 4");
	expect_error(&WISH("python3.11", "app.nothing", "python"), "Runtime.HandlerNotFound",
		"Handler 'nothing' missing on module 'app'");
	expect_error(&WISH("python3.11", "missing.x", "broken"), "Runtime.ImportModuleError",
		"Unable to import module 'missing': No module named 'nowhere'");
	expect_error(&WISH("python3.11", "syntax.x", "broken"), "Runtime.UserCodeSyntaxError",
		"Syntax error in module 'syntax'");
}

static void test_provided(void)
{
	expect(&WISH("provided.al2023", "any.name", "native", .payload = "{\"k\":[1]}"),
		"{\"k\":[1]}");
	wait_for_logs();
	CHECK(is_logged("native any.name"));
	expect(&WISH("provided.al2", "any.name", "native", .payload = "\"wrong id\""),
		"{\"status\": 400, \"text\": {\"errorMessage\":\"Invalid request ID\","
		"\"errorType\":\"InvalidRequestID\"}}");
	expect_error(&WISH("provided.al2", "any.name", "empty"), "Runtime.InvalidEntrypoint",
		"Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]");
}

/*
 * AWS's own runtime clients, in folders that ENGINE_CLIENTS lists: each with a bootstrap, and a
 * handler app.handler that answers {"n": n + 1}.
 */
static void test_runtime_clients(void)
{
	const char *list = getenv("ENGINE_CLIENTS");
	struct str rest = str_c(list ? list : ""), dir;
	if (!list) {
		printf("# skipped: ENGINE_CLIENTS names no folders\n");
		return;
	}
	while (str_cut(&rest, ':', &dir)) {
		struct result r;
		char *code = xstrndup(dir.p, dir.n);
		for (int i = 0; i < 2; i++) {
			invoke(&WISH("provided.al2023", "app.handler", code, .memory_mb = 512), &r);
			CHECK_INT(r.in.outcome, ENGINE_OK);
			printf("# %s: %.*s\n", code, STR_ARG(r.in.answer));
			CHECK(str_eq(r.in.answer, STR("{\"n\":2}")) ||
				str_eq(r.in.answer, STR("{\"n\": 2}")));
			done(&r);
		}
		free(code);
	}
}

static void test_unknown_runtimes(void)
{
	struct result r;
	const char *why;
	invoke(&WISH("cobol85", "a.b", "node"), &r);
	CHECK_INT(r.in.outcome, ENGINE_FAILED);
	done(&r);
	CHECK(!engine_runtime_available(engine, STR("ruby3.3"), &why));
	CHECK_HAS(str_c(why), "ruby3.3");
	CHECK(engine_runtime_available(engine, STR("nodejs24.x"), &why));
	CHECK_HAS(str_c(why), "node v");
	CHECK(engine_runtime_available(engine, STR("provided.al2023"), &why));
}

/* ---- failures ---- */

static void test_node_errors(void)
{
	struct result r;
	invoke(&WISH("nodejs20.x", "index.throws", "node"), &r);
	CHECK_INT(r.in.outcome, ENGINE_UNHANDLED);
	CHECK_HAS(r.in.answer,
		"{\"errorType\":\"TypeError\",\"errorMessage\":\"bad input\",\"trace\":[\"TypeError: bad input\"");
	CHECK_HAS(r.in.answer,
		sandbox_is_degraded(aws.sandbox) ? "/node/index.js" : "/var/task/index.js");
	done(&r);
	expect_error(&WISH("nodejs20.x", "index.unhandled", "node"),
		"Runtime.UnhandledPromiseRejection", "Error: nobody listens");
	expect_error(&WISH("nodejs20.x", "index.exits", "node"), "Runtime.ExitError",
		"Error: Runtime exited with error: exit status 3");
	wait_for_logs();
	CHECK(is_logged_like(
		"RequestId: * Error: Runtime exited with error: exit status 3\nRuntime.ExitError"));
	CHECK(is_logged_like("REPORT RequestId: *\tStatus: error\tError Type: Runtime.ExitError"));
}

static void test_init_errors(void)
{
	expect_error(&WISH("nodejs20.x", "missing.x", "broken"), "Runtime.ImportModuleError",
		"Error: Cannot find module 'nowhere'");
	expect_error(&WISH("nodejs20.x", "syntax.x", "broken"), "Runtime.UserCodeSyntaxError",
		"SyntaxError");
	expect_error(&WISH("nodejs20.x", "throws.handler", "broken"), "Error", "at load");
	expect_error(&WISH("nodejs20.x", "exits.handler", "broken"), "Runtime.ExitError",
		"exit status 7");
	expect_error(&WISH("nodejs20.x", "index.absent", "node"), "Runtime.HandlerNotFound",
		"index.absent is undefined or not exported");
	expect_error(&WISH("nodejs20.x", "nodot", "node"), "Runtime.MalformedHandlerName",
		"Bad handler");
	wait_for_logs();
	CHECK(is_logged_like(
		"INIT_REPORT Init Duration: * ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError"));
	CHECK(is_logged_like(
		"INIT_REPORT Init Duration: * ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError"));
}

/* Where no box can be made, the invocation is told, and the next one finds a box again. */
static void test_no_box(void)
{
	struct sandbox *sandbox = aws.sandbox;
	struct result r;
	aws.sandbox = NULL;
	invoke(&WISH("provided.al2023", "bootstrap", "native"), &r);
	CHECK_INT(r.in.outcome, ENGINE_FAILED);
	done(&r);
	aws.sandbox = sandbox;
	invoke(&WISH("python3.12", "app.echo", "python"), &r);
	CHECK_INT(r.in.outcome, ENGINE_OK);
	done(&r);
}

static void test_timeout(void)
{
	struct wish w = WISH(
		"nodejs20.x", "index.sleep", "node", .payload = "{\"ms\":3000}", .timeout_ms = 200);
	struct result r;
	invoke(&w, &r);
	CHECK_INT(r.in.outcome, ENGINE_UNHANDLED);
	struct str expected = arena_printf(&r.arena,
		"{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":"
		"\"RequestId: %s Error: Task timed out after 0.20 seconds\"}",
		r.id);
	CHECK_STR(r.in.answer, expected.p);
	CHECK(r.in.duration_us >= 200000 && r.in.duration_us < 400000);
	done(&r);
	wait_for_logs();
	CHECK(is_logged_like("Z * Task timed out after 0.20 seconds"));
	CHECK(is_logged_like("REPORT RequestId: *\tStatus: timeout"));
	w.payload = "{\"ms\":1}"; /* the next has an instance of its own */
	invoke(&w, &r);
	CHECK_INT(r.in.outcome, ENGINE_OK);
	CHECK(r.in.init_us > 0);
	done(&r);
}

static void test_out_of_memory(void)
{
	struct result r;
	invoke(&WISH("nodejs20.x", "index.memory", "node", .timeout_ms = 10000), &r);
	CHECK_INT(r.in.outcome, ENGINE_UNHANDLED);
	CHECK_HAS(r.in.answer, "Runtime exited with error: signal: killed");
	CHECK_HAS(r.in.answer, "\"errorType\":\"Runtime.OutOfMemory\"");
	done(&r);
}

static void test_too_large(void)
{
	expect_error(&WISH("nodejs20.x", "index.big", "node", .payload = "{\"n\":6291555}",
			     .memory_mb = 512),
		"Function.ResponseSizeTooLarge",
		"Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).");
	struct result r;
	invoke(&WISH("nodejs20.x", "index.big", "node", .payload = "{\"n\":6000000}",
		       .memory_mb = 512),
		&r);
	CHECK_INT(r.in.outcome, ENGINE_OK);
	CHECK_INT(r.in.answer.n, 6000002);
	done(&r);
}

/* ---- streams ---- */

static int take_part(void *arg, struct str content_type, struct str part)
{
	struct buf *b = arg;
	if (b->n == 0)
		buf_printf(b, "[%.*s]", STR_ARG(content_type));
	buf_str(b, part);
	buf_char(b, '|');
	return 0;
}

static void test_streams(void)
{
	struct result r;
	struct buf b = { 0 };
	invoke(&WISH("nodejs20.x", "index.stream", "node", .on_part = take_part, .arg = &b), &r);
	CHECK_INT(r.in.outcome, ENGINE_OK);
	CHECK_INT(r.in.answer.n, 0);
	CHECK_HAS(buf_view(&b),
		"[application/vnd.awslambda.http-integration-response]{\"statusCode\":201}");
	CHECK_HAS(buf_view(&b), "part one,|part two|");
	done(&r);
	buf_fini(&b);
	invoke(&WISH("nodejs20.x", "index.stream", "node"), &r); /* a plain Invoke gets all of it */
	CHECK_HAS(r.in.answer, "part one,part two");
	done(&r);
	b = (struct buf){ 0 };
	invoke(&WISH("nodejs20.x", "index.brokenStream", "node", .on_part = take_part, .arg = &b),
		&r);
	CHECK_INT(r.in.outcome, ENGINE_UNHANDLED);
	CHECK_HAS(buf_view(&b), "begun");
	CHECK_HAS(r.in.answer, "\"errorType\":\"RangeError\"");
	done(&r);
	buf_fini(&b);
}

/* ---- the log ---- */

static void test_log(void)
{
	struct result r;
	invoke(&WISH("nodejs20.x", "index.log", "node", .tail = true), &r);
	struct str tail = r.in.log_tail;
	CHECK_HAS(tail, arena_printf(&r.arena, "START RequestId: %s Version: $LATEST\n", r.id).p);
	CHECK_HAS(tail, arena_printf(&r.arena, "\t%s\tINFO\tone\ntwo\n", r.id).p);
	CHECK_HAS(tail, "plain\nlines\nunfinished\nEND RequestId: ");
	CHECK_HAS(tail, arena_printf(&r.arena,
				"END RequestId: %s\nREPORT RequestId: %s\tDuration: ", r.id, r.id)
				.p);
	CHECK_HAS(tail, " ms\tMemory Size: 128 MB\tMax Memory Used: ");
	CHECK_HAS(tail, " MB\tInit Duration: ");
	wait_for_logs();
	CHECK(is_logged("/aws/lambda/index.log|plain\n"));
	CHECK(is_logged_like(
		"/aws/lambda/index.log|20*\tINFO\tone\ntwo\n/aws/lambda/index.log|plain"));
	done(&r);
	expect(&WISH("python3.11", "app.log", "python"), "null");
	wait_for_logs();
	CHECK(is_logged("/aws/lambda/app.log|printed\n"));
	CHECK(is_logged_like("/aws/lambda/app.log|[WARNING]\t20*Z\t*\tone\ntwo\n"));
}

/* What an invocation wrote stands between its START and its END, however quick it is. */
static void test_log_order(void)
{
	struct wish w = WISH("nodejs20.x", "index.log", "node", .tail = true);
	struct result r;
	for (int i = 0; i < 200; i++) {
		invoke(&w, &r);
		struct str pattern = arena_printf(&r.arena,
			"START RequestId: %s *\t%s\tINFO\tone\ntwo\nplain\nlines\nunfinished\nEND RequestId: %s\nREPORT *",
			r.id, r.id, r.id);
		CHECK(str_glob(pattern, r.in.log_tail));
		done(&r);
	}
}

static void test_log_json(void)
{
	struct result r;
	invoke(&WISH("nodejs20.x", "index.log", "node", .tail = true, .log_json = true), &r);
	CHECK_HAS(r.in.log_tail, "\"type\":\"platform.start\",\"record\":{\"requestId\":\"");
	CHECK_HAS(r.in.log_tail, "\"level\":\"INFO\",\"requestId\":\"");
	CHECK_HAS(r.in.log_tail, "\"message\":\"one\\ntwo\"}");
	CHECK_HAS(r.in.log_tail, "\"type\":\"platform.report\"");
	CHECK_HAS(r.in.log_tail, "\"memorySizeMB\":128");
	done(&r);
}

static void test_log_store_too_slow(void)
{
	struct engine_function f = { .account = STR("000000000000"),
		.region = STR("eu-west-1"),
		.log_group = STR("slow"),
		.version = STR("1") };
	struct log_stream *log = log_stream_create(engine, &f);
	char line[1024];
	memset(line, 'x', sizeof line);
	sink_delay_ms = 50;
	for (int i = 0; i < 3000; i++) /* three times what may be pending */
		log_stream_line(log, (struct str){ line, sizeof line });
	CHECK(engine->log_pending_bytes <= LOG_PENDING_BYTES_MAX);
	wait_for_logs();
	fiber_sleep(100);
	sink_delay_ms = 0;
	wait_for_logs();
	CHECK(is_logged("log events were dropped: the log store could not keep up"));
	log_stream_unref(log);
}

static void test_lines(void)
{
	struct engine_function f = { .account = STR("000000000000"),
		.region = STR("eu-west-1"),
		.log_group = STR("lines"),
		.version = STR("$LATEST") };
	struct log_stream *log = log_stream_create(engine, &f);
	CHECK(str_glob(STR("20*/*/*/[$LATEST]????????????????????????????????"),
		str_c(log_stream_name(log))));
	log_stream_keep_tail(log, true);
	log_stream_output(log, 1, STR("ab"));
	log_stream_output(log, 2, STR("err\r\n"));
	log_stream_output(log, 1, STR("c\n\nd\re\nlast"));
	log_stream_flush(log);
	CHECK_STR(log_stream_tail(log), "err\nabc\nd\ne\nlast\n");
	log_stream_keep_tail(log, true);
	char *big = xmalloc(LOG_LINE_BYTES_MAX + 10);
	memset(big, 'b', LOG_LINE_BYTES_MAX + 10);
	log_stream_output(log, 1, (struct str){ big, LOG_LINE_BYTES_MAX + 10 });
	log_stream_output(log, 1, STR("\xff\n"));
	CHECK(log_stream_tail(log).n == LOG_TAIL_BYTES);
	CHECK_HAS(log_stream_tail(log), "b\nbbbbbbbbbb?\n"); /* cut; and no text but UTF-8 */
	free(big);
	log_stream_unref(log);
}

/* ---- the environment ---- */

static void test_environment(void)
{
	struct result r;
	invoke(&WISH("nodejs20.x", "index.environment", "node", .env = "TABLE=orders"), &r);
	CHECK_HAS(r.in.answer, "\"TABLE\":\"orders\"");
	CHECK_HAS(r.in.answer, "\"AWS_REGION\":\"eu-west-1\"");
	CHECK_HAS(r.in.answer, "\"AWS_EXECUTION_ENV\":\"AWS_Lambda_nodejs20.x\"");
	CHECK_HAS(r.in.answer, "\"_HANDLER\":\"index.environment\"");
	if (!sandbox_is_degraded(aws.sandbox)) { /* else with what stands for these */
		CHECK_HAS(r.in.answer, "\"LAMBDA_TASK_ROOT\":\"/var/task\"");
		CHECK_HAS(r.in.answer, "\"AWS_LAMBDA_RUNTIME_API\":\"127.0.0.1:9001\"");
		CHECK_HAS(r.in.answer, "\"AWS_ENDPOINT_URL\":\"http://127.0.0.1:4566\"");
	}
	CHECK_HAS(r.in.answer, "\"AWS_LAMBDA_FUNCTION_MEMORY_SIZE\":\"128\"");
	CHECK_HAS(r.in.answer, "\"AWS_LAMBDA_INITIALIZATION_TYPE\":\"on-demand\"");
	CHECK_HAS(r.in.answer, "\"AWS_SESSION_TOKEN\":\"");
	CHECK_HAS(r.in.answer, "\"_X_AMZN_TRACE_ID\":\"Root=1-");
	CHECK_HAS(r.in.answer, "/opt/nodejs/node20/node_modules:/opt/nodejs/node_modules");
	done(&r);
	/* A reserved name is not the user's to set, what is not reserved is. */
	invoke(&WISH("nodejs20.x", "index.environment", "node", .env = "AWS_REGION=mars-1"), &r);
	CHECK_HAS(r.in.answer, "\"AWS_REGION\":\"eu-west-1\"");
	done(&r);
	invoke(&WISH("nodejs20.x", "index.environment", "node", .env = "TZ=Europe/Berlin"), &r);
	CHECK_HAS(r.in.answer, "\"TZ\":\"Europe/Berlin\"");
	done(&r);
}

/* ---- instances ---- */

struct crowd {
	struct wish wish;
	size_t running, throttled;
	int64_t pids[16];
	size_t n;
	struct waitq ended;
};

static void crowd_member(void *arg)
{
	struct crowd *c = arg;
	struct result r;
	int64_t pid;
	invoke(&c->wish, &r);
	if (r.in.outcome == ENGINE_THROTTLED)
		c->throttled++;
	else if (r.in.outcome == ENGINE_OK && str_to_i64(r.in.answer, &pid) == 0)
		c->pids[c->n++] = pid;
	done(&r);
	c->running--;
	waitq_wake_all(&c->ended);
}

static void run_crowd(struct crowd *c, size_t n)
{
	waitq_init(&c->ended);
	for (size_t i = 0; i < n; i++) {
		CHECK_INT(fiber_start(crowd_member, c), 0);
		c->running++;
	}
	while (c->running > 0)
		waitq_wait(&c->ended, -1);
}

static void test_scales_out(void)
{
	struct crowd c = { .wish = WISH("nodejs20.x", "index.sleep", "node",
				   .payload = "{\"ms\":700}") };
	struct engine_counts counts;
	struct arena a = { 0 };
	uint64_t begin = clock_mono_ms();
	run_crowd(&c, 4);
	CHECK_INT(c.n, 4);
	CHECK(clock_mono_ms() - begin <
		2500); /* one after another they would take 2,800 and more */
	engine_counts(engine, key_of(&a, &c.wish), &counts);
	CHECK_INT(counts.instances, 4);
	CHECK_INT(counts.busy, 0);
	CHECK_INT(counts.queued, 0);
	engine_retire(engine, key_of(&a, &c.wish));
	engine_counts(engine, key_of(&a, &c.wish), &counts);
	CHECK_INT(counts.instances, 0);
	arena_fini(&a);
}

static void test_reserved_concurrency(void)
{
	struct crowd c = { .wish = WISH("nodejs20.x", "index.sleep", "node",
				   .payload = "{\"ms\":100}", .concurrency_max = 1 + 2) };
	run_crowd(&c, 5);
	CHECK_INT(c.n, 2);
	CHECK_INT(c.throttled, 3);
	struct result r;
	c.wish.concurrency_max = 1 + 0; /* none at all: the function is switched off */
	invoke(&c.wish, &r);
	CHECK_INT(r.in.outcome, ENGINE_THROTTLED);
	done(&r);
}

static void test_freezes_and_thaws(void)
{
	struct wish w = WISH("nodejs20.x", "index.echo", "node");
	struct result r;
	invoke(&w, &r);
	done(&r);
	fiber_sleep(ENGINE_FREEZE_AFTER_MS + 3 * ENGINE_SWEEP_FAST_MS);
	struct instance *instance, *found = NULL;
	LIST_FOR(instance, &engine->instances, struct instance, all)
	if (instance->state == INSTANCE_IDLE && instance->frozen)
		found = instance;
	CHECK(found != NULL);
	invoke(&w, &r);
	CHECK_INT(r.in.outcome, ENGINE_OK);
	CHECK_INT(r.in.init_us, 0);
	CHECK(r.ms < 100);
	done(&r);
}

static void test_spares(void)
{
	struct kind *kind;
	engine_prepare(engine, STR("python3.11"), 256);
	fiber_sleep(300);
	size_t ready = 0;
	LIST_FOR(kind, &engine->kinds, struct kind, link)
	if (kind->family == FAMILY_PYTHON)
		ready += kind->spare_count;
	CHECK(ready >= ENGINE_SPARES);
}

/* A function's own endpoint leads to the server's front door */
static void front_door(struct http_exchange *ex, void *arg)
{
	CHECK(arg == &aws);
	http_respond(ex, 200, NULL, 0, http_request(ex)->target);
}

static void test_endpoint(void)
{
	aws.handler = front_door;
	expect(&WISH("nodejs20.x", "index.ask", "node"), "\"/who/am/i?x=1\"");
	aws.handler = NULL;
}

/* The end of the server ends what runs; those who wait are told. */
static void test_ends_while_busy(void)
{
	static struct crowd c;
	c = (struct crowd){ .wish = WISH("nodejs20.x", "index.sleep", "node",
				    .payload = "{\"ms\":4000}") };
	waitq_init(&c.ended);
	for (c.running = 0; c.running < 12; c.running++)
		CHECK_INT(fiber_start(crowd_member, &c), 0);
	fiber_sleep(150);
	engine_destroy(engine);
	CHECK_INT(c.running, 0);
	CHECK_INT(c.n, 0);
	CHECK_INT(engine_create(&aws, &engine), 0);
}

/* ---- figures ---- */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void print_figures(const char *what, double *ms, size_t n)
{
	qsort(ms, n, sizeof *ms, by_value);
	printf("# %s: p50 %.3f ms, p99 %.3f ms, n %zu\n", what, ms[n / 2], ms[n * 99 / 100], n);
}

static size_t bench_count(size_t otherwise)
{
	int64_t n;
	const char *text = getenv("ENGINE_BENCH");
	return text && str_to_i64(str_c(text), &n) == 0 ? (size_t)n : otherwise;
}

static void bench_warm(const struct wish *w)
{
	size_t n = bench_count(20);
	double *ms = xcalloc(n, sizeof *ms);
	char what[96];
	struct result r;
	for (size_t i = 0; i < n; i++) {
		invoke(w, &r);
		CHECK_INT(r.in.outcome, ENGINE_OK);
		ms[i] = r.ms;
		done(&r);
	}
	snprintf(what, sizeof what, "warm %s", w->runtime);
	print_figures(what, ms, n);
	free(ms);
}

/* Each a function of its own, with a spare waiting for it. */
static void bench_cold(const struct wish *w)
{
	size_t n = MIN(bench_count(3), (size_t)25);
	double *ms = xcalloc(n, sizeof *ms);
	char what[96];
	struct result r;
	engine_prepare(engine, str_c(w->runtime), 128);
	for (size_t i = 0; i < n; i++) {
		struct wish one = *w;
		char env[32];
		snprintf(env, sizeof env, "COPY=%zu", i);
		one.env = env;
		fiber_sleep(getenv("ENGINE_BENCH") ? 400 : 50);
		invoke(&one, &r);
		CHECK_INT(r.in.outcome, ENGINE_OK);
		ms[i] = r.ms;
		done(&r);
		struct arena a = { 0 };
		engine_retire(engine, key_of(&a, &one));
		arena_fini(&a);
	}
	snprintf(what, sizeof what, "cold, booted, %s", w->runtime);
	print_figures(what, ms, n);
	free(ms);
}

static void test_warm_invocations(void)
{
	bench_warm(&WISH("nodejs20.x", "index.bench", "node"));
	bench_warm(&WISH("python3.11", "app.bench", "python"));
	bench_warm(&WISH("provided.al2023", "bench", "native"));
}

struct stream_of {
	const struct wish *wish;
	size_t count, running;
	struct waitq ended;
};

static void stream_member(void *arg)
{
	struct stream_of *s = arg;
	struct result r;
	for (size_t i = 0; i < s->count; i++) {
		invoke(s->wish, &r);
		CHECK_INT(r.in.outcome, ENGINE_OK);
		done(&r);
	}
	s->running--;
	waitq_wake_all(&s->ended);
}

/* Quick invocations wait for the instances there are rather than start ever more. */
static void test_many_at_once(void)
{
	enum { MEMBERS = 32 };
	struct wish w = WISH("nodejs20.x", "index.bench", "node");
	struct stream_of s = { .wish = &w, .count = bench_count(640) / MEMBERS };
	struct engine_counts counts;
	struct arena a = { 0 };
	struct result r;
	invoke(&w, &r);
	done(&r);
	invoke(&w, &r);
	done(&r);
	waitq_init(&s.ended);
	uint64_t begin = clock_mono_ns();
	for (; s.running < MEMBERS; s.running++)
		CHECK_INT(fiber_start(stream_member, &s), 0);
	while (s.running > 0)
		waitq_wait(&s.ended, -1);
	double seconds = (double)(clock_mono_ns() - begin) / 1e9;
	engine_counts(engine, key_of(&a, &w), &counts);
	printf("# 32 at once: %.0f a second, %zu instances\n",
		(double)(MEMBERS * s.count) / seconds, counts.instances);
	CHECK(counts.instances < MEMBERS / 2);
	arena_fini(&a);
}

static void test_cold_starts(void)
{
	bench_cold(&WISH("nodejs20.x", "index.bench", "node"));
	bench_cold(&WISH("python3.11", "app.bench", "python"));
}

/* ---- the frame: each test in a fiber, with an engine of its own ---- */

static void (*body)(void);

static void run_in_fiber(void *arg)
{
	(void)arg;
	CHECK_INT(engine_create(&aws, &engine), 0);
	engine_set_log_sink(engine, sink, NULL);
	logged.n = 0;
	body();
	engine_destroy(engine);
	fiber_yield();
	loop_stop(loop);
}

static void in_fiber(void (*test)(void))
{
	body = test;
	CHECK_INT(fiber_start(run_in_fiber, NULL), 0);
	loop_run(loop);
}

#define IN_FIBER(name) \
	static void name##_(void) \
	{ \
		in_fiber(name); \
	}

IN_FIBER(test_node_answers)
IN_FIBER(test_node_with_options)
IN_FIBER(test_python_answers)
IN_FIBER(test_provided)
IN_FIBER(test_runtime_clients)
IN_FIBER(test_unknown_runtimes)
IN_FIBER(test_node_errors)
IN_FIBER(test_init_errors)
IN_FIBER(test_no_box)
IN_FIBER(test_timeout)
IN_FIBER(test_out_of_memory)
IN_FIBER(test_too_large)
IN_FIBER(test_streams)
IN_FIBER(test_log)
IN_FIBER(test_log_order)
IN_FIBER(test_log_json)
IN_FIBER(test_log_store_too_slow)
IN_FIBER(test_lines)
IN_FIBER(test_environment)
IN_FIBER(test_scales_out)
IN_FIBER(test_reserved_concurrency)
IN_FIBER(test_freezes_and_thaws)
IN_FIBER(test_spares)
IN_FIBER(test_endpoint)
IN_FIBER(test_ends_while_busy)
IN_FIBER(test_many_at_once)
IN_FIBER(test_warm_invocations)
IN_FIBER(test_cold_starts)

static const struct test tests[] = {
	{ "node answers", test_node_answers_ },
	{ "node with options", test_node_with_options_ },
	{ "python answers", test_python_answers_ },
	{ "provided runtimes", test_provided_ },
	{ "AWS's runtime clients", test_runtime_clients_ },
	{ "unknown runtimes", test_unknown_runtimes_ },
	{ "node errors", test_node_errors_ },
	{ "init errors", test_init_errors_ },
	{ "no box", test_no_box_ },
	{ "timeout", test_timeout_ },
	{ "out of memory", test_out_of_memory_ },
	{ "answers too large", test_too_large_ },
	{ "streams", test_streams_ },
	{ "log", test_log_ },
	{ "log order", test_log_order_ },
	{ "log in JSON", test_log_json_ },
	{ "log store too slow", test_log_store_too_slow_ },
	{ "lines", test_lines_ },
	{ "environment", test_environment_ },
	{ "scales out", test_scales_out_ },
	{ "reserved concurrency", test_reserved_concurrency_ },
	{ "freezes and thaws", test_freezes_and_thaws_ },
	{ "spares", test_spares_ },
	{ "endpoint", test_endpoint_ },
	{ "ends while busy", test_ends_while_busy_ },
	{ "many at once", test_many_at_once_ },
	{ "warm invocations", test_warm_invocations_ },
	{ "cold starts", test_cold_starts_ },
};

static void close_sandbox(void *arg)
{
	(void)arg;
	sandbox_close(aws.sandbox);
	loop_stop(loop);
}

int main(int argc, char **argv)
{
	snprintf(run_dir, sizeof run_dir, "/tmp/samovar-engine-test-%d", (int)getpid());
	if (!realpath("src/services/lambda/engine/fixtures", fixtures) ||
		!realpath("runtimes", runtimes_dir)) {
		printf("Bail out! run it in the source tree's top folder\n");
		return 1;
	}
	if (loop_create(&loop) < 0 || sandbox_open(run_dir, SANDBOX_AUTO, &aws.sandbox) < 0) {
		printf("Bail out! no sandbox\n");
		return 1;
	}
	aws.loop = loop;
	aws.runtimes_dir = runtimes_dir;
	random_bytes(aws.secret, sizeof aws.secret);
	int failed = check_main(tests, COUNT_OF(tests), argc, argv);
	if (fiber_start(close_sandbox, NULL) == 0)
		loop_run(loop);
	loop_destroy(loop);
	buf_fini(&logged);
	rmdir(run_dir);
	return failed;
}
