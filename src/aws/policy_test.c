/* IAM policies, rule by rule (IAM User Guide, "IAM JSON policy elements reference"). */
#include "aws/policy.h"
#include "tests/check.h"
#include <errno.h>

static const struct policy_context_key context[] = {
	{ STR_INIT("aws:SourceIp"), STR_INIT("203.0.113.7") },
	{ STR_INIT("aws:username"), STR_INIT("Ada") },
	{ STR_INIT("aws:CurrentTime"), STR_INIT("2026-11-24T12:00:00Z") },
	{ STR_INIT("aws:SecureTransport"), STR_INIT("false") },
	{ STR_INIT("aws:PrincipalArn"), STR_INIT("arn:aws:iam::111122223333:user/Ada") },
	{ STR_INIT("s3:max-keys"), STR_INIT("10") },
	{ STR_INIT("aws:TagKeys"), STR_INIT("team") },
	{ STR_INIT("aws:TagKeys"), STR_INIT("cost") },
	{ STR_INIT("aws:star"), STR_INIT("*") },
};

static const struct policy_request invoke = {
	.action = STR_INIT("lambda:InvokeFunction"),
	.resource = STR_INIT("arn:aws:lambda:us-east-1:111122223333:function:Ada-hello"),
	.principal_arn = STR_INIT("arn:aws:iam::111122223333:user/Ada"),
	.principal_account = STR_INIT("111122223333"),
	.context = context,
	.context_count = COUNT_OF(context),
};

static enum policy_effect evaluate(const char *document, bool is_resource_policy)
{
	struct arena arena = { 0 };
	enum policy_effect effect =
		policy_evaluate(&arena, str_c(document), &invoke, is_resource_policy);
	arena_fini(&arena);
	return effect;
}

#define ALLOW(rest) "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\"," rest "}]}"
#define DENY(rest) "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\"," rest "}]}"
#define ANY "\"Action\":\"*\",\"Resource\":\"*\""

struct row {
	const char *document;
	enum policy_effect effect;
};

static void check_rows(const struct row *rows, size_t n, bool is_resource_policy)
{
	for (size_t i = 0; i < n; i++) {
		enum policy_effect effect = evaluate(rows[i].document, is_resource_policy);
		if (effect != rows[i].effect) {
			printf("# %s\n", rows[i].document);
			CHECK_INT(effect, rows[i].effect);
		}
	}
}

static void test_actions_and_resources(void)
{
	static const struct row rows[] = {
		{ ALLOW(ANY), POLICY_ALLOW },
		{ DENY(ANY), POLICY_DENY },
		{ "{\"Statement\":{\"Effect\":\"Allow\"," ANY "}}", POLICY_ALLOW },
		/* Actions without regard to case, with wildcards; resources by case. */
		{ ALLOW("\"Action\":\"LAMBDA:invoke*\",\"Resource\":\"*\""), POLICY_ALLOW },
		{ ALLOW("\"Action\":\"lambda:Invoke?unction\",\"Resource\":\"*\""), POLICY_ALLOW },
		{ ALLOW("\"Action\":\"lambda:Get*\",\"Resource\":\"*\""), POLICY_NO_MATCH },
		{ ALLOW("\"Action\":[\"s3:*\",\"lambda:*\"],\"Resource\":\"*\""), POLICY_ALLOW },
		{ ALLOW("\"NotAction\":\"lambda:*\",\"Resource\":\"*\""), POLICY_NO_MATCH },
		{ ALLOW("\"NotAction\":[\"s3:*\"],\"Resource\":\"*\""), POLICY_ALLOW },
		{ ALLOW("\"Action\":\"*\",\"Resource\":\"arn:aws:lambda:*:*:function:Ada-*\""),
			POLICY_ALLOW },
		{ ALLOW("\"Action\":\"*\",\"Resource\":\"arn:aws:lambda:*:*:function:ada-*\""),
			POLICY_NO_MATCH },
		{ ALLOW("\"Action\":\"*\",\"NotResource\":\"arn:aws:lambda:*\""), POLICY_NO_MATCH },
		{ ALLOW("\"Action\":\"*\",\"NotResource\":\"arn:aws:s3:::*\""), POLICY_ALLOW },
		/* No Resource, no match in an identity's policy. */
		{ ALLOW("\"Action\":\"*\""), POLICY_NO_MATCH },
		/* An explicit deny wins over every allow. */
		{ "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\"," ANY
		  "},{\"Effect\":\"Allow\"," ANY "}]}",
			POLICY_DENY },
		/* What can't be read may hold a deny. */
		{ "{", POLICY_DENY },
	};
	check_rows(rows, COUNT_OF(rows), false);
}

