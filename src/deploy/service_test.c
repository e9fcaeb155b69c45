/* Services: their variables, their templates against a golden file, and what is refused by name. */
#include "deploy/deploy.h"
#include "base/encode.h"
#include "deploy/internal.h"
#include "tests/check.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/samovar-service-XXXXXX";

static void write_text(const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static int on_parameter(struct deploy *d, struct str name, struct str region, struct str *value)
{
	(void)d;
	*value = str_is(region, "eu-north-1") ? STR("north") : STR("secret");
	return str_is(name, "/shop/key") ? 0 : -ENOENT;
}

static int on_stack_output(
	struct deploy *d, struct str stack, struct str output, struct str region, struct str *value)
{
	(void)region;
	*value = arena_printf(&d->arena, "%.*s/%.*s", STR_ARG(stack), STR_ARG(output));
	return str_is(output, "Gone") ? -ENOENT : 0;
}

static int on_account(struct deploy *d, struct str *value)
{
	(void)d;
	*value = STR("123456789012");
	return 0;
}

static int load(struct deploy *d, const char *text)
{
	static const struct deploy_param params[] = { { STR_INIT("given"),
		STR_INIT("on the line") } };
	*d = (struct deploy){ .folder = str_c(folder),
		.bucket = STR("bucket"),
		.params = params,
		.param_count = 1,
		.lookups = { on_parameter, on_stack_output, on_account, NULL, NULL } };
	write_text("serverless.yml", text);
	return deploy_load(d, NULL);
}

/* What custom.x becomes, as JSON; or the reason. */
static struct str value_of(struct deploy *d, const char *custom)
{
	char text[4096];
	snprintf(text, sizeof text, "service: s\nprovider: {name: aws}\ncustom:\n%s", custom);
	if (load(d, text) < 0)
		return str_c(d->why);
	size_t n;
	yyjson_alc alc = tree_alc(&d->arena);
	char *json = yyjson_mut_val_write_opts(deploy_at(d->config, "custom.x"), 0, &alc, &n, NULL);
	return (struct str){ json, n };
}

static void test_variables(void)
{
	static const struct {
		const char *custom, *expected;
	} cases[] = {
		{ "  x: ${self:service}", "\"s\"" },
		{ "  x: a-${self:service}-${sls:stage}", "\"a-s-dev\"" },
		{ "  x: ${opt:stage, 'a, b'}", "\"a, b\"" },
		{ "  x: ${opt:stage, self:custom.y, 'z'}\n  y: 5", "5" },
		{ "  x: ${self:custom.y.1.b}\n  y: [0, {b: [1, 2]}]", "[1,2]" },
		{ "  x: ${self:custom.${self:custom.which}}\n  which: y\n  y: found", "\"found\"" },
		{ "  x: ${self:custom.none, ${self:custom.none2, 'deep'}}", "\"deep\"" },
		{ "  x: ${self:custom.none, null}", "null" },
		{ "  x: ${env:SAMOVAR_NO_SUCH, 'unset'}", "\"unset\"" },
		{ "  x: ${param:given}", "\"on the line\"" },
		{ "  x: ${ssm:/shop/key}", "\"secret\"" },
		{ "  x: ${ssm(eu-north-1):/shop/key}", "\"north\"" },
		{ "  x: ${ssm:/none, 'no'}", "\"no\"" },
		{ "  x: ${cf:other.Url}", "\"other/Url\"" },
		{ "  x: ${aws:accountId}-${aws:region}", "\"123456789012-us-east-1\"" },
		{ "  x: ${strToBool(${self:custom.y})}\n  y: 'true'", "true" },
		{ "  x: !Sub '${AWS::Region}-${Queue.Arn}-${Name}'",
			"{\"Fn::Sub\":\"${AWS::Region}-${Queue.Arn}-${Name}\"}" },
		{ "  x: ${file(part.json):a.0}", "\"from a file s\"" },
		{ "  x: ${file(no.yml), 'no file'}", "\"no file\"" },
		{ "  x: ${file(part.txt)}", "\"plain\"" },
		{ "  x: ${self:custom.y}\n  y: {a: '${self:service}'}", "{\"a\":\"s\"}" },
		{ "  x: 1.10\n  y: 'v${self:custom.x}'", "1.1" },
		/* Refused, each with its name. */
		{ "  x: ${self:custom.none}", "the variable ${self:custom.none} has no value" },
		{ "  x: ${self:custom.y}\n  y: ${self:custom.x}",
			"\"${self:custom.y}\" refers to itself" },
		{ "  x: ${self:custom}", "\"${self:custom}\" refers to itself" },
		{ "  x: ${vault:secret}",
			"${vault:secret}: variables of the source \"vault\" are not supported" },
		{ "  x: ${file(./a.js):b}",
			"${file(./a.js):b}: variables out of programs are not supported (./a.js)" },
		{ "  x: a${self:custom.y}\n  y: [1]",
			"the variable ${self:custom.y} is no text that can be part of another" },
		{ "  x: ${cf:other.Gone}", "the variable ${cf:other.Gone} has no value" },
		{ "  x: ${strToBool('maybe')}", NULL },
	};
	write_text("part.json", "{\"a\": [\"from a file ${self:service}\"]}");
	write_text("part.txt", "plain\n");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct deploy d;
		struct str value = value_of(&d, cases[i].custom);
		if (cases[i].expected)
			CHECK_STR(value, cases[i].expected);
		else
			CHECK(str_find(value, STR("neither true nor false")) > 0);
		deploy_fini(&d);
	}
}

