"""DynamoDB's imports from S3 through boto3: formats, errors, logs, indexes, kills."""

import gzip
import json
import time

import pytest
from botocore.exceptions import ClientError
from sdk_fixtures import until

import samovar
from tables import HASH, fill, scan

FAILED = ("ItemValidationError", "Some of the items failed validation checks and were not imported. Please check CloudWatch "
          "error logs for more details.")


@pytest.fixture
def ddb(client):
    return client("dynamodb")


@pytest.fixture
def bucket(client, unique):
    name = unique()
    client("s3").create_bucket(Bucket=name)
    return name


def parameters(name, **more):
    return {"TableName": name, "KeySchema": HASH, "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], **more}


def begin(ddb, bucket, prefix, name, form="DYNAMODB_JSON", table=None, **more):
    return ddb.import_table(S3BucketSource={"S3Bucket": bucket, "S3KeyPrefix": prefix}, InputFormat=form,
                            TableCreationParameters=table or parameters(name), **more)["ImportTableDescription"]


def wait(ddb, started):
    def look():
        return ddb.describe_import(ImportArn=started["ImportArn"])["ImportTableDescription"]
    assert until(lambda: look()["ImportStatus"] != "IN_PROGRESS")
    return look()


def counts(found):
    return tuple(found[k] for k in ("ProcessedItemCount", "ImportedItemCount", "ErrorCount"))


def line(**item):
    return json.dumps({"Item": {k: v if isinstance(v, dict) else {"S": v} for k, v in item.items()}}) + "\n"


def errors_of(client, found):
    """(object, index, message) of each line in the log of errors, as "Import format quotas and validation" shows it."""
    stream = found["ImportArn"].split("/")[-1] + "/error"
    events = client("logs").get_log_events(logGroupName="/aws-dynamodb/imports", logStreamName=stream, startFromHead=True)["events"]
    lines = [json.loads(e["message"]) for e in events]
    assert all(x["importArn"] == found["ImportArn"] for x in lines)
    return [(x["itemS3Pointer"]["key"], x["itemS3Pointer"]["itemIndex"], *x["errorMessages"]) for x in lines]


def test_objects_under_a_prefix_become_a_table(ddb, client, bucket, unique):
    s3, name = client("s3"), unique()
    s3.put_object(Bucket=bucket, Key="in/1", Body=line(pk="a", n={"N": "1.50"}, s={"NS": ["3", "1"]}) + "\n" + line(pk="b"))
    s3.put_object(Bucket=bucket, Key="in/2", Body=line(pk="c", g="x").rstrip("\n"))
    s3.put_object(Bucket=bucket, Key="in/empty", Body=b"")
    s3.put_object(Bucket=bucket, Key="other", Body=b"nothing of it")
    table = parameters(name, AttributeDefinitions=[{"AttributeName": a, "AttributeType": "S"} for a in ("pk", "g")],
                       GlobalSecondaryIndexes=[{"IndexName": "by-g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                                                "Projection": {"ProjectionType": "ALL"}}])
    started = begin(ddb, bucket, "in/", name, table=table)
    assert started["ImportStatus"] == "IN_PROGRESS" and started["TableArn"].endswith(f":table/{name}")
    assert started["ImportArn"].startswith(started["TableArn"] + "/import/") and started["InputCompressionType"] == "NONE"
    found = wait(ddb, started)
    assert found["ImportStatus"] == "COMPLETED" and counts(found) == (3, 3, 0) and "FailureCode" not in found
    assert found["S3BucketSource"] == {"S3BucketOwner": "000000000000", "S3Bucket": bucket, "S3KeyPrefix": "in/"}
    assert found["CloudWatchLogGroupArn"] == "arn:aws:logs:us-east-1:000000000000:log-group:/aws-dynamodb/imports:*"
    assert found["TableCreationParameters"] == table and found["EndTime"] >= found["StartTime"] and "InputFormatOptions" not in found
    assert found["ProcessedSizeBytes"] == sum(s3.head_object(Bucket=bucket, Key=f"in/{k}")["ContentLength"] for k in (1, 2))
    made = ddb.describe_table(TableName=name)["Table"]
    assert made["TableStatus"] == "ACTIVE" and made["TableId"] == found["TableId"] and made["ItemCount"] == 3
    assert scan(ddb, name) == {"a": {"pk": {"S": "a"}, "n": {"N": "1.5"}, "s": {"NS": ["1", "3"]}}, "b": {"pk": {"S": "b"}},
                               "c": {"pk": {"S": "c"}, "g": {"S": "x"}}}
    assert list(scan(ddb, name, IndexName="by-g")) == ["c"]
    ddb.put_item(TableName=name, Item={"pk": {"S": "d"}})


def test_what_can_not_be_an_item_is_counted_and_logged(ddb, client, bucket, unique):
    """The rules refuse an item and go on; what is no item ends the reading of its object."""
    s3 = client("s3")
    s3.put_object(Bucket=bucket, Key="in/1", Body=line(pk="a") + line(other="x") + line(pk={"N": "1"}) + line(pk="b"))
    s3.put_object(Bucket=bucket, Key="in/2", Body=line(pk="c") + "{broken\n" + line(pk="never"))
    s3.put_object(Bucket=bucket, Key="in/3", Body='{"pk":{"S":"no Item"}}\n' + line(pk="never"))
    s3.put_object(Bucket=bucket, Key="in/4", Body=line(pk="d"))
    name = unique()
    found = wait(ddb, begin(ddb, bucket, "in/", name))
    assert found["ImportStatus"] == "FAILED" and (found["FailureCode"], found["FailureMessage"]) == FAILED
    assert counts(found) == (8, 4, 4)
    assert list(scan(ddb, name)) and sorted(scan(ddb, name)) == ["a", "b", "c", "d"]
    assert ddb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE"
    errors = errors_of(client, found)
    assert [e[:2] for e in errors] == [("in/1", 1), ("in/1", 2), ("in/2", 1), ("in/3", 0)]
    assert errors[0][2] == "One or more parameter values were invalid: Missing the key pk in the item"
    assert errors[1][2] == "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N"


@pytest.mark.parametrize("options, text", [
    (None, "pk,n,note\na,1,plain\n\"b\"\"c\",2,\"two\nlines, and a comma\"\r\nd,3,\n"),
    ({"Delimiter": ";", "HeaderList": ["pk", "n", "note"]}, "a;1;plain\n\"b\"\"c\";2;\"two\nlines, and a comma\"\nd;3;\n"),
])
def test_csv(ddb, client, bucket, unique, options, text):
    client("s3").put_object(Bucket=bucket, Key="rows.csv", Body=text)
    name = unique()
    table = parameters(name, KeySchema=HASH + [{"AttributeName": "n", "KeyType": "RANGE"}],
                       AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"}])
    more = {"InputFormatOptions": {"Csv": options}} if options else {}
    found = wait(ddb, begin(ddb, bucket, "rows.csv", name, "CSV", table, **more))
    assert found["ImportStatus"] == "COMPLETED" and counts(found) == (3, 3, 0)
    assert found["ProcessedSizeBytes"] == len(text) and found.get("InputFormatOptions", {}).get("Csv") == options
    assert scan(ddb, name) == {k: {"pk": {"S": k}, "n": {"N": n}, "note": {"S": note}} for k, n, note in (
        ("a", "1", "plain"), ('b"c', "2", "two\nlines, and a comma"), ("d", "3", ""))}


@pytest.mark.parametrize("text, imported", [("title,artist\nThe Dark Side of the Moon,Pink Floyd\n", 0), ("pk,n\na,1\nb\nc,1\n", 1),
                                            ('pk,n\na,say "no"\n', 0), ("pk,pk\na,b\n", 0)])
def test_csv_that_does_not_fit(ddb, client, bucket, unique, text, imported):
    client("s3").put_object(Bucket=bucket, Key="rows.csv", Body=text)
    name = unique()
    found = wait(ddb, begin(ddb, bucket, "rows", name, "CSV"))
    assert (found["FailureCode"], found["FailureMessage"]) == FAILED
    assert counts(found) == (imported + 1, imported, 1) and len(scan(ddb, name)) == imported


def zstd(data):
    """A frame of RFC 8878 whose one block is raw."""
    return (bytes.fromhex("28b52ffd") + bytes([0x60]) + (len(data) - 256).to_bytes(2, "little")
            + (len(data) << 3 | 1).to_bytes(3, "little") + data)


def test_compressed_objects(ddb, client, bucket, unique):
    s3, text = client("s3"), "".join(line(pk=f"{i:05}", fill="x" * 100) for i in range(20000)).encode()
    s3.put_object(Bucket=bucket, Key="gzip/1", Body=gzip.compress(text[:len(text) // 2]) + gzip.compress(text[len(text) // 2:]))
    s3.put_object(Bucket=bucket, Key="zstd/1", Body=zstd(text[:7000 // 7 * 7].rsplit(b"\n", 1)[0] + b"\n"))
    s3.put_object(Bucket=bucket, Key="plain/1", Body=text)
    found = wait(ddb, begin(ddb, bucket, "gzip/", unique(), InputCompressionType="GZIP"))
    assert found["ImportStatus"] == "COMPLETED" and counts(found) == (20000, 20000, 0) and found["ProcessedSizeBytes"] == len(text)
    name = unique()
    found = wait(ddb, begin(ddb, bucket, "zstd/", name, InputCompressionType="ZSTD"))
    assert found["ImportStatus"] == "COMPLETED" and found["ImportedItemCount"] == len(scan(ddb, name)) > 10
    # Not compressed as it is said.
    for prefix, form in (("plain/", "GZIP"), ("plain/", "ZSTD"), ("gzip/", "ZSTD"), ("gzip/", "NONE")):
        found = wait(ddb, begin(ddb, bucket, prefix, unique(), InputCompressionType=form))
        assert found["FailureCode"] == FAILED[0] and counts(found) == (1, 0, 1)


def test_a_bucket_that_is_not_there(ddb, unique):
    name = unique()
    found = wait(ddb, begin(ddb, "there-is-no-such-bucket", "in/", name))
    assert found["ImportStatus"] == "FAILED" and found["FailureCode"] == "S3NoSuchBucket" and counts(found) == (0, 0, 0)
    assert found["FailureMessage"].startswith(
        "The specified bucket does not exist (Service: Amazon S3; Status Code: 404; Error Code: NoSuchBucket; Request ID: ")
    with pytest.raises(ddb.exceptions.ResourceNotFoundException):
        ddb.describe_table(TableName=name)


def test_nothing_under_the_prefix_makes_an_empty_table(ddb, bucket, unique):
    name = unique()
    found = wait(ddb, begin(ddb, bucket, "nothing/", name))
    assert found["ImportStatus"] == "COMPLETED" and counts(found) == (0, 0, 0) and scan(ddb, name) == {}


def test_requests_that_are_refused(ddb, bucket, unique):
    name = unique()
    ddb.create_table(**parameters(name))
    with pytest.raises(ddb.exceptions.ResourceInUseException, match=f"Table already exists: {name}"):
        begin(ddb, bucket, "", name)
    provisioned = parameters(unique())
    del provisioned["BillingMode"]
    for more, message in (
            ({"form": "ION"}, "InputFormat ION is not served here"),
            ({"InputFormatOptions": {"Csv": {"Delimiter": ";"}}},
             "Invalid Request: Unsupported InputFormatOptions for the given input format: DYNAMODB_JSON."),
            ({"table": provisioned}, "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be "
                                     "specified when BillingMode is PROVISIONED"),
            ({"form": "CSV", "InputFormatOptions": {"Csv": {"Delimiter": "/"}}}, "regular expression pattern")):
        with pytest.raises(ClientError, match=message) as e:
            begin(ddb, bucket, "", unique(), **more)
        assert e.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError, match="Invalid Import ARN"):
        ddb.describe_import(ImportArn=ddb.describe_table(TableName=name)["Table"]["TableArn"])
    with pytest.raises(ddb.exceptions.ImportNotFoundException):
        ddb.describe_import(ImportArn=f"arn:aws:dynamodb:us-east-1:000000000000:table/{name}/import/01658528578619-c4d4e311")


def test_a_token_makes_one_import_of_two_requests(ddb, bucket, unique):
    name, token = unique(), unique()
    first = begin(ddb, bucket, "", name, ClientToken=token)
    assert begin(ddb, bucket, "", name, ClientToken=token)["ImportArn"] == first["ImportArn"]
    with pytest.raises(ddb.exceptions.ImportConflictException, match="Duplicate request detected with conflicting parameters"):
        begin(ddb, bucket, "", unique(), ClientToken=token)
    assert wait(ddb, first)["ClientToken"] == token


def test_imports_are_listed(client_of, unique):
    with samovar.Server() as server:
        ddb, bucket = client_of(server, "dynamodb"), unique()
        client_of(server, "s3").create_bucket(Bucket=bucket)
        arns = [wait(ddb, begin(ddb, bucket, "", unique()))["ImportArn"] for _ in range(3)]
        page = ddb.list_imports(PageSize=2)
        assert [i["ImportArn"] for i in page["ImportSummaryList"]] == arns[:0:-1]
        rest = ddb.list_imports(PageSize=2, NextToken=page["NextToken"])
        assert [i["ImportArn"] for i in rest["ImportSummaryList"]] == arns[:1] and "NextToken" not in rest
        mine = ddb.list_imports(TableArn=arns[1].split("/import/")[0])["ImportSummaryList"]
        assert [i["ImportArn"] for i in mine] == arns[1:2] and mine[0]["ImportStatus"] == "COMPLETED"
        # Its record outlives the table.
        ddb.delete_table(TableName=arns[1].split("/")[1])
        assert ddb.describe_import(ImportArn=arns[1])["ImportTableDescription"]["ImportStatus"] == "COMPLETED"


def test_an_import_goes_on_after_a_kill(client_of, unique):
    """Each item once, whenever the server ended; nobody writes to the table or takes it away meanwhile."""
    with samovar.Server() as server:
        s3, ddb, bucket, name = client_of(server, "s3"), client_of(server, "dynamodb"), unique(), unique()
        s3.create_bucket(Bucket=bucket)
        for part in range(3):
            text = "pk,v\n" + "".join(f"{part}-{i:05},{'x' * 100}\n" for i in range(8000))
            s3.put_object(Bucket=bucket, Key=f"rows/{part}", Body=gzip.compress(text.encode()))
        started = begin(ddb, bucket, "rows/", name, "CSV", InputCompressionType="GZIP")
        kills = 0
        for _ in range(5):
            time.sleep(0.1)
            now = ddb.describe_import(ImportArn=started["ImportArn"])["ImportTableDescription"]
            if now["ImportStatus"] != "IN_PROGRESS":
                break
            if 0 < now["ProcessedItemCount"] < 12000:  # it is not done before these are asked
                with pytest.raises(ClientError) as e:
                    ddb.put_item(TableName=name, Item={"pk": {"S": "mine"}})
                assert e.value.response["Error"]["Code"] == "ResourceNotFoundException"
                with pytest.raises(ddb.exceptions.ResourceInUseException):
                    ddb.delete_table(TableName=name)
            server.kill()
            server.start()
            kills += 1
        found = wait(ddb, started)
        assert kills and found["ImportStatus"] == "COMPLETED" and counts(found) == (24000, 24000, 0)
        assert len(scan(ddb, name)) == 24000


def test_an_import_reads_what_its_beginner_may_read(client_of, unique):
    with samovar.Server("--auth", "strict") as server:
        def root(service):
            return client_of(server, service, **server.root_key())
        bucket, user = unique(), unique()
        root("s3").create_bucket(Bucket=bucket)
        root("s3").put_object(Bucket=bucket, Key="in/1", Body=line(pk="a"))
        root("iam").create_user(UserName=user)
        key = root("iam").create_access_key(UserName=user)["AccessKey"]
        ddb = client_of(server, "dynamodb", key=key["AccessKeyId"], secret=key["SecretAccessKey"])

        def allow(*actions):
            document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
            root("iam").put_user_policy(UserName=user, PolicyName="p", PolicyDocument=json.dumps(document))
        allow("dynamodb:DescribeImport", "s3:GetObject", "s3:ListBucket")
        with pytest.raises(ClientError, match="not authorized to perform: dynamodb:ImportTable on resource: .*:table/"):
            begin(ddb, bucket, "in/", unique())
        for actions in ([], ["s3:ListBucket"], ["s3:GetObject"]):
            allow("dynamodb:*", *actions)
            name = unique()
            found = wait(ddb, begin(ddb, bucket, "in/", name))
            assert found["FailureCode"] == "S3AccessDenied" and counts(found) == (0, 0, 0)
        allow("dynamodb:*", "s3:ListBucket", "s3:GetObject")
        name = unique()
        assert wait(ddb, begin(ddb, bucket, "in/", name))["ImportStatus"] == "COMPLETED"
        assert list(scan(ddb, name)) == ["a"]
