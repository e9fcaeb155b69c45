/* Tests of the events (API Gateway Developer Guide, "Payload format structure"). */
#include "services/apigatewayv2/exchange.h"
#include "tests/check.h"
#include <yyjson.h>

static struct arena arena;
static struct http_request request;
static struct exchange x;
static yyjson_doc *doc;

static void begin(struct http_header *headers, size_t n, struct str query, struct str body)
{
	static struct route_view route;
	static struct stage_view stage;
	static struct table table;
	arena_fini(&arena);
	route = (struct route_view){ .key = STR("POST /my/{id}"), .path = STR("/my/{id}") };
	stage = (struct stage_view){ .name = STR("$default"),
		.variables_json = STR("{\"k\":\"v\"}") };
	table = (struct table){ .account = STR("123456789012"), .region = STR("us-east-1") };
	table.api.api_id = STR("abcdefghij");
	request = (struct http_request){ .method = STR("POST"),
		.path = STR("/my/path"),
		.query = query,
		.headers = { headers, n },
		.peer = STR("192.0.2.1"),
		.local_port = 4566 };
	x = (struct exchange){ .request = &request,
		.arena = &arena,
		.table = &table,
		.stage = &stage,
		.raw_path = STR("/my/path"),
		.body = body,
		.source_ip = STR("192.0.2.1"),
		.user_agent = STR("agent"),
		.request_id = STR("id="),
		.trace_header = STR("Root=1-2-3"),
		.domain = STR("abcdefghij.execute-api.us-east-1.localhost"),
		.now_ms = INT64_C(1583348638390) };
	x.found.route = &route;
	x.found.param_count = 1;
	x.found.params[0] = (struct path_param){ STR("id"), STR("path") };
}

static void build(void (*event)(struct buf *b, const struct exchange *x))
{
	struct buf b = { 0 };
	event(&b, &x);
	yyjson_doc_free(doc);
	doc = yyjson_read(b.p, b.n, 0);
	CHECK(doc);
	buf_fini(&b);
}

static struct str at(const char *pointer)
{
	yyjson_val *v = yyjson_doc_ptr_get(doc, pointer);
	if (yyjson_is_str(v))
		return (struct str){ yyjson_get_str(v), yyjson_get_len(v) };
	return !v                   ? STR("absent")
	       : yyjson_is_null(v)  ? STR("null")
	       : yyjson_is_true(v)  ? STR("true")
	       : yyjson_is_false(v) ? STR("false")
				    : STR("?");
}

static struct http_header headers[] = {
	{ STR_INIT("Host"), STR_INIT("h") },
	{ STR_INIT("X-Many"), STR_INIT("1") },
	{ STR_INIT("x-many"), STR_INIT("2") },
	{ STR_INIT("Cookie"), STR_INIT("c1=a; c2=b") },
	{ STR_INIT("Content-Type"), STR_INIT("application/json") },
	{ STR_INIT("X-Forwarded-For"), STR_INIT("203.0.113.9") },
};

static void test_v2(void)
{
	begin(headers, COUNT_OF(headers), STR("a=1&a=2&b=%20c&e"), STR("{\"x\": \"\xc3\xa9\"}"));
	build(event_v2);
	CHECK_STR(at("/version"), "2.0");
	CHECK_STR(at("/routeKey"), "POST /my/{id}");
	CHECK_STR(at("/rawPath"), "/my/path");
	CHECK_STR(at("/rawQueryString"), "a=1&a=2&b=%20c&e");
	CHECK_STR(at("/cookies/1"), "c2=b");
	CHECK_STR(at("/headers/x-many"), "1,2");
	CHECK_STR(at("/headers/cookie"), "absent");
	CHECK_STR(at("/headers/x-forwarded-for"), "203.0.113.9, 192.0.2.1");
	CHECK_STR(at("/queryStringParameters/a"), "1,2");
	CHECK_STR(at("/queryStringParameters/b"), " c");
	CHECK_STR(at("/queryStringParameters/e"), "");
	CHECK_STR(at("/requestContext/accountId"), "123456789012");
	CHECK_STR(at("/requestContext/domainPrefix"), "abcdefghij");
	CHECK_STR(at("/requestContext/http/method"), "POST");
	CHECK_STR(at("/requestContext/http/sourceIp"), "192.0.2.1");
	CHECK_STR(at("/requestContext/time"), "04/Mar/2020:19:03:58 +0000");
	CHECK_STR(at("/requestContext/authorizer"), "absent");
	CHECK_STR(at("/pathParameters/id"), "path");
	CHECK_STR(at("/stageVariables/k"), "v");
	CHECK_STR(at("/body"), "{\"x\": \"\xc3\xa9\"}");
	CHECK_STR(at("/isBase64Encoded"), "false");
}

