"""AWS's own runtime clients, packaged as `provided` functions: npm aws-lambda-ric, PyPI awslambdaric, aws-lambda-go."""

import glob
import json
import os
import shutil
import subprocess
import sysconfig

import pytest

import samovar

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures")
ROLE = "arn:aws:iam::000000000000:role/any"


def files_below(folder, prefix):
    out = {}
    for path in glob.glob(os.path.join(folder, "**"), recursive=True):
        if os.path.isfile(path) and "__pycache__" not in path and not path.endswith(".md"):
            with open(path, "rb") as f:
                out[os.path.join(prefix, os.path.relpath(path, folder))] = (f.read(), 0o755 if os.access(path, os.X_OK) else 0o644)
    return out


def node_package():
    folder = os.path.join(samovar.ROOT, "build/node/node_modules/aws-lambda-ric")
    if not os.path.exists(folder):
        pytest.skip("aws-lambda-ric could not be installed from the npm registry (its addon needs cmake and a C++ compiler)")
    with open(os.path.join(folder, "package.json"), "rb") as f:
        package = f.read()
    return {**files_below(os.path.join(folder, "bin"), "node_modules/aws-lambda-ric/bin"),
            **files_below(os.path.join(folder, "dist"), "node_modules/aws-lambda-ric/dist"),
            "node_modules/aws-lambda-ric/package.json": package,
            "bootstrap": ("#!/bin/sh\nexec node /var/task/node_modules/aws-lambda-ric/bin/index.mjs index.handler\n", 0o755),
            "index.js": "exports.handler = async (event, context) => { if (!event.name) throw new Error('no name');"
                        " console.log('node says hello to', event.name);"
                        " return { hello: event.name, requestId: context.awsRequestId, arn: context.invokedFunctionArn } };"}


def python_package():
    packages = sysconfig.get_paths()["purelib"]
    addons = glob.glob(os.path.join(packages, "runtime_client*.so"))
    if not addons or not os.path.exists("/usr/bin/python3"):
        pytest.skip("awslambdaric is not installed, or the system has no /usr/bin/python3 of the version it was built for")
    with open(addons[0], "rb") as f:
        addon = f.read()
    out = {"bootstrap": ("#!/bin/sh\nexport PYTHONPATH=/var/task\nexec /usr/bin/python3 -m awslambdaric index.handler\n", 0o755),
           os.path.basename(addons[0]): (addon, 0o755),
           "index.py": "def handler(event, context):\n    if not event.get('name'):\n        raise ValueError('no name')\n"
                       "    print('python says hello to', event['name'])\n"
                       "    return {'hello': event['name'], 'requestId': context.aws_request_id,"
                       " 'arn': context.invoked_function_arn}\n"}
    for package in ("awslambdaric", "snapshot_restore_py", "simplejson"):
        out.update(files_below(os.path.join(packages, package), package))
    return out


def go_package():
    go = shutil.which("go")
    if not go:
        pytest.skip("no Go compiler on this machine")
    out = os.path.join(samovar.ROOT, "build/go-function/bootstrap")
    built = subprocess.run([go, "build", "-trimpath", "-ldflags=-s -w", "-tags", "lambda.norpc", "-o", out, "."],
                           cwd=os.path.join(FIXTURES, "go"), env={**os.environ, "CGO_ENABLED": "0"}, capture_output=True, text=True)
    if built.returncode and "dial tcp" in built.stderr:
        pytest.skip(f"the Go proxy can't be reached: {built.stderr[-200:]}")
    assert built.returncode == 0, built.stderr
    with open(out, "rb") as f:
        return {"bootstrap": (f.read(), 0o755)}


@pytest.mark.parametrize("language, package", [("node", node_package), ("python", python_package), ("go", go_package)])
def test_the_runtime_client_of(language, package, client, unique, zip_of):
    functions, name = client("lambda"), unique(language)
    made = functions.create_function(FunctionName=name, Runtime="provided.al2023", Handler="index.handler", Role=ROLE,
                                     Code={"ZipFile": zip_of(package())}, MemorySize=512, Timeout=20)
    for i in range(3):
        answer = functions.invoke(FunctionName=name, Payload=json.dumps({"name": f"you {i}"}), LogType="Tail")
        payload = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, payload
        assert payload == {"hello": f"you {i}", "requestId": answer["ResponseMetadata"]["RequestId"], "arn": made["FunctionArn"]}
    failed = functions.invoke(FunctionName=name, Payload="{}")
    assert failed["FunctionError"] == "Unhandled"
    assert "no name" in json.loads(failed["Payload"].read())["errorMessage"]
    functions.delete_function(FunctionName=name)
