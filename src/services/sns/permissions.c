/* The statements of a topic's policy that AddPermission makes. */
#include "aws/policy_edit.h"
#include "aws/tree.h"
#include "services/sns/internal.h"

static bool is_action(struct str action)
{
	static const char *const names[] = { "*", "Publish", "Subscribe", "Receive",
		"GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission",
		"DeleteTopic", "ListSubscriptionsByTopic" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_is(action, names[i]))
			return true;
	return false;
}

static int check(struct call *call, const struct sns_add_permission_input *in)
{
	if (!in->label.n || in->label.n > SNS_LABEL_BYTES_MAX || !str_is_utf8(in->label))
		return invalid(call, "Label");
	if (!in->aws_account_id.n)
		return invalid(call, "AWSAccountId Reason: no value for required parameter");
	if (!in->action_name.n)
		return invalid(call, "ActionName Reason: no value for required parameter");
	for (size_t i = 0; i < in->aws_account_id.n; i++) {
		uint64_t number;
		if (in->aws_account_id.v[i].n != 12 ||
			str_to_u64(in->aws_account_id.v[i], &number) < 0)
			return invalid(call, "AWSAccountId");
	}
	for (size_t i = 0; i < in->action_name.n; i++)
		if (!is_action(in->action_name.v[i]))
			return invalid(call,
				"Policy statement action out of service scope!: SNS:%.*s",
				STR_ARG(in->action_name.v[i]));
	return 0;
}

static yyjson_mut_val *text(yyjson_mut_doc *doc, struct str s)
{
	return yyjson_mut_strncpy(doc, s.p, s.n);
}

static yyjson_mut_val *one_or_more(yyjson_mut_val *list)
{
	return yyjson_mut_arr_size(list) == 1 ? yyjson_mut_arr_get_first(list) : list;
}

static yyjson_mut_val *new_statement(struct call *call, yyjson_mut_doc *doc, struct str arn,
	const struct sns_add_permission_input *in)
{
	yyjson_mut_val *s = yyjson_mut_obj(doc), *who = yyjson_mut_arr(doc),
		       *what = yyjson_mut_arr(doc), *principal = yyjson_mut_obj(doc);
	for (size_t i = 0; i < in->aws_account_id.n; i++)
		yyjson_mut_arr_append(
			who, text(doc, arena_printf(call->arena, "arn:aws:iam::%.*s:root",
					       STR_ARG(in->aws_account_id.v[i]))));
	for (size_t i = 0; i < in->action_name.n; i++)
		yyjson_mut_arr_append(what, text(doc, arena_printf(call->arena, "SNS:%.*s",
							      STR_ARG(in->action_name.v[i]))));
	yyjson_mut_obj_add_val(doc, principal, "AWS", one_or_more(who));
	yyjson_mut_obj_add_val(doc, s, "Sid", text(doc, in->label));
	yyjson_mut_obj_add_str(doc, s, "Effect", "Allow");
	yyjson_mut_obj_add_val(doc, s, "Principal", principal);
	yyjson_mut_obj_add_val(doc, s, "Action", one_or_more(what));
	yyjson_mut_obj_add_val(doc, s, "Resource", text(doc, arn));
	return s;
}

/* The topic's policy as a tree whose Statement is a list. */
static yyjson_mut_doc *open_policy(
	struct call *call, const struct topic *t, yyjson_mut_val **statements)
{
	struct str policy = t->r.policy.n ? t->r.policy : topic_default_policy(call->arena, &t->n);
	yyjson_alc alc = tree_alc(call->arena);
	yyjson_doc *stored = yyjson_read_opts((char *)policy.p, policy.n, 0, &alc, NULL);
	yyjson_mut_doc *doc = yyjson_doc_mut_copy(stored, &alc);
	assert(doc); /* it was checked before it was stored */
	*statements = policy_statements(doc);
	return doc;
}

static void put_policy(struct call *call, struct topic *t, yyjson_mut_doc *doc)
{
	yyjson_alc alc = tree_alc(call->arena);
	size_t n;
	char *written = yyjson_mut_write_opts(doc, 0, &alc, &n, NULL);
	assert(written);
	t->r.policy = (struct str){ written, n };
	topic_put(call, t);
}

int sns_add_permission(struct call *call, const struct sns_add_permission_input *in,
	struct sns_add_permission_output *out)
{
	struct topic t;
	yyjson_mut_val *statements;
	(void)out;
	if (topic_find(call, in->topic_arn, &t) < 0 || check(call, in) < 0)
		return -1;
	yyjson_mut_doc *doc = open_policy(call, &t, &statements);
	if (policy_find_statement(statements, in->label) >= 0)
		return invalid(call, "Statement already exists");
	if (yyjson_mut_arr_size(statements) >= SNS_STATEMENTS_MAX)
		return invalid(call, "Policy Error: the policy has %d statements already",
			SNS_STATEMENTS_MAX);
	yyjson_mut_arr_append(
		statements, new_statement(call, doc, topic_arn(call->arena, &t.n), in));
	put_policy(call, &t, doc);
	return 0;
}

int sns_remove_permission(struct call *call, const struct sns_remove_permission_input *in,
	struct sns_remove_permission_output *out)
{
	struct topic t;
	yyjson_mut_val *statements;
	(void)out;
	if (topic_find(call, in->topic_arn, &t) < 0)
		return -1;
	if (!in->label.n)
		return invalid(call, "Label");
	yyjson_mut_doc *doc = open_policy(call, &t, &statements);
	ssize_t at = policy_find_statement(statements, in->label);
	/* A label that is not there: nothing to take away. */
	if (at < 0)
		return 0;
	yyjson_mut_arr_remove(statements, (size_t)at);
	put_policy(call, &t, doc);
	return 0;
}
