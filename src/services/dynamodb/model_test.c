/*
 * The tables against a plain model of them: random operations from a seed through the dispatcher,
 * every answer compared, with restarts of the store in between.
 *
 * model_test [STEPS [SEED [RUNS]]]; MODEL_STEPS in the environment says the same as STEPS.
 */
#include "services/dynamodb/testing/model_batch.h"
#include "services/dynamodb/testing/model_definition.h"
#include "services/dynamodb/testing/model_expiry.h"
#include "services/dynamodb/testing/model_walk.h"
#include <unistd.h>

enum { STEPS = 100000, STEPS_OF_A_RUN = 25000, RESTART_ONE_IN = 4000 };

/* ---- requests that are refused ---- */

static void step_refused(void)
{
	static const struct {
		const char *operation, *body, *code, *message;
	} v[] = {
		{ "GetItem", "{\"TableName\":\"nothing\",\"Key\":{\"h\":{\"S\":\"k\"}}}",
			"ResourceNotFoundException", "Requested resource not found" },
		{ "GetItem", "{\"TableName\":\"first\",\"Key\":{\"h\":{\"S\":\"k\"}}}",
			"ValidationException",
			"The provided key element does not match the schema" },
		{ "PutItem", "{\"TableName\":\"second\",\"Item\":{\"r\":{\"S\":\"k\"}}}",
			"ValidationException",
			"One or more parameter values were invalid: Missing the key h in the item" },
		{ "PutItem", "{\"TableName\":\"second\",\"Item\":{\"h\":{\"S\":\"k\"}}}",
			"ValidationException",
			"One or more parameter values were invalid: Type mismatch for key h expected: N "
			"actual: S" },
		{ "UpdateItem",
			"{\"TableName\":\"second\",\"Key\":{\"h\":{\"N\":\"1\"}},\"UpdateExpression\":"
			"\"SET h = :x\",\"ExpressionAttributeValues\":{\":x\":{\"N\":\"2\"}}}",
			"ValidationException",
			"One or more parameter values were invalid: Cannot update attribute h. This "
			"attribute is part of the key" },
		{ "DeleteItem",
			"{\"TableName\":\"second\",\"Key\":{\"h\":{\"N\":\"1\"}},\"ConditionExpression\":"
			"\"a = :x\"}",
			"ValidationException",
			"Invalid ConditionExpression: An expression attribute value used in expression is "
			"not defined; attribute value: :x" },
		{ "Query",
			"{\"TableName\":\"second\",\"KeyConditionExpression\":\"a = :x\","
			"\"ExpressionAttributeValues\":{\":x\":{\"N\":\"2\"}}}",
			"ValidationException", "Query condition missed key schema element: h" },
		{ "PutItem", "{\"TableName\":\"second\",\"Item\":{\"h\":{\"N\":\"1e126\"}}}",
			"ValidationException",
			"Number overflow. Attempting to store a number with magnitude larger than "
			"supported range" },
	};
	size_t i = below(&rng, COUNT_OF(v));
	struct answer a = ask(v[i].operation, str_c(v[i].body));
	must_be(&a, v[i].code, v[i].message);
}

/* ---- the run ---- */

static void one_step(void)
{
	uint64_t what = below(&rng, 100);
	if (what < 20)
		step_change(PUT);
	else if (what < 42)
		step_change(UPDATE);
	else if (what < 52)
		step_change(DELETE);
	else if (what < 60)
		step_get();
	else if (what < 78)
		step_walk();
	else if (what < 86)
		step_transaction();
	else if (what < 90)
		step_batch_write();
	else if (what < 94)
		step_batch_get(chance(&rng, 2));
	else if (what < 96)
		step_refused();
	else if (what < 98)
		same_description(some_table());
	else if (what < 99)
		step_expiry();
	else if (chance(&rng, 8))
		step_index();
	arena_reset(&scratch);
}

static void begin_run(void)
{
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		struct buf b = { 0 };
		table_json(&b, &tables[i]);
		struct answer a = ask("CreateTable", buf_view(&b));
		buf_fini(&b);
		must_be(&a, NULL, NULL);
	}
}

static void end_run(void)
{
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		struct buf b = { 0 };
		same_description(&tables[i]);
		buf_printf(&b, "{\"TableName\":\"%s\"}", tables[i].name);
		struct answer a = ask("DeleteTable", buf_view(&b));
		buf_fini(&b);
		must_be(&a, NULL, NULL);
		while (tables[i].n)
			item_free(tables[i].items[--tables[i].n]);
	}
}

static uint64_t steps_wanted, restarts;

static void run(void *arg)
{
	static struct mtable as_new[COUNT_OF(tables)];
	uint64_t done = 0, begun = clock_mono_ms(), first = seed;
	(void)arg;
	memcpy(as_new, tables, sizeof tables);
	server_open();
	for (; done < steps_wanted; seed++) {
		rng.state = seed;
		memcpy(tables, as_new, sizeof tables);
		begin_run();
		for (step = 0; step < STEPS_OF_A_RUN && done < steps_wanted; step++, done++) {
			one_step();
			if (chance(&rng, RESTART_ONE_IN)) {
				server_close();
				server_open();
				restarts++;
			}
		}
		end_run();
	}
	server_close();
	printf("# seeds %llu to %llu, %llu steps, %llu restarts, %llu expired, %llu ms\nok what the model says\n",
		(unsigned long long)first, (unsigned long long)seed - 1, (unsigned long long)done,
		(unsigned long long)restarts, (unsigned long long)expired,
		(unsigned long long)(clock_mono_ms() - begun));
	loop_stop(loop_self());
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/dynamodb-model.XXXXXX";
	const char *steps = argc > 1 ? argv[1] : getenv("MODEL_STEPS");
	struct loop *loop;
	if (!mkdtemp(folder) || loop_create(&loop) < 0)
		return 1;
	char *path = xasprintf("%s/store", folder), *clean = xasprintf("rm -rf %s", folder);
	store_path = path;
	steps_wanted = steps ? strtoull(steps, NULL, 10) : STEPS;
	seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)clock_now_ms() % 1000000000;
	server = (struct aws){
		.loop = loop,
		.data_dir = folder,
		.address = STR("127.0.0.1"),
		.port = 4566,
		.services = services,
		.states = states,
		.now_ms = model_now,
	};
	if (fiber_start(run, NULL) < 0)
		return 1;
	loop_run(loop);
	loop_destroy(loop);
	aws_fini(&server);
	arena_fini(&scratch);
	int r = system(clean);
	free(path);
	free(clean);
	return r != 0;
}
