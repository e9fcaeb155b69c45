/* Waiting for changes in a folder and the folders in it. */
#include "cli/watch.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/program.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { FOLDERS_MAX = 2000, QUIET_MS = 15 };

struct watched_folder {
	uv_fs_event_t event;
	struct watched_folder *next;
	struct watch *watch;
	char *path;
};

struct watch {
	struct watched_folder *folders;
	size_t count;
	bool changed;
};

static void watch_tree(struct watch *w, const char *path);

static void on_event(uv_fs_event_t *handle, const char *name, int events, int status)
{
	struct watched_folder *f = handle->data;
	(void)events;
	if (status < 0 || (name && name[0] == '.'))
		return;
	f->watch->changed = true;
	waitq_wake_all(program_events());
	char *path = name ? xasprintf("%s/%s", f->path, name) : NULL;
	struct stat st;
	if (path && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		watch_tree(f->watch, path);
	free(path);
}

static bool is_watched(const struct watch *w, const char *path)
{
	for (const struct watched_folder *f = w->folders; f; f = f->next)
		if (str_is(str_c(path), f->path))
			return true;
	return false;
}

static int watch_folder(struct watch *w, const char *path)
{
	struct watched_folder *f = xcalloc(1, sizeof *f);
	f->watch = w;
	f->path = xstrdup(path);
	f->event.data = f;
	f->next = w->folders;
	w->folders = f;
	w->count++;
	uv_fs_event_init(loop_uv(loop_self()), &f->event);
	return uv_fs_event_start(&f->event, on_event, path, 0);
}

static void watch_tree(struct watch *w, const char *path)
{
	struct dirent **entries;
	if (w->count >= FOLDERS_MAX || is_watched(w, path) || watch_folder(w, path) < 0)
		return;
	int n = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		if (entries[i]->d_type == DT_DIR && name[0] != '.' &&
			!str_is(str_c(name), "node_modules")) {
			char *inner = xasprintf("%s/%s", path, name);
			watch_tree(w, inner);
			free(inner);
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

int watch_create(const char *folder, struct watch **out)
{
	struct stat st;
	if (stat(folder, &st) < 0)
		return -errno;
	struct watch *w = xcalloc(1, sizeof *w);
	watch_tree(w, folder);
	*out = w;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct watched_folder *f = handle->data;
	free(f->path);
	free(f);
}

void watch_destroy(struct watch *w)
{
	if (!w)
		return;
	while (w->folders) {
		struct watched_folder *f = w->folders;
		w->folders = f->next;
		uv_close((uv_handle_t *)&f->event, on_closed);
	}
	free(w);
}

bool watch_wait(struct watch *w)
{
	while (!w->changed && !program_is_ending())
		waitq_wait(program_events(), -1);
	while (w->changed && !program_is_ending()) {
		w->changed = false;
		fiber_sleep(QUIET_MS);
	}
	return !program_is_ending();
}
