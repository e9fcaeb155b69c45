"""What the crash tests share: a client that speaks the wire forms by hand, rounds that end with kill -9, and the report."""

import argparse
import http.client
import json
import os
import random
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import samovar  # noqa: E402

GONE = (OSError, http.client.HTTPException)  # killed: whether it was done is unknown


class Refused(Exception):
    """An answer that says no."""

    def __init__(self, what, status, body):
        super().__init__(f"{what}: {status} {body[:300]!r}")
        self.status, self.body = status, body


class Api:
    """A connection: quicker than an SDK, and an answer is an acknowledgement."""

    def __init__(self, server):
        self.port, self.connection, self.headers = server.port, None, None  # headers: of the last answer

    def call(self, service, method, path, body=b"", headers=None):
        if not self.connection:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        scope = f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
        try:
            self.connection.request(method, path, body, {"Authorization": scope, **(headers or {})})
            answer = self.connection.getresponse()
            self.headers = answer.headers
            return answer.status, answer.read()
        except BaseException:
            self.connection.close()
            self.connection = None
            raise

    def json(self, service, target, value):
        return self.call(service, "POST", "/", json.dumps(value),
                         {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"})

    def query(self, service, **fields):
        return self.call(service, "POST", "/", urllib.parse.urlencode(fields),
                         {"Content-Type": "application/x-www-form-urlencoded"})

    def sqs(self, operation, **value):
        status, body = self.call("sqs", "POST", "/", json.dumps(value), {
            "X-Amz-Target": f"AmazonSQS.{operation}", "Content-Type": "application/x-amz-json-1.0"})
        if status != 200:
            raise Refused(operation, status, body)
        return json.loads(body) if body else {}

    def rest(self, service, method, path, value, headers=None):
        status, body = self.call(service, method, path, json.dumps(value), headers)
        if status // 100 != 2:
            raise Refused(path, status, body)
        return body


def arguments(kills):
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=kills)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--program", default=samovar.PROGRAM)
    parser.add_argument("--full-disk", action="store_true", help="the disk is filled, again and again")
    options = parser.parse_args()
    print(f"# seed {options.seed}, {options.kills} kills", flush=True)
    return options, random.Random(options.seed)


def one_round(server, rng, works, meanwhile):
    """Runs each work(server, rng, stop) in a thread, and kills the server after meanwhile(). The seconds until it is up again."""
    stop = threading.Event()
    threads = [threading.Thread(target=w, args=(server, random.Random(rng.getrandbits(32)), stop)) for w in works]
    for t in threads:
        t.start()
    try:
        meanwhile()
    finally:
        server.kill()
        stop.set()
        for t in threads:
            t.join()
    begun = time.monotonic()
    server.start()
    return time.monotonic() - begun


def finish(server, checks):
    """Ends the server, says what held; checks: of (what, problems)."""
    code, log = server.stop(), server.log()
    server.remove()
    bad = [log[-3000:]] if code != 0 or "Sanitizer" in log else []
    failed = False
    for what, problems in [*checks, ("the server ends well", bad)]:
        for p in problems[:20]:
            print(f"# {p}")
        print(f"{'not ok' if problems else 'ok'} {what}")
        failed = failed or bool(problems)
    sys.exit(1 if failed else 0)
