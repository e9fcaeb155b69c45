"""The applications of examples/: deployed by samovar deploy and by the real tools, changed, called, rolled back, removed."""

import json
import os
import re
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


class Tool:
    """A way to deploy: in the application's folder, to a server of its own."""

    bucket = None  # for packages, made before by the user

    def __init__(self, server, folder, stack):
        self.server, self.folder, self.stack = server, folder, stack
        self.env = {"SAM_CLI_TELEMETRY": "0", "SLS_AWS_MONITORING_FREQUENCY": "200", "SLS_TELEMETRY_DISABLED": "1",
                    "SLS_NOTIFICATIONS_MODE": "off"}

    def run(self, *command, code=0):
        return run(self.server, self.folder, *command, code=code, **self.env)


class Samovar(Tool):
    def deploy(self, code=0):
        return self.run(samovar.PROGRAM, "deploy", code=code)

    def remove(self):
        self.run(samovar.PROGRAM, "rm")


class Osls(Tool):
    def deploy(self, code=0):
        return self.run(OSLS, "deploy", code=code)

    def remove(self):
        self.run(OSLS, "remove")


class Sam(Tool):
    bucket = "sam-packages"

    def deploy(self, code=0):
        return self.run(SAM, "deploy", "--stack-name", self.stack, "--region", "us-east-1", "--s3-bucket", self.bucket,
                        "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", code=code)

    def remove(self):
        self.run(SAM, "delete", "--stack-name", self.stack, "--region", "us-east-1", "--no-prompts", "--s3-bucket",
                 self.bucket)
        # It takes away what the last template names; packages before that are the user's.
        self.run(AWS, "s3", "rm", "--recursive", f"s3://{self.bucket}")


class Cli(Tool):
    bucket = "cli-packages"

    def deploy(self, code=0):
        self.run(AWS, "cloudformation", "package", "--template-file", "template.yaml", "--s3-bucket", self.bucket,
                 "--output-template-file", "packaged.yaml")
        return self.run(AWS, "cloudformation", "deploy", "--template-file", "packaged.yaml", "--stack-name", self.stack,
                        "--capabilities", "CAPABILITY_IAM", code=255 if code else 0)

    def remove(self):
        self.run(AWS, "cloudformation", "delete-stack", "--stack-name", self.stack)
        self.run(AWS, "cloudformation", "wait", "stack-delete-complete", "--stack-name", self.stack)
        # The CLI leaves its packages to the user.
        self.run(AWS, "s3", "rm", "--recursive", f"s3://{self.bucket}")


class Application:
    """An example: what it answers, how its code and its configuration change, and a resource that fails."""

    def __init__(self, stack, output, path, field, code, config, answers, after, last):
        self.stack, self.output, self.path, self.field = stack, output, path, field
        self.code, self.config, self.answers = code, config, answers
        self.after, self.last = after, last  # the failing one comes after this, as the last of the file or before that

    def answer(self, server, client):
        values, status = outputs(client, self.stack)
        assert status.endswith("_COMPLETE"), status
        base = values[self.output].replace("https://", "http://").replace("amazonaws.com", "localhost").rstrip("/")
        return get(reachable(server, f"{base}/{self.path}"))[self.field]

    @staticmethod
    def edit(folder, name, old, new):
        text = (folder / name).read_text()
        assert text.count(old) == 1, (name, old)
        (folder / name).write_text(text.replace(old, new))

    def break_it(self, folder):
        bad = f"""  Bad:
    Type: AWS::Logs::LogGroup
    DependsOn: {self.after}
    Properties: {{LogGroupName: "no such name!"}}

"""
        name = self.config[0]
        if self.last:
            self.edit(folder, name, self.last, bad + self.last)
        else:
            indented = "".join(f"  {line}\n" if line else "\n" for line in bad.splitlines())
            (folder / name).write_text((folder / name).read_text() + "\nresources:\n  Resources:\n" + indented)


