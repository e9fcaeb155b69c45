/*
 * Custom resources (CloudFormation User Guide, "Custom resources"): a function is run with the
 * request, and answers by a PUT to a URL of this server that only it knows.
 */
#include "api/lambda.h"
#include "aws/hash.h"
#include "base/clock.h"
#include "base/encode.h"
#include "net/http_server.h"
#include "services/cloudformation/internal.h"
#include "services/cloudformation/types.h"
#include <stdlib.h>

#define ANSWER_PATH "/_samovar/cloudformation/answers/"
struct custom_wait {
	struct waitq answered;
	struct str body; /* the heap's; p == NULL until it comes */
};

bool cfn_serve(struct aws *aws, void *state, struct http_exchange *ex)
{
	const struct http_request *request = http_request(ex);
	struct cfn *cfn = state;
	struct str body;
	(void)aws;
	if (!str_starts(request->path, STR(ANSWER_PATH)))
		return false;
	struct custom_wait *w =
		map_get(&cfn->answers, str_from(request->path, strlen(ANSWER_PATH)));
	if (!w || !str_is(request->method, "PUT")) {
		http_respond(ex, 403, NULL, 0, STR("No one waits for an answer here."));
		return true;
	}
	if (http_body(ex, CFN_CUSTOM_BODY_BYTES_MAX, &body) < 0) {
		http_respond(ex, 400, NULL, 0, STR("The answer may have at most 4096 bytes."));
		return true;
	}
	/* The body may have taken its time. */
	w = map_get(&cfn->answers, str_from(request->path, strlen(ANSWER_PATH)));
	if (w && !w->body.p) {
		w->body = (struct str){ xstrndup(body.p, body.n), body.n };
		waitq_wake_all(&w->answered);
	}
	http_respond(ex, 200, NULL, 0, STR(""));
	return true;
}

void cfn_custom_stop(struct cfn *cfn)
{
	struct map_entry *entry;
	size_t at = 0;
	while (map_next(&cfn->answers, &at, &entry))
		waitq_wake_all(&((struct custom_wait *)entry->value)->answered);
}

/* Another for each request, and not to be guessed. */
static struct str token_of(struct cfn_resource *r, const char *what)
{
	unsigned char mac[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];
	struct str secret = { (const char *)r->call->aws->secret, sizeof r->call->aws->secret };
	hmac_sha256(secret,
		arena_printf(r->call->arena, "cloudformation/%.*s/%s/%lld", STR_ARG(r->token), what,
			(long long)r->operation),
		mac);
	hex_encode(mac, sizeof mac, hex);
	return arena_str(r->call->arena, str_c(hex));
}

static struct str request_of(struct cfn_resource *r, const char *what, struct str token)
{
	value *event = yyjson_mut_obj(r->doc), *properties = cfn_copy(r->doc, r->properties);
	cfn_put(r, event, "RequestType", str_c(what));
	cfn_put(r, event, "ServiceToken", cfn_property(r, "ServiceToken"));
	cfn_put(r, event, "ResponseURL",
		/* The same inside a box and on the host, whatever else the server listens on. */
		arena_printf(r->call->arena, "http://127.0.0.1:%u" ANSWER_PATH "%.*s",
			r->call->aws->port, STR_ARG(token)));
	cfn_put(r, event, "StackId", r->stack_id);
	cfn_put(r, event, "RequestId", str_sub(token, 0, 36));
	cfn_put(r, event, "LogicalResourceId", r->logical);
	cfn_put(r, event, "ResourceType", r->type_name);
	if (!str_is(str_c(what), "Create"))
		cfn_put(r, event, "PhysicalResourceId", r->physical);
	cfn_set(r->doc, event, "ResourceProperties", properties);
	if (r->before)
		cfn_set(r->doc, event, "OldResourceProperties", cfn_copy(r->doc, r->before));
	return cfn_json_write(r->call->arena, event);
}

/* Properties reach the function as texts: numbers and booleans too. */
static value *texts(struct cfn_resource *r, value *v)
{
	value *out, *key, *item;
	if (yyjson_mut_is_obj(v)) {
		out = yyjson_mut_obj(r->doc);
		CFN_OBJECT_FOR(key, item, v)
		yyjson_mut_obj_add(out, cfn_string(r->doc, cfn_text(key)), texts(r, item));
		return out;
	}
	if (yyjson_mut_is_arr(v)) {
		out = yyjson_mut_arr(r->doc);
		CFN_ARRAY_FOR(item, v)
		yyjson_mut_arr_append(out, texts(r, item));
		return out;
	}
	struct str s = cfn_scalar(r->call->arena, v);
	return s.p ? cfn_string(r->doc, s) : cfn_copy(r->doc, v);
}

/* Waits until the answer has come: 0, or fails. */
static int wait_for(struct cfn_resource *r, struct custom_wait *w, int64_t timeout_ms)
{
	struct cfn *cfn = cfn_of(r->call->aws);
	uint64_t end = clock_mono_ms() + (uint64_t)timeout_ms;
	while (!w->body.p) {
		uint64_t now = clock_mono_ms();
		if (cfn->stopping)
			return fail(r->call, &aws_service_unavailable, "The server stops.");
		if (*r->cancelled)
			return fail(r->call, &cloudformation_validation_error,
				"Resource %s cancelled", r->before ? "update" : "creation");
		if (now >= end)
			return fail(r->call, &cloudformation_validation_error,
				"CloudFormation did not receive a response from your Custom "
				"Resource. Please check your logs "
				"for requestId [%.*s].",
				STR_ARG(r->token));
		waitq_wait(&w->answered, MIN((int64_t)(end - now), CFN_LOOK_MS));
	}
	return 0;
}

