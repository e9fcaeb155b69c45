"""CloudFormation through boto3: what ends an operation, who may do it, and what is not shown."""

import json
import os
import time

import pytest
import samovar
from botocore.exceptions import ClientError
from stacks import IAM, TRUST, change, error_of, events, group, make, remove, settle

# Answers when its property Wait is gone; else never.
SLOW = ("import cfnresponse\n"
        "def handler(event, context):\n"
        "    if event['RequestType'] == 'Delete' or not event['ResourceProperties'].get('Wait'):\n"
        "        cfnresponse.send(event, context, cfnresponse.SUCCESS, {'Key': 'open' + 'sesame'}, noEcho=True)\n")


def waiting(name, wait=True):
    return {"Resources": {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
        "F": {"Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": name, "Runtime": "python3.11", "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Code": {"ZipFile": SLOW}}},
        "C": {"Type": "Custom::Slow", "Properties": {"ServiceToken": {"Fn::GetAtt": ["F", "Arn"]},
                                                     **({"Wait": "yes"} if wait else {})}}}}


def until(cfn, name, logical, status, timeout=20):
    end = time.monotonic() + timeout
    while not any(e[:2] == (logical, status) for e in events(cfn, name)):
        assert time.monotonic() < end, events(cfn, name)
        time.sleep(0.02)


def test_delete_while_it_is_made(client, unique):
    cfn, name = client("cloudformation"), unique("early")
    stack_id = cfn.create_stack(StackName=name, TemplateBody=json.dumps(waiting(name)), Capabilities=IAM)["StackId"]
    until(cfn, name, "C", "CREATE_IN_PROGRESS")
    cfn.delete_stack(StackName=name)
    assert settle(cfn, stack_id)["StackStatus"] == "DELETE_COMPLETE", events(cfn, stack_id)
    with pytest.raises(ClientError):
        client("lambda").get_function(FunctionName=name)
    assert ("C", "DELETE_COMPLETE", None) in events(cfn, stack_id)


@pytest.mark.skipif(not os.environ.get("SLOW"), reason="takes the minute that is the least timeout: SLOW=1")
def test_timeout(client_of, unique):
    """TimeoutInMinutes: the stack becomes CREATE_FAILED, or is rolled back, when the time is over."""
    with samovar.Server() as server:
        cfn, name = client_of(server, "cloudformation"), unique("slow")
        cfn.create_stack(StackName=name, TemplateBody=json.dumps(waiting(name)), Capabilities=IAM, TimeoutInMinutes=1,
                         OnFailure="DO_NOTHING")
        until(cfn, name, "C", "CREATE_IN_PROGRESS")
        server.kill()
        time.sleep(0.1)
        server.start()
        assert cfn.describe_stacks(StackName=name)["Stacks"][0]["TimeoutInMinutes"] == 1
        stack = settle(cfn, name, timeout=90)
        assert stack["StackStatus"] == "CREATE_FAILED", events(cfn, name)
        assert ("C", "CREATE_FAILED", "Resource creation cancelled") in events(cfn, name)
        remove(cfn, stack)


def test_cancel_update(client, unique):
    cfn, name = client("cloudformation"), unique("cancel")
    stack = make(cfn, name, waiting(name, wait=False))
    cfn.update_stack(StackName=name, TemplateBody=json.dumps(waiting(name)), Capabilities=IAM)
    until(cfn, name, "C", "UPDATE_IN_PROGRESS")
    assert error_of(cfn.delete_stack, StackName=name)[0] == "ValidationError"
    cfn.cancel_update_stack(StackName=name)
    assert settle(cfn, name)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE", events(cfn, name)
    assert error_of(cfn.cancel_update_stack, StackName=name) == (
        "ValidationError", "CancelUpdateStack cannot be called from current stack status")
    remove(cfn, stack)


