/* A server's connection: reading, parsing by llhttp, refusing what is ambiguous, and its life. */
#include "net/http_connection.h"
#include "base/encode.h"
#include "net/limits.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

static const struct http_server_options *options(const struct http_exchange *ex)
{
	return &ex->listener->server->options;
}

static void wait_for(struct http_exchange *ex, enum http_waiting waiting, uint64_t timeout_ms)
{
	ex->waiting = waiting;
	ex->deadline_ns = timeout_ms == UINT64_MAX || timeout_ms == 0
				  ? 0
				  : clock_mono_ns() + timeout_ms * 1000000;
}

/* ---- its end ---- */

static void connection_free(struct http_exchange *ex)
{
	struct http_server *s = ex->listener->server;
	list_remove(&ex->link);
	arena_fini(&ex->arena);
	buf_fini(&ex->text);
	buf_fini(&ex->trailer_text);
	buf_fini(&ex->body);
	buf_fini(&ex->part);
	buf_fini(&ex->ahead);
	free(ex->ranges);
	free(ex);
	http_server_connection_ended(s);
}

static void on_closed(uv_handle_t *handle)
{
	struct http_exchange *ex =
		CONTAINER_OF((union http_stream *)handle, struct http_exchange, socket);
	ex->socket_closed = true;
	if (!ex->handling)
		connection_free(ex);
}

void http_connection_close(struct http_exchange *ex)
{
	if (ex->closing)
		return;
	ex->closing = ex->broken = ex->at_end = true;
	ex->is_reading = false;
	if (!ex->message_done && !ex->body_error)
		ex->body_error = -ECONNRESET;
	wait_for(ex, WAITING_NOTHING, 0);
	uv_close(&ex->socket.handle, on_closed);
	waitq_wake_all(&ex->changed);
	if (ex->on_close)
		waitq_wake_all(ex->on_close);
}

/* After a refusal: the client may still be sending, and closing at once would take the answer from
 * it. */
static void linger(struct http_exchange *ex)
{
	int fd;
	if (uv_fileno(&ex->socket.handle, &fd) == 0)
		shutdown(fd, SHUT_WR);
	wait_for(ex, WAITING_CLOSE, HTTP_LINGER_MS);
	http_connection_read(ex);
}

static void refuse(struct http_exchange *ex, int status)
{
	if (ex->closing)
		return;
	http_connection_refuse(ex, status);
	linger(ex);
}

/* ---- a request's parts, from llhttp ---- */

/* Where the parser's names and values go. */
static struct buf *current_text(struct http_exchange *ex)
{
	return ex->headers_done ? &ex->trailer_text : &ex->text;
}

static struct str range_view(const struct buf *text, struct text_range range)
{
	return range.n == 0 ? STR("") : (struct str){ text->p + range.at, range.n };
}

/* Adds to the text; refuses what is over the limit. */
static int add_text(struct http_exchange *ex, struct text_range *range, const char *p, size_t n,
	size_t max, int status)
{
	if (ex->text.n + ex->trailer_text.n + n > options(ex)->header_bytes_max ||
		range->n + n > max) {
		ex->refusal = status;
		return HPE_USER;
	}
	buf_append(current_text(ex), p, n);
	range->n += n;
	return 0;
}

static int on_url(llhttp_t *parser, const char *p, size_t n)
{
	struct http_exchange *ex = parser->data;
	return add_text(ex, &ex->target, p, n, HTTP_TARGET_BYTES_MAX, 414);
}

static int on_field(llhttp_t *parser, const char *p, size_t n)
{
	struct http_exchange *ex = parser->data;
	if (ex->in_value || ex->range_count == 0) {
		if (ex->range_count == HTTP_HEADERS_MAX) {
			ex->refusal = 431;
			return HPE_USER;
		}
		if (ex->range_count == ex->range_cap) {
			ex->range_cap = MAX(ex->range_cap * 2, (size_t)16);
			ex->ranges = xrealloc(ex->ranges, ex->range_cap * sizeof *ex->ranges);
		}
		ex->ranges[ex->range_count++] =
			(struct header_range){ .name.at = current_text(ex)->n };
		ex->in_value = false;
	}
	return add_text(ex, &ex->ranges[ex->range_count - 1].name, p, n, SIZE_MAX / 2, 431);
}

static int on_value(llhttp_t *parser, const char *p, size_t n)
{
	struct http_exchange *ex = parser->data;
	struct header_range *range = &ex->ranges[ex->range_count - 1];
	if (!ex->in_value)
		range->value.at = current_text(ex)->n;
	ex->in_value = true;
	return add_text(ex, &range->value, p, n, SIZE_MAX / 2, 431);
}

