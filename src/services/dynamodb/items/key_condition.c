/* Key conditions: what they may say, and the range of keys that they mean. */
#include "services/dynamodb/items/page.h"

static int not_supported(struct call *call)
{
	return fail(call, &aws_validation_exception, "Query key condition not supported");
}

/* The comparisons that AND joins. */
static int flatten(struct call *call, const char *parameter, const struct node *node,
	const struct node **out, size_t *n, size_t max)
{
	if (node->type == NODE_AND) {
		return flatten(call, parameter, node->args[0], out, n, max) < 0 ||
				       flatten(call, parameter, node->args[1], out, n, max) < 0
			       ? -1
			       : 0;
	}
	bool good = node->type == NODE_EQ ||
		    (node->type >= NODE_LT && node->type <= NODE_BETWEEN) ||
		    node->type == NODE_BEGINS_WITH;
	if (!good && parameter)
		return fail(call, &aws_validation_exception,
			"Invalid %s: Invalid operator used in %s: %s", parameter, parameter,
			node_name(node->type));
	if (!good)
		return fail(call, &aws_validation_exception,
			"Attempted conditional constraint is not an indexable operation");
	if (*n == max && parameter)
		return fail(call, &aws_validation_exception,
			"Invalid %s: %ss must only contain one condition per key", parameter,
			parameter);
	if (*n == max)
		return fail(
			call, &aws_validation_exception, "Conditions can be of length 1 or 2 only");
	out[(*n)++] = node;
	return 0;
}

/* path OP value, however it was written. */
struct comparison {
	enum node_type type;
	struct str name;
	const struct dynamodb_value *value, *upper;
};

static int read_comparison(
	struct call *call, const char *parameter, const struct node *node, struct comparison *out)
{
	static const enum node_type mirrored[] = { [NODE_EQ] = NODE_EQ,
		[NODE_LT] = NODE_GT,
		[NODE_LE] = NODE_GE,
		[NODE_GT] = NODE_LT,
		[NODE_GE] = NODE_LE };
	const struct node *path = node->args[0], *value = node->args[1];
	*out = (struct comparison){ .type = node->type };
	if (path->type == NODE_VALUE && value->type == NODE_PATH && node->type <= NODE_GE) {
		path = node->args[1];
		value = node->args[0];
		out->type = mirrored[node->type];
	}
	if (path->type == NODE_SIZE || value->type == NODE_SIZE)
		return fail(call, &aws_validation_exception,
			"Invalid %s: Invalid operator used in %s: size", parameter, parameter);
	if (path->type == NODE_PATH && value->type == NODE_PATH)
		return fail(call, &aws_validation_exception,
			"Invalid condition in %s: multiple attribute names used in one condition",
			parameter);
	if (path->type != NODE_PATH || value->type != NODE_VALUE)
		return fail(call, &aws_validation_exception,
			"Invalid %s: KeyConditionExpressions only support comparing a key with a value",
			parameter);
	if (path->path.n > 1)
		return fail(call, &aws_validation_exception,
			"Invalid %s: KeyConditionExpressions cannot have conditions on nested attributes",
			parameter);
	out->name = path->path.v[0].name;
	out->value = value->value;
	if (node->type == NODE_BETWEEN)
		out->upper = node->args[2]->value;
	return node->type == NODE_BETWEEN && !out->upper ? not_supported(call) : 0;
}

static struct str join(struct arena *arena, struct str prefix, const struct dynamodb_value *v)
{
	struct key_part part = value_part(arena, v);
	struct str both[] = { prefix, key_encode(arena, &part, 1) };
	return arena_concat(arena, both, 2);
}

/* The least bytes after all that begin with these. */
static struct str after_prefix(struct arena *arena, struct str s)
{
	char *p = arena_cstr(arena, s);
	while (s.n && (unsigned char)p[s.n - 1] == 0xff)
		s.n--;
	assert(s.n);
	p[s.n - 1]++;
	return (struct str){ p, s.n };
}

