"""Invoking functions: by Invoke, as events, as streams, by their URLs (Lambda Developer Guide)."""

import base64
import json
import time
import urllib.error
import urllib.request

import pytest
import samovar
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::000000000000:role/r"


@pytest.fixture
def api(client):
    return client("lambda")


@pytest.fixture
def function(api, unique, zip_of):
    def make(code, **more):
        name = unique("f")
        arguments = dict(FunctionName=name, Runtime="python3.12", Role=ROLE, Handler="index.handler",
                         Code={"ZipFile": zip_of({"index.py": code, "index.mjs": code})})
        arguments.update(more)
        api.create_function(**arguments)
        return name

    return make


def error_of(call, **arguments):
    with pytest.raises(ClientError) as e:
        call(**arguments)
    return e.value.response["Error"]["Code"], e.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_request_response(api, function):
    name = function("def handler(e, c):\n    print('a line')\n    return e", Environment={"Variables": {"AB": "c"}})
    r = api.invoke(FunctionName=name, Payload=b'{"a": [1, "\xc3\xa4"]}', LogType="Tail")
    assert (r["StatusCode"], r["ExecutedVersion"]) == (200, "$LATEST")
    assert "FunctionError" not in r
    assert json.load(r["Payload"]) == {"a": [1, "ä"]}
    log = base64.b64decode(r["LogResult"]).decode()
    assert "START RequestId" in log and "a line" in log and "REPORT RequestId" in log
    assert json.load(api.invoke(FunctionName=name)["Payload"]) == {}


def test_function_errors(api, function):
    r = api.invoke(FunctionName=function("def handler(e, c): raise ValueError('no')"))
    assert r["FunctionError"] == "Unhandled" and r["StatusCode"] == 200
    payload = json.load(r["Payload"])
    assert (payload["errorMessage"], payload["errorType"]) == ("no", "ValueError")


def test_payloads_that_are_refused(api, function):
    name = function("def handler(e, c): return 1")
    assert error_of(api.invoke, FunctionName=name, Payload=b"{no") == ("InvalidRequestContentException", 400)
    assert error_of(api.invoke, FunctionName=name, Payload=b'"' + b"x" * 6291456 + b'"') == (
        "RequestTooLargeException", 413)
    assert error_of(api.invoke, FunctionName=name, InvocationType="Event", Payload=b'"' + b"x" * 1048576 + b'"') == (
        "RequestTooLargeException", 413)
    assert error_of(api.invoke, FunctionName=name, ClientContext="no") == ("InvalidRequestContentException", 400)
    assert error_of(api.invoke, FunctionName=name, Qualifier="none") == ("ResourceNotFoundException", 404)


def test_dry_run(api, function):
    r = api.invoke(FunctionName=function("def handler(e, c): return 1"), InvocationType="DryRun")
    assert r["StatusCode"] == 204


def test_too_large_answers(api, function):
    r = api.invoke(FunctionName=function("def handler(e, c): return 'x' * 6300000"))
    assert r["FunctionError"] == "Unhandled"
    assert json.load(r["Payload"])["errorType"] == "Function.ResponseSizeTooLarge"


def lines(client, name):
    events = client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    return [e["message"].strip() for e in events]


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return True
        except ClientError:
            pass
        time.sleep(0.05)
    return False


def test_events(api, client, function):
    name = function("def handler(e, c): print('got', e['n'])")
    for n in range(5):
        r = api.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps({"n": n}))
        assert r["StatusCode"] == 202
    assert api.invoke_async(FunctionName=name, InvokeArgs=b'{"n": 5}')["Status"] == 202
    assert until(lambda: {f"got {n}" for n in range(6)} <= set(lines(client, name)))


def test_a_burst_of_events_leaves_room_for_others(api, function):
    """Hundreds of waiting events of a function that is cold: another one is started meanwhile."""
    def sleeper(ms):
        return function(f"export const handler = () => new Promise((done) => setTimeout(done, {ms}));", Runtime="nodejs20.x",
                        Handler="index.handler", Timeout=60)
    burst, other = sleeper(1000), sleeper(0)
    for _ in range(300):
        api.invoke(FunctionName=burst, InvocationType="Event", Payload=b"{}")
    begun = time.monotonic()
    assert api.invoke(FunctionName=other)["StatusCode"] == 200
    assert time.monotonic() - begun < 5
    api.delete_function(FunctionName=burst)


