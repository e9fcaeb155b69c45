/* Readers that wait for the next record of a stream: woken by the commit that writes it. */
#include "services/dynamodb/tables/tables.h"
#include <errno.h>
#include <stdlib.h>

/* A stream that is waited for; of the map, while it has readers. */
struct watch {
	struct waitq readers;
	size_t n;
	uint64_t releases;
};

static struct str watch_key(const int64_t *number)
{
	return (struct str){ (const char *)number, sizeof *number };
}

void ddb_stream_wake(void *arg)
{
	const struct stream_wake *wake = arg;
	struct watch *w = wake->d ? map_get(&wake->d->watches, watch_key(&wake->number)) : NULL;
	if (w)
		waitq_wake_all(&w->readers);
}

void ddb_stream_release(struct dynamodb *d, int64_t number)
{
	struct watch *w = map_get(&d->watches, watch_key(&number));
	if (!w)
		return;
	w->releases++;
	waitq_wake_all(&w->readers);
}

void ddb_stream_release_all(struct dynamodb *d)
{
	struct map_entry *e;
	for (size_t at = 0; map_next(&d->watches, &at, &e);) {
		struct watch *w = e->value;
		w->releases++;
		waitq_wake_all(&w->readers);
	}
}

int ddb_stream_wait(struct dynamodb *d, int64_t number, int64_t ms)
{
	struct watch *w = map_get(&d->watches, watch_key(&number));
	if (d->stopping)
		return -ECANCELED;
	if (d->readers >= DDB_STREAM_READERS_MAX)
		return -EAGAIN;
	if (!w) {
		w = xcalloc(1, sizeof *w);
		waitq_init(&w->readers);
		map_put(&d->watches, watch_key(&number), w);
	}
	uint64_t releases = w->releases;
	w->n++;
	d->readers++;
	int r = waitq_wait(&w->readers, ms);
	if (w->releases != releases)
		r = -ECANCELED;
	d->readers--;
	if (--w->n == 0) {
		map_remove(&d->watches, watch_key(&number));
		free(w);
	}
	if (d->stopping)
		waitq_wake_all(&d->ended);
	return r;
}
