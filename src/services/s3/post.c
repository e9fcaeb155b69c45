/* PostObject: uploads from HTML forms (S3 API Reference, "POST Object"). */
#include "aws/codec.h"
#include "aws/sigv4.h"
#include "base/encode.h"
#include "net/http_server.h"
#include "services/s3/form.h"
#include "services/s3/policies.h"

/* What is looked at; a field of another name is ignored, as long as it asks S3 for nothing. */
static const char *const known_fields[] = { "x-amz-algorithm", "x-amz-credential", "x-amz-date",
	"x-amz-security-token", "x-amz-signature", "x-amz-storage-class",
	"x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id",
	"x-amz-website-redirect-location", "x-amz-checksum-algorithm", "x-amz-checksum-crc32",
	"x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme", "x-amz-checksum-sha1",
	"x-amz-checksum-sha256" };

static int check_fields(struct form *f)
{
	for (size_t i = 0; i < f->n; i++) {
		struct str name = f->fields[i].name, value = f->fields[i].value;
		bool is_known = !str_starts_ci(name, STR("x-amz-")) ||
				str_starts_ci(name, STR("x-amz-meta-")),
		     is_text = str_is_utf8(name);
		for (size_t k = 0; k < COUNT_OF(known_fields); k++)
			is_known |= str_eq_ci(name, str_c(known_fields[k]));
		if (!is_known)
			return fail(f->call, &s3_not_implemented,
				"A form field you provided implies functionality that is not implemented: "
				"%.*s",
				STR_ARG(name));
		/* They become headers. */
		for (size_t k = 0; k < name.n; k++)
			is_text &= (unsigned char)name.p[k] > ' ';
		for (size_t k = 0; k < value.n && !str_eq_ci(name, STR("tagging")); k++)
			is_text &= (unsigned char)value.p[k] >= ' ' || value.p[k] == '\t';
		if (!is_text && !str_eq_ci(name, STR("key")) && !str_eq_ci(name, STR("policy")))
			return s3_invalid(f->call, "field", name,
				"A field of the form has a control character in it.");
	}
	return 0;
}

/* AWS4-HMAC-SHA256 over the policy as it was sent. Signatures of version 2 pass where none is
 * looked at. */
static int identify(struct call *call, const struct form *f, struct str policy)
{
	struct sigv4_claim claim = { .form = SIGV4_HEADER,
		.credential = form_get(f, STR("x-amz-credential")),
		.signature = form_get(f, STR("x-amz-signature")),
		.amz_date = form_get(f, STR("x-amz-date")),
		.token = form_get(f, STR("x-amz-security-token")) };
	struct str rest = claim.credential, old = form_get(f, STR("AWSAccessKeyId"));
	if (old.p && call->aws->auth == AWS_AUTH_ANY) {
		claim.access_key_id = old;
		return call_identify(call, &claim, policy);
	}
	if (old.p)
		return fail(call, &s3_invalid_request,
			"The authorization mechanism you have provided is not supported. Please use "
			"AWS4-HMAC-SHA256.");
	if (!str_is(form_get(f, STR("x-amz-algorithm")), "AWS4-HMAC-SHA256") || !rest.n ||
		!claim.signature.n || !claim.amz_date.n)
		return fail(call, &s3_invalid_argument,
			"Bucket POST must contain the fields x-amz-algorithm, x-amz-credential, "
			"x-amz-date and x-amz-signature beside its policy.");
	if (!str_cut(&rest, '/', &claim.access_key_id) || !str_cut(&rest, '/', &claim.date) ||
		!str_cut(&rest, '/', &claim.region) || !str_cut(&rest, '/', &claim.service) ||
		!str_cut(&rest, '/', &claim.term) || rest.n || claim.date.n != 8 ||
		!str_starts(claim.amz_date, claim.date))
		return s3_invalid(call, "X-Amz-Credential", claim.credential,
			"Error parsing the X-Amz-Credential parameter");
	return call_identify(call, &claim, policy);
}

