"""DynamoDB Streams through boto3: records of all changes, iterators, streams that end and begin again."""

import base64
import datetime
import time

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def ddb(client):
    return client("dynamodb")


@pytest.fixture
def streams(client):
    return client("dynamodbstreams")


def make(ddb, name, view="NEW_AND_OLD_IMAGES", **more):
    d = ddb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST",
                         KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
                         AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"},
                                               {"AttributeName": "sk", "AttributeType": "N"}],
                         StreamSpecification={"StreamEnabled": True, "StreamViewType": view}, **more)["TableDescription"]
    return d["LatestStreamArn"]


def iterator(streams, arn, kind="TRIM_HORIZON", **more):
    shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    return streams.get_shard_iterator(StreamArn=arn, ShardId=shards[0]["ShardId"], ShardIteratorType=kind,
                                      **more)["ShardIterator"]


def read(streams, arn, kind="TRIM_HORIZON", **more):
    return streams.get_records(ShardIterator=iterator(streams, arn, kind, **more))["Records"]


def key(pk, sk=1):
    return {"pk": {"S": pk}, "sk": {"N": str(sk)}}


def refused(code, message, fn, **arguments):
    with pytest.raises(ClientError) as e:
        fn(**arguments)
    assert e.value.response["Error"]["Code"] == code
    if message is not None:
        assert message in e.value.response["Error"]["Message"]


# ---- the stream of a table ----


def test_the_table_tells_its_stream(ddb, streams, unique):
    name = unique()
    arn = make(ddb, name)
    table = ddb.describe_table(TableName=name)["Table"]
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["LatestStreamArn"] == arn == f"{table['TableArn']}/stream/{table['LatestStreamLabel']}"
    # "2015-05-11T21:21:33.291"
    datetime.datetime.strptime(table["LatestStreamLabel"], "%Y-%m-%dT%H:%M:%S.%f")
    d = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert d["StreamStatus"] == "ENABLED" and d["StreamViewType"] == "NEW_AND_OLD_IMAGES" and d["TableName"] == name
    assert d["KeySchema"] == table["KeySchema"] and d["StreamLabel"] == table["LatestStreamLabel"]
    assert len(d["Shards"]) == 1 and "EndingSequenceNumber" not in d["Shards"][0]["SequenceNumberRange"]
    assert "LastEvaluatedShardId" not in d
    after = streams.describe_stream(StreamArn=arn, ExclusiveStartShardId=d["Shards"][0]["ShardId"])
    assert after["StreamDescription"]["Shards"] == []
    assert streams.list_streams(TableName=name)["Streams"] == [
        {"StreamArn": arn, "TableName": name, "StreamLabel": table["LatestStreamLabel"]}]


def test_a_table_without_a_stream_has_none(ddb, streams, unique):
    name = unique()
    ddb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                     AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                     StreamSpecification={"StreamEnabled": False})
    table = ddb.describe_table(TableName=name)["Table"]
    assert "LatestStreamArn" not in table and "StreamSpecification" not in table
    assert streams.list_streams(TableName=name)["Streams"] == []
    refused("ValidationException", "does not have an enabled stream", ddb.update_table, TableName=name,
            StreamSpecification={"StreamEnabled": False})
    refused("ValidationException", "StreamViewType", ddb.update_table, TableName=name,
            StreamSpecification={"StreamEnabled": True})
    refused("ValidationException", "StreamViewType", ddb.update_table, TableName=name,
            StreamSpecification={"StreamEnabled": False, "StreamViewType": "KEYS_ONLY"})


