"""A serverless.yml whose function is told of a bucket's objects: deployed by samovar and by osls, unmodified."""

import os
import subprocess
import time

import pytest

import samovar

OSLS = os.path.join(samovar.ROOT, "build/node/node_modules/.bin/osls")
SERVICE = """service: pictures
provider: {name: aws, runtime: nodejs20.x}
functions:
  shrink:
    handler: index.shrink
    events:
      - s3:
          bucket: pictures-in-BY
          event: s3:ObjectCreated:*
          rules: [{prefix: in/}, {suffix: .jpg}]
  mourn:
    handler: index.mourn
    events:
      - s3: {bucket: pictures-in-BY, event: "s3:ObjectRemoved:*"}
  plain:
    handler: index.plain
    events:
      - s3: pictures-plain-BY
"""
CODE = """const tell = (what) => async (event) => {
    for (const r of event.Records)
        console.log(`${what} ${r.eventName} ${r.s3.bucket.name} ${r.s3.object.key}`);
};
exports.shrink = tell('shrink'); exports.mourn = tell('mourn'); exports.plain = tell('plain');
"""


def run(server, folder, *command):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, stdin=subprocess.DEVNULL,
                          env=samovar.environment(server, SLS_TELEMETRY_DISABLED="1", SLS_NOTIFICATIONS_MODE="off",
                                                  SLS_AWS_MONITORING_FREQUENCY="200"))
    assert done.returncode == 0, done.stdout + done.stderr


def wait_for(logs, function, line, seconds=30):
    end, lines = time.monotonic() + seconds, []
    while time.monotonic() < end:
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/pictures-dev-{function}")["events"]
        lines = [e["message"] for e in events if line.split()[0] in e["message"]]
        if any(line in found for found in lines):
            return lines
        time.sleep(0.1)
    raise AssertionError(f"no line {line!r}, but {lines}")


@pytest.mark.parametrize("by, deploy, remove", [
    ("samovar", (samovar.PROGRAM, "deploy"), (samovar.PROGRAM, "rm")),
    pytest.param("osls", (OSLS, "deploy"), (OSLS, "remove"),
                 marks=pytest.mark.skipif(not os.path.exists(OSLS), reason="osls is not installed")),
], ids=["samovar", "osls"])
def test_functions_that_are_told_of_objects(server, client, tmp_path, by, deploy, remove):
    (tmp_path / "serverless.yml").write_text(SERVICE.replace("BY", by))
    (tmp_path / "index.js").write_text(CODE)
    run(server, tmp_path, *deploy)
    s3, logs = client("s3"), client("logs")
    for key in ("in/a.png", "in/a.jpg"):
        s3.put_object(Bucket=f"pictures-in-{by}", Key=key, Body=b"x")
    lines = wait_for(logs, "shrink", f"shrink ObjectCreated:Put pictures-in-{by} in/a.jpg")
    assert not any("a.png" in line for line in lines)
    for key in ("in/a.png", "in/a.jpg"):
        s3.delete_object(Bucket=f"pictures-in-{by}", Key=key)
    wait_for(logs, "mourn", f"mourn ObjectRemoved:Delete pictures-in-{by} in/a.png")
    s3.put_object(Bucket=f"pictures-plain-{by}", Key="k", Body=b"x")
    wait_for(logs, "plain", f"plain ObjectCreated:Put pictures-plain-{by} k")
    s3.delete_object(Bucket=f"pictures-plain-{by}", Key="k")
    run(server, tmp_path, *remove)
    assert not [b for b in s3.list_buckets()["Buckets"] if b["Name"].startswith("pictures-")]
