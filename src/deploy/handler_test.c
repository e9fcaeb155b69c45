/* Handlers are found by the exports of the files that people write. */
#include "deploy/handler.h"
#include "tests/check.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_javascript(void)
{
	CHECK_STR(handler_export_javascript(
			  STR("const x = 1;\nexports.handler = async (event) => 1;")),
		"handler");
	CHECK_STR(handler_export_javascript(
			  STR("module.exports.endpoint = (event, context, callback) => {\n};")),
		"endpoint");
	CHECK_STR(
		handler_export_javascript(STR(
			"export const run = async () => {};\nexport async function handler(e) {}")),
		"handler");
	CHECK_STR(handler_export_javascript(STR("module.exports = { main, other };")), "main");
	CHECK_STR(handler_export_javascript(STR("export function* stream() {}")), "stream");
	CHECK(handler_export_javascript(STR("// exports.handler\nconst handler = 1;")).n == 0);
	CHECK(handler_export_javascript(STR("exports.__esModule = true;")).n == 0);
}

static void test_python(void)
{
	CHECK_STR(handler_export_python(
			  STR("def _x(event):\n  pass\ndef hello(event, context):\n  return 1\n")),
		"hello");
	CHECK_STR(
		handler_export_python(STR(
			"def hello(event, context):\n  return 1\ndef lambda_handler(e, c): pass")),
		"lambda_handler");
	CHECK(handler_export_python(STR("class A:\n    def handler(self, event): pass\n")).n == 0);
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void test_files_and_folders(void)
{
	struct arena arena = { 0 };
	struct handler h;
	char folder[] = "/tmp/samovar-handler-XXXXXX", why[256];
	CHECK(mkdtemp(folder) != NULL);
	struct str named = arena_printf(&arena, "%s/my.app.py", folder);
	CHECK_INT(handler_find(&arena, folder, &h, why, sizeof why), -ENOENT);
	write_text(named.p, "def hello(event, context):\n    return {}\n");
	CHECK_INT(handler_find(&arena, named.p, &h, why, sizeof why), 0);
	CHECK_STR(h.name, "my-app");
	CHECK_STR(h.runtime, "python3.12");
	CHECK_STR(h.handler, "my.app.hello");
	struct str usual = arena_printf(&arena, "%s/index.mjs", folder);
	write_text(usual.p, "export const nothing_else = 1\n");
	CHECK_INT(handler_find(&arena, folder, &h, why, sizeof why), 0);
	CHECK_STR(h.handler, "index.nothing_else");
	CHECK_STR(h.folder, folder);
	CHECK(str_starts(h.name, STR("samovar-handler-")));
	write_text(usual.p, "const a = 1\n");
	CHECK_INT(handler_find(&arena, folder, &h, why, sizeof why), -EINVAL);
	unlink(usual.p);
	unlink(named.p);
	rmdir(folder);
	arena_fini(&arena);
}

static const struct test tests[] = {
	{ "the exports of JavaScript", test_javascript },
	{ "the functions of Python", test_python },
	{ "files, and folders with the usual names", test_files_and_folders },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
