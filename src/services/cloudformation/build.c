/* From a resource's properties to an operation's input: names, texts and numbers, tags, documents.
 */
#include "aws/codec.h"
#include "aws/hash.h"
#include "aws/policy.h"
#include "base/encode.h"
#include "services/cloudformation/limits.h"
#include "services/cloudformation/types.h"
#include "api/cloudformation.h"
#include <ctype.h>
#include <errno.h>

bool cfn_has_word(const char *words, struct str word)
{
	struct str rest = str_c(words), item;
	while (rest.n && str_cut(&rest, ' ', &item))
		if (str_eq(item, word))
			return true;
	return false;
}

/* ---- names ---- */

struct str cfn_make_name(struct cfn_resource *r, size_t max, bool lower)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned char hash[SHA256_BYTES];
	char suffix[13] = { 0 };
	sha256(arena_printf(r->call->arena, "%.*s/%.*s/%lld", STR_ARG(r->stack_id),
		       STR_ARG(r->logical), (long long)r->operation),
		hash);
	for (size_t i = 0; i < 12; i++)
		suffix[i] = alphabet[hash[i] & 31];
	size_t room = max - 12 - 2,
	       stack_max = MAX(room / 2, room > r->logical.n ? room - r->logical.n : 0);
	struct str stack = str_sub(r->stack_name, 0, MIN(r->stack_name.n, stack_max));
	struct str logical = str_sub(r->logical, 0, MIN(r->logical.n, room - stack.n));
	char *name = arena_cstr(r->call->arena, arena_printf(r->call->arena, "%.*s-%.*s-%s",
							STR_ARG(stack), STR_ARG(logical), suffix));
	for (char *p = name; lower && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return str_c(name);
}

struct str cfn_property(struct cfn_resource *r, const char *name)
{
	return cfn_scalar(r->call->arena, cfn_get(r->properties, name));
}

struct str cfn_name(struct cfn_resource *r, const char *property, size_t max)
{
	r->physical = cfn_property(r, property);
	if (!r->physical.n)
		r->physical = cfn_make_name(r, max, false);
	return r->physical;
}

void cfn_attribute(struct cfn_resource *r, const char *name, struct str text)
{
	cfn_set(r->doc, r->attributes, name, cfn_string(r->doc, text));
}

value *cfn_pick(struct cfn_resource *r, const char *names)
{
	value *out = yyjson_mut_obj(r->doc), *key, *member;
	if (yyjson_mut_is_obj(r->properties))
		CFN_OBJECT_FOR(key, member, r->properties)
	if (cfn_has_word(names, cfn_text(key)))
		cfn_set_str(r->doc, out, cfn_text(key), cfn_copy(r->doc, member));
	return out;
}

void cfn_put(struct cfn_resource *r, value *object, const char *name, struct str text)
{
	if (text.p)
		cfn_set(r->doc, object, name, cfn_string(r->doc, text));
}

bool cfn_changed(struct cfn_resource *r, const char *name)
{
	return !cfn_equal(cfn_get(r->properties, name), cfn_get(r->before, name));
}

/* ---- policies of several ---- */

static int put_policies(struct cfn_resource *r, value *from, const char *targets, bool put_them,
	cfn_put_policy_fn *put)
{
	value *list = cfn_get(from, targets), *item;
	if (!yyjson_mut_is_arr(list))
		return 0;
	CFN_ARRAY_FOR(item, list)
	{
		if (put(r, cfn_text(item), put_them ? from : NULL) < 0)
			return -1;
	}
	return 0;
}

int cfn_policy_create(struct cfn_resource *r, const char *targets, cfn_put_policy_fn *put)
{
	r->physical = cfn_make_name(r, 128, false);
	cfn_attribute(r, "Id", r->physical);
	return put_policies(r, r->properties, targets, true, put);
}

int cfn_policy_update(struct cfn_resource *r, const char *targets, cfn_put_policy_fn *put)
{
	cfn_attribute(r, "Id", r->physical);
	if (cfn_changed(r, targets) && put_policies(r, r->before, targets, false, put) < 0)
		return -1;
	return put_policies(r, r->properties, targets, true, put);
}

int cfn_policy_remove(struct cfn_resource *r, const char *targets, cfn_put_policy_fn *put)
{
	return put_policies(r, r->properties, targets, false, put);
}

/* ---- tags ---- */

static void add_tag(struct cfn_resource *r, value *list, struct str key, value *v)
{
	value *tag, *item;
	CFN_ARRAY_FOR(item, list)
	if (str_eq(cfn_text(cfn_get(item, "Key")), key))
		return;
	tag = yyjson_mut_obj(r->doc);
	cfn_set(r->doc, tag, "Key", cfn_string(r->doc, key));
	cfn_set(r->doc, tag, "Value", cfn_string(r->doc, cfn_scalar(r->call->arena, v)));
	yyjson_mut_arr_append(list, tag);
}

