/*
 * Mails and short messages. Other services send by call_inner(call, &mail_send_mail_operation,
 * ...), outside a transaction, or keep by mail_keep_mail_operation inside one.
 */
#ifndef SAMOVAR_SERVICES_MAIL_MAIL_H
#define SAMOVAR_SERVICES_MAIL_MAIL_H

#include "aws/service.h"

extern const struct service mail_service;

#endif
