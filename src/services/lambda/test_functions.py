"""Functions, versions, aliases, layers and policies through boto3 (Lambda API Reference)."""

import base64
import hashlib
import io
import json
import urllib.request
import zipfile

import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::000000000000:role/r"
ECHO = "import json\ndef handler(event, context):\n    return {'event': event, 'arn': context.invoked_function_arn}\n"


@pytest.fixture
def api(client):
    return client("lambda")


@pytest.fixture
def function(api, unique, zip_of):
    """function(code, **more): the name of a new Python function."""

    def make(code=ECHO, **more):
        name = unique("f")
        arguments = dict(FunctionName=name, Runtime="python3.12", Role=ROLE, Handler="index.handler",
                         Code={"ZipFile": zip_of({"index.py": code})})
        arguments.update(more)
        api.create_function(**arguments)
        return name

    return make


def fails(code, part, call, **arguments):
    with pytest.raises(ClientError) as e:
        call(**arguments)
    assert e.value.response["Error"]["Code"] == code, e.value
    assert part in e.value.response["Error"]["Message"], e.value
    return e.value


def test_create_function_answers_its_configuration(api, unique, zip_of):
    name, code = unique("f"), zip_of({"index.py": ECHO})
    r = api.create_function(FunctionName=name, Runtime="python3.12", Role=ROLE, Handler="index.handler",
                            Code={"ZipFile": code}, Description="d", Timeout=7, MemorySize=256,
                            Environment={"Variables": {"NAME": "value"}}, Tags={"a": "b"})
    assert r["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert r["FunctionArn"] == f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
    assert r["CodeSha256"] == base64.b64encode(hashlib.sha256(code).digest()).decode()
    assert (r["CodeSize"], r["Timeout"], r["MemorySize"], r["Version"]) == (len(code), 7, 256, "$LATEST")
    assert r["Environment"] == {"Variables": {"NAME": "value"}}
    assert r["State"] in ("Active", "Pending")
    api.get_waiter("function_active_v2").wait(FunctionName=name)
    api.get_waiter("function_exists").wait(FunctionName=name)
    got = api.get_function(FunctionName=name)
    assert got["Tags"] == {"a": "b"}
    with urllib.request.urlopen(got["Code"]["Location"]) as answer:
        assert answer.read() == code
    fails("ResourceConflictException", f"Function already exist: {name}", api.create_function, FunctionName=name,
          Runtime="python3.12", Role=ROLE, Handler="index.handler", Code={"ZipFile": code})


def test_code_links_are_signed(api, function):
    link = api.get_function(FunctionName=function())["Code"]["Location"]
    with pytest.raises(urllib.error.HTTPError) as e:
        urllib.request.urlopen(link.replace("signature=", "signature=0")[:-1])
    assert e.value.code == 403


@pytest.mark.parametrize("change, code, part", [
    ({"Runtime": "nodejs99.x"}, "InvalidParameterValueException", "Value nodejs99.x at 'runtime'"),
    ({"Handler": None}, "InvalidParameterValueException", "Runtime and Handler are mandatory parameters"),
    ({"Timeout": 901}, "ValidationException", "'timeout'"),
    ({"MemorySize": 20000}, "ValidationException", "'memorySize'"),
    ({"Role": "r"}, "ValidationException", "'role'"),
    ({"FunctionName": "a b"}, "ValidationException", "'functionName'"),
    ({"Code": {}}, "InvalidParameterValueException", "source for function code"),
    ({"Code": {"ZipFile": b"no zip"}}, "InvalidParameterValueException", "Could not unzip uploaded file"),
    ({"Code": {"S3Bucket": "bucket", "S3Key": "k"}}, "InvalidParameterValueException", "S3"),
    ({"PackageType": "Image"}, "InvalidParameterValueException", "container images"),
    ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "InvalidParameterValueException",
     "Reserved keys used in this request: AWS_REGION"),
    ({"Environment": {"Variables": {"BIG": "x" * 5000}}}, "InvalidParameterValueException", "4KB limit"),
    ({"Layers": ["arn:aws:lambda:us-east-1:000000000000:layer:none:1"]}, "InvalidParameterValueException",
     "does not exist"),
])
def test_create_function_refuses(api, unique, zip_of, change, code, part):
    arguments = dict(FunctionName=unique("f"), Runtime="python3.12", Role=ROLE, Handler="index.handler",
                     Code={"ZipFile": zip_of({"index.py": ECHO})})
    arguments.update(change)
    fails(code, part, api.create_function, **{k: v for k, v in arguments.items() if v is not None})


