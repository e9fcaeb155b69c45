/* samovar ls: the functions and HTTP APIs of a region, and their URLs. */
#include "api/apigatewayv2.h"
#include "api/lambda.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/program.h"
#include "cli/term.h"
#include <stdio.h>

static const struct option options[] = {
	CLIENT_OPTIONS,
	{ 0 },
};

static const struct option *ls_options(void)
{
	return options;
}

static struct str function_url(struct client *client, struct str name)
{
	struct lambda_get_function_url_config_input in = { .function_name = name };
	struct lambda_function_url_config out;
	int r = client_call(
		client, &lambda_api, &lambda_get_function_url_config_operation, &in, &out);
	return r < 0 ? STR("") : out.function_url;
}

static int list_functions(struct client *client, size_t *n)
{
	struct lambda_list_functions_input in = { 0 };
	struct lambda_list_functions_output out;
	do {
		int r = client_call(
			client, &lambda_api, &lambda_list_functions_operation, &in, &out);
		if (r < 0)
			return r;
		for (size_t i = 0; i < out.functions.n; i++) {
			const struct lambda_function_configuration *f = &out.functions.v[i];
			printf("%s%-32.*s%s %-16.*s %5lld MB  %.*s\n", term_style(TERM_BOLD),
				STR_ARG(f->function_name), term_style(TERM_PLAIN),
				STR_ARG(f->runtime), (long long)f->memory_size.v,
				STR_ARG(function_url(client, f->function_name)));
			(*n)++;
		}
		in.marker = out.next_marker;
	} while (in.marker.n > 0);
	return 0;
}

static int list_apis(struct client *client, size_t *n)
{
	struct apigatewayv2_get_apis_input in = { 0 };
	struct apigatewayv2_get_apis_output out;
	do {
		int r = client_call(
			client, &apigatewayv2_api, &apigatewayv2_get_apis_operation, &in, &out);
		if (r < 0)
			return r;
		for (size_t i = 0; i < out.items.n; i++) {
			const struct apigatewayv2_api *api = &out.items.v[i];
			printf("%s%-32.*s%s %-16s           %.*s\n", term_style(TERM_BOLD),
				STR_ARG(api->name), term_style(TERM_PLAIN), "HTTP API",
				STR_ARG(api->api_endpoint));
			(*n)++;
		}
		in.next_token = out.next_token;
	} while (in.next_token.n > 0);
	return 0;
}

static int list_all(void *arg)
{
	struct client client;
	size_t n = 0;
	(void)arg;
	client_init(&client);
	int r = list_functions(&client, &n);
	if (r == 0)
		r = list_apis(&client, &n);
	if (r == 0 && n == 0)
		fprintf(stderr, "Nothing in %.*s yet (samovar run FILE makes a function)\n",
			STR_ARG(client.region));
	int code = r < 0 ? client_report(&client, r) : EXIT_OK;
	client_fini(&client);
	http_client_fini();
	return code;
}

static int ls_run(size_t argc, const char *const *argv)
{
	(void)argc, (void)argv;
	return program_run(list_all, NULL);
}

const struct command command_ls = { "ls", "", "list the functions and HTTP APIs, and their URLs",
	NULL, ls_options, 0, 0, ls_run };
