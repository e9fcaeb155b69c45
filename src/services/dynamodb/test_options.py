"""Options of tables: kept and described, or refused by their names."""

import pytest
from botocore.exceptions import ClientError

WARM = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000}
KEYS = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST"}


@pytest.fixture
def ddb(client):
    return client("dynamodb")


@pytest.fixture
def table(ddb, unique):
    name = unique()
    ddb.create_table(TableName=name, **KEYS)
    return name


@pytest.mark.parametrize("option", [
    {"WarmThroughput": WARM},
    {"GlobalSecondaryIndexes": [{"IndexName": "index", "KeySchema": KEYS["KeySchema"], "WarmThroughput": WARM,
                                 "Projection": {"ProjectionType": "ALL"}}]}])
def test_create_refuses_by_name(ddb, unique, option):
    table = unique()
    with pytest.raises(ClientError, match="ValidationException.*WarmThroughput is not served"):
        ddb.create_table(TableName=table, **KEYS, **option)
    assert table not in ddb.list_tables()["TableNames"]


@pytest.mark.parametrize("option", [{"WarmThroughput": WARM}, {"ReplicaUpdates": [{"Create": {"RegionName": "eu-west-1"}}]}])
def test_update_refuses_by_name(ddb, table, option):
    with pytest.raises(ClientError, match=f"ValidationException.*{next(iter(option))} is not served"):
        ddb.update_table(TableName=table, **option)


def test_on_demand_throughput_is_kept(ddb, unique):
    table, limits = unique(), {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 20}
    ddb.create_table(TableName=table, **KEYS, OnDemandThroughput=limits, GlobalSecondaryIndexes=[
        {"IndexName": "index", "KeySchema": KEYS["KeySchema"], "Projection": {"ProjectionType": "ALL"}, "OnDemandThroughput": limits}])
    found = ddb.describe_table(TableName=table)["Table"]
    assert found["OnDemandThroughput"] == found["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] == limits
    limits = {"MaxReadRequestUnits": 11, "MaxWriteRequestUnits": 21}
    ddb.update_table(TableName=table, OnDemandThroughput=limits)
    assert ddb.describe_table(TableName=table)["Table"]["OnDemandThroughput"] == limits


def test_point_in_time_recovery_is_off(ddb, table):
    found = ddb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert found == {"ContinuousBackupsStatus": "ENABLED",
                     "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"}}
    off = {"PointInTimeRecoveryEnabled": False}
    assert ddb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=off)["ContinuousBackupsDescription"] == found
    with pytest.raises(ddb.exceptions.TableNotFoundException):
        ddb.describe_continuous_backups(TableName="nothing-there")
