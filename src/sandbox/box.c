/* One box: making it, starting its program, its output, its limits and its end. */
#include "sandbox/box.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "sandbox/internal.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the end --------------------------------------------------------------------------------- */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void free_box(struct box *box)
{
	list_remove(&box->link);
	for (char **p = box->boot_argv; p && *p; p++)
		free(*p);
	for (char **p = box->ro_binds; p && *p; p++)
		free(*p);
	free(box->boot_argv);
	free(box->ro_binds);
	free(box->runtime_dir);
	close_fd(&box->pidfd);
	free(box);
}

static void free_if_done(struct box *box)
{
	if (box->destroyed && box->handles == 0 && (box->exited || !box->spawn_sent) &&
		box->egress_sent == box->egress_answered)
		free_box(box);
}

static void on_closed(uv_handle_t *h)
{
	struct box *box = h->data;
	box->handles--;
	free_if_done(box);
}

static void on_drain_closed(void *arg)
{
	struct box *box = arg;
	box->handles--;
	free_if_done(box);
}

static void close_stream(struct box *box, int i)
{
	if (!box->streams_open[i])
		return;
	box->streams_open[i] = false;
	uv_close((uv_handle_t *)&box->streams[i], on_closed);
}

static void stop_polling(struct box *box)
{
	if (!box->socket_polled)
		return;
	box->socket_polled = false;
	uv_poll_stop(&box->socket_poll);
	uv_close((uv_handle_t *)&box->socket_poll, on_closed);
}

static void tell_exit(void *arg)
{
	struct box *box = arg;
	if (box->destroyed || !box->events.on_exit)
		return;
	int code = 0, sig = 0;
	if (WIFSIGNALED(box->status))
		sig = WTERMSIG(box->status);
	else if (WEXITSTATUS(box->status) > 128 && WEXITSTATUS(box->status) <= 128 + SIGRTMAX)
		sig = WEXITSTATUS(box->status) -
		      128; /* so bubblewrap and the shim report a signal */
	else
		code = WEXITSTATUS(box->status);
	box->events.on_exit(
		box->events.arg, code, box->killed && !sig ? SIGKILL : sig, box->out_of_memory);
}

/* The program has ended and its output is read to the end. */
static void finish(void *arg)
{
	struct box *box = arg;
	if (box->finished)
		return;
	box->finished = true;
	loop_timer_stop(&box->drain);
	close_stream(box, 0);
	close_stream(box, 1);
	stop_polling(box);
	waitq_wake_all(&box->waiters);
	if (box->created)
		tell_exit(box);
}

static void finish_if_drained(struct box *box)
{
	if (box->exited && !box->streams_open[0] && !box->streams_open[1])
		finish(box);
}

static void on_exited(struct box *box, const struct keeper_reply *r)
{
	box->exited = true;
	egress_end(box);
	box->status = r->status;
	box->cpu_us = r->cpu_us;
	box->out_of_memory |= box_cgroup_out_of_memory(&box->cgroup);
	if (box->destroyed) {
		free_if_done(box);
		return;
	}
	waitq_wake_all(&box->waiters);
	/* bubblewrap is gone, and what else was inside goes: its last words may still stand in the
	 * pipes. */
	if (box->streams_open[0] || box->streams_open[1])
		loop_timer_start(&box->drain, BOX_DRAIN_TIMEOUT_MS, 0, finish, box);
	else
		finish(box);
}

void box_on_reply(struct box *box, const struct keeper_reply *r, int fd)
{
	switch (r->op) {
	case KEEPER_SPAWN:
		box->spawned = r->error == 0;
		box->spawn_error = r->error;
		box->pid = r->pid;
		box->pidfd = fd;
		if (r->error < 0) {
			snprintf(box->error, sizeof box->error, "%s", r->step);
			box->exited = true; /* there will be no other word of it */
		}
		if (box->destroyed || box->killed)
			box_kill(box);
		waitq_wake_all(&box->waiters);
		free_if_done(box);
		return;
	case KEEPER_MOUNT:
		box->mounted = true;
		box->mount_error = r->error;
		waitq_wake_all(&box->waiters);
		return;
	case KEEPER_EXITED:
		on_exited(box, r);
		return;
	case KEEPER_EGRESS:
		egress_on_reply(box, r, fd);
		free_if_done(box);
		return;
	}
	if (fd >= 0)
		close(fd);
}

