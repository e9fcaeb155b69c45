/* Stored records: structures of a .smithy as CBOR, so that members added later are simply absent in
 * old ones. */
#include "aws/call.h"
#include "aws/codec.h"
#include "base/log.h"
#include "store/store.h"
#include <errno.h>

struct str record_encode(struct arena *arena, const struct shape *shape, const void *record)
{
	struct buf b = { 0 };
	assert(shape->type == SHAPE_STRUCTURE);
	cbor_encode(&b, shape, record);
	struct str bytes = arena_str(arena, buf_view(&b));
	buf_fini(&b);
	return bytes;
}

int record_decode(struct arena *arena, const struct shape *shape, struct str bytes, void *out)
{
	struct decode_error error = { "it is too large" };
	assert(shape->type == SHAPE_STRUCTURE);
	if (cbor_decode_stored(arena, shape, bytes, out, &error) < 0) {
		log_error("a stored %s can't be read: %s", shape->name, error.text);
		return -EINVAL;
	}
	return 0;
}

bool call_get_record(struct call *call, struct str key, const struct shape *shape, void *out)
{
	struct str bytes;
	assert(call->txn);
	if (!txn_get(call->txn, key, call->arena, &bytes))
		return false;
	return record_decode(call->arena, shape, bytes, out) == 0;
}

void call_put_record(
	struct call *call, struct str key, const struct shape *shape, const void *record)
{
	assert(call->txn);
	struct buf b = { 0 };
	cbor_encode(&b, shape, record);
	txn_put(call->txn, key, buf_view(&b));
	buf_fini(&b);
}
