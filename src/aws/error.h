/* The errors that the dispatcher itself raises, besides those of call.h. (AWS, "Common error
 * types") */
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
/* S3's own names for the same (S3 API Reference, "Error responses"). */
extern const struct error_shape aws_s3_missing_authentication, aws_s3_incomplete_signature,
	aws_s3_invalid_key;
extern const struct error_shape aws_s3_skewed, aws_s3_expired, aws_s3_bad_query,
	aws_s3_body_changed;
extern const struct error_shape aws_s3_malformed_xml, aws_s3_incomplete_body,
	aws_s3_request_timeout;
extern const struct error_shape aws_s3_expired_token, aws_s3_invalid_token;
extern const struct error_shape aws_forbidden_host;

#endif
