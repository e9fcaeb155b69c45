/* Calls: failing, transactions around a handler, and services calling each other. */
#include "aws/call.h"
#include "aws/authorize.h"
#include "aws/run.h"
#include "aws/tables.h"
#include "aws/validate.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "net/http_server.h"
#include "store/key.h"
#include <errno.h>

struct call_after {
	struct call_after *next;
	void (*fn)(void *arg);
	void *arg;
};

static int fail_text(struct call *call, const struct error_shape *error, const void *detail,
	const char *fmt, va_list ap)
{
	/* What can't be read of the store stays the answer, whatever the handler makes of the
	 * absence. */
	if (call->error.shape == &aws_internal_failure)
		return -1;
	void *copy = detail && error->shape ? arena_alloc(call->arena, error->shape->size) : NULL;
	if (copy)
		memcpy(copy, detail, error->shape->size);
	call->error = (struct call_error){ error, arena_vprintf(call->arena, fmt, ap), copy };
	return -1;
}

int fail(struct call *call, const struct error_shape *error, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fail_text(call, error, NULL, fmt, ap);
	va_end(ap);
	return -1;
}

int call_refuse(struct call *call, struct refusal *why, const struct error_shape *error,
	const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	*why = (struct refusal){ error, arena_vprintf(call->arena, fmt, ap) };
	va_end(ap);
	return -1;
}

int fail_with(struct call *call, const struct error_shape *error, const void *detail,
	const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fail_text(call, error, detail, fmt, ap);
	va_end(ap);
	return -1;
}

void call_init(
	struct call *call, struct aws *aws, struct arena *arena, const struct identity *identity)
{
	*call = (struct call){ .aws = aws, .arena = arena };
	if (identity)
		call->identity = *identity;
	char *id = arena_alloc(arena, UUID_LENGTH + 1);
	random_uuid(id);
	call->request_id = (struct str){ id, UUID_LENGTH };
	call->now_ms = aws->now_ms ? aws->now_ms() : clock_now_ms();
}

void call_after(struct call *call, void (*fn)(void *arg), void *arg)
{
	struct call_after *a = arena_alloc(call->arena, sizeof *a), **last = &call->after;
	*a = (struct call_after){ NULL, fn, arg };
	while (*last)
		last = &(*last)->next;
	*last = a;
}

static void run_after(struct call *call)
{
	struct call_after *a = call->after;
	call->after = NULL;
	for (; a; a = a->next)
		a->fn(a->arg);
}

/* A closure's run over a call: the store may run it again, so each run begins like the first. */
struct transaction {
	struct call *call;
	call_fn *fn;
	void *arg;
	struct call_error error_before;
	struct call_after *after_before;
	bool is_write;
};

static int transaction_run(struct txn *txn, void *arg)
{
	struct transaction *t = arg;
	struct call *call = t->call;
	call->error = t->error_before;
	call->after = t->after_before;
	call->txn = txn;
	int r = t->fn(call, t->arg);
	if (r >= 0 && t->is_write && call->with)
		r = call->with(call, call->with_arg);
	call->txn = NULL;
	if (r >= 0 && call->error.shape == &aws_internal_failure)
		r = -1;
	assert(r >= 0 || call->error.shape);
	/* Told apart from what the store itself answers. */
	return r < 0 ? -ECANCELED : 0;
}

static int transaction_end(struct call *call, struct store *store, int r)
{
	if (r == 0) {
		run_after(call);
		return 0;
	}
	call->after = NULL;
	if (r == -ECANCELED)
		return -1;
	call->error = (struct call_error){ 0 };
	if (r == -ENOSPC)
		return fail(call, &aws_service_unavailable,
			"The server's disk is full; nothing was stored.");
	const char *why = store_failure(store);
	if (why)
		return fail(call, &aws_service_unavailable, "The store takes no writes: %s", why);
	log_error("%s: the store answered %s",
		call->operation ? call->operation->name : "a transaction", strerror(-r));
	return fail(call, &aws_internal_failure, "The store could not serve the request.");
}

int call_write_to(struct call *call, struct store *store, call_fn *fn, void *arg)
{
	struct transaction t = { call, fn, arg, { 0 }, NULL, store == call->aws->store };
	assert(!call->txn);
	return transaction_end(call, store, store_write(store, transaction_run, &t));
}

int call_read_from(struct call *call, struct store *store, call_fn *fn, void *arg)
{
	struct transaction t = { call, fn, arg, { 0 }, NULL, false };
	assert(!call->txn);
	return transaction_end(call, store, store_read(store, transaction_run, &t));
}

int call_look(struct call *call, call_fn *fn, void *arg)
{
	return call->txn ? fn(call, arg) : call_read(call, fn, arg);
}

