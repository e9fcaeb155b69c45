"""CloudFormation: row stack. Fifty resources of seven kinds, made and deleted."""

import json
import time

from bench import Cloud, interleaved, row

TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


def resource(kind, **properties):
    return {"Type": kind, "Properties": properties}


def template():
    all_of = {}
    for i in range(10):
        all_of[f"Role{i}"] = resource("AWS::IAM::Role", AssumeRolePolicyDocument=TRUST)
        all_of[f"Function{i}"] = resource(
            "AWS::Lambda::Function", Runtime="nodejs22.x", Handler="index.handler", Role={"Fn::GetAtt": [f"Role{i}", "Arn"]},
            Code={"ZipFile": "exports.handler = async () => 'tea'"}, Environment={"Variables": {"QUEUE": {"Ref": f"Queue{i % 5}"}}})
        all_of[f"Logs{i}"] = resource("AWS::Logs::LogGroup", RetentionInDays=7,
                                      LogGroupName={"Fn::Sub": f"/aws/lambda/${{Function{i}}}"})
    for i in range(5):
        all_of[f"Queue{i}"] = resource("AWS::SQS::Queue")
        all_of[f"Bucket{i}"] = resource("AWS::S3::Bucket")
        all_of[f"Parameter{i}"] = resource("AWS::SSM::Parameter", Type="String", Value={"Ref": f"Bucket{i}"})
        all_of[f"Table{i}"] = resource(
            "AWS::DynamoDB::Table", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}])
    assert len(all_of) == 50
    return json.dumps({"Resources": all_of})


def settled(cfn, stack, wanted):
    while True:
        status = cfn.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        if not status.endswith("_IN_PROGRESS"):
            assert status == wanted, status
            return
        time.sleep(0.002)


def row_stack():
    with Cloud() as server:
        cfn, body = server.client("cloudformation"), template()

        def measure():
            begun = time.monotonic()
            stack = cfn.create_stack(StackName="bench", TemplateBody=body, Capabilities=["CAPABILITY_IAM"])["StackId"]
            settled(cfn, stack, "CREATE_COMPLETE")
            made = time.monotonic()
            cfn.delete_stack(StackName="bench")
            settled(cfn, stack, "DELETE_COMPLETE")
            return {"create": made - begun, "delete": time.monotonic() - made}
        figures = interleaved({"samovar": measure})["samovar"]
    row("a stack of 50 resources made", f"{figures['create'] * 1000:.0f}", "ms", "< 1000 ms", disk="every resource and event")
    row("the same deleted", f"{figures['delete'] * 1000:.0f}", "ms", "< 1000 ms", disk="every resource and event")


ROWS = {"stack": row_stack}
