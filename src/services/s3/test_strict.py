"""S3 on a server that demands signatures: who may do what, and HTML forms with their policies."""

import base64
import hashlib
import json
import re
import time
import urllib.error
import urllib.request

import pytest
import requests
from botocore import UNSIGNED
from botocore.exceptions import ClientError

import samovar


def code_of(call, **more):
    with pytest.raises(ClientError) as e:
        call(**more)
    return e.value.response["Error"]["Code"], e.value.response["ResponseMetadata"]["HTTPStatusCode"]


def read(s3, bucket, key, **more):
    return s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read()


def some_bytes(n):
    return (bytes(range(256)) * (n // 256 + 1))[:n]


@pytest.fixture(scope="module")
def strict():
    with samovar.Server("--auth", "strict") as s:
        yield s, s.root_key()


def policy_of(bucket, principal, action, resource, effect="Allow"):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Principal": principal, "Action": action,
                                                               "Resource": f"arn:aws:s3:::{bucket}{resource}"}]})


def test_strict_signatures(strict, client_of):
    server, key = strict
    s3 = client_of(server, "s3", **key)
    s3.create_bucket(Bucket="signed")
    s3.put_object(Bucket="signed", Key="a b/c+d", Body=some_bytes(200_000))
    assert read(s3, "signed", "a b/c+d") == some_bytes(200_000)
    wrong = client_of(server, "s3", key=key["key"], secret="no")
    assert code_of(wrong.put_object, Bucket="signed", Key="k", Body=b"x") == ("SignatureDoesNotMatch", 403)
    s3 = client_of(server, "s3", signature_version="s3v4", **key)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "signed", "Key": "a b/c+d"})
    assert urllib.request.urlopen(url).read() == some_bytes(200_000)
    with pytest.raises(urllib.error.HTTPError) as e:
        urllib.request.urlopen(url.replace("a%20b", "a%20c"))
    assert e.value.code == 403


def test_strict_body_must_be_what_was_signed(strict, client_of):
    """A body that streams is hashed as it comes: another than was signed stores nothing."""
    server, key = strict
    s3 = client_of(server, "s3", **key)
    s3.create_bucket(Bucket="changed")

    for size in (10, 100_000):
        def change(request, **_):
            request.body = b"y" * size

        s3.meta.events.register("before-send.s3.PutObject", change, unique_id="change")
        assert code_of(s3.put_object, Bucket="changed", Key="k", Body=b"x" * size) in (
            ("XAmzContentSHA256Mismatch", 400), ("BadDigest", 400))
        s3.meta.events.unregister("before-send.s3.PutObject", unique_id="change")
        assert code_of(s3.head_object, Bucket="changed", Key="k") == ("404", 404)


def test_strict_strangers_need_the_buckets_policy(strict, client_of):
    server, key = strict
    s3 = client_of(server, "s3", **key)
    s3.create_bucket(Bucket="open-one")
    s3.put_object(Bucket="open-one", Key="k", Body=b"x")
    url = f"{server.url}/open-one/k"
    with pytest.raises(urllib.error.HTTPError) as e:
        urllib.request.urlopen(url)
    assert (e.value.code, b"<Code>AccessDenied</Code>" in e.value.read()) == (403, True)
    s3.put_bucket_policy(Bucket="open-one", Policy=policy_of("open-one", "*", "s3:GetObject", "/*"))
    assert urllib.request.urlopen(url).read() == b"x"
    with pytest.raises(urllib.error.HTTPError) as e:
        urllib.request.urlopen(urllib.request.Request(url, data=b"y", method="PUT"))
    assert e.value.code == 403
    s3.put_public_access_block(Bucket="open-one", PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
    with pytest.raises(urllib.error.HTTPError) as e:
        urllib.request.urlopen(url)
    assert e.value.code == 403
    assert read(s3, "open-one", "k") == b"x"
    s3.delete_public_access_block(Bucket="open-one")
    assert urllib.request.urlopen(url).read() == b"x"


def test_strict_strangers_are_of_no_account(strict, client_of, unique):
    """aws:PrincipalAccount: "Anonymous requests do not include this key"."""
    server, key = strict
    s3, name = client_of(server, "s3", **key), unique("accounts")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=b"x")
    policy = json.loads(policy_of(name, "*", "s3:GetObject", "/*"))
    for condition, status in (({"StringEquals": {"aws:PrincipalAccount": "000000000000"}}, 403),
                              ({"StringEquals": {"aws:PrincipalType": "Anonymous"}}, 200)):
        policy["Statement"][0]["Condition"] = condition
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
        assert requests.get(f"{server.url}/{name}/k").status_code == status


