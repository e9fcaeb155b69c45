"""Policies of tables and streams (Amazon DynamoDB Developer Guide, "Using resource-based policies for DynamoDB")."""

import json

import pytest
from botocore.exceptions import ClientError

import samovar

KEYS = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST"}
ITEM = {"pk": {"S": "a"}}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal, *actions, resource="*", **more):
    return {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": resource, **more}


ACCOUNT = {"AWS": "arn:aws:iam::111122223333:root"}
SIMPLE = policy(allow(ACCOUNT, "dynamodb:GetItem"))


@pytest.fixture
def ddb(client):
    return client("dynamodb")


@pytest.fixture
def table(ddb, unique):
    made = ddb.create_table(TableName=unique(), **KEYS, StreamSpecification={
        "StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})["TableDescription"]
    return made


def refused(code, fn, match=None, **arguments):
    with pytest.raises(ClientError, match=match) as e:
        fn(**arguments)
    assert e.value.response["Error"]["Code"] == code


@pytest.mark.parametrize("of", ["TableArn", "LatestStreamArn"])
def test_put_get_delete(ddb, table, of):
    arn = table[of]
    refused("PolicyNotFoundException", ddb.get_resource_policy, ResourceArn=arn)
    assert "RevisionId" not in ddb.delete_resource_policy(ResourceArn=arn)
    first = ddb.put_resource_policy(ResourceArn=arn, Policy=SIMPLE)["RevisionId"]
    got = ddb.get_resource_policy(ResourceArn=arn)
    assert (got["Policy"], got["RevisionId"]) == (SIMPLE, first)
    # The same document again is the same revision, another one is another.
    assert ddb.put_resource_policy(ResourceArn=arn, Policy=SIMPLE)["RevisionId"] == first
    second = ddb.put_resource_policy(ResourceArn=arn, Policy=policy(allow(ACCOUNT, "dynamodb:Query")))["RevisionId"]
    assert second != first
    assert ddb.delete_resource_policy(ResourceArn=arn)["RevisionId"] == second
    refused("PolicyNotFoundException", ddb.get_resource_policy, ResourceArn=arn)


def test_expected_revisions(ddb, table):
    arn, missing = table["TableArn"], "PolicyNotFoundException"
    put = lambda expected: ddb.put_resource_policy(  # noqa: E731
        ResourceArn=arn, ExpectedRevisionId=expected, Policy=policy(allow(ACCOUNT, "dynamodb:" + "*" * len(expected))))
    refused(missing, put, expected="123")
    refused(missing, ddb.delete_resource_policy, ResourceArn=arn, ExpectedRevisionId="NO_POLICY")
    first = put("NO_POLICY")["RevisionId"]
    refused(missing, put, expected="NO_POLICY")
    refused(missing, ddb.delete_resource_policy, ResourceArn=arn, ExpectedRevisionId="123")
    second = put(first)["RevisionId"]
    refused(missing, ddb.delete_resource_policy, ResourceArn=arn, ExpectedRevisionId=first)
    assert ddb.get_resource_policy(ResourceArn=arn)["RevisionId"] == second
    ddb.delete_resource_policy(ResourceArn=arn, ExpectedRevisionId=second)


@pytest.mark.parametrize("text", [
    "{}", "not json", policy({"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}),
    policy(allow("*", "dynamodb:GetItem")), policy(allow({"AWS": "*"}, "dynamodb:GetItem")),
    policy(allow("*", "dynamodb:GetItem", Condition={"StringNotEquals": {"aws:PrincipalAccount": "1"}})),
    policy(allow("*", "dynamodb:GetItem", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})),
    SIMPLE + " " * 20480])
def test_bad_policies_leave_nothing(ddb, table, unique, text):
    refused("ValidationException", ddb.put_resource_policy, ResourceArn=table["TableArn"], Policy=text)
    refused("PolicyNotFoundException", ddb.get_resource_policy, ResourceArn=table["TableArn"])
    name = unique()
    refused("ValidationException", ddb.create_table, TableName=name, ResourcePolicy=text, **KEYS)
    assert name not in ddb.list_tables()["TableNames"]


def test_everyone_of_an_account_is_not_public(ddb, table):
    ddb.put_resource_policy(ResourceArn=table["TableArn"], Policy=policy(
        allow("*", "dynamodb:GetItem", Condition={"StringEquals": {"aws:PrincipalAccount": "111122223333"}})))
    ddb.put_resource_policy(ResourceArn=table["TableArn"], Policy=SIMPLE + " " * (20480 - len(SIMPLE)))


def test_only_tables_and_streams_have_them(ddb, table):
    arn = table["TableArn"]
    for other in (table["TableName"], f"{arn}/index/x", f"{arn}/backup/01234567890123-01234567"):
        refused("ValidationException", ddb.put_resource_policy, "Invalid ResourceArn", ResourceArn=other, Policy=SIMPLE)
    for gone in (f"{arn}x", f"{arn}/stream/2020-01-01T00:00:00.000"):
        refused("ResourceNotFoundException", ddb.put_resource_policy, ResourceArn=gone, Policy=SIMPLE)


def test_it_comes_and_goes_with_its_table(ddb, unique):
    name = unique()
    arn = ddb.create_table(TableName=name, ResourcePolicy=SIMPLE, **KEYS)["TableDescription"]["TableArn"]
    assert ddb.get_resource_policy(ResourceArn=arn)["Policy"] == SIMPLE
    ddb.delete_table(TableName=name)
    ddb.create_table(TableName=name, **KEYS)
    refused("PolicyNotFoundException", ddb.get_resource_policy, ResourceArn=arn)


# ---- in strict mode ----

@pytest.fixture(scope="module")
def strict():
    with samovar.Server("--auth", "strict") as server:
        yield server


@pytest.fixture
def root(strict, client_of):
    return lambda service: client_of(strict, service, **strict.root_key())


@pytest.fixture
def user(strict, root, client_of, unique):
    """user(statements ...): the ARN of a user with these statements, and their client of a service."""

    def make(*statements):
        iam, name = root("iam"), unique("user")
        arn = iam.create_user(UserName=name)["User"]["Arn"]
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return arn, lambda service: client_of(strict, service, key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    return make


@pytest.fixture
def mine(root, unique):
    made = root("dynamodb").create_table(
        TableName=unique(), **KEYS, StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        GlobalSecondaryIndexes=[{"IndexName": "one", "KeySchema": KEYS["KeySchema"], "Projection": {"ProjectionType": "ALL"}}])
    root("dynamodb").put_item(TableName=made["TableDescription"]["TableName"], Item=ITEM)
    return made["TableDescription"]


def denied(fn, **arguments):
    refused("AccessDeniedException", fn, **arguments)


def test_a_policy_lets_a_user_in(user, root, mine):
    name, arn = mine["TableName"], mine["TableArn"]
    who, client = user()
    ddb = client("dynamodb")
    calls = [("get_item", {"TableName": name, "Key": ITEM}), ("get_item", {"TableName": arn, "Key": ITEM}),
             ("batch_get_item", {"RequestItems": {name: {"Keys": [ITEM]}}}),
             ("transact_get_items", {"TransactItems": [{"Get": {"TableName": name, "Key": ITEM}}]}),
             ("execute_statement", {"Statement": f'SELECT * FROM "{name}"'}),
             ("describe_table", {"TableName": name}), ("scan", {"TableName": name, "IndexName": "one"})]
    for call, arguments in calls:
        denied(getattr(ddb, call), **arguments)
    root("dynamodb").put_resource_policy(ResourceArn=arn, Policy=policy(
        allow({"AWS": who}, "dynamodb:*Get*", "dynamodb:PartiQLSelect", "dynamodb:DescribeTable", resource=arn),
        allow({"AWS": who}, "dynamodb:Scan", resource=f"{arn}/index/*")))
    for call, arguments in calls:
        getattr(ddb, call)(**arguments)
    denied(ddb.put_item, TableName=name, Item=ITEM)
    denied(ddb.scan, TableName=name)
    root("dynamodb").delete_resource_policy(ResourceArn=arn)
    for call, arguments in calls:
        denied(getattr(ddb, call), **arguments)


def test_an_explicit_deny_wins(user, root, mine):
    everything = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
    who, client = user(everything)
    ddb, arguments = client("dynamodb"), {"TableName": mine["TableName"], "Key": ITEM}
    ddb.delete_item(**arguments)
    root("dynamodb").put_resource_policy(ResourceArn=mine["TableArn"], Policy=policy(
        {"Effect": "Deny", "Principal": {"AWS": who}, "Action": "dynamodb:DeleteItem", "Resource": "*"}))
    denied(ddb.delete_item, **arguments)
    ddb.get_item(**arguments)


def test_a_stream_has_a_policy_of_its_own(user, root, mine):
    stream = mine["LatestStreamArn"]
    who, client = user()
    streams = client("dynamodbstreams")
    denied(streams.describe_stream, StreamArn=stream)
    root("dynamodb").put_resource_policy(ResourceArn=mine["TableArn"], Policy=policy(allow({"AWS": who}, "dynamodb:*")))
    denied(streams.describe_stream, StreamArn=stream)
    root("dynamodb").put_resource_policy(ResourceArn=stream, Policy=policy(
        allow({"AWS": who}, "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", resource=stream)))
    shard = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
    at = streams.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    assert len(streams.get_records(ShardIterator=at)["Records"]) == 1
    root("dynamodb").delete_resource_policy(ResourceArn=stream)
    denied(streams.get_records, ShardIterator=at)


def test_locking_oneself_out_has_to_be_confirmed(user, root, mine):
    everything = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
    who, client = user(everything)
    ddb, arn = client("dynamodb"), mine["TableArn"]
    no_more = policy({"Effect": "Deny", "Principal": {"AWS": who}, "Action": "dynamodb:*ResourcePolicy", "Resource": arn})
    refused("ValidationException", ddb.put_resource_policy, "ConfirmRemoveSelfResourceAccess", ResourceArn=arn, Policy=no_more)
    refused("PolicyNotFoundException", ddb.get_resource_policy, ResourceArn=arn)
    ddb.put_resource_policy(ResourceArn=arn, Policy=no_more, ConfirmRemoveSelfResourceAccess=True)
    for call in (ddb.get_resource_policy, ddb.delete_resource_policy):
        denied(call, ResourceArn=arn)
    root("dynamodb").delete_resource_policy(ResourceArn=arn)
    ddb.put_resource_policy(ResourceArn=arn, Policy=SIMPLE)


def test_making_a_table_with_a_policy_needs_both(user, unique):
    _, client = user({"Effect": "Allow", "Action": ["dynamodb:CreateTable", "dynamodb:DescribeTable"], "Resource": "*"})
    ddb, name = client("dynamodb"), unique()
    denied(ddb.create_table, TableName=name, ResourcePolicy=SIMPLE, **KEYS)
    ddb.create_table(TableName=name, **KEYS)
