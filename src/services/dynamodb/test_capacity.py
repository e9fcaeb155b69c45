"""DynamoDB's consumed capacity and item collections, by AWS's rules.

Developer Guide: "DynamoDB read and write operations", "Global Secondary Indexes" (write capacity), "Item collections in Local
Secondary Indexes", "DynamoDB transactions"; API reference: ConsumedCapacity, ItemCollectionMetrics. What these leave open is as users
measured it on AWS: nubo-db/dynoxide#176 (writes of indexes), #188 (transactions), paritysuite/dynamodb-conformance#67, #69, #74.
"""

import pytest

KEY = {"pk": {"S": "p"}, "sk": {"S": "1"}}
INDEXES = {"ReturnConsumedCapacity": "INDEXES"}


@pytest.fixture
def ddb(client):
    return client("dynamodb")


@pytest.fixture
def table(ddb, unique):
    """With a global index of g that holds proj, and a local one of l that holds keys."""
    name = unique()

    def keys(hash_key, range_key=None):
        return [{"AttributeName": hash_key, "KeyType": "HASH"}] + (
            [{"AttributeName": range_key, "KeyType": "RANGE"}] if range_key else [])
    ddb.create_table(
        TableName=name, KeySchema=keys("pk", "sk"), BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk", "g", "l")],
        GlobalSecondaryIndexes=[{"IndexName": "global", "KeySchema": keys("g"),
                                 "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["proj"]}}],
        LocalSecondaryIndexes=[{"IndexName": "local", "KeySchema": keys("pk", "l"), "Projection": {"ProjectionType": "KEYS_ONLY"}}])
    return name


def units(capacity):
    """(total, table, global, local); None: it is not told."""
    def of(name):
        return capacity.get(f"{name.title()}SecondaryIndexes", {}).get(name, {}).get("CapacityUnits")
    return capacity["CapacityUnits"], capacity["Table"]["CapacityUnits"], of("global"), of("local")


def text(**values):
    return {k: {"S": v} for k, v in values.items()}


def test_an_index_costs_what_changes_in_it(ddb, table):
    def put(**more):
        return units(ddb.put_item(TableName=table, Item=KEY | text(**more), **INDEXES)["ConsumedCapacity"])
    assert put() == (1, 1, None, None)
    assert put(g="G", l="L") == (3, 1, 1, 1)
    assert put(g="G", l="L") == (1, 1, None, None)  # the same again
    assert put(g="G", l="L", other="x") == (1, 1, None, None)  # not in the indexes
    assert put(g="G", l="L", proj="x") == (2, 1, 1, None)
    assert put(g="H", l="L", proj="x") == (3, 1, 2, None)  # one entry goes, one comes
    assert put(g="H", l="M", proj="x") == (3, 1, None, 2)
    assert put(l="M") == (2, 1, 1, None)  # the entry goes
    assert put(l="M", big="x" * 5000) == (5, 5, None, None)
    assert put(l="M") == (5, 5, None, None)  # the larger of the two
    assert put(g="G", proj="x" * 3000) == (3 + 3 + 1, 3, 3, 1)
    removed = ddb.delete_item(TableName=table, Key=KEY, **INDEXES)["ConsumedCapacity"]
    assert units(removed) == (6, 3, 3, None)
    assert units(ddb.delete_item(TableName=table, Key=KEY, **INDEXES)["ConsumedCapacity"]) == (1, 1, None, None)


def test_single_items_tell_no_reads_and_writes(ddb, table):
    total = {"ReturnConsumedCapacity": "TOTAL"}
    assert ddb.put_item(TableName=table, Item=KEY, **total)["ConsumedCapacity"] == {"TableName": table, "CapacityUnits": 1}
    assert ddb.get_item(TableName=table, Key=KEY, **total)["ConsumedCapacity"] == {"TableName": table, "CapacityUnits": 0.5}
    assert "ConsumedCapacity" not in ddb.get_item(TableName=table, Key=KEY, ReturnConsumedCapacity="NONE")


def test_the_table_is_called_as_it_was_asked_for(ddb, table):
    arn = ddb.describe_table(TableName=table)["Table"]["TableArn"]
    assert ddb.put_item(TableName=arn, Item=KEY, **INDEXES)["ConsumedCapacity"]["TableName"] == arn
    page = ddb.scan(TableName=arn, **INDEXES)
    assert page["ConsumedCapacity"]["TableName"] == arn
    assert ddb.get_item(TableName=table, Key=KEY, **INDEXES)["ConsumedCapacity"]["TableName"] == table


def test_queries_count_all_that_they_look_at(ddb, table):
    for n in range(4):
        ddb.put_item(TableName=table, Item={"pk": {"S": "p"}, "sk": {"S": str(n)}} | text(g="G", l="L", v="x" * 3000))

    def query(**more):
        return units(ddb.query(TableName=table, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "p"}}, **INDEXES,
                               **more)["ConsumedCapacity"])
    assert query() == (1.5, 1.5, None, None)
    assert query(ConsistentRead=True) == (3, 3, None, None)
    assert query(Select="COUNT", ConsistentRead=True) == (3, 3, None, None)
    assert query(ProjectionExpression="pk", ConsistentRead=True) == (3, 3, None, None)
    assert query(Limit=1, ConsistentRead=True) == (1, 1, None, None)
    assert query(IndexName="local") == (0.5, 0, None, 0.5)
    assert query(IndexName="local", Select="ALL_ATTRIBUTES") == (2.5, 2, None, 0.5)  # each item is read on its own
    page = ddb.scan(TableName=table, IndexName="global", **INDEXES)
    assert units(page["ConsumedCapacity"]) == (0.5, 0, 0.5, None)


