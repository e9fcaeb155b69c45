/* A command of the `samovar` program, and its options. */
#ifndef SAMOVAR_CLI_COMMAND_H
#define SAMOVAR_CLI_COMMAND_H

#include "base/common.h"

/* Exit codes, for scripts. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,    /* the server or the function said no */
	EXIT_USAGE = 2,     /* the command line made no sense */
	EXIT_NO_SERVER = 3, /* nothing answers at the endpoint */
};

/* What an option changes; *text and *flag are set only when the option is given. */
struct option {
	const char *name;  /* "follow": --follow */
	char letter;       /* 'f': -f; or 0 */
	const char *value; /* what the help calls its value: "DIR"; NULL for a flag. "K=V...": may
			      be repeated, and its values are joined by newlines */
	const char *help;
	bool *flag;        /* of a flag */
	const char **text; /* of an option with a value */
};

struct command {
	const char *name, *arguments, *summary;
	const char *help;                      /* more than the summary; or NULL */
	const struct option *(*options)(void); /* ended by one without a name */
	size_t arguments_min, arguments_max;
	/* Answers an exit code. argv holds the arguments without options. */
	int (*run)(size_t argc, const char *const *argv);
};

/* Parses the options, prints help or what is wrong, or runs the command. Answers the exit code. */
int command_run(const struct command *command, int argc, char **argv);
/* What is wrong with the command line, on stderr. Answers EXIT_USAGE. */
int command_usage(const struct command *command, const char *what, const char *which);

extern const struct command command_up, command_run_file, command_invoke, command_logs, command_ls,
	command_rm, command_deploy, command_mail, command_operations;

#endif
