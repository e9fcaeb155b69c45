"""DynamoDB through boto3: tables, items, expressions, queries, indexes, and AWS's words for what is refused."""

import decimal
import random
import time

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError


@pytest.fixture
def ddb(client):
    return client("dynamodb")


@pytest.fixture
def resource(server):
    return boto3.resource("dynamodb", endpoint_url=server.url, region_name="us-east-1", aws_access_key_id="test",
                          aws_secret_access_key="test")


def make(ddb, name, hash_type="S", range_type=None, **more):
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}]
    attributes = [{"AttributeName": "pk", "AttributeType": hash_type}]
    if range_type:
        keys.append({"AttributeName": "sk", "KeyType": "RANGE"})
        attributes.append({"AttributeName": "sk", "AttributeType": range_type})
    attributes += more.pop("attributes", [])
    more.setdefault("BillingMode", "PAY_PER_REQUEST")
    ddb.create_table(TableName=name, KeySchema=keys, AttributeDefinitions=attributes, **more)
    ddb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    return name


@pytest.fixture
def table(ddb, unique):
    return make(ddb, unique())


@pytest.fixture
def sorted_table(ddb, unique):
    return make(ddb, unique(), range_type="N")


def refused(code, message, fn, **arguments):
    with pytest.raises(ClientError) as e:
        fn(**arguments)
    assert e.value.response["Error"]["Code"] == code
    if message is not None:
        assert e.value.response["Error"]["Message"] == message
    return e.value.response


def invalid(message, fn, **arguments):
    return refused("ValidationException", message, fn, **arguments)


# ---- tables ----

def test_table_life(ddb, unique):
    name = make(ddb, unique(), range_type="N", Tags=[{"Key": "a", "Value": "b"}], DeletionProtectionEnabled=True)
    d = ddb.describe_table(TableName=name)["Table"]
    assert d["TableStatus"] == "ACTIVE" and d["ItemCount"] == 0 and d["DeletionProtectionEnabled"]
    assert d["TableArn"] == f"arn:aws:dynamodb:us-east-1:000000000000:table/{name}"
    assert d["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert [k["AttributeName"] for k in d["KeySchema"]] == ["pk", "sk"]
    refused("ResourceInUseException", f"Table already exists: {name}", make, ddb=ddb, name=name)
    assert name in [n for p in ddb.get_paginator("list_tables").paginate() for n in p["TableNames"]]
    assert ddb.list_tags_of_resource(ResourceArn=d["TableArn"])["Tags"] == [{"Key": "a", "Value": "b"}]
    ddb.tag_resource(ResourceArn=d["TableArn"], Tags=[{"Key": "a", "Value": "c"}, {"Key": "d", "Value": "e"}])
    ddb.untag_resource(ResourceArn=d["TableArn"], TagKeys=["d"])
    assert ddb.list_tags_of_resource(ResourceArn=d["TableArn"])["Tags"] == [{"Key": "a", "Value": "c"}]
    invalid("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
            ddb.delete_table, TableName=name)
    ddb.update_table(TableName=name, DeletionProtectionEnabled=False)
    assert ddb.delete_table(TableName=name)["TableDescription"]["TableStatus"] == "DELETING"
    ddb.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    refused("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found", ddb.describe_table,
            TableName=name)
    refused("ResourceNotFoundException", "Requested resource not found", ddb.get_item, TableName=name,
            Key={"pk": {"S": "a"}})


def test_a_table_made_anew_is_empty(ddb, unique):
    name = make(ddb, unique())
    ddb.put_item(TableName=name, Item={"pk": {"S": "a"}})
    ddb.delete_table(TableName=name)
    make(ddb, name)
    assert ddb.scan(TableName=name)["Count"] == 0


def test_billing(ddb, unique):
    name = make(ddb, unique(), BillingMode="PROVISIONED",
                ProvisionedThroughput={"ReadCapacityUnits": 3, "WriteCapacityUnits": 4})
    d = ddb.describe_table(TableName=name)["Table"]
    assert d["ProvisionedThroughput"]["ReadCapacityUnits"] == 3 and "BillingModeSummary" not in d
    ddb.update_table(TableName=name, BillingMode="PAY_PER_REQUEST")
    assert ddb.describe_table(TableName=name)["Table"]["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    invalid("One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified "
            "when BillingMode is PROVISIONED", make, ddb=ddb, name=unique(), BillingMode="PROVISIONED")


def test_wrong_tables(ddb, unique):
    s = [{"AttributeName": "a", "AttributeType": "S"}]
    h = {"AttributeName": "a", "KeyType": "HASH"}
    more = {"TableName": unique(), "BillingMode": "PAY_PER_REQUEST"}
    invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type", ddb.create_table,
            AttributeDefinitions=s, KeySchema=[{"AttributeName": "a", "KeyType": "RANGE"}], **more)
    invalid("One or more parameter values were invalid: Some index key attributes are not defined in "
            "AttributeDefinitions. Keys: [b], AttributeDefinitions: [a]", ddb.create_table, AttributeDefinitions=s,
            KeySchema=[{"AttributeName": "b", "KeyType": "HASH"}], **more)
    invalid("One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number "
            "of attributes defined in AttributeDefinitions", ddb.create_table,
            AttributeDefinitions=s + [{"AttributeName": "b", "AttributeType": "S"}], KeySchema=[h], **more)
    more["TableName"] = "ab"
    invalid("TableName must be at least 3 characters long and at most 255 characters long", ddb.create_table,
            AttributeDefinitions=s, KeySchema=[h], **more)


