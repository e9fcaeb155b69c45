/* Routes: which operation a method and a path mean. */
#include "aws/route.h"
#include "tests/check.h"
#include <errno.h>

static const struct shape empty = { .type = SHAPE_STRUCTURE };
static const struct shape text = { .type = SHAPE_STRING, .size = sizeof(struct str) };
static const struct member copy_members[] = { { .name = "CopySource",
	.shape = &text,
	.flags = MEMBER_REQUIRED,
	.location = IN_HEADER,
	.location_name = "x-amz-copy-source" } };
static const struct shape copy_input = {
	.type = SHAPE_STRUCTURE, .member_count = 1, .members = copy_members
};
static const struct member part_members[] = {
	{ .name = "PartNumber",
		.shape = &text,
		.flags = MEMBER_REQUIRED,
		.location = IN_QUERY,
		.location_name = "partNumber" },
	{ .name = "UploadId",
		.shape = &text,
		.flags = MEMBER_REQUIRED,
		.location = IN_QUERY,
		.location_name = "uploadId" },
};
static const struct shape part_input = {
	.type = SHAPE_STRUCTURE, .member_count = 2, .members = part_members
};

#define OPERATION(n, method, uri, in) \
	{ \
		.name = (n), .http_method = (method), .http_uri = (uri), .input = (in) \
	}
static const struct operation operations[] = {
	OPERATION("ListFunctions", "GET", "/2015-03-31/functions/", &empty),
	OPERATION("CreateFunction", "POST", "/2015-03-31/functions", &empty),
	OPERATION("GetFunction", "GET", "/2015-03-31/functions/{FunctionName}", &empty),
	OPERATION("Invoke", "POST", "/2015-03-31/functions/{FunctionName}/invocations", &empty),
	OPERATION("GetSpecial", "GET", "/2015-03-31/functions/special", &empty),
	OPERATION("GetBucketAcl", "GET", "/{Bucket}?acl", &empty),
	OPERATION("ListObjects", "GET", "/{Bucket}", &empty),
	OPERATION("ListObjectsV2", "GET", "/{Bucket}?list-type=2", &empty),
	OPERATION("PutObject", "PUT", "/{Bucket}/{Key+}?x-id=PutObject", &empty),
	OPERATION("CopyObject", "PUT", "/{Bucket}/{Key+}?x-id=CopyObject", &copy_input),
	OPERATION("UploadPart", "PUT", "/{Bucket}/{Key+}?x-id=UploadPart", &part_input),
	OPERATION("Tail", "GET", "/proxy/{path+}/end", &empty),
};

static struct routes routes_of(void)
{
	struct routes r = { 0 };
	for (size_t i = 0; i < COUNT_OF(operations); i++)
		routes_add(&r, &operations[i]);
	routes_finish(&r);
	return r;
}

static bool copies(const void *arg, const char *name)
{
	(void)arg;
	return str_is(str_c(name), "x-amz-copy-source");
}

static void test_find(void)
{
	static const struct {
		const char *method, *path, *query, *name, *label;
		bool copies;
	} rows[] = {
		{ "GET", "/2015-03-31/functions/", "", "ListFunctions", NULL, false },
		{ "GET", "/2015-03-31/functions", "", "ListFunctions", NULL, false },
		{ "POST", "/2015-03-31/functions/", "", "CreateFunction", NULL, false },
		{ "GET", "/2015-03-31/functions/a%3Ab", "", "GetFunction", "a%3Ab", false },
		{ "GET", "/2015-03-31/functions/special", "", "GetSpecial", NULL, false },
		{ "POST", "/2015-03-31/functions/special/invocations", "", "Invoke", "special",
			false },
		{ "GET", "/bucket", "", "ListObjects", "bucket", false },
		{ "GET", "/bucket/", "list-type=2&prefix=a", "ListObjectsV2", "bucket", false },
		{ "GET", "/bucket", "list-type=1", "ListObjects", "bucket", false },
		{ "GET", "/bucket", "acl", "GetBucketAcl", "bucket", false },
		{ "GET", "/bucket", "acl=", "GetBucketAcl", "bucket", false },
		{ "PUT", "/bucket/a/b/", "", "PutObject", "bucket", false },
		{ "PUT", "/bucket/a", "", "CopyObject", "bucket", true },
		{ "PUT", "/bucket/a", "partNumber=1&uploadId=x", "UploadPart", "bucket", false },
		{ "PUT", "/bucket/a", "x-id=UploadPart", "UploadPart", "bucket", false },
		{ "GET", "/proxy/a/b/end", "", "Tail", "a/b", false },
	};
	struct routes r = routes_of();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct route_request request = { str_c(rows[i].method), str_c(rows[i].path),
			str_c(rows[i].query), rows[i].copies ? copies : NULL, NULL };
		struct route_match match;
		int result = routes_find(&r, &request, &match);
		CHECK_INT(result, 0);
		if (result < 0) {
			printf("# %s %s\n", rows[i].method, rows[i].path);
			continue;
		}
		CHECK_STR(str_c(match.operation->name), rows[i].name);
		CHECK_INT(match.label_count > 0, rows[i].label != NULL);
		if (rows[i].label)
			CHECK_STR(match.labels[0].value, rows[i].label);
	}
	routes_fini(&r);
}

static void test_greedy(void)
{
	struct routes r = routes_of();
	struct route_request request = { STR("PUT"), STR("/bucket/a//b/"), STR(""), NULL, NULL };
	struct route_match match;
	CHECK_INT(routes_find(&r, &request, &match), 0);
	CHECK_INT(match.label_count, 2);
	CHECK_STR(match.labels[1].name, "Key");
	CHECK_STR(match.labels[1].value, "a//b/");
	routes_fini(&r);
}

static void test_unknown(void)
{
	struct routes r = routes_of(), none = { 0 };
	struct route_request request = { STR("PATCH"), STR("/2015-03-31/functions/a"), STR(""),
		NULL, NULL };
	struct route_match match;
	CHECK_INT(routes_find(&r, &request, &match), -ENOTSUP);
	request.path = STR("/");
	request.method = STR("GET");
	CHECK_INT(routes_find(&r, &request, &match), -ENOENT);
	CHECK_INT(routes_find(&none, &request, &match), -ENOENT);
	routes_fini(&r);
}

static const struct test tests[] = {
	{ "methods, literals, labels and queries choose the operation", test_find },
	{ "a greedy label keeps all that is left", test_greedy },
	{ "unknown paths are told from unknown methods", test_unknown },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
