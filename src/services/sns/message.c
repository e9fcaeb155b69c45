/* Messages: their checks, and what each protocol gets of them (API Reference, Publish). */
#include "aws/hash.h"
#include "aws/tree.h"
#include "base/clock.h"
#include "base/random.h"
#include "services/sns/publication.h"

#define REFUSE(...) \
	call_refuse(call, why, &sns_invalid_parameter_exception, "Invalid parameter: " __VA_ARGS__)
#define REFUSE_VALUE(...) \
	call_refuse(call, why, &sns_invalid_parameter_value_exception, __VA_ARGS__)

/* ---- attributes ---- */

/* "The name can contain A-Z, a-z, 0-9, underscore, hyphen, and period; must not start or end with a
 * period, nor have periods in succession." */
static bool is_attribute_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '_' || c == '-' || c == '.'))
			return false;
		if (c == '.' && (i == 0 || i + 1 == s.n || s.p[i + 1] == '.'))
			return false;
	}
	/* Reserved, but for those that have a meaning for telephones and mobile applications. */
	bool is_reserved = (str_starts_ci(s, STR("aws.")) || str_starts_ci(s, STR("amazon."))) &&
			   !str_starts(s, STR("AWS.SNS.")) && !str_starts(s, STR("AWS.MM."));
	return s.n >= 1 && s.n <= SNS_ATTRIBUTE_NAME_BYTES_MAX && !is_reserved;
}

/* "String.Array: a JSON array of strings, numbers, true, false and null." */
static bool is_array(struct call *call, struct str text)
{
	yyjson_alc alc = tree_alc(call->arena);
	yyjson_doc *doc = yyjson_read_opts((char *)text.p, text.n, 0, &alc, NULL);
	yyjson_val *root = yyjson_doc_get_root(doc), *one;
	size_t i, n;
	if (!yyjson_is_arr(root))
		return false;
	yyjson_arr_foreach(root, i, n, one) if (yyjson_is_ctn(one)) return false;
	return true;
}

static int check_attribute(
	struct call *call, const struct sns_message_attribute_map_entry *a, struct refusal *why)
{
	struct str type = a->value.data_type, rest = type, kind = { 0 };
	const struct sns_message_attribute_value *v = &a->value;
	double number;
	if (!is_attribute_name(a->key))
		return REFUSE_VALUE("Invalid message attribute name: %.*s", STR_ARG(a->key));
	if (!type.n)
		return REFUSE_VALUE("The message attribute '%.*s' must contain non-empty message "
				    "attribute type.",
			STR_ARG(a->key));
	str_cut(&rest, '.', &kind);
	bool is_binary = str_is(kind, "Binary"), is_number = str_is(kind, "Number");
	if (!is_binary && !is_number && !str_is(kind, "String"))
		return REFUSE_VALUE(
			"The message attribute '%.*s' has an invalid message attribute "
			"type, the set of supported type prefixes is Binary, Number, and "
			"String.",
			STR_ARG(a->key));
	if (is_binary ? !v->binary_value.n : !v->string_value.n)
		return REFUSE_VALUE("The message attribute '%.*s' must contain non-empty message "
				    "attribute value for message attribute type '%.*s'.",
			STR_ARG(a->key), STR_ARG(type));
	if (is_binary ? v->string_value.n > 0 : v->binary_value.n > 0)
		return REFUSE_VALUE("The message attribute '%.*s' has a value of another type than "
				    "'%.*s'.",
			STR_ARG(a->key), STR_ARG(type));
	if (is_number && str_to_f64(v->string_value, &number) < 0)
		return REFUSE_VALUE("Could not cast message attribute '%.*s' value to number.",
			STR_ARG(a->key));
	if (str_is(type, "String.Array") && !is_array(call, v->string_value))
		return REFUSE_VALUE("The message attribute '%.*s' of type 'String.Array' must be a "
				    "JSON array of strings, numbers, true, false or null.",
			STR_ARG(a->key));
	return 0;
}

size_t publication_bytes(const struct publication_input *in)
{
	size_t n = in->message.n;
	for (size_t i = 0; i < in->attributes.n; i++) {
		const struct sns_message_attribute_map_entry *a = &in->attributes.v[i];
		n += a->key.n + a->value.data_type.n + a->value.string_value.n +
		     a->value.binary_value.n;
	}
	return n;
}

/* ---- the rest ---- */

