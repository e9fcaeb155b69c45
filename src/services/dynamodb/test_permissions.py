"""Who may use which table, on a server that enforces IAM policies: batches, transactions and PartiQL ask for each table."""

import json

import pytest
from botocore.exceptions import ClientError
from sdk_fixtures import until

import samovar

KEYS = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST"}
ITEM = {"pk": {"S": "a"}}


@pytest.fixture(scope="module")
def strict():
    with samovar.Server("--auth", "strict") as server:
        yield server


@pytest.fixture
def root(strict, client_of):
    return lambda service: client_of(strict, service, **strict.root_key())


@pytest.fixture
def as_user(strict, root, client_of, unique):
    """as_user(statements ...): DynamoDB for a user who has these statements as their policy."""

    def make(*statements):
        iam, name = root("iam"), unique("user")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": list(statements)}))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return client_of(strict, "dynamodb", key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    return make


@pytest.fixture
def tables(root, unique):
    names = [unique("mine"), unique("theirs")]
    for name in names:
        root("dynamodb").create_table(TableName=name, **KEYS)
        root("dynamodb").put_item(TableName=name, Item=ITEM)
    return names


def arn(table):
    return f"arn:aws:dynamodb:us-east-1:000000000000:table/{table}"


def denied(fn, **arguments):
    with pytest.raises(ClientError) as e:
        fn(**arguments)
    assert e.value.response["Error"]["Code"] == "AccessDeniedException"


def calls(table):
    """Each of the operations that name tables within."""
    select, delete = f'SELECT * FROM "{table}" WHERE pk = \'a\'', f'DELETE FROM "{table}" WHERE pk = \'b\''
    return [
        ("batch_get_item", {"RequestItems": {table: {"Keys": [ITEM]}}}),
        ("batch_write_item", {"RequestItems": {table: [{"PutRequest": {"Item": ITEM}}]}}),
        ("transact_get_items", {"TransactItems": [{"Get": {"TableName": table, "Key": ITEM}}]}),
        ("transact_write_items", {"TransactItems": [{"Put": {"TableName": table, "Item": ITEM}}]}),
        ("execute_statement", {"Statement": select}), ("execute_statement", {"Statement": delete}),
        ("batch_execute_statement", {"Statements": [{"Statement": select}]}),
        ("execute_transaction", {"TransactStatements": [{"Statement": delete}]}),
        ("get_item", {"TableName": arn(table), "Key": ITEM}),
    ]


def test_each_table_must_be_allowed(as_user, tables):
    mine, theirs = tables
    ddb = as_user({"Effect": "Allow", "Action": "dynamodb:*", "Resource": arn(mine)})
    for name, arguments in calls(mine):
        getattr(ddb, name)(**arguments)
    for name, arguments in calls(theirs):
        denied(getattr(ddb, name), **arguments)
    denied(ddb.batch_get_item, RequestItems={t: {"Keys": [ITEM]} for t in tables})


def test_a_denied_table_is_denied_in_batches_too(as_user, tables):
    mine, theirs = tables
    ddb = as_user({"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"},
                  {"Effect": "Deny", "Action": "dynamodb:*", "Resource": arn(theirs)})
    for name, arguments in calls(mine):
        getattr(ddb, name)(**arguments)
    for name, arguments in calls(theirs):
        denied(getattr(ddb, name), **arguments)


def test_partiql_has_actions_of_its_own(as_user, tables):
    mine = tables[0]
    ddb = as_user({"Effect": "Allow", "Action": "dynamodb:PartiQLSelect", "Resource": arn(mine)})
    ddb.execute_statement(Statement=f"SELECT * FROM \"{mine}\" WHERE pk = 'a'")
    denied(ddb.execute_statement, Statement=f"INSERT INTO \"{mine}\" VALUE {{'pk': 'new'}}")
    denied(ddb.execute_statement, Statement=f"UPDATE \"{mine}\" SET x = 1 WHERE pk = 'a'")
    denied(ddb.get_item, TableName=mine, Key=ITEM)


def test_a_transaction_needs_the_actions_of_its_parts(as_user, tables):
    mine = tables[0]
    ddb = as_user({"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": arn(mine)})
    ddb.transact_write_items(TransactItems=[{"Put": {"TableName": mine, "Item": ITEM}}])
    denied(ddb.transact_write_items, TransactItems=[{"Delete": {"TableName": mine, "Key": ITEM}}])


