/*
 * The keeper: a small process beside the server that forks the boxes and mounts code into them. Its
 * forks are cheap whatever the server's size. As an ordinary user it lives in a user namespace of
 * its own, whose mounts it may make; that namespace is the parent of every box's, so it may also
 * enter theirs. It ends with the server, and the boxes end with it.
 */
#include "sandbox/shim.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/magic.h>
#include <poll.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEEPER_FD = 3, FDS_MAX = 8, CHILDREN_MAX = 65536 };

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#define INTO_CGROUP 0x200000000ULL /* CLONE_INTO_CGROUP, which older headers lack */
#ifndef MOVE_MOUNT_F_EMPTY_PATH
#define MOVE_MOUNT_F_EMPTY_PATH 4
#endif
#ifndef MOUNT_ATTR_RDONLY
#define MOUNT_ATTR_RDONLY 1
#define MOUNT_ATTR_NOSUID 2
#define MOUNT_ATTR_NODEV 4
#endif

struct attributes { /* struct mount_attr, which older headers lack */
	uint64_t set, clear, propagation, userns_fd;
};

struct child {
	pid_t pid;
	uint64_t cookie;
	struct child *next;
};

static struct {
	int signals, own_mounts;
	bool namespaces; /* ours: mounts may be made */
	bool root;
	char exports[64]; /* where host folders are bound for boxes' users to see; root only */
	char *exported[KEEPER_EXPORTS_MAX];
	struct child *children[4096];
	int spare; /* the socket of the spare, or -1 */
	pid_t spare_pid;
} keeper = { .spare = -1 };

static struct child **slot(pid_t pid)
{
	return &keeper.children[(unsigned)pid % 4096];
}

static void reply(struct keeper_reply *r, int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec part = { r, sizeof *r };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	if (fd >= 0) {
		m.msg_control = control.bytes;
		m.msg_controllen = sizeof control.bytes;
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(c), &fd, sizeof fd);
	}
	while (sendmsg(KEEPER_FD, &m, MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));
	int r = n < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return r;
}

/* ---- namespaces of its own ------------------------------------------------------------------- */

static int enter_user_namespace(void)
{
	char map[64];
	unsigned uid = getuid(), gid = getgid();
	if (unshare(CLONE_NEWUSER) < 0)
		return -errno;
	int r = write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof map, "%u %u 1", uid, uid);
	if (r == 0)
		r = write_file("/proc/self/uid_map", map);
	snprintf(map, sizeof map, "%u %u 1", gid, gid);
	return r == 0 ? write_file("/proc/self/gid_map", map) : r;
}

/* Root's boxes have users of their own, to whom folders under 0700 parents would be closed. */
static int make_exports(void)
{
	/* The server's next keeper finds it again if this one is killed. Only root can put anything
	 * in /run. */
	snprintf(keeper.exports, sizeof keeper.exports, "/run/samovar-%d", (int)getppid());
	if (mkdir(keeper.exports, 0711) < 0 && errno != EEXIST) {
		snprintf(keeper.exports, sizeof keeper.exports, "/tmp/samovar-XXXXXX");
		if (!mkdtemp(keeper.exports))
			return -errno;
	}
	if (mount("samovar", keeper.exports, "tmpfs", MS_NOSUID, "mode=0711,size=4m") < 0)
		return -errno;
	/* pasta, not root any more, opens this device in a box's network. */
	char tun[96];
	snprintf(tun, sizeof tun, "%s/tun", keeper.exports);
	if (access("/dev/net/tun", F_OK) == 0 &&
		mknod(tun, S_IFCHR | 0666, makedev(10, 200)) == 0 && chmod(tun, 0666) == 0 &&
		mount(tun, "/dev/net/tun", NULL, MS_BIND, NULL) < 0)
		unlink(tun);
	return 0;
}

static void remove_exports(void)
{
	if (!keeper.root || !keeper.exports[0])
		return;
	umount2(keeper.exports, MNT_DETACH);
	rmdir(keeper.exports);
}

static int make_namespaces(const char **step)
{
	int r = 0;
	*step = "user namespace";
	if (!keeper.root)
		r = enter_user_namespace();
	if (r < 0)
		return r;
	*step = "mount namespace";
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return -errno;
	if (keeper.root && (r = make_exports()) < 0)
		return r;
	keeper.own_mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	return keeper.own_mounts < 0 ? -errno : 0;
}

