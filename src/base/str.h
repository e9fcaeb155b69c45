/* Text as a pointer and a length: a view, which owns nothing and need not end in NUL. */
#ifndef SAMOVAR_BASE_STR_H
#define SAMOVAR_BASE_STR_H

#include "base/common.h"
#include <string.h>

/* p == NULL means absent; n == 0 with p set means empty. */
struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_INIT(literal) \
	{ \
		"" literal, sizeof(literal) - 1 \
	}
/* For printf: printf("%.*s", STR_ARG(s)) */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct str str_c(const char *s)
{
	return (struct str){ s, s ? strlen(s) : 0 };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *literal)
{
	return str_eq(a, str_c(literal));
}

static inline struct str str_from(struct str s, size_t start)
{
	return (struct str){ s.p + start, s.n - start };
}

static inline struct str str_sub(struct str s, size_t start, size_t n)
{
	return (struct str){ s.p + start, n };
}

/* Order of the bytes, as memcmp. */
int str_cmp(struct str a, struct str b);
/* ASCII case ignored. */
bool str_eq_ci(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_starts_ci(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_ends_ci(struct str s, struct str suffix);
/* Index of the first byte or needle, or -1. */
ssize_t str_index(struct str s, char c);
ssize_t str_rindex(struct str s, char c);
ssize_t str_find(struct str s, struct str needle);
/* Without leading and trailing blanks (space, tab, CR, LF). */
struct str str_trim(struct str s);
/*
 * Takes the part before the next separator off *rest and returns it in *part; false when nothing is
 * left. "a,,b" gives "a", "", "b"; "" gives one empty part; *rest.p is NULL at the end.
 */
bool str_cut(struct str *rest, char separator, struct str *part);

/* Whole text as a number in base 10, nothing before or after it: 0, or -EINVAL, or -ERANGE. */
int str_to_i64(struct str s, int64_t *out) MUSTCHECK;
int str_to_u64(struct str s, uint64_t *out) MUSTCHECK;
int str_to_f64(struct str s, double *out) MUSTCHECK;

/* Letters and digits of ASCII, '_' and '-' alone, at least one: what AWS lets many names and ids
 * be. */
bool str_is_plain_name(struct str s);
/* Whether the bytes are well-formed UTF-8 (RFC 3629). */
bool str_is_utf8(struct str s);
/* Number of code points of well-formed UTF-8. */
size_t str_utf8_length(struct str s);
/* '*' any run, '?' any one byte: the wildcards of IAM and of file patterns. */
bool str_glob(struct str pattern, struct str s);
/* '*' any run, and no other wildcard. */
bool str_glob_star(struct str pattern, struct str s);

#endif
