/* What IAM's operations share: names, ids, documents, tags and pages. */
#include "base/encode.h"
#include "base/random.h"
#include "services/iam/internal.h"
#include "services/iam/limits.h"
#include <ctype.h>

struct str lower_case(struct arena *arena, struct str s)
{
	char *p = arena_cstr(arena, s);
	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)tolower((unsigned char)p[i]);
	return (struct str){ p, s.n };
}

struct str make_id(struct call *call, const char *prefix)
{
	char text[17 + 1];
	random_text(text, 17, STR("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"));
	return arena_printf(call->arena, "%s%s", prefix, text);
}

struct str make_arn(struct call *call, const char *kind, struct str path, struct str name)
{
	return arena_printf(call->arena, "arn:aws:iam::%.*s:%s%.*s%.*s",
		STR_ARG(call->identity.account), kind, STR_ARG(path), STR_ARG(name));
}

int check_document(struct call *call, struct str document, bool is_trust_policy)
{
	struct str why;
	if (policy_check(call->arena, document, is_trust_policy, &why) < 0)
		return fail(call, &iam_malformed_policy_document_exception, "%.*s", STR_ARG(why));
	return 0;
}

size_t document_bytes(struct str document)
{
	size_t n = 0;
	for (size_t i = 0; i < document.n; i++)
		n += !isspace((unsigned char)document.p[i]);
	return n;
}

size_t count_keys(struct call *call, struct str prefix, size_t max)
{
	struct txn_cursor c;
	size_t n = 0;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (n < max && txn_cursor_next(&c))
		n++;
	txn_cursor_close(&c);
	return n;
}

void *list_grow(struct arena *arena, void *v, size_t n, size_t size)
{
	/* At each power of two there is no room left. */
	if (n & (n - 1))
		return v;
	char *grown = arena_zalloc(arena, (n ? n * 2 : 1) * size);
	if (n)
		memcpy(grown, v, n * size);
	return grown;
}

/* ---- tags ---- */

static struct iam_tag *tag_find(const struct iam_tag_list *tags, struct str key)
{
	for (size_t i = 0; i < tags->n; i++)
		if (str_eq_ci(tags->v[i].key, key))
			return &tags->v[i];
	return NULL;
}

int tags_add(struct call *call, struct iam_tag_list *tags, const struct iam_tag_list *more)
{
	struct iam_tag_list all = {
		arena_zalloc(call->arena, (tags->n + more->n + 1) * sizeof *all.v), tags->n
	};
	if (tags->n)
		memcpy(all.v, tags->v, tags->n * sizeof *all.v);
	for (size_t i = 0; i < more->n; i++) {
		if (tag_find(&(struct iam_tag_list){ more->v, i }, more->v[i].key))
			return fail(call, &iam_invalid_input_exception,
				"Duplicate tag keys found. Please note that Tag keys are case insensitive.");
		struct iam_tag *old = tag_find(&all, more->v[i].key);
		if (old)
			*old = more->v[i];
		else
			all.v[all.n++] = more->v[i];
	}
	if (all.n > IAM_TAGS_MAX)
		return fail(call, &iam_limit_exceeded_exception,
			"Cannot exceed quota for TagsPerEntity: %d", IAM_TAGS_MAX);
	*tags = all;
	return 0;
}

void tags_remove(struct iam_tag_list *tags, const struct iam_tag_key_list *keys)
{
	for (size_t i = 0; i < keys->n; i++) {
		struct iam_tag *tag = tag_find(tags, keys->v[i]);
		if (!tag)
			continue;
		size_t at = (size_t)(tag - tags->v);
		memmove(tag, tag + 1, (tags->n - at - 1) * sizeof *tag);
		tags->n--;
	}
}

static int bad_marker(struct call *call)
{
	return fail(call, &aws_validation_exception, "Invalid Marker.");
}

static size_t page_size(struct opt_i64 max_items)
{
	return max_items.set ? (size_t)max_items.v : IAM_PAGE_DEFAULT;
}

int tags_page(struct call *call, const struct iam_tag_list *tags, struct str marker,
	struct opt_i64 max_items, struct iam_tag_list *out, struct opt_bool *is_truncated,
	struct str *next_marker)
{
	uint64_t from = 0;
	if (marker.p && (str_to_u64(marker, &from) < 0 || from > tags->n))
		return bad_marker(call);
	size_t n = MIN(tags->n - from, page_size(max_items));
	LIST_EMPTY(call, out);
	if (n)
		*out = (struct iam_tag_list){ tags->v + from, n };
	*is_truncated = OPT_BOOL(from + n < tags->n);
	if (from + n < tags->n)
		*next_marker = arena_printf(call->arena, "%zu", (size_t)from + n);
	return 0;
}

int boundary_make(struct call *call, struct str arn, struct iam_attached_permissions_boundary **out)
{
	struct str document;
	*out = NULL;
	if (!arn.p)
		return 0;
	if (!policy_document(call, arn, &document))
		return fail(call, &iam_no_such_entity_exception,
			"Scope ARN: %.*s does not exist or is not attachable.", STR_ARG(arn));
	*out = ARENA_NEW(call->arena, struct iam_attached_permissions_boundary);
	**out = (struct iam_attached_permissions_boundary){ STR("PermissionsBoundaryPolicy"), arn };
	return 0;
}

/* ---- pages ---- */

int page_open(struct call *call, struct str prefix, struct str marker, struct opt_i64 max_items,
	struct page *page)
{
	struct str begin = prefix, rest;
	*page = (struct page){ .call = call, .prefix = prefix, .max = page_size(max_items) };
	/* The marker is what follows the prefix in the first key of the page. */
	if (marker.p) {
		if (base64_decode(call->arena, marker, &rest) < 0)
			return bad_marker(call);
		begin = arena_concat(call->arena, (struct str[]){ prefix, rest }, 2);
	}
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, prefix), false, &page->cursor);
	return 0;
}

bool page_next(struct page *page)
{
	if (!txn_cursor_next(&page->cursor))
		return false;
	if (page->count == page->max) {
		page->marker = base64_encode(
			page->call->arena, str_from(page->cursor.key, page->prefix.n));
		return false;
	}
	page->count++;
	return true;
}

void page_skip(struct page *page)
{
	page->count--;
}

void page_close(struct page *page, struct opt_bool *is_truncated, struct str *marker)
{
	txn_cursor_close(&page->cursor);
	*is_truncated = OPT_BOOL(page->marker.p != NULL);
	*marker = page->marker;
}

struct str page_name(struct page *page)
{
	struct key_part parts[8];
	int n = key_decode(page->call->arena, page->cursor.key, parts, COUNT_OF(parts));
	assert(n > 0);
	return parts[n - 1].text;
}