def test_strict_websites_show_what_is_public(strict, client_of, unique):
    server, key = strict
    s3, name = client_of(server, "s3", **key), unique("site")
    s3.create_bucket(Bucket=name)
    for k in ("index.html", "private", "e.html"):
        s3.put_object(Bucket=name, Key=k, Body=k.encode())
    s3.put_bucket_website(Bucket=name, WebsiteConfiguration={
        "IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "e.html"}})

    def get(path):
        answer = requests.get(server.url + path, headers={"Host": f"{name}.s3-website-us-east-1.amazonaws.com"})
        return answer.status_code, answer.content

    assert get("/")[0] == 403
    s3.put_bucket_policy(Bucket=name, Policy=policy_of(name, "*", "s3:GetObject", "/*.html"))
    assert get("/") == (200, b"index.html")
    assert get("/private") == (403, b"e.html")
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
    assert get("/")[0] == 403


def test_strict_users(strict, client_of):
    server, key = strict
    s3, iam = client_of(server, "s3", **key), client_of(server, "iam", **key)
    s3.create_bucket(Bucket="users-one")
    s3.put_object(Bucket="users-one", Key="k", Body=b"x")
    iam.create_user(UserName="u")
    made = iam.create_access_key(UserName="u")["AccessKey"]
    user = client_of(server, "s3", key=made["AccessKeyId"], secret=made["SecretAccessKey"])
    assert code_of(user.get_object, Bucket="users-one", Key="k") == ("AccessDenied", 403)
    arn = "arn:aws:iam::000000000000:user/u"
    s3.put_bucket_policy(Bucket="users-one", Policy=policy_of("users-one", {"AWS": arn}, "s3:GetObject", "/*"))
    assert read(user, "users-one", "k") == b"x"
    assert code_of(user.put_object, Bucket="users-one", Key="k", Body=b"y") == ("AccessDenied", 403)


@pytest.fixture
def user(strict, client_of, unique):
    """A client of a user without any permission, and what gives it one: allow(action, resource, ...)."""
    server, key = strict
    iam, name = client_of(server, "iam", **key), unique("user")
    iam.create_user(UserName=name)
    made = iam.create_access_key(UserName=name)["AccessKey"]

    def allow(*pairs, deny=()):
        rows = [("Allow", *p) for p in pairs] + [("Deny", *p) for p in deny]
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": effect, "Action": action, "Resource": "arn:aws:s3:::" + resource} for effect, action, resource in rows]}))

    return client_of(server, "s3", key=made["AccessKeyId"], secret=made["SecretAccessKey"]), allow


def test_strict_copies_need_the_source(strict, client_of, user, unique):
    """CopyObject, "Permissions": s3:GetObject on the source; s3:GetObjectVersion when it names a version."""
    server, key = strict
    s3, (client, allow), name = client_of(server, "s3", **key), user, unique("copies")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=name, Key="from/k", Body=b"secret")["VersionId"]
    write, copy = ("s3:PutObject", name + "/to/*"), {"Bucket": name, "Key": "to/k"}
    allow(write)
    upload = client.create_multipart_upload(**copy)["UploadId"]
    part = {**copy, "UploadId": upload, "PartNumber": 1}
    source, old = f"{name}/from/k", f"{name}/from/k?versionId={version}"
    for s in (source, old):
        assert code_of(client.copy_object, CopySource=s, **copy) == ("AccessDenied", 403)
        assert code_of(client.upload_part_copy, CopySource=s, **part) == ("AccessDenied", 403)
    allow(write, ("s3:GetObject", name + "/from/*"))
    client.copy_object(CopySource=source, **copy)
    client.upload_part_copy(CopySource=source, **part)
    assert code_of(client.copy_object, CopySource=old, **copy) == ("AccessDenied", 403)
    assert code_of(client.upload_part_copy, CopySource=old, **part) == ("AccessDenied", 403)
    allow(write, ("s3:GetObjectVersion", name + "/from/*"))
    client.copy_object(CopySource=old, **copy)
    client.upload_part_copy(CopySource=old, **part)
    assert code_of(client.copy_object, CopySource=source, **copy) == ("AccessDenied", 403)


def test_strict_tags_and_attributes_are_actions_of_their_own(strict, client_of, user, unique):
    """PutObject, CreateMultipartUpload, CopyObject, GetObjectAttributes: "Permissions" of each."""
    server, key = strict
    s3, (client, allow), name = client_of(server, "s3", **key), user, unique("tags")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="tagged", Body=b"x", Tagging="a=1")
    s3.put_object(Bucket=name, Key="plain", Body=b"x")
    both, tags = [("s3:GetObject", name + "/*"), ("s3:PutObject", name + "/*")], ("s3:PutObjectTagging", name + "/*")
    to = {"Bucket": name, "Key": "new"}
    allow(*both)
    client.put_object(Body=b"x", **to)
    assert code_of(client.put_object, Body=b"x", Tagging="a=1", **to) == ("AccessDenied", 403)
    assert code_of(client.put_object, Body=b"x", ACL="private", **to) == ("AccessDenied", 403)
    assert code_of(client.create_multipart_upload, Tagging="a=1", **to) == ("AccessDenied", 403)
    assert code_of(client.get_object_attributes, Bucket=name, Key="plain", ObjectAttributes=["ETag"]) == ("AccessDenied", 403)
    client.copy_object(CopySource=f"{name}/plain", **to)
    assert code_of(client.copy_object, CopySource=f"{name}/tagged", **to) == ("AccessDenied", 403)
    client.copy_object(CopySource=f"{name}/tagged", TaggingDirective="REPLACE", **to)
    allow(*both, tags)
    client.put_object(Body=b"x", Tagging="a=1", **to)
    assert code_of(client.copy_object, CopySource=f"{name}/tagged", **to) == ("AccessDenied", 403)
    allow(*both, tags, ("s3:GetObjectTagging", name + "/*"), ("s3:GetObjectAttributes", name + "/*"))
    client.copy_object(CopySource=f"{name}/tagged", **to)
    assert s3.get_object_tagging(**to)["TagSet"] == [{"Key": "a", "Value": "1"}]
    client.get_object_attributes(Bucket=name, Key="plain", ObjectAttributes=["ETag"])