def test_failures_that_stay(client, unique):
    """DisableRollback leaves what there is; the next update goes on from it."""
    cfn, name = client("cloudformation"), unique("stay")
    bad = {"Type": "AWS::EC2::Instance", "DependsOn": "A"}
    make(cfn, name, {"Resources": {"A": group(name), "Bad": bad}}, status="CREATE_FAILED", DisableRollback=True)
    assert client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    change(cfn, name, {"Resources": {"A": group(name, RetentionInDays=3)}})
    change(cfn, name, {"Resources": {"A": group(name, RetentionInDays=5), "Bad": bad}}, status="UPDATE_FAILED",
           DisableRollback=True)
    change(cfn, name, {"Resources": {"A": group(name, RetentionInDays=7), "B": {**bad, "DependsOn": []}}},
           status="UPDATE_ROLLBACK_COMPLETE")
    found = client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert [g["retentionInDays"] for g in found] == [3]
    remove(cfn, settle(cfn, name))
    make(cfn, name + "-d", {"Resources": {"Bad": {"Type": "AWS::EC2::Instance"}}}, status="DELETE_COMPLETE",
         OnFailure="DELETE")


def test_force_delete(client, unique):
    cfn, s3, name = client("cloudformation"), client("s3"), unique("force")
    stack = make(cfn, name, {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}}})
    s3.put_object(Bucket=name, Key="k", Body=b"tea")
    assert error_of(cfn.delete_stack, StackName=name, DeletionMode="FORCE_DELETE_STACK")[0] == "ValidationError"
    cfn.delete_stack(StackName=name)
    assert settle(cfn, name)["StackStatus"] == "DELETE_FAILED"
    cfn.delete_stack(StackName=name, DeletionMode="FORCE_DELETE_STACK")
    assert settle(cfn, stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert s3.get_object(Bucket=name, Key="k")["Body"].read() == b"tea"


def test_retain_except_on_create(client, unique):
    cfn, name = client("cloudformation"), unique("retain")
    kept = {**group(name), "DeletionPolicy": "RetainExceptOnCreate"}
    bad = {"Type": "AWS::EC2::Instance", "DependsOn": "A"}
    remove(cfn, make(cfn, name, {"Resources": {"A": kept, "Bad": bad}}, status="ROLLBACK_COMPLETE"))
    assert not client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    stack = make(cfn, name, {"Resources": {"A": kept}})
    remove(cfn, stack)
    assert client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]


def statement(effect, action, resource, **more):
    return {"Effect": effect, "Action": action, "Principal": "*", "Resource": resource, **more}


def test_stack_policy(client, unique):
    cfn, name = client("cloudformation"), unique("policy")
    policy = json.dumps({"Statement": [statement("Allow", "Update:*", "*"),
                                       statement("Deny", "Update:Modify", "LogicalResourceId/A"),
                                       statement("Deny", ["Update:Replace", "Update:Delete"], "*", Condition={
                                           "StringEquals": {"ResourceType": ["AWS::Logs::LogGroup"]}})]})
    assert error_of(cfn.create_stack, StackName=name, TemplateBody="{}", StackPolicyBody="[]")[0] == "ValidationError"
    one = {"Resources": {"A": group(name + "-a", RetentionInDays=1), "B": group(name + "-b", RetentionInDays=1)}}
    make(cfn, name, one, StackPolicyBody=policy)
    assert json.loads(cfn.get_stack_policy(StackName=name)["StackPolicyBody"]) == json.loads(policy)
    one["Resources"]["B"]["Properties"]["RetentionInDays"] = 3
    change(cfn, name, one)
    one["Resources"]["A"]["Properties"]["RetentionInDays"] = 3
    change(cfn, name, one, status="UPDATE_ROLLBACK_COMPLETE")
    assert any("denied by stack policy" in (e[2] or "") and e[0] == "A" for e in events(cfn, name))
    change(cfn, name, one, StackPolicyDuringUpdateBody=json.dumps({"Statement": [statement("Allow", "Update:*", "*")]}))
    change(cfn, name, {"Resources": {"A": one["Resources"]["A"]}}, status="UPDATE_ROLLBACK_COMPLETE")
    renamed = json.loads(json.dumps(one).replace(name + "-b", name + "-c"))
    change(cfn, name, renamed, status="UPDATE_ROLLBACK_COMPLETE")
    remove(cfn, settle(cfn, name))


