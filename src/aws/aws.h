/* The server as its services see it: stores, settings, and each other through the dispatcher. */
#ifndef SAMOVAR_AWS_AWS_H
#define SAMOVAR_AWS_AWS_H

#include "aws/service.h"
#include "store/blob.h"
#include "store/store.h"

struct arena;
struct loop;
struct identity;
struct policies;
struct sandbox;

enum aws_auth {
	AWS_AUTH_ANY,    /* any credentials pass, signatures are not looked at; only on a loopback
			    address */
	AWS_AUTH_STRICT, /* SigV4 verified, IAM policies enforced */
};

/* A permanent access key, found by the IAM service for the dispatcher. Texts are in the call's
 * arena. */
struct access_key {
	struct str secret;
	struct str account;
	struct str principal_arn; /* arn:aws:iam::000000000000:user/name, or :root */
	struct str principal_id;  /* AIDA..., or the account id */
};

/*
 * What the dispatcher asks of services above it; the server fills this from their functions.
 * Each opens its own read of the store.
 */
struct aws_hooks {
	/* 0 or -ENOENT. */
	int (*find_key)(struct call *call, struct str access_key_id, struct access_key *out);
	/* The identity's policy documents (user, group or role; not resource policies). */
	int (*find_policies)(
		struct call *call, const struct identity *identity, struct policies *out);
	/* X-Ray's header of the invocation that a function instance (identity.instance) is at, or
	   empty: whatever it calls belongs to that. */
	struct str (*find_trace)(struct aws *aws, struct arena *arena, struct str instance);
};

struct aws {
	struct loop *loop;
	struct store *store;     /* everything that must not be lost */
	struct store *telemetry; /* logs, metrics, traces: a sync every 50 ms */
	struct blobs *blobs;
	struct sandbox *sandbox; /* how functions are isolated; NULL in tools without functions */
	const char *data_dir;    /* absolute */
	const char
		*runtimes_dir; /* runtimes/ of the source tree or of the installation; absolute */
	enum aws_auth auth;
	struct str root_access_key_id, root_secret; /* made on the first start */
	unsigned char secret[32];                   /* the server's own key: signs session tokens */
	const bool *ending;                         /* whether the server is; NULL in tools */
	struct str address;                         /* where it listens: "127.0.0.1" */
	uint16_t port;
	/* Waits before retries, the days of S3's rules and the least span of DynamoDB's incremental
	 * exports are divided by it; 0 and 1: as on AWS. */
	int64_t retry_speed;
	const char *smtp_url;  /* the relay that mails go to; or NULL: they are kept */
	const char *mail_from; /* whom they come from; or NULL */
	struct aws_hooks hooks;
	/*
	 * The server's front door: routes by host and path, then aws_dispatch. For listeners of
	 * one's own (a function instance's AWS endpoint); arg is this aws.
	 */
	void (*handler)(struct http_exchange *ex, void *arg);
	const struct service *const *services; /* NULL-terminated */
	void **states;                         /* one for each service */
	int64_t (*now_ms)(void);               /* clock_now_ms, or a test's clock */
	struct aws_tables *tables; /* the dispatcher's own; zero at first, made at the first use */
};

/* Frees what the dispatcher made for itself; the rest of the struct is the server's. */
void aws_fini(struct aws *aws);

/* What the service's start() made. */
void *aws_state(const struct aws *aws, const struct api *api);

/*
 * Whether a request for this Host may be answered: a server on a loopback address accepts only
 * loopback names and addresses, *.localhost, *.localhost.localstack.cloud and *.amazonaws.com, so
 * that no web page reaches it by a name of its own that leads to 127.0.0.1 (DNS rebinding).
 * aws_dispatch asks it; others of the front door should too.
 */
bool aws_host_is_allowed(const struct aws *aws, struct str host);
/* Whether a browser's Origin is a page of this machine: its scheme and port are not looked at. */
bool aws_origin_is_local(struct str origin);

/*
 * Serves one AWS API request whole: finds the service and the operation, checks the signature and
 * the permission, decodes, validates, runs, encodes, answers. In the request's fiber.
 */
void aws_dispatch(struct aws *aws, struct http_exchange *ex);

#endif
