/* Unpacking an archive of code by libarchive; nothing but plain files, folders and harmless links
 * comes out. */
#include "services/lambda/unzip.h"
#include "base/str.h"
#include "services/lambda/limits.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Links are made last, so that nothing is ever written through one. */
struct link {
	struct link *next;
	char *path, *target;
};

struct unpacking {
	struct archive *archive;
	int folder;
	uint64_t bytes_max;
	struct unzipped *out;
	struct link *links;
};

static int bad(struct unpacking *u, const char *why, const char *name)
{
	snprintf(u->out->why, sizeof u->out->why, "%s: %.80s", why, name ? name : "(no name)");
	return -EINVAL;
}

/* Relative, without empty, "." or ".." parts; a slash at the end of a folder's name is allowed,
 * "./" before all. */
static bool path_is_plain(struct str path)
{
	struct str rest = path, part;
	size_t depth = 0;
	if (path.n == 0 || path.n > LAMBDA_ZIP_NAME_BYTES_MAX)
		return false;
	while (str_cut(&rest, '/', &part)) {
		bool is_end = !rest.p;
		if (part.n == 0 && is_end && depth > 0)
			return true;
		if (part.n == 0 || part.n > 255 || str_is(part, ".") || str_is(part, "..") ||
			++depth > LAMBDA_ZIP_DEPTH_MAX)
			return false;
	}
	return depth > 0;
}

/*
 * A link's target leads up only at its beginning, and no further than the archive's root. So it
 * can't leave, even through other links, each of which keeps the same rule from where it really
 * stands.
 */
static bool target_is_inside(struct str path, struct str target)
{
	struct str rest = target, part;
	size_t depth = 0, up = 0;
	bool goes_down = false;
	for (size_t i = 0; i < path.n; i++)
		depth += path.p[i] == '/';
	if (target.n == 0 || target.n > LAMBDA_ZIP_NAME_BYTES_MAX || target.p[0] == '/')
		return false;
	while (str_cut(&rest, '/', &part)) {
		if (!str_is(part, "..")) {
			goes_down = goes_down || (part.n && !str_is(part, "."));
			continue;
		}
		if (goes_down || ++up > depth)
			return false;
	}
	return true;
}

static int make_parents(int folder, const char *path)
{
	char *copy = strdup(path);
	int r = copy ? 0 : -ENOMEM;
	for (char *p = copy; r == 0 && (p = strchr(p, '/')); p++) {
		*p = 0;
		if (mkdirat(folder, copy, 0755) < 0 && errno != EEXIST)
			r = -errno;
		*p = '/';
	}
	free(copy);
	return r;
}

static int create(const struct unpacking *u, const char *path)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(u->folder, path, flags, 0644);
	if (fd < 0 && errno == ENOENT) {
		int r = make_parents(u->folder, path);
		if (r < 0)
			return r;
		fd = openat(u->folder, path, flags, 0644);
	}
	return fd < 0 ? -errno : fd;
}

static int write_data(struct unpacking *u, int fd, const char *path)
{
	const void *p;
	size_t n;
	la_int64_t offset;
	for (;;) {
		int r = archive_read_data_block(u->archive, &p, &n, &offset);
		if (r == ARCHIVE_EOF)
			return 0;
		if (r < ARCHIVE_OK)
			return bad(u,
				archive_error_string(u->archive) ? archive_error_string(u->archive)
								 : "broken",
				path);
		u->out->bytes += n;
		if (u->out->bytes > u->bytes_max) {
			bad(u, "it unpacks to more than the limit", path);
			return -EFBIG;
		}
		while (n) {
			ssize_t done = write(fd, p, n);
			if (done < 0 && errno == EINTR)
				continue;
			if (done < 0)
				return -errno;
			p = (const char *)p + done;
			n -= (size_t)done;
		}
	}
}

