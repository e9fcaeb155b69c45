/* What a service is: its interface, generated from its .smithy, and the few hooks that it gives the
 * server. */
#ifndef SAMOVAR_AWS_SERVICE_H
#define SAMOVAR_AWS_SERVICE_H

#include "aws/shape.h"

struct aws;
struct call;
struct http_exchange;
struct policy_context_key;

enum operation_kind {
	OPERATION_WRITES,   /* the default: the handler runs inside one write transaction, on the
			       writer's thread */
	OPERATION_READONLY, /* @readonly: on a snapshot, on the loop's thread; it must not wait */
	OPERATION_WAITS,    /* @waits: free in its fiber; opens transactions itself */
};

struct error_shape {
	const char *name;       /* "ResourceNotFoundException" */
	const char *query_code; /* @awsQueryError's code, or the name */
	int status;             /* @httpError, else 400 or 500 */
	int query_status;       /* @awsQueryError's, for Query; else the same */
	bool is_server_fault;
	const struct shape *shape; /* its members; the message is "message" or "Message" */
};

typedef int operation_fn(struct call *call, const void *in, void *out);

struct operation {
	const char *name;
	const char *doc;                         /* the comment above it in the .smithy */
	const struct shape *input, *output;      /* never NULL; may have no members */
	const struct error_shape *const *errors; /* NULL-terminated */
	enum operation_kind kind;
	bool is_internal; /* @internal: never reached from the wire, only by call_inner() */
	bool is_public;   /* @optionalAuth or @auth([]): needs no signature */
	const char *http_method, *http_uri; /* @http, or NULL; the uri in Smithy's form,
					       "/a/{Label}/{Greedy+}?x=y" */
	int http_status;
	const char *action;   /* IAM's: "lambda:InvokeFunction" */
	const char *resource; /* @resource: an ARN with {Member} labels, {account} and {region}; or
				 NULL: "*" */
	operation_fn *run;    /* the handler, behind a trampoline of the right type */
};

enum protocol {
	PROTOCOL_JSON_1_0 = 1,
	PROTOCOL_JSON_1_1 = 2,
	PROTOCOL_QUERY = 4,
	PROTOCOL_REST_JSON = 8,
	PROTOCOL_REST_XML = 16,
	PROTOCOL_CBOR = 32,
};

/* A service's interface; the generated table <service>_api. */
struct api {
	const char *name; /* the .smithy's file name: "lambda"; first part of the service's keys */
	const char *sdk_id;        /* "Lambda" */
	const char *signing_name;  /* the service in a credential scope: "lambda" */
	const char *target_prefix; /* of X-Amz-Target: "AWSGirApiService"; the Smithy service's own
				      name */
	const char *endpoint_prefix; /* host: "lambda" in lambda.us-east-1.amazonaws.com */
	const char *version;         /* "2015-03-31"; Query's Version */
	const char *xml_namespace;
	const char *doc;          /* the comment above the service, or NULL */
	unsigned protocols;       /* of enum protocol */
	bool is_query_compatible; /* @awsQueryCompatible: JSON errors carry x-amzn-query-error:
				     code;Sender */
	const struct operation *const *operations; /* sorted by name */
	size_t operation_count;
};

/* What an operation acts on, for authorisation. Texts are in the call's arena. */
struct service_resource {
	struct str arn;
	struct str account;  /* its owner */
	struct str policy;   /* attached to it, or p == NULL */
	const char *action;  /* when it is not the operation's own; else NULL */
	const char *also[2]; /* what the input asks for beside that: further actions, or NULL */
	/* Condition keys of the service's own that the request has. */
	const struct policy_context_key *context;
	size_t context_count;
	bool by_handler; /* the operation asks itself, by call_authorize */
};

/* One thing that the caller must be allowed to do. */
struct service_permission {
	const char *action; /* "dynamodb:PartiQLSelect" */
	struct service_resource resource;
};

/* One row of the server's table of services. Unused hooks are NULL. */
struct service {
	const struct api *api;
	/* Makes what lives as long as the server: aws_state(aws, api) is it afterwards. In a fiber.
	 */
	int (*start)(struct aws *aws, void **state);
	/* Ends it, in a fiber, before the stores close. */
	void (*stop)(struct aws *aws, void *state);
	/*
	 * The service's own HTTP, which is no AWS API call (execute-api hosts, function URLs): true
	 * when the host or path is its own and it has answered; false lets the next one look. In a
	 * fiber.
	 */
	bool (*serve)(struct aws *aws, void *state, struct http_exchange *ex);
	/*
	 * For services whose resources have policies or are named otherwise than by @resource (a
	 * queue by its URL): what call->operation acts on by this input. 0, or negative: as
	 * @resource says. Asked in strict mode only, before the input is validated; it reads the
	 * store by call_look().
	 */
	int (*find_resource)(struct call *call, const void *in, struct service_resource *out);
	/*
	 * For operations that act on several things, or need other actions than their own (a
	 * batch, a statement): all that the caller must be allowed, at least one. 0, or negative:
	 * as find_resource or @resource says. Asked when find_resource is.
	 */
	int (*find_permissions)(
		struct call *call, const void *in, struct service_permission **out, size_t *n);
};

#endif
