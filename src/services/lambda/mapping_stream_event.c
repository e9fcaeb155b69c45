/*
 * The event that a function gets for changes of items, filters over it, and what a destination gets
 * for records that were given up (Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB",
 * "Retain discarded records for a DynamoDB event source in Lambda").
 */
#include "api/delivery.h"
#include "aws/codec.h"
#include "aws/tree.h"
#include "base/clock.h"
#include "base/log.h"
#include "services/lambda/mapping_stream.h"

static void member(struct buf *b, const char *name, struct str value, char end)
{
	buf_printf(b, "\"%s\":", name);
	json_quote(b, value);
	buf_char(b, end);
}

void stream_event_record(
	struct buf *b, const struct dynamodbstreams_record *r, struct str stream_arn)
{
	buf_char(b, '{');
	member(b, "eventID", r->event_id, ',');
	member(b, "eventName", r->event_name, ',');
	member(b, "eventVersion", r->event_version, ',');
	member(b, "eventSource", r->event_source, ',');
	member(b, "awsRegion", r->aws_region, ',');
	buf_cat(b, "\"dynamodb\":");
	json_encode(b, &dynamodbstreams_stream_record_shape, r->dynamodb, false);
	buf_char(b, ',');
	if (r->user_identity) {
		/* In small letters here, and only here. */
		buf_cat(b, "\"userIdentity\":{");
		member(b, "type", r->user_identity->type, ',');
		member(b, "principalId", r->user_identity->principal_id, '}');
		buf_char(b, ',');
	}
	member(b, "eventSourceARN", stream_arn, '}');
}

bool stream_event_wanted(
	struct arena *arena, struct pattern *const *patterns, size_t n, struct str record)
{
	yyjson_alc alc = tree_alc(arena);
	if (!n)
		return true;
	yyjson_doc *doc = yyjson_read_opts((char *)(uintptr_t)record.p, record.n, 0, &alc, NULL);
	for (size_t i = 0; doc && i < n; i++)
		if (pattern_matches(patterns[i], yyjson_doc_get_root(doc)))
			return true;
	return false;
}

/* ---- what is given up ---- */

/* 2019-11-14T00:13:49.717Z, with three digits also when they are 0. */
static void time_member(struct buf *b, const char *name, int64_t ms, bool with_ms)
{
	char text[CLOCK_TEXT_MAX];
	clock_format_iso(ms - ms % 1000, text);
	buf_printf(b, "\"%s\":\"%.19s", name, text);
	if (with_ms)
		buf_printf(b, ".%03d", (int)(ms % 1000));
	buf_cat(b, "Z\",");
}

static struct str document(struct call *call, const struct lane *lane,
	const struct stream_item *items, size_t n, const struct stream_ending *e)
{
	struct buf b = { 0 };
	buf_cat(&b, "{\"requestContext\":{");
	member(&b, "requestId", e->request_id, ',');
	member(&b, "functionArn", e->function_arn, ',');
	member(&b, "condition", str_c(e->condition), ',');
	buf_printf(&b, "\"approximateInvokeCount\":%lld},", (long long)e->tries);
	if (e->has_answer) {
		buf_cat(&b, "\"responseContext\":{\"statusCode\":200,");
		member(&b, "executedVersion", e->executed_version, ',');
		member(&b, "functionError", STR("Unhandled"), '}');
		buf_char(&b, ',');
	}
	buf_cat(&b, "\"version\":\"1.0\",");
	time_member(&b, "timestamp", call->now_ms, true);
	buf_cat(&b, "\"DDBStreamBatchInfo\":{");
	member(&b, "shardId", lane->shard_id, ',');
	member(&b, "startSequenceNumber", items[0].sequence, ',');
	member(&b, "endSequenceNumber", items[n - 1].sequence, ',');
	time_member(&b, "approximateArrivalOfFirstRecord", items[0].at_ms, false);
	time_member(&b, "approximateArrivalOfLastRecord", items[n - 1].at_ms, false);
	buf_printf(&b, "\"batchSize\":%zu,", n);
	member(&b, "streamArn", lane->m->record.configuration->event_source_arn, '}');
	buf_char(&b, '}');
	struct str text = arena_str(call->arena, buf_view(&b));
	buf_fini(&b);
	return text;
}

int stream_event_discard(struct call *call, const struct lane *lane,
	const struct stream_item *items, size_t n, const struct stream_ending *e)
{
	const struct lambda_event_source_mapping_configuration *c = lane->m->record.configuration;
	struct str target = { 0 };
	if (c->destination_config && c->destination_config->on_failure)
		target = c->destination_config->on_failure->destination;
	if (!target.n) {
		log_warn("lambda: the mapping %.*s drops %zu records of %.*s: %s", STR_ARG(c->uuid),
			n, STR_ARG(c->event_source_arn), e->condition);
		return 0;
	}
	struct function_name name = { lane->m->record.account, lane->m->record.region,
		lane->m->record.function, lane->m->record.qualifier };
	struct lambda_version_record version;
	int64_t number;
	/* "Lambda's execution role must have permission": without it, or the function, none gets
	 * it. */
	if (lambda_read_version(call, &name, &version, &number) < 0) {
		call->error = (struct call_error){ 0 };
		return 0;
	}
	if (!lambda_role_may_send(call, version.configuration->role, target))
		return 0;
	struct delivery_deliver_input in = {
		.target_arn = target,
		.body = document(call, lane, items, n, e),
		.source_service = STR("lambda.amazonaws.com"),
		.source_arn = e->function_arn,
	};
	struct delivery_deliver_output out;
	return call_inner(call, &delivery_deliver_operation, NULL, &in, &out);
}