def test_strict_versions_are_actions_of_their_own(strict, client_of, user, unique):
    server, key = strict
    s3, (client, allow), name = client_of(server, "s3", **key), user, unique("versions")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=name, Key="k", Body=b"x")["VersionId"]
    which = {"Bucket": name, "Key": "k", "VersionId": version}
    allow(("s3:GetObject", name + "/*"), ("s3:DeleteObject", name + "/*"), ("s3:GetObjectTagging", name + "/*"))
    assert read(client, name, "k") == b"x"
    client.get_object_tagging(Bucket=name, Key="k")
    for call in (client.get_object, client.delete_object, client.get_object_tagging):
        assert code_of(call, **which) == ("AccessDenied", 403)
    assert code_of(client.head_object, **which) == ("403", 403)
    allow(("s3:GetObjectVersion", name + "/*"), ("s3:DeleteObjectVersion", name + "/*"))
    assert client.get_object(**which)["Body"].read() == b"x"
    assert code_of(client.get_object, Bucket=name, Key="k") == ("AccessDenied", 403)
    assert code_of(client.delete_object, Bucket=name, Key="k") == ("AccessDenied", 403)
    client.delete_object(**which)
    assert code_of(s3.get_object, **which) == ("NoSuchVersion", 404)


def test_strict_batches_are_authorised_by_key(strict, client_of, user, unique):
    """DeleteObjects answers the keys that may not be deleted as errors, and deletes the others."""
    server, key = strict
    s3, (client, allow), name = client_of(server, "s3", **key), user, unique("batches")
    s3.create_bucket(Bucket=name)
    for k in ("mine/a", "mine/b", "mine/kept", "other/c"):
        s3.put_object(Bucket=name, Key=k, Body=b"x")
    keys = [{"Key": k} for k in ("mine/a", "other/c", "mine/kept", "mine/b")] + [{"Key": "mine/a", "VersionId": "null"}]
    allow(("s3:DeleteObject", name + "/mine/*"), deny=[("s3:DeleteObject", name + "/mine/kept")])
    answer = client.delete_objects(Bucket=name, Delete={"Objects": keys})
    assert [d["Key"] for d in answer["Deleted"]] == ["mine/a", "mine/b"]
    assert [(e["Key"], e.get("VersionId"), e["Code"], e["Message"]) for e in answer["Errors"]] == [
        ("other/c", None, "AccessDenied", "Access Denied"), ("mine/kept", None, "AccessDenied", "Access Denied"),
        ("mine/a", "null", "AccessDenied", "Access Denied")]
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=name)["Contents"]] == ["mine/kept", "other/c"]
    # The bucket's policy can allow it, too: to a stranger.
    s3.put_bucket_policy(Bucket=name, Policy=policy_of(name, "*", "s3:DeleteObject", "/other/*"))
    stranger = client_of(server, "s3", signature_version=UNSIGNED)
    answer = stranger.delete_objects(Bucket=name, Delete={"Objects": [{"Key": "other/c"}, {"Key": "mine/kept"}], "Quiet": True})
    assert [e["Key"] for e in answer["Errors"]] == ["mine/kept"] and "Deleted" not in answer
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=name)["Contents"]] == ["mine/kept"]


