/*
 * The model's own expressions: random conditions and updates, their text for a request, and what
 * they mean by the Developer Guide. Included by the model test's one file.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_EXPR_H
#define SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_EXPR_H

#include "services/dynamodb/testing/model_value.h"

/* The names and values that a request's expressions share. */
struct mrequest {
	struct prng *r;
	struct arena *a;
	struct buf names, values;
	unsigned name_count, value_count;
};

struct mpath {
	struct mfield step[3]; /* name, or x.n when name.p is NULL */
	size_t n;
};

static const struct str attributes_all[] = { STR_INIT("h"), STR_INIT("r"), STR_INIT("a"),
	STR_INIT("b"), STR_INIT("c"), STR_INIT("d"), STR_INIT("e"), STR_INIT("ss"), STR_INIT("ns"),
	STR_INIT("l"), STR_INIT("m") };
enum { FREE_FROM = 2 }; /* the first are a table's keys */

static void request_fini(struct mrequest *q)
{
	buf_fini(&q->names);
	buf_fini(&q->values);
}

/* Appends the parameters, each with a comma before it. */
static void request_json(const struct mrequest *q, struct buf *body)
{
	if (q->name_count)
		buf_printf(
			body, ",\"ExpressionAttributeNames\":{%.*s}", STR_ARG(buf_view(&q->names)));
	if (q->value_count)
		buf_printf(body, ",\"ExpressionAttributeValues\":{%.*s}",
			STR_ARG(buf_view(&q->values)));
}

static void emit_value(struct mrequest *q, struct buf *b, const struct mval *x)
{
	buf_printf(b, ":v%u", q->value_count);
	buf_printf(&q->values, "%s\":v%u\":", q->value_count ? "," : "", q->value_count);
	mjson(&q->values, x);
	q->value_count++;
}

static void emit_path(struct mrequest *q, struct buf *b, const struct mpath *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (!p->step[i].name.p) {
			buf_printf(b, "[%d]", (int)p->step[i].x.n);
			continue;
		}
		buf_cat(b, i ? "." : "");
		if (!chance(q->r, 4)) {
			buf_str(b, p->step[i].name);
			continue;
		}
		buf_printf(b, "#n%u", q->name_count);
		buf_printf(&q->names, "%s\"#n%u\":\"%.*s\"", q->name_count ? "," : "",
			q->name_count, STR_ARG(p->step[i].name));
		q->name_count++;
	}
}

static struct mpath path_to(struct str name)
{
	return (struct mpath){ .step = { { .name = name } }, .n = 1 };
}

static struct mpath random_path(struct prng *r, size_t from)
{
	static const struct str names[] = { STR_INIT("x"), STR_INIT("y"), STR_INIT("z") };
	struct mpath p = path_to(attributes_all[from + below(r, COUNT_OF(attributes_all) - from)]);
	while (p.n < 3 && chance(r, p.step[0].name.p[0] >= 'l' && p.step[0].name.n == 1 ? 2 : 12)) {
		bool is_index = p.n == 1 ? str_is(p.step[0].name, "l") : chance(r, 2);
		if (is_index)
			p.step[p.n].x.n = (int64_t)below(r, 4);
		else
			p.step[p.n].name = names[below(r, 3)];
		p.n++;
	}
	return p;
}

static struct mval *follow(struct mval *root, const struct mpath *p, size_t steps)
{
	struct mval *at = root;
	for (size_t i = 0; at && i < steps; i++) {
		const struct mfield *s = &p->step[i];
		if (s->name.p)
			at = mget(at, s->name);
		else
			at = at->type == M_L && s->x.n < (int64_t)at->count ? &at->v[s->x.n].x
									    : NULL;
	}
	return at;
}

static const struct mval *mfind(const struct mval *root, const struct mpath *p)
{
	return follow((struct mval *)root, p, p->n);
}

/* ---- conditions ---- */

enum mcond_kind {
	C_CMP,
	C_SIZE,
	C_BETWEEN,
	C_IN,
	C_EXISTS,
	C_MISSING,
	C_TYPE,
	C_BEGINS,
	C_CONTAINS,
	C_LEAVES,
	C_AND = C_LEAVES,
	C_OR,
	C_NOT
};