def test_limits_and_endpoints(ddb):
    assert ddb.describe_limits()["TableMaxReadCapacityUnits"] == 40000
    assert ddb.describe_endpoints()["Endpoints"][0]["CachePeriodInMinutes"] > 0


def test_items_expire(ddb, table):
    past, future = str(int(time.time()) - 10), str(int(time.time()) + 1000)
    ddb.put_item(TableName=table, Item={"pk": {"S": "before"}, "t": {"N": past}})
    assert ddb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED"
    ddb.update_time_to_live(TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "t"})
    invalid("TimeToLive is already enabled", ddb.update_time_to_live, TableName=table,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": "t"})
    for pk, t in ("old", {"N": past}), ("new", {"N": future}), ("text", {"S": past}), ("none", {"NULL": True}):
        ddb.put_item(TableName=table, Item={"pk": {"S": pk}, "t": t})
    ddb.put_item(TableName=table, Item={"pk": {"S": "moved"}, "t": {"N": past}})
    ddb.put_item(TableName=table, Item={"pk": {"S": "moved"}, "t": {"N": future}})
    end = time.time() + 3
    while time.time() < end and ddb.scan(TableName=table)["Count"] > 4:
        time.sleep(0.1)
    assert sorted(i["pk"]["S"] for i in ddb.scan(TableName=table)["Items"]) == ["moved", "new", "none", "text"]


# ---- items ----

def test_all_types_come_back(ddb, table):
    item = {"pk": {"S": "x"}, "s": {"S": ""}, "n": {"N": "-12.50"}, "b": {"B": b"\x00\xff"}, "null": {"NULL": True},
            "t": {"BOOL": True}, "f": {"BOOL": False}, "l": {"L": [{"S": "a"}, {"L": []}, {"M": {}}]},
            "m": {"M": {"é": {"N": "1e2"}}}, "ss": {"SS": ["b", "a"]}, "ns": {"NS": ["2", "1.0"]}, "bs": {"BS": [b"b", b"a"]}}
    ddb.put_item(TableName=table, Item=item)
    got = ddb.get_item(TableName=table, Key={"pk": {"S": "x"}}, ConsistentRead=True)["Item"]
    for k in "ss", "ns", "bs":
        t = k.upper()
        got[k][t] = sorted(got[k][t])
    item.update(n={"N": "-12.5"}, m={"M": {"é": {"N": "100"}}}, ss={"SS": ["a", "b"]}, ns={"NS": ["1", "2"]},
                bs={"BS": [b"a", b"b"]})
    assert got == item


@pytest.mark.parametrize("value, message", [
    ({"N": "abc"}, "The parameter cannot be converted to a numeric value: abc"),
    ({"N": ""}, "The parameter cannot be converted to a numeric value"),
    ({"N": "1e126"}, "Number overflow. Attempting to store a number with magnitude larger than supported range"),
    ({"N": "1e-131"}, "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
    ({"N": "1" * 39}, "Attempting to store more than 38 significant digits in a Number"),
    ({"SS": []}, "One or more parameter values were invalid: An string set  may not be empty"),
    ({"SS": ["a", "a"]}, "One or more parameter values were invalid: Input collection [a, a] contains duplicates."),
    ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
    ({"NULL": False}, "One or more parameter values were invalid: Null attribute value types must have the value of true"),
])
def test_wrong_values(ddb, table, value, message):
    invalid(message, ddb.put_item, TableName=table, Item={"pk": {"S": "a"}, "v": value})


def test_wrong_keys(ddb, table, sorted_table):
    invalid("One or more parameter values were invalid: Missing the key pk in the item", ddb.put_item, TableName=table,
            Item={"a": {"S": "b"}})
    invalid("One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N", ddb.put_item,
            TableName=table, Item={"pk": {"N": "1"}})
    invalid("The provided key element does not match the schema", ddb.get_item, TableName=table, Key={"pk": {"N": "1"}})
    invalid("The provided key element does not match the schema", ddb.get_item, TableName=sorted_table,
            Key={"pk": {"S": "1"}})
    invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
            "string value. Key: pk", ddb.put_item, TableName=table, Item={"pk": {"S": ""}})
    invalid("One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes",
            ddb.put_item, TableName=table, Item={"pk": {"S": "a" * 2049}})
    invalid("Item size has exceeded the maximum allowed size", ddb.put_item, TableName=table,
            Item={"pk": {"S": "a"}, "b": {"B": b"a" * 409600}})


def test_return_values(ddb, table):
    key = {"pk": {"S": "a"}}
    assert "Attributes" not in ddb.put_item(TableName=table, Item=key | {"n": {"N": "1"}}, ReturnValues="ALL_OLD")
    r = ddb.put_item(TableName=table, Item=key | {"n": {"N": "2"}, "m": {"M": {"x": {"N": "1"}, "y": {"N": "2"}}}},
                     ReturnValues="ALL_OLD")
    assert r["Attributes"] == key | {"n": {"N": "1"}}

    def update(returned):
        return ddb.update_item(TableName=table, Key=key, UpdateExpression="SET n = n + :one, m.x = m.x + :one",
                               ExpressionAttributeValues={":one": {"N": "1"}}, ReturnValues=returned).get("Attributes")
    assert update("NONE") is None
    assert update("UPDATED_OLD") == {"n": {"N": "3"}, "m": {"M": {"x": {"N": "2"}}}}
    assert update("UPDATED_NEW") == {"n": {"N": "5"}, "m": {"M": {"x": {"N": "4"}}}}
    assert update("ALL_OLD")["n"] == {"N": "5"}
    assert update("ALL_NEW") == key | {"n": {"N": "7"}, "m": {"M": {"x": {"N": "6"}, "y": {"N": "2"}}}}
    invalid("Return values set to invalid value", ddb.put_item, TableName=table, Item=key, ReturnValues="ALL_NEW")
    assert ddb.delete_item(TableName=table, Key=key, ReturnValues="ALL_OLD")["Attributes"]["n"] == {"N": "7"}
    assert "Item" not in ddb.get_item(TableName=table, Key=key)


def test_conditions_fail_with_the_item(ddb, table):
    item = {"pk": {"S": "a"}, "n": {"N": "1"}}
    ddb.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(pk)")
    r = refused("ConditionalCheckFailedException", "The conditional request failed", ddb.put_item, TableName=table,
                Item=item, ConditionExpression="attribute_not_exists(pk)", ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert r["Item"] == item


def test_consumed_capacity(ddb, table):
    item = {"pk": {"S": "a"}, "b": {"S": "x" * 5000}}
    assert ddb.put_item(TableName=table, Item=item, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"] == {
        "TableName": table, "CapacityUnits": 5.0}
    get = lambda **more: ddb.get_item(TableName=table, Key={"pk": {"S": "a"}}, ReturnConsumedCapacity="INDEXES", **more)
    assert get()["ConsumedCapacity"]["CapacityUnits"] == 1.0
    assert get(ConsistentRead=True)["ConsumedCapacity"]["Table"] == {"CapacityUnits": 2.0}


# ---- expressions ----

ITEM = {"pk": {"S": "a"}, "n": {"N": "5"}, "s": {"S": "hello"}, "l": {"L": [{"N": "1"}, {"S": "x"}]},
        "m": {"M": {"k": {"S": "v"}}}, "ss": {"SS": ["a", "b"]}, "no": {"NULL": True}}


@pytest.mark.parametrize("expression, truth", [
    ("n = :five", True), ("n <> :five", False), ("n < :six", True), ("n >= :six", False), (":five = n", True),
    ("n BETWEEN :five AND :six", True), ("n IN (:six, :five)", True), ("NOT n = :five", False),
    ("n = :five AND s = :hello", True), ("n = :six OR s = :hello", True), ("n = :six OR n = :six AND s = :hello", False),
    ("(n = :six OR n = :five) AND s = :hello", True), ("attribute_exists(m.k)", True), ("attribute_exists(m.z)", False),
    ("attribute_not_exists(z)", True), ("attribute_type(l, :L)", True), ("begins_with(s, :he)", True),
    ("contains(s, :he)", True), ("contains(ss, :a)", True), ("contains(l, :x)", True), ("size(s) = :five", True),
    ("size(l) < :five", True), ("l[1] = :x", True), ("l[7] = :x", False), ("z <> :x", True), ("z = :x", False),
    ("s < :five", False), ("#s = :hello", True),
])
def test_conditions(ddb, table, expression, truth):
    ddb.put_item(TableName=table, Item=ITEM)
    values = {":five": {"N": "5"}, ":six": {"N": "6"}, ":hello": {"S": "hello"}, ":L": {"S": "L"}, ":he": {"S": "he"},
              ":a": {"S": "a"}, ":x": {"S": "x"}}
    more = {"ExpressionAttributeValues": {k: v for k, v in values.items() if k in expression.replace(":hello", ":HELLO")
                                          or (k == ":hello" and ":hello" in expression)}}
    more = {k: v for k, v in more.items() if v}
    if "#s" in expression:
        more["ExpressionAttributeNames"] = {"#s": "s"}
    assert ddb.scan(TableName=table, FilterExpression=expression, **more)["Count"] == truth


@pytest.mark.parametrize("expression, values, message", [
    ("", {}, "Invalid ConditionExpression: The expression can not be empty;"),
    ("n = ", {}, 'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "= "'),
    ("name = :v", {":v": {"N": "1"}}, "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved "
     "keyword: name"),
    ("n = :w", {}, "Invalid ConditionExpression: An expression attribute value used in expression is not defined; "
     "attribute value: :w"),
    ("#n = n", {}, "Invalid ConditionExpression: An expression attribute name used in the document path is not defined; "
     "attribute name: #n"),
    ("n = n", {}, "Invalid ConditionExpression: The first operand must be distinct from the remaining operands for this "
     "operator or function; operator: =, first operand: [n]"),
    ("foo(n)", {}, "Invalid ConditionExpression: Invalid function name; function: foo"),
    ("attribute_exists(n, s)", {}, "Invalid ConditionExpression: Incorrect number of operands for operator or function; "
     "operator or function: attribute_exists, number of operands: 2"),
    ("begins_with(s, :v)", {":v": {"N": "1"}}, "Invalid ConditionExpression: Incorrect operand type for operator or "
     "function; operator or function: begins_with, operand type: N"),
    ("attribute_exists(:v)", {":v": {"N": "1"}}, "Invalid ConditionExpression: Operator or function requires a document "
     "path; operator or function: attribute_exists"),
    ("((n = :v))", {":v": {"N": "1"}}, "Invalid ConditionExpression: The expression has redundant parentheses;"),
    ("n BETWEEN :v AND :w", {":v": {"N": "2"}, ":w": {"N": "1"}}, "Invalid ConditionExpression: The BETWEEN operator "
     "requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:2}, upper "
     "bound operand: AttributeValue: {N:1}"),
    ("attribute_exists(n)", {":v": {"N": "1"}}, "Value provided in ExpressionAttributeValues unused in expressions: keys: "
     "{:v}"),
    ("n = :v" + " OR n = :v" * 400, {":v": {"N": "1"}}, None),
    ("n = :v" + " " * 4100, {":v": {"N": "1"}}, "Invalid ConditionExpression: Expression size has exceeded the maximum "
     "allowed size;"),
])
def test_wrong_conditions(ddb, table, expression, values, message):
    more = {"ExpressionAttributeValues": values} if values else {}
    invalid(message, ddb.put_item, TableName=table, Item=ITEM, ConditionExpression=expression, **more)


UPDATES = [
    ("SET n = :v", {":v": {"S": "x"}}, {"n": {"S": "x"}}),
    ("SET n = n - :v REMOVE s", {":v": {"N": "7"}}, {"n": {"N": "-2"}, "s": None}),
    ("SET a = if_not_exists(a, :v), n = if_not_exists(n, :v)", {":v": {"N": "7"}}, {"a": {"N": "7"}}),
    ("SET l = list_append(l, :v)", {":v": {"L": [{"N": "9"}]}}, {"l": {"L": [{"N": "1"}, {"S": "x"}, {"N": "9"}]}}),
    ("SET l[0] = :v, l[9] = :v", {":v": {"N": "0"}}, {"l": {"L": [{"N": "0"}, {"S": "x"}, {"N": "0"}]}}),
    ("REMOVE l[0], m.k", {}, {"l": {"L": [{"S": "x"}]}, "m": {"M": {}}}),
    ("REMOVE l[0] SET l[1] = :v", {":v": {"N": "3"}}, {"l": {"L": [{"N": "3"}]}}),
    ("ADD n :v, fresh :v, ss :t", {":v": {"N": "2"}, ":t": {"SS": ["c"]}},
     {"n": {"N": "7"}, "fresh": {"N": "2"}, "ss": {"SS": ["a", "b", "c"]}}),
    ("DELETE ss :t", {":t": {"SS": ["a", "z"]}}, {"ss": {"SS": ["b"]}}),
    ("DELETE ss :t", {":t": {"SS": ["a", "b"]}}, {"ss": None}),
    ("SET n = (n - :v), fresh = (if_not_exists(fresh, :v) + n)", {":v": {"N": "3"}}, {"n": {"N": "2"}, "fresh": {"N": "8"}}),
    ("SET n = s, s = n", {}, {"n": {"S": "hello"}, "s": {"N": "5"}}),
    ("SET m.z = m", {}, {"m": {"M": {"k": {"S": "v"}, "z": {"M": {"k": {"S": "v"}}}}}}),
]


@pytest.mark.parametrize("expression, values, changes", UPDATES)
def test_updates(ddb, table, expression, values, changes):
    ddb.put_item(TableName=table, Item=ITEM)
    more = {"ExpressionAttributeValues": values} if values else {}
    got = ddb.update_item(TableName=table, Key={"pk": {"S": "a"}}, UpdateExpression=expression, ReturnValues="ALL_NEW",
                          **more)["Attributes"]
    assert got == {k: v for k, v in (ITEM | changes).items() if v is not None}


@pytest.mark.parametrize("expression, values, message", [
    ("SET n = :v, n = :v", {":v": {"N": "1"}}, "Invalid UpdateExpression: Two document paths overlap with each other; must "
     "remove or rewrite one of these paths; path one: [n], path two: [n]"),
    ("SET m.k = :v REMOVE m[0]", {":v": {"N": "1"}}, "Invalid UpdateExpression: Two document paths conflict with each "
     "other; must remove or rewrite one of these paths; path one: [m, k], path two: [m, [0]]"),
    ("SET n = :v SET s = :v", {":v": {"N": "1"}}, 'Invalid UpdateExpression: The "SET" section can only be used once in an '
     "update expression;"),
    ("SET n = z", {}, "The provided expression refers to an attribute that does not exist in the item"),
    ("SET n = n + s", {}, "An operand in the update expression has an incorrect data type"),
    ("SET z.a = :v", {":v": {"N": "1"}}, "The document path provided in the update expression is invalid for update"),
    ("ADD n :v", {":v": {"S": "1"}}, "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: "
     "ADD, operand type: STRING, typeset: ALLOWED_FOR_ADD_OPERAND"),
    ("SET pk = :v", {":v": {"N": "1"}}, "One or more parameter values were invalid: Cannot update attribute pk. This "
     "attribute is part of the key"),
    ("foo n", {}, 'Invalid UpdateExpression: Syntax error; token: "foo", near: "foo n"'),
])
def test_wrong_updates(ddb, table, expression, values, message):
    ddb.put_item(TableName=table, Item=ITEM)
    more = {"ExpressionAttributeValues": values} if values else {}
    invalid(message, ddb.update_item, TableName=table, Key={"pk": {"S": "a"}}, UpdateExpression=expression, **more)


def test_projection(ddb, table):
    ddb.put_item(TableName=table, Item=ITEM)
    get = lambda p, **more: ddb.get_item(TableName=table, Key={"pk": {"S": "a"}}, ProjectionExpression=p, **more)["Item"]
    assert get("n, l[1], m.k, z") == {"n": {"N": "5"}, "l": {"L": [{"S": "x"}]}, "m": {"M": {"k": {"S": "v"}}}}
    assert get("#a", ExpressionAttributeNames={"#a": "s"}) == {"s": {"S": "hello"}}
    invalid("Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these "
            "paths; path one: [m], path two: [m, k]", get, p="m, m.k")


# ---- queries ----

def test_query(ddb, sorted_table):
    for pk in "ab":
        for n in (-10, -1.5, 0, 2, 10, 100):
            ddb.put_item(TableName=sorted_table, Item={"pk": {"S": pk}, "sk": {"N": str(n)}, "v": {"N": str(n)}})

    def query(condition="", **more):
        values = {":p": {"S": "a"}} | more.pop("values", {})
        return ddb.query(TableName=sorted_table, KeyConditionExpression="pk = :p" + condition,
                         ExpressionAttributeValues=values, **more)

    def keys(*a, **k):
        return [i["sk"]["N"] for i in query(*a, **k)["Items"]]
    assert keys() == ["-10", "-1.5", "0", "2", "10", "100"]
    assert keys(ScanIndexForward=False) == ["100", "10", "2", "0", "-1.5", "-10"]
    two = {":v": {"N": "2"}}
    assert keys(" AND sk = :v", values=two) == ["2"]
    assert keys(" AND sk < :v", values=two) == ["-10", "-1.5", "0"]
    assert keys(" AND sk <= :v", values=two) == ["-10", "-1.5", "0", "2"]
    assert keys(" AND sk > :v", values=two) == ["10", "100"]
    assert keys(" AND sk >= :v", values=two) == ["2", "10", "100"]
    assert keys(" AND sk BETWEEN :v AND :w", values=two | {":w": {"N": "50"}}) == ["2", "10"]
    r = query(Select="COUNT", FilterExpression="v > :z", values={":z": {"N": "0"}})
    assert (r["Count"], r["ScannedCount"], "Items" in r) == (3, 6, False)
    for forward in True, False:
        seen, start = [], {}
        while True:
            r = query(Limit=2, ScanIndexForward=forward, **start)
            seen += [i["sk"]["N"] for i in r["Items"]]
            if "LastEvaluatedKey" not in r:
                break
            start = {"ExclusiveStartKey": r["LastEvaluatedKey"]}
        assert seen == keys(ScanIndexForward=forward)
    bad = lambda message, condition, **values: invalid(message, ddb.query, TableName=sorted_table,
                                                       KeyConditionExpression=condition,
                                                       ExpressionAttributeValues={":" + k: v for k, v in values.items()})
    bad("Query condition missed key schema element: pk", "sk = :v", v={"N": "1"})
    bad("Query key condition not supported", "pk > :v", v={"S": "1"})
    bad("Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: OR", "pk = :v OR sk = :w",
        v={"S": "1"}, w={"N": "1"})
    bad("One or more parameter values were invalid: Condition parameter type does not match schema type", "pk = :v",
        v={"N": "1"})
    invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: sk", query,
            FilterExpression="sk = :z", values={":z": {"N": "0"}})


def test_query_by_text_and_bytes(ddb, unique):
    name = make(ddb, unique(), range_type="S")
    texts = ["a", "a\x00", "a\x00b", "aa", "ab", "b", "á"]
    for t in texts:
        ddb.put_item(TableName=name, Item={"pk": {"S": "p"}, "sk": {"S": t}})

    def keys(condition, **v):
        r = ddb.query(TableName=name, KeyConditionExpression="pk = :p AND " + condition,
                      ExpressionAttributeValues={":p": {"S": "p"}} | {":" + k: {"S": x} for k, x in v.items()})
        return [i["sk"]["S"] for i in r["Items"]]
    assert keys("begins_with(sk, :v)", v="a") == ["a", "a\x00", "a\x00b", "aa", "ab"]
    assert keys("sk > :v", v="a") == ["a\x00", "a\x00b", "aa", "ab", "b", "á"]
    assert keys("sk <= :v", v="a") == ["a"]
    name = make(ddb, unique(), range_type="B")
    for b in b"\xfe", b"\xff", b"\xff\xff", b"\xff\xff\x01":
        ddb.put_item(TableName=name, Item={"pk": {"S": "p"}, "sk": {"B": b}})
    r = ddb.query(TableName=name, KeyConditionExpression="pk = :p AND begins_with(sk, :v)",
                  ExpressionAttributeValues={":p": {"S": "p"}, ":v": {"B": b"\xff"}})
    assert [i["sk"]["B"] for i in r["Items"]] == [b"\xff", b"\xff\xff", b"\xff\xff\x01"]


def test_pages_of_a_megabyte(ddb, sorted_table):
    for n in range(5):
        ddb.put_item(TableName=sorted_table, Item={"pk": {"S": "a"}, "sk": {"N": str(n)}, "b": {"B": b"x" * 300000}})
    r = ddb.query(TableName=sorted_table, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "a"}})
    assert r["Count"] == 4 and r["LastEvaluatedKey"] == {"pk": {"S": "a"}, "sk": {"N": "3"}}
    pages = list(ddb.get_paginator("scan").paginate(TableName=sorted_table))
    assert [p["Count"] for p in pages] == [4, 1]


