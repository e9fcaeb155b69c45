"""`samovar up --auth strict`: who may do what, by signatures of several independent signers, users, roles and sessions."""

import datetime
import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

import samovar
from sdk_fixtures import until

IDENTITY = b"Action=GetCallerIdentity&Version=2011-06-15"
FORM = "application/x-www-form-urlencoded"
LAMBDA_TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


@pytest.fixture(scope="module")
def strict():
    with samovar.Server("--auth", "strict") as server:
        yield server


@pytest.fixture
def root(strict, client_of):
    return lambda service: client_of(strict, service, **strict.root_key())


@pytest.fixture
def user(strict, root, client_of, unique):
    """user({"Effect": ...}): the key of a user who has these statements as their policy."""

    def make(*statements):
        iam, name = root("iam"), unique("user")
        iam.create_user(UserName=name)
        if statements:
            document = {"Version": "2012-10-17", "Statement": list(statements)}
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}

    return make


# ---- single requests -------------------------------------------------------------------------------------------------


class ClockAt:
    """botocore's signers take the time from here."""

    def __init__(self, monkeypatch, seconds):
        at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        for name in ("get_current_datetime",):
            monkeypatch.setattr(f"botocore.auth.{name}", lambda remove_tzinfo=True: at.replace(
                tzinfo=None if remove_tzinfo else datetime.timezone.utc))


def send(server, service, body, headers, key=None, method="POST", path="/", tamper=None, presign=None, region="us-east-1"):
    """A signed request by hand: (status, code, text of the answer)."""
    request = AWSRequest(method, server.url + path, data=body, headers=dict(headers))
    if key:
        credentials = Credentials(key["key"], key["secret"], key.get("token"))
        signer = SigV4QueryAuth(credentials, service, region, expires=presign) if presign else SigV4Auth(credentials, service, region)
        signer.add_auth(request)
    prepared = request.prepare()
    sent = urllib.request.Request(prepared.url, data=prepared.body or None, headers=dict(prepared.headers), method=method)
    if tamper:
        tamper(sent)
    try:
        with urllib.request.urlopen(sent, timeout=20) as r:
            return r.status, "", r.read().decode()
    except urllib.error.HTTPError as e:
        text = e.read().decode()
        code = e.headers.get("x-amzn-ErrorType") or (re.search(r"<Code>(.*?)</Code>", text) or re.search(
            r'"__type":"(?:[^"#]*#)?(.*?)"', text) or re.match("()", "")).group(1)
        return e.code, code, text


def identity(server, key, **more):
    return send(server, "sts", IDENTITY, {"Content-Type": FORM}, key, **more)


def list_functions(server, key, **more):
    return send(server, "lambda", b"", {}, key, method="GET", path="/2015-03-31/functions", **more)


def describe_groups(server, key, **more):
    return send(server, "logs", b"{}", {"Content-Type": "application/x-amz-json-1.1",
                                        "X-Amz-Target": "Logs_20140328.DescribeLogGroups"}, key, **more)


# The codes of the Query protocol, REST-JSON and JSON 1.1 ("Common errors" of the STS, Lambda and Logs references).
CALLS = {"sts": (identity, 403, 403), "lambda": (list_functions, 403, 403), "logs": (describe_groups, 400, 400)}
UNSIGNED = {"sts": "MissingAuthenticationToken", "lambda": "MissingAuthenticationTokenException",
            "logs": "MissingAuthenticationTokenException"}
BAD_SIGNATURE = {"sts": "SignatureDoesNotMatch", "lambda": "InvalidSignatureException", "logs": "InvalidSignatureException"}
UNKNOWN_KEY = {"sts": "InvalidClientTokenId", "lambda": "UnrecognizedClientException", "logs": "UnrecognizedClientException"}


@pytest.mark.parametrize("service", CALLS)
def test_signatures(strict, service, monkeypatch):
    call, status, _ = CALLS[service]
    key = strict.root_key()
    assert call(strict, key)[0] == 200
    assert call(strict, None)[:2] == (status, UNSIGNED[service])
    assert call(strict, {**key, "secret": "wrong"})[:2] == (status, BAD_SIGNATURE[service])
    assert call(strict, {**key, "key": "AKIAIOSFODNN7EXAMPLE"})[:2] == (status, UNKNOWN_KEY[service])
    assert call(strict, {**key, "token": "not-a-token"})[:2] == (status, UNKNOWN_KEY[service])
    with monkeypatch.context() as m:
        ClockAt(m, -14 * 60)
        assert call(strict, key)[0] == 200
        ClockAt(m, -16 * 60)
        late = call(strict, key)
        ClockAt(m, 16 * 60)
        early = call(strict, key)
    assert late[:2] == early[:2] == (status, BAD_SIGNATURE[service])
    assert "Signature expired: " in late[2] and "Signature not yet current: " in early[2]


