/* Commands: the parsing of their options, and their help, made from the same rows. */
#include "cli/command.h"
#include "base/mem.h"
#include "base/str.h"
#include <stdio.h>

enum { ARGUMENTS_MAX = 64, HELP_COLUMN = 34, HELP_WIDTH = 110 };

/* Values of repeated options, until the program ends. */
static struct arena joined;

/* The text, broken at blanks so that it stands right of the column. */
static void print_wrapped(const char *text, int column)
{
	int at = column;
	struct str rest = str_c(text), word;
	while (str_cut(&rest, ' ', &word)) {
		if (at > column && at + 1 + (int)word.n > HELP_WIDTH) {
			printf("\n%*s", column, "");
			at = column;
		}
		at += printf("%s%.*s", at > column ? " " : "", STR_ARG(word));
	}
	printf("\n");
}

static void print_option(const struct option *o)
{
	char left[80];
	int n = snprintf(left, sizeof left, "  %c%c%c --%s%s%s", o->letter ? '-' : ' ',
		o->letter ? o->letter : ' ', o->letter ? ',' : ' ', o->name, o->value ? " " : "",
		o->value ? o->value : "");
	if (n >= HELP_COLUMN)
		printf("%s\n%*s", left, HELP_COLUMN, "");
	else
		printf("%-*s", HELP_COLUMN, left);
	print_wrapped(o->help, HELP_COLUMN);
}

static int print_help(const struct command *c)
{
	printf("samovar %s%s%s [options]: %s\n", c->name, *c->arguments ? " " : "", c->arguments,
		c->summary);
	if (c->help) {
		printf("\n");
		print_wrapped(c->help, 0);
	}
	printf("\nOptions:\n");
	for (const struct option *o = c->options(); o->name; o++)
		print_option(o);
	printf("%-*sthis text\n", HELP_COLUMN, "      --help");
	return EXIT_OK;
}

int command_usage(const struct command *c, const char *what, const char *which)
{
	fprintf(stderr, "samovar %s: %s%s\nTry: samovar %s --help\n", c->name, what, which,
		c->name);
	return EXIT_USAGE;
}

static bool option_matches(const struct option *o, const char *word, const char **value)
{
	if (word[1] != '-') {
		*value = word[2] ? word + 2 : NULL;
		return o->letter == word[1] && (!word[2] || o->text);
	}
	struct str name = str_c(word + 2);
	ssize_t equals = str_index(name, '=');
	*value = equals < 0 ? NULL : name.p + equals + 1;
	return str_is(equals < 0 ? name : str_sub(name, 0, (size_t)equals), o->name);
}

/* --name, --name=value, -n or -nvalue: the option, and its value if it stands in the same word. */
static const struct option *find_option(
	const struct command *c, const char *word, const char **value)
{
	for (const struct option *o = c->options(); o->name; o++)
		if (option_matches(o, word, value))
			return o;
	return NULL;
}

/* Takes the option at argv[*i] and the value after it: EXIT_OK, or EXIT_USAGE after saying why. */
static int take_option(const struct command *c, int argc, char **argv, int *i)
{
	const char *value, *word = argv[*i];
	const struct option *o = find_option(c, word, &value);
	if (!o)
		return command_usage(c, "unknown option ", word);
	if (!o->value) {
		if (value)
			return command_usage(c, "this option takes no value: ", word);
		*o->flag = true;
		return EXIT_OK;
	}
	if (!value && *i + 1 == argc)
		return command_usage(c, "a value is missing after ", word);
	value = value ? value : argv[++*i];
	if (*o->text && str_ends(str_c(o->value), STR("...")))
		value = arena_printf(&joined, "%s\n%s", *o->text, value).p;
	*o->text = value;
	return EXIT_OK;
}

int command_run(const struct command *c, int argc, char **argv)
{
	const char *arguments[ARGUMENTS_MAX];
	size_t n = 0;
	bool only_arguments = false;
	for (int i = 0; i < argc; i++) {
		const char *word = argv[i];
		if (only_arguments || word[0] != '-' || !word[1]) {
			if (n == c->arguments_max || n == ARGUMENTS_MAX)
				return command_usage(c, "one argument too many: ", word);
			arguments[n++] = word;
		} else if (str_is(str_c(word), "--")) {
			only_arguments = true;
		} else if (str_is(str_c(word), "--help") || str_is(str_c(word), "-h")) {
			return print_help(c);
		} else {
			int r = take_option(c, argc, argv, &i);
			if (r != EXIT_OK)
				return r;
		}
	}
	if (n < c->arguments_min)
		return command_usage(c, "an argument is missing: ", c->arguments);
	return c->run(n, arguments);
}
