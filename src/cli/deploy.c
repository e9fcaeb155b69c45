/* samovar deploy: a serverless.yml or a template, by a change set, with a line for each resource.
 */
#include "deploy/deploy.h"
#include "api/ssm.h"
#include "api/sts.h"
#include "aws/hash.h"
#include "aws/tree.h"
#include "base/clock.h"
#include "base/random.h"
#include "cli/deploy.h"
#include "cli/program.h"
#include "cli/summary.h"
#include "cli/served.h"
#include "cli/settings.h"
#include "cli/stack.h"
#include "cli/term.h"
#include "cli/upload.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { PARAMS_MAX = 200, TEMPLATE_BODY_BYTES_MAX = 51200, CHANGES_POLL_MS_MAX = 100 };

const char *deploy_stage_text, *deploy_config_text, *deploy_params_text;
static bool is_dry, is_printed;

static const struct option options[] = {
	DEPLOY_OPTIONS,
	{ "dry-run", 'n', NULL, "only say what would change", &is_dry, NULL },
	{ "print", 0, NULL, "only print the template, as JSON", &is_printed, NULL },
	CLIENT_OPTIONS,
	{ 0 },
};

static const struct option *deploy_options(void)
{
	return options;
}

/* A deployment under way. */
struct run {
	struct client client;
	struct deploy deploy;
	struct deploy_param params[PARAMS_MAX];
	struct stack stack;
	struct str change_set; /* its id */
	size_t uploads, skipped;
};

/* ---- what variables ask ---- */

/* The client in another region for one question. */
static int ask(struct deploy *d, struct str region, const struct api *api,
	const struct operation *op, const void *in, void *out)
{
	struct client *c = d->lookups.arg;
	struct str own = c->region;
	if (region.n > 0)
		c->region = region;
	int r = client_call(c, api, op, in, out);
	c->region = own;
	if (r == -EREMOTEIO)
		snprintf(d->why, sizeof d->why, "%.*s: %.*s", STR_ARG(c->error_code),
			STR_ARG(c->error_message));
	return r;
}

static int lookup_parameter(struct deploy *d, struct str name, struct str region, struct str *value)
{
	struct ssm_get_parameter_input in = { .name = name, .with_decryption = OPT_BOOL(true) };
	struct ssm_get_parameter_output out;
	int r = ask(d, region, &ssm_api, &ssm_get_parameter_operation, &in, &out);
	if (r == -EREMOTEIO && client_failed_with(d->lookups.arg, &ssm_parameter_not_found)) {
		d->why[0] = 0;
		return -ENOENT;
	}
	if (r == 0)
		*value = arena_str(&d->arena, out.parameter->value);
	return r;
}

static int lookup_output(
	struct deploy *d, struct str name, struct str output, struct str region, struct str *value)
{
	struct cloudformation_describe_stacks_input in = { .stack_name = name };
	struct cloudformation_describe_stacks_output out;
	struct client *c = d->lookups.arg;
	int r = ask(d, region, &cloudformation_api, &cloudformation_describe_stacks_operation, &in,
		&out);
	if (r == -EREMOTEIO && str_find(c->error_message, STR("does not exist")) >= 0) {
		d->why[0] = 0;
		return -ENOENT;
	}
	for (size_t i = 0; r == 0 && i < out.stacks.n; i++)
		for (size_t k = 0; k < out.stacks.v[i].outputs.n; k++)
			if (str_eq(out.stacks.v[i].outputs.v[k].output_key, output)) {
				*value = arena_str(
					&d->arena, out.stacks.v[i].outputs.v[k].output_value);
				return 0;
			}
	return r < 0 ? r : -ENOENT;
}

static int lookup_account(struct deploy *d, struct str *value)
{
	struct sts_get_caller_identity_input in;
	struct sts_get_caller_identity_output out;
	memset(&in, 0, sizeof in);
	int r = ask(d, (struct str){ 0 }, &sts_api, &sts_get_caller_identity_operation, &in, &out);
	if (r == 0)
		*value = arena_str(&d->arena, out.account);
	return r;
}

/* ---- the steps ---- */

