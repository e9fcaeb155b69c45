/* Finding out what the machine allows, and the keeper: the process that forks the boxes. */
#include "base/embedded.h"
#include "base/log.h"
#include "base/mem.h"
#include "sandbox/internal.h"
#include "sandbox/seccomp.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/landlock.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the keeper ------------------------------------------------------------------------------ */

static void keeper_closed(uv_handle_t *h)
{
	free(h);
}

/* With the keeper all boxes have ended. */
static void keeper_lost(struct sandbox *s)
{
	if (!s->keeper_alive)
		return;
	s->keeper_alive = false;
	uv_poll_stop(s->keeper_poll);
	uv_close((uv_handle_t *)s->keeper_poll, keeper_closed);
	close(s->keeper_fd); /* at which it ends the boxes, and itself */
	int waits = 0;
	while (waitpid(s->keeper_pid, NULL, WNOHANG) == 0)
		if (usleep(500), ++waits == 4000)
			kill(s->keeper_pid, SIGKILL);
	if (!s->closing)
		log_error("sandbox: the process that keeps the boxes has ended, and they with it");
	if (!s->keeper_greeted) {
		s->hello.error = -EPIPE;
		s->keeper_greeted = true;
		waitq_wake_all(&s->deciding);
	}
	struct box *box;
	LIST_FOR(box, &s->boxes, struct box, link)
	{
		struct keeper_reply gone = { .op = KEEPER_EXITED, .status = SIGKILL };
		box->egress_answered = box->egress_sent;
		if (box->spawn_sent && !box->exited)
			box_on_reply(box, &gone, -1);
	}
	while (!list_empty(&s->ended)) {
		box = LIST_FIRST(&s->ended, struct box, link);
		list_remove(&box->link);
		box_forget(box);
	}
}

static int take_fd(struct msghdr *m)
{
	int fd = -1;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			memcpy(&fd, CMSG_DATA(c), sizeof fd);
	return fd;
}

static void on_keeper(uv_poll_t *poll, int status, int events)
{
	struct sandbox *s = poll->data;
	(void)events;
	while (status == 0 && s->keeper_alive) {
		struct keeper_reply r;
		char control[CMSG_SPACE(sizeof(int))];
		struct iovec part = { &r, sizeof r };
		struct msghdr m = { .msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof control };
		ssize_t n = recvmsg(s->keeper_fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n != (ssize_t)sizeof r)
			break;
		int fd = take_fd(&m);
		if (r.op == KEEPER_HELLO) {
			s->hello = r;
			s->keeper_greeted = true;
			waitq_wake_all(&s->deciding);
		} else if (r.cookie) {
			box_on_reply((struct box *)(uintptr_t)r.cookie, &r, fd);
		} else if (fd >= 0) {
			close(fd);
		}
	}
	keeper_lost(s);
}

