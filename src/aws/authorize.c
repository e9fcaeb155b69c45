/* Whether the caller may: its identity's policies over the operation's action and resource. */
#include "aws/authorize.h"
#include "aws/error.h"
#include "aws/policy.h"
#include "base/clock.h"
#include "base/log.h"

/* What anyone may ask about itself (STS API Reference, GetCallerIdentity: "No permissions are
 * required"). */
static const char *const free_actions[] = { "sts:GetCallerIdentity", "sts:GetSessionToken" };

static struct str member_text(struct call *call, const void *in, struct str name)
{
	const struct member *m = shape_member(call->operation->input, name);
	if (!m || (m->shape->type != SHAPE_STRING && m->shape->type != SHAPE_ENUM) ||
		!member_is_set(m, in))
		return (struct str){ 0 };
	return *(const struct str *)((const char *)in + m->offset);
}

/* The operation's resource with the input's members put in. */
static struct str resource_text(struct call *call, const void *in)
{
	struct str rest = str_c(call->operation->resource);
	struct buf b = { 0 };
	if (!rest.n)
		return STR("*");
	while (rest.n) {
		ssize_t open = str_index(rest, '{'), close = str_index(rest, '}');
		if (open < 0 || close < open) {
			buf_str(&b, rest);
			break;
		}
		struct str name = str_sub(rest, (size_t)open + 1, (size_t)(close - open) - 1),
			   value;
		buf_append(&b, rest.p, (size_t)open);
		rest = str_from(rest, (size_t)close + 1);
		if (str_is(name, "region")) {
			value = call->identity.region;
		} else if (str_is(name, "account")) {
			value = call->identity.account;
		} else {
			value = member_text(call, in, name);
			if (str_starts(value, STR("arn:"))) {
				buf_fini(&b);
				return value;
			}
		}
		/* A parameter's name is a path of its own: /a/b is parameter/a/b. */
		if (str_starts(value, STR("/")) && str_ends(buf_view(&b), STR(":parameter/")))
			value = str_from(value, 1);
		buf_str(&b, value.n ? value : STR("*"));
	}
	struct str resource = arena_str(call->arena, buf_view(&b));
	buf_fini(&b);
	return resource;
}

enum { CONTEXT_KEYS_MAX = 24 };

struct context {
	struct policy_context_key keys[CONTEXT_KEYS_MAX];
	size_t n;
};

static void add(struct context *c, const char *name, struct str value)
{
	assert(c->n < CONTEXT_KEYS_MAX);
	if (value.p)
		c->keys[c->n++] = (struct policy_context_key){ str_c(name), value };
}

/* The global condition keys (IAM User Guide, "AWS global condition context keys"). */
static void fill_context(struct call *call, struct context *c)
{
	const struct identity *id = &call->identity;
	char now[CLOCK_TEXT_MAX];
	ssize_t user = str_find(id->principal_arn, STR(":user/"));
	bool is_role = id->role_arn.p != NULL;
	clock_format_iso(call->now_ms / 1000 * 1000, now);
	add(c, "aws:SourceIp", call->source_ip);
	add(c, "aws:UserAgent", call->user_agent);
	add(c, "aws:CurrentTime", arena_str(call->arena, str_c(now)));
	add(c, "aws:EpochTime",
		arena_printf(call->arena, "%lld", (long long)(call->now_ms / 1000)));
	add(c, "aws:SecureTransport", STR("false"));
	add(c, "aws:RequestedRegion", id->region);
	add(c, "aws:ViaAWSService", call->is_forwarded ? STR("true") : STR("false"));
	add(c, "aws:userid", id->principal_id);
	add(c, "aws:PrincipalType",
		id->is_anonymous ? STR("Anonymous")
		: is_role        ? STR("AssumedRole")
		: user >= 0      ? STR("User")
				 : STR("Account"));
	/* "Anonymous requests do not include this key": they are of no account. */
	if (id->is_anonymous)
		return;
	add(c, "aws:PrincipalAccount", id->account);
	add(c, "aws:PrincipalArn", is_role ? id->role_arn : id->principal_arn);
	if (user >= 0)
		add(c, "aws:username",
			str_from(
				id->principal_arn, (size_t)str_rindex(id->principal_arn, '/') + 1));
}

