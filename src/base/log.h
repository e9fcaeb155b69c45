/* The server's own log: one line on stderr for each event. */
#ifndef SAMOVAR_BASE_LOG_H
#define SAMOVAR_BASE_LOG_H

#include "base/common.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* What is above the level is not written. Default: LOG_INFO. Set it before threads start. */
void log_set_level(enum log_level level);
bool log_enabled(enum log_level level);
/* Thread-safe; a line is one write. Control characters in it are written as '?'. */
void log_write(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);

#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_write(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...) \
	do { \
		if (log_enabled(LOG_DEBUG)) \
			log_write(LOG_DEBUG, __VA_ARGS__); \
	} while (0)

#endif
