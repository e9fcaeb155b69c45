/* The HTTP/1.1 server, against clients that speak bytes. */
#include "base/buf.h"
#include "base/clock.h"
#include "loop/loop.h"
#include "net/http_server.h"
#include "tests/check.h"
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A server for the length of a test; the client runs on a thread of its own. */
struct fixture {
	struct loop *loop;
	struct http_server *server;
	struct http_listener *listener;
	struct http_server_options options;
	uint16_t port;
	void (*client)(struct fixture *f);
	void (*prepare)(struct fixture *f);
	_Atomic int handled, gone;
	_Atomic int body_error;
};

static void echo(struct http_exchange *ex, void *arg)
{
	struct fixture *f = arg;
	const struct http_request *r = http_request(ex);
	struct str body, part;
	int part_error;
	f->handled++;
	if (str_is(r->path, "/parts")) {
		size_t total = 0;
		while ((part_error = http_body_next(ex, &part)) > 0)
			total += part.n;
		f->body_error = part_error;
		http_respond(ex, 200, NULL, 0, arena_printf(http_arena(ex), "%zu", total));
	} else if (str_is(r->path, "/stream")) {
		http_respond_start(ex, 200, NULL, 0, -1);
		for (int i = 0; i < 3; i++)
			if (http_respond_write(ex, STR("part")) < 0)
				break;
		http_respond_end(ex);
	} else if (str_is(r->path, "/large")) {
		size_t n = 8 * MIB;
		char *p = arena_alloc(http_arena(ex), n);
		memset(p, 'x', n);
		http_respond(ex, 200, NULL, 0, (struct str){ p, n });
	} else if (str_is(r->path, "/ignore")) {
		http_respond(ex, 200, NULL, 0, STR("ignored"));
	} else if (str_is(r->path, "/trailers")) {
		while ((part_error = http_body_next(ex, &part)) > 0)
			;
		f->body_error = part_error;
		const struct http_headers *trailers = http_trailers(ex);
		http_respond(ex, 200, NULL, 0,
			arena_printf(http_arena(ex), "%.*s %.*s %zu %.*s", STR_ARG(r->target),
				STR_ARG(http_header_get(&r->headers, STR("a"))), trailers->n,
				STR_ARG(http_header_get(trailers, STR("last")))));
	} else if (str_is(r->path, "/headers")) {
		struct http_header headers[] = { { STR_INIT("content-length"), STR_INIT("77") },
			{ STR_INIT("Transfer-Encoding"), STR_INIT("gzip") },
			{ STR_INIT("Connection"), STR_INIT("close") },
			{ STR_INIT("A"), STR_INIT("b\r\nC: d") },
			{ STR_INIT("E"), STR_INIT("f") } };
		http_respond(ex, 200, headers, COUNT_OF(headers), STR("four"));
	} else if (str_is(r->path, "/none")) {
		http_respond_start(ex, str_is(r->query, "304") ? 304 : 204, NULL, 0, -1);
		CHECK_INT(http_respond_write(ex, STR("nothing")), 0);
		http_respond_end(ex);
	} else if (str_is(r->path, "/context")) {
		http_respond(ex, 200, NULL, 0, str_c(http_context(ex)));
	} else if (str_is(r->path, "/silent")) {
		return;
	} else if (str_is(r->path, "/wait")) {
		struct waitq q;
		waitq_init(&q);
		http_wake_on_close(ex, &q);
		while (!http_client_gone(ex))
			waitq_wait(&q, -1);
		f->gone++;
		http_respond(ex, 200, NULL, 0, STR(""));
	} else {
		f->body_error = http_body(ex, 2 * MIB, &body);
		struct str text = arena_printf(http_arena(ex), "%.*s %.*s %.*s [%.*s]",
			STR_ARG(r->method), STR_ARG(r->path), STR_ARG(r->query),
			STR_ARG(f->body_error < 0 ? STR("") : body));
		http_respond(ex, f->body_error == -EMSGSIZE ? 413 : 200, NULL, 0, text);
	}
}

static void stop(void *arg)
{
	loop_stop(arg);
}

static void finish(void *arg)
{
	struct fixture *f = arg;
	http_server_destroy(f->server);
	loop_defer(f->loop, stop, f->loop);
}

