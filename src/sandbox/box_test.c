/*
 * Boxes: that they hold, by probes (probe.c) that must fail inside, and that they start, limit,
 * freeze and end as promised. Each profile runs in a process of its own: as root and as an ordinary
 * user, with namespaces and without.
 */
#include "sandbox/box.h"
#include "base/clock.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "sandbox/internal.h"
#include "tests/check.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROOT_FULL, USER_FULL, ROOT_DEGRADED, USER_DEGRADED, PROFILES };
enum { ORDINARY_UID = 1051777 };

/*
 * What each probe finds: h for held; O for open, where a box without namespaces can't prevent it; s
 * for held if the kernel's Landlock has scopes (ABI 6, Linux 6.12), else open. One letter for each
 * profile in the order above. Reality must be the same in both senses.
 */
static const struct expected {
	const char *name, *profiles;
} matrix[] = {
	{ "find_descriptors", "hhhh" },
	{ "read_shadow", "hhhh" },
	{ "read_server_data", "hhhh" },
	{ "read_other_code", "hhhh" },
	{ "read_host_tmp", "hhOO" }, /* /tmp is the host's: programs insist on it */
	{ "read_server_environ", "hhhh" },
	{ "see_server_process", "hhOO" }, /* names and arguments only */
	{ "write_server_memory", "hhhh" },
	{ "read_server_memory", "hhhh" },
	{ "signal_server", "hhhs" },
	{ "ptrace_server", "hhhh" },
	{ "ptrace_own_child", "hhhh" },
	{ "reach_metadata", "hhOO" },
	{ "connect_other_instance", "hhOO" },
	{ "connect_abstract_socket", "hhss" },
	{ "odd_sockets", "hhhh" },
	{ "mount", "hhhh" },
	{ "umount", "hhhh" },
	{ "chroot", "hhhh" },
	{ "unshare", "hhhh" },
	{ "clone_namespace", "hhhh" },
	{ "clone3", "hhhh" },
	{ "setns", "hhhh" },
	{ "bpf", "hhhh" },
	{ "io_uring", "hhhh" },
	{ "keyctl", "hhhh" },
	{ "userfaultfd", "hhhh" },
	{ "perf_event", "hhhh" },
	{ "file_handle", "hhhh" },
	{ "kexec", "hhhh" },
	{ "module", "hhhh" },
	{ "pidfd_getfd", "hhhh" },
	{ "mempolicy", "hhhh" },
	{ "newest_call", "hhhh" },
	{ "push_terminal_input", "hhhh" },
	{ "gain_root", "hhhh" },
	{ "keep_capabilities", "hhhh" },
	{ "write_code", "hhhh" },
	{ "change_modes", "hhhO" }, /* Landlock has no say in them; the owner is the same */
	{ "write_system", "hhhh" },
	{ "walk_out_of_code", "hhhh" },
	{ "change_kernel", "hhhh" },
	{ "leak_descriptors", "hhhh" },
	{ "dump_core", "hhhh" },
	{ "fill_shared_memory", "hhhh" },
	{ "leave_zombies", "hhhh" },
	{ "fork_bomb", "hhhO" }, /* counted with all else that the user runs */
	{ "memory_bomb", "hhhh" },
	{ "fill_disk", "hhOO" },
	{ "survive", "hhhh" },
	{ "survive_server", "hhhh" },
};

static struct loop *loop;
static int profile;
static char base[128]; /* of this test: run/, code/, other/, secret */
static char tmp_file[128];
static struct sandbox *sandbox;
static char found[COUNT_OF(matrix)];

/* ---- one box at a time ----------------------------------------------------------------------- */

struct run {
	struct box *box;
	struct waitq events;
	char out[64 * 1024];
	size_t n;
	bool exited, out_of_memory;
	int code, signal;
};

static void on_output(void *arg, int stream, struct str bytes)
{
	struct run *run = arg;
	(void)stream;
	size_t n = MIN(bytes.n, sizeof run->out - 1 - run->n);
	memcpy(run->out + run->n, bytes.p, n);
	run->n += n;
	run->out[run->n] = 0;
	waitq_wake_all(&run->events);
}

