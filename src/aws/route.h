/* Finding an operation by its method and path: the uri patterns of @http (Smithy 2.0, "HTTP binding
 * traits"). */
#ifndef SAMOVAR_AWS_ROUTE_H
#define SAMOVAR_AWS_ROUTE_H

#include "aws/limits.h"
#include "aws/service.h"
#include "base/mem.h"

struct route_node;

/* The patterns of one API as a tree of path segments. Zero it to begin. */
struct routes {
	struct route_node *root;
	size_t count;
};

/* A label of the path: its name in the pattern, and the text that stands in its place, still
 * percent-encoded. */
struct route_label {
	struct str name, value;
};

struct route_match {
	const struct operation *operation; /* NULL when only the path is known, by another method */
	struct route_label labels[ROUTE_LABELS_MAX];
	size_t label_count;
};

/* The request's parts that choose among operations of one path. */
struct route_request {
	struct str method, path, query;
	/* Whether a header of that name is there; or NULL. */
	bool (*has_header)(const void *arg, const char *name);
	const void *arg;
};

void routes_add(struct routes *routes, const struct operation *op);
void routes_finish(struct routes *routes);
void routes_fini(struct routes *routes);
/*
 * 0 and the operation; -ENOENT for a path that is unknown, -ENOTSUP for one that is known by other
 * methods. Literal segments win over labels, labels over greedy ones. Among operations of one path
 * and method, the one whose literal query and required query and header members the request has the
 * most of wins: this is how S3 tells its operations apart. A slash at the end of the path is the
 * same as none.
 */
int routes_find(const struct routes *routes, const struct route_request *request,
	struct route_match *out) MUSTCHECK;

#endif