def test_functions_that_are_not_there(api):
    name = "arn:aws:lambda:us-east-1:000000000000:function:none"
    for call in (api.get_function, api.get_function_configuration, api.delete_function, api.invoke, api.get_policy,
                 api.list_versions_by_function, api.list_aliases, api.get_function_concurrency):
        fails("ResourceNotFoundException", f"Function not found: {name}", call, FunctionName="none")
    fails("ResourceNotFoundException", "Function not found", api.update_function_configuration, FunctionName="none")
    fails("ResourceNotFoundException", "Function not found", api.update_function_code, FunctionName="none",
          ZipFile=b"x")


def test_names_in_all_forms(api, function):
    name = function()
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
    for form in (name, f"{name}:$LATEST", f"000000000000:function:{name}", arn, f"{arn}:$LATEST"):
        assert api.get_function_configuration(FunctionName=form)["FunctionName"] == name
    fails("InvalidParameterValueException", "does not match", api.get_function, FunctionName=f"{name}:1",
          Qualifier="2")
    fails("ResourceNotFoundException", "not reachable in this region", api.get_function,
          FunctionName=arn.replace("us-east-1", "eu-west-1"))


def test_update_code_and_configuration(api, function, zip_of):
    name = function()
    before = api.get_function_configuration(FunctionName=name)
    code = zip_of({"index.py": "def handler(event, context): return 'new'"})
    after = api.update_function_code(FunctionName=name, ZipFile=code)
    assert after["CodeSha256"] != before["CodeSha256"] and after["RevisionId"] != before["RevisionId"]
    api.get_waiter("function_updated_v2").wait(FunctionName=name)
    assert json.load(api.invoke(FunctionName=name)["Payload"]) == "new"
    fails("PreconditionFailedException", "RevisionId", api.update_function_code, FunctionName=name, ZipFile=code,
          RevisionId=before["RevisionId"])
    changed = api.update_function_configuration(FunctionName=name, Timeout=9, Description="other",
                                                Environment={"Variables": {"AB": "c"}})
    assert (changed["Timeout"], changed["Description"]) == (9, "other")
    assert changed["LastUpdateStatus"] in ("Successful", "InProgress")
    dry = api.update_function_code(FunctionName=name, ZipFile=zip_of({"x.py": "1"}), DryRun=True)
    assert api.get_function_configuration(FunctionName=name)["CodeSha256"] == after["CodeSha256"] != dry["CodeSha256"]


def test_list_functions_pages(client, unique, zip_of):
    api = client("lambda", key="000000000077")
    names = [unique("f") for _ in range(3)]
    for name in names:
        api.create_function(FunctionName=name, Runtime="python3.12", Role=ROLE, Handler="index.handler",
                            Code={"ZipFile": zip_of({"index.py": ECHO})}, Publish=True)
    pages = api.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
    assert [f["FunctionName"] for p in pages for f in p["Functions"]] == sorted(names)
    all_versions = api.list_functions(FunctionVersion="ALL")["Functions"]
    assert len(all_versions) == 6
    usage = api.get_account_settings()
    assert usage["AccountUsage"]["FunctionCount"] == 3 and usage["AccountLimit"]["ConcurrentExecutions"] == 1000


