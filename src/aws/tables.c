/* The dispatcher's tables over the server's services. */
#include "aws/tables.h"
#include "aws/aws.h"
#include "base/mem.h"
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

static int compare_owners(const void *a, const void *b)
{
	const struct operation_owner *x = a, *y = b;
	uintptr_t p = (uintptr_t)x->operation, q = (uintptr_t)y->operation;
	return p < q ? -1 : p > q;
}

static void entry_init(struct api_entry *e, const struct api *api)
{
	e->api = api;
	for (size_t i = 0; i < api->operation_count; i++) {
		const struct operation *op = api->operations[i];
		if (op->is_internal)
			continue;
		map_put(&e->operations, str_c(op->name), (void *)op);
		if (op->http_uri)
			routes_add(&e->routes, op);
	}
	routes_finish(&e->routes);
}

static struct aws_tables *tables_create(const struct aws *aws)
{
	struct aws_tables *t = xcalloc(1, sizeof *t);
	size_t operations = 0;
	for (size_t i = 0; aws->services && aws->services[i]; i++) {
		t->api_count++;
		operations += aws->services[i]->api->operation_count;
	}
	t->apis = xcalloc(t->api_count, sizeof *t->apis);
	t->owners = xcalloc(operations, sizeof *t->owners);
	for (size_t i = 0; i < t->api_count; i++) {
		const struct api *api = aws->services[i]->api;
		entry_init(&t->apis[i], api);
		if (api->target_prefix)
			map_put(&t->by_target, str_c(api->target_prefix), &t->apis[i]);
		for (size_t j = 0; j < api->operation_count; j++)
			t->owners[t->owner_count++] =
				(struct operation_owner){ api->operations[j], api };
	}
	qsort(t->owners, t->owner_count, sizeof *t->owners, compare_owners);
	return t;
}

const struct aws_tables *aws_tables(struct aws *aws)
{
	struct aws_tables *t = __atomic_load_n(&aws->tables, __ATOMIC_ACQUIRE);
	if (t)
		return t;
	pthread_mutex_lock(&making);
	t = aws->tables;
	if (!t) {
		t = tables_create(aws);
		__atomic_store_n(&aws->tables, t, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&making);
	return t;
}

void aws_fini(struct aws *aws)
{
	struct aws_tables *t = aws->tables;
	if (!t)
		return;
	for (size_t i = 0; i < t->api_count; i++) {
		map_fini(&t->apis[i].operations);
		routes_fini(&t->apis[i].routes);
	}
	map_fini(&t->by_target);
	free(t->apis);
	free(t->owners);
	free(t);
	aws->tables = NULL;
}

const struct api *aws_operation_api(struct aws *aws, const struct operation *op)
{
	const struct aws_tables *t = aws_tables(aws);
	struct operation_owner wanted = { op, NULL };
	const struct operation_owner *owner =
		bsearch(&wanted, t->owners, t->owner_count, sizeof *t->owners, compare_owners);
	assert(owner);
	return owner->api;
}

void *aws_state(const struct aws *aws, const struct api *api)
{
	for (size_t i = 0; aws->services && aws->services[i]; i++)
		if (aws->services[i]->api == api)
			return aws->states ? aws->states[i] : NULL;
	return NULL;
}
