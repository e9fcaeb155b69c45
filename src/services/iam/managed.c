/*
 * The managed policies of AWS that people attach most, with documents of our own writing: they
 * allow what the names promise, in fewer statements than AWS's.
 */
#include "services/iam/internal.h"

const struct managed_policy managed_policies[] = {
	{ "/", "AdministratorAccess", "Allows everything.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Reso"
		"urce\":\"*\"}]}" },
	{ "/", "AmazonAPIGatewayAdministrator", "Allows the making and changing of APIs.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"apigatewa"
		"y:*\"],\"Resource\":\"arn:aws:apigateway:*::/*\"}]}" },
	{ "/", "AmazonAPIGatewayInvokeFullAccess", "Allows calling APIs.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"execute-a"
		"pi:Invoke\",\"execute-api:ManageConnections\"],\"Resource\":\"arn:aws:execute-api:*:*:*"
		"\"}]}" },
	{ "/service-role/", "AmazonAPIGatewayPushToCloudWatchLogs", "Lets APIs write their logs.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"logs:Crea"
		"teLogGroup\",\"logs:CreateLogStream\",\"logs:DescribeLogGroups\",\"logs:DescribeLogStrea"
		"ms\",\"logs:PutLogEvents\",\"logs:GetLogEvents\",\"logs:FilterLogEvents\"],\"Resource\":"
		"\"*\"}]}" },
	{ "/", "AmazonCognitoPowerUser", "Allows the management of user pools.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"cognito-i"
		"dentity:*\",\"cognito-idp:*\",\"cognito-sync:*\",\"iam:ListRoles\",\"iam:ListOpenIdConne"
		"ctProviders\",\"sns:ListPlatformApplications\"],\"Resource\":\"*\"}]}" },
	{ "/", "AmazonDynamoDBFullAccess", "Allows everything of tables.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"dynamodb:"
		"*\",\"dax:*\"],\"Resource\":\"*\"}]}" },
	{ "/", "AmazonDynamoDBReadOnlyAccess", "Allows looking at tables.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"dynamodb:"
		"BatchGetItem\",\"dynamodb:Describe*\",\"dynamodb:List*\",\"dynamodb:GetAbacStatus\",\"dy"
		"namodb:GetItem\",\"dynamodb:GetResourcePolicy\",\"dynamodb:Query\",\"dynamodb:Scan\",\"d"
		"ynamodb:PartiQLSelect\"],\"Resource\":\"*\"}]}" },
	{ "/", "AmazonEventBridgeFullAccess", "Allows everything of events and schedules.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"events:*"
		"\",\"schemas:*\",\"scheduler:*\",\"pipes:*\"],\"Resource\":\"*\"},{\"Effect\":\"Allow\","
		"\"Action\":[\"iam:PassRole\"],\"Resource\":\"arn:aws:iam::*:role/*\"}]}" },
	{ "/", "AmazonEventBridgeSchedulerFullAccess", "Allows everything of schedules.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"scheduler"
		":*\"],\"Resource\":\"*\"},{\"Effect\":\"Allow\",\"Action\":[\"iam:PassRole\"],\"Resource"
		"\":\"arn:aws:iam::*:role/*\"}]}" },
	{ "/", "AmazonKinesisFullAccess", "Allows everything of streams.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"kinesis:*"
		"\"],\"Resource\":\"*\"}]}" },
	{ "/", "AmazonRDSDataFullAccess", "Allows queries through the data API.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"rds-data:"
		"*\",\"secretsmanager:CreateSecret\",\"secretsmanager:GetRandomPassword\",\"secretsmanage"
		"r:ListSecrets\",\"tag:GetResources\"],\"Resource\":\"*\"},{\"Effect\":\"Allow\",\"Action"
		"\":[\"secretsmanager:GetSecretValue\",\"secretsmanager:PutSecretValue\",\"secretsmanager"
		":DeleteSecret\",\"secretsmanager:DescribeSecret\",\"secretsmanager:TagResource\"],\"Reso"
		"urce\":\"arn:aws:secretsmanager:*:*:secret:rds-db-credentials/*\"}]}" },
	{ "/", "AmazonS3FullAccess", "Allows everything of objects.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:*\",\""
		"s3-object-lambda:*\"],\"Resource\":\"*\"}]}" },
	{ "/", "AmazonS3ReadOnlyAccess", "Allows looking at objects.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:Get*\""
		",\"s3:List*\",\"s3:Describe*\",\"s3-object-lambda:Get*\",\"s3-object-lambda:List*\"],\"R"
		"esource\":\"*\"}]}" },
	{ "/", "AmazonSESFullAccess", "Allows everything of mail.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"ses:*\"],"
		"\"Resource\":\"*\"}]}" },
	{ "/", "AmazonSNSFullAccess", "Allows everything of topics.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"sns:*\"],"
		"\"Resource\":\"*\"}]}" },
	{ "/", "AmazonSNSReadOnlyAccess", "Allows looking at topics.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"sns:GetTo"
		"picAttributes\",\"sns:List*\",\"sns:CheckIfPhoneNumberIsOptedOut\",\"sns:GetEndpointAttr"
		"ibutes\",\"sns:GetDataProtectionPolicy\",\"sns:GetPlatformApplicationAttributes\",\"sns:"
		"GetSMSAttributes\",\"sns:GetSubscriptionAttributes\"],\"Resource\":\"*\"}]}" },
	{ "/", "AmazonSQSFullAccess", "Allows everything of queues.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"sqs:*\"],"
		"\"Resource\":\"*\"}]}" },
	{ "/", "AmazonSQSReadOnlyAccess", "Allows looking at queues.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"sqs:GetQu"
		"eueAttributes\",\"sqs:GetQueueUrl\",\"sqs:ListDeadLetterSourceQueues\",\"sqs:ListQueues"
		"\",\"sqs:ListMessageMoveTasks\",\"sqs:ListQueueTags\"],\"Resource\":\"*\"}]}" },
	{ "/", "AmazonSSMFullAccess", "Allows everything of parameters.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"ssm:*\"],"
		"\"Resource\":\"*\"}]}" },
	{ "/", "AmazonSSMReadOnlyAccess", "Allows looking at parameters.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"ssm:Descr"
		"ibe*\",\"ssm:Get*\",\"ssm:List*\"],\"Resource\":\"*\"}]}" },
	{ "/", "AWSCloudFormationFullAccess", "Allows everything of stacks.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"cloudform"
		"ation:*\"],\"Resource\":\"*\"}]}" },
	{ "/", "AWSCloudFormationReadOnlyAccess", "Allows looking at stacks.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"cloudform"
		"ation:Describe*\",\"cloudformation:EstimateTemplateCost\",\"cloudformation:Get*\",\"clou"
		"dformation:List*\",\"cloudformation:ValidateTemplate\",\"cloudformation:Detect*\"],\"Res"
		"ource\":\"*\"}]}" },
	{ "/", "AWSKeyManagementServicePowerUser", "Allows the use and making of keys.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"kms:Creat"
		"eAlias\",\"kms:CreateKey\",\"kms:DeleteAlias\",\"kms:Describe*\",\"kms:GenerateRandom\","
		"\"kms:Get*\",\"kms:List*\",\"kms:TagResource\",\"kms:UntagResource\"],\"Resource\":\"*\""
		"}]}" },
	{ "/", "AWSLambda_FullAccess", "Allows everything of functions.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"lambda:*"
		"\",\"cloudformation:DescribeStacks\",\"cloudformation:ListStackResources\",\"cloudwatch:"
		"GetMetricData\",\"cloudwatch:ListMetrics\",\"iam:GetPolicy\",\"iam:GetPolicyVersion\",\""
		"iam:GetRole\",\"iam:GetRolePolicy\",\"iam:ListAttachedRolePolicies\",\"iam:ListRolePolic"
		"ies\",\"iam:ListRoles\",\"iam:PassRole\",\"logs:DescribeLogGroups\",\"states:DescribeSta"
		"teMachine\",\"states:ListStateMachines\",\"tag:GetResources\",\"xray:GetTraceSummaries\""
		",\"xray:BatchGetTraces\"],\"Resource\":\"*\"},{\"Effect\":\"Allow\",\"Action\":[\"logs:D"
		"escribeLogStreams\",\"logs:GetLogEvents\",\"logs:FilterLogEvents\"],\"Resource\":\"arn:a"
		"ws:logs:*:*:log-group:/aws/lambda/*\"}]}" },
	{ "/", "AWSLambda_ReadOnlyAccess", "Allows looking at functions.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"lambda:Ge"
		"t*\",\"lambda:List*\",\"cloudwatch:GetMetricData\",\"cloudwatch:ListMetrics\",\"iam:GetR"
		"ole\",\"iam:ListRoles\",\"logs:DescribeLogGroups\",\"tag:GetResources\"],\"Resource\":\""
		"*\"},{\"Effect\":\"Allow\",\"Action\":[\"logs:DescribeLogStreams\",\"logs:GetLogEvents\""
		",\"logs:FilterLogEvents\"],\"Resource\":\"arn:aws:logs:*:*:log-group:/aws/lambda/*\"}]}" },
	{ "/service-role/", "AWSLambdaBasicExecutionRole", "Lets a function write its log.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"logs:Crea"
		"teLogGroup\",\"logs:CreateLogStream\",\"logs:PutLogEvents\"],\"Resource\":\"*\"}]}" },
	{ "/service-role/", "AWSLambdaDynamoDBExecutionRole",
		"Lets a function be fed from a table's stream and write its log.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"dynamodb:"
		"DescribeStream\",\"dynamodb:GetRecords\",\"dynamodb:GetShardIterator\",\"dynamodb:ListSt"
		"reams\",\"logs:CreateLogGroup\",\"logs:CreateLogStream\",\"logs:PutLogEvents\"],\"Resour"
		"ce\":\"*\"}]}" },
	{ "/service-role/", "AWSLambdaENIManagementAccess", "Lets a function run inside a network.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"ec2:Creat"
		"eNetworkInterface\",\"ec2:DescribeNetworkInterfaces\",\"ec2:DescribeSubnets\",\"ec2:Dele"
		"teNetworkInterface\",\"ec2:AssignPrivateIpAddresses\",\"ec2:UnassignPrivateIpAddresses\""
		"],\"Resource\":\"*\"}]}" },
	{ "/", "AWSLambdaExecute", "Lets a function read and write objects and its log.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"logs:*\"]"
		",\"Resource\":\"arn:aws:logs:*:*:*\"},{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\""
		",\"s3:PutObject\"],\"Resource\":\"arn:aws:s3:::*\"}]}" },
	{ "/", "AWSLambdaInvocation-DynamoDB", "Lets a table's stream invoke functions.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"lambda:In"
		"vokeFunction\",\"dynamodb:DescribeStream\",\"dynamodb:GetRecords\",\"dynamodb:GetShardIt"
		"erator\",\"dynamodb:ListStreams\"],\"Resource\":\"*\"}]}" },
	{ "/service-role/", "AWSLambdaKinesisExecutionRole",
		"Lets a function be fed from a stream and write its log.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"kinesis:D"
		"escribeStream\",\"kinesis:DescribeStreamSummary\",\"kinesis:GetRecords\",\"kinesis:GetSh"
		"ardIterator\",\"kinesis:ListShards\",\"kinesis:ListStreams\",\"kinesis:SubscribeToShard"
		"\",\"logs:CreateLogGroup\",\"logs:CreateLogStream\",\"logs:PutLogEvents\"],\"Resource\":"
		"\"*\"}]}" },
	{ "/service-role/", "AWSLambdaMSKExecutionRole",
		"Lets a function be fed from a Kafka cluster and write its log.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"kafka:Des"
		"cribeCluster\",\"kafka:DescribeClusterV2\",\"kafka:GetBootstrapBrokers\",\"ec2:CreateNet"
		"workInterface\",\"ec2:DescribeNetworkInterfaces\",\"ec2:DescribeVpcs\",\"ec2:DeleteNetwo"
		"rkInterface\",\"ec2:DescribeSubnets\",\"ec2:DescribeSecurityGroups\",\"logs:CreateLogGro"
		"up\",\"logs:CreateLogStream\",\"logs:PutLogEvents\"],\"Resource\":\"*\"}]}" },
	{ "/service-role/", "AWSLambdaRole", "Lets a service invoke functions.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"lambda:In"
		"vokeFunction\"],\"Resource\":\"*\"}]}" },
	{ "/service-role/", "AWSLambdaSQSQueueExecutionRole",
		"Lets a function be fed from a queue and write its log.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"sqs:Recei"
		"veMessage\",\"sqs:DeleteMessage\",\"sqs:GetQueueAttributes\",\"logs:CreateLogGroup\",\"l"
		"ogs:CreateLogStream\",\"logs:PutLogEvents\"],\"Resource\":\"*\"}]}" },
	{ "/service-role/", "AWSLambdaVPCAccessExecutionRole",
		"Lets a function run inside a network and write its log.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"logs:Crea"
		"teLogGroup\",\"logs:CreateLogStream\",\"logs:PutLogEvents\",\"ec2:CreateNetworkInterface"
		"\",\"ec2:DescribeNetworkInterfaces\",\"ec2:DescribeSubnets\",\"ec2:DeleteNetworkInterfac"
		"e\",\"ec2:AssignPrivateIpAddresses\",\"ec2:UnassignPrivateIpAddresses\"],\"Resource\":\""
		"*\"}]}" },
	{ "/", "AWSStepFunctionsFullAccess", "Allows everything of state machines.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"states:*"
		"\"],\"Resource\":\"*\"}]}" },
	{ "/", "AWSXRayDaemonWriteAccess", "Lets traces be written.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"xray:PutT"
		"raceSegments\",\"xray:PutTelemetryRecords\",\"xray:GetSamplingRules\",\"xray:GetSampling"
		"Targets\",\"xray:GetSamplingStatisticSummaries\"],\"Resource\":\"*\"}]}" },
	{ "/", "AWSXrayFullAccess", "Allows everything of traces.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"xray:*\"]"
		",\"Resource\":\"*\"}]}" },
	{ "/", "AWSXrayWriteOnlyAccess", "Lets traces be written.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"xray:PutT"
		"raceSegments\",\"xray:PutTelemetryRecords\",\"xray:GetSamplingRules\",\"xray:GetSampling"
		"Targets\",\"xray:GetSamplingStatisticSummaries\"],\"Resource\":\"*\"}]}" },
	{ "/", "CloudWatchFullAccess", "Allows everything of metrics and logs.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"cloudwatc"
		"h:*\",\"logs:*\"],\"Resource\":\"*\"}]}" },
	{ "/", "CloudWatchLambdaInsightsExecutionRolePolicy", "Lets a function write its insights.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"logs:Crea"
		"teLogGroup\"],\"Resource\":\"*\"},{\"Effect\":\"Allow\",\"Action\":[\"logs:CreateLogStre"
		"am\",\"logs:PutLogEvents\"],\"Resource\":\"arn:aws:logs:*:*:log-group:/aws/lambda-insigh"
		"ts:*\"}]}" },
	{ "/", "CloudWatchLogsFullAccess", "Allows everything of logs.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"logs:*\"]"
		",\"Resource\":\"*\"}]}" },
	{ "/", "CloudWatchLogsReadOnlyAccess", "Allows looking at logs.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"logs:Desc"
		"ribe*\",\"logs:Get*\",\"logs:List*\",\"logs:StartQuery\",\"logs:StopQuery\",\"logs:TestM"
		"etricFilter\",\"logs:FilterLogEvents\",\"logs:StartLiveTail\",\"logs:StopLiveTail\"],\"R"
		"esource\":\"*\"}]}" },
	{ "/", "IAMFullAccess", "Allows the management of users and permissions.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"iam:*\","
		"\"organizations:DescribeAccount\",\"organizations:DescribeOrganization\"],\"Resource\":"
		"\"*\"}]}" },
	{ "/", "IAMReadOnlyAccess", "Allows looking at users and permissions.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"iam:Gener"
		"ateCredentialReport\",\"iam:Get*\",\"iam:List*\",\"iam:SimulateCustomPolicy\",\"iam:Simu"
		"latePrincipalPolicy\"],\"Resource\":\"*\"}]}" },
	{ "/", "PowerUserAccess", "Allows everything but the management of users and permissions.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"NotAction\":[\"iam:*"
		"\",\"organizations:*\",\"account:*\"],\"Resource\":\"*\"},{\"Effect\":\"Allow\",\"Action"
		"\":[\"iam:CreateServiceLinkedRole\",\"iam:DeleteServiceLinkedRole\",\"iam:ListRoles\",\""
		"organizations:DescribeOrganization\",\"account:ListRegions\"],\"Resource\":\"*\"}]}" },
	{ "/", "ReadOnlyAccess", "Allows looking at everything.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"apigatewa"
		"y:Describe*\",\"apigateway:Get*\",\"apigateway:List*\",\"cloudformation:Describe*\",\"cl"
		"oudformation:Get*\",\"cloudformation:List*\",\"cloudwatch:Describe*\",\"cloudwatch:Get*"
		"\",\"cloudwatch:List*\",\"cognito-idp:Describe*\",\"cognito-idp:Get*\",\"cognito-idp:Lis"
		"t*\",\"dynamodb:Describe*\",\"dynamodb:Get*\",\"dynamodb:List*\",\"events:Describe*\",\""
		"events:Get*\",\"events:List*\",\"iam:Describe*\",\"iam:Get*\",\"iam:List*\",\"kinesis:De"
		"scribe*\",\"kinesis:Get*\",\"kinesis:List*\",\"lambda:Describe*\",\"lambda:Get*\",\"lamb"
		"da:List*\",\"logs:Describe*\",\"logs:Get*\",\"logs:List*\",\"rds:Describe*\",\"rds:Get*"
		"\",\"rds:List*\",\"s3:Describe*\",\"s3:Get*\",\"s3:List*\",\"scheduler:Describe*\",\"sch"
		"eduler:Get*\",\"scheduler:List*\",\"secretsmanager:Describe*\",\"secretsmanager:List*\","
		"\"ses:Describe*\",\"ses:Get*\",\"ses:List*\",\"sns:Describe*\",\"sns:Get*\",\"sns:List*"
		"\",\"sqs:Get*\",\"sqs:List*\",\"ssm:Describe*\",\"ssm:List*\",\"states:Describe*\",\"sta"
		"tes:Get*\",\"states:List*\",\"xray:Describe*\",\"xray:Get*\",\"xray:List*\",\"apigateway"
		":GET\",\"dynamodb:BatchGet*\",\"dynamodb:Query\",\"dynamodb:Scan\",\"logs:FilterLogEvent"
		"s\",\"logs:StartQuery\",\"logs:StopQuery\",\"sts:GetCallerIdentity\",\"ssm:GetParameter*"
		"\",\"xray:BatchGet*\"],\"Resource\":\"*\"}]}" },
	{ "/", "SecretsManagerReadWrite", "Allows everything of secrets.",
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"secretsma"
		"nager:*\"],\"Resource\":\"*\"}]}" },
	{ NULL, NULL, NULL, NULL },
};