def test_events_survive_a_kill(client_of, unique, zip_of):
    """A 202 means that the event is on disk: another server on the same folder runs it."""
    s = samovar.Server().start()
    try:
        api, name = client_of(s, "lambda"), unique("f")
        api.create_function(FunctionName=name, Runtime="python3.12", Role=ROLE, Handler="index.handler", Timeout=30,
                            Code={"ZipFile": zip_of({"index.py": "import time\ndef handler(e, c):\n"
                                                                 "    time.sleep(1)\n    print('got', e)\n"})})
        for n in range(3):
            api.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(n))
        s.kill()
        s.start()
        client = lambda service: client_of(s, service)
        assert until(lambda: {"got 0", "got 1", "got 2"} <= set(lines(client, name)))
        assert s.stop() == 0
    finally:
        if s.process.poll() is None:
            s.kill()
        s.remove()


STREAM = """
export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
    if (event.requestContext) {
        stream = awslambda.HttpResponseStream.from(stream,
            { statusCode: 201, headers: { 'Content-Type': 'text/plain', 'X-A': 'b' }, cookies: ['c=d'] });
    }
    stream.write('one ');
    stream.write('two');
    stream.end();
});
"""


def test_response_stream(api, function):
    name = function(STREAM, Runtime="nodejs20.x")
    r = api.invoke_with_response_stream(FunctionName=name, Payload=b"{}", LogType="Tail")
    assert (r["StatusCode"], r["ExecutedVersion"]) == (200, "$LATEST")
    events = list(r["EventStream"])
    assert b"".join(e["PayloadChunk"]["Payload"] for e in events if "PayloadChunk" in e) == b"one two"
    assert "START" in base64.b64decode(events[-1]["InvokeComplete"]["LogResult"]).decode()
    failing = function("def handler(e, c): raise ValueError('no')")
    events = list(api.invoke_with_response_stream(FunctionName=failing)["EventStream"])
    assert events[-1]["InvokeComplete"]["ErrorCode"] == "Unhandled"
    assert json.loads(events[-1]["InvokeComplete"]["ErrorDetails"])["errorMessage"] == "no"


# ---- function URLs ----


class Keep(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def fetch(server, url, path="", method="GET", body=None, headers=None):
    """The name below localhost need not resolve here: the request goes to the server with its Host."""
    host = url.split("/")[2]
    request = urllib.request.Request(f"{server.url}/{path}", data=body, method=method,
                                     headers={"Host": host, **(headers or {})})
    try:
        with urllib.request.build_opener(Keep).open(request) as r:
            return r.status, r.headers, r.read()
    except urllib.error.HTTPError as e:
        return e.code, e.headers, e.read()


@pytest.fixture
def address(api, function):
    """address(code, **settings): a function's name and URL."""

    def make(code, runtime="python3.12", **settings):
        name = function(code, Runtime=runtime)
        settings.setdefault("AuthType", "NONE")
        return name, api.create_function_url_config(FunctionName=name, **settings)["FunctionUrl"]

    return make


def test_url_configurations(api, address):
    name, url = address("def handler(e, c): return 1", Cors={"AllowOrigins": ["*"]})
    got = api.get_function_url_config(FunctionName=name)
    assert (got["FunctionUrl"], got["AuthType"], got["InvokeMode"]) == (url, "NONE", "BUFFERED")
    assert got["Cors"] == {"AllowOrigins": ["*"]}
    assert error_of(api.create_function_url_config, FunctionName=name, AuthType="NONE") == (
        "ResourceConflictException", 409)
    assert api.update_function_url_config(FunctionName=name, AuthType="AWS_IAM")["AuthType"] == "AWS_IAM"
    assert len(api.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]) == 1
    assert error_of(api.create_function_url_config, FunctionName=name, Qualifier="1", AuthType="NONE")[0] == (
        "ValidationException")
    api.delete_function_url_config(FunctionName=name)
    assert error_of(api.get_function_url_config, FunctionName=name) == ("ResourceNotFoundException", 404)
    assert error_of(api.delete_function_url_config, FunctionName=name) == ("ResourceNotFoundException", 404)


def test_url_event(server, address):
    _, url = address("def handler(e, c): return e")
    status, headers, body = fetch(server, url, "a%20b/c?x=1&x=2&y=%C3%A4", "POST", b'{"k": 1}',
                                  {"Content-Type": "application/json", "Cookie": "a=1; b=2", "X-Up": "V"})
    event = json.loads(body)
    assert status == 200 and headers["content-type"] == "application/json"
    assert (event["version"], event["routeKey"]) == ("2.0", "$default")
    assert event["rawPath"] == "/a b/c" and event["rawQueryString"] == "x=1&x=2&y=%C3%A4"
    assert event["queryStringParameters"] == {"x": "1,2", "y": "ä"}
    assert event["cookies"] == ["a=1", "b=2"] and "cookie" not in event["headers"]
    assert event["headers"]["x-up"] == "V" and event["headers"]["x-forwarded-for"] == "127.0.0.1"
    assert event["body"] == '{"k": 1}' and event["isBase64Encoded"] is False
    context = event["requestContext"]
    assert context["accountId"] == "anonymous" and context["http"]["method"] == "POST"
    assert context["http"]["sourceIp"] == "127.0.0.1" and context["stage"] == "$default"
    event = json.loads(fetch(server, url, "", "POST", b"\xff\x00", {"Content-Type": "image/png"})[2])
    assert event["isBase64Encoded"] is True and base64.b64decode(event["body"]) == b"\xff\x00"