def test_versions(api, function, zip_of):
    name = function()
    latest = api.get_function_configuration(FunctionName=name)
    one = api.publish_version(FunctionName=name, Description="first", CodeSha256=latest["CodeSha256"])
    assert (one["Version"], one["Description"]) == ("1", "first")
    assert one["FunctionArn"].endswith(f":{name}:1")
    assert api.publish_version(FunctionName=name)["Version"] == "1", "the same code is not published twice"
    fails("InvalidParameterValueException", "is different from current CodeSHA256", api.publish_version,
          FunctionName=name, CodeSha256="x")
    fails("PreconditionFailedException", "RevisionId", api.publish_version, FunctionName=name, RevisionId="x")
    two = api.update_function_code(FunctionName=name, Publish=True,
                                   ZipFile=zip_of({"index.py": "def handler(e, c): return 2"}))
    assert two["Version"] == "2"
    versions = api.list_versions_by_function(FunctionName=name)["Versions"]
    assert [v["Version"] for v in versions] == ["$LATEST", "1", "2"]
    r = api.invoke(FunctionName=name, Qualifier="1", Payload=b'"x"')
    assert r["ExecutedVersion"] == "1"
    assert json.load(r["Payload"]) == {"event": "x", "arn": one["FunctionArn"]}
    assert json.load(api.invoke(FunctionName=name)["Payload"]) == 2
    fails("InvalidParameterValueException", "$LATEST version cannot be deleted", api.delete_function,
          FunctionName=name, Qualifier="$LATEST")
    api.delete_function(FunctionName=name, Qualifier="1")
    fails("ResourceNotFoundException", f":{name}:1", api.get_function, FunctionName=name, Qualifier="1")
    api.delete_function(FunctionName=name)
    fails("ResourceNotFoundException", "Function not found", api.get_function, FunctionName=name, Qualifier="2")


def test_aliases(api, function, zip_of):
    name = function("def handler(e, c): return c.function_version", Publish=True)
    api.update_function_code(FunctionName=name, Publish=True,
                             ZipFile=zip_of({"index.py": "def handler(e, c): return 'v' + c.function_version"}))
    live = api.create_alias(FunctionName=name, Name="live", FunctionVersion="1", Description="d")
    assert live["AliasArn"].endswith(f":{name}:live")
    assert api.get_alias(FunctionName=name, Name="live")["FunctionVersion"] == "1"
    assert api.get_function_configuration(FunctionName=name, Qualifier="live")["Version"] == "1"
    assert json.load(api.invoke(FunctionName=f"{name}:live")["Payload"]) == "1"
    fails("ResourceConflictException", "Alias already exists", api.create_alias, FunctionName=name, Name="live",
          FunctionVersion="1")
    fails("ResourceNotFoundException", f"{name}:9", api.create_alias, FunctionName=name, Name="other",
          FunctionVersion="9")
    fails("ValidationException", "'name'", api.create_alias, FunctionName=name, Name="12", FunctionVersion="1")
    fails("ResourceConflictException", "aliases reference it", api.delete_function, FunctionName=name, Qualifier="1")
    fails("PreconditionFailedException", "RevisionId", api.update_alias, FunctionName=name, Name="live",
          RevisionId="x")
    api.update_alias(FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})
    seen = {api.invoke(FunctionName=name, Qualifier="live")["ExecutedVersion"] for _ in range(40)}
    assert seen == {"1", "2"}
    api.update_alias(FunctionName=name, Name="live", FunctionVersion="2",
                     RoutingConfig={"AdditionalVersionWeights": {}})
    assert json.load(api.invoke(FunctionName=name, Qualifier="live")["Payload"]) == "v2"
    assert [a["Name"] for a in api.list_aliases(FunctionName=name, FunctionVersion="2")["Aliases"]] == ["live"]
    api.delete_alias(FunctionName=name, Name="live")
    api.delete_alias(FunctionName=name, Name="live")
    fails("ResourceNotFoundException", "Cannot find alias arn", api.get_alias, FunctionName=name, Name="live")


