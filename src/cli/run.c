/* samovar run: a handler file becomes a function behind a URL, its log is followed, each saved
 * change is taken. */
#include "api/iam.h"
#include "api/lambda.h"
#include "base/clock.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/follow.h"
#include "cli/program.h"
#include "cli/term.h"
#include "cli/watch.h"
#include "deploy/handler.h"
#include "deploy/package.h"
#include "server/server.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	FILES_BESIDE_MAX = 2000,
	DEFAULT_TIMEOUT_S = 30,
	DEFAULT_MEMORY_MB = 512,
	ENVIRONMENT_MAX = 64
};

static const char *name_text, *handler_text, *runtime_text, *data_text, *listen_text;
static bool no_follow;

static const struct option options[] = {
	{ "name", 'n', "NAME", "the function's name (the file's or the folder's)", NULL,
		&name_text },
	{ "handler", 0, "FILE.EXPORT", "the handler (found in the file)", NULL, &handler_text },
	{ "runtime", 0, "RUNTIME", "the runtime (by the file's ending)", NULL, &runtime_text },
	{ "no-follow", 0, NULL, "make the function, print its URL, and end", &no_follow, NULL },
	{ "data", 'd', "DIR", "the data folder of a server that this starts", NULL, &data_text },
	{ "listen", 'l', "ADDRESS:PORT", "where a server that this starts listens", NULL,
		&listen_text },
	CLIENT_OPTIONS,
	{ 0 },
};

static const struct option *run_options(void)
{
	return options;
}

struct run {
	const char *path;
	struct client client; /* of the fiber that deploys */
	struct handler handler;
	struct server *server; /* ours, if none answered */
	struct server_config config;
	struct str url, path_url;
	int fibers; /* that still run */
	struct waitq ended;
};

static const char trust_policy[] =
	"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":"
	"\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}";

/* The role that the functions of `samovar run` have; made once. */
static int ensure_role(struct client *client, struct str *arn)
{
	struct iam_create_role_input create = { .role_name = STR("samovar-run"),
		.assume_role_policy_document = { trust_policy, sizeof trust_policy - 1 } };
	struct iam_create_role_output created;
	int r = client_call(client, &iam_api, &iam_create_role_operation, &create, &created);
	if (r == 0) {
		*arn = created.role->arn;
		return 0;
	}
	if (!client_failed_with(client, &iam_entity_already_exists_exception))
		return r;
	struct iam_get_role_input get = { .role_name = create.role_name };
	struct iam_get_role_output got;
	r = client_call(client, &iam_api, &iam_get_role_operation, &get, &got);
	if (r == 0)
		*arn = got.role->arn;
	return r;
}

static bool is_the_file(void *arg, struct str path)
{
	const struct run *run = arg;
	return str_eq(path, run->handler.file);
}

/* The handler's folder as a zip; only the file when there is too much beside it. */
static int make_package(struct run *run, struct buf *zip, char *why)
{
	struct package_options all = { .files_max = FILES_BESIDE_MAX, .is_quick = true };
	struct package_options one = { .wants = is_the_file, .arg = run, .is_quick = true };
	int r = package_folder(run->handler.folder.p, &all, zip, why);
	if (r == -E2BIG || r == -EFBIG || r == -EACCES)
		r = package_folder(run->handler.folder.p, &one, zip, why);
	return r;
}

static int find_handler(struct run *run)
{
	char why[512];
	int r = handler_find(&run->client.arena, run->path, &run->handler, why, sizeof why);
	if (r < 0) {
		fprintf(stderr, "samovar: %s\n", why);
		return r;
	}
	if (name_text)
		run->handler.name = str_c(name_text);
	if (handler_text)
		run->handler.handler = str_c(handler_text);
	if (runtime_text)
		run->handler.runtime = str_c(runtime_text);
	return 0;
}

static int create_function(struct run *run, struct str zip)
{
	struct lambda_function_code code = { .zip_file = zip };
	struct lambda_function_configuration out;
	struct lambda_create_function_input in = {
		.function_name = run->handler.name,
		.runtime = run->handler.runtime,
		.handler = run->handler.handler,
		.code = &code,
		.timeout = OPT_I64(DEFAULT_TIMEOUT_S),
		.memory_size = OPT_I64(DEFAULT_MEMORY_MB),
	};
	int r = ensure_role(&run->client, &in.role);
	if (r < 0)
		return r;
	return client_call(&run->client, &lambda_api, &lambda_create_function_operation, &in, &out);
}

