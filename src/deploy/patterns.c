/* Which files belong in a package, by patterns as the framework's globs. */
#include "deploy/patterns.h"

enum { STEPS_MAX = 100000 };

struct matcher {
	int steps; /* left: patterns with many stars try no longer than this */
};

static bool match(struct matcher *m, struct str pattern, struct str path);

/* "**": any folders, with what is in them. */
static bool match_tree(struct matcher *m, struct str pattern, struct str path)
{
	struct str rest = str_from(pattern, 2);
	if (rest.n > 0 && rest.p[0] == '/') {
		if (match(m, str_from(rest, 1), path))
			return true;
	} else if (match(m, rest, path)) {
		return true;
	}
	for (size_t i = 0; i < path.n; i++)
		if (match(m, rest, str_from(path, i + 1)) ||
			(path.p[i] == '/' && rest.n > 0 && rest.p[0] == '/' &&
				match(m, str_from(rest, 1), str_from(path, i + 1))))
			return true;
	return false;
}

static bool match_star(struct matcher *m, struct str rest, struct str path)
{
	for (size_t i = 0;; i++) {
		if (match(m, rest, str_from(path, i)))
			return true;
		if (i == path.n || path.p[i] == '/')
			return false;
	}
}

/* "{a,b}": one of them, and then the rest. */
static bool match_choice(struct matcher *m, struct str pattern, struct str path)
{
	char joined[512];
	ssize_t end = str_index(pattern, '}');
	struct str choices = str_sub(pattern, 1, (size_t)end - 1),
		   rest = str_from(pattern, (size_t)end + 1), one;
	while (str_cut(&choices, ',', &one)) {
		if (one.n + rest.n > sizeof joined)
			return false;
		memcpy(joined, one.p, one.n);
		memcpy(joined + one.n, rest.p, rest.n);
		if (match(m, (struct str){ joined, one.n + rest.n }, path))
			return true;
	}
	return false;
}

/* "[abc]", "[!a-z]": the set's length in *n when the byte is in it. */
static bool in_set(struct str pattern, char c, size_t n)
{
	size_t i = 1;
	bool inverted = pattern.p[1] == '!' || pattern.p[1] == '^', found = false;
	for (i += inverted; i < n; i++) {
		bool is_range = i + 2 < n && pattern.p[i + 1] == '-';
		found |= is_range ? c >= pattern.p[i] && c <= pattern.p[i + 2] : c == pattern.p[i];
		i += is_range ? 2 : 0;
	}
	return found != inverted && c != '/';
}

static bool match(struct matcher *m, struct str pattern, struct str path)
{
	ssize_t end;
	while (pattern.n > 0) {
		if (--m->steps < 0)
			return false;
		if (str_starts(pattern, STR("**")))
			return match_tree(m, pattern, path);
		if (pattern.p[0] == '*')
			return match_star(m, str_from(pattern, 1), path);
		if (pattern.p[0] == '{' && str_index(pattern, '}') > 0)
			return match_choice(m, pattern, path);
		if (path.n == 0)
			return false;
		if (pattern.p[0] == '[' && (end = str_index(pattern, ']')) > 1) {
			if (!in_set(pattern, path.p[0], (size_t)end))
				return false;
			pattern = str_from(pattern, (size_t)end + 1);
			path = str_from(path, 1);
			continue;
		}
		if (pattern.p[0] == '?' ? path.p[0] == '/' : pattern.p[0] != path.p[0])
			return false;
		pattern = str_from(pattern, 1);
		path = str_from(path, 1);
	}
	return path.n == 0;
}

bool patterns_match_one(struct str pattern, struct str path)
{
	struct matcher m = { STEPS_MAX };
	if (str_starts(pattern, STR("./")))
		pattern = str_from(pattern, 2);
	if (match(&m, pattern, path))
		return true;
	/* A folder's name stands for what is in it. */
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '/' && match(&m, pattern, str_sub(path, 0, i)))
			return true;
	return false;
}

bool patterns_want(const struct patterns *p, struct str path)
{
	for (size_t i = p->n; i-- > 0;) {
		bool is_out = p->v[i].n > 0 && p->v[i].p[0] == '!';
		if (patterns_match_one(str_from(p->v[i], is_out), path))
			return !is_out;
	}
	return true;
}
