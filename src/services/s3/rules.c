/* CORS, website and lifecycle configurations of a bucket. */
#include "base/random.h"
#include "services/s3/config.h"
#include "services/s3/lifecycle.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* ---- CORS ---- */

static int check_cors_rule(struct call *call, const struct s3_cors_rule *rule)
{
	static const char *const methods[] = { "GET", "PUT", "HEAD", "POST", "DELETE" };
	if (rule->allowed_methods.n == 0 || rule->allowed_origins.n == 0)
		return s3_malformed(call);
	for (size_t i = 0; i < rule->allowed_methods.n; i++) {
		bool known = false;
		for (size_t j = 0; j < COUNT_OF(methods); j++)
			known |= str_is(rule->allowed_methods.v[i], methods[j]);
		if (!known)
			return fail(call, &s3_invalid_request,
				"Found unsupported HTTP method in CORS config. Unsupported method is %.*s",
				STR_ARG(rule->allowed_methods.v[i]));
	}
	for (size_t i = 0; i < rule->allowed_origins.n; i++) {
		struct str origin = rule->allowed_origins.v[i];
		if (str_index(origin, '*') != str_rindex(origin, '*'))
			return fail(call, &s3_invalid_request,
				"AllowedOrigin \"%.*s\" can not have more than one wildcard.",
				STR_ARG(origin));
	}
	return 0;
}

static int mark_cors(struct call *call, struct str name, struct s3_bucket_record *bucket, bool has)
{
	bucket->has_cors = (struct opt_bool){ has, has };
	bucket_put(call, name, bucket);
	return 0;
}

