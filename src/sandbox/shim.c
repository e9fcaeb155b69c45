/*
 * The first program inside a box. With namespaces ("init"): binds the two listeners in the box's
 * own network, hands them to the server, and execs the runtime. Without ("solo"): restricts itself
 * and supervises the runtime. Static, and free of anything that reads the host's files.
 */
#include "sandbox/shim.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DIE(what) \
	do { \
		fprintf(stderr, "sandbox: %s: %s\n", what, strerror(errno)); \
		_exit(125); \
	} while (0)

static char *const default_env[] = {
	"PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/opt/bin",
	"LANG=en_US.UTF-8",
	"TZ=:UTC",
	"HOME=/tmp",
	NULL,
};

static void limit(int what, rlim_t n)
{
	struct rlimit now, want = { n, n };
	if (getrlimit(what, &now) == 0 && now.rlim_max < n)
		want.rlim_cur = want.rlim_max = now.rlim_max;
	if (setrlimit(what, &want) < 0)
		DIE("setrlimit");
}

static void set_limits(unsigned long pids_max)
{
	limit(RLIMIT_NOFILE, BOX_NOFILE);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_MEMLOCK, 64 * 1024);
	limit(RLIMIT_MSGQUEUE, 0);
	if (pids_max > 0)
		limit(RLIMIT_NPROC, pids_max);
}

static int try_listen(unsigned long port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0)
		DIE("listening on the loopback address");
	if (bind(fd, (struct sockaddr *)&a, sizeof a) == 0 && listen(fd, BOX_LISTEN_BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

static int listen_on(unsigned long port)
{
	int fd = try_listen(port);
	if (fd < 0)
		DIE("listening on the loopback address");
	return fd;
}

/*
 * After this the box can say nothing more on the socket, only listen. The server's own port is a
 * third listener where it may be one, so that a URL is the same inside and outside.
 */
static void hand_over_listeners(unsigned long own_port)
{
	int fds[3] = { listen_on(SHIM_API_PORT), listen_on(SHIM_ENDPOINT_PORT), -1 };
	if (own_port > 0 && own_port != SHIM_API_PORT && own_port != SHIM_ENDPOINT_PORT)
		fds[2] = try_listen(own_port);
	size_t bytes = (fds[2] >= 0 ? 3 : 2) * sizeof fds[0];
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof fds)];
	} control = { 0 };
	struct iovec part = { "L", 1 };
	struct msghdr m = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = CMSG_SPACE(bytes),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(bytes);
	memcpy(CMSG_DATA(c), fds, bytes);
	if (sendmsg(SHIM_SOCKET_FD, &m, MSG_NOSIGNAL) != 1)
		DIE("handing over the listeners");
	close(fds[0]);
	close(fds[1]);
	if (fds[2] >= 0)
		close(fds[2]);
	shutdown(SHIM_SOCKET_FD, SHUT_WR);
}

/* The whole start message, with a NUL after it; NULL when the server gave up before. */
static char *read_start(size_t *length)
{
	size_t n = 0, cap = 16 * 1024;
	char *p = malloc(cap);
	for (;;) {
		if (n + 1 >= cap) {
			if (cap > 2 * BOX_START_BYTES_MAX)
				return NULL;
			p = p ? realloc(p, cap *= 2) : NULL;
		}
		if (!p)
			return NULL;
		ssize_t r = read(SHIM_SOCKET_FD, p + n, cap - n - 1);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			break;
		n += (size_t)r;
	}
	p[n] = 0;
	*length = n;
	return p;
}

static char **take_list(char **at, char *end)
{
	if (*at >= end)
		return NULL;
	unsigned long count = strtoul(*at, NULL, 10);
	*at += strlen(*at) + 1;
	char **list = count <= BOX_START_BYTES_MAX ? calloc(count + 1, sizeof *list) : NULL;
	for (unsigned long i = 0; list && i < count; i++) {
		if (*at >= end)
			return NULL;
		list[i] = *at;
		*at += strlen(*at) + 1;
	}
	return list;
}

