/* The log of a function, as it was and as it goes on. */
#ifndef SAMOVAR_CLI_FOLLOW_H
#define SAMOVAR_CLI_FOLLOW_H

#include "cli/client.h"

struct follow {
	struct str group;
	int64_t since_ms;  /* milliseconds since 1970 */
	struct str filter; /* a filter pattern of CloudWatch Logs, or empty */
	bool goes_on;      /* -f: until the program is to end */
	bool with_times;
	struct str trace; /* follow_trace's */
};

/*
 * Prints the group's events from since_ms on, and then those that come. In a fiber. 0; -ENOENT when
 * there is no such group; or as client_call, with the client's error set.
 */
int follow_log(struct client *client, const struct follow *follow) MUSTCHECK;

/* Parts of a line. */
void follow_print_time(int64_t ms);
void follow_print_message(struct str message);

/* ---- trace.c ---- */

/*
 * Prints what all functions logged that follow->trace went through, in order; with goes_on, looks
 * again and again for what is new. In a fiber. 0; -ENOENT when there is nothing; or as client_call.
 */
int follow_trace(struct client *client, const struct follow *follow) MUSTCHECK;

#endif
