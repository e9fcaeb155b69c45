/*
 * The pollers of event source mappings. One fiber compares the records with what runs whenever one
 * has changed; each mapping has one poller that waits for messages, and more while there are more
 * messages than it can take: five at first, five more each second, until the queue is empty
 * ("Lambda reads ... up to five batches", Developer Guide, "Configuring scaling behavior for SQS
 * event source mappings"; its pace is AWS's).
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "api/dynamodbstreams.h"
#include "services/lambda/mapping.h"
#include "store/key.h"
#include <stdlib.h>

enum { RELEASE_EVERY_MS = 50 };

struct mappings {
	struct lambda *lambda;
	struct list all;
	struct waitq wake, ended;
	bool changed, halted, runs;
};

struct lambda *mapping_lambda(const struct mapping *m)
{
	return m->owner->lambda;
}

/* ---- one mapping ---- */

static size_t limit_max(const struct mapping *m)
{
	const struct lambda_event_source_mapping_configuration *c = m->record.configuration;
	if (c->scaling_config && c->scaling_config->maximum_concurrency.set)
		return (size_t)c->scaling_config->maximum_concurrency.v;
	if (c->provisioned_poller_config) {
		struct opt_i64 max = c->provisioned_poller_config->maximum_pollers;
		int64_t pollers = max.set ? max.v : LAMBDA_PROVISIONED_DEFAULT;
		return (size_t)MIN(pollers * LAMBDA_PROVISIONED_BATCHES, LAMBDA_CONCURRENCY);
	}
	return LAMBDA_CONCURRENCY;
}

static size_t limit_first(const struct mapping *m)
{
	const struct lambda_provisioned_poller_config *p =
		m->record.configuration->provisioned_poller_config;
	size_t provisioned = p ? (size_t)(MAX(p->minimum_pollers.v, LAMBDA_PROVISIONED_MIN) *
					  LAMBDA_PROVISIONED_BATCHES)
			       : LAMBDA_POLLERS_FIRST;
	return MIN(limit_max(m), provisioned);
}

static void mapping_free(struct mapping *m)
{
	list_remove(&m->link);
	arena_fini(&m->arena);
	free(m);
}

void mapping_poller_ended(struct mapping *m)
{
	struct mappings *owner = m->owner;
	if (!m->stopping || m->pollers > 0)
		return;
	mapping_free(m);
	waitq_wake_all(&owner->ended);
	waitq_wake_all(&owner->wake);
}

static void poller_run(void *arg)
{
	struct mapping *m = arg;
	while (!m->stopping && m->pollers <= m->limit && mapping_poll(m))
		;
	m->pollers--;
	m->idle--;
	/* The last one of a mapping that goes on stays. */
	if (!m->stopping && m->pollers == 0) {
		m->limit = limit_first(m);
		mapping_scale_up(m);
	}
	mapping_poller_ended(m);
}

void mapping_scale_up(struct mapping *m)
{
	if (m->stopping || m->idle > 0)
		return;
	if (m->pollers >= m->limit) {
		uint64_t now = clock_mono_ms();
		if (now - m->grown_ms < 1000 || m->limit >= limit_max(m))
			return;
		m->limit = MIN(m->limit + LAMBDA_POLLERS_FIRST, limit_max(m));
		m->grown_ms = now;
	}
	m->pollers++;
	m->idle++; /* a poller is idle from here on, except while it has a batch */
	if (fiber_start(poller_run, m) < 0) {
		m->idle--;
		m->pollers--;
		log_warn("lambda: no fiber for a poller of %.*s",
			STR_ARG(m->record.configuration->event_source_arn));
	}
}

void mapping_pause(struct mapping *m, int64_t ms)
{
	m->paused_until_ms = clock_mono_ms() + (uint64_t)ms;
}

void mapping_wait_pause(struct mapping *m)
{
	while (!m->stopping) {
		uint64_t now = clock_mono_ms();
		if (now >= m->paused_until_ms)
			return;
		waitq_wait(&m->wake, (int64_t)(m->paused_until_ms - now));
	}
}