static void test_v2_without(void)
{
	begin(headers, 1, STR(""), STR(""));
	x.found.param_count = 0;
	build(event_v2);
	CHECK_STR(at("/body"), "absent");
	CHECK_STR(at("/cookies"), "absent");
	CHECK_STR(at("/queryStringParameters"), "absent");
	CHECK_STR(at("/pathParameters"), "absent");
	CHECK_STR(at("/rawQueryString"), "");
}

static void test_binary_bodies(void)
{
	static struct http_header form[] = { { STR_INIT("content-type"),
		STR_INIT("application/x-www-form-urlencoded") } };
	begin(form, 1, STR(""), STR("a=1"));
	build(event_v2);
	CHECK_STR(at("/body"), "YT0x");
	CHECK_STR(at("/isBase64Encoded"), "true");
	begin(headers, COUNT_OF(headers), STR(""), (struct str){ "\xff\x00", 2 });
	build(event_v2);
	CHECK_STR(at("/body"), "/wA=");
}

static void test_v1(void)
{
	begin(headers, COUNT_OF(headers), STR("a=1&a=2"), STR(""));
	build(event_v1);
	CHECK_STR(at("/version"), "1.0");
	CHECK_STR(at("/resource"), "/my/{id}");
	CHECK_STR(at("/httpMethod"), "POST");
	CHECK_STR(at("/multiValueHeaders/x-many/1"), "2");
	CHECK_STR(at("/headers/cookie"), "c1=a; c2=b");
	CHECK_STR(at("/queryStringParameters/a"), "2");
	CHECK_STR(at("/multiValueQueryStringParameters/a/0"), "1");
	CHECK_STR(at("/requestContext/identity/sourceIp"), "192.0.2.1");
	CHECK_STR(at("/requestContext/authorizer/claims"), "null");
	CHECK_STR(at("/body"), "null");
}

static void test_authorizer(void)
{
	struct str identity[] = { STR("secret") };
	struct buf b = { 0 };
	begin(headers, COUNT_OF(headers), STR(""), STR("body"));
	event_authorizer(&b, &x, true, STR("arn:x"), identity, 1);
	yyjson_doc_free(doc);
	doc = yyjson_read(b.p, b.n, 0);
	CHECK_STR(at("/type"), "REQUEST");
	CHECK_STR(at("/routeArn"), "arn:x");
	CHECK_STR(at("/identitySource/0"), "secret");
	CHECK_STR(at("/body"), "absent");
	b.n = 0;
	event_authorizer(&b, &x, false, STR("arn:x"), identity, 1);
	yyjson_doc_free(doc);
	doc = yyjson_read(b.p, b.n, 0);
	CHECK_STR(at("/methodArn"), "arn:x");
	CHECK_STR(at("/identitySource"), "secret");
	buf_fini(&b);
}

static const struct test tests[] = {
	{ "2.0", test_v2 },
	{ "2.0 without what may be missing", test_v2_without },
	{ "binary bodies", test_binary_bodies },
	{ "1.0", test_v1 },
	{ "authorizers", test_authorizer },
};

int main(int argc, char **argv)
{
	int r = check_main(tests, COUNT_OF(tests), argc, argv);
	yyjson_doc_free(doc);
	arena_fini(&arena);
	return r;
}
