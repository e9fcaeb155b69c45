"""CloudFormation through boto3: what the resource types make, change and take away."""

import json

import pytest
from stacks import TRUST, change, events, make, outputs, remove


def table(name, **more):
    return {"Type": "AWS::DynamoDB::Table", "Properties": {
        "TableName": name, "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in ("k", "g")],
        "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [{"IndexName": "by-g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                                    "Projection": {"ProjectionType": "ALL"}}], **more}}


def recovery(dynamodb, name):
    found = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return found["PointInTimeRecoveryStatus"], found.get("RecoveryPeriodInDays")


def test_a_table_with_point_in_time_recovery(client, unique):
    cfn, dynamodb, name = client("cloudformation"), client("dynamodb"), unique("table")
    template = {"Resources": {"T": table(name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})}}
    stack = make(cfn, name, template)
    assert recovery(dynamodb, name) == ("ENABLED", 35)
    template["Resources"]["T"]["Properties"]["PointInTimeRecoverySpecification"]["RecoveryPeriodInDays"] = 7
    change(cfn, name, template)
    assert recovery(dynamodb, name) == ("ENABLED", 7)
    del template["Resources"]["T"]["Properties"]["PointInTimeRecoverySpecification"]
    change(cfn, name, template)
    assert recovery(dynamodb, name) == ("DISABLED", None)
    remove(cfn, stack)
    template = {"Resources": {"T": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": {
        **{k: v for k, v in table(name)["Properties"].items()},
        "Replicas": [{"Region": "us-east-1", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}]}}}}
    stack = make(cfn, name, template)
    assert recovery(dynamodb, name) == ("ENABLED", 35)
    remove(cfn, stack)


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
    indexes = properties.pop("GlobalSecondaryIndexes")
    attributes = properties["AttributeDefinitions"].pop()
    properties["DeletionProtectionEnabled"] = True
    properties["Tags"] = [{"Key": "cup", "Value": "green"}]
    change(cfn, name, template)
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "cup", "Value": "green"}]
    properties["AttributeDefinitions"].append(attributes)
    properties["GlobalSecondaryIndexes"] = [{**indexes[0], "IndexName": "other"}]
    del properties["Tags"]
    change(cfn, name, template)
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == []
    units = {"MaxReadRequestUnits": 20, "MaxWriteRequestUnits": 10}
    properties["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] = units
    change(cfn, name, template)
    t = dynamodb.describe_table(TableName=name)["Table"]
    assert t["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] == units
    assert [i["IndexName"] for i in t["GlobalSecondaryIndexes"]] == ["other"] and t["DeletionProtectionEnabled"]
    del properties["DeletionProtectionEnabled"]
    stack = change(cfn, name, template)
    remove(cfn, stack)
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.describe_table(TableName=name)


def policy_of(dynamodb, arn):
    try:
        return json.loads(dynamodb.get_resource_policy(ResourceArn=arn)["Policy"])
    except dynamodb.exceptions.PolicyNotFoundException:
        return None


def policy(action):
    return {"PolicyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": action, "Resource": "*"}]}}


@pytest.mark.parametrize("kind", ["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"])
def test_a_table_with_a_policy(client, unique, kind):
    cfn, dynamodb, name = client("cloudformation"), client("dynamodb"), unique("table")
    template = {"Resources": {"T": {**table(name), "Type": kind}}, "Outputs": {"Arn": {"Value": {"Fn::GetAtt": "T.Arn"}}}}
    properties = owner = template["Resources"]["T"]["Properties"]
    if kind.endswith("GlobalTable"):
        owner = {"Region": "us-east-1"}
        properties["Replicas"] = [owner]
    owner["ResourcePolicy"] = policy("dynamodb:GetItem")
    arn = outputs(make(cfn, name, template))["Arn"]
    assert policy_of(dynamodb, arn) == policy("dynamodb:GetItem")["PolicyDocument"]
    owner["ResourcePolicy"] = policy("dynamodb:Query")
    change(cfn, name, template)
    assert policy_of(dynamodb, arn) == policy("dynamodb:Query")["PolicyDocument"]
    del owner["ResourcePolicy"]
    stack = change(cfn, name, template)
    assert policy_of(dynamodb, arn) is None
    remove(cfn, stack)


