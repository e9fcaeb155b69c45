/* What the dispatcher makes once of the server's services: maps of their names and operations, and
 * their routes. */
#ifndef SAMOVAR_AWS_TABLES_H
#define SAMOVAR_AWS_TABLES_H

#include "aws/route.h"
#include "aws/service.h"
#include "base/map.h"

struct aws;

struct api_entry {
	const struct api *api;
	struct map operations; /* by name: const struct operation *; internal ones are not in it */
	struct routes routes;  /* of @http; empty when the API has none */
};

struct operation_owner {
	const struct operation *operation;
	const struct api *api;
};

struct aws_tables {
	struct api_entry *apis;
	size_t api_count;
	struct map by_target; /* X-Amz-Target's prefix, and rpc-v2-cbor's service: api_entry */
	struct operation_owner *owners; /* sorted by the operation's address */
	size_t owner_count;
};

/* Made at the first use, on any thread; afterwards only read. */
const struct aws_tables *aws_tables(struct aws *aws);
/* The API of an operation that one of the services has. */
const struct api *aws_operation_api(struct aws *aws, const struct operation *op);

#endif