static void on_exited(void *arg, int code, int sig, bool out_of_memory)
{
	struct run *run = arg;
	CHECK(!run->exited);
	run->exited = true;
	run->code = code;
	run->signal = sig;
	run->out_of_memory = out_of_memory;
	waitq_wake_all(&run->events);
}

static const struct box_limits limits = {
	.memory_bytes = 128 * MIB, .tmp_bytes = 16 * MIB, .pids_max = 100, .cpu_millis = 2000
};

static const char *code_dir(void)
{
	static char path[160];
	snprintf(path, sizeof path, "%s/code", base);
	return path;
}

static void make(struct run *run, const char *const *boot_argv)
{
	*run = (struct run){ 0 };
	waitq_init(&run->events);
	struct box_spec spec = {
		.boot_argv = boot_argv, .limits = &limits, .events = { on_output, on_exited, run }
	};
	CHECK_INT(box_create(sandbox, &spec, &run->box), 0);
}

static int start(struct run *run, const char *const *argv, const char *const *env)
{
	struct box_start s = { .code_dir = code_dir(), .argv = argv, .env = env, .limits = limits };
	return run->box ? box_start(run->box, &s) : -ECHILD;
}

static bool wait_exit(struct run *run, int64_t ms)
{
	uint64_t end = clock_mono_ms() + (uint64_t)ms;
	while (run->box && !run->exited && clock_mono_ms() < end)
		waitq_wait(&run->events, 20);
	return run->exited;
}

static const char *const plain_env[] = { "PATH=/usr/bin:/bin", "LAMBDA_TASK_ROOT=/var/task",
	"API=127.0.0.1:9001", NULL };

/* Runs the probe in a box of its own until it ends. */
static void probe(struct run *run, const char *what, const char *size)
{
	const char *argv[] = { "/var/task/probe", what, size, NULL };
	make(run, NULL);
	CHECK_INT(start(run, argv, plain_env), 0);
	CHECK(wait_exit(run, 10000));
}

static void note(const char *name, bool is_open)
{
	for (size_t i = 0; i < COUNT_OF(matrix); i++)
		if (strcmp(matrix[i].name, name) == 0)
			found[i] = is_open ? 'O' : 'h';
}

/* ---- the probes ------------------------------------------------------------------------------ */

static int listen_abstract(char name[64])
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	snprintf(name, 64, "samovar-box-test-%d", (int)getpid());
	memcpy(a.sun_path + 1, name, strlen(name));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t n = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name);
	CHECK_INT(bind(fd, (struct sockaddr *)&a, (socklen_t)n), 0);
	CHECK_INT(listen(fd, 8), 0);
	return fd;
}

static void probe_safe(void)
{
	struct run run, other;
	char name[64], pid[32], secret[160], other_code[160], tmp[160], abstract[96], port[32];
	struct sockaddr_in a;
	socklen_t n = sizeof a;
	int unix_socket = listen_abstract(name);
	make(&other, NULL);
	int other_api = other.box ? box_take_listener(other.box, BOX_RUNTIME_API) : -1;
	CHECK_INT(getsockname(other_api, (struct sockaddr *)&a, &n), 0);
	snprintf(port, sizeof port, "OTHER_PORT=%u", ntohs(a.sin_port));
	snprintf(pid, sizeof pid, "SERVER_PID=%d", (int)getpid());
	snprintf(secret, sizeof secret, "SECRET=%s/secret", base);
	snprintf(other_code, sizeof other_code, "OTHER_CODE=%s/other/code", base);
	snprintf(tmp, sizeof tmp, "TMP_FILE=%s", tmp_file);
	snprintf(abstract, sizeof abstract, "ABSTRACT=%s", name);
	const char *env[] = { plain_env[0], plain_env[1], port, pid, secret, other_code, tmp,
		abstract, NULL };
	const char *argv[] = { "/var/task/probe", "safe", NULL };
	make(&run, NULL);
	CHECK_INT(start(&run, argv, env), 0);
	CHECK(wait_exit(&run, 20000));
	CHECK_INT(run.code, 0);
	CHECK_INT(run.signal, 0);
	size_t lines = 0;
	for (struct str rest = str_c(run.out), line, word; str_cut(&rest, '\n', &line);) {
		char text[64];
		if (!str_cut(&line, ' ', &word) || !line.p)
			continue;
		snprintf(text, sizeof text, "%.*s", STR_ARG(word));
		note(text, !str_is(line, "held"));
		lines++;
	}
	CHECK_INT(lines, COUNT_OF(matrix) - 5);
	fcntl(other_api, F_SETFL, O_NONBLOCK);
	int stranger = accept(other_api, NULL, NULL);
	note("connect_other_instance", stranger >= 0);
	if (stranger >= 0)
		close(stranger);
	close(other_api);
	close(unix_socket);
	box_destroy(run.box);
	box_destroy(other.box);
}

