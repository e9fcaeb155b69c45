/* Checks @http, the bindings of inputs, outputs and errors, and @resource (Smithy, "HTTP
 * bindings"). */
#include "idlc.h"
#include <stdio.h>

static const char *const locations[] = { "httpHeader", "httpPrefixHeaders", "httpQuery",
	"httpQueryParams", "httpLabel", "httpPayload", "httpResponseCode" };

static struct member *find_member(const struct shape *s, struct str name)
{
	for (struct member *member = s->members; member; member = member->next)
		if (str_eq(member->name, name))
			return member;
	return NULL;
}

/* Calls fn for each {label} of the text; false if a brace is left open. */
static bool each_label(
	struct str text, void (*fn)(void *arg, struct str label, bool is_whole_segment), void *arg)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '}')
			return false;
		if (text.p[i] != '{')
			continue;
		ssize_t close = str_index(str_from(text, i), '}');
		if (close < 0)
			return false;
		size_t after = i + (size_t)close + 1;
		bool is_whole = i > 0 && text.p[i - 1] == '/' &&
				(after == text.n || text.p[after] == '/' || text.p[after] == '?');
		fn(arg, str_sub(text, i + 1, (size_t)close - 1), is_whole);
		i = after - 1;
	}
	return true;
}

struct uri_check {
	struct model *m;
	struct operation *op;
	int line;
	bool had_greedy;
};

static void check_label(void *arg, struct str label, bool is_whole_segment)
{
	struct uri_check *check = arg;
	bool is_greedy = str_ends(label, STR("+"));
	label.n -= is_greedy;
	struct member *member = find_member(check->op->input, label);
	if (!member || !trait_find(member->traits, "httpLabel"))
		model_error(check->m, check->line, "{%.*s} is no @httpLabel member of the input",
			STR_ARG(label));
	else if (!trait_find(member->traits, "required"))
		model_error(check->m, member->line, "the @httpLabel %.*s must be @required",
			STR_ARG(label));
	else if (is_greedy && !(member->target->kind & KINDS_TEXT))
		model_error(check->m, member->line, "the greedy label %.*s must be a string",
			STR_ARG(label));
	if (!is_whole_segment)
		model_error(check->m, check->line, "{%.*s} must be a whole segment of the uri",
			STR_ARG(label));
	if (check->had_greedy)
		model_error(check->m, check->line, "a label after a greedy one");
	check->had_greedy |= is_greedy;
}

static bool has_label(struct model *m, struct str uri, struct str name)
{
	return str_find(uri, arena_printf(&m->arena, "{%.*s}", STR_ARG(name))) >= 0 ||
	       str_find(uri, arena_printf(&m->arena, "{%.*s+}", STR_ARG(name))) >= 0;
}

static void check_http(struct model *m, struct operation *op)
{
	const struct trait *http = trait_find(op->traits, "http");
	bool is_rest = trait_find(m->service.traits, "restJson1") ||
		       trait_find(m->service.traits, "restXml");
	if (!http) {
		if (is_rest && !trait_find(op->traits, "internal"))
			model_error(m, op->line, "%.*s needs @http, since the service speaks REST",
				STR_ARG(op->name));
		return;
	}
	struct uri_check check = { m, op, http->line, false };
	struct str uri = trait_arg(http, "uri")->text;
	const struct value *code = trait_arg(http, "code");
	if (!uri.n || uri.p[0] != '/')
		model_error(m, http->line, "the uri must begin with /");
	if (code && (code->number < 100 || code->number > 599))
		model_error(m, http->line, "the code must be from 100 to 599");
	if (!each_label(uri, check_label, &check))
		model_error(m, http->line, "the uri's braces don't match");
	for (struct member *member = op->input->members; member; member = member->next)
		if (trait_find(member->traits, "httpLabel") && !has_label(m, uri, member->name))
			model_error(m, member->line, "the @httpLabel %.*s is not in the uri %.*s",
				STR_ARG(member->name), STR_ARG(uri));
}

static const struct trait *location_of(struct model *m, const struct member *member)
{
	const struct trait *found = NULL;
	for (size_t i = 0; i < COUNT_OF(locations); i++) {
		const struct trait *t = trait_find(member->traits, locations[i]);
		if (t && found)
			model_error(m, t->line, "@%s and @%.*s on one member", locations[i],
				STR_ARG(found->name));
		found = t ? t : found;
	}
	return found;
}

static bool is_text_list(const struct shape *s)
{
	return s->kind == KIND_LIST && (s->members->target->kind & KINDS_TEXT);
}