def test_scan_segments(ddb, table):
    everything = {f"key {i}" for i in range(100)}
    for k in everything:
        ddb.put_item(TableName=table, Item={"pk": {"S": k}})
    seen = []
    for segment in range(7):
        for page in ddb.get_paginator("scan").paginate(TableName=table, Segment=segment, TotalSegments=7,
                                                       PaginationConfig={"PageSize": 3}):
            seen += [i["pk"]["S"] for i in page["Items"]]
    assert len(seen) == 100 and set(seen) == everything
    invalid("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 7 is not less than "
            "TotalSegments: 7", ddb.scan, TableName=table, Segment=7, TotalSegments=7)


# ---- indexes ----

def index(name, hash_key, range_key=None, projection="ALL", include=None):
    keys = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    if range_key:
        keys.append({"AttributeName": range_key, "KeyType": "RANGE"})
    return {"IndexName": name, "KeySchema": keys,
            "Projection": {"ProjectionType": projection} | ({"NonKeyAttributes": include} if include else {})}


def test_indexes(ddb, unique):
    g = {"AttributeName": "g", "AttributeType": "S"}
    n = {"AttributeName": "num", "AttributeType": "N"}
    name = make(ddb, unique(), range_type="S", attributes=[g, n],
                GlobalSecondaryIndexes=[index("all", "g"), index("keys", "g", "num", "KEYS_ONLY"),
                                        index("some", "g", None, "INCLUDE", ["v"])],
                LocalSecondaryIndexes=[index("local", "pk", "num", "KEYS_ONLY")])
    item = {"pk": {"S": "p"}, "sk": {"S": "1"}, "g": {"S": "G"}, "num": {"N": "7"}, "v": {"S": "v"}, "w": {"S": "w"}}
    ddb.put_item(TableName=name, Item=item)
    ddb.put_item(TableName=name, Item={"pk": {"S": "p"}, "sk": {"S": "2"}})

    def query(i, key="g", value={"S": "G"}, **more):
        return ddb.query(TableName=name, IndexName=i, KeyConditionExpression=f"{key} = :v",
                         ExpressionAttributeValues={":v": value}, **more)["Items"]
    keys = {k: item[k] for k in ("pk", "sk", "g", "num")}
    assert query("all") == [item] and query("keys") == [keys]
    assert query("some") == [{k: item[k] for k in ("pk", "sk", "g", "v")}]
    local = {"i": "local", "key": "pk", "value": {"S": "p"}}
    assert query(**local) == [{k: item[k] for k in ("pk", "sk", "num")}]
    assert query(**local, Select="ALL_ATTRIBUTES") == [item]
    assert query(**local, ProjectionExpression="w") == [{"w": {"S": "w"}}]
    invalid("One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary "
            "index keys because its projection type is not ALL", query, i="keys", Select="ALL_ATTRIBUTES")
    invalid("Consistent reads are not supported on global secondary indexes", query, i="all", ConsistentRead=True)
    invalid("The table does not have the specified index: none", query, i="none")
    invalid("One or more parameter values were invalid: Type mismatch for Index Key num Expected: N Actual: S IndexName: "
            "keys", ddb.put_item, TableName=name, Item=item | {"num": {"S": "x"}})
    ddb.update_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]}, UpdateExpression="SET g = :g",
                    ExpressionAttributeValues={":g": {"S": "H"}})
    assert query("all") == [] and query("all", value={"S": "H"}) == [item | {"g": {"S": "H"}}]
    assert ddb.scan(TableName=name, IndexName="keys")["Count"] == 1
    ddb.delete_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]})
    assert all(ddb.scan(TableName=name, IndexName=i)["Count"] == 0 for i in ("all", "keys", "some", "local"))