/* Who sends it, and whether the form is as its policy says. */
static int authorize(struct call *call, struct form *f, struct str bucket, struct str key,
	struct form_limits *limits)
{
	struct str policy = form_get(f, STR("policy")), document;
	struct s3_access access;
	if (policy.p) {
		if (identify(call, f, policy) < 0)
			return -1;
		if (base64_decode(call->arena, policy, &document) < 0)
			return fail(call, &s3_invalid_policy_document,
				"Invalid Policy: it is not base64.");
		if (form_check_policy(f, bucket, document, limits) < 0)
			return -1;
	}
	s3_access_begin(call, bucket, &access);
	if (s3_access_check(call, &access, "s3:PutObject", key) < 0 ||
		(form_get(f, STR("tagging")).p &&
			s3_access_check(call, &access, "s3:PutObjectTagging", key) < 0) ||
		(form_get(f, STR("acl")).p &&
			s3_access_check(call, &access, "s3:PutObjectAcl", key) < 0))
		return -1;
	return 0;
}

/* ${filename} in the key is the name of the file, without folders. */
static struct str expand_key(struct form *f)
{
	struct str variable = STR("${filename}"), name = f->file_name;
	ssize_t slash = str_rindex(name, '/'), back = str_rindex(name, '\\');
	if (MAX(slash, back) >= 0)
		name = str_from(name, (size_t)MAX(slash, back) + 1);
	for (size_t i = 0; i < f->n; i++) {
		struct str key = f->fields[i].value;
		ssize_t at =
			str_eq_ci(f->fields[i].name, STR("key")) ? str_find(key, variable) : -1;
		if (at >= 0)
			f->fields[i].value = arena_concat(f->call->arena,
				(struct str[]){ str_sub(key, 0, (size_t)at), name,
					str_from(key, (size_t)at + variable.n) },
				3);
	}
	return form_get(f, STR("key"));
}

static void read_metadata(struct form *f, struct s3_put_object_input *in)
{
	struct str prefix = STR("x-amz-meta-");
	in->metadata.v = arena_zalloc(f->call->arena, (f->n + 1) * sizeof *in->metadata.v);
	for (size_t i = 0; i < f->n; i++)
		if (str_starts_ci(f->fields[i].name, prefix)) {
			in->metadata.v[in->metadata.n].key = str_from(f->fields[i].name, prefix.n);
			in->metadata.v[in->metadata.n++].value = f->fields[i].value;
		}
}

static void read_fields(struct form *f, struct s3_put_object_input *in, struct body_rules *rules)
{
	in->content_type = form_get(f, STR("Content-Type"));
	in->cache_control = form_get(f, STR("Cache-Control"));
	in->content_disposition = form_get(f, STR("Content-Disposition"));
	in->content_encoding = form_get(f, STR("Content-Encoding"));
	in->expires = form_get(f, STR("Expires"));
	in->acl = form_get(f, STR("acl"));
	in->storage_class = form_get(f, STR("x-amz-storage-class"));
	in->server_side_encryption = form_get(f, STR("x-amz-server-side-encryption"));
	in->ssekms_key_id = form_get(f, STR("x-amz-server-side-encryption-aws-kms-key-id"));
	in->website_redirect_location = form_get(f, STR("x-amz-website-redirect-location"));
	read_metadata(f, in);
	for (int kind = CHECKSUM_NONE + 1; kind < CHECKSUM_KINDS; kind++) {
		rules->checksum = form_get(f, checksum_header((enum checksum_kind)kind));
		rules->kind = (enum checksum_kind)kind;
		if (rules->checksum.p)
			return;
	}
	rules->kind = CHECKSUM_NONE;
}

/* The field has tags as PutObjectTagging's body has them. */
static int read_tagging(struct form *f, struct s3_stored_tags *out)
{
	struct str text = form_get(f, STR("tagging"));
	struct s3_tagging tagging = { 0 };
	struct decode_error error;
	if (!text.p)
		return 0;
	if (xml_decode(f->call->arena, &s3_tagging_shape, text, &tagging, &error) < 0)
		return fail(f->call, &s3_malformed_xml,
			"The XML you provided was not well-formed or did not validate against our published schema");
	*out = (struct s3_stored_tags){ tagging.tag_set.v, tagging.tag_set.n };
	return s3_check_tags(f->call, out->v, out->n, S3_OBJECT_TAGS_MAX);
}

static int write_file(void *to, struct str part)
{
	return body_writer_append(to, part);
}

