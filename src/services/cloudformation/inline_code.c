/* Inline code: the source as index.js or index.py in a zip, and the cfn-response module for custom
 * resources. */
#include "services/cloudformation/inline_code.h"
#include "api/cloudformation.h"
#include <archive.h>
#include <archive_entry.h>

static const char response_js[] =
	"'use strict';\n"
	"exports.SUCCESS = 'SUCCESS';\n"
	"exports.FAILED = 'FAILED';\n"
	"exports.send = function (event, context, status, data, physicalId, noEcho) {\n"
	"  const body = JSON.stringify({ Status: status, Reason: 'See the log stream ' + "
	"context.logStreamName,\n"
	"    PhysicalResourceId: physicalId || context.logStreamName, StackId: event.StackId,\n"
	"    RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId, NoEcho: "
	"noEcho || false, Data: data });\n"
	"  const url = new URL(event.ResponseURL);\n"
	"  const lib = require(url.protocol === 'https:' ? 'https' : 'http');\n"
	"  return new Promise((resolve) => {\n"
	"    const end = () => { if (context.done) context.done(); resolve(); };\n"
	"    const request = lib.request(url, { method: 'PUT', headers: { 'content-type': '',\n"
	"      'content-length': Buffer.byteLength(body) } }, (answer) => { answer.resume(); "
	"answer.on('end', end); });\n"
	"    request.on('error', (e) => { console.log('cfn-response: ' + e); end(); });\n"
	"    request.end(body);\n"
	"  });\n"
	"};\n";

static const char response_py[] =
	"import json\n"
	"import urllib.request\n"
	"\n"
	"SUCCESS = 'SUCCESS'\n"
	"FAILED = 'FAILED'\n"
	"\n"
	"\n"
	"def send(event, context, responseStatus, responseData, physicalResourceId=None, "
	"noEcho=False, reason=None):\n"
	"    body = json.dumps({'Status': responseStatus,\n"
	"                       'Reason': reason or 'See the log stream ' + context.log_stream_name,\n"
	"                       'PhysicalResourceId': physicalResourceId or context.log_stream_name,\n"
	"                       'StackId': event['StackId'], 'RequestId': event['RequestId'],\n"
	"                       'LogicalResourceId': event['LogicalResourceId'], 'NoEcho': noEcho,\n"
	"                       'Data': responseData}).encode()\n"
	"    request = urllib.request.Request(event['ResponseURL'], data=body, method='PUT', "
	"headers={'content-type': ''})\n"
	"    try:\n"
	"        urllib.request.urlopen(request).read()\n"
	"    except Exception as e:\n"
	"        print('cfn-response:', e)\n";

static void add_file(struct archive *a, const char *name, struct str text)
{
	struct archive_entry *entry = archive_entry_new();
	archive_entry_set_pathname(entry, name);
	archive_entry_set_size(entry, (int64_t)text.n);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_mtime(entry, 315532800, 0);
	archive_write_header(a, entry);
	archive_write_data(a, text.p, text.n);
	archive_entry_free(entry);
}

int cfn_inline_zip(struct call *call, struct str runtime, struct str source, struct str *out)
{
	bool is_node = str_starts(runtime, STR("nodejs")),
	     is_python = str_starts(runtime, STR("python"));
	if (!is_node && !is_python)
		return fail(call, &cloudformation_validation_error,
			"ZipFile can only be used when Runtime is set to either of nodejs or python.");
	if (source.n > 4 * MIB)
		return fail(
			call, &cloudformation_validation_error, "ZipFile may have at most 4 MB.");
	size_t room = source.n + sizeof response_js + sizeof response_py + 4096, used = 0;
	char *bytes = arena_alloc(call->arena, room);
	struct archive *a = archive_write_new();
	archive_write_set_format_zip(a);
	archive_write_zip_set_compression_store(a);
	bool ok = archive_write_open_memory(a, bytes, room, &used) == ARCHIVE_OK;
	if (ok) {
		add_file(a, is_node ? "index.js" : "index.py", source);
		add_file(a, is_node ? "cfn-response.js" : "cfnresponse.py",
			str_c(is_node ? response_js : response_py));
	}
	ok = archive_write_close(a) == ARCHIVE_OK && ok;
	archive_write_free(a);
	if (!ok)
		return fail(call, &cloudformation_validation_error,
			"The inline code could not be packed.");
	*out = (struct str){ bytes, used };
	return 0;
}
