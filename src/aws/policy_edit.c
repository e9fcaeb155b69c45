/* Changing the statements of a resource's policy, as AddPermission and RemovePermission do. */
#include "aws/policy_edit.h"
#include "aws/tree.h"

yyjson_mut_val *policy_statements(yyjson_mut_doc *doc)
{
	yyjson_mut_val *root = yyjson_mut_doc_get_root(doc),
		       *statements = yyjson_mut_obj_get(root, "Statement");
	if (yyjson_mut_is_arr(statements))
		return statements;
	yyjson_mut_val *one = yyjson_mut_obj_remove_key(root, "Statement");
	statements = yyjson_mut_arr(doc);
	if (one)
		yyjson_mut_arr_append(statements, one);
	yyjson_mut_obj_add_val(doc, root, "Statement", statements);
	return statements;
}

ssize_t policy_find_statement(yyjson_mut_val *statements, struct str sid)
{
	size_t i, n;
	yyjson_mut_val *s;
	yyjson_mut_arr_foreach(statements, i, n, s)
	{
		struct str found = tree_str(yyjson_mut_obj_get(s, "Sid"));
		if (found.p && str_eq(found, sid))
			return (ssize_t)i;
	}
	return -1;
}
