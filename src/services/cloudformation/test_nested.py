"""CloudFormation through boto3: stacks in stacks."""

import json
import time

import pytest
import samovar
from stacks import change, events, group, make, outputs, remove, settle


class Nest:
    """A bucket of templates, and a parent with a child in it."""

    def __init__(self, client, name):
        self.cfn, self.s3, self.logs, self.name = client("cloudformation"), client("s3"), client("logs"), name
        self.s3.create_bucket(Bucket=name)
        self.put("child.json", self.child())

    def put(self, key, template):
        self.s3.put_object(Bucket=self.name, Key=key, Body=json.dumps(template))

    def url(self, key="child.json"):
        return f"https://{self.name}.s3.amazonaws.com/{key}"

    def child(self, **more):
        return {"Parameters": {"Days": {"Type": "Number", "Default": 1}, "Names": {"Type": "CommaDelimitedList", "Default": ""}},
                "Resources": {"G": group(self.name + "-child", RetentionInDays={"Ref": "Days"}), **more},
                "Outputs": {"Group": {"Value": {"Ref": "G"}}, "Days": {"Value": {"Ref": "Days"}},
                            "Joined": {"Value": {"Fn::Join": ["+", {"Ref": "Names"}]}}}}

    def parent(self, days, key="child.json", **more):
        return {"Resources": {
            "Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {
                "TemplateURL": self.url(key), "Parameters": {"Days": days, "Names": ["a", "b"]}}},
            "Own": group({"Fn::Sub": "${Child.Outputs.Group}-own-${Child.Outputs.Days}"}), **more},
            "Outputs": {"Id": {"Value": {"Ref": "Child"}}, "Joined": {"Value": {"Fn::GetAtt": ["Child", "Outputs.Joined"]}}}}

    def groups(self):
        found = self.logs.describe_log_groups(logGroupNamePrefix=self.name)["logGroups"]
        return {g["logGroupName"][len(self.name):]: g.get("retentionInDays") for g in found}


@pytest.fixture
def nest(client, unique):
    return Nest(client, unique("nest"))


def bad(after):
    return {"Type": "AWS::EC2::Instance", "DependsOn": after}


def test_life_of_a_child(nest):
    cfn, name = nest.cfn, nest.name
    stack = make(cfn, name, nest.parent(3), Tags=[{"Key": "team", "Value": "tea"}])
    assert outputs(stack)["Joined"] == "a+b"
    child = cfn.describe_stacks(StackName=outputs(stack)["Id"])["Stacks"][0]
    assert child["ParentId"] == child["RootId"] == stack["StackId"] and child["StackName"].startswith(name + "-Child-")
    assert child["Tags"] == [{"Key": "team", "Value": "tea"}]
    assert nest.groups() == {"-child": 3, "-child-own-3": None}
    stack = change(cfn, name, nest.parent(5))
    assert outputs(stack)["Id"] == child["StackId"] and nest.groups() == {"-child": 5, "-child-own-5": None}
    # The same child: nothing to do in it, and nothing fails.
    change(cfn, name, nest.parent(5, More=group(name + "-more")))
    remove(cfn, stack)
    assert nest.groups() == {}
    assert cfn.describe_stacks(StackName=child["StackId"])["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE"


def test_a_child_fails_with_its_parent(nest):
    cfn, name = nest.cfn, nest.name
    nest.put("bad.json", nest.child(Bad=bad("G")))
    stack = make(cfn, name, nest.parent(3, "bad.json"), status="ROLLBACK_COMPLETE")
    assert any(e[:2] == ("Child", "CREATE_FAILED") and e[2].startswith("Embedded stack arn:") for e in
               events(cfn, name)), events(cfn, name)
    assert nest.groups() == {}
    remove(cfn, stack)
    stack = make(cfn, name, nest.parent(3))
    change(cfn, name, nest.parent(5, "bad.json"), status="UPDATE_ROLLBACK_COMPLETE")
    assert nest.groups() == {"-child": 3, "-child-own-3": None}
    # The child is done when the parent fails; its template has changed where it stands.
    nest.put("child.json", nest.child(Extra=group(name + "-extra")))
    change(cfn, name, nest.parent(7, Bad=bad("Own")), status="UPDATE_ROLLBACK_COMPLETE")
    assert nest.groups() == {"-child": 3, "-child-own-3": None}
    remove(cfn, stack)


def test_refused(nest):
    cfn, name = nest.cfn, nest.name
    stack = make(cfn, name, nest.parent(3, "none.json"), status="ROLLBACK_COMPLETE")
    assert any("S3 error" in (e[2] or "") for e in events(cfn, name)), events(cfn, name)
    remove(cfn, stack)
    nest.put("self.json", {"Resources": {"Again": {"Type": "AWS::CloudFormation::Stack",
                                                   "Properties": {"TemplateURL": nest.url("self.json")}}}})
    stack = make(cfn, name, nest.parent(3, "self.json"), status="ROLLBACK_COMPLETE")
    remove(cfn, stack)
    left = [s for s in cfn.list_stacks()["StackSummaries"] if s["StackName"].startswith(name)]
    assert {s["StackStatus"] for s in left} == {"DELETE_COMPLETE"}


def test_goes_on_after_kill(client_of, unique):
    with samovar.Server() as server:
        nest = Nest(lambda service: client_of(server, service), unique("nest"))
        cfn, name = nest.cfn, nest.name
        for i in range(6):
            cfn.create_stack(StackName=name, TemplateBody=json.dumps(nest.parent(3)))
            time.sleep(0.01 * i)
            server.kill()
            server.start()
            stack = settle(cfn, name)
            assert stack["StackStatus"] == "CREATE_COMPLETE", events(cfn, name)
            cfn.update_stack(StackName=name, TemplateBody=json.dumps(nest.parent(5, Bad=bad("Own"))))
            time.sleep(0.01 * i)
            server.kill()
            server.start()
            stack = settle(cfn, name)
            assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE", events(cfn, name)
            assert nest.groups() == {"-child": 3, "-child-own-3": None}
            cfn.delete_stack(StackName=name)
            time.sleep(0.005 * i)
            server.kill()
            server.start()
            assert settle(cfn, stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"
            assert nest.groups() == {}
        left = [s for s in cfn.list_stacks()["StackSummaries"] if s["StackStatus"] != "DELETE_COMPLETE"]
        assert not left
