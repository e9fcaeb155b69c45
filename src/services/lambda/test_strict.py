"""Lambda where signatures and policies count: `samovar up --auth strict`."""

import json
import urllib.error
import urllib.request

import pytest
import samovar
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::000000000000:role/r"


@pytest.fixture(scope="module")
def strict():
    with samovar.Server("--auth", "strict") as server:
        yield server


@pytest.fixture
def root(strict, client_of):
    return lambda service: client_of(strict, service, **strict.root_key())


@pytest.fixture
def function(root, unique, zip_of):
    def make():
        name = unique("f")
        root("lambda").create_function(FunctionName=name, Runtime="python3.12", Role=ROLE, Handler="index.handler",
                                       Code={"ZipFile": zip_of({"index.py": "def handler(e, c): return 'yes'"})})
        return name

    return make


def fetch(strict, url, key=None, path="", body=None):
    host = url.split("/")[2]
    headers = {"Host": host}
    if key:
        request = AWSRequest("POST" if body else "GET", f"http://{host}/{path}", data=body, headers=dict(headers))
        SigV4Auth(Credentials(key["key"], key["secret"]), "lambda", "us-east-1").add_auth(request)
        headers = dict(request.headers.items())
    request = urllib.request.Request(f"{strict.url}/{path}", data=body, headers=headers)
    try:
        with urllib.request.urlopen(request) as r:
            return r.status, r.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


def test_public_url_needs_a_policy(strict, root, function):
    """AuthType NONE: the function's policy has to let everyone in."""
    name, api = function(), root("lambda")
    url = api.create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]
    assert fetch(strict, url) == (403, b'{"Message":"Forbidden"}')
    api.add_permission(FunctionName=name, StatementId="url", Action="lambda:InvokeFunctionUrl", Principal="*",
                       FunctionUrlAuthType="NONE")
    assert fetch(strict, url) == (200, b'"yes"')
    api.remove_permission(FunctionName=name, StatementId="url")
    assert fetch(strict, url)[0] == 403


def test_signed_url(strict, root, function, unique):
    """AuthType AWS_IAM: a good signature of someone whose policies allow it."""
    name, api, iam = function(), root("lambda"), root("iam")
    url = api.create_function_url_config(FunctionName=name, AuthType="AWS_IAM")["FunctionUrl"]
    assert fetch(strict, url)[0] == 403
    assert fetch(strict, url, strict.root_key()) == (200, b'"yes"')
    assert fetch(strict, url, strict.root_key(), "a%20b?c=d", b"body") == (200, b'"yes"')
    assert fetch(strict, url, {**strict.root_key(), "secret": "wrong"})[0] == 403
    user = unique("user")
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    mine = {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
    assert fetch(strict, url, mine)[0] == 403
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "lambda:InvokeFunctionUrl", "Resource": f"arn:aws:lambda:*:*:function:{name}"}]}
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=json.dumps(document))
    assert fetch(strict, url, mine) == (200, b'"yes"')


def test_invoke_needs_a_policy(strict, root, client_of, function, unique):
    name, other, iam = function(), function(), root("iam")
    user = unique("user")
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    api = client_of(strict, "lambda", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": f"arn:aws:lambda:*:*:function:{name}"}]}
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=json.dumps(document))
    assert json.load(api.invoke(FunctionName=name)["Payload"]) == "yes"
    for call, arguments in ((api.invoke, {"FunctionName": other}), (api.get_function, {"FunctionName": name})):
        with pytest.raises(ClientError) as e:
            call(**arguments)
        assert e.value.response["Error"]["Code"] == "AccessDeniedException"
    with pytest.raises(ClientError) as e:
        api.invoke(FunctionName=f"arn:aws:lambda:us-east-1:111122223333:function:{name}")
    assert e.value.response["Error"]["Code"] in ("AccessDeniedException", "ResourceNotFoundException")