/* The path at which a box's user can see the host's folder or file. */
static const char *export_path(const char *path, char out[128])
{
	if (!keeper.root || !keeper.namespaces)
		return path;
	int i = 0;
	for (; i < KEEPER_EXPORTS_MAX && keeper.exported[i]; i++)
		if (strcmp(keeper.exported[i], path) == 0)
			break;
	if (i == KEEPER_EXPORTS_MAX)
		return path;
	snprintf(out, 128, "%s/%d", keeper.exports, i);
	if (keeper.exported[i])
		return out;
	struct stat st;
	if (stat(path, &st) < 0)
		return path;
	int fd = S_ISDIR(st.st_mode) ? mkdir(out, 0755)
				     : open(out, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	if (!S_ISDIR(st.st_mode) && fd >= 0)
		close(fd);
	if (mount(path, out, NULL, MS_BIND | MS_REC, NULL) < 0)
		return path;
	keeper.exported[i] = strdup(path);
	return out;
}

/* ---- requests -------------------------------------------------------------------------------- */

struct request {
	struct keeper_request *head;
	char **texts;
	size_t count;
	size_t bytes; /* of head and texts */
	int fds[FDS_MAX];
	int fd_count;
};

/* 1, or 0 for "try again", or -1 at the end of the other side. What it gives stays until the next
 * call. */
static int receive(int fd, struct request *q)
{
	static char bytes[KEEPER_MESSAGE_MAX];
	static char *texts[KEEPER_MESSAGE_MAX / 2];
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int) * FDS_MAX)];
	} control;
	struct iovec part = { bytes, sizeof bytes - 1 };
	struct msghdr m = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes };
	ssize_t n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -1;
	*q = (struct request){
		.head = (struct keeper_request *)bytes, .texts = texts, .bytes = (size_t)n
	};
	if (n < (ssize_t)sizeof *q->head)
		return -1;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
			q->fd_count = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
			memcpy(q->fds, CMSG_DATA(c), sizeof(int) * (size_t)q->fd_count);
		}
	bytes[n] = 0;
	for (char *p = bytes + sizeof *q->head; p < bytes + n; p += strlen(p) + 1)
		texts[q->count++] = p;
	texts[q->count] = NULL;
	return q->head->procs_count + q->head->args_count + q->head->argv_count <= q->count ? 1
											    : -1;
}

static int args_file(const struct request *q)
{
	int fd = memfd_create("args", 0);
	char path[128];
	FILE *f = fd < 0 ? NULL : fdopen(dup(fd), "w");
	if (!f)
		return -errno;
	for (uint32_t i = 0; i < q->head->args_count; i++) {
		const char *text = q->texts[q->head->procs_count + i];
		if (text[0] == '@')
			text = export_path(text + 1, path);
		fwrite(text, 1, strlen(text) + 1, f);
	}
	int r = fclose(f) == 0 ? 0 : -errno;
	lseek(fd, 0, SEEK_SET);
	if (r < 0)
		close(fd);
	return r < 0 ? r : fd;
}

static void fail_child(const char *what)
{
	dprintf(2, "sandbox: %s: %s\n", what, strerror(errno));
	_exit(125);
}

/*
 * pasta closes every descriptor that it was not told of (since 2024), and takes namespaces by path
 * alone: a process beside it, which ends with it, keeps the user namespace open under a path that
 * it can open. From within that one it opens the network of the program.
 */