value *cfn_all_tags(struct cfn_resource *r, value *own)
{
	value *list = yyjson_mut_arr(r->doc), *key, *item;
	if (yyjson_mut_is_obj(own))
		CFN_OBJECT_FOR(key, item, own)
	add_tag(r, list, cfn_text(key), item);
	if (yyjson_mut_is_arr(own))
		CFN_ARRAY_FOR(item, own)
	add_tag(r, list, cfn_text(cfn_get(item, "Key")), cfn_get(item, "Value"));
	if (yyjson_mut_is_arr(r->tags))
		CFN_ARRAY_FOR(item, r->tags)
	add_tag(r, list, cfn_text(cfn_get(item, "Key")), cfn_get(item, "Value"));
	return yyjson_mut_arr_size(list) ? list : NULL;
}

static bool has_tag(value *tags, value *key)
{
	value *item;
	if (tags)
		CFN_ARRAY_FOR(item, tags)
	if (cfn_equal(cfn_get(item, "Key"), key))
		return true;
	return false;
}

int cfn_change_tags(struct cfn_resource *r, const char *member, struct str id,
	const struct operation *tag, const struct operation *untag)
{
	value *now = cfn_all_tags(r, cfn_get(r->properties, "Tags")),
	      *old = cfn_get(r->before, "Tags"), *item, *gone = yyjson_mut_arr(r->doc),
	      *in = yyjson_mut_obj(r->doc);
	if (yyjson_mut_is_arr(old))
		CFN_ARRAY_FOR(item, old)
	if (!has_tag(now, cfn_get(item, "Key")))
		yyjson_mut_arr_append(gone, cfn_copy(r->doc, cfn_get(item, "Key")));
	cfn_put(r, in, member, id);
	cfn_set(r->doc, in, "TagKeys", gone);
	if (yyjson_mut_arr_size(gone) && cfn_call(r, untag, in, NULL) < 0)
		return -1;
	if (!now)
		return 0;
	in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, member, id);
	cfn_set(r->doc, in, "Tags", now);
	return cfn_call(r, tag, in, NULL);
}

/* ---- the input ---- */

struct shaping {
	struct cfn_resource *r;
	struct str why;
	int depth;
};

static value *shape_value(struct shaping *s, const struct shape *shape, value *v);

static const struct member *member_of(const struct shape *shape, struct str name)
{
	for (uint32_t i = 0; i < shape->member_count; i++)
		if (str_is(name, shape->members[i].name) ||
			str_is(name, shape->members[i].json_name) ||
			str_eq_ci(name, str_c(shape->members[i].name)))
			return &shape->members[i];
	return NULL;
}

static value *shape_structure(struct shaping *s, const struct shape *shape, value *v)
{
	value *out = yyjson_mut_obj(s->r->doc), *key, *item;
	if (!yyjson_mut_is_obj(v)) {
		s->why = arena_printf(s->r->call->arena,
			"expected type: JSONObject, found another (%s)", shape->name);
		return NULL;
	}
	CFN_OBJECT_FOR(key, item, v)
	{
		const struct member *m = member_of(shape, cfn_text(key));
		if (!m) {
			s->why = arena_printf(s->r->call->arena,
				"extraneous key [%.*s] is not permitted", STR_ARG(cfn_text(key)));
			return NULL;
		}
		value *got = shape_value(s, m->shape, item);
		if (!got)
			return NULL;
		cfn_set(s->r->doc, out, m->name, got);
	}
	return out;
}

static value *shape_list(struct shaping *s, const struct shape *shape, value *v)
{
	const struct shape *of = shape->members[0].shape;
	value *out = yyjson_mut_arr(s->r->doc), *key, *item;
	if (yyjson_mut_is_obj(v) && of->type == SHAPE_STRUCTURE && member_of(of, STR("Key"))) {
		CFN_OBJECT_FOR(key, item, v)
		{
			value *tag = yyjson_mut_obj(s->r->doc);
			cfn_set(s->r->doc, tag, "Key", cfn_string(s->r->doc, cfn_text(key)));
			cfn_set(s->r->doc, tag, "Value", cfn_copy(s->r->doc, item));
			yyjson_mut_arr_append(out, shape_value(s, of, tag));
		}
		return out;
	}
	if (!yyjson_mut_is_arr(v)) {
		value *got = shape_value(s, of, v);
		yyjson_mut_arr_append(out, got);
		return got ? out : NULL;
	}
	CFN_ARRAY_FOR(item, v)
	{
		value *got = shape_value(s, of, item);
		if (!got)
			return NULL;
		yyjson_mut_arr_append(out, got);
	}
	return out;
}

static value *shape_map(struct shaping *s, const struct shape *shape, value *v)
{
	value *out = yyjson_mut_obj(s->r->doc), *key, *item, *got;
	if (yyjson_mut_is_arr(v)) {
		CFN_ARRAY_FOR(item, v)
		{
			if (!(got = shape_value(
				      s, shape->members[1].shape, cfn_get(item, "Value"))))
				return NULL;
			cfn_set_str(s->r->doc, out, cfn_text(cfn_get(item, "Key")), got);
		}
		return out;
	}
	if (!yyjson_mut_is_obj(v)) {
		s->why = arena_printf(s->r->call->arena,
			"expected type: JSONObject, found another (%s)", shape->name);
		return NULL;
	}
	CFN_OBJECT_FOR(key, item, v)
	{
		if (!(got = shape_value(s, shape->members[1].shape, item)))
			return NULL;
		cfn_set_str(s->r->doc, out, cfn_text(key), got);
	}
	return out;
}

