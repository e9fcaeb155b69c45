/* Layers: archives that are mounted beside a function's code, in versions. */
#include "services/lambda/code_cache.h"
#include "services/lambda/policy_doc.h"
#include "store/key.h"

static int layer_of(struct call *call, struct str text, int64_t version, struct function_name *out)
{
	if (layer_name_parse(text, false, out) < 0)
		return fail(call, &aws_validation_exception,
			"1 validation error detected: Value '%.*s' at 'layerName' failed "
			"to satisfy constraint: Member must be a layer's name or ARN",
			STR_ARG(text));
	if (!out->account.p)
		out->account = call->identity.account;
	if (!out->region.p)
		out->region = call->identity.region;
	if (version > 0)
		out->qualifier = arena_printf(call->arena, "%lld", (long long)version);
	return 0;
}

/* Layers of other accounts are theirs to change. */
static int own_layer_of(
	struct call *call, struct str text, int64_t version, struct function_name *out)
{
	if (layer_of(call, text, version, out) < 0)
		return -1;
	if (call->aws->auth == AWS_AUTH_STRICT && !str_eq(out->account, call->identity.account))
		return fail(call, &aws_access_denied,
			"User: %.*s is not authorized to perform: lambda:%s on resource: %.*s",
			STR_ARG(call->identity.principal_arn), call->operation->name,
			STR_ARG(layer_arn(call->arena, out)));
	return 0;
}

static struct str layer_version_key(
	struct call *call, const struct function_name *name, int64_t version)
{
	return KEY(call->arena, KEY_LITERAL("lambda"), key_text(name->account),
		key_text(name->region), KEY_LITERAL("layer-version"), key_text(name->name),
		key_int(version));
}

static struct str layer_owner(struct call *call, const struct function_name *name, int64_t version)
{
	return arena_printf(call->arena, "lambda-layer/%.*s/%.*s/%.*s/%lld", STR_ARG(name->account),
		STR_ARG(name->region), STR_ARG(name->name), (long long)version);
}

static int fail_no_layer(struct call *call, const struct function_name *name)
{
	struct str arn = layer_arn(call->arena, name);
	return fail(call, &lambda_resource_not_found_exception,
		"Layer version %.*s does not exist.", STR_ARG(arn));
}

static int get_layer(struct call *call, const struct function_name *name, int64_t version,
	struct lambda_layer_version_record *out)
{
	*out = (struct lambda_layer_version_record){ 0 };
	if (!call_get_record(call, layer_version_key(call, name, version),
		    &lambda_layer_version_record_shape, out))
		return fail_no_layer(call, name);
	return 0;
}

bool lambda_read_layer_version(
	struct call *call, struct str arn, struct lambda_layer_version_record *out)
{
	struct function_name name;
	int64_t version;
	*out = (struct lambda_layer_version_record){ 0 };
	return layer_name_parse(arn, true, &name) == 0 && name.account.p &&
	       str_to_i64(name.qualifier, &version) == 0 &&
	       call_get_record(call, layer_version_key(call, &name, version),
		       &lambda_layer_version_record_shape, out);
}

static int read_layer_policy(struct call *call, void *arg)
{
	struct service_resource *resource = arg;
	struct function_name name;
	struct lambda_policy_record policy = { 0 };
	if (layer_name_parse(resource->arn, true, &name) == 0 &&
		call_get_record(call,
			lambda_named_key(call->arena, &name, "layer-policy", name.qualifier),
			&lambda_policy_record_shape, &policy))
		resource->policy = lambda_policy_document(call->arena, &policy);
	return 0;
}

int lambda_layer_may_read(struct call *call, const struct function_name *layer)
{
	struct service_resource resource = { .arn = layer_arn(call->arena, layer),
		.account = layer->account };
	if (call->aws->auth == AWS_AUTH_STRICT && call_look(call, read_layer_policy, &resource) < 0)
		return -1;
	return call_authorize(call, "lambda:GetLayerVersion", &resource);
}

