"""The applications of examples/: deployed by samovar deploy and by the real tools, changed, called, rolled back, removed."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request

import pytest

import samovar

ROOT = samovar.ROOT
OSLS = os.path.join(ROOT, "build/node/node_modules/.bin/osls")
SAM = os.path.join(ROOT, "build/sam/bin/sam")
AWS = os.path.join(ROOT, "build/venv/bin/aws")


@pytest.fixture
def app(tmp_path):
    """A copy of an example, with the packages that it wants."""

    def copy(name):
        folder = tmp_path / name
        shutil.copytree(os.path.join(ROOT, "examples", name), folder)
        if (folder / "requirements.txt").exists():
            subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-t",
                            str(folder / "vendor"), "-r", str(folder / "requirements.txt")], check=True, timeout=120)
        return folder

    return copy


def run(server, folder, *command, code=0, **env):
    """The command in the folder, its output; it must end with that code."""
    done = subprocess.run(command, cwd=folder, env=samovar.environment(server, **env), capture_output=True, text=True,
                          timeout=240, stdin=subprocess.DEVNULL)
    assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def deploy(server, folder, *options, code=0):
    return run(server, folder, samovar.PROGRAM, "deploy", *options, code=code)


def get(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def outputs(client, stack):
    described = client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    return {o["OutputKey"]: o["OutputValue"] for o in described.get("Outputs", [])}, described["StackStatus"]


def reachable(server, url):
    """The same address where no name server knows *.localhost: the path form."""
    host, _, path = url.partition("://")[2].partition("/")
    name, service = host.split(".")[:2]
    return f"{server.url}/_aws/{service}/{name}/{'$default/' if service == 'execute-api' else ''}{path}"


def nothing_left(client, prefix):
    """No function, role, log group, layer, API, stack or package of that name."""
    left = [f["FunctionName"] for f in client("lambda").list_functions()["Functions"]]
    left += [r["RoleName"] for r in client("iam").list_roles()["Roles"]]
    left += [g["logGroupName"].rpartition("/")[2] for g in client("logs").describe_log_groups()["logGroups"]]
    left += [a["Name"] for a in client("apigatewayv2").get_apis()["Items"]]
    left += [a["LayerName"] for a in client("lambda").list_layers()["Layers"]]
    s3 = client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        left += [o["Key"] for o in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", [])]
    assert [name for name in left if prefix in name] == []
    statuses = [s["StackStatus"] for s in client("cloudformation").list_stacks()["StackSummaries"]
                if s["StackName"].startswith(prefix)]
    assert set(statuses) <= {"DELETE_COMPLETE"}, statuses


TWO = """service: two
provider: {name: aws, runtime: python3.12, logRetentionInDays: 3, environment: {VER: "${param:version, '1'}"}}
functions:
  first: {handler: app.first, url: true}
  second: {handler: app.second, timeout: 3}
"""
BAD = """resources:
  Resources:
    Bad: {Type: "AWS::Logs::LogGroup", DependsOn: FirstLambdaFunction, Properties: {LogGroupName: "no such name!"}}
