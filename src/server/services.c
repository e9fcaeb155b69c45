/* The table of services: what this server serves. */
#include "server/services.h"
#include "services/apigatewayv2/apigatewayv2.h"
#include "services/cloudformation/cloudformation.h"
#include "services/delivery/delivery.h"
#include "services/dynamodb/dynamodb.h"
#include "services/ecr/ecr.h"
#include "services/iam/iam.h"
#include "services/lambda/lambda.h"
#include "services/logs/logs.h"
#include "services/mail/mail.h"
#include "services/s3/s3.h"
#include "services/sns/sns.h"
#include "services/sqs/sqs.h"
#include "services/ssm/ssm.h"
#include "services/sts/sts.h"

const struct service *const server_services[] = {
	&iam_service,
	&sts_service,
	&logs_service,
	&traces_service,
	&apigatewayv2_service,
	&sqs_service,      /* before those that drain and fill its queues: it ends after them */
	&dynamodb_service, /* the same */
	&dynamodbstreams_service,
	&lambda_service,
	&mail_service,
	&sns_service,
	&delivery_service, /* after those that it delivers to: it ends before them */
	&ssm_service,
	&ecr_service,
	&cloudformation_service,
	&s3_service, /* the last: any path that is no other service's is a bucket's */
	NULL,
};