def test_a_streams_policy(client, unique):
    cfn, dynamodb, name = client("cloudformation"), client("dynamodb"), unique("table")
    stream = {"StreamViewType": "KEYS_ONLY", "ResourcePolicy": policy("dynamodb:GetRecords")}
    template = {"Resources": {"T": table(name, StreamSpecification=stream)},
                "Outputs": {"Stream": {"Value": {"Fn::GetAtt": "T.StreamArn"}}}}
    first = outputs(make(cfn, name, template))["Stream"]
    assert policy_of(dynamodb, first) == policy("dynamodb:GetRecords")["PolicyDocument"]
    # Another policy is no other stream; another view type is, and it has the policy.
    stream["ResourcePolicy"] = policy("dynamodb:DescribeStream")
    assert outputs(change(cfn, name, template))["Stream"] == first
    assert policy_of(dynamodb, first) == policy("dynamodb:DescribeStream")["PolicyDocument"]
    stream["StreamViewType"] = "NEW_IMAGE"
    second = outputs(change(cfn, name, template))["Stream"]
    assert second != first and policy_of(dynamodb, second) == policy("dynamodb:DescribeStream")["PolicyDocument"]
    del stream["ResourcePolicy"]
    stack = change(cfn, name, template)
    assert policy_of(dynamodb, second) is None
    remove(cfn, stack)


def test_an_edited_attribute_replaces_the_table(client, unique):
    cfn, dynamodb, name = client("cloudformation"), client("dynamodb"), unique("table")
    template = {"Resources": {"T": table(name)}, "Outputs": {"Name": {"Value": {"Ref": "T"}}}}
    properties = template["Resources"]["T"]["Properties"]
    del properties["TableName"]
    first = outputs(make(cfn, name, template))["Name"]
    properties["AttributeDefinitions"][0]["AttributeType"] = "N"
    cfn.create_change_set(StackName=name, ChangeSetName="c", TemplateBody=json.dumps(template))
    cfn.get_waiter("change_set_create_complete").wait(StackName=name, ChangeSetName="c", WaiterConfig={"Delay": 1})
    shown = cfn.describe_change_set(StackName=name, ChangeSetName="c")["Changes"][0]["ResourceChange"]
    assert shown["Replacement"] == "True"
    stack = change(cfn, name, template)
    second = outputs(stack)["Name"]
    assert second != first and first not in dynamodb.list_tables()["TableNames"]
    assert {"AttributeName": "k", "AttributeType": "N"} in dynamodb.describe_table(TableName=second)["Table"]["AttributeDefinitions"]
    remove(cfn, stack)


def test_one_index_is_made_or_deleted_in_an_update(client, unique):
    cfn, dynamodb, name = client("cloudformation"), client("dynamodb"), unique("table")
    template = {"Resources": {"T": table(name)}}
    make(cfn, name, template)
    template["Resources"]["T"]["Properties"]["GlobalSecondaryIndexes"][0]["IndexName"] = "other"
    stack = change(cfn, name, template, status="UPDATE_ROLLBACK_COMPLETE")
    assert any("Cannot perform more than one GSI creation or deletion" in (e[2] or "") for e in events(cfn, name))
    assert [i["IndexName"] for i in dynamodb.describe_table(TableName=name)["Table"]["GlobalSecondaryIndexes"]] == ["by-g"]
    remove(cfn, stack)


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