def test_an_index_added_later_is_filled(ddb, table):
    for i in range(1200):
        if i % 40 == 0:
            ddb.put_item(TableName=table, Item={"pk": {"S": str(i)}, "g": {"S": str(i % 3)}})
    ddb.update_table(TableName=table, AttributeDefinitions=[{"AttributeName": "g", "AttributeType": "S"}],
                     GlobalSecondaryIndexUpdates=[{"Create": index("later", "g")}])
    end = time.time() + 5
    status = lambda: ddb.describe_table(TableName=table)["Table"]["GlobalSecondaryIndexes"][0]["IndexStatus"]
    while status() != "ACTIVE":
        assert time.time() < end
        time.sleep(0.05)
    assert ddb.scan(TableName=table, IndexName="later")["Count"] == 30
    ddb.update_table(TableName=table, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "later"}}])
    d = ddb.describe_table(TableName=table)["Table"]
    assert "GlobalSecondaryIndexes" not in d and len(d["AttributeDefinitions"]) == 1 and d["ItemCount"] == 30


# ---- many items at once ----

def test_batches(ddb, table, sorted_table):
    def put(n):
        return {"PutRequest": {"Item": {"pk": {"S": str(n)}}}}
    both = {table: [put(n) for n in range(20)],
            sorted_table: [{"PutRequest": {"Item": {"pk": {"S": "a"}, "sk": {"N": str(n)}, "v": {"S": "x"}}}}
                           for n in range(5)]}
    r = ddb.batch_write_item(RequestItems=both, ReturnConsumedCapacity="TOTAL")
    assert r["UnprocessedItems"] == {}
    assert {c["TableName"]: c["CapacityUnits"] for c in r["ConsumedCapacity"]} == {table: 20.0, sorted_table: 5.0}
    invalid("Too many items requested for the BatchWriteItem call", ddb.batch_write_item,
            RequestItems={table: [put(n) for n in range(20)], sorted_table: [put(n) for n in range(6)]})
    invalid("Provided list of item keys contains duplicates", ddb.batch_write_item,
            RequestItems={table: [put(1), {"DeleteRequest": {"Key": {"pk": {"S": "1"}}}}]})
    keys = [{"pk": {"S": str(n)}} for n in (1, 2, 99)]
    r = ddb.batch_get_item(RequestItems={table: {"Keys": keys}, sorted_table: {
        "Keys": [{"pk": {"S": "a"}, "sk": {"N": "3"}}], "ProjectionExpression": "v"}})
    assert sorted(i["pk"]["S"] for i in r["Responses"][table]) == ["1", "2"]
    assert r["Responses"][sorted_table] == [{"v": {"S": "x"}}] and r["UnprocessedKeys"] == {}
    invalid("Provided list of item keys contains duplicates", ddb.batch_get_item,
            RequestItems={table: {"Keys": keys + keys[:1]}})
    ddb.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": k}} for k in keys]})
    assert ddb.scan(TableName=table)["Count"] == 18


