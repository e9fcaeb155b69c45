/* The outgoing client, against the server beside it. */
#include "base/clock.h"
#include "loop/loop.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "tests/check.h"
#include <errno.h>

static struct loop *loop;
static uint16_t port;
static struct arena arena;

static void serve(struct http_exchange *ex, void *arg)
{
	const struct http_request *r = http_request(ex);
	struct str body = { 0 };
	struct http_header header = { STR_INIT("X-Seen"),
		http_header_get(&r->headers, STR("x-sent")) };
	(void)arg;
	if (str_is(r->path, "/slow")) {
		fiber_sleep(300);
	} else if (str_is(r->path, "/stream")) {
		http_respond_start(ex, 200, NULL, 0, -1);
		for (int i = 0; i < 3; i++) {
			if (http_respond_write(ex, STR("part\n")) < 0)
				break;
			fiber_sleep(10);
		}
		http_respond_end(ex);
		return;
	} else if (str_is(r->path, "/redirect")) {
		struct http_header location = { STR_INIT("Location"), STR_INIT("/elsewhere") };
		http_respond(ex, 302, &location, 1, STR(""));
		return;
	}
	CHECK_INT(http_body(ex, MIB, &body), 0);
	http_respond(ex, 201, &header, header.value.p != NULL,
		arena_printf(http_arena(ex), "%.*s %.*s %.*s [%.*s]", STR_ARG(r->method),
			STR_ARG(r->host), STR_ARG(r->target), STR_ARG(body)));
}

static struct str url(const char *path)
{
	return arena_printf(&arena, "http://127.0.0.1:%d%s", (int)port, path);
}

static int on_part(void *arg, struct str part)
{
	size_t *n = arg;
	*n += part.n;
	return *n > 1000;
}

static void see_exchanges(void)
{
	struct http_client_response out;
	struct http_header sent = { STR_INIT("X-Sent"), STR_INIT("v") };
	struct http_client_request r = { .method = STR("POST"),
		.url = url("/a/../b?c=%20"),
		.headers = &sent,
		.header_count = 1,
		.body = STR("hello") };
	CHECK_INT(http_client_send(&arena, &r, &out), 0);
	CHECK_INT(out.status, 201);
	CHECK(str_ends(out.body, STR("/a/../b?c=%20 [hello]")) &&
		str_starts(out.body, STR("POST 127.0.0.1:")));
	CHECK_STR(http_header_get(&out.headers, STR("x-seen")), "v");

	r = (struct http_client_request){ .method = STR("DELETE"),
		.url = STR("http://some.name.example/x"),
		.connect_to = arena_printf(&arena, "127.0.0.1:%d", (int)port) };
	CHECK_INT(http_client_send(&arena, &r, &out), 0);
	CHECK_STR(out.body, "DELETE some.name.example /x []");

	r = (struct http_client_request){ .method = STR("GET"), .url = url("/redirect") };
	CHECK_INT(http_client_send(&arena, &r, &out), 0);
	CHECK_INT(out.status, 302);

	size_t n = 0;
	r = (struct http_client_request){
		.method = STR("GET"), .url = url("/stream"), .on_body = on_part, .arg = &n
	};
	CHECK_INT(http_client_send(&arena, &r, &out), 0);
	CHECK_INT(n, 15);
}

static void see_failures(void)
{
	struct http_client_response out;
	struct http_client_request r = {
		.method = STR("GET"), .url = url("/slow"), .timeout_ms = 50
	};
	CHECK_INT(http_client_send(&arena, &r, &out), -ETIMEDOUT);
	r = (struct http_client_request){
		.method = STR("GET"), .url = url("/"), .public_only = true
	};
	CHECK_INT(http_client_send(&arena, &r, &out), -EACCES);
	r.url = arena_printf(&arena, "http://[::1]:%d/", (int)port);
	CHECK_INT(http_client_send(&arena, &r, &out), -EACCES);
	r.url = arena_printf(&arena, "http://localhost:%d/", (int)port);
	CHECK_INT(http_client_send(&arena, &r, &out), -EACCES);
	r = (struct http_client_request){
		.method = STR("GET"), .url = url("/stream"), .body_bytes_max = 9
	};
	CHECK_INT(http_client_send(&arena, &r, &out), -EMSGSIZE);
	r = (struct http_client_request){ .method = STR("GET"), .url = STR("http://127.0.0.1:1/") };
	CHECK_INT(http_client_send(&arena, &r, &out), -ECONNREFUSED);
	r = (struct http_client_request){ .method = STR("GET / HTTP/1.1\r\nX: y"),
		.url = url("/") };
	CHECK_INT(http_client_send(&arena, &r, &out), -EINVAL);
	r.method = STR("GET");
	r.url = STR("file:///etc/passwd");
	CHECK_INT(http_client_send(&arena, &r, &out), -EINVAL);
}

static struct waitq ended;
static int result_at_end;

static void send_slow(void *arg)
{
	struct http_client_response out;
	struct http_client_request r = { .method = STR("GET"), .url = url("/slow") };
	(void)arg;
	result_at_end = http_client_send(&arena, &r, &out);
	waitq_wake_all(&ended);
}

/* An exchange that is under way when the client ends. */
static void see_the_end(void)
{
	waitq_init(&ended);
	CHECK_INT(fiber_start(send_slow, NULL), 0);
	fiber_sleep(50);
	http_client_fini();
	waitq_wait(&ended, 1000);
	CHECK_INT(result_at_end, -EIO);
}

static int on_refused_part(void *arg, struct str part)
{
	(void)arg;
	(void)part;
	return 1;
}

static void see_a_stream_that_is_ended(void)
{
	struct http_client_response out;
	struct http_client_request r = {
		.method = STR("GET"), .url = url("/stream"), .on_body = on_refused_part
	};
	CHECK_INT(http_client_send(&arena, &r, &out), -EIO);
}

static void stop(void *arg)
{
	(void)arg;
	loop_stop(loop);
}

static void run_client(void *arg)
{
	struct http_server *server = arg;
	see_exchanges();
	see_failures();
	see_a_stream_that_is_ended();
	see_the_end();
	http_client_fini(); /* there is none any more */
	http_server_destroy(server);
	loop_defer(loop, stop, NULL);
}

static void test_client(void)
{
	struct http_server *server;
	struct http_listener *listener;
	CHECK_INT(loop_create(&loop), 0);
	CHECK_INT(http_server_create(serve, NULL, NULL, &server), 0);
	CHECK_INT(http_server_listen(server, "127.0.0.1", 0, NULL, &listener), 0);
	port = http_listener_port(listener);
	CHECK_INT(fiber_start(run_client, server), 0);
	loop_run(loop);
	loop_destroy(loop);
	arena_fini(&arena);
}

static const struct test tests[] = { { "requests, answers and failures", test_client } };

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
