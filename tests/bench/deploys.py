"""Deploys: row deploy. `samovar deploy` of a service of two functions, and osls beside itself against a stub.

The stub is what a deploy tool can't be faster than: a server that gave each answer of Samovar's to the same deploy once
before, and gives it again at once, the stack complete at the first look.
"""

import collections
import http.client
import http.server
import os
import re
import subprocess
import tempfile
import threading
import time

from bench import PROGRAM, ROOT, Cloud, interleaved, row

OSLS = os.path.join(ROOT, "build/node/node_modules/.bin/osls")
SERVICE = """
service: bench
provider: {name: aws, runtime: nodejs22.x, region: us-east-1}
functions:
  hello: {handler: index.hello, events: [{httpApi: 'GET /hello'}]}
  world: {handler: index.world, events: [{httpApi: 'GET /world'}]}
"""
CODE = "exports.hello = exports.world = async () => ({ statusCode: 200, body: 'tea' });\n"


class Stub(http.server.ThreadingHTTPServer):
    """With an origin it passes requests on and remembers the answers; without one it repeats them."""

    def __init__(self, origin):
        super().__init__(("127.0.0.1", 0), Answer)
        self.origin, self.lock, self.answers = origin, threading.Lock(), collections.defaultdict(list)
        self.rewind()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def rewind(self):
        self.given = collections.Counter()

    def remember(self, key, answer):
        with self.lock:
            kept = self.answers[key]
            # What was in progress is complete at the first look.
            if kept and b"_IN_PROGRESS<" in kept[-1][2]:
                kept.pop()
            kept.append(answer)

    def recall(self, key):
        with self.lock:
            kept = self.answers[key]
            self.given[key] += 1
            return kept[min(self.given[key], len(kept)) - 1] if kept else (404, [], b"")


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        action = re.search(rb"(?:^|&)Action=(\w+)", body)
        key = (self.command, re.sub(r"\d+|[0-9a-z]{12,}", "N", self.path), self.headers.get("X-Amz-Target"),
               action and action.group(1))
        if self.server.origin:
            onward = http.client.HTTPConnection("127.0.0.1", self.server.origin)
            onward.request(self.command, self.path, body,
                           {k: v for k, v in self.headers.items() if k.lower() != "connection"})
            got = onward.getresponse()
            headers = [(k, v) for k, v in got.getheaders()
                       if k.lower() not in ("content-length", "transfer-encoding", "connection")]
            answer = (got.status, headers, got.read())
            self.server.remember(key, answer)
        else:
            answer = self.server.recall(key)
        status, headers, text = answer
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if self.command == "HEAD" or status in (204, 304):
            text = b""
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any


def timed(folder, port, *command):
    env = dict(os.environ, AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}", AWS_ACCESS_KEY_ID="test",
               AWS_SECRET_ACCESS_KEY="test", AWS_REGION="us-east-1", SLS_AWS_MONITORING_FREQUENCY="200",
               SLS_TELEMETRY_DISABLED="1", SLS_NOTIFICATIONS_MODE="off", CI="true")
    begun = time.monotonic()
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    took = time.monotonic() - begun
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
    return took


def row_deploy():
    with tempfile.TemporaryDirectory() as folder, Cloud() as server:
        with open(f"{folder}/serverless.yml", "w") as f:
            f.write(SERVICE)

        def write_code(text):
            with open(f"{folder}/index.js", "w") as f:
                f.write(text)

        def ours():
            write_code(CODE)
            first = timed(folder, server.port, PROGRAM, "deploy")
            write_code(CODE.replace("tea", f"tea {time.time()}"))
            second = timed(folder, server.port, PROGRAM, "deploy")
            timed(folder, server.port, PROGRAM, "rm")
            return {"first": first, "second": second}
        figures = interleaved({"samovar": ours})["samovar"]
        row("samovar deploy of two functions, the first time", f"{figures['first'] * 1000:.0f}", "ms", "< 500 ms",
            disk="every resource and event")
        row("the same, with new code", f"{figures['second'] * 1000:.0f}", "ms", "< 300 ms", disk="every resource and event")

        if not os.path.exists(OSLS):
            print("# osls is missing: it is installed by make deps-test")
            return
        write_code(CODE)
        stub = Stub(server.port)
        timed(folder, stub.server_port, OSLS, "deploy")
        timed(folder, server.port, OSLS, "remove")
        stub.origin = None

        def by_osls():
            took = timed(folder, server.port, OSLS, "deploy")
            timed(folder, server.port, OSLS, "remove")
            return {"s": took}

        def by_stub():
            stub.rewind()
            return {"s": timed(folder, stub.server_port, OSLS, "deploy")}
        result = interleaved({"samovar": by_osls, "stub": by_stub})
        stub.shutdown()
        row("osls deploy of two functions, the first time", f"{result['samovar']['s']:.2f}", "s", "1.3x the stub",
            f"a stub that answers at once: {result['stub']['s']:.2f} s", f"{result['samovar']['s'] / result['stub']['s']:.2f}x",
            "every resource and event")


ROWS = {"deploy": row_deploy}
