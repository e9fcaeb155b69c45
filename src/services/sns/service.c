/* The row of SNS in the server's table. */
#include "services/sns/sns.h"
#include "net/http_server.h"
#include "services/sns/letter.h"
#include "services/sns/state.h"
#include <openssl/evp.h>
#include <stdlib.h>

static int start(struct aws *aws, void **state)
{
	struct sns *sns = xcalloc(1, sizeof *sns);
	sns->aws = aws;
	waitq_init(&sns->made);
	*state = sns;
	return 0;
}

static void stop(struct aws *aws, void *state)
{
	struct sns *sns = state;
	(void)aws;
	EVP_PKEY_free(sns->key);
	free((char *)sns->certificate.p);
	free(sns);
}

/* The certificate that proves signatures. */
static bool serve_certificate(struct aws *aws, struct http_exchange *ex)
{
	static const struct http_header type = { STR_INIT("Content-Type"),
		STR_INIT("application/x-pem-file") };
	const struct http_request *request = http_request(ex);
	struct identity nobody = { 0 };
	struct call call;
	if (!str_is(request->method, "GET") ||
		!str_starts(request->path, STR("/SimpleNotificationService-")))
		return false;
	call_init(&call, aws, http_arena(ex), &nobody);
	call.api = &sns_api;
	struct sns *sns = sns_state(aws);
	if (signer_ready(&call) < 0 || !str_is(str_from(request->path, 1), sns->certificate_name))
		http_respond(ex, 404, NULL, 0, STR(""));
	else
		http_respond(ex, 200, &type, 1, sns->certificate);
	return true;
}

static bool serve(struct aws *aws, void *state, struct http_exchange *ex)
{
	(void)state;
	return serve_certificate(aws, ex);
}

/* ---- what an operation acts on ---- */

static int resource_run(struct call *call, void *arg)
{
	struct topic *t = arg;
	topic_get(call, &t->n, t);
	return 0;
}

static int find_resource(struct call *call, const void *in, struct service_resource *out)
{
	static const char *const names[] = { "TopicArn", "ResourceArn", "SubscriptionArn",
		"TargetArn" };
	struct topic t = { 0 };
	struct str arn = { 0 };
	/* Who has the token, or the link, is asked no more. */
	if (call->identity.is_anonymous)
		return -1;
	for (size_t i = 0; i < COUNT_OF(names) && !arn.n; i++) {
		const struct member *m = shape_member(call->operation->input, str_c(names[i]));
		if (m)
			arn = *(const struct str *)member_value(m, in);
	}
	if (!arn.n || !arn_part(arn, 5).n)
		return -1;
	t.n = (struct topic_name){ arn_part(arn, 4), arn_part(arn, 3), arn_part(arn, 5) };
	if (call_look(call, resource_run, &t) < 0)
		return -1;
	*out = (struct service_resource){
		.arn = topic_arn(call->arena, &t.n), .account = t.n.account, .policy = t.r.policy
	};
	return 0;
}

const struct service sns_service = {
	.api = &sns_api,
	.start = start,
	.stop = stop,
	.serve = serve,
	.find_resource = find_resource,
};
