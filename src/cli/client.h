/*
 * Calls to a Samovar server with the interfaces' own types. Whatever protocols a service has on
 * AWS, this server takes each of its operations over rpc-v2-cbor too, so one way serves all
 * commands.
 */
#ifndef SAMOVAR_CLI_CLIENT_H
#define SAMOVAR_CLI_CLIENT_H

#include "aws/service.h"
#include "base/mem.h"
#include "net/http_client.h"

struct client {
	struct str endpoint; /* "http://127.0.0.1:4566" */
	struct str region, access_key_id, secret_access_key, session_token;
	struct arena arena; /* of all that is read and answered */
	/* Of the last call that failed. */
	struct str error_code, error_message;
};

/* What every client command takes: --endpoint and --region, as rows for its table of options. */
extern const char *client_endpoint_text, *client_region_text;
#define CLIENT_OPTIONS \
	{ "endpoint", 'e', "URL", \
		"where the server is (AWS_ENDPOINT_URL, else http://127.0.0.1:4566)", NULL, \
		&client_endpoint_text }, \
	{ \
		"region", 'r', "REGION", \
			"the region (AWS_REGION, AWS_DEFAULT_REGION, else us-east-1)", NULL, \
			&client_region_text \
	}

/* Endpoint, region and keys from the options and the environment. */
void client_init(struct client *client);
void client_fini(struct client *client);

/*
 * Calls the operation and waits in the fiber: 0 with *out filled in the client's arena; -EREMOTEIO
 * when the server refused (error_code, error_message); -ECONNREFUSED and others when it can't be
 * reached.
 */
int client_call(struct client *client, const struct api *api, const struct operation *op,
	const void *in, void *out) MUSTCHECK;
/* A request of another form than rpc-v2-cbor, without a query. */
struct client_request {
	struct str method, path, service;  /* service: the signing name, "s3" */
	const struct http_header *headers; /* at most CLIENT_HEADERS_MAX, beside Host */
	size_t header_count;
	struct str body;
	uint64_t timeout_ms;
};
enum { CLIENT_HEADERS_MAX = 4 };
/* Signs and sends it, and waits in the fiber. As http_client_send; the answer is in the client's
 * arena. */
int client_send(struct client *client, const struct client_request *request,
	struct http_client_response *out) MUSTCHECK;
/* Whether the last failure was this AWS error. */
bool client_failed_with(const struct client *client, const struct error_shape *error);
/* Says on stderr why a call failed and answers the exit code for it. */
int client_report(const struct client *client, int r);
/* Whether a server answers at the endpoint. */
bool client_is_up(struct client *client);

#endif
