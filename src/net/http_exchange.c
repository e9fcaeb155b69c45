/* One request and its answer, as the handler sees them. */
#include "base/clock.h"
#include "net/http_connection.h"
#include "net/limits.h"
#include <errno.h>
#include <stdio.h>

enum { PIECES_MAX = 4 };

const struct http_request *http_request(const struct http_exchange *ex)
{
	return &ex->request;
}

struct arena *http_arena(struct http_exchange *ex)
{
	return &ex->arena;
}

void *http_context(const struct http_exchange *ex)
{
	return ex->listener->context;
}

/* ---- the body ---- */

/* Waits for more of the body, or its end. 0, or what went wrong with it. */
static int wait_for_body(struct http_exchange *ex, size_t have)
{
	http_connection_read(ex);
	while (ex->body.n == have && !ex->message_done && !ex->body_error)
		waitq_wait(&ex->changed, -1);
	return ex->message_done ? 0 : ex->body_error;
}

int http_body(struct http_exchange *ex, size_t bytes_max, struct str *out)
{
	if (ex->request.content_length > 0 && (uint64_t)ex->request.content_length > bytes_max)
		return -EMSGSIZE;
	/* Gathered whole, it may be more than the window of one that is read in parts. */
	struct buf whole = { 0 };
	int r = 0;
	while (!ex->message_done && ex->body.n + whole.n <= bytes_max && r == 0) {
		if (ex->body.n >= HTTP_BODY_WINDOW_BYTES) {
			buf_str(&whole, buf_view(&ex->body));
			ex->body.n = 0;
		}
		r = wait_for_body(ex, ex->body.n);
	}
	if (r == 0 && whole.n > 0) {
		buf_str(&whole, buf_view(&ex->body));
		buf_fini(&ex->body);
		ex->body = whole;
		whole = (struct buf){ 0 };
	}
	buf_fini(&whole);
	if (r < 0)
		return r;
	if (ex->body.n > bytes_max)
		return -EMSGSIZE;
	*out = buf_view(&ex->body);
	return 0;
}

int http_body_next(struct http_exchange *ex, struct str *part)
{
	int r = ex->body.n == 0 && !ex->message_done ? wait_for_body(ex, 0) : 0;
	if (ex->body.n > 0) {
		struct buf taken = ex->part;
		ex->part = ex->body;
		ex->body = taken;
		ex->body.n = 0;
		*part = buf_view(&ex->part);
		http_connection_read(ex);
		return 1;
	}
	return r;
}

const struct http_headers *http_trailers(const struct http_exchange *ex)
{
	return &ex->trailers;
}

/* ---- writing ---- */

struct write {
	uv_write_t uv;
	struct http_exchange *ex;
	bool done;
	int status;
};

static void on_written(uv_write_t *req, int status)
{
	struct write *w = req->data;
	w->done = true;
	w->status = status;
	waitq_wake_all(&w->ex->changed);
}

/* Drops what has been written from the pieces: how many are left, at *pieces. */
static unsigned advance(uv_buf_t **pieces, unsigned n, size_t written)
{
	while (n > 0 && written >= (*pieces)->len) {
		written -= (*pieces)->len;
		(*pieces)++;
		n--;
	}
	if (n > 0) {
		(*pieces)->base += written;
		(*pieces)->len -= written;
	}
	return n;
}

int http_connection_write(struct http_exchange *ex, uv_buf_t *pieces, unsigned n)
{
	if (ex->broken)
		return -ECONNRESET;
	int r = uv_try_write(&ex->socket.stream, pieces, n);
	if (r < 0 && r != UV_EAGAIN) {
		ex->broken = true;
		return -ECONNRESET;
	}
	n = advance(&pieces, n, r < 0 ? 0 : (size_t)r);
	if (n == 0 || !fiber_self())
		return n == 0 ? 0 : -ECONNRESET;
	struct write w = { .ex = ex };
	w.uv.data = &w;
	r = uv_write(&w.uv, &ex->socket.stream, pieces, n, on_written);
	while (r == 0 && !w.done)
		waitq_wait(&ex->changed, -1);
	if (r < 0 || w.status < 0) {
		ex->broken = true;
		return -ECONNRESET;
	}
	return 0;
}

