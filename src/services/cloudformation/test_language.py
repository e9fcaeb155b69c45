"""CloudFormation through boto3: functions, AWS::LanguageExtensions, rules, and what is refused of templates."""

import json

import pytest
from stacks import IAM, change, error_of, group, make, outputs, remove


def refused(cfn, name, template, **more):
    body = template if isinstance(template, str) else json.dumps(template)
    code, text = error_of(cfn.create_stack, StackName=name, TemplateBody=body, Capabilities=IAM, **more)
    assert error_of(cfn.describe_stacks, StackName=name)[0] == "ValidationError"  # nothing half-made
    return code, text


LOOPS = """
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: "one,two-2"}
  Keep: {Type: String, Default: Delete}
Mappings: {M: {a: {b: found}}}
Conditions:
  'Fn::ForEach::Conditions':
    - C
    - [Yes, No]
    - 'Is${C}': !Equals [!Ref C, "Yes"]
Resources:
  'Fn::ForEach::Groups':
    - Name
    - !Ref Names
    - 'Group&{Name}':
        Type: AWS::Logs::LogGroup
        DeletionPolicy: !Ref Keep
        Properties:
          LogGroupName: !Sub '${AWS::StackName}-${Name}'
          'Fn::ForEach::Properties':
            - Property
            - [RetentionInDays]
            - '${Property}': 3
  'Fn::ForEach::Outer':
    - X
    - [A, B]
    - 'Fn::ForEach::Inner':
        - Y
        - ['1', '2']
        - 'Nested${X}${Y}':
            Type: AWS::Logs::LogGroup
            Properties: {LogGroupName: !Join ['-', [!Ref 'AWS::StackName', !Ref X, !Ref Y]]}
  Gone: {Type: AWS::Logs::LogGroup, Condition: IsNo}
Outputs:
  Length: {Value: !Sub ['${N}', {N: {'Fn::Length': !Ref Names}}]}
  Json: {Value: {'Fn::ToJsonString': {names: !Ref Names}}}
  Default: {Value: !FindInMap [M, a, none, {DefaultValue: fallen}]}
  'Fn::ForEach::Outputs':
    - Name
    - !Ref Names
    - 'Out&{Name}': {Value: !Ref 'Group&{Name}'}
"""


def test_language_extensions(client, unique):
    cfn, logs, name = client("cloudformation"), client("logs"), unique("loop")
    body = LOOPS.replace("Yes, No", "'Yes', 'No'")
    assert error_of(cfn.create_stack, StackName=name, TemplateBody=body) == (
        "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_AUTO_EXPAND]")
    stack = make(cfn, name, body)

    def groups():
        return {g["logGroupName"][len(name) + 1:]: g.get("retentionInDays")
                for g in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]}
    assert groups() == {"one": 3, "two-2": 3, "A-1": None, "A-2": None, "B-1": None, "B-2": None}
    assert outputs(stack) == {"Length": "2", "Json": '{"names":["one","two-2"]}', "Default": "fallen",
                              "Outone": f"{name}-one", "Outtwo2": f"{name}-two-2"}
    processed = cfn.get_template(StackName=name, TemplateStage="Processed")["TemplateBody"]
    assert "ForEach" not in json.dumps(processed) and "Grouptwo2" in processed["Resources"]
    stack = change(cfn, name, body, Parameters=[{"ParameterKey": "Names", "ParameterValue": "one,three"}])
    assert set(groups()) == {"one", "three", "A-1", "A-2", "B-1", "B-2"}
    remove(cfn, stack)


