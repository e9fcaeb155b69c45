/*
 * From a function's name to what the engine runs: looked up once, and kept until anything of this
 * service changes in the store. So an invocation reads nothing but a map.
 */
#ifndef SAMOVAR_SERVICES_LAMBDA_RESOLVE_H
#define SAMOVAR_SERVICES_LAMBDA_RESOLVE_H

#include "services/lambda/internal.h"

/* One version, ready to run. */
struct target {
	struct engine_function function;
	struct str code_blob;
	const struct str *layer_blobs;
	size_t layer_count;
	bool is_unpacked;
	struct str dead_letter; /* the ARN of its DeadLetterConfig, or empty */
};

struct resolved {
	unsigned refs;
	struct arena arena;
	struct target first, second; /* second: of an alias that shares its traffic */
	bool has_second;
	double second_weight;
	struct str arn;   /* as the caller named it */
	int64_t reserved; /* concurrency; negative for none */
	int64_t event_retries, event_age_s;
	struct str on_success, on_failure;
};

int resolver_create(struct resolver **out) MUSTCHECK;
void resolver_destroy(struct resolver *r);

/* Raises ResourceNotFoundException. Release it when the invocation has ended. In a fiber, outside a
 * transaction. */
int lambda_resolve(
	struct call *call, const struct function_name *name, struct resolved **out) MUSTCHECK;
void resolved_unref(struct resolved *r);
/* Chooses by the weights, and unpacks the code if it is not there; waits then. */
int resolved_target(struct call *call, struct resolved *r, struct target **out) MUSTCHECK;

#endif