static int on_extension(llhttp_t *parser, const char *p, size_t n)
{
	struct http_exchange *ex = parser->data;
	(void)p;
	ex->extension_bytes += n + 1;
	return ex->extension_bytes > HTTP_CHUNK_EXTENSION_BYTES_MAX ? HPE_USER : 0;
}

static void view_headers(struct http_exchange *ex, const struct buf *text, size_t from, size_t to,
	struct http_headers *out)
{
	out->v = arena_alloc(&ex->arena, sizeof *out->v * (to - from));
	out->n = to - from;
	for (size_t i = from; i < to; i++) {
		struct str value = range_view(text, ex->ranges[i].value);
		out->v[i - from] = (struct http_header){ range_view(text, ex->ranges[i].name),
			str_trim(value) };
	}
}

/* The origin form; an absolute form gives the host as well (RFC 9112 section 3.2). */
static int set_target(struct http_exchange *ex, struct str target)
{
	struct http_request *r = &ex->request;
	static const struct str schemes[] = { STR_INIT("http://"), STR_INIT("https://") };
	for (size_t i = 0; i < COUNT_OF(schemes); i++) {
		if (!str_starts_ci(target, schemes[i]))
			continue;
		target = str_from(target, schemes[i].n);
		size_t n = 0;
		while (n < target.n && !memchr("/?", target.p[n], 2))
			n++;
		r->host = str_sub(target, 0, n);
		target = str_from(target, n);
		if (target.n == 0 || target.p[0] == '?')
			target = arena_printf(&ex->arena, "/%.*s", STR_ARG(target));
		break;
	}
	if (target.n == 0 || (target.p[0] != '/' && !str_is(target, "*")))
		return -EINVAL;
	ssize_t fragment = str_index(target, '#');
	r->target = fragment < 0 ? target : str_sub(target, 0, (size_t)fragment);
	ssize_t mark = str_index(r->target, '?');
	r->path = mark < 0 ? r->target : str_sub(r->target, 0, (size_t)mark);
	r->query = mark < 0 ? STR("") : str_from(r->target, (size_t)mark + 1);
	return 0;
}

/* What llhttp lets pass and two servers could read in two ways (RFC 9112 sections 3.2, 6.1
 * and 6.3). */
static int check_framing(struct http_exchange *ex)
{
	struct http_request *r = &ex->request;
	size_t hosts = 0, codings = 0, lengths = 0;
	struct str host = { 0 };
	for (size_t i = 0; i < r->headers.n; i++) {
		struct http_header *h = &r->headers.v[i];
		if (h->name.n == 4 && str_eq_ci(h->name, STR("host"))) {
			hosts++;
			host = h->value;
		} else if (str_eq_ci(h->name, STR("transfer-encoding"))) {
			codings++;
			if (!str_eq_ci(h->value, STR("chunked")))
				return 400;
		} else if (str_eq_ci(h->name, STR("content-length"))) {
			lengths++;
		}
	}
	bool is_1_1 = ex->parser.http_minor == 1;
	if (hosts > 1 || (is_1_1 && hosts == 0) || codings > 1 || lengths > 1 ||
		(codings && (lengths || !is_1_1)))
		return 400;
	for (size_t i = 0; i < host.n; i++)
		if (memchr("/@?#\\ \t,", host.p[i], 8))
			return 400;
	if (!r->host.p)
		r->host = host.p ? host : STR("");
	if (lengths && ex->parser.content_length > INT64_MAX)
		return 413;
	r->content_length = codings ? -1 : lengths ? (int64_t)ex->parser.content_length : 0;
	return 0;
}

static int refuse_message(struct http_exchange *ex, int status)
{
	ex->refusal = status;
	return -1;
}

static void start_handler(struct http_exchange *ex);
static void next_request(struct http_exchange *ex);

