/* What time does to queues, by a clock of the test's: retention, visibility, the five minutes of
 * deduplication, the order in groups (SQS Developer Guide). */
#include "services/sqs/sqs.h"
#include "api/sqs.h"
#include "aws/run.h"
#include "loop/fiber.h"
#include "loop/loop.h"
#include "store/store.h"
#include "tests/check.h"
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static struct loop *loop;
static struct arena arena;
static struct aws server;
static struct identity caller = { .account = STR_INIT("000000000001"),
	.region = STR_INIT("us-east-1") };
static int64_t now_ms;

static int64_t test_now(void)
{
	return now_ms;
}

static int run(const struct operation *op, const void *in, void *out)
{
	struct call call;
	call_init(&call, &server, &arena, &caller);
	call.api = &sqs_api;
	call.operation = op;
	return operation_run(&call, in, out);
}

static struct str queue_make(const char *name, const char *attribute, const char *value)
{
	struct sqs_queue_attribute_map_entry entries[] = {
		{ str_c(attribute), str_c(value) },
		{ STR("FifoQueue"), STR("true") },
	};
	bool is_fifo = strstr(name, ".fifo") != NULL;
	struct sqs_create_queue_input in = { .queue_name = str_c(name),
		.attributes = { entries, is_fifo ? 2 : 1 } };
	struct sqs_create_queue_output out;
	CHECK_INT(run(&sqs_create_queue_operation, &in, &out), 0);
	return arena_printf(&arena, "arn:aws:sqs:us-east-1:000000000001:%s", name);
}

static struct str send_grouped(
	struct str queue, const char *body, const char *group, const char *id)
{
	struct sqs_send_message_input in = { .queue_url = queue, .message_body = str_c(body) };
	struct sqs_send_message_output out;
	if (group)
		in.message_group_id = str_c(group);
	if (id)
		in.message_deduplication_id = str_c(id);
	CHECK_INT(run(&sqs_send_message_operation, &in, &out), 0);
	return out.message_id;
}

static const struct sqs_message_list *receive(struct str queue, int64_t visibility_s)
{
	struct sqs_receive_message_input in = { .queue_url = queue,
		.max_number_of_messages = OPT_I64(10),
		.visibility_timeout = OPT_I64(visibility_s),
		.wait_time_seconds = OPT_I64(0) };
	struct sqs_receive_message_output *out =
		ARENA_NEW(&arena, struct sqs_receive_message_output);
	CHECK_INT(run(&sqs_receive_message_operation, &in, out), 0);
	return &out->messages;
}

/* The bodies received, with a space behind each. */
static struct str bodies(const struct sqs_message_list *list)
{
	struct str all = STR("");
	for (size_t i = 0; i < list->n; i++)
		all = arena_printf(&arena, "%.*s%.*s ", STR_ARG(all), STR_ARG(list->v[i].body));
	return all;
}

static void delete (struct str queue, const struct sqs_message *m)
{
	struct sqs_delete_message_input in = { queue, m->receipt_handle };
	struct sqs_delete_message_output out;
	CHECK_INT(run(&sqs_delete_message_operation, &in, &out), 0);
}

static int64_t count(struct str queue)
{
	static struct str names[] = { STR_INIT("ApproximateNumberOfMessages") };
	struct sqs_get_queue_attributes_input in = { queue, { names, 1 } };
	struct sqs_get_queue_attributes_output out;
	int64_t n = -1;
	CHECK_INT(run(&sqs_get_queue_attributes_operation, &in, &out), 0);
	CHECK(out.attributes.n == 1 && str_to_i64(out.attributes.v[0].value, &n) == 0);
	return n;
}

/* "Amazon SQS automatically deletes messages that have been in a queue for more than the maximum
 * message retention period": no sooner, and not counted afterwards. */
static void test_retention(void)
{
	static const char *const names[] = { "kept", "kept.fifo" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *group = i ? "g" : NULL;
		struct str queue = queue_make(names[i], "MessageRetentionPeriod", "60");
		send_grouped(queue, "old", group, i ? "1" : NULL);
		now_ms += 30 * 1000;
		send_grouped(queue, "new", group, i ? "2" : NULL);
		now_ms += 30 * 1000 - 1;
		CHECK_STR(bodies(receive(queue, 0)), "old new ");
		now_ms += 1;
		CHECK_STR(bodies(receive(queue, 0)), "new ");
		now_ms += 30 * 1000;
		CHECK_STR(bodies(receive(queue, 0)), "");
		CHECK_INT(count(queue), 0);
	}
}

