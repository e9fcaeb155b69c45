/* The server: stores, services and the front door, opened and closed in order. */
#include "server/server.h"
#include "base/clock.h"
#include "base/log.h"
#include "loop/loop.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "server/folder.h"
#include "server/health.h"
#include "server/keys.h"
#include "server/services.h"
#include "server/trim.h"
#include "services/iam/iam.h"
#include "services/lambda/lambda.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	TRIM_AFTER_MS = 500
}; /* when the sandbox has been tried, and the first requests are through */

struct server {
	struct aws aws;
	struct arena arena; /* texts that live as long as the server */
	struct folder *folder;
	struct http_server *http;
	struct http_listener *listener;
	size_t started; /* services */
	bool ready, ending;
	struct loop_timer trim;
	bool trim_closed;
	struct waitq starting; /* requests that came before the services stood */
	char *url;
};

/* The front door: hosts and paths that are a service's own, then the server's, then the AWS APIs.
 */
static void serve(struct http_exchange *ex, void *arg)
{
	struct aws *aws = arg;
	struct server *s = CONTAINER_OF(aws, struct server, aws);
	while (!s->ready && !s->ending)
		waitq_wait(&s->starting, -1);
	if (s->ending)
		return; /* the connection ends */
	if (!aws_host_is_allowed(aws, http_request(ex)->host)) {
		aws_dispatch(aws, ex); /* which says so */
		return;
	}
	for (size_t i = 0; aws->services[i]; i++)
		if (aws->services[i]->serve && aws->services[i]->serve(aws, aws->states[i], ex))
			return;
	if (health_serve(aws, ex))
		return;
	aws_dispatch(aws, ex);
}

static int fail_open(char why[SERVER_WHY_BYTES], int r, const char *what, const char *path)
{
	snprintf(why, SERVER_WHY_BYTES, "%s %s: %s", what, path, strerror(-r));
	return r;
}

static int open_stores(
	struct server *s, const struct server_config *config, char why[SERVER_WHY_BYTES])
{
	struct str main = arena_printf(&s->arena, "%s/store.db", s->aws.data_dir);
	struct str telemetry = arena_printf(&s->arena, "%s/telemetry.db", s->aws.data_dir);
	struct str blobs = arena_printf(&s->arena, "%s/blobs", s->aws.data_dir);
	enum store_durability relaxed = MAX(config->durability, STORE_RELAXED);
	int r = store_open(main.p, config->durability, &s->aws.store);
	if (r < 0)
		return fail_open(why, r, "the store can't be opened:", main.p);
	r = store_open(telemetry.p, relaxed, &s->aws.telemetry);
	if (r < 0)
		return fail_open(why, r, "the store of logs can't be opened:", telemetry.p);
	r = blobs_open(blobs.p, s->aws.store, &s->aws.blobs);
	if (r < 0)
		return fail_open(
			why, r, "the folder of code and objects can't be opened:", blobs.p);
	r = server_keys_open(&s->aws, &s->arena);
	if (r < 0)
		return fail_open(
			why, r, "the server's keys can't be read or made in", s->aws.data_dir);
	return 0;
}

static int open_sandbox(
	struct server *s, const struct server_config *config, char why[SERVER_WHY_BYTES])
{
	struct str run_dir = arena_printf(&s->arena, "%s/sandbox", s->aws.data_dir);
	int r = sandbox_open(run_dir.p, config->sandbox, &s->aws.sandbox);
	if (r < 0)
		return fail_open(why, r,
			"functions can't be isolated; the sandbox can't be made in", run_dir.p);
	return 0;
}

static int start_services(struct server *s, char why[SERVER_WHY_BYTES])
{
	size_t n = 0;
	while (server_services[n])
		n++;
	s->aws.services = server_services;
	s->aws.states = arena_zalloc(&s->arena, n * sizeof *s->aws.states);
	for (; s->started < n; s->started++) {
		const struct service *service = server_services[s->started];
		int r = service->start ? service->start(&s->aws, &s->aws.states[s->started]) : 0;
		if (r < 0)
			return fail_open(why, r, "a service can't start:", service->api->name);
	}
	return 0;
}

