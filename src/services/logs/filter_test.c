/* Tests of filter patterns, on the examples of the User Guide's page "Filter pattern syntax". */
#include "services/logs/filter.h"
#include "tests/check.h"

/* 1 matches, 0 does not, -1 is no pattern. */
static int try_filter(const char *pattern, const char *message)
{
	struct arena arena = { 0 };
	struct filter *f;
	struct str why = { 0 };
	int result = -1;
	if (filter_parse(&arena, str_c(pattern), &f, &why) == 0) {
		result = filter_matches(f, str_c(message));
		filter_fini(f);
	} else if (!why.n) {
		result = -2;
	}
	arena_fini(&arena);
	return result;
}

#define MATCHES(pattern, message) CHECK_INT(try_filter(pattern, message), 1)
#define MISSES(pattern, message) CHECK_INT(try_filter(pattern, message), 0)
#define REFUSED(pattern) CHECK_INT(try_filter(pattern, "x"), -1)

static void test_terms(void)
{
	MATCHES("", "anything");
	MATCHES("ERROR", "[ERROR 400] BAD REQUEST");
	MISSES("ERROR", "[error 400] BAD REQUEST");
	MATCHES("ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS");
	MISSES("ERROR ARGUMENTS", "[ERROR 401] UNAUTHORIZED REQUEST");
	MATCHES("\"INTERNAL SERVER ERROR\"", "[ERROR 500] INTERNAL SERVER ERROR");
	MISSES("\"SERVER INTERNAL\"", "[ERROR 500] INTERNAL SERVER ERROR");
	MATCHES("\"say \\\"hi\\\"\"", "they say \"hi\"");
	MATCHES("?ERROR ?ARGUMENTS", "[ERROR 401] UNAUTHORIZED REQUEST");
	MATCHES("?ERROR ?ARGUMENTS", "MISSING ARGUMENTS");
	MISSES("?ERROR ?ARGUMENTS", "fine");
	MATCHES("ERROR -ARGUMENTS", "[ERROR 400] BAD REQUEST");
	MISSES("ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS");
	MISSES("-\"BAD REQUEST\"", "[ERROR 400] BAD REQUEST");
	REFUSED("a:b");
	REFUSED("\"open");
	REFUSED("-");
}

static void test_regex(void)
{
	MATCHES("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST");
	MATCHES("%colou?r%", "the color red");
	MATCHES("%gray|grey%", "a grey day");
	MATCHES("%10\\.10\\.0\\.1%", "from 10.10.0.1 today");
	MISSES("%10\\.10\\.0\\.1%", "from 10010.0.1 today");
	MATCHES("%^\\[ERROR%", "[ERROR 400] x");
	MATCHES("%^[a-z]+\\d{3}$%", "abc123");
	MISSES("%^[a-z]+\\d{3}$%", "abc1234");
	MATCHES("%[\\d]+ms%", "took 15ms");
	MATCHES("%\\x40example%", "me@example.com");
	MATCHES("%a{2,3}b%", "xaab");
	REFUSED("%((a{200}){200}){200}%");
	REFUSED("%a{200}{200}%");
	REFUSED("%a++++%");
	REFUSED("%something!%");
	REFUSED("%(a)%");
	REFUSED("%a");
	REFUSED("%[a%");
	REFUSED("{ $.a = %a% && $.b = %b% && $.c = %c% }");
}

