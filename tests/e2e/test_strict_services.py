"""`samovar up --auth strict`: what one service does at another in the name of a caller, a role or a service, is asked for."""

import contextlib
import json
import urllib.error
import urllib.request

import pytest
import samovar
from botocore.exceptions import ClientError
from sdk_fixtures import until
from stacks import error_of, events, group, make, remove, settle

ACCOUNT = "000000000000"
ANSWER = "def handler(event, context): return 'yes'"
TELL = '''
import json, urllib.request
def handler(event, context):
    answer = {k: event[k] for k in ("StackId", "RequestId", "LogicalResourceId")}
    answer.update(Status="SUCCESS", PhysicalResourceId="p")
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT"))
'''


@pytest.fixture(scope="module")
def strict():
    with samovar.Server("--auth", "strict") as server:
        yield server


@pytest.fixture
def root(strict, client_of):
    return lambda service, **more: client_of(strict, service, **strict.root_key(), **more)


class Who:
    """A user or a role, and what gives it its one policy: allow("s3:GetObject", on=arn), deny(...)."""

    def __init__(self, put):
        self.statements, self.put = [], put

    def _add(self, effect, actions, on):
        self.statements.append({"Effect": effect, "Action": list(actions), "Resource": on})
        self.put(PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": self.statements}))
        return self

    def allow(self, *actions, on="*"):
        return self._add("Allow", actions, on)

    def deny(self, *actions, on="*"):
        return self._add("Deny", actions, on)


@pytest.fixture
def user(strict, root, client_of, unique):
    """A user of no permissions; user.client("s3") calls as it."""
    iam, name = root("iam"), unique("user")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    who = Who(lambda **more: iam.put_user_policy(UserName=name, **more))
    who.client = lambda service: client_of(strict, service, key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    who.name, who.arn = name, f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return who


@pytest.fixture
def role(root, unique):
    """role("lambda.amazonaws.com"): a role that the service may take, of no permissions."""
    iam = root("iam")

    def make_role(principal):
        principal = {"Service": principal} if "." in principal else {"AWS": principal}
        name = unique("role")
        trust = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}
        who = Who(lambda **more: iam.put_role_policy(RoleName=name, **more))
        who.arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        return who

    return make_role


@pytest.fixture
def bucket(root, unique):
    s3, name = root("s3"), unique("bucket")
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def function(root, role, unique, zip_of):
    """function(text of its handler): its name; function.role of the last."""

    def make_function(text=ANSWER, **more):
        name = unique("f")
        make_function.role = role("lambda.amazonaws.com")
        root("lambda").create_function(FunctionName=name, Runtime="python3.12", Role=make_function.role.arn,
                                       Handler="index.handler", Timeout=10, Code={"ZipFile": zip_of({"index.py": text})}, **more)
        root("lambda").get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        return name

    return make_function


def function_arn(name):
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"


def reasons(cfn, stack):
    return " ".join(e[2] or "" for e in events(cfn, stack))


# ---- objects that a request names ------------------------------------------------------------------------------------


def test_templates_are_read_in_the_callers_name(root, user, bucket, unique):
    """"S3 error: Access Denied" of CloudFormation when the caller may not get TemplateURL's object."""
    name, url = unique("stack"), f"https://{bucket}.s3.amazonaws.com/t.json"
    root("s3").put_object(Bucket=bucket, Key="t.json", Body=json.dumps({"Resources": {"G": group(name)}}))
    root("s3").put_object(Bucket=bucket, Key="p.json", Body=json.dumps({"Statement": [
        {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}))
    user.allow("cloudformation:*", "logs:*")
    cfn, denied = user.client("cloudformation"), "S3 error: Access Denied"
    make(cfn, name, {"Resources": {"G": group(name + "-0")}})
    policy_url = f"https://{bucket}.s3.amazonaws.com/p.json"
    calls = [(cfn.validate_template, {}), (cfn.get_template_summary, {}), (cfn.create_stack, {"StackName": name + "-1"}),
             (cfn.update_stack, {"StackName": name}), (cfn.create_change_set, {"StackName": name, "ChangeSetName": "c"})]
    for call, more in calls:
        code, message = error_of(call, TemplateURL=url, **more)
        assert code == "ValidationError" and message.startswith(denied), message
    # Nor is it told whether the object is there.
    assert error_of(cfn.validate_template, TemplateURL=url.replace("t.json", "none"))[1].startswith(denied)
    assert error_of(cfn.set_stack_policy, StackName=name, StackPolicyURL=policy_url)[1].startswith(denied)
    user.allow("s3:GetObject", on=f"arn:aws:s3:::{bucket}/*.json")
    cfn.set_stack_policy(StackName=name, StackPolicyURL=policy_url)
    for call, more in calls:
        call(TemplateURL=url, **more)
        settle(cfn, name)


def test_a_version_of_a_template(root, user, bucket):
    s3 = root("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="t", Body='{"Description": "old", "Resources": {"G": {"Type": "AWS::Logs::LogGroup"}}}')
    s3.put_object(Bucket=bucket, Key="t", Body="{}")
    url = f"https://{bucket}.s3.amazonaws.com/t?versionId={version['VersionId']}"
    cfn = user.allow("cloudformation:*").allow("s3:GetObject", on=f"arn:aws:s3:::{bucket}/t").client("cloudformation")
    assert error_of(cfn.validate_template, TemplateURL=url)[1].startswith("S3 error: Access Denied")
    user.allow("s3:GetObjectVersion", on=f"arn:aws:s3:::{bucket}/t")
    assert cfn.validate_template(TemplateURL=url)["Description"] == "old"


def test_code_is_read_in_the_callers_name(root, user, role, bucket, function, unique, zip_of):
    """CreateFunction, UpdateFunctionCode and PublishLayerVersion from S3."""
    s3, name = root("s3"), function()
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="code.zip", Body=zip_of({"index.py": ANSWER}))["VersionId"]
    code, lambda_role = {"S3Bucket": bucket, "S3Key": "code.zip"}, role("lambda.amazonaws.com").arn
    api = user.allow("lambda:*").allow("iam:PassRole", on=lambda_role).client("lambda")
    calls = [lambda **c: api.create_function(FunctionName=unique("f"), Runtime="python3.12", Role=lambda_role, Handler="index.handler",
                                             Code=c),
             lambda **c: api.update_function_code(FunctionName=name, **c),
             lambda **c: api.publish_layer_version(LayerName=unique("layer"), Content=c)]
    for call in calls:
        assert error_of(call, **code) == ("AccessDeniedException", (
            "Your access has been denied by S3, please make sure your request credentials have permission to GetObject for "
            f"{bucket}/code.zip. S3 Error Code: AccessDenied. S3 Error Message: Access Denied"))
        assert error_of(call, **{**code, "S3Key": "none"})[0] == "AccessDeniedException"
    user.allow("s3:GetObject", on=f"arn:aws:s3:::{bucket}/code.zip")
    for call in calls:
        call(**code)
        assert error_of(call, S3ObjectVersion=version, **code)[0] == "AccessDeniedException"
    user.allow("s3:GetObjectVersion", on=f"arn:aws:s3:::{bucket}/code.zip")
    for call in calls:
        call(S3ObjectVersion=version, **code)


def test_a_buckets_policy_counts_there_too(root, user, bucket):
    s3, cfn = root("s3"), user.allow("cloudformation:*").client("cloudformation")
    s3.put_object(Bucket=bucket, Key="t", Body='{"Resources": {"G": {"Type": "AWS::Logs::LogGroup"}}}')
    url = f"https://{bucket}.s3.amazonaws.com/t"

    def policy(effect):
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": effect, "Principal": {"AWS": user.arn}, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}]}))

    policy("Allow")
    cfn.validate_template(TemplateURL=url)
    user.allow("s3:*")
    policy("Deny")
    assert error_of(cfn.validate_template, TemplateURL=url)[1].startswith("S3 error: Access Denied")


# ---- stacks ----------------------------------------------------------------------------------------------------------


def test_a_stacks_role_is_asked(root, user, role, bucket, unique, zip_of):
    """RoleARN: the role reads a nested stack's template and a function's code, whatever the caller may."""
    name, stacks_role, functions_role = unique("stack"), role("cloudformation.amazonaws.com"), role("lambda.amazonaws.com")
    s3, cfn = root("s3"), user.allow("cloudformation:*").allow("iam:PassRole", on=stacks_role.arn).client("cloudformation")
    s3.put_object(Bucket=bucket, Key="code.zip", Body=zip_of({"index.py": ANSWER}))
    s3.put_object(Bucket=bucket, Key="child.json", Body=json.dumps({"Resources": {"F": {
        "Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": name, "Runtime": "python3.12", "Handler": "index.handler", "Role": functions_role.arn,
            "Code": {"S3Bucket": bucket, "S3Key": "code.zip"}}}}}))
    template = {"Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {
        "TemplateURL": f"https://{bucket}.s3.amazonaws.com/child.json"}}}}
    stacks_role.allow("cloudformation:*", "lambda:*").allow("iam:PassRole", on=functions_role.arn)

    def refused(why):
        stack = make(cfn, name, template, status="ROLLBACK_COMPLETE", RoleARN=stacks_role.arn)
        children = [s["StackId"] for s in cfn.list_stacks()["StackSummaries"] if s.get("ParentId") == stack["StackId"]]
        said = [e for s in [stack["StackId"], *children] for e in events(cfn, s)]
        assert any(why in (e[2] or "") for e in said), said
        remove(cfn, stack)

    user.allow("s3:GetObject", on=f"arn:aws:s3:::{bucket}/*")
    refused("S3 error: Access Denied")
    stacks_role.allow("s3:GetObject", on=f"arn:aws:s3:::{bucket}/child.json")
    refused("Your access has been denied by S3")
    stacks_role.allow("s3:GetObject", on=f"arn:aws:s3:::{bucket}/code.zip")
    user.deny("s3:*", "lambda:*")
    remove(cfn, make(cfn, name, template, RoleARN=stacks_role.arn))