static int update_function(struct run *run, struct str zip)
{
	struct lambda_update_function_code_input code = { .function_name = run->handler.name,
		.zip_file = zip };
	struct lambda_function_configuration updated;
	struct lambda_get_function_configuration_input get = { .function_name = run->handler.name };
	struct lambda_function_configuration now;
	int r = client_call(&run->client, &lambda_api, &lambda_get_function_configuration_operation,
		&get, &now);
	if (r == 0)
		r = client_call(&run->client, &lambda_api, &lambda_update_function_code_operation,
			&code, &updated);
	if (r < 0 || (str_eq(now.handler, run->handler.handler) &&
			     str_eq(now.runtime, run->handler.runtime)))
		return r;
	struct lambda_update_function_configuration_input in = {
		.function_name = run->handler.name,
		.handler = run->handler.handler,
		.runtime = run->handler.runtime,
	};
	struct lambda_function_configuration out;
	return client_call(&run->client, &lambda_api,
		&lambda_update_function_configuration_operation, &in, &out);
}

/* Packages the folder and makes or updates the function. What is wrong is said. */
static int deploy(struct run *run)
{
	struct buf zip = { 0 };
	char why[PACKAGE_WHY_BYTES];
	int r = make_package(run, &zip, why);
	if (r < 0) {
		fprintf(stderr, "samovar: %s\n", why);
		goto out;
	}
	r = update_function(run, buf_view(&zip));
	if (r == -EREMOTEIO &&
		client_failed_with(&run->client, &lambda_resource_not_found_exception))
		r = create_function(run, buf_view(&zip));
	if (r < 0)
		client_report(&run->client, r);
out:
	buf_fini(&zip);
	return r;
}

/* Whoever asks may call it: the URL has no authorization, as `samovar run` is for trying things. */
static int allow_everyone(struct run *run)
{
	struct lambda_add_permission_output out;
	struct lambda_add_permission_input in = {
		.function_name = run->handler.name,
		.statement_id = STR("samovar-run-url"),
		.action = STR("lambda:InvokeFunctionUrl"),
		.principal = STR("*"),
		.function_url_auth_type = STR("NONE"),
	};
	int r = client_call(&run->client, &lambda_api, &lambda_add_permission_operation, &in, &out);
	return r < 0 && client_failed_with(&run->client, &lambda_resource_conflict_exception) ? 0
											      : r;
}

static int ensure_url(struct run *run)
{
	struct lambda_create_function_url_config_input create = {
		.function_name = run->handler.name, .auth_type = STR("NONE")
	};
	struct lambda_function_url_config created;
	struct lambda_get_function_url_config_input get = { .function_name = run->handler.name };
	struct lambda_function_url_config got;
	int r = client_call(
		&run->client, &lambda_api, &lambda_get_function_url_config_operation, &get, &got);
	run->url = r < 0 ? STR("") : got.function_url;
	if (r < 0 && client_failed_with(&run->client, &lambda_resource_not_found_exception)) {
		r = client_call(&run->client, &lambda_api,
			&lambda_create_function_url_config_operation, &create, &created);
		run->url = r < 0 ? STR("") : created.function_url;
	}
	if (r == 0)
		r = allow_everyone(run);
	if (r < 0)
		client_report(&run->client, r);
	return r;
}

/* http://ID.lambda-url.REGION.localhost:4566/ is at http://127.0.0.1:4566/_aws/lambda-url/ID/ too.
 */
static struct str path_url(struct run *run)
{
	ssize_t slashes = str_find(run->url, STR("://"));
	struct str id = slashes < 0 ? run->url : str_from(run->url, (size_t)slashes + 3);
	ssize_t dot = str_index(id, '.');
	id = str_sub(id, 0, dot < 0 ? id.n : (size_t)dot);
	return arena_printf(&run->client.arena, "%.*s/_aws/lambda-url/%.*s/",
		STR_ARG(run->client.endpoint), STR_ARG(id));
}