static void probe_bombs(void)
{
	struct run run;
	probe(&run, "fork_bomb", "400");
	note("fork_bomb", run.code != 0);
	box_destroy(run.box);
	probe(&run, "memory_bomb", "400");
	note("memory_bomb", !run.out_of_memory || run.code == 1);
	box_destroy(run.box);
	probe(&run, "fill_disk", "64");
	note("fill_disk", run.code != 0);
	box_destroy(run.box);
}

/* A daemon that the program leaves behind holds a connection: the end of the program must end it.
 */
static void probe_survive(void)
{
	struct run run;
	char byte;
	const char *argv[] = { "/var/task/probe", "survive", NULL };
	make(&run, NULL);
	int api = run.box ? box_take_listener(run.box, BOX_RUNTIME_API) : -1;
	CHECK_INT(start(&run, argv, plain_env), 0);
	CHECK(wait_exit(&run, 5000));
	fcntl(api, F_SETFL, O_NONBLOCK);
	int daemon = accept(api, NULL, NULL);
	CHECK(daemon >= 0);
	fcntl(daemon, F_SETFL, O_NONBLOCK);
	ssize_t n = -1;
	for (int i = 0; i < 100 && n < 0; i++) {
		n = read(daemon, &byte, 1);
		if (n < 0)
			fiber_sleep(10);
	}
	note("survive", n != 0);
	close(daemon);
	close(api);
	box_destroy(run.box);
}

/* Processes whose arguments contain the text. */
static int count_processes(const char *text)
{
	int count = 0;
	DIR *d = opendir("/proc");
	for (struct dirent *e; d && (e = readdir(d));) {
		char path[300], line[512];
		snprintf(path, sizeof path, "/proc/%s/cmdline", e->d_name);
		int fd = e->d_name[0] >= '1' && e->d_name[0] <= '9' ? open(path, O_RDONLY) : -1;
		ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
		if (fd >= 0)
			close(fd);
		count += n > 0 && memmem(line, (size_t)n, text, strlen(text)) != NULL;
	}
	if (d)
		closedir(d);
	return count;
}

static char marker[64];

static void doomed_server(void *arg)
{
	struct run *run = xcalloc(1, sizeof *run);
	const char *argv[] = { "/var/task/probe", "count", marker, NULL };
	make(run, NULL);
	CHECK_INT(start(run, argv, plain_env), 0);
	while (run->n < 3)
		waitq_wait(&run->events, 100);
	kill(getpid(), SIGKILL);
	(void)arg;
}

/* Before there is a loop in this process. */
static void probe_survive_server(const char *run_dir)
{
	snprintf(marker, sizeof marker, "box-test-marker-%d", (int)getpid());
	pid_t pid = fork();
	if (pid == 0) {
		if (loop_create(&loop) < 0 || sandbox_open(run_dir, SANDBOX_AUTO, &sandbox) < 0 ||
			fiber_start(doomed_server, NULL) < 0)
			_exit(1);
		loop_run(loop);
		_exit(1);
	}
	int status, left = 1;
	waitpid(pid, &status, 0);
	CHECK(WIFSIGNALED(status));
	for (int i = 0; i < 200 && left; i++) {
		left = count_processes(marker);
		usleep(10000);
	}
	note("survive_server", left != 0);
}

/* ---- what a box does ------------------------------------------------------------------------- */

