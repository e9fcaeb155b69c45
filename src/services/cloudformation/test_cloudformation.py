"""CloudFormation through boto3: stacks, change sets, functions of templates, rollback, errors."""

import json
import time

import pytest
import samovar
from stacks import IAM, TRUST, change, error_of, events, group, make, outputs, remove, settle

FUNCTION = """
AWSTemplateFormatVersion: "2010-09-09"
Description: one function
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Secret: {Type: String, Default: hidden, NoEcho: true}
Mappings:
  Memory: {dev: {Size: 128}, prod: {Size: 256}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      ManagedPolicyArns: [!Sub "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Sub "/aws/lambda/${AWS::StackName}-hello", RetentionInDays: 7}
  Hello:
    Type: AWS::Lambda::Function
    DependsOn: Logs
    Properties:
      FunctionName: !Sub "${AWS::StackName}-hello"
      Runtime: python3.11
      Handler: index.handler
      Role: !GetAtt Role.Arn
      MemorySize: !FindInMap [Memory, !Ref Stage, Size]
      Environment: {Variables: {STAGE: !Ref Stage, WHAT: !If [IsProd, "yes", !Ref "AWS::NoValue"]}}
      Code: {ZipFile: "def handler(event, context): return {'hello': event}"}
  OnlyProd:
    Type: AWS::Logs::LogGroup
    Condition: IsProd
Outputs:
  Arn: {Value: !GetAtt Hello.Arn, Export: {Name: !Sub "${AWS::StackName}-arn"}}
  Name: {Value: !Join ["-", [!Ref "AWS::Region", !Select [1, !Split [",", "a,b"]], !Ref Stage]]}
"""


def test_life_of_a_stack(client, unique):
    cfn, name = client("cloudformation"), unique("stack")
    assert error_of(cfn.describe_stacks, StackName=name) == ("ValidationError", f"Stack with id {name} does not exist")
    stack = make(cfn, name, FUNCTION, Tags=[{"Key": "team", "Value": "tea"}])
    assert outputs(stack)["Name"] == "us-east-1-b-dev"
    arn = outputs(stack)["Arn"]
    assert arn == f"arn:aws:lambda:us-east-1:000000000000:function:{name}-hello"
    assert {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]} == {"Stage": "dev", "Secret": "****"}
    resources = {r["LogicalResourceId"]: r for r in cfn.list_stack_resources(StackName=name)["StackResourceSummaries"]}
    assert set(resources) == {"Role", "Logs", "Hello"}
    role = resources["Role"]["PhysicalResourceId"]
    assert client("iam").get_role(RoleName=role)["Role"]["Tags"] == [{"Key": "team", "Value": "tea"}]
    f = client("lambda").get_function(FunctionName=arn)
    assert f["Configuration"]["MemorySize"] == 128 and f["Tags"] == {"team": "tea"}
    assert f["Configuration"]["Environment"]["Variables"] == {"STAGE": "dev"}
    assert error_of(cfn.create_stack, StackName=name, TemplateBody=FUNCTION, Capabilities=IAM) == (
        "AlreadyExistsException", f"Stack [{name}] already exists")
    assert error_of(cfn.update_stack, StackName=name, TemplateBody=FUNCTION, Capabilities=IAM) == (
        "ValidationError", "No updates are to be performed.")
    stack = change(cfn, name, FUNCTION, Parameters=[{"ParameterKey": "Stage", "ParameterValue": "prod"},
                                                    {"ParameterKey": "Secret", "UsePreviousValue": True}])
    f = client("lambda").get_function_configuration(FunctionName=arn)
    assert f["MemorySize"] == 256 and f["Environment"]["Variables"] == {"STAGE": "prod", "WHAT": "yes"}
    assert f["Role"].endswith(role)
    assert [e for e in cfn.list_exports()["Exports"] if e["Name"] == f"{name}-arn"][0]["Value"] == arn
    assert cfn.get_template(StackName=name)["TemplateBody"].strip() == FUNCTION.strip()
    order = [e[:2] for e in events(cfn, name)][::-1]
    assert order[0] == (name, "CREATE_IN_PROGRESS") and order[-1] == (name, "UPDATE_COMPLETE")
    assert order.index(("Logs", "CREATE_COMPLETE")) < order.index(("Hello", "CREATE_IN_PROGRESS"))
    remove(cfn, stack)
    assert error_of(client("iam").get_role, RoleName=role)[0] == "NoSuchEntity"
    assert error_of(client("lambda").get_function, FunctionName=arn)[0] == "ResourceNotFoundException"
    assert error_of(cfn.describe_stacks, StackName=name)[0] == "ValidationError"
    assert not client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]