def test_a_bucket(client, unique):
    """AWS::S3::Bucket: each property is what the API then answers; one that goes is taken back."""
    cfn, s3, name = client("cloudformation", region="eu-west-1"), client("s3", region="eu-west-1"), unique("bucket")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "000000000000"},
                                                      "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}]}
    settings = {
        "CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "ExposedHeaders": ["ETag"],
                                             "Id": "c", "MaxAge": 9}]},
        "WebsiteConfiguration": {"IndexDocument": "i.html", "ErrorDocument": "e.html", "RoutingRules": [
            {"RoutingRuleCondition": {"KeyPrefixEquals": "old/"}, "RedirectRule": {"ReplaceKeyPrefixWith": "new/"}}]},
        "LifecycleConfiguration": {"Rules": [
            {"Id": "l", "Status": "Enabled", "Prefix": "logs/", "TagFilters": [{"Key": "a", "Value": "b"}], "ExpirationInDays": 3,
             "NoncurrentVersionExpiration": {"NoncurrentDays": 2}},
            {"Id": "m", "Status": "Enabled", "Prefix": "up/", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]},
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]},
        "PublicAccessBlockConfiguration": {"BlockPublicPolicy": True, "RestrictPublicBuckets": True},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
        "VersioningConfiguration": {"Status": "Enabled"},
        "Tags": [{"Key": "team", "Value": "tea"}]}
    template = {"Resources": {
        "B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name, **settings}},
        "P": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "B"}, "PolicyDocument": policy}}},
        "Outputs": {a: {"Value": {"Fn::GetAtt": f"B.{a}"}} for a in ("Arn", "DomainName", "RegionalDomainName", "WebsiteURL")}}
    stack = make(cfn, name, template)
    assert outputs(stack) == {
        "Arn": f"arn:aws:s3:::{name}", "DomainName": f"{name}.s3.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.eu-west-1.amazonaws.com",
        "WebsiteURL": f"http://{name}.s3-website-eu-west-1.amazonaws.com"}
    assert s3.get_bucket_cors(Bucket=name)["CORSRules"] == [
        {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "ExposeHeaders": ["ETag"], "ID": "c", "MaxAgeSeconds": 9}]
    site = s3.get_bucket_website(Bucket=name)
    assert (site["IndexDocument"], site["ErrorDocument"]) == ({"Suffix": "i.html"}, {"Key": "e.html"})
    assert site["RoutingRules"] == [{"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}}]
    assert s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"] == [
        {"ID": "l", "Status": "Enabled", "Filter": {"And": {"Prefix": "logs/", "Tags": [{"Key": "a", "Value": "b"}]}},
         "Expiration": {"Days": 3}, "NoncurrentVersionExpiration": {"NoncurrentDays": 2}},
        {"ID": "m", "Status": "Enabled", "Filter": {"Prefix": "up/"}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]
    rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert block["BlockPublicPolicy"] and block["RestrictPublicBuckets"]
    assert s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"] == settings["OwnershipControls"]
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert {"Key": "team", "Value": "tea"} in s3.get_bucket_tagging(Bucket=name)["TagSet"]
    # In place: nothing of them, and another policy.
    template["Resources"]["B"]["Properties"] = {"BucketName": name}
    policy["Statement"][0]["Action"] = "s3:PutObject"
    stack = change(cfn, name, template)
    for get in (s3.get_bucket_cors, s3.get_bucket_website, s3.get_bucket_lifecycle_configuration, s3.get_public_access_block,
                s3.get_bucket_ownership_controls, s3.get_bucket_tagging):
        with pytest.raises(s3.exceptions.ClientError) as e:
            get(Bucket=name)
        assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Suspended"
    assert "s3:PutObject" in s3.get_bucket_policy(Bucket=name)["Policy"]
    # A member that there is not fails the stack, which goes back to what it was.
    template["Resources"]["B"]["Properties"]["CorsConfiguration"] = {"CorsRules": [{"Methods": ["GET"]}]}
    stack = change(cfn, name, template, "UPDATE_ROLLBACK_COMPLETE")
    assert any("extraneous key [Methods]" in e.get("ResourceStatusReason", "")
               for e in cfn.describe_stack_events(StackName=name)["StackEvents"])
    remove(cfn, stack)


def test_a_bucket_that_tells(client, unique):
    """AWS::S3::Bucket NotificationConfiguration and the transitions of its rules; what goes is taken back."""
    cfn, s3, name = client("cloudformation"), client("s3"), unique("bucket")
    rules = {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}]}}
    template = {"Resources": {
        "Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}},
        "B": {"Type": "AWS::S3::Bucket", "Properties": {
            "BucketName": name,
            "NotificationConfiguration": {"QueueConfigurations": [
                {"Event": "s3:ObjectCreated:*", "Queue": {"Fn::GetAtt": "Q.Arn"}, "Filter": rules}]},
            "LifecycleConfiguration": {"Rules": [
                {"Id": "t", "Status": "Enabled", "Transitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": 30}],
                 "NoncurrentVersionTransitions": [{"StorageClass": "GLACIER_IR", "TransitionInDays": 3}]}]}}}}}
    make(cfn, name, template)
    [got] = s3.get_bucket_notification_configuration(Bucket=name)["QueueConfigurations"]
    assert (got["Events"], got["QueueArn"].rsplit(":", 1)[1]) == (["s3:ObjectCreated:*"], name)
    assert got["Filter"] == {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}
    [rule] = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert rule["Transitions"] == [{"StorageClass": "STANDARD_IA", "Days": 30}]
    assert rule["NoncurrentVersionTransitions"] == [{"StorageClass": "GLACIER_IR", "NoncurrentDays": 3}]
    template["Resources"]["B"]["Properties"].pop("NotificationConfiguration")
    stack = change(cfn, name, template)
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket=name)
    remove(cfn, stack)
