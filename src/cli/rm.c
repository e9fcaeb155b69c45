/* samovar rm: removes a function, its URL and its log; or the whole service of this folder. */
#include "api/lambda.h"
#include "api/logs.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/deploy.h"
#include "cli/program.h"
#include <stdio.h>

static bool keep_log;

static const struct option options[] = {
	{ "keep-log", 'k', NULL, "leave the log group", &keep_log, NULL },
	DEPLOY_OPTIONS,
	CLIENT_OPTIONS,
	{ 0 },
};

static const struct option *rm_options(void)
{
	return options;
}

static int remove_url(struct client *client, struct str name)
{
	struct lambda_delete_function_url_config_input in = { .function_name = name };
	struct lambda_delete_function_url_config_output out;
	int r = client_call(
		client, &lambda_api, &lambda_delete_function_url_config_operation, &in, &out);
	return r < 0 && client_failed_with(client, &lambda_resource_not_found_exception) ? 0 : r;
}

static int remove_log(struct client *client, struct str name)
{
	struct logs_delete_log_group_output out;
	struct logs_delete_log_group_input in = {
		.log_group_name = arena_printf(&client->arena, "/aws/lambda/%.*s", STR_ARG(name)),
	};
	int r = client_call(client, &logs_api, &logs_delete_log_group_operation, &in, &out);
	return r < 0 && client_failed_with(client, &logs_resource_not_found_exception) ? 0 : r;
}

static int remove_function(void *arg)
{
	const char *const *argv = arg;
	struct client client;
	struct lambda_delete_function_input in = { .function_name = str_c(argv[0]) };
	struct lambda_delete_function_output out;
	client_init(&client);
	int r = remove_url(&client, in.function_name);
	if (r == 0)
		r = client_call(&client, &lambda_api, &lambda_delete_function_operation, &in, &out);
	if (r == 0 && !keep_log)
		r = remove_log(&client, in.function_name);
	if (r == 0)
		printf("removed %s\n", argv[0]);
	int code = r < 0 ? client_report(&client, r) : EXIT_OK;
	client_fini(&client);
	http_client_fini();
	return code;
}

static int rm_run(size_t argc, const char *const *argv)
{
	if (argc > 0)
		return program_run(remove_function, (void *)argv);
	return program_run(deploy_remove, NULL);
}

const struct command command_rm = { "rm", "[FUNCTION]",
	"remove a function, or the service of this folder",
	"With a name: the function, its URL and its log. Without: what samovar deploy made of this folder, "
	"its packages too.",
	rm_options, 0, 1, rm_run };
