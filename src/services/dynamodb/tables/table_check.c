/* What may be a table: AWS's checks of CreateTable and UpdateTable, in AWS's words. */
#include "services/dynamodb/tables/tables.h"

#define INVALID "One or more parameter values were invalid: "

static struct str names_text(struct call *call, const struct dynamodb_attribute_definitions *d)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < d->n; i++)
		buf_printf(&b, "%s%.*s", i ? ", " : "", STR_ARG(d->v[i].attribute_name));
	struct str text = arena_str(call->arena, buf_view(&b));
	buf_fini(&b);
	return text;
}

/* As AWS's Java prints them. */
static struct str keys_text(struct call *call, const struct dynamodb_key_schema *keys)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < keys->n; i++)
		buf_printf(&b, "%sKeySchemaElement(attributeName=%.*s, keyType=%.*s)",
			i ? ", " : "", STR_ARG(keys->v[i].attribute_name),
			STR_ARG(keys->v[i].key_type));
	struct str text = arena_str(call->arena, buf_view(&b));
	buf_fini(&b);
	return text;
}

static bool is_defined(const struct dynamodb_attribute_definitions *d, struct str name)
{
	for (size_t i = 0; i < d->n; i++)
		if (str_eq(d->v[i].attribute_name, name))
			return true;
	return false;
}

