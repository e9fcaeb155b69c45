/*
 * YAML or JSON text as a JSON tree: templates, serverless.yml. Parsed by libyaml and yyjson;
 * scalars by YAML 1.2's core schema (yes and on are texts, as are dates and numbers that begin with
 * a 0 or are too long to keep).
 */
#ifndef SAMOVAR_AWS_YAML_H
#define SAMOVAR_AWS_YAML_H

#include "aws/tree.h"

struct yaml_error {
	unsigned line, column; /* from 1; 0 when the whole text is meant */
	bool is_json;          /* the text was taken for JSON */
	char text[200];
};

enum yaml_flag {
	/* As CloudFormation takes scalars: YAML 1.1's yes and on are booleans, and a number that
	   would not be written as it was read (1.10, 0x1f, 007) is a text. */
	YAML_TEMPLATE = 1,
};

/*
 * Reads the text into the document and sets *root (a null value for an empty text).
 * CloudFormation's short tags become their long forms: !Ref x is {"Ref": "x"}, !GetAtt a.b is
 * {"Fn::GetAtt": ["a", "b"]}, !Sub x is {"Fn::Sub": "x"}. Aliases are copied, merge keys (<<)
 * merged. 0; -EINVAL with the reason: no YAML, a tag that isn't known, a key twice; -E2BIG past
 * YAML_BYTES_MAX, YAML_DEPTH_MAX or YAML_NODES_MAX; -ENOMEM when the document's arena is full.
 */
int yaml_read(yyjson_mut_doc *doc, struct str text, unsigned flags, yyjson_mut_val **root,
	struct yaml_error *error) MUSTCHECK;

#endif