/* The lines "k=v" of --param: 0, or -EINVAL with why. */
static int read_params(struct run *run)
{
	struct str rest = str_c(deploy_params_text), line;
	struct deploy *d = &run->deploy;
	while (rest.p && str_cut(&rest, '\n', &line)) {
		ssize_t equals = str_index(line, '=');
		if (equals <= 0 || d->param_count == PARAMS_MAX) {
			snprintf(d->why, sizeof d->why,
				"--param %.*s: it takes KEY=VALUE, %d at most", STR_ARG(line),
				PARAMS_MAX);
			return -EINVAL;
		}
		run->params[d->param_count++] =
			(struct deploy_param){ str_sub(line, 0, (size_t)equals),
				str_from(line, (size_t)equals + 1) };
	}
	d->params = run->params;
	return 0;
}

/* Reads the folder's configuration. */
static int load(struct run *run)
{
	struct deploy *d = &run->deploy;
	client_init(&run->client);
	d->folder = STR(".");
	d->option_stage = str_c(deploy_stage_text);
	d->option_region = str_c(client_region_text);
	d->region = run->client.region;
	d->lookups = (struct deploy_lookups){ lookup_parameter, lookup_output, lookup_account,
		served_type, &run->client };
	int r = read_params(run);
	if (r == 0)
		r = deploy_load(d, deploy_config_text);
	if (r < 0)
		return r;
	run->client.region = d->region;
	settings_place(d);
	run->stack = (struct stack){ .client = &run->client, .name = d->stack };
	return 0;
}

static int upload(struct run *run)
{
	struct deploy *d = &run->deploy;
	for (struct deploy_package *p = d->packages; p; p = p->next) {
		int there = upload_is_there(&run->client, d->bucket, p->key);
		if (there < 0)
			return there;
		int r = there ? 0 : upload_put(&run->client, d->bucket, p->key, p->zip);
		if (r < 0)
			return r;
		run->uploads += !there;
		run->skipped += (size_t)there;
	}
	return 0;
}

/* Whether the stack was never made: only a change set stands there, or nothing. */
static bool is_new(const struct stack *s)
{
	return !s->exists || str_is(s->now.stack_status, "REVIEW_IN_PROGRESS");
}

static int create_change_set(struct run *run)
{
	struct deploy *d = &run->deploy;
	struct str capabilities[] = { STR("CAPABILITY_IAM"), STR("CAPABILITY_NAMED_IAM"),
		STR("CAPABILITY_AUTO_EXPAND") };
	struct cloudformation_create_change_set_input in = {
		.stack_name = d->stack,
		.change_set_name = arena_printf(
			&d->arena, "samovar-%lld-%d", (long long)clock_now_ms(), (int)getpid()),
		.change_set_type = is_new(&run->stack) ? STR("CREATE") : STR("UPDATE"),
		.parameters = settings_parameters(d, run->stack.exists ? &run->stack.now : NULL),
		.tags = settings_tags(d),
		.role_arn = settings_role(d),
		.capabilities = { capabilities, COUNT_OF(capabilities) },
	};
	struct cloudformation_create_change_set_output out;
	if (d->template.n <= TEMPLATE_BODY_BYTES_MAX) {
		in.template_body = d->template;
	} else {
		char hash[2 * SHA256_BYTES + 1];
		sha256_hex(d->template, hash);
		struct str key =
			arena_printf(&d->arena, "%.*s%s.json", STR_ARG(d->key_prefix), hash);
		int there = upload_is_there(&run->client, d->bucket, key);
		int r = there != 0 ? MIN(there, 0)
				   : upload_put(&run->client, d->bucket, key, d->template);
		if (r < 0)
			return r;
		in.template_url = arena_printf(&d->arena, "https://s3.%.*s.amazonaws.com/%.*s/%.*s",
			STR_ARG(d->region), STR_ARG(d->bucket), STR_ARG(key));
	}
	int r = client_call(&run->client, &cloudformation_api,
		&cloudformation_create_change_set_operation, &in, &out);
	if (r == 0)
		run->change_set = out.id;
	return r;
}

static int delete_change_set(struct run *run)
{
	struct cloudformation_delete_change_set_input in = { .change_set_name = run->change_set };
	struct cloudformation_delete_change_set_output out;
	return client_call(&run->client, &cloudformation_api,
		&cloudformation_delete_change_set_operation, &in, &out);
}

