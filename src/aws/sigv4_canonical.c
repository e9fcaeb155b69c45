/* The canonical request of Signature Version 4 and the string to sign. */
#include "aws/sigv4_canonical.h"
#include "aws/hash.h"
#include "aws/limits.h"
#include "base/encode.h"
#include <stdlib.h>

static void append_lower(struct buf *b, struct str s)
{
	char *p = buf_reserve(b, s.n);
	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
	b->n += s.n;
}

/* Without the segments "." and "..", and without empty ones (RFC 3986 section 5.2.4). */
static struct str normalize_path(struct arena *arena, struct str path)
{
	if (str_find(path, STR("//")) < 0 && str_find(path, STR("/.")) < 0)
		return path;
	char *out = arena_alloc(arena, path.n + 1);
	size_t n = 0;
	struct str rest = path, segment;
	bool ends_open = true;
	while (str_cut(&rest, '/', &segment)) {
		ends_open = segment.n == 0 || str_is(segment, ".") || str_is(segment, "..");
		if (str_is(segment, "..")) {
			while (n > 0 && out[--n] != '/')
				;
		} else if (!ends_open) {
			out[n++] = '/';
			memcpy(out + n, segment.p, segment.n);
			n += segment.n;
		}
	}
	if (n == 0 || ends_open)
		out[n++] = '/';
	return (struct str){ out, n };
}

static void append_path(struct buf *b, struct arena *arena, struct str path, enum sigv4_rules rules)
{
	struct str decoded;
	if (path.n == 0)
		path = STR("/");
	if (rules == SIGV4_RULES_COMMON)
		path = normalize_path(arena, path);
	else if (percent_decode(arena, path, false, &decoded) == 0)
		path = decoded;
	percent_encode_to(b, path, true);
}

static int compare_params(const void *a, const void *b)
{
	const struct http_header *x = a, *y = b;
	int order = str_cmp(x->name, y->name);
	return order ? order : str_cmp(x->value, y->value);
}

static struct str recode(struct arena *arena, struct str s)
{
	struct str decoded;
	if (percent_decode(arena, s, true, &decoded) < 0)
		decoded = s;
	return percent_encode(arena, decoded, false);
}

static void append_query(struct buf *b, struct arena *arena, struct str query)
{
	struct str rest = query, pair;
	size_t n = 0, max = 1;
	if (query.n == 0)
		return;
	for (size_t i = 0; i < query.n; i++)
		max += query.p[i] == '&';
	max = MIN(max, (size_t)SIGV4_QUERY_PARAMS_MAX);
	struct http_header *params = arena_alloc(arena, max * sizeof *params);
	while (n < max && str_cut(&rest, '&', &pair)) {
		if (pair.n == 0)
			continue;
		ssize_t equals = str_index(pair, '=');
		struct str name = equals < 0 ? pair : str_sub(pair, 0, (size_t)equals);
		struct str value = equals < 0 ? STR("") : str_from(pair, (size_t)equals + 1);
		if (str_is(name, "X-Amz-Signature"))
			continue;
		params[n++] = (struct http_header){ recode(arena, name), recode(arena, value) };
	}
	qsort(params, n, sizeof *params, compare_params);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(b, '&');
		buf_str(b, params[i].name);
		buf_char(b, '=');
		buf_str(b, params[i].value);
	}
}

/* Trimmed, and each run of blanks as one. */
static void append_value(struct buf *b, struct str value)
{
	value = str_trim(value);
	char *p = buf_reserve(b, value.n);
	size_t n = 0;
	for (size_t i = 0; i < value.n; i++) {
		bool is_blank = value.p[i] == ' ' || value.p[i] == '\t';
		if (is_blank && n && p[n - 1] == ' ')
			continue;
		p[n++] = is_blank ? ' ' : value.p[i];
	}
	b->n += n;
}

static void append_header(struct buf *b, const struct http_headers *headers, struct str name)
{
	bool first = true;
	append_lower(b, name);
	buf_char(b, ':');
	for (size_t i = 0; i < headers->n; i++) {
		if (headers->v[i].name.n != name.n || !str_eq_ci(headers->v[i].name, name))
			continue;
		if (!first)
			buf_char(b, ',');
		first = false;
		append_value(b, headers->v[i].value);
	}
	buf_char(b, '\n');
}

void sigv4_canonical_request(struct buf *b, struct arena *arena,
	const struct sigv4_request *request, struct str signed_headers, struct str payload_hash,
	enum sigv4_rules rules)
{
	struct str names = signed_headers, name;
	size_t n = 0;
	buf_str(b, request->method);
	buf_char(b, '\n');
	append_path(b, arena, request->path, rules);
	buf_char(b, '\n');
	append_query(b, arena, request->query);
	buf_char(b, '\n');
	while (names.p && n++ < SIGV4_SIGNED_HEADERS_MAX && str_cut(&names, ';', &name))
		append_header(b, request->headers, name);
	buf_char(b, '\n');
	append_lower(b, signed_headers);
	buf_char(b, '\n');
	buf_str(b, payload_hash);
}

void sigv4_string_to_sign(struct buf *b, const struct sigv4_claim *claim, struct str canonical)
{
	char hex[2 * SHA256_BYTES + 1];
	buf_cat(b, "AWS4-HMAC-SHA256\n");
	buf_str(b, claim->amz_date);
	buf_char(b, '\n');
	/* The scope: the credential without its first part. */
	buf_str(b, str_from(claim->credential, claim->access_key_id.n + 1));
	buf_char(b, '\n');
	sha256_hex(canonical, hex);
	buf_append(b, hex, sizeof hex - 1);
}
