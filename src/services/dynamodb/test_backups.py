"""DynamoDB's backups through boto3: a table as it was at one moment, and new tables made of it."""

import threading

import pytest
from botocore.exceptions import ClientError
from sdk_fixtures import until

import samovar
from tables import HASH, fill, scan


def ready(ddb, arn):
    assert until(lambda: ddb.describe_backup(BackupArn=arn)["BackupDescription"]["BackupDetails"]["BackupStatus"] == "AVAILABLE")
    return arn


def restore(ddb, arn, name, **more):
    made = ddb.restore_table_from_backup(TargetTableName=name, BackupArn=arn, **more)["TableDescription"]
    assert made["TableStatus"] == "CREATING" and made["RestoreSummary"]["RestoreInProgress"]
    assert until(lambda: ddb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE")
    return ddb.describe_table(TableName=name)["Table"]


@pytest.fixture
def ddb(client):
    return client("dynamodb")


@pytest.fixture
def table(ddb, unique):
    name = unique()
    ddb.create_table(TableName=name, KeySchema=HASH, BillingMode="PAY_PER_REQUEST",
                     AttributeDefinitions=[{"AttributeName": a, "AttributeType": "S"} for a in ("pk", "g")],
                     GlobalSecondaryIndexes=[{"IndexName": "by-g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                                              "Projection": {"ProjectionType": "KEYS_ONLY"}}])
    return name


def test_a_table_comes_back_with_its_indexes(ddb, table, unique):
    fill(ddb, table, 100)
    before = scan(ddb, table)
    made = ddb.create_backup(TableName=table, BackupName="first")["BackupDetails"]
    assert made["BackupName"] == "first" and made["BackupType"] == "USER" and f":table/{table}/backup/" in made["BackupArn"]
    arn = ready(ddb, made["BackupArn"])
    for key in list(before)[:50]:
        ddb.delete_item(TableName=table, Key={"pk": {"S": key}})
    found = ddb.describe_backup(BackupArn=arn)["BackupDescription"]
    assert found["SourceTableDetails"]["TableName"] == table and found["SourceTableDetails"]["ItemCount"] == 100
    assert [i["IndexName"] for i in found["SourceTableFeatureDetails"]["GlobalSecondaryIndexes"]] == ["by-g"]
    ddb.delete_table(TableName=table)
    new = restore(ddb, arn, unique())
    assert new["ItemCount"] == 100 and new["RestoreSummary"]["SourceBackupArn"] == arn
    assert not new["RestoreSummary"]["RestoreInProgress"]
    assert scan(ddb, new["TableName"]) == before
    assert scan(ddb, new["TableName"], IndexName="by-g").keys() == before.keys()
    plain = restore(ddb, arn, unique(), GlobalSecondaryIndexOverride=[])
    assert "GlobalSecondaryIndexes" not in plain and plain["AttributeDefinitions"] == [{"AttributeName": "pk", "AttributeType": "S"}]
    assert scan(ddb, plain["TableName"]) == before


def test_a_backup_is_of_one_moment(ddb, client, table, unique):
    fill(ddb, table, 2500)
    before = scan(ddb, table)
    ending = threading.Event()

    def change():
        mine, n = client("dynamodb"), 0
        while not ending.is_set():
            key = f"{n * 37 % 2500:05}"
            mine.transact_write_items(TransactItems=[
                {"Delete": {"TableName": table, "Key": {"pk": {"S": f"{n * 41 % 2500:05}x"}}}},
                {"Update": {"TableName": table, "Key": {"pk": {"S": key}}, "UpdateExpression": "SET v = :v",
                            "ExpressionAttributeValues": {":v": {"N": "1"}}}},
                {"Put": {"TableName": table, "Item": {"pk": {"S": f"new{n}"}, "g": {"S": "new"}}}}])
            n += 1
    arn = ddb.create_backup(TableName=table, BackupName="moving")["BackupDetails"]["BackupArn"]
    writer = threading.Thread(target=change)
    writer.start()
    try:
        ready(ddb, arn)
    finally:
        ending.set()
        writer.join()
    assert scan(ddb, restore(ddb, arn, unique())["TableName"]) == before


def test_backups_are_listed_and_deleted(ddb, table, unique):
    arns = [ready(ddb, ddb.create_backup(TableName=table, BackupName=n)["BackupDetails"]["BackupArn"]) for n in ("one", "two")]
    page = ddb.list_backups(TableName=table, Limit=1)
    assert [b["BackupName"] for b in page["BackupSummaries"]] == ["one"]
    rest = ddb.list_backups(TableName=table, ExclusiveStartBackupArn=page["LastEvaluatedBackupArn"])
    assert [b["BackupArn"] for b in rest["BackupSummaries"]] == arns[1:] and "LastEvaluatedBackupArn" not in rest
    assert ddb.list_backups(TableName=table, BackupType="SYSTEM")["BackupSummaries"] == []
    gone = ddb.delete_backup(BackupArn=arns[0])["BackupDescription"]
    assert gone["BackupDetails"]["BackupStatus"] == "DELETED"
    for fn, more in ((ddb.describe_backup, {}), (ddb.delete_backup, {}), (ddb.restore_table_from_backup, {"TargetTableName": unique()})):
        with pytest.raises(ddb.exceptions.BackupNotFoundException):
            fn(BackupArn=arns[0], **more)
    with pytest.raises(ddb.exceptions.TableNotFoundException):
        ddb.create_backup(TableName="nothing-there", BackupName="one")
    with pytest.raises(ddb.exceptions.TableAlreadyExistsException):
        ddb.restore_table_from_backup(TargetTableName=table, BackupArn=arns[1])
    with pytest.raises(ClientError, match="no such index: other"):
        ddb.restore_table_from_backup(TargetTableName=unique(), BackupArn=arns[1], GlobalSecondaryIndexOverride=[
            {"IndexName": "other", "KeySchema": HASH, "Projection": {"ProjectionType": "ALL"}}])


def test_backups_and_restores_go_on_after_a_kill(client_of, unique):
    with samovar.Server() as server:
        ddb, table, name = client_of(server, "dynamodb"), unique(), unique()
        ddb.create_table(TableName=table, KeySchema=HASH, BillingMode="PAY_PER_REQUEST",
                         AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])
        fill(ddb, table, 3000)
        before = scan(ddb, table)
        arn = ddb.create_backup(TableName=table, BackupName="killed")["BackupDetails"]["BackupArn"]
        server.kill()
        server.start()
        ready(ddb, arn)
        ddb.restore_table_from_backup(TargetTableName=name, BackupArn=arn)
        server.kill()
        server.start()
        assert until(lambda: ddb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE")
        assert scan(ddb, name) == before
        assert ddb.describe_table(TableName=name)["Table"]["ItemCount"] == 3000
        ddb.delete_backup(BackupArn=arn)
