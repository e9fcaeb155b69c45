/* Expiry of objects, versions and uploads by the rules of their buckets (S3 User Guide, "Lifecycle
 * configuration elements"). */
#include "services/s3/lifecycle.h"
#include "base/log.h"
#include "services/s3/config.h"
#include "services/s3/multipart.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

int64_t lifecycle_due_ms(int64_t made_ms, int64_t days)
{
	/* Days are added and the result is rounded up to the next midnight UTC. */
	return (made_ms + days * DAY_MS + DAY_MS - 1) / DAY_MS * DAY_MS;
}

static bool has_tags(const struct s3_object_record *record, const struct s3_tag *tags, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool found = false;
		for (size_t j = 0; j < record->tags.n; j++)
			found |= str_eq(record->tags.v[j].key, tags[i].key) &&
				 str_eq(record->tags.v[j].value, tags[i].value);
		if (!found)
			return false;
	}
	return true;
}

static bool has_size(
	const struct s3_object_record *record, struct opt_i64 greater, struct opt_i64 less)
{
	return (!greater.set || record->size.v > greater.v) &&
	       (!less.set || record->size.v < less.v);
}

bool lifecycle_matches(
	const struct s3_lifecycle_rule *rule, struct str key, const struct s3_object_record *record)
{
	const struct s3_lifecycle_rule_filter *f = rule->filter;
	if (!str_is(rule->status, "Enabled") || !str_starts(key, rule->prefix))
		return false;
	if (!f)
		return true;
	if (!str_starts(key, f->prefix) || (f->tag && !has_tags(record, f->tag, 1)) ||
		!has_size(record, f->object_size_greater_than, f->object_size_less_than))
		return false;
	return !f->and || (str_starts(key, f->and->prefix) &&
				  has_tags(record, f->and->tags.v, f->and->tags.n) &&
				  has_size(record, f->and->object_size_greater_than,
					  f->and->object_size_less_than));
}

struct sweep {
	struct s3 *s3;
	struct str bucket;
	struct s3_bucket_record record;
	struct s3_lifecycle_rules rules;
	struct str from, after; /* the last rows that were looked at, before this batch and in it */
	bool more;
};

static bool expires(
	const struct sweep *s, struct str key, const struct s3_object_record *r, int64_t now_ms)
{
	for (size_t i = 0; i < s->rules.n; i++) {
		const struct s3_lifecycle_rule *rule = &s->rules.v[i];
		const struct s3_lifecycle_expiration *e = rule->expiration;
		if (!e || !lifecycle_matches(rule, key, r))
			continue;
		if ((e->days.set && now_ms >= lifecycle_due_ms(r->modified_ms.v, e->days.v)) ||
			(e->date.set && now_ms >= e->date.ms))
			return true;
	}
	return false;
}

/* Days count from when it became noncurrent; that is not before it was made. */
static bool version_expires(const struct sweep *s, struct str key, const struct s3_object_record *r,
	int64_t since_ms, int64_t newer, int64_t now_ms)
{
	for (size_t i = 0; i < s->rules.n; i++) {
		const struct s3_noncurrent_version_expiration *n =
			s->rules.v[i].noncurrent_version_expiration;
		if (n && lifecycle_matches(&s->rules.v[i], key, r) &&
			newer >= n->newer_noncurrent_versions.v &&
			now_ms >= lifecycle_due_ms(since_ms, n->noncurrent_days.v))
			return true;
	}
	return false;
}

/* ---- batches: each a transaction of its own ---- */

static void begin_batch(struct call *call, struct sweep *s, const char *kind, struct str *prefix,
	struct txn_cursor *c)
{
	*prefix = KEY(call->arena, KEY_LITERAL("s3"), key_text(str_c(kind)), key_text(s->bucket));
	struct str begin = s->from.p ? key_after(call->arena, s->from) : *prefix;
	s->more = false;
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, *prefix), false, c);
}

static int sweep_objects(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct txn_cursor c;
	struct str prefix;
	int count = 0;
	begin_batch(call, s, "object", &prefix, &c);
	while (txn_cursor_next(&c)) {
		struct key_part key;
		struct s3_object_record r;
		struct s3_delete_object_output out = { 0 };
		struct str at = arena_str(call->arena, c.key);
		if (count++ == S3_SWEEP_BATCH) {
			s->more = true;
			break;
		}
		s->after = at;
		if (key_decode(call->arena, str_from(at, prefix.n), &key, 1) == 1 &&
			object_decode(call, arena_str(call->arena, c.value), &r) &&
			expires(s, key.text, &r, call->now_ms))
			object_delete(
				call, &s->record, s->bucket, key.text, (struct str){ 0 }, &out);
	}
	txn_cursor_close(&c);
	return 0;
}

