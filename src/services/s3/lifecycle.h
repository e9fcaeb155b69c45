/* The rules of expiry and transition, carried out. */
#ifndef SAMOVAR_SERVICES_S3_LIFECYCLE_H
#define SAMOVAR_SERVICES_S3_LIFECYCLE_H

#include "services/s3/internal.h"

/* When what was made then is expired after so many days: at the next midnight UTC. */
int64_t lifecycle_due_ms(int64_t made_ms, int64_t days, int64_t day_ms);
/* How far below STANDARD a class is that transitions lead to; 0 for STANDARD and others. */
int lifecycle_class_rank(struct str storage_class);
/* Whether the rule is about that object. */
bool lifecycle_matches(const struct s3_lifecycle_rule *rule, struct str key,
	const struct s3_object_record *record);
/* The fiber that looks at all buckets with rules. */
void lifecycle_run(void *s3);

#endif
