/* Checks that the model is whole: names, targets, mixins, recursion, errors; and gives everything
 * its C name.
 */
#include "idlc.h"

static const char *const c_keywords[] = { "auto", "break", "case", "char", "const", "continue",
	"default", "do", "double", "else", "enum", "extern", "float", "for", "goto", "if", "inline",
	"int", "long", "register", "restrict", "return", "short", "signed", "sizeof", "static",
	"struct", "switch", "typedef", "typeof", "union", "unsigned", "void", "volatile", "while",
	"asm", "bool", "true", "false", "unix", "linux" };

static struct str member_c_name(struct model *m, struct str name)
{
	struct str snake = snake_case(&m->arena, name);
	for (size_t i = 0; i < COUNT_OF(c_keywords); i++)
		if (str_is(snake, c_keywords[i]))
			return arena_printf(&m->arena, "%.*s_", STR_ARG(snake));
	return snake;
}

static void check_duplicates(struct model *m)
{
	for (struct shape *s = m->shapes; s; s = s->next)
		for (struct shape *t = s->next; t; t = t->next) {
			if (str_eq(s->name, t->name))
				model_error(m, t->line,
					"a second shape %.*s (the first is in line %d)",
					STR_ARG(t->name), s->line);
			else if (s->line && str_eq(s->c_name, t->c_name))
				model_error(m, t->line, "%.*s and %.*s have the same name in C",
					STR_ARG(t->name), STR_ARG(s->name));
		}
	for (struct operation *op = m->operations; op; op = op->next) {
		for (struct operation *o = op->next; o; o = o->next)
			if (str_eq(op->c_name, o->c_name))
				model_error(
					m, o->line, "a second operation %.*s", STR_ARG(o->name));
		for (struct shape *s = m->shapes; s; s = s->next)
			if (trait_find(s->traits, "error") && str_eq(s->c_name, op->c_name))
				model_error(m, op->line, "an operation and an error %.*s",
					STR_ARG(op->name));
	}
}

/* Copies the members of mixins, which stand before the structure's own. */
static void mix_in(struct model *m, struct shape *s)
{
	if (s->are_mixins_done)
		return;
	if (s->is_mixins_busy) {
		model_error(m, s->line, "the mixins of %.*s contain themselves", STR_ARG(s->name));
		return;
	}
	s->is_mixins_busy = true;
	struct member *own = s->members, **last = &s->members;
	s->members = NULL;
	for (struct field *f = s->mixins; f; f = f->next) {
		struct shape *mixin = model_shape(m, f->value.text);
		if (!mixin || mixin->kind != s->kind || !trait_find(mixin->traits, "mixin")) {
			model_error(m, f->line, "%.*s is no mixin for a %s", STR_ARG(f->value.text),
				kind_name(s->kind));
			continue;
		}
		mix_in(m, mixin);
		for (struct member *from = mixin->members; from; from = from->next) {
			struct member *copy = ARENA_NEW(&m->arena, struct member);
			*copy = *from;
			copy->next = NULL;
			*last = copy;
			last = &copy->next;
			s->member_count++;
		}
	}
	*last = own;
	s->are_mixins_done = true;
	s->is_mixins_busy = false;
}

static void check_enum(struct model *m, struct shape *s)
{
	for (struct member *e = s->members; e; e = e->next) {
		const struct value *v = trait_arg(trait_find(e->traits, "enumValue"), NULL);
		if (v)
			e->value = *v;
		if (e->value.type != (s->kind == KIND_ENUM ? VALUE_STRING : VALUE_NUMBER))
			model_error(m, e->line, "%.*s needs a %s", STR_ARG(e->name),
				s->kind == KIND_ENUM ? "string" : "number");
		for (struct member *other = s->members; other != e; other = other->next)
			if (str_eq(other->value.text, e->value.text) ||
				str_eq(other->name, e->name))
				model_error(m, e->line, "%.*s twice", STR_ARG(e->name));
	}
	if (!s->members)
		model_error(m, s->line, "%.*s has no values", STR_ARG(s->name));
}

