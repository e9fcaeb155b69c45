/* The event of messages, filters over it, and answers with batchItemFailures. */
#include "services/lambda/mapping.h"
#include "tests/check.h"
#include <errno.h>

static struct arena arena;

static struct sqs_message message(const char *id, const char *body)
{
	return (struct sqs_message){ .message_id = str_c(id),
		.receipt_handle = STR("h"),
		.md5_of_body = STR("m"),
		.body = str_c(body) };
}

static void test_record(void)
{
	struct buf b = { 0 };
	struct sqs_message m = message("1", "a \"b\"");
	mapping_event_record(&b, &m, STR("arn:aws:sqs:us-east-1:000000000000:q"), STR("us-east-1"));
	CHECK_STR(buf_view(&b), "{\"messageId\":\"1\",\"receiptHandle\":\"h\",\"body\":\"a "
				"\\\"b\\\"\",\"attributes\":{},\"messageAttributes\":{},"
				"\"md5OfBody\":\"m\",\"eventSource\":\"aws:sqs\","
				"\"eventSourceARN\":\"arn:aws:sqs:us-east-1:000000000000:q\","
				"\"awsRegion\":\"us-east-1\"}");
	buf_fini(&b);
}

static bool wants(const char *filter, const char *body)
{
	struct pattern *pattern;
	struct str why;
	struct sqs_message m = message("1", body);
	if (pattern_compile(&arena, str_c(filter), &pattern, &why) < 0)
		return false;
	bool wanted = mapping_wants(&arena, &pattern, 1, &m, STR("arn"), STR("us-east-1"));
	arena_fini(&arena);
	return wanted;
}

/* Developer Guide, "Properly filtering Amazon SQS messages": the table of message and pattern. */
static void test_filters(void)
{
	CHECK(wants("{\"body\": [\"text\"]}", "text"));
	CHECK(!wants("{\"body\": [\"text\"]}", "other"));
	CHECK(!wants("{\"body\": {\"a\": [1]}}", "text"));
	CHECK(wants("{\"body\": {\"a\": [1]}}", "{\"a\": 1}"));
	CHECK(!wants("{\"body\": {\"a\": [1]}}", "{\"a\": 2}"));
	CHECK(!wants("{\"body\": [\"text\"]}", "{\"a\": 1}"));
	CHECK(wants("{\"awsRegion\": [\"us-east-1\"]}", "{not json"));
	struct sqs_message m = message("1", "x");
	CHECK(mapping_wants(&arena, NULL, 0, &m, STR("arn"), STR("us-east-1")));
}

static int failures(const char *answer, bool failed[2])
{
	static const struct str ids[] = { STR_INIT("a"), STR_INIT("b") };
	int r = mapping_failures(&arena, str_c(answer), ids, 2, failed);
	arena_fini(&arena);
	return r;
}

/* Developer Guide, "Success and failure conditions". */
static void test_failures(void)
{
	static const char *const all_good[] = { "", "null", "{}", "{\"batchItemFailures\": []}",
		"{\"batchItemFailures\": null}" };
	static const char *const all_bad[] = { "\"text\"", "no json",
		"{\"batchItemFailures\": [{\"itemIdentifier\": \"\"}]}",
		"{\"batchItemFailures\": [{\"itemIdentifier\": null}]}",
		"{\"batchItemFailures\": [{\"wrong\": \"a\"}]}",
		"{\"batchItemFailures\": [{\"itemIdentifier\": \"c\"}]}" };
	bool failed[2];
	for (size_t i = 0; i < COUNT_OF(all_good); i++) {
		CHECK_INT(failures(all_good[i], failed), 0);
		CHECK(!failed[0] && !failed[1]);
	}
	for (size_t i = 0; i < COUNT_OF(all_bad); i++)
		CHECK_INT(failures(all_bad[i], failed), -EINVAL);
	CHECK_INT(failures("{\"batchItemFailures\": [{\"itemIdentifier\": \"b\"}]}", failed), 0);
	CHECK(!failed[0] && failed[1]);
}

static void test_traces(void)
{
	struct str a = STR("Root=1-a"), b = STR("Root=1-b"), none = STR("");
	struct engine_invocation in = { 0 };
	mapping_trace(&arena, &in, (struct str[]){ none, a, none, a }, 4);
	CHECK_STR(in.trace_id, "Root=1-a");
	mapping_trace(&arena, &in, (struct str[]){ a, b, a, none, b }, 5);
	CHECK_STR(in.trace_id, "");
	CHECK_INT(in.link_count, 2);
	CHECK_STR(in.links[1], "Root=1-b");
	mapping_trace(&arena, &in, (struct str[]){ none }, 1);
	CHECK_STR(in.trace_id, "");
	CHECK_INT(in.link_count, 0);
}

static const struct test tests[] = {
	{ "record", test_record },
	{ "filters", test_filters },
	{ "failures", test_failures },
	{ "traces of a batch", test_traces },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