static void show(struct call *call, const struct function_name *layer,
	const struct lambda_layer_version_record *v, struct lambda_get_layer_version_response *out)
{
	struct function_name name = *layer;
	name.qualifier = (struct str){ 0 };
	out->layer_arn = layer_arn(call->arena, &name);
	name.qualifier = arena_printf(call->arena, "%lld", (long long)v->version.v);
	out->layer_version_arn = layer_arn(call->arena, &name);
	out->description = v->description;
	out->created_date = v->created_date;
	out->version = v->version;
	out->compatible_architectures = v->compatible_architectures;
	out->compatible_runtimes = v->compatible_runtimes;
	out->license_info = v->license_info;
	out->content = ARENA_NEW(call->arena, struct lambda_layer_version_content_output);
	out->content->location = code_link(call, v->blob, name.name);
	out->content->code_sha256 = v->code_sha256;
	out->content->code_size = v->code_size;
}

static struct lambda_layer_versions_list_item item_of(struct call *call,
	const struct function_name *layer, const struct lambda_layer_version_record *v)
{
	struct function_name name = *layer;
	name.qualifier = arena_printf(call->arena, "%lld", (long long)v->version.v);
	return (struct lambda_layer_versions_list_item){
		.layer_version_arn = layer_arn(call->arena, &name),
		.version = v->version,
		.description = v->description,
		.created_date = v->created_date,
		.compatible_architectures = v->compatible_architectures,
		.compatible_runtimes = v->compatible_runtimes,
		.license_info = v->license_info,
	};
}

/* ---- PublishLayerVersion ---- */

struct publication {
	const struct lambda_publish_layer_version_input *in;
	struct lambda_get_layer_version_response shown;
	struct function_name name;
	struct code code;
};

static int publish_layer(struct call *call, void *arg)
{
	struct publication *p = arg;
	struct lambda_layer_record layer = { .last_version = OPT_I64(0) };
	struct str key = lambda_part_key(call->arena, &p->name, "layer");
	call_get_record(call, key, &lambda_layer_record_shape, &layer);
	if (code_check_storage(call, &p->name, p->code.zip_bytes) < 0)
		return -1;
	int64_t number = layer.last_version.v + 1;
	layer.last_version = OPT_I64(number);
	struct lambda_layer_version_record v = {
		.version = layer.last_version,
		.description = p->in->description.p ? p->in->description : STR(""),
		.created_date = lambda_now_text(call),
		.compatible_architectures = p->in->compatible_architectures,
		.compatible_runtimes = p->in->compatible_runtimes,
		.license_info = p->in->license_info,
		.code_sha256 = p->code.sha256,
		.code_size = OPT_I64(p->code.zip_bytes),
		.blob = p->code.blob,
		.unzipped_bytes = OPT_I64(p->code.unzipped_bytes),
	};
	blob_ref(call->txn, call->arena, v.blob, layer_owner(call, &p->name, number));
	call_put_record(call, key, &lambda_layer_record_shape, &layer);
	call_put_record(call, layer_version_key(call, &p->name, number),
		&lambda_layer_version_record_shape, &v);
	show(call, &p->name, &v, &p->shown);
	return 0;
}

int lambda_publish_layer_version(struct call *call,
	const struct lambda_publish_layer_version_input *in,
	struct lambda_publish_layer_version_output *out)
{
	struct publication p = { .in = in };
	struct code_source source = { in->content->zip_file, in->content->s3_bucket,
		in->content->s3_key, in->content->s3_object_version, { 0 } };
	if (own_layer_of(call, in->layer_name, 0, &p.name) < 0 ||
		code_take(call, &source, &p.code) < 0)
		return -1;
	int r = call_write(call, publish_layer, &p);
	code_release(call, &p.code, r == 0);
	if (r < 0)
		return -1;
	*out = (struct lambda_publish_layer_version_output){
		.content = p.shown.content,
		.layer_arn = p.shown.layer_arn,
		.layer_version_arn = p.shown.layer_version_arn,
		.description = p.shown.description,
		.created_date = p.shown.created_date,
		.version = p.shown.version,
		.compatible_architectures = p.shown.compatible_architectures,
		.compatible_runtimes = p.shown.compatible_runtimes,
		.license_info = p.shown.license_info,
	};
	return 0;
}

/* ---- showing and listing ---- */

