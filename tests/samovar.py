"""A Samovar server of a test's own: started on a free port with an empty folder, ended with the test."""

import configparser
import io
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.environ.get("SAMOVAR", os.path.join(ROOT, "build/asan/samovar"))


class Server:
    """Start with start(); url, port and data are set then. Options are those of `samovar up`."""

    def __init__(self, *options, data=None, program=PROGRAM, wrapper=()):
        self.options = list(options)
        self.owns_data = data is None
        self.data = data or tempfile.mkdtemp(prefix="samovar-test-")
        self.program = program
        self.wrapper = list(wrapper)
        self.process = None
        self.port = 0
        self.log_path = self.data.rstrip("/") + ".log"

    def start(self, timeout=30.0):
        command = [*self.wrapper, self.program, "up", "--listen", f"127.0.0.1:{self.port}", "--data", self.data]
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen(command + self.options, stdout=subprocess.PIPE, stderr=log,
                                        stdin=subprocess.DEVNULL, text=True)
        log.close()
        line = self._ready_line(timeout)
        self.url = re.search(r"http://\S+", line).group(0)
        self.port = int(self.url.rsplit(":", 1)[1])
        return self

    def _ready_line(self, timeout):
        begun = time.monotonic()
        while time.monotonic() - begun < timeout:
            line = self.process.stdout.readline()
            if "ready" in line:
                return line
            if not line:
                break
        raise AssertionError(f"the server did not start: {self.log()}")

    def kill(self):
        """As a power cut for the process: no chance to say goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self, timeout=30.0):
        """SIGTERM; answers the exit code, which is not 0 when a sanitizer found something."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not stop in {timeout} s: {self.log()[-2000:]}") from None
        self.process.stdout.close()
        return code

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def root_key(self):
        """The account's own key, which a server that demands signatures leaves in its folder."""
        file = configparser.ConfigParser()
        file.read(os.path.join(self.data, "root-credentials"))
        profile = file[file.sections()[0]]
        return {"key": profile["aws_access_key_id"], "secret": profile["aws_secret_access_key"]}

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))

    def remove(self):
        if self.owns_data:
            shutil.rmtree(self.data, ignore_errors=True)
            if os.path.exists(self.log_path):
                os.unlink(self.log_path)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        code, log = self.stop(), self.log()
        self.remove()
        assert code == 0, f"the server ended with {code}: {log[-6000:]}"


def environment(server, **more):
    """For command line tools: all AWS calls go to the server."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    env.update({"AWS_ENDPOINT_URL": server.url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_PAGER": "", **more})
    return env


def archive(files):
    """The bytes of a zip of {name: content}; (content, mode) sets a file's mode."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in files.items():
            content, mode = content if isinstance(content, tuple) else (content, 0o644)
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            z.writestr(info, content)
    return out.getvalue()
