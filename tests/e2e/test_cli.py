"""The samovar command, as a person uses it."""

import json
import os
import re
import signal
import subprocess
import threading
import time
import urllib.request

import pytest

import samovar

NODE = "export const hello = async (event) => {{ console.log('said {0}'); return {{ statusCode: 200, body: '{0}' }} }};\n"


def command(server, *arguments, **more):
    return subprocess.run([samovar.PROGRAM, *arguments, "--endpoint", server.url], capture_output=True, text=True,
                          timeout=60, env=samovar.environment(server), stdin=subprocess.DEVNULL, **more)


class Running:
    """`samovar run` in the background, its lines gathered."""

    def __init__(self, *arguments, env=None):
        self.process = subprocess.Popen([samovar.PROGRAM, "run", *arguments], stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env)
        self.lines = []
        threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")), daemon=True).start()

    def wait_for(self, pattern, timeout=30):
        begun = time.monotonic()
        while time.monotonic() - begun < timeout:
            for line in list(self.lines):
                found = re.search(pattern, line)
                if found:
                    return found
            if self.process.poll() is not None and not self.lines:
                break
            time.sleep(0.01)
        raise AssertionError(f"no {pattern!r} in {self.lines}")

    def end(self):
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(20) == 0, self.lines


def get(url):
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read().decode()


def test_help_and_exit_codes():
    def run(*arguments):
        return subprocess.run([samovar.PROGRAM, *arguments], capture_output=True, text=True, timeout=20,
                              env={**os.environ, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    overview = run("--help")
    assert overview.returncode == 0
    for name in re.findall(r"^  (\w+) ", overview.stdout, re.M):
        help_text = run(name, "--help")
        assert help_text.returncode == 0 and "--help" in help_text.stdout, name
    assert run("no-such-command").returncode == 2
    assert run("up", "--no-such-option").returncode == 2
    assert run("up", "--listen", "nonsense:port").returncode == 2
    assert run("invoke").returncode == 2
    refused = run("invoke", "anything")
    assert refused.returncode == 3 and "samovar up" in refused.stderr


def test_a_second_server_on_the_folder_is_refused(server):
    second = subprocess.run([samovar.PROGRAM, "up", "--listen", "127.0.0.1:0", "--data", server.data], capture_output=True,
                            text=True, timeout=20)
    assert second.returncode == 1 and "another server uses the data folder" in second.stderr


def test_run_takes_each_change_and_follows_the_log(server, tmp_path):
    file = tmp_path / "greeter.mjs"
    file.write_text(NODE.format("one"))
    running = Running(str(file), "--endpoint", server.url, env=samovar.environment(server))
    url = running.wait_for(r"http://127\.0\.0\.1:\d+/_aws/lambda-url/\w+/").group(0)
    host_url = running.wait_for(r"http://\w+\.lambda-url\.us-east-1\.localhost:\d+/").group(0)
    assert get(url) == "one"
    request = urllib.request.Request(url.split("/_aws")[0] + "/", headers={"Host": host_url.split("/")[2]})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.read() == b"one"
    running.wait_for(r"said one")
    running.wait_for(r"REPORT RequestId: ")
    file.write_text(NODE.format("two"))
    took = float(running.wait_for(r"updated in (\d+) ms").group(1))
    assert took < 2000
    assert get(url) == "two"
    running.wait_for(r"said two")
    running.end()

    listed = command(server, "ls")
    assert listed.returncode == 0 and re.search(r"greeter\s+nodejs22\.x", listed.stdout) and "lambda-url" in listed.stdout
    answer = command(server, "invoke", "greeter", "--payload", "{}", "--log")
    assert answer.returncode == 0 and json.loads(answer.stdout)["body"] == "two" and "REPORT" in answer.stderr
    log = command(server, "logs", "greeter", "--since", "1h")
    assert log.returncode == 0 and "said one" in log.stdout and "said two" in log.stdout
    assert "said one" not in command(server, "logs", "greeter", "--filter", '"two"').stdout
    assert command(server, "rm", "greeter").returncode == 0
    assert command(server, "rm", "greeter").returncode == 1
    assert command(server, "logs", "greeter").returncode == 1


def test_run_starts_a_server_when_none_answers(tmp_path):
    file = tmp_path / "app.py"
    file.write_text("def main(event, context):\n    print('python said so')\n    return {'statusCode': 200, 'body': 'py'}\n")
    running = Running(str(file), "--listen", "127.0.0.1:0", "--data", str(tmp_path / "data"), "--name", "snake",
                      env={**os.environ, "AWS_ENDPOINT_URL": ""})
    running.wait_for(r"Samovar .* is ready at http://127\.0\.0\.1:\d+")
    url = running.wait_for(r"http://127\.0\.0\.1:\d+/_aws/lambda-url/\w+/").group(0)
    assert get(url) == "py"
    running.wait_for(r"python said so")
    running.end()


@pytest.mark.parametrize("text, what", [("const nothing = 1;\n", "exports no function"), (None, "No such file")])
def test_run_says_what_is_wrong_with_the_file(server, tmp_path, text, what):
    file = tmp_path / "index.js"
    if text:
        file.write_text(text)
    done = command(server, "run", str(file), "--no-follow")
    assert done.returncode == 1 and what in done.stderr


def test_a_function_that_fails_is_an_exit_code(server, tmp_path):
    file = tmp_path / "bad.js"
    file.write_text("exports.handler = async () => { throw new TypeError('no') };\n")
    assert command(server, "run", str(file), "--no-follow").returncode == 0
    done = command(server, "invoke", "bad")
    assert done.returncode == 1 and json.loads(done.stdout)["errorType"] == "TypeError"
    missing = command(server, "invoke", "no-such-function")
    assert missing.returncode == 1 and "ResourceNotFoundException" in missing.stderr


def test_the_command_signs_what_it_asks_of_a_strict_server(tmp_path):
    file = tmp_path / "signed.js"
    file.write_text("exports.handler = async () => { console.log('said in strict mode'); return 1 };\n")
    with samovar.Server("--auth", "strict") as strict:
        root = strict.root_key()
        env = {**samovar.environment(strict), "AWS_ACCESS_KEY_ID": root["key"], "AWS_SECRET_ACCESS_KEY": root["secret"]}

        def run(*arguments, **more):
            return subprocess.run([samovar.PROGRAM, *arguments], capture_output=True, text=True, timeout=60,
                                  env={**env, **more}, stdin=subprocess.DEVNULL)
        assert run("run", str(file), "--no-follow").returncode == 0
        assert run("invoke", "signed").stdout == "1\n"
        for _ in range(50):
            log = run("logs", "signed")
            if "said in strict mode" in log.stdout:
                break
            time.sleep(0.1)
        assert log.returncode == 0 and log.stdout.count("said in strict mode") == 1
        refused = run("ls", AWS_SECRET_ACCESS_KEY="wrong")
        assert refused.returncode == 1 and "InvalidSignatureException" in refused.stderr
        assert run("rm", "signed").returncode == 0