static int take_answer(struct cfn_resource *r, struct str body)
{
	value *answer = cfn_json_read(r->call->arena, r->doc, arena_str(r->call->arena, body)),
	      *key, *item;
	struct str status = cfn_text(cfn_get(answer, "Status")),
		   id = cfn_text(cfn_get(answer, "PhysicalResourceId"));
	if (id.n && !r->before)
		r->physical = id;
	if (str_is(status, "FAILED"))
		return fail(r->call, &cloudformation_validation_error,
			"Received response status [FAILED] from custom resource. Message "
			"returned: %.*s (RequestId: %.*s)",
			STR_ARG(cfn_text(cfn_get(answer, "Reason"))),
			STR_ARG(cfn_text(cfn_get(answer, "RequestId"))));
	if (!str_is(status, "SUCCESS"))
		return fail(r->call, &cloudformation_validation_error,
			"Invalid Status in the response of the custom resource: %.*s",
			STR_ARG(status));
	if (!id.n)
		return fail(r->call, &cloudformation_validation_error,
			"Invalid PhysicalResourceId: the response of the custom resource has none.");
	r->physical = id;
	r->hidden = yyjson_mut_get_bool(cfn_get(answer, "NoEcho"));
	value *data = cfn_get(answer, "Data");
	if (yyjson_mut_is_obj(data) && r->attributes)
		CFN_OBJECT_FOR(key, item, data)
	cfn_set_str(r->doc, r->attributes, cfn_text(key), cfn_copy(r->doc, item));
	return 0;
}

static int ask(struct cfn_resource *r, const char *what)
{
	struct cfn *cfn = cfn_of(r->call->aws);
	struct custom_wait w = { .body = { 0 } };
	struct str token = token_of(r, what), target = cfn_property(r, "ServiceToken");
	struct str timeout = cfn_property(r, "ServiceTimeout");
	int64_t seconds = CFN_CUSTOM_TIMEOUT_S;
	if (!str_starts(target, STR("arn:aws:lambda:")))
		return fail(r->call, &cloudformation_validation_error,
			"The ServiceToken of a custom resource must be a function's ARN here: %.*s",
			STR_ARG(target));
	if (timeout.n && (str_to_i64(timeout, &seconds) < 0 || seconds < 1 ||
				 seconds > CFN_CUSTOM_TIMEOUT_S))
		return fail(r->call, &cloudformation_validation_error,
			"ServiceTimeout must be from 1 to 3600 seconds.");
	r->properties = texts(r, r->properties);
	if (r->before)
		r->before = texts(r, r->before);
	waitq_init(&w.answered);
	map_put(&cfn->answers, token, &w);
	struct lambda_invoke_input in = { .function_name = target,
		.invocation_type = STR("RequestResponse"),
		.payload = request_of(r, what, token) };
	struct lambda_invoke_output out = { 0 };
	int e = call_inner_asked(r->call, &lambda_invoke_operation, &in, &out);
	if (e == 0 && out.function_error.p && !w.body.p)
		e = fail(r->call, &cloudformation_validation_error,
			"The custom resource's function ended with an error and without an answer: %.*s",
			STR_ARG(out.payload));
	if (e == 0)
		e = wait_for(r, &w, seconds * 1000);
	map_remove(&cfn->answers, token);
	if (e == 0)
		e = take_answer(r, w.body);
	free((void *)(uintptr_t)w.body.p);
	return e;
}

static int create_custom(struct cfn_resource *r)
{
	return ask(r, "Create");
}

static int update_custom(struct cfn_resource *r)
{
	return ask(r, "Update");
}

static int remove_custom(struct cfn_resource *r)
{
	if (ask(r, "Delete") == 0)
		return 0;
	/* Without its function no one can be asked. */
	return cfn_forgive_missing(r->call) ? 0 : -1;
}

/* ---- what only has a name ---- */

static int create_name(struct cfn_resource *r)
{
	r->physical = cfn_make_name(r, 128, false);
	return 0;
}

static int remove_name(struct cfn_resource *r)
{
	(void)r;
	return 0;
}

const struct cfn_type cfn_types_cloudformation[] = {
	{ .name = "AWS::CloudFormation::CustomResource",
		.flags = CFN_ANY_ATTRIBUTE | CFN_NAMED_BEFORE,
		.replace = "ServiceToken",
		.attributes = "",
		.create = create_custom,
		.update = update_custom,
		.remove = remove_custom },
	{ .name = "AWS::CDK::Metadata",
		.flags = CFN_IN_TRANSACTION,
		.properties = "Analytics",
		.replace = "",
		.attributes = "",
		.create = create_name,
		.update = remove_name,
		.remove = remove_name },
	{ .name = "AWS::CloudFormation::WaitConditionHandle",
		.flags = CFN_IN_TRANSACTION,
		.properties = "",
		.replace = "*",
		.attributes = "",
		.create = create_name,
		.remove = remove_name },
	{ 0 },
};
