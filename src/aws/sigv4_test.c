/* Signature Version 4 against AWS's published examples, and what must be refused. */
#include "aws/sigv4.h"
#include "base/clock.h"
#include "tests/check.h"
#include <errno.h>

#define SECRET STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
#define S3_SECRET STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
#define SCOPE "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request"
#define HOST "Host:example.amazonaws.com\n"
#define DATE "X-Amz-Date:20150830T123600Z\n"
#define LETTERS "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

enum { HEADERS_MAX = 16 };

static const int64_t signed_ms = 1440938160000; /* 2015-08-30T12:36:00Z */

struct message {
	struct sigv4_request request;
	struct http_header v[HEADERS_MAX];
	struct http_headers headers;
};

static void message_init(
	struct message *m, const char *method, const char *target, const char *headers)
{
	struct str path = str_c(target), lines = str_c(headers), line, query = STR("");
	ssize_t question = str_index(path, '?');
	*m = (struct message){ 0 };
	if (question >= 0) {
		query = str_from(path, (size_t)question + 1);
		path.n = (size_t)question;
	}
	while (lines.n && str_cut(&lines, '\n', &line)) {
		ssize_t colon = str_index(line, ':');
		if (colon > 0)
			m->v[m->headers.n++] =
				(struct http_header){ str_sub(line, 0, (size_t)colon),
					str_from(line, (size_t)colon + 1) };
	}
	m->headers.v = m->v;
	m->request = (struct sigv4_request){ str_c(method), path, query, &m->headers };
}

static int verify(struct arena *arena, struct message *m, const char *authorization,
	const char *body, int64_t now_ms, enum sigv4_rules rules, struct sigv4_error *error)
{
	struct sigv4_claim claim;
	if (authorization)
		m->v[m->headers.n++] =
			(struct http_header){ STR("Authorization"), str_c(authorization) };
	sigv4_parse(arena, &m->request, &claim);
	return sigv4_verify(arena, &m->request, &claim,
		rules == SIGV4_RULES_S3 ? S3_SECRET : SECRET, str_c(body), rules, now_ms, error);
}

/* AWS General Reference, "Signature Version 4 test suite": secret, scope and time as above. */
static const struct vector {
	const char *method, *target, *headers, *body, *names, *signature;
} vectors[] = {
	{ "GET", "/", HOST DATE, "", "host;x-amz-date",
		"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "GET", "/", HOST "My-Header1:value2\nMy-Header1:value2\nMy-Header1:value1\n" DATE, "",
		"host;my-header1;x-amz-date",
		"c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea" },
	{ "GET", "/", HOST "My-Header1: value1\nMy-Header2: \"a   b   c\" \n" DATE, "",
		"host;my-header1;my-header2;x-amz-date",
		"acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736" },
	{ "GET", "/" LETTERS, HOST DATE, "", "host;x-amz-date",
		"07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f" },
	{ "GET", "/?Param2=value2&Param1=value1", HOST DATE, "", "host;x-amz-date",
		"b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500" },
	{ "GET", "/?" LETTERS "=" LETTERS, HOST DATE, "", "host;x-amz-date",
		"9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197" },
	{ "GET", "/?\341\210\264=bar", HOST DATE, "", "host;x-amz-date",
		"2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04" },
	{ "POST", "/", HOST "My-Header1:value1\n" DATE, "", "host;my-header1;x-amz-date",
		"c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c" },
	{ "POST", "/?Param1=value1", HOST DATE, "", "host;x-amz-date",
		"28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11" },
	{ "POST", "/", "Content-Type:application/x-www-form-urlencoded\n" HOST DATE,
		"Param1=value1", "content-type;host;x-amz-date",
		"ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a" },
	{ "GET", "/example1/example2/../..", HOST DATE, "", "host;x-amz-date",
		"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "GET", "/./example", HOST DATE, "", "host;x-amz-date",
		"ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5" },
	{ "GET", "//example//", HOST DATE, "", "host;x-amz-date",
		"9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84" },
};

static void test_vectors(void)
{
	for (size_t i = 0; i < COUNT_OF(vectors); i++) {
		const struct vector *v = &vectors[i];
		struct arena arena = { 0 };
		struct message m;
		struct sigv4_error error = { 0 };
		message_init(&m, v->method, v->target, v->headers);
		struct str authorization = arena_printf(&arena,
			"AWS4-HMAC-SHA256 Credential=" SCOPE ", SignedHeaders=%s, "
			"Signature=%s",
			v->names, v->signature);
		int r = verify(&arena, &m, authorization.p, v->body, signed_ms, SIGV4_RULES_COMMON,
			&error);
		CHECK_INT(r, 0);
		if (r < 0)
			printf("# %s %s: %.*s\n", v->method, v->target, STR_ARG(error.message));
		arena_fini(&arena);
	}
}