def test_failure_rolls_back(client, unique):
    cfn, name = client("cloudformation"), unique("fail")
    template = {"Resources": {"Good": group(name), "Bad": {"Type": "AWS::EC2::Instance", "DependsOn": "Good"}}}
    stack = make(cfn, name, template, status="ROLLBACK_COMPLETE")
    bad = [e for e in events(cfn, name) if e[:2] == ("Bad", "CREATE_FAILED")]
    assert "AWS::EC2::Instance" in bad[0][2]
    assert not client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert error_of(cfn.update_stack, StackName=name, TemplateBody=json.dumps(template))[0] == "ValidationError"
    remove(cfn, stack)


def test_update_goes_back_to_what_was(client, unique):
    cfn, logs, name = client("cloudformation"), client("logs"), unique("back")
    one = {"Resources": {"A": group(name + "-a", RetentionInDays=7), "B": group(name + "-b"), "C": group(name + "-c")}}
    stack = make(cfn, name, one)
    two = {"Resources": {"A": group(name + "-a", RetentionInDays=14), "B": group(name + "-b2"), "D": group(name + "-d"),
                         "Bad": {"Type": "AWS::EC2::Instance", "DependsOn": ["A", "B", "D"]}}}
    change(cfn, name, two, status="UPDATE_ROLLBACK_COMPLETE")
    groups = {g["logGroupName"]: g.get("retentionInDays") for g in
              logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]}
    assert groups == {name + "-a": 7, name + "-b": None, name + "-c": None}
    del two["Resources"]["Bad"]
    stack = change(cfn, name, two)
    groups = {g["logGroupName"]: g.get("retentionInDays") for g in
              logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]}
    assert groups == {name + "-a": 14, name + "-b2": None, name + "-d": None}
    remove(cfn, stack)
    assert not logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]


def test_change_sets(client, unique):
    cfn, name = client("cloudformation"), unique("set")
    one = json.dumps({"Resources": {"A": group(name + "-a")}})
    made = cfn.create_change_set(StackName=name, ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=one)
    cfn.get_waiter("change_set_create_complete").wait(ChangeSetName="first", StackName=name,
                                                      WaiterConfig={"Delay": 1, "MaxAttempts": 1})
    assert settle(cfn, name)["StackStatus"] == "REVIEW_IN_PROGRESS"
    shown = cfn.describe_change_set(ChangeSetName=made["Id"])
    assert [(c["ResourceChange"]["Action"], c["ResourceChange"]["LogicalResourceId"]) for c in shown["Changes"]] == [
        ("Add", "A")]
    cfn.execute_change_set(ChangeSetName="first", StackName=name)
    assert settle(cfn, name)["StackStatus"] == "CREATE_COMPLETE"
    cfn.create_change_set(StackName=name, ChangeSetName="same", TemplateBody=one)
    same = cfn.describe_change_set(ChangeSetName="same", StackName=name)
    assert same["Status"] == "FAILED" and "didn't contain changes" in same["StatusReason"]
    two = json.dumps({"Resources": {"A": group(name + "-x"), "B": group(name + "-b")}})
    cfn.create_change_set(StackName=name, ChangeSetName="second", TemplateBody=two)
    changes = {c["ResourceChange"]["LogicalResourceId"]: c["ResourceChange"] for c in
               cfn.describe_change_set(ChangeSetName="second", StackName=name)["Changes"]}
    assert changes["A"]["Replacement"] == "True" and changes["B"]["Action"] == "Add"
    assert error_of(cfn.execute_change_set, ChangeSetName="none", StackName=name)[0] == "ChangeSetNotFound"
    cfn.delete_change_set(ChangeSetName="second", StackName=name)
    remove(cfn, settle(cfn, name))


