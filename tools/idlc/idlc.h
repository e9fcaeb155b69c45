/* The interface compiler's model of one .smithy file (Smithy 2.0, the subset that
 * docs/interfaces.md describes). */
#ifndef SAMOVAR_TOOLS_IDLC_H
#define SAMOVAR_TOOLS_IDLC_H

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

enum value_type { VALUE_STRING, VALUE_NUMBER, VALUE_BOOL, VALUE_NULL, VALUE_LIST, VALUE_OBJECT };

/* A value as a trait's argument; fields are a list's items or an object's. */
struct value {
	enum value_type type;
	struct str text; /* a string's text, a number's or a boolean's spelling */
	double number;
	struct field *fields;
};

struct field {
	struct field *next;
	struct str name; /* p == NULL: a list's item, or a trait's one positional argument */
	int line;
	struct value value;
};

struct trait {
	struct trait *next;
	struct str name;
	int line;
	struct field *args;
};

enum kind {
	KIND_BOOLEAN = 1,
	KIND_BYTE = 2,
	KIND_SHORT = 4,
	KIND_INTEGER = 8,
	KIND_LONG = 16,
	KIND_FLOAT = 32,
	KIND_DOUBLE = 64,
	KIND_STRING = 128,
	KIND_ENUM = 256,
	KIND_INT_ENUM = 512,
	KIND_BLOB = 1024,
	KIND_TIMESTAMP = 2048,
	KIND_DOCUMENT = 4096,
	KIND_LIST = 8192,
	KIND_MAP = 16384,
	KIND_STRUCTURE = 32768,
	KIND_UNION = 65536,
	/* Not kinds of shapes, but places where a trait may stand. */
	ON_SERVICE = 131072,
	ON_OPERATION = 262144,
	ON_MEMBER = 524288,   /* of a structure or union */
	ON_ELEMENT = 1048576, /* a list's member, a map's key and value */
	ON_ENUM_VALUE = 2097152,
};

#define KINDS_INTEGER (KIND_BYTE | KIND_SHORT | KIND_INTEGER | KIND_LONG | KIND_INT_ENUM)
#define KINDS_NUMBER (KINDS_INTEGER | KIND_FLOAT | KIND_DOUBLE)
#define KINDS_TEXT (KIND_STRING | KIND_ENUM)
#define KINDS_AGGREGATE (KIND_STRUCTURE | KIND_UNION)

struct shape;

struct member {
	struct member *next;
	struct str name, doc;
	int line;
	struct trait *traits;
	struct str target_name;
	struct shape *target; /* NULL for an enum's value */
	struct value value;   /* of an enum's member, or the default */
	struct str c_name;
};

struct shape {
	struct shape *next;
	struct str name, doc;
	enum kind kind;
	int line; /* 0 in the prelude */
	struct trait *traits;
	struct member *members;
	size_t member_count;
	struct field *mixins;
	bool are_mixins_done, is_mixins_busy;
	bool has_constraints;
	int visit;         /* mark of the walk for recursion */
	struct str c_name; /* "lambda_function_configuration" */
};

struct operation {
	struct operation *next;
	struct str name, doc;
	int line;
	struct trait *traits;
	struct str input_name, output_name;
	struct shape *input, *output;
	struct field *errors; /* names; resolved by model_shape */
	struct str c_name;
};

struct service {
	struct str name, doc, version;
	int line; /* 0: the file has none */
	struct trait *traits;
};

struct model {
	struct arena arena;
	const char *path;
	struct str prefix; /* "lambda" of lambda.smithy */
	struct service service;
	struct shape *shapes, **shapes_end;
	struct operation *operations, **operations_end;
	size_t operation_count;
	int errors;
};

/* Prints "path:line: text" and counts it. */
void model_error(struct model *m, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);
struct shape *model_add(struct model *m, enum kind kind, struct str name, int line);
struct shape *model_shape(const struct model *m, struct str name);
const struct trait *trait_find(const struct trait *traits, const char *name);
/* The named argument, or with name NULL the positional one; or NULL. */
const struct value *trait_arg(const struct trait *trait, const char *name);
/* The text of trait's positional argument, or p == NULL without the trait. */
struct str trait_text(const struct trait *traits, const char *name);
const char *kind_name(enum kind kind);

/* syntax.c: reads the text into the model; false after the first syntax error. */
bool model_parse(struct model *m, struct str text);
/* traits.c: each trait is known, stands where it may, with the arguments that it takes. */
void model_check_traits(struct model *m);
/* check.c: names, targets, mixins, recursion, errors. */
void model_check(struct model *m);
/* bindings.c: @http and what it binds. */
void model_check_bindings(struct model *m);
/* header.c, source.c, dump.c */
void model_write_header(struct model *m, struct buf *b);
void model_write_source(struct model *m, struct buf *b);
void model_write_json(struct model *m, struct buf *b);
/* names.c */
struct str snake_case(struct arena *a, struct str name);
void write_literal(struct buf *b, struct str s);
/* The C type of a member or element of that shape, without a pointer: "struct str". */
struct str c_type(struct model *m, const struct shape *shape);

#endif