static void check_environment(void)
{
	struct run run;
	probe(&run, "env", NULL);
	CHECK_INT(run.code, 7);
	CHECK(strstr(run.out, "PATH=/usr/bin:/bin\n") != NULL);
	bool degraded = sandbox_is_degraded(sandbox);
	CHECK(strstr(
		run.out, degraded ? "LAMBDA_TASK_ROOT=/var/tmp/" : "LAMBDA_TASK_ROOT=/var/task\n"));
	CHECK(strstr(run.out, "HOME=") == NULL); /* only what the start message names */
	box_destroy(run.box);
	probe(&run, "kill_self", NULL);
	CHECK_INT(run.signal, SIGABRT);
	box_destroy(run.box);
}

/* A runtime that was booted before reads the start message itself, and finds its code. */
static void check_booted(void)
{
	static const char *const boot[] = { "/bin/sh", "-c",
		"echo booted; tr '\\0' ' ' <&3; ls /var/task", NULL };
	static const char *const argv[] = { "index.handler", NULL }, *const env[] = { "A=1",
		"B=2 3", NULL };
	struct run run;
	make(&run, boot);
	CHECK_INT(start(&run, argv, env), 0);
	CHECK(wait_exit(&run, 5000));
	CHECK(strstr(run.out, "booted\n1 index.handler 2 A=1 B=2 3 ") != NULL);
	if (!sandbox_is_degraded(sandbox))
		CHECK(strstr(run.out, "probe\n") != NULL);
	box_destroy(run.box);
}

static void check_freeze(void)
{
	struct run run;
	const char *argv[] = { "/var/task/probe", "count", NULL };
	make(&run, NULL);
	CHECK_INT(start(&run, argv, plain_env), 0);
	while (run.box && run.n < 3 && !run.exited)
		waitq_wait(&run.events, 1000);
	CHECK_INT(box_freeze(run.box), 0);
	fiber_sleep(50); /* what was written before is read */
	size_t n = run.n;
	fiber_sleep(100);
	CHECK_INT(run.n, n);
	CHECK_INT(box_thaw(run.box), 0);
	fiber_sleep(100);
	CHECK(run.n > n);
	struct box_usage usage;
	box_usage(run.box, &usage);
	CHECK(usage.memory_peak_bytes > 0);
	CHECK(usage.memory_peak_bytes <= limits.memory_bytes);
	/* A frozen box can be ended too. */
	CHECK_INT(box_freeze(run.box), 0);
	box_kill(run.box);
	CHECK(wait_exit(&run, 2000));
	CHECK_INT(run.signal, SIGKILL);
	CHECK(!run.out_of_memory);
	box_destroy(run.box);
}

/* A box that nobody starts is destroyed without a word; a program that isn't there is an exit, not
 * an error. */
static void check_odd_ends(void)
{
	struct run run;
	make(&run, NULL);
	box_destroy(run.box);
	fiber_sleep(50);
	CHECK(!run.exited);
	const char *argv[] = { "/var/task/missing", NULL };
	make(&run, NULL);
	CHECK_INT(start(&run, argv, plain_env), 0);
	CHECK(wait_exit(&run, 2000));
	CHECK_INT(run.code, 125);
	CHECK(strstr(run.out, "missing: No such file") != NULL);
	box_destroy(run.box);
	make(&run, NULL);
	struct box_start s = { .code_dir = "/var/tmp/there-is-no-such-folder",
		.argv = argv,
		.env = plain_env,
		.limits = limits };
	if (!sandbox_is_degraded(sandbox))
		CHECK_INT(box_start(run.box, &s), -ENOENT);
	box_destroy(run.box);
}

/* An interpreter in a folder whose parents are closed to others is seen at its own path, read-only.
 */
static void check_binds(void)
{
	char tool[160], path[200];
	snprintf(tool, sizeof tool, "%s/private/tool", base);
	snprintf(path, sizeof path, "%s/probe", tool);
	const char *binds[] = { tool, NULL }, *argv[] = { path, "env", NULL };
	struct run run = { 0 };
	waitq_init(&run.events);
	struct box_spec spec = {
		.limits = &limits, .events = { on_output, on_exited, &run }, .ro_binds = binds
	};
	CHECK_INT(box_create(sandbox, &spec, &run.box), 0);
	CHECK_INT(start(&run, argv, plain_env), 0);
	CHECK(wait_exit(&run, 5000));
	CHECK_INT(run.code, 7);
	box_destroy(run.box);
}

