/* Function URLs: their configuration. */
#include "services/lambda/urls.h"
#include "base/random.h"
#include "store/key.h"

struct str url_owner_key(struct arena *arena, struct str id)
{
	return KEY(arena, KEY_LITERAL("lambda"), KEY_LITERAL("url"), key_text(id));
}

struct str url_key(struct arena *arena, const struct function_name *name)
{
	return lambda_named_key(arena, name, "url", name->qualifier);
}

/* A function or an alias; versions have no addresses. */
static int name_of_url(
	struct call *call, struct str text, struct str qualifier, struct function_name *name)
{
	if (lambda_name_of(call, text, qualifier, name) < 0)
		return -1;
	if (name->qualifier.p && !alias_name_is_valid(name->qualifier))
		return fail(call, &aws_validation_exception,
			"1 validation error detected: Value '%.*s' at 'qualifier' failed "
			"to satisfy constraint: Member must satisfy regular expression pattern: "
			"((?!^\\d+$)^[0-9a-zA-Z-_]+$)",
			STR_ARG(name->qualifier));
	return lambda_check_qualifier(call, name);
}

static int fail_no_url(struct call *call)
{
	return fail(call, &lambda_resource_not_found_exception,
		"The resource you requested does not exist.");
}

/*
 * An address that leads back to this server as the client reached it: by a name below localhost
 * where that is what it used, for then it can resolve it; else by the path form.
 */
static struct str url_text(struct call *call, struct str region, struct str id)
{
	struct str base = call_base_url(call),
		   host = str_from(base, (size_t)str_find(base, STR("//")) + 2);
	struct str scheme = str_sub(base, 0, base.n - host.n), port = { 0 };
	ssize_t colon = str_rindex(host, ':');
	if (colon >= 0 && str_index(host, ']') < colon) {
		port = str_from(host, (size_t)colon);
		host.n = (size_t)colon;
	}
	bool is_loopback =
		str_starts(host, STR("127.")) || str_is(host, "localhost") || str_is(host, "[::1]");
	if (str_ends(host, STR("localhost.localstack.cloud")))
		host = STR("localhost.localstack.cloud");
	else if (is_loopback || str_ends(host, STR(".localhost")))
		host = STR("localhost");
	else if (str_ends(host, STR(".amazonaws.com")))
		host = STR("on.aws");
	else
		return arena_printf(
			call->arena, "%.*s/_aws/lambda-url/%.*s/", STR_ARG(base), STR_ARG(id));
	return arena_printf(call->arena, "%.*s%.*s.lambda-url.%.*s.%.*s%.*s/", STR_ARG(scheme),
		STR_ARG(id), STR_ARG(region), STR_ARG(host), STR_ARG(port));
}

static void show(struct call *call, const struct function_name *name,
	const struct lambda_url_record *url, struct lambda_function_url_config *out)
{
	out->function_url = url_text(call, name->region, url->id);
	out->function_arn = function_arn(call->arena, name);
	out->auth_type = url->auth_type;
	out->cors = url->cors;
	out->invoke_mode = url->invoke_mode;
	out->creation_time = url->creation_time;
	out->last_modified_time = url->last_modified_time;
}

int lambda_create_function_url_config(struct call *call,
	const struct lambda_create_function_url_config_input *in,
	struct lambda_create_function_url_config_output *out)
{
	struct function_name name;
	if (name_of_url(call, in->function_name, in->qualifier, &name) < 0)
		return -1;
	struct str key = url_key(call->arena, &name);
	if (txn_exists(call->txn, key))
		return fail(call, &lambda_resource_conflict_exception,
			"Failed to create function url config for [functionArn = %.*s]. Error message:  "
			"FunctionUrlConfig exists "
			"for this Lambda function",
			STR_ARG(function_arn(call->arena, &name)));
	char *id = arena_alloc(call->arena, LAMBDA_URL_ID_LENGTH + 1);
	random_text(id, LAMBDA_URL_ID_LENGTH, STR("abcdefghijklmnopqrstuvwxyz234567"));
	struct lambda_url_record url = {
		.id = { id, LAMBDA_URL_ID_LENGTH },
		.auth_type = in->auth_type,
		.cors = in->cors,
		.invoke_mode = in->invoke_mode.p ? in->invoke_mode : STR("BUFFERED"),
		.creation_time = lambda_now_text(call),
		.last_modified_time = lambda_now_text(call),
	};
	struct lambda_url_owner_record owner = { name.account, name.region, name.name,
		name.qualifier };
	call_put_record(call, key, &lambda_url_record_shape, &url);
	call_put_record(
		call, url_owner_key(call->arena, url.id), &lambda_url_owner_record_shape, &owner);
	struct lambda_function_url_config shown = { 0 };
	show(call, &name, &url, &shown);
	*out = (struct lambda_create_function_url_config_output){
		.function_url = shown.function_url,
		.function_arn = shown.function_arn,
		.auth_type = shown.auth_type,
		.cors = shown.cors,
		.creation_time = shown.creation_time,
		.invoke_mode = shown.invoke_mode,
	};
	return 0;
}

