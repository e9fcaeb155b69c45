/* Control groups: finding those that we may make (v2, v1, or both), and one set of them for each
 * box. */
#include "sandbox/cgroup.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "sandbox/box.h"
#include "sandbox/limits.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "samovar-"

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));
	int r = n < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return r;
}

static int write_in(const char *dir, const char *file, const char *text)
{
	char path[1024];
	snprintf(path, sizeof path, "%s/%s", dir, file);
	return write_text(path, text);
}

static bool exists_in(const char *dir, const char *file)
{
	char path[1024];
	snprintf(path, sizeof path, "%s/%s", dir, file);
	return access(path, F_OK) == 0;
}

/* The whole of a small file; empty when it can't be read. */
static struct str read_text(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	for (ssize_t r; fd >= 0 && n < size - 1 && (r = read(fd, out + n, size - 1 - n)) > 0;)
		n += (size_t)r;
	if (fd >= 0)
		close(fd);
	out[n] = 0;
	return (struct str){ out, n };
}

static bool has_word(struct str text, const char *word, char separator)
{
	for (struct str part; str_cut(&text, separator, &part);)
		if (str_is(str_trim(part), word))
			return true;
	return false;
}

/* "key value" in lines of key and value; 0 if absent. */
static uint64_t value_of(struct str text, const char *key)
{
	uint64_t value = 0;
	for (struct str line, name; str_cut(&text, '\n', &line);)
		if (str_cut(&line, ' ', &name) && str_is(name, key) && line.p &&
			str_to_u64(str_trim(line), &value) == 0)
			return value;
	return 0;
}

/* ---- our own sub-hierarchies ----------------------------------------------------------------- */

/* Our cgroup in the hierarchy that has this v1 controller, or in v2's for "": a line of
 * /proc/self/cgroup. */
static bool own_path(struct str cgroups, const char *controller, char *out, size_t size)
{
	for (struct str line, id, names; str_cut(&cgroups, '\n', &line);) {
		if (!str_cut(&line, ':', &id) || !str_cut(&line, ':', &names))
			continue;
		if (controller[0] ? !has_word(names, controller, ',') : names.n > 0)
			continue;
		snprintf(out, size, "%.*s", STR_ARG(line));
		return true;
	}
	return false;
}

/* Where the hierarchy is mounted, and at which of its cgroups: from /proc/self/mountinfo (proc(5)).
 */
static bool mount_point(
	struct str mounts, const char *controller, char *root, char *out, size_t size)
{
	for (struct str line; str_cut(&mounts, '\n', &line);) {
		ssize_t dash = str_find(line, STR(" - "));
		if (dash < 0)
			continue;
		struct str tail = str_from(line, (size_t)dash + 3), type, source, fields[6],
			   options;
		line.n = (size_t)dash;
		str_cut(&tail, ' ', &type);
		if (!str_is(type, controller[0] ? "cgroup" : "cgroup2") ||
			!str_cut(&tail, ' ', &source))
			continue;
		options = tail;
		if (controller[0] && !has_word(options, controller, ','))
			continue;
		for (size_t i = 0; i < 6; i++)
			if (!str_cut(&line, ' ', &fields[i]))
				fields[i] = STR("");
		if (has_word(fields[5], "ro", ','))
			continue;
		snprintf(root, size, "%.*s", STR_ARG(fields[3]));
		snprintf(out, size, "%.*s", STR_ARG(fields[4]));
		return true;
	}
	return false;
}

/* Removes a group and those in it; what has processes stays. */
static void remove_group(const char *dir)
{
	DIR *d = opendir(dir);
	for (struct dirent *e; d && (e = readdir(d));) {
		char path[512];
		if (e->d_type != DT_DIR || e->d_name[0] == '.')
			continue;
		if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, e->d_name) < sizeof path)
			remove_group(path);
	}
	if (d)
		closedir(d);
	write_in(dir, "cgroup.kill", "1");
	rmdir(dir);
}

/* A process is known by its id in its namespace: servers in other ones may share the mount. */
static unsigned long pid_namespace(void)
{
	struct stat st;
	return stat("/proc/self/ns/pid", &st) == 0 ? (unsigned long)st.st_ino : 0;
}

