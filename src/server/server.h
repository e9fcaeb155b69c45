/* The server: stores, services and the front door, opened and closed in order. */
#ifndef SAMOVAR_SERVER_SERVER_H
#define SAMOVAR_SERVER_SERVER_H

#include "server/config.h"

struct server;

enum { SERVER_WHY_BYTES = 5120 }; /* a path and what is wrong with it */

/*
 * Opens everything and listens; in a fiber of this thread's loop. A negative answer comes with a
 * sentence in why that says what to do about it. The config must outlive the server.
 */
int server_create(const struct server_config *config, struct server **out,
	char why[SERVER_WHY_BYTES]) MUSTCHECK;
/* Stops listening, ends what runs, closes the stores; in a fiber. NULL is allowed. */
void server_destroy(struct server *server);

/* "http://127.0.0.1:4566" */
const char *server_url(const struct server *server);
const struct aws *server_aws(const struct server *server);

#endif
