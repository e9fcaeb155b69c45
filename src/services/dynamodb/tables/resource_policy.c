/*
 * Policies of tables and streams (Amazon DynamoDB Developer Guide, "Using resource-based policies
 * for DynamoDB"). A table's speaks for its indexes, too; a policy goes with what it belongs to.
 */
#include "aws/policy.h"
#include "aws/policy_edit.h"
#include "services/dynamodb/tables/stream.h"

#define INVALID "One or more parameter values were invalid: "

/* Tables and streams have their numbers from one counter. */
static struct str policy_key(struct call *call, int64_t number)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-policies"), key_int(number));
}

static bool policy_get(struct call *call, int64_t number, struct dynamodb_policy_record *out)
{
	*out = (struct dynamodb_policy_record){ 0 };
	return call_get_record(call, policy_key(call, number), &dynamodb_policy_record_shape, out);
}

void ddb_policy_drop(struct call *call, int64_t number)
{
	txn_delete(call->txn, policy_key(call, number));
}

/* The number of the table or stream that an ARN means: 0 or -1. */
static int find_target(struct call *call, struct str arn, int64_t *number)
{
	struct stream s;
	struct table t;
	if (str_find(arn, STR("/stream/")) > 0) {
		if (ddb_stream_find(call, arn, &s) < 0)
			return -1;
		*number = s.r.number.v;
		return 0;
	}
	if (ddb_table_find(call, arn, true, &t) < 0)
		return -1;
	*number = t.r.number.v;
	return 0;
}

/* ---- asked for by the authorisation ---- */

struct asked {
	struct service_permission *v;
	size_t n;
};

static int look(struct call *call, void *arg)
{
	struct asked *a = arg;
	for (size_t i = 0; i < a->n; i++) {
		struct service_resource *r = &a->v[i].resource;
		struct dynamodb_policy_record record;
		int64_t number;
		/* "Resource-based policies can't be attached to" backups, exports, imports. */
		if (str_find(r->arn, STR("/backup/")) > 0 ||
			str_find(r->arn, STR("/export/")) > 0 ||
			str_find(r->arn, STR("/import/")) > 0)
			continue;
		if (find_target(call, r->arn, &number) == 0 && policy_get(call, number, &record))
			r->policy = record.policy;
		/* What isn't there has no policy: the handler says so. */
		call->error = (struct call_error){ 0 };
	}
	return 0;
}

int ddb_policies_of(struct call *call, struct service_permission *v, size_t n)
{
	struct asked a = { v, n };
	return call_look(call, look, &a);
}

/* ---- checked ---- */

/* Conditions that say who, so that "*" is not everyone (ibid., "Blocking public access with
 * resource-based policies"). */
static const char *const trusted[] = { "aws:PrincipalAccount", "aws:PrincipalArn",
	"aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:SourceAccount", "aws:SourceArn",
	"aws:SourceVpc", "aws:SourceVpce", "aws:UserId", "aws:PrincipalServiceName",
	"aws:PrincipalServiceNamesList", "aws:PrincipalIsAWSService", "aws:Ec2InstanceSourceVpc",
	"aws:SourceOrgID", "aws:SourceOrgPaths" };

static bool is_star(yyjson_mut_val *v)
{
	if (yyjson_mut_is_str(v))
		return yyjson_mut_equals_str(v, "*");
	if (yyjson_mut_is_arr(v)) {
		size_t i, n;
		yyjson_mut_val *item;
		yyjson_mut_arr_foreach(v, i, n, item)
		{
			if (is_star(item))
				return true;
		}
	}
	return false;
}

static bool is_trusted(struct str key, yyjson_mut_val *values)
{
	for (size_t i = 0; i < COUNT_OF(trusted); i++)
		if (str_eq_ci(key, str_c(trusted[i])))
			return !is_star(values);
	return false;
}

static bool is_narrowed(yyjson_mut_val *condition)
{
	yyjson_mut_obj_iter operators = yyjson_mut_obj_iter_with(condition), keys;
	yyjson_mut_val *name, *key;
	while ((name = yyjson_mut_obj_iter_next(&operators))) {
		struct str operator= { yyjson_mut_get_str(name), yyjson_mut_get_len(name) };
		/* Whom it excludes, or who need not say, is anyone else. */
		if (str_find(operator, STR("Not")) >= 0 ||
			str_find(operator, STR("IfExists")) >= 0 ||
			str_starts(operator, STR("ForAllValues:")) || str_is(operator, "Null"))
			continue;
		keys = yyjson_mut_obj_iter_with(yyjson_mut_obj_iter_get_val(name));
		while ((key = yyjson_mut_obj_iter_next(&keys)))
			if (is_trusted((struct str){ yyjson_mut_get_str(key),
					       yyjson_mut_get_len(key) },
				    yyjson_mut_obj_iter_get_val(key)))
				return true;
	}
	return false;
}

static bool statement_is_public(yyjson_mut_val *statement)
{
	yyjson_mut_val *principal = yyjson_mut_obj_get(statement, "Principal");
	if (!yyjson_mut_equals_str(yyjson_mut_obj_get(statement, "Effect"), "Allow"))
		return false;
	return (yyjson_mut_obj_get(statement, "NotPrincipal") || is_star(principal) ||
		       is_star(yyjson_mut_obj_get(principal, "AWS"))) &&
	       !is_narrowed(yyjson_mut_obj_get(statement, "Condition"));
}

static bool is_public(struct str policy)
{
	yyjson_doc *read = yyjson_read(policy.p, policy.n, 0);
	yyjson_mut_doc *doc = read ? yyjson_doc_mut_copy(read, NULL) : NULL;
	bool found = false;
	if (doc) {
		size_t i, n;
		yyjson_mut_val *statement;
		yyjson_mut_arr_foreach(policy_statements(doc), i, n, statement) found |=
			statement_is_public(statement);
	}
	yyjson_mut_doc_free(doc);
	yyjson_doc_free(read);
	return found;
}

