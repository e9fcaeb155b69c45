"""CloudFormation through boto3: what the resource types make, change and take away."""

import pytest
from stacks import TRUST, change, events, make, outputs, remove


def table(name, **more):
    return {"Type": "AWS::DynamoDB::Table", "Properties": {
        "TableName": name, "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in ("k", "g")],
        "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [{"IndexName": "by-g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                                    "Projection": {"ProjectionType": "ALL"}}], **more}}


def test_a_table(client, unique):
    cfn, dynamodb, name = client("cloudformation"), client("dynamodb"), unique("table")
    template = {"Resources": {"T": table(name, TimeToLiveSpecification={"AttributeName": "end", "Enabled": True},
                                         Tags=[{"Key": "team", "Value": "tea"}])},
                "Outputs": {"Arn": {"Value": {"Fn::GetAtt": "T.Arn"}}, "Name": {"Value": {"Ref": "T"}}}}
    stack = make(cfn, name, template)
    arn = outputs(stack)["Arn"]
    assert outputs(stack) == {"Arn": f"arn:aws:dynamodb:us-east-1:000000000000:table/{name}", "Name": name}
    t = dynamodb.describe_table(TableName=name)["Table"]
    assert [i["IndexName"] for i in t["GlobalSecondaryIndexes"]] == ["by-g"]
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "tea"}]
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "end")
    properties = template["Resources"]["T"]["Properties"]
    properties["GlobalSecondaryIndexes"][0]["IndexName"] = "other"
    properties["DeletionProtectionEnabled"] = True
    change(cfn, name, template)
    t = dynamodb.describe_table(TableName=name)["Table"]
    assert [i["IndexName"] for i in t["GlobalSecondaryIndexes"]] == ["other"] and t["DeletionProtectionEnabled"]
    del properties["DeletionProtectionEnabled"]
    stack = change(cfn, name, template)
    remove(cfn, stack)
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.describe_table(TableName=name)


def test_attributes_stay_after_an_update(client, unique):
    """An update that changes only some settings leaves what Fn::GetAtt answers."""
    cfn, name = client("cloudformation"), unique("stay")
    template = {"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": TRUST, "Description": "one"}}},
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": "R.Arn"}}}}
    arn = outputs(make(cfn, name, template))["Arn"]
    template["Resources"]["R"]["Properties"]["Description"] = "two"
    stack = change(cfn, name, template)
    assert outputs(stack)["Arn"] == arn, events(cfn, name)
    remove(cfn, stack)
