/*
 * What hostile code in a box would try, for box_test. "probe safe" tries all that does no harm
 * where it succeeds and prints a line for each: "NAME held" or "NAME open". The rest are tried one
 * by one. Static, as the box is bare.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static const char *env(const char *name)
{
	const char *v = getenv(name);
	return v ? v : "";
}

static pid_t server(void)
{
	return (pid_t)strtol(env("SERVER_PID"), NULL, 10);
}

/* Each returns whether the attack succeeded. */

static bool can_read(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);
	bool r = fd >= 0 && read(fd, &byte, 1) == 1;
	if (fd >= 0)
		close(fd);
	return r;
}

static bool can_write(const char *path)
{
	int fd = open(path, O_WRONLY);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool can_create(const char *path)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
	if (fd < 0)
		return false;
	close(fd);
	unlink(path);
	return true;
}

static bool read_shadow(void)
{
	return can_read("/etc/shadow") || can_read("/etc/shadow-");
}
static bool read_server_data(void)
{
	return can_read(env("SECRET"));
}
static bool read_other_code(void)
{
	return can_read(env("OTHER_CODE"));
}
static bool read_host_tmp(void)
{
	return can_read(env("TMP_FILE"));
}
static bool write_system(void)
{
	return can_create("/usr/probe") || can_create("/etc/probe") || can_create("/probe");
}

static bool of_server(const char *file, bool write)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/%s", (int)server(), file);
	return write ? can_write(path) : can_read(path);
}

static bool read_server_environ(void)
{
	return of_server("environ", false);
}
static bool write_server_memory(void)
{
	return of_server("mem", true);
}
static bool see_server_process(void)
{
	return of_server("cmdline", false);
}
static bool signal_server(void)
{
	return kill(server(), 0) == 0;
}

static bool read_server_memory(void)
{
	char byte;
	struct iovec local = { &byte, 1 }, remote = { (void *)0x400000, 1 };
	return process_vm_readv(server(), &local, 1, &remote, 1, 0) == 1 || errno == EFAULT;
}

static bool ptrace_server(void)
{
	if (ptrace(PTRACE_SEIZE, server(), 0, 0) < 0)
		return false;
	ptrace(PTRACE_DETACH, server(), 0, 0);
	return true;
}

static bool ptrace_own_child(void)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, 0, 0) == 0);
	int status;
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status) == 1;
}

/* Reached, or on the way: only a refusal by the box itself counts as none. */
static bool reach(const char *address, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	inet_pton(AF_INET, address, &a.sin_addr);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int r = connect(fd, (struct sockaddr *)&a, sizeof a);
	struct pollfd p = { fd, POLLOUT, 0 };
	if (r < 0 && errno == EINPROGRESS && poll(&p, 1, 300) == 1) {
		socklen_t n = sizeof errno;
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &errno, &n);
		r = errno ? -1 : 0;
	}
	bool stopped = r < 0 && (errno == ENETUNREACH || errno == EHOSTUNREACH || errno == EACCES ||
					errno == EPERM);
	close(fd);
	return !stopped;
}

static bool reach_metadata(void)
{
	return reach("169.254.169.254", 80);
}

/* Whether it arrives is for the server to say. */
static bool connect_other_instance(void)
{
	reach("127.0.0.1", (int)strtol(env("OTHER_PORT"), NULL, 10));
	return false;
}

static bool connect_abstract_socket(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t n = strlen(env("ABSTRACT"));
	memcpy(a.sun_path + 1, env("ABSTRACT"), n);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool r = connect(fd, (struct sockaddr *)&a,
			 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n)) == 0;
	close(fd);
	return r;
}

static bool socket_of(int family, int type)
{
	int fd = socket(family, type, 0);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool odd_sockets(void)
{
	return socket_of(AF_PACKET, SOCK_RAW) || socket_of(AF_INET, SOCK_RAW) ||
	       socket_of(38 /* AF_ALG */, SOCK_SEQPACKET) ||
	       socket_of(40 /* AF_VSOCK */, SOCK_STREAM) || socket_of(15 /* AF_KEY */, SOCK_RAW);
}

static bool do_mount(void)
{
	return mount("none", "/tmp", "tmpfs", 0, NULL) == 0 ||
	       mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL) == 0;
}