/* ---- output and the hand-over of the listeners ----------------------------------------------- */

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *out)
{
	struct box *box = h->data;
	(void)hint;
	*out = uv_buf_init(box->sandbox->output, sizeof box->sandbox->output);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct box *box = stream->data;
	int i = stream == (uv_stream_t *)&box->streams[1];
	if (n < 0) {
		close_stream(box, i);
		finish_if_drained(box);
	} else if (n > 0 && !box->standing && !box->started) {
		size_t have = strlen(box->error),
		       more = MIN((size_t)n, sizeof box->error - 1 - have);
		memcpy(box->error + have, buf->base, more);
		box->error[have + more] = 0;
	} else if (n > 0 && box->events.on_output && !box->destroyed) {
		box->events.on_output(box->events.arg, i + 1, (struct str){ buf->base, (size_t)n });
	}
}

static int open_stream(struct box *box, int i, int fd)
{
	uv_pipe_init(loop_uv(box->sandbox->loop), &box->streams[i], 0);
	box->handles++;
	box->streams[i].data = box;
	box->streams_open[i] = true;
	int r = uv_pipe_open(&box->streams[i], fd);
	if (r < 0)
		close(fd);
	return r < 0 ? r : uv_read_start((uv_stream_t *)&box->streams[i], on_alloc, on_read);
}

static void take_hello(struct box *box, struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_RIGHTS && c->cmsg_len <= CMSG_LEN(sizeof box->listeners)) {
			memcpy(box->listeners, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
		} else if (c->cmsg_type == SCM_CREDENTIALS) {
			struct ucred who;
			memcpy(&who, CMSG_DATA(c), sizeof who);
			box->program = who.pid;
		}
	}
	if (box->program > 0)
		box->program_pidfd = (int)syscall(SYS_pidfd_open, box->program, 0);
	box->standing = box->listeners[0] >= 0 && box->program_pidfd >= 0;
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
	struct box *box = poll->data;
	char byte[16], control[256];
	struct iovec part = { byte, sizeof byte };
	struct msghdr m = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof control };
	(void)status;
	(void)events;
	ssize_t n = recvmsg(box->socket, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		take_hello(box, &m);
	stop_polling(box); /* it has said all that it may say */
	waitq_wake_all(&box->waiters);
}

/* ---- making ---------------------------------------------------------------------------------- */

/* Asks the keeper for the program, with its socket, stdout, stderr and filter; then waits for
 * nothing. */
static int spawn(struct box *box, struct keeper_request *head, struct buf *texts)
{
	struct sandbox *s = box->sandbox;
	int pair[2], out[2] = { -1, -1 }, err[2] = { -1, -1 }, one = 1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	box->socket = pair[0];
	int r = pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0 ||
				setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof one) < 0
			? -errno
			: 0;
	int fds[] = { pair[1], out[1], err[1], s->seccomp_fd };
	if (r == 0)
		r = keeper_send(s, head, buf_view(texts), fds, 4);
	close(pair[1]);
	close_fd(&out[1]);
	close_fd(&err[1]);
	if (r < 0) {
		close_fd(&out[0]);
		close_fd(&err[0]);
		return r;
	}
	box->spawn_sent = true;
	r = open_stream(box, 0, out[0]);
	return r == 0 ? open_stream(box, 1, err[0]) : r;
}