static int on_headers(llhttp_t *parser)
{
	struct http_exchange *ex = parser->data;
	struct http_request *r = &ex->request;
	parser->upgrade =
		0; /* an upgrade that is not taken is a plain request (RFC 9110 section 7.8) */
	if (parser->http_major != 1 || parser->http_minor > 1)
		return refuse_message(ex, 505);
	if (parser->method == HTTP_CONNECT || parser->method == HTTP_PRI)
		return refuse_message(ex, 405);
	ex->header_count = ex->range_count;
	ex->headers_done = true;
	view_headers(ex, &ex->text, 0, ex->header_count, &r->headers);
	r->method = str_c(llhttp_method_name((llhttp_method_t)parser->method));
	if (set_target(ex, range_view(&ex->text, ex->target)) < 0)
		return refuse_message(ex, 400);
	int status = check_framing(ex);
	if (status)
		return refuse_message(ex, status);
	r->peer = str_c(ex->peer);
	r->peer_port = ex->peer_port;
	r->local_port = ex->listener->port;
	struct str expect = http_header_get(&r->headers, STR("expect"));
	if (expect.p && !str_eq_ci(expect, STR("100-continue")))
		return refuse_message(ex, 417);
	ex->wants_continue = expect.p && parser->http_minor == 1 && r->content_length != 0;
	ex->keep_alive = llhttp_should_keep_alive(parser);
	if (r->content_length != 0)
		wait_for(ex, WAITING_BODY, options(ex)->body_timeout_ms);
	return 0;
}

static int on_body(llhttp_t *parser, const char *p, size_t n)
{
	struct http_exchange *ex = parser->data;
	ex->wants_continue = false;
	if (!ex->is_skipping)
		buf_append(&ex->body, p, n);
	return 0;
}

static int on_message(llhttp_t *parser)
{
	struct http_exchange *ex = parser->data;
	ex->message_done = true;
	ex->keep_alive = ex->keep_alive && llhttp_should_keep_alive(parser);
	if (ex->range_count > ex->header_count)
		view_headers(
			ex, &ex->trailer_text, ex->header_count, ex->range_count, &ex->trailers);
	wait_for(ex, WAITING_NOTHING, 0);
	return HPE_PAUSED;
}

void http_settings_init(llhttp_settings_t *settings)
{
	llhttp_settings_init(settings);
	settings->on_url = on_url;
	settings->on_header_field = on_field;
	settings->on_header_value = on_value;
	settings->on_chunk_extension_name = on_extension;
	settings->on_chunk_extension_value = on_extension;
	settings->on_headers_complete = on_headers;
	settings->on_body = on_body;
	settings->on_message_complete = on_message;
}

/* ---- reading ---- */

static void begin_request(struct http_exchange *ex)
{
	llhttp_init(&ex->parser, HTTP_REQUEST, &ex->listener->server->settings);
	ex->parser.data = ex;
	ex->request = (struct http_request){ 0 };
	ex->trailers = (struct http_headers){ 0 };
	ex->target = (struct text_range){ 0 };
	ex->text.n = ex->trailer_text.n = ex->body.n = ex->range_count = ex->header_count =
		ex->extension_bytes = 0;
	ex->in_value = ex->headers_done = ex->message_done = ex->wants_continue = ex->is_skipping =
		false;
	ex->refusal = ex->body_error = 0;
	http_exchange_reset(ex);
}

/* Whether the handler may start: with the whole request, or with more of a body than is read ahead.
 */
static bool is_startable(const struct http_exchange *ex)
{
	if (!ex->headers_done || ex->is_skipping)
		return false;
	size_t buffered = options(ex)->body_buffer_bytes;
	return ex->message_done || ex->body.n > buffered ||
	       (ex->request.content_length > 0 && (uint64_t)ex->request.content_length > buffered);
}

/* A body that is read before the handler starts is asked for at once; a larger one when the handler
 * wants it. */
static void send_continue(struct http_exchange *ex)
{
	char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
	uv_buf_t piece = uv_buf_init(text, sizeof text - 1);
	ex->wants_continue = false;
	uv_try_write(&ex->socket.stream, &piece, 1);
}

static int status_of_parser(const struct http_exchange *ex, llhttp_errno_t error)
{
	if (ex->refusal)
		return ex->refusal;
	return error == HPE_INVALID_VERSION ? 505 : 400;
}

/* What is wrong with the request: said to the client, or, if a handler runs, to it. */
static void fail_request(struct http_exchange *ex, llhttp_errno_t error)
{
	ex->keep_alive = false;
	if (!ex->handling) {
		refuse(ex, status_of_parser(ex, error));
		return;
	}
	ex->body_error = -EBADMSG;
	uv_read_stop(&ex->socket.stream);
	ex->is_reading = false;
	waitq_wake_all(&ex->changed);
}