static int check_policy(struct call *call, struct str policy)
{
	struct str why;
	if (policy.n > DDB_POLICY_BYTES_MAX)
		return fail(call, &aws_validation_exception,
			INVALID "Policy size exceeds the limit of %d bytes", DDB_POLICY_BYTES_MAX);
	if (policy_check(call->arena, policy, true, &why) < 0)
		return fail(call, &aws_validation_exception,
			INVALID "Invalid policy document: %.*s", STR_ARG(why));
	if (is_public(policy))
		return fail(call, &aws_validation_exception,
			INVALID "Invalid policy document: The policy grants public access");
	return 0;
}

int ddb_policy_create(struct call *call, int64_t number, struct str policy)
{
	if (check_policy(call, policy) < 0)
		return -1;
	struct dynamodb_policy_record record = { policy, OPT_I64(call->now_ms) };
	call_put_record(call, policy_key(call, number), &dynamodb_policy_record_shape, &record);
	return 0;
}

/* ---- operations ---- */

static struct str revision_text(struct call *call, const struct dynamodb_policy_record *r)
{
	return arena_printf(call->arena, "%lld", (long long)r->revision.v);
}

static int no_policy(struct call *call, struct str arn)
{
	return fail(call, &dynamodb_policy_not_found_exception,
		"Resource-based policy not found for the provided ResourceArn: %.*s", STR_ARG(arn));
}

/* The table or stream, which has to be named by its own ARN, and its policy, if any: 0 or -1. */
static int find_policy(struct call *call, struct str arn, int64_t *number, bool *is_there,
	struct dynamodb_policy_record *out)
{
	static const char *const others[] = { "/index/", "/backup/", "/export/", "/import/" };
	bool is_other = !str_starts(arn, STR("arn:"));
	for (size_t i = 0; i < COUNT_OF(others); i++)
		is_other |= str_find(arn, str_c(others[i])) > 0;
	if (is_other)
		return fail(call, &aws_validation_exception, INVALID "Invalid ResourceArn: %.*s",
			STR_ARG(arn));
	if (find_target(call, arn, number) < 0)
		return -1;
	*is_there = policy_get(call, *number, out);
	return 0;
}

static bool is_expected(struct call *call, struct str expected, bool is_there,
	const struct dynamodb_policy_record *r)
{
	if (!expected.p)
		return true;
	return is_there ? str_eq(expected, revision_text(call, r)) : str_is(expected, "NO_POLICY");
}

/* Whether the caller could still change the policy once it is this one. */
static int check_self(
	struct call *call, const struct dynamodb_put_resource_policy_input *in, struct str account)
{
	struct service_resource r = {
		.arn = in->resource_arn, .account = account, .policy = in->policy
	};
	if (in->confirm_remove_self_resource_access.v)
		return 0;
	if (call_authorize(call, "dynamodb:PutResourcePolicy", &r) == 0)
		return 0;
	if (call->error.shape->is_server_fault)
		return -1;
	call->error = (struct call_error){ 0 };
	return fail(call, &aws_validation_exception,
		INVALID "The policy does not allow the caller to change it in the future: "
			"ConfirmRemoveSelfResourceAccess must be true");
}

int dynamodb_put_resource_policy(struct call *call,
	const struct dynamodb_put_resource_policy_input *in,
	struct dynamodb_put_resource_policy_output *out)
{
	struct dynamodb_policy_record r;
	int64_t number;
	bool is_there;
	struct str rest = in->resource_arn, account = { 0 };
	if (check_policy(call, in->policy) < 0 ||
		find_policy(call, in->resource_arn, &number, &is_there, &r) < 0)
		return -1;
	if (!is_expected(call, in->expected_revision_id, is_there, &r))
		return no_policy(call, in->resource_arn);
	for (int i = 0; i < 5; i++)
		str_cut(&rest, ':', &account);
	if (check_self(call, in, account) < 0)
		return -1;
	/* "Running it multiple times ... using the same policy document will return the same
	 * revision ID." */
	if (!is_there || !str_eq(r.policy, in->policy)) {
		r = (struct dynamodb_policy_record){ in->policy,
			OPT_I64(MAX(call->now_ms, r.revision.v + 1)) };
		call_put_record(call, policy_key(call, number), &dynamodb_policy_record_shape, &r);
	}
	out->revision_id = revision_text(call, &r);
	return 0;
}

int dynamodb_get_resource_policy(struct call *call,
	const struct dynamodb_get_resource_policy_input *in,
	struct dynamodb_get_resource_policy_output *out)
{
	struct dynamodb_policy_record r;
	int64_t number;
	bool is_there;
	if (find_policy(call, in->resource_arn, &number, &is_there, &r) < 0)
		return -1;
	if (!is_there)
		return no_policy(call, in->resource_arn);
	out->policy = r.policy;
	out->revision_id = revision_text(call, &r);
	return 0;
}

int dynamodb_delete_resource_policy(struct call *call,
	const struct dynamodb_delete_resource_policy_input *in,
	struct dynamodb_delete_resource_policy_output *out)
{
	struct dynamodb_policy_record r;
	int64_t number;
	bool is_there;
	if (find_policy(call, in->resource_arn, &number, &is_there, &r) < 0)
		return -1;
	if (in->expected_revision_id.p &&
		(!is_there || !is_expected(call, in->expected_revision_id, is_there, &r)))
		return no_policy(call, in->resource_arn);
	if (!is_there)
		return 0;
	ddb_policy_drop(call, number);
	out->revision_id = revision_text(call, &r);
	return 0;
}