static bool do_umount(void)
{
	return umount2("/var/task", MNT_DETACH) == 0;
}
static bool do_chroot(void)
{
	return chroot("/tmp") == 0;
}

static bool do_unshare(void)
{
	static const int flags[] = { CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID };
	for (size_t i = 0; i < COUNT_OF(flags); i++) {
		pid_t pid = fork();
		if (pid == 0)
			_exit(unshare(flags[i]) == 0);
		int status;
		waitpid(pid, &status, 0);
		if (WEXITSTATUS(status))
			return true;
	}
	return false;
}

static bool do_clone_namespace(void)
{
	long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool do_clone3(void)
{
	uint64_t arguments[11] = { CLONE_NEWUSER, 0, 0, 0, SIGCHLD };
	long pid = syscall(SYS_clone3, arguments, sizeof arguments);
	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool do_setns(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY);
	return fd >= 0 && setns(fd, 0) == 0;
}

/* Calls with arguments that the kernel itself would refuse otherwise: EPERM and ENOSYS are the
 * filter's answers. */
static bool passes_filter(long number, long a, long b, long c)
{
	long r = syscall(number, a, b, c, 0, 0, 0);
	return r >= 0 || (errno != EPERM && errno != ENOSYS);
}

static bool do_bpf(void)
{
	return passes_filter(SYS_bpf, 9999, 0, 0);
}
static bool do_io_uring(void)
{
	return passes_filter(SYS_io_uring_setup, 1, 0, 0);
}
static bool do_keyctl(void)
{
	return passes_filter(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 1);
}
static bool do_userfaultfd(void)
{
	return passes_filter(SYS_userfaultfd, 1 /* USER_MODE_ONLY */, 0, 0);
}
static bool do_perf_event(void)
{
	return passes_filter(SYS_perf_event_open, 0, 0, -1);
}
static bool do_file_handle(void)
{
	return passes_filter(SYS_open_by_handle_at, -1, 0, 0);
}
static bool do_kexec(void)
{
	return passes_filter(SYS_kexec_load, 0, 99, 0);
}
static bool do_module(void)
{
	return passes_filter(SYS_init_module, 0, 0, 0);
}
static bool do_pidfd_getfd(void)
{
	return passes_filter(SYS_pidfd_getfd, -1, 0, 0);
}
static bool do_mempolicy(void)
{
	return passes_filter(SYS_set_mempolicy, 99, 0, 0);
}
static bool do_newest_call(void)
{
	return passes_filter(1438, 0, 0, 0) || passes_filter(467, -1, 0, 0);
}

static bool push_terminal_input(void)
{
	char c = 'x';
	return ioctl(0, TIOCSTI, &c) == 0 || errno != EPERM ||
	       ioctl(0, TIOCSTI | (1UL << 32), &c) == 0 || errno != EPERM;
}

static bool gain_root(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || setuid(0) == 0 || getuid() == 0;
}

static bool keep_capabilities(void)
{
	char text[8192];
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	static const char *const sets[] = { "CapInh:\t", "CapPrm:\t", "CapEff:\t", "CapBnd:\t",
		"CapAmb:\t" };
	for (size_t i = 0; i < COUNT_OF(sets); i++) {
		const char *p = strstr(text, sets[i]);
		/* An ordinary user's bounding set is full, and with no_new_privs is worth nothing.
		 */
		if (!p || (strtoull(p + 8, NULL, 16) && (i != 3 || getuid() == 0)))
			return true;
	}
	return false;
}

static bool write_code(void)
{
	char path[512];
	snprintf(path, sizeof path, "%s/written", env("LAMBDA_TASK_ROOT"));
	if (can_create(path))
		return true;
	snprintf(path, sizeof path, "%s/probe", env("LAMBDA_TASK_ROOT"));
	return can_write(path);
}

static bool change_modes(void)
{
	return chmod(env("SECRET"), 0644) == 0;
}

static bool walk_out_of_code(void)
{
	int fd = open(env("LAMBDA_TASK_ROOT"), O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < 30 && fd >= 0; i++) {
		int up = openat(fd, "..", O_PATH | O_DIRECTORY);
		close(fd);
		fd = up;
	}
	int secret = fd < 0 ? -1 : openat(fd, env("SECRET") + 1, O_RDONLY);
	if (fd >= 0)
		close(fd);
	return secret >= 0;
}

static bool find_descriptors(void)
{
	for (int fd = 3; fd < 4096; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return true;
	return false;
}

static bool change_kernel(void)
{
	static const char *const files[] = { "/proc/sys/kernel/core_pattern",
		"/proc/sys/kernel/hostname", "/proc/sys/vm/overcommit_memory",
		"/proc/sysrq-trigger", "/proc/sys/user/max_user_namespaces",
		"/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/memory/cgroup.procs", "/dev/mem",
		"/dev/kmsg" };
	for (size_t i = 0; i < COUNT_OF(files); i++)
		if (can_write(files[i]))
			return true;
	return false;
}

static bool leak_descriptors(void)
{
	int last = -1, count = 0;
	for (int fd; count < 2000 && (fd = open("/dev/null", O_RDONLY)) >= 0; count++)
		last = fd;
	for (; last > 2; last--)
		close(last);
	struct rlimit more = { 4096, 4096 };
	return count > 1024 || setrlimit(RLIMIT_NOFILE, &more) == 0;
}

static bool dump_core(void)
{
	struct rlimit now, more = { 1, 1 };
	return getrlimit(RLIMIT_CORE, &now) < 0 || now.rlim_max != 0 ||
	       setrlimit(RLIMIT_CORE, &more) == 0;
}

static bool fill_shared_memory(void)
{
	return can_create("/dev/shm/probe");
}

/* Orphans that have ended must not pile up. */
static bool leave_zombies(void)
{
	for (int i = 0; i < 20; i++) {
		pid_t pid = fork();
		if (pid == 0) {
			if (fork() == 0) {
				usleep(20000);
				_exit(0);
			}
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	usleep(150000);
	int zombies = 0;
	DIR *d = opendir("/proc");
	for (struct dirent *e; d && (e = readdir(d));) {
		char path[300], text[512];
		snprintf(path, sizeof path, "/proc/%s/stat", e->d_name);
		int fd = e->d_name[0] >= '1' && e->d_name[0] <= '9' ? open(path, O_RDONLY) : -1;
		ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
		if (fd >= 0)
			close(fd);
		text[n > 0 ? n : 0] = 0;
		const char *p = strrchr(text, ')');
		zombies += p && strstr(text, "(probe)") && p[1] && p[2] == 'Z';
	}
	if (d)
		closedir(d);
	return zombies > 0;
}

static const struct {
	const char *name;
	bool (*attack)(void);
} safe[] = {
	{ "find_descriptors", find_descriptors },
	{ "read_shadow", read_shadow },
	{ "read_server_data", read_server_data },
	{ "read_other_code", read_other_code },
	{ "read_host_tmp", read_host_tmp },
	{ "read_server_environ", read_server_environ },
	{ "see_server_process", see_server_process },
	{ "write_server_memory", write_server_memory },
	{ "read_server_memory", read_server_memory },
	{ "signal_server", signal_server },
	{ "ptrace_server", ptrace_server },
	{ "ptrace_own_child", ptrace_own_child },
	{ "reach_metadata", reach_metadata },
	{ "connect_other_instance", connect_other_instance },
	{ "connect_abstract_socket", connect_abstract_socket },
	{ "odd_sockets", odd_sockets },
	{ "mount", do_mount },
	{ "umount", do_umount },
	{ "chroot", do_chroot },
	{ "unshare", do_unshare },
	{ "clone_namespace", do_clone_namespace },
	{ "clone3", do_clone3 },
	{ "setns", do_setns },
	{ "bpf", do_bpf },
	{ "io_uring", do_io_uring },
	{ "keyctl", do_keyctl },
	{ "userfaultfd", do_userfaultfd },
	{ "perf_event", do_perf_event },
	{ "file_handle", do_file_handle },
	{ "kexec", do_kexec },
	{ "module", do_module },
	{ "pidfd_getfd", do_pidfd_getfd },
	{ "mempolicy", do_mempolicy },
	{ "newest_call", do_newest_call },
	{ "push_terminal_input", push_terminal_input },
	{ "gain_root", gain_root },
	{ "keep_capabilities", keep_capabilities },
	{ "write_code", write_code },
	{ "change_modes", change_modes },
	{ "write_system", write_system },
	{ "walk_out_of_code", walk_out_of_code },
	{ "change_kernel", change_kernel },
	{ "leak_descriptors", leak_descriptors },
	{ "dump_core", dump_core },
	{ "fill_shared_memory", fill_shared_memory },
	{ "leave_zombies", leave_zombies },
};

static int fork_bomb(int most)
{
	int n = 0;
	while (n < most) {
		pid_t pid = fork();
		if (pid < 0)
			break;
		if (pid == 0) {
			pause();
			_exit(0);
		}
		n++;
	}
	return n == most; /* the end of the box ends them */
}

static int memory_bomb(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return 2;
	for (size_t i = 0; i < bytes; i += 4096)
		p[i] = 1;
	sleep(1);
	return 1;
}

static int fill_disk(size_t bytes)
{
	static char block[65536];
	int fd = open("/tmp/probe-fill", O_CREAT | O_WRONLY, 0600), r = 1;
	for (size_t n = 0; n < bytes && r == 1; n += sizeof block)
		if (write(fd, block, sizeof block) != (ssize_t)sizeof block)
			r = 0;
	close(fd);
	unlink("/tmp/probe-fill");
	return r;
}

/* A daemon that holds a connection to the server for as long as it lives. */
static int survive(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	const char *colon = strchr(env("API"), ':');
	a.sin_port = htons((uint16_t)strtol(colon ? colon + 1 : "", NULL, 10));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0)
		return 2;
	if (fork() > 0)
		return 0;
	setsid();
	if (fork() > 0)
		_exit(0);
	for (int sig = 1; sig < 32; sig++)
		signal(sig, SIG_IGN);
	close(0);
	close(1);
	close(2);
	for (;;)
		pause();
}

/* Tries until the way out of the box stands; 0 once it has reached the host's port. */
static int reach_host(int port, int tries)
{
	for (; tries > 0; tries--) {
		struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
		a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
			return 0;
		close(fd);
		usleep(50000);
	}
	return 1;
}

/* Burns for ms of the clock's time; the exit code is the share of a CPU that it got, in hundredths.
 */
static int burn(long ms)
{
	struct timespec begin, now, cpu;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	long passed;
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
		passed = (now.tv_sec - begin.tv_sec) * 1000 +
			 (now.tv_nsec - begin.tv_nsec) / 1000000;
	} while (passed < ms);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	return (int)((cpu.tv_sec * 1000 + cpu.tv_nsec / 1000000) * 100 / passed);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	if (strcmp(what, "safe") == 0) {
		for (size_t i = 0; i < COUNT_OF(safe); i++) {
			bool open_ = safe[i].attack();
			printf("%s %s\n", safe[i].name, open_ ? "open" : "held");
			fflush(stdout);
		}
		return 0;
	}
	if (strcmp(what, "fork_bomb") == 0)
		return fork_bomb((int)n);
	if (strcmp(what, "memory_bomb") == 0)
		return memory_bomb(n << 20);
	if (strcmp(what, "fill_disk") == 0)
		return fill_disk(n << 20);
	if (strcmp(what, "burn") == 0)
		return burn((long)n);
	if (strcmp(what, "reach_host") == 0)
		return reach_host((int)n, 40);
	if (strcmp(what, "survive") == 0)
		return survive();
	if (strcmp(what, "count") == 0)
		for (;;) {
			if (write(1, ".", 1) < 0)
				return 0;
			usleep(5000);
		}
	if (strcmp(what, "kill_self") == 0)
		kill(getpid(), SIGABRT);
	if (strcmp(what, "env") == 0) {
		for (char **e = environ; *e; e++)
			printf("%s\n", *e);
		return 7;
	}
	return 2;
}
