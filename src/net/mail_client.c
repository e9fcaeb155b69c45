/* Outgoing mail, by libcurl's SMTP on the loop. */
#include "net/mail_client.h"
#include "net/transfer.h"
#include <errno.h>

static size_t on_read(char *to, size_t size, size_t n, void *arg)
{
	struct str *left = arg;
	size_t bytes = MIN(size * n, left->n);
	memcpy(to, left->p, bytes);
	*left = str_from(*left, bytes);
	return bytes;
}

int mail_client_send(struct arena *arena, const struct mail_client_request *request, int *status)
{
	struct str left = request->text;
	CURLcode result = CURLE_OK;
	CURL *e = curl_easy_init();
	struct curl_slist *to =
		curl_slist_append(NULL, arena_printf(arena, "<%.*s>", STR_ARG(request->to)).p);
	long code = 0;
	int r = -ENOMEM;
	if (!e || !to)
		goto out;
	curl_easy_setopt(e, CURLOPT_URL, arena_cstr(arena, request->url));
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	/* Encrypted when the relay can. */
	curl_easy_setopt(e, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
	transfer_trust(e);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(
		e, CURLOPT_MAIL_FROM, arena_printf(arena, "<%.*s>", STR_ARG(request->from)).p);
	curl_easy_setopt(e, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(e, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(e, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(e, CURLOPT_READDATA, &left);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	r = transfer_run(e, true, NULL, NULL, &result);
	curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &code);
	*status = (int)code;
	if (r == 0 && (result == CURLE_SEND_ERROR || result == CURLE_RECV_ERROR ||
			      result == CURLE_COULDNT_CONNECT))
		r = transfer_errno(result);
	else if (r == 0 && result != CURLE_OK)
		r = code >= 400 ? -EREMOTEIO : transfer_errno(result);
out:
	curl_slist_free_all(to);
	curl_easy_cleanup(e);
	return r;
}
