/*
 * The service in this process, asked by its structures, with a clock of the test's own and without
 * a sweeper: the test does its work. Included by one file of a test program.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TESTING_SERVICE_H
#define SAMOVAR_SERVICES_DYNAMODB_TESTING_SERVICE_H

#include "services/dynamodb/dynamodb.h"
#include "services/dynamodb/tables/tables.h"
#include "tests/check.h"
#include <stdlib.h>
#include <unistd.h>

static char folder[64], path[96];
static struct arena arena;
static struct aws server;
static struct dynamodb state;
static int64_t now_ms = INT64_C(1795000000000);
static const struct identity caller = {
	.account = STR_INIT("000000000001"), .region = STR_INIT("us-east-1"), .is_root = true
};

static int64_t test_now(void)
{
	return now_ms;
}

static void set_up(void)
{
	static const struct service *const services[] = { &dynamodb_service,
		&dynamodbstreams_service, NULL };
	static void *states[2] = { &state };
	snprintf(folder, sizeof folder, "/tmp/samovar-dynamodb-XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/store.db", folder);
	server = (struct aws){ .services = services, .states = states, .now_ms = test_now };
	state.aws = &server;
	waitq_init(&state.sweep);
	waitq_init(&state.ended);
	waitq_init(&state.imports);
	list_init(&state.importers);
	CHECK_INT(store_open(path, STORE_MEMORY, &server.store), 0);
}

static void tear_down(void)
{
	char command[128];
	aws_fini(&server);
	store_close(server.store);
	arena_fini(&arena);
	snprintf(command, sizeof command, "rm -r %s", folder);
	CHECK_INT(system(command), 0);
}

static struct call new_call(void)
{
	struct call call;
	call_init(&call, &server, &arena, &caller);
	call.api = &dynamodb_api;
	return call;
}

/* The operation's answer in *out; the name of its error, or "". */
static const char *ask(const struct operation *op, const void *in, void *out)
{
	struct call call = new_call();
	if (call_inner(&call, op, NULL, in, out) == 0)
		return "";
	printf("# %.*s\n", STR_ARG(call.error.message));
	return call.error.shape->name;
}

static int run_tests(const struct test *tests, size_t n, int argc, char **argv)
{
	set_up();
	int r = check_main(tests, n, argc, argv);
	tear_down();
	return r;
}

#endif
