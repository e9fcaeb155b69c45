/* DynamoDB's numbers: reading, writing, order, sums. */
#include "services/dynamodb/values/number.h"
#include <stdio.h>

enum {
	EXPONENT_MAX = 126,  /* 0.99... * 10^126 */
	EXPONENT_MIN = -129, /* 0.1 * 10^-129 */
	SUM_DIGITS_MAX = EXPONENT_MAX - EXPONENT_MIN + NUMBER_DIGITS_MAX + 2,
	WRITTEN_EXPONENT_MAX = 100000, /* greater ones are out of range whatever the digits say */
};

/* digits[0..n) after the point, times 10^exponent, made normal. */
static enum number_error normalise(
	const char *digits, size_t n, long exponent, bool negative, struct number *out)
{
	while (n && !digits[0])
		digits++, n--, exponent--;
	while (n && !digits[n - 1])
		n--;
	if (!n) {
		*out = (struct number){ 0 };
		return NUMBER_OK;
	}
	if (exponent > EXPONENT_MAX)
		return NUMBER_OVERFLOW;
	if (exponent < EXPONENT_MIN)
		return NUMBER_UNDERFLOW;
	if (n > NUMBER_DIGITS_MAX)
		return NUMBER_PRECISION;
	*out = (struct number){ .negative = negative, .n = (int)n, .exponent = (int)exponent };
	memcpy(out->digits, digits, n);
	return NUMBER_OK;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool read_exponent(struct str s, long *out)
{
	bool negative = s.n && s.p[0] == '-';
	long value = 0;
	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = str_from(s, 1);
	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			return false;
		value = MIN(value * 10 + s.p[i] - '0', WRITTEN_EXPONENT_MAX);
	}
	*out = negative ? -value : value;
	return true;
}

enum number_error number_parse(struct str text, struct number *out)
{
	/* Leading zeros are skipped as they come, so that only digits that count take room. */
	char digits[SUM_DIGITS_MAX];
	size_t n = 0, i = 0, seen = 0;
	long point = 0, exponent = 0;
	bool negative = text.n && text.p[0] == '-', after_point = false, too_long = false;
	if (text.n && (text.p[0] == '-' || text.p[0] == '+'))
		i++;
	for (; i < text.n; i++) {
		char c = text.p[i];
		if (c == '.' && !after_point) {
			after_point = true;
			continue;
		}
		if (!is_digit(c))
			break;
		seen++;
		if (after_point && !n && c == '0')
			point--;
		else if (!after_point && (n || c != '0'))
			point++;
		if (!n && c == '0')
			continue;
		if (n < sizeof digits)
			digits[n++] = (char)(c - '0');
		else
			too_long |= c != '0';
	}
	if (!seen)
		return NUMBER_SYNTAX;
	if (i < text.n && ((text.p[i] != 'e' && text.p[i] != 'E') ||
				  !read_exponent(str_from(text, i + 1), &exponent)))
		return NUMBER_SYNTAX;
	if (too_long)
		return NUMBER_PRECISION;
	return normalise(digits, n, point + exponent, negative, out);
}

size_t number_format(const struct number *x, char out[NUMBER_TEXT_MAX])
{
	char *p = out;
	if (!x->n) {
		*p = '0';
		return 1;
	}
	if (x->negative)
		*p++ = '-';
	if (x->exponent <= 0) {
		*p++ = '0';
		*p++ = '.';
		for (int i = x->exponent; i < 0; i++)
			*p++ = '0';
	}
	for (int i = 0; i < x->n; i++) {
		if (i == x->exponent && i > 0)
			*p++ = '.';
		*p++ = (char)('0' + x->digits[i]);
	}
	for (int i = x->n; i < x->exponent; i++)
		*p++ = '0';
	assert(p - out <= NUMBER_TEXT_MAX);
	return (size_t)(p - out);
}

static int compare_magnitude(const struct number *a, const struct number *b)
{
	if (a->exponent != b->exponent)
		return a->exponent < b->exponent ? -1 : 1;
	int r = memcmp(a->digits, b->digits, (size_t)MIN(a->n, b->n));
	return r ? (r < 0 ? -1 : 1) : (a->n > b->n) - (a->n < b->n);
}