def test_disabled_and_enabled_again_it_is_another_stream_and_the_old_one_is_readable(ddb, streams, unique):
    name = unique()
    first = make(ddb, name)
    ddb.put_item(TableName=name, Item=key("a"))
    refused("ValidationException", f"Table already has an enabled stream: TableName: {name}", ddb.update_table,
            TableName=name, StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    ddb.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
    table = ddb.describe_table(TableName=name)["Table"]
    assert table["LatestStreamArn"] == first and "StreamSpecification" not in table
    ddb.put_item(TableName=name, Item=key("between"))
    second = ddb.update_table(TableName=name, StreamSpecification={
        "StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})["TableDescription"]["LatestStreamArn"]
    assert second != first
    ddb.put_item(TableName=name, Item=key("b"))
    old = streams.describe_stream(StreamArn=first)["StreamDescription"]
    assert old["StreamStatus"] == "DISABLED" and old["Shards"][0]["SequenceNumberRange"]["EndingSequenceNumber"]
    page = streams.get_records(ShardIterator=iterator(streams, first))
    assert [r["dynamodb"]["Keys"] for r in page["Records"]] == [key("a")] and "NextShardIterator" not in page
    assert [r["dynamodb"]["Keys"] for r in read(streams, second)] == [key("b")]
    assert [s["StreamArn"] for s in streams.list_streams(TableName=name)["Streams"]] == [first, second]
    page = streams.list_streams(TableName=name, Limit=1)
    assert [s["StreamArn"] for s in page["Streams"]] == [first] and page["LastEvaluatedStreamArn"] == first
    page = streams.list_streams(TableName=name, ExclusiveStartStreamArn=first)
    assert [s["StreamArn"] for s in page["Streams"]] == [second] and "LastEvaluatedStreamArn" not in page


def test_a_deleted_tables_stream_is_readable(ddb, streams, unique):
    name = unique()
    arn = make(ddb, name)
    ddb.put_item(TableName=name, Item=key("a"))
    ddb.delete_table(TableName=name)
    assert streams.describe_stream(StreamArn=arn)["StreamDescription"]["StreamStatus"] == "DISABLED"
    assert [r["eventName"] for r in read(streams, arn)] == ["INSERT"]
    # One of the same name has nothing of it.
    assert make(ddb, name) != arn


# ---- records ----


def test_a_record_is_whole(ddb, streams, unique):
    name = unique()
    arn = make(ddb, name)
    before = time.time()
    # The example of the developer guide: 26 bytes are those of the key twice and of the message.
    ddb.put_item(TableName=name, Item={**key("a", 101), "Message": {"S": "New item!"}})
    (r,) = read(streams, arn)
    assert len(r.pop("eventID")) == 32
    d = r.pop("dynamodb")
    assert r == {"eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1"}
    assert before - 1 <= d.pop("ApproximateCreationDateTime").timestamp() <= time.time()
    number = d.pop("SequenceNumber")
    assert 21 <= len(number) <= 40 and number.isdigit()
    keys = len("pka") + len("sk") + 3
    assert d == {"Keys": key("a", 101), "NewImage": {**key("a", 101), "Message": {"S": "New item!"}},
                 "SizeBytes": 2 * keys + len("MessageNew item!"), "StreamViewType": "NEW_AND_OLD_IMAGES"}


@pytest.mark.parametrize("view, new, old", [("NEW_AND_OLD_IMAGES", True, True), ("NEW_IMAGE", True, False),
                                            ("OLD_IMAGE", False, True), ("KEYS_ONLY", False, False)])
def test_view_types(ddb, streams, unique, view, new, old):
    name = unique()
    arn = make(ddb, name, view)
    item = {**key("a"), "v": {"L": [{"B": b"\0\xff"}, {"NULL": True}, {"M": {"x": {"SS": ["a", "b"]}}}]}}
    changed = {**item, "w": {"BOOL": True}}
    ddb.put_item(TableName=name, Item=item)
    ddb.update_item(TableName=name, Key=key("a"), UpdateExpression="SET w = :t", ExpressionAttributeValues={":t": {"BOOL": True}})
    ddb.delete_item(TableName=name, Key=key("a"))
    records = read(streams, arn)
    assert [r["eventName"] for r in records] == ["INSERT", "MODIFY", "REMOVE"]
    assert [r["dynamodb"]["Keys"] for r in records] == 3 * [key("a")]
    assert [r["dynamodb"].get("NewImage") for r in records] == ([item, changed, None] if new else 3 * [None])
    assert [r["dynamodb"].get("OldImage") for r in records] == ([None, item, changed] if old else 3 * [None])
    assert all(r["dynamodb"]["StreamViewType"] == view for r in records)
    numbers = [int(r["dynamodb"]["SequenceNumber"]) for r in records]
    assert numbers == sorted(set(numbers)) and len({r["eventID"] for r in records}) == 3


def test_what_changes_nothing_makes_no_record(ddb, streams, unique):
    name = unique()
    arn = make(ddb, name)
    item = {**key("a"), "v": {"N": "1"}}
    ddb.put_item(TableName=name, Item=item)
    ddb.put_item(TableName=name, Item={**item, "v": {"N": "1.0"}})
    ddb.update_item(TableName=name, Key=key("a"), UpdateExpression="SET v = :v", ExpressionAttributeValues={":v": {"N": "1"}})
    ddb.delete_item(TableName=name, Key=key("none"))
    ddb.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": item}}]})
    with pytest.raises(ClientError):
        ddb.put_item(TableName=name, Item={**key("a")}, ConditionExpression="attribute_not_exists(pk)")
    assert [r["eventName"] for r in read(streams, arn)] == ["INSERT"]


def test_batches_and_transactions(ddb, streams, unique):
    name = unique()
    arn = make(ddb, name)
    ddb.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": key("a", i)}} for i in range(3)]})
    ddb.transact_write_items(TransactItems=[
        {"Put": {"TableName": name, "Item": key("b")}},
        {"Delete": {"TableName": name, "Key": key("a", 0)}},
        {"Update": {"TableName": name, "Key": key("a", 1), "UpdateExpression": "SET v = :v",
                    "ExpressionAttributeValues": {":v": {"S": "x"}}}},
        {"ConditionCheck": {"TableName": name, "Key": key("a", 2), "ConditionExpression": "attribute_exists(pk)"}}])
    with pytest.raises(ClientError):
        ddb.transact_write_items(TransactItems=[
            {"Put": {"TableName": name, "Item": key("never")}},
            {"ConditionCheck": {"TableName": name, "Key": key("x"), "ConditionExpression": "attribute_exists(pk)"}}])
    records = read(streams, arn)
    assert [r["eventName"] for r in records[:3]] == 3 * ["INSERT"]
    assert sorted((r["eventName"], r["dynamodb"]["Keys"]["pk"]["S"]) for r in records[3:]) == [
        ("INSERT", "b"), ("MODIFY", "a"), ("REMOVE", "a")]


def test_expired_items_are_removed_by_the_service(ddb, streams, unique):
    name = unique()
    arn = make(ddb, name)
    ddb.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})
    ddb.put_item(TableName=name, Item={**key("a"), "ttl": {"N": str(int(time.time()) - 10)}})
    for _ in range(100):
        records = read(streams, arn)
        if len(records) > 1:
            break
        time.sleep(0.1)
    assert records[1]["eventName"] == "REMOVE"
    assert records[1]["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    assert "userIdentity" not in records[0] and records[1]["dynamodb"]["OldImage"]["pk"] == {"S": "a"}


# ---- iterators ----


def test_iterators(ddb, streams, unique):
    name = unique()
    arn = make(ddb, name)
    for i in range(5):
        ddb.put_item(TableName=name, Item=key("a", i))
    latest = iterator(streams, arn, "LATEST")
    records = read(streams, arn)
    numbers = [r["dynamodb"]["SequenceNumber"] for r in records]
    assert read(streams, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=numbers[2]) == records[2:]
    assert read(streams, arn, "AFTER_SEQUENCE_NUMBER", SequenceNumber=numbers[2]) == records[3:]
    assert read(streams, arn, "AFTER_SEQUENCE_NUMBER", SequenceNumber=numbers[4]) == []
    page = streams.get_records(ShardIterator=iterator(streams, arn), Limit=2)
    assert page["Records"] == records[:2]
    page = streams.get_records(ShardIterator=page["NextShardIterator"], Limit=2)
    assert page["Records"] == records[2:4]
    page = streams.get_records(ShardIterator=latest)
    assert page["Records"] == [] and page["NextShardIterator"]
    ddb.put_item(TableName=name, Item=key("b"))
    page = streams.get_records(ShardIterator=page["NextShardIterator"])
    assert [r["dynamodb"]["Keys"] for r in page["Records"]] == [key("b")]
    # The same iterator again gives the same.
    assert streams.get_records(ShardIterator=latest)["Records"] == page["Records"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]
    first = shard["SequenceNumberRange"]["StartingSequenceNumber"]
    assert read(streams, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=first)[:5] == records


def test_what_is_no_iterator_is_refused(ddb, streams, unique):
    name = unique()
    arn = make(ddb, name)
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    refused("ValidationException", "Invalid ShardIterator", streams.get_records, ShardIterator="x" * 40)
    refused("ValidationException", "less than or equal to 1000", streams.get_records,
            ShardIterator=iterator(streams, arn), Limit=1001)
    refused("ValidationException", "SequenceNumber", streams.get_shard_iterator, StreamArn=arn, ShardId=shard,
            ShardIteratorType="AT_SEQUENCE_NUMBER")
    refused("ValidationException", "SequenceNumber", streams.get_shard_iterator, StreamArn=arn, ShardId=shard,
            ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber="9" * 21)
    refused("ResourceNotFoundException", "not found", streams.get_shard_iterator, StreamArn=arn,
            ShardId=shard[:-1] + "x", ShardIteratorType="LATEST")
    refused("ResourceNotFoundException", "not found", streams.describe_stream, StreamArn=arn[:-1] + "x")
    refused("ValidationException", "Invalid StreamArn", streams.describe_stream, StreamArn="arn:aws:dynamodb:" + 30 * "x")
    # 15 minutes old, by the time that it carries.
    made = base64.b64encode(f"1 {int((time.time() - 901) * 1000)}".encode()).decode()
    refused("ExpiredIteratorException", "tolerated delay of 900000 milliseconds", streams.get_records,
            ShardIterator=f"{arn}|1|{made}")


def test_large_records_come_in_pages_of_a_megabyte(ddb, streams, unique):
    name = unique()
    arn = make(ddb, name, "NEW_IMAGE")
    for i in range(5):
        ddb.put_item(TableName=name, Item={**key("a", i), "v": {"B": bytes(390000)}})
    it, seen, pages = iterator(streams, arn), [], 0
    while len(seen) < 5:
        page = streams.get_records(ShardIterator=it)
        seen += [r["dynamodb"]["Keys"]["sk"]["N"] for r in page["Records"]]
        it = page["NextShardIterator"]
        assert page["Records"]
        pages += 1
    assert seen == list("01234") and pages == 3
