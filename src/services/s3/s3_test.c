/* Checksums, ranges, names and times: what S3's operations are made of. */
#include "base/encode.h"
#include "services/s3/lifecycle.h"
#include "services/s3/policies.h"
#include "tests/check.h"

static struct str checksum_of(
	struct arena *arena, enum checksum_kind kind, const char *text, size_t piece)
{
	struct checksum c;
	unsigned char digest[CHECKSUM_BYTES_MAX];
	char hex[2 * CHECKSUM_BYTES_MAX + 1];
	checksum_init(&c, kind);
	for (size_t at = 0, n = strlen(text); at < n; at += piece)
		checksum_update(&c, text + at, MIN(piece, n - at));
	checksum_final(&c, digest);
	checksum_fini(&c);
	hex_encode(digest, checksum_bytes(kind), hex);
	return arena_str(arena, str_c(hex));
}

/* The check values of the catalogue of CRC algorithms, and FIPS 180's example. */
static void test_checksums(void)
{
	struct arena arena = { 0 };
	for (size_t piece = 1; piece < 10; piece++) {
		CHECK_STR(checksum_of(&arena, CHECKSUM_CRC32, "123456789", piece), "cbf43926");
		CHECK_STR(checksum_of(&arena, CHECKSUM_CRC32C, "123456789", piece), "e3069283");
		CHECK_STR(checksum_of(&arena, CHECKSUM_CRC64NVME, "123456789", piece),
			"ae8b14860a799888");
		CHECK_STR(checksum_of(&arena, CHECKSUM_SHA1, "abc", piece),
			"a9993e364706816aba3e25717850c26c9cd0d89d");
	}
	arena_fini(&arena);
}

static void test_combined(void)
{
	static const enum checksum_kind kinds[] = { CHECKSUM_CRC32, CHECKSUM_CRC32C,
		CHECKSUM_CRC64NVME };
	const char *text = "the quick brown fox jumps over the lazy dog, twice";
	for (size_t k = 0; k < COUNT_OF(kinds); k++)
		for (size_t cut = 0; cut <= strlen(text); cut++) {
			unsigned char a[CHECKSUM_BYTES_MAX], b[CHECKSUM_BYTES_MAX],
				whole[CHECKSUM_BYTES_MAX];
			struct checksum c;
			checksum_init(&c, kinds[k]);
			checksum_update(&c, text, cut);
			checksum_final(&c, a);
			checksum_init(&c, kinds[k]);
			checksum_update(&c, text + cut, strlen(text) - cut);
			checksum_final(&c, b);
			checksum_init(&c, kinds[k]);
			checksum_update(&c, text, strlen(text));
			checksum_final(&c, whole);
			checksum_combine(kinds[k], a, b, strlen(text) - cut);
			CHECK(memcmp(a, whole, checksum_bytes(kinds[k])) == 0);
		}
}

