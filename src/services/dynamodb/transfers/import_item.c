/* Items out of the records of objects (Developer Guide, "Amazon S3 import formats for DynamoDB").
 */
#include "aws/codec.h"
#include "base/encode.h"
#include "services/dynamodb/transfers/import.h"
#include <errno.h>

/* ---- CSV (RFC 4180) ---- */

/* A field in quotes, at *at after the first of them; what follows it must be its end. */
static int quoted_field(
	struct arena *arena, struct str record, char delimiter, size_t *at, struct str *out)
{
	char *text = arena_alloc(arena, record.n - *at + 1);
	size_t n = 0, i = *at;
	for (;; i++) {
		if (i == record.n)
			return -EINVAL;
		if (record.p[i] == '"' && (i + 1 == record.n || record.p[i + 1] != '"'))
			break;
		if (record.p[i] == '"')
			i++;
		text[n++] = record.p[i];
	}
	*at = i + 1;
	*out = (struct str){ text, n };
	return *at == record.n || record.p[*at] == delimiter ? 0 : -EINVAL;
}

ssize_t import_csv_fields(
	struct arena *arena, struct str record, char delimiter, struct str **fields)
{
	size_t n = 0, at = 0, room = 1;
	if (record.n && record.p[record.n - 1] == '\r')
		record.n--;
	for (size_t i = 0; i < record.n; i++)
		room += record.p[i] == delimiter;
	*fields = ARENA_ARRAY(arena, struct str, room);
	for (;; at++) {
		struct str *field = &(*fields)[n++];
		if (at < record.n && record.p[at] == '"') {
			at++;
			if (quoted_field(arena, record, delimiter, &at, field) < 0)
				return -EINVAL;
		} else {
			size_t begin = at;
			for (; at < record.n && record.p[at] != delimiter; at++)
				if (record.p[at] == '"')
					return -EINVAL;
			*field = str_sub(record, begin, at - begin);
		}
		if (at >= record.n)
			return (ssize_t)n;
	}
}

/* "All columns other than the hash range and keys of your base table and secondary indexes are
 * imported as DynamoDB strings." */
static int column_value(struct call *call, const struct dynamodb_table_creation_parameters *p,
	struct str name, struct str text, struct dynamodb_value *out)
{
	*out = (struct dynamodb_value){ .s = text };
	for (size_t i = 0; i < p->attribute_definitions.n; i++) {
		const struct dynamodb_attribute_definition *a = &p->attribute_definitions.v[i];
		if (!str_eq(a->attribute_name, name))
			continue;
		if (str_is(a->attribute_type, "N"))
			*out = (struct dynamodb_value){ .n = text };
		if (str_is(a->attribute_type, "B")) {
			*out = (struct dynamodb_value){ 0 };
			return base64_decode(call->arena, text, &out->b);
		}
	}
	return 0;
}

static int csv_item(struct call *call, const struct import *i, struct str record,
	struct dynamodb_attributes *out)
{
	const struct dynamodb_strings *header = &i->r.header;
	struct str *fields;
	ssize_t n = import_csv_fields(call->arena, record, i->r.delimiter.p[0], &fields);
	if (n < 0 || (size_t)n != header->n)
		return -EINVAL;
	out->v = ARENA_ARRAY(call->arena, struct dynamodb_attributes_entry, header->n + 1);
	for (ssize_t k = 0; k < n; k++, out->n++) {
		out->v[k].key = header->v[k];
		if (column_value(call, i->r.parameters, header->v[k], fields[k], &out->v[k].value) <
			0)
			return -EINVAL;
	}
	return 0;
}

/* ---- DynamoDB JSON ---- */

static int json_item(struct call *call, struct str record, struct dynamodb_attributes *out)
{
	struct dynamodb_exported_item line = { 0 };
	struct decode_error error;
	if (json_decode(call->arena, &dynamodb_exported_item_shape, record, &line, &error) < 0 ||
		!line.item.v)
		return -EINVAL;
	*out = line.item;
	return 0;
}

int import_item(struct call *call, const struct import *i, struct str record,
	struct dynamodb_attributes *out)
{
	*out = (struct dynamodb_attributes){ 0 };
	if (str_is(i->r.format, "CSV"))
		return csv_item(call, i, record, out);
	return json_item(call, record, out);
}

int import_write(struct call *call, const struct table *t, const struct dynamodb_attributes *item)
{
	struct dynamodb_attributes before;
	struct str key, why;
	struct usage usage = usage_new(call, t);
	if (attributes_check(call->arena, item, &why) < 0)
		return fail(call, &aws_validation_exception, "%.*s", STR_ARG(why));
	if (ddb_item_key(call, t, item, false, &key) < 0 ||
		ddb_item_check(call, t, item, NULL, false) < 0)
		return -1;
	bool was = ddb_item_get(call, key, &before);
	if (ddb_collection_check(call, t, was ? &before : NULL, item) < 0)
		return -1;
	ddb_item_write(call, t, key, was ? &before : NULL, item, &usage);
	return 0;
}
