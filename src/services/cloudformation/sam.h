/* What the files of the AWS::Serverless transform share. */
#ifndef SAMOVAR_SERVICES_CLOUDFORMATION_SAM_H
#define SAMOVAR_SERVICES_CLOUDFORMATION_SAM_H

#include "services/cloudformation/value.h"

struct sam {
	struct arena *arena;
	value_doc *doc;
	value *root;      /* the template as it came */
	value *resources; /* what becomes of its resources */
	value *renamed;   /* SAM's names to those of what was generated */
	value *told;      /* what S3 events make of buckets: {Bucket, Configurations, Permission} */
	bool needs_http_api; /* events without an API of their own */
	struct str *why;
};

/* Says what is wrong, once. -EINVAL always. */
int sam_fail(struct sam *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* JSON made by printf. */
value *sam_json(struct sam *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A new resource; answers its definition. */
value *sam_add(struct sam *s, struct str logical, const char *type, value *properties);
/* Copies the members that are there: "A B C". */
void sam_move(struct sam *s, value *from, value *to, const char *names);
value *sam_ref(struct sam *s, struct str logical);
value *sam_att(struct sam *s, struct str logical, const char *attribute);
struct str sam_hash(struct sam *s, value *v);
int sam_code(struct sam *s, struct str logical, value *uri, value **out) MUSTCHECK;
/* sam_function.c: a function with its role, versions, URL and events. */
int sam_function(struct sam *s, struct str logical, value *definition, value *properties) MUSTCHECK;

/* The properties with the section of Globals behind them. */
value *sam_with_globals(struct sam *s, const char *section, value *properties);
/* Refused by name, what the resource says beside the words: 0, or -EINVAL. */
int sam_check_members(
	struct sam *s, struct str logical, value *properties, const char *words) MUSTCHECK;

/* ---- sam_auth.c ---- */

int sam_authorizers(struct sam *s, struct str api, value *auth) MUSTCHECK;
/* What a route of the API is to have: of the event's own Auth, or the API's default. */
int sam_route_auth(struct sam *s, struct str event, value *api, value *own, value *route) MUSTCHECK;

#endif