/* Waits until the change set is worked out. */
static int describe_change_set(
	struct run *run, struct cloudformation_describe_change_set_output *out)
{
	struct cloudformation_describe_change_set_input in = { .change_set_name = run->change_set };
	uint64_t wait_ms = 2;
	for (;;) {
		int r = client_call(&run->client, &cloudformation_api,
			&cloudformation_describe_change_set_operation, &in, out);
		if (r < 0 || (!str_ends(out->status, STR("_PENDING")) &&
				     !str_ends(out->status, STR("_IN_PROGRESS"))))
			return r;
		if (program_is_ending())
			return -EINTR;
		fiber_sleep(wait_ms);
		wait_ms = MIN(2 * wait_ms, (uint64_t)CHANGES_POLL_MS_MAX);
	}
}

static bool has_no_changes(const struct cloudformation_describe_change_set_output *set)
{
	return str_is(set->status, "FAILED") &&
	       (str_find(set->status_reason, STR("didn't contain changes")) >= 0 ||
		       str_find(set->status_reason, STR("No updates are to be performed")) >= 0);
}

/* The changes in words; the pages after the first too. */
static int print_changes(struct run *run, struct cloudformation_describe_change_set_output *set)
{
	struct cloudformation_describe_change_set_input in = { .change_set_name = run->change_set };
	for (;;) {
		for (size_t i = 0; i < set->changes.n; i++) {
			const struct cloudformation_resource_change *c =
				set->changes.v[i].resource_change;
			if (!c)
				continue;
			bool is_replaced = str_is(c->replacement, "True"),
			     may_be = str_is(c->replacement, "Conditional");
			const char *word = str_is(c->action, "Add")      ? "add"
					   : str_is(c->action, "Remove") ? "remove"
					   : is_replaced                 ? "replace"
					   : may_be                      ? "change, perhaps replace"
									 : "change";
			printf("  %-8s %.*s  %.*s\n", word, STR_ARG(c->logical_resource_id),
				STR_ARG(c->resource_type));
		}
		if (set->next_token.n == 0)
			return 0;
		in.next_token = set->next_token;
		int r = client_call(&run->client, &cloudformation_api,
			&cloudformation_describe_change_set_operation, &in, set);
		if (r < 0)
			return r;
	}
}

/* A stack whose creation failed can't be changed: it goes first. */
static int clear_failed(struct run *run)
{
	static const char *const failed[] = { "ROLLBACK_COMPLETE", "ROLLBACK_FAILED",
		"CREATE_FAILED", "DELETE_FAILED" };
	struct str status;
	int r = stack_describe(&run->stack);
	for (size_t i = 0; r == 0 && !is_dry && i < COUNT_OF(failed); i++) {
		if (!run->stack.exists || !str_is(run->stack.now.stack_status, failed[i]))
			continue;
		r = stack_delete(&run->stack, &status);
		run->stack = (struct stack){ .client = &run->client, .name = run->deploy.stack };
	}
	return r;
}

static int report_failure(struct run *run, struct str status)
{
	fprintf(stderr, "samovar: %.*s ended in %.*s\n", STR_ARG(run->deploy.stack),
		STR_ARG(status));
	if (run->stack.failed_id.p)
		fprintf(stderr, "samovar: %.*s: %.*s\n", STR_ARG(run->stack.failed_id),
			STR_ARG(run->stack.failed_reason));
	return EXIT_FAILED;
}

/* Executes the change set: an exit code in *code. */
static int execute(struct run *run, uint64_t begun_ms, int *code)
{
	struct cloudformation_execute_change_set_input in = { .change_set_name = run->change_set };
	struct cloudformation_execute_change_set_output out;
	if (settings_keep_failed(&run->deploy))
		in.disable_rollback = OPT_BOOL(true);
	struct str status = { 0 };
	int r = stack_mark(&run->stack);
	if (r == 0)
		r = client_call(&run->client, &cloudformation_api,
			&cloudformation_execute_change_set_operation, &in, &out);
	if (r == 0)
		r = stack_follow(&run->stack, &status);
	if (r < 0)
		return r;
	if (!str_is(status, "CREATE_COMPLETE") && !str_is(status, "UPDATE_COMPLETE")) {
		*code = report_failure(run, status);
		return 0;
	}
	r = settings_apply(&run->client, &run->deploy);
	if (r == 0)
		r = upload_prune(&run->client, &run->deploy);
	if (r < 0)
		return r;
	printf("%s%.*s%s is deployed (%llu ms)\n", term_style(TERM_BOLD),
		STR_ARG(run->deploy.stack), term_style(TERM_PLAIN),
		(unsigned long long)(clock_mono_ms() - begun_ms));
	return summary_print(&run->stack, &run->deploy);
}

