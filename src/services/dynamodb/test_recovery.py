"""DynamoDB's point-in-time recovery through boto3: tables made of another as it was, and what a deleted table leaves."""

import datetime
import threading

import pytest
from botocore.exceptions import ClientError
from sdk_fixtures import until

import samovar
from tables import HASH, fill, scan


@pytest.fixture
def ddb(client):
    return client("dynamodb")


@pytest.fixture
def table(ddb, unique):
    return make(ddb, unique())


def make(ddb, name, **more):
    ddb.create_table(TableName=name, KeySchema=HASH, BillingMode="PAY_PER_REQUEST",
                     AttributeDefinitions=[{"AttributeName": a, "AttributeType": "S"} for a in ("pk", "g")],
                     GlobalSecondaryIndexes=[{"IndexName": "by-g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                                              "Projection": {"ProjectionType": "KEYS_ONLY"}}], **more)
    return name


def turn(ddb, table, on, **more):
    answer = ddb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on, **more})
    return answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]


def described(ddb, table):
    found = ddb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert found["ContinuousBackupsStatus"] == "ENABLED"
    return found["PointInTimeRecoveryDescription"]


def next_second(ddb, table):
    """A whole second, all of it over: botocore sends no fractions."""
    then = described(ddb, table)["LatestRestorableDateTime"].replace(microsecond=0) + datetime.timedelta(seconds=1)
    assert until(lambda: described(ddb, table)["LatestRestorableDateTime"] > then)
    return then


