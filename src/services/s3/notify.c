/* Event notifications: the messages, owed in the transaction of what they tell of. (S3 User Guide,
 * "Event message structure") */
#include "services/s3/notify.h"
#include "api/delivery.h"
#include "aws/codec.h"
#include "base/clock.h"
#include "base/encode.h"
#include "services/s3/config.h"

struct notification *notify_list(
	struct call *call, const struct s3_notification_configuration *c, size_t *n)
{
	const struct s3_topic_configuration_list *topics = &c->topic_configurations;
	const struct s3_queue_configuration_list *queues = &c->queue_configurations;
	const struct s3_lambda_function_configuration_list *functions =
		&c->lambda_function_configurations;
	struct notification *all = ARENA_ARRAY(
		call->arena, struct notification, topics->n + queues->n + functions->n + 1);
	*n = 0;
	for (size_t i = 0; i < topics->n; i++)
		all[(*n)++] = (struct notification){ &topics->v[i].id, topics->v[i].topic_arn,
			&topics->v[i].events, topics->v[i].filter };
	for (size_t i = 0; i < queues->n; i++)
		all[(*n)++] = (struct notification){ &queues->v[i].id, queues->v[i].queue_arn,
			&queues->v[i].events, queues->v[i].filter };
	for (size_t i = 0; i < functions->n; i++)
		all[(*n)++] = (struct notification){ &functions->v[i].id,
			functions->v[i].lambda_function_arn, &functions->v[i].events,
			functions->v[i].filter };
	return all;
}

bool notify_covers(struct str wanted, struct str event)
{
	return str_ends(wanted, STR(":*")) ? str_starts(event, str_sub(wanted, 0, wanted.n - 1))
					   : str_eq(wanted, event);
}

struct str notify_filter_value(
	const struct s3_notification_configuration_filter *filter, const char *name)
{
	size_t n = filter && filter->key ? filter->key->filter_rules.n : 0;
	for (size_t i = 0; i < n; i++)
		if (str_eq_ci(filter->key->filter_rules.v[i].name, str_c(name)))
			return filter->key->filter_rules.v[i].value;
	return STR("");
}

static bool wants(const struct notification *c, struct str key, struct str event)
{
	bool covers = false;
	for (size_t i = 0; i < c->events->n; i++)
		covers |= notify_covers(c->events->v[i], event);
	return covers && str_starts(key, notify_filter_value(c->filter, "prefix")) &&
	       str_ends(key, notify_filter_value(c->filter, "suffix"));
}

/* As in a form: "The object key name value is URL encoded", a blank as '+'. */
static void put_key(struct buf *b, struct call *call, struct str key)
{
	struct str text = percent_encode(call->arena, key, true);
	buf_char(b, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (str_starts(str_from(text, i), STR("%20"))) {
			buf_char(b, '+');
			i += 2;
		} else {
			buf_char(b, text.p[i]);
		}
	}
	buf_char(b, '"');
}

static void put_object(struct buf *b, struct call *call, const struct s3_bucket_record *bucket,
	struct str key, const struct s3_object_record *r)
{
	struct str version = object_version_id(bucket, r);
	int64_t sequence = r->sequence.set ? r->sequence.v : call->now_ms * 1000;
	buf_cat(b, "\"object\":{\"key\":");
	put_key(b, call, key);
	if (r->size.set)
		buf_printf(b, ",\"size\":%lld", (long long)r->size.v);
	if (r->e_tag.p)
		buf_printf(b, ",\"eTag\":\"%.*s\"", STR_ARG(r->e_tag));
	if (version.p)
		buf_printf(b, ",\"versionId\":\"%.*s\"", STR_ARG(version));
	buf_printf(b, ",\"sequencer\":\"%016llX\"}", (unsigned long long)sequence);
}

struct happening {
	const struct s3_bucket_record *bucket;
	struct str name, key, event; /* event: with "s3:" */
	const struct s3_object_record *record;
};

