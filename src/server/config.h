/* What the server is told at start: addresses, folder, and how careful it is. */
#ifndef SAMOVAR_SERVER_CONFIG_H
#define SAMOVAR_SERVER_CONFIG_H

#include "aws/aws.h"
#include "sandbox/box.h"
#include "store/store.h"

struct server_config {
	char *address; /* "127.0.0.1"; not a name; the config's own, as data_dir is */
	uint16_t port; /* 0: any free one */
	char *data_dir;
	enum aws_auth auth;
	enum store_durability durability;
	enum sandbox_mode sandbox;
	int64_t retry_speed;
	char *smtp_url, *mail_from; /* or NULL */
};

/* The defaults; data_dir is $XDG_DATA_HOME/samovar or ~/.local/share/samovar. */
void server_config_init(struct server_config *config);
/* After the server has ended. */
void server_config_fini(struct server_config *config);

/* One setting, as the command line names it: --listen, --data, --auth, --durability, --sandbox ...
 */
struct server_setting {
	const char *name, *value, *help;
	/* 0, or -EINVAL for a text that is no such value. */
	int (*set)(struct server_config *config, const char *text);
};
/* Ends with a row whose name is NULL. */
extern const struct server_setting server_settings[];

/*
 * An address that others can reach demands signatures and whole isolation, whatever was asked for
 * (design: safe by default).
 */
bool server_address_is_loopback(const char *address);
void server_config_harden(struct server_config *config);

#endif