/* A box that stands and is ended before it has begun says so. */
static void check_early_kill(void)
{
	struct run run;
	make(&run, NULL);
	box_kill(run.box);
	CHECK(!run.exited); /* never inside the call */
	CHECK(wait_exit(&run, 2000));
	CHECK_INT(run.signal, SIGKILL);
	box_destroy(run.box);
}

static bool has_egress(void)
{
	fiber_sleep(400); /* its trial is over */
	return strstr(sandbox_summary(sandbox), "egress by pasta") != NULL;
}

/* The host's loopback is within reach, as a developer expects, unless the mode is strict. */
static void check_host_loopback(bool strict)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	char port[16];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK_INT(bind(fd, (struct sockaddr *)&a, n), 0);
	CHECK_INT(listen(fd, 8), 0);
	CHECK_INT(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	snprintf(port, sizeof port, "%u", ntohs(a.sin_port));
	struct run run;
	probe(&run, "reach_host", port);
	CHECK_INT(run.code, strict ? 1 : 0);
	box_destroy(run.box);
	close(fd);
}

/* A quarter of a CPU is not more, where there are groups to count it. */
static void check_cpu(void)
{
	const char *argv[] = { "/var/task/probe", "burn", "400", NULL };
	if (strstr(sandbox_summary(sandbox), "no CPU limit"))
		return;
	struct run run;
	make(&run, NULL);
	struct box_start s = {
		.code_dir = code_dir(), .argv = argv, .env = plain_env, .limits = limits
	};
	s.limits.cpu_millis = 250;
	CHECK_INT(box_start(run.box, &s), 0);
	CHECK(wait_exit(&run, 5000));
	CHECK(run.code <= 35);
	struct box_usage usage;
	box_usage(run.box, &usage);
	CHECK(usage.cpu_ns > 0);
	CHECK(usage.cpu_ns < 300 * 1000000ull);
	box_destroy(run.box);
}

/* The keeper's end is the boxes' end, and not the sandbox's. */
static void check_keeper_death(void)
{
	struct run run;
	const char *argv[] = { "/var/task/probe", "count", NULL };
	make(&run, NULL);
	CHECK_INT(start(&run, argv, plain_env), 0);
	kill(sandbox->keeper_pid, SIGKILL);
	CHECK(wait_exit(&run, 3000));
	CHECK_INT(run.signal, SIGKILL);
	box_destroy(run.box);
	probe(&run, "env", NULL);
	CHECK_INT(run.code, 7);
	box_destroy(run.box);
}