"""


@pytest.fixture
def two(tmp_path):
    (tmp_path / "serverless.yml").write_text(TWO)
    (tmp_path / "app.py").write_text("import os\n\ndef first(e, c):\n    return {'v': os.environ['VER']}\n\n"
                                     "def second(e, c):\n    return 2\n")
    return tmp_path


def test_two_functions_by_samovar(server, client, two):
    assert "add      FirstLambdaFunction  AWS::Lambda::Function" in deploy(server, two, "--dry-run")
    nothing_left(client, "two-dev")
    said = deploy(server, two)
    assert "created  FirstLambdaFunction" in said and "1 uploaded" in said and "\x1b" not in said
    url = reachable(server, outputs(client, "two-dev")[0]["FirstLambdaFunctionUrl"])
    assert get(url) == {"v": "1"}
    said = deploy(server, two)
    assert "nothing to change" in said and "0 uploaded, 1 there already" in said
    assert "change   FirstLambdaFunction" in deploy(server, two, "--param", "version=2", "--dry-run")
    assert get(url) == {"v": "1"}
    deploy(server, two, "--param", "version=2")
    assert get(url) == {"v": "2"}
    (two / "serverless.yml").write_text(TWO + BAD)
    said = deploy(server, two, "--param", "version=3", code=1)
    assert "samovar: Bad: " in said and "UPDATE_ROLLBACK_COMPLETE" in said
    assert get(url) == {"v": "2"}
    (two / "serverless.yml").write_text(TWO)
    run(server, two, samovar.PROGRAM, "rm")
    nothing_left(client, "two-dev")
    assert "there is no two-dev" in run(server, two, samovar.PROGRAM, "rm")


def test_a_creation_that_failed_makes_way(server, client, two):
    (two / "serverless.yml").write_text(TWO + BAD)
    said = deploy(server, two, code=1)
    assert "samovar: Bad: " in said and "ROLLBACK_COMPLETE" in said
    (two / "serverless.yml").write_text(TWO + BAD.replace("AWS::Logs::LogGroup", "AWS::Nothing::Here"))
    assert "serverless.yml:8: Bad: the type AWS::Nothing::Here is not served" in deploy(server, two, code=1)
    (two / "serverless.yml").write_text(TWO)
    assert "two-dev is deployed" in deploy(server, two)
    run(server, two, samovar.PROGRAM, "rm")
    nothing_left(client, "two-dev")


def test_what_samovar_deploy_says_no_to(server, two, tmp_path_factory):
    assert "no serverless.yml" in deploy(server, tmp_path_factory.mktemp("empty"), code=1)
    (two / "serverless.yml").write_text(TWO.replace("url: true", "vpc: {}"))
    assert 'serverless.yml:4: functions.first.vpc is not supported: there is no VPC' in deploy(server, two, code=1)
    (two / "serverless.yml").write_text(TWO.replace("'1'", "self:custom.none"))
    assert "the variable ${param:version, self:custom.none} has no value" in deploy(server, two, code=1)
    (two / "serverless.yml").write_text("service: [")
    assert "serverless.yml:" in deploy(server, two, code=1)


def test_a_second_deploy_is_quick(server, client, two):
    deploy(server, two)
    begun = time.monotonic()
    deploy(server, two, "--param", "version=9")
    took_ms = (time.monotonic() - begun) * 1000
    run(server, two, samovar.PROGRAM, "rm")
    assert took_ms < (3000 if "asan" in samovar.PROGRAM else 300)


def test_http_api_in_node_by_samovar(server, client, app):
    folder = app("http-api-node")
    said = deploy(server, folder, "--dry-run")
    assert "add      GreetLambdaFunction  AWS::Lambda::Function" in said
    nothing_left(client, "guestbook")
    said = deploy(server, folder)
    assert "created  GreetLambdaFunction" in said and "guestbook-dev-greet" in said and "GET" in said
    url = reachable(server, outputs(client, "guestbook-dev")[0]["HttpApiUrl"] + "/")
    assert get(url + "guests/Ada")["text"] == "Good day, Ada!"
    assert get(url) == {"title": "The guest book under test", "version": "1", "stage": "dev"}
    assert "nothing to change" in deploy(server, folder, "--param", "version=1")
    assert "change   AboutLambdaFunction" in deploy(server, folder, "--param", "version=2", "--dry-run")
    assert get(url)["version"] == "1"
    deploy(server, folder, "--param", "version=2")
    assert get(url)["version"] == "2"
    assert "greeting Ada" in run(server, folder, samovar.PROGRAM, "logs", "guestbook-dev-greet")
    run(server, folder, samovar.PROGRAM, "rm")
    nothing_left(client, "guestbook")


def test_a_failed_change_is_rolled_back(server, client, app):
    folder = app("http-api-node")
    deploy(server, folder)
    text = (folder / "serverless.yml").read_text()
    (folder / "serverless.yml").write_text(text + "resources:\n  Resources:\n    Bad:\n      Type: AWS::SQS::Queue\n"
                                           "      DependsOn: AboutLambdaFunction\n"
                                           "      Properties: {QueueName: 'no such name!'}\n")
    said = deploy(server, folder, "--param", "version=3", code=1)
    assert "Bad: " in said and "UPDATE_ROLLBACK_COMPLETE" in said
    values, status = outputs(client, "guestbook-dev")
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert get(reachable(server, values["HttpApiUrl"] + "/"))["version"] == "1"
    run(server, folder, samovar.PROGRAM, "rm")
    nothing_left(client, "guestbook")


def test_http_api_in_python_by_samovar(server, client, app):
    folder = app("http-api-python")
    deploy(server, folder)
    url = reachable(server, outputs(client, "slugs-dev")[0]["HttpApiUrl"] + "/")
    assert get(url + "slugs/Hello%20World") == {"slug": "hello-world"}
    deploy(server, folder, "--param", "separator=_")
    assert get(url + "slugs/Hello%20World") == {"slug": "hello_world"}
    run(server, folder, samovar.PROGRAM, "rm")
    nothing_left(client, "slugs")


def test_sam_template_by_samovar(server, client, app):
    folder = app("sam-url")
    deploy(server, folder)
    url = reachable(server, outputs(client, "sam-url")[0]["ClockUrl"])
    assert get(url)["zone"] == "UTC"
    deploy(server, folder, "--param", "Zone=Europe/Berlin", "--param", "MemorySize=256")
    assert get(url)["zone"] == "Europe/Berlin"
    run(server, folder, samovar.PROGRAM, "rm")
    nothing_left(client, "sam-url")


@pytest.mark.skipif(not os.path.exists(OSLS), reason="osls is not installed")
@pytest.mark.parametrize("name, function, data, logged", [
    ("http-api-node", "greet", {"pathParameters": {"name": "Ada"}}, "greeting Ada"),
    ("http-api-python", "slug", {"pathParameters": {"title": "A B"}}, "slug of A B"),
])
def test_by_osls(server, client, app, name, function, data, logged):
    folder = app(name)
    env = {"SLS_AWS_MONITORING_FREQUENCY": "200", "SLS_TELEMETRY_DISABLED": "1", "SLS_NOTIFICATIONS_MODE": "off"}
    text = (folder / "serverless.yml").read_text().replace('frameworkVersion: "4"\n', "")
    (folder / "serverless.yml").write_text(text)
    service = text.split("service: ")[1].split()[0]
    run(server, folder, OSLS, "deploy", **env)
    assert f"{service}-dev-{function}" in run(server, folder, OSLS, "info", **env)
    said = run(server, folder, OSLS, "invoke", "--function", function, "--data", json.dumps(data), **env)
    assert '"statusCode": 200' in said
    assert logged in run(server, folder, OSLS, "logs", "--function", function, **env)
    run(server, folder, OSLS, "remove", **env)
    nothing_left(client, service)


@pytest.mark.skipif(not os.path.exists(SAM), reason="aws-sam-cli is not installed")
def test_by_sam(server, client, app):
    folder = app("sam-url")
    env = {"SAM_CLI_TELEMETRY": "0"}
    common = ("--stack-name", "clock-by-sam", "--region", "us-east-1")
    bucket = "sam-packages"
    client("s3").create_bucket(Bucket=bucket)
    run(server, folder, SAM, "deploy", *common, "--s3-bucket", bucket, "--capabilities", "CAPABILITY_IAM",
        "--no-confirm-changeset", **env)
    url = reachable(server, outputs(client, "clock-by-sam")[0]["ClockUrl"])
    assert get(url)["zone"] == "UTC"
    run(server, folder, SAM, "deploy", *common, "--s3-bucket", bucket, "--capabilities", "CAPABILITY_IAM",
        "--no-confirm-changeset", "--parameter-overrides", "Zone=Europe/Berlin", **env)
    assert get(url)["zone"] == "Europe/Berlin"
    run(server, folder, SAM, "delete", *common, "--no-prompts", "--s3-bucket", bucket, **env)
    nothing_left(client, "clock-by-sam")


def test_by_the_cli(server, client, app):
    folder = app("sam-url")
    bucket = "cli-packages"
    client("s3").create_bucket(Bucket=bucket)
    run(server, folder, AWS, "cloudformation", "package", "--template-file", "template.yaml", "--s3-bucket", bucket,
        "--output-template-file", "packaged.yaml")
    run(server, folder, AWS, "cloudformation", "deploy", "--template-file", "packaged.yaml", "--stack-name",
        "clock-by-cli", "--capabilities", "CAPABILITY_IAM")
    assert get(reachable(server, outputs(client, "clock-by-cli")[0]["ClockUrl"]))["zone"] == "UTC"
    run(server, folder, AWS, "cloudformation", "delete-stack", "--stack-name", "clock-by-cli")
    run(server, folder, AWS, "cloudformation", "wait", "stack-delete-complete", "--stack-name", "clock-by-cli")
    nothing_left(client, "clock-by-cli")