static void remove_leftovers(const char *parent)
{
	DIR *d = opendir(parent);
	unsigned long own = pid_namespace();
	for (struct dirent *e; d && (e = readdir(d));) {
		char path[512];
		if (strncmp(e->d_name, PREFIX, strlen(PREFIX)) != 0)
			continue;
		char *rest;
		unsigned long theirs = strtoul(e->d_name + strlen(PREFIX), &rest, 10);
		int pid = *rest == '-' ? (int)strtol(rest + 1, NULL, 10) : 0;
		if (theirs != own || pid <= 0 || kill(pid, 0) == 0 || errno != ESRCH)
			continue;
		if ((size_t)snprintf(path, sizeof path, "%s/%s", parent, e->d_name) < sizeof path)
			remove_group(path);
	}
	if (d)
		closedir(d);
}

/* A group of ours in parent, or NULL. */
static char *make_group(const char *parent)
{
	remove_leftovers(parent);
	char *dir = xasprintf("%s/" PREFIX "%lu-%d", parent, pid_namespace(), (int)getpid());
	if ((mkdir(dir, 0755) == 0 || errno == EEXIST) && access(dir, W_OK) == 0)
		return dir;
	free(dir);
	return NULL;
}

/* v2 lets no group with processes share out controllers: being alone in ours, we step down into a
 * leaf of it. */
static void step_down(const char *parent)
{
	char path[512], text[64];
	snprintf(path, sizeof path, "%s/cgroup.procs", parent);
	char own[32];
	snprintf(own, sizeof own, "%d\n", (int)getpid());
	if (!str_is(read_text(path, text, sizeof text), own))
		return;
	snprintf(path, sizeof path, "%s/" PREFIX "%lu-%d.server", parent, pid_namespace(),
		(int)getpid());
	if (mkdir(path, 0755) == 0 || errno == EEXIST)
		write_in(path, "cgroup.procs", "0");
}