static int check_schema(struct call *call, const struct dynamodb_key_schema *keys,
	const struct dynamodb_attribute_definitions *attributes)
{
	if (keys->n > 2)
		return fail(call, &aws_validation_exception,
			"1 validation error detected: Value '[%.*s]' at 'keySchema' failed to "
			"satisfy constraint: Member must have length less than or equal to 2",
			STR_ARG(keys_text(call, keys)));
	if (!str_is(keys->v[0].key_type, "HASH"))
		return fail(call, &aws_validation_exception,
			"Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
	if (keys->n > 1 && !str_is(keys->v[1].key_type, "RANGE"))
		return fail(call, &aws_validation_exception,
			"Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
	if (keys->n > 1 && str_eq(keys->v[0].attribute_name, keys->v[1].attribute_name))
		return fail(call, &aws_validation_exception,
			"Both the Hash Key and the Range Key element in the KeySchema have the same name");
	if (attributes->n < keys->n)
		return fail(call, &aws_validation_exception,
			"Invalid KeySchema: Some index key attribute have no definition");
	for (size_t i = 0; i < keys->n; i++)
		if (!is_defined(attributes, keys->v[i].attribute_name))
			return fail(call, &aws_validation_exception,
				INVALID
				"Some index key attributes are not defined in "
				"AttributeDefinitions. Keys: [%.*s%s%.*s], AttributeDefinitions: [%.*s]",
				STR_ARG(keys->v[0].attribute_name), keys->n > 1 ? ", " : "",
				STR_ARG(keys->n > 1 ? keys->v[1].attribute_name : STR("")),
				STR_ARG(names_text(call, attributes)));
	return 0;
}

int check_index(struct call *call, struct str name, const struct dynamodb_key_schema *keys,
	const struct dynamodb_projection *projection,
	const struct dynamodb_attribute_definitions *attributes)
{
	struct str type = projection->projection_type;
	(void)name;
	if (check_schema(call, keys, attributes) < 0)
		return -1;
	if (!type.p)
		return fail(
			call, &aws_validation_exception, INVALID "Unknown ProjectionType: null");
	if (str_is(type, "INCLUDE") && !projection->non_key_attributes.n)
		return fail(call, &aws_validation_exception,
			INVALID "ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
	if (!str_is(type, "INCLUDE") && projection->non_key_attributes.n)
		return fail(call, &aws_validation_exception,
			INVALID "ProjectionType is %.*s, but NonKeyAttributes is specified",
			STR_ARG(type));
	return 0;
}

int check_throughput(struct call *call, struct str billing, bool given, struct str index)
{
	bool on_demand = str_is(billing, "PAY_PER_REQUEST");
	if (on_demand && given)
		return fail(call, &aws_validation_exception,
			INVALID "Neither ReadCapacityUnits nor WriteCapacityUnits can be "
				"specified when BillingMode is PAY_PER_REQUEST");
	if (on_demand || given)
		return 0;
	if (index.p)
		return fail(call, &aws_validation_exception,
			INVALID "ProvisionedThroughput is not specified for index: %.*s",
			STR_ARG(index));
	return fail(call, &aws_validation_exception,
		INVALID "ReadCapacityUnits and WriteCapacityUnits must both be "
			"specified when BillingMode is PROVISIONED");
}

static int check_local(struct call *call, const struct dynamodb_create_table_input *in)
{
	struct str hash = in->key_schema.v[0].attribute_name;
	if (in->local_secondary_indexes.v && !in->local_secondary_indexes.n)
		return fail(call, &aws_validation_exception,
			INVALID "List of LocalSecondaryIndexes is empty");
	if (in->local_secondary_indexes.n > DDB_LOCAL_INDEXES_MAX)
		return fail(call, &aws_validation_exception,
			INVALID "Number of LocalSecondaryIndexes exceeds per-table limit of %d",
			DDB_LOCAL_INDEXES_MAX);
	for (size_t i = 0; i < in->local_secondary_indexes.n; i++) {
		const struct dynamodb_local_secondary_index *x = &in->local_secondary_indexes.v[i];
		if (in->key_schema.n < 2)
			return fail(call, &aws_validation_exception,
				INVALID "Table KeySchema does not have a range key, which is "
					"required when specifying a LocalSecondaryIndex");
		if (check_index(call, x->index_name, &x->key_schema, x->projection,
			    &in->attribute_definitions) < 0)
			return -1;
		if (x->key_schema.n < 2)
			return fail(call, &aws_validation_exception,
				INVALID "Index KeySchema does not have a range key for index: %.*s",
				STR_ARG(x->index_name));
		if (!str_eq(x->key_schema.v[0].attribute_name, hash))
			return fail(call, &aws_validation_exception,
				INVALID
				"Index KeySchema does not have the same leading hash "
				"key as table KeySchema for index: %.*s. index hash key: %.*s, table hash key: %.*s",
				STR_ARG(x->index_name), STR_ARG(x->key_schema.v[0].attribute_name),
				STR_ARG(hash));
	}
	return 0;
}

static int check_global(struct call *call, const struct dynamodb_create_table_input *in)
{
	if (in->global_secondary_indexes.v && !in->global_secondary_indexes.n)
		return fail(call, &aws_validation_exception,
			INVALID "List of GlobalSecondaryIndexes is empty");
	if (in->global_secondary_indexes.n > DDB_GLOBAL_INDEXES_MAX)
		return fail(call, &aws_validation_exception,
			INVALID "GlobalSecondaryIndex count exceeds the per-table limit of %d",
			DDB_GLOBAL_INDEXES_MAX);
	for (size_t i = 0; i < in->global_secondary_indexes.n; i++) {
		const struct dynamodb_global_secondary_index *x =
			&in->global_secondary_indexes.v[i];
		if (check_index(call, x->index_name, &x->key_schema, x->projection,
			    &in->attribute_definitions) < 0 ||
			check_throughput(call, in->billing_mode, x->provisioned_throughput != NULL,
				x->index_name) < 0)
			return -1;
	}
	return 0;
}

static bool schema_uses(const struct dynamodb_key_schema *keys, struct str name)
{
	for (size_t i = 0; i < keys->n; i++)
		if (str_eq(keys->v[i].attribute_name, name))
			return true;
	return false;
}

static bool is_used(const struct dynamodb_create_table_input *in, struct str name)
{
	bool used = schema_uses(&in->key_schema, name);
	for (size_t i = 0; i < in->local_secondary_indexes.n; i++)
		used |= schema_uses(&in->local_secondary_indexes.v[i].key_schema, name);
	for (size_t i = 0; i < in->global_secondary_indexes.n; i++)
		used |= schema_uses(&in->global_secondary_indexes.v[i].key_schema, name);
	return used;
}

/* The attributes that keys use, each once. */
static struct str used_text(struct call *call, const struct dynamodb_create_table_input *in)
{
	struct buf b = { 0 };
	const struct dynamodb_attribute_definitions *d = &in->attribute_definitions;
	for (size_t i = 0; i < d->n; i++)
		if (is_used(in, d->v[i].attribute_name))
			buf_printf(&b, "%s%.*s", b.n ? ", " : "", STR_ARG(d->v[i].attribute_name));
	struct str text = arena_str(call->arena, buf_view(&b));
	buf_fini(&b);
	return text;
}

static int check_names(struct call *call, const struct dynamodb_create_table_input *in)
{
	size_t local = in->local_secondary_indexes.n, n = local + in->global_secondary_indexes.n;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++) {
			struct str a =
				i < local ? in->local_secondary_indexes.v[i].index_name
					  : in->global_secondary_indexes.v[i - local].index_name;
			struct str b =
				k < local ? in->local_secondary_indexes.v[k].index_name
					  : in->global_secondary_indexes.v[k - local].index_name;
			if (str_eq(a, b))
				return fail(call, &aws_validation_exception,
					INVALID "Duplicate index name: %.*s", STR_ARG(a));
		}
	}
	for (size_t i = 0; i < in->attribute_definitions.n; i++) {
		if (is_used(in, in->attribute_definitions.v[i].attribute_name))
			continue;
		if (!n)
			return fail(call, &aws_validation_exception,
				INVALID
				"Number of attributes in KeySchema does not exactly "
				"match number of attributes defined in AttributeDefinitions");
		return fail(call, &aws_validation_exception,
			INVALID "Some AttributeDefinitions are not used. "
				"AttributeDefinitions: [%.*s], keys used: [%.*s]",
			STR_ARG(names_text(call, &in->attribute_definitions)),
			STR_ARG(used_text(call, in)));
	}
	return 0;
}

int check_create(struct call *call, const struct dynamodb_create_table_input *in)
{
	struct str name = in->table_name;
	if (name.n < DDB_TABLE_NAME_MIN || name.n > DDB_TABLE_NAME_MAX)
		return fail(call, &aws_validation_exception,
			"TableName must be at least 3 characters long and at most 255 characters long");
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    strchr("_.-", c)) ||
			!c)
			return fail(call, &aws_validation_exception,
				"1 validation error detected: Value '%.*s' at 'tableName' failed "
				"to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
				STR_ARG(name));
	}
	if (!in->key_schema.n)
		return fail(call, &aws_validation_exception,
			"1 validation error detected: Value null at 'keySchema' failed to "
			"satisfy constraint: Member must not be null");
	if (!in->attribute_definitions.v)
		return fail(call, &aws_validation_exception,
			"1 validation error detected: Value null at 'attributeDefinitions' "
			"failed to satisfy constraint: Member must not be null");
	if (check_throughput(call, in->billing_mode, in->provisioned_throughput != NULL,
		    (struct str){ 0 }) < 0 ||
		check_schema(call, &in->key_schema, &in->attribute_definitions) < 0)
		return -1;
	return check_local(call, in) < 0 || check_global(call, in) < 0 ? -1 : check_names(call, in);
}