static int get_url(
	struct call *call, const struct function_name *name, struct lambda_url_record *url)
{
	*url = (struct lambda_url_record){ 0 };
	if (!call_get_record(call, url_key(call->arena, name), &lambda_url_record_shape, url))
		return fail_no_url(call);
	return 0;
}

int lambda_get_function_url_config(struct call *call,
	const struct lambda_get_function_url_config_input *in,
	struct lambda_function_url_config *out)
{
	struct function_name name;
	struct lambda_url_record url;
	if (name_of_url(call, in->function_name, in->qualifier, &name) < 0 ||
		get_url(call, &name, &url) < 0)
		return -1;
	show(call, &name, &url, out);
	return 0;
}

int lambda_update_function_url_config(struct call *call,
	const struct lambda_update_function_url_config_input *in,
	struct lambda_function_url_config *out)
{
	struct function_name name;
	struct lambda_url_record url;
	if (name_of_url(call, in->function_name, in->qualifier, &name) < 0 ||
		get_url(call, &name, &url) < 0)
		return -1;
	if (in->auth_type.p)
		url.auth_type = in->auth_type;
	if (in->cors)
		url.cors = in->cors;
	if (in->invoke_mode.p)
		url.invoke_mode = in->invoke_mode;
	url.last_modified_time = lambda_now_text(call);
	call_put_record(call, url_key(call->arena, &name), &lambda_url_record_shape, &url);
	show(call, &name, &url, out);
	return 0;
}

bool url_remove(struct call *call, const struct function_name *name)
{
	struct lambda_url_record url = { 0 };
	struct str key = url_key(call->arena, name);
	if (!call_get_record(call, key, &lambda_url_record_shape, &url))
		return false;
	txn_delete(call->txn, key);
	txn_delete(call->txn, url_owner_key(call->arena, url.id));
	return true;
}

int lambda_delete_function_url_config(struct call *call,
	const struct lambda_delete_function_url_config_input *in,
	struct lambda_delete_function_url_config_output *out)
{
	struct function_name name;
	(void)out;
	if (name_of_url(call, in->function_name, in->qualifier, &name) < 0)
		return -1;
	return url_remove(call, &name) ? 0 : fail_no_url(call);
}

int lambda_list_function_url_configs(struct call *call,
	const struct lambda_list_function_url_configs_input *in,
	struct lambda_list_function_url_configs_output *out)
{
	struct function_name name;
	struct lambda_function_record function;
	struct lambda_url_record url;
	struct lambda_page page;
	if (lambda_name_of_function(call, in->function_name, &name) < 0 ||
		lambda_read_function(call, &name, &function) < 0 ||
		lambda_page_open(call, lambda_part_key(call->arena, &name, "url"), in->marker,
			in->max_items, LAMBDA_PAGE, &page) < 0)
		return -1;
	out->function_url_configs.v =
		ARENA_ARRAY(call->arena, struct lambda_function_url_config, LAMBDA_PAGE);
	while (lambda_page_next(&page, &lambda_url_record_shape, &url)) {
		struct key_part parts[6];
		struct function_name full = name;
		if (key_decode(call->arena, page.cursor.key, parts, COUNT_OF(parts)) == 6 &&
			parts[5].text.n)
			full.qualifier = parts[5].text;
		show(call, &full, &url,
			&out->function_url_configs.v[out->function_url_configs.n++]);
	}
	out->next_marker = page.next_marker;
	lambda_page_close(&page);
	return 0;
}
