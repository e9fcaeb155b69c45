/* Messages: their checks, their hashes, and their form in the store. */
#include "services/sqs/message.h"
#include "base/encode.h"
#include "services/sqs/limits.h"
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

_Static_assert(sizeof(struct message_head) == 48, "the stored head");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the stored head is little-endian");

enum { MESSAGE_VERSION = 1 };

/* ---- hashes ---- */

static EVP_MD *md5_algorithm;
static pthread_once_t md5_once = PTHREAD_ONCE_INIT;

static void md5_fetch(void)
{
	md5_algorithm = EVP_MD_fetch(NULL, "MD5", NULL);
	assert(md5_algorithm);
}

static EVP_MD_CTX *md5_begin(void)
{
	pthread_once(&md5_once, md5_fetch);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	int ok = c && EVP_DigestInit_ex2(c, md5_algorithm, NULL);
	assert(ok);
	return c;
}

static void md5_end(EVP_MD_CTX *c, unsigned char out[MD5_BYTES])
{
	int ok = EVP_DigestFinal_ex(c, out, NULL);
	assert(ok);
	EVP_MD_CTX_free(c);
}

void md5_of(struct str bytes, unsigned char out[MD5_BYTES])
{
	EVP_MD_CTX *c = md5_begin();
	EVP_DigestUpdate(c, bytes.p, bytes.n);
	md5_end(c, out);
}

struct str md5_hex(struct arena *arena, const unsigned char md5[MD5_BYTES])
{
	char *p = arena_alloc(arena, 2 * MD5_BYTES + 1);
	hex_encode(md5, MD5_BYTES, p);
	return (struct str){ p, 2 * MD5_BYTES };
}

static void md5_part(EVP_MD_CTX *c, struct str s)
{
	unsigned char n[4] = { (unsigned char)(s.n >> 24), (unsigned char)(s.n >> 16),
		(unsigned char)(s.n >> 8), (unsigned char)s.n };
	EVP_DigestUpdate(c, n, sizeof n);
	EVP_DigestUpdate(c, s.p, s.n);
}

static int by_name(const void *a, const void *b)
{
	const struct sqs_message_body_attribute_map_entry *x = a, *y = b;
	return str_cmp(x->key, y->key);
}

struct str message_attributes_md5(
	struct arena *arena, const struct sqs_message_body_attribute_map *attributes)
{
	unsigned char md5[MD5_BYTES];
	if (!attributes->n)
		return (struct str){ 0 };
	size_t bytes = attributes->n * sizeof *attributes->v;
	struct sqs_message_body_attribute_map_entry *sorted = arena_alloc(arena, bytes);
	memcpy(sorted, attributes->v, bytes);
	qsort(sorted, attributes->n, sizeof *sorted, by_name);
	EVP_MD_CTX *c = md5_begin();
	for (size_t i = 0; i < attributes->n; i++) {
		const struct sqs_message_attribute_value *v = &sorted[i].value;
		bool is_binary = v->binary_value.p != NULL;
		md5_part(c, sorted[i].key);
		md5_part(c, v->data_type);
		EVP_DigestUpdate(c, is_binary ? "\2" : "\1", 1);
		md5_part(c, is_binary ? v->binary_value : v->string_value);
	}
	md5_end(c, md5);
	return md5_hex(arena, md5);
}

/* ---- checks ---- */

__attribute__((format(printf, 4, 5))) static int refuse(struct arena *arena, struct refusal *why,
	const struct error_shape *error, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	*why = (struct refusal){ error, arena_vprintf(arena, fmt, ap) };
	va_end(ap);
	return -1;
}

/*
 * The first character that XML 1.0 does not have, or 0 (SendMessage: "#x9 | #xA | #xD | #x20 to
 * #xD7FF | ..."). The text is UTF-8.
 */
static unsigned bad_character(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
			return c ? c : 0x10ffff + 1;
		if (c == 0xef && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0xbf &&
			(unsigned char)s.p[i + 2] >= 0xbe)
			return 0xffc0 | ((unsigned char)s.p[i + 2] & 0x3f);
	}
	return 0;
}

static int check_characters(struct arena *arena, struct str s, struct refusal *why)
{
	unsigned bad = bad_character(s);
	if (!bad && str_is_utf8(s))
		return 0;
	return refuse(arena, why, &sqs_invalid_message_contents,
		"Invalid binary character '#x%X' was found in the message body, the set of allowed "
		"characters is #x9 | #xA | "
		"#xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
		bad > 0x10ffff ? 0 : bad);
}

bool message_token_is_valid(struct str token)
{
	for (size_t i = 0; i < token.n; i++)
		if (token.p[i] <= ' ' || token.p[i] > '~')
			return false;
	return token.n >= 1 && token.n <= SQS_GROUP_BYTES_MAX;
}

static int check_attribute_name(struct arena *arena, struct str name, struct refusal *why)
{
	bool ok = name.n >= 1 && name.n <= SQS_ATTRIBUTE_NAME_BYTES_MAX && name.p[0] != '.' &&
		  name.p[name.n - 1] != '.';
	for (size_t i = 0; i < name.n && ok; i++) {
		char c = name.p[i];
		ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		     c == '_' || c == '-' || (c == '.' && name.p[i - 1] != '.');
	}
	if (ok && !str_starts_ci(name, STR("aws.")) && !str_starts_ci(name, STR("amazon.")))
		return 0;
	return refuse(arena, why, &sqs_invalid_parameter_value_exception,
		"Invalid message attribute name '%.*s'.", STR_ARG(name));
}