def test_permissions(api, function):
    name = function(Publish=True)
    statement = json.loads(api.add_permission(
        FunctionName=name, StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::bucket", SourceAccount="000000000000")["Statement"])
    assert statement == {
        "Sid": "s3", "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction", "Resource": f"arn:aws:lambda:us-east-1:000000000000:function:{name}",
        "Condition": {"StringEquals": {"AWS:SourceAccount": "000000000000"},
                      "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"}}}
    fails("ResourceConflictException", "statement id (s3) provided already exists", api.add_permission,
          FunctionName=name, StatementId="s3", Action="lambda:InvokeFunction", Principal="*")
    api.add_permission(FunctionName=name, StatementId="account", Action="lambda:InvokeFunction",
                       Principal="111122223333", Qualifier="1")
    policy = api.get_policy(FunctionName=name)
    assert [s["Sid"] for s in json.loads(policy["Policy"])["Statement"]] == ["s3"]
    version = json.loads(api.get_policy(FunctionName=name, Qualifier="1")["Policy"])["Statement"][0]
    assert version["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"} and version["Resource"].endswith(":1")
    fails("PreconditionFailedException", "RevisionId", api.remove_permission, FunctionName=name, StatementId="s3",
          RevisionId="x")
    fails("ResourceNotFoundException", "Statement no is not found", api.remove_permission, FunctionName=name,
          StatementId="no")
    api.remove_permission(FunctionName=name, StatementId="s3", RevisionId=policy["RevisionId"])
    fails("ResourceNotFoundException", "The resource you requested does not exist.", api.get_policy,
          FunctionName=name)


def test_tags(api, function):
    arn = api.get_function_configuration(FunctionName=function(Tags={"a": "1", "b": "2"}))["FunctionArn"]
    api.tag_resource(Resource=arn, Tags={"b": "3", "c": "4"})
    assert api.list_tags(Resource=arn)["Tags"] == {"a": "1", "b": "3", "c": "4"}
    api.untag_resource(Resource=arn, TagKeys=["a", "c"])
    assert api.list_tags(Resource=arn)["Tags"] == {"b": "3"}
    fails("InvalidParameterValueException", "aliases and versions", api.list_tags, Resource=arn + ":1")


def test_concurrency(api, function):
    name = function()
    assert "ReservedConcurrentExecutions" not in api.get_function_concurrency(FunctionName=name)
    api.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    assert api.get_function(FunctionName=name)["Concurrency"] == {"ReservedConcurrentExecutions": 0}
    e = fails("TooManyRequestsException", "Rate Exceeded", api.invoke, FunctionName=name)
    assert e.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert e.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    fails("InvalidParameterValueException", "below its minimum value of [100]", api.put_function_concurrency,
          FunctionName=name, ReservedConcurrentExecutions=901)
    api.delete_function_concurrency(FunctionName=name)
    assert api.invoke(FunctionName=name)["StatusCode"] == 200


def test_layers(api, function, unique, zip_of):
    layer = unique("layer")
    one = api.publish_layer_version(LayerName=layer, Description="one", CompatibleRuntimes=["python3.12"],
                                    Content={"ZipFile": zip_of({"python/lib_a.py": "A = 1", "data/x": "one"})})
    assert (one["Version"], one["LayerVersionArn"]) == (1, one["LayerArn"] + ":1")
    two = api.publish_layer_version(LayerName=layer, Content={"ZipFile": zip_of({"data/x": "two"})})
    other = api.publish_layer_version(LayerName=unique("layer"), Content={"ZipFile": zip_of({
        "data/x": "other", "bin/tool": ("#!/bin/sh\necho tool\n", 0o755)})})
    with urllib.request.urlopen(one["Content"]["Location"]) as answer:
        assert zipfile.ZipFile(io.BytesIO(answer.read())).read("data/x") == b"one"
    assert api.get_layer_version(LayerName=layer, VersionNumber=1)["Description"] == "one"
    assert api.get_layer_version_by_arn(Arn=two["LayerVersionArn"])["Version"] == 2
    assert [v["Version"] for v in api.list_layer_versions(LayerName=layer)["LayerVersions"]] == [2, 1]
    assert [v["Version"] for v in api.list_layer_versions(LayerName=layer, MaxItems=1)["LayerVersions"]] == [2]
    listed = {x["LayerName"]: x["LatestMatchingVersion"]["Version"] for x in api.list_layers()["Layers"]}
    assert listed[layer] == 2
    compatible = {x["LayerName"]: x["LatestMatchingVersion"]["Version"]
                  for x in api.list_layers(CompatibleRuntime="python3.12")["Layers"]}
    assert compatible[layer] == 1
    code = ("import subprocess, lib_a\ndef handler(e, c):\n"
            "    return [lib_a.A, open('/opt/data/x').read(), subprocess.check_output(['/opt/bin/tool']).decode()]\n")
    name = function(code, Layers=[one["LayerVersionArn"], other["LayerVersionArn"]])
    assert json.load(api.invoke(FunctionName=name)["Payload"]) == [1, "other", "tool\n"]
    fails("InvalidParameterValueException", "same layer", api.update_function_configuration, FunctionName=name,
          Layers=[one["LayerVersionArn"], two["LayerVersionArn"]])
    api.delete_layer_version(LayerName=layer, VersionNumber=1)
    fails("ResourceNotFoundException", "does not exist", api.get_layer_version, LayerName=layer, VersionNumber=1)
    assert json.load(api.invoke(FunctionName=name)["Payload"])[0] == 1, "functions keep a layer that is deleted"
    assert api.publish_layer_version(LayerName=layer, Content={"ZipFile": zip_of({"y": "3"})})["Version"] == 3


def test_layer_permissions(api, unique, zip_of):
    layer = unique("layer")
    api.publish_layer_version(LayerName=layer, Content={"ZipFile": zip_of({"x": "1"})})
    r = api.add_layer_version_permission(LayerName=layer, VersionNumber=1, StatementId="all",
                                         Action="lambda:GetLayerVersion", Principal="*")
    assert json.loads(r["Statement"])["Principal"] == "*"
    policy = api.get_layer_version_policy(LayerName=layer, VersionNumber=1)
    assert policy["RevisionId"] == r["RevisionId"]
    api.remove_layer_version_permission(LayerName=layer, VersionNumber=1, StatementId="all")
    fails("ResourceNotFoundException", "does not exist", api.get_layer_version_policy, LayerName=layer,
          VersionNumber=1)


def test_event_invoke_config(api, function):
    name = function()
    fails("ResourceNotFoundException", "doesn't have an EventInvokeConfig", api.get_function_event_invoke_config,
          FunctionName=name)
    api.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1)
    queue = "arn:aws:sqs:us-east-1:000000000000:q"
    r = api.update_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=60,
                                                DestinationConfig={"OnFailure": {"Destination": queue}})
    assert (r["MaximumRetryAttempts"], r["MaximumEventAgeInSeconds"]) == (1, 60)
    assert r["DestinationConfig"]["OnFailure"]["Destination"] == queue
    assert r["FunctionArn"].endswith(":$LATEST")
    assert len(api.list_function_event_invoke_configs(FunctionName=name)["FunctionEventInvokeConfigs"]) == 1
    fails("InvalidParameterValueException", "is invalid", api.put_function_event_invoke_config, FunctionName=name,
          DestinationConfig={"OnSuccess": {"Destination": "arn:aws:ec2:us-east-1:000000000000:x"}})
    api.delete_function_event_invoke_config(FunctionName=name)
    fails("ResourceNotFoundException", "EventInvokeConfig", api.delete_function_event_invoke_config,
          FunctionName=name)


