/* The sweeper: deletes events that retention no longer keeps, and those of deleted groups and
 * streams. */
#include "base/log.h"
#include "services/logs/events.h"
#include "store/key.h"

struct owned {
	int64_t group, oldest_ms;
};

struct gone {
	int64_t group, stream;
};

struct plan {
	struct owned *owned;
	struct gone *gone;
	size_t owned_count, owned_cap, gone_count, gone_cap;
};

static void *grown(struct arena *arena, void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap ? *cap * 2 : 64;
	void *more = arena_zalloc(arena, *cap * size);
	if (n)
		memcpy(more, v, n * size);
	return more;
}

static void plan_owner(struct call *call, struct plan *p, int64_t id, struct str value)
{
	struct logs_owner_record owner = { 0 };
	struct logs_group_record group;
	if (record_decode(call->arena, &logs_owner_record_shape, arena_str(call->arena, value),
		    &owner) < 0)
		return;
	call->identity.account = owner.account;
	call->identity.region = owner.region;
	int64_t oldest =
		group_get(call, owner.name, &group) ? group_oldest_ms(&group, call->now_ms) : 0;
	p->owned = grown(call->arena, p->owned, p->owned_count, &p->owned_cap, sizeof *p->owned);
	p->owned[p->owned_count++] = (struct owned){ id, oldest };
}

static int plan_run(struct call *call, void *arg)
{
	struct plan *p = arg;
	struct txn_cursor c;
	struct str owners = KEY(call->arena, KEY_LITERAL("logs"), KEY_LITERAL("owner"));
	struct str gone = KEY(call->arena, KEY_LITERAL("logs"), KEY_LITERAL("gone"));
	struct key_part ids[2];
	txn_cursor_open(call->txn, owners, key_range_end(call->arena, owners), false, &c);
	while (txn_cursor_next(&c))
		if (key_decode(call->arena, str_from(c.key, owners.n), ids, 1) == 1)
			plan_owner(call, p, ids[0].integer, c.value);
	txn_cursor_close(&c);
	txn_cursor_open(call->txn, gone, key_range_end(call->arena, gone), false, &c);
	while (txn_cursor_next(&c)) {
		if (key_decode(call->arena, str_from(c.key, gone.n), ids, 2) != 2)
			continue;
		p->gone = grown(call->arena, p->gone, p->gone_count, &p->gone_cap, sizeof *p->gone);
		p->gone[p->gone_count++] = (struct gone){ ids[0].integer, ids[1].integer };
	}
	txn_cursor_close(&c);
	return 0;
}

static int forget_gone_run(struct call *call, void *arg)
{
	const struct gone *g = arg;
	txn_delete(call->txn, KEY(call->arena, KEY_LITERAL("logs"), KEY_LITERAL("gone"),
				      key_int(g->group), key_int(g->stream)));
	return 0;
}

/* Owners are in the order of their ids. */
static const struct owned *find_owned(const struct plan *p, int64_t group)
{
	size_t low = 0, high = p->owned_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (p->owned[middle].group == group)
			return &p->owned[middle];
		if (p->owned[middle].group < group)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int sweep_groups(
	struct call *call, struct logs *logs, const struct plan *p, const int64_t *ids, size_t n)
{
	for (size_t i = 0; i < n && !logs->stopping; i++) {
		const struct owned *owned = find_owned(p, ids[i]);
		int r = 0;
		if (!owned) {
			r = events_delete(call, ids[i], 0, POSITION_TIME_MAX);
			if (r == 0)
				r = events_forget(call, ids[i], 0);
		} else if (owned->oldest_ms) {
			r = events_delete(call, ids[i], 0, owned->oldest_ms);
		}
		if (r < 0)
			return -1;
	}
	return 0;
}

static int sweep_once(struct call *call, struct logs *logs)
{
	struct plan plan = { 0 };
	int64_t *ids;
	size_t n;
	/* Ids first, owners after: a group made in between has an owner by then. */
	if (trace_sweep(call) < 0 || events_groups(call, &ids, &n) < 0 ||
		call_read(call, plan_run, &plan) < 0 || sweep_groups(call, logs, &plan, ids, n) < 0)
		return -1;
	for (size_t i = 0; i < plan.gone_count && !logs->stopping; i++) {
		struct gone *g = &plan.gone[i];
		if (events_delete(call, g->group, g->stream, POSITION_TIME_MAX) < 0 ||
			events_forget(call, g->group, g->stream) < 0 ||
			call_write(call, forget_gone_run, g) < 0)
			return -1;
	}
	return 0;
}

void logs_sweep_run(void *arg)
{
	struct logs *logs = arg;
	while (!logs->stopping) {
		struct arena arena = { 0 };
		struct identity nobody = { 0 };
		struct call call;
		logs->sweep_due = false;
		call_init(&call, logs->aws, &arena, &nobody);
		call.api = &logs_api;
		if (sweep_once(&call, logs) < 0)
			log_warn("logs: sweeping: %.*s", STR_ARG(call.error.message));
		arena_fini(&arena);
		if (!logs->sweep_due && !logs->stopping)
			waitq_wait(&logs->sweep, LOGS_SWEEP_INTERVAL_MS);
	}
	logs->sweeping = false;
	waitq_wake_all(&logs->ended);
}