/* S3 API Reference, "Authenticating requests: using query parameters", its example. */
static void test_presigned(void)
{
	static const char target[] =
		"/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F"
		"20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&"
		"X-Amz-SignedHeaders=host&X-Amz-Signature="
		"aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
	const int64_t at = 1369353600000;
	struct arena arena = { 0 };
	struct message m;
	struct sigv4_error error = { 0 };
	message_init(&m, "GET", target, "Host:examplebucket.s3.amazonaws.com\n");
	CHECK_INT(verify(&arena, &m, NULL, "", at + 86400 * 1000, SIGV4_RULES_S3, &error), 0);
	CHECK_INT(verify(&arena, &m, NULL, "", at + 86401 * 1000, SIGV4_RULES_S3, &error), -EACCES);
	CHECK_INT(error.failure, SIGV4_EXPIRED);
	message_init(&m, "PUT", target, "Host:examplebucket.s3.amazonaws.com\n");
	CHECK_INT(verify(&arena, &m, NULL, "", at, SIGV4_RULES_S3, &error), -EACCES);
	CHECK_INT(error.failure, SIGV4_MISMATCH);
	struct str week = arena_printf(&arena,
		"/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%%2F20130524%%2Fr%%2F"
		"s3%%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=604801&X-Amz-SignedHeaders=host&"
		"X-Amz-Signature=00");
	message_init(&m, "GET", week.p, HOST);
	CHECK_INT(verify(&arena, &m, NULL, "", at, SIGV4_RULES_S3, &error), -EACCES);
	CHECK_INT(error.failure, SIGV4_BAD_EXPIRES);
	arena_fini(&arena);
}

#define GOOD \
	"AWS4-HMAC-SHA256 Credential=" SCOPE ", SignedHeaders=host;x-amz-date, Signature=" \
	"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"

static void test_refused(void)
{
	static const struct {
		const char *headers, *authorization, *body;
		int64_t now_ms;
		enum sigv4_failure failure;
		const char *text;
	} rows[] = {
		{ HOST DATE, GOOD, "x", signed_ms, SIGV4_MISMATCH,
			"The request signature we calculated does not match" },
		{ "Host:example.org\n" DATE, GOOD, "", signed_ms, SIGV4_MISMATCH,
			"\nhost:example.org\n" },
		{ HOST DATE, GOOD, "", signed_ms + 15 * 60 * 1000 + 1, SIGV4_SKEWED,
			"Signature expired: 20150830T123600Z is now earlier than" },
		{ HOST DATE, GOOD, "", signed_ms - 15 * 60 * 1000 - 1, SIGV4_SKEWED,
			"Signature not yet current" },
		{ HOST DATE "X-Amz-Content-Sha256:00\n", GOOD, "", signed_ms, SIGV4_BODY_CHANGED,
			"x-amz-content-sha256" },
		{ HOST DATE "X-Amz-Target:A.B\n", GOOD, "", signed_ms, SIGV4_INCOMPLETE,
			"'X-Amz-Target' must be" },
		{ HOST, GOOD, "", signed_ms, SIGV4_INCOMPLETE, "'X-Amz-Date' or a 'Date' header" },
		{ HOST DATE, "AWS4-HMAC-SHA256 Credential=" SCOPE ", Signature=00", "", signed_ms,
			SIGV4_INCOMPLETE, "requires 'SignedHeaders' parameter" },
		{ HOST DATE, "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=00",
			"", signed_ms, SIGV4_INCOMPLETE,
			"must have exactly 5 slash-delimited elements" },
		{ HOST DATE,
			"AWS4-HMAC-SHA256 Credential=" SCOPE
			", SignedHeaders=x-amz-date, Signature=00",
			"", signed_ms, SIGV4_INCOMPLETE, "'Host' or ':authority' must be" },
		{ HOST "X-Amz-Date:20150831T123600Z\n", GOOD, "", signed_ms, SIGV4_MISMATCH,
			"'20150830' != '20150831', from '20150831T123600Z'" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena arena = { 0 };
		struct message m;
		struct sigv4_error error = { 0 };
		message_init(&m, "GET", "/", rows[i].headers);
		CHECK_INT(verify(&arena, &m, rows[i].authorization, rows[i].body, rows[i].now_ms,
				  SIGV4_RULES_COMMON, &error),
			-EACCES);
		CHECK_INT(error.failure, rows[i].failure);
		CHECK(str_find(error.message, str_c(rows[i].text)) >= 0);
		arena_fini(&arena);
	}
}

/* What we sign, we accept, whatever stands in it; and only with the same secret. */
static void test_sign(void)
{
	static const char *const services[] = { "lambda", "s3" };
	for (size_t i = 0; i < COUNT_OF(services); i++) {
		struct arena arena = { 0 };
		struct message m;
		struct sigv4_error error = { 0 };
		struct http_header added[SIGV4_SIGN_HEADERS_MAX];
		struct sigv4_signer signer = { STR("AKIDEXAMPLE"), i ? S3_SECRET : SECRET,
			STR("token"), STR("eu-west-1"), str_c(services[i]), signed_ms };
		enum sigv4_rules rules = i ? SIGV4_RULES_S3 : SIGV4_RULES_COMMON;
		message_init(&m, "PUT", "/a%20b//c/../%C3%A9?x=1&y&a=%2F",
			HOST "Content-Type: text/plain\n");
		size_t n = sigv4_sign(&arena, &signer, &m.request, STR("body"), added);
		for (size_t j = 0; j < n; j++)
			m.v[m.headers.n++] = added[j];
		CHECK_INT(verify(&arena, &m, NULL, "body", signed_ms, rules, &error), 0);
		CHECK_INT(verify(&arena, &m, NULL, "bodY", signed_ms, rules, &error), -EACCES);
		m.request.path = STR("/other");
		CHECK_INT(verify(&arena, &m, NULL, "body", signed_ms, rules, &error), -EACCES);
		arena_fini(&arena);
	}
}

static const struct test tests[] = {
	{ "AWS's published examples", test_vectors },
	{ "pre-signed requests, and until when", test_presigned },
	{ "what is refused, and in which words", test_refused },
	{ "signing and verifying agree", test_sign },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