static void test_variables(void)
{
	static const struct row rows[] = {
		{ ALLOW("\"Action\":\"*\",\"Resource\":\"arn:aws:lambda:*:*:function:${aws:username}-*\""),
			POLICY_ALLOW },
		{ ALLOW("\"Action\":\"*\",\"Resource\":\"*${aws:unknown}*\""), POLICY_NO_MATCH },
		{ ALLOW("\"Action\":\"*\",\"Resource\":\"*${aws:unknown, 'hello'}\""),
			POLICY_ALLOW },
		/* A star in a value is a star and no wildcard; so is ${*}. */
		{ ALLOW("\"Action\":\"*\",\"Resource\":\"${aws:star}\""), POLICY_NO_MATCH },
		{ ALLOW("\"Action\":\"*\",\"Resource\":\"${*}\""), POLICY_NO_MATCH },
		/* Policies of the old version have no variables. */
		{ "{\"Version\":\"2008-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":"
		  "\"*${aws:username}-*\"}]}",
			POLICY_NO_MATCH },
		{ ALLOW(ANY ",\"Condition\":{\"StringEquals\":{\"aws:PrincipalArn\":"
			    "\"arn:aws:iam::111122223333:user/${aws:username}\"}}"),
			POLICY_ALLOW },
	};
	check_rows(rows, COUNT_OF(rows), false);
}

#define IF(op, key, value) ALLOW(ANY ",\"Condition\":{\"" op "\":{\"" key "\":" value "}}")

