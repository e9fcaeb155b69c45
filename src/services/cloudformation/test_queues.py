"""CloudFormation through boto3: queues, what drains them, and where events end."""

import pytest
from botocore.exceptions import ClientError
from stacks import TRUST, change, make, outputs, remove


def test_queues_and_what_drains_them(client, unique):
    """Settings are changed in place, a new name replaces; what goes is taken back (Template Reference, AWS::SQS and AWS::Lambda)."""
    cfn, sqs, api, name = client("cloudformation"), client("sqs"), client("lambda"), unique("queues")
    arn = {"Fn::GetAtt": "Q.Arn"}
    resources = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST, "ManagedPolicyArns": [
            "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"]}},
        "F": {"Type": "AWS::Lambda::Function", "Properties": {
            "Runtime": "python3.11", "Handler": "index.handler", "Role": {"Fn::GetAtt": "Role.Arn"},
            "Code": {"ZipFile": "def handler(event, context): return 1"}}},
        "D": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "Q": {"Type": "AWS::SQS::Queue", "Properties": {
            "QueueName": name, "VisibilityTimeout": 45, "DelaySeconds": 7, "Tags": [{"Key": "a", "Value": "b"}],
            "RedriveAllowPolicy": {"redrivePermission": "denyAll"},
            "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": "D.Arn"}, "maxReceiveCount": 3}}},
        "P": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "Q"}], "PolicyDocument": {
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage",
                                                    "Resource": arn}]}}},
        "M": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
            "FunctionName": {"Ref": "F"}, "EventSourceArn": arn, "BatchSize": 2, "ScalingConfig": {"MaximumConcurrency": 5},
            "FilterCriteria": {"Filters": [{"Pattern": '{"body": {"a": [1]}}'}]}}},
        "E": {"Type": "AWS::Lambda::EventInvokeConfig", "Properties": {
            "FunctionName": {"Ref": "F"}, "Qualifier": "$LATEST", "MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 60,
            "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": "D.Arn"}}}}}}
    template = {"Resources": resources, "Outputs": {
        "Url": {"Value": {"Ref": "Q"}}, "Arn": {"Value": arn}, "Name": {"Value": {"Fn::GetAtt": "Q.QueueName"}},
        "M": {"Value": {"Ref": "M"}}, "F": {"Value": {"Ref": "F"}}, "D": {"Value": {"Fn::GetAtt": "D.Arn"}}}}

    def attributes(url):
        return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]

    out = outputs(make(cfn, name, template))
    a = attributes(out["Url"])
    assert (a["VisibilityTimeout"], a["DelaySeconds"], a["QueueArn"], out["Name"]) == ("45", "7", out["Arn"], name)
    assert "sqs:SendMessage" in a["Policy"] and out["D"] in a["RedrivePolicy"]
    m = api.get_event_source_mapping(UUID=out["M"])
    assert (m["BatchSize"], m["ScalingConfig"], m["EventSourceArn"]) == (2, {"MaximumConcurrency": 5}, out["Arn"])
    e = api.get_function_event_invoke_config(FunctionName=out["F"])
    assert (e["MaximumRetryAttempts"], e["DestinationConfig"]["OnFailure"]) == (1, {"Destination": out["D"]})

    # In place: the same queue and mapping.
    resources["Q"]["Properties"] |= {"VisibilityTimeout": 50, "Tags": [{"Key": "c", "Value": "d"}]}
    for gone in "DelaySeconds", "RedriveAllowPolicy", "RedrivePolicy":
        del resources["Q"]["Properties"][gone]
    del resources["P"]
    resources["M"]["Properties"] |= {"BatchSize": 3, "ProvisionedPollerConfig": {"MinimumPollers": 2, "MaximumPollers": 3}}
    for gone in "FilterCriteria", "ScalingConfig":
        del resources["M"]["Properties"][gone]
    resources["E"]["Properties"]["MaximumRetryAttempts"] = 0
    second = outputs(change(cfn, name, template))
    assert second == out
    a = attributes(out["Url"])
    assert (a["VisibilityTimeout"], a["DelaySeconds"]) == ("50", "0") and not {"Policy", "RedrivePolicy", "RedriveAllowPolicy"} & set(a)
    assert sqs.list_queue_tags(QueueUrl=out["Url"])["Tags"] == {"c": "d"}
    m = api.get_event_source_mapping(UUID=out["M"])
    assert m["ProvisionedPollerConfig"] == {"MinimumPollers": 2, "MaximumPollers": 3} and "ScalingConfig" not in m
    assert m["BatchSize"] == 3 and not m.get("FilterCriteria", {}).get("Filters")
    assert api.get_function_event_invoke_config(FunctionName=out["F"])["MaximumRetryAttempts"] == 0

    # Another name is another queue, and so another mapping.
    resources["Q"]["Properties"]["QueueName"] = name + "-2"
    stack = change(cfn, name, template)
    third = outputs(stack)
    assert third["Name"] == name + "-2" and third["M"] != out["M"]
    assert api.get_event_source_mapping(UUID=third["M"])["EventSourceArn"] == third["Arn"]
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName=name)
    remove(cfn, stack)
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName=name + "-2")
    with pytest.raises(ClientError):
        api.get_event_source_mapping(UUID=third["M"])