/* Ten texts that each hold the one before twice, and so on: it grows past the limit. */
static void test_growth(void)
{
	struct deploy d;
	struct buf b = { 0 };
	buf_cat(&b, "  a0: 0123456789012345678901234567890123456789\n");
	for (int i = 1; i < 40; i++)
		buf_printf(&b, "  a%d: ${self:custom.a%d}${self:custom.a%d}\n", i, i - 1, i - 1);
	struct str why = value_of(&d, buf_cstr(&b));
	CHECK(str_find(why, STR("grows past")) > 0);
	deploy_fini(&d);
	buf_fini(&b);
}

static void test_refused(void)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "functions: {f: {handler: a.b, events: [{http: GET /}]}}",
			"serverless.yml:3: functions.f: events of the kind http are not supported" },
		{ "functions: {f: {handler: a.b, vpc: {}}}",
			"serverless.yml:3: functions.f.vpc is not supported: there is no VPC here, functions reach the network "
			"directly" },
		{ "functions: {f: {handler: a.b, vpc: null}, g: {handler: a.b, timeot: 3}}",
			"serverless.yml:3: functions.g.timeot is not known" },
		{ "functions: {f: {}}", "serverless.yml:3: functions.f: it has no handler" },
		{ "functions: {f: {handler: a.b, events: [{sqs: {arn: 'arn:aws:sqs:x:1:q', nonsense: 1}}]}}",
			"serverless.yml:3: functions.f.events.0.sqs.nonsense is not supported" },
		{ "step: 1", "serverless.yml:3: step is not known" },
		{ "outputs: {a: 1}",
			"serverless.yml:3: outputs is not supported: use resources.Outputs" },
		{ "resources: {extensions: {Nothing: {}}}",
			"serverless.yml:3: resources.extensions: there is no resource Nothing" },
		{ "functions: {f: {handler: a.b, events: [{httpApi: {method: GET, path: /, authorizer: who}}]}}",
			"serverless.yml:3: functions.f.events.0.httpApi.authorizer: who is not among "
			"provider.httpApi.authorizers" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct deploy d;
		char text[512];
		snprintf(text, sizeof text,
			"service: s\nprovider: {name: aws, runtime: nodejs22.x}\n%s\n",
			cases[i].text);
		CHECK_INT(load(&d, text), 0);
		CHECK_INT(deploy_build(&d), -EINVAL);
		CHECK_STR(str_c(d.why), cases[i].why);
		deploy_fini(&d);
	}
	struct deploy d;
	CHECK_INT(load(&d, "service: s\nprovider: {name: google}\n"), -EINVAL);
	CHECK_STR(str_c(d.why), "provider.name: \"google\" is not supported, only aws is");
	deploy_fini(&d);
}