static int unpack_file(struct unpacking *u, struct archive_entry *entry, const char *path)
{
	int fd = create(u, path);
	if (fd == -EEXIST || fd == -ENOTDIR || fd == -EISDIR)
		return bad(u, "two entries of one name", path);
	if (fd < 0)
		return fd;
	int r = write_data(u, fd, path);
	mode_t mode = archive_entry_perm(entry) & 0111 ? 0755 : 0644;
	if (r == 0 && fchmod(fd, mode) < 0)
		r = -errno;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

static int unpack_folder(struct unpacking *u, const char *path)
{
	struct stat st;
	if (mkdirat(u->folder, path, 0755) == 0)
		return 0;
	if (errno == ENOENT) {
		int r = make_parents(u->folder, path);
		if (r < 0 || mkdirat(u->folder, path, 0755) == 0)
			return r;
	}
	/* Often named after its first file has come. */
	bool is_there = errno == EEXIST && fstatat(u->folder, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (errno == ENOTDIR || (is_there && !S_ISDIR(st.st_mode)))
		return bad(u, "two entries of one name", path);
	return is_there ? 0 : -errno;
}

/* The archive keeps a link's target as the entry's data. */
static int keep_link(struct unpacking *u, struct archive_entry *entry, const char *path)
{
	const char *target = archive_entry_symlink(entry);
	if (!target)
		return bad(u, "a link that leads nowhere", path);
	if (!target_is_inside(str_c(path), str_c(target)))
		return bad(u, "a link that leads out", path);
	struct link *l = calloc(1, sizeof *l);
	if (!l)
		return -ENOMEM;
	*l = (struct link){ u->links, strdup(path), strdup(target) };
	u->links = l;
	return l->path && l->target ? 0 : -ENOMEM;
}

/* The folder in which the path's last part stands, made if missing; a link on the way is -ELOOP or
 * -ENOTDIR. */
static int open_parent(const struct unpacking *u, struct str path, const char **last)
{
	struct str part, rest = path;
	int fd = dup(u->folder);
	while (fd >= 0 && str_cut(&rest, '/', &part) && rest.p) {
		char name[256];
		snprintf(name, sizeof name, "%.*s", STR_ARG(part));
		int made = mkdirat(fd, name, 0755) < 0 && errno != EEXIST ? -errno : 0;
		int next = made < 0 ? -1
				    : openat(fd, name,
					      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int error = made < 0 ? -made : errno;
		close(fd);
		if (next < 0)
			return -error;
		fd = next;
	}
	*last = part.p;
	return fd < 0 ? -errno : fd;
}

static int make_links(struct unpacking *u)
{
	int r = 0;
	for (struct link *l = u->links; l && r == 0; l = l->next) {
		const char *last = NULL;
		int parent = open_parent(u, str_c(l->path), &last);
		r = parent < 0 ? parent : symlinkat(l->target, parent, last) < 0 ? -errno : 0;
		if (parent >= 0)
			close(parent);
		if (r == -EEXIST || r == -ENOTDIR || r == -ELOOP)
			r = bad(u, "two entries of one name", l->path);
	}
	return r;
}

static void free_links(struct unpacking *u)
{
	while (u->links) {
		struct link *l = u->links;
		u->links = l->next;
		free(l->path);
		free(l->target);
		free(l);
	}
}

static int unpack_entry(struct unpacking *u, struct archive_entry *entry)
{
	const char *path = archive_entry_pathname(entry);
	if (path && strncmp(path, "./", 2) == 0)
		path += 2;
	if (path && !*path && archive_entry_filetype(entry) == AE_IFDIR)
		return 0;
	if (++u->out->entries > LAMBDA_ZIP_ENTRIES_MAX) {
		bad(u, "it has too many entries", path);
		return -EFBIG;
	}
	if (!path || !path_is_plain(str_c(path)))
		return bad(u, "a name that leads out", path);
	if (archive_entry_hardlink(entry))
		return bad(u, "a hard link", path);
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
		return path[strlen(path) - 1] == '/' ? bad(u, "a file named as a folder", path)
						     : unpack_file(u, entry, path);
	case AE_IFDIR:
		return unpack_folder(u, path);
	case AE_IFLNK:
		return keep_link(u, entry, path);
	default:
		return bad(u, "neither file, folder nor link", path);
	}
}

static int unpack(struct unpacking *u)
{
	struct archive_entry *entry;
	int r = 0;
	while (r == 0) {
		int status = archive_read_next_header(u->archive, &entry);
		if (status == ARCHIVE_EOF)
			return make_links(u);
		/* A warning is about how a name is written. */
		if (status < ARCHIVE_WARN)
			return bad(u, "it can't be read", archive_error_string(u->archive));
		r = unpack_entry(u, entry);
	}
	return r;
}

static int open_and_unpack(int fd, struct unpacking *u)
{
	u->archive = archive_read_new();
	if (!u->archive)
		return -ENOMEM;
	int r = archive_read_support_format_zip_seekable(u->archive) == ARCHIVE_OK &&
				archive_read_open_fd(u->archive, fd, 256 * 1024) == ARCHIVE_OK
			? 0
			: bad(u, "it can't be read", archive_error_string(u->archive));
	if (r == 0)
		r = unpack(u);
	archive_read_free(u->archive);
	free_links(u);
	return r;
}

int unzip(const char *archive, const char *folder, uint64_t bytes_max, struct unzipped *out)
{
	struct unpacking u = { .bytes_max = bytes_max, .out = out };
	int fd = open(archive, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int r = zip_check_directory(fd, out);
	if (r == 0 && out->bytes > bytes_max) {
		bad(&u, "it unpacks to more than the limit", "");
		r = -EFBIG;
	}
	/* libarchive turns names into the locale's characters: they are to stay the bytes that they
	 * are. */
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
	if (r == 0) {
		*out = (struct unzipped){ 0 };
		u.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		r = u.folder < 0 ? -errno : open_and_unpack(fd, &u);
		if (u.folder >= 0)
			close(u.folder);
	}
	if (utf8) {
		uselocale(before);
		freelocale(utf8);
	}
	close(fd);
	return r;
}
