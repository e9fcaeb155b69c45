/*
 * The HTTP/1.1 server (RFC 9112): keep-alive, pipelining, chunked bodies, 100-continue, limits and
 * timeouts. Each request is handled in a fiber; what waits on the client just waits.
 */
#ifndef SAMOVAR_NET_HTTP_SERVER_H
#define SAMOVAR_NET_HTTP_SERVER_H

#include "net/http.h"

struct http_server;
struct http_listener;
struct http_exchange;

/*
 * Handles one request, in a fiber of its own. It must answer (http_respond, or start ... end)
 * before it returns; if it doesn't, the client gets 500 and the connection ends. What it leaves
 * unread of the body is skipped, or the connection ends when that is much.
 */
typedef void http_handler(struct http_exchange *ex, void *arg);

/* Zero means the default in limits.h. */
struct http_server_options {
	size_t connections_max;
	size_t header_bytes_max;    /* request line and headers; over it: 431 */
	size_t body_buffer_bytes;   /* bodies up to this are read before the handler starts */
	uint64_t header_timeout_ms; /* from a request's first byte to the end of its headers; then
				       408 */
	uint64_t idle_timeout_ms;   /* between requests; 0 the default, UINT64_MAX none */
	uint64_t body_timeout_ms;   /* without a byte of the body, or of room for the answer */
};

int http_server_create(http_handler *handler, void *arg, const struct http_server_options *options,
	struct http_server **out) MUSTCHECK;
/*
 * Closes listeners and connections; handlers that wait get -ECONNRESET. Waits, in a fiber that is
 * none of its handlers', until all have ended.
 */
void http_server_destroy(struct http_server *server);

/* Listens on address ("127.0.0.1", "::1", "0.0.0.0") and port (0: any free one). context is for the
 * handler. */
int http_server_listen(struct http_server *server, const char *address, uint16_t port,
	void *context, struct http_listener **out) MUSTCHECK;
/* Takes over a listening TCP or unix socket, from wherever it came. */
int http_server_listen_fd(
	struct http_server *server, int fd, void *context, struct http_listener **out) MUSTCHECK;
uint16_t http_listener_port(const struct http_listener *listener);
/*
 * Stops listening and ends the listener's connections; its context is not used after this returns.
 * Waits, in a fiber that is not the handler of one of them.
 */
void http_listener_close(struct http_listener *listener);

/* The request; valid, as all that the exchange gives, until the handler returns. */
struct http_request {
	struct str method; /* "GET" */
	struct str target; /* as sent, in origin form: "/a%20b?c=d" (an absolute form is reduced to
			      this) */
	struct str path;   /* before '?', still percent-encoded */
	struct str query;  /* after '?', without it; empty if none */
	struct str
		host; /* the Host header, or the authority of an absolute target, with its port */
	struct http_headers headers;
	int64_t content_length; /* -1: chunked */
	struct str peer;        /* the client's address, without its port */
	uint16_t peer_port;
	uint16_t local_port;
	uint64_t received_ns; /* clock_mono_ns() at the first byte */
};
const struct http_request *http_request(const struct http_exchange *ex);
/* Freed when the handler has returned. */
struct arena *http_arena(struct http_exchange *ex);
void *http_context(const struct http_exchange *ex);

/*
 * The whole body: 0, -EMSGSIZE (over bytes_max), -EBADMSG (ill-formed chunks), -ECONNRESET,
 * -ETIMEDOUT. Valid until the handler returns.
 */
int http_body(struct http_exchange *ex, size_t bytes_max, struct str *out) MUSTCHECK;
/* The next part of the body, valid until the next call: 1, 0 at the end, or an error as above. */
int http_body_next(struct http_exchange *ex, struct str *part) MUSTCHECK;

/* The trailers of a chunked body, once its end has been read; else none. */
const struct http_headers *http_trailers(const struct http_exchange *ex);

/*
 * The whole answer. Content-Length, Date and Connection are added; those and Transfer-Encoding
 * among the headers are left out. HEAD and 204/304 send no body; the Content-Length is then the one
 * among the headers, if there is one.
 */
void http_respond(struct http_exchange *ex, int status, const struct http_header *headers, size_t n,
	struct str body);
/*
 * An answer in parts: content_length in bytes, or -1 for chunked. Writing waits when the client is
 * slow; -ECONNRESET when it has gone. http_respond_end answers whether all was handed over.
 */
int http_respond_start(struct http_exchange *ex, int status, const struct http_header *headers,
	size_t n, int64_t content_length);
int http_respond_write(struct http_exchange *ex, struct str bytes) MUSTCHECK;
/* The same with a part of a file, by sendfile; the answer has a declared length. The file's own
 * errors, too. */
int http_respond_write_file(
	struct http_exchange *ex, int fd, uint64_t offset, uint64_t length) MUSTCHECK;
int http_respond_end(struct http_exchange *ex);
bool http_responded(const struct http_exchange *ex);

/* Whether the client has closed its connection: for handlers that wait long. */
bool http_client_gone(const struct http_exchange *ex);
/*
 * Registers a queue whose waiters are woken when the client goes; NULL takes it back. One at a
 * time. So a long poll waits on one queue for its message and for its client.
 */
struct waitq;
void http_wake_on_close(struct http_exchange *ex, struct waitq *q);

#endif