static int deny(struct call *call, const char *action, struct str resource, const char *kind,
	bool explicitly)
{
	struct str arn = call->identity.principal_arn;
	if (str_is(str_c(call->api->signing_name), "s3"))
		return fail(call, &aws_access_denied, "Access Denied");
	if (explicitly)
		return fail(call, &aws_access_denied,
			"User: %.*s is not authorized to perform: %s on resource: %.*s "
			"with an explicit deny in %s policy",
			STR_ARG(arn), action, STR_ARG(resource), kind);
	return fail(call, &aws_access_denied,
		"User: %.*s is not authorized to perform: %s on resource: %.*s because "
		"no %s policy allows the %s action",
		STR_ARG(arn), action, STR_ARG(resource),
		str_is(str_c(kind), "a session")          ? "session"
		: str_is(str_c(kind), "a resource-based") ? "resource-based"
							  : "identity-based",
		action);
}

/* What could not be read may forbid it: the request fails with it, whatever else would let it pass.
 */
static bool is_unknown(struct call *call)
{
	if (call->error.shape && call->error.shape->is_server_fault)
		return true;
	call->error = (struct call_error){ 0 };
	return false;
}

/* "arn:aws:lambda:us-east-1:111122223333:...", or p == NULL. */
static struct str account_in(struct str arn)
{
	struct str part = { 0 };
	for (int i = 0; i < 5; i++)
		if (!str_cut(&arn, ':', &part))
			return (struct str){ 0 };
	bool is_account = part.n == 12;
	for (size_t i = 0; i < part.n; i++)
		is_account = is_account && part.p[i] >= '0' && part.p[i] <= '9';
	return is_account ? part : (struct str){ 0 };
}

/* What the service itself says of the resource: 1 or 0, whether it says anything, or -1. */
static int find_resource(struct call *call, const void *in, struct service_resource *out)
{
	struct service_resource found = { 0 };
	int is_known = 0;
	for (const struct service *const *s = call->aws->services; s && *s; s++)
		if ((*s)->api == call->api && (*s)->find_resource &&
			(*s)->find_resource(call, in, &found) == 0) {
			*out = found;
			is_known = 1;
		}
	if (is_unknown(call))
		return -1;
	if (!out->arn.p)
		out->arn = resource_text(call, in);
	if (!out->account.p)
		out->account = account_in(out->arn);
	if (!out->account.p)
		out->account = call->identity.account;
	return is_known;
}

/* What the identity's own policies say: the account itself needs none. They are looked up once. */
static enum policy_effect identity_effect(struct call *call, const struct policy_request *request)
{
	const struct identity *id = &call->identity;
	const struct aws_hooks *hooks = &call->aws->hooks;
	if (id->is_root)
		return POLICY_ALLOW;
	if (!call->policies) {
		struct policies *policies = ARENA_NEW(call->arena, struct policies);
		if (hooks->find_policies && hooks->find_policies(call, id, policies) < 0)
			log_debug("no policies for %.*s", STR_ARG(id->principal_arn));
		if (is_unknown(call))
			return POLICY_DENY;
		call->policies = policies;
	}
	return policies_evaluate(call->arena, call->policies, request);
}

/*
 * Within an account the identity's or the resource's policy may allow; across accounts both must
 * (IAM User Guide, "Cross-account policy evaluation logic").
 */