static void set_range(
	struct arena *arena, struct page *p, struct str prefix, const struct comparison *c)
{
	struct str key = join(arena, prefix, c->value), after = key_range_end(arena, key);
	switch (c->type) {
	case NODE_EQ:
		p->begin = key;
		p->end = after;
		break;
	case NODE_LT:
		p->end = key;
		break;
	case NODE_LE:
		p->end = after;
		break;
	case NODE_GT:
		p->begin = after;
		break;
	case NODE_GE:
		p->begin = key;
		break;
	case NODE_BETWEEN:
		p->begin = key;
		p->end = key_range_end(arena, join(arena, prefix, c->upper));
		break;
	default:
		/* Without the 0x00 that ends the text. */
		p->begin = (struct str){ key.p, key.n - 1 };
		p->end = after_prefix(arena, p->begin);
		break;
	}
}

static int check_type(struct call *call, const struct comparison *c, enum value_type type)
{
	if (value_type(c->value) != type || (c->upper && value_type(c->upper) != type))
		return fail(call, &aws_validation_exception,
			"One or more parameter values were invalid: Condition parameter type does not match schema type");
	if (c->type == NODE_BEGINS_WITH && type == VALUE_N)
		return fail(call, &aws_validation_exception,
			"Invalid KeyConditionExpression: Incorrect operand type for operator "
			"or function; operator or function: begins_with, operand type: N");
	return 0;
}

int key_condition_range(
	struct call *call, struct page *p, const char *parameter, const struct node *node)
{
	const struct node *nodes[2];
	struct comparison list[2], *hash = NULL, *range = NULL;
	size_t n = 0;
	if (flatten(call, parameter, node, nodes, &n, COUNT_OF(nodes)) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (read_comparison(
			    call, parameter ? parameter : "KeyConditions", nodes[i], &list[i]) < 0)
			return -1;
		struct comparison **place = str_eq(list[i].name, p->schema.hash) ? &hash : &range;
		if (*place && place == &hash)
			return fail(call, &aws_validation_exception,
				"Invalid KeyConditionExpression: KeyConditionExpressions must "
				"only contain one condition per key");
		if (*place)
			return fail(call, &aws_validation_exception,
				"Query condition missed key schema element: %.*s",
				STR_ARG(p->schema.hash));
		*place = &list[i];
	}
	if (!hash)
		return fail(call, &aws_validation_exception,
			"Query condition missed key schema element: %.*s", STR_ARG(p->schema.hash));
	if (range && (!p->schema.range.p || !str_eq(range->name, p->schema.range)))
		return p->schema.range.p
			       ? fail(call, &aws_validation_exception,
					 "Query condition missed key schema element: %.*s",
					 STR_ARG(p->schema.range))
			       : not_supported(call);
	if (hash->type != NODE_EQ)
		return not_supported(call);
	if (check_type(call, hash, p->schema.hash_type) < 0 ||
		(range && check_type(call, range, p->schema.range_type) < 0))
		return -1;
	if (p->schema.hash_type != VALUE_N && !(hash->value->s.n + hash->value->b.n))
		return fail(call, &aws_validation_exception,
			"One or more parameter values are not valid. The AttributeValue for a "
			"key attribute cannot contain an empty %s value. Key: %.*s",
			p->schema.hash_type == VALUE_S ? "string" : "binary",
			STR_ARG(p->schema.hash));
	struct key_part parts[2] = { [1] = value_part(call->arena, hash->value) };
	parts[0] = key_int(partition_number(parts[1].text));
	struct str both[] = { items_prefix(call, &p->table, ddb_page_index_number(p)),
		key_encode(call->arena, parts, 2) };
	struct str prefix = arena_concat(call->arena, both, 2);
	p->begin = prefix;
	p->end = key_range_end(call->arena, prefix);
	if (range)
		set_range(call->arena, p, prefix, range);
	return 0;
}
