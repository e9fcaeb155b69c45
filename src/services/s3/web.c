/* Website endpoints (S3 User Guide, "Hosting a static website using Amazon S3"): only GET and HEAD,
 * only what is public. */
#include "services/s3/web.h"
#include "base/clock.h"
#include "base/encode.h"
#include "net/http_server.h"
#include "services/s3/config.h"
#include "services/s3/policies.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct visit {
	struct http_exchange *ex;
	struct call call;
	struct str bucket, key, base; /* base: what stands before the key in this form of the URL */
	struct s3_website_configuration config;
	struct source source;
	struct s3_access access; /* of everyone: on a strict server, what the policy gives them */
};

/* BUCKET.s3-website[-.]REGION..., or /_aws/s3-website/BUCKET/KEY. */
static bool find_site(const struct http_request *request, struct visit *v, struct arena *arena)
{
	struct str path = request->path, prefix = STR("/_aws/s3-website/");
	ssize_t at = str_find(request->host, STR(".s3-website"));
	v->base = STR("/");
	if (at > 0) {
		v->bucket = str_sub(request->host, 0, (size_t)at);
		path = str_from(path, 1);
	} else if (str_starts(path, prefix)) {
		path = str_from(path, prefix.n);
		str_cut(&path, '/', &v->bucket);
		v->base = arena_concat(arena, (struct str[]){ prefix, v->bucket, STR("/") }, 3);
	} else {
		return false;
	}
	if (percent_decode(arena, path.p ? path : STR(""), false, &v->key) < 0)
		v->key = STR("");
	return true;
}

static int read_config(struct call *call, void *arg)
{
	struct visit *v = arg;
	return s3_config_get(call, v->bucket, (struct str){ 0 }, "website",
		&s3_website_configuration_shape, &v->config, &s3_no_such_website_configuration,
		"The specified bucket does not have a website configuration");
}

static int read_object(struct call *call, void *arg)
{
	struct visit *v = arg;
	return source_find(
		call, v->bucket, (struct str){ 0 }, v->key, (struct str){ 0 }, &v->source);
}

static int find_object(struct visit *v)
{
	if (s3_access_check(&v->call, &v->access, "s3:GetObject", v->key) < 0)
		return -1;
	return call_read(&v->call, read_object, v);
}

static void respond_error(struct visit *v)
{
	const struct call_error *e = &v->call.error;
	struct http_header type = { STR("Content-Type"), STR("text/html; charset=utf-8") };
	struct buf b = { 0 };
	const char *reason = http_reason(e->shape->status);
	buf_printf(&b,
		"<html>\n<head><title>%d %s</title></head>\n<body>\n<h1>%d %s</h1>\n<ul>\n<li>Code: "
		"%s</li>\n<li>Message: ",
		e->shape->status, reason, e->shape->status, reason, e->shape->query_code);
	buf_str(&b, e->message);
	buf_cat(&b, "</li>\n</ul>\n</body>\n</html>\n");
	http_respond(v->ex, e->shape->status, &type, 1, buf_view(&b));
	buf_fini(&b);
}

static void redirect(struct visit *v, int status, struct str location)
{
	struct http_header header = { STR("Location"), location };
	http_respond(v->ex, status, &header, 1, STR(""));
}

static void send_parts(struct visit *v, int status, const struct http_header *headers, size_t n)
{
	uint64_t size = (uint64_t)v->source.record.size.v;
	size_t count;
	struct call_part *parts = source_parts(&v->call, &v->source, 0, size, &count);
	call_answer_parts(&v->call, parts, count);
	int r = http_respond_start(v->ex, status, headers, n, (int64_t)size);
	for (size_t i = 0; i < count && r == 0; i++) {
		struct buf path = { 0 };
		blob_path(v->call.aws->blobs, parts[i].blob, &path);
		int fd = open(buf_cstr(&path), O_RDONLY | O_CLOEXEC);
		r = fd < 0 ? -errno
			   : http_respond_write_file(v->ex, fd, parts[i].offset, parts[i].length);
		if (fd >= 0)
			close(fd);
		buf_fini(&path);
	}
	http_respond_end(v->ex);
	call_answer_drop(&v->call);
}

static void send_object(struct visit *v, int status)
{
	const struct s3_object_record *r = &v->source.record;
	const struct s3_stored_headers *h = r->headers;
	struct http_header headers[6];
	char date[CLOCK_TEXT_MAX];
	size_t n = 0;
	clock_format_http(r->modified_ms.v, date);
	headers[n++] = (struct http_header){ STR("Last-Modified"), str_c(date) };
	headers[n++] = (struct http_header){ STR("ETag"), s3_quoted(&v->call, r->e_tag) };
	if (h && h->content_type.p)
		headers[n++] = (struct http_header){ STR("Content-Type"), h->content_type };
	if (h && h->cache_control.p)
		headers[n++] = (struct http_header){ STR("Cache-Control"), h->cache_control };
	if (h && h->content_encoding.p)
		headers[n++] = (struct http_header){ STR("Content-Encoding"), h->content_encoding };
	if (h && h->redirect.p)
		redirect(v, 301, h->redirect);
	else if (v->source.data.p)
		http_respond(v->ex, status, headers, n, v->source.data);
	else
		send_parts(v, status, headers, n);
}

