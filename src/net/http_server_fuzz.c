/* Bytes of a client, whole and in pieces: the server must understand the same both times, and stay
 * upright. */
#include "base/mem.h"
#include "loop/loop.h"
#include "net/http_connection.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { INPUT_BYTES_MAX = 16 * 1024, BODY_BYTES_MAX = 8 * 1024, TURNS_MAX = 200000 };

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static struct loop *loop;
static struct http_server *server;
static struct sockaddr_un address;
static uint64_t digest; /* of all that the handler was given */
static size_t handled;

static void digest_add(const void *p, size_t n)
{
	const uint8_t *bytes = p;
	for (size_t i = 0; i < n; i++)
		digest = (digest ^ bytes[i]) * 0x100000001b3;
	digest = (digest ^ n) * 0x100000001b3;
}

static void digest_str(struct str s)
{
	digest_add(s.p, s.n);
}

static void serve(struct http_exchange *ex, void *arg)
{
	const struct http_request *r = http_request(ex);
	struct str body = { 0 }, query = r->query, name, value;
	(void)arg;
	handled++;
	int result = http_body(ex, BODY_BYTES_MAX, &body);
	digest_str(r->method);
	digest_str(r->target);
	digest_str(r->path);
	digest_str(r->host);
	for (size_t i = 0; i < r->headers.n; i++) {
		digest_str(r->headers.v[i].name);
		digest_str(r->headers.v[i].value);
	}
	while (http_query_next(http_arena(ex), &query, &name, &value)) {
		digest_str(name);
		digest_str(value);
	}
	digest_add(&result, sizeof result);
	digest_str(body);
	const struct http_headers *trailers = http_trailers(ex);
	for (size_t i = 0; i < trailers->n; i++)
		digest_str(trailers->v[i].value);
	if (r->path.n % 2 == 0) {
		http_respond(ex, result < 0 ? 413 : 200, r->headers.v, r->headers.n, body);
		return;
	}
	http_respond_start(ex, 200, NULL, 0, -1);
	if (http_respond_write(ex, body) == 0)
		http_respond_end(ex);
}

static void turn(void)
{
	uv_run(loop_uv(loop), UV_RUN_NOWAIT);
}

static void start(void)
{
	struct http_listener *listener;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	address.sun_family = AF_UNIX;
	snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "samovar-http-fuzz-%d",
		(int)getpid());
	int r = loop_create(&loop);
	assert(r == 0);
	r = http_server_create(serve, NULL, NULL, &server);
	assert(r == 0);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 8) < 0)
		abort();
	r = http_server_listen_fd(server, fd, NULL, &listener);
	assert(r == 0);
}

/* Whatever has been answered; it must be an answer. */
static void drain(int fd, bool *is_first)
{
	char bytes[65536];
	ssize_t n;
	while ((n = read(fd, bytes, sizeof bytes)) > 0) {
		if (*is_first && n >= 9 && memcmp(bytes, "HTTP/1.1 ", 9) != 0)
			abort();
		*is_first = false;
	}
}

/* Sends it in pieces of piece bytes, each followed by turns of the loop, to the end of the
 * connection. */
static uint64_t converse(const uint8_t *p, size_t n, size_t piece)
{
	bool is_first = true;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		abort();
	fcntl(fd, F_SETFL, O_NONBLOCK);
	digest = 0xcbf29ce484222325;
	while (n > 0) {
		ssize_t sent = send(fd, p, MIN(n, piece), MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN)
			break; /* it has been refused */
		p += sent > 0 ? sent : 0;
		n -= sent > 0 ? (size_t)sent : 0;
		turn();
		drain(fd, &is_first);
	}
	shutdown(fd, SHUT_WR);
	for (size_t i = 0; i < 3 || fiber_count() > 0; i++) {
		assert(i < TURNS_MAX && "a request does not end");
		turn();
		drain(fd, &is_first);
	}
	close(fd);
	for (size_t i = 0; server->connection_count > 0; i++) {
		assert(i < TURNS_MAX && "a connection does not end");
		turn();
	}
	return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	if (!loop)
		start();
	if (n < 1 || n > INPUT_BYTES_MAX)
		return 0;
	handled = 0;
	uint64_t whole = converse(p + 1, n - 1, SIZE_MAX);
	size_t handled_whole = handled;
	handled = 0;
	uint64_t pieces = converse(p + 1, n - 1, 1 + p[0] % 64);
	assert(handled_whole == handled && whole == pieces && "the pieces made a difference");
	return 0;
}
