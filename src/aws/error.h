/* The errors that the dispatcher itself raises, besides those of call.h. (AWS, "Common error types") */
#ifndef SAMOVAR_AWS_ERROR_H
#define SAMOVAR_AWS_ERROR_H

#include "aws/service.h"

extern const struct error_shape aws_serialization;
extern const struct error_shape aws_invalid_request_content;
extern const struct error_shape aws_unsupported_media_type;
extern const struct error_shape aws_request_too_large;
extern const struct error_shape aws_unknown_service;
extern const struct error_shape aws_missing_authentication;
extern const struct error_shape aws_incomplete_signature;
extern const struct error_shape aws_invalid_signature;
extern const struct error_shape aws_invalid_client_token;
extern const struct error_shape aws_expired_token;
extern const struct error_shape aws_request_expired;
extern const struct error_shape aws_request_timeout;
extern const struct error_shape aws_content_sha256_mismatch;
extern const struct error_shape aws_forbidden_host;

#endif
