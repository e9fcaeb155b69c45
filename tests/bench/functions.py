"""Start, memory and functions: rows start, memory, http, invoke, cold."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import time

import peers
import samovar
from bench import BUILD, PROGRAM, REPEATS, Cloud, compiled, get_request, interleaved, load, row

NODE = ("exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify({ path: event.rawPath || event.path }) });\n")
PYTHON = "def handler(event, context):\n    return {'ok': True}\n"


def until_answered(server):
    begun = time.monotonic()
    process = subprocess.Popen([PROGRAM, "up", "--listen", f"127.0.0.1:{server.port}", "--data", server.data],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=1) as s:
                s.sendall(get_request(server.port, "/_samovar/health"))
                if s.recv(4096).startswith(b"HTTP/1.1 200"):
                    took = time.monotonic() - begun
                    break
        except OSError:
            if process.poll() is not None:
                raise RuntimeError("the server ended") from None
            time.sleep(0.0005)
    process.send_signal(signal.SIGTERM)
    process.wait()
    return {"ms": took * 1000}


def bench_start():
    empty, full = Cloud(), Cloud()
    empty.port, full.port = peers.free_port(), peers.free_port()
    until_answered(full)
    with contextlib.closing(sqlite3.connect(os.path.join(full.data, "store.db"))) as db, db:
        value = os.urandom(64 * 1024)
        db.executemany("INSERT INTO kv VALUES (?, ?)", ((b"\x02filler\x00" + i.to_bytes(8, "big"), value)
                                                       for i in range(16 * 1024)))

    def fresh():
        shutil.rmtree(empty.data, ignore_errors=True)
        os.makedirs(empty.data)
        return until_answered(empty)

    result = interleaved({"empty": fresh, "full": lambda: until_answered(full)}, max(REPEATS, 10))
    row("start to first answer, empty folder", f"{result['empty']['ms']:.1f}", "ms", "< 30 ms")
    row("start to first answer, 1 GiB of data", f"{result['full']['ms']:.1f}", "ms", "< 30 ms")
    empty.remove()
    full.remove()


def bench_memory():
    with Cloud() as s:
        time.sleep(1)
        row("resident, idle", f"{s.resident_kib() / 1024:.1f}", "MB", "< 15 MB")
        client = s.client("lambda")
        code = samovar.archive({"index.js": NODE})
        for i in range(1000):
            client.create_function(FunctionName=f"f{i}", Runtime="nodejs22.x", Handler="index.handler",
                                   Role="arn:aws:iam::000000000000:role/bench", Code={"ZipFile": code})
        time.sleep(1)
        row("resident, 1,000 functions", f"{s.resident_kib() / 1024:.1f}", "MB", "< 40 MB", disk="1,000 durable creates")


def bench_http():
    with Cloud() as s, peers.Peers(BUILD, NODE) as others:
        s.function("hello", {"index.js": NODE}, "nodejs22.x", "index.handler")
        path = s.http_api("hello")
        for connections in (1, 32):
            candidates = {"samovar": lambda: load(s.port, connections, get_request(s.port, path))}
            for peer in others.http:
                candidates[peer.name] = lambda peer=peer: load(peer.port, connections, get_request(peer.port, peer.path))
            for measure in candidates.values():
                measure()  # warm
            result = interleaved(candidates)
            own = result["samovar"]
            for name, figures in result.items():
                if name == "samovar":
                    continue
                row(f"warm Node function over HTTP, {connections} connections, beside {name}",
                    f"p50 {own['p50']:.2f} ms, p99 {own['p99']:.2f} ms, {own['rate']:.0f}/s", "",
                    "p50 <= 0.40 ms, 3 x serverless-offline" if connections == 1 else "> 5,000/s, 0.25 x nginx -> node",
                    f"{name}: p50 {figures['p50']:.2f} ms, p99 {figures['p99']:.2f} ms, {figures['rate']:.0f}/s",
                    f"{own['rate'] / figures['rate']:.2f} x")
        for name, why in others.missing.items():
            print(f"# {name} is missing: {why}")


def signed_request(server, key, secret, path, body):
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    request = AWSRequest("POST", server.url + path, data=body, headers={"Host": f"127.0.0.1:{server.port}"})
    SigV4Auth(Credentials(key, secret), "lambda", "us-east-1").add_auth(request)
    head = "".join(f"{k}: {v}\r\n" for k, v in request.headers.items())
    return f"POST {path} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def bench_invoke():
    bootstrap = open(compiled("bootstrap.c"), "rb").read()
    with Cloud("--auth", "strict") as s:
        key, secret = s.root_key().values()
        iam = s.client("iam", key, secret)
        iam.create_role(RoleName="bench", AssumeRolePolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                                    "Principal": {"Service": "lambda.amazonaws.com"}}]}))
        s.function("native", {"bootstrap": (bootstrap, 0o755)}, "provided.al2023", "bootstrap", s.client("lambda", key, secret))
        request = signed_request(s, key, secret, "/2015-03-31/functions/native/invocations", '{"a": 1}')
        measure = lambda n: (lambda: load(s.port, n, request))  # noqa: E731
        measure(1)()
        result = interleaved({"1": measure(1), "32": measure(32)})
        row("Invoke, provided runtime in C, SigV4 verified, 1 connection",
            f"p50 {result['1']['p50']:.3f} ms, p99 {result['1']['p99']:.2f} ms, {result['1']['rate']:.0f}/s", "", "p50 <= 0.30 ms")
        row("the same, 32 connections", f"p50 {result['32']['p50']:.2f} ms, {result['32']['rate']:.0f}/s", "", "")


def bare_start(command):
    begun = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.monotonic() - begun) * 1000


def bench_cold():
    bootstrap = open(compiled("bootstrap.c"), "rb").read()
    kinds = {"Node": ({"index.js": NODE}, "nodejs22.x", "index.handler", ["node", "-e", "0"]),
             "Python": ({"index.py": PYTHON}, "python3.12", "index.handler", ["/usr/bin/python3", "-c", "0"]),
             "native": ({"bootstrap": (bootstrap, 0o755)}, "provided.al2023", "bootstrap", None)}
    with Cloud() as s:
        for kind, (files, runtime, handler, bare) in kinds.items():
            waiting, bares = [], []
            for i in range(3 * REPEATS):
                name = f"cold-{kind}-{i}"
                client = s.function(name, files, runtime, handler)
                time.sleep(0.7)  # the spare is booted
                connection = http.client.HTTPConnection("127.0.0.1", s.port)
                connection.connect()
                begun = time.monotonic()
                connection.request("POST", f"/2015-03-31/functions/{name}/invocations", b"{}")
                answer = connection.getresponse()
                answer.read()
                took = (time.monotonic() - begun) * 1000
                assert answer.status == 200 and not answer.getheader("x-amz-function-error")
                waiting.append(took)
                client.delete_function(FunctionName=name)
                if bare:
                    bares.append(bare_start(bare))
            row(f"cold start, {kind}, a booted runtime waiting", f"p50 {statistics.median(waiting):.1f} ms", "",
                "< 20 ms" if bare else "< 10 ms", f"bare interpreter: {statistics.median(bares):.1f} ms" if bares else "")
            burst = cold_burst(s, files, runtime, handler, kind)
            row(f"cold start, {kind}, empty pool", f"p50 {burst:.1f} ms", "",
                "<= 15 ms over the bare interpreter" if bare else "< 10 ms",
                f"bare interpreter: {statistics.median(bares):.1f} ms" if bares else "")


def cold_burst(server, files, runtime, handler, kind):
    """The pool is empty once its spares are taken: the first calls of several functions one after another."""
    spares = 4
    names = [f"burst-{kind}-{i}" for i in range(spares + REPEATS)]
    for name in names:
        client = server.function(name, files, runtime, handler)
    time.sleep(0.7)
    took = []
    for name in names:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        begun = time.monotonic()
        connection.request("POST", f"/2015-03-31/functions/{name}/invocations", b"{}")
        connection.getresponse().read()
        took.append((time.monotonic() - begun) * 1000)
    for name in names:
        client.delete_function(FunctionName=name)
    return statistics.median(took[spares:])


ROWS = {"start": bench_start, "memory": bench_memory, "http": bench_http, "invoke": bench_invoke, "cold": bench_cold}
