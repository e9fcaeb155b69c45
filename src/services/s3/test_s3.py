"""S3 through boto3. What each test states is in the S3 API Reference and the S3 User Guide."""

import base64
import hashlib
import io
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError

MIB = 1 << 20


@pytest.fixture
def s3(client):
    return client("s3")


@pytest.fixture
def bucket(s3, unique):
    name = unique("bucket")
    s3.create_bucket(Bucket=name)
    return name


def code_of(call, **more):
    with pytest.raises(ClientError) as e:
        call(**more)
    return e.value.response["Error"]["Code"], e.value.response["ResponseMetadata"]["HTTPStatusCode"]


def read(s3, bucket, key, **more):
    return s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read()


def some_bytes(n):
    return (bytes(range(256)) * (n // 256 + 1))[:n]


def test_buckets(s3, unique):
    name = unique("bucket")
    assert code_of(s3.head_bucket, Bucket=name) == ("404", 404)
    assert s3.create_bucket(Bucket=name)["Location"] == "/" + name
    s3.create_bucket(Bucket=name)  # in us-east-1 no error for its owner
    assert s3.head_bucket(Bucket=name)["BucketRegion"] == "us-east-1"
    assert name in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    s3.put_object(Bucket=name, Key="a", Body=b"x")
    assert code_of(s3.delete_bucket, Bucket=name) == ("BucketNotEmpty", 409)
    s3.delete_object(Bucket=name, Key="a")
    s3.delete_bucket(Bucket=name)
    assert code_of(s3.delete_bucket, Bucket=name) == ("NoSuchBucket", 404)


def test_bucket_of_another_region_and_account(client, unique):
    name = unique("bucket")
    eu = client("s3", region="eu-west-1")
    assert code_of(eu.create_bucket, Bucket=name) == ("IllegalLocationConstraintException", 400)
    eu.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert eu.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"
    assert code_of(eu.create_bucket, Bucket=name,
                   CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}) == ("BucketAlreadyOwnedByYou", 409)
    other = client("s3", key="000000000002")
    assert code_of(other.create_bucket, Bucket=name) == ("BucketAlreadyExists", 409)


@pytest.mark.parametrize("name", ["ab", "Upper-case", "with_underscore", "192.168.5.4", "two..dots", "xn--a-name", "a-s3alias"])
def test_bucket_names(s3, name):
    s3.meta.events.unregister("before-parameter-build.s3", __import__("botocore.handlers").handlers.validate_bucket_name)
    assert code_of(s3.create_bucket, Bucket=name)[0] == "InvalidBucketName"


@pytest.mark.parametrize("size", [0, 1, 16 * 1024, 16 * 1024 + 1, 3 * MIB])
def test_object_roundtrip(s3, bucket, size):
    body = some_bytes(size)
    put = s3.put_object(Bucket=bucket, Key="dir/a b+c%ü", Body=body, ContentType="text/x", Metadata={"Name": "value"},
                        CacheControl="max-age=1", ContentDisposition="inline", ContentLanguage="de", ContentEncoding="br")
    assert put["ETag"] == '"%s"' % hashlib.md5(body).hexdigest()
    got = s3.get_object(Bucket=bucket, Key="dir/a b+c%ü")
    assert got["Body"].read() == body
    assert (got["ContentType"], got["Metadata"], got["CacheControl"]) == ("text/x", {"name": "value"}, "max-age=1")
    assert (got["ContentDisposition"], got["ContentLanguage"], got["ContentEncoding"]) == ("inline", "de", "br")
    head = s3.head_object(Bucket=bucket, Key="dir/a b+c%ü")
    assert (head["ContentLength"], head["ETag"], head["AcceptRanges"]) == (size, put["ETag"], "bytes")


def test_overwriting_and_deleting(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=some_bytes(MIB))
    s3.put_object(Bucket=bucket, Key="k", Body=b"second")
    assert read(s3, bucket, "k") == b"second"
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_object(Bucket=bucket, Key="k")  # no error: it is not there
    assert code_of(s3.get_object, Bucket=bucket, Key="k") == ("NoSuchKey", 404)
    assert code_of(s3.head_object, Bucket=bucket, Key="k") == ("404", 404)


@pytest.mark.parametrize("size", [1000, 100_000])
def test_ranges(s3, bucket, size):
    body = some_bytes(size)
    s3.put_object(Bucket=bucket, Key="k", Body=body)
    got = s3.get_object(Bucket=bucket, Key="k", Range="bytes=10-19")
    assert (got["Body"].read(), got["ContentRange"]) == (body[10:20], f"bytes 10-19/{size}")
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert read(s3, bucket, "k", Range="bytes=-5") == body[-5:]
    assert read(s3, bucket, "k", Range="bytes=990-") == body[990:]
    assert read(s3, bucket, "k", Range="bytes=5-1000000") == body[5:]
    assert read(s3, bucket, "k", Range="nonsense") == body
    assert code_of(s3.get_object, Bucket=bucket, Key="k", Range=f"bytes={size}-") == ("InvalidRange", 416)


def test_response_overrides(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    got = s3.get_object(Bucket=bucket, Key="k", ResponseContentType="a/b", ResponseContentDisposition="attachment")
    assert (got["ContentType"], got["ContentDisposition"]) == ("a/b", "attachment")


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_checksums(s3, bucket, algorithm):
    body = b"hello world"
    put = s3.put_object(Bucket=bucket, Key="k", Body=body, ChecksumAlgorithm=algorithm)
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got["Body"].read() == body
    assert got["Checksum" + algorithm] == put["Checksum" + algorithm]
    if algorithm == "SHA256":
        assert got["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(body).digest()).decode()


@pytest.mark.parametrize("more", [{"ContentMD5": base64.b64encode(hashlib.md5(b"other").digest()).decode()},
                                  {"ChecksumCRC32": "AAAAAA=="}, {"ChecksumSHA256": base64.b64encode(bytes(32)).decode()},
                                  {"ChecksumCRC32C": "AAAAAA=="}, {"ChecksumCRC64NVME": "AAAAAAAAAAA="}])
@pytest.mark.parametrize("size", [10, 50_000])
def test_wrong_checksums_store_nothing(s3, bucket, more, size):
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=some_bytes(size), **more) == ("BadDigest", 400)
    assert code_of(s3.head_object, Bucket=bucket, Key="k") == ("404", 404)


def test_known_crcs(s3, bucket):
    """The check values of the CRC catalogues: of the text 123456789."""
    crcs = {"ChecksumCRC32": 0xCBF43926, "ChecksumCRC32C": 0xE3069283, "ChecksumCRC64NVME": 0xAE8B14860A799888}
    for name, crc in crcs.items():
        value = base64.b64encode(crc.to_bytes(8 if "64" in name else 4, "big")).decode()
        assert s3.put_object(Bucket=bucket, Key="k", Body=b"123456789", **{name: value})[name] == value


def test_conditional_reads(s3, bucket):
    e_tag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    modified = s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    assert read(s3, bucket, "k", IfMatch=e_tag) == b"x"
    assert code_of(s3.get_object, Bucket=bucket, Key="k", IfMatch='"no"') == ("PreconditionFailed", 412)
    assert code_of(s3.get_object, Bucket=bucket, Key="k", IfNoneMatch=e_tag) == ("304", 304)
    assert code_of(s3.get_object, Bucket=bucket, Key="k", IfModifiedSince=modified) == ("304", 304)
    assert read(s3, bucket, "k", IfUnmodifiedSince=modified) == b"x"


def test_conditional_writes(s3, bucket):
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"1", IfNoneMatch="*")["ETag"]
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"2", IfNoneMatch="*") == ("PreconditionFailed", 412)
    s3.put_object(Bucket=bucket, Key="k", Body=b"2", IfMatch=first)
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"3", IfMatch=first) == ("PreconditionFailed", 412)
    assert code_of(s3.put_object, Bucket=bucket, Key="new", Body=b"3", IfMatch=first) == ("NoSuchKey", 404)