static int spawn_full(struct box *box, const struct box_spec *spec)
{
	struct sandbox *s = box->sandbox;
	struct keeper_request head = {
		.cookie = (uintptr_t)box, .op = KEEPER_SPAWN, .flags = KEEPER_ARGS_BY_FD
	};
	struct buf texts = { 0 };
	char pids[32], fd[8];
	if (s->root)
		head.uid = head.gid = profile_uid(box);
	head.flags |= box->from_spare ? KEEPER_FROM_SPARE : 0;
	head.procs_count = box_cgroup_procs(&box->cgroup, &texts);
	profile_bwrap(s, spec, &texts, &head.args_count);
	snprintf(fd, sizeof fd, "%d", SHIM_ARGS_FD);
	/* Counted in the box's own user namespace, whoever the user is (setrlimit(2), since
	 * Linux 5.14). */
	snprintf(pids, sizeof pids, "%u:%u", cgroups_pids(&s->groups) ? 0 : spec->limits->pids_max,
		spec->own_port);
	const char *const argv[] = { s->bwrap, "--args", fd, SHIM_PATH, "init", pids };
	for (size_t i = 0; i < COUNT_OF(argv); i++)
		profile_text(&texts, &head.argv_count, argv[i]);
	for (const char *const *p = spec->boot_argv; p && *p; p++)
		profile_text(&texts, &head.argv_count, *p);
	int r = spawn(box, &head, &texts);
	buf_fini(&texts);
	if (r < 0)
		return r;
	box->socket_poll.data = box;
	uv_poll_init(loop_uv(s->loop), &box->socket_poll, box->socket);
	box->handles++;
	box->socket_polled = true;
	return uv_poll_start(&box->socket_poll, UV_READABLE, on_socket);
}

static char **copy_list(const char *const *list)
{
	size_t n = 0;
	while (list && list[n])
		n++;
	char **copy = xcalloc(n + 1, sizeof *copy);
	for (size_t i = 0; i < n; i++)
		copy[i] = xstrdup(list[i]);
	return copy;
}

/* Without a network of its own the listeners stand on the host's loopback, on ports that the kernel
 * chooses. */
static int listen_on_host(struct box *box)
{
	for (int i = 0; i <= BOX_ENDPOINT; i++) {
		struct sockaddr_in a = { .sin_family = AF_INET };
		a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		socklen_t n = sizeof a;
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		box->listeners[i] = fd;
		if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) < 0 ||
			listen(fd, BOX_LISTEN_BACKLOG) < 0 ||
			getsockname(fd, (struct sockaddr *)&a, &n) < 0)
			return -errno;
		box->ports[i] = ntohs(a.sin_port);
	}
	return 0;
}

static struct box *new_box(struct sandbox *s, const struct box_spec *spec)
{
	struct box *box = xcalloc(1, sizeof *box);
	box->sandbox = s;
	box->events = spec->events;
	box->limits = *spec->limits;
	box->socket = box->pidfd = box->program_pidfd = box->egress_pidfd = -1;
	for (int i = 0; i < BOX_LISTENERS; i++)
		box->listeners[i] = -1;
	box->ports[BOX_RUNTIME_API] = SHIM_API_PORT;
	box->ports[BOX_ENDPOINT] = SHIM_ENDPOINT_PORT;
	waitq_init(&box->waiters);
	if (s->spare.id && !s->degraded) {
		box->cgroup = s->spare;
		box->from_spare = true;
		s->spare.id = 0;
	} else {
		box_cgroup_init(&box->cgroup, &s->groups, ++s->next_id);
		box_cgroup_make(&box->cgroup);
	}
	box->id = box->cgroup.id;
	box_cgroup_limit(&box->cgroup, spec->limits);
	list_append(&s->boxes, &box->link);
	return box;
}

/* To enter v1's groups may take 10 ms: a process does so for the next box beforehand. */
static void prepare_spare(struct sandbox *s)
{
	struct keeper_request head = { .op = KEEPER_SPARE };
	struct buf texts = { 0 };
	if (s->spare.id || s->degraded || !s->groups.dir[CGROUP_V1_MEMORY])
		return;
	box_cgroup_init(&s->spare, &s->groups, ++s->next_id);
	box_cgroup_make(&s->spare);
	head.procs_count = box_cgroup_procs(&s->spare, &texts);
	if (keeper_send(s, &head, buf_view(&texts), NULL, 0) < 0)
		log_debug("sandbox: no process is ready for the next box");
	buf_fini(&texts);
}

