/* Attribute values and maps of them: types, checks, sizes, order. */
#ifndef SAMOVAR_SERVICES_DYNAMODB_VALUES_VALUE_H
#define SAMOVAR_SERVICES_DYNAMODB_VALUES_VALUE_H

#include "api/dynamodb.h"
#include "base/mem.h"
#include "services/dynamodb/values/limits.h"

enum value_type {
	VALUE_NONE, /* no member is set */
	VALUE_S,
	VALUE_N,
	VALUE_B,
	VALUE_SS,
	VALUE_NS,
	VALUE_BS,
	VALUE_M,
	VALUE_L,
	VALUE_NULL,
	VALUE_BOOL,
};

enum value_type value_type(const struct dynamodb_value *v);
/* "S", "NULL" ... and the type of that name, or VALUE_NONE. */
const char *value_type_name(enum value_type type);
enum value_type value_type_of(struct str name);

/*
 * A client's value made normal in place (numbers' text, order of sets): 0, or -EINVAL with AWS's
 * words. The same again changes nothing.
 */
int value_check(
	struct arena *arena, struct dynamodb_value *v, int depth, struct str *why) MUSTCHECK;
int attributes_check(
	struct arena *arena, const struct dynamodb_attributes *map, struct str *why) MUSTCHECK;

/* Bytes by AWS's rules. */
size_t value_size(const struct dynamodb_value *v);
size_t attributes_size(const struct dynamodb_attributes *map);

bool value_eq(const struct dynamodb_value *a, const struct dynamodb_value *b);
/* Order of two strings, numbers or binaries; false: they are not comparable. */
bool value_compare(const struct dynamodb_value *a, const struct dynamodb_value *b, int *order);
/* As contains() does: a part of a text, an element of a set or a list. */
bool value_contains(const struct dynamodb_value *whole, const struct dynamodb_value *part);
/* Deep, but texts are shared. */
void value_clone(struct arena *arena, const struct dynamodb_value *from, struct dynamodb_value *to);
void attributes_clone(struct arena *arena, const struct dynamodb_attributes *from,
	struct dynamodb_attributes *to);

struct dynamodb_value *attributes_get(const struct dynamodb_attributes *map, struct str name);
/* Where the name's value stands, made if it is missing. The map's v must be the arena's. */
struct dynamodb_value *attributes_put(
	struct arena *arena, struct dynamodb_attributes *map, struct str name);
void attributes_remove(struct dynamodb_attributes *map, struct str name);

/* The union or difference of two sets of one type: *out; its type is VALUE_NONE when nothing is
 * left. */
void value_set_union(struct arena *arena, const struct dynamodb_value *a,
	const struct dynamodb_value *b, struct dynamodb_value *out);
void value_set_minus(struct arena *arena, const struct dynamodb_value *a,
	const struct dynamodb_value *b, struct dynamodb_value *out);
/* The part that a value of a key makes: bytes that sort as the values do. */
struct str value_key_bytes(struct arena *arena, const struct dynamodb_value *v);
/* For messages: {N:5}. */
struct str value_text(struct arena *arena, const struct dynamodb_value *v);

#endif
