"""IAM through boto3: what deployment tools do, and what strict mode makes of it."""

import json

import pytest
import samovar
from botocore.exceptions import ClientError

TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
                                                 "Action": "sts:AssumeRole"}]}


def allow(action, resource="*", effect="Allow"):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action,
                                                               "Resource": resource}]})


def code_of(call, **arguments):
    with pytest.raises(ClientError) as e:
        call(**arguments)
    return e.value.response["Error"]["Code"], e.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_role_life(client, unique):
    iam, name = client("iam"), unique("role")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST), Description="does work",
                           Tags=[{"Key": "stage", "Value": "dev"}])["Role"]
    assert role["Arn"] == f"arn:aws:iam::000000000000:role/{name}"
    assert role["AssumeRolePolicyDocument"] == TRUST
    assert role["RoleId"].startswith("AROA") and role["Path"] == "/" and role["CreateDate"].year >= 2024
    assert code_of(iam.create_role, RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST)) == \
        ("EntityAlreadyExists", 409)
    iam.get_waiter("role_exists").wait(RoleName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 1})
    iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=allow("s3:GetObject"))
    got = iam.get_role_policy(RoleName=name, PolicyName="inline")
    assert got["PolicyDocument"]["Statement"][0]["Action"] == "s3:GetObject" and got["RoleName"] == name
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == ["inline"]
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName=name, PolicyArn=basic)
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == [
        {"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": basic}]
    assert code_of(iam.delete_role, RoleName=name) == ("DeleteConflict", 409)
    iam.update_role(RoleName=name, Description="works more", MaxSessionDuration=7200)
    role = iam.get_role(RoleName=name)["Role"]
    assert role["MaxSessionDuration"] == 7200 and role["Description"] == "works more"
    assert role["Tags"] == [{"Key": "stage", "Value": "dev"}]
    assert iam.list_instance_profiles_for_role(RoleName=name)["InstanceProfiles"] == []
    iam.detach_role_policy(RoleName=name, PolicyArn=basic)
    iam.delete_role_policy(RoleName=name, PolicyName="inline")
    iam.delete_role(RoleName=name)
    assert code_of(iam.get_role, RoleName=name) == ("NoSuchEntity", 404)


def test_wrong_documents(client, unique):
    iam = client("iam")
    for document in "nonsense", "{}", allow("s3:GetObject"):
        assert code_of(iam.create_role, RoleName=unique("r"), AssumeRolePolicyDocument=document) == \
            ("MalformedPolicyDocument", 400)
    assert code_of(iam.create_policy, PolicyName=unique("p"), PolicyDocument=json.dumps(TRUST)) == \
        ("MalformedPolicyDocument", 400)
    assert code_of(iam.create_role, RoleName="no blanks", AssumeRolePolicyDocument=json.dumps(TRUST)) == \
        ("ValidationError", 400)


def test_managed_policy_versions(client, unique):
    iam, name = client("iam"), unique("policy")
    policy = iam.create_policy(PolicyName=name, Path="/team/", PolicyDocument=allow("sqs:*"))["Policy"]
    arn = policy["Arn"]
    assert arn == f"arn:aws:iam::000000000000:policy/team/{name}" and policy["DefaultVersionId"] == "v1"
    made = iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow("sns:*"), SetAsDefault=True)
    assert made["PolicyVersion"]["VersionId"] == "v2" and made["PolicyVersion"]["IsDefaultVersion"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]["Document"]
    assert document["Statement"][0]["Action"] == "sns:*"
    assert [v["VersionId"] for v in iam.list_policy_versions(PolicyArn=arn)["Versions"]] == ["v2", "v1"]
    assert code_of(iam.delete_policy, PolicyArn=arn) == ("DeleteConflict", 409)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    local = iam.list_policies(Scope="Local", PathPrefix="/team/")["Policies"]
    assert name in [p["PolicyName"] for p in local]
    iam.delete_policy(PolicyArn=arn)
    assert code_of(iam.get_policy, PolicyArn=arn) == ("NoSuchEntity", 404)
    everything = [p["Arn"] for page in iam.get_paginator("list_policies").paginate(
        Scope="AWS", PaginationConfig={"PageSize": 7}) for p in page["Policies"]]
    assert "arn:aws:iam::aws:policy/AdministratorAccess" in everything and len(everything) == len(set(everything))


def test_pages_of_roles(client, unique):
    iam, path = client("iam"), f"/{unique('path')}/"
    names = [unique("role") for _ in range(12)]
    for name in names:
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(TRUST))
    pages = iam.get_paginator("list_roles").paginate(PathPrefix=path, PaginationConfig={"PageSize": 5})
    assert sorted(r["RoleName"] for page in pages for r in page["Roles"]) == sorted(names)


def test_simulation(client, unique):
    iam, name = client("iam"), unique("user")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=allow("s3:Get*", "arn:aws:s3:::box/*"))
    results = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject", "s3:PutObject"],
                                            ResourceArns=["arn:aws:s3:::box/a"])["EvaluationResults"]
    assert [r["EvalDecision"] for r in results] == ["allowed", "implicitDeny"]


def test_unknown_operation_is_named(client):
    with pytest.raises(ClientError) as e:
        client("iam").list_saml_providers()
    assert "ListSAMLProviders" in str(e.value)


@pytest.fixture
def strict():
    with samovar.Server("--auth", "strict") as server:
        yield server


def test_strict_mode(strict, client_of, unique):
    """Keys are checked, policies enforced, and changes are felt at once."""
    iam = client_of(strict, "iam", **strict.root_key())
    name = unique("user")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    mine = {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
    user_iam, sts = client_of(strict, "iam", **mine), client_of(strict, "sts", **mine)
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:iam::000000000000:user/{name}"
    assert code_of(user_iam.list_roles)[0] == "AccessDenied"
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=allow("iam:ListRoles"))
    assert user_iam.list_roles()["Roles"] == []
    assert code_of(user_iam.list_users)[0] == "AccessDenied"
    iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    assert user_iam.list_users()["Users"][0]["UserName"] == name
    iam.put_user_policy(UserName=name, PolicyName="no", PolicyDocument=allow("iam:ListUsers", effect="Deny"))
    assert code_of(user_iam.list_users)[0] == "AccessDenied"
    wrong = client_of(strict, "iam", key=mine["key"], secret="wrong")
    assert code_of(wrong.list_roles)[0] == "SignatureDoesNotMatch"
    iam.update_access_key(UserName=name, AccessKeyId=mine["key"], Status="Inactive")
    assert code_of(user_iam.list_roles)[0] == "InvalidClientTokenId"
