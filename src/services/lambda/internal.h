/* What the files of this service share: its state, and the functions that its handlers are made of.
 */
#ifndef SAMOVAR_SERVICES_LAMBDA_INTERNAL_H
#define SAMOVAR_SERVICES_LAMBDA_INTERNAL_H

#include "api/lambda.h"
#include "aws/call.h"
#include "loop/fiber.h"
#include "services/lambda/engine/engine.h"
#include "services/lambda/limits.h"
#include "services/lambda/name.h"

struct async;
struct code_cache;
struct mappings;
struct resolver;

/* aws_state(): lives from start() to stop(). */
struct lambda {
	struct aws *aws;
	struct engine *engine;
	struct code_cache *code;
	struct resolver *resolver;
	struct async *async;
	struct mappings *mappings;
	/* Fibers that remove what deleted versions left; they end early when the service stops. */
	bool stopping;
	size_t retiring;
	struct waitq retire_wake;
};

static inline struct lambda *lambda_of(const struct aws *aws)
{
	return aws_state(aws, &lambda_api);
}

/* ---- name.c: whom a request means ---- */

/*
 * FunctionName in any of its forms and the Qualifier parameter (p == NULL for none), with this
 * call's account and region where the text names none. Raises what AWS does for ill-formed and
 * contradicting names.
 */
int lambda_name_of(struct call *call, struct str text, struct str qualifier,
	struct function_name *out) MUSTCHECK;
/* The same, and another account's function passes in strict mode too: the caller asks its resource
 * policy. */
int lambda_name_of_any_account(struct call *call, struct str text, struct str qualifier,
	struct function_name *out) MUSTCHECK;
/* The same for an operation on a whole function: a qualifier is refused. */
int lambda_name_of_function(
	struct call *call, struct str text, struct function_name *out) MUSTCHECK;
int lambda_fail_not_found(struct call *call, const struct function_name *name);

/* ---- records.c ---- */

/* (lambda, account, region, kind, function): the key of a function's part, or the prefix of
 * several. */
struct str lambda_part_key(struct arena *arena, const struct function_name *name, const char *kind);
/* The same and one more part: a version's number or an alias's name; p == NULL is "". */
struct str lambda_version_key(
	struct arena *arena, const struct function_name *name, int64_t number);
struct str lambda_named_key(
	struct arena *arena, const struct function_name *name, const char *kind, struct str last);
/* (lambda, account, region, kind): the prefix of all of a kind. */
struct str lambda_kind_key(struct arena *arena, const struct function_name *name, const char *kind);

/* Raise ResourceNotFoundException when there is none. */
int lambda_read_function(struct call *call, const struct function_name *name,
	struct lambda_function_record *out) MUSTCHECK;
/* The version that the name's qualifier leads to, through an alias too; *number is 0 for $LATEST.
 */
int lambda_read_version(struct call *call, const struct function_name *name,
	struct lambda_version_record *out, int64_t *number) MUSTCHECK;
bool lambda_read_alias(struct call *call, const struct function_name *name, struct str alias,
	struct lambda_alias_configuration *out);
/* Refuses a name whose qualifier is neither a version nor an alias of the function, nor absent. */
int lambda_check_qualifier(struct call *call, const struct function_name *name) MUSTCHECK;
void lambda_write_version(struct call *call, const struct function_name *name, int64_t number,
	const struct lambda_version_record *version);
/* The blobs of a version, by its name as owner. */
void lambda_ref_blobs(struct call *call, const struct function_name *name, int64_t number,
	const struct lambda_version_record *version);
void lambda_unref_blobs(struct call *call, const struct function_name *name, int64_t number,
	const struct lambda_version_record *version);
/* A new RevisionId; and PreconditionFailedException if the wanted one (p == NULL: any) is not the
 * current. */
struct str lambda_new_revision(struct call *call);
int lambda_check_revision(struct call *call, struct str wanted, struct str current) MUSTCHECK;
struct str lambda_now_text(struct call *call);
/* 32 random hexadecimal digits. */
struct str lambda_random_key(struct call *call);
/* What GetFunctionConfiguration answers of it: a stored version's configuration with its ARN. */
void lambda_configuration_of(struct call *call, const struct function_name *name,
	const struct lambda_version_record *v, struct lambda_function_configuration *out);

/* ---- pages.c: lists in pages ---- */

/* A walk over the keys below a prefix, from the marker on, for an answer of at most max items. */
struct lambda_page {
	struct txn_cursor cursor;
	struct call *call;
	size_t left;
	struct str next_marker; /* set when there is more */
};
int lambda_page_open(struct call *call, struct str prefix, struct str marker,
	struct opt_i64 max_items, size_t max, struct lambda_page *page) MUSTCHECK;
