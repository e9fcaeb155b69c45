/* samovar operations: what this program serves, read off its interfaces. */
#include "aws/service.h"
#include "base/str.h"
#include "cli/command.h"
#include "server/services.h"
#include <stdio.h>

static bool is_markdown;

static const struct option options[] = {
	{ "markdown", 0, NULL, "as the table of README", &is_markdown, NULL },
	{ 0 },
};

static const struct option *operations_options(void)
{
	return options;
}

static const struct {
	enum protocol protocol;
	const char *name;
} protocols[] = {
	{ PROTOCOL_JSON_1_0, "JSON 1.0" },
	{ PROTOCOL_JSON_1_1, "JSON 1.1" },
	{ PROTOCOL_QUERY, "Query" },
	{ PROTOCOL_REST_JSON, "REST-JSON" },
	{ PROTOCOL_REST_XML, "REST-XML" },
	{ PROTOCOL_CBOR, "CBOR" },
};

static void print_service(const struct api *api)
{
	size_t served = 0;
	for (size_t i = 0; i < api->operation_count; i++)
		served += !api->operations[i]->is_internal;
	if (served == 0)
		return;
	printf(is_markdown ? "| **%s** (" : "%s (", api->sdk_id);
	for (size_t i = 0, n = 0; i < COUNT_OF(protocols); i++)
		if (api->protocols & protocols[i].protocol)
			printf("%s%s", n++ ? ", " : "", protocols[i].name);
	printf(is_markdown ? ") | %zu | " : "), %zu operations:", served);
	for (size_t i = 0, n = 0; i < api->operation_count; i++)
		if (!api->operations[i]->is_internal)
			printf(is_markdown ? "%s%s" : "%s\n  %s", n++ && is_markdown ? ", " : "",
				api->operations[i]->name);
	printf(is_markdown ? " |\n" : "\n");
}

static int operations_run(size_t argc, const char *const *argv)
{
	(void)argc, (void)argv;
	if (is_markdown)
		printf("| service | | operations |\n|---|---|---|\n");
	for (size_t i = 0; server_services[i]; i++)
		print_service(server_services[i]->api);
	return EXIT_OK;
}

const struct command command_operations = { "operations", "",
	"list the operations that this program serves", NULL, operations_options, 0, 0,
	operations_run };
