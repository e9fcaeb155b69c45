/* The processes of a box where no control group knows them: a walk through /proc from parents to
 * children. */
#include "sandbox/internal.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static size_t read_proc(char *out, size_t size, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, out, size - 1);
	if (fd >= 0)
		close(fd);
	n = n > 0 ? n : 0;
	out[n] = 0;
	return (size_t)n;
}

/* Each thread's children stand in a file of its own (proc(5), /proc/pid/task/tid/children). */
static size_t children_of(pid_t pid, pid_t *out, size_t max)
{
	char path[80], text[16 * 1024];
	size_t n = 0;
	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	DIR *d = opendir(path);
	for (struct dirent *e; d && (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "/proc/%d/task/%.10s/children", (int)pid, e->d_name);
		read_proc(text, sizeof text, path);
		for (char *p = text, *next; n < max; p = next) {
			long child = strtol(p, &next, 10);
			if (next == p)
				break;
			out[n++] = (pid_t)child;
		}
	}
	if (d)
		closedir(d);
	return n;
}

size_t tree_list(pid_t first, pid_t *out, size_t max)
{
	size_t n = 0;
	if (first <= 0 || max == 0)
		return 0;
	out[n++] = first;
	for (size_t i = 0; i < n && n < max; i++)
		n += children_of(out[i], out + n, max - n);
	return n;
}

void tree_signal(pid_t first, int sig)
{
	pid_t *pids = malloc(sizeof *pids * BOX_TREE_MAX);
	if (!pids)
		return;
	/* Stopped parents fork no more, so the second walk finds what the first one missed. */
	for (int round = 0; round < 2; round++) {
		size_t n = tree_list(first, pids, BOX_TREE_MAX);
		for (size_t i = 0; i < n; i++)
			kill(pids[i], sig);
	}
	free(pids);
}

void tree_usage(pid_t first, uint64_t *memory_bytes, uint64_t *cpu_ns)
{
	pid_t *pids = malloc(sizeof *pids * BOX_TREE_MAX);
	uint64_t pages = 0, ticks = 0;
	size_t n = pids ? tree_list(first, pids, BOX_TREE_MAX) : 0;
	for (size_t i = 0; i < n; i++) {
		char path[64], text[1024];
		unsigned long size, resident, shared, user, system;
		snprintf(path, sizeof path, "/proc/%d/statm", (int)pids[i]);
		read_proc(text, sizeof text, path);
		if (memory_bytes && sscanf(text, "%lu %lu %lu", &size, &resident, &shared) == 3)
			pages += resident > shared ? resident - shared : 0;
		if (!cpu_ns)
			continue;
		snprintf(path, sizeof path, "/proc/%d/stat", (int)pids[i]);
		read_proc(text, sizeof text, path);
		const char *p = strrchr(text, ')');
		if (p && sscanf(p, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
				 &system) == 2)
			ticks += user + system;
	}
	free(pids);
	if (memory_bytes)
		*memory_bytes = pages * (uint64_t)sysconf(_SC_PAGESIZE);
	if (cpu_ns)
		*cpu_ns = ticks * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));
}
