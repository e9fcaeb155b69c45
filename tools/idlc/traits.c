/* The traits: where each may stand, and with which arguments. A trait that is not here is an error.
 */
#include "idlc.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/*
 * args: "name:type" for each named argument, or ":type" for the positional one; a '?' after the
 * type: optional. Types: s string, n number, b boolean, l list, a anything. targets: what a member
 * with it may point at.
 */
static const struct rule {
	const char *name;
	unsigned places;
	const char *args;
	unsigned targets;
} rules[] = {
	{ "service", ON_SERVICE, "sdkId:s endpointPrefix:s?", 0 },
	{ "sigv4", ON_SERVICE, "name:s", 0 },
	{ "awsJson1_0", ON_SERVICE, "", 0 },
	{ "awsJson1_1", ON_SERVICE, "", 0 },
	{ "awsQuery", ON_SERVICE, "", 0 },
	{ "restJson1", ON_SERVICE, "", 0 },
	{ "restXml", ON_SERVICE, "", 0 },
	{ "rpcv2Cbor", ON_SERVICE, "", 0 },
	{ "awsQueryCompatible", ON_SERVICE, "", 0 },
	{ "http", ON_OPERATION, "method:s uri:s code:n?", 0 },
	{ "action", ON_OPERATION, ":s", 0 },
	{ "resource", ON_OPERATION, ":s", 0 },
	{ "readonly", ON_OPERATION, "", 0 },
	{ "waits", ON_OPERATION, "", 0 },
	{ "internal", ON_OPERATION, "", 0 },
	{ "optionalAuth", ON_OPERATION, "", 0 },
	{ "auth", ON_OPERATION, ":l", 0 },
	{ "mixin", KIND_STRUCTURE | KIND_UNION, "", 0 },
	{ "error", KIND_STRUCTURE, ":s", 0 },
	{ "httpError", KIND_STRUCTURE, ":n", 0 },
	{ "awsQueryError", KIND_STRUCTURE, "code:s httpResponseCode:n", 0 },
	{ "documentation", ~0u, ":s", 0 },
	{ "required", ON_MEMBER, "", 0 },
	{ "length", ON_MEMBER | ON_ELEMENT | KIND_STRING | KIND_BLOB | KIND_LIST | KIND_MAP,
		"min:n? max:n?", KIND_STRING | KIND_BLOB | KIND_LIST | KIND_MAP },
	{ "range", ON_MEMBER | ON_ELEMENT | KINDS_NUMBER, "min:n? max:n?", KINDS_NUMBER },
	{ "pattern", ON_MEMBER | ON_ELEMENT | KIND_STRING, ":s", KIND_STRING },
	{ "uniqueItems", ON_MEMBER | KIND_LIST, "", KIND_LIST },
	{ "jsonName", ON_MEMBER, ":s", ~0u },
	{ "xmlName", ON_MEMBER | ON_ELEMENT | KINDS_AGGREGATE, ":s", ~0u },
	{ "xmlFlattened", ON_MEMBER, "", KIND_LIST | KIND_MAP },
	{ "xmlAttribute", ON_MEMBER, "",
		KINDS_TEXT | KINDS_NUMBER | KIND_BOOLEAN | KIND_TIMESTAMP },
	{ "xmlNamespace", ON_SERVICE | ON_MEMBER | KINDS_AGGREGATE, "uri:s prefix:s?", ~0u },
	{ "httpHeader", ON_MEMBER, ":s",
		KINDS_TEXT | KINDS_NUMBER | KIND_BOOLEAN | KIND_TIMESTAMP | KIND_LIST },
	{ "httpPrefixHeaders", ON_MEMBER, ":s", KIND_MAP },
	{ "httpQuery", ON_MEMBER, ":s",
		KINDS_TEXT | KINDS_NUMBER | KIND_BOOLEAN | KIND_TIMESTAMP | KIND_LIST },
	{ "httpQueryParams", ON_MEMBER, "", KIND_MAP },
	{ "httpLabel", ON_MEMBER, "", KINDS_TEXT | KINDS_NUMBER | KIND_BOOLEAN | KIND_TIMESTAMP },
	{ "httpPayload", ON_MEMBER, "",
		KINDS_TEXT | KIND_BLOB | KIND_DOCUMENT | KINDS_AGGREGATE | KIND_LIST | KIND_MAP },
	{ "httpResponseCode", ON_MEMBER, "", KINDS_INTEGER },
	{ "timestampFormat", ON_MEMBER | ON_ELEMENT | KIND_TIMESTAMP, ":s", KIND_TIMESTAMP },
	{ "streaming", ON_MEMBER | KIND_BLOB | KIND_UNION, "", KIND_BLOB | KIND_UNION },
	{ "idempotencyToken", ON_MEMBER, "", KIND_STRING },
	{ "sensitive", ~0u & ~(ON_SERVICE | ON_OPERATION | ON_ENUM_VALUE), "", ~0u },
	{ "hostLabel", ON_MEMBER, "", KIND_STRING },
	{ "default", ON_MEMBER, ":a", ~0u },
	{ "enumValue", ON_ENUM_VALUE, ":a", 0 },
};

static bool is_type(const struct value *v, char type)
{
	switch (type) {
	case 's':
		return v->type == VALUE_STRING;
	case 'n':
		return v->type == VALUE_NUMBER;
	case 'b':
		return v->type == VALUE_BOOL;
	case 'l':
		return v->type == VALUE_LIST;
	default:
		return true;
	}
}

