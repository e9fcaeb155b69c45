/*
 * The service under test: dispatcher, store and sweeper in this process, asked in JSON; and the end
 * of the test when an answer is not the model's. Included by the model test's one file.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_SERVER_H
#define SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_SERVER_H

#include "aws/call.h"
#include "aws/testing/exchange.h"
#include "base/clock.h"
#include "loop/loop.h"
#include "services/dynamodb/dynamodb.h"
#include "services/dynamodb/testing/model_value.h"
#include <stdio.h>

static struct aws server;
static const struct service *const services[] = { &dynamodb_service, NULL };
static void *states[1];
static const char *store_path;
static uint64_t seed, step;

struct answer {
	int status;
	yyjson_doc *doc;
	yyjson_val *root;
	struct str code, message; /* of an error */
};

static const char *asked = "";
static struct str asked_body, answered;

static NORETURN void differ(const char *what)
{
	printf("# seed %llu, step %llu: %s\n# %s %.*s\n# answered: %.*s\n",
		(unsigned long long)seed, (unsigned long long)step, what, asked,
		STR_ARG(asked_body), STR_ARG(answered));
	printf("not ok what the model says\n");
	fflush(stdout);
	_exit(1); /* no leaks are looked for */
}

#define SAME(condition) \
	do { \
		if (!(condition)) \
			differ(#condition); \
	} while (0)

static struct str json_text(yyjson_val *j)
{
	return (struct str){ yyjson_get_str(j), yyjson_get_len(j) };
}

/* The answer is the next call's to overwrite. */
static struct answer ask(const char *operation, struct str body)
{
	static struct http_exchange ex;
	static yyjson_doc *doc;
	static char headers[512];
	snprintf(headers, sizeof headers,
		"Host: 127.0.0.1:4566\nContent-Type: application/x-amz-json-1.0\n"
		"X-Amz-Target: DynamoDB_20120810.%s\n"
		"Authorization: AWS4-HMAC-SHA256 Credential=test/20270115/eu-west-1/dynamodb/"
		"aws4_request, SignedHeaders=host, Signature=00\n",
		operation);
	exchange_fini(&ex);
	yyjson_doc_free(doc);
	exchange_init(&ex, "POST /", headers, (struct str){ 0 });
	ex.body = arena_str(&ex.arena, body);
	ex.request.content_length = (int64_t)body.n;
	aws_dispatch(&server, &ex);
	asked = operation;
	asked_body = ex.body;
	answered = ex.answer_body;
	doc = yyjson_read(answered.p, answered.n, 0);
	struct answer a = { .status = ex.status, .doc = doc, .root = yyjson_doc_get_root(doc) };
	SAME(ex.responded && yyjson_is_obj(a.root) && (a.status == 200 || a.status == 400));
	struct str type = json_text(yyjson_obj_get(a.root, "__type"));
	ssize_t hash = str_index(type, '#');
	a.code = hash < 0 ? type : str_from(type, (size_t)hash + 1);
	yyjson_val *message = yyjson_obj_get(a.root, "message");
	a.message = json_text(message ? message : yyjson_obj_get(a.root, "Message"));
	return a;
}

static void must_be(const struct answer *a, const char *code, const char *message)
{
	SAME(code ? str_is(a->code, code) : a->status == 200);
	if (message && !str_is(a->message, message)) {
		printf("# the message should be: %s\n", message);
		differ("the message");
	}
}

static void server_open(void)
{
	if (store_open(store_path, STORE_MEMORY, &server.store) < 0 ||
		dynamodb_service.start(&server, &states[0]) < 0)
		differ("the store opens");
}

static void server_close(void)
{
	dynamodb_service.stop(&server, states[0]);
	store_close(server.store);
}

#endif