def test_what_is_signed_can_not_be_changed(strict):
    key = strict.root_key()

    def body(request):
        request.data = IDENTITY + b"&X=1"

    def path(request):
        request.full_url = request.full_url.rstrip("/") + "/x"

    def query(request):
        request.full_url += "?x=1"

    def date(request):
        request.headers["X-amz-date"] = request.headers["X-amz-date"][:-2] + "9Z"

    def host(request):
        request.add_header("Host", "sts.us-east-1.amazonaws.com")

    for change in (body, path, query, host):
        status, code, text = identity(strict, key, tamper=change)
        assert (status, code) == (403, "SignatureDoesNotMatch"), (change.__name__, text)
    assert identity(strict, key, tamper=date)[1] == "SignatureDoesNotMatch"


def test_presigned(strict, monkeypatch):
    key, path = strict.root_key(), "/?" + IDENTITY.decode()

    def fetch(**more):
        return send(strict, "sts", b"", {}, key, "GET", path, **{"presign": 60, **more})

    def longer(request):
        request.full_url = request.full_url.replace("X-Amz-Expires=60", "X-Amz-Expires=600")

    assert fetch()[0] == 200
    assert fetch(tamper=longer)[0] == 403
    assert fetch(presign=7 * 86400)[0] == 200
    assert fetch(presign=7 * 86400 + 1)[0] in (400, 403)
    ClockAt(monkeypatch, -61)
    status, _, text = fetch()
    assert status == 403 and "expired" in text.lower(), text
    ClockAt(monkeypatch, -50)
    assert fetch()[0] == 200


def test_curl_signs_too(strict):
    key = strict.root_key()

    def curl(secret):
        return subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", "--aws-sigv4", "aws:amz:us-east-1:sts", "--user",
                               f"{key['key']}:{secret}", "-d", IDENTITY.decode(), f"{strict.url}/"],
                              capture_output=True, text=True, timeout=20).stdout

    assert curl(key["secret"]).endswith("\n200") and curl("wrong").endswith("\n403")


# ---- users, roles, sessions ------------------------------------------------------------------------------------------


def denied(call, **arguments):
    """The code with which a call is refused."""
    with pytest.raises(ClientError) as e:
        call(**arguments)
    assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)
    return e.value.response["Error"]["Code"]


