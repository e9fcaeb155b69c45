"""serverless.yml: the same template as osls makes of it, and a word on each key of the public reference."""

import json
import os
import re
import shutil
import subprocess

import pytest

import samovar

OSLS = os.path.join(samovar.ROOT, "build/node/node_modules/.bin/osls")
CORPUS = os.path.join(samovar.ROOT, "tests/golden/deploy")
ENV = {**os.environ, "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "test",
       "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1", "SLS_TELEMETRY_DISABLED": "1",
       "SLS_NOTIFICATIONS_MODE": "off"}
needs_osls = pytest.mark.skipif(not os.path.exists(OSLS), reason="osls is not installed")


def run(folder, *command, **env):
    return subprocess.run(command, cwd=folder, env={**ENV, **env}, capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL)


def printed(folder, *options):
    return run(folder, samovar.PROGRAM, "deploy", "--print", *options)


def refusal(folder, text):
    (folder / "serverless.yml").write_text(text)
    (folder / "app.py").write_text("def f(e, c): pass\n")
    done = printed(folder)
    return done.stderr if done.returncode else ""


def comparable(template):
    """Without what is each tool's own: the packages' bucket and keys, how versions and kept layers are named, the
    order of a policy's statements; and where the HTTP API is, which osls joins under amazonaws.com."""
    text = re.sub(r"(\w+?)LambdaVersion[A-Za-z0-9+/=]{8,}", r"\1LambdaVersionX", json.dumps(template, sort_keys=True))
    text = re.sub(r"(\w+LambdaLayer)[0-9a-f]{40}", r"\1X", text)
    text = re.sub(r'("CodeSha256": )"[^"]*"', r'\1"X"', text)
    template = json.loads(text, object_hook=lambda o: {**o, "S3Key": "K", "S3Bucket": "B"} if "S3Key" in o else o)
    resources, results = template["Resources"], template["Outputs"]
    for name in ("ServerlessDeploymentBucket", "ServerlessDeploymentBucketPolicy"):
        resources.pop(name, None)
    for name in list(results):
        if re.search("LambdaLayer(Hash|S3Key)$|^ServerlessDeploymentBucketName$", name):
            del results[name]
    if "HttpApiUrl" in results:
        results["HttpApiUrl"]["Value"] = "URL"
    for policy in resources.get("IamRoleLambdaExecution", {"Properties": {"Policies": []}})["Properties"]["Policies"]:
        policy["PolicyDocument"]["Statement"].sort(key=json.dumps)
    return template


@needs_osls
@pytest.mark.parametrize("name", sorted(os.listdir(CORPUS)))
def test_the_template_is_that_of_osls(server, tmp_path, name):
    folder = tmp_path / name
    shutil.copytree(os.path.join(CORPUS, name), folder)
    text = (folder / "serverless.yml").read_text()
    # Neither plugins nor another edition's version are here.
    (folder / "serverless.yml").write_text(re.sub(r"^(plugins|frameworkVersion):.*\n", "", text, flags=re.M))
    # Of a layer it asks whether there is one already.
    done = run(folder, OSLS, "package", "--stage", "test", AWS_ENDPOINT_URL=server.url)
    assert done.returncode == 0, done.stdout + done.stderr
    theirs = json.loads((folder / ".serverless/cloudformation-template-update-stack.json").read_text())
    done = printed(folder, "--stage", "test")
    assert done.returncode == 0, done.stderr
    assert comparable(json.loads(done.stdout)) == comparable(theirs)


PLUGIN = """module.exports = class { constructor(s) { this.hooks = { 'before:package:initialize': () =>
  require('fs').writeFileSync('schema.json', JSON.stringify(s.configSchemaHandler.schema)) }; } };\n"""


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    """The public reference as osls itself knows it: by a plugin, through its plugins' interface."""
    folder = tmp_path_factory.mktemp("schema")
    (folder / "app.py").write_text("def f(e, c): pass\n")
    (folder / "p.js").write_text(PLUGIN)
    (folder / "serverless.yml").write_text("service: reference\nprovider: {name: aws, runtime: python3.12}\n"
                                           "plugins: [./p.js]\nfunctions: {f: {handler: app.f}}\n")
    done = run(folder, OSLS, "package")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "schema.json").read_text())