void mapping_complain(struct mapping *m, struct call *call, const char *what)
{
	if (!m->complained)
		log_warn("lambda: the mapping %.*s %s: %.*s",
			STR_ARG(m->record.configuration->uuid), what, STR_ARG(call->error.message));
	m->complained = true;
}

void mapping_renew_time(struct call *call)
{
	call->now_ms = call->aws->now_ms ? call->aws->now_ms() : clock_now_ms();
	call->error = (struct call_error){ 0 };
}

void mapping_renew_request(struct call *call)
{
	char *id = arena_alloc(call->arena, UUID_LENGTH + 1);
	random_uuid(id);
	call->request_id = (struct str){ id, UUID_LENGTH };
	mapping_renew_time(call);
}

static bool compile(struct mapping *m)
{
	const struct lambda_filter_criteria *criteria = m->record.configuration->filter_criteria;
	size_t n = criteria ? criteria->filters.n : 0;
	m->patterns = ARENA_ARRAY(&m->arena, struct pattern *, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct str why;
		if (pattern_compile(
			    &m->arena, criteria->filters.v[i].pattern, &m->patterns[i], &why) < 0) {
			log_error("lambda: a stored filter is no pattern: %.*s", STR_ARG(why));
			return false;
		}
	}
	m->pattern_count = n;
	return true;
}

/* ---- comparing with the records ---- */

static bool is_same(const struct mapping *m, const struct lambda_mapping_record *r)
{
	return !m->stopping && m->record.revision.v == r->revision.v &&
	       str_eq(m->record.configuration->uuid, r->configuration->uuid) &&
	       str_eq(m->record.account, r->account) && str_eq(m->record.region, r->region);
}

struct scan {
	struct mappings *all;
	struct list found; /* of struct mapping: new ones */
};

static void found(struct scan *s, struct str bytes)
{
	struct mapping *m = xcalloc(1, sizeof *m), *other;
	m->owner = s->all;
	list_init(&m->link);
	waitq_init(&m->wake);
	struct str copy = arena_str(&m->arena, bytes);
	bool ok = record_decode(&m->arena, &lambda_mapping_record_shape, copy, &m->record) == 0 &&
		  m->record.configuration && m->record.enabled.v;
	LIST_FOR(other, &s->all->all, struct mapping, link)
	if (ok && is_same(other, &m->record)) {
		other->seen = true;
		ok = false;
	}
	if (ok && compile(m))
		list_append(&s->found, &m->link);
	else
		mapping_free(m);
}

static int scan_run(struct txn *txn, void *arg)
{
	struct scan *s = arg;
	struct arena arena = { 0 };
	struct txn_cursor c;
	struct str prefix = mapping_prefix(&arena);
	txn_cursor_open(txn, prefix, key_range_end(&arena, prefix), false, &c);
	while (txn_cursor_next(&c))
		found(s, c.value);
	txn_cursor_close(&c);
	arena_fini(&arena);
	return 0;
}

static void stop_one(struct mapping *m)
{
	m->stopping = true;
	waitq_wake_all(&m->wake);
	if (m->pollers == 0)
		mapping_free(m);
}

static void begin_one(struct mappings *all, struct mapping *m)
{
	list_remove(&m->link);
	list_append(&all->all, &m->link);
	m->seen = true;
	if (mapping_is_stream(m->record.configuration)) {
		mapping_stream_begin(m);
		return;
	}
	m->limit = limit_first(m);
	mapping_scale_up(m);
}

static int compare(struct mappings *all)
{
	struct scan s = { .all = all };
	struct mapping *m;
	list_init(&s.found);
	LIST_FOR(m, &all->all, struct mapping, link)
	m->seen = false;
	/* Begun outside of the read, which must not wait. */
	int r = store_read(all->lambda->aws->store, scan_run, &s);
	LIST_FOR(m, &all->all, struct mapping, link)
	if (r == 0 && !m->seen && !m->stopping)
		stop_one(m);
	LIST_FOR(m, &s.found, struct mapping, link)
	{
		if (r == 0 && !all->halted)
			begin_one(all, m);
		else
			mapping_free(m);
	}
	return r;
}