def test_a_narrow_user(strict, root, user, client_of, unique):
    """"Use the second version, with the trailing :*, to refer to the ARN when specifying permissions" (CloudWatch Logs User
    Guide, "CloudWatch Logs resources and operations")."""
    mine, other = unique("/mine"), unique("/other")
    for name in (mine, other):
        root("logs").create_log_group(logGroupName=name)
    key = user({"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:Describe*"],
                "Resource": f"arn:aws:logs:us-east-1:*:log-group:{mine}:*"},
               {"Effect": "Deny", "Action": "logs:*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}})
    logs = client_of(strict, "logs", **key)
    logs.create_log_stream(logGroupName=mine, logStreamName="s")
    assert logs.describe_log_streams(logGroupName=mine)["logStreams"][0]["logStreamName"] == "s"
    arn = f"arn:aws:logs:us-east-1:000000000000:log-group:{mine}"
    for identifier in (mine, arn, f"{arn}:*"):
        assert logs.describe_log_streams(logGroupIdentifier=identifier)["logStreams"]
        assert denied(logs.describe_log_streams, logGroupIdentifier=identifier.replace(mine, other)) == "AccessDeniedException"
    assert denied(logs.create_log_stream, logGroupName=other, logStreamName="s") == "AccessDeniedException"
    assert denied(logs.delete_log_group, logGroupName=mine) == "AccessDeniedException"
    assert denied(client_of(strict, "logs", region="eu-west-1", **key).create_log_stream, logGroupName=mine,
                  logStreamName="s") == "AccessDeniedException"
    assert denied(client_of(strict, "iam", **key).list_users) == "AccessDenied"
    # GetCallerIdentity needs no permission.
    assert client_of(strict, "sts", **key).get_caller_identity()["Arn"].startswith("arn:aws:iam::")


def test_a_key_that_was_deactivated_or_deleted(strict, root, client_of, unique):
    iam, name = root("iam"), unique("user")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    sts = client_of(strict, "sts", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    assert sts.get_caller_identity()
    iam.update_access_key(UserName=name, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert denied(sts.get_caller_identity) == "InvalidClientTokenId"
    iam.update_access_key(UserName=name, AccessKeyId=key["AccessKeyId"], Status="Active")
    assert sts.get_caller_identity()
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    assert denied(sts.get_caller_identity) == "InvalidClientTokenId"


def test_sessions_of_a_role(strict, root, user, client_of, unique):
    """A role's trust says who; its policies, cut by the session's own, say what."""
    iam, name, group = root("iam"), unique("role"), unique("/g")
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}]}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:DeleteLogGroup"], "Resource": "*"}]}
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
    assert denied(client_of(strict, "sts", **user()).assume_role, RoleArn=arn, RoleSessionName="me") == "AccessDenied"
    key = user({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn})
    sts = client_of(strict, "sts", **key)
    cut = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:CreateLogGroup", "Resource": "*"}]}
    for session_policy in (None, json.dumps(cut)):
        more = {"Policy": session_policy} if session_policy else {}
        c = sts.assume_role(RoleArn=arn, RoleSessionName="me", **more)["Credentials"]
        session = {"key": c["AccessKeyId"], "secret": c["SecretAccessKey"], "token": c["SessionToken"]}
        assert client_of(strict, "sts", **session).get_caller_identity()["Arn"].endswith(f":assumed-role/{name}/me")
        logs = client_of(strict, "logs", **session)
        logs.create_log_group(logGroupName=group)
        if session_policy:
            assert denied(logs.delete_log_group, logGroupName=group) == "AccessDeniedException"
        else:
            logs.delete_log_group(logGroupName=group)
        assert denied(logs.describe_log_groups) == "AccessDeniedException"
        for broken in ({**session, "token": None}, {**session, "token": session["token"][:-4] + "AAAA"}):
            assert denied(client_of(strict, "sts", **broken).get_caller_identity) in ("InvalidClientTokenId", "ExpiredToken")


# ---- objects that a service reads for its caller -----------------------------------------------------------------------

TEMPLATE = json.dumps({"Resources": {"T": {"Type": "AWS::SNS::Topic"}}})