def test_limits(s3, bucket):
    assert code_of(s3.put_object, Bucket=bucket, Key="k" * 1025, Body=b"")[0] == "KeyTooLongError"
    s3.put_object(Bucket=bucket, Key="k" * 1024, Body=b"")
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"", Metadata={"a": "x" * 2048})[0] == "MetadataTooLarge"


def test_listing(s3, bucket):
    keys = ["a", "dir/1", "dir/2", "dir/sub/3", "e f", "z"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == keys
    page = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [o["Key"] for o in page["Contents"]] == ["a", "e f", "z"]
    assert [p["Prefix"] for p in page["CommonPrefixes"]] == ["dir/"]
    assert page["KeyCount"] == 4
    page = s3.list_objects_v2(Bucket=bucket, Prefix="dir/", Delimiter="/")
    assert [o["Key"] for o in page["Contents"]] == ["dir/1", "dir/2"]
    assert [p["Prefix"] for p in page["CommonPrefixes"]] == ["dir/sub/"]
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket, StartAfter="dir/2")["Contents"]] == ["dir/sub/3", "e f", "z"]
    assert s3.list_objects_v2(Bucket=bucket, Prefix="none")["KeyCount"] == 0


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("operation", ["list_objects_v2", "list_objects"])
def test_listing_in_pages(s3, bucket, size, operation):
    keys = ["a", "dir/1", "dir/2", "e", "f/x", "g"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    pages = list(s3.get_paginator(operation).paginate(Bucket=bucket, PaginationConfig={"PageSize": size}))
    assert [o["Key"] for p in pages for o in p.get("Contents", [])] == keys
    pages = list(s3.get_paginator(operation).paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size}))
    assert [o["Key"] for p in pages for o in p.get("Contents", [])] == ["a", "e", "g"]
    assert [o["Prefix"] for p in pages for o in p.get("CommonPrefixes", [])] == ["dir/", "f/"]


