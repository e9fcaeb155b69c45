/* Kinds of boxes, and the spares of each: boxes made, and runtimes booted in them, before they are
 * needed. */
#include "services/lambda/engine/internal.h"
#include <stdlib.h>

/*
 * A node takes its heap's limit at its start, so there is a kind for each size: what the function
 * has, less what node needs beside the heap.
 */
static unsigned heap_for(uint32_t memory_mb)
{
	return memory_mb <= 256 ? memory_mb - memory_mb / 4 : memory_mb - memory_mb / 10;
}

struct kind *kind_get(struct engine *engine, enum family family,
	const struct interpreter *interpreter, bool booted, uint32_t memory_mb)
{
	unsigned heap_mb = family == FAMILY_NODE ? heap_for(memory_mb) : 0;
	struct kind *kind;
	LIST_FOR(kind, &engine->kinds, struct kind, link)
	{
		if (kind->family == family && kind->interpreter == interpreter &&
			kind->booted == booted && kind->heap_mb == heap_mb)
			return kind;
	}
	kind = xcalloc(1, sizeof *kind);
	*kind = (struct kind){ .engine = engine,
		.family = family,
		.interpreter = interpreter,
		.booted = booted,
		.heap_mb = heap_mb };
	list_init(&kind->spares);
	list_append(&engine->kinds, &kind->link);
	return kind;
}

struct instance *kind_take(struct kind *kind)
{
	kind->used_ms = clock_mono_ms();
	if (list_empty(&kind->spares))
		return NULL;
	struct instance *instance = LIST_FIRST(&kind->spares, struct instance, idle);
	list_remove(&instance->idle);
	kind->spare_count--;
	return instance;
}

void kind_refill(struct kind *kind)
{
	struct engine *engine = kind->engine;
	uint64_t now_ms = clock_mono_ms();
	if (engine->stopping ||
		(kind->failed_ms && now_ms - kind->failed_ms < ENGINE_SPARE_BACKOFF_MS))
		return;
	while (kind->spare_count < ENGINE_SPARES && engine->instance_count < ENGINE_INSTANCES_MAX) {
		struct instance *instance = instance_create(engine, kind, NULL);
		if (!instance)
			return;
		list_append(&kind->spares, &instance->idle);
		kind->spare_count++;
	}
}

void kind_sweep(struct kind *kind, uint64_t now_ms)
{
	if (now_ms - kind->used_ms < ENGINE_SPARE_IDLE_MS)
		return;
	struct instance *instance;
	LIST_FOR(instance, &kind->spares, struct instance, idle)
	instance_end(instance);
}

const char *const *kind_argv(const struct kind *kind, struct arena *arena, bool boot)
{
	const char **argv = ARENA_ARRAY(arena, const char *, 8);
	size_t n = 0;
	switch (kind->family) {
	case FAMILY_NODE:
		argv[n++] = kind->interpreter->path;
		argv[n++] = arena_printf(arena, "--max-old-space-size=%u", kind->heap_mb).p;
		argv[n++] = "/var/runtime/bootstrap.js";
		break;
	case FAMILY_PYTHON:
		argv[n++] = kind->interpreter->path;
		argv[n++] = "-ISB"; /* without site and the user's folders: the bootstrap sets the
				       path as AWS does */
		argv[n++] = "/var/runtime/bootstrap.py";
		break;
	case FAMILY_PROVIDED:
	case FAMILY_NONE:
		return argv;
	}
	if (boot)
		argv[n++] = "--booted";
	return argv;
}

const char *kind_runtime_dir(const struct kind *kind, struct arena *arena)
{
	const char *name = kind->family == FAMILY_NODE     ? "nodejs"
			   : kind->family == FAMILY_PYTHON ? "python"
							   : NULL;
	return name ? arena_printf(arena, "%s/%s", kind->engine->aws->runtimes_dir, name).p : NULL;
}