/* Parses, up to the end of the message: how many bytes that took. */
static size_t feed(struct http_exchange *ex, const char *p, size_t n)
{
	const char *begin = p;
	size_t used = n;
	if (ex->waiting == WAITING_REQUEST) {
		/* A blank line before a request is forgiven (RFC 9112 section 2.2), and is no
		 * beginning. */
		while (n > 0 && (*p == '\r' || *p == '\n'))
			p++, n--;
		if (n == 0)
			return used;
		wait_for(ex, WAITING_HEADERS, options(ex)->header_timeout_ms);
		ex->request.received_ns = clock_mono_ns();
	}
	llhttp_errno_t error = llhttp_execute(&ex->parser, p, n);
	if (error == HPE_PAUSED && ex->message_done) {
		used = (size_t)(llhttp_get_error_pos(&ex->parser) - begin);
	} else if (error != HPE_OK) {
		fail_request(ex, error);
		return used;
	} else if (ex->waiting == WAITING_BODY) {
		wait_for(ex, WAITING_BODY, options(ex)->body_timeout_ms);
	}
	if (ex->handling)
		waitq_wake_all(&ex->changed);
	else if (is_startable(ex))
		start_handler(ex);
	else if (ex->headers_done && ex->wants_continue && !ex->is_skipping)
		send_continue(ex);
	return used;
}

/* What has been read: for the current request, and for those after it. */
static void take_bytes(struct http_exchange *ex, const char *p, size_t n)
{
	size_t used = ex->message_done ? 0 : feed(ex, p, n);
	if (ex->closing || ex->waiting == WAITING_CLOSE)
		return;
	if (ex->ahead_at > ex->ahead.n / 2) {
		buf_consume(&ex->ahead, ex->ahead_at);
		ex->ahead_at = 0;
	}
	buf_append(&ex->ahead, p + used, n - used);
	if (ex->is_skipping && ex->message_done)
		next_request(ex);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct http_exchange *ex =
		CONTAINER_OF((union http_stream *)handle, struct http_exchange, socket);
	(void)suggested;
	*out = uv_buf_init(ex->listener->server->read_buffer, HTTP_READ_BYTES);
}

/* Room for what is read: the window of a streamed body, or the next requests'. */
static bool has_room(const struct http_exchange *ex)
{
	if (ex->waiting == WAITING_CLOSE)
		return true;
	if (ex->message_done)
		return ex->ahead.n - ex->ahead_at < HTTP_PIPELINE_BYTES_MAX;
	return !ex->handling || ex->body.n < HTTP_BODY_WINDOW_BYTES;
}

static void at_end(struct http_exchange *ex)
{
	ex->at_end = true;
	uv_read_stop(&ex->socket.stream);
	ex->is_reading = false;
	if (!ex->handling || ex->waiting == WAITING_CLOSE) {
		http_connection_close(ex);
		return;
	}
	if (!ex->message_done && !ex->body_error)
		ex->body_error = -ECONNRESET;
	waitq_wake_all(&ex->changed);
	if (ex->on_close)
		waitq_wake_all(ex->on_close);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	struct http_exchange *ex =
		CONTAINER_OF((union http_stream *)stream, struct http_exchange, socket);
	if (n == 0)
		return;
	if (n < 0 && n != UV_EOF)
		http_connection_close(ex);
	else if (n < 0)
		at_end(ex);
	else if (ex->waiting != WAITING_CLOSE)
		take_bytes(ex, buffer->base, (size_t)n);
	if (ex->is_reading && !has_room(ex)) {
		uv_read_stop(stream);
		ex->is_reading = false;
	}
}

void http_connection_read(struct http_exchange *ex)
{
	if (ex->wants_continue && ex->handling)
		send_continue(ex);
	if (ex->closing || ex->at_end || ex->is_reading || !has_room(ex))
		return;
	ex->is_reading = uv_read_start(&ex->socket.stream, on_alloc, on_read) == 0;
	if (!ex->is_reading)
		http_connection_close(ex);
}

/* ---- handling ---- */

/* A connection that only waits should not hold what a large request has needed. */
static void give_back_memory(struct http_exchange *ex)
{
	struct buf *buffers[] = { &ex->text, &ex->trailer_text, &ex->body, &ex->part };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		if (buffers[i]->cap > HTTP_KEPT_BYTES_MAX)
			buf_fini(buffers[i]);
}

