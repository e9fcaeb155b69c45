/* Forms however their bytes arrive, and policies against them. */
#include "base/clock.h"
#include "services/s3/form.h"
#include "tests/check.h"

static struct str rest;
static size_t piece;

static int next(struct call *call, struct str *part)
{
	(void)call;
	*part = str_sub(rest, 0, MIN(piece, rest.n));
	rest = str_from(rest, part->n);
	return part->n > 0;
}

static int write(void *to, struct str part)
{
	buf_str(to, part);
	return 0;
}

struct fixture {
	struct arena arena;
	struct call call;
	struct form form;
	struct buf file;
};

static int begin(struct fixture *f, const char *type, const char *body, size_t size)
{
	*f = (struct fixture){ 0 };
	f->call.arena = &f->arena;
	f->call.now_ms = 1000;
	rest = str_c(body);
	piece = size;
	return form_begin(&f->call, next, str_c(type), &f->form);
}

static void end(struct fixture *f)
{
	form_fini(&f->form);
	buf_fini(&f->file);
	arena_fini(&f->arena);
}

#define TYPE "multipart/form-data; boundary=\"b c\""
#define FIELD(name, value) \
	"--b c\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_PART(text) \
	"--b c\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a;b.txt\"\r\n" \
	"Content-Type: text/plain\r\n\r\n" text "\r\n--b c--\r\n"

static void test_any_pieces(void)
{
	static const char body[] = FIELD("key", "k") FIELD("empty", "")
		FIELD("lines", "one\r\n--b\r\ntwo") FILE_PART("x\r\n--b\r\n\r\n--b cy\r\n-");
	/* "\r\n--b c" ends the file wherever it stands: what follows is not looked at. */
	for (size_t size = 1; size < sizeof body; size++) {
		struct fixture f;
		CHECK_INT(begin(&f, TYPE, body, size), 0);
		CHECK_INT(f.form.n, 3);
		CHECK_STR(form_get(&f.form, STR("KEY")), "k");
		CHECK_STR(form_get(&f.form, STR("empty")), "");
		CHECK(form_get(&f.form, STR("empty")).p && !form_get(&f.form, STR("none")).p);
		CHECK_STR(form_get(&f.form, STR("lines")), "one\r\n--b\r\ntwo");
		CHECK_STR(f.form.file_name, "a;b.txt");
		CHECK_INT(form_read_file(&f.form, write, &f.file), 0);
		CHECK_STR(buf_view(&f.file), "x\r\n--b\r\n");
		CHECK_INT(rest.n, 0);
		end(&f);
	}
}

static void test_refusals(void)
{
	static const struct {
		const char *type, *body;
		const struct error_shape *error;
	} rows[] = {
		{ "text/plain; boundary=b", "", &s3_precondition_failed },
		{ "multipart/form-data", "--b\r\n", &s3_malformed_post_request },
		{ "multipart/form-data; boundary=", "--\r\n", &s3_malformed_post_request },
		{ TYPE, "", &s3_malformed_post_request },
		{ TYPE, FIELD("key", "k"), &s3_malformed_post_request },
		{ TYPE, FIELD("", "k") FILE_PART("x"), &s3_malformed_post_request },
		{ TYPE, FIELD("key", "k") "--b c--\r\n", &s3_invalid_argument },
		{ TYPE, FIELD("key", "k") FIELD("Key", "l") FILE_PART("x"), &s3_invalid_argument },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture f;
		CHECK(begin(&f, rows[i].type, rows[i].body, 5) < 0);
		CHECK(f.call.error.shape == rows[i].error);
		end(&f);
	}
}

static void test_limits(void)
{
	struct fixture f;
	struct buf b = { 0 };
	for (int i = 0; i <= S3_FORM_FIELDS_MAX; i++)
		buf_printf(&b, "--b c\r\nContent-Disposition: form-data; name=f%d\r\n\r\n\r\n", i);
	buf_cat(&b, FILE_PART("x"));
	CHECK(begin(&f, TYPE, buf_cstr(&b), 100) < 0);
	CHECK(f.call.error.shape == &s3_max_post_pre_data_length_exceeded_error);
	end(&f);
	/* What comes after the file is not a place for as much as one likes. */
	b.n = 0;
	buf_cat(&b, FIELD("key", "k") FILE_PART("x"));
	for (int i = 0; i <= S3_FORM_FIELD_BYTES_MAX; i++)
		buf_char(&b, '-');
	CHECK_INT(begin(&f, TYPE, buf_cstr(&b), 100), 0);
	CHECK(form_read_file(&f.form, write, &f.file) < 0);
	CHECK(f.call.error.shape == &s3_malformed_post_request);
	end(&f);
	buf_fini(&b);
}

