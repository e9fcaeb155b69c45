/* DynamoDB's numbers: decimals of up to 38 digits, exact, from 1E-130 to 9.99...E+125. */
#ifndef SAMOVAR_SERVICES_DYNAMODB_VALUES_NUMBER_H
#define SAMOVAR_SERVICES_DYNAMODB_VALUES_NUMBER_H

#include "base/str.h"

enum { NUMBER_DIGITS_MAX = 38, NUMBER_TEXT_MAX = 192, NUMBER_KEY_MAX = 24 };

/* 0.d1d2...dn * 10^exponent, without zeros before or after the digits; zero has none. */
struct number {
	bool negative;
	int n, exponent;
	char digits[NUMBER_DIGITS_MAX]; /* 0 to 9 */
};

enum number_error {
	NUMBER_OK,
	NUMBER_SYNTAX,
	NUMBER_PRECISION,
	NUMBER_OVERFLOW,
	NUMBER_UNDERFLOW,
};

enum number_error number_parse(struct str text, struct number *out) MUSTCHECK;
/* Its normal text, without an exponent; the length. Not NUL-terminated. */
size_t number_format(const struct number *x, char out[NUMBER_TEXT_MAX]);
int number_compare(const struct number *a, const struct number *b);
/* a + b, or a - b. */
enum number_error number_add(const struct number *a, const struct number *b, bool subtract,
	struct number *out) MUSTCHECK;
/* Bytes without 0x00 that sort as the numbers do; the length. */
size_t number_key(const struct number *x, unsigned char out[NUMBER_KEY_MAX]);
/* What it counts for in an item ("DynamoDB item sizes and formats"). */
size_t number_size(const struct number *x);
/* AWS's words for the error. */
struct str number_error_text(enum number_error e, char *room, size_t room_bytes, struct str text);

#endif