def test_transactions_count_the_table_twice(ddb, table):
    item = KEY | text(g="G", l="L", v="x" * 1500)

    def transact(*items, **more):
        r = ddb.transact_write_items(TransactItems=[{kind: {"TableName": table} | what} for kind, what in items], **INDEXES, **more)
        return r["ConsumedCapacity"]
    token = {"ClientRequestToken": "token-" + table[-20:]}
    c, = transact(("Put", {"Item": item}), **token)
    assert units(c) == (4 + 1 + 1, 4, 1, 1)
    assert c["WriteCapacityUnits"] == 6 and c["Table"]["WriteCapacityUnits"] == 4 and "ReadCapacityUnits" not in c
    c, = transact(("Put", {"Item": item}), **token)  # nothing is done again: the item is read
    assert c == {"TableName": table, "CapacityUnits": 2, "ReadCapacityUnits": 2,
                 "Table": {"CapacityUnits": 2, "ReadCapacityUnits": 2}}
    check = "ConditionCheck", {"Key": KEY, "ConditionExpression": "attribute_exists(pk)"}
    c, = transact(check, ("Put", {"Item": {"pk": {"S": "p"}, "sk": {"S": "2"}}}))
    assert c["CapacityUnits"] == 4 + 2 and c["WriteCapacityUnits"] == 6
    c, = ddb.transact_get_items(TransactItems=[{"Get": {"TableName": table, "Key": {"pk": {"S": "p"}, "sk": {"S": n}}}} for n in "13"],
                                **INDEXES)["ConsumedCapacity"]
    assert c == {"TableName": table, "CapacityUnits": 4, "ReadCapacityUnits": 4,
                 "Table": {"CapacityUnits": 4, "ReadCapacityUnits": 4}}
    c, = transact(("Delete", {"Key": KEY}))
    assert units(c) == (6, 4, 1, 1)


def test_statements_of_a_transaction(ddb, table):
    def run(statement, **more):
        return ddb.execute_transaction(TransactStatements=[{"Statement": statement}], **INDEXES, **more)["ConsumedCapacity"]
    insert = f"INSERT INTO \"{table}\" VALUE {{'pk': 'p', 'sk': '1', 'g': 'G'}}"
    token = {"ClientRequestToken": "token-" + table[-20:]}
    c, = run(insert, **token)
    assert units(c) == (3, 2, 1, None) and c["WriteCapacityUnits"] == 3
    c, = run(insert, **token)
    assert c["CapacityUnits"] == c["ReadCapacityUnits"] == 2 and "WriteCapacityUnits" not in c
    c, = run(f"SELECT * FROM \"{table}\" WHERE pk = 'p' AND sk = '1'")
    assert c["CapacityUnits"] == c["ReadCapacityUnits"] == c["Table"]["ReadCapacityUnits"] == 2


def test_batches_and_statements(ddb, table):
    r = ddb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": {"pk": {"S": "p"}, "sk": {"S": str(n)}} | text(g="G", l="L")}}
                                                   for n in range(3)]}, **INDEXES)
    assert units(r["ConsumedCapacity"][0]) == (9, 3, 3, 3)
    r = ddb.batch_get_item(RequestItems={table: {"Keys": [{"pk": {"S": "p"}, "sk": {"S": n}} for n in "019"]}}, **INDEXES)
    assert units(r["ConsumedCapacity"][0]) == (1.5, 1.5, None, None)
    r = ddb.execute_statement(Statement=f"UPDATE \"{table}\" SET g = 'H' WHERE pk = 'p' AND sk = '0'", **INDEXES)
    assert units(r["ConsumedCapacity"]) == (3, 1, 2, None)


def test_item_collections(ddb, table, unique):
    size = {"ReturnItemCollectionMetrics": "SIZE"}
    expected = {"ItemCollectionKey": {"pk": {"S": "p"}}, "SizeEstimateRangeGB": [0.0, 1.0]}
    assert ddb.put_item(TableName=table, Item=KEY | text(l="L"), **size)["ItemCollectionMetrics"] == expected
    assert "ItemCollectionMetrics" not in ddb.put_item(TableName=table, Item=KEY)
    r = ddb.transact_write_items(TransactItems=[{"Delete": {"TableName": table, "Key": KEY}}], **size)
    assert r["ItemCollectionMetrics"] == {table: [expected]}
    r = ddb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": KEY}}]}, **size)
    assert r["ItemCollectionMetrics"] == {table: [expected]}
    plain = unique()
    ddb.create_table(TableName=plain, KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
                     AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])
    assert "ItemCollectionMetrics" not in ddb.put_item(TableName=plain, Item={"pk": {"S": "p"}}, **size)