# ---- forms ----

def post_form(form, data, name="a/file name.txt", **more):
    return requests.post(form["url"], data=form["fields"], files={"file": (name, data)}, allow_redirects=False, **more)


def post_error(answer):
    return re.search(r"<Code>(.*)</Code>", answer.text)[1], answer.status_code


@pytest.mark.parametrize("size", [0, 10, 200_000])
def test_strict_forms(strict, client_of, unique, size):
    server, key = strict
    s3, name, data = client_of(server, "s3", signature_version="s3v4", **key), unique("forms"), b"\r\n--x" + some_bytes(size)
    s3.create_bucket(Bucket=name)
    fields = {"Content-Type": "text/x", "x-amz-meta-a": "b", "success_action_status": "201"}
    form = s3.generate_presigned_post(name, "up/${filename}", Fields=fields, Conditions=[
        *({k: v} for k, v in fields.items()), ["content-length-range", 1, 300_000]])
    answer = post_form(form, data)
    etag = f'"{hashlib.md5(data).hexdigest()}"'
    assert (answer.status_code, answer.headers["ETag"]) == (201, etag), answer.text
    for part in (f"<Bucket>{name}</Bucket>", "<Key>up/file name.txt</Key>", "up/file%20name.txt</Location>", "<PostResponse"):
        assert part in answer.text
    got = s3.get_object(Bucket=name, Key="up/file name.txt")
    assert (got["Body"].read(), got["ContentType"], got["Metadata"]) == (data, "text/x", {"a": "b"})


def test_strict_forms_keep_to_their_policy(strict, client_of, unique):
    server, key = strict
    s3, name = client_of(server, "s3", signature_version="s3v4", **key), unique("forms")
    s3.create_bucket(Bucket=name)

    def form(conditions=(), change=(), expires=60, **more):
        made = s3.generate_presigned_post(name, "k", Conditions=list(conditions), ExpiresIn=expires, **more)
        made["fields"].update(change)
        return made

    kind = ["starts-with", "$Content-Type", "image/"]
    for made, error in (
            (form(change={"key": "other"}), ("AccessDenied", 403)),
            (form(change={"acl": "private"}), ("AccessDenied", 403)),  # an extra input field
            (form([kind], {"Content-Type": "text/plain"}), ("AccessDenied", 403)),
            (form([kind]), ("AccessDenied", 403)),
            (form(expires=-1), ("AccessDenied", 403)),
            (form([["content-length-range", 10, 20]]), ("EntityTooSmall", 400)),
            (form([["content-length-range", 0, 2]]), ("EntityTooLarge", 400)),
            (form(change={"x-amz-signature": "0" * 64}), ("SignatureDoesNotMatch", 403)),
            (form(change={"policy": base64.b64encode(b"{}").decode()}), ("SignatureDoesNotMatch", 403))):
        assert post_error(post_form(made, b"three")) == error
    unsigned = {"url": f"{server.url}/{name}", "fields": {"key": "k"}}
    old = client_of(server, "s3", signature_version="s3", **key).generate_presigned_post(name, "k")
    assert post_error(post_form(old, b"x")) == ("InvalidRequest", 400)
    assert post_error(post_form(unsigned, b"x")) == ("AccessDenied", 403)
    assert code_of(s3.head_object, Bucket=name, Key="k") == ("404", 404)
    assert post_form(form([kind], {"Content-Type": "image/png", "x-ignore-me": "1"}), b"x").status_code == 204
    s3.put_bucket_policy(Bucket=name, Policy=policy_of(name, "*", "s3:PutObject", "/k"))
    assert post_form(unsigned, b"stranger").status_code == 204
    assert read(s3, name, "k") == b"stranger"