def test_delete_objects(s3, bucket):
    for key in ("a", "b", "c"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    out = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "b"}, {"Key": "none"}]})
    assert [d["Key"] for d in out["Deleted"]] == ["a", "b", "none"]
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["c"]
    out = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "c"}], "Quiet": True})
    assert "Deleted" not in out


def test_multipart(s3, bucket):
    parts = [some_bytes(5 * MIB), some_bytes(6 * MIB), b"the end"]
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ContentType="a/b", Metadata={"m": "1"})["UploadId"]
    tags = [s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=i + 1, Body=p)["ETag"]
            for i, p in enumerate(parts)]
    listed = s3.list_parts(Bucket=bucket, Key="k", UploadId=upload)["Parts"]
    assert [(p["PartNumber"], p["Size"], p["ETag"]) for p in listed] == [(i + 1, len(p), tags[i]) for i, p in enumerate(parts)]
    assert [u["UploadId"] for u in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload]
    done = s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": i + 1, "ETag": t} for i, t in enumerate(tags)]})
    md5 = hashlib.md5(b"".join(hashlib.md5(p).digest() for p in parts)).hexdigest()
    assert done["ETag"] == f'"{md5}-3"'
    whole = b"".join(parts)
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == whole
    assert (got["ContentType"], got["Metadata"]) == ("a/b", {"m": "1"})
    edge = 5 * MIB
    assert read(s3, bucket, "k", Range=f"bytes={edge - 3}-{edge + 3}") == whole[edge - 3:edge + 4]
    third = s3.get_object(Bucket=bucket, Key="k", PartNumber=3)
    assert (third["Body"].read(), third["PartsCount"]) == (b"the end", 3)
    attributes = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["ETag", "ObjectSize", "ObjectParts"])
    assert (attributes["ObjectSize"], attributes["ObjectParts"]["TotalPartsCount"]) == (len(whole), 3)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_multipart_refusals(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    tag = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"small")["ETag"]
    s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=2, Body=b"small")

    def complete(*parts):
        return s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={
            "Parts": [{"PartNumber": n, "ETag": t} for n, t in parts]})

    assert code_of(lambda: complete((1, tag), (2, tag))) == ("EntityTooSmall", 400)
    assert code_of(lambda: complete((2, tag), (1, tag))) == ("InvalidPartOrder", 400)
    assert code_of(lambda: complete((1, '"no"'))) == ("InvalidPart", 400)
    assert code_of(s3.upload_part, Bucket=bucket, Key="k", UploadId=upload, PartNumber=10001, Body=b"")[0] == "InvalidArgument"
    s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload)
    assert code_of(s3.abort_multipart_upload, Bucket=bucket, Key="k", UploadId=upload) == ("NoSuchUpload", 404)
    assert code_of(lambda: complete((1, tag))) == ("NoSuchUpload", 404)