def test_a_batch_leaves_what_is_too_much(ddb, sorted_table):
    keys = []
    for n in range(45):
        keys.append({"pk": {"S": "a"}, "sk": {"N": str(n)}})
        ddb.put_item(TableName=sorted_table, Item=keys[-1] | {"b": {"B": b"x" * 400000}})
    r = ddb.batch_get_item(RequestItems={sorted_table: {"Keys": keys}})
    rest = r["UnprocessedKeys"][sorted_table]["Keys"]
    assert rest and len(rest) + len(r["Responses"][sorted_table]) == 45
    again = ddb.batch_get_item(RequestItems=r["UnprocessedKeys"])
    assert len(again["Responses"][sorted_table]) == len(rest) and not again["UnprocessedKeys"]


def test_transactions(ddb, table):
    key = lambda n: {"pk": {"S": n}}
    put = lambda n, **more: {"Put": {"TableName": table, "Item": key(n) | {"n": {"N": "1"}}} | more}
    ddb.transact_write_items(TransactItems=[put("a"), put("b", ConditionExpression="attribute_not_exists(pk)")])
    one = {"ExpressionAttributeValues": {":one": {"N": "1"}}}
    ddb.transact_write_items(TransactItems=[
        {"Update": {"TableName": table, "Key": key("a"), "UpdateExpression": "ADD n :one"} | one},
        {"Delete": {"TableName": table, "Key": key("b"), "ConditionExpression": "n = :one"} | one},
        {"ConditionCheck": {"TableName": table, "Key": key("z"), "ConditionExpression": "attribute_not_exists(pk)"}}])
    get = lambda *names: [i.get("Item") for i in ddb.transact_get_items(TransactItems=[
        {"Get": {"TableName": table, "Key": key(n)}} for n in names])["Responses"]]
    assert get("a", "b") == [key("a") | {"n": {"N": "2"}}, None]
    failing = [put("c"), put("a", ConditionExpression="n = :one", ReturnValuesOnConditionCheckFailure="ALL_OLD", **one),
               {"Update": {"TableName": table, "Key": key("d"), "UpdateExpression": "SET n = x"}}]
    r = refused("TransactionCanceledException", "Transaction cancelled, please refer cancellation reasons for specific "
                "reasons [None, ConditionalCheckFailed, ValidationError]", ddb.transact_write_items, TransactItems=failing)
    reasons = r["CancellationReasons"]
    assert reasons[0] == {"Code": "None"}
    assert reasons[1] == {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed",
                          "Item": key("a") | {"n": {"N": "2"}}}
    assert reasons[2]["Message"] == "The provided expression refers to an attribute that does not exist in the item"
    assert get("c", "d") == [None, None]
    invalid("Transaction request cannot include multiple operations on one item", ddb.transact_write_items,
            TransactItems=[put("a"), put("a")])