static void check_members(struct model *m, struct shape *s)
{
	for (struct member *a = s->members; a; a = a->next) {
		a->target = model_shape(m, a->target_name);
		a->c_name = member_c_name(m, a->name);
		if (!a->target)
			model_error(m, a->line, "unknown shape %.*s", STR_ARG(a->target_name));
		else if (trait_find(a->target->traits, "mixin"))
			model_error(m, a->line, "%.*s is a mixin", STR_ARG(a->target_name));
		for (struct member *b = s->members; b != a; b = b->next)
			if (str_eq(a->c_name, b->c_name))
				model_error(m, a->line, "a second member %.*s", STR_ARG(a->name));
		if (s->kind == KIND_UNION && trait_find(a->traits, "required"))
			model_error(m, a->line, "a union's member can't be @required");
	}
	if (s->kind == KIND_UNION && !s->members)
		model_error(m, s->line, "the union %.*s has no members", STR_ARG(s->name));
}

static void check_shape(struct model *m, struct shape *s)
{
	if (s->kind & (KIND_ENUM | KIND_INT_ENUM)) {
		check_enum(m, s);
		return;
	}
	check_members(m, s);
	struct member *first = s->members, *second = first ? first->next : NULL;
	if (s->kind == KIND_LIST && (s->member_count != 1 || !str_is(first->name, "member")))
		model_error(m, s->line, "the list %.*s needs one member, named member",
			STR_ARG(s->name));
	if (s->kind == KIND_MAP) {
		if (s->member_count != 2 || !str_is(first->name, "key") ||
			!str_is(second->name, "value"))
			model_error(m, s->line, "the map %.*s needs key and value, in this order",
				STR_ARG(s->name));
		else if (first->target && !(first->target->kind & KINDS_TEXT))
			model_error(m, first->line, "a map's key is a string");
	}
	if (!trait_find(s->traits, "error") &&
		(trait_find(s->traits, "httpError") || trait_find(s->traits, "awsQueryError")))
		model_error(m, s->line, "%.*s has a status but is no @error", STR_ARG(s->name));
}

/*
 * A value must be able to end: a cycle needs a structure's optional member, a list or a map that
 * may be empty; and a cycle of lists and maps alone is refused (Smithy, "Recursive shape
 * definitions").
 */
static void walk(struct model *m, struct shape *s, bool only_lists)
{
	bool is_list = s->kind & (KIND_LIST | KIND_MAP);
	if (s->visit == 2 || (only_lists ? !is_list : s->kind != KIND_STRUCTURE))
		return;
	if (s->visit == 1) {
		model_error(m, s->line,
			only_lists ? "%.*s contains itself through lists and maps alone"
				   : "%.*s contains itself through required members",
			STR_ARG(s->name));
		return;
	}
	s->visit = 1;
	for (struct member *member = s->members; member; member = member->next)
		if (only_lists || trait_find(member->traits, "required"))
			walk(m, member->target, only_lists);
	s->visit = 2;
}

static void check_recursion(struct model *m)
{
	for (int only_lists = 0; only_lists < 2; only_lists++) {
		for (struct shape *s = m->shapes; s; s = s->next)
			s->visit = 0;
		for (struct shape *s = m->shapes; s; s = s->next)
			walk(m, s, only_lists);
	}
}

static void check_operation(struct model *m, struct operation *op)
{
	struct {
		struct str *name;
		struct shape **shape;
		const char *suffix;
	} ends[] = { { &op->input_name, &op->input, "Input" },
		{ &op->output_name, &op->output, "Output" } };
	for (size_t i = 0; i < 2; i++) {
		if (ends[i].name->p) {
			*ends[i].shape = model_shape(m, *ends[i].name);
			if (!*ends[i].shape || (*ends[i].shape)->kind != KIND_STRUCTURE)
				model_error(m, op->line, "%.*s: %.*s is no structure",
					STR_ARG(op->name), STR_ARG(*ends[i].name));
			else if (trait_find((*ends[i].shape)->traits, "mixin"))
				model_error(m, op->line, "%.*s: %.*s is a mixin", STR_ARG(op->name),
					STR_ARG(*ends[i].name));
		}
	}
	for (struct field *f = op->errors; f; f = f->next) {
		struct shape *error = model_shape(m, f->value.text);
		if (!error || !trait_find(error->traits, "error"))
			model_error(m, f->line, "%.*s is no @error", STR_ARG(f->value.text));
		for (struct field *g = f->next; g; g = g->next)
			if (str_eq(f->value.text, g->value.text))
				model_error(m, g->line, "%.*s twice", STR_ARG(g->value.text));
	}
	if (trait_find(op->traits, "readonly") && trait_find(op->traits, "waits"))
		model_error(m, op->line, "%.*s is @readonly and @waits", STR_ARG(op->name));
	if (!m->service.line)
		model_error(m, op->line, "an operation in a file without a service");
	if (!op->doc.n)
		model_error(m, op->line, "%.*s has no documentation comment", STR_ARG(op->name));
}

