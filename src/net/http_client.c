/* Outgoing HTTP, by libcurl on the loop: its sockets are polled and its timer kept by libuv. */
#include "net/http_client.h"
#include "base/buf.h"
#include "base/log.h"
#include "loop/loop.h"
#include "net/limits.h"
#include "net/transfer.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

/* One for each loop, made at the first request: loading libcurl costs more than starting the
 * server. */
struct client {
	CURLM *multi;
	uv_timer_t timer;
	struct list transfers;
	size_t open; /* handles that libuv has not closed */
	bool ending;
};

static _Thread_local struct client *client;

/* What is common to all that runs on it. */
struct running {
	struct list link; /* in client->transfers, until it is done */
	CURL *easy;
	CURLcode result;
	bool done, gives_way;
	struct waitq own, *waiters; /* its own, or the one that was named */
};

struct transfer {
	const struct http_client_request *request;
	struct arena *arena;
	CURL *easy;
	struct curl_slist *headers, *connect_to;
	struct buf body;
	struct http_header *answer_headers;
	size_t header_count, header_cap;
	bool is_private, is_too_large;
	CURLcode result;
};

/* ---- libcurl's sockets and timer on libuv's loop ---- */

struct polled {
	uv_poll_t poll;
	struct client *client;
	curl_socket_t fd;
};

static void client_closed_one(struct client *c)
{
	if (--c->open == 0 && c->ending)
		free(c);
}

static void on_poll_closed(uv_handle_t *handle)
{
	struct polled *p = handle->data;
	client_closed_one(p->client);
	free(p);
}

static void on_timer_closed(uv_handle_t *handle)
{
	client_closed_one(handle->data);
}

static void end_transfer(struct client *c, struct running *t, CURLcode result)
{
	curl_multi_remove_handle(c->multi, t->easy);
	list_remove(&t->link);
	t->result = result;
	t->done = true;
	waitq_wake_all(t->waiters);
}

static void take_results(struct client *c)
{
	CURLMsg *message;
	int left;
	while ((message = curl_multi_info_read(c->multi, &left))) {
		struct running *t;
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
		end_transfer(c, t, message->data.result);
	}
}

static void on_polled(uv_poll_t *handle, int status, int events)
{
	struct polled *p = handle->data;
	struct client *c = p->client;
	int running, flags = status < 0 ? CURL_CSELECT_ERR : 0;
	flags |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
	flags |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
	curl_multi_socket_action(c->multi, p->fd, flags, &running);
	take_results(c);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *of_socket)
{
	struct client *c = arg;
	struct polled *p = of_socket;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (p) {
			curl_multi_assign(c->multi, fd, NULL);
			uv_close((uv_handle_t *)&p->poll, on_poll_closed);
		}
		return 0;
	}
	if (!p) {
		p = xcalloc(1, sizeof *p);
		p->client = c;
		p->fd = fd;
		p->poll.data = p;
		if (uv_poll_init_socket(loop_uv(loop_self()), &p->poll, fd) < 0) {
			free(p);
			return -1;
		}
		c->open++;
		curl_multi_assign(c->multi, fd, p);
	}
	int events = what & CURL_POLL_IN ? UV_READABLE : 0;
	events |= what & CURL_POLL_OUT ? UV_WRITABLE : 0;
	uv_poll_start(&p->poll, events, on_polled);
	return 0;
}

static void on_timeout(uv_timer_t *timer)
{
	struct client *c = timer->data;
	int running;
	curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	take_results(c);
}

static int on_timer_wanted(CURLM *multi, long timeout_ms, void *arg)
{
	struct client *c = arg;
	(void)multi;
	if (timeout_ms < 0) {
		uv_timer_stop(&c->timer);
		return 0;
	}
	uv_update_time(c->timer.loop);
	uv_timer_start(&c->timer, on_timeout, (uint64_t)timeout_ms, 0);
	return 0;
}

static struct client *client_get(void)
{
	static bool is_loaded;
	if (client)
		return client;
	if (!is_loaded && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return NULL;
	is_loaded = true;
	client = xcalloc(1, sizeof *client);
	client->multi = curl_multi_init();
	uv_timer_init(loop_uv(loop_self()), &client->timer);
	client->timer.data = client;
	client->open = 1;
	list_init(&client->transfers);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)HTTP_CLIENT_CONNECTIONS_MAX);
	return client;
}

void http_client_fini(void)
{
	struct client *c = client;
	client = NULL;
	if (!c)
		return;
	c->ending = true;
	struct running *t;
	LIST_FOR(t, &c->transfers, struct running, link)
	end_transfer(c, t, CURLE_ABORTED_BY_CALLBACK);
	uv_timer_stop(&c->timer);
	curl_multi_cleanup(c->multi); /* which asks for its sockets to be removed */
	uv_close((uv_handle_t *)&c->timer, on_timer_closed);
}