def test_exports_and_imports(client, unique):
    cfn, name = client("cloudformation"), unique("exp")
    a = make(cfn, name + "-a", {"Resources": {"A": group(name + "-a")},
                                "Outputs": {"O": {"Value": {"Ref": "A"}, "Export": {"Name": name}}}})
    b = make(cfn, name + "-b", {"Resources": {"B": group()},
                                "Outputs": {"O": {"Value": {"Fn::ImportValue": name}}}})
    assert outputs(b)["O"] == name + "-a"
    assert cfn.list_imports(ExportName=name)["Imports"] == [name + "-b"]
    cfn.delete_stack(StackName=name + "-a")
    assert settle(cfn, a["StackId"])["StackStatus"] == "DELETE_FAILED"
    remove(cfn, b)
    remove(cfn, a)


@pytest.mark.parametrize("template, message", [
    ("{}", "Template format error: At least one Resources member must be defined."),
    ("Resources: [", "Template format error: YAML not well-formed."),
    ({"Resources": {"A": group({"Ref": "B"})}},
     "Template format error: Unresolved resource dependencies [B] in the Resources block of the template"),
    ({"Resources": {"A": group({"Fn::GetAtt": ["B", "Arn"]})}},
     "Template error: instance of Fn::GetAtt references undefined resource B"),
    ({"Resources": {"A": group({"Ref": "B"}), "B": group({"Ref": "A"})}},
     "Circular dependency between resources: [A, B]"),
    ({"Resources": {"A": {**group(), "DependsOn": "B"}, "B": {**group(), "DependsOn": "A"}}},
     "Circular dependency between resources: [A, B]"),
    ({"Resources": {"A": group()}, "Nonsense": {}}, "Invalid template property or properties [Nonsense]"),
    ({"Transform": "My::Macro", "Resources": {"A": group()}}, "No transform named My::Macro found."),
    ({"Parameters": {"P": {"Type": "String"}}, "Resources": {"A": group()}}, "Parameters: [P] must have values"),
    ("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
     "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"
     "g: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n", "Template format error: YAML not well-formed."),
])
def test_templates_that_are_refused(client, unique, template, message):
    cfn = client("cloudformation")
    body = template if isinstance(template, str) else json.dumps(template)
    code, text = error_of(cfn.create_stack, StackName=unique("bad"), TemplateBody=body)
    assert code == "ValidationError" and text.startswith(message), text


def test_capabilities(client, unique):
    cfn = client("cloudformation")
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
    assert error_of(cfn.create_stack, StackName=unique("c"), TemplateBody=json.dumps({"Resources": {"R": role}})) == (
        "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]")
    v = cfn.validate_template(TemplateBody=json.dumps({"Resources": {"R": role}, "Description": "d"}))
    assert v["Capabilities"] == ["CAPABILITY_IAM"] and v["Description"] == "d"
    s = cfn.get_template_summary(TemplateBody=FUNCTION)
    assert sorted(s["ResourceTypes"])[0] == "AWS::IAM::Role" and len(s["Parameters"]) == 2