static int check_attribute(struct arena *arena, struct str name,
	const struct sqs_message_attribute_value *v, struct refusal *why)
{
	const struct error_shape *invalid = &sqs_invalid_parameter_value_exception;
	struct str rest = v->data_type, base = { 0 };
	double number;
	if (!v->data_type.n)
		return refuse(arena, why, invalid,
			"The message attribute '%.*s' must contain non-empty message attribute type.",
			STR_ARG(name));
	if (v->string_list_values.n || v->binary_list_values.n)
		return refuse(arena, why, &sqs_unsupported_operation,
			"Message attribute list values in SendMessage operation are not supported.");
	str_cut(&rest, '.', &base);
	bool is_binary = str_is(base, "Binary"), is_number = str_is(base, "Number");
	if (!is_binary && !is_number && !str_is(base, "String"))
		return refuse(arena, why, invalid,
			"The message attribute '%.*s' has an invalid message attribute type, the set of "
			"supported type prefixes is "
			"Binary, Number, and String.",
			STR_ARG(name));
	if (v->data_type.n > SQS_ATTRIBUTE_NAME_BYTES_MAX)
		return refuse(arena, why, invalid,
			"The length of the type of message attribute '%.*s' must be at most 256.",
			STR_ARG(name));
	struct str value = is_binary ? v->binary_value : v->string_value;
	if ((is_binary && v->string_value.p) || (!is_binary && v->binary_value.p))
		return refuse(arena, why, invalid,
			"The message attribute '%.*s' with type '%.*s' must use field '%s'.",
			STR_ARG(name), STR_ARG(base), is_binary ? "Binary" : "String");
	if (!value.n)
		return refuse(arena, why, invalid,
			"The message attribute '%.*s' must contain non-empty message attribute value for "
			"message attribute type "
			"'%.*s'.",
			STR_ARG(name), STR_ARG(base));
	if (is_number && str_to_f64(value, &number) < 0)
		return refuse(arena, why, invalid,
			"Could not cast message attribute '%.*s' value to number.", STR_ARG(name));
	return is_binary ? 0 : check_characters(arena, value, why);
}

static int check_system_attributes(
	struct arena *arena, const struct message_input *in, struct refusal *why)
{
	for (size_t i = 0; i < in->system_attributes.n; i++) {
		struct str name = in->system_attributes.v[i].key;
		const struct sqs_message_attribute_value *v = &in->system_attributes.v[i].value;
		if (!str_is(name, "AWSTraceHeader"))
			return refuse(arena, why, &sqs_invalid_parameter_value_exception,
				"Message system attribute name '%.*s' is invalid.", STR_ARG(name));
		if (!str_is(v->data_type, "String"))
			return refuse(arena, why, &sqs_invalid_parameter_value_exception,
				"The message system attribute 'AWSTraceHeader' must be of type 'String'.");
		if (check_attribute(arena, name, v, why) < 0)
			return -1;
	}
	return 0;
}

int message_check(struct arena *arena, const struct message_input *in, struct refusal *why)
{
	if (!in->body.p)
		return refuse(arena, why, &sqs_missing_required_parameter_exception,
			"The request must contain the parameter MessageBody.");
	if (!in->body.n)
		return refuse(arena, why, &sqs_invalid_parameter_value_exception,
			"Message body must not be empty.");
	if (check_characters(arena, in->body, why) < 0)
		return -1;
	if (in->delay_seconds.set &&
		(in->delay_seconds.v < 0 || in->delay_seconds.v > SQS_DELAY_SECONDS_MAX))
		return refuse(arena, why, &sqs_invalid_parameter_value_exception,
			"Value %lld for parameter DelaySeconds is invalid. Reason: DelaySeconds must be "
			">= 0 and <= 900.",
			(long long)in->delay_seconds.v);
	if (in->attributes.n > SQS_ATTRIBUTES_MAX)
		return refuse(arena, why, &sqs_invalid_parameter_value_exception,
			"Number of message attributes [%zu] exceeds the allowed maximum [10].",
			in->attributes.n);
	for (size_t i = 0; i < in->attributes.n; i++)
		if (check_attribute_name(arena, in->attributes.v[i].key, why) < 0 ||
			check_attribute(arena, in->attributes.v[i].key, &in->attributes.v[i].value,
				why) < 0)
			return -1;
	return check_system_attributes(arena, in, why);
}

size_t message_bytes(const struct message_input *in)
{
	size_t n = in->body.n;
	for (size_t i = 0; i < in->attributes.n; i++) {
		const struct sqs_message_attribute_value *v = &in->attributes.v[i].value;
		n += in->attributes.v[i].key.n + v->data_type.n + v->string_value.n +
		     v->binary_value.n;
	}
	return n;
}

/* ---- the stored form ---- */

struct str message_id_text(struct arena *arena, struct str id)
{
	char hex[2 * MESSAGE_ID_BYTES + 1];
	if (id.n != MESSAGE_ID_BYTES)
		return STR("");
	hex_encode(id.p, id.n, hex);
	return arena_printf(
		arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

bool message_head_read(struct str value, struct message_head *head)
{
	if (value.n < sizeof *head || value.p[0] != MESSAGE_VERSION)
		return false;
	memcpy(head, value.p, sizeof *head);
	return true;
}

struct str message_value(struct arena *arena, const struct message_head *head, struct str record)
{
	bool is_external = head->flags & MESSAGE_EXTERNAL;
	struct message_head stored = *head;
	stored.version = MESSAGE_VERSION;
	char *p = arena_alloc(arena, sizeof stored + record.n);
	memcpy(p, &stored, sizeof stored);
	if (is_external || !record.n)
		return (struct str){ p, sizeof stored };
	memcpy(p + sizeof stored, record.p, record.n);
	return (struct str){ p, sizeof stored + record.n };
}

struct str message_rest(struct str value)
{
	return str_from(value, sizeof(struct message_head));
}