/* What useDotenv reads: the stage's own file first, quotes, comments, what is named in it. */
static void test_dotenv(void)
{
	struct deploy d;
	write_text(".env", "A=wrong\n");
	write_text(".env.dev",
		"# a comment\nA = one # and another\nexport B=\"two $A\"\nC='$A'\nD=${B}\\$\n\nHOME=no\n");
	CHECK_INT(load(&d, "service: s\nuseDotenv: true\nprovider: {name: aws}\ncustom: "
			   "{x: \"${env:A}-${env:B}-${env:C}-${env:D}-${env:E, 'none'}\", "
			   "home: '${env:HOME}'}\n"),
		0);
	CHECK_STR(tree_str(deploy_at(d.config, "custom.x")), "one-two one-$A-two one$-none");
	CHECK(!getenv("HOME") ||
		str_is(tree_str(deploy_at(d.config, "custom.home")), getenv("HOME")));
	deploy_fini(&d);
	CHECK_INT(
		load(&d,
			"service: s\nprovider: {name: aws}\ncustom: {x: \"${env:A, 'unread'}\"}\n"),
		0);
	CHECK_STR(tree_str(deploy_at(d.config, "custom.x")), "unread");
	deploy_fini(&d);
}

static bool serves_little(struct str type, const char *property)
{
	return !property && !str_starts(type, STR("AWS::Events::")) &&
	       !str_starts(type, STR("AWS::Nothing"));
}

/* What the server can't make is said before anything is sent to it. */
static void test_unserved(void)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "functions: {f: {handler: a.b, events: [{schedule: rate(1 minute)}]}}",
			"serverless.yml:3: functions.f: events of the kind schedule are not served yet (they need "
			"AWS::Events::Rule)" },
		{ "functions: {f: {handler: a.b, events: [{s3: pictures}]}}",
			"serverless.yml:3: functions.f: events of the kind s3 are not served yet (they need "
			"AWS::S3::Bucket.NotificationConfiguration)" },
		{ "resources:\n  Resources:\n    X:\n      Type: AWS::Nothing::Here",
			"serverless.yml:6: X: the type AWS::Nothing::Here is not served" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct deploy d;
		char text[512];
		snprintf(text, sizeof text, "service: s\nprovider: {name: aws}\n%s\n",
			cases[i].text);
		CHECK_INT(load(&d, text), 0);
		d.lookups.serves = serves_little;
		CHECK_INT(deploy_build(&d), -EINVAL);
		CHECK_STR(str_c(d.why), cases[i].why);
		deploy_fini(&d);
	}
}

/* The template as text, the archives' names made independent of how zlib packs. */
static struct str pretty(struct deploy *d)
{
	size_t n;
	yyjson_alc alc = tree_alc(&d->arena);
	yyjson_doc *doc =
		yyjson_read_opts((char *)(uintptr_t)d->template.p, d->template.n, 0, &alc, NULL);
	char *text = yyjson_write_opts(doc, YYJSON_WRITE_PRETTY_TWO_SPACES, &alc, &n, NULL), *at;
	for (const struct deploy_package *p = d->packages; p; p = p->next)
		while ((at = strstr(text, p->sha256)))
			memset(at, '0', strlen(p->sha256));
	return (struct str){ text, n };
}

static void test_golden(void)
{
	struct deploy d = { .folder = STR("tests/golden/deploy/shop"),
		.option_stage = STR("test"),
		.bucket = STR("samovar-deploys") };
	struct str expected;
	CHECK_INT(deploy_load(&d, NULL), 0);
	CHECK_STR(str_c(d.why), "");
	CHECK_INT(deploy_build(&d), 0);
	CHECK_STR(str_c(d.why), "");
	if (!d.template.p)
		return;
	struct str text = pretty(&d);
	CHECK_STR(d.stack, "shop-test");
	CHECK_STR(buf_view(&d.warnings),
		"the plugin serverless-webpack is not run: what it would add is missing\n");
	if (getenv("UPDATE_GOLDEN")) {
		FILE *f = fopen("tests/golden/deploy/shop/expected.json", "w");
		fprintf(f, "%.*s\n", STR_ARG(text));
		fclose(f);
	}
	CHECK_INT(deploy_read_file(
			  &d, STR("tests/golden/deploy/shop/expected.json"), 1 << 20, &expected),
		0);
	CHECK(str_eq(str_trim(expected), str_trim(text)));
	deploy_fini(&d);
}