static const char *const comparators[] = { "=", "<>", "<", "<=", ">", ">=" };

struct mcond {
	enum mcond_kind kind;
	struct mpath path;
	size_t op; /* of CMP and SIZE */
	struct mval x, y;
	bool swapped; /* value OP path */
	struct mcond *left, *right;
};

static bool ordered(size_t op, int order)
{
	return op == 0   ? order == 0
	       : op == 1 ? order != 0
	       : op == 2 ? order < 0
	       : op == 3 ? order <= 0
	       : op == 4 ? order > 0
			 : order >= 0;
}

static struct mcond *random_condition(struct prng *r, struct arena *a, size_t from, int depth)
{
	struct mcond *c = ARENA_NEW(a, struct mcond);
	c->kind = (enum mcond_kind)below(r, depth < 3 ? C_NOT + 1 : C_LEAVES);
	if (c->kind >= C_LEAVES) {
		c->left = random_condition(r, a, from, depth + 1);
		if (c->kind != C_NOT)
			c->right = random_condition(r, a, from, depth + 1);
		return c;
	}
	enum mtype scalar = (enum mtype)below(r, M_B + 1);
	c->path = random_path(r, from);
	c->op = below(r, COUNT_OF(comparators));
	c->x = random_value(r, a, scalar, 0);
	c->y = random_value(r, a, scalar, 0);
	c->swapped = chance(r, 4);
	if ((c->kind == C_CMP && c->op < 2) || c->kind == C_CONTAINS || c->kind == C_IN)
		c->x = random_value(r, a, (enum mtype)below(r, M_TYPES), 0);
	if (c->kind == C_BETWEEN && morder(&c->x, &c->y) > 0) {
		struct mval t = c->x;
		c->x = c->y;
		c->y = t;
	}
	if (c->kind == C_BEGINS && c->x.type == M_N)
		c->x = random_scalar(r, M_S);
	if (c->kind == C_TYPE)
		c->x = mtext(mtype_names[below(r, M_TYPES)]);
	if (c->kind == C_SIZE)
		c->x = mnumber(4 * (int64_t)below(r, 5));
	return c;
}

static void emit_call(
	struct mrequest *q, struct buf *b, const char *name, const struct mcond *c, bool value)
{
	buf_printf(b, "%s(", name);
	emit_path(q, b, &c->path);
	if (value) {
		buf_cat(b, ", ");
		emit_value(q, b, &c->x);
	}
	buf_char(b, ')');
}

static void emit_comparison(struct mrequest *q, struct buf *b, const struct mcond *c)
{
	/* a OP b is b OP' a. */
	static const size_t turned[] = { 0, 1, 4, 5, 2, 3 };
	if (c->swapped) {
		emit_value(q, b, &c->x);
		buf_printf(b, " %s ", comparators[turned[c->op]]);
	}
	if (c->kind == C_SIZE)
		emit_call(q, b, "size", c, false);
	else
		emit_path(q, b, &c->path);
	if (!c->swapped) {
		buf_printf(b, " %s ", comparators[c->op]);
		emit_value(q, b, &c->x);
	}
}

static void emit_condition(struct mrequest *q, struct buf *b, const struct mcond *c)
{
	static const char *const functions[] = { [C_EXISTS] = "attribute_exists",
		[C_MISSING] = "attribute_not_exists",
		[C_TYPE] = "attribute_type",
		[C_BEGINS] = "begins_with",
		[C_CONTAINS] = "contains" };
	switch (c->kind) {
	case C_CMP:
	case C_SIZE:
		emit_comparison(q, b, c);
		break;
	case C_BETWEEN:
	case C_IN:
		emit_path(q, b, &c->path);
		buf_cat(b, c->kind == C_IN ? " IN (" : " BETWEEN ");
		emit_value(q, b, &c->x);
		buf_cat(b, c->kind == C_IN ? ", " : " and ");
		emit_value(q, b, &c->y);
		buf_cat(b, c->kind == C_IN ? ")" : "");
		break;
	case C_NOT:
		buf_cat(b, "NOT (");
		emit_condition(q, b, c->left);
		buf_char(b, ')');
		break;
	case C_AND:
	case C_OR:
		buf_char(b, '(');
		emit_condition(q, b, c->left);
		buf_cat(b, c->kind == C_AND ? ") AND (" : ") OR (");
		emit_condition(q, b, c->right);
		buf_char(b, ')');
		break;
	default:
		emit_call(q, b, functions[c->kind], c, c->kind >= C_TYPE);
		break;
	}
}

