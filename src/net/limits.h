/* Limits of the network floor: the defaults of http_server_options, and what is not an option. */
#ifndef SAMOVAR_NET_LIMITS_H
#define SAMOVAR_NET_LIMITS_H

#include "base/common.h"

enum {
	HTTP_CONNECTIONS_MAX = 10000,
	HTTP_HEADER_BYTES_MAX = 64 * 1024, /* request line, headers and trailers */
	HTTP_TARGET_BYTES_MAX = 32 * 1024, /* over it: 414 */
	HTTP_HEADERS_MAX = 256,
	HTTP_BODY_BUFFER_BYTES =
		1024 * 1024, /* bodies up to this are read before the handler starts */
	HTTP_BODY_WINDOW_BYTES = 256 * 1024,   /* of a body that the handler reads in parts */
	HTTP_PIPELINE_BYTES_MAX = 256 * 1024,  /* of the next requests, while one is handled */
	HTTP_SKIP_BYTES_MAX = 256 * 1024,      /* of a body that the handler left unread */
	HTTP_CHUNK_EXTENSION_BYTES_MAX = 4096, /* in one body */
	HTTP_READ_BYTES = 64 * 1024,
	HTTP_KEPT_BYTES_MAX = 64 * 1024, /* of each buffer of a connection between requests */
	HTTP_HEADER_TIMEOUT_MS = 20 * 1000,
	HTTP_IDLE_TIMEOUT_MS = 120 * 1000,
	HTTP_BODY_TIMEOUT_MS = 60 * 1000,
	HTTP_LINGER_MS = 1000, /* after a refusal, for the client to read it */
	HTTP_LISTEN_BACKLOG = 1024,
	HTTP_CLIENT_TIMEOUT_MS = 30 * 1000,
	HTTP_CLIENT_CONNECTIONS_MAX = 128, /* kept open, idle */
};

#define HTTP_CLIENT_BODY_BYTES_MAX (10 * MIB)

#endif