static void test_ranges(void)
{
	static const struct {
		const char *text;
		uint64_t size;
		enum range_result result;
		uint64_t first, length;
	} rows[] = {
		{ "bytes=0-0", 10, RANGE_OK, 0, 1 },
		{ "bytes=0-", 10, RANGE_OK, 0, 10 },
		{ "bytes=9-100", 10, RANGE_OK, 9, 1 },
		{ "bytes=-3", 10, RANGE_OK, 7, 3 },
		{ "bytes=-30", 10, RANGE_OK, 0, 10 },
		{ "bytes=3-99999999999999999999999", 10, RANGE_OK, 3, 7 },
		{ "bytes=10-", 10, RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=-0", 10, RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=0-0", 0, RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=5-4", 10, RANGE_NONE, 0, 0 },
		{ "bytes=0-1,3-4", 10, RANGE_NONE, 0, 0 },
		{ "bytes=-", 10, RANGE_NONE, 0, 0 },
		{ "bytes=a-b", 10, RANGE_NONE, 0, 0 },
		{ "lines=1-2", 10, RANGE_NONE, 0, 0 },
		{ "", 10, RANGE_NONE, 0, 0 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint64_t first = 0, length = 0;
		CHECK_INT(range_parse(str_c(rows[i].text), rows[i].size, &first, &length),
			rows[i].result);
		CHECK_INT(first, rows[i].first);
		CHECK_INT(length, rows[i].length);
	}
}

static void test_bucket_names(void)
{
	static const char *const good[] = { "abc", "a.b", "log-delivery-march-2020", "1-2-3",
		"a23456789012345678901234567890123456789012345678901234567890123" };
	static const char *const bad[] = { "ab", "", "Abc", "a_b", ".abc", "abc-", "a..b",
		"192.168.5.4", "xn--abc", "sthree-x", "abc-s3alias", "abc--ol-s3",
		"a234567890123456789012345678901234567890123456789012345678901234", "a b c" };
	for (size_t i = 0; i < COUNT_OF(good); i++)
		CHECK(bucket_name_is_valid(str_c(good[i])));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		CHECK(!bucket_name_is_valid(str_c(bad[i])));
}

/* "an object created at 1/15/2014 10:30 AM UTC and 3 days: expires at 1/19/2014 00:00 UTC" */
static void test_expiry_is_at_midnight(void)
{
	CHECK_INT(lifecycle_due_ms(1389781800000, 3, 86400000), 1390089600000);
}

static void test_rules_match(void)
{
	struct s3_tag tags[] = { { STR("a"), STR("1") }, { STR("b"), STR("2") } };
	struct s3_object_record record = { .size = OPT_I64(100), .tags = { tags, 2 } };
	struct s3_lifecycle_rule_filter filter = { .prefix = STR("logs/") };
	struct s3_lifecycle_rule rule = { .status = STR("Enabled"), .filter = &filter };
	CHECK(lifecycle_matches(&rule, STR("logs/x"), &record));
	CHECK(!lifecycle_matches(&rule, STR("log"), &record));
	filter = (struct s3_lifecycle_rule_filter){ .tag = &tags[1] };
	CHECK(lifecycle_matches(&rule, STR("x"), &record));
	record.tags.n = 1;
	CHECK(!lifecycle_matches(&rule, STR("x"), &record));
	filter = (struct s3_lifecycle_rule_filter){ .object_size_greater_than = OPT_I64(100) };
	CHECK(!lifecycle_matches(&rule, STR("x"), &record));
	filter = (struct s3_lifecycle_rule_filter){ .object_size_less_than = OPT_I64(101) };
	CHECK(lifecycle_matches(&rule, STR("x"), &record));
	rule.status = STR("Disabled");
	CHECK(!lifecycle_matches(&rule, STR("x"), &record));
}

/* "The meaning of public": the guide's own examples, and their opposites. */
static void test_public_policies(void)
{
	static const struct {
		const char *principal, *condition;
		bool is_public;
	} rows[] = {
		{ "\"Principal\":\"*\"", "", true },
		{ "\"Principal\":{\"AWS\":\"*\"}", "", true },
		{ "\"Principal\":{\"AWS\":[\"111122223333\",\"*\"]}", "", true },
		{ "\"NotPrincipal\":{\"AWS\":\"111122223333\"}", "", true },
		{ "\"Principal\":{\"AWS\":\"111122223333\"}", "", false },
		{ "\"Principal\":\"*\"", "{\"StringLike\":{\"aws:SourceVpc\":\"vpc-*\"}}", true },
		{ "\"Principal\":\"*\"", "{\"StringEquals\":{\"aws:SourceVpc\":\"vpc-91237329\"}}",
			false },
		{ "\"Principal\":\"*\"", "{\"IpAddress\":{\"aws:SourceIp\":\"0.0.0.0/1\"}}", true },
		{ "\"Principal\":\"*\"",
			"{\"IpAddress\":{\"aws:SourceIp\":[\"10.0.0.0/8\",\"2001::/16\"]}}", true },
		{ "\"Principal\":\"*\"", "{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}",
			false },
		{ "\"Principal\":\"*\"", "{\"NotIpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}",
			true },
		{ "\"Principal\":\"*\"", "{\"StringEquals\":{\"aws:UserAgent\":\"me\"}}", true },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char text[400];
		snprintf(text, sizeof text,
			"{\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\"},"
			"{\"Effect\":\"Allow\",%s%s%s}]}",
			rows[i].principal, rows[i].condition[0] ? ",\"Condition\":" : "",
			rows[i].condition);
		CHECK_INT(s3_policy_is_public(str_c(text)), rows[i].is_public);
	}
	CHECK(!s3_policy_is_public(STR("[")));
}

static const struct test tests[] = {
	{ "checksums have their check values", test_checksums },
	{ "CRCs of parts combine to that of the whole", test_combined },
	{ "ranges", test_ranges },
	{ "bucket names", test_bucket_names },
	{ "expiry is at the midnight after", test_expiry_is_at_midnight },
	{ "lifecycle filters", test_rules_match },
	{ "which policies are public", test_public_policies },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
