"""Tables of DynamoDB for tests: filled and read whole."""

HASH = [{"AttributeName": "pk", "KeyType": "HASH"}]


def fill(ddb, table, n):
    for begin in range(0, n, 25):
        ddb.batch_write_item(RequestItems={table: [
            {"PutRequest": {"Item": {"pk": {"S": f"{i:05}"}, "g": {"S": str(i % 3)}, "v": {"N": "0"}}}}
            for i in range(begin, min(begin + 25, n))]})


def scan(ddb, table, **more):
    pages = ddb.get_paginator("scan").paginate(TableName=table, **more)
    return {i["pk"]["S"]: i for page in pages for i in page["Items"]}
