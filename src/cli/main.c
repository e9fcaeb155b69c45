/* The `samovar` command: finds the command that is named and runs it. */
#include "base/str.h"
#include "cli/command.h"
#include <stdio.h>

static const struct command *const commands[] = { &command_up, &command_run_file, &command_invoke,
	&command_logs, &command_ls, &command_rm, &command_deploy, &command_mail,
	&command_operations, NULL };

static void print_overview(FILE *out)
{
	fprintf(out,
		"Samovar %s: a serverless cloud of one's own, that speaks the wire protocols of AWS.\n\n"
		"samovar COMMAND [arguments] [options]\n\n",
		SAMOVAR_VERSION);
	for (size_t i = 0; commands[i]; i++)
		fprintf(out, "  %-12s%s\n", commands[i]->name, commands[i]->summary);
	fprintf(out,
		"\nsamovar COMMAND --help tells more. Commands find the server by --endpoint or "
		"AWS_ENDPOINT_URL,\nelse at http://127.0.0.1:4566.\n");
}

int main(int argc, char **argv)
{
	struct str name = str_c(argc > 1 ? argv[1] : "--help");
	if (str_is(name, "--help") || str_is(name, "-h") || str_is(name, "help")) {
		print_overview(stdout);
		return argc > 1 ? EXIT_OK : EXIT_USAGE;
	}
	if (str_is(name, "--version") || str_is(name, "version")) {
		printf("samovar %s\n", SAMOVAR_VERSION);
		return EXIT_OK;
	}
	for (size_t i = 0; commands[i]; i++)
		if (str_is(name, commands[i]->name))
			return command_run(commands[i], argc - 2, argv + 2);
	fprintf(stderr, "samovar: no such command: %s\n\n", argv[1]);
	print_overview(stderr);
	return EXIT_USAGE;
}
