/* Tests of route selection (API Gateway Developer Guide, "Create routes for HTTP APIs"). */
#include "services/apigatewayv2/table.h"
#include "tests/check.h"

static struct arena arena;
static struct stage_view stage;

static void use_routes(const char *const *keys, size_t n)
{
	arena_fini(&arena);
	stage = (struct stage_view){ .routes = ARENA_ARRAY(&arena, struct route_view, n),
		.route_count = n };
	for (size_t i = 0; i < n; i++)
		route_view_init(&stage.routes[i], &arena, str_c(keys[i]));
	route_views_sort(stage.routes, n);
}

static struct route_found found;

static struct str key_of(const char *method, const char *path)
{
	struct request_path split;
	request_path_split(str_c(path), &split);
	return table_route(&stage, &arena, str_c(method), &split, &found) ? found.route->key
									  : STR("none");
}

/* The page's own example. */
static void test_priority(void)
{
	static const char *const keys[] = { "$default", "ANY /{proxy+}", "GET /pets/{proxy+}",
		"GET /pets/dog/{id}", "GET /pets/dog/1" };
	use_routes(keys, COUNT_OF(keys));
	CHECK_STR(key_of("GET", "/pets/dog/1"), "GET /pets/dog/1");
	CHECK_STR(key_of("GET", "/pets/dog/2"), "GET /pets/dog/{id}");
	CHECK_STR(key_of("GET", "/pets/cat/1"), "GET /pets/{proxy+}");
	CHECK_STR(key_of("POST", "/test/5"), "ANY /{proxy+}");
	CHECK_STR(key_of("GET", "/"), "$default");
}

static void test_methods(void)
{
	static const char *const keys[] = { "ANY /a", "POST /a", "GET /a/{x}", "GET /" };
	use_routes(keys, COUNT_OF(keys));
	CHECK_STR(key_of("POST", "/a"), "POST /a");
	CHECK_STR(key_of("PATCH", "/a"), "ANY /a");
	CHECK_STR(key_of("POST", "/a/b"), "none");
	CHECK_STR(key_of("GET", "/"), "GET /");
	CHECK_STR(key_of("GET", "/a/"), "none");
	CHECK_STR(key_of("GET", "/b"), "none");
}

static void test_parameters(void)
{
	static const char *const keys[] = { "GET /u/{id}/files/{path+}", "GET /t%C3%A9/{x}" };
	use_routes(keys, COUNT_OF(keys));
	CHECK_STR(key_of("GET", "/u/a%20b/files/c/d%2Fe"), "GET /u/{id}/files/{path+}");
	CHECK_INT(found.param_count, 2);
	CHECK_STR(found.params[0].name, "id");
	CHECK_STR(found.params[0].value, "a b");
	CHECK_STR(found.params[1].value, "c/d/e");
	CHECK_STR(key_of("GET", "/u/a/files"), "none");
}

static void test_literals_are_decoded(void)
{
	static const char *const keys[] = { "GET /a b" };
	use_routes(keys, COUNT_OF(keys));
	CHECK_STR(key_of("GET", "/a%20b"), "GET /a b");
}

static void test_long_paths(void)
{
	static const char *const keys[] = { "GET /{all+}" };
	char path[1001];
	use_routes(keys, COUNT_OF(keys));
	for (size_t i = 0; i < 1000; i++)
		path[i] = i % 2 ? 'x' : '/';
	path[1000] = 0;
	CHECK_STR(key_of("GET", path), "GET /{all+}");
	CHECK_INT(found.params[0].value.n, 999);
}

static const struct test tests[] = {
	{ "priority", test_priority },
	{ "methods", test_methods },
	{ "parameters", test_parameters },
	{ "literals are decoded", test_literals_are_decoded },
	{ "long paths", test_long_paths },
};

int main(int argc, char **argv)
{
	int r = check_main(tests, COUNT_OF(tests), argc, argv);
	arena_fini(&arena);
	return r;
}
