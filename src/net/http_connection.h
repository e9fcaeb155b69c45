/* A server's connection, as http_server.c, http_connection.c and http_exchange.c share it. */
#ifndef SAMOVAR_NET_HTTP_CONNECTION_H
#define SAMOVAR_NET_HTTP_CONNECTION_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/list.h"
#include "loop/loop.h"
#include "net/http_server.h"
#include <llhttp.h>

struct http_server {
	http_handler *handler;
	void *arg;
	struct http_server_options options; /* without zeros */
	llhttp_settings_t settings;
	struct list listeners;
	size_t connection_count;
	size_t pending_count;      /* listeners with a client at the door */
	struct loop_timer sweeper; /* runs while there are connections */
	struct waitq changed;      /* a connection or a listener has ended */
	char *read_buffer;         /* every read lands here first */
	char date[CLOCK_TEXT_MAX];
	int64_t date_s; /* the second that the text is of */
};

union http_stream {
	uv_handle_t handle;
	uv_stream_t stream;
	uv_tcp_t tcp;
	uv_pipe_t pipe;
};

struct http_listener {
	struct list link; /* in server->listeners */
	struct http_server *server;
	void *context;
	union http_stream socket;
	struct list connections;
	uint16_t port;
	bool closed, socket_closed;
	bool is_pending; /* a client is at the door, and there are too many inside */
};

/* What a connection's deadline is for. */
enum http_waiting {
	WAITING_REQUEST,
	WAITING_HEADERS,
	WAITING_BODY,
	WAITING_NOTHING,
	WAITING_CLOSE
};

struct text_range {
	size_t at, n;
};

struct header_range {
	struct text_range name, value;
};

/* The exchange is the connection's one request and answer at a time. */
struct http_exchange {
	struct list link; /* in listener->connections */
	struct http_listener *listener;
	union http_stream socket;
	llhttp_t parser;
	struct arena arena;

	/* the request, as it is read */
	struct buf
		text; /* target, names and values, one after another; the request points into it */
	struct buf trailer_text; /* names and values of the trailers: they may come while the
				    handler runs */
	struct text_range target;
	struct header_range *ranges; /* headers, then trailers */
	size_t range_count, range_cap;
	size_t header_count; /* of ranges, those before the body */
	size_t extension_bytes;
	bool in_value, headers_done, message_done;
	int refusal; /* the status with which the request is refused, or 0 */
	struct http_request request;
	struct http_headers trailers;
	struct buf body;  /* what has come and was not taken */
	struct buf part;  /* what http_body_next gave last */
	struct buf ahead; /* bytes of the next requests, from ahead_at on */
	size_t ahead_at;
	int body_error;
	bool is_skipping;    /* the handler has answered; the rest of the body is of no use */
	bool wants_continue; /* the client waits for 100 before its body */

	/* the answer */
	bool handling, responded, response_ended, is_chunked, has_no_body, keep_alive;
	int64_t response_left; /* bytes of a declared length that are still to come; -1: chunked */

	/* the connection */
	bool is_reading, at_end, broken, closing, socket_closed;
	enum http_waiting waiting;
	uint64_t deadline_ns; /* 0: none */
	size_t write_queue;   /* at the last look of the sweeper */
	uint64_t write_deadline_ns;
	struct waitq changed; /* the handler's own: body, room to write */
	struct waitq *on_close;
	char peer[64];
	uint16_t peer_port;
};

/* http_server.c */
/* One has been freed: another may come in. */
void http_server_connection_ended(struct http_server *server);

/* http_connection.c */
void http_settings_init(llhttp_settings_t *settings);
/* A connection that was accepted into ex->socket. */
void http_connection_begin(struct http_exchange *ex);
/* Breaks it: the handler, if one runs, finds out; it is freed when that has returned. */
void http_connection_close(struct http_exchange *ex);
/* Looks at the deadlines. */
void http_connection_sweep(struct http_exchange *ex, uint64_t now_ns);
/* Reads on, if there is room for more. */
void http_connection_read(struct http_exchange *ex);

/* http_exchange.c */
/* The pieces go out, waiting for room in the fiber: 0 or -ECONNRESET. Outside a fiber what finds no
 * room is lost. */
int http_connection_write(struct http_exchange *ex, uv_buf_t *pieces, unsigned n);
/* A refusal: a status alone. */
void http_connection_refuse(struct http_exchange *ex, int status);
/* Forgets the answer that was given, for the next request. */
void http_exchange_reset(struct http_exchange *ex);

#endif