static struct str message(struct call *call, const struct happening *h, struct str id)
{
	struct buf b = { 0 };
	char time[CLOCK_TEXT_MAX];
	/* What the rules of a lifecycle do is S3's own doing. */
	bool is_own = !call->http && !call->operation;
	struct str who = is_own ? STR("s3.amazonaws.com")
				: arena_printf(
					  call->arena, "AWS:%.*s", STR_ARG(call->identity.account)),
		   from = is_own              ? STR("s3.amazonaws.com")
			  : call->source_ip.n ? call->source_ip
					      : STR("127.0.0.1");
	struct str owner = s3_owner_of(call, h->bucket->account)->id;
	clock_format_iso(call->now_ms, time);
	buf_printf(&b,
		"{\"Records\":[{\"eventVersion\":\"2.1\",\"eventSource\":\"aws:s3\","
		"\"awsRegion\":\"%.*s\",\"eventTime\":\"%s\",\"eventName\":\"%.*s\","
		"\"userIdentity\":{\"principalId\":\"%.*s\"},"
		"\"requestParameters\":{\"sourceIPAddress\":\"%.*s\"},"
		"\"responseElements\":{\"x-amz-request-id\":\"%.*s\",\"x-amz-id-2\":\"%.*s\"},"
		"\"s3\":{\"s3SchemaVersion\":\"1.0\",\"configurationId\":",
		STR_ARG(h->bucket->region), time, STR_ARG(str_from(h->event, 3)), STR_ARG(who),
		STR_ARG(from), STR_ARG(call->request_id), STR_ARG(call->request_id));
	json_quote(&b, id);
	buf_printf(&b,
		",\"bucket\":{\"name\":\"%.*s\",\"ownerIdentity\":{\"principalId\":\"%.*s\"},"
		"\"arn\":\"arn:aws:s3:::%.*s\"},",
		STR_ARG(h->name), STR_ARG(owner), STR_ARG(h->name));
	put_object(&b, call, h->bucket, h->key, h->record);
	buf_cat(&b, "}}]}");
	struct str text = arena_str(call->arena, buf_view(&b));
	buf_fini(&b);
	return text;
}

int notify_owe(struct call *call, const struct s3_bucket_record *bucket, struct str name,
	struct str arn, struct str body)
{
	struct identity as = { .account = bucket->account,
		.region = bucket->region,
		.service = STR("s3.amazonaws.com") };
	struct delivery_deliver_input in = {
		.target_arn = arn,
		.body = body,
		.source_service = STR("s3.amazonaws.com"),
		.source_arn = arena_printf(call->arena, "arn:aws:s3:::%.*s", STR_ARG(name)),
	};
	struct delivery_deliver_output out;
	return call_inner(call, &delivery_deliver_operation, &as, &in, &out);
}

int notify_object(struct call *call, const struct s3_bucket_record *bucket, struct str name,
	struct str key, const struct s3_object_record *record, const char *event)
{
	struct s3_notification_configuration c;
	struct happening h = { bucket, name, key, arena_printf(call->arena, "s3:%s", event),
		record };
	size_t n;
	if (!bucket->has_notifications.v || !s3_config_find(call, name, "notification",
						    &s3_notification_configuration_shape, &c))
		return 0;
	const struct notification *all = notify_list(call, &c, &n);
	for (size_t i = 0; i < n; i++)
		if (wants(&all[i], key, h.event) && notify_owe(call, bucket, name, all[i].arn,
							    message(call, &h, *all[i].id)) < 0)
			return -1;
	return 0;
}

int notify_delete(struct call *call, const struct s3_bucket_record *bucket, struct str name,
	struct str key, struct str asked_version, const struct s3_delete_object_output *out,
	const char *how)
{
	bool is_marker = out->delete_marker.v && !asked_version.p;
	struct s3_object_record gone = { .version_id = out->version_id };
	struct str event = arena_printf(
		call->arena, "%s:%s", how, is_marker ? "DeleteMarkerCreated" : "Delete");
	if (str_is(gone.version_id, "null"))
		gone.version_id = (struct str){ 0 };
	return notify_object(call, bucket, name, key, &gone, arena_cstr(call->arena, event));
}