def test_upload_file(s3, bucket, tmp_path):
    """boto3's own transfers: parts in parallel, with the checksums that it adds by default."""
    body = some_bytes(21 * MIB + 5)
    (tmp_path / "f").write_bytes(body)
    s3.upload_file(str(tmp_path / "f"), bucket, "k")
    s3.download_file(bucket, "k", str(tmp_path / "g"))
    assert (tmp_path / "g").read_bytes() == body


def test_full_object_checksum(s3, bucket):
    import zlib
    parts = [some_bytes(5 * MIB), b"more"]
    up = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")["UploadId"]
    done = [s3.upload_part(Bucket=bucket, Key="k", UploadId=up, PartNumber=i + 1, Body=p, ChecksumAlgorithm="CRC32")
            for i, p in enumerate(parts)]
    out = s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=up, ChecksumType="FULL_OBJECT", MultipartUpload={
        "Parts": [{"PartNumber": i + 1, "ETag": d["ETag"], "ChecksumCRC32": d["ChecksumCRC32"]} for i, d in enumerate(done)]})
    assert out["ChecksumCRC32"] == base64.b64encode(zlib.crc32(b"".join(parts)).to_bytes(4, "big")).decode()


def test_copy(s3, bucket):
    s3.put_object(Bucket=bucket, Key="from ü", Body=some_bytes(100_000), Metadata={"a": "1"}, Tagging="t=1", ContentType="x/y")
    source = {"Bucket": bucket, "Key": "from ü"}
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source)
    s3.delete_object(Bucket=bucket, Key="from ü")
    got = s3.get_object(Bucket=bucket, Key="to")
    assert (got["Body"].read(), got["Metadata"], got["ContentType"]) == (some_bytes(100_000), {"a": "1"}, "x/y")
    assert s3.get_object_tagging(Bucket=bucket, Key="to")["TagSet"] == [{"Key": "t", "Value": "1"}]
    assert code_of(s3.copy_object, Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "to"})[0] == "InvalidRequest"
    s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "to"}, MetadataDirective="REPLACE",
                   Metadata={"b": "2"}, TaggingDirective="REPLACE", Tagging="u=2")
    assert s3.head_object(Bucket=bucket, Key="to")["Metadata"] == {"b": "2"}
    assert s3.get_object_tagging(Bucket=bucket, Key="to")["TagSet"] == [{"Key": "u", "Value": "2"}]
    out = s3.copy_object(Bucket=bucket, Key="sha", CopySource={"Bucket": bucket, "Key": "to"}, ChecksumAlgorithm="SHA256")
    assert out["CopyObjectResult"]["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(some_bytes(100_000)).digest()).decode()


def test_upload_part_copy(s3, bucket):
    s3.put_object(Bucket=bucket, Key="src", Body=some_bytes(6 * MIB))
    up = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    one = s3.upload_part_copy(Bucket=bucket, Key="k", UploadId=up, PartNumber=1, CopySource={"Bucket": bucket, "Key": "src"})
    two = s3.upload_part_copy(Bucket=bucket, Key="k", UploadId=up, PartNumber=2, CopySource={"Bucket": bucket, "Key": "src"},
                              CopySourceRange="bytes=10-19")
    s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=up, MultipartUpload={"Parts": [
        {"PartNumber": i + 1, "ETag": p["CopyPartResult"]["ETag"]} for i, p in enumerate((one, two))]})
    assert read(s3, bucket, "k") == some_bytes(6 * MIB) + some_bytes(20)[10:]