/* One "name:type?" of a rule. */
static void check_arg(struct model *m, const struct trait *t, struct str spec)
{
	ssize_t colon = str_index(spec, ':');
	struct str name = str_sub(spec, 0, (size_t)colon);
	char key[32] = "";
	memcpy(key, name.p, MIN(name.n, sizeof key - 1));
	const struct value *v = trait_arg(t, name.n ? key : NULL);
	bool optional = str_ends(spec, STR("?"));
	if (!v && !optional)
		model_error(m, t->line, "@%.*s needs %s%s", STR_ARG(t->name),
			name.n ? "the argument " : "one argument", key);
	if (v && !is_type(v, spec.p[colon + 1]))
		model_error(m, t->line, "@%.*s: %s is of the wrong type", STR_ARG(t->name),
			name.n ? key : "its argument");
}

static bool is_known_arg(const char *args, const struct field *f)
{
	struct str rest = str_c(args), spec;
	while (*args && str_cut(&rest, ' ', &spec)) {
		size_t n = (size_t)str_index(spec, ':');
		if (f->name.p ? str_eq(str_sub(spec, 0, n), f->name) : n == 0)
			return true;
	}
	return false;
}

static void check_value(struct model *m, const struct trait *t)
{
	static const struct {
		const char *trait, *values;
	} closed[] = {
		{ "error", "client server" },
		{ "timestampFormat", "epoch-seconds date-time http-date" },
	};
	const struct value *v = trait_arg(t, NULL);
	for (size_t i = 0; v && i < COUNT_OF(closed); i++) {
		struct str rest = str_c(closed[i].values), one;
		bool found = !str_is(t->name, closed[i].trait);
		while (!found && str_cut(&rest, ' ', &one))
			found = str_eq(one, v->text);
		if (!found)
			model_error(m, t->line, "@%.*s is one of: %s", STR_ARG(t->name),
				closed[i].values);
	}
	const struct value *min = trait_arg(t, "min"), *max = trait_arg(t, "max");
	if (min && max && min->number > max->number)
		model_error(m, t->line, "@%.*s: min is greater than max", STR_ARG(t->name));
	if (str_is(t->name, "httpError") && v && (v->number < 400 || v->number > 599))
		model_error(m, t->line, "@httpError is a status from 400 to 599");
}

/* The options are those of src/aws/validate.c. */
static void check_pattern(struct model *m, const struct trait *t)
{
	const struct value *v = trait_arg(t, NULL);
	PCRE2_UCHAR why[128];
	int error;
	PCRE2_SIZE at;
	if (!str_is(t->name, "pattern") || !v)
		return;
	pcre2_code *code = pcre2_compile(
		(PCRE2_SPTR)v->text.p, v->text.n, PCRE2_UTF | PCRE2_ALT_BSUX, &error, &at, NULL);
	if (!code) {
		pcre2_get_error_message(error, why, sizeof why);
		model_error(m, t->line, "@pattern: %s at character %zu", (char *)why, at);
	}
	pcre2_code_free(code);
}

static void check_trait(struct model *m, const struct trait *t, enum kind place)
{
	const struct rule *rule = NULL;
	for (size_t i = 0; i < COUNT_OF(rules) && !rule; i++)
		if (str_is(t->name, rules[i].name))
			rule = &rules[i];
	if (!rule) {
		model_error(m, t->line, "unknown trait @%.*s", STR_ARG(t->name));
		return;
	}
	if (!(rule->places & place))
		model_error(m, t->line, "@%.*s may not stand on this %s", STR_ARG(t->name),
			kind_name(place));
	for (const struct field *f = t->args; f; f = f->next)
		if (!is_known_arg(rule->args, f))
			model_error(m, f->line, "@%.*s takes no %s%.*s", STR_ARG(t->name),
				f->name.p ? "argument " : "positional argument", STR_ARG(f->name));
	struct str rest = str_c(rule->args), spec;
	while (*rule->args && str_cut(&rest, ' ', &spec))
		check_arg(m, t, spec);
	check_value(m, t);
	check_pattern(m, t);
	if (trait_find(t->next, rule->name))
		model_error(m, t->line, "@%s twice", rule->name);
}

static void check_list(struct model *m, const struct trait *list, enum kind place)
{
	for (const struct trait *t = list; t; t = t->next)
		check_trait(m, t, place);
}

/* A member's traits against the kind of what it points at. */
static void check_targets(struct model *m, const struct member *member)
{
	const struct shape *target = model_shape(m, member->target_name);
	for (const struct trait *t = member->traits; target && t; t = t->next)
		for (size_t i = 0; i < COUNT_OF(rules); i++)
			if (str_is(t->name, rules[i].name) && rules[i].targets &&
				!(rules[i].targets & target->kind))
				model_error(m, t->line, "@%s may not stand on a member of type %s",
					rules[i].name, kind_name(target->kind));
}

void model_check_traits(struct model *m)
{
	check_list(m, m->service.traits, ON_SERVICE);
	for (const struct operation *op = m->operations; op; op = op->next)
		check_list(m, op->traits, ON_OPERATION);
	for (const struct shape *s = m->shapes; s; s = s->next) {
		enum kind place = s->kind & KINDS_AGGREGATE               ? ON_MEMBER
				  : s->kind & (KIND_ENUM | KIND_INT_ENUM) ? ON_ENUM_VALUE
									  : ON_ELEMENT;
		check_list(m, s->traits, s->kind);
		for (const struct member *member = s->members; member; member = member->next) {
			check_list(m, member->traits, place);
			check_targets(m, member);
		}
	}
}
