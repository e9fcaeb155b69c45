/* The names of runtimes, from the first that AWS had to the newest, and the programs on this
 * machine that run them. */
#include "base/log.h"
#include "services/lambda/engine/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* AWS Lambda Developer Guide, "Lambda runtimes" and its table of deprecated ones. */
static const struct runtime runtimes[] = {
	{ "nodejs", FAMILY_NODE, 0 },
	{ "nodejs4.3", FAMILY_NODE, 4 },
	{ "nodejs4.3-edge", FAMILY_NODE, 4 },
	{ "nodejs6.10", FAMILY_NODE, 6 },
	{ "nodejs8.10", FAMILY_NODE, 8 },
	{ "nodejs10.x", FAMILY_NODE, 10 },
	{ "nodejs12.x", FAMILY_NODE, 12 },
	{ "nodejs14.x", FAMILY_NODE, 14 },
	{ "nodejs16.x", FAMILY_NODE, 16 },
	{ "nodejs18.x", FAMILY_NODE, 18 },
	{ "nodejs20.x", FAMILY_NODE, 20 },
	{ "nodejs22.x", FAMILY_NODE, 22 },
	{ "nodejs24.x", FAMILY_NODE, 24 },
	{ "nodejs26.x", FAMILY_NODE, 26 },
	{ "python2.7", FAMILY_NONE, 0 },
	{ "python3.6", FAMILY_PYTHON, 6 },
	{ "python3.7", FAMILY_PYTHON, 7 },
	{ "python3.8", FAMILY_PYTHON, 8 },
	{ "python3.9", FAMILY_PYTHON, 9 },
	{ "python3.10", FAMILY_PYTHON, 10 },
	{ "python3.11", FAMILY_PYTHON, 11 },
	{ "python3.12", FAMILY_PYTHON, 12 },
	{ "python3.13", FAMILY_PYTHON, 13 },
	{ "python3.14", FAMILY_PYTHON, 14 },
	{ "provided", FAMILY_PROVIDED, 0 },
	{ "provided.al2", FAMILY_PROVIDED, 0 },
	{ "provided.al2023", FAMILY_PROVIDED, 0 },
	{ "go1.x", FAMILY_NONE, 0 },
	{ "java8", FAMILY_NONE, 0 },
	{ "java8.al2", FAMILY_NONE, 0 },
	{ "java11", FAMILY_NONE, 0 },
	{ "java17", FAMILY_NONE, 0 },
	{ "java21", FAMILY_NONE, 0 },
	{ "java25", FAMILY_NONE, 0 },
	{ "dotnetcore1.0", FAMILY_NONE, 0 },
	{ "dotnetcore2.0", FAMILY_NONE, 0 },
	{ "dotnetcore2.1", FAMILY_NONE, 0 },
	{ "dotnetcore3.1", FAMILY_NONE, 0 },
	{ "dotnet6", FAMILY_NONE, 0 },
	{ "dotnet8", FAMILY_NONE, 0 },
	{ "dotnet10", FAMILY_NONE, 0 },
	{ "ruby2.5", FAMILY_NONE, 0 },
	{ "ruby2.7", FAMILY_NONE, 0 },
	{ "ruby3.2", FAMILY_NONE, 0 },
	{ "ruby3.3", FAMILY_NONE, 0 },
	{ "ruby3.4", FAMILY_NONE, 0 },
};

enum { PYTHON_MINOR_MIN = 7, PYTHON_MINOR_MAX = 20, INTERPRETERS_MAX = 24 };

/* Found once, under the mutex: operations ask from the writer's thread too. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static bool found;
static struct interpreter interpreters[INTERPRETERS_MAX];
static size_t interpreter_count;
static char reason[320];

const struct runtime *runtime_find(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(runtimes); i++) {
		if (str_is(name, runtimes[i].name))
			return &runtimes[i];
	}
	return NULL;
}

/* An interpreter counts only where a box sees it: its real place must be below /usr. */
static bool is_usable(const char *path)
{
	char *real = access(path, X_OK) == 0 ? realpath(path, NULL) : NULL;
	bool usable = real && strncmp(real, "/usr/", 5) == 0;
	free(real);
	return usable;
}

static void add(enum family family, const char *path, int version)
{
	if (interpreter_count == INTERPRETERS_MAX)
		return;
	struct interpreter *in = &interpreters[interpreter_count++];
	in->family = family;
	in->path = xstrdup(path); /* for the program's life */
	in->version = version;
	if (family == FAMILY_PYTHON)
		snprintf(in->description, sizeof in->description, "python 3.%d (%.100s)", version,
			path);
}

