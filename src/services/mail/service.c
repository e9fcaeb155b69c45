/* The row of the mailbox in the server's table, and the relay. */
#include "services/mail/mail.h"
#include "net/mail_client.h"
#include "services/mail/internal.h"
#include <errno.h>

/* Who a mail without --mail-from comes from. */
static const char default_from[] = "no-reply@sns.amazonaws.com";

static int relay(struct call *call, const struct mail_mail *mail)
{
	struct str from = str_c(call->aws->mail_from ? call->aws->mail_from : default_from);
	struct mail_client_request request = {
		.url = str_c(call->aws->smtp_url),
		.from = from,
		.to = mail->to,
		.text = mail_text(call, mail, from),
		.timeout_ms = MAIL_SMTP_TIMEOUT_MS,
	};
	int status = 0, r = mail_client_send(call->arena, &request, &status);
	if (r == 0)
		return 0;
	/* RFC 5321 section 4.2.1: 5yz is permanent. */
	if (r == -EREMOTEIO && status >= 500)
		return fail(call, &mail_mail_refused, "The relay answered %d.", status);
	return fail(call, &mail_mail_delayed, "The relay can't be reached: %s.", strerror(-r));
}

int mail_send_mail(struct call *call, const struct mail_mail *in, struct mail_send_mail_output *out)
{
	struct mail_keep_mail_output kept;
	(void)out;
	if (call->aws->smtp_url && !str_is(in->kind, "sms"))
		return relay(call, in);
	return call_inner(call, &mail_keep_mail_operation, NULL, in, &kept);
}

static bool serve(struct aws *aws, void *state, struct http_exchange *ex)
{
	(void)state;
	return mail_serve(aws, ex);
}

const struct service mail_service = { .api = &mail_api, .serve = serve };
