"""CloudFormation through boto3: custom resources."""

import json
import time
import urllib.request

from stacks import IAM, TRUST, change, events, make, outputs, remove, settle

CODE = """
import json, urllib.request
def handler(event, context):
    p = event['ResourceProperties']
    print('ASKED ' + json.dumps(event))
    if event['RequestType'] != 'Delete' and p.get('Silent'):
        return
    answer = {k: event[k] for k in ('StackId', 'RequestId', 'LogicalResourceId')}
    answer.update(Status='SUCCESS', PhysicalResourceId='id-' + p['Id'], Data={'Id': p['Id']})
    urllib.request.urlopen(urllib.request.Request(event['ResponseURL'], json.dumps(answer).encode(), method='PUT'))
"""


def template(name, **properties):
    return {"Resources": {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
        "F": {"Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": name, "Runtime": "python3.11", "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Code": {"ZipFile": CODE}}},
        "C": {"Type": "Custom::Tea", "Properties": {"ServiceToken": {"Fn::GetAtt": ["F", "Arn"]}, **properties}}},
        "Outputs": {"Id": {"Value": {"Ref": "C"}}}}


def asked(logs, name):
    found = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    return [json.loads(e["message"].split("ASKED ", 1)[1]) for e in found if "ASKED " in e["message"]]


def until_asked(logs, name, n):
    end = time.monotonic() + 20
    while True:
        try:
            seen = asked(logs, name)
        except logs.exceptions.ResourceNotFoundException:
            seen = []
        if len(seen) >= n:
            return seen
        assert time.monotonic() < end, seen
        time.sleep(0.05)


def test_another_physical_id_replaces(client, unique):
    """An update that answers another PhysicalResourceId is a replacement: the old one is deleted after it."""
    cfn, name = client("cloudformation"), unique("ids")
    make(cfn, name, template(name, Id="one"))
    stack = change(cfn, name, template(name, Id="two"))
    assert outputs(stack)["Id"] == "id-two"
    bad = template(name, Id="three")
    bad["Resources"]["Bad"] = {"Type": "AWS::EC2::Instance", "DependsOn": "C"}
    stack = change(cfn, name, bad, status="UPDATE_ROLLBACK_COMPLETE")
    assert outputs(stack)["Id"] == "id-two"
    seen = until_asked(client("logs"), name, 5)
    assert [(e["RequestType"], e.get("PhysicalResourceId")) for e in seen] == [
        ("Create", None), ("Update", "id-one"), ("Delete", "id-one"), ("Update", "id-two"), ("Delete", "id-three")]
    assert seen[1]["OldResourceProperties"]["Id"] == "one"
    remove(cfn, stack)


def test_service_timeout(client, unique):
    cfn, name = client("cloudformation"), unique("timeout")
    stack = make(cfn, name, template(name, Id="one", Silent="yes", ServiceTimeout=1), status="ROLLBACK_COMPLETE")
    assert any(e[:2] == ("C", "CREATE_FAILED") and "did not receive a response" in e[2] for e in events(cfn, name))
    # What may have been made is deleted, by the name that it was given beforehand.
    last = until_asked(client("logs"), name, 2)[-1]
    assert last["RequestType"] == "Delete" and last["PhysicalResourceId"].startswith(f"{name}-C-")
    remove(cfn, stack)


def test_the_answer_may_come_from_anywhere(client, unique):
    """The ResponseURL is good outside of the function, whatever port the server has."""
    cfn, name = client("cloudformation"), unique("outside")
    cfn.create_stack(StackName=name, TemplateBody=json.dumps(template(name, Id="x", Silent="yes")), Capabilities=IAM)
    event = until_asked(client("logs"), name, 1)[0]
    answer = {"Status": "SUCCESS", "PhysicalResourceId": "id-outside", "RequestId": event["RequestId"],
              "StackId": event["StackId"], "LogicalResourceId": "C"}
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT"))
    stack = settle(cfn, name)
    assert stack["StackStatus"] == "CREATE_COMPLETE" and outputs(stack)["Id"] == "id-outside", events(cfn, name)
    remove(cfn, stack)