void http_client_give_way(void)
{
	struct client *c = client;
	struct running *t;
	if (!c)
		return;
	LIST_FOR(t, &c->transfers, struct running, link)
	{
		if (t->gives_way)
			end_transfer(c, t, CURLE_ABORTED_BY_CALLBACK);
	}
}

int transfer_run(CURL *easy, bool gives_way, bool (*is_cancelled)(void), struct waitq *wakes,
	CURLcode *result)
{
	struct client *c = client_get();
	struct running t = { .easy = easy, .gives_way = gives_way };
	assert(fiber_self());
	if (!c)
		return -ENOMEM;
	waitq_init(&t.own);
	t.waiters = is_cancelled ? wakes : &t.own;
	curl_easy_setopt(easy, CURLOPT_PRIVATE, &t);
	list_append(&c->transfers, &t.link);
	curl_multi_add_handle(c->multi, easy);
	while (!t.done && !(is_cancelled && is_cancelled()))
		waitq_wait(t.waiters, -1);
	if (!t.done) {
		end_transfer(c, &t, CURLE_ABORTED_BY_CALLBACK);
		return -ECANCELED;
	}
	*result = t.result;
	return 0;
}

/* libcurl names the system's file to OpenSSL, so that its variables are not looked at any more. */
void transfer_trust(CURL *easy)
{
	const char *file = getenv("SSL_CERT_FILE"), *folder = getenv("SSL_CERT_DIR");
	if (file && *file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, file);
	if (folder && *folder)
		curl_easy_setopt(easy, CURLOPT_CAPATH, folder);
}

int transfer_errno(CURLcode result)
{
	switch (result) {
	case CURLE_OK:
		return 0;
	case CURLE_COULDNT_CONNECT:
		return -ECONNREFUSED;
	case CURLE_OPERATION_TIMEDOUT:
		return -ETIMEDOUT;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return -EHOSTUNREACH;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return -EINVAL;
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_HTTP2:
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
		return -EPROTO;
	default:
		return -EIO;
	}
}

/* ---- one transfer ---- */

static bool is_public_v4(uint32_t a)
{
	static const struct {
		uint32_t net;
		int bits;
	} reserved[] = {
		/* RFC 6890: what is not reachable from everywhere */
		{ 0x00000000, 8 },
		{ 0x0a000000, 8 },
		{ 0x64400000, 10 },
		{ 0x7f000000, 8 },
		{ 0xa9fe0000, 16 },
		{ 0xac100000, 12 },
		{ 0xc0000000, 24 },
		{ 0xc0000200, 24 },
		{ 0xc0a80000, 16 },
		{ 0xc6120000, 15 },
		{ 0xc6336400, 24 },
		{ 0xcb007100, 24 },
		{ 0xe0000000, 3 },
	};
	for (size_t i = 0; i < COUNT_OF(reserved); i++)
		if (a >> (32 - reserved[i].bits) == reserved[i].net >> (32 - reserved[i].bits))
			return false;
	return true;
}

static bool is_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return is_public_v4(ntohl(
			((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
	if (address->sa_family != AF_INET6)
		return false;
	const struct in6_addr *a = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	if (IN6_IS_ADDR_V4MAPPED(a)) {
		uint32_t v4;
		memcpy(&v4, a->s6_addr + 12, 4);
		return is_public_v4(ntohl(v4));
	}
	uint32_t first = (uint32_t)a->s6_addr[0] << 24 | (uint32_t)a->s6_addr[1] << 16 |
			 (uint32_t)a->s6_addr[2] << 8 | a->s6_addr[3];
	/* 6to4 and Teredo hide another address inside; 2001:db8::/32 is for examples. */
	if (first >> 16 == 0x2002 || first == 0x20010000 || first == 0x20010db8)
		return false;
	return first >> 29 == 1; /* 2000::/3 is all that is global (RFC 4291) */
}

/* The address that is really used, whatever the name said before. */
static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *t = arg;
	(void)purpose;
	if (t->request->public_only && !is_public(&address->addr)) {
		t->is_private = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t max = t->request->body_bytes_max ? t->request->body_bytes_max
						: HTTP_CLIENT_BODY_BYTES_MAX;
	(void)size;
	if (t->request->on_body)
		return t->request->on_body(t->request->arg, (struct str){ p, n })
			       ? CURL_WRITEFUNC_ERROR
			       : n;
	if (t->body.n + n > max) {
		t->is_too_large = true;
		return CURL_WRITEFUNC_ERROR;
	}
	buf_append(&t->body, p, n);
	return n;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	struct str line = str_trim((struct str){ p, n });
	ssize_t colon = str_index(line, ':');
	(void)size;
	if (str_starts(line, STR("HTTP/")))
		t->header_count = 0; /* an interim answer's headers are not the answer's */
	if (colon <= 0 || t->header_count == HTTP_HEADERS_MAX)
		return n;
	if (t->header_count == t->header_cap) {
		t->header_cap = MAX(t->header_cap * 2, (size_t)16);
		t->answer_headers =
			xrealloc(t->answer_headers, t->header_cap * sizeof *t->answer_headers);
	}
	t->answer_headers[t->header_count++] = (struct http_header){
		arena_str(t->arena, str_trim(str_sub(line, 0, (size_t)colon))),
		arena_str(t->arena, str_trim(str_from(line, (size_t)colon + 1))),
	};
	return n;
}

/* RFC 9110 section 5.6.2: what methods and names of headers are made of. */
static bool is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || strchr("\"(),/:;<=>?@[\\]{}", s.p[i]))
			return false;
	return s.n > 0;
}

static bool is_value(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == '\0')
			return false;
	return true;
}