/* "A message is hidden for its visibility timeout": no longer, no shorter. */
static void test_visibility(void)
{
	struct str queue = queue_make("hidden", "VisibilityTimeout", "30");
	send_grouped(queue, "a", NULL, NULL);
	CHECK_STR(bodies(receive(queue, 43200)), "a ");
	now_ms += INT64_C(43200) * 1000 - 1;
	CHECK_STR(bodies(receive(queue, 30)), "");
	now_ms += 1;
	const struct sqs_message_list *again = receive(queue, 30);
	CHECK_STR(bodies(again), "a ");
	delete (queue, &again->v[0]);
	now_ms += 60 * 1000;
	CHECK_STR(bodies(receive(queue, 30)), "");
}

/* "Any messages sent with the same ID are accepted but not delivered during the 5-minute interval",
 * even after the first was received and deleted. */
static void test_deduplication(void)
{
	struct str queue = queue_make("once.fifo", "VisibilityTimeout", "30");
	struct str first = send_grouped(queue, "a", "g", "id");
	const struct sqs_message_list *got = receive(queue, 30);
	CHECK_STR(bodies(got), "a ");
	delete (queue, &got->v[0]);
	now_ms += 5 * 60 * 1000 - 1;
	struct str second = send_grouped(queue, "b", "other", "id");
	CHECK(str_eq(first, second));
	CHECK_STR(bodies(receive(queue, 30)), "");
	now_ms += 1;
	struct str third = send_grouped(queue, "c", "g", "id");
	CHECK(!str_eq(first, third));
	CHECK_STR(bodies(receive(queue, 30)), "c ");
}

/* "When you receive a message with a message group ID, no more messages for the same group are
 * returned unless you delete the message or it becomes visible". */
static void test_groups(void)
{
	struct str queue = queue_make("order.fifo", "ContentBasedDeduplication", "true");
	send_grouped(queue, "a1", "a", NULL);
	struct sqs_message held = receive(queue, 30)->v[0];
	send_grouped(queue, "a2", "a", NULL);
	send_grouped(queue, "b1", "b", NULL);
	CHECK_STR(bodies(receive(queue, 30)), "b1 ");
	now_ms += 30 * 1000;
	const struct sqs_message_list *all = receive(queue, 30);
	CHECK_INT(all->n, 3);
	struct str order = bodies(all);
	CHECK(str_find(order, STR("a1 ")) < str_find(order, STR("a2 ")));
	(void)held;
	for (size_t i = 0; i < all->n; i++)
		delete (queue, &all->v[i]);
	now_ms += 60 * 1000;
	CHECK_STR(bodies(receive(queue, 30)), "");
}

/* ---- each with a server of its own ---- */

static void (*body)(void);

static int remove_entry(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(name);
}

static void run_in_fiber(void *arg)
{
	static const struct service *const services[] = { &sqs_service, NULL };
	static void *states[1];
	(void)arg;
	server = (struct aws){
		.services = services, .states = states, .now_ms = test_now, .loop = loop
	};
	now_ms = INT64_C(1795000000000);
	char folder[] = "/tmp/samovar-queue-XXXXXX", path[96];
	CHECK(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/store.db", folder);
	CHECK_INT(store_open(path, STORE_MEMORY, &server.store), 0);
	CHECK_INT(sqs_service.start(&server, &states[0]), 0);
	body();
	sqs_service.stop(&server, states[0]);
	states[0] = NULL;
	aws_fini(&server);
	store_close(server.store);
	CHECK_INT(nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
	arena_fini(&arena);
	loop_stop(loop);
}

#define IN_FIBER(name) \
	static void name##_(void) \
	{ \
		body = name; \
		CHECK_INT(fiber_start(run_in_fiber, NULL), 0); \
		loop_run(loop); \
	}

IN_FIBER(test_retention)
IN_FIBER(test_visibility)
IN_FIBER(test_deduplication)
IN_FIBER(test_groups)

static const struct test tests[] = {
	{ "retention", test_retention_ },
	{ "visibility", test_visibility_ },
	{ "deduplication", test_deduplication_ },
	{ "order in groups", test_groups_ },
};

int main(int argc, char **argv)
{
	if (loop_create(&loop) < 0) {
		printf("Bail out! no loop\n");
		return 1;
	}
	int failed = check_main(tests, COUNT_OF(tests), argc, argv);
	loop_destroy(loop);
	return failed;
}
