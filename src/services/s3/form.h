/* Forms that carry a file (RFC 7578), read as they come: the fields before the file, then its
 * bytes. */
#ifndef SAMOVAR_SERVICES_S3_FORM_H
#define SAMOVAR_SERVICES_S3_FORM_H

#include "base/buf.h"
#include "services/s3/internal.h"

struct form_field {
	struct str name, value; /* in the arena */
	bool is_allowed;        /* a condition of the policy speaks of it */
};

/* More of the body, as call_body_next; and where the file's bytes go: 0, or -1 after fail(). */
typedef int form_next_fn(struct call *call, struct str *part);
typedef int form_write_fn(void *to, struct str part);

struct form {
	struct call *call;
	form_next_fn *next;
	struct str delimiter; /* "\r\n--boundary" */
	struct buf pending;   /* received, not yet consumed */
	struct form_field fields[S3_FORM_FIELDS_MAX];
	size_t n;
	struct str file_name; /* as the last part had it */
};

/* Reads up to the file's first byte: 0, or -1 after fail(). form_fini in any case. */
int form_begin(
	struct call *call, form_next_fn *next, struct str content_type, struct form *out) MUSTCHECK;
/* The file's bytes, and then the body to its end. */
int form_read_file(struct form *form, form_write_fn *write, void *to) MUSTCHECK;
void form_fini(struct form *form);
/* The field's value (case of its name ignored), or p == NULL. */
struct str form_get(const struct form *form, struct str name);

/* ---- form_policy.c ---- */

struct form_limits {
	uint64_t bytes_min, bytes_max;
};
/* Whether the policy, decoded, allows the form (S3 API Reference, "POST policy"): 0 or -1. */
int form_check_policy(struct form *form, struct str bucket, struct str document,
	struct form_limits *out) MUSTCHECK;

#endif
