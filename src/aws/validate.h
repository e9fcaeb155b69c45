/* Validation of inputs by the constraints of the .smithy, with AWS's own messages. */
#ifndef SAMOVAR_AWS_VALIDATE_H
#define SAMOVAR_AWS_VALIDATE_H

#include "aws/shape.h"
#include "base/mem.h"

/*
 * 0, or -EINVAL with the text of a ValidationException in the arena: "1 validation error detected:
 * Value '' at 'functionName' failed to satisfy constraint: Member must have length greater than or
 * equal to 1". A shape without constraints costs nothing. Any thread.
 */
int validate(struct arena *arena, const struct shape *shape, const void *value,
	struct str *message) MUSTCHECK;

#endif
