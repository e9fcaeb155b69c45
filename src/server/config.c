/* What the server is told at start. */
#include "server/config.h"
#include "base/mem.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

enum { DEFAULT_PORT = 4566 };

void server_config_init(struct server_config *config)
{
	const char *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	*config = (struct server_config){
		.address = xstrdup("127.0.0.1"),
		.port = DEFAULT_PORT,
		.auth = AWS_AUTH_ANY,
		.durability = STORE_DURABLE,
		.sandbox = SANDBOX_AUTO,
		.retry_speed = 1,
	};
	if (xdg && *xdg)
		config->data_dir = xasprintf("%s/samovar", xdg);
	else
		config->data_dir = xasprintf("%s/.local/share/samovar", home ? home : "");
}

void server_config_fini(struct server_config *config)
{
	free(config->address);
	free(config->data_dir);
	free(config->smtp_url);
	free(config->mail_from);
}

static void replace(char **text, char *with)
{
	free(*text);
	*text = with;
}

bool server_address_is_loopback(const char *address)
{
	struct in_addr v4;
	struct in6_addr v6;
	if (inet_pton(AF_INET, address, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

void server_config_harden(struct server_config *config)
{
	if (server_address_is_loopback(config->address))
		return;
	config->auth = AWS_AUTH_STRICT;
	config->sandbox = SANDBOX_STRICT;
}

/* "127.0.0.1:4566", "[::1]:4566", ":4566", "127.0.0.1", "localhost:4566". */
static int set_listen(struct server_config *config, const char *text)
{
	struct str s = str_c(text), host = s;
	struct in6_addr any;
	ssize_t colon = str_rindex(s, ':');
	if (s.n > 0 && s.p[0] == '[') {
		ssize_t close = str_index(s, ']');
		if (close < 0)
			return -EINVAL;
		host = str_sub(s, 1, (size_t)close - 1);
		colon = (size_t)close + 1 < s.n ? close + 1 : -1;
		if (colon >= 0 && s.p[colon] != ':')
			return -EINVAL;
	} else if (colon >= 0) {
		host = str_sub(s, 0, (size_t)colon);
	}
	if (colon >= 0) {
		uint64_t port;
		if (str_to_u64(str_from(s, (size_t)colon + 1), &port) < 0 || port > UINT16_MAX)
			return -EINVAL;
		config->port = (uint16_t)port;
	}
	if (host.n == 0 || str_is(host, "localhost")) {
		replace(&config->address, xstrdup("127.0.0.1"));
		return 0;
	}
	char *address = xstrndup(host.p, host.n);
	if (inet_pton(AF_INET, address, &any) != 1 && inet_pton(AF_INET6, address, &any) != 1) {
		free(address);
		return -EINVAL;
	}
	replace(&config->address, address);
	return 0;
}

static int set_data(struct server_config *config, const char *text)
{
	if (!*text)
		return -EINVAL;
	replace(&config->data_dir, xstrdup(text));
	return 0;
}

/* The place of text in the list of names, or -EINVAL. */
static int choice(const char *text, const char *const *names)
{
	for (int i = 0; names[i]; i++)
		if (str_is(str_c(text), names[i]))
			return i;
	return -EINVAL;
}

static int set_auth(struct server_config *config, const char *text)
{
	static const char *const names[] = {
		[AWS_AUTH_ANY] = "any", [AWS_AUTH_STRICT] = "strict", NULL
	};
	int i = choice(text, names);
	if (i >= 0)
		config->auth = (enum aws_auth)i;
	return MIN(i, 0);
}

static int set_durability(struct server_config *config, const char *text)
{
	static const char *const names[] = { [STORE_DURABLE] = "durable",
		[STORE_RELAXED] = "relaxed",
		[STORE_MEMORY] = "memory",
		NULL };
	int i = choice(text, names);
	if (i >= 0)
		config->durability = (enum store_durability)i;
	return MIN(i, 0);
}

static int set_sandbox(struct server_config *config, const char *text)
{
	static const char *const names[] = {
		[SANDBOX_AUTO] = "auto", [SANDBOX_STRICT] = "strict", NULL
	};
	int i = choice(text, names);
	if (i >= 0)
		config->sandbox = (enum sandbox_mode)i;
	return MIN(i, 0);
}

static int set_retry_speed(struct server_config *config, const char *text)
{
	int64_t speed;
	if (str_to_i64(str_c(text), &speed) < 0 || speed < 1 || speed > 1000000)
		return -EINVAL;
	config->retry_speed = speed;
	return 0;
}

static int set_smtp(struct server_config *config, const char *text)
{
	struct str s = str_c(text);
	if ((!str_starts(s, STR("smtp://")) || s.n == strlen("smtp://")) &&
		(!str_starts(s, STR("smtps://")) || s.n == strlen("smtps://")))
		return -EINVAL;
	replace(&config->smtp_url, xstrdup(text));
	return 0;
}

static int set_mail_from(struct server_config *config, const char *text)
{
	struct str s = str_c(text);
	ssize_t at = str_index(s, '@');
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '<' || s.p[i] == '>')
			return -EINVAL;
	if (at <= 0 || (size_t)at + 1 == s.n)
		return -EINVAL;
	replace(&config->mail_from, xstrdup(text));
	return 0;
}

const struct server_setting server_settings[] = {
	{ "listen", "ADDRESS:PORT",
		"where to listen; an address that others can reach demands signatures and the "
		"whole sandbox (127.0.0.1:4566)",
		set_listen },
	{ "data", "DIR", "the folder that holds everything ($XDG_DATA_HOME/samovar)", set_data },
	{ "auth", "any|strict",
		"any: credentials are not checked; strict: SigV4 and IAM policies (any)",
		set_auth },
	{ "durability", "durable|relaxed|memory",
		"when a write is answered: on disk; in the file, synced every 50 ms; "
		"never synced (durable)",
		set_durability },
	{ "sandbox", "auto|strict",
		"strict: refuse to run functions that can't be isolated wholly (auto)",
		set_sandbox },
	{ "retry-speed", "N",
		"for tests: events and deliveries that failed are retried N times sooner than on AWS, "
		"and a day of S3's lifecycle rules and the 15 minutes that an incremental export of "
		"DynamoDB spans at least are N times shorter (1)",
		set_retry_speed },
	{ "smtp", "smtp://[USER:PASSWORD@]HOST[:PORT]",
		"the relay that mails go through (none: they are kept, and samovar mail shows them)",
		set_smtp },
	{ "mail-from", "ADDRESS", "whom mails come from (no-reply@sns.amazonaws.com)",
		set_mail_from },
	{ 0 },
};
