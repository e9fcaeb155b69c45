/* samovar invoke: calls a function and prints its answer. */
#include "api/lambda.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/program.h"
#include "cli/term.h"
#include "base/encode.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PAYLOAD_BYTES_MAX = 6 * 1024 * 1024 };

static bool is_async, with_log;
static const char *payload_text, *qualifier_text;

static const struct option options[] = {
	{ "payload", 'p', "JSON|@FILE|-", "the event; a file's content, or standard input ({})",
		NULL, &payload_text },
	{ "qualifier", 'q', "VERSION", "a version or an alias", NULL, &qualifier_text },
	{ "async", 'a', NULL, "hand the event over and don't wait (InvocationType Event)",
		&is_async, NULL },
	{ "log", 'l', NULL, "print the end of the log too, on stderr", &with_log, NULL },
	CLIENT_OPTIONS,
	{ 0 },
};

static const struct option *invoke_options(void)
{
	return options;
}

static int read_all(int fd, struct buf *out)
{
	ssize_t n;
	while ((n = read(fd, buf_reserve(out, 65536), 65536)) > 0 && out->n <= PAYLOAD_BYTES_MAX)
		out->n += (size_t)n;
	return n < 0 ? -errno : 0;
}

/* The event that --payload means. */
static int read_payload(struct buf *out)
{
	if (!payload_text) {
		buf_cat(out, "{}");
		return 0;
	}
	if (str_is(str_c(payload_text), "-"))
		return read_all(STDIN_FILENO, out);
	if (payload_text[0] != '@') {
		buf_cat(out, payload_text);
		return 0;
	}
	int fd = open(payload_text + 1, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int r = read_all(fd, out);
	close(fd);
	return r;
}

static int print_answer(struct client *client, const struct lambda_invoke_output *out)
{
	struct str log;
	if (out->log_result.n > 0 && base64_decode(&client->arena, out->log_result, &log) == 0)
		fprintf(stderr, "%.*s", STR_ARG(log));
	if (is_async) {
		fprintf(stderr, "accepted\n");
		return EXIT_OK;
	}
	fwrite(out->payload.p, 1, out->payload.n, stdout);
	if (out->payload.n > 0 && out->payload.p[out->payload.n - 1] != '\n')
		putchar('\n');
	if (!out->function_error.p)
		return EXIT_OK;
	fprintf(stderr, "samovar: the function failed (%.*s)\n", STR_ARG(out->function_error));
	return EXIT_FAILED;
}

static int invoke(void *arg)
{
	const char *const *argv = arg;
	struct client client;
	struct buf payload = { 0 };
	struct lambda_invoke_output out;
	int code = EXIT_FAILED, r = read_payload(&payload);
	client_init(&client);
	if (r < 0) {
		fprintf(stderr, "samovar: the payload can't be read: %s: %s\n", payload_text,
			strerror(-r));
		goto out;
	}
	struct lambda_invoke_input in = {
		.function_name = str_c(argv[0]),
		.invocation_type = is_async ? STR("Event") : STR("RequestResponse"),
		.log_type = with_log ? STR("Tail") : STR("None"),
		.qualifier = str_c(qualifier_text),
		.payload = buf_view(&payload),
	};
	r = client_call(&client, &lambda_api, &lambda_invoke_operation, &in, &out);
	code = r < 0 ? client_report(&client, r) : print_answer(&client, &out);
out:
	buf_fini(&payload);
	client_fini(&client);
	http_client_fini();
	return code;
}

static int invoke_run(size_t argc, const char *const *argv)
{
	(void)argc;
	return program_run(invoke, (void *)argv);
}

const struct command command_invoke = { "invoke", "FUNCTION",
	"call a function and print its answer", "Exits with 1 when the function fails.",
	invoke_options, 1, 1, invoke_run };
