/* The dispatcher over the test service: protocols, bindings, errors, kinds of operations,
 * credentials, permissions. */
#include "aws/testing/echo.h"
#include "aws/testing/exchange.h"
#include "aws/policy.h"
#include "aws/session.h"
#include "aws/sigv4.h"
#include "base/clock.h"
#include "loop/loop.h"
#include "tests/check.h"

static struct aws server;
static int64_t now = 1800000000000; /* 2027-01-15T08:00:00Z */

static int64_t test_now(void)
{
	return now;
}

#define HOST "Host: 127.0.0.1:4566\n"
#define SIGNED(key) \
	"Authorization: AWS4-HMAC-SHA256 Credential=" key \
	"/20270115/eu-west-1/echo/aws4_request, SignedHeaders=host, Signature=00\n"
#define JSON_TYPE "Content-Type: application/x-amz-json-1.0\n"
#define TARGET(operation) "X-Amz-Target: EchoService_20260101." operation "\n"
#define FORM "Content-Type: application/x-www-form-urlencoded\n"
#define CBOR "smithy-protocol: rpc-v2-cbor\nContent-Type: application/cbor\n"

static struct http_exchange *ask(const char *line, const char *headers, struct str body)
{
	static struct http_exchange ex;
	exchange_fini(&ex);
	exchange_init(&ex, line, headers, body);
	aws_dispatch(&server, &ex);
	CHECK(ex.responded);
	return &ex;
}

static struct str header(const struct http_exchange *ex, const char *name)
{
	return http_header_get(&ex->answer, str_c(name));
}

static bool has(const struct http_exchange *ex, const char *text)
{
	if (str_find(ex->answer_body, str_c(text)) >= 0)
		return true;
	printf("# the answer is: %.*s\n", STR_ARG(ex->answer_body));
	return false;
}

static void test_rest_json(void)
{
	struct http_exchange *ex = ask("POST /say/a%2Fb%20c?times=3&tag=x&tag=y%26z",
		HOST SIGNED(
			"test") "X-Echo-Loud: true\nX-Echo-Since: Fri, 15 Jan 2027 08:00:00 GMT\n"
				"x-echo-meta-colour: red\n",
		STR("{\"Text\":\"hi \\u00e9\",\"At\":1800000000.5}"));
	CHECK_INT(ex->status, 201);
	CHECK_STR(header(ex, "content-type"), "application/json");
	CHECK_STR(header(ex, "x-echo-loud"), "true");
	CHECK_STR(header(ex, "x-echo-since"), "Fri, 15 Jan 2027 08:00:00 GMT");
	CHECK_STR(header(ex, "x-echo-meta-colour"), "red");
	CHECK_INT(header(ex, "x-amzn-requestid").n, 36);
	CHECK(has(ex, "\"Name\":\"a/b c\""));
	CHECK(has(ex, "\"Times\":3"));
	CHECK(has(ex, "\"Tags\":[\"x\",\"y&z\"]"));
	CHECK(has(ex, "\"Text\":\"hi \303\251\""));
	CHECK(has(ex, "\"At\":1800000000.5"));
	CHECK(has(ex, "\"Region\":\"eu-west-1\""));
	CHECK(has(ex, "\"BaseUrl\":\"http://127.0.0.1:4566\""));
	CHECK(str_find(ex->answer_body, STR("Loud")) < 0);
	ex = ask("DELETE /kept/x", HOST, STR(""));
	CHECK_INT(ex->status, 204);
	CHECK_INT(ex->answer_body.n, 0);
}

static void test_payload(void)
{
	struct http_exchange *ex = ask("POST /bytes/x", HOST FORM, STR("\0\1binary"));
	CHECK_INT(ex->status, 202);
	CHECK(str_eq(ex->answer_body, STR("\0\1binary")));
	ex = ask("POST /bytes/x", HOST, STR(""));
	CHECK_INT(ex->status, 200);
	CHECK_INT(ex->answer_body.n, 0);
}

