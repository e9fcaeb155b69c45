"""S3 as browsers and plain HTTP clients meet it: websites, CORS, host names, conditions, checksums.

What each test states is in the S3 User Guide ("Hosting a static website", "Using CORS", "Checking object integrity") and in
the API Reference.
"""

import base64
import hashlib
import urllib.error
import urllib.request
import zlib

import pytest
from botocore.exceptions import ClientError


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def ask(url, method="GET", body=None, **headers):
    request = urllib.request.Request(url, data=body, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.build_opener(NoRedirect).open(request) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as e:
        return e.code, e.read(), e.headers


def code_of(call, **more):
    with pytest.raises(ClientError) as e:
        call(**more)
    return e.value.response["Error"]["Code"], e.value.response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.fixture
def s3(client):
    return client("s3")


@pytest.fixture
def bucket(s3, unique):
    name = unique("bucket")
    s3.create_bucket(Bucket=name)
    return name


# ---- websites ----

@pytest.fixture
def visit(server, bucket):
    host = f"{bucket}.s3-website-us-east-1.amazonaws.com"
    return lambda path, method="GET": ask(server.url + path, method, Host=host)


def site(s3, bucket, *rules, **more):
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}, **more,
                                                               **({"RoutingRules": list(rules)} if rules else {})})


def test_website_that_redirects_all(s3, bucket, visit):
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"RedirectAllRequestsTo": {"HostName": "example.com", "Protocol": "https"}})
    status, _, headers = visit("/a/b%20c")
    assert (status, headers["Location"]) == (301, "https://example.com/a/b%20c")


def test_website_objects_that_redirect(server, s3, bucket, visit):
    site(s3, bucket)
    s3.put_object(Bucket=bucket, Key="moved", Body=b"here", WebsiteRedirectLocation="/new")
    s3.put_object(Bucket=bucket, Key="away", Body=b"here", WebsiteRedirectLocation="https://example.com/x")
    assert [(visit(p)[0], visit(p)[2]["Location"]) for p in ("/moved", "/away")] == [(301, "/new"), (301, "https://example.com/x")]
    got = s3.get_object(Bucket=bucket, Key="moved")
    assert (got["Body"].read(), got["WebsiteRedirectLocation"]) == (b"here", "/new")
    assert code_of(s3.put_object, Bucket=bucket, Key="k", WebsiteRedirectLocation="no")[1] == 400


def test_website_rules_of_error_codes(s3, bucket, visit):
    site(s3, bucket,
         {"Condition": {"HttpErrorCodeReturnedEquals": "404", "KeyPrefixEquals": "app/"},
          "Redirect": {"HostName": "example.com", "ReplaceKeyPrefixWith": "report-404/", "HttpRedirectCode": "302"}},
         {"Condition": {"HttpErrorCodeReturnedEquals": "404"}, "Redirect": {"ReplaceKeyWith": "none.html", "Protocol": "https"}})
    s3.put_object(Bucket=bucket, Key="app/there", Body=b"there")
    assert visit("/app/there")[:2] == (200, b"there")
    status, _, headers = visit("/app/missing")
    assert (status, headers["Location"]) == (302, "http://example.com/report-404/missing")
    status, _, headers = visit("/missing")
    assert (status, headers["Location"]) == (301, f"https://{bucket}.s3-website-us-east-1.amazonaws.com/none.html")


def test_website_errors(s3, bucket, visit):
    status, body, _ = visit("/")
    assert status == 404 and b"Code: NoSuchWebsiteConfiguration" in body
    site(s3, bucket, ErrorDocument={"Key": "e.html"})
    status, body, headers = visit("/none")
    assert status == 404 and b"Code: NoSuchKey" in body and headers["Content-Type"].startswith("text/html")
    s3.put_object(Bucket=bucket, Key="e.html", Body=b"custom", ContentType="text/html")
    assert visit("/none")[:2] == (404, b"custom")
    assert visit("/none", "HEAD")[:2] == (404, b"")
    assert visit("/index.html", "DELETE")[0] == 405


@pytest.mark.parametrize("configuration", [
    {"RoutingRules": [{"Redirect": {"HostName": "example.com"}}]},
    {"RedirectAllRequestsTo": {"HostName": "example.com"}, "IndexDocument": {"Suffix": "i"}},
    {"IndexDocument": {"Suffix": "a/b"}},
    {"IndexDocument": {"Suffix": "i"}, "RoutingRules": [{"Redirect": {"ReplaceKeyWith": "a", "ReplaceKeyPrefixWith": "b"}}]},
    {"IndexDocument": {"Suffix": "i"}, "RoutingRules": [{"Redirect": {"HostName": "h", "HttpRedirectCode": "200"}}]},
])
def test_website_configurations_that_are_refused(s3, bucket, configuration):
    assert code_of(s3.put_bucket_website, Bucket=bucket, WebsiteConfiguration=configuration)[1] == 400


# ---- CORS ----

def cors(s3, bucket, *rules):
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": list(rules)})


def test_cors_that_is_not_enabled(server, bucket):
    status, body, _ = ask(f"{server.url}/{bucket}/k", "OPTIONS", Origin="https://a.example", Access_Control_Request_Method="GET")
    assert status == 403 and b"<Code>AccessForbidden</Code>" in body and b"CORS is not enabled for this bucket" in body


def test_cors_of_a_virtual_host(server, s3, bucket):
    cors(s3, bucket, {"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"]})
    status, _, headers = ask(f"{server.url}/k", "OPTIONS", Host=f"{bucket}.s3.us-east-1.amazonaws.com", Origin="https://a.example",
                             Access_Control_Request_Method="PUT", Access_Control_Request_Headers="content-type")
    assert (status, headers["Access-Control-Allow-Headers"]) == (200, "content-type")