/* "Subjects must be UTF-8 text with no line breaks or control characters, and less than 100
 * characters long." */
static bool is_subject(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 127)
			return false;
	return s.n && str_is_utf8(s) && str_utf8_length(s) <= SNS_SUBJECT_MAX;
}

/* "alphanumeric characters and punctuation" */
static bool is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n >= 1 && s.n <= SNS_TOKEN_BYTES_MAX;
}

static int check_fifo(struct call *call, const struct topic *t, const struct publication_input *in,
	struct refusal *why)
{
	bool is_fifo = t && t->r.is_fifo.v;
	if (in->group.p && !is_token(in->group))
		return REFUSE("MessageGroupId Reason: The MessageGroupId can only include "
			      "alphanumeric and punctuation characters, 1 to 128 in length.");
	if (in->dedup.p && !is_token(in->dedup))
		return REFUSE(
			"MessageDeduplicationId Reason: The MessageDeduplicationId can only "
			"include alphanumeric and punctuation characters, 1 to 128 in length.");
	if (!is_fifo && in->dedup.p)
		return REFUSE("MessageDeduplicationId Reason: The request includes "
			      "MessageDeduplicationId parameter that is not valid for this topic "
			      "type");
	if (is_fifo && !in->group.p)
		return REFUSE("The MessageGroupId parameter is required for FIFO topics");
	if (is_fifo && !in->dedup.p && !t->r.content_dedup.v)
		return REFUSE("The topic should either have ContentBasedDeduplication enabled or "
			      "MessageDeduplicationId provided explicitly");
	return 0;
}

static int read_structure(struct call *call, struct publication *p, struct refusal *why)
{
	yyjson_alc alc = tree_alc(call->arena);
	if (!p->in.structure.n)
		return 0;
	if (!str_is(p->in.structure, "json"))
		return REFUSE("MessageStructure");
	yyjson_doc *doc = yyjson_read_opts((char *)p->in.message.p, p->in.message.n, 0, &alc, NULL);
	p->structure = yyjson_doc_get_root(doc);
	if (!yyjson_is_obj(p->structure))
		return REFUSE("Message Structure - JSON message body failed to parse");
	if (!yyjson_is_str(yyjson_obj_get(p->structure, "default")))
		return REFUSE("Message Structure - No default entry in JSON message body");
	return 0;
}

int publication_init(struct call *call, const struct topic *t, const struct publication_input *in,
	struct publication *p, struct refusal *why)
{
	char id[UUID_LENGTH + 1];
	*p = (struct publication){ .in = *in };
	if (!in->message.n)
		return REFUSE("Empty message");
	if (!str_is_utf8(in->message))
		return REFUSE("Message Reason: not UTF-8");
	if (publication_bytes(in) > SNS_MESSAGE_BYTES_MAX)
		return REFUSE("Message too long");
	if (in->subject.p && !is_subject(in->subject))
		return REFUSE("Subject");
	if (check_fifo(call, t, in, why) < 0 || read_structure(call, p, why) < 0)
		return -1;
	for (size_t i = 0; i < in->attributes.n; i++)
		if (check_attribute(call, &in->attributes.v[i], why) < 0)
			return -1;
	if (t && t->r.is_fifo.v && !in->dedup.p) {
		char *hex = arena_alloc(call->arena, 2 * SHA256_BYTES + 1);
		sha256_hex(in->message, hex);
		p->in.dedup = (struct str){ hex, 2 * SHA256_BYTES };
	}
	random_uuid(id);
	p->id = arena_str(call->arena, str_c(id));
	p->timestamp = timestamp_of(call, call->now_ms);
	return 0;
}

struct str publication_text(const struct publication *p, struct str protocol)
{
	if (!p->structure)
		return p->in.message;
	yyjson_val *v = yyjson_obj_getn(p->structure, protocol.p, protocol.n);
	if (!yyjson_is_str(v))
		v = yyjson_obj_get(p->structure, "default");
	return (struct str){ yyjson_get_str(v), yyjson_get_len(v) };
}

struct str timestamp_of(struct call *call, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];
	size_t n = clock_format_iso(ms / 1000 * 1000, text);
	return arena_printf(call->arena, "%.*s.%03dZ", (int)n - 1, text, (int)(ms % 1000));
}

struct str signature_version(const struct topic *t)
{
	return t->r.signature_version.n ? t->r.signature_version : STR("1");
}