static void test_rest_errors(void)
{
	struct http_exchange *ex = ask("POST /say/nobody", HOST, STR(""));
	CHECK_INT(ex->status, 404);
	CHECK_STR(header(ex, "x-amzn-errortype"), "NotThere");
	CHECK_STR(ex->answer_body,
		"{\"Type\":\"User\",\"Message\":\"nobody is not there\",\"Name\":\"nobody\"}");
	ex = ask("PUT /kept/x", HOST, STR("{\"Value\":\"too much\"}"));
	CHECK_INT(ex->status, 429);
	CHECK_STR(header(ex, "retry-after"), "7");
	CHECK_STR(ex->answer_body, "{\"message\":\"That is \\\"too much\\\"\"}");
	ex = ask("PUT /kept/x", HOST, STR("{\"Value\":"));
	CHECK_INT(ex->status, 400);
	CHECK_STR(header(ex, "x-amzn-errortype"), "SerializationException");
	ex = ask("PUT /kept/x", HOST, STR("{}"));
	CHECK_INT(ex->status, 400);
	CHECK_STR(header(ex, "x-amzn-errortype"), "ValidationException");
	CHECK(has(ex,
		"1 validation error detected: Value null at 'value' failed to satisfy constraint: "
		"Member must not be null"));
	ex = ask("POST /say/a?times=x", HOST, STR(""));
	CHECK_INT(ex->status, 400);
	CHECK_STR(header(ex, "x-amzn-errortype"), "SerializationException");
}

static void test_json(void)
{
	struct http_exchange *ex =
		ask("POST /", HOST JSON_TYPE TARGET("Say") SIGNED("123456789012"),
			STR("{\"Name\":\"n\",\"Times\":2,\"Loud\":false,\"Meta\":{\"a\":\"b\"}}"));
	CHECK_INT(ex->status, 200);
	CHECK_STR(header(ex, "content-type"), "application/x-amz-json-1.0");
	CHECK(has(ex, "\"Loud\":false"));
	CHECK(has(ex, "\"Meta\":{\"a\":\"b\"}"));
	CHECK(has(ex, "\"Account\":\"123456789012\""));
	CHECK(has(ex, "\"Caller\":\"arn:aws:iam::123456789012:root\""));
	ex = ask("POST /", HOST JSON_TYPE TARGET("Say"), STR("{\"Name\":\"nobody\"}"));
	CHECK_INT(ex->status, 404);
	CHECK_STR(ex->answer_body, "{\"__type\":\"com.amazonaws.echo#NotThere\",\"Type\":\"User\","
				   "\"Message\":\"nobody is not there\",\"Name\":\"nobody\"}");
	CHECK_STR(header(ex, "x-amzn-query-error"), "Echo.NotThere;Sender");
	ex = ask("POST /", HOST TARGET("Forget"), STR(""));
	CHECK_INT(ex->status, 400);
	CHECK(has(ex, "#ValidationException"));
	ex = ask("POST /", HOST "Content-Type: application/x-amz-json-1.1\n" TARGET("Forget"),
		STR("{\"Name\":\"x\"}"));
	CHECK_INT(ex->status, 200);
	CHECK_STR(ex->answer_body, "{}");
	CHECK_STR(header(ex, "content-type"), "application/x-amz-json-1.1");
}

static void test_query(void)
{
	struct http_exchange *ex = ask("POST /", HOST FORM SIGNED("test"),
		STR("Action=Say&Version=2026-01-01&Name=a%26b&Tags.member.1=x&Text=%3Cy%3E"));
	CHECK_INT(ex->status, 200);
	CHECK(has(
		ex, "<SayResponse xmlns=\"http://echo.example.com/doc/2026-01-01/\"><SayResult>"));
	CHECK(has(ex, "<Name>a&amp;b</Name>"));
	CHECK(has(ex, "<Text>&lt;y&gt;</Text>"));
	CHECK(has(ex, "</SayResult><ResponseMetadata><RequestId>"));
	/* Without a signature: by Version and Action; and as GET. */
	ex = ask("GET /?Action=Say&Version=2026-01-01&Name=nobody", HOST, STR(""));
	CHECK_INT(ex->status, 404);
	CHECK(has(ex,
		"<Error><Type>Sender</Type><Code>Echo.NotThere</Code><Message>nobody is not there</Message>"));
	CHECK(has(ex, "<Name>nobody</Name>"));
	CHECK(has(ex, "</Error><RequestId>"));
	ex = ask("POST /", HOST FORM SIGNED("test"), STR("Action=Dance&Version=2026-01-01"));
	CHECK_INT(ex->status, 400);
	CHECK(has(ex, "<Code>InvalidAction</Code>"));
	CHECK(has(ex, "Dance"));
}