static void name_spaces(char **argv, int program)
{
	static char network[32], user[32];
	int ready[2];
	char end;
	prctl(PR_SET_DUMPABLE, 1); /* or no other process may open its descriptors */
	pid_t parent = getpid(), pid = pipe2(ready, O_CLOEXEC) < 0 ? -1 : fork();
	if (pid < 0)
		fail_child("holding the box's network");
	if (pid == 0) {
		/* Nor when it may do what the other may not. */
		struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
		struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (syscall(SYS_capset, &head, none) < 0)
			_exit(125);
		close(ready[0]);
		close(ready[1]);
		while (getppid() == parent)
			pause();
		_exit(0);
	}
	close(ready[1]);
	if (read(ready[0], &end, 1) != 0)
		fail_child("holding the box's network");
	close(ready[0]);
	snprintf(network, sizeof network, "/proc/%d/ns/net", program);
	snprintf(user, sizeof user, "/proc/%d/fd/%d", (int)pid, SHIM_SECCOMP_FD);
	for (char **p = argv; *p; p++) {
		if (strcmp(*p, EGRESS_NETWORK) == 0)
			*p = network;
		if (strcmp(*p, EGRESS_USER) == 0)
			*p = user;
	}
}

/* In the child, in the first skip groups already: fds[] become 3, 1, 2, 4 and args_fd 5; then the
 * program. */
static void run_child(const struct request *q, int args_fd, uint32_t skip)
{
	const struct keeper_request *h = q->head;
	char **argv = q->texts + h->procs_count + h->args_count;
	int r = h->op == KEEPER_EGRESS
			? shim_close_routes(q->fds[0], q->texts + h->procs_count, h->args_count)
			: 0;
	static char *const env[] = { NULL };
	static const int targets[] = { SHIM_SOCKET_FD, 1, 2, SHIM_SECCOMP_FD };
	int high[5] = { -1, -1, -1, -1, -1 }, null = open("/dev/null", O_RDWR);
	for (int i = 0; i < q->fd_count && i < 3; i++)
		high[i] = fcntl(q->fds[i], F_DUPFD, 20);
	if (q->fd_count > 3) { /* all boxes share this file: each needs an offset of its own */
		char path[64];
		snprintf(path, sizeof path, "/proc/self/fd/%d", q->fds[3]);
		int again = open(path, O_RDONLY);
		high[3] = again < 0 ? -1 : fcntl(again, F_DUPFD, 20);
	}
	if (args_fd >= 0)
		high[4] = fcntl(args_fd, F_DUPFD, 20);
	dup2(null, 0);
	for (int i = 0; i < 4; i++)
		if (high[i] >= 0)
			dup2(high[i], targets[i]);
	if (high[4] >= 0)
		dup2(high[4], SHIM_ARGS_FD);
	errno = -r;
	if (r < 0)
		fail_child("closing networks to the box");
	syscall(SYS_close_range, high[4] >= 0 ? SHIM_ARGS_FD + 1 : SHIM_ARGS_FD, ~0U, 0);
	for (uint32_t i = skip; i < h->procs_count; i++)
		if (write_file(q->texts[i], "0") < 0)
			fail_child("entering the control group");
	/* A box without a user namespace gets nothing of root's even if it must keep the user. */
	for (unsigned long cap = 0; !keeper.namespaces && cap < 64; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	if (h->uid) {
		gid_t gid = h->gid;
		if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 ||
			setresuid(h->uid, h->uid, h->uid) < 0)
			fail_child("taking the box's user");
	}
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (h->op == KEEPER_EGRESS)
		name_spaces(argv, h->pid);
	execve(argv[0], argv, env);
	fail_child(argv[0]);
}

/*
 * A child that begins in its v2 group: to enter it later may wait for a grace period of the
 * kernel's, some 10 ms. As fork, with *skip set to the groups that it is in.
 */
static pid_t fork_into_group(const struct request *q, uint32_t *skip)
{
	struct clone_arguments { /* struct clone_args up to version 2; older headers lack it */
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
		uint64_t set_tid, set_tid_size, cgroup;
	} a = { .flags = INTO_CGROUP, .exit_signal = SIGCHLD };
	char dir[512];
	struct statfs st;
	*skip = 0;
	if (q->head->procs_count == 0)
		return fork();
	snprintf(dir, sizeof dir, "%s", q->texts[0]);
	char *slash = strrchr(dir, '/');
	if (slash)
		*slash = 0;
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	pid_t pid = -1;
	if (fd >= 0 && statfs(dir, &st) == 0 && st.f_type == CGROUP2_SUPER_MAGIC) {
		a.cgroup = (uint64_t)fd;
		*skip = 1;
		pid = (pid_t)syscall(SYS_clone3, &a, sizeof a);
	}
	if (pid < 0) { /* v1, or a kernel before 5.7 */
		*skip = 0;
		pid = fork();
	}
	if (fd >= 0)
		close(fd);
	return pid;
}

