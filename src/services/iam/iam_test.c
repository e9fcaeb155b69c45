/* IAM and STS without a socket: Query requests into the handlers, XML out of them. */
#include "services/iam/iam.h"
#include "api/iam.h"
#include "api/sts.h"
#include "aws/codec.h"
#include "aws/policy.h"
#include "aws/run.h"
#include "aws/session.h"
#include "aws/validate.h"
#include "base/encode.h"
#include "services/iam/limits.h"
#include "tests/check.h"
#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

/* STS is asked as the server has it: a row in the table of services. */
extern const struct service sts_service;

static char folder[64];
static struct arena arena;
static struct aws server;
static struct identity caller;
static int64_t now_ms = INT64_C(1795000000000);

static int64_t test_now(void)
{
	return now_ms;
}

static int remove_entry(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(name);
}

static const struct identity root = {
	.account = STR_INIT("000000000001"),
	.region = STR_INIT("us-east-1"),
	.principal_arn = STR_INIT("arn:aws:iam::000000000001:root"),
	.principal_id = STR_INIT("000000000001"),
	.is_root = true,
};

static void set_up(void)
{
	static const struct service *const services[] = { &iam_service, &sts_service, NULL };
	static void *states[2];
	char path[96];
	snprintf(folder, sizeof folder, "/tmp/samovar-iam-XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/store.db", folder);
	server = (struct aws){
		.services = services, .states = states, .now_ms = test_now, .auth = AWS_AUTH_STRICT
	};
	CHECK_INT(store_open(path, STORE_MEMORY, &server.store), 0);
	CHECK_INT(iam_service.start(&server, &states[0]), 0);
	caller = root;
}

static void tear_down(void)
{
	iam_service.stop(&server, server.states[0]);
	server.states[0] = NULL;
	aws_fini(&server);
	store_close(server.store);
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	arena_fini(&arena);
}

/* The answer's XML, or "Code: message". The form's values are percent-encoded by "%s" of enc(). */
static const char *ask(const struct operation *op, const char *fmt, ...) PRINTF_LIKE(2, 3);
static const char *ask(const struct operation *op, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct str form = arena_vprintf(&arena, fmt, ap), message;
	va_end(ap);
	struct call call;
	struct decode_error error;
	void *in = arena_zalloc(&arena, op->input->size + 1),
	     *out = arena_zalloc(&arena, op->output->size + 1);
	call_init(&call, &server, &arena, &caller);
	call.api = op == &sts_assume_role_operation || op == &sts_get_caller_identity_operation ||
				   op == &sts_get_session_token_operation
			   ? &sts_api
			   : &iam_api;
	call.operation = op;
	if (query_decode(&arena, op->input, form, in, &error) < 0)
		return arena_printf(&arena, "undecodable: %s", error.text).p;
	if (validate(&arena, op->input, in, &message) < 0)
		return arena_printf(&arena, "ValidationError: %.*s", STR_ARG(message)).p;
	if (operation_run(&call, in, out) < 0)
		return arena_printf(&arena, "%s: %.*s", call.error.shape->query_code,
			STR_ARG(call.error.message))
			.p;
	struct buf b = { 0 };
	xml_encode(&b, op->output, out, "Result", NULL);
	const char *text = arena_cstr(&arena, buf_view(&b));
	buf_fini(&b);
	return text;
}

static const char *enc(const char *text)
{
	return percent_encode(&arena, str_c(text), false).p;
}

/* What stands between <tag> and </tag>, the first time. */
static struct str tag(const char *xml, const char *name)
{
	struct str open = arena_printf(&arena, "<%s>", name),
		   close = arena_printf(&arena, "</%s>", name);
	const char *at = strstr(xml, open.p), *end = at ? strstr(at, close.p) : NULL;
	return end ? (struct str){ at + open.n, (size_t)(end - at) - open.n } : STR("");
}