static void test_cbor(void)
{
	struct http_exchange *ex = ask("POST /service/EchoService_20260101/operation/Say",
		HOST CBOR, STR("\xa2\x64Name\x61n\x64Text\x62hi"));
	CHECK_INT(ex->status, 200);
	CHECK_STR(header(ex, "smithy-protocol"), "rpc-v2-cbor");
	CHECK_STR(header(ex, "content-type"), "application/cbor");
	CHECK(has(ex, "\x64Text\x62hi"));
	ex = ask("POST /service/EchoService_20260101/operation/Say", HOST CBOR,
		STR("\xa1\x64Name\x66nobody"));
	CHECK_INT(ex->status, 404);
	CHECK(has(ex, "\x66__type\x78\x1b"
		      "com.amazonaws.echo#NotThere"));
	CHECK(has(ex, "\x67Message\x73nobody is not there"));
	ex = ask("POST /service/EchoService_20260101/operation/Say",
		HOST "smithy-protocol: rpc-v2-cbor\n"
		     "Content-Type: text/plain\n",
		STR("\xa0"));
	CHECK_INT(ex->status, 415);
}

static void test_unknown(void)
{
	struct http_exchange *ex = ask(
		"POST /", HOST JSON_TYPE "X-Amz-Target: Kinesis_20131202.PutRecord\n", STR("{}"));
	CHECK_INT(ex->status, 501);
	CHECK(has(ex, "\"__type\":\"UnknownOperationException\"") ||
		has(ex, "UnknownOperationException"));
	CHECK(has(ex, "Kinesis_20131202") && has(ex, "PutRecord"));
	ex = ask("POST /", HOST JSON_TYPE TARGET("Dance"), STR("{}"));
	CHECK_INT(ex->status, 400);
	CHECK(has(ex, "UnknownOperationException") && has(ex, "Dance") && has(ex, "Echo"));
	/* An internal operation is not there. */
	ex = ask("POST /", HOST JSON_TYPE TARGET("Hidden"), STR("{\"Name\":\"x\"}"));
	CHECK(has(ex, "UnknownOperationException"));
	ex = ask("PATCH /say/x", HOST SIGNED("test"), STR(""));
	CHECK_INT(ex->status, 501);
	CHECK_STR(header(ex, "x-amzn-errortype"), "UnknownOperationException");
	CHECK(has(ex, "PATCH /say/x"));
	ex = ask("GET /bucket",
		HOST
		"Authorization: AWS4-HMAC-SHA256 Credential=test/20270115/us-east-1/s3/aws4_request, "
		"SignedHeaders=host, Signature=00\n",
		STR(""));
	CHECK_INT(ex->status, 501);
	CHECK(has(ex, "<?xml") && has(ex, "<Error><Code>"));
	/* An empty service in the scope: the host, then the path. */
	ex = ask("GET /open",
		HOST
		"Authorization: AWS4-HMAC-SHA256 Credential=test/20270115/us-east-1//aws4_request, "
		"SignedHeaders=host, Signature=00\n",
		STR(""));
	CHECK_INT(ex->status, 200);
	ex = ask("POST /say/x", "Host: echo.ap-south-1.amazonaws.com\n", STR(""));
	CHECK_INT(ex->status, 201);
	CHECK(has(ex, "\"Region\":\"ap-south-1\""));
}

static void test_too_large(void)
{
	static char big[11 * 1024 * 1024];
	memset(big, ' ', sizeof big);
	struct http_exchange *ex =
		ask("POST /", HOST JSON_TYPE TARGET("Say"), (struct str){ big, sizeof big });
	CHECK_INT(ex->status, 413);
	CHECK(has(ex, "RequestEntityTooLargeException"));
}

static void test_kinds(void)
{
	struct http_exchange *ex = ask("PUT /kept/k", HOST, STR("{\"Value\":\"one\"}"));
	CHECK_INT(ex->status, 200);
	CHECK_STR(ex->answer_body, "{\"Value\":\"one\",\"Count\":1}");
	CHECK_INT(echo_after_count, 1);
	ex = ask("GET /kept/k", HOST, STR(""));
	CHECK_STR(ex->answer_body, "{\"Value\":\"one\",\"Count\":1}");
	/* A failure rolls back, and nothing is done afterwards. */
	ex = ask("PUT /kept/k", HOST, STR("{\"Value\":\"too much\"}"));
	CHECK_INT(ex->status, 429);
	CHECK_INT(echo_after_count, 1);
	ex = ask("GET /kept/k", HOST, STR(""));
	CHECK_STR(ex->answer_body, "{\"Value\":\"one\",\"Count\":1}");
	/* Inner calls, each with a transaction of its own, and joined in one. */
	ex = ask("POST /relay/k", HOST, STR("{\"Value\":\"two\"}"));
	CHECK_INT(ex->status, 200);
	CHECK_STR(ex->answer_body, "{\"Value\":\"by hidden\",\"Count\":3}");
	CHECK_INT(echo_after_count, 3);
	/* An inner call is validated, and its error is the caller's. */
	ex = ask("POST /relay/k", HOST, STR("{}"));
	CHECK_STR(header(ex, "x-amzn-errortype"), "ValidationException");
	ex = ask("POST /relay/k", HOST, STR("{\"Value\":\"too much\"}"));
	CHECK_STR(header(ex, "x-amzn-errortype"), "TooMuch");
	/* Accounts and regions see their own. */
	ex = ask("GET /kept/k", HOST SIGNED("123456789012"), STR(""));
	CHECK_INT(ex->status, 404);
}