static void add_header(struct transfer *t, const char *line)
{
	struct curl_slist *more = curl_slist_append(t->headers, line);
	assert(more);
	t->headers = more;
}

static void set_headers(struct transfer *t)
{
	const struct http_client_request *r = t->request;
	add_header(t, "Expect:"); /* no 100-continue */
	add_header(t, "Accept:");
	bool has_type = false;
	for (size_t i = 0; i < r->header_count; i++) {
		struct str name = r->headers[i].name, value = r->headers[i].value;
		has_type |= str_eq_ci(name, STR("content-type"));
		if (!is_token(name) || !is_value(value))
			continue;
		/* To libcurl "Name:" takes a header away; "Name;" sends an empty one. */
		const char *form = value.n ? "%.*s: %.*s" : "%.*s;%.*s";
		add_header(t, arena_printf(t->arena, form, STR_ARG(name), STR_ARG(value)).p);
	}
	if (!has_type)
		add_header(t, "Content-Type:");
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

static void set_body(struct transfer *t)
{
	const struct http_client_request *r = t->request;
	if (str_is(r->method, "HEAD")) {
		curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
		return;
	}
	if (r->body.n > 0 || str_is(r->method, "POST") || str_is(r->method, "PUT") ||
		str_is(r->method, "PATCH")) {
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, r->body.n ? r->body.p : "");
	}
	curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, arena_cstr(t->arena, r->method));
}

static void set_options(struct transfer *t)
{
	const struct http_client_request *r = t->request;
	uint64_t timeout_ms = r->timeout_ms ? r->timeout_ms : HTTP_CLIENT_TIMEOUT_MS;
	CURL *e = t->easy;
	curl_easy_setopt(e, CURLOPT_URL, arena_cstr(t->arena, r->url));
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(e, CURLOPT_NOPROXY, "127.0.0.1,::1,localhost");
	curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L);
	transfer_trust(e);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	if (timeout_ms != UINT64_MAX)
		curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)MIN(timeout_ms, (uint64_t)INT32_MAX));
	if (r->public_only) {
		/* A proxy or a kept connection would hide the address. */
		curl_easy_setopt(e, CURLOPT_PROXY, "");
		curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
	}
	if (r->connect_to.n > 0) {
		t->connect_to = curl_slist_append(
			NULL, arena_printf(t->arena, "::%.*s", STR_ARG(r->connect_to)).p);
		curl_easy_setopt(e, CURLOPT_CONNECT_TO, t->connect_to);
	}
	set_headers(t);
	set_body(t);
}

static int errno_of(const struct transfer *t)
{
	if (t->is_private)
		return -EACCES;
	if (t->is_too_large)
		return -EMSGSIZE;
	return transfer_errno(t->result);
}

static void read_answer(struct transfer *t, struct http_client_response *out)
{
	long status = 0;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	out->status = (int)status;
	out->headers.n = t->header_count;
	out->headers.v = arena_alloc(t->arena, sizeof *out->headers.v * t->header_count);
	if (t->header_count > 0)
		memcpy(out->headers.v, t->answer_headers, sizeof *out->headers.v * t->header_count);
	out->body = arena_str(t->arena, buf_view(&t->body));
}

int http_client_send(struct arena *arena, const struct http_client_request *request,
	struct http_client_response *out)
{
	assert(fiber_self());
	if (!is_token(request->method) || memchr(request->url.p, 0, request->url.n))
		return -EINVAL;
	struct transfer t = { .request = request, .arena = arena };
	/* The library is made ready before its first handle. */
	if (!client_get() || !(t.easy = curl_easy_init()))
		return -ENOMEM;
	set_options(&t);
	int r = transfer_run(
		t.easy, request->gives_way, request->is_cancelled, request->wakes, &t.result);
	if (r == 0)
		r = errno_of(&t);
	if (r == 0)
		read_answer(&t, out);
	else
		log_debug("%.*s %.*s: %s", STR_ARG(request->method), STR_ARG(request->url),
			curl_easy_strerror(t.result));
	curl_easy_cleanup(t.easy);
	curl_slist_free_all(t.headers);
	curl_slist_free_all(t.connect_to);
	buf_fini(&t.body);
	free(t.answer_headers);
	return r;
}