/* The day on which they were all made, as far as anybody can tell: 2015-02-06. */
static const int64_t made_ms = INT64_C(1423180800000);

static const struct str prefix = STR_INIT("arn:aws:iam::aws:policy");

const struct managed_policy *managed_find(struct str arn)
{
	if (!str_starts(arn, prefix))
		return NULL;
	struct str rest = str_from(arn, prefix.n);
	for (const struct managed_policy *p = managed_policies; p->name; p++) {
		struct str path = str_c(p->path);
		if (str_starts(rest, path) && str_is(str_from(rest, path.n), p->name))
			return p;
	}
	return NULL;
}

void managed_describe(
	struct call *call, const struct managed_policy *managed, struct iam_policy *out)
{
	*out = (struct iam_policy){
		.policy_name = str_c(managed->name),
		.policy_id = arena_printf(
			call->arena, "ANPAAWSMANAGED%07d", (int)(managed - managed_policies)),
		.arn = arena_printf(
			call->arena, "%.*s%s%s", STR_ARG(prefix), managed->path, managed->name),
		.path = str_c(managed->path),
		.default_version_id = STR("v1"),
		.is_attachable = OPT_BOOL(true),
		.description = str_c(managed->description),
		.create_date = OPT_TIME(made_ms),
		.update_date = OPT_TIME(made_ms),
	};
}
