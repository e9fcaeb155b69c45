/* samovar logs: what a function wrote, and what it writes. */
#include "base/clock.h"
#include "cli/command.h"
#include "cli/follow.h"
#include "cli/program.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static bool goes_on;
static const char *since_text, *filter_text, *trace_text;

static const struct option options[] = {
	{ "follow", 'f', NULL, "go on with what comes, until Ctrl-C", &goes_on, NULL },
	{ "since", 's', "AGE", "from how long ago: 30s, 10m, 2h, 1d (10m)", NULL, &since_text },
	{ "filter", 0, "PATTERN", "only events that match the filter pattern of CloudWatch Logs",
		NULL, &filter_text },
	{ "trace", 't', "ID",
		"the lines of one request, in all functions that it led to (1-5759e988-bd86...)",
		NULL, &trace_text },
	CLIENT_OPTIONS,
	{ 0 },
};

static const struct option *logs_options(void)
{
	return options;
}

/* "10m" in milliseconds, or -EINVAL. */
static int64_t parse_age(const char *text)
{
	char *end;
	double number = strtod(text, &end);
	const char *units = "smhd", *unit = *end && !end[1] ? strchr(units, *end) : NULL;
	static const int64_t unit_ms[] = { 1000, 60 * 1000, 3600 * 1000, 24 * 3600 * 1000 };
	if (end == text || !unit || number < 0 || number > 1e6)
		return -EINVAL;
	return (int64_t)(number * (double)unit_ms[unit - units]);
}

static int print_lines(void *arg)
{
	struct follow *follow = arg;
	bool by_trace = follow->trace.n > 0;
	struct client client;
	client_init(&client);
	int r = by_trace ? follow_trace(&client, follow) : follow_log(&client, follow),
	    code = EXIT_OK;
	if (r == -ENOENT) {
		fprintf(stderr, "samovar: %s%.*s\n",
			by_trace ? "nothing was logged under the trace " : "no such log group: ",
			STR_ARG(by_trace ? follow->trace : follow->group));
		code = EXIT_FAILED;
	} else if (r < 0) {
		code = client_report(&client, r);
	}
	client_fini(&client);
	http_client_fini();
	return code;
}

/* "1-5759e988-bd862e3fe1be46a994272793", or the header "Root=1-5759e988-...;Parent=...". */
static struct str trace_id(const char *text)
{
	struct str id = str_c(text), first;
	if (str_starts(id, STR("Root=")))
		id = str_from(id, 5);
	return str_cut(&id, ';', &first) ? first : id;
}

static int run_trace(size_t argc)
{
	struct follow follow = { .trace = trace_id(trace_text), .goes_on = goes_on };
	if (argc > 0)
		return command_usage(&command_logs,
			"--trace goes through all functions: no name goes with it", "");
	if (since_text || filter_text)
		return command_usage(
			&command_logs, "--trace goes with neither --since nor --filter", "");
	return program_run(print_lines, &follow);
}

static int logs_run(size_t argc, const char *const *argv)
{
	struct arena arena = { 0 };
	int64_t age_ms = parse_age(since_text ? since_text : "10m");
	if (trace_text)
		return run_trace(argc);
	if (argc == 0)
		return command_usage(&command_logs, "a function or --trace is missing", "");
	if (age_ms < 0)
		return command_usage(
			&command_logs, "not an age like 30s, 10m, 2h or 1d: ", since_text);
	struct follow follow = {
		.group = argv[0][0] == '/' ? str_c(argv[0])
					   : arena_printf(&arena, "/aws/lambda/%s", argv[0]),
		.since_ms = clock_now_ms() - age_ms,
		.filter = str_c(filter_text ? filter_text : ""),
		.goes_on = goes_on,
		.with_times = true,
	};
	int code = program_run(print_lines, &follow);
	arena_fini(&arena);
	return code;
}

const struct command command_logs = { "logs", "FUNCTION|GROUP|--trace ID",
	"print a function's log, and follow it",
	"A name means the log group /aws/lambda/NAME; what begins with a slash is the name of a log group. A trace's "
	"id is in the answer of an API (x-amzn-trace-id) and in each function (_X_AMZN_TRACE_ID).",
	logs_options, 0, 1, logs_run };