int s3_put_bucket_cors(struct call *call, const struct s3_put_bucket_cors_input *in,
	struct s3_put_bucket_cors_output *out)
{
	const struct s3_cors_configuration *c = in->cors_configuration;
	struct s3_bucket_record bucket;
	(void)out;
	if (s3_config_begin(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	if (!c || c->cors_rules.n == 0 || c->cors_rules.n > S3_CORS_RULES_MAX)
		return s3_malformed(call);
	for (size_t i = 0; i < c->cors_rules.n; i++)
		if (check_cors_rule(call, &c->cors_rules.v[i]) < 0)
			return -1;
	s3_config_put(call, in->bucket, "cors", &s3_cors_configuration_shape, c);
	return mark_cors(call, in->bucket, &bucket, true);
}

int s3_get_bucket_cors(struct call *call, const struct s3_get_bucket_cors_input *in,
	struct s3_get_bucket_cors_output *out)
{
	struct s3_cors_configuration c;
	if (s3_config_get(call, in->bucket, in->expected_bucket_owner, "cors",
		    &s3_cors_configuration_shape, &c, &s3_no_such_cors_configuration,
		    "The CORS configuration does not exist") < 0)
		return -1;
	out->cors_rules = c.cors_rules;
	return 0;
}

int s3_delete_bucket_cors(struct call *call, const struct s3_delete_bucket_cors_input *in,
	struct s3_delete_bucket_cors_output *out)
{
	struct s3_bucket_record bucket;
	(void)out;
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	txn_delete(call->txn, bucket_config_key(call, in->bucket, "cors"));
	return mark_cors(call, in->bucket, &bucket, false);
}

/* ---- website ---- */

static int check_routing_rule(struct call *call, const struct s3_routing_rule *rule)
{
	const struct s3_redirect *r = rule->redirect;
	int64_t code;
	if (!r)
		return s3_malformed(call);
	if (r->replace_key_with.p && r->replace_key_prefix_with.p)
		return fail(call, &s3_invalid_request,
			"You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
	if (r->http_redirect_code.p &&
		(str_to_i64(r->http_redirect_code, &code) < 0 || code < 301 || code > 399))
		return fail(call, &s3_invalid_request,
			"The provided HTTP redirect code (%.*s) is not valid. Valid codes are 3XX except 300.",
			STR_ARG(r->http_redirect_code));
	if (r->protocol.p && !str_is(r->protocol, "http") && !str_is(r->protocol, "https"))
		return fail(call, &s3_invalid_request,
			"Invalid protocol, protocol can be http or https. If not defined the protocol "
			"will be selected automatically.");
	return 0;
}

int s3_put_bucket_website(struct call *call, const struct s3_put_bucket_website_input *in,
	struct s3_put_bucket_website_output *out)
{
	const struct s3_website_configuration *c = in->website_configuration;
	struct s3_bucket_record bucket;
	(void)out;
	if (s3_config_begin(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	if (!c ||
		(c->redirect_all_requests_to &&
			(c->index_document || c->error_document || c->routing_rules.n)) ||
		c->routing_rules.n > S3_ROUTING_RULES_MAX)
		return s3_malformed(call);
	if (!c->redirect_all_requests_to && (!c->index_document || !c->index_document->suffix.n ||
						    str_index(c->index_document->suffix, '/') >= 0))
		return s3_invalid(call, "IndexDocument",
			c->index_document ? c->index_document->suffix : STR(""),
			"The IndexDocument Suffix is not well formed");
	for (size_t i = 0; i < c->routing_rules.n; i++)
		if (check_routing_rule(call, &c->routing_rules.v[i]) < 0)
			return -1;
	s3_config_put(call, in->bucket, "website", &s3_website_configuration_shape, c);
	return 0;
}

int s3_get_bucket_website(struct call *call, const struct s3_get_bucket_website_input *in,
	struct s3_get_bucket_website_output *out)
{
	struct s3_website_configuration c;
	if (s3_config_get(call, in->bucket, in->expected_bucket_owner, "website",
		    &s3_website_configuration_shape, &c, &s3_no_such_website_configuration,
		    "The specified bucket does not have a website configuration") < 0)
		return -1;
	out->redirect_all_requests_to = c.redirect_all_requests_to;
	out->index_document = c.index_document;
	out->error_document = c.error_document;
	out->routing_rules = c.routing_rules;
	return 0;
}

int s3_delete_bucket_website(struct call *call, const struct s3_delete_bucket_website_input *in,
	struct s3_delete_bucket_website_output *out)
{
	(void)out;
	return s3_config_delete(call, in->bucket, in->expected_bucket_owner, "website");
}

/* ---- lifecycle ---- */

/* A class that objects can move to, and its first day. */
static int check_transition_class(
	struct call *call, struct str storage_class, struct opt_i64 days, const char *name)
{
	int64_t days_min =
		str_is(storage_class, "STANDARD_IA") || str_is(storage_class, "ONEZONE_IA") ? 30
											    : 0;
	/* An archived object could not be read without a restore, which is not served. */
	if (str_is(storage_class, "GLACIER") || str_is(storage_class, "DEEP_ARCHIVE"))
		return fail(call, &s3_not_implemented,
			"Transitions to the storage class %.*s are not served",
			STR_ARG(storage_class));
	if (lifecycle_class_rank(storage_class) == 0)
		return s3_malformed(call);
	if (days.set && days.v < days_min)
		return s3_invalid(call, name, arena_printf(call->arena, "%lld", (long long)days.v),
			arena_cstr(call->arena,
				arena_printf(call->arena,
					"'%s' in Transition action must be greater than or equal to %lld for "
					"storageClass '%.*s'",
					name, (long long)days_min, STR_ARG(storage_class))));
	return 0;
}

static int check_transitions(struct call *call, const struct s3_lifecycle_rule *rule)
{
	const struct s3_noncurrent_version_transition_list *old =
		&rule->noncurrent_version_transitions;
	const struct s3_lifecycle_expiration *e = rule->expiration;
	for (size_t i = 0; i < rule->transitions.n; i++) {
		const struct s3_transition *t = &rule->transitions.v[i];
		if (t->days.set + t->date.set != 1)
			return s3_malformed(call);
		if (check_transition_class(call, t->storage_class, t->days, "Days") < 0)
			return -1;
		if (t->date.set && t->date.ms % DAY_MS != 0)
			return s3_invalid(call, "Date", STR(""), "'Date' must be at midnight GMT");
		if (e && e->days.set && t->days.set && e->days.v <= t->days.v)
			return s3_invalid(call, "Days", STR(""),
				"'Days' in the Expiration action must be greater than 'Days' in the "
				"Transition action");
	}
	for (size_t i = 0; i < old->n; i++) {
		if (!old->v[i].noncurrent_days.set)
			return s3_malformed(call);
		if (check_transition_class(call, old->v[i].storage_class, old->v[i].noncurrent_days,
			    "NoncurrentDays") < 0)
			return -1;
	}
	return 0;
}

static int check_lifecycle_rule(
	struct call *call, struct s3_lifecycle_rule *rule, const struct s3_lifecycle_rules *all)
{
	const struct s3_lifecycle_expiration *e = rule->expiration;
	const struct s3_noncurrent_version_expiration *n = rule->noncurrent_version_expiration;
	const struct s3_abort_incomplete_multipart_upload *a =
		rule->abort_incomplete_multipart_upload;
	if (!str_is(rule->status, "Enabled") && !str_is(rule->status, "Disabled"))
		return s3_malformed(call);
	if (!e && !n && !a && !rule->transitions.n && !rule->noncurrent_version_transitions.n)
		return fail(call, &s3_invalid_request,
			"At least one action needs to be specified in a rule");
	if (rule->id.n > 255)
		return s3_invalid(
			call, "ID", rule->id, "ID length should not exceed allowed limit of 255");
	if ((e && e->days.set && e->days.v < 1) || (n && n->noncurrent_days.v < 1) ||
		(a && a->days_after_initiation.v < 1))
		return s3_invalid(call, "Days", STR("0"),
			"'Days' for Expiration action must be a positive integer");
	if (e && e->days.set + e->date.set + e->expired_object_delete_marker.set != 1)
		return s3_malformed(call);
	if (e && e->date.set && e->date.ms % DAY_MS != 0)
		return s3_invalid(call, "Date", STR(""), "'Date' must be at midnight GMT");
	if (check_transitions(call, rule) < 0)
		return -1;
	for (const struct s3_lifecycle_rule *other = all->v; other < rule; other++)
		if (rule->id.n && str_eq(other->id, rule->id))
			return s3_invalid(call, "ID", rule->id,
				"Rule ID must be unique. Found same ID for more than one rule");
	if (!rule->id.n) {
		char uuid[UUID_LENGTH + 1];
		random_uuid(uuid);
		rule->id = arena_str(call->arena, str_c(uuid));
	}
	return 0;
}

static int mark_lifecycle(
	struct call *call, struct str name, struct s3_bucket_record *bucket, bool has)
{
	bucket->has_lifecycle = (struct opt_bool){ has, has };
	bucket_put(call, name, bucket);
	return 0;
}

int s3_put_bucket_lifecycle_configuration(struct call *call,
	const struct s3_put_bucket_lifecycle_configuration_input *in,
	struct s3_put_bucket_lifecycle_configuration_output *out)
{
	struct s3_bucket_lifecycle_configuration *c = in->lifecycle_configuration;
	struct s3_bucket_record bucket;
	(void)out;
	if (s3_config_begin(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	if (!c || c->rules.n == 0 || c->rules.n > S3_LIFECYCLE_RULES_MAX)
		return s3_malformed(call);
	for (size_t i = 0; i < c->rules.n; i++)
		if (check_lifecycle_rule(call, &c->rules.v[i], &c->rules) < 0)
			return -1;
	s3_config_put(call, in->bucket, "lifecycle", &s3_bucket_lifecycle_configuration_shape, c);
	return mark_lifecycle(call, in->bucket, &bucket, true);
}

int s3_get_bucket_lifecycle_configuration(struct call *call,
	const struct s3_get_bucket_lifecycle_configuration_input *in,
	struct s3_get_bucket_lifecycle_configuration_output *out)
{
	struct s3_bucket_lifecycle_configuration c;
	if (s3_config_get(call, in->bucket, in->expected_bucket_owner, "lifecycle",
		    &s3_bucket_lifecycle_configuration_shape, &c,
		    &s3_no_such_lifecycle_configuration,
		    "The lifecycle configuration does not exist") < 0)
		return -1;
	out->rules = c.rules;
	return 0;
}

int s3_delete_bucket_lifecycle(struct call *call, const struct s3_delete_bucket_lifecycle_input *in,
	struct s3_delete_bucket_lifecycle_output *out)
{
	struct s3_bucket_record bucket;
	(void)out;
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	txn_delete(call->txn, bucket_config_key(call, in->bucket, "lifecycle"));
	return mark_lifecycle(call, in->bucket, &bucket, false);
}