/* Decodes the next record into *out (of that shape, zeroed first); false at the end of the page. */
bool lambda_page_next(struct lambda_page *page, const struct shape *shape, void *out);
void lambda_page_close(struct lambda_page *page);

/* ---- code.c ---- */

/* An uploaded archive: stored, unpacked once, pinned. */
struct code {
	struct str blob;   /* 64 digits, in the call's arena; p == NULL for none */
	struct str sha256; /* base64 */
	int64_t zip_bytes, unzipped_bytes;
	struct blob_id pin;
};
struct code_source {
	struct str zip, s3_bucket, s3_key, s3_version, image_uri;
};
int code_take(struct call *call, const struct code_source *source, struct code *out) MUSTCHECK;
/* After the transaction; kept: it refers to the code. Else the code is removed, unless others refer
 * to it. */
void code_release(struct call *call, struct code *code, bool kept);
/* A link to the archive on this server, good for LAMBDA_CODE_LINK_SECONDS. */
struct str code_link(struct call *call, struct str blob, struct str name);
bool code_serve(struct aws *aws, struct http_exchange *ex);
/* Fails when the account would hold more than its quota with that much more. In a transaction. */
int code_check_storage(
	struct call *call, const struct function_name *name, int64_t more_bytes) MUSTCHECK;
int64_t code_storage_used(struct call *call, const struct function_name *name);

/* ---- configure.c ---- */

/* Checks the settings and puts them into the version; in a transaction, for it reads the layers. */
int lambda_configure(struct call *call, const struct lambda_update_function_configuration_input *in,
	struct lambda_version_record *version) MUSTCHECK;
/* Handlers of CreateFunction and of UpdateFunctionConfiguration ask it before: whether anything
 * here runs it. */
int lambda_check_runtime(struct call *call, struct str runtime) MUSTCHECK;
/* In strict mode: whether the caller may give the function this role, and Lambda may take it. */
int lambda_pass_role(struct call *call, struct str role) MUSTCHECK;
int lambda_check_tags(struct call *call, const struct lambda_tags *tags) MUSTCHECK;

/* ---- versions.c ---- */

/* In a transaction: freezes $LATEST (*latest) as the next version, or finds that the last one is
 * the same. */
int lambda_publish(struct call *call, const struct function_name *name,
	struct lambda_function_record *function, const struct lambda_version_record *latest,
	struct str description, struct lambda_version_record *out) MUSTCHECK;

/* ---- layers.c ---- */

/* A layer version's record by its ARN; false if there is none. */
bool lambda_read_layer_version(
	struct call *call, struct str arn, struct lambda_layer_version_record *out);
/* Whether the caller may have the version's content: lambda:GetLayerVersion on it, or fails with
 * AccessDenied. */
int lambda_layer_may_read(struct call *call, const struct function_name *layer) MUSTCHECK;

/* ---- retire.c: after a commit ---- */

/* What the engine calls the version: a published one has a pool of its own. */
struct str lambda_engine_key(struct arena *arena, const struct lambda_version_record *version);
/* Leaves for after the commit: the engine drops the key's idle instances, and unreferred code is
 * removed. */
void lambda_retire_version(struct call *call, const struct lambda_version_record *version);
void lambda_retire_blob(struct call *call, struct str blob);

/* ---- permissions.c ---- */

/* The policy's document, or p == NULL. 0 or fail(). */
int lambda_read_policy(
	struct call *call, const struct function_name *name, struct str *out) MUSTCHECK;
/*
 * In strict mode, whether the resource policy of the function (its qualifier's, if it names one)
 * allows the action to who calls, where that decides: for services and other accounts, or always
 * (must_allow). 0 or fail(). Outside a transaction.
 */
struct policy_context_key;
int lambda_check_policy(struct call *call, const struct function_name *name, const char *action,
	bool must_allow, const struct policy_context_key *context, size_t context_count) MUSTCHECK;

/* ---- role.c ---- */

/* Whether the role's own policies allow it; always outside of strict mode. */
bool lambda_role_may(struct call *call, struct str role, const char *action, struct str resource);
/* Whether the role may give something to a destination: a queue, a topic or a function. Says so in
 * the log if not. */
bool lambda_role_may_send(struct call *call, struct str role, struct str target);

/* ---- urls.c ---- */

/* Removes the address of the function (qualifier as in the name) in a transaction; false if there
 * is none. */
bool url_remove(struct call *call, const struct function_name *name);
bool url_serve(struct lambda *lambda, struct http_exchange *ex);

#endif