def test_a_stack_may_what_its_maker_may(root, user, unique):
    """Each call of a stack is asked for by itself: narrow permissions are enough, and a Deny holds."""
    iam, name = root("iam"), unique("stack")
    template = {"Resources": {"G": group(name)}}
    cfn = user.allow("cloudformation:*").client("cloudformation")
    stack = make(cfn, name, template, status="ROLLBACK_COMPLETE")
    assert f"User: {user.arn} is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:us-east-1:" in reasons(
        cfn, stack["StackId"])
    remove(cfn, stack)
    user.allow("logs:CreateLogGroup", "logs:DeleteLogGroup", on=f"arn:aws:logs:*:*:log-group:{name}:*")
    remove(cfn, make(cfn, name, template))
    other = make(cfn, name, {"Resources": {"G": group(name + "x")}}, status="ROLLBACK_COMPLETE")
    remove(cfn, other)
    # In one transaction with the stack's record, too.
    user.allow("*").deny("iam:CreateAccessKey")
    admin = unique("admin")
    iam.create_user(UserName=admin)
    key = {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": admin}}
    stack = make(cfn, name, {"Resources": {"K": key}}, status="ROLLBACK_COMPLETE")
    assert "iam:CreateAccessKey" in reasons(cfn, stack["StackId"]) and "explicit deny" in reasons(cfn, stack["StackId"])
    assert not iam.list_access_keys(UserName=admin)["AccessKeyMetadata"]
    remove(cfn, stack)
    user.deny("iam:CreateRole")
    trust = {"Version": "2012-10-17", "Statement": []}
    made = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": admin, "AssumeRolePolicyDocument": trust}}
    remove(cfn, make(cfn, name, {"Resources": {"R": made}}, status="ROLLBACK_COMPLETE"))
    assert admin not in [r["RoleName"] for r in iam.list_roles()["Roles"]]


def test_a_custom_resources_function_is_asked(root, user, function, unique):
    name, provider = unique("stack"), function(TELL)
    cfn = user.allow("cloudformation:*").client("cloudformation")
    template = {"Resources": {"C": {"Type": "Custom::X", "Properties": {"ServiceToken": function_arn(provider)}}}}
    stack = make(cfn, name, template, status="ROLLBACK_FAILED")
    assert "lambda:InvokeFunction" in reasons(cfn, stack["StackId"])
    user.allow("lambda:InvokeFunction", on=function_arn(provider))
    remove(cfn, stack)
    remove(cfn, make(cfn, name, template))


def test_parameters_of_a_template_are_read_in_the_callers_name(root, user, unique):
    """Types AWS::SSM::Parameter::Value<..> and {{resolve:ssm..}} need ssm:GetParameters."""
    name, ssm = unique("stack"), root("ssm")
    path = f"/{name}/days"
    ssm.put_parameter(Name=path, Value="7", Type="String")
    ssm.put_parameter(Name=path + "-secret", Value="5", Type="SecureString")
    cfn = user.allow("cloudformation:*", "logs:*").client("cloudformation")
    typed = {"Parameters": {"P": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": path}},
             "Resources": {"G": group(name, RetentionInDays={"Ref": "P"})}}
    resolved = {"Resources": {"G": group(name, RetentionInDays="{{resolve:ssm:" + path + ":1}}")}}
    secure = {"Resources": {"G": group(name, RetentionInDays="{{resolve:ssm-secure:" + path + "-secret}}")}}
    assert error_of(cfn.create_stack, StackName=name, TemplateBody=json.dumps(typed)) == (
        "ValidationError", f"Unable to fetch parameters [{path}] from parameter store for this account.")
    for template in (resolved, secure):
        stack = make(cfn, name, template, status="ROLLBACK_COMPLETE")
        assert "ssm:GetParameters" in reasons(cfn, stack["StackId"])
        remove(cfn, stack)
    user.allow("ssm:GetParameters", on=f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/{name}/days*")
    for template in (typed, resolved, secure):
        remove(cfn, make(cfn, name, template))


# ---- services that act for themselves --------------------------------------------------------------------------------


def policy_for(service, action, target, source):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": target,
         "Condition": {"ArnLike": {"aws:SourceArn": source}, "StringEquals": {"aws:SourceAccount": ACCOUNT}}}]})


