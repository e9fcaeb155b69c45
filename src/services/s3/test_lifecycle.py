"""What lifecycle rules do, on a server whose days are short. (S3 User Guide, "Managing the lifecycle of objects")"""

import functools
import time

import pytest
import samovar
import sdk_fixtures
from botocore.exceptions import ClientError

SPEED = 100_000  # a day takes 0.864 s
until = functools.partial(sdk_fixtures.until, seconds=20)


@pytest.fixture(scope="module")
def s3():
    import boto3
    with samovar.Server("--retry-speed", str(SPEED)) as s:
        yield boto3.client("s3", endpoint_url=s.url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


@pytest.fixture
def bucket(s3, unique):
    name = unique("bucket")
    s3.create_bucket(Bucket=name)
    return name


def set_rules(s3, bucket, *rules):
    rules = [{"Status": "Enabled", "Filter": {"Prefix": ""}, **r} for r in rules]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})


def keys(s3, bucket):
    return [o["Key"] for o in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def versions(s3, bucket):
    got = s3.list_object_versions(Bucket=bucket)
    return [(v["Key"], v["VersionId"]) for v in got.get("Versions", [])], [m["Key"] for m in got.get("DeleteMarkers", [])]


def test_objects_expire_after_their_days(s3, bucket):
    set_rules(s3, bucket, {"Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 1}},
              {"Filter": {"Tag": {"Key": "for", "Value": "a day"}}, "Expiration": {"Days": 1}},
              {"Status": "Disabled", "Expiration": {"Days": 1}})
    begun = time.monotonic()
    s3.put_object(Bucket=bucket, Key="logs/a", Body=b"x" * 20000)
    s3.put_object(Bucket=bucket, Key="kept", Body=b"x")
    s3.put_object(Bucket=bucket, Key="tagged", Body=b"x", Tagging="for=a%20day")
    assert until(lambda: keys(s3, bucket) == ["kept"])
    assert time.monotonic() - begun > 0.8
    with pytest.raises(ClientError):
        s3.get_object(Bucket=bucket, Key="logs/a")


def test_expiry_of_a_version_leaves_a_delete_marker(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="k", Body=b"old")["VersionId"]
    set_rules(s3, bucket, {"Filter": {"Prefix": "k"}, "Expiration": {"Days": 1}})
    assert until(lambda: versions(s3, bucket) == ([("k", version)], ["k"]))
    assert s3.get_object(Bucket=bucket, Key="k", VersionId=version)["Body"].read() == b"old"


def test_noncurrent_versions_expire_but_for_the_newest(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    ids = [s3.put_object(Bucket=bucket, Key="k", Body=b"%d" % i)["VersionId"] for i in range(4)]
    set_rules(s3, bucket, {"NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 1}})
    assert until(lambda: versions(s3, bucket)[0] == [("k", ids[3]), ("k", ids[2])])


def test_delete_markers_that_stand_alone_expire(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for key in ("alone", "with a version"):
        version = s3.put_object(Bucket=bucket, Key=key, Body=b"x")["VersionId"]
        s3.delete_object(Bucket=bucket, Key=key)
        if key == "alone":
            s3.delete_object(Bucket=bucket, Key=key, VersionId=version)
    assert versions(s3, bucket)[1] == ["alone", "with a version"]
    set_rules(s3, bucket, {"Expiration": {"ExpiredObjectDeleteMarker": True}})
    assert until(lambda: versions(s3, bucket)[1] == ["with a version"])
    assert [k for k, _ in versions(s3, bucket)[0]] == ["with a version"]


def test_uploads_that_were_never_completed_are_aborted(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    set_rules(s3, bucket, {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}})
    assert until(lambda: not s3.list_multipart_uploads(Bucket=bucket).get("Uploads"))
    with pytest.raises(ClientError) as e:
        s3.list_parts(Bucket=bucket, Key="k", UploadId=upload)
    assert e.value.response["Error"]["Code"] == "NoSuchUpload"


def test_transitions_change_the_storage_class(s3, bucket):
    """ "Objects smaller than 128 KB will not transition to any storage class by default"; a filter of sizes overrides it."""
    s3.put_object(Bucket=bucket, Key="big", Body=b"x" * 131072)
    s3.put_object(Bucket=bucket, Key="small", Body=b"x")
    s3.put_object(Bucket=bucket, Key="sized/small", Body=b"xy")
    set_rules(s3, bucket, {"Transitions": [{"Days": 0, "StorageClass": "INTELLIGENT_TIERING"}, {"Days": 1, "StorageClass": "GLACIER_IR"}]},
              {"Filter": {"And": {"Prefix": "sized/", "ObjectSizeGreaterThan": 1}},
               "Transitions": [{"Days": 0, "StorageClass": "INTELLIGENT_TIERING"}]})
    listed = lambda: {o["Key"]: o["StorageClass"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]}  # noqa: E731
    assert until(lambda: listed() == {"big": "GLACIER_IR", "small": "STANDARD", "sized/small": "INTELLIGENT_TIERING"})
    head = s3.head_object(Bucket=bucket, Key="big")
    assert head["StorageClass"] == "GLACIER_IR"
    assert s3.get_object(Bucket=bucket, Key="big")["Body"].read() == b"x" * 131072


def test_transitions_of_noncurrent_versions(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for _ in range(2):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x" * 131072)
    set_rules(s3, bucket, {"NoncurrentVersionTransitions": [{"NoncurrentDays": 1, "StorageClass": "GLACIER_IR"}]})
    listed = lambda: [v["StorageClass"] for v in s3.list_object_versions(Bucket=bucket)["Versions"]]  # noqa: E731
    assert until(lambda: listed() == ["STANDARD", "GLACIER_IR"])


@pytest.mark.parametrize("rule, code", [
    ({"Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]}, "NotImplemented"),
    ({"NoncurrentVersionTransitions": [{"NoncurrentDays": 30, "StorageClass": "DEEP_ARCHIVE"}]}, "NotImplemented"),
    ({"Transitions": [{"Days": 29, "StorageClass": "STANDARD_IA"}]}, "InvalidArgument"),
    ({"Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}], "Expiration": {"Days": 30}}, "InvalidArgument"),
    ({"Transitions": [{"StorageClass": "STANDARD_IA"}]}, "MalformedXML"),
    ({"Transitions": [{"Days": 30, "StorageClass": "STANDARD"}]}, "MalformedXML"),
])
def test_transitions_that_are_refused(s3, bucket, rule, code):
    with pytest.raises(ClientError) as e:
        set_rules(s3, bucket, rule)
    assert e.value.response["Error"]["Code"] == code
