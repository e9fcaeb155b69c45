"""STS through boto3."""

import json

import pytest
import samovar
from botocore.exceptions import ClientError


def trust(principal, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **more}]})


def allow(action):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})


def code_of(call, **arguments):
    with pytest.raises(ClientError) as e:
        call(**arguments)
    return e.value.response["Error"]["Code"]


def test_caller_identity(client):
    """The access key says which account it is, if it is twelve digits."""
    assert client("sts").get_caller_identity()["Account"] == "000000000000"
    who = client("sts", key="123456789012").get_caller_identity()
    assert who["Account"] == "123456789012" and who["Arn"] == "arn:aws:iam::123456789012:root"


def test_assume_role(client, unique):
    name = unique("role")
    client("iam").create_role(RoleName=name, Path="/deep/", AssumeRolePolicyDocument=trust("000000000000"))
    arn = f"arn:aws:iam::000000000000:role/deep/{name}"
    answer = client("sts").assume_role(RoleArn=arn, RoleSessionName="me", DurationSeconds=900)
    keys, who = answer["Credentials"], answer["AssumedRoleUser"]
    assert who["Arn"] == f"arn:aws:sts::000000000000:assumed-role/{name}/me"
    assert who["AssumedRoleId"].startswith("AROA") and who["AssumedRoleId"].endswith(":me")
    assert keys["AccessKeyId"].startswith("ASIA")
    session = client("sts", key=keys["AccessKeyId"], secret=keys["SecretAccessKey"], token=keys["SessionToken"])
    assert session.get_caller_identity()["Arn"] == who["Arn"]
    sts = client("sts")
    assert code_of(sts.assume_role, RoleArn=arn + "x", RoleSessionName="me") == "AccessDenied"
    assert code_of(sts.assume_role, RoleArn=arn, RoleSessionName="me", DurationSeconds=43200) == "ValidationError"
    assert code_of(sts.assume_role, RoleArn=arn, RoleSessionName="me", Policy="nonsense") == "MalformedPolicyDocument"


@pytest.fixture
def strict():
    with samovar.Server("--auth", "strict") as server:
        yield server


def test_strict_mode(strict, client_of, unique):
    """Trust policies are asked, session policies narrow, other accounts' users may be trusted."""
    root = strict.root_key()
    iam, user, role = client_of(strict, "iam", **root), unique("user"), unique("role")
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=allow("sts:AssumeRole"))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    sts = client_of(strict, "sts", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    arn = f"arn:aws:iam::000000000000:role/{role}"
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust(
        "arn:aws:iam::000000000000:root", Condition={"StringEquals": {"sts:ExternalId": "word"}}))
    iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/IAMFullAccess")
    assert code_of(sts.assume_role, RoleArn=arn, RoleSessionName="me") == "AccessDenied"
    assert code_of(sts.assume_role, RoleArn=arn, RoleSessionName="me", ExternalId="other") == "AccessDenied"

    def as_role(**more):
        keys = sts.assume_role(RoleArn=arn, RoleSessionName="me", ExternalId="word", **more)["Credentials"]
        return client_of(strict, "iam", key=keys["AccessKeyId"], secret=keys["SecretAccessKey"],
                         token=keys["SessionToken"])

    assert as_role().list_users()["Users"][0]["UserName"] == user
    narrowed = as_role(Policy=allow("iam:ListRoles"))
    assert narrowed.list_roles()["Roles"][0]["RoleName"] == role
    assert code_of(narrowed.list_users) == "AccessDenied"
    by_arn = as_role(PolicyArns=[{"arn": "arn:aws:iam::aws:policy/AmazonSQSFullAccess"}])
    assert code_of(by_arn.list_roles) == "AccessDenied"
    keys = sts.get_session_token()["Credentials"]
    again = client_of(strict, "sts", key=keys["AccessKeyId"], secret=keys["SecretAccessKey"],
                      token=keys["SessionToken"])
    assert again.get_caller_identity()["Arn"] == f"arn:aws:iam::000000000000:user/{user}"
    assert code_of(client_of(strict, "sts", **root).assume_role, RoleArn=arn, RoleSessionName="me",
                   ExternalId="word") == "AccessDenied"
