/* Text as a pointer and a length. */
#include "base/str.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>

int str_cmp(struct str a, struct str b)
{
	size_t n = MIN(a.n, b.n);
	int c = n ? memcmp(a.p, b.p, n) : 0;
	if (c)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

bool str_eq_ci(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_sub(s, 0, prefix.n), prefix);
}

bool str_starts_ci(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq_ci(str_sub(s, 0, prefix.n), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_from(s, s.n - suffix.n), suffix);
}

bool str_ends_ci(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq_ci(str_from(s, s.n - suffix.n), suffix);
}

ssize_t str_index(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
	return at ? at - s.p : -1;
}

ssize_t str_rindex(struct str s, char c)
{
	const char *at = s.n ? memrchr(s.p, c, s.n) : NULL;
	return at ? at - s.p : -1;
}

ssize_t str_find(struct str s, struct str needle)
{
	if (needle.n == 0)
		return 0;
	const char *at = s.n ? memmem(s.p, s.n, needle.p, needle.n) : NULL;
	return at ? at - s.p : -1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.p[0]))
		s = str_from(s, 1);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool str_cut(struct str *rest, char separator, struct str *part)
{
	if (!rest->p)
		return false;
	ssize_t at = str_index(*rest, separator);
	if (at < 0) {
		*part = *rest;
		*rest = (struct str){ 0 };
	} else {
		*part = str_sub(*rest, 0, (size_t)at);
		*rest = str_from(*rest, (size_t)at + 1);
	}
	return true;
}

int str_to_u64(struct str s, uint64_t *out)
{
	uint64_t value = 0;
	if (s.n == 0)
		return -EINVAL;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, (uint64_t)(s.p[i] - '0'), &value))
			return -ERANGE;
	}
	*out = value;
	return 0;
}

int str_to_i64(struct str s, int64_t *out)
{
	uint64_t value;
	bool negative = s.n && s.p[0] == '-';
	int r = str_to_u64(negative ? str_from(s, 1) : s, &value);
	if (r < 0)
		return r;
	if (value > (uint64_t)INT64_MAX + negative)
		return -ERANGE;
	*out = negative ? (int64_t)(0 - value) : (int64_t)value;
	return 0;
}

int str_to_f64(struct str s, double *out)
{
	char text[64], *end;
	if (s.n == 0 || s.n >= sizeof text || is_blank(s.p[0]))
		return -EINVAL;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	/* Decimal alone: no names, no hexadecimal. */
	if (strspn(text, "0123456789.eE+-") != s.n)
		return -EINVAL;
	double value = strtod(text, &end);
	if (end != text + s.n)
		return -EINVAL;
	if (isinf(value))
		return -ERANGE;
	*out = value;
	return 0;
}

/* Bytes of the code point at p, or 0 when it is ill-formed: overlong, surrogate, past U+10FFFF or
 * cut. */
static size_t utf8_length_at(const unsigned char *p, size_t n)
{
	if (p[0] < 0x80)
		return 1;
	size_t need = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n < need)
		return 0;
	for (size_t i = 1; i < need; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
		(p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return need;
}

bool str_is_plain_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '_' || c == '-'))
			return false;
	}
	return s.n > 0;
}

bool str_is_utf8(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	for (size_t i = 0; i < s.n;) {
		size_t n = utf8_length_at(p + i, s.n - i);
		if (!n)
			return false;
		i += n;
	}
	return true;
}

size_t str_utf8_length(struct str s)
{
	size_t count = 0;
	for (size_t i = 0; i < s.n; i++)
		count += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return count;
}

/* any_one: what stands for any one byte; '*', which never comes that far, for none. */
static bool glob(struct str pattern, struct str s, char any_one)
{
	size_t p = 0, i = 0, star = SIZE_MAX, mark = 0;
	while (i < s.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			mark = i;
		} else if (p < pattern.n && (pattern.p[p] == any_one || pattern.p[p] == s.p[i])) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

bool str_glob(struct str pattern, struct str s)
{
	return glob(pattern, s, '?');
}

bool str_glob_star(struct str pattern, struct str s)
{
	return glob(pattern, s, '*');
}
