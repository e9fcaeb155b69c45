"""The AWS::Serverless transform through boto3, beside what test_cloudformation.py deploys: authorizers, and refusals by name."""

import json
import urllib.error
import urllib.request

import pytest
from sdk_fixtures import until
from stacks import IAM, error_of, events, make, outputs, remove

HEAD = "Transform: AWS::Serverless-2016-10-31\n"
FUNCTION = """
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      InlineCode: "def handler(event, context): return {'statusCode': 200, 'body': 'tea'}"
"""
AUTH = HEAD + """
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Own
        Authorizers:
          Own:
            FunctionArn: !GetAtt Judge.Arn
            AuthorizerPayloadFormatVersion: "2.0"
            EnableSimpleResponses: true
            EnableFunctionDefaultPermissions: true
            Identity: {Headers: [Authorization]}
          Token:
            IdentitySource: $request.header.Authorization
            JwtConfiguration: {issuer: "https://issuer.example", audience: [me]}
  Judge:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      InlineCode: "def handler(event, context): return {'isAuthorized': event['headers'].get('authorization') == 'tea'}"
""" + FUNCTION + """
      Policies:
        - S3FullAccessPolicy: {BucketName: b}
        - FilterLogEventsPolicy: {LogGroupName: g}
        - DynamoDBReconfigurePolicy: {TableName: t}
      DeploymentPreference: {Type: AllAtOnce}
      Events:
        Guarded: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /guarded, Method: GET}}
        Open: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /open, Method: GET, Auth: {Authorizer: NONE}}}
        Signed: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /jwt, Method: GET,
                 Auth: {Authorizer: Token, AuthorizationScopes: [read]}}}
Outputs:
  Url: {Value: !GetAtt Api.ApiEndpoint}
  Id: {Value: !Ref Api}
"""


def status_of(url, **headers):
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers=headers)).status
    except urllib.error.HTTPError as e:
        return e.code


def test_authorizers(client, server, unique):
    cfn, name = client("cloudformation"), unique("auth")
    stack = make(cfn, name, AUTH)
    base = f"{server.url}/_aws/execute-api/{outputs(stack)['Id']}/$default"
    assert status_of(base + "/open") == 200, events(cfn, name)
    assert status_of(base + "/guarded") == 401  # nothing to look at
    assert status_of(base + "/guarded", Authorization="coffee") == 403
    assert status_of(base + "/guarded", Authorization="tea") == 200
    assert status_of(base + "/jwt", Authorization="Bearer tea") == 401
    routes = {r["RouteKey"]: r for r in client("apigatewayv2").get_routes(ApiId=outputs(stack)["Id"])["Items"]}
    assert routes["GET /jwt"]["AuthorizationType"] == "JWT" and routes["GET /jwt"]["AuthorizationScopes"] == ["read"]
    remove(cfn, stack)


def test_a_table_with_a_stream(client, unique):
    cfn, name = client("cloudformation"), unique("stream")
    stack = make(cfn, name, HEAD + "Resources:" + FUNCTION + """
      AutoPublishAlias: live
      VersionDescription: first
      Events:
        Changes: {Type: DynamoDB, Properties: {Stream: !GetAtt T.StreamArn, StartingPosition: LATEST, BatchSize: 5}}
  T:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  S: {Type: AWS::Serverless::SimpleTable, Properties: {PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}}}
Outputs: {Stream: {Value: !GetAtt T.StreamArn}, S: {Value: !Ref S}}
""")
    stream = outputs(stack)["Stream"]
    mappings = client("lambda").list_event_source_mappings(EventSourceArn=stream)["EventSourceMappings"]
    assert [m["BatchSize"] for m in mappings] == [5] and mappings[0]["FunctionArn"].endswith(":live")
    key = client("dynamodb").describe_table(TableName=outputs(stack)["S"])["Table"]["KeySchema"]
    assert key == [{"AttributeName": "id", "KeyType": "HASH"}]
    recovery = client("dynamodb").describe_continuous_backups(TableName=outputs(stack)["S"])["ContinuousBackupsDescription"]
    assert recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    remove(cfn, stack)


TOLD = HEAD + """
Resources:
  Later: {Type: AWS::S3::Bucket, Properties: {BucketName: NAME-later}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: NAME
      Runtime: python3.11
      Handler: index.handler
      InlineCode: |
        def handler(event, context):
            r = event['Records'][0]
            print('TOLD', r['eventName'], r['s3']['bucket']['name'], r['s3']['object']['key'])
      Events:
        Own: {Type: S3, Properties: {Bucket: !Ref Later, Events: "s3:ObjectCreated:*",
              Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}]}}}}
        Both: {Type: S3, Properties: {Bucket: !Ref Bucket, Events: ["s3:ObjectCreated:Put", "s3:ObjectRemoved:*"]}}
  Bucket: {Type: AWS::S3::Bucket, DependsOn: Later, Properties: {BucketName: NAME-bucket}}
"""