@pytest.mark.parametrize("section, message", [
    ("'Fn::ForEach::G': [X, [a], {'G': {Type: AWS::Logs::LogGroup}, 'G2${X}': {Type: AWS::Logs::LogGroup}}]", None),
    ("'Fn::ForEach::G': [X, [a, b], {'G': {Type: AWS::Logs::LogGroup}}]", "makes the key G twice"),
    ("'Fn::ForEach::G': [X, {'G${X}': {Type: AWS::Logs::LogGroup}}]", "Fn::ForEach layout is incorrect"),
    ("'Fn::ForEach::G': [X, one, {'G${X}': {Type: AWS::Logs::LogGroup}}]", "needs a list"),
    ("'Fn::ForEach::A': [A, [1,2,3,4,5,6,7,8,9], {'Fn::ForEach::B': [B, [1,2,3,4,5,6,7,8,9], {'Fn::ForEach::C': "
     "[C, [1,2,3,4,5,6,7,8,9], {'G${A}${B}${C}': {Type: AWS::Logs::LogGroup}}]}]}]", "Number of resources, 729"),
])
def test_loops_that_are_wrong(client, unique, section, message):
    cfn, name = client("cloudformation"), unique("loops")
    body = "Transform: AWS::LanguageExtensions\nResources:\n  " + section + "\n"
    if not message:
        return remove(cfn, make(cfn, name, body))
    code, text = refused(cfn, name, body)
    assert code == "ValidationError" and message in text