static void test_conditions(void)
{
	static const struct row rows[] = {
		{ IF("StringEquals", "aws:username", "\"Ada\""), POLICY_ALLOW },
		{ IF("StringEquals", "AWS:UserName", "\"Ada\""), POLICY_ALLOW },
		{ IF("StringEquals", "aws:username", "\"A*\""), POLICY_NO_MATCH },
		{ IF("StringEquals", "aws:username", "[\"Bob\",\"Ada\"]"), POLICY_ALLOW },
		{ IF("StringEquals", "aws:absent", "\"x\""), POLICY_NO_MATCH },
		{ IF("StringEqualsIfExists", "aws:absent", "\"x\""), POLICY_ALLOW },
		{ IF("StringEqualsIfExists", "aws:username", "\"x\""), POLICY_NO_MATCH },
		{ IF("StringNotEquals", "aws:username", "[\"Bob\",\"Ada\"]"), POLICY_NO_MATCH },
		{ IF("StringNotEquals", "aws:username", "\"Bob\""), POLICY_ALLOW },
		{ IF("StringNotEquals", "aws:absent", "\"Bob\""), POLICY_ALLOW },
		{ IF("StringEqualsIgnoreCase", "aws:username", "\"ADA\""), POLICY_ALLOW },
		{ IF("StringNotEqualsIgnoreCase", "aws:username", "\"ADA\""), POLICY_NO_MATCH },
		{ IF("StringLike", "aws:username", "\"A?a*\""), POLICY_ALLOW },
		{ IF("StringNotLike", "aws:username", "\"A*\""), POLICY_NO_MATCH },
		{ IF("NumericEquals", "s3:max-keys", "10"), POLICY_ALLOW },
		{ IF("NumericEquals", "s3:max-keys", "\"10.0\""), POLICY_ALLOW },
		{ IF("NumericNotEquals", "s3:max-keys", "\"10\""), POLICY_NO_MATCH },
		{ IF("NumericLessThan", "s3:max-keys", "\"10\""), POLICY_NO_MATCH },
		{ IF("NumericLessThanEquals", "s3:max-keys", "\"10\""), POLICY_ALLOW },
		{ IF("NumericGreaterThan", "s3:max-keys", "\"9\""), POLICY_ALLOW },
		{ IF("NumericGreaterThanEquals", "s3:max-keys", "\"11\""), POLICY_NO_MATCH },
		{ IF("NumericLessThan", "aws:username", "\"10\""), POLICY_NO_MATCH },
		{ IF("DateLessThan", "aws:CurrentTime", "\"2026-11-25\""), POLICY_ALLOW },
		{ IF("DateGreaterThan", "aws:CurrentTime", "\"2026-11-24T13:00:00Z\""),
			POLICY_NO_MATCH },
		{ IF("DateGreaterThanEquals", "aws:CurrentTime", "\"2026-11-24T13:00:00+01:00\""),
			POLICY_ALLOW },
		{ IF("DateEquals", "aws:CurrentTime", "\"2026-11-24T12:00:00Z\""), POLICY_ALLOW },
		{ IF("Bool", "aws:SecureTransport", "\"false\""), POLICY_ALLOW },
		{ IF("Bool", "aws:SecureTransport", "true"), POLICY_NO_MATCH },
		{ IF("IpAddress", "aws:SourceIp", "\"203.0.113.0/24\""), POLICY_ALLOW },
		{ IF("IpAddress", "aws:SourceIp", "\"203.0.113.8/31\""), POLICY_NO_MATCH },
		{ IF("IpAddress", "aws:SourceIp", "\"203.0.113.7\""), POLICY_ALLOW },
		{ IF("IpAddress", "aws:SourceIp", "\"2001:db8::/32\""), POLICY_NO_MATCH },
		{ IF("NotIpAddress", "aws:SourceIp", "[\"10.0.0.0/8\",\"203.0.113.0/24\"]"),
			POLICY_NO_MATCH },
		{ IF("ArnLike", "aws:PrincipalArn", "\"arn:aws:iam::*:user/*\""), POLICY_ALLOW },
		{ IF("ArnEquals", "aws:PrincipalArn", "\"arn:aws:*:user/*\""), POLICY_NO_MATCH },
		{ IF("ArnNotLike", "aws:PrincipalArn", "\"arn:aws:iam::*:role/*\""), POLICY_ALLOW },
		{ IF("Null", "aws:absent", "\"true\""), POLICY_ALLOW },
		{ IF("Null", "aws:username", "\"true\""), POLICY_NO_MATCH },
		{ IF("Null", "aws:username", "false"), POLICY_ALLOW },
		{ IF("ForAllValues:StringEquals", "aws:TagKeys", "[\"team\",\"cost\",\"x\"]"),
			POLICY_ALLOW },
		{ IF("ForAllValues:StringEquals", "aws:TagKeys", "[\"team\"]"), POLICY_NO_MATCH },
		{ IF("ForAllValues:StringEquals", "aws:absent", "[\"team\"]"), POLICY_ALLOW },
		{ IF("ForAnyValue:StringEquals", "aws:TagKeys", "[\"team\"]"), POLICY_ALLOW },
		{ IF("ForAnyValue:StringEquals", "aws:TagKeys", "[\"x\"]"), POLICY_NO_MATCH },
		{ IF("ForAnyValue:StringEquals", "aws:absent", "[\"x\"]"), POLICY_NO_MATCH },
		{ IF("ForAnyValue:StringNotEquals", "aws:TagKeys", "\"team\""), POLICY_ALLOW },
		/* All operators and all keys must hold. */
		{ ALLOW(ANY
			  ",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"},\"StringEquals\":"
			  "{\"aws:username\":\"Ada\",\"s3:max-keys\":\"11\"}}"),
			POLICY_NO_MATCH },
		{ DENY(ANY ",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}"),
			POLICY_DENY },
	};
	check_rows(rows, COUNT_OF(rows), false);
}

