/* Expiry and transitions of objects, versions and uploads by the rules of their buckets (S3 User
 * Guide, "Lifecycle configuration elements"). */
#include "services/s3/lifecycle.h"
#include "base/log.h"
#include "services/s3/config.h"
#include "services/s3/multipart.h"
#include "services/s3/notify.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

int64_t lifecycle_due_ms(int64_t made_ms, int64_t days, int64_t day_ms)
{
	/* Days are added and the result is rounded up to the next midnight UTC. */
	return (made_ms + days * day_ms + day_ms - 1) / day_ms * day_ms;
}

/* From the class that objects are put in to the ones below it; they don't go up again. (S3 User
 * Guide, "Supported transitions") */
static const char *const waterfall[] = { "STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA",
	"GLACIER_IR" };

int lifecycle_class_rank(struct str storage_class)
{
	for (size_t i = 0; i < COUNT_OF(waterfall); i++)
		if (str_is(storage_class, waterfall[i]))
			return (int)i + 1;
	return 0;
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
	int64_t day_ms;
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
		if ((e->days.set &&
			    now_ms >= lifecycle_due_ms(r->modified_ms.v, e->days.v, s->day_ms)) ||
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
			now_ms >= lifecycle_due_ms(since_ms, n->noncurrent_days.v, s->day_ms))
			return true;
	}
	return false;
}

/* Small objects stay where they are, unless the rule's filter is about sizes. */
static bool may_move(const struct s3_lifecycle_rule *rule, const struct s3_object_record *r)
{
	const struct s3_lifecycle_rule_filter *f = rule->filter;
	return r->size.v >= S3_TRANSITION_BYTES_MIN ||
	       (f && (f->object_size_greater_than.set || f->object_size_less_than.set ||
			     (f->and &&(f->and->object_size_greater_than.set ||
					     f->and->object_size_less_than.set))));
}

/* Takes the class if it is below the one that the object has. */
static bool move_down(struct s3_object_record *r, struct str storage_class)
{
	if (lifecycle_class_rank(storage_class) <= lifecycle_class_rank(r->storage_class))
		return false;
	r->storage_class = storage_class;
	return true;
}

static bool transition(
	const struct sweep *s, struct str key, struct s3_object_record *r, int64_t now_ms)
{
	bool moved = false;
	for (size_t i = 0; i < s->rules.n; i++) {
		const struct s3_lifecycle_rule *rule = &s->rules.v[i];
		if (!rule->transitions.n || !lifecycle_matches(rule, key, r) || !may_move(rule, r))
			continue;
		for (size_t j = 0; j < rule->transitions.n; j++) {
			const struct s3_transition *t = &rule->transitions.v[j];
			int64_t due_ms = t->date.set ? t->date.ms
						     : lifecycle_due_ms(r->modified_ms.v, t->days.v,
							       s->day_ms);
			if (now_ms >= due_ms)
				moved |= move_down(r, t->storage_class);
		}
	}
	return moved;
}

static bool version_transition(const struct sweep *s, struct str key, struct s3_object_record *r,
	int64_t since_ms, int64_t newer, int64_t now_ms)
{
	bool moved = false;
	for (size_t i = 0; i < s->rules.n && !r->is_delete_marker.v; i++) {
		const struct s3_lifecycle_rule *rule = &s->rules.v[i];
		const struct s3_noncurrent_version_transition_list *all =
			&rule->noncurrent_version_transitions;
		if (!all->n || !lifecycle_matches(rule, key, r) || !may_move(rule, r))
			continue;
		for (size_t j = 0; j < all->n; j++)
			if (newer >= all->v[j].newer_noncurrent_versions.v &&
				now_ms >= lifecycle_due_ms(
						  since_ms, all->v[j].noncurrent_days.v, s->day_ms))
				moved |= move_down(r, all->v[j].storage_class);
	}
	return moved;
}

