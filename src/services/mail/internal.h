/* What the files of this service share. */
#ifndef SAMOVAR_SERVICES_MAIL_INTERNAL_H
#define SAMOVAR_SERVICES_MAIL_INTERNAL_H

#include "api/mail.h"
#include "aws/call.h"
#include "services/mail/limits.h"

/* The mail as a text of RFC 5322, its lines ended by CRLF. */
struct str mail_text(struct call *call, const struct mail_mail *mail, struct str from_address);

/*
 * GET /_samovar/mail[?to=&kind=&max=], one JSON object; /_samovar/mail/NUMBER, the text; DELETE
 * /_samovar/mail. Not in strict mode: there the operations are asked. True when the path was its
 * own and it has answered.
 */
bool mail_serve(struct aws *aws, struct http_exchange *ex);

#endif
