/* What a terminal can do that a file can't: colours, and lines that are written over. */
#ifndef SAMOVAR_CLI_TERM_H
#define SAMOVAR_CLI_TERM_H

#include "base/str.h"

enum term_style { TERM_PLAIN, TERM_BOLD, TERM_DIM, TERM_RED, TERM_GREEN, TERM_YELLOW, TERM_CYAN };

/* Whether stdout is a terminal that wants colours (NO_COLOR is honoured). */
bool term_has_colours(void);
/* The escape sequence, or "" without colours; TERM_PLAIN ends a style. */
const char *term_style(enum term_style style);
/* The text in that style, with a newline. Control characters but tabs are left out. */
void term_line(enum term_style style, struct str text);

#endif