/* An operation without input or output has an empty one. */
static void add_missing_ends(struct model *m, struct operation *op)
{
	struct str *names[] = { &op->input_name, &op->output_name };
	for (size_t i = 0; i < 2; i++)
		if (!names[i]->p) {
			*names[i] = arena_printf(
				&m->arena, "%.*s%s", STR_ARG(op->name), i ? "Output" : "Input");
			model_add(m, KIND_STRUCTURE, *names[i], op->line);
		}
}

/* Whether validation has anything to look at: grows until nothing changes, since shapes may be
 * recursive. */
static void find_constraints(struct model *m)
{
	static const char *const traits[] = { "length", "range", "pattern", "uniqueItems",
		"required" };
	bool changed = true;
	while (changed) {
		changed = false;
		for (struct shape *s = m->shapes; s; s = s->next) {
			bool has = s->kind & (KIND_ENUM | KIND_INT_ENUM | KIND_UNION);
			for (size_t i = 0; i < COUNT_OF(traits); i++) {
				has |= trait_find(s->traits, traits[i]) != NULL;
				for (struct member *member = s->members; member;
					member = member->next)
					has |= trait_find(member->traits, traits[i]) != NULL;
			}
			for (struct member *member = s->members; member; member = member->next)
				has |= member->target && member->target->has_constraints;
			changed |= has && !s->has_constraints;
			s->has_constraints |= has;
		}
	}
}

/* Operations are found by binary search. */
static void sort_operations(struct model *m)
{
	struct operation *sorted = NULL;
	while (m->operations) {
		struct operation *op = m->operations, **at = &sorted;
		m->operations = op->next;
		while (*at && str_cmp((*at)->name, op->name) < 0)
			at = &(*at)->next;
		op->next = *at;
		*at = op;
	}
	m->operations = sorted;
}

static void check_service(struct model *m)
{
	const struct service *s = &m->service;
	if (!s->line)
		return;
	if (!trait_find(s->traits, "service") || !trait_find(s->traits, "sigv4"))
		model_error(m, s->line, "%.*s needs @service and @sigv4", STR_ARG(s->name));
	if (!s->version.p)
		model_error(m, s->line, "%.*s needs a version", STR_ARG(s->name));
	if (trait_find(s->traits, "awsQuery") && !trait_find(s->traits, "xmlNamespace"))
		model_error(m, s->line, "@awsQuery needs @xmlNamespace");
}

void model_check(struct model *m)
{
	for (struct operation *op = m->operations; op; op = op->next) {
		op->c_name = arena_printf(&m->arena, "%.*s_%.*s", STR_ARG(m->prefix),
			STR_ARG(snake_case(&m->arena, op->name)));
		add_missing_ends(m, op);
	}
	for (struct shape *s = m->shapes; s; s = s->next) {
		s->c_name = arena_printf(&m->arena, "%.*s_%.*s", STR_ARG(m->prefix),
			STR_ARG(snake_case(&m->arena, s->name)));
		mix_in(m, s);
	}
	check_duplicates(m);
	for (struct shape *s = m->shapes; s; s = s->next)
		check_shape(m, s);
	check_service(m);
	for (struct operation *op = m->operations; op; op = op->next)
		check_operation(m, op);
	if (!m->errors)
		check_recursion(m);
	find_constraints(m);
	sort_operations(m);
}