/*
 * The next box's first process: it enters its groups now, which in v1 may take 10 ms, and then
 * waits to be told what it shall be.
 */
static void make_spare(const struct request *q)
{
	int pair[2];
	if (keeper.spare >= 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return;
	pid_t pid = fork();
	if (pid == 0) {
		struct request told;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(pair[0]);
		for (uint32_t i = 0; i < q->head->procs_count; i++)
			if (write_file(q->texts[i], "0") < 0)
				_exit(125);
		int r = receive(pair[1], &told);
		if (r > 0 && told.fd_count == 5)
			run_child(&told, told.fds[4], told.head->procs_count);
		_exit(125);
	}
	close(pair[1]);
	keeper.spare = pid > 0 ? pair[0] : -1;
	keeper.spare_pid = pid;
	if (pid < 0)
		close(pair[0]);
}

/* Its process, or -1 if it can't be used. */
static pid_t use_spare(const struct request *q, int args_fd)
{
	int fds[5] = { 0 };
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof fds)];
	} control = { 0 };
	struct iovec part = { q->head, q->bytes };
	struct msghdr m = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes };
	if (keeper.spare < 0 || args_fd < 0 || q->fd_count != 4 ||
		!(q->head->flags & KEEPER_FROM_SPARE))
		return -1;
	memcpy(fds, q->fds, sizeof(int) * 4);
	fds[4] = args_fd;
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fds);
	memcpy(CMSG_DATA(c), fds, sizeof fds);
	pid_t pid = sendmsg(keeper.spare, &m, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)q->bytes
			    ? keeper.spare_pid
			    : -1;
	close(keeper.spare);
	keeper.spare = -1;
	return pid;
}

static void spawn(const struct request *q)
{
	uint32_t skip = 0;
	struct keeper_reply r = { .cookie = q->head->cookie, .op = q->head->op };
	struct child *child = calloc(1, sizeof *child);
	int args_fd = q->head->flags & KEEPER_ARGS_BY_FD ? args_file(q) : -1;
	pid_t pid = child ? use_spare(q, args_fd) : -1;
	if (pid < 0 && child)
		pid = fork_into_group(q, &skip);
	if (pid == 0)
		run_child(q, args_fd, skip);
	if (pid < 0) {
		r.error = -errno;
		snprintf(r.step, sizeof r.step, "fork");
		free(child);
	} else {
		child->pid = pid;
		child->cookie = q->head->op == KEEPER_SPAWN ? q->head->cookie : 0;
		child->next = *slot(pid);
		*slot(pid) = child;
	}
	r.pid = pid;
	int pidfd = pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	if (args_fd >= 0)
		close(args_fd);
	reply(&r, pidfd);
	if (pidfd >= 0)
		close(pidfd);
}

/* The user namespace that owns the box's network becomes descriptor 4, which pasta gets the path
 * of. */
static void open_egress(struct request *q)
{
	struct keeper_reply r = { .cookie = q->head->cookie, .op = q->head->op };
	struct keeper_request *h = q->head;
	int spaces[2];
	r.error = q->fd_count == 1 ? shim_network_of(h->pid, spaces) : -EPROTO;
	if (r.error == 0) {
		int log = q->fds[0];
		int fds[] = { spaces[0], log, dup(log), spaces[1] };
		memcpy(q->fds, fds, sizeof fds);
		q->fd_count = 4; /* which take_request closes */
	}
	if (r.error == 0)
		spawn(q);
	else
		reply(&r, -1);
}