static bool add_from(const char *dir, const char *name, enum family family, int version)
{
	char path[512];
	int n = snprintf(path, sizeof path, "%s/%s", dir, name);
	if (n >= (int)sizeof path || !is_usable(path))
		return false;
	add(family, path, version);
	return true;
}

/* On PATH, where that is below /usr, then in the usual places. */
static void add_named(const char *name, enum family family, int version)
{
	static const char *const usual[] = { "/usr/local/bin", "/usr/bin" };
	const char *variable = getenv("PATH");
	struct str rest = str_c(variable ? variable : ""), dir;
	char text[512];
	while (str_cut(&rest, ':', &dir)) {
		if (!str_starts(dir, STR("/usr/")) || dir.n >= sizeof text)
			continue;
		memcpy(text, dir.p, dir.n);
		text[dir.n] = 0;
		if (add_from(text, name, family, version))
			return;
	}
	for (size_t i = 0; i < COUNT_OF(usual); i++) {
		if (add_from(usual[i], name, family, version))
			return;
	}
}

static void find_all(void)
{
	char name[32];
	found = true;
	add_named("node", FAMILY_NODE, 0);
	if (interpreter_count == 0)
		add_named("nodejs", FAMILY_NODE, 0);
	for (int minor = PYTHON_MINOR_MIN; minor <= PYTHON_MINOR_MAX; minor++) {
		snprintf(name, sizeof name, "python3.%d", minor);
		add_named(name, FAMILY_PYTHON, minor);
	}
}

/* Runs "path --version" and reads what it says. */
static int ask_version(const char *path, char *out, size_t n)
{
	char *const argv[] = { (char *)path, (char *)"--version", NULL };
	char *const env[] = { NULL };
	posix_spawn_file_actions_t actions;
	int pipes[2], status;
	pid_t pid;
	size_t used = 0;
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], 1);
	int r = posix_spawn(&pid, path, &actions, NULL, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	close(pipes[1]);
	while (r == 0 && used + 1 < n) {
		ssize_t got = read(pipes[0], out + used, n - used - 1);
		if (got <= 0)
			break;
		used += (size_t)got;
	}
	close(pipes[0]);
	if (r != 0)
		return -r;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	out[used] = 0;
	return used > 0 ? 0 : -EIO;
}

static void describe_node(struct interpreter *in)
{
	char text[64];
	if (ask_version(in->path, text, sizeof text) < 0)
		snprintf(text, sizeof text, "v?");
	text[strcspn(text, "\r\n")] = 0;
	in->version = text[0] == 'v' ? (int)strtol(text + 1, NULL, 10) : 0;
	snprintf(in->description, sizeof in->description, "node %.40s (%.100s)", text, in->path);
}

/* The nearest version, a newer one rather than an older: code seldom minds a newer interpreter. */
static struct interpreter *nearest(enum family family, int version)
{
	struct interpreter *best = NULL;
	for (size_t i = 0; i < interpreter_count; i++) {
		struct interpreter *in = &interpreters[i];
		if (in->family != family)
			continue;
		if (!best || (best->version < version && in->version > best->version))
			best = in;
	}
	return best;
}

static const char *explain(const struct runtime *runtime)
{
	switch (runtime->family) {
	case FAMILY_NODE:
		return "install Node.js (apt-get install nodejs)";
	case FAMILY_PYTHON:
		return "install Python 3 (apt-get install python3)";
	case FAMILY_PROVIDED:
	case FAMILY_NONE:
		break;
	}
	return "this server runs nodejs, python3 and provided runtimes; package the function for provided.al2023";
}

int runtime_interpreter(
	const struct runtime *runtime, bool ask, const struct interpreter **out, const char **why)
{
	int r = 0;
	*out = NULL;
	if (runtime->family == FAMILY_PROVIDED) {
		*why = "the function's own bootstrap";
		return 0;
	}
	pthread_mutex_lock(&mutex);
	if (!found)
		find_all();
	struct interpreter *in = nearest(runtime->family, runtime->version);
	if (in && ask && in->description[0] == 0)
		describe_node(in);
	if (in) {
		*out = in;
		*why = in->description;
		if (ask && !in->is_announced)
			log_info("functions: %s runs on %s", runtime->name, in->description);
		in->is_announced |= ask;
	} else {
		snprintf(reason, sizeof reason, "Nothing on this machine runs %s: %s.",
			runtime->name, explain(runtime));
		*why = reason;
		r = -ENOENT;
	}
	pthread_mutex_unlock(&mutex);
	return r;
}

bool engine_runtime_available(
	const struct engine *engine, struct str name, const char **description)
{
	const struct runtime *runtime = runtime_find(name);
	const struct interpreter *in;
	(void)engine;
	if (!runtime) {
		*description = "No runtime of this name is known.";
		return false;
	}
	return runtime_interpreter(runtime, true, &in, description) == 0;
}