static void announce(struct run *run)
{
	struct str link = path_url(run);
	printf("%s%.*s%s (%.*s, %.*s)\n\n  %s%.*s%s\n  %s%.*s%s\n\n  curl %.*s\n\n",
		term_style(TERM_BOLD), STR_ARG(run->handler.name), term_style(TERM_PLAIN),
		STR_ARG(run->handler.runtime), STR_ARG(run->handler.handler), term_style(TERM_CYAN),
		STR_ARG(run->url), term_style(TERM_PLAIN), term_style(TERM_CYAN), STR_ARG(link),
		term_style(TERM_PLAIN), STR_ARG(link));
	fflush(stdout);
}

static void leave(struct run *run)
{
	run->fibers--;
	waitq_wake_all(&run->ended);
}

/* A fiber: each saved change becomes the function's code. */
static void take_changes(void *arg)
{
	struct run *run = arg;
	struct watch *watch = NULL;
	if (watch_create(run->handler.folder.p, &watch) < 0)
		fprintf(stderr, "samovar: changes of %s can't be watched\n", run->handler.folder.p);
	while (watch && watch_wait(watch)) {
		uint64_t begun_ns = clock_mono_ns();
		arena_reset(&run->client.arena); /* all that was in it is found anew */
		if (find_handler(run) == 0 && deploy(run) == 0) {
			printf("%supdated in %.0f ms%s\n", term_style(TERM_GREEN),
				(double)(clock_mono_ns() - begun_ns) / 1e6, term_style(TERM_PLAIN));
			fflush(stdout);
		}
	}
	watch_destroy(watch);
	leave(run);
}

/* A fiber: the function's log, once there is one. */
static void follow(void *arg)
{
	struct run *run = arg;
	struct client client;
	client_init(&client);
	client.endpoint = run->client.endpoint;
	struct follow what = {
		.group =
			arena_printf(&client.arena, "/aws/lambda/%.*s", STR_ARG(run->handler.name)),
		.since_ms = clock_now_ms(),
		.filter = STR(""),
		.goes_on = true,
		.with_times = true,
	};
	while (!program_is_ending()) {
		int r = follow_log(&client, &what);
		if (program_is_ending() || r == 0)
			continue;
		if (r != -ENOENT)
			client_report(&client, r);
		waitq_wait(program_events(), 100);
	}
	client_fini(&client);
	leave(run);
}

/* A server in this program, when none answers. */
static int ensure_server(struct run *run)
{
	struct server_config *config = &run->config;
	char why[SERVER_WHY_BYTES];
	const char *const texts[] = { listen_text, data_text };
	if (!listen_text && client_is_up(&run->client))
		return 0;
	server_config_init(config);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (texts[i] && server_settings[i].set(config, texts[i]) < 0)
			return command_usage(
				&command_run_file, "not a value for this option: ", texts[i]);
	server_config_harden(config);
	int r = server_create(config, &run->server, why);
	if (r < 0) {
		fprintf(stderr, "samovar: %s\n", why);
		return EXIT_FAILED;
	}
	run->client.endpoint = str_c(server_url(run->server));
	printf("Samovar %s is ready at %s (data: %s)\n", SAMOVAR_VERSION, server_url(run->server),
		config->data_dir);
	return 0;
}

static int serve_file(struct run *run)
{
	int r = ensure_server(run);
	if (r != 0)
		return r;
	if (find_handler(run) < 0 || deploy(run) < 0 || ensure_url(run) < 0)
		return EXIT_FAILED;
	announce(run);
	if (no_follow)
		return EXIT_OK;
	run->fibers = 2;
	r = fiber_start(take_changes, run);
	assert(r == 0);
	r = fiber_start(follow, run);
	assert(r == 0);
	while (run->fibers > 0)
		waitq_wait(&run->ended, -1);
	return EXIT_OK;
}

static int run_main(void *arg)
{
	struct run *run = arg;
	client_init(&run->client);
	waitq_init(&run->ended);
	int code = serve_file(run);
	server_destroy(run->server);
	server_config_fini(&run->config);
	client_fini(&run->client);
	http_client_fini();
	return code;
}

static int run_run(size_t argc, const char *const *argv)
{
	struct run run = { .path = argc > 0 ? argv[0] : "." };
	return program_run(run_main, &run);
}

const struct command command_run_file = { "run", "FILE|FOLDER",
	"make a function of a handler file and follow its log",
	"The runtime follows from the file's ending, the handler from its export. The function gets a URL; each saved "
	"change is taken at once. Starts a server if none answers. Ends with Ctrl-C; the function stays.",
	run_options, 0, 1, run_run };
