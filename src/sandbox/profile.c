/* What a box sees of the host: bubblewrap's arguments, Landlock's paths, and the few files of its
 * own /etc. */
#include "base/buf.h"
#include "base/mem.h"
#include "sandbox/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The user that AWS's functions run as. */
#define BOX_UID "993"
#define BOX_GID "990"

/* Of /etc, beside the files below: what programs need to verify peers and to find libraries. */
static const char *const etc_folders[] = { "alternatives", "ssl", "pki", "ca-certificates",
	"crypto-policies", "java", "java-17-openjdk", "java-21-openjdk" };
static const char *const etc_copies[] = { "ld.so.cache", "localtime", "mime.types", "protocols",
	"services", "os-release", "ca-certificates.conf" };

static const struct {
	const char *name, *text;
} etc_files[] = {
	{ "passwd", "root:x:0:0:root:/root:/bin/sh\n"
		    "sbx_user1051:x:" BOX_UID ":" BOX_GID "::/home/sbx_user1051:/sbin/nologin\n" },
	{ "group", "root:x:0:\nsbx_user1051:x:" BOX_GID ":\n" },
	{ "hosts", "127.0.0.1 localhost sandbox\n::1 ip6-localhost ip6-loopback\n" },
	{ "nsswitch.conf",
		"passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n" },
	{ "host.conf", "multi on\n" },
};

uint32_t profile_uid(const struct box *box)
{
	/* Servers side by side should not share users either. */
	return (uint32_t)(BOX_UID_BASE + ((uint64_t)getpid() * 997 + box->id) % BOX_UID_COUNT);
}

void profile_text(struct buf *out, uint32_t *count, const char *text)
{
	buf_append(out, text, strlen(text) + 1);
	(*count)++;
}

#define ADD(...) \
	do { \
		const char *const texts_[] = { __VA_ARGS__ }; \
		for (size_t i_ = 0; i_ < COUNT_OF(texts_); i_++) \
			profile_text(out, count, texts_[i_]); \
	} while (0)

/* ---- preparation ----------------------------------------------------------------------------- */

static int write_file(const char *dir, const char *name, const void *p, size_t n)
{
	char *path = xasprintf("%s/%s", dir, name);
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644), r = 0;
	if (fd < 0 || write(fd, p, n) != (ssize_t)n)
		r = -errno;
	if (fd >= 0)
		close(fd);
	free(path);
	return r;
}

static int copy_file(const char *dir, const char *name, const char *from)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC), r = 0;
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > (off_t)MIB) {
		if (fd >= 0)
			close(fd);
		return 0; /* the host has no such file */
	}
	char *p = xmalloc((size_t)st.st_size + 1);
	ssize_t n = read(fd, p, (size_t)st.st_size);
	if (n >= 0)
		r = write_file(dir, name, p, (size_t)n);
	free(p);
	close(fd);
	return r;
}

int profile_prepare(const struct sandbox *s)
{
	char *etc = xasprintf("%s/etc", s->run_dir);
	int r = mkdir(etc, 0755) < 0 && errno != EEXIST ? -errno : 0;
	for (size_t i = 0; i < COUNT_OF(etc_files) && r == 0; i++)
		r = write_file(
			etc, etc_files[i].name, etc_files[i].text, strlen(etc_files[i].text));
	for (size_t i = 0; i < COUNT_OF(etc_copies) && r == 0; i++) {
		char *from = xasprintf("/etc/%s", etc_copies[i]);
		r = copy_file(etc, etc_copies[i], from);
		free(from);
	}
	if (r == 0 && s->pasta) /* which asks the host's own resolver */
		r = write_file(etc, "resolv.conf",
			STR("nameserver " EGRESS_GATEWAY "\noptions edns0\n").p,
			sizeof "nameserver " EGRESS_GATEWAY "\noptions edns0\n" - 1);
	else if (r == 0)
		r = copy_file(etc, "resolv.conf", "/etc/resolv.conf");
	for (size_t i = 0; i < COUNT_OF(etc_folders) && r == 0; i++) {
		char *from = xasprintf("/etc/%s", etc_folders[i]),
		     *to = xasprintf("%s/%s", etc, etc_folders[i]);
		if (access(from, X_OK) == 0)
			mkdir(to, 0755);
		free(from);
		free(to);
	}
	free(etc);
	return r;
}

bool profile_is_public(const char *path)
{
	char *at = realpath(path, NULL);
	struct stat st;
	bool open_to_all = at != NULL;
	mode_t need = S_IXOTH | S_IROTH;
	for (; at && open_to_all; need = S_IXOTH) {
		open_to_all = stat(at, &st) == 0 && (st.st_mode & need) == need;
		char *slash = strrchr(at, '/');
		if (!slash || slash == at)
			break;
		*slash = 0;
	}
	free(at);
	return open_to_all;
}

/* ---- with namespaces ------------------------------------------------------------------------- */

static bool is_under_usr(const char *path)
{
	return strcmp(path, "/usr") == 0 || strncmp(path, "/usr/", 5) == 0;
}

static void add_host_bind(const char *host, const char *inside, struct buf *out, uint32_t *count)
{
	char *marked = xasprintf("@%s", host); /* the keeper knows where the box's user sees it */
	ADD("--ro-bind", marked, inside);
	free(marked);
}