def test_rules(client, unique):
    cfn, name = client("cloudformation"), unique("rules")
    template = {"Parameters": {"Stage": {"Type": "String", "Default": "dev"}, "Days": {"Type": "String", "Default": "1"},
                               "List": {"Type": "CommaDelimitedList", "Default": "a,a"}},
                "Rules": {"Prod": {"RuleCondition": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "Assertions": [
                    {"Assert": {"Fn::Contains": [["7", "14"], {"Ref": "Days"}]}, "AssertDescription": "prod keeps its logs"},
                    {"Assert": {"Fn::And": [{"Fn::EachMemberEquals": [{"Ref": "List"}, "a"]},
                                            {"Fn::Not": [{"Fn::EachMemberIn": [["x"], {"Ref": "List"}]}]}]}}]}},
                "Resources": {"A": group(name)}}

    def given(**values):
        return {"Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()]}
    code, text = refused(cfn, name, template, **given(Stage="prod"))
    assert code == "ValidationError" and "prod keeps its logs" in text
    code, text = refused(cfn, name, template, **given(Stage="prod", Days="7", List="a,b"))
    assert code == "ValidationError" and "Prod" in text
    remove(cfn, make(cfn, name, template, **given(Stage="prod", Days="7")))
    remove(cfn, make(cfn, name, template))
    template["Rules"]["Prod"]["Assertions"] = [{"Assert": {"Fn::RefAll": "AWS::EC2::VPC::Id"}}]
    assert "Fn::RefAll is not served" in refused(cfn, name, template, **given(Stage="prod"))[1]


FUNCTIONS = [
    ({"Fn::Nonsense": "x"}, "Template format error: Encountered unsupported function: Fn::Nonsense Supported functions are: ["),
    ({"Fn::Transform": {"Name": "AWS::Include"}}, "Template error: Fn::Transform is not served by this server: the macro "
                                                  "AWS::Include can't be run."),
    ({"Fn::Length": ["a"]}, "Template error: Fn::Length needs the transform AWS::LanguageExtensions."),
    ({"Fn::FindInMap": ["M", "a", "b", {"DefaultValue": "x"}]}, "Template error: Fn::FindInMap with DefaultValue needs"),
    ({"Ref": "Conditional"}, "Template format error: Unresolved resource dependencies [Conditional] in the Resources block"),
    ({"Fn::Sub": "${Conditional.Arn}"}, "Template format error: Unresolved resource dependencies [Conditional]"),
    ({"Fn::GetAtt": ["Other", "Nonsense"]}, "Template error: resource Other does not support attribute type Nonsense in"),
    ({"Fn::If": ["None", "a", "b"]}, "Template error: unresolved condition dependency None"),
]


@pytest.mark.parametrize("value, message", FUNCTIONS)
def test_functions_that_are_refused(client, unique, value, message):
    cfn, name = client("cloudformation"), unique("function")
    template = {"Mappings": {"M": {"a": {"b": "c"}}}, "Conditions": {"No": {"Fn::Equals": ["a", "b"]}}, "Resources": {
        "A": group(value), "Other": group(), "Conditional": {**group(), "Condition": "No"}}}
    code, text = refused(cfn, name, template)
    assert code == "ValidationError" and text.startswith(message), text


VALUES = [
    ({"Fn::Select": ["1", {"Fn::Cidr": ["10.0.0.0/16", 3, 8]}]}, "10.0.1.0/24"),
    ({"Fn::Join": ["+", {"Fn::Split": [",", "a,b,c"]}]}, "a+b+c"),
    ({"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "b"]}, "c"),
    ({"Fn::If": ["No", "x", {"Fn::If": ["Yes", "y", "z"]}]}, "y"),
    ({"Fn::Base64": {"Fn::Sub": ["${V}-${AWS::Partition}", {"V": "tea"}]}}, "dGVhLWF3cw=="),
    ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "us-east-1a"),
    ({"Fn::Sub": "${!Literal} ${AWS::URLSuffix}"}, "${Literal} amazonaws.com"),
    ({"Fn::Join": ["", ["a", {"Fn::If": ["No", "x", {"Ref": "AWS::NoValue"}]}, "b"]]}, "ab"),
]


def test_functions(client, unique):
    cfn, name = client("cloudformation"), unique("functions")
    stack = make(cfn, name, {
        "Mappings": {"M": {"us-east-1": {"b": "c"}}},
        "Conditions": {"No": {"Fn::Equals": ["a", "b"]}, "Yes": {"Fn::And": [{"Fn::Not": [{"Condition": "No"}]}, {
            "Fn::Or": [{"Condition": "No"}, {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}]}]}},
        "Resources": {"A": group(name), "B": {**group(), "Condition": "No"}},
        "Outputs": {**{f"O{i}": {"Value": v} for i, (v, _) in enumerate(VALUES)},
                    "Gone": {"Condition": "No", "Value": {"Ref": "B"}}}})
    assert outputs(stack) == {f"O{i}": wanted for i, (_, wanted) in enumerate(VALUES)}
    remove(cfn, stack)


def many(section, n, one):
    return {"Resources": {"A": group()}, section: {f"X{i}": one for i in range(n)}}


@pytest.mark.parametrize("template, message", [
    (many("Resources", 501, group()), "Template format error: Number of resources, 501, is greater than maximum allowed, 500"),
    (many("Parameters", 201, {"Type": "String", "Default": "x"}), "Number of parameters, 201, is greater than"),
    (many("Mappings", 201, {"a": {"b": "c"}}), "Number of mappings, 201, is greater than"),
    (many("Outputs", 201, {"Value": "x"}), "Number of outputs, 201, is greater than"),
    ({"Resources": {"A": group()}, "Description": "x" * 51200}, "length less than or equal to 51200"),
    ({"Resources": {"a-b": group()}}, "Template format error: Resource name a-b is non alphanumeric."),
    ({"Resources": {"A": {"Properties": {}}}}, "Every Resources object must contain a Type member."),
    ({"Resources": {"A": {**group(), "DependsOn": "Z"}}}, "Unresolved resource dependencies [Z] in the Resources block"),
    ({"Resources": {"A": {**group(), "DependsOn": "A"}}}, "Circular dependency between resources: [A]"),
    ({"Conditions": {"A": {"Condition": "B"}, "B": {"Condition": "A"}}, "Resources": {"A": group()}}, "circular condition"),
    ({"Resources": {"A": group()}, "Hooks": {}}, "Hooks"),
])
def test_limits_and_forms(client, unique, template, message):
    cfn = client("cloudformation")
    code, text = refused(cfn, unique("limit"), template)
    assert code == "ValidationError" and message in text, text


def test_limit_by_url(client, unique):
    cfn, s3, name = client("cloudformation"), client("s3"), unique("large")
    s3.create_bucket(Bucket=name)
    template = {"Resources": {"A": group(name)}, "Metadata": {"m": "x" * 900000}}
    s3.put_object(Bucket=name, Key="good", Body=json.dumps(template))
    s3.put_object(Bucket=name, Key="bad", Body=json.dumps({**template, "Description": "x" * 200000}))
    cfn.validate_template(TemplateURL=f"https://s3.amazonaws.com/{name}/good")
    code, text = error_of(cfn.validate_template, TemplateURL=f"https://s3.amazonaws.com/{name}/bad")
    assert code == "ValidationError" and "may not exceed 1048576 bytes" in text


def test_drift_is_refused_by_name(client):
    cfn = client("cloudformation")
    code, text = error_of(cfn.detect_stack_drift, StackName="any")
    assert "DetectStackDrift" in text, (code, text)
