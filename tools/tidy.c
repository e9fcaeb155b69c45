/*
 * tidy: the rules of the house that a program can check, as a test. Floors and siblings, lengths of
 * files and functions, names that are not used here, constructors, files without a purpose. Prints
 * each breach; exit 1.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_LINES_MAX = 1000, FUNCTION_LINES_MAX = 70, COLUMNS_MAX = 120, TAB_COLUMNS = 8 };

/* Lowest first. A folder may include its own and those of a lower number. */
static const struct floor {
	const char *folder;
	int number;
} floors[] = {
	{ "base", 0 },
	{ "loop", 1 },
	{ "net", 2 },
	{ "store", 2 },
	{ "sandbox", 2 },
	{ "aws", 3 },
	{ "services", 4 },
	{ "server", 5 },
	{ "deploy", 5 },
	{ "cli", 6 },
};

static const char *const banned[] = { "strcpy(", "strcat(", "sprintf(", "atoi(", "alloca(", "gets(",
	"strtok(", "__attribute__((constructor", NULL };

static int breaches;

static void breach(const char *path, int line, const char *what, const char *detail)
{
	printf("%s:%d: %s%s\n", path, line, what, detail);
	breaches++;
}

static const struct floor *floor_of(const char *folder, size_t n)
{
	for (size_t i = 0; i < sizeof floors / sizeof *floors; i++)
		if (strlen(floors[i].folder) == n && memcmp(floors[i].folder, folder, n) == 0)
			return &floors[i];
	return NULL;
}

/* "services/lambda/engine/x.h" gives the length of "services/lambda"; elsewhere of the first
 * folder. */
static size_t room_length(const char *path)
{
	const char *slash = strchr(path, '/');
	if (!slash)
		return 0;
	if (strncmp(path, "services/", 9) == 0 && strchr(slash + 1, '/'))
		slash = strchr(slash + 1, '/');
	return (size_t)(slash - path);
}

static void check_include(const char *path, int line, const char *included)
{
	const char *own = path + strlen("src/");
	size_t own_length = room_length(own), length = room_length(included);
	const struct floor *from = floor_of(own, strcspn(own, "/"));
	const struct floor *to = floor_of(included, strcspn(included, "/"));
	if (strncmp(included, "api/", 4) == 0 || strncmp(included, "tests/", 6) == 0)
		return;
	if (!to) {
		breach(path, line, "an include that names no floor: ", included);
		return;
	}
	if (own_length == length && memcmp(own, included, length) == 0)
		return;
	if (!from || to->number >= from->number)
		breach(path, line, "an include of a sibling or of a higher floor: ", included);
}

static int columns(const char *line)
{
	int n = 0;
	for (; *line && *line != '\n'; line++)
		if (*line == '\t')
			n += TAB_COLUMNS - n % TAB_COLUMNS;
		else if (((unsigned char)*line & 0xc0) != 0x80)
			n++;
	return n;
}

static void check_line(const char *path, int number, const char *line)
{
	char included[512];
	/* tools/ is no floor: its programs may use base. */
	if (strncmp(path, "src/", 4) == 0 && sscanf(line, "#include \"%511[^\"]\"", included) == 1)
		check_include(path, number, included);
	for (int i = 0; banned[i] && strcmp(path, "tools/tidy.c") != 0; i++) {
		const char *at = strstr(line, banned[i]);
		if (at && (at == line || (!isalnum((unsigned char)at[-1]) && at[-1] != '_')))
			breach(path, number, "not used here: ", banned[i]);
	}
	bool is_own = strcmp(path, "tools/tidy.c") == 0;
	if (strstr(line, "typedef struct") && !is_own)
		breach(path, number, "a struct is not hidden behind a typedef", "");
	if (strstr(line, "FIX"
			 "ME") ||
		strstr(line, "TO"
			     "DO"))
		breach(path, number, "something left undone", "");
	/* A message stays whole, so that grep finds it. */
	if (columns(line) > COLUMNS_MAX && line[strspn(line, "\t ?:")] != '"')
		breach(path, number, "a line over 120 columns", "");
}

/* A function's body begins with "{" alone in the first column and ends with "}" there. */
static void check_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	int number = 0, begun = 0;
	bool is_test = strstr(path, "_test.c") || strstr(path, "_fuzz.c");
	if (!f)
		return;
	while (getline(&line, &cap, f) >= 0) {
		number++;
		if (number == 1 && strncmp(line, "/*", 2) != 0)
			breach(path, 1, "the first line does not say the file's purpose", "");
		check_line(path, number, line);
		if (line[0] == '{')
			begun = number;
		if (line[0] == '}' && begun) {
			if (number - begun - 1 > FUNCTION_LINES_MAX && !is_test)
				breach(path, begun, "a function of over 70 lines", "");
			begun = 0;
		}
	}
	if (number > FILE_LINES_MAX)
		breach(path, number, "a file of over 1000 lines", "");
	free(line);
	fclose(f);
}

/* x.c beside x_test.c; a header that nobody includes would be dead, but the compiler can't tell:
 * see check_dead. */
static void walk(const char *folder, void (*visit)(const char *path))
{
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char path[1024];
		struct stat st;
		const char *name = entries[i]->d_name;
		if (name[0] != '.' &&
			(size_t)snprintf(path, sizeof path, "%s/%s", folder, name) < sizeof path &&
			stat(path, &st) == 0) {
			size_t length = strlen(name);
			if (S_ISDIR(st.st_mode))
				walk(path, visit);
			else if (length > 2 && name[length - 2] == '.' &&
				 strchr("ch", name[length - 1]))
				visit(path);
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

static const char *wanted; /* the header looked for, as an include names it */
static bool wanted_found;

static void look_for_include(const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL, included[512];
	size_t cap = 0;
	while (f && !wanted_found && getline(&line, &cap, f) >= 0)
		/* tools/ is no floor: its programs may use base. */
		if (strncmp(path, "src/", 4) == 0 &&
			sscanf(line, "#include \"%511[^\"]\"", included) == 1 &&
			strcmp(included, wanted) == 0)
			wanted_found = true;
	free(line);
	if (f)
		fclose(f);
}

static void check_dead(const char *path)
{
	size_t n = strlen(path);
	if (path[n - 1] != 'h')
		return;
	wanted = path + strlen("src/");
	wanted_found = false;
	walk("src", look_for_include);
	if (!wanted_found)
		breach(path, 1, "a header that nothing includes", "");
}

int main(void)
{
	walk("src", check_file);
	walk("tools", check_file);
	walk("src", check_dead);
	return breaches > 0;
}