static int start_listening(
	struct server *s, const struct server_config *config, char why[SERVER_WHY_BYTES])
{
	struct http_server_options options = { 0 };
	int r = http_server_create(serve, &s->aws, &options, &s->http);
	if (r == 0)
		r = http_server_listen(s->http, config->address, config->port, NULL, &s->listener);
	if (r < 0) {
		snprintf(why, SERVER_WHY_BYTES, "can't listen on %s port %d: %s%s", config->address,
			(int)config->port, strerror(-r),
			r == -EADDRINUSE
				? " (another server is there; choose --listen ADDRESS:PORT)"
				: "");
		return r;
	}
	bool v6 = strchr(config->address, ':');
	s->aws.port = http_listener_port(s->listener);
	s->url = xasprintf(
		v6 ? "http://[%s]:%d" : "http://%s:%d", config->address, (int)s->aws.port);
	return 0;
}

static void on_trim(void *arg)
{
	(void)arg;
	trim_resident();
}

static void on_trim_closed(void *arg)
{
	*(bool *)arg = true;
}

int server_create(
	const struct server_config *config, struct server **out, char why[SERVER_WHY_BYTES])
{
	struct server *s = xcalloc(1, sizeof *s);
	uint64_t created_ns = clock_mono_ns();
	waitq_init(&s->starting);
	s->aws.loop = loop_self();
	s->aws.ending = &s->ending;
	s->aws.auth = config->auth;
	s->aws.retry_speed = config->retry_speed;
	s->aws.smtp_url = config->smtp_url;
	s->aws.mail_from = config->mail_from;
	s->aws.address = str_c(config->address);
	s->aws.now_ms = clock_now_ms;
	s->aws.handler = serve;
	s->aws.hooks = (struct aws_hooks){ iam_find_key, iam_find_policies, lambda_find_trace };
	int r = folder_open(config->data_dir, &s->folder, why);
	if (r < 0)
		goto fail;
	s->aws.data_dir = folder_path(s->folder);
	s->aws.runtimes_dir = folder_runtimes(s->folder);
	r = open_stores(s, config, why);
	if (r == 0)
		r = open_sandbox(s, config, why);
	/* The port is known before services start: what they make may name the server's own URL. */
	if (r == 0)
		r = start_listening(s, config, why);
	if (r == 0)
		r = start_services(s, why);
	if (r < 0)
		goto fail;
	log_debug("started in %.1f ms", (double)(clock_mono_ns() - created_ns) / 1e6);
	loop_timer_start(&s->trim, TRIM_AFTER_MS, 0, on_trim, NULL);
	s->ready = true;
	waitq_wake_all(&s->starting);
	*out = s;
	return 0;
fail:
	server_destroy(s);
	return r;
}

void server_destroy(struct server *s)
{
	if (!s)
		return;
	s->ending = true;
	waitq_wake_all(&s->starting);
	http_client_give_way();
	if (s->listener)
		http_listener_close(s->listener);
	while (s->started-- > 0) {
		const struct service *service = server_services[s->started];
		if (service->stop)
			service->stop(&s->aws, s->aws.states[s->started]);
		s->aws.states[s->started] = NULL;
	}
	if (s->http)
		http_server_destroy(s->http);
	http_client_fini();
	sandbox_close(s->aws.sandbox);
	blobs_close(s->aws.blobs);
	store_close(s->aws.telemetry);
	store_close(s->aws.store);
	aws_fini(&s->aws);
	loop_timer_close(&s->trim, on_trim_closed, &s->trim_closed);
	while (!s->trim_closed)
		fiber_yield();
	folder_close(s->folder);
	arena_fini(&s->arena);
	free(s->url);
	free(s);
}

const char *server_url(const struct server *server)
{
	return server->url;
}

const struct aws *server_aws(const struct server *server)
{
	return &server->aws;
}