def properties(schema, node):
    """The names of a table's keys, whatever alternatives it stands in."""
    while "$ref" in node:
        path = node["$ref"].lstrip("#/").split("/")
        node = schema
        for part in path:
            node = node[part]
    names = {n for n in node.get("properties", {}) if not n.startswith(("Fn::", "Ref"))}
    for word in ("anyOf", "oneOf", "allOf"):
        for inner in node.get(word, []):
            names |= properties(schema, inner)
    return names


def service(where, key):
    """A service that says {} at the key, and only that."""
    base = {"service": "s", "provider": {"name": "aws", "runtime": "python3.12"}, "functions": {"f": {"handler": "app.f"}}}
    node = base
    for part in where:
        node = node.setdefault(part, {})
    node.setdefault(key, {})
    return json.dumps(base)


@needs_osls
def test_each_key_of_the_reference_is_known(tmp_path, schema):
    """Known is served, or without a meaning here, or refused with a reason; never "not known", never by accident."""
    top, provider = schema["properties"], schema["properties"]["provider"]["properties"]
    function = next(iter(top["functions"]["patternProperties"].values()))
    tables = {(): schema, ("provider",): top["provider"], ("functions", "f"): function, ("package",): top["package"],
              ("layers", "l"): top["layers"]["additionalProperties"], ("provider", "httpApi"): provider["httpApi"],
              ("provider", "iam"): provider["iam"], ("provider", "logs"): provider["logs"],
              ("provider", "iam", "role"): provider["iam"]["properties"]["role"],
              ("provider", "deploymentBucket"): provider["deploymentBucket"],
              ("provider", "tracing"): provider["tracing"],
              ("functions", "f", "package"): function["properties"]["package"]}
    count = 0
    for where, table in tables.items():
        for key in sorted(properties(schema, table)):
            count += 1
            assert "is not known" not in refusal(tmp_path, service(where, key)), (where, key)
    assert count > 120


@needs_osls
def test_each_kind_of_event_is_known(tmp_path, schema):
    served = {"httpApi", "sqs", "stream", "sns", "schedule", "eventBridge", "s3", "cloudwatchLog"}
    function = next(iter(schema["properties"]["functions"]["patternProperties"].values()))
    kinds = {k for e in function["properties"]["events"]["items"]["anyOf"] for k in e.get("properties", {})
             if not k.startswith("__")}
    assert served < kinds
    for kind in sorted(kinds - served):
        text = f"service: s\nprovider: {{name: aws}}\nfunctions:\n  f:\n    handler: app.f\n    events:\n      - {kind}: x\n"
        assert f"serverless.yml:7: functions.f: events of the kind {kind} are not supported" in refusal(tmp_path, text)


HEAD = "service: s\nprovider:\n  name: aws\n"
TAIL = "functions:\n  f:\n    handler: app.f\n"