static void test_principals(void)
{
	static const struct row rows[] = {
		{ ALLOW("\"Principal\":\"*\",\"Action\":\"*\""), POLICY_ALLOW },
		{ ALLOW("\"Principal\":{\"AWS\":\"*\"},\"Action\":\"*\""), POLICY_ALLOW },
		{ ALLOW("\"Principal\":{\"AWS\":\"111122223333\"},\"Action\":\"*\""),
			POLICY_ALLOW },
		{ ALLOW("\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:root\"},\"Action\":\"*\""),
			POLICY_ALLOW },
		{ ALLOW("\"Principal\":{\"AWS\":[\"arn:aws:iam::111122223333:user/Ada\"]},\"Action\":\"*\""),
			POLICY_ALLOW },
		{ ALLOW("\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:user/Bob\"},\"Action\":\"*\""),
			POLICY_NO_MATCH },
		{ ALLOW("\"Principal\":{\"AWS\":\"arn:aws:iam::999922223333:root\"},\"Action\":\"*\""),
			POLICY_NO_MATCH },
		{ ALLOW("\"Principal\":{\"Service\":\"s3.amazonaws.com\"},\"Action\":\"*\""),
			POLICY_NO_MATCH },
		{ ALLOW("\"NotPrincipal\":{\"AWS\":\"111122223333\"},\"Action\":\"*\""),
			POLICY_NO_MATCH },
		{ ALLOW("\"NotPrincipal\":{\"AWS\":\"999922223333\"},\"Action\":\"*\""),
			POLICY_ALLOW },
		{ ALLOW("\"Action\":\"*\",\"Resource\":\"*\""), POLICY_NO_MATCH },
	};
	check_rows(rows, COUNT_OF(rows), true);
}

static void test_sessions_and_services(void)
{
	struct arena arena = { 0 };
	struct policy_request r = invoke;
	struct str document =
		STR(ALLOW("\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:role/path/worker\"},"
			  "\"Action\":\"*\""));
	r.principal_arn = STR("arn:aws:sts::111122223333:assumed-role/worker/session-1");
	CHECK_INT(policy_evaluate(&arena, document, &r, true), POLICY_ALLOW);
	r.principal_arn = STR("arn:aws:sts::111122223333:assumed-role/other/session-1");
	CHECK_INT(policy_evaluate(&arena, document, &r, true), POLICY_NO_MATCH);
	r.principal_arn = STR("arn:aws:sts::999922223333:assumed-role/worker/session-1");
	CHECK_INT(policy_evaluate(&arena, document, &r, true), POLICY_NO_MATCH);
	document = STR(ALLOW(
		"\"Principal\":{\"Service\":[\"sns.amazonaws.com\",\"s3.amazonaws.com\"]},\"Action\":\"*\""));
	r.principal_service = STR("s3.amazonaws.com");
	CHECK_INT(policy_evaluate(&arena, document, &r, true), POLICY_ALLOW);
	arena_fini(&arena);
}

static void test_together(void)
{
	struct arena arena = { 0 };
	struct str documents[] = { STR(ALLOW(ANY)),
		STR(DENY("\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"*\"")) };
	struct policies policies = { .documents = documents, .n = 1 };
	CHECK_INT(policies_evaluate(&arena, &policies, &invoke), POLICY_ALLOW);
	policies.n = 2;
	CHECK_INT(policies_evaluate(&arena, &policies, &invoke), POLICY_DENY);
	policies.n = 0;
	CHECK_INT(policies_evaluate(&arena, &policies, &invoke), POLICY_NO_MATCH);
	/* A permissions boundary allows nothing by itself, and bounds what the others allow. */
	policies.boundary = STR(ALLOW("\"Action\":\"s3:*\",\"Resource\":\"*\""));
	CHECK_INT(policies_evaluate(&arena, &policies, &invoke), POLICY_NO_MATCH);
	policies.n = 1;
	CHECK_INT(policies_evaluate(&arena, &policies, &invoke), POLICY_NO_MATCH);
	policies.boundary = STR(ALLOW("\"Action\":\"lambda:*\",\"Resource\":\"*\""));
	CHECK_INT(policies_evaluate(&arena, &policies, &invoke), POLICY_ALLOW);
	arena_fini(&arena);
}

