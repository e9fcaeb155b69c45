/* /_samovar/health: what runs, and what this machine does not allow. */
#include "server/health.h"
#include "aws/codec.h"
#include "net/http_server.h"
#include "sandbox/box.h"

static void add_text(struct buf *b, const char *name, const char *text)
{
	buf_printf(b, ",\"%s\":", name);
	if (text)
		json_quote(b, str_c(text));
	else
		buf_cat(b, "null");
}

bool health_serve(struct aws *aws, struct http_exchange *ex)
{
	static const struct http_header json = { STR_INIT("Content-Type"),
		STR_INIT("application/json") };
	const struct http_request *request = http_request(ex);
	if (!str_is(request->path, "/_samovar/health"))
		return false;
	const char *failure = store_failure(aws->store);
	struct buf b = { 0 };
	buf_printf(&b, "{\"status\":\"%s\",\"version\":\"%s\"", failure ? "failing" : "ok",
		SAMOVAR_VERSION);
	add_text(&b, "store", failure ? failure : "ok");
	add_text(&b, "sandbox", aws->sandbox ? sandbox_summary(aws->sandbox) : NULL);
	buf_printf(&b, ",\"auth\":\"%s\",\"services\":[",
		aws->auth == AWS_AUTH_STRICT ? "strict" : "any");
	for (size_t i = 0; aws->services[i]; i++)
		buf_printf(&b, "%s\"%s\"", i ? "," : "", aws->services[i]->api->name);
	buf_cat(&b, "]}\n");
	http_respond(ex, failure ? 503 : 200, &json, 1, buf_view(&b));
	buf_fini(&b);
	return true;
}