@pytest.fixture
def queue(root, unique):
    sqs, name = root("sqs"), unique("queue")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]

    class Queue:
        arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"

        @staticmethod
        def let(service, source):
            sqs.set_queue_attributes(QueueUrl=url, Attributes={
                "Policy": policy_for(service, "sqs:SendMessage", Queue.arn, source) if service else ""})

        @staticmethod
        def receive(wait=5):
            got = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=wait).get("Messages", [])
            for m in got:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
            return [m["Body"] for m in got]

    return Queue


def test_a_bucket_tells_only_whose_policy_lets_it(root, bucket, queue, function, unique):
    """"Amazon S3 must have permission to publish": in the target's policy, also when all is of one account."""
    s3, sns, api, name = root("s3"), root("sns"), root("lambda"), function()
    topic, source = sns.create_topic(Name=unique("topic"))["TopicArn"], f"arn:aws:s3:::{bucket}"

    def notify(kind, arn, **more):
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={kind + "Configurations": [
            {f"{kind}Arn": arn, "Events": ["s3:ObjectCreated:*"]}]} if kind != "Lambda" else {"LambdaFunctionConfigurations": [
                {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}]}, **more)

    for kind, arn in (("Queue", queue.arn), ("Topic", topic), ("Lambda", function_arn(name))):
        code, message = error_of(notify, kind=kind, arn=arn)
        assert (code, message) == ("InvalidArgument", "Unable to validate the following destination configurations")
    queue.let("s3.amazonaws.com", source + "-other")
    assert error_of(notify, kind="Queue", arn=queue.arn)[0] == "InvalidArgument"
    notify("Queue", queue.arn, SkipDestinationValidation=True)
    s3.put_object(Bucket=bucket, Key="unheard", Body=b"x")
    assert queue.receive(wait=1) == []
    queue.let("s3.amazonaws.com", source)
    notify("Queue", queue.arn)
    s3.put_object(Bucket=bucket, Key="heard", Body=b"x")
    seen = []
    assert until(lambda: seen.extend(queue.receive(1)) or any('"heard"' in b for b in seen)), seen
    assert not any("unheard" in b for b in seen)
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy_for(
        "s3.amazonaws.com", "sns:Publish", topic, source))
    notify("Topic", topic)
    api.add_permission(FunctionName=name, StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com",
                       SourceArn=source, SourceAccount=ACCOUNT)
    notify("Lambda", function_arn(name))