static void start_finish(void *arg)
{
	CHECK_INT(fiber_start(finish, arg), 0);
}

static void *client_main(void *arg)
{
	struct fixture *f = arg;
	f->client(f);
	loop_post(f->loop, start_finish, f);
	return NULL;
}

static void run(struct fixture *f, void (*client)(struct fixture *f))
{
	pthread_t thread;
	f->client = client;
	CHECK_INT(loop_create(&f->loop), 0);
	CHECK_INT(http_server_create(echo, f, &f->options, &f->server), 0);
	CHECK_INT(http_server_listen(f->server, "127.0.0.1", 0, NULL, &f->listener), 0);
	f->port = http_listener_port(f->listener);
	if (f->prepare)
		f->prepare(f);
	CHECK_INT(pthread_create(&thread, NULL, client_main, f), 0);
	loop_run(f->loop);
	pthread_join(thread, NULL);
	loop_destroy(f->loop);
}

static int dial(const struct fixture *f)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(f->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
	return fd;
}

static void say(int fd, const char *text)
{
	CHECK(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
}

/* What comes until the end of the connection, or nothing for wait_ms. */
static void hear(int fd, struct buf *out, int wait_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;
	out->n = 0;
	while (poll(&p, 1, wait_ms) == 1 && (n = read(fd, buf_reserve(out, 65536), 65536)) > 0)
		out->n += (size_t)n;
}

static size_t count_of(struct str text, struct str what)
{
	size_t n = 0;
	ssize_t at;
	while ((at = str_find(text, what)) >= 0) {
		n++;
		text = str_from(text, (size_t)at + what.n);
	}
	return n;
}

/* One connection, one text, what is answered up to the end or 100 ms of silence. */
static void ask(const struct fixture *f, const char *text, struct buf *out)
{
	int fd = dial(f);
	say(fd, text);
	hear(fd, out, 100);
	close(fd);
}

static void plain_client(struct fixture *f)
{
	struct buf b = { 0 };
	ask(f, "GET /a%20b?c=d HTTP/1.1\r\nHost: x\r\n\r\n", &b);
	CHECK(str_starts(buf_view(&b), STR("HTTP/1.1 200 OK\r\nDate: ")));
	CHECK(str_ends(buf_view(&b), STR("Content-Length: 18\r\n\r\nGET /a%20b c=d []")) ||
		str_ends(buf_view(&b), STR("\r\n\r\nGET /a%20b c=d []")));
	ask(f, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", &b);
	CHECK(str_ends(buf_view(&b), STR("POST /  [abc]")));
	ask(f,
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n",
		&b);
	CHECK(str_ends(buf_view(&b), STR("POST /  [abcde]")));
	ask(f, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", &b);
	CHECK(str_ends(buf_view(&b), STR("Content-Length: 10\r\n\r\n")));
	ask(f, "GET http://h.example:1/p?q HTTP/1.1\r\nHost: x\r\n\r\n", &b);
	CHECK(str_ends(buf_view(&b), STR("GET /p q []")));
	ask(f, "GET / HTTP/1.0\r\n\r\n", &b);
	CHECK(str_find(buf_view(&b), STR("Connection: close")) > 0);
	ask(f, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n", &b);
	CHECK(str_ends(buf_view(&b),
		STR("Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n4\r\npart\r\n4\r\npart\r\n0\r\n\r\n")));
	ask(f, "GET /stream HTTP/1.0\r\n\r\n", &b);
	CHECK(str_ends(buf_view(&b), STR("\r\n\r\npartpartpart")));
	ask(f, "GET /silent HTTP/1.1\r\nHost: x\r\n\r\n", &b);
	CHECK(str_starts(buf_view(&b), STR("HTTP/1.1 500 ")));
	ask(f, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
		&b);
	CHECK(str_starts(buf_view(&b), STR("HTTP/1.1 200 ")));
	buf_fini(&b);
}

static void test_plain(void)
{
	struct fixture f = { 0 };
	run(&f, plain_client);
}

static void pipeline_client(struct fixture *f)
{
	struct buf b = { 0 };
	ask(f,
		"GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nz"
		"\r\nGET /stream HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		&b);
	CHECK_INT(count_of(buf_view(&b), STR("HTTP/1.1 200")), 4);
	ssize_t first = str_find(buf_view(&b), STR("GET /1")),
		last = str_find(buf_view(&b), STR("GET /3"));
	CHECK(first > 0 && last > first);
	/* A body that the handler left unread is no request. */
	ask(f,
		"POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n"
		"GET /4 HTTP/1.1\r\nHost: x\r\n\r\n",
		&b);
	CHECK_INT(count_of(buf_view(&b), STR("HTTP/1.1 200")), 2);
	CHECK(str_find(buf_view(&b), STR("evil")) < 0);
	buf_fini(&b);
}

static void test_pipelining(void)
{
	struct fixture f = { 0 };
	run(&f, pipeline_client);
	/* And when bodies are not read before the handler starts. */
	f = (struct fixture){ .options.body_buffer_bytes = 1 };
	run(&f, pipeline_client);
}

static void split_client(struct fixture *f)
{
	static const char text[] =
		"POST /x?y HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
	struct buf b = { 0 };
	for (size_t i = 1; i < sizeof text - 1; i++) {
		int fd = dial(f);
		CHECK(send(fd, text, i, 0) == (ssize_t)i);
		usleep(500);
		say(fd, text + i);
		shutdown(fd, SHUT_WR); /* a client that has said all still gets its answer */
		hear(fd, &b, 2000);
		CHECK(str_ends(buf_view(&b), STR("POST /x y [abc]")));
		close(fd);
	}
	buf_fini(&b);
}

static void test_split_at_each_byte(void)
{
	struct fixture f = { 0 };
	run(&f, split_client);
}

static void ambiguous_client(struct fixture *f)
{
	static const char *const refused[] = {
		"GET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\na",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x1\r\n\r\na",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1 1\r\n\r\na",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\na",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\na",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"GET / HTTP/1.1\nHost: x\n\n",
		"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\n: c\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nA: b\x01\r\n\r\n",
		"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
		"GET / HTTP/1.2\r\nHost: x\r\n\r\n",
		"GET x HTTP/1.1\r\nHost: x\r\n\r\n",
		"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
		"GARBAGE\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\n",
		"GET / HTTP/1.1\r\nHost: x\r\nExpect: magic\r\n\r\n",
	};
	struct buf b = { 0 };
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		ask(f, refused[i], &b);
		bool is_refused = str_starts(buf_view(&b), STR("HTTP/1.1 4")) ||
				  str_starts(buf_view(&b), STR("HTTP/1.1 505"));
		if (!is_refused || str_find(buf_view(&b), STR("Connection: close")) < 0)
			printf("# not refused: %s -> %.*s\n", refused[i], STR_ARG(buf_view(&b)));
		CHECK(is_refused && count_of(buf_view(&b), STR("HTTP/1.1")) == 1);
	}
	static const char nul[] = "GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n";
	int fd = dial(f);
	CHECK(send(fd, nul, sizeof nul - 1, 0) == sizeof nul - 1);
	hear(fd, &b, 100);
	CHECK(str_starts(buf_view(&b), STR("HTTP/1.1 400")));
	close(fd);
	CHECK_INT(f->handled, 0);
	buf_fini(&b);
}

static void test_ambiguous_is_refused(void)
{
	struct fixture f = { 0 };
	run(&f, ambiguous_client);
}

static void limits_client(struct fixture *f)
{
	struct buf b = { 0 }, long_text = { 0 };
	buf_cat(&long_text, "GET /");
	for (int i = 0; i < 40000; i++)
		buf_char(&long_text, 'a');
	buf_cat(&long_text, " HTTP/1.1\r\nHost: x\r\n\r\n");
	ask(f, buf_cstr(&long_text), &b);
	CHECK(str_starts(buf_view(&b), STR("HTTP/1.1 414")));
	long_text.n = 0;
	buf_cat(&long_text, "GET / HTTP/1.1\r\nHost: x\r\n");
	for (int i = 0; i < 300; i++)
		buf_printf(&long_text, "A%d: b\r\n", i);
	ask(f, buf_cstr(&long_text), &b);
	CHECK(str_starts(buf_view(&b), STR("HTTP/1.1 431")));
	/* Over what the handler takes: it says so, and the connection does not go on with the rest.
	 */
	ask(f, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\nExpect: 100-continue\r\n\r\n",
		&b);
	CHECK(str_starts(buf_view(&b), STR("HTTP/1.1 413")));
	CHECK(str_find(buf_view(&b), STR("Connection: close")) > 0);
	ask(f, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n",
		&b);
	CHECK_STR(buf_view(&b), "HTTP/1.1 100 Continue\r\n\r\n");
	long_text.n = 0;
	buf_cat(&long_text, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;");
	for (int i = 0; i < 5000; i++)
		buf_char(&long_text, 'e');
	ask(f, buf_cstr(&long_text), &b);
	CHECK(str_starts(buf_view(&b), STR("HTTP/1.1 400")));
	buf_fini(&b);
	buf_fini(&long_text);
}

static void test_limits(void)
{
	struct fixture f = { 0 };
	run(&f, limits_client);
}

static void large_client(struct fixture *f)
{
	struct buf b = { 0 };
	int fd = dial(f);
	say(fd, "POST /parts HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\nExpect: 100-continue\r\n\r\n");
	hear(fd, &b, 50);
	CHECK_STR(buf_view(&b), "HTTP/1.1 100 Continue\r\n\r\n");
	char *block = calloc(1, 100000);
	for (int i = 0; i < 50; i++)
		CHECK(send(fd, block, 100000, 0) == 100000);
	hear(fd, &b, 200);
	CHECK(str_ends(buf_view(&b), STR("\r\n\r\n5000000")));
	/* The same connection still works; a slow reader gets all of a large answer. */
	say(fd, "GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	usleep(100000);
	hear(fd, &b, 2000);
	CHECK(b.n > 8 * MIB && b.n < 8 * MIB + 500);
	close(fd);
	/* A client that goes in the middle of its body. */
	fd = dial(f);
	say(fd, "POST /parts HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\nabc");
	close(fd);
	usleep(50000);
	CHECK_INT(f->body_error, -ECONNRESET);
	free(block);
	buf_fini(&b);
}

static void test_large_bodies(void)
{
	struct fixture f = { 0 };
	run(&f, large_client);
}

static void slow_client(struct fixture *f)
{
	struct buf b = { 0 };
	uint64_t begun_ms = clock_mono_ms();
	int fd = dial(f);
	say(fd, "GET / HTTP/1.1\r\nHo");
	hear(fd, &b, 3000);
	CHECK(str_starts(buf_view(&b), STR("HTTP/1.1 408")));
	close(fd);
	fd = dial(f);
	say(fd, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na");
	hear(fd, &b, 3000);
	CHECK(str_starts(buf_view(&b), STR("HTTP/1.1 408")));
	close(fd);
	fd = dial(f);
	say(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	hear(fd, &b, 3000); /* until the idle connection is ended */
	CHECK_INT(count_of(buf_view(&b), STR("HTTP/1.1")), 1);
	close(fd);
	fd = dial(f);
	say(fd, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n"); /* and does not read */
	usleep(600000);
	close(fd);
	CHECK(clock_mono_ms() - begun_ms < 4000);
	buf_fini(&b);
}

static void test_slow_clients(void)
{
	struct fixture f = { .options = { .header_timeout_ms = 100,
				     .idle_timeout_ms = 100,
				     .body_timeout_ms = 100 } };
	run(&f, slow_client);
}

static void waiting_client(struct fixture *f)
{
	int fd = dial(f);
	say(fd, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
	usleep(50000);
	CHECK_INT(f->gone, 0);
	close(fd);
	usleep(50000);
	CHECK_INT(f->gone, 1);
	fd = dial(f);
	say(fd, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
	usleep(50000); /* still waiting when the server ends */
}

static void test_clients_that_go(void)
{
	struct fixture f = { 0 };
	run(&f, waiting_client);
	CHECK_INT(f.gone, 2);
}

static void many_client(struct fixture *f)
{
	struct buf b = { 0 };
	int idle[4];
	for (int i = 0; i < 4; i++) {
		idle[i] = dial(f);
		say(idle[i], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
		hear(idle[i], &b, 50);
	}
	ask(f, "GET /fifth HTTP/1.1\r\nHost: x\r\n\r\n", &b); /* takes an idle one's place */
	CHECK(str_find(buf_view(&b), STR("/fifth")) > 0);
	for (int i = 0; i < 4; i++)
		close(idle[i]);
	buf_fini(&b);
}

static void test_too_many_connections(void)
{
	struct fixture f = { .options.connections_max = 4 };
	run(&f, many_client);
}

static void trailers_client(struct fixture *f)
{
	struct buf b = { 0 }, text = { 0 };
	int fd = dial(f);
	/* The handler runs, with the headers in its hands, when the trailers come. */
	say(fd, "POST /trailers?q HTTP/1.1\r\nHost: x\r\nA: kept\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
	hear(fd, &b, 50);
	buf_cat(&text, "0\r\n");
	for (int i = 0; i < 100; i++)
		buf_printf(&text, "Trailer-%d: %060d\r\n", i, i);
	buf_cat(&text, "Last: one\r\n\r\n");
	say(fd, buf_cstr(&text));
	hear(fd, &b, 100);
	CHECK(str_ends(buf_view(&b), STR("\r\n\r\n/trailers?q kept 101 one")));
	close(fd);
	buf_fini(&b);
	buf_fini(&text);
}

static void test_trailers_while_the_handler_runs(void)
{
	struct fixture f = { .options.body_buffer_bytes = 1 };
	run(&f, trailers_client);
	f = (struct fixture){ 0 };
	run(&f, trailers_client);
}

static void framing_client(struct fixture *f)
{
	struct buf b = { 0 };
	ask(f, "GET /headers HTTP/1.1\r\nHost: x\r\n\r\n", &b);
	CHECK(str_ends(buf_view(&b), STR(" GMT\r\nE: f\r\nContent-Length: 4\r\n\r\nfour")));
	ask(f, "HEAD /headers HTTP/1.1\r\nHost: x\r\n\r\n", &b);
	CHECK(str_ends(buf_view(&b), STR(" GMT\r\nE: f\r\nContent-Length: 77\r\n\r\n")));
	/* RFC 9112 section 6.1: no Transfer-Encoding with 204. */
	ask(f, "GET /none HTTP/1.1\r\nHost: x\r\n\r\n", &b);
	CHECK(str_starts(buf_view(&b), STR("HTTP/1.1 204 ")) &&
		str_ends(buf_view(&b), STR(" GMT\r\n\r\n")));
	ask(f, "GET /none?304 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n", &b);
	CHECK(str_starts(buf_view(&b), STR("HTTP/1.1 304 ")) &&
		str_ends(buf_view(&b), STR("\r\n\r\nGET /2  []")));
	buf_fini(&b);
}

static void test_framing_of_answers(void)
{
	struct fixture f = { 0 };
	run(&f, framing_client);
}

enum { BURST = 20000 };

static void *burst_main(void *arg)
{
	static const char request[] = "GET /b HTTP/1.1\r\nHost: x\r\n\r\n";
	struct buf text = { 0 };
	int fd = *(int *)arg;
	for (int i = 0; i < BURST; i++)
		buf_append(&text, request, sizeof request - 1);
	for (size_t at = 0; at < text.n;) {
		ssize_t n = send(fd, text.p + at, MIN(text.n - at, (size_t)7001), MSG_NOSIGNAL);
		if (n <= 0)
			break;
		at += (size_t)n;
	}
	shutdown(fd, SHUT_WR);
	buf_fini(&text);
	return NULL;
}

/* More requests than are read ahead, from a client that then says that these were all. */
static void burst_client(struct fixture *f)
{
	struct buf b = { 0 };
	pthread_t thread;
	int fd = dial(f);
	CHECK_INT(pthread_create(&thread, NULL, burst_main, &fd), 0);
	hear(fd, &b, 5000);
	pthread_join(thread, NULL);
	CHECK_INT(count_of(buf_view(&b), STR("HTTP/1.1 200")), BURST);
	close(fd);
	/* The last one of them incomplete. */
	fd = dial(f);
	say(fd, "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\nabc");
	shutdown(fd, SHUT_WR);
	hear(fd, &b, 2000);
	CHECK(str_find(buf_view(&b), STR("GET /1")) > 0);
	close(fd);
	buf_fini(&b);
}

static void test_bursts_of_clients_that_say_all_at_once(void)
{
	struct fixture f = { 0 };
	run(&f, burst_client);
}

static void close_listener(void *arg)
{
	http_listener_close(arg);
}

static void start_close_listener(void *arg)
{
	CHECK_INT(fiber_start(close_listener, arg), 0);
}

/* The server ends while another fiber is already closing its listener. */
static void closing_client(struct fixture *f)
{
	int fd = dial(f);
	say(fd, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
	usleep(50000);
	loop_post(f->loop, start_close_listener, f->listener);
}

static void test_two_who_close(void)
{
	struct fixture f = { 0 };
	run(&f, closing_client);
	CHECK_INT(f.gone, 1);
}

static void crowd_client(struct fixture *f)
{
	struct buf b = { 0 };
	int busy[2];
	for (int i = 0; i < 2; i++) {
		busy[i] = dial(f);
		say(busy[i], "POST /parts HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n");
	}
	usleep(20000);
	int third = dial(f);
	say(third, "GET /third HTTP/1.1\r\nHost: x\r\n\r\n");
	hear(third, &b, 100);
	CHECK_INT(b.n, 0); /* it waits at the door */
	say(busy[0], "abc");
	hear(busy[0], &b, 500);
	CHECK(str_find(buf_view(&b), STR("Connection: close")) > 0);
	close(busy[0]);
	hear(third, &b, 500);
	CHECK(str_find(buf_view(&b), STR("/third")) > 0);
	close(busy[1]);
	close(third);
	buf_fini(&b);
}

static void test_busy_ones_make_room(void)
{
	struct fixture f = { .options.connections_max = 2 };
	run(&f, crowd_client);
}

static int dial_unix(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(connect(fd, (const struct sockaddr *)address, sizeof *address) == 0);
	return fd;
}

static struct sockaddr_un unix_address;

static void unix_client(struct fixture *f)
{
	struct buf b = { 0 };
	int fd = dial_unix(&unix_address);
	(void)f;
	say(fd, "GET /context HTTP/1.1\r\nHost: x\r\n\r\n");
	hear(fd, &b, 100);
	CHECK(str_ends(buf_view(&b), STR("\r\n\r\nthe box")));
	close(fd);
	buf_fini(&b);
}

static void listen_on_unix(struct fixture *f)
{
	static char context[] = "the box";
	struct http_listener *listener;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unix_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	/* Abstract: no file is left behind. */
	snprintf(unix_address.sun_path + 1, sizeof unix_address.sun_path - 1,
		"samovar-http-test-%d", (int)getpid());
	CHECK(bind(fd, (struct sockaddr *)&unix_address, sizeof unix_address) == 0 &&
		listen(fd, 8) == 0);
	CHECK_INT(http_server_listen_fd(f->server, fd, context, &listener), 0);
	CHECK_INT(http_listener_port(listener), 0);
}

static void test_unix_socket(void)
{
	struct fixture f = { .prepare = listen_on_unix };
	run(&f, unix_client);
}

static const struct test tests[] = {
	{ "requests and answers", test_plain },
	{ "pipelining", test_pipelining },
	{ "a request in two pieces, at each byte", test_split_at_each_byte },
	{ "what is ambiguous is refused (RFC 9112)", test_ambiguous_is_refused },
	{ "limits", test_limits },
	{ "large bodies both ways", test_large_bodies },
	{ "slow clients", test_slow_clients },
	{ "clients that go while a handler waits", test_clients_that_go },
	{ "more clients than places", test_too_many_connections },
	{ "busy connections make room for clients at the door", test_busy_ones_make_room },
	{ "trailers that come while the handler runs", test_trailers_while_the_handler_runs },
	{ "the framing of answers is the server's", test_framing_of_answers },
	{ "bursts of clients that then say no more", test_bursts_of_clients_that_say_all_at_once },
	{ "a listener that is being closed when the server ends", test_two_who_close },
	{ "a listening unix socket and its context", test_unix_socket },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
