/* What exports to S3 and imports from it share. */
#include "services/dynamodb/transfers/transfer.h"
#include "aws/codec.h"
#include "aws/hash.h"
#include "base/random.h"

#define DAY_MS INT64_C(86400000)

/* (dynamodb-tables, account, region, "export-token"...) */
static struct str kind_prefix(struct call *call, const struct transfer *t, const char *more)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-tables"), key_text(t->account),
		key_text(t->region),
		key_text(arena_printf(call->arena, "%s%s", t->kind->name, more)));
}

static struct str kind_key(
	struct call *call, const struct transfer *t, const char *more, struct str name)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-tables"), key_text(t->account),
		key_text(t->region),
		key_text(arena_printf(call->arena, "%s%s", t->kind->name, more)), key_text(name));
}

struct str transfer_prefix(struct call *call, const struct transfer *t)
{
	return kind_prefix(call, t, "");
}

struct str transfer_key(struct call *call, const struct transfer *t)
{
	return kind_key(call, t, "", t->id);
}

struct str transfer_job_key(struct call *call, const struct transfer *t)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-tables"), KEY_LITERAL(""),
		key_text(arena_printf(call->arena, "%s-job", t->kind->name)), key_text(t->account),
		key_text(t->region), key_text(t->id));
}

struct str transfer_new_id(struct call *call)
{
	unsigned char bytes[4];
	random_bytes(bytes, sizeof bytes);
	return arena_printf(call->arena, "%014lld-%02x%02x%02x%02x", (long long)call->now_ms,
		bytes[0], bytes[1], bytes[2], bytes[3]);
}

struct str transfer_oldest_id(struct call *call)
{
	return arena_printf(
		call->arena, "%014lld", (long long)(call->now_ms - DDB_TRANSFER_DAYS * DAY_MS));
}

struct str transfer_id_of(struct str arn)
{
	ssize_t at = str_rindex(arn, '/');
	return at < 0 ? arn : str_from(arn, (size_t)at + 1);
}

int transfer_find(struct call *call, struct transfer *t, const struct shape *shape, const void *in)
{
	struct dynamodb_transfer_token_record r = { 0 };
	struct str key = kind_key(call, t, "-token", t->token);
	struct transfer old = *t;
	struct buf b = { 0 };
	unsigned char bytes[SHA256_BYTES];
	cbor_encode(&b, shape, in);
	sha256(buf_view(&b), bytes);
	buf_fini(&b);
	struct str digest =
		arena_str(call->arena, (struct str){ (const char *)bytes, sizeof bytes });
	if (call_get_record(call, key, &dynamodb_transfer_token_record_shape, &r) &&
		call->now_ms - r.at.v < DDB_TRANSFER_TOKEN_MS) {
		if (!str_eq(r.digest, digest))
			return fail(call, t->kind->conflict, "%s", t->kind->conflict_text);
		old.id = r.id;
		if (t->kind->read_token(call, &old)) {
			t->id = old.id;
			return 1;
		}
	}
	r = (struct dynamodb_transfer_token_record){ digest, OPT_I64(call->now_ms), t->id };
	call_put_record(call, key, &dynamodb_transfer_token_record_shape, &r);
	return 0;
}

/* How many are still listed; ids of some that are not. */
static size_t count_listed(
	struct call *call, const struct transfer *t, struct str *old, size_t old_max, size_t *old_n)
{
	struct str all = transfer_prefix(call, t), oldest = transfer_oldest_id(call);
	struct txn_cursor c;
	size_t listed = 0;
	*old_n = 0;
	txn_cursor_open(call->txn, all, key_range_end(call->arena, all), false, &c);
	while (listed < DDB_TRANSFERS_MAX && txn_cursor_next(&c)) {
		struct key_part p;
		if (*old_n < old_max && !listed &&
			key_decode(call->arena, str_from(c.key, all.n), &p, 1) == 1 &&
			str_cmp(p.text, oldest) < 0)
			old[(*old_n)++] = p.text;
		else
			listed++;
	}
	txn_cursor_close(&c);
	return listed;
}

static size_t count_jobs(struct call *call, const struct transfer *t)
{
	struct transfer none = *t;
	none.id = STR("");
	struct str begin = transfer_job_key(call, &none),
		   jobs = KEY(call->arena, KEY_LITERAL("dynamodb-tables"), KEY_LITERAL(""),
			   key_text(arena_printf(call->arena, "%s-job", t->kind->name)),
			   key_text(t->account), key_text(t->region));
	struct txn_cursor c;
	size_t n = 0;
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, jobs), false, &c);
	while (n < t->kind->at_once_max && txn_cursor_next(&c))
		n++;
	txn_cursor_close(&c);
	return n;
}

int transfer_make_room(struct call *call, const struct transfer *t)
{
	enum { OLD_MAX = 100 };
	struct str *old = ARENA_ARRAY(call->arena, struct str, OLD_MAX);
	size_t n, listed = count_listed(call, t, old, OLD_MAX, &n);
	for (size_t i = 0; i < n; i++) {
		struct transfer gone = *t;
		gone.id = old[i];
		if (txn_exists(call->txn, transfer_job_key(call, &gone)) ||
			!t->kind->read_token(call, &gone))
			continue;
		txn_delete(call->txn, kind_key(call, &gone, "-token", gone.token));
		txn_delete(call->txn, transfer_key(call, &gone));
	}
	if (listed == DDB_TRANSFERS_MAX || count_jobs(call, t) == t->kind->at_once_max)
		return fail(call, &dynamodb_limit_exceeded_exception,
			"Too many %ss: at most %zu at once, and %d in %d days", t->kind->name,
			t->kind->at_once_max, DDB_TRANSFERS_MAX, DDB_TRANSFER_DAYS);
	return 0;
}
