/* What an HTTP server's and a client's messages share. */
#ifndef SAMOVAR_NET_HTTP_H
#define SAMOVAR_NET_HTTP_H

#include "base/mem.h"
#include "base/str.h"

struct http_header {
	struct str name, value;
};

struct http_headers {
	struct http_header *v;
	size_t n;
};

/* The first header of that name (case ignored), or a str whose p is NULL. */
struct str http_header_get(const struct http_headers *headers, struct str name);
/* "Not Found" for 404; "Unknown" for a status without a name. */
const char *http_reason(int status);
/*
 * The first query parameter of that name, percent-decoded into the arena, or p == NULL. A parameter
 * without
 * "=" is empty.
 */
struct str http_query_get(struct arena *arena, struct str query, struct str name);
/* Takes the next name=value pair off *query, decoded; false at the end. Bad percent codes are kept
 * as they are. */
bool http_query_next(struct arena *arena, struct str *query, struct str *name, struct str *value);

#endif
