/* The errors that every service has (AWS, "Common errors"); all have a message and nothing else. */
#include "aws/error.h"
#include "aws/call.h"

struct common_error {
	struct str message;
};

static const struct shape string_shape = {
	.name = "String", .type = SHAPE_STRING, .size = sizeof(struct str)
};

static const struct member common_members[] = {
	{ .name = "message",
		.json_name = "message",
		.xml_name = "Message",
		.shape = &string_shape,
		.offset = offsetof(struct common_error, message) },
};

static const struct shape common_shape = {
	.name = "CommonError",
	.type = SHAPE_STRUCTURE,
	.size = sizeof(struct common_error),
	.member_count = COUNT_OF(common_members),
	.members = common_members,
};

/* The name is JSON's and CBOR's, the code Query's and REST-XML's. */
#define COMMON_ERROR(id, error_name, code, http_status) \
	const struct error_shape id = { .name = (error_name), \
		.query_code = (code), \
		.status = (http_status), \
		.is_server_fault = (http_status) >= 500, \
		.shape = &common_shape }

COMMON_ERROR(aws_internal_failure, "InternalFailure", "InternalFailure", 500);
COMMON_ERROR(aws_access_denied, "AccessDeniedException", "AccessDenied", 403);
COMMON_ERROR(aws_validation_exception, "ValidationException", "ValidationError", 400);
COMMON_ERROR(aws_service_unavailable, "ServiceUnavailable", "ServiceUnavailable", 503);
COMMON_ERROR(aws_throttling_exception, "ThrottlingException", "Throttling", 400);
COMMON_ERROR(aws_unknown_operation, "UnknownOperationException", "InvalidAction", 400);

COMMON_ERROR(aws_serialization, "SerializationException", "MalformedInput", 400);
COMMON_ERROR(aws_invalid_request_content, "InvalidRequestContentException", "MalformedInput", 400);
COMMON_ERROR(
	aws_unsupported_media_type, "UnsupportedMediaTypeException", "UnsupportedMediaType", 415);
COMMON_ERROR(aws_request_too_large, "RequestEntityTooLargeException", "RequestEntityTooLarge", 413);
/* 501 is not among the statuses that SDKs try again. */
COMMON_ERROR(aws_unknown_service, "UnknownOperationException", "InvalidAction", 501);
COMMON_ERROR(aws_missing_authentication, "MissingAuthenticationTokenException",
	"MissingAuthenticationToken", 403);
COMMON_ERROR(aws_incomplete_signature, "IncompleteSignatureException", "IncompleteSignature", 400);
COMMON_ERROR(aws_invalid_signature, "InvalidSignatureException", "SignatureDoesNotMatch", 403);
COMMON_ERROR(aws_invalid_client_token, "UnrecognizedClientException", "InvalidClientTokenId", 403);
COMMON_ERROR(aws_expired_token, "ExpiredTokenException", "ExpiredToken", 403);
COMMON_ERROR(aws_forbidden_host, "ForbiddenException", "Forbidden", 403);

COMMON_ERROR(aws_s3_missing_authentication, "AccessDenied", "AccessDenied", 403);
COMMON_ERROR(aws_s3_incomplete_signature, "AuthorizationHeaderMalformed",
	"AuthorizationHeaderMalformed", 400);
COMMON_ERROR(aws_s3_invalid_key, "InvalidAccessKeyId", "InvalidAccessKeyId", 403);
COMMON_ERROR(aws_s3_skewed, "RequestTimeTooSkewed", "RequestTimeTooSkewed", 403);
COMMON_ERROR(aws_s3_expired, "AccessDenied", "AccessDenied", 403);
COMMON_ERROR(aws_s3_bad_query, "AuthorizationQueryParametersError",
	"AuthorizationQueryParametersError", 400);
COMMON_ERROR(aws_s3_body_changed, "XAmzContentSHA256Mismatch", "XAmzContentSHA256Mismatch", 400);
COMMON_ERROR(aws_s3_expired_token, "ExpiredToken", "ExpiredToken", 400);
COMMON_ERROR(aws_s3_invalid_token, "InvalidToken", "InvalidToken", 400);
COMMON_ERROR(aws_s3_malformed_xml, "MalformedXML", "MalformedXML", 400);
COMMON_ERROR(aws_s3_incomplete_body, "IncompleteBody", "IncompleteBody", 400);
COMMON_ERROR(aws_s3_request_timeout, "RequestTimeout", "RequestTimeout", 400);
