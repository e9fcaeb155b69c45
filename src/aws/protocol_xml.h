/* Errors in XML, which Query and REST-XML share. */
#ifndef SAMOVAR_AWS_PROTOCOL_XML_H
#define SAMOVAR_AWS_PROTOCOL_XML_H

#include "aws/wire.h"

void xml_error(struct request *r, struct reply *reply, const struct call_error *error);

#endif