def test_a_topic_sends_only_whose_policy_lets_it(root, queue, function, unique):
    sns, api = root("sns"), root("lambda")
    topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes={"RawMessageDelivery": "true"})
    sns.publish(TopicArn=topic, Message="unheard")
    assert queue.receive(wait=1) == []
    queue.let("sns.amazonaws.com", topic)
    sns.publish(TopicArn=topic, Message="heard")
    assert queue.receive() == ["heard"]
    queue.let(None, None)
    # A function that SNS may not invoke is not run; its dead-letter queue is sent to by SNS as well.
    other = sns.create_topic(Name=unique("topic"))["TopicArn"]
    sns.subscribe(TopicArn=other, Protocol="lambda", Endpoint=function_arn(function()),
                  Attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": queue.arn})})
    sns.publish(TopicArn=other, Message="dropped")
    assert queue.receive(wait=2) == []
    queue.let("sns.amazonaws.com", other)
    sns.publish(TopicArn=other, Message="kept")
    assert "kept" in queue.receive(20)[0]


def test_a_gateway_runs_only_whose_policy_lets_it(strict, root, function):
    api, name = root("apigatewayv2"), function()
    made = api.create_api(Name="a", ProtocolType="HTTP", Target=function_arn(name))["ApiId"]

    def status():
        request = urllib.request.Request(strict.url + "/", headers={"Host": f"{made}.execute-api.us-east-1.amazonaws.com"})
        with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(request) as r:
            return r.status
        return 500

    assert status() == 500
    root("lambda").add_permission(FunctionName=name, StatementId="a", Action="lambda:InvokeFunction",
                                  Principal="apigateway.amazonaws.com",
                                  SourceArn=f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{made}/*")
    assert until(lambda: status() == 200)


def test_a_functions_role_is_asked_for_its_destinations(root, queue, function, unique):
    """"Lambda's execution role must have permission": sqs:SendMessage, sns:Publish."""
    sns, api, name = root("sns"), root("lambda"), function()
    topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
    queue.let("sns.amazonaws.com", topic)
    api.put_function_event_invoke_config(FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": topic}})
    function.role.allow("lambda:InvokeFunction", "sqs:SendMessage")
    api.invoke(FunctionName=name, InvocationType="Event")
    assert queue.receive(wait=2) == []
    function.role.allow("sns:Publish", on=topic)
    api.invoke(FunctionName=name, InvocationType="Event")
    assert queue.receive(20)


def test_what_a_stream_gives_up_is_sent_by_the_role(root, queue, function, unique):
    ddb, api, table = root("dynamodb"), root("lambda"), unique("table")
    stream = ddb.create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}])["TableDescription"]["LatestStreamArn"]
    name = function("def handler(event, context): raise Exception(str(event))")
    function.role.allow("dynamodb:*", on=stream)
    api.create_event_source_mapping(EventSourceArn=stream, FunctionName=name, StartingPosition="TRIM_HORIZON",
                                    MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": queue.arn}})
    ddb.put_item(TableName=table, Item={"k": {"S": "unheard"}})
    assert queue.receive(wait=3) == []
    function.role.allow("sqs:SendMessage", on=queue.arn)
    ddb.put_item(TableName=table, Item={"k": {"S": "heard"}})
    assert len(queue.receive(20)) == 1


# ---- other accounts --------------------------------------------------------------------------------------------------


def test_layers_of_other_accounts(client_of, zip_of):
    """AddLayerVersionPermission: without it, a layer of another account is neither read, used nor changed."""
    server = samovar.Server("--auth", "any")
    with server:
        theirs = client_of(server, "lambda", key="000000000002")
        closed, opened = (theirs.publish_layer_version(LayerName=n, Content={"ZipFile": zip_of({"python/x.py": "secret = 1"})})[
            "LayerVersionArn"] for n in ("closed", "opened"))
        theirs.add_layer_version_permission(LayerName="opened", VersionNumber=1, StatementId="s", Action="lambda:GetLayerVersion",
                                            Principal="*")
        server.stop()
        server.options = ["--auth", "strict"]
        server.start()
        api = client_of(server, "lambda", **server.root_key())

        def use(layer, name):
            api.create_function(FunctionName=name, Runtime="python3.12", Role=f"arn:aws:iam::{ACCOUNT}:role/r", Handler="i.h",
                                Layers=[layer], Code={"ZipFile": zip_of({"i.py": "def h(e, c): pass"})})

        def version(layer):
            return api.get_layer_version(LayerName=layer.rsplit(":", 1)[0], VersionNumber=1)

        for call in (lambda: api.get_layer_version_by_arn(Arn=closed), lambda: version(closed), lambda: use(closed, "a"),
                     lambda: api.delete_layer_version(LayerName=opened.rsplit(":", 1)[0], VersionNumber=1),
                     lambda: api.add_layer_version_permission(
                         LayerName=closed.rsplit(":", 1)[0], VersionNumber=1, StatementId="s", Action="lambda:GetLayerVersion",
                         Principal="*")):
            with pytest.raises(ClientError) as e:
                call()
            assert e.value.response["Error"]["Code"] == "AccessDeniedException", e.value
        assert api.get_layer_version_by_arn(Arn=opened)["Version"] == 1 and version(opened)["Version"] == 1
        use(opened, "b")


def test_the_layers_of_a_function_are_asked_for(root, user, role, function, unique, zip_of):
    api, name = root("lambda"), function()
    layer = api.publish_layer_version(LayerName=unique("layer"), Content={"ZipFile": zip_of({"python/x.py": "x = 1"})})["LayerVersionArn"]
    mine = user.allow("lambda:*").deny("lambda:GetLayerVersion").client("lambda")
    assert error_of(mine.update_function_configuration, FunctionName=name, Layers=[layer])[0] == "AccessDeniedException"
    api.update_function_configuration(FunctionName=name, Layers=[layer])


def test_moves_of_messages_are_asked_for_at_both_ends(root, user, unique):
    """StartMessageMoveTask: "permissions to sqs:StartMessageMoveTask, sqs:ReceiveMessage, sqs:DeleteMessage and
    sqs:GetQueueAttributes of the dead-letter queue, and sqs:SendMessage of the destination" (SQS Developer Guide, "Configure a
    dead-letter queue redrive", "Configuring queue permissions")."""
    sqs, name = root("sqs"), unique("q")
    dead, source, other = (sqs.create_queue(QueueName=f"{name}-{n}")["QueueUrl"] for n in ("dead", "source", "other"))
    dead, source, other = (u.rsplit("/", 1)[1] for u in (dead, source, other))
    dead, source, other = (f"arn:aws:sqs:us-east-1:{ACCOUNT}:{n}" for n in (dead, source, other))
    sqs.set_queue_attributes(QueueUrl=sqs.get_queue_url(QueueName=f"{name}-source")["QueueUrl"], Attributes={
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 1})})
    mine = user.allow("sqs:StartMessageMoveTask", on=dead).client("sqs")
    theirs = dead.replace(ACCOUNT, "111122223333")
    user.allow("sqs:*", on=theirs)
    assert error_of(mine.start_message_move_task, SourceArn=theirs)[0].startswith("AccessDenied")
    assert error_of(mine.list_message_move_tasks, SourceArn=theirs)[0].startswith("AccessDenied")
    assert "sqs:ReceiveMessage" in error_of(mine.start_message_move_task, SourceArn=dead, DestinationArn=other)[1]
    user.allow("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", on=dead)
    assert "sqs:SendMessage" in error_of(mine.start_message_move_task, SourceArn=dead, DestinationArn=other)[1]
    user.allow("sqs:SendMessage", on=other)
    mine.start_message_move_task(SourceArn=dead, DestinationArn=other)