@pytest.mark.parametrize("options, word", [
    ({"NotificationARNs": ["arn:aws:sns:us-east-1:000000000000:t"]}, "NotificationARNs"),
    ({"RollbackConfiguration": {"RollbackTriggers": [{"Arn": "arn:a", "Type": "AWS::CloudWatch::Alarm"}]}}, "triggers"),
    ({"ResourceTypes": ["AWS::S3::*"]}, "AWS::Logs::LogGroup"),
    ({"OnFailure": "DELETE", "DisableRollback": True}, "Either"),
])
def test_options_that_are_refused(client, unique, options, word):
    cfn, name = client("cloudformation"), unique("options")
    code, text = error_of(cfn.create_stack, StackName=name, TemplateBody=json.dumps({"Resources": {"A": group()}}), **options)
    assert code == "ValidationError" and word in text
    assert error_of(cfn.describe_stacks, StackName=name)[0] == "ValidationError"


def test_secrets_are_not_shown(client, unique):
    """NoEcho parameters, access keys and answers of custom resources stand in no event."""
    cfn, name = client("cloudformation"), unique("secret")
    template = waiting(name, wait=False)
    template["Parameters"] = {"P": {"Type": "String", "NoEcho": True}}

    def parameter(value):
        return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
    template["Resources"].update(
        A=parameter({"Fn::Sub": "x-${P}"}), B=parameter({"Fn::GetAtt": "C.Key"}),
        U={"Type": "AWS::IAM::User"}, K={"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "U"}}},
        D=parameter({"Fn::GetAtt": "K.SecretAccessKey"}))
    stack = make(cfn, name, template, Parameters=[{"ParameterKey": "P", "ParameterValue": "hunter2"}])
    ssm, ids = client("ssm"), {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in
                               cfn.describe_stack_resources(StackName=name)["StackResources"]}
    values = {k: ssm.get_parameter(Name=ids[k])["Parameter"]["Value"] for k in "ABD"}
    assert values["A"] == "x-hunter2" and values["B"] == "opensesame" and len(values["D"]) > 30
    remove(cfn, stack)
    told = json.dumps([cfn.describe_stacks(StackName=stack["StackId"])["Stacks"], cfn.describe_stack_events(
        StackName=stack["StackId"])["StackEvents"], cfn.get_template(StackName=stack["StackId"])], default=str)
    assert "x-****" in told and not [v for v in ("hunter2", "opensesame", values["D"]) if v in told]


def test_a_role_acts_for_the_stack(client_of, unique):
    """RoleARN: its permissions make the resources, and passing it needs iam:PassRole."""
    with samovar.Server("--auth", "strict") as server:
        root = server.root_key()
        iam, name = client_of(server, "iam", **root), unique("role")

        def role(suffix, service, *actions):
            trust = {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
            arn = iam.create_role(RoleName=name + suffix, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
            iam.put_role_policy(RoleName=name + suffix, PolicyName="p", PolicyDocument=json.dumps(
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}))
            return arn
        good, other = role("-good", "cloudformation.amazonaws.com", "logs:*"), role("-other", "lambda.amazonaws.com", "logs:*")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "cloudformation:*", "Resource": "*"},
                {"Effect": "Allow", "Action": "iam:PassRole", "Resource": [good, other]}]}))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        cfn = client_of(server, "cloudformation", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
        template = {"Resources": {"A": group(name)}}
        make(cfn, name + "-own", template, status="ROLLBACK_COMPLETE")
        stack = make(cfn, name, template, RoleARN=good)
        assert stack["RoleARN"] == good
        remove(cfn, stack)
        body = json.dumps(template)
        assert error_of(cfn.create_stack, StackName=name, TemplateBody=body, RoleARN=other) == (
            "ValidationError", f"Role {other} is invalid or cannot be assumed")
        assert error_of(cfn.create_stack, StackName=name, TemplateBody=body, RoleARN=good + "x")[0] == "AccessDenied"