static void check_is(const char *actual, const char *expected, int line)
{
	if (!strstr(actual, expected)) {
		printf("# line %d: \"%s\" is not in \"%s\"\n", line, expected, actual);
		check_failures++;
	}
}
#define CHECK_HAS(actual, expected) check_is((actual), (expected), __LINE__)

static const char lambda_trust[] =
	"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"
	"{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}";
static const char account_trust[] =
	"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"
	"{\"AWS\":\"000000000001\"},\"Action\":\"sts:AssumeRole\",\"Condition\":{\"StringEquals\":"
	"{\"sts:ExternalId\":\"secret word\"}}}]}";
static const char allow_read[] =
	"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
	"\"s3:GetObject\",\"Resource\":\"*\"}]}";

static void make_role(const char *name, const char *trust)
{
	const char *xml = ask(&iam_create_role_operation, "RoleName=%s&AssumeRolePolicyDocument=%s",
		name, enc(trust));
	CHECK_HAS(xml, "<RoleId>AROA");
}

static void test_roles(void)
{
	set_up();
	const char *xml = ask(&iam_create_role_operation,
		"RoleName=Worker&Path=%%2Fteam%%2F&Description=does%%20work&"
		"AssumeRolePolicyDocument=%s&Tags.member.1.Key=a&Tags.member.1.Value=1",
		enc(lambda_trust));
	CHECK_HAS(xml, "<Arn>arn:aws:iam::000000000001:role/team/Worker</Arn>");
	CHECK_HAS(xml, "<MaxSessionDuration>3600</MaxSessionDuration>");
	CHECK_STR(tag(xml, "AssumeRolePolicyDocument"), enc(lambda_trust));
	CHECK_HAS(ask(&iam_create_role_operation, "RoleName=WORKER&AssumeRolePolicyDocument=%s",
			  enc(lambda_trust)),
		"EntityAlreadyExists: Role with name WORKER already exists.");
	xml = ask(&iam_get_role_operation, "RoleName=Worker");
	CHECK_HAS(xml, "<Description>does work</Description>");
	CHECK_HAS(xml, "<member><Key>a</Key><Value>1</Value></member>");
	CHECK_HAS(ask(&iam_get_role_operation, "RoleName=Nobody"),
		"NoSuchEntity: The role with name Nobody cannot be found.");
	CHECK_HAS(ask(&iam_create_role_operation, "RoleName=x&AssumeRolePolicyDocument=nonsense"),
		"MalformedPolicyDocument: ");
	CHECK_HAS(
		ask(&iam_create_role_operation, "RoleName=x&AssumeRolePolicyDocument=%s",
			enc("{\"Version\":"
			    "\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sts:AssumeRole\","
			    "\"Resource\":\"*\"}]}")),
		"MalformedPolicyDocument: Has prohibited field Resource");
	CHECK_HAS(ask(&iam_create_role_operation, "RoleName=a%%20b&AssumeRolePolicyDocument=%s",
			  enc(lambda_trust)),
		"ValidationError: ");
	CHECK_HAS(ask(&iam_update_role_operation, "RoleName=Worker&MaxSessionDuration=7200"),
		"<Result");
	CHECK_HAS(ask(&iam_get_role_operation, "RoleName=Worker"), "<MaxSessionDuration>7200<");
	CHECK_HAS(ask(&iam_tag_role_operation,
			  "RoleName=Worker&Tags.member.1.Key=b&Tags.member.1.Value=2&"
			  "Tags.member.2.Key=A&Tags.member.2.Value=3"),
		"<Result");
	xml = ask(&iam_list_role_tags_operation, "RoleName=Worker&MaxItems=1");
	CHECK_HAS(xml, "<Value>3</Value>");
	CHECK_HAS(xml, "<IsTruncated>true</IsTruncated>");
	xml = ask(&iam_list_role_tags_operation, "RoleName=Worker&Marker=%s",
		tag(xml, "Marker").p ? arena_cstr(&arena, tag(xml, "Marker")) : "");
	CHECK_HAS(xml, "<Key>b</Key>");
	CHECK_HAS(xml, "<IsTruncated>false</IsTruncated>");
	CHECK_HAS(ask(&iam_untag_role_operation, "RoleName=Worker&TagKeys.member.1=b"), "<Result");
	CHECK(!strstr(ask(&iam_get_role_operation, "RoleName=Worker"), "<Key>b</Key>"));
	CHECK_HAS(ask(&iam_delete_role_operation, "RoleName=Worker"), "<Result");
	CHECK_HAS(ask(&iam_get_role_operation, "RoleName=Worker"), "NoSuchEntity");
	tear_down();
}

