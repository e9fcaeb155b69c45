/* PutObject, and what makes a new version's record. */
#include "base/encode.h"
#include "services/s3/config.h"
#include "services/s3/notify.h"

void object_store_body(struct call *call, const struct body *body, struct s3_object_record *record)
{
	record->id = object_new_id(call);
	record->size = OPT_I64((int64_t)body->size);
	record->modified_ms = OPT_I64(call->now_ms);
	if (body->data.p) {
		txn_put(call->txn, data_key(call, record->id), body->data);
	} else {
		record->blob =
			arena_str(call->arena, (struct str){ body->blob.hex, BLOB_ID_LENGTH });
		body_ref(call, record->blob, record->id);
	}
}

struct str object_content_encoding(struct call *call, struct str value)
{
	struct buf b = { 0 };
	struct str item, result;
	if (!value.p || str_find(value, STR("aws-chunked")) < 0)
		return value;
	while (value.p && str_cut(&value, ',', &item)) {
		item = str_trim(item);
		if (item.n == 0 || str_eq_ci(item, STR("aws-chunked")))
			continue;
		if (b.n)
			buf_char(&b, ',');
		buf_str(&b, item);
	}
	result = b.n ? arena_str(call->arena, buf_view(&b)) : (struct str){ 0 };
	buf_fini(&b);
	return result;
}

int object_check_headers(struct call *call, const struct s3_stored_headers *headers)
{
	size_t n = 0;
	for (size_t i = 0; i < headers->metadata.n; i++)
		n += headers->metadata.v[i].key.n + headers->metadata.v[i].value.n;
	if (n > S3_METADATA_BYTES_MAX)
		return fail(call, &s3_metadata_too_large,
			"Your metadata headers exceed the maximum allowed metadata size");
	if (headers->redirect.p && !str_starts(headers->redirect, STR("/")) &&
		!str_starts(headers->redirect, STR("http://")) &&
		!str_starts(headers->redirect, STR("https://")))
		return fail(call, &s3_invalid_request,
			"The website redirect location must have a prefix of 'http://' or 'https://' or '/'.");
	return 0;
}

int object_set_class(struct call *call, struct s3_object_record *record, struct str storage_class,
	struct str encryption, struct str kms_key_id)
{
	static const char *const classes[] = { "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA",
		"ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE" };
	static const char *const encryptions[] = { "AES256", "aws:kms", "aws:kms:dsse" };
	bool known = !storage_class.p, known_encryption = !encryption.p;
	for (size_t i = 0; i < COUNT_OF(classes); i++)
		known |= str_is(storage_class, classes[i]);
	for (size_t i = 0; i < COUNT_OF(encryptions); i++)
		known_encryption |= str_is(encryption, encryptions[i]);
	if (!known)
		return fail(call, &s3_invalid_storage_class,
			"The storage class you specified is not valid");
	/* An archived object could not be read without a restore, which is not served. */
	if (str_is(storage_class, "GLACIER") || str_is(storage_class, "DEEP_ARCHIVE"))
		return fail(call, &s3_invalid_storage_class, "The storage class %.*s is not served",
			STR_ARG(storage_class));
	if (!known_encryption)
		return s3_invalid(call, "x-amz-server-side-encryption", encryption,
			"The encryption method specified is not supported");
	record->storage_class =
		str_is(storage_class, "STANDARD") ? (struct str){ 0 } : storage_class;
	record->encryption = encryption.p ? encryption : STR("AES256");
	record->kms_key_id = kms_key_id;
	return 0;
}

struct put {
	const struct s3_put_object_input *in;
	struct body *body;
	struct s3_object_record record; /* without what the transaction sets */
	struct s3_put_object_output *out;
};

