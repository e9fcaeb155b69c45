/* After a commit that took a version away: its instances end, and what nothing refers to any more
 * is removed. */
#include "base/log.h"
#include "services/lambda/code_cache.h"
#include "services/lambda/internal.h"
#include <stdlib.h>

enum { BUSY_WAIT_MS = 1000, BUSY_WAITS_MAX = 1000 };

/* On the heap: it outlives the call. */
struct retired {
	struct aws *aws;
	char key[64]; /* of the engine, or empty */
	size_t blob_count;
	struct blob_id blobs[LAMBDA_LAYERS_MAX + 1];
};

/* Instances at work may still read their code. */
static void wait_until_idle(struct lambda *lambda, struct str key)
{
	struct engine_counts counts = { 0 };
	for (int i = 0; i < BUSY_WAITS_MAX; i++) {
		engine_counts(lambda->engine, key, &counts);
		if (counts.instances == 0 || lambda->stopping)
			return;
		waitq_wait(&lambda->retire_wake, BUSY_WAIT_MS);
	}
}

static void retire(void *arg)
{
	struct retired *r = arg;
	struct lambda *lambda = lambda_of(r->aws);
	if (r->key[0] && !lambda->stopping) {
		engine_retire(lambda->engine, str_c(r->key));
		wait_until_idle(lambda, str_c(r->key));
	}
	/* What the stopping server leaves, the next start removes. */
	for (size_t i = 0; i < r->blob_count && !lambda->stopping; i++) {
		struct str blob = { r->blobs[i].hex, BLOB_ID_LENGTH };
		blob_collect(r->aws->blobs, blob);
		code_cache_collect(lambda->code, blob);
	}
	free(r);
	lambda->retiring--;
	waitq_wake_all(&lambda->retire_wake);
}

static void start(struct retired *r)
{
	struct lambda *lambda = lambda_of(r->aws);
	if (fiber_start(retire, r) == 0) {
		lambda->retiring++;
	} else {
		log_warn("lambda: no fiber to remove old code; the next start does it");
		free(r);
	}
}

static void add_blob(struct retired *r, struct str blob)
{
	if (blob.n == BLOB_ID_LENGTH && r->blob_count < COUNT_OF(r->blobs))
		memcpy(r->blobs[r->blob_count++].hex, blob.p, blob.n);
}

static void begin(void *arg)
{
	struct retired *copy = xmalloc(sizeof *copy);
	*copy = *(struct retired *)arg;
	start(copy);
}

struct str lambda_engine_key(struct arena *arena, const struct lambda_version_record *version)
{
	struct str parts[] = { version->key, STR(":"), version->configuration->version };
	return arena_concat(arena, parts, COUNT_OF(parts));
}

void lambda_retire_version(struct call *call, const struct lambda_version_record *version)
{
	struct retired *r = ARENA_NEW(call->arena, struct retired);
	r->aws = call->aws;
	struct str key = lambda_engine_key(call->arena, version);
	if (key.n < sizeof r->key)
		memcpy(r->key, key.p, key.n);
	add_blob(r, version->code_blob);
	for (size_t i = 0; i < version->layer_blobs.n; i++)
		add_blob(r, version->layer_blobs.v[i]);
	call_after(call, begin, r);
}

void lambda_retire_blob(struct call *call, struct str blob)
{
	struct retired *r = ARENA_NEW(call->arena, struct retired);
	r->aws = call->aws;
	add_blob(r, blob);
	call_after(call, begin, r);
}