static void test_json(void)
{
	const char *event =
		"{\"eventType\":\"UpdateTrail\",\"sourceIPAddress\":\"111.111.111.111\","
		"\"arrayKey\":[\"value\",\"another value\"],\"objectList\":[{\"name\":\"a\",\"id\":1},"
		"{\"name\":\"b\",\"id\":2}],\"SomeObject\":null,\"cluster.name\":\"c\",\"bandwidth\":75.5,"
		"\"n\":3,\"ok\":true,\"no\":false,\"user\":{\"id\":1,\"email\":\"John.Stiles@example.com\"}}";
	MATCHES("{ $.eventType = \"UpdateTrail\" }", event);
	MATCHES("{$.eventType=UpdateTrail}", event);
	MISSES("{ $.eventType = \"DeleteTrail\" }", event);
	MATCHES("{ $.sourceIPAddress != 123.123.* }", event);
	MISSES("{ $.sourceIPAddress != 111.111.* }", event);
	MATCHES("{ $.arrayKey[0] = \"value\" }", event);
	MATCHES("{ $.objectList[1].id = 2 }", event);
	MATCHES("{ $.['cluster.name'] = \"c\" }", event);
	MATCHES("{ $['cluster.name'] = \"c\" }", event);
	MATCHES("{ $.SomeObject IS NULL }", event);
	MATCHES("{ $.SomeOtherObject NOT EXISTS }", event);
	MISSES("{ $.eventType NOT EXISTS }", event);
	MATCHES("{ $.ok IS TRUE }", event);
	MATCHES("{ $.no IS FALSE }", event);
	MISSES("{ $.no IS TRUE }", event);
	MATCHES("{ $.bandwidth > 75 }", event);
	MATCHES("{ $.bandwidth = 7.55e1 }", event);
	MISSES("{ $.n >= 4 }", event);
	MATCHES("{ $.n <= 3 }", event);
	MATCHES("{ $.eventType = %Trail% }", event);
	MATCHES("{ ($.user.id = 1) && ($.user.email = \"John.Stiles@example.com\") }", event);
	MATCHES("{ $.user.id = 2 && $.n = 3 || $.user.email = \"John.*\" }", event);
	MISSES("{ $.user.id = 2 && ($.n = 3 || $.user.email = \"John.*\") }", event);
	MISSES("{ $.missing != 1 }", event);
	MISSES("{ $.a = 1 }", "no json");
	MISSES("{ $.a = 1 }", "{\"a\":1");
	REFUSED("{ $.a }");
	REFUSED("{ $.a = }");
	REFUSED("{ a = 1 }");
	REFUSED("{ $.a > \"x\" }");
	REFUSED("{ $.a = 1");
	REFUSED("{ $.a = 1 } x");
	REFUSED("{ ($.a = 1 }");
	REFUSED("{ $.a IS EMPTY }");
	REFUSED("{ ((((((((((((((((((((($.a = 1))))))))))))))))))))) }");
}

static void test_space(void)
{
	const char *event =
		"127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] \"GET /index.html HTTP/1.0\" 404 1534";
	MATCHES("[ip, server, username, timestamp, request, status_code, bytes]", event);
	MISSES("[ip, server, username, timestamp, request, status_code]", event);
	MATCHES("[ip, server, username, timestamp, request, status_code = 404, bytes > 1000]",
		event);
	MISSES("[ip, server, username, timestamp, request, status_code = 200, bytes]", event);
	MATCHES("[..., status_code = 4*, bytes]", event);
	MATCHES("[ip, ..., bytes]", event);
	MATCHES("[ip = 127.0.0.1, ...]", event);
	MATCHES("[ip = %127\\.0\\.0\\.[1-9]%, server, username, timestamp, request=*index*, status_code, bytes]",
		event);
	MATCHES("[w1=ERROR, w2]", "ERROR 401");
	MATCHES("[w1=ERROR || w1=%WARN%, w2]", "xWARNx 401");
	MISSES("[w1!=ERROR && w1!=%WARN%, w2]", "WARN 401");
	MATCHES("[w1 != ERROR, ...]", "INFO a b c");
	REFUSED("[a, b");
	REFUSED("[..., ...]");
	REFUSED("[a = 1 && b = 2]");
}

static void test_extract(void)
{
	struct arena arena = { 0 };
	struct filter *f;
	struct filter_value v[4];
	struct str why;
	CHECK_INT(filter_parse(&arena, STR("[ip, code = 4*]"), &f, &why), 0);
	CHECK_INT(filter_extract(f, &arena, STR("1.2.3.4 404"), v, 4), 2);
	CHECK_STR(v[1].name, "$code");
	CHECK_STR(v[1].value, "404");
	CHECK_INT(filter_parse(&arena, STR("{ $.a.b > 1 }"), &f, &why), 0);
	CHECK_INT(filter_extract(f, &arena, STR("{\"a\":{\"b\":7}}"), v, 4), 1);
	CHECK_STR(v[0].name, "$.a.b");
	CHECK_STR(v[0].value, "7");
	arena_fini(&arena);
}

static const struct test tests[] = {
	{ "terms", test_terms },
	{ "regex", test_regex },
	{ "json", test_json },
	{ "space-delimited", test_space },
	{ "extract", test_extract },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