/* Until the box stands, has ended, or has taken too long. */
static int wait_standing(struct box *box)
{
	int r = 0;
	while (!box->standing && !box->finished && box->spawn_error == 0 && r == 0)
		r = waitq_wait(&box->waiters, BOX_STAND_TIMEOUT_MS);
	if (box->standing)
		return 0;
	return r < 0 ? r : box->spawn_error < 0 ? box->spawn_error : -ECHILD;
}

int box_make(struct sandbox *s, const struct box_spec *spec, struct box **out)
{
	struct box *box = new_box(s, spec);
	int r;
	if (s->degraded && s->decided) {
		box->boot_argv = copy_list(spec->boot_argv);
		box->ro_binds = copy_list(spec->ro_binds);
		box->runtime_dir = spec->runtime_dir ? xstrdup(spec->runtime_dir) : NULL;
		r = listen_on_host(box);
	} else {
		r = spawn_full(box, spec);
		if (r == 0)
			r = wait_standing(box);
	}
	if (r < 0) {
		if (!s->decided)
			snprintf(s->why, sizeof s->why, "no namespaces (%.*s)",
				(int)strcspn(box->error, "\n"),
				box->error[0] ? box->error : strerror(-r));
		else
			log_error("sandbox: a box can't be made: %s",
				box->error[0] ? box->error : strerror(-r));
		box_destroy(box);
		return r;
	}
	*out = box;
	box->created = true;
	prepare_spare(s);
	if (s->egress && egress_begin(box) < 0)
		log_debug("sandbox: a box has no way out");
	if (box->finished)
		loop_defer(s->loop, tell_exit, box);
	return 0;
}

int box_create(struct sandbox *s, const struct box_spec *spec, struct box **out)
{
	int r = sandbox_wait(s);
	if (r == 0 && !s->keeper_alive)
		r = keeper_start(s);
	return r < 0 ? r : box_make(s, spec, out);
}

int box_take_listener(struct box *box, int which)
{
	int fd = box->listeners[which];
	box->listeners[which] = -1;
	return fd >= 0 ? fd : -EBADF;
}

/* ---- starting -------------------------------------------------------------------------------- */

static void add_list(const struct box *box, const struct box_start *start, const char *const *list,
	struct buf *out)
{
	size_t n = 0;
	while (list && list[n])
		n++;
	buf_printf(out, "%zu", n);
	buf_char(out, 0);
	for (size_t i = 0; i < n; i++) {
		if (box->sandbox->degraded)
			profile_rewrite(box, start, list[i], out);
		else
			buf_cat(out, list[i]);
		buf_char(out, 0);
	}
}

