/*
 * An HTTP exchange without a socket: for tests that drive the dispatcher in process. Included by the test's one
 * file, it stands in for net's server.
 */
#ifndef SAMOVAR_AWS_TESTING_EXCHANGE_H
#define SAMOVAR_AWS_TESTING_EXCHANGE_H

#include "base/mem.h"
#include "net/http_server.h"
#include <errno.h>

enum { EXCHANGE_HEADERS_MAX = 32 };

struct http_exchange {
	struct http_request request;
	struct http_header headers[EXCHANGE_HEADERS_MAX];
	struct arena arena;
	struct str body;
	/* The answer; in the arena. */
	bool responded;
	int status;
	struct http_headers answer;
	struct str answer_body;
};

const struct http_request *http_request(const struct http_exchange *ex)
{
	return &ex->request;
}

struct arena *http_arena(struct http_exchange *ex)
{
	return &ex->arena;
}

int http_body(struct http_exchange *ex, size_t bytes_max, struct str *out)
{
	if (ex->body.n > bytes_max)
		return -EMSGSIZE;
	*out = ex->body;
	return 0;
}

bool http_responded(const struct http_exchange *ex)
{
	return ex->responded;
}

void http_respond(struct http_exchange *ex, int status, const struct http_header *headers, size_t n, struct str body)
{
	assert(!ex->responded);
	ex->responded = true;
	ex->status = status;
	ex->answer.v = arena_alloc(&ex->arena, n * sizeof *headers);
	ex->answer.n = n;
	for (size_t i = 0; i < n; i++) {
		ex->answer.v[i].name = arena_str(&ex->arena, headers[i].name);
		ex->answer.v[i].value = arena_str(&ex->arena, headers[i].value);
	}
	ex->answer_body = arena_str(&ex->arena, body.p ? body : STR(""));
}

/* "POST /path?query", headers as "Name: value\n..." lines, and a body. The texts must outlive the exchange. */
static inline void exchange_init(struct http_exchange *ex, const char *line, const char *headers, struct str body)
{
	struct str rest = str_c(line), lines = str_c(headers), header;
	*ex = (struct http_exchange){ .body = body };
	struct http_request *r = &ex->request;
	str_cut(&rest, ' ', &r->method);
	r->target = rest;
	r->query = STR("");
	ssize_t question = str_index(rest, '?');
	r->path = question < 0 ? rest : str_sub(rest, 0, (size_t)question);
	if (question >= 0)
		r->query = str_from(rest, (size_t)question + 1);
	r->headers.v = ex->headers;
	r->peer = STR("127.0.0.1");
	r->content_length = (int64_t)body.n;
	while (lines.n && str_cut(&lines, '\n', &header)) {
		ssize_t colon = str_index(header, ':');
		if (colon < 0)
			continue;
		assert(r->headers.n < EXCHANGE_HEADERS_MAX);
		ex->headers[r->headers.n++] = (struct http_header){ str_sub(header, 0, (size_t)colon),
			str_trim(str_from(header, (size_t)colon + 1)) };
	}
	r->host = http_header_get(&r->headers, STR("host"));
}

static inline void exchange_fini(struct http_exchange *ex)
{
	arena_fini(&ex->arena);
}

#endif