static int receive(struct form *f, const struct body_rules *rules, const struct form_limits *limits,
	struct body *out)
{
	struct call *call = f->call;
	struct body_writer *w;
	int64_t length =
		call->body ? call_body_length(call) : http_request(call->http)->content_length;
	/* The whole request's length is a bound of the file's. */
	if (body_writer_begin(call, rules, length, &w) < 0)
		return -1;
	if (form_read_file(f, write_file, w) < 0) {
		body_writer_abort(w);
		return -1;
	}
	if (body_writer_end(w, out) < 0)
		return -1;
	if (out->size >= limits->bytes_min && out->size <= limits->bytes_max)
		return 0;
	bool is_small = out->size < limits->bytes_min;
	body_done(call, out, false);
	return is_small ? fail(call, &s3_entity_too_small,
				  "Your proposed upload is smaller than the minimum allowed size")
			: fail(call, &s3_entity_too_large,
				  "Your proposed upload exceeds the maximum allowed size");
}

static void answer(struct form *f, const struct s3_put_object_input *in,
	const struct s3_put_object_output *put, struct s3_post_object_output *out)
{
	struct call *call = f->call;
	struct str status = form_get(f, STR("success_action_status")),
		   redirect = form_get(f, STR("success_action_redirect"));
	struct str key = percent_encode(call->arena, in->key, true);
	if (!redirect.p)
		redirect = form_get(f, STR("redirect"));
	out->e_tag = put->e_tag;
	out->version_id = put->version_id;
	if (str_starts(redirect, STR("http://")) || str_starts(redirect, STR("https://"))) {
		out->location = arena_printf(call->arena, "%.*s%sbucket=%.*s&key=%.*s&etag=%.*s",
			STR_ARG(redirect), str_index(redirect, '?') >= 0 ? "&" : "?",
			STR_ARG(in->bucket), STR_ARG(percent_encode(call->arena, in->key, false)),
			STR_ARG(percent_encode(call->arena, put->e_tag, false)));
		out->status = OPT_I64(303);
		return;
	}
	out->location = arena_printf(call->arena, "%.*s/%.*s/%.*s", STR_ARG(call_base_url(call)),
		STR_ARG(in->bucket), STR_ARG(key));
	if (str_is(status, "200"))
		out->status = OPT_I64(200);
	if (!str_is(status, "201"))
		return;
	out->status = OPT_I64(201);
	out->post_response = ARENA_NEW(call->arena, struct s3_post_response);
	*out->post_response =
		(struct s3_post_response){ out->location, in->bucket, in->key, put->e_tag };
}

static int post(
	struct form *f, const struct s3_post_object_input *in, struct s3_post_object_output *out)
{
	struct call *call = f->call;
	struct form_limits limits = { 0, S3_PUT_BYTES_MAX };
	struct body_rules rules = { 0 };
	struct s3_put_object_input object = { .bucket = in->bucket };
	struct s3_put_object_output put = { 0 };
	struct s3_object_record record = { 0 };
	struct body body;
	if (s3_check_query(call) < 0 || form_begin(call, call_body_next, in->content_type, f) < 0 ||
		check_fields(f) < 0)
		return -1;
	object.key = expand_key(f);
	if (!object.key.n)
		return fail(call, &s3_invalid_argument,
			"Bucket POST must contain a field named 'key'.  If it is specified, please check "
			"the order of the fields.");
	read_fields(f, &object, &rules);
	if (authorize(call, f, in->bucket, object.key, &limits) < 0 ||
		object_check_key(call, object.key) < 0 ||
		object_make_record(call, &object, &record) < 0 ||
		read_tagging(f, &record.tags) < 0 || object_check_early(call, &object) < 0)
		return -1;
	rules.bytes_max = limits.bytes_max;
	if (receive(f, &rules, &limits, &body) < 0 ||
		object_put_body(call, &object, &body, &record, &put) < 0)
		return -1;
	answer(f, &object, &put, out);
	return 0;
}

int s3_post_object(
	struct call *call, const struct s3_post_object_input *in, struct s3_post_object_output *out)
{
	struct form *f = ARENA_NEW(call->arena, struct form);
	f->call = call;
	int r = post(f, in, out);
	form_fini(f);
	return r;
}