static uv_buf_t piece_of(struct str s)
{
	return (uv_buf_t){ .base = (char *)(uintptr_t)s.p, .len = s.n };
}

/* Date's text, made once a second. */
static const char *date(struct http_server *s)
{
	int64_t now_ms = clock_now_ms();
	if (now_ms / 1000 != s->date_s) {
		s->date_s = now_ms / 1000;
		clock_format_http(now_ms, s->date);
	}
	return s->date;
}

static bool is_clean(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t')
			return false;
	return true;
}

/* What the server alone says: two of them would contradict each other. */
static bool is_framing(struct str name)
{
	return (name.n == 14 && str_eq_ci(name, STR("content-length"))) ||
	       (name.n == 17 && str_eq_ci(name, STR("transfer-encoding"))) ||
	       (name.n == 10 && str_eq_ci(name, STR("connection"))) ||
	       (name.n == 4 && str_eq_ci(name, STR("date")));
}

/* The length that a GET would have had, of an answer without its body (RFC 9110 section 8.6), or
 * length. */
static int64_t length_without_body(const struct http_header *headers, size_t n, int64_t length)
{
	struct http_headers all = { (struct http_header *)(uintptr_t)headers, n };
	struct str text = http_header_get(&all, STR("content-length"));
	int64_t given;
	return text.p && str_to_i64(text, &given) == 0 && given >= 0 ? given : length;
}

static void write_framing(const struct http_exchange *ex, struct buf *b, int status, int64_t length)
{
	/* RFC 9112 section 6.1: neither with 1xx and 204; of a 304's 0 nothing is known. */
	bool has_length = status >= 200 && status != 204 && !(status == 304 && length == 0);
	if (has_length && length >= 0) {
		buf_cat(b, "\r\nContent-Length: ");
		buf_i64(b, length);
	} else if (has_length && ex->parser.http_minor == 1) {
		buf_cat(b, "\r\nTransfer-Encoding: chunked");
	}
	if (!ex->keep_alive)
		buf_cat(b, "\r\nConnection: close");
	else if (ex->parser.http_minor == 0)
		buf_cat(b, "\r\nConnection: keep-alive");
}

/* Status line and headers. One with a control character in it would be two: it is left out. */
static void write_head(struct http_exchange *ex, struct buf *b, int status,
	const struct http_header *headers, size_t n, int64_t length)
{
	buf_cat(b, "HTTP/1.1 ");
	buf_i64(b, status);
	buf_char(b, ' ');
	buf_cat(b, http_reason(status));
	buf_cat(b, "\r\nDate: ");
	buf_cat(b, date(ex->listener->server));
	for (size_t i = 0; i < n; i++) {
		const struct http_header *h = &headers[i];
		if (!h->value.p || is_framing(h->name) || !is_clean(h->name) || !is_clean(h->value))
			continue;
		buf_cat(b, "\r\n");
		buf_str(b, h->name);
		buf_cat(b, ": ");
		buf_str(b, h->value);
	}
	write_framing(
		ex, b, status, ex->has_no_body ? length_without_body(headers, n, length) : length);
	buf_cat(b, "\r\n\r\n");
}

/* Chunked is HTTP/1.1's: to an older client the end of the connection is the end of the body. */
static void begin_answer(struct http_exchange *ex, int status, int64_t length)
{
	assert(!ex->responded);
	ex->responded = true;
	ex->has_no_body = status == 204 || status == 304 || str_is(ex->request.method, "HEAD");
	ex->is_chunked = length < 0 && ex->parser.http_minor == 1;
	ex->response_left = length;
	if (length < 0 && ex->parser.http_minor == 0 && !ex->has_no_body)
		ex->keep_alive = false;
	if (ex->listener->server->pending_count > 0)
		ex->keep_alive = false; /* others want its place */
	/* A body that the handler did not read and that is long is not worth reading. */
	if (!ex->message_done && (ex->request.content_length < 0 || ex->wants_continue ||
					 ex->request.content_length > HTTP_SKIP_BYTES_MAX))
		ex->keep_alive = false;
}