static bool contains(const struct mval *whole, const struct mval *part)
{
	if (whole->type == M_S || whole->type == M_B)
		return part->type == whole->type &&
		       (!part->s.n || memmem(whole->s.p, whole->s.n, part->s.p, part->s.n));
	if (whole->type == M_SS || whole->type == M_NS || whole->type == M_L)
		return mhas(whole, part);
	return false;
}

static bool holds(const struct mcond *c, const struct mval *item)
{
	const struct mval *v = mfind(item, &c->path);
	switch (c->kind) {
	case C_AND:
		return holds(c->left, item) && holds(c->right, item);
	case C_OR:
		return holds(c->left, item) || holds(c->right, item);
	case C_NOT:
		return !holds(c->left, item);
	case C_EXISTS:
		return v;
	case C_MISSING:
		return !v;
	case C_TYPE:
		return v && str_is(c->x.s, mtype_names[v->type]);
	case C_BEGINS:
		return v && v->type == c->x.type && v->s.n >= c->x.s.n &&
		       (!c->x.s.n || !memcmp(v->s.p, c->x.s.p, c->x.s.n));
	case C_CONTAINS:
		return v && contains(v, &c->x);
	case C_IN:
		return v && (meq(v, &c->x) || meq(v, &c->y));
	case C_BETWEEN:
		return v && v->type == c->x.type && morder(v, &c->x) >= 0 && morder(v, &c->y) <= 0;
	case C_SIZE: {
		int64_t size = v && (v->type == M_S || v->type == M_B) ? (int64_t)v->s.n
			       : v && v->type >= M_SS                  ? (int64_t)v->count
								       : -1;
		return size < 0 ? c->op == 1
				: ordered(c->op, (size * 4 > c->x.n) - (size * 4 < c->x.n));
	}
	default:
		if (!v)
			return c->op == 1;
		if (c->op < 2)
			return meq(v, &c->x) == (c->op == 0);
		return v->type == c->x.type && ordered(c->op, morder(v, &c->x));
	}
}

/* ---- updates ---- */

enum maction_kind { A_SET, A_REMOVE, A_ADD, A_DELETE };
enum mset_kind { SET_VALUE, SET_PATH, SET_DEFAULT, SET_PLUS, SET_MINUS, SET_APPEND, SET_PREPEND };

struct maction {
	enum maction_kind kind;
	enum mset_kind set;
	struct mpath path, from;
	struct mval x;
};

struct mupdate {
	struct maction v[5];
	size_t n;
};

enum { UPDATE_OK, UPDATE_NO_ATTRIBUTE, UPDATE_TYPE, UPDATE_PATH };

static bool same_step(const struct mfield *a, const struct mfield *b)
{
	return !a->name.p == !b->name.p && str_eq(a->name, b->name) && a->x.n == b->x.n;
}

/* What one request may not name together. */
static bool collide(const struct mpath *a, const struct mpath *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (!same_step(&a->step[i], &b->step[i]))
			return !a->step[i].name.p != !b->step[i].name.p;
	return true;
}

