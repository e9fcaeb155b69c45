"""`aws cloudformation deploy`, unmodified: made, changed, nothing to change, and a change that fails and is rolled back."""

import json
import os
import subprocess
import time

import samovar
from stacks import events, group

AWS = os.path.join(samovar.ROOT, "build/venv/bin/aws")


def deploy(server, folder, name, template, *more):
    path = os.path.join(folder, "template.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(template, f)
    return subprocess.run([AWS, "cloudformation", "deploy", "--stack-name", name, "--template-file", path, *more],
                          env=samovar.environment(server), capture_output=True, text=True, timeout=120)


def test_deploy(server, client, unique, tmp_path):
    cfn, logs, name = client("cloudformation"), client("logs"), unique("cli")
    template = {"Parameters": {"Days": {"Type": "Number", "Default": 1}},
                "Resources": {"A": group(name, RetentionInDays={"Ref": "Days"})}}

    def days():
        return [g["retentionInDays"] for g in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]]
    done = deploy(server, tmp_path, name, template)
    assert done.returncode == 0 and "Successfully created/updated stack" in done.stdout, done
    done = deploy(server, tmp_path, name, template, "--parameter-overrides", "Days=3")
    assert done.returncode == 0 and days() == [3], done
    done = deploy(server, tmp_path, name, template, "--no-fail-on-empty-changeset")
    assert done.returncode == 0 and "No changes to deploy" in done.stdout + done.stderr, done
    time.sleep(1.1)  # it names its change sets by the second, and leaves the one without changes
    template["Resources"]["Bad"] = {"Type": "AWS::EC2::Instance", "DependsOn": "A"}
    done = deploy(server, tmp_path, name, template, "--parameter-overrides", "Days=5")
    assert done.returncode != 0 and "Failed to create/update the stack" in done.stderr, done
    stack = cfn.describe_stacks(StackName=name)["Stacks"][0]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE" and days() == [3], events(cfn, name)
    cfn.delete_stack(StackName=name)
    cfn.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    assert not days()
