/* embed OUT.c [name=path | path]...: files as a C table (base/embedded.h), found again by their
 * names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void die(const char *what, const char *path)
{
	fprintf(stderr, "embed: %s: %s\n", path, what);
	exit(1);
}

/* .incbin lets the assembler copy the bytes: no file passes through the C compiler. */
static void write_bytes(FILE *out, size_t i, const char *path)
{
	fprintf(out,
		"__asm__(\".section .rodata\\n.balign 16\\nembedded_%zu:\\n.incbin \\\"%s\\\"\\n"
		"embedded_%zu_end:\\n.byte 0\\n.previous\\n\");\n"
		"extern const unsigned char embedded_%zu[], embedded_%zu_end[];\n",
		i, path, i, i, i);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		die("usage: embed OUT.c [name=path | path]...", "arguments");
	FILE *out = fopen(argv[1], "w");
	if (!out)
		die("cannot be written", argv[1]);
	fprintf(out, "/* Made by tools/embed. */\n#include \"base/embedded.h\"\n");
	for (int i = 2; i < argc; i++) {
		char *equals = strchr(argv[i], '=');
		struct stat st;
		const char *path = equals ? equals + 1 : argv[i];
		if (stat(path, &st) < 0)
			die("not found", path);
		write_bytes(out, (size_t)i, path);
	}
	fprintf(out, "const struct embedded_file embedded_files[] = {\n");
	for (int i = 2; i < argc; i++) {
		char *equals = strchr(argv[i], '=');
		struct stat st;
		int length = equals ? (int)(equals - argv[i]) : (int)strlen(argv[i]);
		if (stat(equals ? equals + 1 : argv[i], &st) < 0)
			die("not found", argv[i]);
		fprintf(out, "\t{ \"%.*s\", embedded_%d, %lld, %s },\n", length, argv[i], i,
			(long long)st.st_size, st.st_mode & 0100 ? "true" : "false");
	}
	fprintf(out, "\t{ 0 },\n};\n");
	return fclose(out) ? 1 : 0;
}