int keeper_send(struct sandbox *s, const struct keeper_request *head, struct str texts,
	const int *fds, int count)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int) * 8)];
	} control = { 0 };
	struct iovec parts[] = { { (void *)head, sizeof *head }, { (void *)texts.p, texts.n } };
	struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2 };
	assert(count <= 8);
	if (sizeof *head + texts.n >= KEEPER_MESSAGE_MAX)
		return -E2BIG;
	if (count > 0) {
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count);
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * (size_t)count);
	}
	while (s->keeper_alive) {
		if (sendmsg(s->keeper_fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
			return 0;
		if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
			return -errno;
		fiber_sleep(1); /* it has much to do */
	}
	return -EPIPE;
}

int keeper_start(struct sandbox *s)
{
	int pair[2];
	char *argv[] = { s->shim, "keeper", s->degraded ? "degraded" : NULL, NULL },
	     *env[] = { NULL };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	/* dup2 of a descriptor onto itself would leave it close-on-exec. */
	int theirs = fcntl(pair[1], F_DUPFD_CLOEXEC, 10);
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&actions, theirs, 3);
	int r = -posix_spawn(&s->keeper_pid, s->shim, &actions, NULL, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	close(pair[1]);
	close(theirs);
	if (r < 0) {
		close(pair[0]);
		return r;
	}
	s->keeper_fd = pair[0];
	s->keeper_alive = true;
	s->keeper_greeted = false;
	s->keeper_poll = xcalloc(1, sizeof *s->keeper_poll);
	s->keeper_poll->data = s;
	uv_poll_init(loop_uv(s->loop), s->keeper_poll, s->keeper_fd);
	uv_unref((uv_handle_t *)s->keeper_poll);
	return -uv_poll_start(s->keeper_poll, UV_READABLE, on_keeper);
}

/* ---- what the machine allows ----------------------------------------------------------------- */

static char *find_program(const char *name)
{
	const char *path = getenv("PATH");
	struct str rest = str_c(path ? path : "/usr/bin:/bin"), dir;
	while (str_cut(&rest, ':', &dir)) {
		char *at = xasprintf("%.*s/%s", STR_ARG(dir), name);
		if (at[0] == '/' && access(at, X_OK) == 0)
			return at;
		free(at);
	}
	return NULL;
}

static void describe_limits(const struct sandbox *s, struct buf *b)
{
	const struct cgroups *g = &s->groups;
	if (g->v2_memory)
		buf_cat(b, "cgroup v2");
	else if (g->dir[CGROUP_V1_MEMORY])
		buf_cat(b, g->dir[CGROUP_V2] ? "cgroup v1 + v2" : "cgroup v1");
	else
		buf_cat(b, "memory watched without cgroups");
	if (!cgroups_cpu(g))
		buf_cat(b, ", no CPU limit");
	buf_cat(b, cgroups_freezer(g) ? ", freezer" : ", SIGSTOP");
}

static void describe(struct sandbox *s)
{
	struct buf b = { 0 };
	long landlock =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (s->error) {
		buf_printf(&b, "sandbox: NONE - %s; functions can't run", s->why);
	} else if (s->degraded) {
		buf_printf(&b, "sandbox: DEGRADED - %s; functions share your %sfiles and network (",
			s->why, s->root ? "" : "uid, ");
		if (landlock > 0)
			buf_printf(&b, "Landlock %ld", landlock);
		else
			buf_cat(&b, "no Landlock");
		buf_cat(&b, ", seccomp, ");
		describe_limits(s, &b);
		buf_cat(&b, ")");
	} else {
		buf_cat(&b, "sandbox: full (user namespaces, seccomp, ");
		describe_limits(s, &b);
		if (s->egress)
			buf_cat(&b, ", egress by pasta)");
		else
			buf_printf(
				&b, "%s%s)", s->no_egress[0] ? ", NO egress: " : "", s->no_egress);
	}
	snprintf(s->summary, sizeof s->summary, "%.*s", STR_ARG(buf_view(&b)));
	buf_fini(&b);
}

static void refuse(struct sandbox *s, const char *what, const char *error)
{
	struct str line = str_c(error);
	ssize_t end = str_index(line, '\n');
	line.n = end >= 0 ? (size_t)end : line.n;
	snprintf(s->why, sizeof s->why, "%s%s%.*s%s", what, line.n ? " (" : "", STR_ARG(line),
		line.n ? ")" : "");
}

/* A box that is never started, made as all others will be. */
static struct box *try_box(struct sandbox *s)
{
	struct box_limits limits = { .memory_bytes = 128 * MIB, .tmp_bytes = MIB, .pids_max = 64 };
	struct box_spec spec = { .limits = &limits };
	struct box *box = NULL;
	int r = box_make(s, &spec, &box);
	if (r < 0 && !s->why[0])
		refuse(s, "no namespaces", strerror(-r));
	return r < 0 ? NULL : box;
}

static void decide(void *arg)
{
	struct sandbox *s = arg;
	struct box *box = NULL;
	while (!s->keeper_greeted)
		waitq_wait(&s->deciding, -1);
	if (s->degraded)
		snprintf(s->why, sizeof s->why, "namespaces are switched off");
	else if (s->hello.error < 0)
		snprintf(s->why, sizeof s->why, "no user namespaces (%s: kernel said %s)",
			s->hello.step, strerrorname_np(-s->hello.error));
	else if (!s->bwrap)
		refuse(s, "no bubblewrap", "bwrap is not on the PATH");
	else
		box = try_box(s);
	if (s->closing)
		goto out;
	s->degraded = s->why[0] != 0;
	if (s->mode == SANDBOX_STRICT && s->degraded)
		s->error = -EPERM;
	else if (s->mode == SANDBOX_STRICT && !cgroups_memory(&s->groups)) {
		refuse(s, "no memory cgroup", "");
		s->error = -EPERM;
	}
	/* Taken for granted until the trial below says otherwise: the first boxes need not wait for
	 * it. */
	s->egress = !s->degraded && !s->error && s->pasta;
	if (!s->pasta)
		snprintf(s->no_egress, sizeof s->no_egress,
			"pasta (package passt) is not installed");
	s->decided = true;
	describe(s);
	if (s->error)
		log_error("%s", s->summary);
	else if (s->degraded)
		log_warn("%s", s->summary);
	waitq_wake_all(&s->deciding);
	if (box && s->egress && !egress_try(s, box) && !s->closing) {
		s->egress = false;
		log_warn("sandbox: functions have no way to the internet: %s", s->no_egress);
		describe(s);
	}
	if (!s->closing)
		box_destroy(box);
out:
	s->in_fiber = false;
	if (s->closed)
		free(s);
}

int sandbox_wait(struct sandbox *s)
{
	while (!s->decided)
		waitq_wait(&s->deciding, -1);
	return s->error;
}

const char *sandbox_summary(const struct sandbox *s)
{
	return s->summary;
}

bool sandbox_is_degraded(const struct sandbox *s)
{
	return s->degraded;
}

/* ---- opening and closing --------------------------------------------------------------------- */

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	if (at->level > 0)
		remove(path);
	return 0;
}