def test_url_answers(server, address):
    code = """
import base64, json
def handler(e, c):
    return {
        '/full': {'statusCode': 418, 'headers': {'X-A': 'b', 'n': 3}, 'cookies': ['a=1', 'b=2'], 'body': 'tea'},
        '/binary': {'statusCode': 200, 'body': base64.b64encode(b'\\xff').decode(), 'isBase64Encoded': True},
        '/text': 'text', '/object': {'a': 1}, '/bad': {'statusCode': 'x'},
        '/split': {'statusCode': 200, 'headers': {'a': 'b\\r\\nc: d'}}}.get(e['rawPath']) or 1/0
"""
    _, url = address(code)
    status, headers, body = fetch(server, url, "full")
    assert (status, headers["x-a"], headers["n"], body) == (418, "b", "3", b"tea")
    assert headers.get_all("set-cookie") == ["a=1", "b=2"]
    assert fetch(server, url, "binary")[2] == b"\xff"
    assert json.loads(fetch(server, url, "text")[2]) == "text"
    assert json.loads(fetch(server, url, "object")[2]) == {"a": 1}
    for path in ("bad", "split", "raises"):
        assert fetch(server, url, path)[0::2] == (502, b"Internal Server Error")


def test_url_forms(server, api, address):
    name, url = address("def handler(e, c): return e['rawPath']")
    url_id = url.split("/")[2].split(".")[0]
    assert url.startswith(f"http://{url_id}.lambda-url.us-east-1.localhost:")
    for host in (f"{url_id}.lambda-url.us-east-1.on.aws", f"{url_id}.lambda-url.us-east-1.localhost",
                 f"{url_id}.lambda-url.us-east-1.localhost.localstack.cloud:4566"):
        assert fetch(server, f"http://{host}/", "p")[2] == b'"/p"'
    with urllib.request.urlopen(f"{server.url}/_aws/lambda-url/{url_id}/p/q") as r:
        assert r.read() == b'"/p/q"'
    assert fetch(server, "http://none.lambda-url.us-east-1.on.aws/")[0] == 404
    api.delete_function(FunctionName=name)
    assert fetch(server, url)[0] == 404


def test_url_cors(server, address):
    _, url = address("def handler(e, c): return 1", Cors={
        "AllowOrigins": ["https://a.example.com"], "AllowMethods": ["GET"], "AllowHeaders": ["x-a"], "MaxAge": 9,
        "AllowCredentials": True, "ExposeHeaders": ["x-b"]})
    asked = {"Origin": "https://a.example.com", "Access-Control-Request-Method": "GET"}
    status, headers, body = fetch(server, url, "", "OPTIONS", None, asked)
    assert (status, body) == (200, b"")
    assert headers["access-control-allow-origin"] == "https://a.example.com"
    assert headers["access-control-allow-methods"] == "GET" and headers["access-control-max-age"] == "9"
    _, headers, body = fetch(server, url, "", "GET", None, {"Origin": "https://a.example.com"})
    assert headers["access-control-allow-origin"] == "https://a.example.com" and body == b"1"
    assert headers["access-control-expose-headers"] == "x-b"
    _, headers, _ = fetch(server, url, "", "GET", None, {"Origin": "https://b.example.com"})
    assert headers["access-control-allow-origin"] is None


def test_url_of_iam_needs_a_signature(server, address):
    _, url = address("def handler(e, c): return e['requestContext']['authorizer']['iam']['accountId']",
                     AuthType="AWS_IAM")
    assert fetch(server, url)[0::2] == (403, b'{"Message":"Forbidden"}')
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, "
                               "SignedHeaders=host, Signature=0"}
    assert fetch(server, url, headers=signed)[0::2] == (200, b'"000000000000"')


def test_url_response_stream(server, address):
    _, url = address(STREAM, "nodejs20.x", InvokeMode="RESPONSE_STREAM")
    status, headers, body = fetch(server, url)
    assert (status, headers["x-a"], headers["set-cookie"], body) == (201, "b", "c=d", b"one two")
