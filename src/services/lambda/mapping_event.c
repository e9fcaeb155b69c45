/*
 * The event that a function gets for messages, filters over it, and its answer (Lambda Developer
 * Guide, "Using Lambda with Amazon SQS", "Using event filtering with an Amazon SQS event source",
 * "Implementing partial batch responses").
 */
#include "aws/codec.h"
#include "aws/tree.h"
#include "base/encode.h"
#include "base/map.h"
#include "services/lambda/mapping.h"
#include <errno.h>

/* ---- the record ---- */

static void member(struct buf *b, const char *name, struct str value)
{
	buf_printf(b, "\"%s\":", name);
	json_quote(b, value);
}

static void system_attributes(struct buf *b, const struct sqs_message_system_attribute_map *map)
{
	buf_cat(b, ",\"attributes\":{");
	for (size_t i = 0; i < map->n; i++) {
		if (i)
			buf_char(b, ',');
		json_quote(b, map->v[i].key);
		buf_char(b, ':');
		json_quote(b, map->v[i].value);
	}
	buf_char(b, '}');
}

static void user_attributes(struct buf *b, const struct sqs_message_body_attribute_map *map)
{
	buf_cat(b, ",\"messageAttributes\":{");
	for (size_t i = 0; i < map->n; i++) {
		const struct sqs_message_attribute_value *v = &map->v[i].value;
		if (i)
			buf_char(b, ',');
		json_quote(b, map->v[i].key);
		buf_cat(b, ":{");
		if (v->string_value.p) {
			member(b, "stringValue", v->string_value);
			buf_char(b, ',');
		}
		if (v->binary_value.p) {
			struct arena arena = { 0 };
			member(b, "binaryValue", base64_encode(&arena, v->binary_value));
			buf_char(b, ',');
			arena_fini(&arena);
		}
		buf_cat(b, "\"stringListValues\":[],\"binaryListValues\":[],");
		member(b, "dataType", v->data_type);
		buf_char(b, '}');
	}
	buf_char(b, '}');
}

/* is_value: the body stands in it as the JSON that it is. */
static void record(struct buf *b, const struct sqs_message *m, struct str queue_arn,
	struct str region, bool is_value)
{
	buf_char(b, '{');
	member(b, "messageId", m->message_id);
	buf_char(b, ',');
	member(b, "receiptHandle", m->receipt_handle);
	buf_char(b, ',');
	if (is_value) {
		buf_cat(b, "\"body\":");
		buf_str(b, m->body);
	} else {
		member(b, "body", m->body);
	}
	system_attributes(b, &m->attributes);
	user_attributes(b, &m->message_attributes);
	if (m->md5_of_message_attributes.n) {
		buf_char(b, ',');
		member(b, "md5OfMessageAttributes", m->md5_of_message_attributes);
	}
	buf_char(b, ',');
	member(b, "md5OfBody", m->md5_of_body);
	buf_cat(b, ",\"eventSource\":\"aws:sqs\",");
	member(b, "eventSourceARN", queue_arn);
	buf_char(b, ',');
	member(b, "awsRegion", region);
	buf_char(b, '}');
}

void mapping_event_record(
	struct buf *b, const struct sqs_message *message, struct str queue_arn, struct str region)
{
	record(b, message, queue_arn, region, false);
}

/* ---- filters ---- */

static bool is_container(struct arena *arena, struct str text)
{
	yyjson_alc alc = tree_alc(arena);
	struct str s = str_trim(text);
	if (!s.n || (s.p[0] != '{' && s.p[0] != '['))
		return false;
	return yyjson_read_opts((char *)(uintptr_t)s.p, s.n, 0, &alc, NULL) != NULL;
}

/* A body that is JSON is looked at as JSON; any other as a text. */
bool mapping_wants(struct arena *arena, struct pattern *const *patterns, size_t n,
	const struct sqs_message *message, struct str queue_arn, struct str region)
{
	struct buf b = { 0 };
	yyjson_alc alc = tree_alc(arena);
	if (!n)
		return true;
	record(&b, message, queue_arn, region, is_container(arena, message->body));
	yyjson_doc *doc = yyjson_read_opts(b.p, b.n, 0, &alc, NULL);
	bool wanted = false;
	for (size_t i = 0; i < n && !wanted; i++)
		wanted = doc && pattern_matches(patterns[i], yyjson_doc_get_root(doc));
	buf_fini(&b);
	return wanted;
}

/* ---- the answer ---- */

static bool mark(struct str id, const struct str *ids, size_t n, bool *failed)
{
	for (size_t i = 0; i < n; i++)
		if (id.n && str_eq(ids[i], id)) {
			failed[i] = true;
			return true;
		}
	return false;
}

void mapping_trace(
	struct arena *arena, struct engine_invocation *in, const struct str *headers, size_t n)
{
	struct str *links = ARENA_ARRAY(arena, struct str, n);
	struct map seen = { 0 };
	in->link_count = 0;
	for (size_t i = 0; i < n; i++) {
		if (!headers[i].n || map_get(&seen, headers[i]))
			continue;
		map_put(&seen, headers[i], links);
		links[in->link_count++] = headers[i];
	}
	map_fini(&seen);
	in->trace_id = in->link_count == 1 ? links[0] : STR("");
	in->links = links;
}

int mapping_failures(
	struct arena *arena, struct str answer, const struct str *ids, size_t n, bool *failed)
{
	yyjson_alc alc = tree_alc(arena);
	size_t i, count;
	yyjson_val *item;
	memset(failed, 0, n * sizeof *failed);
	if (!answer.n)
		return 0;
	yyjson_doc *doc = yyjson_read_opts((char *)(uintptr_t)answer.p, answer.n, 0, &alc, NULL);
	yyjson_val *root = doc ? yyjson_doc_get_root(doc) : NULL;
	if (yyjson_is_null(root))
		return 0;
	if (!yyjson_is_obj(root))
		return -EINVAL;
	yyjson_val *list = yyjson_obj_get(root, "batchItemFailures");
	if (!list || yyjson_is_null(list))
		return 0;
	if (!yyjson_is_arr(list))
		return -EINVAL;
	yyjson_arr_foreach(list, i, count, item)
	{
		yyjson_val *id = yyjson_obj_get(item, "itemIdentifier");
		if (!mark((struct str){ yyjson_get_str(id), yyjson_get_len(id) }, ids, n, failed))
			return -EINVAL;
	}
	return 0;
}
