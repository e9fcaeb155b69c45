"""Secrets of stacks at rest: no byte of the data folder says them, while the server runs and after it stopped."""

import hashlib
import json
import os
import uuid

import samovar
from stacks import IAM, TRUST, change, make, outputs, remove, settle

CODE = """
import hashlib, json, urllib.request
def handler(event, context):
    answer = {k: event[k] for k in ('StackId', 'RequestId', 'LogicalResourceId')}
    secret = hashlib.sha256(event['StackId'].encode()).hexdigest()
    answer.update(Status='SUCCESS', PhysicalResourceId='p', NoEcho=True, Data={'Secret': secret})
    urllib.request.urlopen(urllib.request.Request(event['ResponseURL'], json.dumps(answer).encode(), method='PUT'))
"""


def files(server):
    for folder, _, names in os.walk(server.data):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                yield path
    yield server.log_path


def holding(server, text):
    """The files that have the text in them."""
    found = []
    for path in files(server):
        try:
            with open(path, "rb") as f:
                found += [path] if text.encode() in f.read() else []
        except FileNotFoundError:
            continue
    return found


def template(name, **variables):
    function = {"Type": "AWS::Lambda::Function", "Properties": {
        "FunctionName": name, "Runtime": "python3.12", "Handler": "index.handler", "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"ZipFile": CODE}}}
    holder = {"Type": "AWS::Lambda::Function", "Properties": {
        **function["Properties"], "FunctionName": name + "-holder", "Environment": {"Variables": {
            "PASSWORD": {"Ref": "Password"}, "KEY": {"Fn::GetAtt": ["Key", "SecretAccessKey"]},
            "CUSTOM": {"Fn::GetAtt": ["Custom", "Secret"]}, "SSM": "{{resolve:ssm-secure:/" + name + "/secret}}", **variables}}}}
    return {"Parameters": {"Password": {"Type": "String", "NoEcho": True}},
            "Resources": {
                "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
                "User": {"Type": "AWS::IAM::User", "Properties": {"UserName": name}},
                "Key": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "User"}}},
                "F": function,
                "Custom": {"Type": "Custom::Secret", "Properties": {"ServiceToken": {"Fn::GetAtt": ["F", "Arn"]},
                                                                    "Password": {"Ref": "Password"}}},
                "Holder": holder},
            "Outputs": {"KeyId": {"Value": {"Ref": "Key"}}, "Password": {"Value": {"Ref": "Password"}}}}


def test_no_secret_is_on_disk(client_of, unique):
    passwords = {k: f"pw-{uuid.uuid4().hex}" for k in ("first", "second", "ssm", "endpoint", "changeset")}
    with samovar.Server() as server:
        name, api, cfn, sns = unique("s"), client_of(server, "lambda"), client_of(server, "cloudformation"), client_of(server, "sns")
        sqs = client_of(server, "sqs")
        client_of(server, "ssm").put_parameter(Name=f"/{name}/secret", Type="SecureString", Value=passwords["ssm"])
        topic = sns.create_topic(Name=name)["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"http://user:{passwords['endpoint']}@127.0.0.1:1/")
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"http://user:{passwords['endpoint']}@127.0.0.1:1/")
        # What is no secret is found: else nothing could be.
        queue = sqs.create_queue(QueueName=name)["QueueUrl"]
        sqs.send_message(QueueUrl=queue, MessageBody="no secret: " + name)
        assert holding(server, "no secret: " + name)

        stack = make(cfn, name, template(name), Parameters=[{"ParameterKey": "Password", "ParameterValue": passwords["first"]}])
        variables = api.get_function_configuration(FunctionName=name + "-holder")["Environment"]["Variables"]
        assert variables["PASSWORD"] == passwords["first"] == outputs(stack)["Password"] and variables["SSM"] == passwords["ssm"]
        assert variables["CUSTOM"] == hashlib.sha256(stack["StackId"].encode()).hexdigest()
        assert len(variables["KEY"]) == 40
        secrets = [*passwords.values(), variables["KEY"], variables["CUSTOM"]]

        def search():
            for secret in secrets:
                assert not holding(server, secret), secret

        search()
        api.publish_version(FunctionName=name + "-holder")
        change(cfn, name, template(name, MORE="x"), Parameters=[{"ParameterKey": "Password", "ParameterValue": passwords["second"]}])
        search()
        # A change that fails and is put back; a change set that is only made.
        broken = template(name, MORE="y")
        broken["Resources"]["Bad"] = {"Type": "AWS::EC2::Instance", "DependsOn": "Holder"}
        change(cfn, name, broken, "UPDATE_ROLLBACK_COMPLETE", Parameters=[{"ParameterKey": "Password", "UsePreviousValue": True}])
        cfn.create_change_set(StackName=name, ChangeSetName="c", TemplateBody=json.dumps(template(name, MORE="z")), Capabilities=IAM,
                              Parameters=[{"ParameterKey": "Password", "ParameterValue": passwords["changeset"]}])
        cfn.get_waiter("change_set_create_complete").wait(StackName=name, ChangeSetName="c", WaiterConfig={"Delay": 1})
        search()
        server.stop()
        search()
        # Another start reads them all.
        server.start()
        cfn.execute_change_set(StackName=name, ChangeSetName="c")
        assert settle(cfn, name)["StackStatus"] == "UPDATE_COMPLETE"
        again = api.get_function_configuration(FunctionName=name + "-holder")["Environment"]["Variables"]
        assert again == {**variables, "PASSWORD": passwords["changeset"], "MORE": "z"}
        events = cfn.describe_stack_events(StackName=name)["StackEvents"]
        assert any('"PASSWORD":"****"' in e.get("ResourceProperties", "") for e in events)
        key = client_of(server, "iam").list_access_keys(UserName=name)["AccessKeyMetadata"][0]["AccessKeyId"]
        assert key == outputs(stack)["KeyId"]
        assert len(sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]) == 1
        search()
        remove(cfn, cfn.describe_stacks(StackName=name)["Stacks"][0])
        search()
        server.stop()
        search()