static int write_shim(struct sandbox *s)
{
	const struct embedded_file *f = embedded_files;
	while (f->name && strcmp(f->name, "shim") != 0)
		f++;
	if (!f->name)
		return -ENOENT;
	int fd = open(s->shim, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0755), r = 0;
	if (fd < 0 || write(fd, f->bytes, f->n) != (ssize_t)f->n || fchmod(fd, 0755) < 0)
		r = -errno;
	if (fd >= 0)
		close(fd);
	return r;
}

static int prepare(struct sandbox *s)
{
	if (mkdir(s->run_dir, 0711) < 0 && errno != EEXIST)
		return -errno;
	nftw(s->run_dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	int r = write_shim(s);
	if (r == 0)
		r = profile_prepare(s);
	if (r == 0)
		r = seccomp_make(&s->seccomp_fd);
	if (r == 0)
		r = egress_prepare(s);
	return r;
}

int sandbox_open(const char *run_dir, enum sandbox_mode mode, struct sandbox **out)
{
	struct sandbox *s = xcalloc(1, sizeof *s);
	const char *off = getenv("SAMOVAR_SANDBOX_DEGRADED");
	s->loop = loop_self();
	s->mode = mode;
	s->root = geteuid() == 0;
	s->seccomp_fd = s->egress_log = -1;
	s->degraded = off && off[0] == '1';
	s->run_dir = realpath(run_dir, NULL);
	if (!s->run_dir && mkdir(run_dir, 0711) == 0)
		s->run_dir = realpath(run_dir, NULL);
	if (!s->run_dir) {
		int r = -errno;
		free(s);
		return r;
	}
	s->shim = xasprintf("%s/shim", s->run_dir);
	s->bwrap = find_program("bwrap");
	s->pasta = find_program("pasta");
	list_init(&s->boxes);
	list_init(&s->leftovers);
	list_init(&s->ended);
	waitq_init(&s->deciding);
	snprintf(s->summary, sizeof s->summary, "sandbox: looking at what the machine allows");
	cgroups_open(&s->groups);
	int r = prepare(s);
	if (r == 0)
		r = keeper_start(s);
	if (r == 0)
		r = fiber_start(decide, s);
	s->in_fiber = r == 0;
	if (r < 0) {
		sandbox_close(s);
		return r;
	}
	*out = s;
	return 0;
}

/* When libuv has let go of it. */
static void free_sandbox(void *arg)
{
	struct sandbox *s = arg;
	s->closed = true;
	if (!s->in_fiber)
		free(s); /* else decide() does */
}

void sandbox_close(struct sandbox *s)
{
	if (!s)
		return;
	s->closing = true;
	struct box *box;
	LIST_FOR(box, &s->boxes, struct box, link)
	box->events = (struct box_events){ 0 };
	keeper_lost(s); /* and all boxes with it */
	waitq_wake_all(&s->deciding);
	while (s->in_fiber && fiber_self())
		waitq_wait(&s->deciding, 10);
	LIST_FOR(box, &s->boxes, struct box, link)
	box_destroy(box);
	box_drop_leftovers(s);
	if (s->spare.id)
		box_cgroup_remove(&s->spare);
	cgroups_close(&s->groups);
	if (s->seccomp_fd >= 0)
		close(s->seccomp_fd);
	if (s->egress_log >= 0)
		close(s->egress_log);
	egress_fini(s);
	nftw(s->run_dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	free(s->run_dir);
	free(s->shim);
	free(s->bwrap);
	free(s->pasta);
	loop_timer_close(&s->watch, free_sandbox, s);
}
