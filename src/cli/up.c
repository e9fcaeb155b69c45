/* samovar up: the server, in the foreground, until SIGINT or SIGTERM. */
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/program.h"
#include "server/server.h"
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

enum { SETTINGS_MAX = 16 };

static const char *setting_texts[SETTINGS_MAX]; /* the command line's words for server_settings, in
						   its order */
static bool is_verbose, is_quiet;
static struct option options[SETTINGS_MAX + 3];

static void announce(const struct server_config *config, const struct server *server)
{
	const struct aws *aws = server_aws(server);
	printf("Samovar %s is ready at %s (data: %s)\n", SAMOVAR_VERSION, server_url(server),
		aws->data_dir);
	if (config->auth == AWS_AUTH_STRICT && !is_quiet)
		printf("Signatures are demanded; the root key is in %s/root-credentials\n",
			aws->data_dir);
	fflush(stdout);
}

/* The server's life, in a fiber. */
static int serve(void *arg)
{
	const struct server_config *config = arg;
	struct server *server;
	char why[SERVER_WHY_BYTES] = "";
	if (server_create(config, &server, why) < 0) {
		fprintf(stderr, "samovar: %s\n", why);
		return EXIT_FAILED;
	}
	announce(config, server);
	program_wait_for_signal();
	server_destroy(server);
	return EXIT_OK;
}

static int configure(struct server_config *config)
{
	server_config_init(config);
	for (size_t i = 0; server_settings[i].name; i++) {
		const struct server_setting *setting = &server_settings[i];
		if (!setting_texts[i] || setting->set(config, setting_texts[i]) == 0)
			continue;
		fprintf(stderr, "samovar up: --%s %s is not of the form %s\n", setting->name,
			setting_texts[i], setting->value);
		return EXIT_USAGE;
	}
	server_config_harden(config);
	return EXIT_OK;
}

/* Each connection and each function instance needs descriptors: as many as we may have. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int up_run(size_t argc, const char *const *argv)
{
	struct server_config config;
	(void)argc, (void)argv;
	int code = configure(&config);
	if (code == EXIT_OK) {
		log_set_level(is_verbose ? LOG_DEBUG : is_quiet ? LOG_ERROR : LOG_INFO);
		raise_descriptor_limit();
		code = program_run(serve, &config);
	}
	server_config_fini(&config);
	return code;
}

/* The settings of the server, each with its help, are the options. */
static const struct option *up_options(void)
{
	size_t n = 0;
	for (; server_settings[n].name; n++) {
		assert(n < SETTINGS_MAX);
		options[n] = (struct option){ server_settings[n].name, 0, server_settings[n].value,
			server_settings[n].help, NULL, &setting_texts[n] };
	}
	options[n++] = (struct option){ "verbose", 'v', NULL, "log what the server does",
		&is_verbose, NULL };
	options[n] = (struct option){ "quiet", 'q', NULL, "log errors only", &is_quiet, NULL };
	return options;
}

const struct command command_up = { "up", "", "run the server in the foreground",
	"Everything is kept in the data folder: a write that was answered is on disk. Ends with Ctrl-C or SIGTERM.",
	up_options, 0, 0, up_run };