def test_a_table_of_another_account_by_its_arn(as_user, tables):
    ddb = as_user({"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"})
    foreign = arn(tables[0]).replace("000000000000", "111111111111")
    denied(ddb.get_item, TableName=foreign, Key=ITEM)
    denied(ddb.execute_statement, Statement=f'SELECT * FROM "{foreign}"')


def test_an_index_has_an_arn_of_its_own(as_user, root, unique):
    table = unique()
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}]
    root("dynamodb").create_table(
        TableName=table, KeySchema=keys, AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[{"IndexName": name, "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}
                                for name in ("mine", "theirs")])
    ddb = as_user({"Effect": "Allow", "Action": ["dynamodb:Query", "dynamodb:Scan"], "Resource": f"{arn(table)}/index/mine"})
    by_key = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}}
    ddb.query(TableName=table, IndexName="mine", **by_key)
    ddb.scan(TableName=table, IndexName="mine")
    ddb.scan(TableName=arn(table), IndexName="mine")
    for more in ({}, {"IndexName": "theirs"}):
        denied(ddb.query, TableName=table, **by_key, **more)
        denied(ddb.scan, TableName=table, **more)


def test_restoring_needs_the_backup_and_the_new_table(as_user, tables, unique):
    mine, new = tables[0], unique()
    ddb = as_user({"Effect": "Allow", "Action": "dynamodb:*", "Resource": [arn(mine), f"{arn(mine)}/backup/*", arn(new)]})
    backup = ddb.create_backup(TableName=mine, BackupName="mine")["BackupDetails"]["BackupArn"]
    while ddb.describe_backup(BackupArn=backup)["BackupDescription"]["BackupDetails"]["BackupStatus"] != "AVAILABLE":
        pass
    denied(ddb.restore_table_from_backup, TargetTableName=unique(), BackupArn=backup)
    denied(ddb.create_backup, TableName=tables[1], BackupName="theirs")
    ddb.restore_table_from_backup(TargetTableName=new, BackupArn=backup)
    only_new = as_user({"Effect": "Allow", "Action": "dynamodb:*", "Resource": f"arn:aws:dynamodb:*:*:table/{new}*"})
    denied(only_new.restore_table_from_backup, TargetTableName=f"{new}2", BackupArn=backup)


def test_points_in_time_and_exports(as_user, root, tables, unique):
    mine, theirs = tables
    on, bucket = {"PointInTimeRecoveryEnabled": True}, unique("bucket")
    for name in tables:
        root("dynamodb").update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=on)
    root("s3").create_bucket(Bucket=bucket)
    allow = lambda action, *resources: {"Effect": "Allow", "Action": action, "Resource": list(resources)}  # noqa: E731
    new = unique("new")
    user = as_user(allow("dynamodb:RestoreTableToPointInTime", arn(mine), arn(new)), allow("dynamodb:ExportTableToPointInTime", arn(mine)),
                   allow("s3:PutObject", f"arn:aws:s3:::{bucket}/mine/*"))
    restore = lambda **more: user.restore_table_to_point_in_time(UseLatestRestorableTime=True, **more)  # noqa: E731
    denied(restore, SourceTableName=theirs, TargetTableName=new)
    denied(restore, SourceTableArn=arn(theirs), TargetTableName=new)
    denied(restore, SourceTableName=mine, TargetTableName=unique("other"))
    restore(SourceTableName=mine, TargetTableName=new)
    denied(user.export_table_to_point_in_time, TableArn=arn(theirs), S3Bucket=bucket, S3Prefix="mine")
    denied(user.export_table_to_point_in_time, TableArn=arn(mine), S3Bucket=bucket)
    denied(user.export_table_to_point_in_time, TableArn=arn(mine), S3Bucket=bucket, S3Prefix="theirs")
    begun = user.export_table_to_point_in_time(TableArn=arn(mine), S3Bucket=bucket, S3Prefix="mine")["ExportDescription"]["ExportArn"]
    denied(user.describe_export, ExportArn=begun)
    look = lambda: root("dynamodb").describe_export(ExportArn=begun)["ExportDescription"]["ExportStatus"]  # noqa: E731
    assert until(lambda: look() != "IN_PROGRESS") and look() == "COMPLETED"
    # What the bucket's own policy says counts, too.
    root("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/mine/*"}]}))
    denied(user.export_table_to_point_in_time, TableArn=arn(mine), S3Bucket=bucket, S3Prefix="mine")