APPLICATIONS = {
    "http-api-node": Application(
        "guestbook-dev", "HttpApiUrl", "", "version",
        ("src/about.js", "version: process.env.VERSION", 'version: "changed " + process.env.VERSION'),
        ("serverless.yml", "${param:version, '1'}", "two"), ("1", "changed two"), "AboutLambdaFunction", None),
    "http-api-python": Application(
        "slugs-dev", "HttpApiUrl", "slugs/Hello%20World", "slug",
        ("app.py", 'separator=os.environ["SEPARATOR"])', 'separator=os.environ["SEPARATOR"]).upper()'),
        ("serverless.yml", "${param:separator, '-'}", "_"), ("hello-world", "HELLO_WORLD"), "SlugLambdaFunction", None),
    "sam-url": Application(
        "sam-url", "ClockUrl", "", "zone",
        ("src/clock.py", '{"zone": os.environ["ZONE"]', '{"zone": "in " + os.environ["ZONE"]'),
        ("template.yaml", "ZONE: !Ref Zone", "ZONE: Europe/Berlin"), ("UTC", "in Europe/Berlin"), "Clock", "Outputs:"),
}


def files_of(server):
    """Bodies and unpacked code on the server's disk."""
    return [os.path.join(top, name) for folder in ("blobs", "lambda/code", "lambda/layers")
            for top, _, names in os.walk(os.path.join(server.data, folder)) for name in names]


def nothing_at_all(client, bucket):
    """The account is as it was before: only the bucket stands that was there, empty."""
    nothing_left(client, "")
    assert [b["Name"] for b in client("s3").list_buckets()["Buckets"]] == ([bucket] if bucket else [])
    assert client("cloudformation").list_exports()["Exports"] == []
    assert client("lambda").list_event_source_mappings()["EventSourceMappings"] == []


INSTALLED = {Osls: OSLS, Sam: SAM, Cli: AWS}


@pytest.mark.parametrize("name, tool", [("http-api-node", Samovar), ("http-api-node", Osls), ("http-api-python", Samovar),
                                        ("http-api-python", Osls), ("sam-url", Samovar), ("sam-url", Sam), ("sam-url", Cli)])
def test_an_example_by_a_tool(client_of, app, name, tool):
    """Deployed, its code and configuration changed, a change that fails undone, removed with nothing left."""
    if not os.path.exists(INSTALLED.get(tool, samovar.PROGRAM)):
        pytest.skip(f"{tool.__name__} is not installed")
    application, folder = APPLICATIONS[name], app(name)
    with samovar.Server() as server:
        def client(service):
            return client_of(server, service)
        if tool.bucket:
            client("s3").create_bucket(Bucket=tool.bucket)
        it = tool(server, folder, application.stack)
        it.deploy()
        assert application.answer(server, client) == application.answers[0]
        application.edit(folder, *application.code)
        application.edit(folder, *application.config)
        it.deploy()
        assert application.answer(server, client) == application.answers[1]
        # New code, in a change that fails at its end: what answers is the version before.
        application.edit(folder, application.code[0], application.code[2], "nonsense(")
        application.break_it(folder)
        it.deploy(code=1)
        assert outputs(client, application.stack)[1] == "UPDATE_ROLLBACK_COMPLETE"
        assert application.answer(server, client) == application.answers[1]
        assert files_of(server) != []
        it.remove()
        nothing_at_all(client, tool.bucket)
        # Unpacked code whose package went after the function is swept at the next start.
        server.stop()
        server.start()
        for _ in range(100):
            if not files_of(server):
                break
            time.sleep(0.1)
        assert files_of(server) == []


def test_the_words_of_samovar_deploy(server, client, app):
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
    assert "greeting Ada" in run(server, folder, samovar.PROGRAM, "logs", "guestbook-dev-greet")
    run(server, folder, samovar.PROGRAM, "rm")
    nothing_left(client, "guestbook")


def test_a_templates_parameters_by_samovar(server, client, app):
    folder = app("sam-url")
    deploy(server, folder)
    url = reachable(server, outputs(client, "sam-url")[0]["ClockUrl"])
    deploy(server, folder, "--param", "Zone=Europe/Berlin", "--param", "MemorySize=256")
    assert get(url)["zone"] == "Europe/Berlin"
    assert "nothing to change" in deploy(server, folder)
    run(server, folder, samovar.PROGRAM, "rm")
    nothing_left(client, "sam-url")


