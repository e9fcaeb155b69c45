/* What the parts of a deployment share: its settings, its trees and how it fails. */
#ifndef SAMOVAR_DEPLOY_INTERNAL_H
#define SAMOVAR_DEPLOY_INTERNAL_H

#include "deploy/deploy.h"
#include "aws/tree.h"

/* Sets why and returns -EINVAL. */
int deploy_fail(struct deploy *d, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The same, after the file and line of the setting at the path ("functions.hello.events.0"), if it
 * stands there. */
int deploy_fail_at(struct deploy *d, const char *path, const char *fmt, ...) PRINTF_LIKE(3, 4);
void deploy_warn(struct deploy *d, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The file's bytes in the arena: 0 or -errno; -E2BIG past bytes_max. */
int deploy_read_file(
	struct deploy *d, struct str path, size_t bytes_max, struct str *out) MUSTCHECK;
/* The path from the service's folder, as one that can be opened. */
struct str deploy_path(struct deploy *d, struct str path);
/* The file as a tree, with its name and line in why when it is none. */
int deploy_read_tree(struct deploy *d, struct str path, yyjson_mut_val **root) MUSTCHECK;

/*
 * Builds a tree: "{'Type': 'AWS::Logs::LogGroup', 'Properties': {'LogGroupName': %s, 'Tags': %v}}".
 * %s takes a struct str, %c a const char *, %d an int, %v a value (copied). A member whose %v is
 * NULL, or whose %s is absent, is left out.
 */
yyjson_mut_val *deploy_tree(struct deploy *d, const char *format, ...);

/* The scalar as text ("5", "true"), p == NULL for others. */
struct str deploy_text(struct deploy *d, yyjson_mut_val *val);

/* Resolves all ${...} of d->config in place, with d->names_only those of names. */
int variables_resolve(struct deploy *d) MUSTCHECK;

/* A member of the configuration by its path: deploy_at(d->config, "provider.httpApi"). NULL when it
 * isn't there. */
yyjson_mut_val *deploy_at(yyjson_mut_val *root, const char *path);
/* 0 when all keys of the object, which stands at the path, are among the known (NULL-terminated);
 * else refuses the first other by name. */
int deploy_check_keys(struct deploy *d, yyjson_mut_val *object, const char *path,
	const char *const *known) MUSTCHECK;
/* Adds a resource to the template. A logical id that is there already is refused. */
int deploy_add(struct deploy *d, struct str logical_id, yyjson_mut_val *resource) MUSTCHECK;
/* An output, exported as sls-service-stage-name; of deploy_output_if only if the condition (or
 * NULL) holds. */
void deploy_output(
	struct deploy *d, struct str name, const char *description, yyjson_mut_val *value);
void deploy_output_if(struct deploy *d, struct str name, const char *description,
	yyjson_mut_val *value, yyjson_mut_val *condition);
/* Both tables in one, the later's members winning. NULL when both are empty. */
yyjson_mut_val *deploy_merged(struct deploy *d, yyjson_mut_val *first, yyjson_mut_val *second);
/* The same as a list of {Key, Value}. */
yyjson_mut_val *deploy_tags(struct deploy *d, yyjson_mut_val *first, yyjson_mut_val *second);
/* A name as it stands in logical ids: normalised ("my-fn_x" is "MyDashfnUnderscorex"), and letters
 * and digits alone. */
struct str deploy_normal(struct deploy *d, struct str name);
struct str deploy_alnum(struct deploy *d, struct str name);
/* Its dashes as the word. */
struct str deploy_dashes(struct deploy *d, struct str name);
/* Its first letter a capital. */
struct str deploy_capital(struct deploy *d, struct str name);

/* A function being translated. */
struct function {
	struct str key, normal, name; /* hello, Hello, service-dev-hello */
	struct str logical_id;        /* HelloLambdaFunction */
	const char *path;             /* "functions.hello" */
	yyjson_mut_val *config, *condition;
	const char *event_path; /* "functions.hello.events.0.sqs" */
	unsigned schedules, filters, event_index;
};

/* The package of the service, of a function or of a layer: made once for the same files. */
int packages_for_function(
	struct deploy *d, yyjson_mut_val *function, struct deploy_package **out) MUSTCHECK;
int packages_for_folder(struct deploy *d, struct str path, yyjson_mut_val *patterns,
	struct deploy_package **out) MUSTCHECK;
/* An archive as it is, a folder, or one file. */
int packages_for_path(struct deploy *d, struct str path, struct deploy_package **out) MUSTCHECK;

/* The parts of the translation. */
int functions_translate(struct deploy *d) MUSTCHECK;
int layers_translate(struct deploy *d) MUSTCHECK;
int role_translate(struct deploy *d) MUSTCHECK;
int events_translate(struct deploy *d, struct function *f) MUSTCHECK;
int http_api_begin(struct deploy *d) MUSTCHECK;
int http_api_event(struct deploy *d, struct function *f, yyjson_mut_val *event) MUSTCHECK;
/* The name of a function of the service by its key. */
struct str function_name(struct deploy *d, struct str key);
/* The function's role by its logical id (then *depends), its ARN or an expression; without one, the
 * role that is made. */
yyjson_mut_val *role_of(struct deploy *d, struct function *f, struct str *depends);
/* Statements of the role that is made: the actions on the resource; for event sources, in one
 * statement for each group. */
void role_add(struct deploy *d, yyjson_mut_val *statement);
void role_allow(struct deploy *d, const char *const *actions, yyjson_mut_val *resource);
void role_allow_event(
	struct deploy *d, struct str group, const char *const *actions, yyjson_mut_val *resource);
void role_allow_destination(struct deploy *d, yyjson_mut_val *destination);
/* What a function with these properties needs. */
void role_allow_function(struct deploy *d, const struct function *f, yyjson_mut_val *properties);
/* Whether the server can make resources of the type, with this property (or NULL). */
bool deploy_serves(struct deploy *d, const char *type, const char *property);
/* Packages what a CloudFormation or SAM template names beside it. */
int template_package(struct deploy *d) MUSTCHECK;

#endif