static void test_pages(void)
{
	set_up();
	for (int i = 0; i < 25; i++) {
		char name[16];
		snprintf(name, sizeof name, "role%02d", i);
		make_role(name, lambda_trust);
	}
	int seen = 0, pages = 0;
	const char *marker = "", *at;
	do {
		const char *xml = ask(&iam_list_roles_operation, "MaxItems=10%s", marker);
		for (at = xml; (at = strstr(at, "<RoleName>")); at++)
			seen++;
		pages++;
		marker = strstr(xml, "<IsTruncated>true")
				 ? arena_printf(&arena, "&Marker=%s",
					   enc(arena_cstr(&arena, tag(xml, "Marker"))))
					   .p
				 : NULL;
	} while (marker && pages < 10);
	CHECK_INT(seen, 25);
	CHECK_INT(pages, 3);
	CHECK_HAS(ask(&iam_list_roles_operation, "PathPrefix=%%2Fnone%%2F"), "<Roles></Roles>");
	CHECK_HAS(ask(&iam_list_roles_operation, "Marker=%%21%%21"),
		"ValidationError: Invalid Marker.");
	tear_down();
}

static void test_policies(void)
{
	set_up();
	make_role("worker", lambda_trust);
	const char *arn = "arn:aws:iam::000000000001:policy/read";
	CHECK_HAS(ask(&iam_create_policy_operation, "PolicyName=read&PolicyDocument=%s",
			  enc(allow_read)),
		"<DefaultVersionId>v1<");
	CHECK_HAS(ask(&iam_create_policy_operation, "PolicyName=read&PolicyDocument=%s",
			  enc(allow_read)),
		"EntityAlreadyExists: ");
	CHECK_HAS(ask(&iam_attach_role_policy_operation, "RoleName=worker&PolicyArn=%s", arn),
		"<Result");
	CHECK_HAS(ask(&iam_attach_role_policy_operation, "RoleName=worker&PolicyArn=%s",
			  "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"),
		"<Result");
	CHECK_HAS(ask(&iam_attach_role_policy_operation, "RoleName=worker&PolicyArn=%s",
			  "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole"),
		"NoSuchEntity: ");
	CHECK_HAS(ask(&iam_get_policy_operation, "PolicyArn=%s", arn), "<AttachmentCount>1<");
	const char *xml = ask(&iam_list_attached_role_policies_operation, "RoleName=worker");
	CHECK_HAS(xml, "<PolicyName>read</PolicyName>");
	CHECK_HAS(xml, "<PolicyName>AWSLambdaBasicExecutionRole</PolicyName>");
	CHECK_HAS(ask(&iam_list_entities_for_policy_operation, "PolicyArn=%s", arn),
		"<RoleName>worker</RoleName>");
	CHECK_HAS(ask(&iam_delete_role_operation, "RoleName=worker"),
		"DeleteConflict: Cannot delete entity, must detach");
	CHECK_HAS(ask(&iam_delete_policy_operation, "PolicyArn=%s", arn),
		"DeleteConflict: Cannot delete a policy attached");
	for (int i = 2; i <= IAM_VERSIONS_MAX; i++)
		CHECK_HAS(ask(&iam_create_policy_version_operation,
				  "PolicyArn=%s&PolicyDocument=%s&SetAsDefault=%s", arn,
				  enc(allow_read), i == 3 ? "true" : "false"),
			"<VersionId>v");
	CHECK_HAS(ask(&iam_create_policy_version_operation, "PolicyArn=%s&PolicyDocument=%s", arn,
			  enc(allow_read)),
		"LimitExceeded: ");
	CHECK_HAS(ask(&iam_get_policy_operation, "PolicyArn=%s", arn), "<DefaultVersionId>v3<");
	CHECK_HAS(ask(&iam_delete_policy_version_operation, "PolicyArn=%s&VersionId=v3", arn),
		"DeleteConflict: ");
	CHECK_HAS(ask(&iam_set_default_policy_version_operation, "PolicyArn=%s&VersionId=v1", arn),
		"<Result");
	xml = ask(&iam_get_policy_version_operation, "PolicyArn=%s&VersionId=v1", arn);
	CHECK_HAS(xml, "<IsDefaultVersion>true<");
	CHECK_STR(tag(xml, "Document"), enc(allow_read));
	xml = ask(&iam_list_policy_versions_operation, "PolicyArn=%s", arn);
	CHECK(strstr(xml, ">v5<") && strstr(xml, ">v5<") < strstr(xml, ">v1<"));
	CHECK_HAS(ask(&iam_detach_role_policy_operation, "RoleName=worker&PolicyArn=%s", arn),
		"<Result");
	CHECK_HAS(ask(&iam_detach_role_policy_operation, "RoleName=worker&PolicyArn=%s", arn),
		"NoSuchEntity: ");
	CHECK_HAS(ask(&iam_delete_policy_operation, "PolicyArn=%s", arn),
		"DeleteConflict: This policy has more than one");
	xml = ask(&iam_list_policies_operation, "Scope=Local");
	CHECK_HAS(xml, "<PolicyName>read</PolicyName>");
	CHECK(!strstr(xml, "AdministratorAccess"));
	CHECK_HAS(ask(&iam_list_policies_operation, "OnlyAttached=true"),
		"AWSLambdaBasicExecutionRole");
	CHECK_HAS(ask(&iam_delete_policy_operation, "PolicyArn=%s",
			  "arn:aws:iam::aws:policy/AdministratorAccess"),
		"AccessDenied: ");
	tear_down();
}