def test_a_token_makes_a_transaction_idempotent(ddb, table):
    def add(n):
        return ddb.transact_write_items(ClientRequestToken="token-" + table[:20], TransactItems=[{"Update": {
            "TableName": table, "Key": {"pk": {"S": "a"}}, "UpdateExpression": "ADD n :n",
            "ExpressionAttributeValues": {":n": {"N": n}}}}])
    add("1")
    add("1")
    assert ddb.get_item(TableName=table, Key={"pk": {"S": "a"}})["Item"]["n"] == {"N": "1"}
    refused("IdempotentParameterMismatchException", None, add, n="2")


# ---- legacy parameters, the resource ----

def test_legacy_parameters(ddb, sorted_table):
    t = sorted_table
    key = {"pk": {"S": "a"}, "sk": {"N": "1"}}
    ddb.put_item(TableName=t, Item=key | {"n": {"N": "1"}}, Expected={"pk": {"Exists": False}})
    refused("ConditionalCheckFailedException", None, ddb.put_item, TableName=t, Item=key,
            Expected={"pk": {"Exists": False}})
    r = ddb.update_item(TableName=t, Key=key, AttributeUpdates={"n": {"Value": {"N": "4"}, "Action": "ADD"},
                                                                "s": {"Value": {"S": "x"}}}, ReturnValues="ALL_NEW",
                        Expected={"n": {"ComparisonOperator": "LE", "AttributeValueList": [{"N": "1"}]}})
    assert r["Attributes"] == key | {"n": {"N": "5"}, "s": {"S": "x"}}
    conditions = {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]},
                  "sk": {"ComparisonOperator": "GT", "AttributeValueList": [{"N": "0"}]}}
    assert ddb.query(TableName=t, KeyConditions=conditions, AttributesToGet=["s"])["Items"] == [{"s": {"S": "x"}}]
    assert ddb.scan(TableName=t, ScanFilter={"s": {"ComparisonOperator": "NULL"}})["Count"] == 0
    invalid("Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
            "{AttributesToGet} Expression parameters: {ProjectionExpression}", ddb.get_item, TableName=t, Key=key,
            AttributesToGet=["s"], ProjectionExpression="s")