int call_authorize(struct call *call, const char *action, const struct service_resource *resource)
{
	const struct identity *id = &call->identity;
	struct context context = { 0 };
	if (call->aws->auth != AWS_AUTH_STRICT)
		return 0;
	bool is_own = !id->is_anonymous && str_eq(resource->account, id->account);
	if (id->is_root && is_own && !id->session_policy.n)
		return 0;
	fill_context(call, &context);
	for (size_t i = 0; i < resource->context_count; i++) {
		assert(context.n < CONTEXT_KEYS_MAX);
		context.keys[context.n++] = resource->context[i];
	}
	struct policy_request request = {
		.action = str_c(action),
		.resource = resource->arn,
		.principal_arn = id->principal_arn,
		.principal_account = id->is_anonymous ? STR("anonymous") : id->account,
		.context = context.keys,
		.context_count = context.n,
	};
	enum policy_effect effect = POLICY_NO_MATCH, by_resource = POLICY_NO_MATCH;
	if (resource->policy.n)
		by_resource = policy_evaluate(call->arena, resource->policy, &request, true);
	if (id->is_anonymous)
		return by_resource == POLICY_ALLOW
			       ? 0
			       : deny(call, action, request.resource, "a resource-based", false);
	effect = identity_effect(call, &request);
	if (by_resource == POLICY_DENY && !(id->is_root && is_own))
		return deny(call, action, request.resource, "a resource-based", true);
	if (effect == POLICY_DENY ||
		(effect == POLICY_NO_MATCH && !(is_own && by_resource == POLICY_ALLOW)))
		return deny(
			call, action, request.resource, "an identity-based", effect == POLICY_DENY);
	if (!is_own && by_resource != POLICY_ALLOW)
		return deny(call, action, request.resource, "a resource-based", false);
	if (id->session_policy.n) {
		effect = policy_evaluate(call->arena, id->session_policy, &request, false);
		if (effect != POLICY_ALLOW)
			return deny(
				call, action, request.resource, "a session", effect == POLICY_DENY);
	}
	return 0;
}

bool call_service_may(struct call *call, const struct service_source *source, const char *action,
	struct str resource, struct str policy)
{
	struct policy_context_key context[] = { { STR("aws:SourceAccount"), source->account },
		{ STR("aws:SourceArn"), source->arn } };
	struct policy_request request = {
		.action = str_c(action),
		.resource = resource,
		.principal_account = source->account,
		.principal_service = source->service,
		.context = context,
		.context_count = source->arn.p ? 2 : 1,
	};
	if (call->aws->auth != AWS_AUTH_STRICT)
		return true;
	return policy.n && policy_evaluate(call->arena, policy, &request, true) == POLICY_ALLOW;
}

/* What the service itself says that the caller must be allowed; 0: nothing; or -1. */
static ssize_t find_permissions(struct call *call, const void *in, struct service_permission **v)
{
	size_t n = 0;
	for (const struct service *const *s = call->aws->services; s && *s; s++)
		if ((*s)->api == call->api && (*s)->find_permissions &&
			(*s)->find_permissions(call, in, v, &n) < 0)
			n = 0;
	return is_unknown(call) ? -1 : (ssize_t)n;
}

int authorize_operation(struct call *call, const void *in)
{
	struct service_permission *permissions = NULL;
	const char *action = call->operation->action;
	struct service_resource resource = { 0 };
	if (call->aws->auth != AWS_AUTH_STRICT || !action)
		return 0;
	for (size_t i = 0; i < COUNT_OF(free_actions); i++)
		if (str_is(str_c(action), free_actions[i]))
			return 0;
	ssize_t n = find_permissions(call, in, &permissions);
	for (ssize_t i = 0; i < n; i++)
		if (call_authorize(call, permissions[i].action, &permissions[i].resource) < 0)
			return -1;
	if (n)
		return n > 0 ? 0 : -1;
	int is_known = find_resource(call, in, &resource);
	if (is_known < 0)
		return -1;
	/* A public operation of a service without policies of resources is everyone's; else
	 * strangers need one. */
	if (call->identity.is_anonymous && call->operation->is_public && !is_known)
		return 0;
	if (resource.by_handler)
		return 0;
	for (size_t i = 0; i < COUNT_OF(resource.also) && resource.also[i]; i++)
		if (call_authorize(call, resource.also[i], &resource) < 0)
			return -1;
	return call_authorize(call, resource.action ? resource.action : action, &resource);
}