static int clone_tree(const char *path)
{
	struct attributes a = { .set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };
	int fd = (int)syscall(
		SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | O_CLOEXEC | AT_RECURSIVE);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &a, sizeof a) < 0) {
		int r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

static int put_tree(int tree, const char *at)
{
	return syscall(SYS_move_mount, tree, "", AT_FDCWD, at, MOVE_MOUNT_F_EMPTY_PATH) < 0 ? -errno
											    : 0;
}

/*
 * Detached copies of the folders' mounts, made here, are attached inside the box: nothing of them
 * stays here, and the box gets no descriptor. No user's code has run in the box yet, so its paths
 * are still ours.
 */
static int mount_code(const struct request *q)
{
	char options[64];
	int code = clone_tree(q->texts[0]), layers = -1, r = code < 0 ? code : 0;
	if (r == 0 && q->texts[1][0]) {
		layers = clone_tree(q->texts[1]);
		r = layers < 0 ? layers : 0;
	}
	if (r == 0 && setns(q->fds[0], CLONE_NEWNS) < 0)
		r = -errno;
	else if (r == 0) {
		r = put_tree(code, "/var/task");
		if (r == 0 && layers >= 0)
			r = put_tree(layers, "/opt");
		snprintf(options, sizeof options, "size=%llu",
			(unsigned long long)q->head->tmp_bytes);
		if (r == 0 && q->head->tmp_bytes &&
			mount(NULL, "/tmp", NULL, MS_REMOUNT | MS_NOSUID | MS_NODEV, options) < 0)
			r = -errno;
		if (setns(keeper.own_mounts, CLONE_NEWNS) < 0)
			_exit(1);
	}
	if (code >= 0)
		close(code);
	if (layers >= 0)
		close(layers);
	return r;
}

static void handle(struct request *q)
{
	struct keeper_reply r = { .cookie = q->head->cookie, .op = q->head->op };
	switch (q->head->op) {
	case KEEPER_SPAWN:
		spawn(q);
		return;
	case KEEPER_EGRESS:
		open_egress(q);
		return;
	case KEEPER_SPARE:
		make_spare(q);
		return;
	case KEEPER_MOUNT:
		r.error = q->count >= 2 && q->fd_count == 1 ? mount_code(q) : -EPROTO;
		reply(&r, -1);
		return;
	}
}

/* false at the end of the server. */
static bool take_request(void)
{
	struct request q;
	int r = receive(KEEPER_FD, &q);
	if (r > 0) {
		handle(&q);
		for (int i = 0; i < q.fd_count; i++)
			close(q.fds[i]);
	}
	return r >= 0;
}

static void reap(void)
{
	struct signalfd_siginfo info;
	while (read(keeper.signals, &info, sizeof info) > 0)
		;
	struct rusage usage;
	int status;
	for (pid_t pid; (pid = wait4(-1, &status, WNOHANG, &usage)) > 0;) {
		struct child **at = slot(pid);
		while (*at && (*at)->pid != pid)
			at = &(*at)->next;
		if (!*at)
			continue; /* an orphan of a box without namespaces */
		struct child *child = *at;
		*at = child->next;
		struct keeper_reply r = {
			.cookie = child->cookie, .op = KEEPER_EXITED, .pid = pid, .status = status
		};
		r.cpu_us = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
			   (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
		if (child->cookie)
			reply(&r, -1);
		free(child);
	}
}

static void end_boxes(void)
{
	do
		shim_kill_children();
	while (waitpid(-1, NULL, 0) > 0);
}

/* shim keeper [degraded]: the server's socket is descriptor 3. */
int keeper_main(int argc, char **argv)
{
	const char *step = "asked for";
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	setsid();
	syscall(SYS_close_range, KEEPER_FD + 1, ~0U,
		0); /* whatever the server's libraries left open */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	umask(022);
	keeper.root = geteuid() == 0;
	fcntl(KEEPER_FD, F_SETFD, FD_CLOEXEC);
	keeper.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	struct keeper_reply hello = { .op = KEEPER_HELLO, .error = -EPERM };
	if (argc < 3 || strcmp(argv[2], "degraded") != 0)
		hello.error = make_namespaces(&step);
	keeper.namespaces = hello.error == 0;
	snprintf(hello.step, sizeof hello.step, "%s", step);
	reply(&hello, -1);
	struct pollfd polls[] = { { .fd = KEEPER_FD, .events = POLLIN },
		{ .fd = keeper.signals, .events = POLLIN } };
	for (;;) {
		if (poll(polls, 2, -1) < 0 && errno != EINTR)
			break;
		if (polls[1].revents)
			reap();
		if (polls[0].revents && !take_request())
			break;
	}
	end_boxes();
	remove_exports();
	return 0;
}