static struct mupdate random_update(struct prng *r, struct arena *a)
{
	struct mupdate u = { 0 };
	size_t wanted = 1 + below(r, COUNT_OF(u.v));
	for (size_t tries = 0; tries < 2 * wanted && u.n < wanted; tries++) {
		struct maction *x = &u.v[u.n];
		bool bad = false;
		*x = (struct maction){ .kind = (enum maction_kind)below(r, 4),
			.path = random_path(r, FREE_FROM),
			.from = random_path(r, FREE_FROM) };
		for (size_t i = 0; i < u.n; i++)
			bad |= collide(&u.v[i].path, &x->path);
		if (bad)
			continue;
		x->set = chance(r, 2) ? SET_VALUE : (enum mset_kind)below(r, SET_PREPEND + 1);
		enum mtype type = (enum mtype)below(r, M_TYPES);
		struct str name = x->path.step[0].name;
		/* The types that the tables' indexes want, most of the time. */
		if (x->path.n == 1 && !chance(r, 20))
			type = str_is(name, "a")    ? M_S
			       : str_is(name, "b")  ? M_N
			       : str_is(name, "c")  ? M_B
			       : str_is(name, "ss") ? M_SS
			       : str_is(name, "ns") ? M_NS
			       : str_is(name, "l")  ? M_L
			       : str_is(name, "m")  ? M_M
						    : type;
		if (x->kind == A_ADD || x->kind == A_DELETE)
			type = x->kind == A_ADD && (type == M_N || chance(r, 2)) ? M_N
			       : type == M_NS || chance(r, 2)                    ? M_NS
										 : M_SS;
		else if (x->set == SET_PLUS || x->set == SET_MINUS)
			type = M_N;
		else if (x->set == SET_APPEND || x->set == SET_PREPEND)
			type = M_L;
		if (x->set >= SET_PLUS && chance(r, 2))
			x->from = x->path;
		x->x = random_value(r, a, type, 1);
		u.n++;
	}
	return u;
}

static void emit_set(struct mrequest *q, struct buf *b, const struct maction *x)
{
	if (x->set == SET_VALUE) {
		emit_value(q, b, &x->x);
	} else if (x->set == SET_PREPEND) {
		buf_cat(b, "list_append(");
		emit_value(q, b, &x->x);
		buf_cat(b, ", ");
		emit_path(q, b, &x->from);
		buf_char(b, ')');
	} else {
		buf_cat(b, x->set == SET_DEFAULT  ? "if_not_exists("
			   : x->set == SET_APPEND ? "list_append("
						  : "");
		emit_path(q, b, &x->from);
		buf_cat(b, x->set == SET_PLUS    ? " + "
			   : x->set == SET_MINUS ? " - "
			   : x->set == SET_PATH  ? ""
						 : ", ");
		if (x->set != SET_PATH)
			emit_value(q, b, &x->x);
		buf_cat(b, x->set == SET_DEFAULT || x->set == SET_APPEND ? ")" : "");
	}
}

static void emit_update(struct mrequest *q, struct buf *b, const struct mupdate *u)
{
	static const char *const words[] = { "SET ", "REMOVE ", "ADD ", "DELETE " };
	size_t first = below(q->r, 4);
	for (size_t k = 0; k < 4; k++) {
		enum maction_kind kind = (enum maction_kind)((first + k) % 4);
		bool any = false;
		for (size_t i = 0; i < u->n; i++) {
			const struct maction *x = &u->v[i];
			if (x->kind != kind)
				continue;
			buf_cat(b, any ? ", " : words[kind]);
			any = true;
			emit_path(q, b, &x->path);
			buf_cat(b, kind == A_SET ? " = " : " ");
			if (kind == A_SET)
				emit_set(q, b, x);
			else if (kind != A_REMOVE)
				emit_value(q, b, &x->x);
		}
		buf_cat(b, any ? " " : "");
	}
}

static int set_value(
	struct arena *a, const struct maction *x, const struct mval *item, struct mval *out)
{
	const struct mval *from = x->set == SET_VALUE ? NULL : mfind(item, &x->from);
	*out = x->x;
	if (x->set == SET_VALUE || (x->set == SET_DEFAULT && !from))
		return UPDATE_OK;
	if (!from)
		return UPDATE_NO_ATTRIBUTE;
	if (x->set == SET_PLUS || x->set == SET_MINUS) {
		if (from->type != M_N)
			return UPDATE_TYPE;
		out->n = x->set == SET_PLUS ? from->n + x->x.n : from->n - x->x.n;
		return UPDATE_OK;
	}
	if (x->set == SET_APPEND || x->set == SET_PREPEND) {
		const struct mval *left = x->set == SET_APPEND ? from : &x->x,
				  *right = x->set == SET_APPEND ? &x->x : from;
		if (from->type != M_L)
			return UPDATE_TYPE;
		*out = mcopy(a, left);
		for (size_t i = 0; i < right->count; i++)
			*madd(a, out, (struct str){ 0 }) = mcopy(a, &right->v[i].x);
		return UPDATE_OK;
	}
	*out = mcopy(a, from);
	return UPDATE_OK;
}

