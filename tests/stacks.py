"""What the tests of CloudFormation share: stacks made, changed, removed, and waited for."""

import json
import time

import pytest
from botocore.exceptions import ClientError

TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
                                                 "Action": "sts:AssumeRole"}]}
IAM = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


def error_of(call, **arguments):
    with pytest.raises(ClientError) as e:
        call(**arguments)
    return e.value.response["Error"]["Code"], e.value.response["Error"]["Message"]


def settle(cfn, name, timeout=30):
    """The stack once nothing is in progress."""
    end = time.monotonic() + timeout
    while True:
        stack = cfn.describe_stacks(StackName=name)["Stacks"][0]
        if not stack["StackStatus"].endswith("_IN_PROGRESS") or stack["StackStatus"] == "REVIEW_IN_PROGRESS":
            return stack
        assert time.monotonic() < end, stack
        time.sleep(0.02)


def make(cfn, name, template, status="CREATE_COMPLETE", **more):
    body = template if isinstance(template, str) else json.dumps(template)
    stack_id = cfn.create_stack(StackName=name, TemplateBody=body, Capabilities=IAM, **more)["StackId"]
    stack = settle(cfn, stack_id)
    assert stack["StackStatus"] == status, [e for e in events(cfn, stack_id) if "FAILED" in e[1]]
    return stack


def change(cfn, name, template, status="UPDATE_COMPLETE", **more):
    body = template if isinstance(template, str) else json.dumps(template)
    cfn.update_stack(StackName=name, TemplateBody=body, Capabilities=IAM, **more)
    stack = settle(cfn, name)
    assert stack["StackStatus"] == status, events(cfn, name)
    return stack


def remove(cfn, stack):
    cfn.delete_stack(StackName=stack["StackName"])
    assert settle(cfn, stack["StackId"])["StackStatus"] == "DELETE_COMPLETE", events(cfn, stack["StackId"])


def events(cfn, name):
    return [(e["LogicalResourceId"], e["ResourceStatus"], e.get("ResourceStatusReason")) for e in
            cfn.describe_stack_events(StackName=name)["StackEvents"]]


def outputs(stack):
    return {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}


def group(name=None, **more):
    return {"Type": "AWS::Logs::LogGroup", "Properties": {**({"LogGroupName": name} if name else {}), **more}}