static void test_inline_policies(void)
{
	set_up();
	make_role("worker", lambda_trust);
	CHECK_HAS(ask(&iam_put_role_policy_operation,
			  "RoleName=worker&PolicyName=p&PolicyDocument=%s", enc(allow_read)),
		"<Result");
	CHECK_STR(tag(ask(&iam_get_role_policy_operation, "RoleName=worker&PolicyName=p"),
			  "PolicyDocument"),
		enc(allow_read));
	CHECK_HAS(ask(&iam_list_role_policies_operation, "RoleName=worker"), "<member>p</member>");
	CHECK_HAS(ask(&iam_delete_role_operation, "RoleName=worker"),
		"DeleteConflict: Cannot delete entity, must delete policies first.");
	CHECK_HAS(ask(&iam_put_role_policy_operation,
			  "RoleName=worker&PolicyName=q&PolicyDocument=%s", enc("{}")),
		"MalformedPolicyDocument: ");
	CHECK_HAS(ask(&iam_get_role_policy_operation, "RoleName=worker&PolicyName=q"),
		"NoSuchEntity: The role policy with name q cannot be found.");
	CHECK_HAS(
		ask(&iam_delete_role_policy_operation, "RoleName=worker&PolicyName=p"), "<Result");
	CHECK_HAS(ask(&iam_delete_role_operation, "RoleName=worker"), "<Result");
	/* Every document of AWS's that is carried is a policy. */
	for (const char *marker = ""; marker;) {
		const char *xml = ask(&iam_list_policies_operation, "Scope=AWS&MaxItems=1000%s",
				   marker),
			   *at = xml;
		while ((at = strstr(at, "<Arn>"))) {
			struct str arn = tag(at, "Arn"), document, why;
			const char *version = ask(&iam_get_policy_version_operation,
				"PolicyArn=%.*s&VersionId=v1", STR_ARG(arn));
			CHECK_INT(
				percent_decode(&arena, tag(version, "Document"), false, &document),
				0);
			int r = policy_check(&arena, document, false, &why);
			CHECK_INT(r, 0);
			if (r < 0)
				printf("# %.*s: %.*s\n", STR_ARG(arn), STR_ARG(why));
			at++;
		}
		marker = NULL;
	}
	tear_down();
}