def test_strict_forms_of_users(strict, client_of, user, unique):
    """What the policy of a form allows, who signed it must be allowed to."""
    server, key = strict
    s3, (client, allow), name = client_of(server, "s3", **key), user, unique("forms")
    s3.create_bucket(Bucket=name)
    tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"
    signer = client_of(server, "s3", signature_version="s3v4", key=client._request_signer._credentials.access_key,
                       secret=client._request_signer._credentials.secret_key)

    def form(fields):
        return signer.generate_presigned_post(name, "k", Fields=fields, Conditions=[{k: v} for k, v in fields.items()])

    assert post_error(post_form(form({}), b"x")) == ("AccessDenied", 403)
    allow(("s3:PutObject", name + "/k"))
    assert post_form(form({}), b"x").status_code == 204
    assert post_error(post_form(form({"tagging": tags}), b"y")) == ("AccessDenied", 403)
    assert post_error(post_form(form({"acl": "private"}), b"y")) == ("AccessDenied", 403)
    assert read(s3, name, "k") == b"x"
    allow(("s3:PutObject*", name + "/k"))
    assert post_form(form({"tagging": tags}), b"y").status_code == 204
    assert s3.get_object_tagging(Bucket=name, Key="k")["TagSet"] == [{"Key": "a", "Value": "1"}]
    assert post_error(post_form(form({"tagging": "<Tagging"}), b"z")) == ("MalformedXML", 400)
    assert read(s3, name, "k") == b"y"


def test_strict_forms_fields(strict, client_of, unique):
    server, key = strict
    s3, name = client_of(server, "s3", signature_version="s3v4", **key), unique("forms")
    s3.create_bucket(Bucket=name)
    form = s3.generate_presigned_post(name, "k", Conditions=[["starts-with", "$Content-Type", "image/"],
                                                            ["starts-with", "$x-amz-meta-a", ""]])

    def send(*fields):
        parts = [(k, (None, v)) for k, v in [*form["fields"].items(), *fields]]
        return requests.post(form["url"], files=[*parts, ("file", ("f", b"x"))])

    png = ("Content-Type", "image/png")
    meta = ("x-amz-meta-a", "1")
    for fields, error in (
            ([png, meta, ("X-Amz-Meta-A", "2")], ("InvalidArgument", 400)),  # one of them would be unchecked
            ([png, ("Content-Type", "text/html"), meta], ("InvalidArgument", 400)),
            ([("Content-Type", "image/png, text/html"), meta], ("AccessDenied", 403)),  # a list: each must begin so
            ([png, ("x-amz-meta-a", "1\r\nX-Evil: 1")], ("InvalidArgument", 400)),
            ([png, meta, ("x-amz-server-side-encryption-customer-algorithm", "AES256")], ("NotImplemented", 501))):
        assert post_error(send(*fields)) == error
    assert code_of(s3.head_object, Bucket=name, Key="k") == ("404", 404)
    assert send(("Content-Type", "image/png, image/gif"), meta).status_code == 204
    assert s3.head_object(Bucket=name, Key="k")["ContentType"] == "image/png, image/gif"


