/* What the files of Parameter Store share: records, names, sealed values. */
#ifndef SAMOVAR_SERVICES_SSM_INTERNAL_H
#define SAMOVAR_SERVICES_SSM_INTERNAL_H

#include "api/ssm.h"
#include "aws/call.h"
#include "services/ssm/limits.h"
#include "store/key.h"
#include "store/store.h"

/* ---- records.c ---- */

struct str parameter_key(struct call *call, struct str name);
struct str parameter_version_key(struct call *call, struct str name, int64_t version);
/* All versions of a parameter lie under it. */
struct str parameter_versions_prefix(struct call *call, struct str name);
bool parameter_get(struct call *call, struct str name, struct ssm_parameter_record *out);
void parameter_put(struct call *call, struct str name, const struct ssm_parameter_record *record);
bool parameter_version_get(
	struct call *call, struct str name, int64_t version, struct ssm_version_record *out);
void parameter_version_put(struct call *call, struct str name, int64_t version,
	const struct ssm_version_record *record);
/* The same by its number or one of its labels, which is what may follow a name's colon. */
bool parameter_version_find(struct call *call, struct str name,
	const struct ssm_parameter_record *parameter, struct str selector, int64_t *version,
	struct ssm_version_record *out);
bool parameter_version_has_label(const struct ssm_version_record *record, struct str label);
void parameter_delete(struct call *call, struct str name);
/* The name of a parameter out of a name or an ARN, without its selector ("name:3", "name:label"),
 * if any. */
struct str parameter_name_split(struct call *call, struct str text, struct str *selector);
struct str parameter_arn(struct call *call, struct str name);
bool parameter_is_secure(const struct ssm_version_record *record);
/* The text; of a SecureString, what is sealed unless with_decryption. 0, or fails. */
int parameter_value_shown(struct call *call, struct str name, int64_t version,
	const struct ssm_version_record *record, bool with_decryption, struct str *out) MUSTCHECK;

/* The label of SecureStrings' values (aws/seal.h); their context is their version's key. */
#define SSM_SEAL_LABEL "samovar/ssm/secure-string/1"

/* ---- filter.c ---- */

/* One parameter with its newest version, as lists look at it. */
struct candidate {
	struct str name;
	struct ssm_parameter_record parameter;
	struct ssm_version_record version;
};
/* 0, or fails for filters that are none. by_path: those of GetParametersByPath. */
int parameter_filters_check(struct call *call,
	const struct ssm_parameter_string_filter_list *filters, bool by_path) MUSTCHECK;
bool parameter_filters_match(
	const struct ssm_parameter_string_filter_list *filters, const struct candidate *c);
/* Whether the name lies under the path: "/a" has "/a/b", and with recursive "/a/b/c". */
bool parameter_is_below(struct str path, struct str name, bool recursive);

#endif
