"""Functions run whatever the machine allows: as root and as an ordinary user, with namespaces and without."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request

import pytest

import samovar

NOBODY = 65534
ROLE = "arn:aws:iam::000000000000:role/r"
NODE = """const { readFileSync, writeFileSync } = require('node:fs');
const layered = require('layered');
exports.handler = async (e) => {
	console.log('said', e.word);
	const file = `/tmp/kept-${process.pid}-${Date.now()}`;
	writeFileSync(file, e.word);
	return { word: readFileSync(file, 'utf8'), task: process.env.LAMBDA_TASK_ROOT, layer: layered };
};
"""
PYTHON = """import os, subprocess, tempfile, threading
import layered
def handler(e, c):
    print('said', e['word'])
    with tempfile.NamedTemporaryFile('w', dir='/tmp', delete=False) as f:
        f.write(e['word'])
    t = threading.Thread(target=lambda: None)
    t.start()
    t.join()
    assert subprocess.run(['true']).returncode == 0
    return {'word': open(f.name).read(), 'task': os.environ['LAMBDA_TASK_ROOT'], 'layer': layered.text}
"""
# A bootstrap in shell: the Runtime API by curl.
PROVIDED = """#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
head=$(mktemp /tmp/head.XXXXXX)
while true; do
	body=$(curl -sS -D "$head" "$api/next") || exit 1
	id=$(tr -d '\\r' <"$head" | sed -n 's/^lambda-runtime-aws-request-id: //Ip')
	word=$(echo "$body" | sed 's/.*"word": *"\\([^"]*\\)".*/\\1/')
	echo "said $word"
	curl -sS -X POST "$api/$id/response" -d "{\\"word\\":\\"$word\\",\\"task\\":\\"$LAMBDA_TASK_ROOT\\",\\"layer\\":\\"$(layered)\\"}" >/dev/null
done
"""
# Found by the paths that AWS's runtimes search: NODE_PATH, PYTHONPATH and PATH name what is under /opt.
LAYER = {"nodejs/node_modules/layered/index.js": "module.exports = 'layered';", "python/layered.py": "text = 'layered'",
         "bin/layered": ("#!/bin/sh\nprintf layered", 0o755)}
FUNCTIONS = {"nodejs20.x": ("index.js", NODE, 0o644), "python3.12": ("index.py", PYTHON, 0o644),
             "provided.al2023": ("bootstrap", PROVIDED, 0o755)}
PROFILES = {"root": (False, False), "user": (True, False), "root without namespaces": (False, True),
            "user without namespaces": (True, True)}


@pytest.fixture(scope="module", params=PROFILES)
def profile(request):
    """A server of the profile; its program is where the user may read it."""
    ordinary, degraded = PROFILES[request.param]
    if os.geteuid() != 0 and not ordinary:
        pytest.skip("this needs root")
    folder = tempfile.mkdtemp(prefix="samovar-profile-")
    os.chmod(folder, 0o755)
    program = shutil.copy(samovar.PROGRAM, folder)
    home = os.path.join(folder, "home")
    os.mkdir(home)
    wrapper = ["env", f"HOME={home}"] + (["SAMOVAR_SANDBOX_DEGRADED=1"] if degraded else [])
    if ordinary and os.geteuid() == 0:
        os.chown(home, NOBODY, NOBODY)
        wrapper = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *wrapper]
    server = samovar.Server(data=os.path.join(home, "data"), program=program, wrapper=wrapper)
    with server:
        server.is_degraded = degraded
        yield server
    shutil.rmtree(folder, ignore_errors=True)


def make(api, name, runtime, zip_of, files=None, **more):
    file, text, mode = FUNCTIONS[runtime]
    api.create_function(FunctionName=name, Runtime=runtime, Role=ROLE, Handler="index.handler", Timeout=20,
                        Code={"ZipFile": zip_of(files or {file: (text, mode)})}, **more)
    api.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})


@pytest.mark.parametrize("runtime", FUNCTIONS)
def test_a_function_answers(profile, client_of, unique, zip_of, runtime):
    """Invoked, with its log, /tmp, layers and environment."""
    api, name = client_of(profile, "lambda"), unique("f")
    layer = api.publish_layer_version(LayerName=unique("l"), Content={"ZipFile": zip_of(LAYER)})
    make(api, name, runtime, zip_of, Layers=[layer["LayerVersionArn"]])
    for word in ("one", "two"):
        r = api.invoke(FunctionName=name, Payload=json.dumps({"word": word}), LogType="Tail")
        answer = json.load(r["Payload"])
        assert "FunctionError" not in r, answer
        assert (answer["word"], answer["layer"]) == (word, "layered")
        assert answer["task"] == "/var/task" or profile.is_degraded
        assert f"said {word}" in base64.b64decode(r["LogResult"]).decode()


def test_a_change_of_code_is_taken(profile, client_of, unique, zip_of):
    api, name = client_of(profile, "lambda"), unique("f")
    make(api, name, "python3.12", zip_of, {"index.py": "def handler(e, c): return 1"})
    assert json.load(api.invoke(FunctionName=name)["Payload"]) == 1
    api.update_function_code(FunctionName=name, ZipFile=zip_of({"index.py": "def handler(e, c): return 2"}))
    api.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    assert json.load(api.invoke(FunctionName=name)["Payload"]) == 2


def test_an_endless_function_is_ended(profile, client_of, unique, zip_of):
    """With all that it has started."""
    api, name = client_of(profile, "lambda"), unique("f")
    mark = f"7{int(time.time() * 1000) % 10**8}"
    make(api, name, "python3.12", zip_of,
         {"index.py": f"import subprocess, time\ndef handler(e, c):\n    subprocess.Popen(['sleep', '{mark}'])\n    time.sleep(60)"})
    api.update_function_configuration(FunctionName=name, Timeout=1)
    r = api.invoke(FunctionName=name)
    assert r["FunctionError"] == "Unhandled" and b"Task timed out after 1.00 seconds" in r["Payload"].read()
    begun = time.monotonic()
    while subprocess.run(["pgrep", "-f", f"^sleep {mark}$"], capture_output=True).returncode == 0:
        assert time.monotonic() - begun < 5, "a child of the function outlived it"
        time.sleep(0.05)


def test_the_profile_is_said(profile):
    """In the log, and in /_samovar/health."""
    with urllib.request.urlopen(f"{profile.url}/_samovar/health") as r:
        health = r.read().decode()
    if profile.is_degraded:
        assert "DEGRADED" in profile.log() and "DEGRADED" in health, (profile.log(), health)