def test_small_settings(api, function):
    name = function()
    assert api.get_function_code_signing_config(FunctionName=name)["CodeSigningConfigArn"] == ""
    assert api.get_runtime_management_config(FunctionName=name)["UpdateRuntimeOn"] == "Auto"
    api.put_runtime_management_config(FunctionName=name, UpdateRuntimeOn="FunctionUpdate")
    assert api.get_runtime_management_config(FunctionName=name)["UpdateRuntimeOn"] == "FunctionUpdate"
    assert api.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Terminate"
    api.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow")
    assert api.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Allow"


@pytest.mark.parametrize("name", ["../out.py", "/etc/passwd", "a/../../b", "a//b"])
def test_archives_that_lead_out(api, unique, zip_of, name):
    fails("InvalidParameterValueException", "Could not unzip uploaded file", api.create_function,
          FunctionName=unique("f"), Runtime="python3.12", Role=ROLE, Handler="index.handler",
          Code={"ZipFile": zip_of({name: "x"})})


def test_archive_bomb(api, unique):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("bomb", b"\0" * 263000000)
    fails("InvalidParameterValueException", "Unzipped size must be smaller than 262144000 bytes",
          api.create_function, FunctionName=unique("f"), Runtime="python3.12", Role=ROLE, Handler="index.handler",
          Code={"ZipFile": bomb.getvalue()})


def test_archives_over_50_mb(api, unique):
    fails("RequestTooLargeException", "Request must be smaller than", api.create_function, FunctionName=unique("f"),
          Runtime="python3.12", Role=ROLE, Handler="index.handler", Code={"ZipFile": b"P" * (52428800 + 1)})
