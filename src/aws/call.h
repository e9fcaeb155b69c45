/* A call: one operation being served, and all that a handler may use. */
#ifndef SAMOVAR_AWS_CALL_H
#define SAMOVAR_AWS_CALL_H

#include "aws/aws.h"
#include "base/mem.h"

struct http_exchange;
struct policies;
struct sigv4_claim;
struct txn;

/* Who calls. Texts live as long as the call. */
struct identity {
	struct str account;       /* 12 digits */
	struct str region;        /* from the credential scope: "us-east-1" */
	struct str access_key_id; /* empty for inner calls */
	struct str principal_arn; /* user, role session
				     (arn:aws:sts::...:assumed-role/role/session), or :root */
	struct str principal_id;  /* UserId of GetCallerIdentity */
	struct str role_arn;      /* of an assumed role; else p == NULL */
	struct str session_name;
	struct str session_policy; /* narrows an assumed role, or empty */
	struct str instance; /* the function instance that calls with its own keys, or p == NULL */
	struct str service; /* "apigateway.amazonaws.com" when a service calls for itself; else p ==
			       NULL */
	bool is_root;       /* the account itself: no policies are asked */
	bool is_anonymous;
};

/* The body of an input that streams; headers that the answer has beside its output's; an answer out
 * of files. */
struct call_body;
struct call_answer;
struct call_header {
	struct call_header *next;
	struct str name, value;
};

struct call_error {
	const struct error_shape *shape; /* NULL: none */
	struct str message;
	const void *detail; /* the error's structure when it has more members than its message, or
			       NULL */
};

struct call {
	struct aws *aws;
	struct arena *arena;
	const struct api *api;
	const struct operation *operation;
	struct identity identity;
	struct str request_id;      /* a UUID */
	int64_t now_ms;             /* the call's one time */
	struct txn *txn;            /* of a @readonly or default operation; NULL in @waits */
	struct http_exchange *http; /* the request; NULL in inner calls */
	struct str source_ip, user_agent;
	bool is_forwarded; /* a service's, in the name of who asked it (call_inner_asked) */
	struct str trace;  /* X-Ray's header of what this call is a part of; empty: nothing */
	struct call_error error;
	struct call_after *after; /* call_after()'s list */
	struct call_body *body;
	struct call_header *headers;
	struct call_answer *answer;
	int answer_status; /* of the success, when it is not the operation's own; else 0 */
	/* call_inner_with()'s: run at the end of each of the call's own writes. */
	int (*with)(struct call *call, void *arg);
	void *with_arg;
	const struct policies *policies; /* the identity's, once they have been asked for */
};

/*
 * The way to fail: return fail(call, &lambda_resource_not_found_exception, "Function not found:
 * %.*s", ...); The transaction rolls back. Returns -1 always. The message is copied into the arena.
 */
