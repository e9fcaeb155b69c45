/* Resource policies as they are kept: a list of statements, shown as one IAM document. */
#ifndef SAMOVAR_SERVICES_LAMBDA_POLICY_DOC_H
#define SAMOVAR_SERVICES_LAMBDA_POLICY_DOC_H

#include "services/lambda/internal.h"

struct policy_statement {
	struct str sid, action, resource, principal, source_arn, source_account, event_source_token,
		org_id, url_auth_type;
	struct opt_bool via_url;
};

/* One statement's JSON, in the arena. */
struct str lambda_policy_statement_json(struct arena *arena, const struct policy_statement *s);
/* The whole document; p == NULL when there is no statement. */
struct str lambda_policy_document(struct arena *arena, const struct lambda_policy_record *policy);

/* Read, change and write the record at the key; 0 or fail(). In a transaction. */
int lambda_policy_add(struct call *call, struct str key, struct str sid, struct str json,
	struct str revision, struct lambda_policy_record *policy) MUSTCHECK;
int lambda_policy_remove(
	struct call *call, struct str key, struct str sid, struct str revision) MUSTCHECK;
int lambda_policy_show(
	struct call *call, struct str key, struct str *document, struct str *revision) MUSTCHECK;

#endif
