/*
 * Shapes: what tools/idlc compiles a .smithy interface to. Constant tables that describe C
 * structures, which the codecs, the validator and the documentation walk. (Smithy 2.0
 * specification, simple and aggregate types.)
 *
 * How a shape looks in C:
 *   string, enum, blob, document (its JSON text)   struct str; absent: p == NULL
 *   boolean                                        struct opt_bool
 *   byte, short, integer, long, intEnum            struct opt_i64
 *   float, double                                  struct opt_f64
 *   timestamp                                      struct opt_time (milliseconds since 1970)
 *   list L of T                                    struct L { T *v; size_t n; }; absent: v == NULL;
 * empty: v set, n 0 map M of T                                     struct M { struct M_entry {
 * struct str key; T value; } *v; size_t n; } structure, union as a member pointer; absent: NULL. A
 * union has exactly one member set structure, union in a list or a map            in place
 */
#ifndef SAMOVAR_AWS_SHAPE_H
#define SAMOVAR_AWS_SHAPE_H

#include "base/common.h"
#include "base/str.h"

struct opt_bool {
	bool set, v;
};
struct opt_i64 {
	bool set;
	int64_t v;
};
struct opt_f64 {
	bool set;
	double v;
};
struct opt_time {
	bool set;
	int64_t ms;
};

#define OPT_BOOL(value) ((struct opt_bool){ true, (value) })
#define OPT_I64(value) ((struct opt_i64){ true, (value) })
#define OPT_F64(value) ((struct opt_f64){ true, (value) })
#define OPT_TIME(value) ((struct opt_time){ true, (value) })

enum shape_type {
	SHAPE_BOOLEAN,
	SHAPE_INTEGER, /* every whole number; bits is its width */
	SHAPE_FLOAT,
	SHAPE_STRING,
	SHAPE_ENUM, /* values_known lists them; other values are refused on input only */
	SHAPE_BLOB,
	SHAPE_TIMESTAMP,
	SHAPE_DOCUMENT,
	SHAPE_LIST,
	SHAPE_MAP,
	SHAPE_STRUCTURE,
	SHAPE_UNION,
};

enum timestamp_format {
	TIMESTAMP_DEFAULT,
	TIMESTAMP_EPOCH,
	TIMESTAMP_DATE_TIME,
	TIMESTAMP_HTTP_DATE
};

/* @length, @range, @pattern and @uniqueItems, of a shape or of a member (which is checked as well).
 */
struct constraints {
	bool has_min, has_max, unique;
	double min, max;
	const char *pattern; /* a regular expression that the whole value matches, or NULL */
	void **compiled;     /* with a pattern: where validate.c keeps its compiled form */
};

struct member;

struct shape {
	const char *name; /* as in the .smithy */
	enum shape_type type;
	enum timestamp_format timestamp;
	uint8_t bits;          /* of a number: 8, 16, 32 or 64 */
	bool has_constraints;  /* it or anything in it: else validation skips it whole */
	uint32_t size;         /* bytes of the C value; of a structure: of the structure itself */
	uint32_t member_count; /* structure, union: its members; list: 1; map: 2 (key, value) */
	const struct member *members;
	const char *const *values_known;       /* enum, and intEnum in digits: NULL-terminated */
	const struct constraints *constraints; /* or NULL */
	const char *xml_name, *xml_namespace;  /* or NULL */
	uint32_t element_size;                 /* list, map: bytes of one entry of v */
};

enum member_location {
	IN_BODY,
	IN_HEADER,
	IN_PREFIX_HEADERS,
	IN_QUERY,
	IN_QUERY_PARAMS,
	IN_LABEL,
	IN_PAYLOAD,
	IN_STATUS, /* @httpResponseCode */
};

enum member_flag {
	MEMBER_REQUIRED = 1,
	MEMBER_XML_FLATTENED = 2,
	MEMBER_XML_ATTRIBUTE = 4,
	MEMBER_STREAMING = 8, /* not decoded: the handler reads call->http itself */
	MEMBER_IDEMPOTENCY_TOKEN = 16,
	MEMBER_SENSITIVE = 32,
	MEMBER_HOST_LABEL = 64,
};

struct member {
	const char *name;      /* as in the .smithy */
	const char *json_name; /* @jsonName, or the name */
	const char *xml_name;  /* @xmlName, or the name; on Query inputs too */
	uint16_t name_bytes, json_name_bytes;
	const struct shape *shape;
	uint32_t offset; /* in its structure, or in a map's entry */
	uint32_t flags;
	enum member_location location;
	const char *location_name;             /* header, query parameter or label name */
	enum timestamp_format timestamp;       /* the member's or its shape's */
	const char *xml_namespace;             /* or NULL */
	const struct constraints *constraints; /* or NULL */
};

/* Smithy's prelude. */
extern const struct shape shape_string, shape_boolean, shape_byte, shape_short, shape_integer,
	shape_long, shape_float, shape_double, shape_timestamp, shape_blob, shape_document;

/* Every list and every map, seen without its type: n elements of element_size bytes. */
struct any_list {
	void *v;
	size_t n;
};

/* Takes out the entries whose key comes again later; answers how many are left. A decoded map has
 * each key once. */
size_t map_last_wins(void *entries, size_t n, size_t element_size);
/* Whether the value at that place is present; is_member: a structure there is a pointer. */
bool value_is_set(const struct shape *shape, const void *at, bool is_member);
/* Whether the member is present in the structure. */
bool member_is_set(const struct member *m, const void *structure);
/* Where the member's value is: for a structure or union, what the pointer points at (NULL if
 * absent). */
void *member_value(const struct member *m, const void *structure);
/* The member of that name (the .smithy's), or NULL. */
const struct member *shape_member(const struct shape *shape, struct str name);

#endif