/* The effect that the dispatcher would find for the identity. */
static enum policy_effect effect_for(const struct identity *who, const char *action)
{
	struct call call;
	struct policies policies = { 0 };
	call_init(&call, &server, &arena, who);
	if (iam_find_policies(&call, who, &policies) < 0)
		return POLICY_NO_MATCH;
	struct policy_request request = { .action = str_c(action),
		.resource = STR("*"),
		.principal_arn = who->principal_arn,
		.principal_account = who->account };
	return policies_evaluate(&arena, &policies, &request);
}

static void test_users_and_hooks(void)
{
	struct access_key key;
	struct call call;
	set_up();
	CHECK_HAS(ask(&iam_create_user_operation, "UserName=anna"), "<UserId>AIDA");
	CHECK_HAS(ask(&iam_create_access_key_operation, "UserName=nobody"), "NoSuchEntity: ");
	const char *xml = ask(&iam_create_access_key_operation, "UserName=anna");
	struct str id = tag(xml, "AccessKeyId"), secret = tag(xml, "SecretAccessKey");
	CHECK(str_starts(id, STR("AKIA")) && id.n == 20 && secret.n == 40);
	call_init(&call, &server, &arena, &root);
	CHECK_INT(iam_find_key(&call, id, &key), 0);
	CHECK(str_eq(key.secret, secret));
	CHECK_STR(key.principal_arn, "arn:aws:iam::000000000001:user/anna");
	CHECK_STR(key.account, "000000000001");
	CHECK_INT(iam_find_key(&call, STR("AKIANOSUCHKEY0000000"), &key), -ENOENT);
	CHECK_HAS(ask(&iam_update_access_key_operation,
			  "UserName=anna&AccessKeyId=%.*s&Status=Inactive", STR_ARG(id)),
		"<Result");
	CHECK_INT(iam_find_key(&call, id, &key), -ENOENT);
	CHECK_HAS(ask(&iam_list_access_keys_operation, "UserName=anna"), "<Status>Inactive<");
	CHECK_HAS(ask(&iam_create_access_key_operation, "UserName=anna"), "<Status>Active<");
	CHECK_HAS(ask(&iam_create_access_key_operation, "UserName=anna"),
		"LimitExceeded: Cannot exceed quota");

	struct identity anna = { .account = root.account,
		.region = root.region,
		.principal_arn = STR("arn:aws:iam::000000000001:user/anna"),
		.principal_id = STR("AIDAANNA") };
	CHECK_INT(effect_for(&anna, "s3:GetObject"), POLICY_NO_MATCH);
	CHECK_HAS(ask(&iam_put_user_policy_operation,
			  "UserName=anna&PolicyName=p&PolicyDocument=%s", enc(allow_read)),
		"<Result");
	CHECK_INT(effect_for(&anna, "s3:GetObject"), POLICY_ALLOW);
	CHECK_INT(effect_for(&anna, "sqs:SendMessage"), POLICY_NO_MATCH);
	CHECK_HAS(ask(&iam_attach_user_policy_operation, "UserName=anna&PolicyArn=%s",
			  "arn:aws:iam::aws:policy/AmazonSQSFullAccess"),
		"<Result");
	CHECK_INT(effect_for(&anna, "sqs:SendMessage"), POLICY_ALLOW);
	xml = ask(&iam_simulate_principal_policy_operation,
		"PolicySourceArn=%s&ActionNames.member.1=sqs:SendMessage&"
		"ActionNames.member.2=iam:CreateUser",
		"arn:aws:iam::000000000001:user/anna");
	CHECK_HAS(xml,
		"<EvalActionName>sqs:SendMessage</EvalActionName><EvalResourceName>*</EvalResourceName>"
		"<EvalDecision>allowed</EvalDecision>");
	CHECK_HAS(xml, "<EvalDecision>implicitDeny</EvalDecision>");
	caller = anna;
	CHECK_HAS(ask(&iam_get_user_operation, "%s", ""), "<UserName>anna</UserName>");
	caller = root;
	CHECK_HAS(ask(&iam_delete_user_operation, "UserName=anna"), "DeleteConflict: ");
	CHECK_HAS(ask(&iam_get_account_summary_operation, "%s", ""),
		"<entry><key>Users</key><value>1</value></entry>");
	tear_down();
}

