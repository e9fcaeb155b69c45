/* Transfers of libcurl on the loop, whatever their protocol: what the clients of this floor share.
 */
#ifndef SAMOVAR_NET_TRANSFER_H
#define SAMOVAR_NET_TRANSFER_H

#include "base/common.h"
#include <curl/curl.h>

struct waitq;

/*
 * Runs the prepared handle and waits in the calling fiber: 0 with libcurl's result, -ENOMEM, or
 * -ECANCELED when is_cancelled (or NULL), asked whenever wakes is woken, said so. gives_way: as in
 * http_client_request. CURLOPT_PRIVATE is its own.
 */
int transfer_run(CURL *easy, bool gives_way, bool (*is_cancelled)(void), struct waitq *wakes,
	CURLcode *result) MUSTCHECK;
/* Lets the handle trust the certificates of OpenSSL's own variables, SSL_CERT_FILE and
 * SSL_CERT_DIR, in place of the system's. */
void transfer_trust(CURL *easy);
/* libcurl's result as an error of ours. */
int transfer_errno(CURLcode result);

#endif