def test_an_object_that_is_read_for_a_caller_is_theirs_to_read(strict, root, user, client_of, unique, zip_of):
    """TemplateURL, StackPolicyURL and code in S3 need s3:GetObject (CloudFormation's CreateStack, Lambda's CreateFunction)."""
    s3, bucket, name = root("s3"), unique("b"), unique("f")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="t.json", Body=TEMPLATE)
    s3.put_object(Bucket=bucket, Key="p.json", Body=json.dumps({"Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"}]}))
    code = zip_of({"index.py": "def handler(e, c): return 'yes'"})
    version = s3.put_object(Bucket=bucket, Key="code.zip", Body=code)["VersionId"]
    role = root("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(LAMBDA_TRUST))["Role"]["Arn"]
    work = {"Effect": "Allow", "Action": ["cloudformation:*", "sns:*", "lambda:*", "iam:PassRole"], "Resource": "*"}

    def read(action, key):
        return {"Effect": "Allow", "Action": action, "Resource": f"arn:aws:s3:::{bucket}/{key}"}

    def url(key):
        return f"https://s3.amazonaws.com/{bucket}/{key}"

    def function(key, **more):
        key("lambda").create_function(FunctionName=name, Runtime="python3.12", Role=role, Handler="index.handler",
                                      Code={"S3Bucket": bucket, "S3Key": "code.zip", **more})
        key("lambda").delete_function(FunctionName=name)

    def stack(key, **more):
        made = key("cloudformation").create_stack(StackName=name, **more)["StackId"]
        key("cloudformation").delete_stack(StackName=made)

    def calls(key):
        cloudformation = key("cloudformation")
        return {
            "t.json": [(cloudformation.validate_template, {"TemplateURL": url("t.json")}),
                       (cloudformation.get_template_summary, {"TemplateURL": url("t.json")}),
                       (stack, {"key": key, "TemplateURL": url("t.json")})],
            "p.json": [(stack, {"key": key, "TemplateBody": TEMPLATE, "StackPolicyURL": url("p.json")})],
            "code.zip": [(function, {"key": key}), (key("lambda").publish_layer_version, {
                "LayerName": name, "Content": {"S3Bucket": bucket, "S3Key": "code.zip"}})],
        }

    def key_of(*statements):
        made = user(*statements)
        return lambda service: client_of(strict, service, **made)

    for key, made in calls(key_of(work)).items():
        for call, arguments in made:
            with pytest.raises(ClientError) as e:
                call(**arguments)
            assert "Access Denied" in e.value.response["Error"]["Message"], (key, arguments)
    for key in ("t.json", "p.json", "code.zip"):
        for call, arguments in calls(key_of(work, read("s3:GetObject", key)))[key]:
            call(**arguments)
    # A version that is named is another action.
    narrow = key_of(work, read("s3:GetObject", "code.zip"))
    assert denied(function, key=narrow, S3ObjectVersion=version) == "AccessDeniedException"
    function(key_of(work, read("s3:GetObjectVersion", "code.zip")), S3ObjectVersion=version)


def test_a_stack_is_made_within_its_session(strict, root, user, client_of, unique):
    """The policy of the session that began it narrows what the stack may make (IAM User Guide, "Session policies")."""
    name = unique("role")
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}]}
    arn = root("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    root("iam").put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(everything))
    sts = client_of(strict, "sts", **user({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn}))
    for action, status in (("sns:*", "CREATE_COMPLETE"), ("sqs:*", "ROLLBACK_COMPLETE")):
        cut = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["cloudformation:*", action], "Resource": "*"}]}
        made = sts.assume_role(RoleArn=arn, RoleSessionName="me", Policy=json.dumps(cut))["Credentials"]
        api = client_of(strict, "cloudformation", key=made["AccessKeyId"], secret=made["SecretAccessKey"],
                        token=made["SessionToken"])
        stack = api.create_stack(StackName=unique("s"), TemplateBody=TEMPLATE)["StackId"]
        until(lambda: not described(api, stack).endswith("_IN_PROGRESS"))
        assert described(api, stack) == status


def described(api, stack):
    return api.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]


# ---- functions -------------------------------------------------------------------------------------------------------

# Signature Version 4 by the standard library alone, as the User Guide writes it.
FUNCTION = '''
import datetime, hashlib, hmac, json, os, urllib.error, urllib.request

def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()

def call(service, method, path, body, headers):
    url = os.environ["AWS_ENDPOINT_URL"]
    now = datetime.datetime.utcnow().strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": url.split("/")[2], "x-amz-date": now, "x-amz-security-token": os.environ["AWS_SESSION_TOKEN"], **headers}
    names = ";".join(sorted(headers))
    canonical = "\\n".join([method, path, "", *[f"{n}:{headers[n]}" for n in sorted(headers)], "", names,
                           hashlib.sha256(body.encode()).hexdigest()])
    scope = f"{now[:8]}/{os.environ['AWS_REGION']}/{service}/aws4_request"
    text = "\\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in scope.split("/"):
        key = mac(key, part)
    headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/{scope}, "
                                f"SignedHeaders={names}, Signature={mac(key, text).hex()}")
    request = urllib.request.Request(url + path, data=body.encode(), headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as r:
            return [r.status, r.read().decode()]
    except urllib.error.HTTPError as e:
        return [e.code, e.read().decode()]

def handler(event, context):
    return [call(*c) for c in event]
'''


def test_a_function_acts_as_its_role(strict, root, unique, zip_of):
    iam, api, name = root("iam"), root("lambda"), unique("f")
    allowed, forbidden = unique("/allowed"), unique("/forbidden")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(LAMBDA_TRUST))["Role"]["Arn"]
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "logs:CreateLogGroup", "Resource": f"arn:aws:logs:*:*:log-group:{allowed}:*"}]}
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
    api.create_function(FunctionName=name, Runtime="python3.12", Role=role, Handler="index.handler", Timeout=20,
                        Code={"ZipFile": zip_of({"index.py": FUNCTION})})
    api.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})

    def run(*calls):
        r = api.invoke(FunctionName=name, Payload=json.dumps(calls))
        answer = json.load(r["Payload"])
        assert "FunctionError" not in r, answer
        return answer

    def group(log_group):
        return ["logs", "POST", "/", json.dumps({"logGroupName": log_group}),
                {"content-type": "application/x-amz-json-1.1", "x-amz-target": "Logs_20140328.CreateLogGroup"}]

    who, good, bad, self_delete = run(["sts", "POST", "/", IDENTITY.decode(), {"content-type": FORM}], group(allowed),
                                      group(forbidden), ["lambda", "DELETE", f"/2015-03-31/functions/{name}", "", {}])
    assert who[0] == 200 and f":assumed-role/{name}/{name}" in who[1]
    assert good[0] == 200, good
    assert bad[0] == 400 and "AccessDeniedException" in bad[1] and f"assumed-role/{name}" in bad[1]
    assert self_delete[0] == 403 and api.get_function(FunctionName=name)
    # A change of the role's policy holds for the instance that runs.
    iam.delete_role_policy(RoleName=name, PolicyName="p")
    assert run(group(allowed))[0][0] == 400