int number_compare(const struct number *a, const struct number *b)
{
	int sign_a = a->n ? (a->negative ? -1 : 1) : 0, sign_b = b->n ? (b->negative ? -1 : 1) : 0;
	if (sign_a != sign_b)
		return sign_a < sign_b ? -1 : 1;
	return sign_a == 0 ? 0 : sign_a * compare_magnitude(a, b);
}

enum number_error number_add(
	const struct number *a, const struct number *b, bool subtract, struct number *out)
{
	struct number other = *b;
	if (subtract)
		other.negative = !other.negative;
	if (!other.n || !a->n) {
		*out = other.n ? other : *a;
		return NUMBER_OK;
	}
	bool same = a->negative == other.negative, swap = compare_magnitude(a, &other) < 0;
	const struct number *large = swap ? &other : a, *small = swap ? a : &other;
	int top = large->exponent + 1; /* room for a carry */
	int bottom = MIN(large->exponent - large->n, small->exponent - small->n);
	char sum[SUM_DIGITS_MAX] = { 0 };
	assert(top - bottom <= SUM_DIGITS_MAX);
	for (int i = 0; i < large->n; i++)
		sum[top - large->exponent + i] = large->digits[i];
	for (int i = 0; i < small->n; i++) {
		char *d = &sum[top - small->exponent + i];
		*d = (char)(same ? *d + small->digits[i] : *d - small->digits[i]);
	}
	for (int i = top - bottom - 1; i > 0; i--) {
		int carry = sum[i] > 9 ? 1 : sum[i] < 0 ? -1 : 0;
		sum[i] = (char)(sum[i] - 10 * carry);
		sum[i - 1] = (char)(sum[i - 1] + carry);
	}
	return normalise(sum, (size_t)(top - bottom), top, large->negative, out);
}

size_t number_key(const struct number *x, unsigned char out[NUMBER_KEY_MAX])
{
	enum { NEGATIVE = 0x7f, ZERO = 0x80, POSITIVE = 0x81, BIAS = 130, AFTER_DIGITS = 0xff };
	unsigned char *p = out;
	if (!x->n) {
		*p = ZERO;
		return 1;
	}
	int scale = x->exponent + BIAS; /* 1 to 256 - 0 */
	assert(scale >= 1 && scale <= 256);
	*p++ = x->negative ? NEGATIVE : POSITIVE;
	/* 256 values don't fit in 255 bytes: the first byte takes the upper bit. */
	*p++ = (unsigned char)(x->negative ? 3 - (scale >> 7) : 1 + (scale >> 7));
	*p++ = (unsigned char)(x->negative ? 128 - (scale & 127) : 1 + (scale & 127));
	for (int i = 0; i < x->n; i += 2) {
		int pair = x->digits[i] * 10 + (i + 1 < x->n ? x->digits[i + 1] : 0);
		*p++ = (unsigned char)(x->negative ? 101 - pair : 1 + pair);
	}
	/* Of two negative numbers the one with more digits is less. */
	if (x->negative)
		*p++ = AFTER_DIGITS;
	return (size_t)(p - out);
}

size_t number_size(const struct number *x)
{
	return (size_t)(x->n + 1) / 2 + 1 + x->negative;
}

struct str number_error_text(enum number_error e, char *room, size_t room_bytes, struct str text)
{
	switch (e) {
	case NUMBER_PRECISION:
		return STR("Attempting to store more than 38 significant digits in a Number");
	case NUMBER_OVERFLOW:
		return STR(
			"Number overflow. Attempting to store a number with magnitude larger than supported range");
	case NUMBER_UNDERFLOW:
		return STR(
			"Number underflow. Attempting to store a number with magnitude smaller than supported range");
	default:
		break;
	}
	if (!text.n)
		return STR("The parameter cannot be converted to a numeric value");
	snprintf(room, room_bytes, "The parameter cannot be converted to a numeric value: %.*s",
		STR_ARG(text));
	return str_c(room);
}