static void check_binding(struct model *m, const struct shape *s, const struct member *member,
	const struct trait *t, bool is_input)
{
	bool input_only = str_is(t->name, "httpLabel") || str_is(t->name, "httpQuery") ||
			  str_is(t->name, "httpQueryParams");
	struct str name = trait_arg(t, NULL) ? trait_arg(t, NULL)->text : STR("");
	if (is_input ? str_is(t->name, "httpResponseCode") : input_only)
		model_error(m, t->line, "@%.*s may not stand in %s", STR_ARG(t->name),
			is_input ? "an input" : "an output or error");
	if (member->target->kind == KIND_LIST &&
		(str_is(t->name, "httpHeader") || str_is(t->name, "httpQuery")) &&
		(member->target->members->target->kind & (KINDS_AGGREGATE | KIND_LIST | KIND_MAP)))
		model_error(
			m, t->line, "@%.*s takes lists of simple values only", STR_ARG(t->name));
	if (member->target->kind == KIND_MAP &&
		(str_is(t->name, "httpPrefixHeaders") || str_is(t->name, "httpQueryParams"))) {
		const struct shape *v = member->target->members->next->target;
		if (!(v->kind & KINDS_TEXT) &&
			!(str_is(t->name, "httpQueryParams") && is_text_list(v)))
			model_error(m, t->line, "@%.*s takes a map of strings", STR_ARG(t->name));
	}
	for (const struct member *other = s->members; other != member; other = other->next) {
		const struct trait *o = location_of(m, other);
		const struct value *o_name = o ? trait_arg(o, NULL) : NULL;
		if (o && str_eq(o->name, t->name) && !str_is(t->name, "httpLabel") &&
			str_eq_ci(o_name ? o_name->text : STR(""), name))
			model_error(m, t->line, "@%.*s%s%.*s twice", STR_ARG(t->name),
				name.n ? " " : "", STR_ARG(name));
	}
}

static void check_structure(struct model *m, const struct shape *s, bool is_input)
{
	const struct member *payload = NULL, *body = NULL;
	for (const struct member *member = s->members; member; member = member->next) {
		const struct trait *t = location_of(m, member);
		if (!t)
			body = body ? body : member;
		else
			check_binding(m, s, member, t, is_input);
		if (t && str_is(t->name, "httpPayload"))
			payload = member;
		bool is_streaming = trait_find(member->traits, "streaming") ||
				    trait_find(member->target->traits, "streaming");
		if (is_streaming && !(t && str_is(t->name, "httpPayload")))
			model_error(m, member->line, "the @streaming %.*s must be the @httpPayload",
				STR_ARG(member->name));
	}
	if (payload && body)
		model_error(m, body->line, "%.*s has no place: %.*s is the whole body",
			STR_ARG(body->name), STR_ARG(payload->name));
}

static void check_resource_label(void *arg, struct str label, bool is_whole_segment UNUSED)
{
	struct uri_check *check = arg;
	if (str_is(label, "region") || str_is(label, "account"))
		return;
	struct member *member = find_member(check->op->input, label);
	if (!member || !(member->target->kind & KINDS_TEXT))
		model_error(check->m, check->line, "{%.*s} is no string member of the input",
			STR_ARG(label));
}

static void check_resource(struct model *m, struct operation *op)
{
	const struct trait *t = trait_find(op->traits, "resource");
	if (!t)
		return;
	struct uri_check check = { m, op, t->line, false };
	if (!each_label(trait_arg(t, NULL)->text, check_resource_label, &check))
		model_error(m, t->line, "the braces of @resource don't match");
}

/* Whether two uris differ in their labels' names only. */
static bool are_same_uris(struct str a, struct str b)
{
	size_t i = 0, j = 0;
	while (i < a.n && j < b.n) {
		if (a.p[i] != b.p[j])
			return false;
		if (a.p[i] == '{') {
			i += (size_t)str_index(str_from(a, i), '}') - 1;
			j += (size_t)str_index(str_from(b, j), '}') - 1;
			i += a.p[i] != '+';
			j += b.p[j] != '+';
			if (a.p[i] != b.p[j])
				return false;
		}
		i++;
		j++;
	}
	return i == a.n && j == b.n;
}

/* Whether each query parameter and header that the one requires is required by the other, too. */
static bool requires_same(const struct operation *a, const struct operation *b)
{
	static const char *const places[] = { "httpQuery", "httpHeader" };
	for (const struct member *f = a->input->members; f; f = f->next) {
		for (size_t i = 0; trait_find(f->traits, "required") && i < COUNT_OF(places); i++) {
			struct str name = trait_text(f->traits, places[i]);
			bool found = !name.p;
			for (const struct member *g = b->input->members; g && !found; g = g->next)
				found = trait_find(g->traits, "required") &&
					str_eq(trait_text(g->traits, places[i]), name);
			if (!found)
				return false;
		}
	}
	return true;
}

/* Operations of one method and uri are told apart by what they require, as S3's are. */
static void check_ambiguity(struct model *m, const struct operation *op)
{
	const struct trait *http = trait_find(op->traits, "http"), *other;
	for (const struct operation *o = op->next; http && o; o = o->next) {
		other = trait_find(o->traits, "http");
		if (other &&
			str_eq(trait_arg(http, "method")->text, trait_arg(other, "method")->text) &&
			are_same_uris(
				trait_arg(http, "uri")->text, trait_arg(other, "uri")->text) &&
			requires_same(op, o) && requires_same(o, op))
			model_error(m, MAX(http->line, other->line),
				"%.*s and %.*s have the same method and uri", STR_ARG(op->name),
				STR_ARG(o->name));
	}
}

void model_check_bindings(struct model *m)
{
	for (struct operation *op = m->operations; op; op = op->next) {
		check_http(m, op);
		check_resource(m, op);
		check_structure(m, op->input, true);
		check_structure(m, op->output, false);
	}
	for (const struct operation *op = m->operations; op && !m->errors; op = op->next)
		check_ambiguity(m, op);
	for (struct shape *s = m->shapes; s; s = s->next)
		if (trait_find(s->traits, "error"))
			check_structure(m, s, false);
}