static void exec_started(void)
{
	size_t n;
	char *p = read_start(&n);
	if (!p || n == 0)
		_exit(0); /* never started: the server let go of the box */
	char *end = p + n, **argv = take_list(&p, end), **env = argv ? take_list(&p, end) : NULL;
	errno = EPROTO;
	if (!env || !argv[0])
		DIE("start message");
	close(SHIM_SOCKET_FD);
	const char *task = "/var/task";
	for (char **e = env; *e; e++)
		if (strncmp(*e, "LAMBDA_TASK_ROOT=", 17) == 0)
			task = *e + 17;
	if (chdir(task) < 0 && chdir("/") < 0)
		DIE("chdir");
	execve(argv[0], argv, env);
	DIE(argv[0]);
}

static void boot(char **argv)
{
	if (argv && argv[0]) {
		execve(argv[0], argv, default_env);
		DIE(argv[0]);
	}
	exec_started();
}

/* ---- without namespaces ---------------------------------------------------------------------- */

static void load_seccomp(void)
{
	struct stat st;
	if (fstat(SHIM_SECCOMP_FD, &st) < 0)
		DIE("seccomp filter");
	struct sock_filter *filter = malloc((size_t)st.st_size + 1);
	if (!filter || pread(SHIM_SECCOMP_FD, filter, (size_t)st.st_size, 0) != st.st_size)
		DIE("seccomp filter");
	struct sock_fprog program = { (unsigned short)((size_t)st.st_size / sizeof *filter),
		filter };
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		DIE("seccomp");
	free(filter);
	close(SHIM_SECCOMP_FD);
}

void shim_kill_children(void)
{
	char path[64], text[4096];
	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = 0;
	for (char *p = text, *next;; p = next) {
		long pid = strtol(p, &next, 10);
		if (next == p)
			return;
		kill((pid_t)pid, SIGKILL);
	}
}

static int supervise(pid_t program)
{
	int status = 0, result = 0;
	bool ended = false;
	for (;;) {
		pid_t pid = wait(&status);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			break;
		if (pid == program) {
			result = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
			ended = true;
		}
		if (ended)
			shim_kill_children();
	}
	return result;
}

static int solo(char **argv, unsigned long pids_max, char *const *read_only, char *const *writable)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	/* The program must not read or trace its supervisor. */
	prctl(PR_SET_DUMPABLE, 0);
	pid_t program = fork();
	if (program < 0)
		DIE("fork");
	if (program == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setsid();
		set_limits(pids_max);
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
			DIE("no_new_privs");
		if (read_only[0] && shim_landlock(read_only, writable) < 0)
			DIE("landlock");
		load_seccomp();
		boot(argv);
	}
	close(SHIM_SOCKET_FD);
	close(SHIM_SECCOMP_FD);
	return supervise(program);
}

/* shim keeper | shim init PIDS [ARGV...] | shim solo PIDS (-r PATH | -w PATH)... -- [ARGV...] */
int main(int argc, char **argv)
{
	if (argc >= 2 && strcmp(argv[1], "keeper") == 0)
		return keeper_main(argc, argv);
	if (argc < 3)
		return 125;
	char *rest;
	unsigned long pids_max = strtoul(argv[2], &rest, 10);
	if (strcmp(argv[1], "init") == 0) {
		set_limits(pids_max);
		hand_over_listeners(*rest == ':' ? strtoul(rest + 1, NULL, 10) : 0);
		boot(argv + 3);
	}
	char *read_only[64] = { 0 }, *writable[64] = { 0 };
	int at = 3, r = 0, w = 0;
	for (; at + 1 < argc && strcmp(argv[at], "--") != 0; at += 2) {
		if (strcmp(argv[at], "-w") == 0 && w < 63)
			writable[w++] = argv[at + 1];
		else if (r < 63)
			read_only[r++] = argv[at + 1];
	}
	return solo(argv + at + 1, pids_max, read_only, writable);
}
