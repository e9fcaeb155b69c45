/* Tests of functions' answers (API Gateway Developer Guide, "Lambda function response format"). */
#include "services/apigatewayv2/exchange.h"
#include "tests/check.h"
#include <errno.h>

static struct arena arena;
static struct answer answer;

static int parse(const char *payload, bool is_v2)
{
	arena_fini(&arena);
	return answer_parse(&arena, str_c(payload), is_v2, &answer);
}

static struct str header(const char *name)
{
	struct http_headers headers = { answer.headers, answer.count };
	return http_header_get(&headers, str_c(name));
}

static void test_inferred(void)
{
	CHECK_INT(parse("\"Hello from Lambda!\"", true), 0);
	CHECK_INT(answer.status, 200);
	CHECK_STR(answer.body, "Hello from Lambda!");
	CHECK_STR(header("content-type"), "application/json");
	CHECK_INT(parse("{\"message\":\"Hello\"}", true), 0);
	CHECK_STR(answer.body, "{\"message\":\"Hello\"}");
	CHECK_INT(parse("{\"message\":\"Hello\"}", false), -EINVAL);
	CHECK_INT(parse("nonsense", true), -EINVAL);
}

static void test_structured(void)
{
	CHECK_INT(
		parse("{\"statusCode\":201,\"headers\":{\"X-A\":\"b\",\"X-N\":5,\"Content-Length\":\"99\"},"
		      "\"body\":\"made\",\"cookies\":[\"a=1\",\"b=2\"]}",
			true),
		0);
	CHECK_INT(answer.status, 201);
	CHECK_STR(answer.body, "made");
	CHECK_STR(header("x-a"), "b");
	CHECK_STR(header("x-n"), "5");
	CHECK_STR(header("set-cookie"), "a=1");
	CHECK_STR(header("content-type"), "text/plain; charset=utf-8");
	CHECK(!header("content-length").p);
	CHECK_INT(parse("{\"statusCode\":99}", true), -EINVAL);
	CHECK_INT(parse("{\"statusCode\":\"404\",\"body\":null}", false), 0);
	CHECK_INT(answer.status, 404);
}

static void test_many_values(void)
{
	CHECK_INT(parse("{\"statusCode\":200,\"headers\":{\"X-A\":\"0\",\"x-b\":\"z\"},"
			"\"multiValueHeaders\":{\"x-a\":[\"1\",\"2\"]}}",
			  false),
		0);
	CHECK_STR(header("x-a"), "1");
	CHECK_STR(header("x-b"), "z");
	CHECK_INT(answer.count, 4); /* x-b, x-a twice, the content type */
}

static void test_binary(void)
{
	CHECK_INT(
		parse("{\"statusCode\":200,\"isBase64Encoded\":true,\"body\":\"AAEC\"}", true), 0);
	CHECK_INT(answer.body.n, 3);
	CHECK_INT(answer.body.p[2], 2);
	CHECK_INT(parse("{\"statusCode\":200,\"isBase64Encoded\":true,\"body\":\"not base64!\"}",
			  true),
		-EINVAL);
}

static void test_no_header_injection(void)
{
	CHECK_INT(
		parse("{\"statusCode\":200,\"headers\":{\"x-a\":\"1\\r\\nx-evil: 1\",\"b c\":\"1\"}}",
			true),
		0);
	CHECK(!header("x-a").p);
	CHECK_INT(answer.count, 1);
}

static const struct test tests[] = {
	{ "inferred", test_inferred },
	{ "structured", test_structured },
	{ "many values", test_many_values },
	{ "binary", test_binary },
	{ "no header injection", test_no_header_injection },
};

int main(int argc, char **argv)
{
	int r = check_main(tests, COUNT_OF(tests), argc, argv);
	arena_fini(&arena);
	return r;
}