def test_buckets_that_tell_a_function(client, unique):
    """S3 events: the bucket's NotificationConfiguration, and the permission of S3."""
    cfn, s3, logs, name = client("cloudformation"), client("s3"), client("logs"), unique("sam")
    stack = make(cfn, name, TOLD.replace("NAME", name))
    told = s3.get_bucket_notification_configuration(Bucket=f"{name}-bucket")["LambdaFunctionConfigurations"]
    assert sorted(c["Events"][0] for c in told) == ["s3:ObjectCreated:Put", "s3:ObjectRemoved:*"]
    policy = json.loads(client("lambda").get_policy(FunctionName=name)["Policy"])
    assert [(s["Principal"], s["Condition"]) for s in policy["Statement"]] == 2 * [
        ({"Service": "s3.amazonaws.com"}, {"StringEquals": {"AWS:SourceAccount": "000000000000"}})]
    for bucket, key in (("later", "out/1"), ("later", "in/1"), ("bucket", "k")):
        s3.put_object(Bucket=f"{name}-{bucket}", Key=key, Body=b"x")
    s3.delete_object(Bucket=f"{name}-bucket", Key="k")
    s3.delete_object(Bucket=f"{name}-later", Key="in/1")
    s3.delete_object(Bucket=f"{name}-later", Key="out/1")

    def seen():
        try:
            found = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="TOLD")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return sorted(e["message"].split("TOLD ")[1].split() for e in found)

    assert until(lambda: len(seen()) >= 3)
    assert seen() == [["ObjectCreated:Put", f"{name}-bucket", "k"], ["ObjectCreated:Put", f"{name}-later", "in/1"],
                      ["ObjectRemoved:Delete", f"{name}-bucket", "k"]]
    remove(cfn, stack)


POLICIES = {
    "DynamoDBStreamReadPolicy: {TableName: t, StreamName: s}": {
        "dynamodb:GetRecords": "dynamodb:R:A:table/t/stream/s", "dynamodb:ListStreams": "dynamodb:R:A:table/t/stream/*"},
    "DynamoDBBackupFullAccessPolicy: {TableName: t}": {
        "dynamodb:CreateBackup": "dynamodb:R:A:table/t", "dynamodb:DeleteBackup": "dynamodb:R:A:table/t/backup/*"},
    "DynamoDBRestoreFromBackupPolicy: {TableName: t}": {
        "dynamodb:RestoreTableFromBackup": "dynamodb:R:A:table/t/backup/*", "dynamodb:PutItem": "dynamodb:R:A:table/t"},
    "CloudFormationDescribeStacksPolicy: {}": {"cloudformation:DescribeStacks": "cloudformation:R:A:stack/*"},
    "SSMParameterWithSlashPrefixReadPolicy: {ParameterName: /a/b}": {
        "ssm:GetParameter": "ssm:R:A:parameter/a/b", "ssm:DescribeParameters": "*"},
}


def test_policy_templates(client, unique):
    """SAM Developer Guide, "Policy template list": each statement's actions on its resources."""
    cfn, iam, name = client("cloudformation"), client("iam"), unique("sam")
    stack = make(cfn, name, HEAD + "Resources:" + FUNCTION + "      Policies: [" + ", ".join("{" + p + "}" for p in POLICIES) + "]\n")
    role = cfn.describe_stack_resource(StackName=name, LogicalResourceId="FRole")["StackResourceDetail"]["PhysicalResourceId"]
    for i, wanted in enumerate(POLICIES.values()):
        document = iam.get_role_policy(RoleName=role, PolicyName=f"FRolePolicy{i}")["PolicyDocument"]
        given = {a: s["Resource"] for s in document["Statement"] for a in s["Action"]}
        for action, resource in wanted.items():
            full = resource if resource == "*" else "arn:aws:" + resource.replace(":R:A:", ":us-east-1:000000000000:")
            assert given[action] == [full], (action, given)
    remove(cfn, stack)


@pytest.mark.parametrize("more, word", [
    ("      Events: {E: {Type: Api, Properties: {Path: /, Method: get}}}\n", "event type Api"),
    ("      Events: {E: {Type: Kinesis, Properties: {Stream: a}}}\n", "event type Kinesis"),
    ("      Events: {E: {Type: HttpApi, Properties: {Path: /, Method: GET, Auth: {Authorizer: Nobody}}}}\n", "Nobody"),
    ("      DeploymentPreference: {Type: Canary10Percent5Minutes}\n", "DeploymentPreference"),
    ("      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 1}\n", "ProvisionedConcurrencyConfig"),
    ("      ImageUri: some/image\n", "ImageUri"),
    ("      Policies: [{DynamoDBStreamReadPolicy: {TableName: a}}]\n", "DynamoDBStreamReadPolicy"),
    ("      Events: {E: {Type: S3, Properties: {Bucket: a, Events: b}}}\n", "S3 events"),
    ("      Events: {E: {Type: S3, Properties: {Bucket: !Ref F, Events: b}}}\n", "no S3 bucket of the same template"),
    ("      Events: {E: {Type: S3, Properties: {Bucket: !Ref B, Events: b, Other: c}}}\n", "Other"),
    ("      Policies: [{StepFunctionsExecutionPolicy: {StateMachineName: a}}]\n", "StepFunctionsExecutionPolicy"),
    ("    Connectors: {C: {Properties: {Destination: {Id: T}, Permissions: [Read]}}}\n", "Connectors"),
    ("  X: {Type: AWS::Serverless::Application, Properties: {Location: a}}\n", "AWS::Serverless::Application"),
    ("  X: {Type: AWS::Serverless::Api, Properties: {StageName: a}}\n", "AWS::Serverless::Api"),
    ("  X: {Type: AWS::Serverless::StateMachine, Properties: {}}\n", "AWS::Serverless::StateMachine"),
    ("  X: {Type: AWS::Serverless::HttpApi, Properties: {DefinitionBody: {}}}\n", "DefinitionBody"),
])
def test_refused_by_name(client, unique, more, word):
    cfn, name = client("cloudformation"), unique("sam")
    code, text = error_of(cfn.create_stack, StackName=name, TemplateBody=HEAD + "Resources:" + FUNCTION + more,
                          Capabilities=IAM)
    assert code == "ValidationError" and word in text, text
    assert error_of(cfn.describe_stacks, StackName=name)[0] == "ValidationError"