void http_respond(struct http_exchange *ex, int status, const struct http_header *headers, size_t n,
	struct str body)
{
	struct buf head = { 0 };
	begin_answer(ex, status, (int64_t)body.n);
	write_head(ex, &head, status, headers, n, (int64_t)body.n);
	uv_buf_t pieces[] = { piece_of(buf_view(&head)), piece_of(body) };
	int r = http_connection_write(ex, pieces, ex->has_no_body || body.n == 0 ? 1 : 2);
	ex->response_ended = r == 0;
	buf_fini(&head);
}

int http_respond_start(struct http_exchange *ex, int status, const struct http_header *headers,
	size_t n, int64_t content_length)
{
	struct buf head = { 0 };
	begin_answer(ex, status, content_length);
	write_head(ex, &head, status, headers, n, content_length);
	uv_buf_t piece = piece_of(buf_view(&head));
	int r = http_connection_write(ex, &piece, 1);
	buf_fini(&head);
	return r;
}

int http_respond_write(struct http_exchange *ex, struct str bytes)
{
	assert(ex->responded && !ex->response_ended);
	if (ex->has_no_body || bytes.n == 0)
		return ex->broken ? -ECONNRESET : 0;
	if (!ex->is_chunked) {
		uv_buf_t piece = piece_of(bytes);
		if (ex->response_left >= 0) {
			assert((uint64_t)ex->response_left >= bytes.n &&
				"more than the length that was declared");
			ex->response_left -= (int64_t)bytes.n;
		}
		return http_connection_write(ex, &piece, 1);
	}
	char size[24];
	int length = snprintf(size, sizeof size, "%zx\r\n", bytes.n);
	uv_buf_t pieces[PIECES_MAX] = { piece_of((struct str){ size, (size_t)length }),
		piece_of(bytes), piece_of(STR("\r\n")) };
	return http_connection_write(ex, pieces, 3);
}

int http_respond_end(struct http_exchange *ex)
{
	int r = ex->broken ? -ECONNRESET : 0;
	assert(ex->responded && !ex->response_ended);
	if (r == 0 && ex->is_chunked && !ex->has_no_body) {
		uv_buf_t piece = piece_of(STR("0\r\n\r\n"));
		r = http_connection_write(ex, &piece, 1);
	}
	/* A body shorter than its length: only the end of the connection can tell the client. */
	if (ex->response_left > 0 && !ex->has_no_body)
		ex->keep_alive = false;
	ex->response_ended = r == 0;
	return r;
}

bool http_responded(const struct http_exchange *ex)
{
	return ex->responded;
}

void http_connection_refuse(struct http_exchange *ex, int status)
{
	ex->keep_alive = false;
	if (ex->responded)
		return;
	struct buf head = { 0 };
	ex->responded = true;
	write_head(ex, &head, status, NULL, 0, 0);
	uv_buf_t piece = piece_of(buf_view(&head));
	if (http_connection_write(ex, &piece, 1) < 0)
		ex->broken = true;
	buf_fini(&head);
}

void http_exchange_reset(struct http_exchange *ex)
{
	ex->responded = ex->response_ended = ex->is_chunked = ex->has_no_body = false;
	ex->response_left = 0;
	ex->on_close = NULL;
}

bool http_client_gone(const struct http_exchange *ex)
{
	return ex->at_end || ex->broken;
}

void http_wake_on_close(struct http_exchange *ex, struct waitq *q)
{
	ex->on_close = q;
}