static void share_controllers(const char *dir)
{
	static const char *const names[] = { "+memory", "+cpu", "+pids" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		write_in(dir, "cgroup.subtree_control", names[i]);
}

static bool open_v2_at(struct cgroups *g, const char *parent, bool must_have_memory)
{
	char path[512], text[512];
	snprintf(path, sizeof path, "%s/cgroup.controllers", parent);
	bool any = has_word(str_trim(read_text(path, text, sizeof text)), "memory", ' ');
	if (must_have_memory && !any)
		return false;
	if (any && write_in(parent, "cgroup.subtree_control", "+memory") == -EBUSY)
		step_down(parent);
	share_controllers(parent);
	char *dir = make_group(parent);
	if (!dir)
		return false;
	share_controllers(dir);
	snprintf(path, sizeof path, "%s/cgroup.subtree_control", dir);
	struct str has = str_trim(read_text(path, text, sizeof text));
	g->v2_memory = has_word(has, "memory", ' ');
	g->v2_cpu = has_word(has, "cpu", ' ');
	g->v2_pids = has_word(has, "pids", ' ');
	if (must_have_memory && !g->v2_memory) {
		rmdir(dir);
		free(dir);
		return false;
	}
	g->dir[CGROUP_V2] = dir;
	return true;
}

/* The group that we are in, as a path of the mount. */
static bool own_group(struct str cgroups, struct str mounts, const char *controller, char *out,
	size_t size, char *top)
{
	char own[256], root[256];
	if (!own_path(cgroups, controller, own, sizeof own) ||
		!mount_point(mounts, controller, root, top, 256))
		return false;
	/* In a container without a cgroup namespace the mount shows only a part, whose path begins
	 * the group's. */
	const char *rest = own;
	size_t n = strlen(root);
	if (strcmp(root, "/") != 0 && strncmp(own, root, n) == 0)
		rest = own + n;
	snprintf(out, size, "%s%s", top, strcmp(rest, "/") == 0 ? "" : rest);
	if (access(out, F_OK) < 0)
		snprintf(out, size, "%s", top);
	return true;
}

void cgroups_open(struct cgroups *g)
{
	static const struct {
		const char *controller;
		enum cgroup_kind kind;
	} v1[] = { { "memory", CGROUP_V1_MEMORY }, { "cpu", CGROUP_V1_CPU },
		{ "pids", CGROUP_V1_PIDS } };
	enum { SIZE = 256 * 1024 };
	char *text = xmalloc(SIZE), *mounts_text = xmalloc(SIZE), parent[512], top[256];
	struct str own = read_text("/proc/self/cgroup", text, SIZE);
	struct str mounts = read_text("/proc/self/mountinfo", mounts_text, SIZE);
	*g = (struct cgroups){ 0 };
	if (own_group(own, mounts, "", parent, sizeof parent, top)) {
		bool done = open_v2_at(g, parent, true);
		if (!done && geteuid() == 0 && strcmp(parent, top) != 0)
			done = open_v2_at(g, top, true);
		if (!done) /* even without controllers it freezes and kills */
			open_v2_at(g, parent, false);
	}
	for (size_t i = 0; i < COUNT_OF(v1); i++)
		if (own_group(own, mounts, v1[i].controller, parent, sizeof parent, top))
			g->dir[v1[i].kind] = make_group(parent);
	free(text);
	free(mounts_text);
}

void cgroups_close(struct cgroups *g)
{
	for (size_t i = 0; i < CGROUP_KINDS; i++) {
		if (g->dir[i])
			remove_group(g->dir[i]);
		free(g->dir[i]);
		g->dir[i] = NULL;
	}
}

/* ---- a box's --------------------------------------------------------------------------------- */

void box_cgroup_init(struct box_cgroup *c, const struct cgroups *groups, uint64_t id)
{
	*c = (struct box_cgroup){ .groups = groups, .id = id, .stat_fd = -1, .peak_fd = -1 };
}

static bool path_of(
	const struct box_cgroup *c, enum cgroup_kind kind, const char *file, char out[512])
{
	if (!c->groups->dir[kind])
		return false;
	snprintf(out, 512, "%s/%llu%s%s", c->groups->dir[kind], (unsigned long long)c->id,
		file[0] ? "/" : "", file);
	return true;
}

static int set(
	const struct box_cgroup *c, enum cgroup_kind kind, const char *file, const char *text)
{
	char path[512];
	if (!path_of(c, kind, file, path))
		return -ENOENT;
	int r = write_text(path, text);
	if (r < 0 && r != -ENOENT)
		log_debug("sandbox: writing %s to %s: %s", text, path, strerror(-r));
	return r;
}

static struct str get(
	const struct box_cgroup *c, enum cgroup_kind kind, const char *file, char *out, size_t size)
{
	char path[512];
	return path_of(c, kind, file, path) ? read_text(path, out, size) : STR("");
}

static int open_in(const struct box_cgroup *c, enum cgroup_kind kind, const char *file, int flags)
{
	char path[512];
	return path_of(c, kind, file, path) ? open(path, flags | O_CLOEXEC) : -1;
}

void box_cgroup_make(struct box_cgroup *c)
{
	char path[512];
	for (int kind = 0; kind < CGROUP_KINDS; kind++)
		if (path_of(c, kind, "", path))
			mkdir(path, 0755);
	c->made = true;
	if (c->groups->v2_memory) {
		c->stat_fd = open_in(c, CGROUP_V2, "memory.stat", O_RDONLY);
		c->peak_fd = open_in(c, CGROUP_V2, "memory.peak", O_RDWR);
		if (c->peak_fd < 0)
			c->peak_fd = open_in(c, CGROUP_V2, "memory.peak", O_RDONLY);
		set(c, CGROUP_V2, "memory.swap.max", "0");
	} else {
		c->stat_fd = open_in(c, CGROUP_V1_MEMORY, "memory.stat", O_RDONLY);
		c->peak_fd = open_in(c, CGROUP_V1_MEMORY, "memory.max_usage_in_bytes", O_RDWR);
	}
}

bool box_cgroup_remove(struct box_cgroup *c)
{
	char path[512];
	bool gone = true;
	if (c->stat_fd >= 0)
		close(c->stat_fd);
	if (c->peak_fd >= 0)
		close(c->peak_fd);
	c->stat_fd = c->peak_fd = -1;
	for (int kind = 0; c->made && kind < CGROUP_KINDS; kind++)
		if (path_of(c, kind, "", path) && rmdir(path) < 0 && errno == EBUSY)
			gone = false;
	return gone;
}

uint32_t box_cgroup_procs(const struct box_cgroup *c, struct buf *out)
{
	char path[512];
	uint32_t n = 0;
	for (int kind = 0; kind < CGROUP_KINDS; kind++)
		if (path_of(c, kind, "cgroup.procs", path)) {
			buf_append(out, path, strlen(path) + 1);
			n++;
		}
	return n;
}

/*
 * Files in /tmp are memory too, and have a limit of their own; the kernel's limit is therefore on
 * both together, and the sandbox's watch sees to memory alone.
 */
void box_cgroup_limit(struct box_cgroup *c, const struct box_limits *limits)
{
	char text[64];
	snprintf(text, sizeof text, "%llu",
		(unsigned long long)(limits->memory_bytes + limits->tmp_bytes));
	if (limits->memory_bytes && c->groups->v2_memory) {
		set(c, CGROUP_V2, "memory.max", text);
	} else if (limits->memory_bytes && c->groups->dir[CGROUP_V1_MEMORY]) {
		/* With swap first or last, as the one may never be below the other. */
		set(c, CGROUP_V1_MEMORY, "memory.memsw.limit_in_bytes", text);
		set(c, CGROUP_V1_MEMORY, "memory.limit_in_bytes", text);
		set(c, CGROUP_V1_MEMORY, "memory.memsw.limit_in_bytes", text);
	}
	if (limits->pids_max) {
		/* bubblewrap's two processes stand beside the box's own. */
		snprintf(text, sizeof text, "%u", limits->pids_max + 2);
		set(c, c->groups->v2_pids ? CGROUP_V2 : CGROUP_V1_PIDS, "pids.max", text);
	}
	unsigned long long quota = (unsigned long long)limits->cpu_millis * CPU_PERIOD_US / 1000;
	quota = MAX(quota, 1000);
	if (limits->cpu_millis && c->groups->v2_cpu) {
		snprintf(text, sizeof text, "%llu %u", quota, CPU_PERIOD_US);
		set(c, CGROUP_V2, "cpu.max", text);
	} else if (limits->cpu_millis) {
		snprintf(text, sizeof text, "%u", CPU_PERIOD_US);
		set(c, CGROUP_V1_CPU, "cpu.cfs_period_us", text);
		snprintf(text, sizeof text, "%llu", quota);
		set(c, CGROUP_V1_CPU, "cpu.cfs_quota_us", text);
	}
}

void box_cgroup_reset(struct box_cgroup *c)
{
	if (c->peak_fd >= 0 && pwrite(c->peak_fd, "0", 1, 0) < 0)
		log_debug("sandbox: the memory peak can't be reset: %s", strerror(errno));
}

bool box_cgroup_memory(struct box_cgroup *c, uint64_t *peak, uint64_t *anonymous, uint64_t *files)
{
	char text[8192];
	if (c->stat_fd < 0)
		return false;
	if (anonymous || files) {
		ssize_t n = pread(c->stat_fd, text, sizeof text, 0);
		struct str s = { text, n > 0 ? (size_t)n : 0 };
		if (anonymous)
			*anonymous = value_of(s, c->groups->v2_memory ? "anon" : "total_rss");
		if (files)
			*files = value_of(s, c->groups->v2_memory ? "shmem" : "total_shmem");
	}
	if (peak) {
		*peak = 0;
		ssize_t n = c->peak_fd < 0 ? 0 : pread(c->peak_fd, text, sizeof text, 0);
		if (n <= 0 || str_to_u64(str_trim((struct str){ text, (size_t)n }), peak) < 0)
			*peak = 0;
	}
	return true;
}

bool box_cgroup_cpu(struct box_cgroup *c, uint64_t *ns)
{
	char text[1024];
	struct str s = get(c, CGROUP_V2, "cpu.stat", text, sizeof text);
	uint64_t us = value_of(s, "usage_usec");
	if (s.n > 0 && us > 0) {
		*ns = us * 1000;
		return true;
	}
	s = get(c, CGROUP_V1_CPU, "cpuacct.usage", text, sizeof text);
	return s.n > 0 && str_to_u64(str_trim(s), ns) == 0;
}

bool box_cgroup_out_of_memory(struct box_cgroup *c)
{
	char text[1024];
	struct str s = c->groups->v2_memory
			       ? get(c, CGROUP_V2, "memory.events", text, sizeof text)
			       : get(c, CGROUP_V1_MEMORY, "memory.oom_control", text, sizeof text);
	return value_of(s, "oom_kill") > 0;
}

int box_cgroup_freeze(struct box_cgroup *c, bool frozen)
{
	return set(c, CGROUP_V2, "cgroup.freeze", frozen ? "1" : "0");
}

void box_cgroup_kill(struct box_cgroup *c)
{
	if (c->made && exists_in(c->groups->dir[CGROUP_V2] ? c->groups->dir[CGROUP_V2] : "/",
			       "cgroup.kill"))
		set(c, CGROUP_V2, "cgroup.kill", "1");
}
