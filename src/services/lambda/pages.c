/* Lists in pages: a marker is the key after which the next page begins, in base64. */
#include "base/encode.h"
#include "services/lambda/internal.h"
#include "store/key.h"

int lambda_page_open(struct call *call, struct str prefix, struct str marker,
	struct opt_i64 max_items, size_t max, struct lambda_page *page)
{
	struct str begin = prefix, end = key_range_end(call->arena, prefix);
	*page = (struct lambda_page){ .call = call, .left = max };
	if (max_items.set && (uint64_t)max_items.v < max)
		page->left = (size_t)max_items.v;
	if (marker.p) {
		struct str key;
		bool ok = base64_decode(call->arena, marker, &key) == 0 &&
			  str_cmp(key, prefix) >= 0 && str_cmp(key, end) < 0;
		if (!ok)
			return fail(call, &lambda_invalid_parameter_value_exception,
				"Invalid pagination token.");
		begin = key_after(call->arena, key);
	}
	txn_cursor_open(call->txn, begin, end, false, &page->cursor);
	return 0;
}

bool lambda_page_next(struct lambda_page *page, const struct shape *shape, void *out)
{
	struct call *call = page->call;
	struct str last = page->cursor.key;
	if (page->left == 0 && last.p)
		last = arena_str(call->arena, last);
	if (!txn_cursor_next(&page->cursor))
		return false;
	if (page->left == 0) {
		page->next_marker = base64_encode(call->arena, last);
		return false;
	}
	page->left--;
	memset(out, 0, shape->size);
	/* Views of the cursor end with its next step: the record is decoded from a copy. */
	struct str bytes = arena_str(call->arena, page->cursor.value);
	return record_open(call->aws, call->arena, shape, page->cursor.key, bytes, out) == 0;
}

void lambda_page_close(struct lambda_page *page)
{
	txn_cursor_close(&page->cursor);
}