static int sweep_versions(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct txn_cursor c;
	struct str prefix, last = { 0 };
	int64_t newer = 0, since_ms = 0;
	int count = 0;
	begin_batch(call, s, "version", &prefix, &c);
	while (txn_cursor_next(&c)) {
		struct key_part parts[2];
		struct s3_object_record r, current;
		struct str at = arena_str(call->arena, c.key);
		if (key_decode(call->arena, str_from(at, prefix.n), parts, 2) != 2 ||
			!object_decode(call, arena_str(call->arena, c.value), &r))
			continue;
		bool is_new_key = !last.p || !str_eq(last, parts[0].text);
		/* A batch ends between keys: of each, all versions are seen together. */
		if (is_new_key && count >= S3_SWEEP_BATCH) {
			s->more = true;
			break;
		}
		count++;
		s->after = at;
		last = parts[0].text;
		bool is_newest = is_new_key && !object_current(call, s->bucket, last, &current);
		if (is_new_key) {
			newer = 0;
			since_ms = is_newest ? INT64_MAX : current.modified_ms.v;
		}
		if (!is_newest && version_expires(s, last, &r, since_ms, newer, call->now_ms)) {
			object_release(call, &r);
			txn_delete(call->txn, at);
		} else if (!is_newest) {
			newer++;
		}
		since_ms = r.modified_ms.v;
	}
	txn_cursor_close(&c);
	return 0;
}

static int sweep_uploads(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct txn_cursor c;
	struct str prefix;
	int count = 0;
	begin_batch(call, s, "upload", &prefix, &c);
	while (txn_cursor_next(&c)) {
		struct key_part parts[2];
		struct s3_upload_record u = { 0 };
		struct str at = arena_str(call->arena, c.key);
		if (count++ == S3_SWEEP_BATCH) {
			s->more = true;
			break;
		}
		s->after = at;
		if (key_decode(call->arena, str_from(at, prefix.n), parts, 2) != 2 ||
			record_decode(call->arena, &s3_upload_record_shape,
				arena_str(call->arena, c.value), &u) < 0 ||
			!u.object)
			continue;
		for (size_t i = 0; i < s->rules.n; i++) {
			const struct s3_abort_incomplete_multipart_upload *a =
				s->rules.v[i].abort_incomplete_multipart_upload;
			if (!a || !lifecycle_matches(&s->rules.v[i], parts[0].text, u.object) ||
				call->now_ms < lifecycle_due_ms(
						       u.started_ms.v, a->days_after_initiation.v))
				continue;
			upload_abort(call, s->bucket, parts[0].text, parts[1].text);
			break;
		}
	}
	txn_cursor_close(&c);
	return 0;
}

static int read_rules(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct s3_bucket_lifecycle_configuration c;
	s->rules = (struct s3_lifecycle_rules){ 0 };
	if (bucket_get(call, s->bucket, &s->record) &&
		s3_config_find(
			call, s->bucket, "lifecycle", &s3_bucket_lifecycle_configuration_shape, &c))
		s->rules = c.rules;
	return 0;
}

struct names {
	struct str *v;
	size_t n;
};

static int find_buckets(struct call *call, void *arg)
{
	struct names *names = arg;
	struct str all = KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("bucket"));
	struct txn_cursor c;
	txn_cursor_open(call->txn, all, key_range_end(call->arena, all), false, &c);
	while (txn_cursor_next(&c)) {
		struct key_part name;
		struct s3_bucket_record r = { 0 };
		if (key_decode(call->arena, str_from(c.key, all.n), &name, 1) != 1 ||
			record_decode(call->arena, &s3_bucket_record_shape, c.value, &r) < 0 ||
			!r.has_lifecycle.v)
			continue;
		names->v = s3_grow(call->arena, names->v, names->n, sizeof *names->v);
		names->v[names->n++] = name.text;
	}
	txn_cursor_close(&c);
	return 0;
}

static int sweep_bucket(struct call *call, struct sweep *s)
{
	static call_fn *const kinds[] = { sweep_objects, sweep_versions, sweep_uploads };
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		s->from = s->after = (struct str){ 0 };
		do {
			if (s->s3->stopping)
				return 0;
			/* The rules as they are now: they may have changed since the last batch. */
			if (call_read(call, read_rules, s) < 0)
				return -1;
			if (s->rules.n == 0)
				return 0;
			if (call_write(call, kinds[i], s) < 0)
				return -1;
			s->from = s->after;
		} while (s->more);
	}
	return 0;
}

static int sweep_all(struct call *call, struct s3 *s3)
{
	struct names names = { 0 };
	if (call_read(call, find_buckets, &names) < 0)
		return -1;
	for (size_t i = 0; i < names.n && !s3->stopping; i++) {
		struct sweep s = { .s3 = s3, .bucket = names.v[i] };
		if (sweep_bucket(call, &s) < 0)
			return -1;
	}
	return 0;
}

void lifecycle_run(void *arg)
{
	struct s3 *s3 = arg;
	while (!s3->stopping) {
		struct arena arena = { 0 };
		struct identity nobody = { 0 };
		struct call call;
		waitq_wait(&s3->sweep, S3_SWEEP_INTERVAL_MS);
		if (s3->stopping)
			break;
		call_init(&call, s3->aws, &arena, &nobody);
		call.api = &s3_api;
		if (sweep_all(&call, s3) < 0)
			log_warn("s3: expiring objects: %.*s", STR_ARG(call.error.message));
		arena_fini(&arena);
	}
	s3->sweeping = false;
	waitq_wake_all(&s3->ended);
}