def test_a_role_is_passed(strict, root, user, client_of, unique, zip_of):
    """iam:PassRole, and a trust policy that names Lambda: else a user could have any role's permissions by a function."""
    iam, name = root("iam"), unique("f")
    others = json.loads(json.dumps(LAMBDA_TRUST).replace("lambda.amazonaws.com", "ec2.amazonaws.com"))
    good, bad = (iam.create_role(RoleName=f"{name}-{i}", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
                 for i, trust in enumerate((LAMBDA_TRUST, others)))

    def create(api, role, **more):
        return api.create_function(FunctionName=name, Runtime="python3.12", Role=role, Handler="i.h",
                                   Code={"ZipFile": zip_of({"i.py": "def h(e, c): pass"})}, **more)

    with pytest.raises(ClientError) as e:
        create(root("lambda"), bad)
    assert e.value.response["Error"] == {"Code": "InvalidParameterValueException",
                                         "Message": "The role defined for the function cannot be assumed by Lambda."}
    functions = {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}
    api = client_of(strict, "lambda", **user(functions))
    with pytest.raises(ClientError) as e:
        create(api, good)
    assert e.value.response["Error"]["Code"] == "AccessDeniedException"
    assert f"is not authorized to perform: iam:PassRole on resource: {good}" in e.value.response["Error"]["Message"]
    passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": good,
               "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}
    api = client_of(strict, "lambda", **user(functions, passing))
    create(api, good)
    assert denied(api.update_function_configuration, FunctionName=name, Role=bad) == "AccessDeniedException"
    api.update_function_configuration(FunctionName=name, Description="no role is passed")


def test_a_trace_is_shown_to_who_may_read_its_logs(strict, root, user, client_of, unique, zip_of):
    iam, api, name = root("iam"), root("lambda"), unique("f")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(LAMBDA_TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}))
    api.create_function(FunctionName=name, Runtime="python3.12", Role=role, Handler="i.h", Code={"ZipFile": zip_of({
        "i.py": "import os\ndef h(e, c):\n    print('tea is ready')\n    return os.environ['_X_AMZN_TRACE_ID']"})})
    api.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    trace = json.load(api.invoke(FunctionName=name)["Payload"])

    def look(key):
        done = subprocess.run([samovar.PROGRAM, "logs", "--trace", trace], capture_output=True, text=True, timeout=60,
                              env=samovar.environment(strict, AWS_ACCESS_KEY_ID=key["key"], AWS_SECRET_ACCESS_KEY=key["secret"]))
        return done.returncode, done.stdout + done.stderr

    deadline = time.monotonic() + 30
    while (said := look(strict.root_key()))[0] != 0 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert said[0] == 0 and "tea is ready" in said[1]
    logs = f"arn:aws:logs:us-east-1:*:log-group:/aws/lambda/{name}"
    code, said = look(user({"Effect": "Allow", "Action": "logs:FilterLogEvents", "Resource": f"{logs}:*"}))
    assert code == 0 and "tea is ready" in said
    for key in (user(), user({"Effect": "Allow", "Action": "logs:FilterLogEvents", "Resource": f"{logs}-other:*"}),
                user({"Effect": "Allow", "Action": "logs:*", "Resource": "*"},
                     {"Effect": "Deny", "Action": "logs:FilterLogEvents", "Resource": f"{logs}:*"})):
        code, said = look(key)
        assert code == 1 and "logs:FilterLogEvents" in said and "tea" not in said
    code, said = look({**strict.root_key(), "secret": "wrong"})
    assert code == 1 and "signature" in said.lower() and "tea" not in said
