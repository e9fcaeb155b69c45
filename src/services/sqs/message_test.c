/* Messages, receipt handles and ARNs: the parts of SQS that need no server. */
#include "services/sqs/message.h"
#include "services/sqs/internal.h"
#include "services/sqs/limits.h"
#include "tests/check.h"

static struct arena arena;

static struct refusal check_of(const struct message_input *in)
{
	struct refusal why = { NULL, { 0 } };
	if (message_check(&arena, in, &why) == 0)
		CHECK(!why.error);
	return why;
}

static struct refusal check_body(struct str body)
{
	return check_of(&(struct message_input){ .body = body });
}

/* SendMessage: "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF". */
static void test_bodies(void)
{
	static const char *const good[] = { "x", "\t\n\r ~", "\xed\x9f\xbf", "\xee\x80\x80",
		"\xef\xbf\xbd", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf" };
	static const char *const bad[] = { "\x01", "a\x1f", "\x0b", "\xef\xbf\xbe", "\xef\xbf\xbf",
		"\xff" };
	for (size_t i = 0; i < COUNT_OF(good); i++)
		CHECK(!check_body(str_c(good[i])).error);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		CHECK(check_body(str_c(bad[i])).error == &sqs_invalid_message_contents);
	CHECK(check_body(STR("a\0b")).error == &sqs_invalid_message_contents);
	CHECK(check_body(STR("")).error == &sqs_invalid_parameter_value_exception);
	struct refusal why = check_body((struct str){ 0 });
	CHECK(why.error == &sqs_missing_required_parameter_exception);
	CHECK_STR(why.message, "The request must contain the parameter MessageBody.");
}

static void test_delay(void)
{
	struct message_input in = { .body = STR("x"), .delay_seconds = OPT_I64(900) };
	CHECK(!check_of(&in).error);
	in.delay_seconds = OPT_I64(901);
	CHECK_STR(check_of(&in).message,
		"Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.");
	in.delay_seconds = OPT_I64(-1);
	CHECK(check_of(&in).error == &sqs_invalid_parameter_value_exception);
}

static bool attribute_is_good(const char *name, const struct sqs_message_attribute_value *value)
{
	struct sqs_message_body_attribute_map_entry e = { str_c(name), *value };
	return !check_of(&(struct message_input){ .body = STR("x"), .attributes = { &e, 1 } })
			.error;
}

static void test_attributes(void)
{
	const struct sqs_message_attribute_value text = { .data_type = STR("String"),
		.string_value = STR("v") };
	static const char *const bad_names[] = { "", ".a", "a.", "a..b", "a b", "AWS.x", "amazon.y",
		"\xc3\xa9" };
	CHECK(attribute_is_good("a.b-c_9", &text));
	for (size_t i = 0; i < COUNT_OF(bad_names); i++)
		CHECK(!attribute_is_good(bad_names[i], &text));
	CHECK(attribute_is_good(
		"n", &(struct sqs_message_attribute_value){
			     .data_type = STR("Number.float"), .string_value = STR("-1e10") }));
	CHECK(!attribute_is_good(
		"n", &(struct sqs_message_attribute_value){
			     .data_type = STR("Number"), .string_value = STR("one") }));
	CHECK(!attribute_is_good(
		"b", &(struct sqs_message_attribute_value){
			     .data_type = STR("Binary"), .string_value = STR("x") }));
	CHECK(!attribute_is_good(
		"x", &(struct sqs_message_attribute_value){
			     .data_type = STR("Strings"), .string_value = STR("x") }));
	CHECK(!attribute_is_good(
		"x", &(struct sqs_message_attribute_value){ .string_value = STR("x") }));
}

static void test_hashes(void)
{
	unsigned char md5[MD5_BYTES];
	struct sqs_message_body_attribute_map_entry e[] = {
		{ STR("b"), { .data_type = STR("Binary"), .binary_value = STR("\x01\x02") } },
		{ STR("a"), { .data_type = STR("String"), .string_value = STR("v") } },
	};
	md5_of(STR("hello"), md5);
	CHECK_STR(md5_hex(&arena, md5), "5d41402abc4b2a76b9719d911017c592");
	/* By name, each as length and bytes: name, type, 1 (text) or 2 (bytes), value. */
	md5_of(STR("\0\0\0\1a\0\0\0\6String\1\0\0\0\1v\0\0\0\1b\0\0\0\6Binary\2\0\0\0\2\x01\x02"),
		md5);
	struct str wanted = md5_hex(&arena, md5);
	CHECK(str_eq(
		message_attributes_md5(&arena, &(struct sqs_message_body_attribute_map){ e, 2 }),
		wanted));
	CHECK(!message_attributes_md5(&arena, &(struct sqs_message_body_attribute_map){ 0 }).p);
}

/* Up to 128 characters, alphanumeric and punctuation. */
static void test_tokens(void)
{
	char text[SQS_GROUP_BYTES_MAX + 1];
	memset(text, 'x', sizeof text);
	CHECK(message_token_is_valid(STR("aZ09!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")));
	CHECK(message_token_is_valid((struct str){ text, SQS_GROUP_BYTES_MAX }));
	CHECK(!message_token_is_valid((struct str){ text, SQS_GROUP_BYTES_MAX + 1 }));
	CHECK(!message_token_is_valid(STR("a b")));
	CHECK(!message_token_is_valid(STR("")));
	CHECK(!message_token_is_valid(STR("\xc3\xa9")));
}

static void test_stored_form(void)
{
	struct message_head head = { .receives = 7,
		.sent_ms = 1,
		.visible_ms = -2,
		.nonce = UINT64_MAX },
			    read;
	struct str value = message_value(&arena, &head, STR("record"));
	CHECK(message_head_read(value, &read));
	CHECK_INT(read.receives, 7);
	CHECK_INT(read.visible_ms, -2);
	CHECK(read.nonce == UINT64_MAX);
	CHECK_STR(message_rest(value), "record");
	CHECK(!message_head_read(STR("short"), &read));
	head.flags = MESSAGE_EXTERNAL;
	CHECK_INT(message_rest(message_value(&arena, &head, STR("record"))).n, 0);
}

static void test_handles(void)
{
	struct handle h = { 1, 2, 3, INT64_MAX, UINT64_MAX, STR("group") }, read;
	struct str text = handle_encode(&arena, &h);
	CHECK(str_starts(text, STR("AQEB")));
	CHECK_INT(handle_decode(&arena, text, &read), 0);
	CHECK(read.queue == 1 && read.space == 2 && read.visible_ms == 3 &&
		read.sequence == INT64_MAX);
	CHECK(read.nonce == UINT64_MAX);
	CHECK_STR(read.group, "group");
	CHECK(handle_decode(&arena, STR("AQEB"), &read) < 0);
	CHECK(handle_decode(&arena, STR("not base64!"), &read) < 0);
	CHECK(handle_decode(&arena, str_sub(text, 0, text.n - 1), &read) < 0);
	CHECK(handle_decode(&arena, STR(""), &read) < 0);
}

static void test_arns(void)
{
	struct queue_name n;
	CHECK_INT(arn_parse(STR("arn:aws:sqs:eu-west-1:000000000000:q.fifo"), &n), 0);
	CHECK_STR(n.account, "000000000000");
	CHECK_STR(n.region, "eu-west-1");
	CHECK_STR(n.name, "q.fifo");
	static const char *const bad[] = { "", "arn", "arn:aws:sns:eu-west-1:000000000000:q",
		"arn:aws:sqs:eu-west-1:1:q",
		"arn:aws:sqs:eu-west-1:000000000000:", "arn:aws:sqs:eu-west-1:000000000000:q:r",
		"x:aws:sqs:r:000000000000:q" };
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		CHECK(arn_parse(str_c(bad[i]), &n) < 0);
}

/* Messages sort by time, then by number: the order of receives. */
static void test_order_of_places(void)
{
	struct str a = place_standard(&arena, 5, 1000, 9), b = place_standard(&arena, 5, 1000, 10);
	struct str c = place_standard(&arena, 5, 70000, 1), other = place_standard(&arena, 6, 0, 0);
	CHECK(str_cmp(a, b) < 0 && str_cmp(b, c) < 0 && str_cmp(c, other) < 0);
	CHECK(str_starts(a, place_kind(&arena, 5, KIND_ENTRY)));
	CHECK(str_starts(a, place_prefix(&arena, 5)) &&
		!str_starts(other, place_prefix(&arena, 5)));
	struct str f = place_fifo(&arena, 5, STR("g"), 255),
		   g = place_fifo(&arena, 5, STR("g"), 256);
	CHECK(str_cmp(f, g) < 0 && str_cmp(g, place_fifo(&arena, 5, STR("ga"), 1)) < 0);
}

static const struct test tests[] = {
	{ "bodies", test_bodies },
	{ "delay", test_delay },
	{ "attributes", test_attributes },
	{ "hashes", test_hashes },
	{ "tokens", test_tokens },
	{ "stored form", test_stored_form },
	{ "handles", test_handles },
	{ "arns", test_arns },
	{ "order of places", test_order_of_places },
};

int main(int argc, char **argv)
{
	int r = check_main(tests, COUNT_OF(tests), argc, argv);
	arena_fini(&arena);
	return r;
}
