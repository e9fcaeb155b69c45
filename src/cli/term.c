/* What a terminal can do that a file can't. */
#include "cli/term.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool term_has_colours(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	return isatty(STDOUT_FILENO) && !(no && *no) && !(term && str_is(str_c(term), "dumb"));
}

const char *term_style(enum term_style style)
{
	static const char *const sequences[] = { [TERM_PLAIN] = "\033[0m",
		[TERM_BOLD] = "\033[1m",
		[TERM_DIM] = "\033[2m",
		[TERM_RED] = "\033[31m",
		[TERM_GREEN] = "\033[32m",
		[TERM_YELLOW] = "\033[33m",
		[TERM_CYAN] = "\033[36m" };
	return term_has_colours() ? sequences[style] : "";
}

void term_line(enum term_style style, struct str text)
{
	bool to_terminal = isatty(STDOUT_FILENO);
	fputs(term_style(style), stdout);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool is_control = (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f;
		if (!to_terminal || !is_control)
			fputc(c, stdout);
	}
	fputs(term_style(TERM_PLAIN), stdout);
	fputc('\n', stdout);
}
