"""AWS's own command line tool, as a person uses it."""

import json
import os
import subprocess
import time

import pytest

import samovar

AWS = os.path.join(samovar.ROOT, "build/venv/bin/aws")


@pytest.fixture
def aws(server, tmp_path):
    """aws("lambda", "list-functions"): its answer, or the text of its failure for ok=False."""

    def run(*arguments, ok=True, **more):
        done = subprocess.run([AWS, *arguments], capture_output=True, text=True, timeout=60, cwd=tmp_path,
                              env=samovar.environment(server, AWS_CONFIG_FILE="/nonexistent"), stdin=subprocess.DEVNULL, **more)
        assert (done.returncode == 0) == ok, done.stderr
        if not ok:
            return done.stderr
        return json.loads(done.stdout) if done.stdout.strip().startswith(("{", "[")) else done.stdout

    return run


def test_a_function(aws, unique, zip_of, tmp_path):
    name = unique("f")
    role = aws("iam", "create-role", "--role-name", name, "--assume-role-policy-document", json.dumps({
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
                                                "Action": "sts:AssumeRole"}]}))["Role"]["Arn"]
    (tmp_path / "code.zip").write_bytes(zip_of({"index.py": "def handler(e, c):\n    print('told', e)\n    return {'got': e}"}))
    made = aws("lambda", "create-function", "--function-name", name, "--runtime", "python3.12", "--role", role,
               "--handler", "index.handler", "--zip-file", "fileb://code.zip")
    assert made["State"] in ("Pending", "Active") and made["FunctionArn"].endswith(f":function:{name}")
    aws("lambda", "wait", "function-active-v2", "--function-name", name)
    said = aws("lambda", "invoke", "--function-name", name, "--payload",
               '{"a": "é"}', "--log-type", "Tail", "out.json")
    assert said["StatusCode"] == 200 and said["ExecutedVersion"] == "$LATEST" and said["LogResult"]
    assert json.loads((tmp_path / "out.json").read_text()) == {"got": {"a": "é"}}
    listed = aws("lambda", "list-functions", "--query", "Functions[].FunctionName", "--max-items", "1000")
    assert name in listed
    assert "ResourceNotFoundException" in aws("lambda", "get-function", "--function-name", "none", ok=False)
    found = aws("logs", "filter-log-events", "--log-group-name", f"/aws/lambda/{name}", "--output", "text",
                "--query", "events[].message")
    assert "told {'a': 'é'}" in found and "REPORT RequestId" in found
    aws("lambda", "delete-function", "--function-name", name)
    assert "ResourceNotFoundException" in aws("lambda", "delete-function", "--function-name", name, ok=False)


def test_logs(aws, unique):
    group = unique("/g")
    aws("logs", "create-log-group", "--log-group-name", group)
    aws("logs", "create-log-stream", "--log-group-name", group, "--log-stream-name", "s")
    now = int(time.time() * 1000)
    aws("logs", "put-log-events", "--log-group-name", group, "--log-stream-name", "s", "--log-events",
        json.dumps([{"timestamp": now + i, "message": f"{'ERROR' if i % 2 else 'INFO'} {i}"} for i in range(30)]))
    events = aws("logs", "filter-log-events", "--log-group-name", group, "--filter-pattern", "ERROR", "--page-size", "4")["events"]
    assert [e["message"] for e in events] == [f"ERROR {i}" for i in range(1, 30, 2)]
    last = aws("logs", "get-log-events", "--log-group-name", group, "--log-stream-name", "s", "--limit", "1")["events"]
    assert last[0]["message"] == "ERROR 29"


def test_an_http_api(aws, unique):
    api = aws("apigatewayv2", "create-api", "--name", unique("api"), "--protocol-type", "HTTP", "--target",
              "arn:aws:lambda:us-east-1:000000000000:function:none", "--tags", "a=b")
    assert api["ApiEndpoint"].startswith("http") and api["Tags"] == {"a": "b"}
    routes = aws("apigatewayv2", "get-routes", "--api-id", api["ApiId"])["Items"]
    assert [r["RouteKey"] for r in routes] == ["$default"]
    aws("apigatewayv2", "delete-api", "--api-id", api["ApiId"])


def test_who_am_i(aws):
    assert aws("sts", "get-caller-identity")["Account"] == "000000000000"
