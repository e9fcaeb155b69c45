/* Stored records: structures of a .smithy as CBOR, so that members added later are simply absent in
 * old ones. */
#include "aws/call.h"
#include "aws/codec.h"
#include "aws/seal.h"
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

/* No record begins so: it is a map of CBOR. */
static const struct str seal_mark = STR_INIT("\x01samovar-sealed\n");
#define RECORD_LABEL "samovar/record/1"

int record_open(const struct aws *aws, struct arena *arena, const struct shape *shape,
	struct str key, struct str bytes, void *out)
{
	if (str_starts(bytes, seal_mark) &&
		seal_open(aws, arena, RECORD_LABEL, key, str_from(bytes, seal_mark.n), &bytes) < 0)
		return -EINVAL;
	return record_decode(arena, shape, bytes, out);
}

struct str record_seal(const struct aws *aws, struct arena *arena, const struct shape *shape,
	struct str key, const void *record)
{
	struct str text = record_encode(arena, shape, record);
	struct str parts[] = { seal_mark, seal_text(aws, arena, RECORD_LABEL, key, text) };
	return arena_concat(arena, parts, COUNT_OF(parts));
}

bool call_get_record(struct call *call, struct str key, const struct shape *shape, void *out)
{
	struct str bytes;
	assert(call->txn);
	if (!txn_get(call->txn, key, call->arena, &bytes))
		return false;
	return record_open(call->aws, call->arena, shape, key, bytes, out) == 0;
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

void call_put_sealed(
	struct call *call, struct str key, const struct shape *shape, const void *record)
{
	assert(call->txn);
	txn_put(call->txn, key, record_seal(call->aws, call->arena, shape, key, record));
}