static int apply(struct run *run, uint64_t begun_ms, int *code)
{
	struct cloudformation_describe_change_set_output set;
	struct str status;
	int r = create_change_set(run);
	if (r == 0)
		r = describe_change_set(run, &set);
	if (r < 0)
		return r;
	if (!str_is(set.status, "FAILED") && !is_dry)
		return execute(run, begun_ms, code);
	if (has_no_changes(&set)) {
		printf("%.*s: nothing to change\n", STR_ARG(run->deploy.stack));
	} else if (str_is(set.status, "FAILED")) {
		fprintf(stderr, "samovar: %.*s\n", STR_ARG(set.status_reason));
		*code = EXIT_FAILED;
	} else {
		printf("%.*s would\n", STR_ARG(run->deploy.stack));
		r = print_changes(run, &set);
	}
	bool was_new = is_new(&run->stack);
	if (r == 0)
		r = delete_change_set(run);
	if (r == 0 && was_new && (r = stack_describe(&run->stack)) == 0 && run->stack.exists)
		r = stack_delete(&run->stack, &status);
	if (r < 0 || was_new || is_dry || *code)
		return r;
	/* These are no part of the template. */
	r = settings_apply(&run->client, &run->deploy);
	return r < 0 ? r : summary_print(&run->stack, &run->deploy);
}

/* Why a step failed, on stderr: an exit code. */
static int report(struct run *run, int r)
{
	if (run->deploy.why[0]) {
		fprintf(stderr, "samovar: %s\n", run->deploy.why);
		return EXIT_FAILED;
	}
	return r == -EINTR ? EXIT_FAILED : client_report(&run->client, r);
}

static void run_fini(struct run *run)
{
	deploy_fini(&run->deploy);
	client_fini(&run->client);
	http_client_fini();
	free(run);
}

static int deploy_service(void *arg)
{
	struct run *run = xcalloc(1, sizeof *run);
	uint64_t begun_ms = clock_mono_ms();
	int code = EXIT_OK;
	(void)arg;
	int r = load(run);
	if (is_printed)
		run->deploy.lookups.serves = NULL;
	if (r == 0)
		r = deploy_build(&run->deploy);
	fprintf(stderr, "%.*s", STR_ARG(buf_view(&run->deploy.warnings)));
	if (r == 0 && is_printed) {
		printf("%.*s\n", STR_ARG(run->deploy.template));
		run_fini(run);
		return EXIT_OK;
	}
	if (r == 0)
		r = clear_failed(run);
	if (r == 0 && !is_dry) {
		r = upload(run);
		if (r == 0 && run->uploads + run->skipped > 0)
			printf("  %zu uploaded, %zu there already\n", run->uploads, run->skipped);
	}
	if (r == 0)
		r = apply(run, begun_ms, &code);
	if (r < 0)
		code = report(run, r);
	run_fini(run);
	return code;
}

int deploy_remove(void *arg)
{
	struct run *run = xcalloc(1, sizeof *run);
	struct str status = { 0 };
	int code = EXIT_OK;
	(void)arg;
	run->deploy.names_only = true;
	int r = load(run);
	if (r == 0)
		r = stack_describe(&run->stack);
	bool existed = run->stack.exists;
	if (r == 0 && existed)
		r = stack_delete(&run->stack, &status);
	if (r == 0 && existed && !str_is(status, "DELETE_COMPLETE"))
		code = report_failure(run, status);
	if (r == 0 && code == EXIT_OK)
		r = upload_remove(&run->client, &run->deploy);
	if (r < 0)
		code = report(run, r);
	else if (code == EXIT_OK)
		printf(existed ? "removed %.*s\n" : "there is no %.*s\n",
			STR_ARG(run->deploy.stack));
	run_fini(run);
	return code;
}

static int deploy_run(size_t argc, const char *const *argv)
{
	if (argc > 0 && chdir(argv[0]) < 0)
		return command_usage(&command_deploy, "no such folder: ", argv[0]);
	return program_run(deploy_service, NULL);
}

const struct command command_deploy = { "deploy", "[DIR]",
	"deploy a serverless.yml or a SAM template",
	"Reads serverless.yml, or template.yaml, in the folder; packages the code, and makes or changes the stack.",
	deploy_options, 0, 1, deploy_run };