int call_write(struct call *call, call_fn *fn, void *arg)
{
	return call_write_to(call, call->aws->store, fn, arg);
}

int call_read(struct call *call, call_fn *fn, void *arg)
{
	return call_read_from(call, call->aws->store, fn, arg);
}

struct handler_run {
	const void *in;
	void *out;
};

static int run_handler(struct call *call, void *arg)
{
	struct handler_run *h = arg;
	const struct operation *op = call->operation;
	memset(h->out, 0, op->output->size);
	int r = op->run(call, h->in, h->out);
	if (r < 0 && !call->error.shape)
		return fail(call, &aws_internal_failure, "%s failed without saying why.", op->name);
	return r;
}

int operation_run(struct call *call, const void *in, void *out)
{
	struct handler_run h = { in, out };
	if (call->txn) {
		assert(call->operation->kind != OPERATION_WAITS);
		return run_handler(call, &h);
	}
	switch (call->operation->kind) {
	case OPERATION_WRITES:
		return call_write(call, run_handler, &h);
	case OPERATION_READONLY:
		return call_read(call, run_handler, &h);
	case OPERATION_WAITS:
		return run_handler(call, &h);
	}
	assert(!"an operation's kind");
	return -1;
}

/* How an inner call is made. */
struct inner {
	const struct identity *as;
	bool is_asked; /* the caller's permissions are looked at */
	call_fn *with;
	void *with_arg;
};

static int inner(struct call *parent, const struct operation *op, const struct inner *how,
	const void *in, void *out)
{
	struct call child = {
		.with = how->with,
		.with_arg = how->with_arg,
		.is_forwarded = how->is_asked || parent->is_forwarded,
		.aws = parent->aws,
		.arena = parent->arena,
		.api = aws_operation_api(parent->aws, op),
		.operation = op,
		.identity = how->as ? *how->as : parent->identity,
		.request_id = parent->request_id,
		.now_ms = parent->now_ms,
		.txn = parent->txn,
		.source_ip = parent->source_ip,
		.user_agent = parent->user_agent,
		.trace = parent->trace,
	};
	struct str message;
	int r;
	if (validate(child.arena, op->input, in, &message) < 0)
		r = fail(&child, &aws_validation_exception, "%.*s", STR_ARG(message));
	else if (how->is_asked && authorize_operation(&child, in) < 0)
		r = -1;
	else
		r = operation_run(&child, in, out);
	if (r < 0) {
		parent->error = child.error;
		return -1;
	}
	/* It joined the parent's transaction: what is left for afterwards waits for the parent's
	 * commit. */
	struct call_after **last = &parent->after;
	while (*last)
		last = &(*last)->next;
	*last = child.after;
	return 0;
}

int call_inner(struct call *parent, const struct operation *op, const struct identity *as,
	const void *in, void *out)
{
	return inner(parent, op, &(struct inner){ .as = as }, in, out);
}

int call_inner_asked(struct call *parent, const struct operation *op, const void *in, void *out)
{
	return inner(parent, op, &(struct inner){ .is_asked = true }, in, out);
}

int call_inner_with(struct call *parent, const struct operation *op, const void *in, void *out,
	call_fn *with, void *arg)
{
	assert(!parent->txn && op->kind == OPERATION_WAITS);
	return inner(parent, op, &(struct inner){ .is_asked = true, .with = with, .with_arg = arg },
		in, out);
}

struct str call_arn(struct call *call, const char *service, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct str rest = arena_vprintf(call->arena, fmt, ap);
	va_end(ap);
	struct str parts[] = { STR("arn:aws:"), str_c(service), STR(":"), call->identity.region,
		STR(":"), call->identity.account, STR(":"), rest };
	return arena_concat(call->arena, parts, COUNT_OF(parts));
}

struct str call_key(struct call *call, const char *kind, struct str name)
{
	return KEY(call->arena, key_text(str_c(call->api->name)), key_text(call->identity.account),
		key_text(call->identity.region), key_text(str_c(kind)), key_text(name));
}

struct str call_base_url(struct call *call)
{
	const struct http_request *request = call->http ? http_request(call->http) : NULL;
	if (request && request->host.n) {
		struct str proto = http_header_get(&request->headers, STR("x-forwarded-proto"));
		return arena_printf(call->arena, "%s://%.*s",
			str_is(proto, "https") ? "https" : "http", STR_ARG(request->host));
	}
	struct str address = call->aws->address;
	bool is_v6 = str_index(address, ':') >= 0;
	if (!address.n || str_is(address, "0.0.0.0") || str_is(address, "::")) {
		address = STR("127.0.0.1");
		is_v6 = false;
	}
	return arena_printf(call->arena, "http://%s%.*s%s:%u", is_v6 ? "[" : "", STR_ARG(address),
		is_v6 ? "]" : "", (unsigned)call->aws->port);
}
