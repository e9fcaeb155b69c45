/* What a stack may hold: the server's own table, of which this program has a copy. */
#include "cli/served.h"
#include "services/cloudformation/types.h"

bool served_type(struct str type, const char *property)
{
	const struct cfn_type *row = cfn_type_find(type);
	return row && (!property || cfn_has_word(row->properties, str_c(property)));
}