def test_versions(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"null")
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    one = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    two = s3.put_object(Bucket=bucket, Key="k", Body=b"2")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"] is True
    assert code_of(s3.get_object, Bucket=bucket, Key="k") == ("NoSuchKey", 404)
    assert code_of(s3.get_object, Bucket=bucket, Key="k", VersionId=marker["VersionId"]) == ("MethodNotAllowed", 405)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    assert [read(s3, bucket, "k", VersionId=v) for v in (one, two, "null")] == [b"1", b"2", b"null"]
    listed = s3.list_object_versions(Bucket=bucket)
    assert [(v["VersionId"], v["IsLatest"]) for v in listed["Versions"]] == [(two, False), (one, False), ("null", False)]
    assert [(v["VersionId"], v["IsLatest"]) for v in listed["DeleteMarkers"]] == [(marker["VersionId"], True)]
    s3.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    assert read(s3, bucket, "k") == b"2"
    s3.delete_object(Bucket=bucket, Key="k", VersionId=two)
    assert read(s3, bucket, "k") == b"1"
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(Bucket=bucket, Key="k", Body=b"again null")
    listed = s3.list_object_versions(Bucket=bucket)["Versions"]
    assert [v["VersionId"] for v in listed] == ["null", one]
    assert code_of(s3.get_object, Bucket=bucket, Key="k", VersionId=two) == ("NoSuchVersion", 404)
    assert code_of(s3.delete_bucket, Bucket=bucket) == ("BucketNotEmpty", 409)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_versions_in_pages(s3, bucket, size):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    made = []
    for key in ("a", "d/b", "d/c", "e"):
        ids = [s3.put_object(Bucket=bucket, Key=key, Body=b"x")["VersionId"] for _ in range(3)]
        made += [(key, i) for i in reversed(ids)]
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": size})
    assert [(v["Key"], v["VersionId"]) for p in pages for v in p.get("Versions", [])] == made
    pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size}))
    assert [p["Prefix"] for page in pages for p in page.get("CommonPrefixes", [])] == ["d/"]
    assert len([v for page in pages for v in page.get("Versions", [])]) == 6


def test_object_tags(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="a=1&b=2%20c")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2 c"}]
    assert s3.get_object(Bucket=bucket, Key="k")["TagCount"] == 2
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "x", "Value": ""}]})
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "x", "Value": ""}]
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    many = {"TagSet": [{"Key": str(i), "Value": ""} for i in range(11)]}
    assert code_of(s3.put_object_tagging, Bucket=bucket, Key="k", Tagging=many)[1] == 400


