"""CloudFormation through boto3: streams of tables, functions on them, global tables."""

import json
import time

import pytest
from stacks import change, make, outputs, remove

CODE = """
exports.handler = async (event) => {
    const body = JSON.stringify({ QueueUrl: process.env.RESULTS, MessageBody: JSON.stringify(event) });
    await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', body, headers: {
        'X-Amz-Target': 'AmazonSQS.SendMessage', 'Content-Type': 'application/x-amz-json-1.0',
        Authorization: `AWS4-HMAC-SHA256 Credential=${process.env.AWS_ACCESS_KEY_ID}/20260101/us-east-1/sqs/aws4_request, ` +
            'SignedHeaders=host, Signature=0' } });
};
"""


def table(name, kind="AWS::DynamoDB::Table", **more):
    return {"Type": kind, "Properties": {
        "TableName": name, "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}], **more}}


def stream(dynamodb, name):
    t = dynamodb.describe_table(TableName=name)["Table"]
    return t.get("StreamSpecification", {}).get("StreamViewType"), t.get("LatestStreamArn")


def test_a_tables_stream(client, unique):
    cfn, dynamodb, name = client("cloudformation"), client("dynamodb"), unique("table")
    template = {"Resources": {"T": table(name, StreamSpecification={"StreamViewType": "NEW_IMAGE"})},
                "Outputs": {"Stream": {"Value": {"Fn::GetAtt": "T.StreamArn"}}}}
    first = outputs(make(cfn, name, template))["Stream"]
    assert stream(dynamodb, name) == ("NEW_IMAGE", first)
    properties = template["Resources"]["T"]["Properties"]
    properties["DeletionProtectionEnabled"] = False
    assert outputs(change(cfn, name, template))["Stream"] == first
    # Another view type: another stream, of the same table.
    properties["StreamSpecification"] = {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    second = outputs(change(cfn, name, template))["Stream"]
    assert second != first and stream(dynamodb, name) == ("NEW_AND_OLD_IMAGES", second)
    del properties["StreamSpecification"]
    template["Outputs"] = {}
    stack = change(cfn, name, template)
    assert stream(dynamodb, name) == (None, second)
    remove(cfn, stack)


@pytest.fixture
def results(client, unique):
    return client("sqs").create_queue(QueueName=unique("results"))["QueueUrl"]


def function_stack(name, results, **settings):
    return {"Resources": {
        "T": table(name, StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"}),
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}},
        "F": {"Type": "AWS::Lambda::Function", "Properties": {
            "Runtime": "nodejs20.x", "Handler": "index.handler", "Role": {"Fn::GetAtt": "Role.Arn"}, "Code": {"ZipFile": CODE},
            "Environment": {"Variables": {"RESULTS": results}}}},
        "M": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
            "EventSourceArn": {"Fn::GetAtt": "T.StreamArn"}, "FunctionName": {"Ref": "F"},
            "StartingPosition": "TRIM_HORIZON", **settings}}},
        "Outputs": {"M": {"Value": {"Ref": "M"}}, "Stream": {"Value": {"Fn::GetAtt": "T.StreamArn"}}}}


def test_a_function_on_a_stream(client, unique, results):
    cfn, dynamodb, api, name = client("cloudformation"), client("dynamodb"), client("lambda"), unique("f")
    template = function_stack(name, results, BatchSize=7, BisectBatchOnFunctionError=True, MaximumRetryAttempts=3)
    out = outputs(make(cfn, name, template))
    m = api.get_event_source_mapping(UUID=out["M"])
    assert (m["EventSourceArn"], m["BatchSize"], m["BisectBatchOnFunctionError"]) == (out["Stream"], 7, True)
    dynamodb.put_item(TableName=name, Item={"k": {"S": "a"}})
    [message] = client("sqs").receive_message(QueueUrl=results, WaitTimeSeconds=20)["Messages"]
    assert json.loads(message["Body"])["Records"][0]["eventSourceARN"] == out["Stream"]
    # What the template says no longer is as AWS's defaults are.
    settings = template["Resources"]["M"]["Properties"]
    del settings["BisectBatchOnFunctionError"], settings["MaximumRetryAttempts"]
    stack = change(cfn, name, template)
    m = api.get_event_source_mapping(UUID=out["M"])
    assert (m["BisectBatchOnFunctionError"], m["MaximumRetryAttempts"], m["BatchSize"]) == (False, -1, 7)
    remove(cfn, stack)
    assert not api.list_event_source_mappings(EventSourceArn=out["Stream"])["EventSourceMappings"]


def test_sams_dynamodb_event(client, unique, results):
    cfn, dynamodb, name = client("cloudformation"), client("dynamodb"), unique("sam")
    template = {"Transform": "AWS::Serverless-2016-10-31", "Resources": {
        "T": table(name, StreamSpecification={"StreamViewType": "KEYS_ONLY"}),
        "F": {"Type": "AWS::Serverless::Function", "Properties": {
            "Runtime": "nodejs20.x", "Handler": "index.handler", "InlineCode": CODE,
            "Environment": {"Variables": {"RESULTS": results}},
            "Events": {"S": {"Type": "DynamoDB", "Properties": {
                "Stream": {"Fn::GetAtt": "T.StreamArn"}, "StartingPosition": "TRIM_HORIZON", "BatchSize": 10}}}}}}}
    stack = make(cfn, name, template)
    dynamodb.put_item(TableName=name, Item={"k": {"S": "a"}})
    [message] = client("sqs").receive_message(QueueUrl=results, WaitTimeSeconds=20)["Messages"]
    assert json.loads(message["Body"])["Records"][0]["dynamodb"]["Keys"] == {"k": {"S": "a"}}
    remove(cfn, stack)


def test_a_global_table_of_one_region(client, unique):
    cfn, dynamodb, name = client("cloudformation"), client("dynamodb"), unique("global")
    template = {"Resources": {"T": table(
        name, "AWS::DynamoDB::GlobalTable", StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"},
        Replicas=[{"Region": {"Ref": "AWS::Region"}, "DeletionProtectionEnabled": True, "Tags": [{"Key": "a", "Value": "b"}]}])},
        "Outputs": {n: {"Value": {"Fn::GetAtt": f"T.{n}"}} for n in ("Arn", "StreamArn", "TableId")}}
    out = outputs(make(cfn, name, template))
    t = dynamodb.describe_table(TableName=name)["Table"]
    assert out == {"Arn": t["TableArn"], "StreamArn": t["LatestStreamArn"], "TableId": t["TableId"]}
    assert t["DeletionProtectionEnabled"]
    assert {"Key": "a", "Value": "b"} in dynamodb.list_tags_of_resource(ResourceArn=out["Arn"])["Tags"]
    del template["Resources"]["T"]["Properties"]["Replicas"][0]["DeletionProtectionEnabled"]
    stack = change(cfn, name, template)
    assert not dynamodb.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"]
    remove(cfn, stack)


def test_a_global_table_of_more_regions_is_refused(client, unique):
    cfn, name = client("cloudformation"), unique("global")
    cfn.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"T": table(
        name, "AWS::DynamoDB::GlobalTable", Replicas=[{"Region": "us-east-1"}, {"Region": "eu-west-1"}])}}))
    for _ in range(100):
        reasons = [e.get("ResourceStatusReason", "") for e in cfn.describe_stack_events(StackName=name)["StackEvents"]]
        if any("one replica" in r for r in reasons):
            return
        time.sleep(0.1)
    raise AssertionError(reasons)
