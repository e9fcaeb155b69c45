/* Tags of queues, and the statements of their policies that AddPermission makes. */
#include "aws/policy_edit.h"
#include "services/sqs/internal.h"
#include <stdlib.h>
#include <yyjson.h>

/* ---- tags ---- */

static int missing(struct call *call, const char *name)
{
	return fail(call, &sqs_missing_required_parameter_exception,
		"The request must contain the parameter %s.", name);
}

static int check_tags(struct call *call, const struct sqs_tag_map *tags)
{
	for (size_t i = 0; i < tags->n; i++) {
		struct str key = tags->v[i].key, value = tags->v[i].value;
		if (!key.n || str_utf8_length(key) > SQS_TAG_KEY_BYTES_MAX ||
			str_starts_ci(key, STR("aws:")))
			return fail(call, &sqs_invalid_parameter_value_exception,
				"Tag keys must be between 1 and 128 characters in "
				"length, and must not begin with aws:.");
		if (str_utf8_length(value) > SQS_TAG_VALUE_BYTES_MAX)
			return fail(call, &sqs_invalid_parameter_value_exception,
				"Tag values must be between 0 and 256 characters in length.");
	}
	return 0;
}

int sqs_tag_queue(
	struct call *call, const struct sqs_tag_queue_input *in, struct sqs_tag_queue_output *out)
{
	struct queue q;
	(void)out;
	if (queue_find(call, in->queue_url, &q) < 0)
		return -1;
	if (!in->tags.v)
		return missing(call, "Tags");
	if (check_tags(call, &in->tags) < 0)
		return -1;
	struct sqs_tag_map all = { ARENA_ARRAY(call->arena, struct sqs_tag_map_entry,
					   q.r.tags.n + in->tags.n),
		q.r.tags.n + in->tags.n };
	if (q.r.tags.n)
		memcpy(all.v, q.r.tags.v, q.r.tags.n * sizeof *all.v);
	if (in->tags.n)
		memcpy(all.v + q.r.tags.n, in->tags.v, in->tags.n * sizeof *all.v);
	all.n = map_last_wins(all.v, all.n, sizeof *all.v);
	if (all.n > SQS_TAGS_MAX)
		return fail(call, &sqs_invalid_parameter_value_exception,
			"Too many tags added for queue %.*s.", STR_ARG(q.name));
	q.r.tags = all;
	queue_put(call, &q);
	return 0;
}

int sqs_untag_queue(struct call *call, const struct sqs_untag_queue_input *in,
	struct sqs_untag_queue_output *out)
{
	struct queue q;
	size_t n = 0;
	(void)out;
	if (queue_find(call, in->queue_url, &q) < 0)
		return -1;
	if (!in->tag_keys.v)
		return missing(call, "TagKeys");
	for (size_t i = 0; i < q.r.tags.n; i++) {
		bool goes = false;
		for (size_t k = 0; k < in->tag_keys.n; k++)
			goes |= str_eq(q.r.tags.v[i].key, in->tag_keys.v[k]);
		if (!goes)
			q.r.tags.v[n++] = q.r.tags.v[i];
	}
	q.r.tags.n = n;
	queue_put(call, &q);
	return 0;
}

int sqs_list_queue_tags(struct call *call, const struct sqs_list_queue_tags_input *in,
	struct sqs_list_queue_tags_output *out)
{
	struct queue q;
	if (queue_find(call, in->queue_url, &q) < 0)
		return -1;
	if (q.r.tags.n)
		out->tags = q.r.tags;
	return 0;
}

/* ---- permissions ---- */

static bool is_action(struct str action)
{
	static const char *const names[] = { "*", "SendMessage", "ReceiveMessage", "DeleteMessage",
		"ChangeMessageVisibility", "GetQueueAttributes", "GetQueueUrl",
		"ListDeadLetterSourceQueues", "PurgeQueue" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_is(action, names[i]))
			return true;
	return false;
}

static int check_permission(struct call *call, const struct sqs_add_permission_input *in)
{
	if (!in->label.n)
		return missing(call, "Label");
	if (!str_is_plain_name(in->label) || in->label.n > SQS_PERMISSION_LABEL_BYTES_MAX)
		return fail(call, &sqs_invalid_parameter_value_exception,
			"Value %.*s for parameter Label is invalid. Reason: Can only include "
			"alphanumeric characters, hyphens, or underscores. 1 to 80 in length.",
			STR_ARG(in->label));
	if (!in->aws_account_ids.n)
		return missing(call, "AWSAccountIds");
	if (!in->actions.n)
		return missing(call, "Actions");
	if (in->actions.n > SQS_ACTIONS_MAX)
		return fail(call, &sqs_over_limit, "%zu Actions were found, maximum allowed is %d.",
			in->actions.n, SQS_ACTIONS_MAX);
	for (size_t i = 0; i < in->actions.n; i++)
		if (!is_action(in->actions.v[i]))
			return fail(call, &sqs_invalid_parameter_value_exception,
				"Value SQS:%.*s for parameter ActionName is invalid. Reason: Please refer "
				"to the appropriate WSDL for a "
				"list of valid actions.",
				STR_ARG(in->actions.v[i]));
	for (size_t i = 0; i < in->aws_account_ids.n; i++) {
		uint64_t number;
		if (in->aws_account_ids.v[i].n != 12 ||
			str_to_u64(in->aws_account_ids.v[i], &number) < 0)
			return fail(call, &sqs_invalid_parameter_value_exception,
				"Value %.*s for parameter PrincipalId is invalid. Reason: Unable to verify.",
				STR_ARG(in->aws_account_ids.v[i]));
	}
	return 0;
}

