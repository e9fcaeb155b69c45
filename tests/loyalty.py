"""The shop of examples/loyalty for tests and benchmarks: its folder with libraries, its API, the partner and the mail box."""

import http.client
import http.server
import json
import os
import re
import shutil
import socketserver
import subprocess
import threading
import time

import samovar

EXAMPLE = os.path.join(samovar.ROOT, "examples/loyalty")
LIBRARIES = os.path.join(samovar.ROOT, "build/loyalty")
OPERATOR = {"Authorization": "Bearer develop"}
# A sum may end in anything: each receipt of n is worth this much.
POINTS = 7


def missing():
    """Why the shop can't be deployed here, or None."""
    if os.path.exists(os.path.join(LIBRARIES, "installed")):
        return None
    path = os.path.join(LIBRARIES, "installed.unavailable")
    return open(path).read().strip() if os.path.exists(path) else "its libraries are not installed (make deps-test)"


def folder(to):
    """A copy of the example as a developer has it after npm install and pip install."""
    shutil.copytree(EXAMPLE, to, ignore=shutil.ignore_patterns("node_modules", "vendor", ".serverless"))
    for name in ("node_modules", "vendor"):
        shutil.copytree(os.path.join(LIBRARIES, name), os.path.join(to, name), symlinks=True, copy_function=link)
    return to


def link(source, to):
    try:
        os.link(source, to)
    except OSError:
        shutil.copy2(source, to)


def deploy(server, where, region="eu-central-1", stage="develop", program=samovar.PROGRAM, **parameters):
    """By samovar deploy; answers the shop's API."""
    options = [part for name, value in parameters.items() for part in ("--param", f"{name}={value}")]
    done = subprocess.run([program, "deploy", "--stage", stage, "--region", region, *options], cwd=where, capture_output=True, text=True,
                          env=samovar.environment(server), timeout=300, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    return Api(server, re.search(r"http://(\w+)\.execute-api", done.stdout).group(1))


def text_of(n, points=POINTS):
    return f"t=20260102T{n // 60 % 24:02}{n % 60:02}&s={10 * points + n % 10}.00&fn=8710000100518392&i={n}&fp={n}&n=1"


def id_of(n):
    return f"8710000100518392-{n}-{n}"


class Api:
    """One connection, kept; each thread has its own."""

    def __init__(self, server, api):
        self.server, self.api, self.path = server, api, f"/_aws/execute-api/{api}/$default/"
        self.connection = None

    def clone(self):
        return Api(self.server, self.api)

    def call(self, method, path, body=None, headers=None, timeout=60):
        """(status, JSON or bytes, headers); http.client's and the socket's errors when the server has gone."""
        headers = dict(headers or {})
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        if not self.connection:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=timeout)
        try:
            self.connection.request(method, self.path + path, body, headers)
            answer = self.connection.getresponse()
            raw = answer.read()
        except Exception:
            self.close()
            raise
        is_json = (answer.getheader("content-type") or "").startswith("application/json")
        return answer.status, json.loads(raw) if is_json and raw else raw, dict(answer.getheaders())

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def post(self, card, text):
        return self.call("POST", "receipts", {"card": card, "receipt": text})


class Threaded(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        pass  # the caller was killed


class Partner:
    """The external service: hears of awards, fails when it is told to. It may have answered 200 to a caller that was gone."""

    def __init__(self, answers=lambda award, n: 200):
        """answers(award, how often it was heard of): a status."""
        partner = self
        self.answers, self.heard, self.calls, self.lock = answers, {}, {}, threading.Lock()
        self.heard_at = {}  # key: the times of its answers of 200

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                award = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key = award["receipt"]
                with partner.lock:
                    partner.calls[key] = partner.calls.get(key, 0) + 1
                    status = partner.answers(award, partner.calls[key])
                    if status == 200:
                        partner.heard[key] = partner.heard.get(key, 0) + 1
                        partner.heard_at.setdefault(key, []).append(time.time())
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = Threaded(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/awards"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class MailBox:
    """The least of SMTP (RFC 5321) that takes mail; letters by their Message-ID, with the time of arrival."""

    def __init__(self, clock):
        box = self
        self.letters, self.lock = {}, threading.Lock()

        class Handler(socketserver.StreamRequestHandler):
            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

            def handle(self):
                self.say("220 box")
                for raw in self.rfile:
                    command = raw[:4].upper().strip()
                    if command == b"DATA":
                        self.say("354 go on")
                        lines = iter(lambda: self.rfile.readline(), b".\r\n")
                        box.take(b"".join(lines).decode(), clock())
                        self.say("250 taken")
                    elif command == b"QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 box" if command == b"EHLO" else "250 yes")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = allow_reuse_address = True
            request_queue_size = 256

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"smtp://127.0.0.1:{self.server.server_address[1]}"

    def take(self, text, now):
        receipt = re.search(r"Message-ID:\s*<([\d-]+)@", text).group(1)
        with self.lock:
            self.letters.setdefault(receipt, []).append((now, text))

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