static void test_check(void)
{
	static const struct {
		const char *document;
		bool is_resource_policy;
		const char *why;
	} rows[] = {
		{ ALLOW(ANY), false, NULL },
		{ ALLOW("\"Sid\":\"One\"," ANY
			",\"Condition\":{\"NumericLessThan\":{\"s3:max-keys\":10}}"),
			false, NULL },
		{ ALLOW("\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\""),
			true, NULL },
		{ "", false, "Syntax errors in policy." },
		{ "{\"Version\":\"2012-10-17\"}", false, "Syntax errors in policy." },
		{ "{\"Version\":\"2012-10-17\",\"Statement\":[]}", false,
			"Syntax errors in policy." },
		{ ALLOW(ANY ",\"Colour\":\"red\""), false, "Syntax errors in policy." },
		{ "{\"Version\":\"2020-01-01\",\"Statement\":[{\"Effect\":\"Allow\"," ANY "}]}",
			false,
			"The policy must contain a valid version string: 2012-10-17 or 2008-10-17" },
		{ "{\"Statement\":[{" ANY "}]}", false, "Missing required field Effect" },
		{ "{\"Statement\":[{\"Effect\":\"allow\"," ANY "}]}", false,
			"Invalid effect: allow" },
		{ ALLOW("\"Action\":\"*\""), false, "Policy statement must contain resources." },
		{ ALLOW("\"Resource\":\"*\""), false, "Policy statement must contain actions." },
		{ ALLOW("\"Action\":\"GetObject\",\"Resource\":\"*\""), false,
			"Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc." },
		{ ALLOW("\"Action\":\"a b:c\",\"Resource\":\"*\""), false,
			"Vendor a b is not valid" },
		{ ALLOW("\"Action\":\"s3:*\",\"Resource\":\"bucket\""), false,
			"Resource bucket must be in ARN format or \"*\"." },
		{ ALLOW("\"Principal\":\"*\"," ANY), false,
			"Policy document should not specify a principal." },
		{ ALLOW(ANY), true, "Missing required field Principal" },
		{ ALLOW("\"Principal\":\"Ada\"," ANY), true, "Invalid principal in policy." },
		{ IF("StringSame", "aws:username", "\"x\""), false,
			"Invalid Condition type : StringSame." },
		{ "{\"Statement\":[{\"Sid\":\"A\",\"Effect\":\"Allow\"," ANY
		  "},{\"Sid\":\"A\",\"Effect\":\"Allow\"," ANY "}]}",
			false, "Statement IDs (SID) in a single policy must be unique." },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena arena = { 0 };
		struct str why = { 0 };
		int r = policy_check(
			&arena, str_c(rows[i].document), rows[i].is_resource_policy, &why);
		CHECK_INT(r, rows[i].why ? -EINVAL : 0);
		CHECK_STR(why, rows[i].why ? rows[i].why : "");
		arena_fini(&arena);
	}
}

static const struct test tests[] = {
	{ "actions and resources, with wildcards and their Not forms", test_actions_and_resources },
	{ "policy variables", test_variables },
	{ "every condition operator", test_conditions },
	{ "principals of resource policies", test_principals },
	{ "a role's session and a service as principals", test_sessions_and_services },
	{ "several policies together: a deny wins", test_together },
	{ "policy_check says what is wrong in IAM's words", test_check },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