static void add_system(const struct sandbox *s, struct buf *out, uint32_t *count)
{
	static const char *const roots[] = { "/bin", "/sbin", "/lib", "/lib32", "/lib64",
		"/libx32" };
	char target[256];
	ADD("--ro-bind", "/usr", "/usr");
	for (size_t i = 0; i < COUNT_OF(roots); i++) {
		ssize_t n = readlink(roots[i], target, sizeof target - 1);
		target[n > 0 ? n : 0] = 0;
		if (n > 0)
			ADD("--symlink", target, roots[i]);
		else if (access(roots[i], X_OK) == 0)
			ADD("--ro-bind", roots[i], roots[i]);
	}
	char *etc = xasprintf("%s/etc", s->run_dir);
	add_host_bind(etc, "/etc", out, count);
	for (size_t i = 0; i < COUNT_OF(etc_folders); i++) {
		char *from = xasprintf("/etc/%s", etc_folders[i]),
		     *to = xasprintf("%s/%s", etc, etc_folders[i]);
		if (access(from, X_OK) == 0 && access(to, F_OK) == 0)
			ADD("--ro-bind", from, from);
		free(from);
		free(to);
	}
	free(etc);
}

void profile_bwrap(
	const struct sandbox *s, const struct box_spec *spec, struct buf *out, uint32_t *count)
{
	char tmp_bytes[32];
	snprintf(tmp_bytes, sizeof tmp_bytes, "%llu", (unsigned long long)spec->limits->tmp_bytes);
	ADD("--unshare-user", "--unshare-all", "--disable-userns", "--die-with-parent",
		"--new-session", "--clearenv");
	ADD("--cap-drop", "ALL", "--uid", BOX_UID, "--gid", BOX_GID, "--hostname", "sandbox",
		"--seccomp", "4");
	add_system(s, out, count);
	ADD("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev");
	if (spec->limits->tmp_bytes)
		ADD("--size", tmp_bytes);
	ADD("--tmpfs", "/tmp", "--dir", "/var/task", "--dir", "/opt", "--symlink", "../tmp",
		"/var/tmp");
	ADD("--dir", "/home/sbx_user1051");
	add_host_bind(s->shim, SHIM_PATH, out, count);
	if (spec->runtime_dir)
		add_host_bind(spec->runtime_dir, "/var/runtime", out, count);
	else
		ADD("--dir", "/var/runtime");
	for (const char *const *p = spec->ro_binds; p && *p; p++)
		if (!is_under_usr(*p))
			add_host_bind(*p, *p, out, count);
	ADD("--chdir", "/", "--remount-ro", "/");
}

/* ---- without --------------------------------------------------------------------------------- */

static bool ends_name(char c)
{
	return c == 0 || c == '/' || c == ':' || c == ',' || c == ' ' || c == '"';
}

void profile_rewrite(
	const struct box *box, const struct box_start *start, const char *text, struct buf *out)
{
	const struct {
		const char *from, *to;
	} paths[] = {
		{ "/var/task", start->code_dir },
		{ "/opt", start->layers_dir },
		{ "/var/runtime", box->runtime_dir },
	};
	static const char *const addresses[BOX_ENDPOINT + 1][2] = {
		{ "127.0.0.1:9001", "localhost:9001" }, { "127.0.0.1:4566", "localhost:4566" }
	};
	for (const char *p = text; *p;) {
		bool begins = p == text || p[-1] == '=' || p[-1] == ':' || p[-1] == ',';
		bool done = false;
		for (size_t i = 0; begins && i < COUNT_OF(paths) && !done; i++) {
			size_t n = strlen(paths[i].from);
			done = paths[i].to && strncmp(p, paths[i].from, n) == 0 && ends_name(p[n]);
			if (done) {
				buf_cat(out, paths[i].to);
				p += n;
			}
		}
		for (size_t i = 0; i < 2 * COUNT_OF(addresses) && !done; i++) {
			size_t n = strlen(addresses[i / 2][i % 2]);
			done = strncmp(p, addresses[i / 2][i % 2], n) == 0 &&
			       (p[n] < '0' || p[n] > '9');
			if (done) {
				buf_printf(out, "127.0.0.1:%u", box->ports[i / 2]);
				p += n;
			}
		}
		if (!done)
			buf_char(out, *p++);
	}
}

void profile_solo(const struct sandbox *s, const struct box *box, const struct box_start *start,
	struct buf *out, uint32_t *count)
{
	static const char *const readable[] = { "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64",
		"/proc", "/sys/devices/system/cpu", "/etc/passwd", "/etc/group", "/etc/hosts",
		"/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/ld.so.cache", "/etc/localtime",
		"/etc/services", "/etc/protocols", "/etc/mime.types", "/etc/os-release",
		"/etc/host.conf", "/etc/gai.conf", "/etc/alternatives", "/etc/ssl", "/etc/pki",
		"/etc/ca-certificates", "/dev/random", "/dev/urandom" };
	static const char *const writable[] = { "/tmp", "/dev/null", "/dev/zero", "/dev/full" };
	char pids[32];
	snprintf(pids, sizeof pids, "%u",
		s->root && !cgroups_pids(&s->groups) ? box->limits.pids_max : 0);
	ADD(s->shim, "solo", pids);
	for (size_t i = 0; i < COUNT_OF(readable); i++)
		ADD("-r", readable[i]);
	for (size_t i = 0; i < COUNT_OF(writable); i++)
		ADD("-w", writable[i]);
	ADD("-r", start->code_dir);
	if (start->layers_dir)
		ADD("-r", start->layers_dir);
	if (box->runtime_dir)
		ADD("-r", box->runtime_dir);
	for (char **p = box->ro_binds; p && *p; p++)
		ADD("-r", *p);
	ADD("--");
	for (char **p = box->boot_argv; p && *p; p++) {
		struct buf b = { 0 };
		profile_rewrite(box, start, *p, &b);
		profile_text(out, count, buf_cstr(&b));
		buf_fini(&b);
	}
}
