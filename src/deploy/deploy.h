/*
 * A deployment, read from a folder: serverless.yml as a CloudFormation template and its packages,
 * or a template with what is packaged beside it. Nothing here speaks with a server but the lookups
 * that the caller gives.
 */
#ifndef SAMOVAR_DEPLOY_DEPLOY_H
#define SAMOVAR_DEPLOY_DEPLOY_H

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include <yyjson.h>

/* A --param k=v. */
struct deploy_param {
	struct str key, value;
};

/* What variables ask of the server: 0 with the value; -ENOENT when there is none; another -errno
 * with d->why set. */
struct deploy;
struct deploy_lookups {
	int (*parameter)(struct deploy *d, struct str name, struct str region, struct str *value);
	int (*stack_output)(struct deploy *d, struct str stack, struct str output,
		struct str region, struct str *value);
	int (*account)(struct deploy *d, struct str *value);
	/* Whether resources of the type, and this property of theirs (or NULL), can be made; NULL:
	 * all can. */
	bool (*serves)(struct str type, const char *property);
	void *arg;
};

/* An archive of code: its bytes, and the key under which it is uploaded. */
struct deploy_package {
	struct str key, zip;
	char sha256[65];
	struct deploy_package *next;
};

struct deploy {
	/* Set by the caller; zero the rest. */
	struct arena arena;
	struct str folder;        /* where the service is */
	struct str option_stage;  /* --stage, or p == NULL */
	struct str option_region; /* --region, or p == NULL */
	const struct deploy_param *params;
	size_t param_count;
	struct deploy_lookups lookups;
	bool names_only; /* only what names the stack and its packages is wanted, of serverless.yml
			  */
	struct str bucket; /* for the packages */

	/* Filled by deploy_load. */
	yyjson_mut_doc *doc;
	yyjson_mut_val *config; /* serverless.yml, or the template */
	bool is_template;       /* the folder has a template instead of a serverless.yml */
	bool has_role;          /* functions take the role that is made for them */
	bool has_http_api;
	struct str service, stage, region, instance_id;
	struct str stack;      /* the stack's name */
	struct str key_prefix; /* of the packages' keys */
	struct map files;      /* the trees of ${file(...)} */
	struct map dotenv;     /* what useDotenv reads */
	/* Filled by deploy_build. */
	yyjson_mut_val *resources, *outputs, *statements, *log_names;
	struct map grouped;     /* statements of event sources: their lists of resources */
	struct map kept_layers; /* logical ids of layers that are kept, by those without what they
				   hold */
	struct str template;    /* its JSON */
	struct deploy_package *packages, *service_package;
	struct str config_name; /* of the file, in the folder */
	struct buf warnings;    /* a line each */
	char why[512];          /* after a failure: a sentence */
};

/*
 * Reads the configuration (config_name, else serverless.yml, serverless.yaml, serverless.json,
 * template.yaml, template.yml, template.json) and resolves its variables. 0, or -errno with why;
 * -ENOENT when there is none.
 */
int deploy_load(struct deploy *d, const char *config_name) MUSTCHECK;
/* Packages the code and makes the template. 0, or -errno with why. */
int deploy_build(struct deploy *d) MUSTCHECK;
void deploy_fini(struct deploy *d);

#endif