static void test_host_and_origin(void)
{
	struct http_exchange *ex = ask("GET /open", "Host: evil.example.com\n", STR(""));
	CHECK_INT(ex->status, 403);
	static const char *const hosts[] = { "Host: localhost:4566\n", "Host: [::1]:4566\n",
		"Host: x.localhost\n", "Host: localhost.localstack.cloud:4566\n",
		"Host: echo.us-east-1.amazonaws.com\n", "Host: 127.1.2.3\n", "" };
	for (size_t i = 0; i < COUNT_OF(hosts); i++)
		CHECK_INT(ask("GET /open", hosts[i], STR(""))->status, 200);
	CHECK_INT(ask("GET /open", "Host: localhost.evil.com\n", STR(""))->status, 403);
	CHECK_INT(ask("GET /open", "Host: evilamazonaws.com\n", STR(""))->status, 403);
	ex = ask("GET /open", HOST "Origin: http://localhost:3000\n", STR(""));
	CHECK_INT(ex->status, 200);
	CHECK_STR(header(ex, "access-control-allow-origin"), "http://localhost:3000");
	CHECK_INT(
		ask("GET /open", HOST "Origin: https://evil.example.com\n", STR(""))->status, 403);
	CHECK_INT(ask("GET /open", HOST "Origin: null\n", STR(""))->status, 403);
	ex = ask("OPTIONS /open",
		HOST "Origin: http://localhost:3000\nAccess-Control-Request-Method: POST\n"
		     "Access-Control-Request-Headers: authorization,x-amz-date\n",
		STR(""));
	CHECK_INT(ex->status, 204);
	CHECK_STR(header(ex, "access-control-allow-headers"), "authorization,x-amz-date");
}

/* ---- strict ---------------------------------------------------------------------------------- */

static const char *user_policy;

static int find_key(struct call *call, struct str id, struct access_key *out)
{
	(void)call;
	if (!str_is(id, "AKIAADAADAADAADAADA2"))
		return -ENOENT;
	*out = (struct access_key){ STR("ada's secret"), STR("111122223333"),
		STR("arn:aws:iam::111122223333:user/Ada"), STR("AIDAADA") };
	return 0;
}

static int find_policies(struct call *call, const struct identity *identity, struct policies *out)
{
	CHECK(identity->principal_arn.n > 0);
	out->documents = arena_alloc(call->arena, sizeof *out->documents);
	out->documents[0] = str_c(user_policy);
	out->n = user_policy != NULL;
	return 0;
}

/* The request signed by that key. */
static struct http_exchange *ask_signed(const char *line, const char *headers, struct str body,
	const char *id, const char *secret, struct str token)
{
	static char all[8192];
	struct http_exchange ex;
	struct http_header added[SIGV4_SIGN_HEADERS_MAX];
	exchange_init(&ex, line, headers, body);
	struct sigv4_signer signer = { str_c(id), str_c(secret), token, STR("us-east-1"),
		STR("echo"), now };
	struct sigv4_request request = { ex.request.method, ex.request.path, ex.request.query,
		&ex.request.headers };
	size_t n = sigv4_sign(&ex.arena, &signer, &request, body, added);
	size_t at = (size_t)snprintf(all, sizeof all, "%s", headers);
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(all + at, sizeof all - at, "%.*s: %.*s\n",
			STR_ARG(added[i].name), STR_ARG(added[i].value));
	exchange_fini(&ex);
	return ask(line, all, body);
}

