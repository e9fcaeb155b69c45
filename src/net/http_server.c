/* The HTTP/1.1 server: listeners, accepting, and the timer that looks at deadlines. */
#include "net/http_server.h"
#include "base/clock.h"
#include "base/log.h"
#include "net/http_connection.h"
#include "net/limits.h"
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { SWEEP_MS_MIN = 5, SWEEP_MS_MAX = 250 };

/* Half of the descriptors that we may have are for others than clients. */
static size_t connections_affordable(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return SIZE_MAX;
	return MAX((size_t)limit.rlim_cur / 2, (size_t)1);
}

static void fill_defaults(struct http_server_options *o)
{
	if (!o->connections_max)
		o->connections_max = HTTP_CONNECTIONS_MAX;
	if (!o->header_bytes_max)
		o->header_bytes_max = HTTP_HEADER_BYTES_MAX;
	if (!o->body_buffer_bytes)
		o->body_buffer_bytes = HTTP_BODY_BUFFER_BYTES;
	if (!o->header_timeout_ms)
		o->header_timeout_ms = HTTP_HEADER_TIMEOUT_MS;
	if (!o->idle_timeout_ms)
		o->idle_timeout_ms = HTTP_IDLE_TIMEOUT_MS;
	if (!o->body_timeout_ms)
		o->body_timeout_ms = HTTP_BODY_TIMEOUT_MS;
	o->connections_max = MIN(o->connections_max, connections_affordable());
}

int http_server_create(http_handler *handler, void *arg, const struct http_server_options *options,
	struct http_server **out)
{
	struct http_server *s = xcalloc(1, sizeof *s);
	signal(SIGPIPE, SIG_IGN); /* libuv's writes to a client that has gone raise it */
	s->handler = handler;
	s->arg = arg;
	if (options)
		s->options = *options;
	fill_defaults(&s->options);
	http_settings_init(&s->settings);
	list_init(&s->listeners);
	waitq_init(&s->changed);
	s->read_buffer = xmalloc(HTTP_READ_BYTES);
	*out = s;
	return 0;
}

static void on_timer_closed(void *arg)
{
	*(bool *)arg = true;
}

void http_server_destroy(struct http_server *s)
{
	if (!s)
		return;
	while (!list_empty(&s->listeners)) {
		struct http_listener *l = LIST_FIRST(&s->listeners, struct http_listener, link);
		if (l->closed)
			waitq_wait(&s->changed, -1); /* another fiber is closing it */
		else
			http_listener_close(l);
	}
	while (s->connection_count > 0)
		waitq_wait(&s->changed, -1);
	bool closed = false;
	loop_timer_close(&s->sweeper, on_timer_closed, &closed);
	while (!closed)
		fiber_yield();
	free(s->read_buffer);
	free(s);
}

/* ---- deadlines ---- */

static void on_sweep(void *arg)
{
	struct http_server *s = arg;
	struct http_listener *l;
	struct http_exchange *ex;
	uint64_t now_ns = clock_mono_ns();
	LIST_FOR(l, &s->listeners, struct http_listener, link)
	{
		struct list *link = l->connections.next;
		while (link != &l->connections) {
			ex = LIST_ITEM(link, struct http_exchange, link);
			link = link->next; /* the sweep may close it, which frees it at a later turn
					      only */
			http_connection_sweep(ex, now_ns);
		}
	}
	if (s->connection_count == 0)
		loop_timer_stop(&s->sweeper);
}

static void start_sweeper(struct http_server *s)
{
	uint64_t shortest = MIN(s->options.header_timeout_ms, s->options.body_timeout_ms);
	shortest = MIN(shortest, s->options.idle_timeout_ms) / 4;
	uint64_t every_ms = MAX(MIN(shortest, (uint64_t)SWEEP_MS_MAX), (uint64_t)SWEEP_MS_MIN);
	loop_timer_start(&s->sweeper, every_ms, every_ms, on_sweep, s);
}

/* ---- accepting ---- */

static void on_rejected_closed(uv_handle_t *handle)
{
	free(CONTAINER_OF((union http_stream *)handle, struct http_exchange, socket));
}

static void accept_one(struct http_listener *l)
{
	uv_loop_t *loop = loop_uv(loop_self());
	struct http_server *s = l->server;
	struct http_exchange *ex = xcalloc(1, sizeof *ex);
	bool is_tcp = l->socket.handle.type == UV_TCP;
	int r = is_tcp ? uv_tcp_init(loop, &ex->socket.tcp)
		       : uv_pipe_init(loop, &ex->socket.pipe, 0);
	assert(r == 0);
	ex->listener = l;
	r = uv_accept(&l->socket.stream, &ex->socket.stream);
	if (r < 0) {
		log_debug("accept: %s", uv_strerror(r));
		uv_close(&ex->socket.handle, on_rejected_closed);
		return;
	}
	if (is_tcp)
		uv_tcp_nodelay(&ex->socket.tcp, 1);
	list_append(&l->connections, &ex->link);
	if (s->connection_count++ == 0)
		start_sweeper(s);
	http_connection_begin(ex);
}