def test_resource(resource, ddb, sorted_table):
    t = resource.Table(sorted_table)
    t.put_item(Item={"pk": "a", "sk": 1, "d": decimal.Decimal("0.1"), "tags": {"x", "y"}})
    assert t.get_item(Key={"pk": "a", "sk": 1})["Item"]["tags"] == {"x", "y"}
    assert t.query(KeyConditionExpression=Key("pk").eq("a") & Key("sk").gte(1),
                   FilterExpression=Attr("tags").contains("x"))["Count"] == 1


# ---- the model ----

def test_against_a_model(ddb, unique):
    """Random changes and reads against a dict: table, local and global index always agree with it."""
    rnd = random.Random(20120810)
    name = make(ddb, unique(), range_type="N", attributes=[{"AttributeName": "g", "AttributeType": "N"}],
                GlobalSecondaryIndexes=[index("global", "g", "sk")], LocalSecondaryIndexes=[index("local", "pk", "g")])
    model = {}
    for _ in range(400):
        k = (rnd.choice("abc"), rnd.randrange(-5, 6))
        key = {"pk": {"S": k[0]}, "sk": {"N": str(k[1])}}
        g = rnd.choice([None, rnd.randrange(3)])
        what = rnd.randrange(4)
        if what == 0:
            model[k] = g
            ddb.put_item(TableName=name, Item=key | ({} if g is None else {"g": {"N": str(g)}}))
        elif what == 1:
            model.pop(k, None)
            ddb.delete_item(TableName=name, Key=key)
        elif what == 2:
            try:
                ddb.update_item(TableName=name, Key=key, UpdateExpression="ADD g :one",
                                ConditionExpression="attribute_exists(pk)",
                                ExpressionAttributeValues={":one": {"N": "1"}})
                assert k in model
                model[k] = (model[k] or 0) + 1
            except ddb.exceptions.ConditionalCheckFailedException:
                assert k not in model
        else:
            forward = rnd.random() < 0.5
            low = rnd.randrange(-5, 6)
            r = ddb.query(TableName=name, KeyConditionExpression="pk = :p AND sk >= :s", ScanIndexForward=forward,
                          ExpressionAttributeValues={":p": {"S": k[0]}, ":s": {"N": str(low)}})
            want = sorted((s for p, s in model if p == k[0] and s >= low), reverse=not forward)
            assert [int(i["sk"]["N"]) for i in r["Items"]] == want
            x = rnd.randrange(4)
            r = ddb.query(TableName=name, IndexName="global", KeyConditionExpression="g = :g",
                          ExpressionAttributeValues={":g": {"N": str(x)}})
            assert sorted((i["pk"]["S"], int(i["sk"]["N"])) for i in r["Items"]) == sorted(
                m for m, v in model.items() if v == x)
            r = ddb.query(TableName=name, IndexName="local", KeyConditionExpression="pk = :p",
                          ExpressionAttributeValues={":p": {"S": k[0]}})
            assert [int(i["g"]["N"]) for i in r["Items"]] == sorted(
                v for m, v in model.items() if m[0] == k[0] and v is not None)
    assert ddb.describe_table(TableName=name)["Table"]["ItemCount"] == len(model)
