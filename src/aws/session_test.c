/* Temporary credentials: what was issued comes back, and nothing else does. */
#include "aws/session.h"
#include "tests/check.h"
#include <errno.h>

static struct aws server = { .secret = { 1, 2, 3 } };

static const struct session some_session = {
	.account = STR_INIT("123456789012"),
	.role_arn = STR_INIT("arn:aws:iam::123456789012:role/service/worker"),
	.role_id = STR_INIT("AROAEXAMPLE"),
	.session_name = STR_INIT("resize"),
	.expires_ms = 1000000,
	.instance = STR_INIT("i-1"),
	.policy = STR_INIT("{\"Statement\":[]}"),
};

static void test_round_trip(void)
{
	struct arena arena = { 0 };
	struct session_credentials c;
	struct session s;
	struct str secret;
	session_issue(&server, &arena, &some_session, &c);
	CHECK(str_starts(c.access_key_id, STR("ASIA")));
	CHECK_INT(c.access_key_id.n, 20);
	CHECK_INT(c.secret_access_key.n, 40);
	CHECK_INT(session_verify(
			  &server, &arena, c.access_key_id, c.session_token, 999999, &s, &secret),
		0);
	CHECK(str_eq(secret, c.secret_access_key));
	CHECK_STR(s.account, "123456789012");
	CHECK_STR(s.role_arn, "arn:aws:iam::123456789012:role/service/worker");
	CHECK_STR(s.role_id, "AROAEXAMPLE");
	CHECK_STR(s.session_name, "resize");
	CHECK_STR(s.instance, "i-1");
	CHECK_STR(s.policy, "{\"Statement\":[]}");
	CHECK_INT(s.expires_ms, 1000000);
	arena_fini(&arena);
}

static void test_expired(void)
{
	struct arena arena = { 0 };
	struct session_credentials c;
	struct session s;
	struct str secret;
	session_issue(&server, &arena, &some_session, &c);
	CHECK_INT(session_verify(
			  &server, &arena, c.access_key_id, c.session_token, 1000000, &s, &secret),
		-ETIMEDOUT);
	CHECK_STR(s.session_name, "resize");
	arena_fini(&arena);
}

static void test_forged(void)
{
	struct arena arena = { 0 };
	struct session_credentials a, b;
	struct session s;
	struct str secret;
	struct aws other = { .secret = { 9 } };
	session_issue(&server, &arena, &some_session, &a);
	session_issue(&server, &arena, &some_session, &b);
	CHECK(!str_eq(a.access_key_id, b.access_key_id));
	/* Another's token, another server's token, every changed character, every cut. */
	CHECK_INT(session_verify(&server, &arena, a.access_key_id, b.session_token, 0, &s, &secret),
		-EINVAL);
	CHECK_INT(session_verify(&other, &arena, a.access_key_id, a.session_token, 0, &s, &secret),
		-EINVAL);
	char *copy = arena_cstr(&arena, a.session_token);
	for (size_t i = 0; i < a.session_token.n; i++) {
		char kept = copy[i];
		copy[i] = kept == 'A' ? 'B' : 'A';
		CHECK_INT(session_verify(
				  &server, &arena, a.access_key_id, str_c(copy), 0, &s, &secret),
			-EINVAL);
		copy[i] = kept;
		struct str cut = str_sub(a.session_token, 0, i);
		CHECK_INT(session_verify(&server, &arena, a.access_key_id, cut, 0, &s, &secret),
			-EINVAL);
	}
	arena_fini(&arena);
}

static const struct test tests[] = {
	{ "a session's credentials carry all of it", test_round_trip },
	{ "an expired session is told from a foreign one", test_expired },
	{ "forged, foreign and damaged tokens are refused", test_forged },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