/* One that waits between requests gives its place to a client that waits at the door. */
static void close_an_idle_one(struct http_server *s)
{
	struct http_listener *l;
	struct http_exchange *ex;
	LIST_FOR(l, &s->listeners, struct http_listener, link)
	{
		struct list *link = l->connections.next;
		for (; link != &l->connections; link = link->next) {
			ex = LIST_ITEM(link, struct http_exchange, link);
			if (ex->waiting == WAITING_REQUEST && !ex->handling && !ex->closing) {
				http_connection_close(ex);
				return;
			}
		}
	}
}

/* A connection that is not accepted at once stops libuv's polling of the listener: the backlog
 * holds the others. */
static void on_connection(uv_stream_t *stream, int status)
{
	struct http_listener *l = stream->data;
	if (l->closed)
		return;
	if (status < 0) {
		log_debug("accept: %s", uv_strerror(status));
		return;
	}
	if (l->server->connection_count < l->server->options.connections_max) {
		accept_one(l);
		return;
	}
	l->is_pending = true;
	l->server->pending_count++;
	close_an_idle_one(l->server);
}

void http_server_connection_ended(struct http_server *s)
{
	struct http_listener *l;
	s->connection_count--;
	LIST_FOR(l, &s->listeners, struct http_listener, link)
	{
		if (!l->is_pending || l->closed ||
			s->connection_count >= s->options.connections_max)
			continue;
		l->is_pending = false;
		s->pending_count--;
		accept_one(l);
	}
	waitq_wake_all(&s->changed);
}

/* ---- listeners ---- */

static void on_socket_closed(uv_handle_t *handle)
{
	struct http_listener *l = handle->data;
	l->socket_closed = true;
	waitq_wake_all(&l->server->changed);
}

static struct http_listener *listener_create(struct http_server *s, void *context)
{
	struct http_listener *l = xcalloc(1, sizeof *l);
	list_init(&l->link);
	list_init(&l->connections);
	l->server = s;
	l->context = context;
	return l;
}

static uint16_t local_port(const struct http_listener *l)
{
	struct sockaddr_storage address = { 0 };
	int n = sizeof address;
	if (l->socket.handle.type != UV_TCP ||
		uv_tcp_getsockname(&l->socket.tcp, (struct sockaddr *)&address, &n) < 0)
		return 0;
	return ntohs(address.ss_family == AF_INET6
			     ? ((struct sockaddr_in6 *)(void *)&address)->sin6_port
			     : ((struct sockaddr_in *)(void *)&address)->sin_port);
}

/* The socket stands; listen on it, or undo all. */
static int listener_begin(struct http_listener *l, int r, struct http_listener **out)
{
	l->socket.handle.data = l;
	if (r == 0)
		r = uv_listen(&l->socket.stream, HTTP_LISTEN_BACKLOG, on_connection);
	list_append(&l->server->listeners, &l->link);
	if (r < 0) {
		http_listener_close(l);
		return r;
	}
	l->port = local_port(l);
	*out = l;
	return 0;
}

int http_server_listen(struct http_server *s, const char *address, uint16_t port, void *context,
	struct http_listener **out)
{
	struct sockaddr_storage storage;
	if (uv_ip4_addr(address, port, (struct sockaddr_in *)(void *)&storage) < 0 &&
		uv_ip6_addr(address, port, (struct sockaddr_in6 *)(void *)&storage) < 0)
		return -EINVAL;
	struct http_listener *l = listener_create(s, context);
	int r = uv_tcp_init(loop_uv(loop_self()), &l->socket.tcp);
	assert(r == 0);
	r = uv_tcp_bind(&l->socket.tcp, (struct sockaddr *)&storage, 0);
	return listener_begin(l, r, out);
}

int http_server_listen_fd(struct http_server *s, int fd, void *context, struct http_listener **out)
{
	struct sockaddr_storage address;
	socklen_t n = sizeof address;
	if (getsockname(fd, (struct sockaddr *)&address, &n) < 0)
		return -errno;
	struct http_listener *l = listener_create(s, context);
	uv_loop_t *loop = loop_uv(loop_self());
	int r = address.ss_family == AF_UNIX ? uv_pipe_init(loop, &l->socket.pipe, 0)
					     : uv_tcp_init(loop, &l->socket.tcp);
	assert(r == 0);
	r = address.ss_family == AF_UNIX ? uv_pipe_open(&l->socket.pipe, fd)
					 : uv_tcp_open(&l->socket.tcp, fd);
	return listener_begin(l, r, out);
}

uint16_t http_listener_port(const struct http_listener *listener)
{
	return listener->port;
}

/* The last of its connections may end long after its socket: a handler may be waiting in it. */
void http_listener_close(struct http_listener *l)
{
	struct http_server *s = l->server;
	struct http_exchange *ex;
	assert(!l->closed);
	l->closed = true;
	if (l->is_pending)
		s->pending_count--;
	uv_close(&l->socket.handle, on_socket_closed);
	LIST_FOR(ex, &l->connections, struct http_exchange, link)
	http_connection_close(ex);
	while (!list_empty(&l->connections) || !l->socket_closed)
		waitq_wait(&s->changed, -1);
	list_remove(&l->link);
	free(l);
	waitq_wake_all(&s->changed);
}