static value *shape_simple(struct shaping *s, const struct shape *shape, value *v)
{
	struct str text = cfn_scalar(s->r->call->arena, v);
	int64_t whole;
	double real;
	switch (shape->type) {
	case SHAPE_STRING:
	case SHAPE_ENUM:
		return cfn_string(s->r->doc, text.p ? text : cfn_json_write(s->r->call->arena, v));
	case SHAPE_INTEGER:
		if (yyjson_mut_is_str(v) && str_to_i64(text, &whole) == 0)
			return yyjson_mut_sint(s->r->doc, whole);
		break;
	case SHAPE_FLOAT:
		if (yyjson_mut_is_str(v) && str_to_f64(text, &real) == 0)
			return yyjson_mut_real(s->r->doc, real);
		break;
	case SHAPE_BOOLEAN:
		if (str_eq_ci(text, STR("true")) || str_eq_ci(text, STR("false")))
			return yyjson_mut_bool(s->r->doc, str_eq_ci(text, STR("true")));
		break;
	default:
		break;
	}
	return cfn_copy(s->r->doc, v);
}

static value *shape_value(struct shaping *s, const struct shape *shape, value *v)
{
	if (!v)
		return yyjson_mut_null(s->r->doc);
	if (++s->depth > CFN_DEPTH_MAX) {
		s->why = STR("the properties are nested too deeply");
		return NULL;
	}
	value *out = shape->type == SHAPE_STRUCTURE || shape->type == SHAPE_UNION
			     ? shape_structure(s, shape, v)
		     : shape->type == SHAPE_LIST ? shape_list(s, shape, v)
		     : shape->type == SHAPE_MAP  ? shape_map(s, shape, v)
						 : shape_simple(s, shape, v);
	s->depth--;
	return out;
}

int cfn_call_input(struct cfn_resource *r, const struct operation *op, value *input, void **out)
{
	struct call *call = r->call;
	struct shaping s = { .r = r };
	struct decode_error error = { "" };
	void *in = arena_zalloc(call->arena, op->input->size + 1);
	value *shaped = shape_structure(&s, op->input, input);
	if (!shaped)
		return fail(call, &cloudformation_validation_error,
			"Model validation failed (#: %.*s)", STR_ARG(s.why));
	if (json_decode(call->arena, op->input, cfn_json_write(call->arena, shaped), in, &error) <
		0)
		return fail(call, &cloudformation_validation_error,
			"Model validation failed (#: %s)", error.text);
	*out = in;
	return 0;
}

int cfn_call(struct cfn_resource *r, const struct operation *op, value *input, void **out)
{
	void *in, *result = arena_zalloc(r->call->arena, op->output->size + 1);
	if (cfn_call_input(r, op, input, &in) < 0 || call_inner_asked(r->call, op, in, result) < 0)
		return -1;
	if (out)
		*out = result;
	return 0;
}

struct making {
	struct cfn_resource *r;
	cfn_identify_fn *identify;
};

static int record_made(struct call *inner, void *arg)
{
	struct making *m = arg;
	if (m->identify && m->identify(m->r, inner) < 0)
		return -1;
	return m->r->made(m->r, inner);
}

int cfn_call_make(struct cfn_resource *r, const struct operation *op, value *input,
	cfn_identify_fn *identify, void **out)
{
	struct making m = { r, identify };
	void *in, *result = arena_zalloc(r->call->arena, op->output->size + 1);
	if (cfn_call_input(r, op, input, &in) < 0 ||
		call_inner_with(r->call, op, in, result, record_made, &m) < 0)
		return -1;
	*out = result;
	return 0;
}

/* The error's own name says it, whatever the service. */
static bool error_has(struct call *call, const char *const *words)
{
	const struct error_shape *error = call->error.shape;
	for (; error && *words; words++)
		if (str_find(str_c(error->name), str_c(*words)) >= 0 ||
			str_find(str_c(error->query_code), str_c(*words)) >= 0)
			return true;
	return false;
}

bool cfn_forgive_missing(struct call *call)
{
	static const char *const words[] = { "NotFound", "NoSuch", "NonExistent", "DoesNotExist",
		NULL };
	if (!error_has(call, words))
		return false;
	call->error = (struct call_error){ 0 };
	return true;
}

bool cfn_forgive_existing(struct call *call)
{
	static const char *const words[] = { "AlreadyExist", "ResourceConflict",
		"AlreadyOwnedByYou", "NameExists", NULL };
	if (!error_has(call, words))
		return false;
	call->error = (struct call_error){ 0 };
	return true;
}

int cfn_call_delete(struct cfn_resource *r, const struct operation *op, value *input)
{
	if (cfn_call(r, op, input, NULL) == 0)
		return 0;
	return cfn_forgive_missing(r->call) ? 0 : -1;
}
