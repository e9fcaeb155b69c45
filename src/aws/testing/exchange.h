/*
 * An HTTP exchange without a socket: for tests that drive the dispatcher in process. Included by
 * the test's one file, it stands in for net's server.
 */
#ifndef SAMOVAR_AWS_TESTING_EXCHANGE_H
#define SAMOVAR_AWS_TESTING_EXCHANGE_H

#include "base/mem.h"
#include "net/http_server.h"
#include <errno.h>
#include <unistd.h>

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

/* The body's one part. */
int http_body_next(struct http_exchange *ex, struct str *part)
{
	if (ex->body.n == 0)
		return 0;
	*part = ex->body;
	ex->body = STR("");
	return 1;
}

const struct http_headers *http_trailers(const struct http_exchange *ex)
{
	(void)ex;
	static const struct http_headers none;
	return &none;
}

bool http_responded(const struct http_exchange *ex)
{
	return ex->responded;
}

void http_respond(struct http_exchange *ex, int status, const struct http_header *headers, size_t n,
	struct str body)
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

/* An answer in parts is gathered. */
int http_respond_start(struct http_exchange *ex, int status, const struct http_header *headers,
	size_t n, int64_t content_length)
{
	(void)content_length;
	http_respond(ex, status, headers, n, STR(""));
	return 0;
}

int http_respond_write(struct http_exchange *ex, struct str bytes)
{
	char *all = arena_alloc(&ex->arena, ex->answer_body.n + bytes.n + 1);
	memcpy(all, ex->answer_body.p, ex->answer_body.n);
	memcpy(all + ex->answer_body.n, bytes.p, bytes.n);
	ex->answer_body = (struct str){ all, ex->answer_body.n + bytes.n };
	return 0;
}

int http_respond_write_file(struct http_exchange *ex, int fd, uint64_t offset, uint64_t length)
{
	char *bytes = arena_alloc(&ex->arena, length + 1);
	ssize_t n = pread(fd, bytes, length, (off_t)offset);
	return n == (ssize_t)length ? http_respond_write(ex, (struct str){ bytes, length }) : -EIO;
}

int http_respond_end(struct http_exchange *ex)
{
	(void)ex;
	return 0;
}

/* "POST /path?query", headers as "Name: value\n..." lines, and a body. The texts must outlive the
 * exchange. */
static inline void exchange_init(
	struct http_exchange *ex, const char *line, const char *headers, struct str body)
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
		ex->headers[r->headers.n++] =
			(struct http_header){ str_sub(header, 0, (size_t)colon),
				str_trim(str_from(header, (size_t)colon + 1)) };
	}
	r->host = http_header_get(&r->headers, STR("host"));
}

static inline void exchange_fini(struct http_exchange *ex)
{
	arena_fini(&ex->arena);
}

#endif