static yyjson_mut_val *text(yyjson_mut_doc *doc, struct str s)
{
	return yyjson_mut_strncpy(doc, s.p, s.n);
}

/* One value alone, several as a list. */
static yyjson_mut_val *one_or_more(yyjson_mut_doc *doc, yyjson_mut_val *list)
{
	(void)doc;
	return yyjson_mut_arr_size(list) == 1 ? yyjson_mut_arr_get_first(list) : list;
}

static yyjson_mut_val *new_statement(struct call *call, yyjson_mut_doc *doc, struct str arn,
	const struct sqs_add_permission_input *in)
{
	yyjson_mut_val *s = yyjson_mut_obj(doc), *who = yyjson_mut_arr(doc),
		       *what = yyjson_mut_arr(doc);
	yyjson_mut_val *principal = yyjson_mut_obj(doc);
	for (size_t i = 0; i < in->aws_account_ids.n; i++)
		yyjson_mut_arr_append(
			who, text(doc, arena_printf(call->arena, "arn:aws:iam::%.*s:root",
					       STR_ARG(in->aws_account_ids.v[i]))));
	for (size_t i = 0; i < in->actions.n; i++)
		yyjson_mut_arr_append(what, text(doc, arena_printf(call->arena, "SQS:%.*s",
							      STR_ARG(in->actions.v[i]))));
	yyjson_mut_obj_add_val(doc, principal, "AWS", one_or_more(doc, who));
	yyjson_mut_obj_add_val(doc, s, "Sid", text(doc, in->label));
	yyjson_mut_obj_add_str(doc, s, "Effect", "Allow");
	yyjson_mut_obj_add_val(doc, s, "Principal", principal);
	yyjson_mut_obj_add_val(doc, s, "Action", one_or_more(doc, what));
	yyjson_mut_obj_add_val(doc, s, "Resource", text(doc, arn));
	return s;
}

/* The policy as a document that can be changed, its Statement a list; an empty one when there is
 * none. */
static yyjson_mut_doc *policy_open(
	struct call *call, const struct queue *q, yyjson_mut_val **statements)
{
	yyjson_doc *stored = q->r.policy.n ? yyjson_read(q->r.policy.p, q->r.policy.n, 0) : NULL;
	yyjson_mut_doc *doc = stored ? yyjson_doc_mut_copy(stored, NULL) : yyjson_mut_doc_new(NULL);
	yyjson_doc_free(stored);
	yyjson_mut_val *root = yyjson_mut_doc_get_root(doc);
	if (!root) {
		root = yyjson_mut_obj(doc);
		yyjson_mut_doc_set_root(doc, root);
		yyjson_mut_obj_add_str(doc, root, "Version", "2008-10-17");
		yyjson_mut_obj_add_val(doc, root, "Id",
			text(doc, arena_printf(call->arena, "%.*s/SQSDefaultPolicy",
					  STR_ARG(queue_arn(call, q)))));
	}
	*statements = policy_statements(doc);
	return doc;
}

static void policy_close(struct call *call, struct queue *q, yyjson_mut_doc *doc)
{
	size_t n = 0;
	char *written = yyjson_mut_write(doc, 0, &n);
	assert(written);
	q->r.policy = arena_str(call->arena, (struct str){ written, n });
	free(written);
}

int sqs_add_permission(struct call *call, const struct sqs_add_permission_input *in,
	struct sqs_add_permission_output *out)
{
	struct queue q;
	yyjson_mut_val *statements;
	int r = 0;
	(void)out;
	if (queue_find(call, in->queue_url, &q) < 0 || check_permission(call, in) < 0)
		return -1;
	yyjson_mut_doc *doc = policy_open(call, &q, &statements);
	if (policy_find_statement(statements, in->label) >= 0) {
		r = fail(call, &sqs_invalid_parameter_value_exception,
			"Value %.*s for parameter Label is invalid. Reason: Already exists.",
			STR_ARG(in->label));
	} else if (yyjson_mut_arr_size(statements) >= SQS_STATEMENTS_MAX) {
		r = fail(call, &sqs_over_limit, "%zu Statements were found, maximum allowed is %d.",
			yyjson_mut_arr_size(statements) + 1, SQS_STATEMENTS_MAX);
	} else {
		yyjson_mut_arr_append(
			statements, new_statement(call, doc, queue_arn(call, &q), in));
		policy_close(call, &q, doc);
		queue_put(call, &q);
	}
	yyjson_mut_doc_free(doc);
	return r;
}

int sqs_remove_permission(struct call *call, const struct sqs_remove_permission_input *in,
	struct sqs_remove_permission_output *out)
{
	struct queue q;
	yyjson_mut_val *statements;
	int r = 0;
	(void)out;
	if (queue_find(call, in->queue_url, &q) < 0)
		return -1;
	if (!in->label.n)
		return missing(call, "Label");
	yyjson_mut_doc *doc = policy_open(call, &q, &statements);
	ssize_t at = policy_find_statement(statements, in->label);
	if (at < 0) {
		r = fail(call, &sqs_invalid_parameter_value_exception,
			"Value %.*s for parameter Label is invalid. Reason: can't find label on existing "
			"policy.",
			STR_ARG(in->label));
	} else {
		yyjson_mut_arr_remove(statements, (size_t)at);
		if (yyjson_mut_arr_size(statements))
			policy_close(call, &q, doc);
		else
			q.r.policy = (struct str){ 0 };
		queue_put(call, &q);
	}
	yyjson_mut_doc_free(doc);
	return r;
}