int fail(struct call *call, const struct error_shape *error, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* The same with more members: detail is the error's generated structure, which is copied. */
int fail_with(struct call *call, const struct error_shape *error, const void *detail,
	const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Why one entry of a batch is refused, while the call goes on. */
struct refusal {
	const struct error_shape *error;
	struct str message;
};
/* Notes it, its message in the call's arena; returns -1 always. */
int call_refuse(struct call *call, struct refusal *why, const struct error_shape *error,
	const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Errors that every service has (AWS, "Common errors"). */
extern const struct error_shape aws_internal_failure;     /* 500 InternalFailure */
extern const struct error_shape aws_access_denied;        /* 403 AccessDeniedException */
extern const struct error_shape aws_validation_exception; /* 400 ValidationException */
extern const struct error_shape aws_service_unavailable;  /* 503 ServiceUnavailable */
extern const struct error_shape aws_throttling_exception; /* 400 ThrottlingException */
extern const struct error_shape aws_unknown_operation;    /* 400 UnknownOperationException */

/* fn(arg) on the loop's thread once the call's transaction is on disk; not at all if it rolls back.
 */
void call_after(struct call *call, void (*fn)(void *arg), void *arg);

/*
 * For @waits operations and for a service's own fibers: a transaction around fn(call, arg), with
 * call->txn set and call->error of its own failures. Answers 0, or -1 after fail(); a store's error
 * becomes aws_internal_failure or aws_service_unavailable.
 */
typedef int call_fn(struct call *call, void *arg);
int call_write(struct call *call, call_fn *fn, void *arg) MUSTCHECK;
int call_read(struct call *call, call_fn *fn, void *arg) MUSTCHECK;
/* The same over another store than aws->store: call->aws->telemetry. */
int call_write_to(struct call *call, struct store *store, call_fn *fn, void *arg) MUSTCHECK;
int call_read_from(struct call *call, struct store *store, call_fn *fn, void *arg) MUSTCHECK;
/* The same as call_read; inside a transaction it joins it. */
int call_look(struct call *call, call_fn *fn, void *arg) MUSTCHECK;

/*
 * One service calls another: op's handler with a call of its own and the caller's identity (or
 * `as`, if not NULL), validated but not authorised. Inside a transaction it joins it (op may then
 * not be @waits); outside, it gets what its kind asks for. The error, if any, is in parent->error:
 * -1.
 */
int call_inner(struct call *parent, const struct operation *op, const struct identity *as,
	const void *in, void *out) MUSTCHECK;

/*
 * The same for what is done in the caller's name because its input says so: authorised as though
 * the caller had asked for it by a request of its own (IAM User Guide, "Forward access sessions").
 */
int call_inner_asked(
	struct call *parent, const struct operation *op, const void *in, void *out) MUSTCHECK;

/*
 * The same as call_inner_asked for an operation that waits, outside a transaction: with(the inner
 * call, arg) runs in the same transaction as what the operation writes, so that a caller's record
 * of it stands or falls with it.
 */
int call_inner_with(struct call *parent, const struct operation *op, const void *in, void *out,
	call_fn *with, void *arg) MUSTCHECK;

/*
 * For @waits operations whose input has a @streaming member: the next part of the body, valid until
 * the next call, with aws-chunked undone and the signatures and x-amz-content-sha256 checked: 1, 0
 * at the end (then it is whole), or -1 after fail().
 */
int call_body_next(struct call *call, struct str *part) MUSTCHECK;
/* Its length as the client said it, or -1. */
int64_t call_body_length(const struct call *call);
/* A trailer, once the end has been read; or p == NULL. */
struct str call_body_trailer(const struct call *call, struct str name);

/* One more header of the answer, or of the error. The texts live as long as the call. */
void call_header(struct call *call, struct str name, struct str value);
/* A part of a blob (store/blob.h). */
struct call_part {
	struct str blob;
	uint64_t offset, length;
};
/*
 * The answer's payload is these parts one after another, sent once the handler has returned 0. They
 * are pinned from here on: look afterwards whether the record still refers to them, or drop the
 * answer.
 */
void call_answer_parts(struct call *call, struct call_part *parts, size_t n);
void call_answer_drop(struct call *call);
/* The answer to HEAD: the Content-Length that GET's would have. */
void call_answer_length(struct call *call, uint64_t length);

/*
 * For handlers that touch more than @resource names (the source of a copy, the keys of a batch):
 * whether the caller may do this there; always, unless the server is strict. 0, or -1 after
 * fail().
 */
int call_authorize(
	struct call *call, const char *action, const struct service_resource *resource) MUSTCHECK;

/* Who a service acts for: a topic, a bucket. */
struct service_source {
	struct str service;      /* "sns.amazonaws.com" */
	struct str account, arn; /* arn.p == NULL: not known */
};
/*
 * Whether the policy of the resource, which may be empty, lets the service do this there; always,
 * unless the server is strict.
 */
bool call_service_may(struct call *call, const struct service_source *source, const char *action,
	struct str resource, struct str policy);

/*
 * For forms, whose claim is among their fields: makes who signed the text the call's identity, as
 * the dispatcher does with signed requests. Not in a transaction. 0, or -1 after fail().
 */
int call_identify(struct call *call, const struct sigv4_claim *claim, struct str text) MUSTCHECK;

/* A call that no AWS request began: a timer's, a data plane's. Arena and identity are the caller's.
 */
void call_init(
	struct call *call, struct aws *aws, struct arena *arena, const struct identity *identity);

/* "arn:aws:lambda:us-east-1:000000000000:" + the printf, with this call's region and account. */
struct str call_arn(struct call *call, const char *service, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The key (api->name, account, region, kind, name) of this call, the common form of a service's
 * records. */
struct str call_key(struct call *call, const char *kind, struct str name);

/*
 * The URL base that leads the client back to this server: scheme and authority as the request used
 * them
 * ("http://127.0.0.1:4566"), or the listening address in inner calls.
 */
struct str call_base_url(struct call *call);

/* Stored records: a structure of the .smithy as CBOR, tolerant of members added later. */
struct str record_encode(struct arena *arena, const struct shape *shape, const void *record);
/* 0, or -EINVAL for bytes that are no such record. *out points at a zeroed structure of that shape.
 */
int record_decode(
	struct arena *arena, const struct shape *shape, struct str bytes, void *out) MUSTCHECK;
/*
 * The same of bytes that stand at the key, which may be sealed (call_put_sealed). The texts of
 * plain ones are views of the bytes where they are of record_decode.
 */
int record_open(const struct aws *aws, struct arena *arena, const struct shape *shape,
	struct str key, struct str bytes, void *out) MUSTCHECK;
/* The sealed bytes that record_open opens at that key. */
struct str record_seal(const struct aws *aws, struct arena *arena, const struct shape *shape,
	struct str key, const void *record);
/* txn_get or txn_put of a record, sealed or not. false: no such key. */
bool call_get_record(struct call *call, struct str key, const struct shape *shape, void *out);
void call_put_record(
	struct call *call, struct str key, const struct shape *shape, const void *record);
/* For records that hold secrets: sealed, bound to their key (aws/seal.h). What was put plain by an
 * older program is read as before. */
void call_put_sealed(
	struct call *call, struct str key, const struct shape *shape, const void *record);

#endif