static void test_boundary(void)
{
	set_up();
	CHECK_HAS(ask(&iam_create_role_operation,
			  "RoleName=r&AssumeRolePolicyDocument=%s&PermissionsBoundary=%s",
			  enc(lambda_trust), "arn:aws:iam::000000000001:policy/none"),
		"NoSuchEntity: ");
	CHECK_HAS(ask(&iam_create_role_operation,
			  "RoleName=r&AssumeRolePolicyDocument=%s&PermissionsBoundary=%s",
			  enc(lambda_trust), "arn:aws:iam::aws:policy/AmazonSQSFullAccess"),
		"<PermissionsBoundaryArn>");
	CHECK_HAS(ask(&iam_attach_role_policy_operation, "RoleName=r&PolicyArn=%s",
			  "arn:aws:iam::aws:policy/AdministratorAccess"),
		"<Result");
	struct identity session = { .account = root.account,
		.principal_arn = STR("arn:aws:sts::000000000001:assumed-role/r/s"),
		.role_arn = STR("arn:aws:iam::000000000001:role/r") };
	CHECK_INT(effect_for(&session, "sqs:SendMessage"), POLICY_ALLOW);
	CHECK_INT(effect_for(&session, "s3:GetObject"), POLICY_NO_MATCH);
	CHECK_HAS(ask(&iam_delete_role_permissions_boundary_operation, "RoleName=r"), "<Result");
	CHECK_INT(effect_for(&session, "s3:GetObject"), POLICY_ALLOW);
	CHECK_HAS(ask(&iam_put_role_permissions_boundary_operation,
			  "RoleName=r&PermissionsBoundary=%s",
			  "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"),
		"<Result");
	CHECK_INT(effect_for(&session, "s3:GetObject"), POLICY_ALLOW);
	CHECK_INT(effect_for(&session, "s3:PutObject"), POLICY_NO_MATCH);
	session.role_arn = STR("arn:aws:iam::000000000001:role/path/r");
	CHECK_INT(effect_for(&session, "sqs:SendMessage"), POLICY_NO_MATCH);
	tear_down();
}

