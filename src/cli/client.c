/* Calls to a Samovar server with the interfaces' own types. */
#include "cli/client.h"
#include "aws/codec.h"
#include "aws/sigv4.h"
#include "base/clock.h"
#include "cli/command.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	CALL_TIMEOUT_MS = 20 * 60 * 1000,
	ANSWER_BYTES_MAX = 64 * 1024 * 1024,
	PING_TIMEOUT_MS = 2000
};

const char *client_endpoint_text, *client_region_text;

static struct str environment(const char *name, const char *otherwise)
{
	const char *value = getenv(name);
	return str_c(value && *value ? value : otherwise);
}

void client_init(struct client *c)
{
	struct str region =
		environment("AWS_REGION", environment("AWS_DEFAULT_REGION", "us-east-1").p);
	*c = (struct client){
		.endpoint = environment("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
		.region = client_region_text ? str_c(client_region_text) : region,
		.access_key_id = environment("AWS_ACCESS_KEY_ID", "test"),
		.secret_access_key = environment("AWS_SECRET_ACCESS_KEY", "test"),
		.session_token = environment("AWS_SESSION_TOKEN", ""),
	};
	if (client_endpoint_text)
		c->endpoint = str_c(client_endpoint_text);
	while (c->endpoint.n > 0 && c->endpoint.p[c->endpoint.n - 1] == '/')
		c->endpoint.n--;
}

void client_fini(struct client *c)
{
	arena_fini(&c->arena);
}

/* The error's body, in all its spellings. */
struct error_body {
	struct str type, message, capital_message;
};
static const struct shape text_shape = {
	.name = "String", .type = SHAPE_STRING, .size = sizeof(struct str)
};
#define TEXT_MEMBER(text, field) \
	{ \
		.name = text, .name_bytes = sizeof text - 1, .json_name = text, .xml_name = text, \
		.shape = &text_shape, .offset = offsetof(struct error_body, field) \
	}
static const struct member error_members[] = {
	TEXT_MEMBER("__type", type),
	TEXT_MEMBER("message", message),
	TEXT_MEMBER("Message", capital_message),
};
static const struct shape error_shape = { .name = "Error",
	.type = SHAPE_STRUCTURE,
	.size = sizeof(struct error_body),
	.member_count = COUNT_OF(error_members),
	.members = error_members };

static int read_error(struct client *c, const struct http_client_response *response)
{
	struct decode_error why;
	struct error_body body = { 0 };
	c->error_code = arena_printf(&c->arena, "HTTP %d", response->status);
	c->error_message = response->body;
	if (cbor_decode(&c->arena, &error_shape, response->body, &body, &why) < 0)
		return -EREMOTEIO;
	ssize_t hash = str_index(body.type, '#'); /* "namespace#Name" */
	if (body.type.n > 0)
		c->error_code = hash < 0 ? body.type : str_from(body.type, (size_t)hash + 1);
	c->error_message = body.message.p ? body.message : body.capital_message;
	return -EREMOTEIO;
}

/* What follows "http://": the Host header, which is signed. */
static struct str authority(struct str endpoint)
{
	ssize_t slashes = str_find(endpoint, STR("://"));
	return slashes < 0 ? endpoint : str_from(endpoint, (size_t)slashes + 3);
}

int client_send(
	struct client *c, const struct client_request *what, struct http_client_response *response)
{
	struct http_header headers[1 + CLIENT_HEADERS_MAX + SIGV4_SIGN_HEADERS_MAX] = {
		{ STR("Host"), authority(c->endpoint) },
	};
	struct http_headers own = { headers, 1 + what->header_count };
	assert(what->header_count <= CLIENT_HEADERS_MAX);
	memcpy(headers + 1, what->headers, what->header_count * sizeof *headers);
	struct sigv4_request request = {
		.method = what->method,
		.path = what->path,
		.query = STR(""),
		.headers = &own,
	};
	struct sigv4_signer signer = {
		.access_key_id = c->access_key_id,
		.secret_access_key = c->secret_access_key,
		.session_token = c->session_token.n > 0 ? c->session_token : (struct str){ 0 },
		.region = c->region,
		.service = what->service,
		.now_ms = clock_now_ms(),
	};
	struct http_client_request sent = {
		.method = what->method,
		.url = arena_concat(&c->arena, (struct str[]){ c->endpoint, what->path }, 2),
		.headers = headers,
		.header_count = own.n + sigv4_sign(&c->arena, &signer, &request, what->body,
						headers + own.n),
		.body = what->body,
		.timeout_ms = what->timeout_ms,
		.body_bytes_max = ANSWER_BYTES_MAX,
	};
	return http_client_send(&c->arena, &sent, response);
}

static int send_call(struct client *c, const struct api *api, const struct operation *op,
	struct str body, struct http_client_response *response)
{
	static const struct http_header headers[] = {
		{ STR_INIT("Content-Type"), STR_INIT("application/cbor") },
		{ STR_INIT("Accept"), STR_INIT("application/cbor") },
		{ STR_INIT("Smithy-Protocol"), STR_INIT("rpc-v2-cbor") },
	};
	struct client_request what = {
		.method = STR("POST"),
		.path = arena_printf(
			&c->arena, "/service/%s/operation/%s", api->target_prefix, op->name),
		.service = str_c(api->signing_name),
		.headers = headers,
		.header_count = COUNT_OF(headers),
		.body = body,
		.timeout_ms = CALL_TIMEOUT_MS,
	};
	return client_send(c, &what, response);
}

int client_call(struct client *c, const struct api *api, const struct operation *op, const void *in,
	void *out)
{
	struct buf body = { 0 };
	struct http_client_response response;
	struct decode_error why;
	cbor_encode(&body, op->input, in);
	int r = send_call(c, api, op, buf_view(&body), &response);
	buf_fini(&body);
	if (r < 0)
		return r;
	if (response.status / 100 != 2)
		return read_error(c, &response);
	memset(out, 0, op->output->size);
	r = cbor_decode(&c->arena, op->output, response.body, out, &why);
	if (r < 0) {
		c->error_code = STR("unreadable answer");
		c->error_message = arena_str(&c->arena, str_c(why.text));
		return -EREMOTEIO;
	}
	return 0;
}

bool client_failed_with(const struct client *c, const struct error_shape *error)
{
	return str_is(c->error_code, error->name) || str_is(c->error_code, error->query_code);
}

int client_report(const struct client *c, int r)
{
	assert(r < 0);
	if (r == -EREMOTEIO) {
		fprintf(stderr, "samovar: %.*s: %.*s\n", STR_ARG(c->error_code),
			STR_ARG(c->error_message));
		return EXIT_FAILED;
	}
	fprintf(stderr, "samovar: no answer from %.*s: %s%s\n", STR_ARG(c->endpoint), strerror(-r),
		r == -ECONNREFUSED ? " (start one with: samovar up)" : "");
	return EXIT_NO_SERVER;
}

bool client_is_up(struct client *c)
{
	struct http_client_response response;
	struct http_client_request request = {
		.method = STR("GET"),
		.url = arena_printf(&c->arena, "%.*s/_samovar/health", STR_ARG(c->endpoint)),
		.timeout_ms = PING_TIMEOUT_MS,
	};
	return http_client_send(&c->arena, &request, &response) == 0;
}