def restore(ddb, name, **more):
    made = ddb.restore_table_to_point_in_time(TargetTableName=name, **more)["TableDescription"]
    assert made["TableStatus"] == "CREATING" and made["RestoreSummary"]["RestoreInProgress"]
    assert until(lambda: ddb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE")
    return ddb.describe_table(TableName=name)["Table"]


def test_it_is_turned_on_and_off(ddb, table):
    assert described(ddb, table) == {"PointInTimeRecoveryStatus": "DISABLED"}
    on = turn(ddb, table, True)
    assert (on["PointInTimeRecoveryStatus"], on["RecoveryPeriodInDays"]) == ("ENABLED", 35)
    assert on["EarliestRestorableDateTime"] <= on["LatestRestorableDateTime"]
    assert turn(ddb, table, True, RecoveryPeriodInDays=3)["RecoveryPeriodInDays"] == 3
    found = described(ddb, table)
    assert found["RecoveryPeriodInDays"] == 3 and found["EarliestRestorableDateTime"] == on["EarliestRestorableDateTime"]
    with pytest.raises(ClientError, match="ValidationException"):
        turn(ddb, table, True, RecoveryPeriodInDays=36)
    assert turn(ddb, table, False) == {"PointInTimeRecoveryStatus": "DISABLED"}
    with pytest.raises(ddb.exceptions.TableNotFoundException):
        turn(ddb, "nothing-there", True)


def test_a_table_comes_back_as_it_was(ddb, table, unique):
    fill(ddb, table, 100)
    turn(ddb, table, True)
    arn = ddb.describe_table(TableName=table)["Table"]["TableArn"]
    first, then = scan(ddb, table), next_second(ddb, table)
    for key in list(first)[:50]:
        ddb.delete_item(TableName=table, Key={"pk": {"S": key}})
    ddb.put_item(TableName=table, Item={"pk": {"S": "new"}, "g": {"S": "new"}})
    second = scan(ddb, table)
    new = restore(ddb, unique(), SourceTableName=table, RestoreDateTime=then)
    assert new["RestoreSummary"] == {"SourceTableArn": arn, "RestoreDateTime": then, "RestoreInProgress": False}
    assert scan(ddb, new["TableName"]) == first and new["ItemCount"] == 100
    assert scan(ddb, new["TableName"], IndexName="by-g").keys() == first.keys()
    assert described(ddb, new["TableName"]) == {"PointInTimeRecoveryStatus": "DISABLED"}
    latest = restore(ddb, unique(), SourceTableArn=arn, UseLatestRestorableTime=True, GlobalSecondaryIndexOverride=[],
                     BillingModeOverride="PROVISIONED", ProvisionedThroughputOverride={"ReadCapacityUnits": 2, "WriteCapacityUnits": 3})
    assert scan(ddb, latest["TableName"]) == second
    assert "GlobalSecondaryIndexes" not in latest and latest["ProvisionedThroughput"]["WriteCapacityUnits"] == 3


def test_writes_do_not_tear_the_picture(ddb, client, table, unique):
    fill(ddb, table, 2500)
    turn(ddb, table, True)
    before, ending = scan(ddb, table), threading.Event()
    then = next_second(ddb, table)

    def write():
        mine, n = client("dynamodb"), 0
        while n < 2500 and not ending.is_set():
            mine.transact_write_items(TransactItems=[
                {"Delete": {"TableName": table, "Key": {"pk": {"S": f"{n * 41 % 2500:05}"}}}},
                {"Put": {"TableName": table, "Item": {"pk": {"S": f"new{n}"}, "g": {"S": "new"}}}}])
            n += 1
    writer = threading.Thread(target=write)
    writer.start()
    try:
        as_it_was = restore(ddb, unique(), SourceTableName=table, RestoreDateTime=then)
        latest = restore(ddb, unique(), SourceTableName=table, UseLatestRestorableTime=True)
    finally:
        ending.set()
        writer.join()
    assert scan(ddb, as_it_was["TableName"]) == before
    # Each transaction takes one item and makes one: a part of one would show in the count.
    found = scan(ddb, latest["TableName"])
    made = sum(k.startswith("new") for k in found)
    assert 0 < made <= 2500 and len(found) == 2500
    assert {f"{n * 41 % 2500:05}" for n in range(made)}.isdisjoint(found)


def test_what_cannot_be_restored(ddb, table, unique):
    now = datetime.datetime.now(datetime.timezone.utc)
    ask = lambda **more: ddb.restore_table_to_point_in_time(**{"TargetTableName": unique(), "SourceTableName": table, **more})  # noqa: E731
    with pytest.raises(ddb.exceptions.PointInTimeRecoveryUnavailableException, match=f"not enabled for table '{table}'"):
        ask(UseLatestRestorableTime=True)
    with pytest.raises(ddb.exceptions.TableNotFoundException):
        ask(SourceTableName="nothing-there", UseLatestRestorableTime=True)
    earliest = turn(ddb, table, True)["EarliestRestorableDateTime"]
    for wrong in (now - datetime.timedelta(days=1), earliest - datetime.timedelta(seconds=1), now + datetime.timedelta(hours=1)):
        with pytest.raises(ddb.exceptions.InvalidRestoreTimeException):
            ask(RestoreDateTime=wrong)
    with pytest.raises(ddb.exceptions.TableAlreadyExistsException):
        ask(TargetTableName=table, UseLatestRestorableTime=True)
    for wrong in ({}, {"UseLatestRestorableTime": True, "RestoreDateTime": earliest}):
        with pytest.raises(ClientError, match="ValidationException.*RestoreDateTime"):
            ask(**wrong)
    # The earliest moment, as botocore cuts it, is one.
    restore(ddb, unique(), SourceTableName=table, RestoreDateTime=earliest)
    # Nothing is left behind by what was refused: the table can go.
    ddb.delete_table(TableName=table)


def test_a_deleted_table_leaves_a_backup(ddb, table, unique):
    fill(ddb, table, 60)
    before = scan(ddb, table)
    turn(ddb, table, True)
    ddb.delete_table(TableName=table)
    assert ddb.list_backups(TableName=table)["BackupSummaries"] == []
    assert ddb.list_backups(TableName=table, BackupType="USER")["BackupSummaries"] == []
    (found,) = ddb.list_backups(TableName=table, BackupType="SYSTEM")["BackupSummaries"]
    assert ddb.list_backups(TableName=table, BackupType="ALL")["BackupSummaries"] == [found]
    assert found["BackupName"] == f"{table}$DeletedTableBackup" and found["BackupType"] == "SYSTEM"
    assert found["BackupExpiryDateTime"] - found["BackupCreationDateTime"] == datetime.timedelta(days=35)
    # A new table of the same name is another.
    make(ddb, table)
    fill(ddb, table, 3)
    name = unique()
    ddb.restore_table_from_backup(TargetTableName=name, BackupArn=found["BackupArn"])
    assert until(lambda: ddb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE")
    assert scan(ddb, name) == before and scan(ddb, name, IndexName="by-g").keys() == before.keys()
    ddb.delete_backup(BackupArn=found["BackupArn"])
    assert ddb.list_backups(TableName=table, BackupType="ALL")["BackupSummaries"] == []
    ddb.delete_table(TableName=table)
    assert ddb.list_backups(TableName=table, BackupType="ALL")["BackupSummaries"] == []


def test_a_restore_goes_on_after_a_kill(client_of, unique):
    with samovar.Server() as server:
        ddb, name = client_of(server, "dynamodb"), unique()
        table = make(ddb, unique())
        fill(ddb, table, 3000)
        turn(ddb, table, True)
        before, then = scan(ddb, table), next_second(ddb, table)
        for i in range(0, 3000, 7):
            ddb.delete_item(TableName=table, Key={"pk": {"S": f"{i:05}"}})
        ddb.restore_table_to_point_in_time(SourceTableName=table, TargetTableName=name, RestoreDateTime=then)
        server.kill()
        server.start()
        assert until(lambda: ddb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE")
        assert scan(ddb, name) == before
        ddb.delete_table(TableName=table)
