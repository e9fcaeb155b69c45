/* samovar mail: the mails and short messages that the server keeps, having no relay. */
#include "api/mail.h"
#include "base/clock.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/program.h"
#include "cli/term.h"
#include <stdio.h>
#include <time.h>

static const char *to_text;
static bool is_emptied;

static const struct option options[] = {
	{ "to", 't', "ADDRESS", "only what went to this address or telephone number", NULL,
		&to_text },
	{ "empty", 0, NULL, "delete all of it", &is_emptied, NULL },
	CLIENT_OPTIONS,
	{ 0 },
};

static const struct option *mail_options(void)
{
	return options;
}

struct asked {
	int64_t number; /* negative: the list */
};

static void print_row(const struct mail_mail *m)
{
	time_t seconds = (time_t)(m->time.ms / 1000);
	struct tm tm;
	char text[32];
	localtime_r(&seconds, &tm);
	strftime(text, sizeof text, "%d.%m. %H:%M:%S", &tm);
	printf("%s%6lld%s  %s  %-10.*s %-32.*s %.*s\n", term_style(TERM_BOLD),
		(long long)m->number.v, term_style(TERM_PLAIN), text, STR_ARG(m->kind),
		STR_ARG(m->to), STR_ARG(m->subject));
}

static int list(struct client *client)
{
	struct mail_list_mail_input in = { .to = str_c(to_text) };
	struct mail_list_mail_output out;
	int r = client_call(client, &mail_api, &mail_list_mail_operation, &in, &out);
	if (r < 0)
		return r;
	/* The newest last, where the eye is. */
	for (size_t i = out.mails.n; i > 0; i--)
		print_row(&out.mails.v[i - 1]);
	if (!out.mails.n)
		printf("No mail.\n");
	return 0;
}

static int show(struct client *client, int64_t number)
{
	struct mail_get_mail_input in = { .number = OPT_I64(number) };
	struct mail_get_mail_output out;
	int r = client_call(client, &mail_api, &mail_get_mail_operation, &in, &out);
	if (r < 0)
		return r;
	const struct mail_mail *m = out.mail;
	char time[CLOCK_TEXT_MAX];
	clock_format_iso(m->time.ms / 1000 * 1000, time);
	printf("Date: %s\nFrom: %.*s\nTo: %.*s\nSubject: %.*s\n\n%.*s\n", time, STR_ARG(m->from),
		STR_ARG(m->to), STR_ARG(m->subject), STR_ARG(m->body));
	return 0;
}

static int empty(struct client *client)
{
	struct mail_delete_all_mail_input in;
	struct mail_delete_all_mail_output out;
	return client_call(client, &mail_api, &mail_delete_all_mail_operation, &in, &out);
}

static int run(void *arg)
{
	const struct asked *asked = arg;
	struct client client;
	client_init(&client);
	int r = is_emptied           ? empty(&client)
		: asked->number >= 0 ? show(&client, asked->number)
				     : list(&client);
	int code = r < 0 ? client_report(&client, r) : EXIT_OK;
	client_fini(&client);
	http_client_fini();
	return code;
}

static int mail_run(size_t argc, const char *const *argv)
{
	struct asked asked = { -1 };
	if (argc && (str_to_i64(str_c(argv[0]), &asked.number) < 0 || asked.number < 0))
		return command_usage(&command_mail, "not the number of a mail: ", argv[0]);
	return program_run(run, &asked);
}

const struct command command_mail = { "mail", "[NUMBER]",
	"list the mails and short messages that are kept, or print one",
	"What SNS sends to e-mail addresses (when the server has no --smtp) and to telephones is kept, the newest thousand.",
	mail_options, 0, 1, mail_run };