/* *gone: nothing is left of it. */
static int combine_sets(struct arena *a, const struct maction *x, const struct mval *item,
	struct mval *out, bool *gone)
{
	const struct mval *old = mfind(item, &x->path);
	*out = x->x;
	if (!old) {
		*gone = x->kind == A_DELETE;
		return UPDATE_OK;
	}
	if (old->type != x->x.type)
		return UPDATE_TYPE;
	if (old->type == M_N) {
		out->n = old->n + x->x.n;
		return UPDATE_OK;
	}
	*out = mcopy(a, old);
	for (size_t i = 0; i < x->x.count; i++) {
		const struct mval *one = &x->x.v[i].x;
		if (x->kind == A_ADD && !mhas(out, one))
			*madd(a, out, (struct str){ 0 }) = *one;
		for (size_t k = 0; x->kind == A_DELETE && k < out->count; k++)
			if (meq(&out->v[k].x, one))
				mcut(out, k--);
	}
	*gone = out->count == 0;
	return UPDATE_OK;
}

enum { HOLE = M_TYPES }; /* a list's element that goes when all is done */

static void close_holes(struct mval *x)
{
	for (size_t i = 0; i < x->count; i++) {
		if ((int)x->v[i].x.type == HOLE)
			mcut(x, i--);
		else
			close_holes(&x->v[i].x);
	}
}

static int put_result(struct arena *a, struct mval *root, const struct maction *x,
	const struct mval *value, bool gone)
{
	const struct mfield *last = &x->path.step[x->path.n - 1];
	struct mval *parent = follow(root, &x->path, x->path.n - 1);
	bool fits = parent && parent->type == (last->name.p ? M_M : M_L);
	if (!fits)
		return gone && x->kind != A_REMOVE ? UPDATE_OK : UPDATE_PATH;
	if (last->name.p && gone)
		mremove(parent, last->name);
	else if (last->name.p)
		mput(a, parent, last->name, *value);
	else if (last->x.n >= (int64_t)parent->count && !gone)
		*madd(a, parent, (struct str){ 0 }) = *value;
	else if (last->x.n < (int64_t)parent->count && gone)
		parent->v[last->x.n].x.type = (enum mtype)HOLE;
	else if (!gone)
		parent->v[last->x.n].x = *value;
	return UPDATE_OK;
}

/* item is the old one, *out a copy with the changes. */
static int update_model(
	struct arena *a, const struct mupdate *u, const struct mval *item, struct mval *out)
{
	struct mval values[COUNT_OF(u->v)];
	bool gone[COUNT_OF(u->v)] = { 0 };
	*out = mcopy(a, item);
	for (size_t i = 0; i < u->n; i++) {
		const struct maction *x = &u->v[i];
		int r = x->kind == A_SET      ? set_value(a, x, item, &values[i])
			: x->kind == A_REMOVE ? UPDATE_OK
					      : combine_sets(a, x, item, &values[i], &gone[i]);
		if (r != UPDATE_OK)
			return r;
		gone[i] |= x->kind == A_REMOVE;
	}
	/* What is put beyond a list's end comes in the order of the indexes. */
	for (int64_t index = 0; index < 4; index++) {
		for (size_t i = 0; i < u->n; i++) {
			const struct mfield *last = &u->v[i].path.step[u->v[i].path.n - 1];
			if (last->x.n != index)
				continue;
			int r = put_result(a, out, &u->v[i], &values[i], gone[i]);
			if (r != UPDATE_OK)
				return r;
		}
	}
	close_holes(out);
	return UPDATE_OK;
}

#endif