# ---- virtual hosts ----

def test_virtual_hosts_put_get_list_and_delete(server, s3, bucket):
    host = {"Host": f"{bucket}.s3.us-east-1.localhost:{server.port}"}
    assert ask(f"{server.url}/a/b%20c", "PUT", b"body", **host)[0] == 200
    assert ask(f"{server.url}/a/b%20c", **host)[1] == b"body"
    status, body, _ = ask(f"{server.url}/?list-type=2&prefix=a/", **host)
    assert status == 200 and b"<Key>a/b c</Key>" in body and f"<Name>{bucket}</Name>".encode() in body
    assert ask(f"{server.url}/", "HEAD", **host)[0] == 200
    assert ask(f"{server.url}/a/b%20c", "DELETE", **host)[0] == 204
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


# ---- conditional writes ----

def test_conditional_completion_of_uploads(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.put_object(Bucket=bucket, Key="k", Body=b"first")
    more = dict(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload=parts)
    assert code_of(s3.complete_multipart_upload, IfNoneMatch="*", **more) == ("PreconditionFailed", 412)
    s3.delete_object(Bucket=bucket, Key="k")
    s3.complete_multipart_upload(IfNoneMatch="*", **more)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


def test_conditional_deletes(s3, bucket):
    e_tag = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["ETag"]
    assert code_of(s3.delete_object, Bucket=bucket, Key="k", IfMatch='"other"') == ("PreconditionFailed", 412)
    s3.delete_object(Bucket=bucket, Key="k", IfMatch=e_tag)
    assert code_of(s3.head_object, Bucket=bucket, Key="k") == ("404", 404)


def test_only_one_of_many_conditional_writes_wins(s3, bucket):
    from concurrent.futures import ThreadPoolExecutor

    def put(i):
        try:
            s3.put_object(Bucket=bucket, Key="k", Body=b"%d" % i, IfNoneMatch="*")
            return i
        except ClientError as e:
            assert e.response["Error"]["Code"] in ("PreconditionFailed", "ConditionalRequestConflict")
            return None

    with ThreadPoolExecutor(8) as pool:
        winners = [i for i in pool.map(put, range(16)) if i is not None]
    assert len(winners) == 1
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"%d" % winners[0]


# ---- checksums ----

ALGORITHMS = {"CRC32": 4, "CRC32C": 4, "CRC64NVME": 8, "SHA1": 20, "SHA256": 32}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("size", [10, 50_000])
def test_wrong_checksums_in_headers(server, s3, bucket, algorithm, size):
    url, header, value = f"{server.url}/{bucket}/k", f"x-amz-checksum-{algorithm.lower()}", bytes(ALGORITHMS[algorithm])
    status, body, _ = ask(url, "PUT", b"x" * size, **{header: base64.b64encode(value).decode()})
    assert status == 400 and b"<Code>BadDigest</Code>" in body
    assert f"The {algorithm} you specified did not match the calculated checksum.".encode() in body
    status, body, _ = ask(url, "PUT", b"x" * size, **{header: base64.b64encode(value + b"x").decode()})
    assert status == 400 and b"<Code>InvalidRequest</Code>" in body
    assert f"Value for {header} header is invalid.".encode() in body
    assert code_of(s3.head_object, Bucket=bucket, Key="k") == ("404", 404)


def put_with_trailer(url, body, trailer, value, announced=None):
    chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n" + f"{trailer}:{value}\r\n\r\n".encode()
    return ask(url, "PUT", chunk, **{"Content-Encoding": "aws-chunked", "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                                     "x-amz-trailer": announced or trailer, "x-amz-decoded-content-length": str(len(body))})


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("size", [10, 50_000])
def test_wrong_checksums_in_trailers(server, s3, bucket, algorithm, size):
    url, trailer = f"{server.url}/{bucket}/k", f"x-amz-checksum-{algorithm.lower()}"
    status, body, _ = put_with_trailer(url, b"x" * size, trailer, base64.b64encode(bytes(ALGORITHMS[algorithm])).decode())
    assert status == 400 and b"<Code>BadDigest</Code>" in body, body
    status, body, _ = put_with_trailer(url, b"x" * size, trailer, "not base64")
    assert status == 400 and b"<Code>InvalidRequest</Code>" in body, body
    status, body, _ = put_with_trailer(url, b"x" * size, "x-amz-other", "AAAA", announced=trailer)
    assert status == 400 and b"<Code>MalformedTrailerError</Code>" in body, body
    assert code_of(s3.head_object, Bucket=bucket, Key="k") == ("404", 404)


def test_right_checksums_in_trailers(server, s3, bucket):
    data = b"x" * 50_000
    for algorithm, digest in (("sha256", hashlib.sha256(data).digest()), ("crc32", zlib.crc32(data).to_bytes(4, "big"))):
        text = base64.b64encode(digest).decode()
        status, body, headers = put_with_trailer(f"{server.url}/{bucket}/k", data, f"x-amz-checksum-{algorithm}", text)
        assert (status, headers[f"x-amz-checksum-{algorithm}"]) == (200, text), body
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == data


def test_two_checksums_are_refused(server, bucket):
    status, body, _ = ask(f"{server.url}/{bucket}/k", "PUT", b"x", **{"x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-crc32c": "AAAAAA=="})
    assert status == 400 and b"<Code>InvalidRequest</Code>" in body
    assert b"Expecting a single x-amz-checksum- header" in body
