/* Fuzzing Signature Version 4: a request line, headers and a body, parsed and verified with a known
 * secret. */
#include "aws/sigv4.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADERS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct str rest = { (const char *)data, size }, line, method = { 0 }, query = STR("");
	struct http_header v[HEADERS_MAX];
	struct http_headers headers = { v, 0 };
	if (!str_cut(&rest, '\n', &line) || !str_cut(&line, ' ', &method) || !line.p)
		return 0;
	ssize_t question = str_index(line, '?');
	if (question >= 0) {
		query = str_from(line, (size_t)question + 1);
		line.n = (size_t)question;
	}
	struct sigv4_request request = { method, line, query, &headers };
	while (rest.p && headers.n < HEADERS_MAX && str_cut(&rest, '\n', &line) && line.n) {
		ssize_t colon = str_index(line, ':');
		if (colon > 0)
			v[headers.n++] = (struct http_header){ str_sub(line, 0, (size_t)colon),
				str_from(line, (size_t)colon + 1) };
	}
	struct str body = rest.p ? rest : STR("");
	struct sigv4_claim claim;
	struct sigv4_error error;
	sigv4_parse(&arena, &request, &claim);
	for (int rules = SIGV4_RULES_COMMON; rules <= SIGV4_RULES_S3; rules++)
		if (sigv4_verify(&arena, &request, &claim, STR("secret"), body,
			    (enum sigv4_rules)rules, 1440938160000, &error) < 0)
			assert(error.message.n > 0);
	arena_fini(&arena);
	return 0;
}