/* A delete marker without versions behind it: asked for, or as old as objects may become. */
static bool marker_expires(
	const struct sweep *s, struct str key, const struct s3_object_record *r, int64_t now_ms)
{
	for (size_t i = 0; i < s->rules.n; i++) {
		const struct s3_lifecycle_expiration *e = s->rules.v[i].expiration;
		if (e && e->expired_object_delete_marker.v &&
			lifecycle_matches(&s->rules.v[i], key, r))
			return true;
	}
	return expires(s, key, r, now_ms);
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
	int count = 0, told = 0;
	begin_batch(call, s, "object", &prefix, &c);
	while (told == 0 && txn_cursor_next(&c)) {
		struct key_part key;
		struct s3_object_record r;
		struct s3_delete_object_output out = { 0 };
		struct str at = arena_str(call->arena, c.key);
		if (count++ == S3_SWEEP_BATCH) {
			s->more = true;
			break;
		}
		s->after = at;
		if (key_decode(call->arena, str_from(at, prefix.n), &key, 1) != 1 ||
			!object_decode(call, arena_str(call->arena, c.value), &r))
			continue;
		if (expires(s, key.text, &r, call->now_ms)) {
			object_delete(
				call, &s->record, s->bucket, key.text, (struct str){ 0 }, &out);
			told = notify_delete(call, &s->record, s->bucket, key.text,
				(struct str){ 0 }, &out, "LifecycleExpiration");
		} else if (transition(s, key.text, &r, call->now_ms)) {
			object_replace(call, s->bucket, key.text, &r, true);
		}
	}
	txn_cursor_close(&c);
	return told;
}

/* The versions of a key, the newest first. */
struct versions {
	struct str key;
	int64_t newer, since_ms; /* noncurrent versions that are newer; when it became noncurrent */
	struct str marker; /* the row of a delete marker that is the newest, to be deleted when
			    * it stands alone; or NULL */
};

static void begin_versions(struct call *call, struct sweep *s, struct versions *v, struct str key,
	struct str at, const struct s3_object_record *newest)
{
	struct s3_object_record current;
	*v = (struct versions){ .key = key, .since_ms = INT64_MAX };
	if (object_current(call, s->bucket, key, &current))
		v->since_ms = current.modified_ms.v;
	else if (newest->is_delete_marker.v && marker_expires(s, key, newest, call->now_ms))
		v->marker = at;
}

static void end_versions(struct call *call, const struct versions *v)
{
	if (v->marker.p && v->newer == 0)
		txn_delete(call->txn, v->marker);
}

static void sweep_version(struct call *call, struct sweep *s, struct versions *v, struct str at,
	struct s3_object_record *r)
{
	if (version_expires(s, v->key, r, v->since_ms, v->newer, call->now_ms)) {
		object_release(call, r);
		txn_delete(call->txn, at);
		return;
	}
	if (version_transition(s, v->key, r, v->since_ms, v->newer, call->now_ms))
		object_replace(call, s->bucket, v->key, r, false);
	v->newer++;
}

static int sweep_versions(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct txn_cursor c;
	struct str prefix;
	struct versions v = { 0 };
	int count = 0;
	begin_batch(call, s, "version", &prefix, &c);
	while (txn_cursor_next(&c)) {
		struct key_part parts[2];
		struct s3_object_record r;
		struct str at = arena_str(call->arena, c.key);
		if (key_decode(call->arena, str_from(at, prefix.n), parts, 2) != 2 ||
			!object_decode(call, arena_str(call->arena, c.value), &r))
			continue;
		bool is_new_key = !v.key.p || !str_eq(v.key, parts[0].text);
		/* A batch ends between keys: of each, all versions are seen together. */
		if (is_new_key && count >= S3_SWEEP_BATCH) {
			s->more = true;
			break;
		}
		count++;
		s->after = at;
		if (is_new_key) {
			end_versions(call, &v);
			begin_versions(call, s, &v, parts[0].text, at, &r);
		}
		/* INT64_MAX: the newest of all, which is no current object: a delete marker. */
		if (v.since_ms != INT64_MAX)
			sweep_version(call, s, &v, at, &r);
		v.since_ms = r.modified_ms.v;
	}
	end_versions(call, &v);
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
				call->now_ms < lifecycle_due_ms(u.started_ms.v,
						       a->days_after_initiation.v, s->day_ms))
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
		struct sweep s = { .s3 = s3,
			.bucket = names.v[i],
			.day_ms = MAX(DAY_MS / MAX(s3->aws->retry_speed, 1), 1) };
		if (sweep_bucket(call, &s) < 0)
			return -1;
	}
	return 0;
}

void lifecycle_run(void *arg)
{
	struct s3 *s3 = arg;
	int64_t interval_ms =
		MAX(S3_SWEEP_INTERVAL_MS / MAX(s3->aws->retry_speed, 1), S3_SWEEP_INTERVAL_MIN_MS);
	while (!s3->stopping) {
		struct arena arena = { 0 };
		struct identity nobody = { 0 };
		struct call call;
		waitq_wait(&s3->sweep, interval_ms);
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
