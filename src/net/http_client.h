/* Outgoing HTTP, by libcurl on the loop. */
#ifndef SAMOVAR_NET_HTTP_CLIENT_H
#define SAMOVAR_NET_HTTP_CLIENT_H

#include "net/http.h"

struct waitq;

struct http_client_request {
	struct str method, url;
	const struct http_header *headers;
	size_t header_count;
	struct str body;
	uint64_t timeout_ms;   /* for the whole exchange; 0: 30 s */
	size_t body_bytes_max; /* of the answer; 0: 10 MiB */
	bool public_only;      /* refuse loopback, link-local and private addresses, checked on the
				  address used */
	/*
	 * If set, called with each part of the answer's body instead of gathering it, on the loop's
	 * own stack: it must not wait. Nonzero ends the exchange with -EIO.
	 */
	int (*on_body)(void *arg, struct str part);
	void *arg;
	/* If set, asked whenever the queue is woken; true ends the exchange: -ECANCELED. */
	bool (*is_cancelled)(void);
	struct waitq *wakes;
	bool gives_way; /* http_client_give_way() ends it: somebody will try again */
	/* If set, connect there whatever the URL's host is: "127.0.0.1:4566". */
	struct str connect_to;
};

struct http_client_response {
	int status;
	struct http_headers headers;
	struct str body;
};

/*
 * Sends and waits in the calling fiber; the answer is in the arena. Redirects are not followed.
 * -ECONNREFUSED, -ETIMEDOUT, -EACCES (public_only), -EMSGSIZE, -EINVAL (URL), -EHOSTUNREACH,
 * -EPROTO, -EIO.
 */
int http_client_send(struct arena *arena, const struct http_client_request *request,
	struct http_client_response *out) MUSTCHECK;
/* Ends what is under way and gives way, with -EIO: before the server ends. */
void http_client_give_way(void);
/* Ends the loop's client, if one was made; exchanges that are under way end with -EIO. */
void http_client_fini(void);

#endif