static size_t count_descriptors(void)
{
	size_t n = 0;
	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static int compare_times(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static void check_speed(void)
{
	enum { ROUNDS = 21 };
	uint64_t created[ROUNDS], started[ROUNDS];
	fiber_sleep(200);
	size_t descriptors = count_descriptors();
	const char *argv[] = { "/bin/true", NULL };
	for (int i = 0; i < ROUNDS; i++) {
		struct run run;
		uint64_t t0 = clock_mono_ns();
		make(&run, NULL);
		uint64_t t1 = clock_mono_ns();
		created[i] = t1 - t0;
		if (strstr(sandbox_summary(sandbox), "egress by pasta")) {
			fiber_sleep(60); /* as one that was made ahead of time */
			t1 = clock_mono_ns();
		}
		CHECK_INT(start(&run, argv, plain_env), 0);
		started[i] = clock_mono_ns() - t1;
		CHECK(wait_exit(&run, 5000));
		CHECK_INT(run.code, 0);
		box_destroy(run.box);
	}
	fiber_sleep(200);
	CHECK_INT(count_descriptors(), descriptors);
	qsort(created, ROUNDS, sizeof *created, compare_times);
	qsort(started, ROUNDS, sizeof *started, compare_times);
	printf("# box_create p50 %.2f ms, max %.2f; box_start p50 %.2f ms, max %.2f\n",
		(double)created[ROUNDS / 2] / 1e6, (double)created[ROUNDS - 1] / 1e6,
		(double)started[ROUNDS / 2] / 1e6, (double)started[ROUNDS - 1] / 1e6);
}

static void run_profile(void *arg)
{
	(void)arg;
	CHECK_INT(sandbox_wait(sandbox), 0);
	printf("# %s\n", sandbox_summary(sandbox));
	if (sandbox_is_degraded(sandbox) && profile < ROOT_DEGRADED) {
		memset(found, '-', sizeof found); /* this machine has no such profile */
		goto out;
	}
	CHECK_INT(sandbox_is_degraded(sandbox), profile >= ROOT_DEGRADED);
	check_environment();
	check_booted();
	check_freeze();
	check_odd_ends();
	check_binds();
	check_early_kill();
	check_cpu();
	if (sandbox_is_degraded(sandbox) || has_egress())
		check_host_loopback(false);
	probe_safe();
	probe_bombs();
	probe_survive();
	check_speed();
	check_keeper_death();
out:
	sandbox_close(sandbox);
	loop_stop(loop);
}

/* ---- profiles -------------------------------------------------------------------------------- */

static bool is_ordinary(void)
{
	return profile == USER_FULL || profile == USER_DEGRADED;
}

static void become_ordinary(void)
{
	if (geteuid() != 0)
		return;
	if (setgroups(0, NULL) < 0 || setresgid(ORDINARY_UID, ORDINARY_UID, ORDINARY_UID) < 0 ||
		setresuid(ORDINARY_UID, ORDINARY_UID, ORDINARY_UID) < 0)
		_exit(3);
}

static void run_strict(void *arg)
{
	(void)arg;
	int r = sandbox_wait(sandbox);
	printf("# %s\n", sandbox_summary(sandbox));
	if (profile >= ROOT_DEGRADED || sandbox_is_degraded(sandbox)) {
		CHECK_INT(r, -EPERM);
		struct box *box;
		struct box_spec spec = { .limits = &limits };
		CHECK_INT(box_create(sandbox, &spec, &box), -EPERM);
		CHECK(strncmp(sandbox_summary(sandbox), "sandbox: NONE - ", 16) == 0);
	} else if (r == 0 && has_egress()) {
		check_host_loopback(true);
	}
	sandbox_close(sandbox);
	loop_stop(loop);
}

/* The whole sandbox again, in its strict mode. */
static void check_strict(const char *run_dir)
{
	CHECK_INT(loop_create(&loop), 0);
	CHECK_INT(sandbox_open(run_dir, SANDBOX_STRICT, &sandbox), 0);
	CHECK_INT(fiber_start(run_strict, NULL), 0);
	loop_run(loop);
	loop_destroy(loop);
}

/* In a child; leaves what it found in the pipe. */
static void child(int out)
{
	char run_dir[160];
	if (is_ordinary())
		become_ordinary();
	snprintf(run_dir, sizeof run_dir, "%s/run", base);
	if (profile >= ROOT_DEGRADED)
		setenv("SAMOVAR_SANDBOX_DEGRADED", "1", 1);
	probe_survive_server(run_dir);
	CHECK_INT(loop_create(&loop), 0);
	CHECK_INT(sandbox_open(run_dir, SANDBOX_AUTO, &sandbox), 0);
	CHECK_INT(fiber_start(run_profile, NULL), 0);
	loop_run(loop);
	loop_destroy(loop);
	check_strict(run_dir);
	if (write(out, found, sizeof found) != (ssize_t)sizeof found)
		_exit(3);
	fflush(stdout);
	_exit(check_failures > 0);
}

static void put_file(const char *name, const char *from, mode_t mode)
{
	static char bytes[4 * 1024 * 1024];
	char path[256];
	ssize_t n = 7;
	memcpy(bytes, "secret\n", 7);
	if (from) {
		int in = open(from, O_RDONLY | O_CLOEXEC);
		n = read(in, bytes, sizeof bytes);
		close(in);
	}
	if (name[0] == '/')
		snprintf(path, sizeof path, "%s", name);
	else
		snprintf(path, sizeof path, "%s/%s", base, name);
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, mode);
	CHECK(n > 0 && write(fd, bytes, (size_t)n) == n);
	fchmod(fd, mode);
	if (is_ordinary() && geteuid() == 0)
		CHECK_INT(fchown(fd, ORDINARY_UID, ORDINARY_UID), 0);
	close(fd);
}

static void put_folder(const char *name)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", base, name);
	mkdir(path, 0755);
	if (is_ordinary() && geteuid() == 0)
		CHECK_INT(chown(path, ORDINARY_UID, ORDINARY_UID), 0);
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path) < 0 ? 0 : 0;
}