static void test_sts(void)
{
	struct session session;
	struct str secret;
	set_up();
	make_role("deploy", account_trust);
	caller.is_root = false;
	caller.principal_arn = STR("arn:aws:iam::000000000001:user/anna");
	const char *xml = ask(&sts_get_caller_identity_operation, "%s", "");
	CHECK_HAS(xml, "<Arn>arn:aws:iam::000000000001:user/anna</Arn>");
	const char *arn = "arn:aws:iam::000000000001:role/deploy";
	CHECK_HAS(ask(&sts_assume_role_operation, "RoleArn=%s&RoleSessionName=ci", arn),
		"AccessDenied: User: arn:aws:iam::000000000001:user/anna is not authorized to perform: "
		"sts:AssumeRole on resource: arn:aws:iam::000000000001:role/deploy");
	CHECK_HAS(ask(&sts_assume_role_operation, "RoleArn=%s&RoleSessionName=ci",
			  "arn:aws:iam::000000000001:role/none"),
		"AccessDenied: ");
	CHECK_HAS(ask(&sts_assume_role_operation,
			  "RoleArn=%s&RoleSessionName=ci&ExternalId=%s&DurationSeconds=7200", arn,
			  enc("secret word")),
		"ValidationError: ");
	xml = ask(&sts_assume_role_operation,
		"RoleArn=%s&RoleSessionName=ci&ExternalId=%s&Policy=%s", arn, enc("secret word"),
		enc(allow_read));
	CHECK_HAS(xml, "ValidationError"); /* a blank is not of the pattern */
	CHECK_HAS(
		ask(&iam_update_assume_role_policy_operation, "RoleName=deploy&PolicyDocument=%s",
			enc("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"
			    "\"arn:aws:iam::000000000001:root\"},\"Action\":\"sts:AssumeRole\",\"Condition\":{\"StringEquals\":"
			    "{\"sts:ExternalId\":\"word\"}}}}")),
		"<Result");
	xml = ask(&sts_assume_role_operation,
		"RoleArn=%s&RoleSessionName=ci&ExternalId=word&DurationSeconds=900&Policy=%s&"
		"PolicyArns.member.1.arn=%s",
		arn, enc(allow_read), "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess");
	CHECK_HAS(xml, "<Arn>arn:aws:sts::000000000001:assumed-role/deploy/ci</Arn>");
	CHECK_INT(session_verify(&server, &arena, tag(xml, "AccessKeyId"), tag(xml, "SessionToken"),
			  now_ms, &session, &secret),
		0);
	CHECK(str_eq(secret, tag(xml, "SecretAccessKey")));
	CHECK_STR(session.role_arn, arn);
	CHECK_HAS(arena_cstr(&arena, session.policy), "s3:GetObject");
	CHECK_HAS(arena_cstr(&arena, session.policy), "sqs:ListQueues");
	CHECK_INT(session_verify(&server, &arena, tag(xml, "AccessKeyId"), tag(xml, "SessionToken"),
			  now_ms + 900000, &session, &secret),
		-ETIMEDOUT);
	CHECK_HAS(ask(&sts_assume_role_operation, "RoleArn=%s&RoleSessionName=ci&ExternalId=wrong",
			  arn),
		"AccessDenied: ");
	CHECK_HAS(ask(&sts_assume_role_operation,
			  "RoleArn=%s&RoleSessionName=ci&DurationSeconds=100", arn),
		"ValidationError: ");
	xml = ask(&sts_get_session_token_operation, "%s", "");
	CHECK_INT(session_verify(&server, &arena, tag(xml, "AccessKeyId"), tag(xml, "SessionToken"),
			  now_ms, &session, &secret),
		0);
	CHECK_STR(session.role_arn, "arn:aws:iam::000000000001:user/anna");
	/* In the default mode the role must be there, and that is all. */
	server.auth = AWS_AUTH_ANY;
	CHECK_HAS(ask(&sts_assume_role_operation, "RoleArn=%s&RoleSessionName=ci", arn),
		"<AccessKeyId>ASIA");
	tear_down();
}

static const struct test tests[] = {
	{ "iam: roles", test_roles },
	{ "iam: pages", test_pages },
	{ "iam: managed policies, their versions and attachments", test_policies },
	{ "iam: inline policies, and AWS's documents", test_inline_policies },
	{ "iam: users, keys and what the dispatcher is told of them", test_users_and_hooks },
	{ "iam: a permissions boundary", test_boundary },
	{ "sts: who calls, roles and session tokens", test_sts },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
