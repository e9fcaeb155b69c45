"""DynamoDB's exports to S3 through boto3: the files are read back as their readers do (Developer Guide, "DynamoDB table export output format")."""

import base64
import datetime
import gzip
import hashlib
import json
import os
import uuid

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError
from sdk_fixtures import until

import samovar
from tables import HASH, fill, scan

SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def ddb(client):
    return client("dynamodb")


@pytest.fixture
def s3(client):
    return client("s3")


@pytest.fixture
def bucket(s3, unique):
    name = unique().lower()
    s3.create_bucket(Bucket=name)
    return name


def make(ddb, name):
    ddb.create_table(TableName=name, KeySchema=HASH, BillingMode="PAY_PER_REQUEST",
                     AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])
    on = {"PointInTimeRecoveryEnabled": True}
    ddb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=on)
    return ddb.describe_table(TableName=name)["Table"]["TableArn"]


def name_of(arn):
    return arn.split("/")[1]


def now(ddb, arn):
    found = ddb.describe_continuous_backups(TableName=name_of(arn))["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return found["LatestRestorableDateTime"]


def next_second(ddb, arn):
    """A whole second, all of it over: botocore sends no fractions."""
    then = now(ddb, arn).replace(microsecond=0) + SECOND
    assert until(lambda: now(ddb, arn) > then)
    return then


def ended(ddb, arn):
    assert until(lambda: ddb.describe_export(ExportArn=arn)["ExportDescription"]["ExportStatus"] != "IN_PROGRESS", 60)
    return ddb.describe_export(ExportArn=arn)["ExportDescription"]


def export(ddb, arn, bucket, **more):
    begun = ddb.export_table_to_point_in_time(TableArn=arn, S3Bucket=bucket, **more)["ExportDescription"]
    assert begun["ExportStatus"] == "IN_PROGRESS" and begun["TableArn"] == arn and begun["ExportArn"].startswith(arn + "/export/")
    done = ended(ddb, begun["ExportArn"])
    assert done["ExportStatus"] == "COMPLETED", done
    return done


def read(s3, done):
    """The summary, the list of files, and all lines of them; checked against each other and their MD5s."""
    bucket, manifest = done["S3Bucket"], done["ExportManifest"]
    get = lambda key: s3.get_object(Bucket=bucket, Key=key)  # noqa: E731
    folder, lines = manifest.rsplit("/", 1)[0], []
    assert get(folder + "/_started")["Body"].read() == b""
    for name in ("manifest-summary", "manifest-files"):
        text = get(f"{folder}/{name}.json")["Body"].read()
        assert get(f"{folder}/{name}.md5")["Body"].read().decode() == base64.b64encode(hashlib.md5(text).digest()).decode()
    summary = json.loads(get(manifest)["Body"].read())
    files = [json.loads(f) for f in get(summary["manifestFilesS3Key"])["Body"].read().decode().splitlines()]
    for f in files:
        found = get(f["dataFileS3Key"])
        body = found["Body"].read()
        assert base64.b64encode(hashlib.md5(body).digest()).decode() == f["md5Checksum"] and found["ETag"] == f'"{f["etag"]}"'
        of_file = [json.loads(line) for line in gzip.decompress(body).decode().splitlines()]
        assert len(of_file) == f["itemCount"]
        lines += of_file
    assert len(lines) == summary["itemCount"] == done["ItemCount"] and summary["billedSizeBytes"] == done["BilledSizeBytes"]
    assert summary["exportArn"] == done["ExportArn"] and summary["tableId"] == done["TableId"]
    return summary, files, lines


def items(lines):
    """As botocore has them: bytes are base64 in JSON."""
    def plain(v):
        (kind, x), = v.items()
        if kind == "B":
            return {"B": base64.b64decode(x)}
        if kind == "BS":
            return {"BS": [base64.b64decode(b) for b in x]}
        if kind == "L":
            return {"L": [plain(i) for i in x]}
        if kind == "M":
            return {"M": {k: plain(i) for k, i in x.items()}}
        return v
    assert all(set(line) == {"Item"} for line in lines)
    return {line["Item"]["pk"]["S"]: {k: plain(v) for k, v in line["Item"].items()} for line in lines}


def test_a_whole_table(ddb, s3, bucket, unique):
    arn, value = make(ddb, unique()), TypeSerializer().serialize
    fill(ddb, name_of(arn), 600)
    rich = {"pk": "rich", "text": "é\n\"x\" \U0001f375", "n": 1, "bytes": b"\0\xff", "set": {"a", "b"}, "list": [1, {"m": None}, True],
            "blobs": {b"1", b"2"}, "empty": {}}
    ddb.put_item(TableName=name_of(arn), Item={k: value(v) for k, v in rich.items()})
    before, then = scan(ddb, name_of(arn)), next_second(ddb, arn)
    for i in range(0, 600, 3):
        ddb.delete_item(TableName=name_of(arn), Key={"pk": {"S": f"{i:05}"}})
    after = scan(ddb, name_of(arn))
    done = export(ddb, arn, bucket, ExportTime=then, S3Prefix="a/prefix", S3SseAlgorithm="KMS", S3SseKmsKeyId="alias/x")
    assert done["ExportTime"] == then and done["ExportType"] == "FULL_EXPORT" and done["ExportFormat"] == "DYNAMODB_JSON"
    folder = f"a/prefix/AWSDynamoDB/{done['ExportArn'].split('/')[-1]}/"
    assert done["ExportManifest"] == folder + "manifest-summary.json"
    summary, files, lines = read(s3, done)
    assert items(lines) == before
    assert {k: TypeDeserializer().deserialize(v) for k, v in items(lines)["rich"].items()}["text"] == rich["text"]
    assert all(f["dataFileS3Key"].startswith(folder + "data/") and f["dataFileS3Key"].endswith(".json.gz") for f in files)
    assert (summary["version"], summary["s3Prefix"], summary["s3SseAlgorithm"], summary["s3SseKmsKeyId"], summary["outputFormat"]) == (
        "2020-06-30", "a/prefix", "KMS", "alias/x", "DYNAMODB_JSON")
    assert summary["exportTime"] == then.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    head = s3.head_object(Bucket=bucket, Key=files[0]["dataFileS3Key"])
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/x")
    latest = export(ddb, arn, bucket)
    summary, _, lines = read(s3, latest)
    assert items(lines) == after and summary["s3Prefix"] is None and latest["S3SseAlgorithm"] == "AES256"
    assert latest["ExportManifest"].startswith("AWSDynamoDB/")


def test_what_is_exported_can_be_imported(ddb, s3, bucket, unique):
    arn, name = make(ddb, unique()), unique()
    fill(ddb, name_of(arn), 700)
    value = {"pk": {"S": "rich"}, "b": {"B": b"\0\xff"}, "l": {"L": [{"NULL": True}, {"M": {"n": {"N": "1.5"}}}]}, "t": {"S": "\n\"é"}}
    ddb.put_item(TableName=name_of(arn), Item=value)
    done = export(ddb, arn, bucket, S3Prefix="out")
    begun = ddb.import_table(
        S3BucketSource={"S3Bucket": bucket, "S3KeyPrefix": done["ExportManifest"].replace("manifest-summary.json", "data/")},
        InputFormat="DYNAMODB_JSON", InputCompressionType="GZIP", TableCreationParameters={
            "TableName": name, "KeySchema": HASH, "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]})["ImportTableDescription"]["ImportArn"]
    look = lambda: ddb.describe_import(ImportArn=begun)["ImportTableDescription"]  # noqa: E731
    assert until(lambda: look()["ImportStatus"] != "IN_PROGRESS", 60) and look()["ImportStatus"] == "COMPLETED", look()
    assert scan(ddb, name) == scan(ddb, name_of(arn))


def test_an_empty_table_has_an_empty_file(ddb, s3, bucket, unique):
    _, files, lines = read(s3, export(ddb, make(ddb, unique()), bucket))
    assert len(files) == 1 and lines == []


def test_large_tables_have_several_files(ddb, s3, bucket, unique):
    arn = make(ddb, unique())
    for i in range(40):
        ddb.put_item(TableName=name_of(arn), Item={"pk": {"S": str(i)}, "b": {"B": os.urandom(380_000)}})
    before = scan(ddb, name_of(arn))
    _, files, lines = read(s3, export(ddb, arn, bucket))
    assert len(files) == 2 and items(lines) == before


def test_a_token_makes_one_export(ddb, bucket, unique):
    arn, token = make(ddb, unique()), str(uuid.uuid4())
    ask = lambda **more: ddb.export_table_to_point_in_time(TableArn=arn, S3Bucket=bucket, ClientToken=token, **more)  # noqa: E731
    first = ask()["ExportDescription"]["ExportArn"]
    assert ask()["ExportDescription"]["ExportArn"] == first
    with pytest.raises(ddb.exceptions.ExportConflictException):
        ask(S3Prefix="other")
    assert ended(ddb, first)["ClientToken"] == token
    more = [export(ddb, arn, bucket)["ExportArn"] for _ in range(2)]
    page = ddb.list_exports(TableArn=arn, MaxResults=2)
    assert page["ExportSummaries"] == [{"ExportArn": a, "ExportStatus": "COMPLETED", "ExportType": "FULL_EXPORT"} for a in (first, more[0])]
    rest = ddb.list_exports(TableArn=arn, MaxResults=2, NextToken=page["NextToken"])
    assert [e["ExportArn"] for e in rest["ExportSummaries"]] == more[1:] and "NextToken" not in rest


def test_what_is_refused(ddb, bucket, unique):
    arn = make(ddb, unique())
    ask = lambda **more: ddb.export_table_to_point_in_time(**{"TableArn": arn, "S3Bucket": bucket, **more})  # noqa: E731
    t = now(ddb, arn)
    for wrong in (t - datetime.timedelta(days=2), t + datetime.timedelta(hours=1)):
        with pytest.raises(ddb.exceptions.InvalidExportTimeException):
            ask(ExportTime=wrong)
    spans = [{}, {"ExportFromTime": t - 60 * SECOND}, {"ExportFromTime": t - datetime.timedelta(hours=25)}]
    for more in [{"ExportFormat": "ION"}, {"FilterSpecification": {"FilterExpression": "a = b"}}, {"S3SseKmsKeyId": "x"},
                 {"ExportType": "INCREMENTAL_EXPORT"}, {"IncrementalExportSpecification": {}},
                 *({"ExportType": "INCREMENTAL_EXPORT", "IncrementalExportSpecification": s} for s in spans)]:
        with pytest.raises(ClientError, match="ValidationException"):
            ask(**more)
    with pytest.raises(ddb.exceptions.InvalidExportTimeException):
        ask(ExportType="INCREMENTAL_EXPORT", IncrementalExportSpecification={"ExportFromTime": t - datetime.timedelta(hours=1)})
    with pytest.raises(ddb.exceptions.TableNotFoundException):
        ask(TableArn=arn + "-not")
    with pytest.raises(ddb.exceptions.ExportNotFoundException):
        ddb.describe_export(ExportArn=arn + "/export/01693685827463-2d8752fd")
    off = {"PointInTimeRecoveryEnabled": False}
    ddb.update_continuous_backups(TableName=name_of(arn), PointInTimeRecoverySpecification=off)
    with pytest.raises(ddb.exceptions.PointInTimeRecoveryUnavailableException):
        ask()
    assert ddb.list_exports(TableArn=arn)["ExportSummaries"] == []


def test_what_s3_refuses_fails_the_export(ddb, bucket, unique):
    arn = make(ddb, unique())
    begun = ddb.export_table_to_point_in_time(TableArn=arn, S3Bucket=unique().lower())["ExportDescription"]
    failed = ended(ddb, begun["ExportArn"])
    assert (failed["ExportStatus"], failed["FailureCode"]) == ("FAILED", "S3NoSuchBucket") and "bucket" in failed["FailureMessage"]
    assert "EndTime" in failed and "ExportManifest" not in failed
    begun = ddb.export_table_to_point_in_time(TableArn=arn, S3Bucket=bucket, S3BucketOwner="999999999999")["ExportDescription"]
    assert ended(ddb, begun["ExportArn"])["FailureCode"] == "S3AccessDenied"
    ddb.delete_table(TableName=name_of(arn))  # nobody reads it any more
    assert ddb.describe_export(ExportArn=begun["ExportArn"])["ExportDescription"]["ExportStatus"] == "FAILED"


def changes(lines):
    for line in lines:
        assert int(line["Metadata"]["WriteTimestampMicros"]["N"]) > 1.7e15
    return {line["Keys"]["pk"]["S"]: (line.get("OldImage"), line.get("NewImage")) for line in lines}


def test_what_changed(client_of, unique):
    # Spans of fifteen minutes and more, a thousand times faster.
    with samovar.Server("--retry-speed", "1000") as server:
        ddb, s3, bucket = client_of(server, "dynamodb"), client_of(server, "s3"), unique().lower()
        s3.create_bucket(Bucket=bucket)
        arn = make(ddb, unique())
        item = lambda pk, v: {"pk": {"S": pk}, "v": {"N": str(v)}}  # noqa: E731
        put = lambda pk, v: ddb.put_item(TableName=name_of(arn), Item=item(pk, v))  # noqa: E731
        delete = lambda pk: ddb.delete_item(TableName=name_of(arn), Key={"pk": {"S": pk}})  # noqa: E731
        for pk in "abcd":
            put(pk, 1)
        begin = next_second(ddb, arn)
        put("a", 2)
        put("a", 3)
        delete("b")
        put("new", 1)
        put("brief", 1)
        delete("brief")
        put("c", 1)  # as it was
        end = next_second(ddb, arn)
        put("a", 4)
        put("d", 2)
        delete("new")
        both, net = {"ExportFromTime": begin, "ExportToTime": end}, {
            "a": (item("a", 1), item("a", 3)), "b": (item("b", 1), None), "new": (None, item("new", 1))}
        done = export(ddb, arn, bucket, S3Prefix="p", ExportType="INCREMENTAL_EXPORT", IncrementalExportSpecification=both)
        summary, files, lines = read(s3, done)
        assert changes(lines) == net
        assert all(f["dataFileS3Key"].startswith("p/AWSDynamoDB/data/") for f in files)
        assert (summary["version"], summary["outputView"], summary["exportType"]) == ("2023-08-01", "NEW_AND_OLD_IMAGES", "INCREMENTAL_EXPORT")
        assert summary["exportFromTime"] == begin.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        assert done["IncrementalExportSpecification"] == {**both, "ExportViewType": "NEW_AND_OLD_IMAGES"}
        assert "ExportTime" not in done
        new = {"ExportFromTime": begin, "ExportToTime": end, "ExportViewType": "NEW_IMAGE"}
        _, _, lines = read(s3, export(ddb, arn, bucket, ExportType="INCREMENTAL_EXPORT", IncrementalExportSpecification=new))
        assert changes(lines) == {k: (None, v[1]) for k, v in net.items()}
        # Up to now, and what was written last is in it.
        assert until(lambda: now(ddb, arn) > end + SECOND)
        _, _, lines = read(s3, export(ddb, arn, bucket, ExportType="INCREMENTAL_EXPORT", IncrementalExportSpecification={"ExportFromTime": end}))
        assert changes(lines) == {"a": (item("a", 3), item("a", 4)), "d": (item("d", 1), item("d", 2)), "new": (item("new", 1), None)}


def test_an_export_goes_on_after_a_kill(client_of, unique):
    with samovar.Server() as server:
        ddb, s3, bucket = client_of(server, "dynamodb"), client_of(server, "s3"), unique().lower()
        s3.create_bucket(Bucket=bucket)
        arn = make(ddb, unique())
        for i in range(60):
            ddb.put_item(TableName=name_of(arn), Item={"pk": {"S": str(i)}, "b": {"B": os.urandom(380_000)}})
        before = scan(ddb, name_of(arn))
        begun = ddb.export_table_to_point_in_time(TableArn=arn, S3Bucket=bucket)["ExportDescription"]
        for pk in before:
            ddb.delete_item(TableName=name_of(arn), Key={"pk": {"S": pk}})
        files = lambda: [o["Key"] for o in s3.list_objects_v2(Bucket=bucket).get("Contents", []) if o["Key"].endswith(".gz")]  # noqa: E731
        assert until(lambda: len(files()) > 0)
        server.kill()
        server.start()
        done = ended(ddb, begun["ExportArn"])
        assert done["ExportStatus"] == "COMPLETED"
        _, listed, lines = read(s3, done)
        assert items(lines) == before
        # What was written twice has one name: nothing is there that is not listed.
        assert sorted(files()) == sorted(f["dataFileS3Key"] for f in listed)
