/* Fuzzing forms: the first byte says how the rest is cut, and what is read does not depend on it. A
 * field "policy" is tried as the form's policy. */
#include "services/s3/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str rest;
static size_t piece;

static int next(struct call *call, struct str *part)
{
	(void)call;
	*part = str_sub(rest, 0, MIN(piece, rest.n));
	rest = str_from(rest, part->n);
	return part->n > 0;
}

static int write(void *to, struct str part)
{
	buf_str(to, part);
	return 0;
}

/* All that was read, as one text. */
static void read_all(struct str text, size_t size, struct buf *out)
{
	struct arena arena;
	struct call call = { .arena = &arena, .now_ms = 1000 };
	struct form form;
	struct form_limits limits = { 0, 100 };
	arena_init(&arena, 4 * MIB);
	rest = text;
	piece = size;
	int r = form_begin(&call, next, STR("multipart/form-data; boundary=b"), &form);
	for (size_t i = 0; i < form.n; i++) {
		buf_str(out, form.fields[i].name);
		buf_char(out, '=');
		buf_str(out, form.fields[i].value);
		buf_char(out, '\n');
	}
	struct str policy = form_get(&form, STR("policy"));
	if (r == 0 && policy.p) {
		buf_i64(out, form_check_policy(&form, STR("bucket"), policy, &limits));
		call.error = (struct call_error){ 0 };
	}
	if (r == 0)
		r = form_read_file(&form, write, out);
	assert((r < 0) == (call.error.shape != NULL));
	buf_cat(out, r < 0 ? call.error.shape->name : "whole");
	form_fini(&form);
	arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = { 0 }, cut = { 0 };
	if (size < 1)
		return 0;
	struct str text = { (const char *)data + 1, size - 1 };
	read_all(text, SIZE_MAX, &whole);
	read_all(text, (size_t)data[0] + 1, &cut);
	assert(str_eq(buf_view(&whole), buf_view(&cut)));
	buf_fini(&whole);
	buf_fini(&cut);
	return 0;
}