int lambda_get_layer_version(struct call *call, const struct lambda_get_layer_version_input *in,
	struct lambda_get_layer_version_response *out)
{
	struct function_name name;
	struct lambda_layer_version_record v;
	if (layer_of(call, in->layer_name, in->version_number.v, &name) < 0 ||
		lambda_layer_may_read(call, &name) < 0 ||
		get_layer(call, &name, in->version_number.v, &v) < 0)
		return -1;
	show(call, &name, &v, out);
	return 0;
}

int lambda_get_layer_version_by_arn(struct call *call,
	const struct lambda_get_layer_version_by_arn_input *in,
	struct lambda_get_layer_version_response *out)
{
	struct function_name name;
	struct lambda_layer_version_record v;
	if (layer_name_parse(in->arn, true, &name) < 0 || !name.account.p)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Invalid layer version ARN: %.*s", STR_ARG(in->arn));
	if (lambda_layer_may_read(call, &name) < 0)
		return -1;
	if (!lambda_read_layer_version(call, in->arn, &v))
		return fail_no_layer(call, &name);
	show(call, &name, &v, out);
	return 0;
}

static bool contains(const struct str *v, size_t n, struct str wanted)
{
	bool found = !wanted.p;
	for (size_t i = 0; i < n && !found; i++)
		found = str_eq(v[i], wanted);
	return found;
}

static bool fits(
	const struct lambda_layer_version_record *v, struct str runtime, struct str architecture)
{
	return contains(v->compatible_runtimes.v, v->compatible_runtimes.n, runtime) &&
	       contains(v->compatible_architectures.v, v->compatible_architectures.n, architecture);
}

/* The newest versions first, from before the marker (a version's number) on. */
int lambda_list_layer_versions(struct call *call, const struct lambda_list_layer_versions_input *in,
	struct lambda_list_layer_versions_output *out)
{
	struct function_name name;
	struct txn_cursor c;
	int64_t before = 0;
	size_t max = in->max_items.set ? (size_t)in->max_items.v : LAMBDA_PAGE;
	if (own_layer_of(call, in->layer_name, 0, &name) < 0)
		return -1;
	if (in->marker.p && (str_to_i64(in->marker, &before) < 0 || before < 1))
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Invalid pagination token.");
	struct str prefix = lambda_part_key(call->arena, &name, "layer-version");
	struct str end = before ? layer_version_key(call, &name, before)
				: key_range_end(call->arena, prefix);
	out->layer_versions.v =
		ARENA_ARRAY(call->arena, struct lambda_layer_versions_list_item, max);
	txn_cursor_open(call->txn, prefix, end, true, &c);
	while (txn_cursor_next(&c)) {
		struct lambda_layer_version_record v = { 0 };
		struct str bytes = arena_str(call->arena, c.value);
		if (record_decode(call->arena, &lambda_layer_version_record_shape, bytes, &v) < 0 ||
			!fits(&v, in->compatible_runtime, in->compatible_architecture))
			continue;
		if (out->layer_versions.n == max) {
			out->next_marker = arena_printf(call->arena, "%lld",
				(long long)out->layer_versions.v[max - 1].version.v);
			break;
		}
		out->layer_versions.v[out->layer_versions.n++] = item_of(call, &name, &v);
	}
	txn_cursor_close(&c);
	return 0;
}

/* The newest version that fits; false if there is none. */
static bool newest(struct call *call, const struct function_name *name,
	const struct lambda_list_layers_input *in, struct lambda_layer_version_record *v)
{
	struct str prefix = lambda_part_key(call->arena, name, "layer-version");
	struct txn_cursor c;
	bool found = false;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), true, &c);
	while (!found && txn_cursor_next(&c)) {
		struct str bytes = arena_str(call->arena, c.value);
		*v = (struct lambda_layer_version_record){ 0 };
		found = record_decode(call->arena, &lambda_layer_version_record_shape, bytes, v) ==
				0 &&
			fits(v, in->compatible_runtime, in->compatible_architecture);
	}
	txn_cursor_close(&c);
	return found;
}