/* The program reads it when it likes; a message larger than the socket's buffer waits for that. */
static int send_start(struct box *box, const struct box_start *start)
{
	struct buf b = { 0 };
	add_list(box, start, start->argv, &b);
	add_list(box, start, start->env, &b);
	int r = b.n > BOX_START_BYTES_MAX ? -E2BIG : 0;
	uint64_t end = clock_mono_ms() + BOX_START_TIMEOUT_MS;
	for (size_t sent = 0; r == 0 && sent < b.n;) {
		ssize_t n = send(box->socket, b.p + sent, b.n - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			sent += (size_t)n;
		else if (errno != EAGAIN && errno != EINTR)
			r = -errno;
		else if (clock_mono_ms() > end)
			r = -ETIMEDOUT;
		else
			fiber_sleep(1);
	}
	if (r == 0 && shutdown(box->socket, SHUT_WR) < 0)
		r = -errno;
	buf_fini(&b);
	return r;
}

static int mount_code(struct box *box, const struct box_start *start)
{
	struct keeper_request head = { .cookie = (uintptr_t)box, .op = KEEPER_MOUNT };
	struct buf texts = { 0 };
	if (start->limits.tmp_bytes != box->limits.tmp_bytes)
		head.tmp_bytes = start->limits.tmp_bytes;
	buf_append(&texts, start->code_dir, strlen(start->code_dir) + 1);
	const char *layers = start->layers_dir ? start->layers_dir : "";
	buf_append(&texts, layers, strlen(layers) + 1);
	int r = keeper_send(box->sandbox, &head, buf_view(&texts), &box->program_pidfd, 1);
	buf_fini(&texts);
	/* The limits are written while the keeper works. */
	box_cgroup_limit(&box->cgroup, &start->limits);
	box_cgroup_reset(&box->cgroup);
	while (r == 0 && !box->mounted && !box->finished)
		r = waitq_wait(&box->waiters, BOX_START_TIMEOUT_MS);
	return r < 0 ? r : box->mounted ? box->mount_error : -ECHILD;
}

static int start_solo(struct box *box, const struct box_start *start)
{
	struct sandbox *s = box->sandbox;
	struct keeper_request head = { .cookie = (uintptr_t)box, .op = KEEPER_SPAWN };
	struct buf texts = { 0 };
	bool open_to_all = profile_is_public(s->shim) && profile_is_public(start->code_dir);
	open_to_all &= !start->layers_dir || profile_is_public(start->layers_dir);
	open_to_all &= !box->runtime_dir || profile_is_public(box->runtime_dir);
	for (char **p = box->ro_binds; *p; p++)
		open_to_all &= profile_is_public(*p);
	if (s->root && open_to_all)
		head.uid = head.gid = profile_uid(box);
	box->limits = start->limits;
	box_cgroup_limit(&box->cgroup, &start->limits);
	head.procs_count = box_cgroup_procs(&box->cgroup, &texts);
	profile_solo(s, box, start, &texts, &head.argv_count);
	int r = spawn(box, &head, &texts);
	buf_fini(&texts);
	while (r == 0 && !box->spawned && box->spawn_error == 0 && !box->finished)
		r = waitq_wait(&box->waiters, BOX_START_TIMEOUT_MS);
	return r < 0 ? r : box->spawn_error;
}

int box_start(struct box *box, const struct box_start *start)
{
	assert(!box->started);
	box->started = true;
	if (box->exited)
		return -ECHILD;
	int r = box->sandbox->degraded ? start_solo(box, start) : mount_code(box, start);
	box->limits = start->limits;
	if (r == 0)
		egress_wait(box); /* code that connects at once must find it */
	if (r == 0)
		r = send_start(box, start);
	if (r < 0)
		return r;
	struct sandbox *s = box->sandbox;
	if (!s->watching) {
		s->watching = true;
		loop_timer_start(&s->watch, BOX_WATCH_MS, BOX_WATCH_MS, box_watch, s);
		uv_unref((uv_handle_t *)&s->watch.uv);
	}
	return 0;
}

/* ---- while it runs --------------------------------------------------------------------------- */

int box_freeze(struct box *box)
{
	if (!box->spawned || box->exited || box->frozen)
		return 0;
	box->frozen = true;
	egress_signal(box, SIGSTOP);
	if (box_cgroup_freeze(&box->cgroup, true) < 0)
		tree_signal(box->pid, SIGSTOP);
	return 0;
}

int box_thaw(struct box *box)
{
	if (!box->frozen)
		return 0;
	box->frozen = false;
	egress_signal(box, SIGCONT);
	if (box_cgroup_freeze(&box->cgroup, false) < 0)
		tree_signal(box->pid, SIGCONT);
	return 0;
}

void box_usage(struct box *box, struct box_usage *out)
{
	uint64_t peak = 0, anonymous = 0, files = 0, cpu = 0;
	bool running = box->spawned && !box->exited;
	if (box_cgroup_memory(&box->cgroup, &peak, &anonymous, &files)) {
		/* What stands in /tmp is no memory of the function's; the peak counts it. */
		peak = peak > files ? peak - files : 0;
		peak = MAX(peak, anonymous);
	} else if (running) {
		tree_usage(box->pid, &peak, NULL);
	}
	box->peak_seen = MAX(box->peak_seen, peak);
	if (box->limits.memory_bytes)
		box->peak_seen = MIN(box->peak_seen, box->limits.memory_bytes);
	if (!box_cgroup_cpu(&box->cgroup, &cpu)) {
		if (running)
			tree_usage(box->pid, NULL, &cpu);
		else
			cpu = box->cpu_us * 1000;
	}
	out->memory_peak_bytes = box->peak_seen;
	out->cpu_ns = cpu;
}

void box_watch(void *arg)
{
	struct sandbox *s = arg;
	struct box *box;
	LIST_FOR(box, &s->boxes, struct box, link)
	{
		uint64_t now = 0;
		if (!box->started || !box->spawned || box->exited || box->frozen ||
			!box->limits.memory_bytes)
			continue;
		if (!box_cgroup_memory(&box->cgroup, NULL, &now, NULL)) {
			tree_usage(box->pid, &now, NULL);
			box->peak_seen = MAX(box->peak_seen, now);
		}
		if (now <= box->limits.memory_bytes)
			continue;
		box->out_of_memory = true;
		box_kill(box);
	}
}

void box_kill(struct box *box)
{
	box->killed = true;
	if (!box->spawn_sent && box->created &&
		!box->exited) { /* degraded and not started: nothing runs */
		box->exited = true;
		box->status = SIGKILL;
		loop_timer_start(&box->drain, 0, 0, finish, box);
	}
	if (box->exited || !box->spawned)
		return;
	if (box->frozen)
		box_thaw(box);
	/* A supervisor without namespaces must end its children itself, unless the group can be
	 * ended as one. */
	box_cgroup_kill(&box->cgroup);
	if (box->sandbox->degraded)
		tree_signal(box->pid, SIGKILL);
	syscall(SYS_pidfd_send_signal, box->pidfd, SIGKILL, NULL, 0);
}

struct leftover {
	struct list link;
	struct box_cgroup cgroup;
	struct loop_timer timer;
	int tries;
};

static void free_leftover(void *arg)
{
	free(arg);
}

static void remove_leftover(void *arg)
{
	struct leftover *l = arg;
	if (!box_cgroup_remove(&l->cgroup) && ++l->tries < 100)
		return;
	list_remove(&l->link);
	loop_timer_close(&l->timer, free_leftover, l);
}

void box_drop_leftovers(struct sandbox *s)
{
	struct leftover *l;
	LIST_FOR(l, &s->leftovers, struct leftover, link)
	{
		list_remove(&l->link);
		loop_timer_close(&l->timer, free_leftover, l);
	}
}

/* The group can go only after the last process, which may take a moment. */
static void remove_cgroup(struct box *box)
{
	if (box_cgroup_remove(&box->cgroup) || box->sandbox->closing)
		return;
	struct leftover *l = xcalloc(1, sizeof *l);
	l->cgroup = box->cgroup;
	list_append(&box->sandbox->leftovers, &l->link);
	loop_timer_start(&l->timer, 10, 50, remove_leftover, l);
	uv_unref((uv_handle_t *)&l->timer.uv);
}

void box_forget(struct box *box)
{
	box->exited = true;
	box->egress_answered = box->egress_sent;
	free_if_done(box);
}

void box_destroy(struct box *box)
{
	if (!box || box->destroyed)
		return;
	box_kill(box);
	egress_end(box);
	box->destroyed = true;
	list_remove(&box->link);
	if (box->sandbox->keeper_alive)
		list_append(&box->sandbox->ended, &box->link);
	remove_cgroup(box);
	stop_polling(box);
	close_stream(box, 0);
	close_stream(box, 1);
	close_fd(&box->socket);
	for (int i = 0; i < BOX_LISTENERS; i++)
		close_fd(&box->listeners[i]);
	close_fd(&box->program_pidfd);
	box->handles++;
	loop_timer_close(&box->drain, on_drain_closed, box);
}
