"""Parameter Store through boto3: names and paths, versions and labels, secrets at rest, filters, errors."""

import pathlib

import pytest
from botocore.exceptions import ClientError


def code_of(call, **arguments):
    with pytest.raises(ClientError) as e:
        call(**arguments)
    return e.value.response["Error"]["Code"]


def test_life_of_a_parameter(client, unique):
    ssm, name = client("ssm"), "/" + unique("app") + "/db/host"
    assert ssm.put_parameter(Name=name, Value="a", Type="String", Tags=[{"Key": "k", "Value": "v"}]) | {
        "ResponseMetadata": 0} == {"Version": 1, "Tier": "Standard", "ResponseMetadata": 0}
    with pytest.raises(ClientError) as e:
        ssm.put_parameter(Name=name, Value="b", Type="String")
    assert e.value.response["Error"] == {"Code": "ParameterAlreadyExists", "Message":
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."}
    assert ssm.put_parameter(Name=name, Value="b", Overwrite=True)["Version"] == 2
    p = ssm.get_parameter(Name=name)["Parameter"]
    assert (p["Value"], p["Version"], p["Type"], p["DataType"]) == ("b", 2, "String", "text")
    assert p["ARN"] == f"arn:aws:ssm:us-east-1:000000000000:parameter{name}"
    assert ssm.get_parameter(Name=p["ARN"])["Parameter"]["Value"] == "b"
    old = ssm.get_parameter(Name=name + ":1")["Parameter"]
    assert (old["Value"], old["Selector"]) == ("a", ":1")
    assert code_of(ssm.get_parameter, Name=name + ":9") == "ParameterVersionNotFound"
    assert ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"] == [
        {"Key": "k", "Value": "v"}]
    assert ssm.label_parameter_version(Name=name, ParameterVersion=1, Labels=["prod", "1bad"])["InvalidLabels"] == ["1bad"]
    assert ssm.get_parameter(Name=name + ":prod")["Parameter"]["Version"] == 1
    ssm.label_parameter_version(Name=name, Labels=["prod"])
    assert ssm.get_parameter(Name=name + ":prod")["Parameter"]["Version"] == 2
    history = ssm.get_parameter_history(Name=name)["Parameters"]
    assert [(h["Version"], h["Value"], h["Labels"]) for h in history] == [(1, "a", []), (2, "b", ["prod"])]
    ssm.delete_parameter(Name=name)
    assert code_of(ssm.get_parameter, Name=name) == "ParameterNotFound"
    assert code_of(ssm.delete_parameter, Name=name) == "ParameterNotFound"
    assert ssm.put_parameter(Name=name, Value="c", Type="String")["Version"] == 1


def test_secrets_are_encrypted_at_rest(client, unique, server):
    ssm, name, secret = client("ssm"), unique("secret"), unique("plain-text-of-a-secret")
    ssm.put_parameter(Name=name, Value=secret, Type="SecureString")
    assert secret not in ssm.get_parameter(Name=name)["Parameter"]["Value"]
    assert ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == secret
    assert ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [name]}])["Parameters"][0][
        "KeyId"] == "alias/aws/ssm"
    for file in pathlib.Path(server.data).rglob("*"):
        assert not file.is_file() or secret.encode() not in file.read_bytes(), file


def test_paths_filters_and_pages(client, unique):
    ssm, root = client("ssm"), "/" + unique("tree")
    for i in range(12):
        ssm.put_parameter(Name=f"{root}/n{i:02}", Value=str(i), Type="StringList" if i % 2 else "String")
    ssm.put_parameter(Name=f"{root}/deep/one", Value="x", Type="String")
    first = ssm.get_parameters_by_path(Path=root)
    assert len(first["Parameters"]) == 10 and first["NextToken"]
    pages = ssm.get_paginator("get_parameters_by_path")
    names = [p["Name"] for page in pages.paginate(Path=root) for p in page["Parameters"]]
    assert names == [f"{root}/n{i:02}" for i in range(12)]
    names = [p["Name"] for page in pages.paginate(Path=root + "/", Recursive=True) for p in page["Parameters"]]
    assert len(names) == 13
    lists = [p["Name"] for page in pages.paginate(Path=root, ParameterFilters=[
        {"Key": "Type", "Option": "Equals", "Values": ["StringList"]}]) for p in page["Parameters"]]
    assert len(lists) == 6
    described = ssm.describe_parameters(ParameterFilters=[{"Key": "Path", "Option": "Recursive", "Values": [root]}])
    assert len(described["Parameters"]) == 13 and "Value" not in described["Parameters"][0]
    got = ssm.get_parameters(Names=[f"{root}/n00", f"{root}/none"])
    assert [p["Value"] for p in got["Parameters"]] == ["0"] and got["InvalidParameters"] == [f"{root}/none"]
    gone = ssm.delete_parameters(Names=[f"{root}/n00", f"{root}/none"])
    assert gone["DeletedParameters"] == [f"{root}/n00"] and gone["InvalidParameters"] == [f"{root}/none"]


def test_what_is_refused(client, unique):
    ssm, name = client("ssm"), unique("p")
    put = lambda **more: code_of(ssm.put_parameter, **{"Name": name, "Value": "v", "Type": "String", **more})
    assert put(Name="/aws/x") == "AccessDeniedException"
    assert put(Name="ssm-x") == "ValidationException"
    assert put(Name="a/b") == "ValidationException"
    assert put(Name="/a b") == "ValidationException"
    assert put(Name="/a" * 16) == "HierarchyLevelLimitExceededException"
    assert put(Value="x" * 4097) == "ValidationException"
    assert put(Value="{{other}}") == "ValidationException"
    assert put(AllowedPattern="^\\d+$") == "ParameterPatternMismatchException"
    assert put(AllowedPattern="(") == "InvalidAllowedPatternException"
    assert put(Policies='[{"Type":"Expiration"}]', Tier="Advanced") == "InvalidPolicyTypeException"
    assert code_of(ssm.get_parameters_by_path, Path="x") == "ValidationException"
    ssm.put_parameter(Name=name, Value="x" * 8192, Type="String", Tier="Advanced")
    assert put(Overwrite=True, Type="SecureString") == "HierarchyTypeMismatchException"


def test_oldest_versions_go(client, unique):
    ssm, name = client("ssm"), unique("many")
    ssm.put_parameter(Name=name, Value="1", Type="String")
    for i in range(2, 103):
        ssm.put_parameter(Name=name, Value=str(i), Overwrite=True)
    history = [h for page in ssm.get_paginator("get_parameter_history").paginate(Name=name) for h in page["Parameters"]]
    assert len(history) == 100 and history[0]["Version"] == 3 and history[-1]["Value"] == "102"
    ssm.label_parameter_version(Name=name, ParameterVersion=3, Labels=["keep"])
    assert code_of(ssm.put_parameter, Name=name, Value="n", Overwrite=True) == "ParameterMaxVersionLimitExceeded"