def test_ssm_parameters(client, unique):
    cfn, ssm, name = client("cloudformation"), client("ssm"), unique("par")
    ssm.put_parameter(Name="/" + name + "/days", Value="14", Type="String")
    ssm.put_parameter(Name="/" + name + "/secret", Value="s3cret", Type="SecureString")
    template = {"Parameters": {"Days": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": f"/{name}/days"}},
                "Resources": {"G": group(name, RetentionInDays={"Ref": "Days"}),
                              "P": {"Type": "AWS::SSM::Parameter", "Properties": {
                                  "Type": "String", "Name": f"/{name}/made",
                                  "Value": f"a-{{{{resolve:ssm:/{name}/days}}}}-{{{{resolve:ssm-secure:/{name}/secret:1}}}}"}}}}
    stack = make(cfn, name, template)
    assert stack["Parameters"][0]["ResolvedValue"] == "14"
    assert client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]["retentionInDays"] == 14
    assert ssm.get_parameter(Name=f"/{name}/made")["Parameter"]["Value"] == "a-14-s3cret"
    remove(cfn, stack)


def test_fifty_resources(client, unique):
    cfn, name = client("cloudformation"), unique("many")
    template = {"Resources": {f"G{i}": group(f"{name}-{i}") for i in range(25)}}
    for i in range(25):
        template["Resources"][f"R{i}"] = {"Type": "AWS::IAM::Role", "DependsOn": f"G{i}",
                                          "Properties": {"AssumeRolePolicyDocument": TRUST}}
    stack = make(cfn, name, template)
    assert len(cfn.describe_stack_resources(StackName=name)["StackResources"]) == 50
    remove(cfn, stack)
    assert not client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]


def test_custom_resource(client, unique):
    cfn, name = client("cloudformation"), unique("custom")
    code = ("import cfnresponse\n"
            "def handler(event, context):\n"
            "    p = event['ResourceProperties']\n"
            "    if p.get('Fail') == 'true' and event['RequestType'] != 'Delete':\n"
            "        return cfnresponse.send(event, context, cfnresponse.FAILED, {}, 'id-1', reason='no tea')\n"
            "    cfnresponse.send(event, context, cfnresponse.SUCCESS, {'Answer': p.get('Word', '') * 2}, 'id-1')\n")
    template = {"Resources": {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
        "F": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "python3.11", "Handler": "index.handler",
              "Timeout": 20, "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Code": {"ZipFile": code}}},
        "C": {"Type": "Custom::Tea", "Properties": {"ServiceToken": {"Fn::GetAtt": ["F", "Arn"]}, "Word": "tea"}}},
        "Outputs": {"A": {"Value": {"Fn::GetAtt": ["C", "Answer"]}}, "Id": {"Value": {"Ref": "C"}}}}
    stack = make(cfn, name, template)
    assert outputs(stack) == {"A": "teatea", "Id": "id-1"}
    template["Resources"]["C"]["Properties"].update(Fail=True)
    change(cfn, name, template, status="UPDATE_ROLLBACK_COMPLETE")
    assert any("no tea" in (e[2] or "") for e in events(cfn, name))
    remove(cfn, stack)


def test_goes_on_after_kill(client_of, unique):
    with samovar.Server() as server:
        cfn, logs, name = client_of(server, "cloudformation"), client_of(server, "logs"), unique("kill")
        for i in range(4):
            template = {"Resources": {f"G{k}": {**group(f"{name}-{i}-{k}"), **({"DependsOn": f"G{k - 1}"} if k else {})}
                                      for k in range(40)}}
            cfn.create_stack(StackName=f"{name}-{i}", TemplateBody=json.dumps(template))
            time.sleep(0.005 * i)
            server.kill()
            server.start()
            stack = settle(cfn, f"{name}-{i}")
            assert stack["StackStatus"] == "CREATE_COMPLETE", events(cfn, f"{name}-{i}")
            remove(cfn, stack)
        assert not logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]