static void test_strict_signatures(void)
{
	struct str none = { 0 };
	server.auth = AWS_AUTH_STRICT;
	struct http_exchange *ex =
		ask_signed("POST /say/x?times=2", HOST, STR("{}"), "AKIAROOT", "root secret", none);
	CHECK_INT(ex->status, 201);
	CHECK(has(ex, "\"Caller\":\"arn:aws:iam::000000000000:root\""));
	ex = ask_signed("POST /say/x?times=2", HOST, STR("{}"), "AKIAROOT", "wrong", none);
	CHECK_INT(ex->status, 403);
	CHECK_STR(header(ex, "x-amzn-errortype"), "InvalidSignatureException");
	CHECK(has(ex,
		"The request signature we calculated does not match the signature you provided."));
	CHECK(has(ex,
		"The Canonical String for this request should have been\\n'POST\\n/say/x\\ntimes=2\\nhost:"));
	ex = ask_signed("POST /say/x", HOST, STR("{}"), "AKIANOBODY", "x", none);
	CHECK_INT(ex->status, 403);
	CHECK_STR(header(ex, "x-amzn-errortype"), "UnrecognizedClientException");
	CHECK(has(ex, "The security token included in the request is invalid."));
	ex = ask("POST /say/x", HOST, STR("{}"));
	CHECK_INT(ex->status, 403);
	CHECK_STR(header(ex, "x-amzn-errortype"), "MissingAuthenticationTokenException");
	ex = ask("POST /", HOST FORM, STR("Action=Say&Version=2026-01-01&Name=x"));
	CHECK(has(ex, "<Code>MissingAuthenticationToken</Code>"));
	ex = ask_signed("POST /", HOST FORM, STR("Action=Say&Version=2026-01-01&Name=x"),
		"AKIANOBODY", "x", none);
	CHECK(has(ex, "<Code>InvalidClientTokenId</Code>"));
	ex = ask_signed("POST /", HOST JSON_TYPE TARGET("Say"), STR("{\"Name\":\"x\"}"), "AKIAROOT",
		"wrong", none);
	CHECK_INT(ex->status, 400);
	CHECK(has(ex, "InvalidSignatureException"));
	CHECK_INT(ask("GET /open", HOST, STR(""))->status, 200);
	server.auth = AWS_AUTH_ANY;
}

static void test_strict_permissions(void)
{
	struct str none = { 0 };
	const char *id = "AKIAADAADAADAADAADA2", *secret = "ada's secret";
	server.auth = AWS_AUTH_STRICT;
	user_policy = NULL;
	struct http_exchange *ex = ask_signed("POST /say/x", HOST, STR(""), id, secret, none);
	CHECK_INT(ex->status, 403);
	CHECK_STR(header(ex, "x-amzn-errortype"), "AccessDeniedException");
	CHECK(has(ex,
		"User: arn:aws:iam::111122223333:user/Ada is not authorized to perform: echo:Say on resource: "
		"arn:aws:echo:us-east-1:111122223333:name/x because no "
		"identity-based policy allows the echo:Say action"));
	user_policy =
		"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"echo:S*\",\"Resource\":"
		"\"arn:aws:echo:us-east-1:111122223333:name/${aws:username}*\"}}";
	CHECK_INT(ask_signed("POST /say/x", HOST, STR(""), id, secret, none)->status, 403);
	CHECK_INT(ask_signed("POST /say/Ada1", HOST, STR(""), id, secret, none)->status, 201);
	user_policy =
		"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}}";
	ex = ask_signed("POST /say/x", HOST, STR(""), id, secret, none);
	CHECK(has(ex, "with an explicit deny in an identity-based policy"));
	/* Nothing of the input is looked at before the caller may. */
	ex = ask_signed("PUT /kept/x", HOST, STR("{}"), id, secret, none);
	CHECK_STR(header(ex, "x-amzn-errortype"), "AccessDeniedException");
	server.auth = AWS_AUTH_ANY;
}

static bool is_unreadable;
static int find_resource(struct call *call, const void *in, struct service_resource *out)
{
	(void)in;
	(void)out;
	return is_unreadable ? fail(call, &aws_internal_failure, "The store could not serve it.")
			     : -1;
}

/* A policy that could not be read may have forbidden it. */
static void test_strict_unreadable(void)
{
	struct str none = { 0 };
	const char *id = "AKIAADAADAADAADAADA2", *secret = "ada's secret";
	server.auth = AWS_AUTH_STRICT;
	user_policy =
		"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}";
	is_unreadable = true;
	CHECK_INT(ask_signed("POST /say/x", HOST, STR(""), id, secret, none)->status, 500);
	is_unreadable = false;
	CHECK_INT(ask_signed("POST /say/x", HOST, STR(""), id, secret, none)->status, 201);
	server.auth = AWS_AUTH_ANY;
}