CONFIGS = {
    "bucket_tagging": ("Tagging", {"TagSet": [{"Key": "a", "Value": "b"}]}, "NoSuchTagSet"),
    "bucket_cors": ("CORSConfiguration", {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 5}]},
                    "NoSuchCORSConfiguration"),
    "bucket_website": ("WebsiteConfiguration", {"IndexDocument": {"Suffix": "i.html"}, "ErrorDocument": {"Key": "e.html"}},
                       "NoSuchWebsiteConfiguration"),
    "public_access_block": ("PublicAccessBlockConfiguration", {"BlockPublicAcls": True, "IgnorePublicAcls": True,
                                                               "BlockPublicPolicy": False, "RestrictPublicBuckets": False},
                            "NoSuchPublicAccessBlockConfiguration"),
    "bucket_ownership_controls": ("OwnershipControls", {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
                                  "OwnershipControlsNotFoundError"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_bucket_configurations(s3, bucket, name):
    member, value, error = CONFIGS[name]
    get, put, delete = (getattr(s3, f"{verb}_{name}") for verb in ("get", "put", "delete"))
    assert code_of(get, Bucket=bucket) == (error, 404)
    put(Bucket=bucket, **{member: value})
    got = get(Bucket=bucket)
    got.pop("ResponseMetadata")
    assert got.get(member, got) == value
    delete(Bucket=bucket)
    assert code_of(get, Bucket=bucket) == (error, 404)


def test_lifecycle_configuration(s3, bucket):
    rules = [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 3}},
             {"ID": "s", "Status": "Disabled", "Filter": {"And": {"Prefix": "x", "Tags": [{"Key": "a", "Value": "b"}]}},
              "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2}}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == rules
    s3.delete_bucket_lifecycle(Bucket=bucket)
    assert code_of(s3.get_bucket_lifecycle_configuration, Bucket=bucket) == ("NoSuchLifecycleConfiguration", 404)


def test_policy(s3, bucket):
    policy = ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",'
              '"Resource":"arn:aws:s3:::%s/*"}]}' % bucket)
    assert code_of(s3.get_bucket_policy, Bucket=bucket) == ("NoSuchBucketPolicy", 404)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True
    s3.delete_bucket_policy(Bucket=bucket)
    assert code_of(s3.put_bucket_policy, Bucket=bucket, Policy="{}") == ("MalformedPolicy", 400)


def test_acl_and_encryption(s3, bucket):
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"][0]["Permission"] == "FULL_CONTROL"
    assert code_of(s3.put_bucket_acl, Bucket=bucket, ACL="public-read") == ("AccessControlListNotSupported", 400)
    assert code_of(s3.put_object, Bucket=bucket, Key="k", ACL="public-read") == ("AccessControlListNotSupported", 400)
    s3.put_object(Bucket=bucket, Key="k", ACL="bucket-owner-full-control")
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_presigned(s3, bucket):
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a b"})
    urllib.request.urlopen(urllib.request.Request(url, data=b"by URL", method="PUT")).read()
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b", "ResponseContentType": "x/y"})
    with urllib.request.urlopen(url) as answer:
        assert (answer.read(), answer.headers["Content-Type"]) == (b"by URL", "x/y")


def test_host_names(server, s3, bucket):
    s3.put_object(Bucket=bucket, Key="a/b", Body=b"x")
    for host in ("s3.localhost", "s3.us-east-1.localhost", "s3.amazonaws.com", "s3.eu-west-1.amazonaws.com",
                 "s3.localhost.localstack.cloud"):
        request = urllib.request.Request(f"{server.url}/a/b", headers={"Host": f"{bucket}.{host}:4566"})
        assert urllib.request.urlopen(request).read() == b"x", host
        request = urllib.request.Request(f"{server.url}/{bucket}/a/b", headers={"Host": f"{host}:4566"})
        assert urllib.request.urlopen(request).read() == b"x", host


def test_anonymous_path(server, s3, bucket, client):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert urllib.request.urlopen(f"{server.url}/{bucket}/k").read() == b"x"
    with pytest.raises(urllib.error.HTTPError) as e:
        urllib.request.urlopen(f"{server.url}/{bucket}/none")
    assert b"<Code>NoSuchKey</Code>" in e.value.read()


def test_unserved_subresources_are_refused(server, s3, bucket):
    for path in (f"/{bucket}?replication", f"/{bucket}?inventory", f"/{bucket}?object-lock"):
        with pytest.raises(urllib.error.HTTPError) as e:
            urllib.request.urlopen(server.url + path)
        assert e.value.code == 501


def test_bad_xml(server, s3, bucket):
    for body in (b"<Delete", b"<Delete></Delete>", b"", b"<!DOCTYPE a [<!ENTITY b 'c'>]><Delete/>"):
        with pytest.raises(urllib.error.HTTPError) as e:
            urllib.request.urlopen(urllib.request.Request(f"{server.url}/{bucket}?delete", data=body, method="POST",
                                                          headers={"Content-Type": "application/xml"}))
        assert (e.value.code, b"<Code>MalformedXML</Code>" in e.value.read()) == (400, True)


def test_website(server, s3, bucket):
    for key, body in (("index.html", b"home"), ("docs/index.html", b"docs"), ("e.html", b"error"), ("big", some_bytes(MIB))):
        s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="text/html")
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={
        "IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "e.html"},
        "RoutingRules": [{"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "docs/"}}]})

    def get(path):
        request = urllib.request.Request(server.url + path, headers={"Host": f"{bucket}.s3-website-us-east-1.amazonaws.com"})
        try:
            with urllib.request.build_opener(NoRedirect).open(request) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as e:
            return e.code, e.read(), e.headers

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args):
            return None

    assert get("/")[:2] == (200, b"home")
    assert get("/big")[:2] == (200, some_bytes(MIB))
    assert get("/docs/")[:2] == (200, b"docs")
    status, _, headers = get("/docs")
    assert (status, headers["Location"]) == (302, "/docs/")
    assert get("/none")[:2] == (404, b"error")
    status, _, headers = get("/old/x")
    assert status == 301 and headers["Location"].endswith("/docs/x")
    assert urllib.request.urlopen(f"{server.url}/_aws/s3-website/{bucket}/docs/").read() == b"docs"


def test_preflight(server, s3, bucket):
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [
        {"AllowedMethods": ["PUT"], "AllowedOrigins": ["http://*.example.com"], "AllowedHeaders": ["x-*"], "MaxAgeSeconds": 9}]})

    def ask(origin, method, headers="x-a"):
        return urllib.request.urlopen(urllib.request.Request(f"{server.url}/{bucket}/k", method="OPTIONS", headers={
            "Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}))

    answer = ask("http://www.example.com", "PUT")
    assert answer.headers["Access-Control-Allow-Origin"] == "http://www.example.com"
    assert (answer.headers["Access-Control-Allow-Methods"], answer.headers["Access-Control-Max-Age"]) == ("PUT", "9")
    for origin, method, headers in (("http://other.org", "PUT", "x-a"), ("http://www.example.com", "GET", "x-a"),
                                    ("http://www.example.com", "PUT", "y")):
        with pytest.raises(urllib.error.HTTPError) as e:
            ask(origin, method, headers)
        assert e.value.code == 403


# ---- code of functions ----

@pytest.mark.parametrize("size", [10, 100_000])
def test_lambda_code_from_a_bucket(s3, bucket, client, unique, zip_of, size):
    import os
    archive = zip_of({"index.py": "def handler(event, context):\n    return 1\n", "pad": os.urandom(size).hex()})
    s3.put_object(Bucket=bucket, Key="code.zip", Body=archive)
    functions = client("lambda")
    made = functions.create_function(FunctionName=unique("f"), Runtime="python3.11", Handler="index.handler",
                                     Role="arn:aws:iam::000000000000:role/r", Code={"S3Bucket": bucket, "S3Key": "code.zip"})
    assert made["CodeSize"] == len(archive)
    assert made["CodeSha256"] == base64.b64encode(hashlib.sha256(archive).digest()).decode()
    with pytest.raises(ClientError) as e:
        functions.update_function_code(FunctionName=made["FunctionName"], S3Bucket=bucket, S3Key="none")
    assert "S3 Error Code: NoSuchKey" in str(e.value)
