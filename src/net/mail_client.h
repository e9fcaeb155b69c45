/* Outgoing mail, by libcurl's SMTP on the loop. */
#ifndef SAMOVAR_NET_MAIL_CLIENT_H
#define SAMOVAR_NET_MAIL_CLIENT_H

#include "base/mem.h"

struct mail_client_request {
	struct str url;      /* smtp://[user:password@]host[:port], or smtps:// */
	struct str from, to; /* addresses, without brackets */
	struct str text;     /* RFC 5322, lines ended by CRLF */
	uint64_t timeout_ms;
};

/*
 * Hands the mail to the relay and waits in the calling fiber: 0, -EREMOTEIO when it was refused
 * (with the relay's reply code in *status), or why it can't be reached.
 */
int mail_client_send(
	struct arena *arena, const struct mail_client_request *request, int *status) MUSTCHECK;

#endif
