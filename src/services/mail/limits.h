/* Limits of the mailbox. */
#ifndef SAMOVAR_SERVICES_MAIL_LIMITS_H
#define SAMOVAR_SERVICES_MAIL_LIMITS_H

enum {
	MAIL_KEPT_MAX = 1000,
	MAIL_KEPT_BYTES_MAX = 32 * 1024 * 1024,
	MAIL_LIST_MAX = 100, /* if nothing is said */
	MAIL_SMTP_TIMEOUT_MS = 60 * 1000,
};

#endif