def test_an_api_a_queue_and_a_bucket(client, unique):
    cfn, name = client("cloudformation"), unique("web")
    code = "def handler(event, context): return {'path': event.get('rawPath'), 'n': len(event.get('Records', []))}"
    template = {"Resources": {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": TRUST, "ManagedPolicyArns": [
                "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"]}},
        "F": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "python3.11", "Handler": "index.handler",
              "Role": {"Fn::GetAtt": "Role.Arn"}, "Code": {"ZipFile": code}}},
        "V": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "F"}}},
        "Live": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "F"}, "Name": "live",
                 "FunctionVersion": {"Fn::GetAtt": "V.Version"}}},
        "Url": {"Type": "AWS::Lambda::Url", "Properties": {"TargetFunctionArn": {"Ref": "F"}, "AuthType": "NONE"}},
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": name, "ProtocolType": "HTTP"}},
        "I": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {"ApiId": {"Ref": "Api"},
              "IntegrationType": "AWS_PROXY", "IntegrationUri": {"Fn::GetAtt": "F.Arn"}, "PayloadFormatVersion": "2.0"}},
        "R": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": {"Ref": "Api"}, "RouteKey": "GET /tea",
              "Target": {"Fn::Sub": "integrations/${I}"}}},
        "S": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "$default",
              "AutoDeploy": True}},
        "P": {"Type": "AWS::Lambda::Permission", "Properties": {"FunctionName": {"Ref": "F"},
              "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}},
        "Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, "VisibilityTimeout": 45}},
        "QP": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "Q"}], "PolicyDocument": {
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage",
                                                    "Resource": {"Fn::GetAtt": "Q.Arn"}}]}}},
        "M": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": {"Ref": "F"},
              "EventSourceArn": {"Fn::GetAtt": "Q.Arn"}, "BatchSize": 2}},
        "B": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}},
        "BP": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "B"}, "PolicyDocument": {
            "Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                "Resource": {"Fn::Sub": "arn:aws:s3:::${B}/*"}, "Condition": {"Bool": {"aws:SecureTransport": "x"}}}]}}}},
        "Outputs": {"Api": {"Value": {"Fn::GetAtt": "Api.ApiEndpoint"}}, "Q": {"Value": {"Ref": "Q"}},
                    "B": {"Value": {"Ref": "B"}}, "Url": {"Value": {"Fn::GetAtt": "Url.FunctionUrl"}}}}
    stack = make(cfn, name, template)
    out = outputs(stack)
    assert client("sqs").get_queue_attributes(QueueUrl=out["Q"], AttributeNames=["All"])["Attributes"][
        "VisibilityTimeout"] == "45"
    assert client("s3").get_bucket_versioning(Bucket=out["B"])["Status"] == "Enabled"
    assert out["Url"].startswith("http") and out["Api"].startswith("http")
    template["Resources"]["Q"]["Properties"]["VisibilityTimeout"] = 50
    template["Resources"]["R"]["Properties"]["RouteKey"] = "GET /milk"
    stack = change(cfn, name, template)
    routes = client("apigatewayv2").get_routes(ApiId=[r["PhysicalResourceId"] for r in cfn.describe_stack_resources(
        StackName=name, LogicalResourceId="Api")["StackResources"]][0])["Items"]
    assert [r["RouteKey"] for r in routes] == ["GET /milk"]
    remove(cfn, stack)
    assert not [a for a in client("apigatewayv2").get_apis()["Items"] if a["Name"] == name]
    assert error_of(client("sqs").get_queue_url, QueueName=name)[0].endswith(("NonExistentQueue", "QueueDoesNotExist"))


def test_template_by_url(client, unique):
    cfn, s3, name = client("cloudformation"), client("s3"), unique("url")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="a b/t.json", Body=json.dumps({"Resources": {"A": group(name)}}))
    for url in f"https://s3.amazonaws.com/{name}/a%20b/t.json", f"https://{name}.s3.us-east-1.amazonaws.com/a%20b/t.json":
        assert cfn.validate_template(TemplateURL=url)["Parameters"] == []
    cfn.create_stack(StackName=name, TemplateURL=url)
    stack = settle(cfn, name)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    remove(cfn, stack)
    assert error_of(cfn.validate_template, TemplateURL=f"https://s3.amazonaws.com/{name}/none")[0] == "ValidationError"


SAM = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.11, Timeout: 9, Environment: {Variables: {AA: "1"}}}
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      InlineCode: "def handler(event, context): return {'statusCode': 200, 'body': 'tea'}"
      AutoPublishAlias: live
      Environment: {Variables: {BB: "2"}}
      FunctionUrlConfig: {AuthType: NONE}
      Policies:
        - AWSLambda_ReadOnlyAccess
        - SQSSendMessagePolicy: {QueueName: !GetAtt Work.QueueName}
        - Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "*"}]
      Events:
        Get: {Type: HttpApi, Properties: {Path: /tea, Method: get}}
        Queue: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn, BatchSize: 3}}
  Work: {Type: AWS::SQS::Queue}
Outputs:
  Url: {Value: !GetAtt HelloUrl.FunctionUrl}
  Api: {Value: !Sub "${ServerlessHttpApi.ApiEndpoint}/tea"}
"""


def test_serverless_transform(client, unique):
    cfn, name = client("cloudformation"), unique("sam")
    stack = make(cfn, name, SAM)
    ids = {r["LogicalResourceId"]: r for r in cfn.describe_stack_resources(StackName=name)["StackResources"]}
    assert {"Hello", "HelloRole", "HelloAliaslive", "HelloUrl", "HelloUrlPublicPermissions", "HelloQueue",
            "ServerlessHttpApi", "ServerlessHttpApiApiGatewayDefaultStage"} <= set(ids)
    f = client("lambda").get_function_configuration(FunctionName=ids["Hello"]["PhysicalResourceId"])
    assert f["Timeout"] == 9 and f["Environment"]["Variables"] == {"AA": "1", "BB": "2"}
    role = ids["HelloRole"]["PhysicalResourceId"]
    policies = client("iam").list_role_policies(RoleName=role)["PolicyNames"]
    assert policies == ["HelloRolePolicy0", "HelloRolePolicy1"]
    processed = cfn.get_template(StackName=name, TemplateStage="Processed")["TemplateBody"]
    assert "AWS::Serverless" not in json.dumps(processed)
    assert "AWS::Serverless::Function" in cfn.get_template(StackName=name)["TemplateBody"]
    assert outputs(stack)["Api"].endswith("/tea")
    stack["StackName"] = name
    version = [r for r in ids.values() if r["ResourceType"] == "AWS::Lambda::Version"]
    assert len(version) == 1
    remove(cfn, stack)
    bad = SAM.replace("Type: HttpApi,", "Type: Cognito,")
    code, text = error_of(cfn.create_stack, StackName=unique("sam"), TemplateBody=bad, Capabilities=IAM)
    assert code == "ValidationError" and "Cognito" in text


def test_a_stack_gives_no_more_than_its_maker_has(client_of, unique):
    with samovar.Server("--auth", "strict") as server:
        root = server.root_key()
        iam, name = client_of(server, "iam", **root), unique("strict")
        iam.create_user(UserName=name)
        allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["cloudformation:*", "logs:*"],
                                                         "Resource": "*"}]}
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(allow))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        cfn = client_of(server, "cloudformation", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
        stack = make(cfn, name, {"Resources": {"G": group(name)}})
        remove(cfn, stack)
        role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
        stack = make(cfn, name, {"Resources": {"R": role}}, status="ROLLBACK_COMPLETE")
        assert any("not authorized to perform: iam:CreateRole on" in (e[2] or "") for e in events(cfn, stack["StackId"]))
        assert not [r for r in iam.list_roles()["Roles"] if r["RoleName"].startswith(name)]