/* A routing rule for this key and, after a failure, for its status. */
static bool route(struct visit *v, int error_status)
{
	for (size_t i = 0; i < v->config.routing_rules.n; i++) {
		const struct s3_routing_rule *rule = &v->config.routing_rules.v[i];
		const struct s3_condition *c = rule->condition;
		const struct s3_redirect *r = rule->redirect;
		struct str prefix = c && c->key_prefix_equals.p ? c->key_prefix_equals : STR(""),
			   key = v->key;
		int64_t wanted = 0, status = 301;
		if (c && c->http_error_code_returned_equals.p &&
			str_to_i64(c->http_error_code_returned_equals, &wanted) < 0)
			continue;
		if (!str_starts(v->key, prefix) || wanted != error_status)
			continue;
		if (r->http_redirect_code.p && str_to_i64(r->http_redirect_code, &status) < 0)
			status = 301;
		if (r->replace_key_with.p)
			key = r->replace_key_with;
		else if (r->replace_key_prefix_with.p)
			key = arena_concat(v->call.arena,
				(struct str[]){
					r->replace_key_prefix_with, str_from(v->key, prefix.n) },
				2);
		key = percent_encode(v->call.arena, key, true);
		struct str host = r->host_name.p ? r->host_name : http_request(v->ex)->host;
		redirect(v, (int)status,
			arena_concat(v->call.arena,
				(struct str[]){ r->protocol.p ? r->protocol : STR("http"),
					STR("://"), host, r->host_name.p ? STR("/") : v->base,
					key },
				5));
		return true;
	}
	return false;
}

/* "docs" is a folder when docs/index.html is there. */
static bool redirect_to_folder(struct visit *v, struct str suffix)
{
	struct call_error error = v->call.error;
	struct str key = v->key;
	v->key = arena_concat(v->call.arena, (struct str[]){ key, STR("/"), suffix }, 3);
	bool found = find_object(v) == 0;
	v->key = key;
	v->call.error = error;
	if (found)
		redirect(v, 302,
			arena_concat(v->call.arena,
				(struct str[]){ v->base, percent_encode(v->call.arena, key, true),
					STR("/") },
				3));
	return found;
}

static void respond_failure(struct visit *v, struct str suffix, bool is_folder)
{
	struct call_error error = v->call.error;
	if (route(v, error.shape->status) || (!is_folder && redirect_to_folder(v, suffix)))
		return;
	if (v->config.error_document) {
		v->key = v->config.error_document->key;
		v->call.error = (struct call_error){ 0 };
		if (find_object(v) == 0) {
			send_object(v, error.shape->status);
			return;
		}
	}
	v->call.error = error;
	respond_error(v);
}

static void visit(struct visit *v)
{
	const struct s3_redirect_all_requests_to *all;
	if (call_read(&v->call, read_config, v) < 0) {
		respond_error(v);
		return;
	}
	s3_access_begin(&v->call, v->bucket, &v->access);
	all = v->config.redirect_all_requests_to;
	if (all) {
		redirect(v, 301,
			arena_concat(v->call.arena,
				(struct str[]){ all->protocol.p ? all->protocol : STR("http"),
					STR("://"), all->host_name, STR("/"),
					percent_encode(v->call.arena, v->key, true) },
				5));
		return;
	}
	if (route(v, 0))
		return;
	struct str suffix = v->config.index_document ? v->config.index_document->suffix
						     : STR("index.html"),
		   asked = v->key;
	bool is_folder = asked.n == 0 || asked.p[asked.n - 1] == '/';
	if (is_folder)
		v->key = arena_concat(v->call.arena, (struct str[]){ asked, suffix }, 2);
	if (find_object(v) == 0)
		send_object(v, 200);
	else
		respond_failure(v, suffix, is_folder);
}

bool s3_serve(struct aws *aws, void *state, struct http_exchange *ex)
{
	const struct http_request *request = http_request(ex);
	struct identity stranger = {
		.account = STR("000000000000"), .region = STR("us-east-1"), .is_anonymous = true
	};
	struct visit v = { .ex = ex };
	(void)state;
	if (str_is(request->method, "OPTIONS"))
		return cors_serve(aws, ex);
	if (!find_site(request, &v, http_arena(ex)))
		return false;
	call_init(&v.call, aws, http_arena(ex), &stranger);
	v.call.api = &s3_api;
	v.call.operation = &s3_get_object_operation;
	if (!str_is(request->method, "GET") && !str_is(request->method, "HEAD")) {
		(void)fail(&v.call, &s3_method_not_allowed,
			"The specified method is not allowed against this resource.");
		respond_error(&v);
		return true;
	}
	visit(&v);
	return true;
}