def test_strict_signed_forms_are_what_was_signed(strict, client_of, unique):
    """A form with an Authorization header: its file must be the one whose hash was signed."""
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    server, key = strict
    s3, name = client_of(server, "s3", **key), unique("forms")
    s3.create_bucket(Bucket=name)
    body = (b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\n${filename}\r\n--b\r\n'
            b'Content-Disposition: form-data; name="file"; filename="C:\\d\\a;b"\r\n\r\nxyz\r\n--b--\r\n')
    request = AWSRequest("POST", f"{server.url}/{name}", data=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    S3SigV4Auth(Credentials(key["key"], key["secret"]), "s3", "us-east-1").add_auth(request)
    headers = dict(request.headers)
    for change in (b"xyZ", b"xyz"):
        answer = requests.post(request.url, data=body.replace(b"xyz", change), headers=headers)
        if change == b"xyz":
            assert answer.status_code == 204, answer.text
        else:
            assert post_error(answer) == ("XAmzContentSHA256Mismatch", 400)
            assert code_of(s3.head_object, Bucket=name, Key="a;b") == ("404", 404)
    assert read(s3, name, "a;b") == b"xyz"


@pytest.fixture
def s3(client):
    return client("s3")


@pytest.fixture
def bucket(s3, unique):
    name = unique("bucket")
    s3.create_bucket(Bucket=name)
    return name


def test_forms_that_redirect_and_those_that_are_none(s3, bucket):
    to = "https://example.com/done?a=b"
    form = s3.generate_presigned_post(bucket, "a b", Fields={"success_action_redirect": to},
                                      Conditions=[{"success_action_redirect": to}])
    answer = post_form(form, b"x")
    etag = hashlib.md5(b"x").hexdigest()
    assert (answer.status_code, answer.headers["Location"]) == (
        303, f"{to}&bucket={bucket}&key=a%20b&etag=%22{etag}%22")
    assert post_error(requests.post(form["url"], data=b"x")) == ("PreconditionFailed", 412)
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    cut = b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx'
    assert post_error(requests.post(form["url"], data=cut, headers=kind)) == ("MalformedPOSTRequest", 400)
    assert post_error(requests.post(form["url"], data=b"--b--\r\n", headers=kind)) == ("InvalidArgument", 400)
    large = b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\n' + b"k" * 30_000
    assert post_error(requests.post(form["url"], data=large, headers=kind)) == ("MaxPostPreDataLengthExceededError", 400)
    assert code_of(s3.head_object, Bucket=bucket, Key="k") == ("404", 404)


# ---- what browsers are told, links that expire, keys that are not there ----

def ask(url, method="GET", body=None, **headers):
    answer = requests.request(method, url, data=body, headers=headers)
    return answer.status_code, answer.content, answer.headers


def test_strict_cors_headers_of_answers(strict, client_of, unique):
    """S3 User Guide, "Using cross-origin resource sharing": the first rule that fits says what the browser is told."""
    server, key = strict
    s3, bucket = client_of(server, "s3", signature_version="s3v4", **key), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [
        {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://shop.example"], "ExposeHeaders": ["ETag", "x-amz-meta-a"],
         "MaxAgeSeconds": 60}, {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]})
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    url = lambda key: s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})  # noqa: E731
    _, body, named = ask(url("k"), Origin="https://shop.example")
    assert (body, named["Access-Control-Allow-Origin"]) == (b"x", "https://shop.example")
    assert named["Access-Control-Allow-Methods"] == "GET, PUT"
    assert named["Access-Control-Expose-Headers"] == "ETag, x-amz-meta-a"
    assert named["Access-Control-Allow-Credentials"] == "true"
    assert named["Access-Control-Max-Age"] == "60"
    assert named["Vary"] == "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
    _, _, other = ask(url("k"), Origin="https://other.example")
    assert (other["Access-Control-Allow-Origin"], "Access-Control-Allow-Credentials" in other) == ("*", False)
    status, _, missing = ask(url("none"), Origin="https://other.example")
    assert (status, missing["Access-Control-Allow-Origin"]) == (404, "*")
    assert "Access-Control-Allow-Origin" not in ask(url("k"))[2]
    put = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    assert "Access-Control-Allow-Origin" not in ask(put, "PUT", b"y", Origin="https://other.example")[2]


