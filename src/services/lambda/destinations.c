/*
 * Where events end: the destinations of successes and failures, and the function's dead-letter
 * queue (Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations", "Adding a
 * dead-letter queue").
 */
#include "services/lambda/destinations.h"
#include "api/delivery.h"
#include "aws/codec.h"
#include "base/clock.h"
#include "base/log.h"
#include <yyjson.h>

enum { ERROR_MESSAGE_BYTES_MAX = 1024 };

static void member(struct buf *b, const char *name, struct str value)
{
	buf_printf(b, "\"%s\":", name);
	json_quote(b, value);
}

static bool is_json(struct str text)
{
	yyjson_doc *doc = text.n ? yyjson_read(text.p, text.n, 0) : NULL;
	yyjson_doc_free(doc);
	return doc != NULL;
}

/* JSON as it is; anything else as a text. */
static void payload(struct buf *b, const char *name, struct str text)
{
	buf_printf(b, "\"%s\":", name);
	if (is_json(text))
		buf_str(b, text);
	else if (text.n)
		json_quote(b, text);
	else
		buf_cat(b, "null");
}

static struct str record_of(struct call *call, const struct event_end *e)
{
	struct buf b = { 0 };
	char time[CLOCK_TEXT_MAX];
	clock_format_iso(call->now_ms, time);
	/* Three digits of milliseconds, also when they are 0. */
	size_t n = strlen(time);
	buf_cat(&b, "{\"version\":\"1.0\",\"timestamp\":\"");
	buf_append(&b, time, n - 1);
	buf_cat(&b, call->now_ms % 1000 == 0 ? ".000Z\"," : "Z\",");
	buf_cat(&b, "\"requestContext\":{");
	member(&b, "requestId", e->record->request_id);
	buf_char(&b, ',');
	member(&b, "functionArn", e->function_arn);
	buf_char(&b, ',');
	member(&b, "condition", str_c(e->condition));
	buf_printf(&b, ",\"approximateInvokeCount\":%lld},", (long long)e->tries);
	payload(&b, "requestPayload", e->record->payload);
	if (e->has_answer) {
		buf_cat(&b, ",\"responseContext\":{\"statusCode\":200,");
		member(&b, "executedVersion", e->executed_version);
		if (e->function_error.p) {
			buf_char(&b, ',');
			member(&b, "functionError", e->function_error);
		}
		buf_cat(&b, "},");
		payload(&b, "responsePayload", e->answer);
	}
	buf_char(&b, '}');
	struct str text = arena_str(call->arena, buf_view(&b));
	buf_fini(&b);
	return text;
}

static int owe(struct call *call, const struct event_end *e, struct str target, struct str body,
	const struct delivery_attributes *attributes)
{
	struct identity as = { .account = e->record->account,
		.region = e->record->region,
		.service = STR("lambda.amazonaws.com") };
	struct delivery_deliver_input in = {
		.target_arn = target,
		.body = body,
		.source_service = STR("lambda.amazonaws.com"),
		.source_arn = e->function_arn,
		.trace_header = e->record->trace_id,
		.maximum_age_in_seconds = OPT_I64(LAMBDA_EVENT_AGE_MAX_S),
	};
	struct delivery_deliver_output out;
	if (attributes)
		in.message_attributes = *attributes;
	if (str_ends(target, STR(".fifo"))) {
		in.message_group_id = e->record->function;
		in.message_deduplication_id = e->record->request_id;
	}
	return call_inner(call, &delivery_deliver_operation, &as, &in, &out);
}

/* errorMessage of what the function answered, at most 1 KB of it. */
static struct str error_message(struct call *call, const struct event_end *e)
{
	struct str text = STR("");
	yyjson_doc *doc =
		e->has_answer && e->answer.n ? yyjson_read(e->answer.p, e->answer.n, 0) : NULL;
	yyjson_val *val = doc ? yyjson_obj_get(yyjson_doc_get_root(doc), "errorMessage") : NULL;
	if (yyjson_is_str(val))
		text = (struct str){ yyjson_get_str(val),
			MIN(yyjson_get_len(val), (size_t)ERROR_MESSAGE_BYTES_MAX) };
	/* Not in the middle of a character. */
	while (text.n && !str_is_utf8(text))
		text.n--;
	text = arena_str(call->arena, text.n ? text : str_c(e->condition));
	yyjson_doc_free(doc);
	return text;
}

static int owe_dead_letter(struct call *call, const struct event_end *e)
{
	struct delivery_attribute attributes[] = {
		{ STR("RequestID"), STR("String"), e->record->request_id, { 0 } },
		{ STR("ErrorCode"), STR("Number"), e->has_answer ? STR("200") : STR("429"), { 0 } },
		{ STR("ErrorMessage"), STR("String"), error_message(call, e), { 0 } },
	};
	struct delivery_attributes list = { attributes, COUNT_OF(attributes) };
	return owe(call, e, e->dead_letter, e->record->payload, &list);
}

int destinations_owe(struct call *call, const struct event_end *e)
{
	bool is_success = str_is(str_c(e->condition), "Success");
	struct str target = is_success ? e->on_success : e->on_failure;
	if (!is_success && !target.n && !e->dead_letter.n)
		log_warn("lambda: the event %.*s of %.*s is dropped: %s",
			STR_ARG(e->record->request_id), STR_ARG(e->record->function), e->condition);
	if (target.n && owe(call, e, target, record_of(call, e), NULL) < 0)
		return -1;
	return !is_success && e->dead_letter.n ? owe_dead_letter(call, e) : 0;
}