int lambda_list_layers(struct call *call, const struct lambda_list_layers_input *in,
	struct lambda_list_layers_output *out)
{
	struct function_name mine = { .account = call->identity.account,
		.region = call->identity.region };
	struct lambda_layer_record layer;
	struct lambda_page page;
	if (lambda_page_open(call, lambda_kind_key(call->arena, &mine, "layer"), in->marker,
		    in->max_items, LAMBDA_PAGE, &page) < 0)
		return -1;
	out->layers.v = ARENA_ARRAY(call->arena, struct lambda_layers_list_item, LAMBDA_PAGE);
	while (lambda_page_next(&page, &lambda_layer_record_shape, &layer)) {
		struct key_part parts[5];
		struct function_name name = mine;
		struct lambda_layer_version_record v;
		if (key_decode(call->arena, page.cursor.key, parts, COUNT_OF(parts)) != 5)
			continue;
		name.name = parts[4].text;
		if (!newest(call, &name, in, &v)) {
			page.left++;
			continue;
		}
		struct lambda_layer_versions_list_item *item =
			ARENA_NEW(call->arena, struct lambda_layer_versions_list_item);
		*item = item_of(call, &name, &v);
		out->layers.v[out->layers.n++] = (struct lambda_layers_list_item){ name.name,
			layer_arn(call->arena, &name), item };
	}
	out->next_marker = page.next_marker;
	lambda_page_close(&page);
	return 0;
}

/* ---- deleting ---- */

struct removal {
	struct function_name name;
	int64_t version;
};

static int remove_layer(struct call *call, void *arg)
{
	struct removal *r = arg;
	struct lambda_layer_version_record v = { 0 };
	struct str key = layer_version_key(call, &r->name, r->version);
	/* Deleting what is not there is no error. */
	if (!call_get_record(call, key, &lambda_layer_version_record_shape, &v))
		return 0;
	txn_delete(call->txn, key);
	txn_delete(call->txn,
		lambda_named_key(call->arena, &r->name, "layer-policy", r->name.qualifier));
	blob_unref(call->txn, call->arena, v.blob, layer_owner(call, &r->name, r->version));
	lambda_retire_blob(call, v.blob);
	return 0;
}

int lambda_delete_layer_version(struct call *call,
	const struct lambda_delete_layer_version_input *in,
	struct lambda_delete_layer_version_output *out)
{
	struct removal r = { .version = in->version_number.v };
	(void)out;
	if (own_layer_of(call, in->layer_name, in->version_number.v, &r.name) < 0)
		return -1;
	return call_write(call, remove_layer, &r);
}

/* ---- permissions ---- */

static int policy_key(struct call *call, struct str layer, int64_t version,
	struct function_name *name, struct str *key)
{
	struct lambda_layer_version_record v;
	if (own_layer_of(call, layer, version, name) < 0 || get_layer(call, name, version, &v) < 0)
		return -1;
	*key = lambda_named_key(call->arena, name, "layer-policy", name->qualifier);
	return 0;
}

int lambda_add_layer_version_permission(struct call *call,
	const struct lambda_add_layer_version_permission_input *in,
	struct lambda_add_layer_version_permission_output *out)
{
	struct function_name name;
	struct lambda_policy_record policy;
	struct str key;
	if (policy_key(call, in->layer_name, in->version_number.v, &name, &key) < 0)
		return -1;
	struct policy_statement s = {
		.sid = in->statement_id,
		.action = in->action,
		.resource = layer_arn(call->arena, &name),
		.principal = in->principal,
		.org_id = in->organization_id,
	};
	out->statement = lambda_policy_statement_json(call->arena, &s);
	if (lambda_policy_add(call, key, s.sid, out->statement, in->revision_id, &policy) < 0)
		return -1;
	out->revision_id = policy.revision_id;
	return 0;
}

int lambda_remove_layer_version_permission(struct call *call,
	const struct lambda_remove_layer_version_permission_input *in,
	struct lambda_remove_layer_version_permission_output *out)
{
	struct function_name name;
	struct str key;
	(void)out;
	if (policy_key(call, in->layer_name, in->version_number.v, &name, &key) < 0)
		return -1;
	return lambda_policy_remove(call, key, in->statement_id, in->revision_id);
}

int lambda_get_layer_version_policy(struct call *call,
	const struct lambda_get_layer_version_policy_input *in,
	struct lambda_get_layer_version_policy_output *out)
{
	struct function_name name;
	struct str key;
	if (policy_key(call, in->layer_name, in->version_number.v, &name, &key) < 0)
		return -1;
	return lambda_policy_show(call, key, &out->policy, &out->revision_id);
}