static void test_profile(int which)
{
	char self[512], found_there[sizeof found];
	int results[2];
	profile = which;
	if ((which == ROOT_FULL || which == ROOT_DEGRADED) && geteuid() != 0) {
		printf("# not root: skipped\n");
		return;
	}
	/* Open to all, so that what stops the probes is the box. */
	snprintf(base, sizeof base, "/var/tmp/samovar-box-test-%d-%d", (int)getpid(), which);
	snprintf(tmp_file, sizeof tmp_file, "/tmp/samovar-box-test-%d-%d", (int)getpid(), which);
	umask(022);
	mkdir(base, 0755);
	put_folder("run");
	put_folder("code");
	put_folder("other");
	put_folder("private");
	put_folder("private/tool");
	put_file("secret", NULL, 0644);
	put_file("other/code", NULL, 0644);
	put_file(tmp_file, NULL, 0644);
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	self[n > 0 ? n : 0] = 0;
	for (int i = 0; i < 3;
		i++) /* build/MODE/src/sandbox/box_test -> build/MODE/samovar-probe */
		*strrchr(self, '/') = 0;
	char *path = xasprintf("%s/samovar-probe", self);
	put_file("code/probe", path, 0755);
	put_file("private/tool/probe", path, 0755);
	snprintf(self, sizeof self, "%s/private", base);
	CHECK_INT(chmod(self, 0700), 0);
	free(path);
	memset(found, '?', sizeof found);
	CHECK_INT(pipe2(results, O_CLOEXEC), 0);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		child(results[1]);
	close(results[1]);
	int status = 0;
	CHECK_INT(read(results[0], found_there, sizeof found_there), sizeof found_there);
	waitpid(pid, &status, 0);
	close(results[0]);
	CHECK_INT(status, 0);
	bool scopes = syscall(SYS_landlock_create_ruleset, NULL, 0, 1 /* the version */) >= 6;
	for (size_t i = 0; i < COUNT_OF(matrix) && found_there[0] != '-'; i++) {
		char want = matrix[i].profiles[which];
		want = want != 's' ? want : scopes ? 'h' : 'O';
		if (found_there[i] == want)
			continue;
		printf("# %s is %c, not %c\n", matrix[i].name, found_there[i], want);
		check_failures++;
	}
	memcpy(found, found_there, sizeof found);
	nftw(base, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	unlink(tmp_file);
}

static char all_found[PROFILES][COUNT_OF(matrix)];

static void test_and_keep(int which)
{
	memset(found, '-', sizeof found);
	test_profile(which);
	memcpy(all_found[which], found, sizeof found);
}

static void test_root_full(void)
{
	test_and_keep(ROOT_FULL);
}
static void test_user_full(void)
{
	test_and_keep(USER_FULL);
}
static void test_root_degraded(void)
{
	test_and_keep(ROOT_DEGRADED);
}
static void test_user_degraded(void)
{
	test_and_keep(USER_DEGRADED);
}

static const struct test tests[] = {
	{ "as root, with namespaces", test_root_full },
	{ "as an ordinary user, with namespaces", test_user_full },
	{ "as root, without namespaces", test_root_degraded },
	{ "as an ordinary user, without namespaces", test_user_degraded },
};

int main(int argc, char **argv)
{
	int r = check_main(tests, COUNT_OF(tests), argc, argv);
	printf("# probe (h held, O open)     root  user  root degraded  user degraded\n");
	for (size_t i = 0; i < COUNT_OF(matrix); i++)
		printf("# %-26s  %c     %c     %c              %c\n", matrix[i].name,
			all_found[0][i] ? all_found[0][i] : '-',
			all_found[1][i] ? all_found[1][i] : '-',
			all_found[2][i] ? all_found[2][i] : '-',
			all_found[3][i] ? all_found[3][i] : '-');
	return r;
}