@pytest.mark.parametrize("text, line, said", [
    (HEAD + "  vpc: {subnetIds: [a]}\n", 4, "provider.vpc is not supported: there is no VPC"),
    (HEAD + "  notificationArns: ['arn:x']\n", 4, "provider.notificationArns is not supported: "),
    (HEAD + "  rollbackConfiguration: {MonitoringTimeInMinutes: 1}\n", 4, "provider.rollbackConfiguration is not supported"),
    (HEAD + "  runtimeManagement: auto\n", 4, "provider.runtimeManagement is not supported: "),
    (HEAD + "  pruneFunctionVersions: true\n", 4, "provider.pruneFunctionVersions is not supported: "),
    (HEAD + "  logDataProtectionPolicy: {Name: x}\n", 4, "provider.logDataProtectionPolicy is not supported: "),
    (HEAD + "  deploymentBucket:\n    sseKMSKeyId: x\n", 5, "provider.deploymentBucket.sseKMSKeyId is not supported: "),
    (HEAD + "  timeot: 3\n", 4, "provider.timeot is not known"),
    (HEAD + "  httpApi: {timeout: 3}\n", 4, "provider.httpApi.timeout is not known"),
    (HEAD + "  logs:\n    httpApi: {level: x}\n", 5, "provider.logs.httpApi.level is not known"),
    (HEAD + "package: {path: .pkg}\n", 4, "package.path is not supported: "),
    (HEAD + "build: {esbuild: true}\n", 4, "build is not supported: nothing is bundled"),
    (HEAD + "outputs: {a: 1}\n", 4, "outputs is not supported: use resources.Outputs"),
    (HEAD + "stages: {dev: {resolvers: {a: {}}}}\n", 4, "stages.dev.resolvers is not supported: "),
    (HEAD + "layers: {l: {description: x}}\n", 4, "layers.l: it has no path"),
    (HEAD + TAIL + "    vpc: {subnetIds: [a]}\n", 7, "functions.f.vpc is not supported: there is no VPC"),
    (HEAD + TAIL + "    image: a/b\n", 7, "functions.f.image is not supported: functions are archives"),
    (HEAD + TAIL + "    provisionedConcurrency: 2\n", 7, "functions.f.provisionedConcurrency is not supported: "),
    (HEAD + TAIL + "    snapStart: true\n", 7, "functions.f.snapStart is not supported: "),
    (HEAD + TAIL + "    fileSystemConfig: {arn: x}\n", 7, "functions.f.fileSystemConfig is not supported: "),
    (HEAD + TAIL + "    durableConfig: {executionTimeout: 1}\n", 7, "functions.f.durableConfig is not supported: "),
    (HEAD + TAIL + "    recursiveLoop: Allow\n", 7, "functions.f.recursiveLoop is not supported: "),
    (HEAD + TAIL + "    awsKmsKeyArn: x\n", 7, "functions.f.awsKmsKeyArn is not supported: its name is kmsKeyArn"),
    (HEAD + TAIL + "    handlr: app.f\n", 7, "functions.f.handlr is not known"),
    (HEAD + TAIL + "    events:\n      - httpApi: GET /\n      - sqs: {batchSize: 3}\n", 9, "functions.f.events.1.sqs needs the arn"),
    (HEAD + TAIL + "    events:\n      - stream: {type: kinesis, arn: x}\n", 8, "streams of the type kinesis are not supported"),
    (HEAD + TAIL + "    events:\n      - httpApi: GET /\n        cors: true\n", 8, "an event is one kind with its settings"),
    (HEAD + "x: ${file(a.js):b}\n", 0, "variables out of programs are not supported (a.js)"),
    (HEAD + "x: ${file(a.mjs)}\n", 0, "variables out of programs are not supported (a.mjs)"),
    (HEAD + "x: ${s3:a/b}\n", 0, 'variables of the source "s3" are not supported'),
])
def test_what_is_refused_by_name(tmp_path, text, line, said):
    where = f"samovar: serverless.yml:{line}: " if line else "samovar: "
    assert where in refusal(tmp_path, text) and said in refusal(tmp_path, text)


@pytest.mark.parametrize("text", ["vpc: null\n", "snapStart: false\n", "provisionedConcurrency: null\n"])
def test_what_asks_for_nothing_is_no_reason_to_refuse(tmp_path, text):
    assert refusal(tmp_path, HEAD + TAIL + "    " + text) == ""


def test_what_does_nothing_is_said(tmp_path):
    (tmp_path / "serverless.yml").write_text(
        HEAD + "  deploymentBucket: {name: my-bucket, versioning: true, blockPublicAccess: true}\norg: us\n"
        "plugins: [serverless-offline, serverless-webpack]\n" + TAIL)
    (tmp_path / "app.py").write_text("def f(e, c): pass\n")
    said = printed(tmp_path)
    assert said.returncode == 0, said.stderr
    for words in ("provider.deploymentBucket.versioning does nothing here: ", "org does nothing here: ",
                  "the plugin serverless-webpack is not run"):
        assert words in said.stderr
    assert "serverless-offline" not in said.stderr
    code = json.loads(said.stdout)["Resources"]["FLambdaFunction"]["Properties"]["Code"]
    assert code["S3Bucket"] == "my-bucket"


@pytest.mark.parametrize("name", ["serverless.js", "serverless.ts", "serverless.mjs", "serverless.cjs"])
def test_a_configuration_that_is_a_program_is_refused_by_name(tmp_path, name):
    (tmp_path / name).write_text("module.exports = {}\n")
    done = printed(tmp_path)
    assert done.returncode == 1 and f"{name}: " in done.stderr and "program" in done.stderr
    done = printed(tmp_path, "--config", name)
    assert done.returncode == 1 and f"{name}: " in done.stderr and "program" in done.stderr