/* The form has key=user/a and Content-Type=image/png, image/gif; its bucket is the-bucket. */
static void test_policies(void)
{
#define ALL "{\"bucket\":\"the-bucket\"},[\"starts-with\",\"$key\",\"user/\"]"
#define TYPES "[\"starts-with\",\"$content-type\",\"image/\"]"
	static const struct {
		const char *expiration, *conditions;
		const struct error_shape *error;
	} rows[] = {
		{ "1970-01-01T00:00:02Z", ALL "," TYPES, NULL },
		{ "1970-01-01T00:00:02Z",
			ALL ",[\"EQ\",\"$Content-Type\",\"image/png, image/gif\"]", NULL },
		{ "1970-01-01T00:00:02Z", ALL ",{\"content-type\":\"image/png, image/gif\"}",
			NULL },
		{ "1970-01-01T00:00:01Z", ALL "," TYPES, &s3_access_denied },
		{ "soon", ALL "," TYPES, &s3_invalid_policy_document },
		{ "1970-01-01T00:00:02Z", ALL, &s3_access_denied }, /* the type is extra */
		{ "1970-01-01T00:00:02Z", ALL "," TYPES ",{\"acl\":\"private\"}",
			&s3_access_denied },
		{ "1970-01-01T00:00:02Z", ALL "," TYPES ",{\"key\":\"user/b\"}",
			&s3_access_denied },
		{ "1970-01-01T00:00:02Z", ALL "," TYPES ",{\"bucket\":\"other\"}",
			&s3_access_denied },
		{ "1970-01-01T00:00:02Z", ALL ",[\"starts-with\",\"$Content-Type\",\"image/p\"]",
			&s3_access_denied },
		{ "1970-01-01T00:00:02Z", ALL ",[\"ends-with\",\"$Content-Type\",\"gif\"]",
			&s3_invalid_policy_document },
		{ "1970-01-01T00:00:02Z", ALL ",[\"eq\",\"content-type\",\"x\"]",
			&s3_invalid_policy_document },
		{ "1970-01-01T00:00:02Z", ALL ",{\"content-type\":1}",
			&s3_invalid_policy_document },
		{ "1970-01-01T00:00:02Z", ALL ",{\"a\":\"b\",\"c\":\"d\"}",
			&s3_invalid_policy_document },
		{ "1970-01-01T00:00:02Z", TYPES ",[\"content-length-range\",-1,2]",
			&s3_invalid_policy_document },
		{ "1970-01-01T00:00:02Z", "1", &s3_invalid_policy_document },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture f;
		struct form_limits limits = { 0, 100 };
		char policy[400];
		CHECK_INT(begin(&f, TYPE,
				  FIELD("key", "user/a") FIELD("Content-Type",
					  "image/png, image/gif") FIELD("x-ignore-me", "1")
					  FIELD("policy", "itself") FILE_PART("x"),
				  1000),
			0);
		snprintf(policy, sizeof policy, "{\"expiration\":\"%s\",\"conditions\":[%s]}",
			rows[i].expiration, rows[i].conditions);
		int r = form_check_policy(&f.form, STR("the-bucket"), str_c(policy), &limits);
		CHECK_INT(r, rows[i].error ? -1 : 0);
		CHECK(f.call.error.shape == rows[i].error);
		end(&f);
	}
}

static void test_ranges(void)
{
	static const char policy[] =
		"{\"expiration\":\"1970-01-01T00:00:02Z\",\"conditions\":["
		"[\"starts-with\",\"$key\",\"\"],[\"content-length-range\",1,50],"
		"[\"content-length-range\",0,40]]}";
	struct form_limits limits = { 0, 100 };
	struct fixture f;
	CHECK_INT(begin(&f, TYPE, FIELD("key", "k") FILE_PART("x"), 1000), 0);
	CHECK_INT(form_check_policy(&f.form, STR("the-bucket"), str_c(policy), &limits), 0);
	CHECK_INT(limits.bytes_min, 1);
	CHECK_INT(limits.bytes_max, 40);
	end(&f);
}

static const struct test tests[] = {
	{ "a form is the same in pieces of any size", test_any_pieces },
	{ "what is no form is refused", test_refusals },
	{ "forms have limits", test_limits },
	{ "policies allow what they say", test_policies },
	{ "all ranges of a policy hold", test_ranges },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