void mapping_wait_earlier(struct mapping *m)
{
	for (bool found = true; found && !m->stopping;) {
		struct mapping *other;
		found = false;
		LIST_FOR(other, &m->owner->all, struct mapping, link)
		{
			if (other == m)
				break;
			found |= str_eq(
				other->record.configuration->uuid, m->record.configuration->uuid);
		}
		if (found)
			waitq_wait(&m->owner->ended, 1000);
	}
}

/* They read a snapshot and wake; they do not wait. A source that is gone has no readers. */
static void release_one(struct call *call, struct mapping *m)
{
	struct str arn = arena_str(call->arena, m->record.configuration->event_source_arn);
	struct sqs_release_receivers_input in = { arn };
	struct sqs_release_receivers_output out;
	struct dynamodbstreams_release_readers_input stream_in = { arn };
	struct dynamodbstreams_release_readers_output stream_out;
	int r;
	if (mapping_is_stream(m->record.configuration))
		r = call_inner(call, &dynamodbstreams_release_readers_operation, NULL, &stream_in,
			&stream_out);
	else
		r = call_inner(call, &sqs_release_receivers_operation, NULL, &in, &out);
	if (r < 0)
		call->error = (struct call_error){ 0 };
}

/* Ends the waits of pollers that shall end; true if there are such. */
static bool release(struct mappings *all)
{
	bool any = false;
	struct mapping *m;
	struct arena arena = { 0 };
	struct call call;
	call_init(&call, all->lambda->aws, &arena, NULL);
	call.api = &lambda_api;
	/* A list that changes while the call waits: one at a time, each by its copied ARN. */
	LIST_FOR(m, &all->all, struct mapping, link)
	{
		if (!m->stopping || m->idle == 0)
			continue;
		any = true;
		call.identity = (struct identity){ .account = arena_str(&arena, m->record.account),
			.region = arena_str(&arena, m->record.region) };
		release_one(&call, m);
	}
	arena_fini(&arena);
	return any;
}

static void manage(void *arg)
{
	struct mappings *all = arg;
	while (!all->halted) {
		int64_t wait_ms = -1;
		if (all->changed) {
			all->changed = false;
			if (compare(all) < 0) {
				log_error("lambda: the event source mappings can't be read");
				all->changed = true;
				wait_ms = 1000;
			}
		}
		if (release(all))
			wait_ms = RELEASE_EVERY_MS;
		if (!all->halted && (!all->changed || wait_ms > 0))
			waitq_wait(&all->wake, wait_ms);
	}
	all->runs = false;
	waitq_wake_all(&all->ended);
}

void mappings_changed(void *arg)
{
	struct lambda *lambda = lambda_of(arg);
	if (!lambda || !lambda->mappings)
		return;
	lambda->mappings->changed = true;
	waitq_wake_all(&lambda->mappings->wake);
}

int mappings_start(struct lambda *lambda, struct mappings **out)
{
	struct mappings *all = xcalloc(1, sizeof *all);
	all->lambda = lambda;
	list_init(&all->all);
	waitq_init(&all->wake);
	waitq_init(&all->ended);
	all->changed = all->runs = true;
	int r = fiber_start(manage, all);
	if (r < 0) {
		free(all);
		return r;
	}
	*out = all;
	return 0;
}

/* Whether a poller may still begin an invocation, or receives. */
static bool has_restless(struct mappings *all)
{
	struct mapping *m;
	LIST_FOR(m, &all->all, struct mapping, link)
	if (m->pollers > m->running)
		return true;
	return false;
}

void mappings_halt(struct mappings *all)
{
	struct mapping *m;
	all->halted = true;
	waitq_wake_all(&all->wake);
	LIST_FOR(m, &all->all, struct mapping, link)
	stop_one(m);
	while (release(all) || all->runs || has_restless(all))
		waitq_wait(&all->ended, RELEASE_EVERY_MS);
}

void mappings_stop(struct mappings *all)
{
	assert(all->halted);
	while (!list_empty(&all->all))
		waitq_wait(&all->ended, -1);
	free(all);
}