STACK = """service: settings
provider:
  name: aws
  runtime: python3.12
  stackName: another-name
  stackTags: {owner: tea}
  stackPolicy: [{Effect: Allow, Principal: "*", Action: "Update:*", Resource: "*"}]
  stackParameters: [{ParameterKey: Word, ParameterValue: given}]
  deletionProtection: {stages: [dev]}
  deploymentBucket: settings-packages
  deploymentPrefix: under
functions:
  f: {handler: app.f, environment: {WORD: !Ref Word}}
resources:
  Parameters: {Word: {Type: String, Default: none}}
"""


def test_what_is_said_of_the_stack_itself(server, client, tmp_path):
    (tmp_path / "serverless.yml").write_text(STACK)
    (tmp_path / "app.py").write_text("def f(e, c): pass\n")
    deploy(server, tmp_path)
    cloudformation = client("cloudformation")
    stack = cloudformation.describe_stacks(StackName="another-name")["Stacks"][0]
    assert {t["Key"]: t["Value"] for t in stack["Tags"]} == {"STAGE": "dev", "owner": "tea"}
    assert stack["EnableTerminationProtection"] is True
    policy = json.loads(cloudformation.get_stack_policy(StackName="another-name")["StackPolicyBody"])
    assert policy["Statement"][0]["Action"] == "Update:*"
    function = client("lambda").get_function(FunctionName="settings-dev-f")
    assert function["Configuration"]["Environment"]["Variables"] == {"WORD": "given"}
    assert function["Tags"]["owner"] == "tea"

    def keys():
        return [o["Key"] for o in client("s3").list_objects_v2(Bucket="settings-packages").get("Contents", [])]
    assert len(keys()) == 1 and keys()[0].startswith("under/another-name/")
    # Only the packages that are used stay.
    (tmp_path / "app.py").write_text("def f(e, c): return 2\n")
    first = keys()
    deploy(server, tmp_path)
    assert len(keys()) == 1 and keys() != first
    assert "TerminationProtection" in run(server, tmp_path, samovar.PROGRAM, "rm", code=1)
    (tmp_path / "serverless.yml").write_text(STACK.replace("{stages: [dev]}", "{stages: [prod]}"))
    deploy(server, tmp_path)
    run(server, tmp_path, samovar.PROGRAM, "rm")
    assert keys() == []
    nothing_left(client, "settings-dev")


@pytest.mark.skipif(not os.path.exists(OSLS), reason="osls is not installed")
@pytest.mark.parametrize("name, function, data, logged", [
    ("http-api-node", "greet", {"pathParameters": {"name": "Ada"}}, "greeting Ada"),
    ("http-api-python", "slug", {"pathParameters": {"title": "A B"}}, "slug of A B"),
])
def test_the_commands_of_osls(server, client, app, name, function, data, logged):
    folder = app(name)
    application = APPLICATIONS[name]
    service = application.stack.removesuffix("-dev")
    it = Osls(server, folder, application.stack)
    it.deploy()
    assert f"{service}-dev-{function}" in it.run(OSLS, "info")
    said = it.run(OSLS, "invoke", "--function", function, "--data", json.dumps(data))
    assert '"statusCode": 200' in said
    assert logged in it.run(OSLS, "logs", "--function", function)
    application.edit(folder, *application.config)
    it.deploy()
    assert application.answer(server, client).lower() in application.answers[1].lower()
    first = re.findall(r"Timestamp: (\d+)", it.run(OSLS, "deploy", "list"))[0]
    it.run(OSLS, "rollback", "--timestamp", first)
    assert application.answer(server, client) == application.answers[0]
    # Code alone, past CloudFormation.
    application.edit(folder, *application.code)
    changed = {"http-api-node": "about"}.get(name, function)
    assert "Deploying function" in it.run(OSLS, "deploy", "function", "--function", changed)
    assert application.answer(server, client).lower() in ("changed two", "hello_world")
    assert "$LATEST" in it.run(OSLS, "deploy", "list", "functions")
    # There is no CloudWatch metrics API: it says so.
    assert "is not served by this server (operation: GetMetricStatistics)" in it.run(OSLS, "metrics", code=1)
    it.remove()
    nothing_left(client, service)