static void test_sessions(void)
{
	struct arena arena = { 0 };
	struct session session = { STR("111122223333"),
		STR("arn:aws:iam::111122223333:role/p/worker"), STR("AROAW"), STR("s1"), now + 1000,
		STR("i-1"), STR("") };
	struct session_credentials c;
	session_issue(&server, &arena, &session, &c);
	user_policy =
		"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}";
	for (int strict = 0; strict < 2; strict++) {
		server.auth = strict ? AWS_AUTH_STRICT : AWS_AUTH_ANY;
		struct http_exchange *ex = ask_signed("POST /say/x", HOST, STR(""),
			c.access_key_id.p, c.secret_access_key.p, c.session_token);
		CHECK_INT(ex->status, 201);
		CHECK(has(ex, "\"Caller\":\"arn:aws:sts::111122223333:assumed-role/worker/s1\""));
	}
	session.policy = STR(
		"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\","
		"\"Resource\":\"*\"}}");
	session_issue(&server, &arena, &session, &c);
	struct http_exchange *ex = ask_signed("POST /say/x", HOST, STR(""), c.access_key_id.p,
		c.secret_access_key.p, c.session_token);
	CHECK_INT(ex->status, 403);
	CHECK(has(ex, "because no session policy allows the echo:Say action"));
	now += 2000;
	ex = ask_signed("POST /say/x", HOST, STR(""), c.access_key_id.p, c.secret_access_key.p,
		c.session_token);
	CHECK_INT(ex->status, 403);
	CHECK_STR(header(ex, "x-amzn-errortype"), "ExpiredTokenException");
	server.auth = AWS_AUTH_ANY;
	arena_fini(&arena);
}

static const struct test tests[] = {
	{ "REST-JSON: labels, queries, headers, body, both ways", test_rest_json },
	{ "REST-JSON: a blob as payload, and the status as a member", test_payload },
	{ "REST-JSON: errors in header and body", test_rest_errors },
	{ "JSON 1.0 and 1.1", test_json },
	{ "Query", test_query },
	{ "CBOR", test_cbor },
	{ "what is not served is named", test_unknown },
	{ "a body over the limit", test_too_large },
	{ "writes, reads, waits, inner calls", test_kinds },
	{ "hosts and origins of this machine only", test_host_and_origin },
	{ "strict: signatures", test_strict_signatures },
	{ "strict: permissions", test_strict_permissions },
	{ "strict: what can't be read", test_strict_unreadable },
	{ "sessions keep their role in both modes", test_sessions },
};

struct run {
	int argc, result;
	char **argv;
};

static void run_tests(void *arg)
{
	struct run *run = arg;
	run->result = check_main(tests, COUNT_OF(tests), run->argc, run->argv);
	if (run->argc > 2) {
		uint64_t start = clock_mono_ns(), n = 20000;
		for (uint64_t i = 0; i < n; i++)
			ask("POST /bytes/x", HOST SIGNED("test"), STR("{\"a\":1}"));
		printf("# %.2f us a request\n",
			(double)(clock_mono_ns() - start) / 1e3 / (double)n);
	}
	ask("GET /open", HOST, STR(""));
	loop_stop(loop_self());
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/dispatch-test.XXXXXX";
	struct run run = { argc, 1, argv };
	struct loop *loop;
	struct service echo = echo_service;
	const struct service *services[] = { &echo, NULL };
	echo.find_resource = find_resource;
	if (!mkdtemp(folder) || loop_create(&loop) < 0)
		return 1;
	char *path = xasprintf("%s/store", folder);
	server = (struct aws){ .loop = loop,
		.address = STR("127.0.0.1"),
		.port = 4566,
		.services = services,
		.now_ms = test_now,
		.root_access_key_id = STR("AKIAROOT"),
		.root_secret = STR("root secret"),
		.hooks = { .find_key = find_key, .find_policies = find_policies } };
	if (store_open(path, STORE_MEMORY, &server.store) < 0 || fiber_start(run_tests, &run) < 0)
		return 1;
	loop_run(loop);
	store_close(server.store);
	loop_destroy(loop);
	aws_fini(&server);
	char *command = xasprintf("rm -r %s", folder);
	if (system(command) != 0)
		run.result = 1;
	free(command);
	free(path);
	return run.result;
}