static int commit_put(struct call *call, void *arg)
{
	struct put *p = arg;
	const struct s3_put_object_input *in = p->in;
	struct s3_object_record record = p->record, old;
	struct s3_bucket_record bucket;
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	if (in->if_match.p || in->if_none_match.p) {
		bool is_there = object_current(call, in->bucket, in->key, &old);
		if (conditions_check_write(
			    call, in->if_match, in->if_none_match, is_there ? &old : NULL) < 0)
			return -1;
	}
	if (s3_check_canned_acl(call, in->bucket, in->acl) < 0)
		return -1;
	object_store_body(call, p->body, &record);
	object_install(call, &bucket, in->bucket, in->key, &record);
	p->out->version_id = object_version_id(&bucket, &record);
	return notify_object(call, &bucket, in->bucket, in->key, &record,
		call->operation == &s3_post_object_operation ? "ObjectCreated:Post"
							     : "ObjectCreated:Put");
}

static int check_early(struct call *call, void *arg)
{
	const struct s3_put_object_input *in = arg;
	struct s3_bucket_record bucket;
	struct s3_object_record old;
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	if (!in->if_match.p && !in->if_none_match.p)
		return 0;
	bool is_there = object_current(call, in->bucket, in->key, &old);
	return conditions_check_write(
		call, in->if_match, in->if_none_match, is_there ? &old : NULL);
}

int object_check_early(struct call *call, const struct s3_put_object_input *in)
{
	return call_read(call, check_early, (void *)(uintptr_t)in);
}

int object_make_record(
	struct call *call, const struct s3_put_object_input *in, struct s3_object_record *record)
{
	struct s3_stored_headers *h = ARENA_NEW(call->arena, struct s3_stored_headers);
	*h = (struct s3_stored_headers){
		.content_type = in->content_type.n ? in->content_type : STR("binary/octet-stream"),
		.cache_control = in->cache_control,
		.content_disposition = in->content_disposition,
		.content_encoding = object_content_encoding(call, in->content_encoding),
		.content_language = in->content_language,
		.expires = in->expires,
		.redirect = in->website_redirect_location,
		.metadata = in->metadata,
	};
	record->headers = h;
	if (object_check_headers(call, h) < 0 ||
		object_set_class(call, record, in->storage_class, in->server_side_encryption,
			in->ssekms_key_id) < 0)
		return -1;
	return in->tagging.p ? s3_parse_tagging(call, in->tagging, &record->tags) : 0;
}

int object_put_body(struct call *call, const struct s3_put_object_input *in, struct body *body,
	const struct s3_object_record *record, struct s3_put_object_output *out)
{
	struct put put = { .in = in, .body = body, .record = *record, .out = out };
	put.record.e_tag = body->e_tag;
	if (body->kind != CHECKSUM_NONE) {
		put.record.checksum_algorithm = checksum_name(body->kind);
		put.record.checksum_type = STR("FULL_OBJECT");
		put.record.checksum = body->checksum;
	}
	int r = call_write(call, commit_put, &put);
	body_done(call, body, r == 0);
	if (r < 0)
		return -1;
	out->e_tag = s3_quoted(call, body->e_tag);
	out->server_side_encryption = put.record.encryption;
	out->ssekms_key_id = put.record.kms_key_id;
	CHECKSUM_SET(out, body->kind, body->checksum);
	if (body->kind != CHECKSUM_NONE)
		out->checksum_type = STR("FULL_OBJECT");
	return 0;
}

int s3_put_object(
	struct call *call, const struct s3_put_object_input *in, struct s3_put_object_output *out)
{
	struct body body;
	struct body_rules rules;
	struct s3_object_record record = { 0 };
	if (s3_check_query(call) < 0 || object_check_key(call, in->key) < 0 ||
		body_read_rules(call, &rules) < 0 || object_make_record(call, in, &record) < 0)
		return -1;
	if (call_body_length(call) > S3_INLINE_BYTES_MAX && object_check_early(call, in) < 0)
		return -1;
	if (body_receive(call, &rules, &body) < 0)
		return -1;
	return object_put_body(call, in, &body, &record, out);
}