static void next_request(struct http_exchange *ex)
{
	size_t n = ex->ahead.n - ex->ahead_at;
	give_back_memory(ex);
	begin_request(ex);
	wait_for(ex, WAITING_REQUEST, options(ex)->idle_timeout_ms);
	if (n > 0)
		ex->ahead_at += feed(ex, ex->ahead.p + ex->ahead_at, n);
	if (ex->ahead_at == ex->ahead.n) {
		ex->ahead.n = ex->ahead_at = 0;
		if (ex->ahead.cap > HTTP_KEPT_BYTES_MAX)
			buf_fini(&ex->ahead);
	}
	if (ex->at_end && !ex->message_done)
		ex->body_error = -ECONNRESET;
	bool is_idle = ex->waiting == WAITING_REQUEST && !ex->handling;
	if ((ex->at_end && !ex->handling) || (is_idle && ex->listener->server->pending_count > 0))
		http_connection_close(ex); /* the client has said all; or others want its place */
	else
		http_connection_read(ex);
}

/* The handler has returned: on to the next request, or the end. A client that has said all may have
 * said several. */
static void end_exchange(struct http_exchange *ex)
{
	bool goes_on = ex->response_ended && ex->keep_alive && !ex->broken && !ex->body_error;
	bool is_last = ex->at_end && (!goes_on || !ex->message_done || ex->ahead_at == ex->ahead.n);
	ex->handling = false;
	if (ex->closing || ex->broken || is_last) {
		if (ex->socket_closed)
			connection_free(ex);
		else
			http_connection_close(ex);
		return;
	}
	arena_reset(&ex->arena);
	if (!goes_on) {
		linger(ex);
	} else if (ex->message_done) {
		next_request(ex);
	} else {
		ex->is_skipping = true;
		ex->body.n = 0;
		http_connection_read(ex);
	}
}

static void handle(void *arg)
{
	struct http_exchange *ex = arg;
	struct http_server *s = ex->listener->server;
	if (!ex->broken)
		s->handler(ex, s->arg);
	ex->on_close = NULL;
	if (!ex->broken && !ex->responded) {
		ex->keep_alive = false;
		http_respond(ex, 500, NULL, 0, STR(""));
	}
	end_exchange(ex);
}

static void start_handler(struct http_exchange *ex)
{
	ex->handling = true;
	if (fiber_start(handle, ex) == 0)
		return;
	ex->handling = false;
	refuse(ex, 503);
}

/* ---- its beginning, and deadlines ---- */

static void name_peer(struct http_exchange *ex)
{
	struct sockaddr_storage a = { 0 };
	int n = sizeof a;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)&a;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)&a;
	snprintf(ex->peer, sizeof ex->peer, "127.0.0.1"); /* a unix socket's client is here too */
	if (ex->socket.handle.type != UV_TCP ||
		uv_tcp_getpeername(&ex->socket.tcp, (struct sockaddr *)&a, &n) < 0)
		return;
	bool is_v6 = a.ss_family == AF_INET6;
	inet_ntop(a.ss_family, is_v6 ? (const void *)&v6->sin6_addr : (const void *)&v4->sin_addr,
		ex->peer, sizeof ex->peer);
	ex->peer_port = ntohs(is_v6 ? v6->sin6_port : v4->sin_port);
}

void http_connection_begin(struct http_exchange *ex)
{
	waitq_init(&ex->changed);
	name_peer(ex);
	begin_request(ex);
	/* A client that connects and says nothing is slow, not idle. */
	wait_for(ex, WAITING_REQUEST,
		MIN(options(ex)->header_timeout_ms, options(ex)->idle_timeout_ms));
	http_connection_read(ex);
}

static void sweep_writing(struct http_exchange *ex, uint64_t now_ns)
{
	size_t queued = uv_stream_get_write_queue_size(&ex->socket.stream);
	if (queued == 0 || queued != ex->write_queue) {
		ex->write_queue = queued;
		ex->write_deadline_ns = now_ns + options(ex)->body_timeout_ms * 1000000;
	} else if (now_ns > ex->write_deadline_ns) {
		http_connection_close(ex);
	}
}

void http_connection_sweep(struct http_exchange *ex, uint64_t now_ns)
{
	if (ex->closing)
		return;
	sweep_writing(ex, now_ns);
	if (ex->closing || !ex->deadline_ns || now_ns < ex->deadline_ns)
		return;
	if (ex->waiting == WAITING_HEADERS || (ex->waiting == WAITING_BODY && !ex->handling)) {
		refuse(ex, 408);
	} else if (ex->waiting == WAITING_BODY) {
		if (!ex->is_reading) {
			/* It is the handler that is slow. */
			wait_for(ex, WAITING_BODY, options(ex)->body_timeout_ms);
			return;
		}
		ex->body_error = -ETIMEDOUT;
		ex->keep_alive = false;
		wait_for(ex, WAITING_NOTHING, 0);
		waitq_wake_all(&ex->changed);
	} else {
		http_connection_close(ex);
	}
}