def test_strict_presigned_links_expire(strict, client_of, unique):
    server, key = strict
    s3, bucket = client_of(server, "s3", signature_version="s3v4", **key), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    put = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=1)
    get = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=1)
    assert ask(put, "PUT", b"x")[0] == 200
    assert ask(get)[:2] == (200, b"x")
    time.sleep(2.1)
    for url, method, body in ((put, "PUT", b"y"), (get, "GET", None)):
        status, answer, _ = ask(url, method, body)
        assert status == 403 and b"<Code>AccessDenied</Code>" in answer and b"Request has expired" in answer
    assert read(s3, bucket, "k") == b"x"


def test_strict_missing_keys_are_denied_to_those_who_can_not_list(strict, client_of, user, unique):
    """API Reference, GetObject and HeadObject: "If you don't have the s3:ListBucket permission, Amazon S3 returns 403"."""
    server, key = strict
    s3, (reader, allow), bucket = client_of(server, "s3", **key), user, unique("bucket")
    s3.create_bucket(Bucket=bucket)
    allow(("s3:GetObject", bucket + "/*"))
    assert code_of(reader.get_object, Bucket=bucket, Key="none") == ("AccessDenied", 403)
    assert code_of(reader.head_object, Bucket=bucket, Key="none") == ("403", 403)
    allow(("s3:GetObject", bucket + "/*"), ("s3:ListBucket", bucket))
    assert code_of(reader.get_object, Bucket=bucket, Key="none") == ("NoSuchKey", 404)
    assert code_of(reader.head_object, Bucket=bucket, Key="none") == ("404", 404)


def test_strict_conditions_of_listings(strict, client_of, unique):
    """s3:prefix, s3:delimiter, s3:max-keys (S3 User Guide, "Bucket policy examples using condition keys"): in a bucket's policy and
    in a user's; a key that the request does not say is absent."""
    server, key = strict
    s3, iam, name = client_of(server, "s3", **key), client_of(server, "iam", **key), unique("listed")
    s3.create_bucket(Bucket=name)
    for k in ("home/a/1", "home/a/2", "home/b/1"):
        s3.put_object(Bucket=name, Key=k, Body=b"x")
    iam.create_user(UserName=name)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    user = client_of(server, "s3", key=made["AccessKeyId"], secret=made["SecretAccessKey"])

    def statement(condition, effect="Allow", **more):
        return {"Effect": effect, "Action": ["s3:ListBucket", "s3:ListBucketVersions"], "Resource": f"arn:aws:s3:::{name}",
                "Condition": condition, **more}

    def by_bucket(*statements):
        who = {"Principal": {"AWS": f"arn:aws:iam::000000000000:user/{name}"}}
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [{**s, **who} for s in statements]}))

    def by_user(*statements):
        s3.delete_bucket_policy(Bucket=name)
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": list(statements)}))

    denied = ("AccessDenied", 403)
    for give in (by_bucket, by_user):
        give(statement({"StringLike": {"s3:prefix": "home/a/*"}, "StringEquals": {"s3:delimiter": "/"}}))
        for call in (user.list_objects_v2, user.list_objects, user.list_object_versions):
            answer = call(Bucket=name, Prefix="home/a/", Delimiter="/")
            assert [o["Key"] for o in answer.get("Contents", answer.get("Versions"))] == ["home/a/1", "home/a/2"]
            for wrong in ({}, {"Prefix": "home/a/"}, {"Prefix": "home/b/", "Delimiter": "/"}, {"Prefix": "home/a/", "Delimiter": "-"}):
                assert code_of(call, Bucket=name, **wrong) == denied
        give(statement({"NumericLessThanEquals": {"s3:max-keys": "2"}}))
        assert len(user.list_objects_v2(Bucket=name, MaxKeys=2)["Contents"]) == 2
        assert code_of(user.list_objects_v2, Bucket=name, MaxKeys=3) == denied
        assert code_of(user.list_objects_v2, Bucket=name) == denied
    by_user(statement({}), statement({"StringNotLike": {"s3:prefix": "home/b/*"}}, effect="Deny"))
    assert user.list_objects_v2(Bucket=name, Prefix="home/b/")["KeyCount"] == 1
    for wrong in ({}, {"Prefix": "home/a/"}):
        assert code_of(user.list_objects_v2, Bucket=name, **wrong) == denied