static void test_names_only(void)
{
	struct deploy d = { .folder = str_c(folder), .names_only = true };
	write_text("serverless.yml",
		"service: tea-${opt:stage, 'dev'}\nprovider:\n  name: aws\n  stackName: ${self:service}-${param:which}\n"
		"  deploymentBucket: {name: \"b-${sls:stage}\", tags: {a: \"${param:none}\"}}\n"
		"params: {default: {which: '1'}}\nfunctions:\n  f: {handler: \"${param:none}\"}\n");
	CHECK_INT(deploy_load(&d, "serverless.yml"), 0);
	CHECK_STR(str_c(d.why), "");
	CHECK_STR(d.stack, "tea-dev-1");
	CHECK_STR(tree_str(deploy_at(d.config, "provider.deploymentBucket.name")), "b-dev");
	deploy_fini(&d);
	write_text("serverless.yml",
		"service: tea\nprovider: {name: aws, stackName: \"${param:none}\"}\n");
	d = (struct deploy){ .folder = str_c(folder), .names_only = true };
	CHECK(deploy_load(&d, "serverless.yml") < 0);
	CHECK_STR(str_c(d.why), "the variable ${param:none} has no value");
	deploy_fini(&d);
}

static void test_template(void)
{
	struct deploy d = { .folder = str_c(folder), .bucket = STR("b") };
	char path[256];
	snprintf(path, sizeof path, "%s/src", folder);
	mkdir(path, 0755);
	write_text("src/app.py", "def handler(event, context): pass\n");
	write_text("template.yaml",
		"Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: "
		"AWS::Serverless::Function\n    Properties: {CodeUri: src/, Handler: app.handler}\n  G:\n    Type: "
		"AWS::Serverless::Function\n    Properties: {InlineCode: x}\n");
	CHECK_INT(deploy_load(&d, "template.yaml"), 0);
	CHECK(d.is_template);
	CHECK_INT(deploy_build(&d), 0);
	CHECK_STR(str_c(d.why), "");
	CHECK(d.packages && !d.packages->next);
	CHECK(str_eq(tree_str(deploy_at(d.config, "Resources.F.Properties.CodeUri.Key")),
		d.packages->key));
	CHECK_STR(tree_str(deploy_at(d.config, "Resources.F.Properties.CodeUri.Bucket")), "b");
	CHECK(!deploy_at(d.config, "Resources.G.Properties.CodeUri"));
	deploy_fini(&d);
}

static void test_handler(void)
{
	struct deploy d = { .folder = str_c(folder), .bucket = STR("b") };
	write_text("tea.mjs", "export const brew = async () => {};\n");
	write_text("serverless.yml",
		"service: tea\nprovider: {name: aws, runtime: nodejs22.x}\nfunctions:\n"
		"  brew: {handler: tea.brew}\n  pour: {handler: cup.pour}\n");
	CHECK_INT(deploy_load(&d, "serverless.yml"), 0);
	CHECK_INT(deploy_build(&d), 0);
	CHECK_STR(buf_view(&d.warnings),
		"functions.pour: no file cup.js holds the handler cup.pour: calls will fail\n");
	deploy_fini(&d);
}

static const struct test tests[] = {
	{ "variables", test_variables },
	{ "texts that grow by their variables", test_growth },
	{ "what is refused, by name", test_refused },
	{ "useDotenv", test_dotenv },
	{ "what names the stack, alone", test_names_only },
	{ "what the server doesn't serve", test_unserved },
	{ "a service's template", test_golden },
	{ "a SAM template's code", test_template },
	{ "a handler that no file holds", test_handler },
};

int main(int argc, char **argv)
{
	CHECK(mkdtemp(folder) != NULL);
	int failed = check_main(tests, COUNT_OF(tests), argc, argv);
	char command[256];
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command) != 0 || failed;
}
