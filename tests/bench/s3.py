"""Objects: rows objects (4 KiB beside s3rver), large (64 MiB beside nginx, memory of 2 GB), list (100,000 keys)."""

import http.client
import os
import shutil
import subprocess
import threading
import time
import xml.etree.ElementTree as ElementTree

import peers
from bench import BUILD, Cloud, interleaved, load, row

SMALL, LARGE, HUGE = 4096, 64 << 20, 2 << 30
KEYS = int(os.environ.get("BENCH_KEYS", "100000"))
SEEDED, CONNECTIONS, WRITERS, WINDOW = 10000, 16, 8, 1 << 20
NS = {"s3": "http://s3.amazonaws.com/doc/2006-03-01/"}

NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off; sendfile on; tcp_nopush on; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; root {folder}/root; }}
}}
"""


def http_request(method, path, body=b"", key="test"):
    head = (f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Date: {time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}\r\n"
            "x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n"
            f"Authorization: AWS4-HMAC-SHA256 Credential={key}/{time.strftime('%Y%m%d', time.gmtime())}/us-east-1/s3/aws4_request, "
            f"SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={'0' * 64}\r\n")
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Bucket:
    """A bucket of either server, spoken to by hand."""

    def __init__(self, port, key="test"):
        self.port, self.key, self.name = port, key, "bench"
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, method, path, body=b""):
        head = http_request(method, path, b"", self.key).decode().split("\r\n")[1:-3]
        self.connection.request(method, path, body, dict(line.split(": ", 1) for line in head))
        answer = self.connection.getresponse()
        value = answer.read()
        if answer.status // 100 != 2:
            raise RuntimeError(f"{method} {path}: {answer.status} {value[:300]!r}")
        return value

    def make(self):
        self.ask("PUT", f"/{self.name}")
        return self

    def fill(self, numbers, body=b"x" * SMALL):
        for i in numbers:
            self.ask("PUT", f"/{self.name}/o{i:08}", body)

    def puts(self, connections):
        return load(self.port, connections, http_request("PUT", f"/{self.name}/n@@@@@@@@", os.urandom(SMALL), self.key), keys=1000000)

    def gets(self, connections):
        return load(self.port, connections, http_request("GET", f"/{self.name}/o@@@@@@@@", b"", self.key), keys=SEEDED)

    def pages(self):
        """All keys, a page after another."""
        n, token = 0, ""
        while True:
            page = ElementTree.fromstring(self.ask("GET", f"/{self.name}?list-type=2{token}"))
            n += int(page.findtext("s3:KeyCount", namespaces=NS))
            token = page.findtext("s3:NextContinuationToken", namespaces=NS)
            if not token:
                return n
            token = f"&continuation-token={token.replace('+', '%2B').replace('/', '%2F').replace('=', '%3D')}"


class S3rver(peers.Processes):
    def __enter__(self):
        folder = os.path.join(self.build, "s3rver")
        program = os.path.join(self.npm(folder, "s3rver@3"), "s3rver")
        self.port, self.data = peers.free_port(), os.path.join(folder, "data")
        shutil.rmtree(self.data, ignore_errors=True)
        self.start("node", program, "-d", self.data, "-a", "127.0.0.1", "-p", str(self.port), "-s", "--allow-mismatched-signatures",
                   "--no-vhost-buckets")
        peers.wait_until_listens(self.port, 30)
        return self

    def __exit__(self, *error):
        super().__exit__(*error)
        shutil.rmtree(self.data, ignore_errors=True)


ROWS_OF = [("put", CONNECTIONS, "3,000/s"), ("put", 1, ""), ("get", CONNECTIONS, "15,000/s, 10x"), ("get", 1, "")]


def measure_rows(ours, theirs):
    for what, connections, target in ROWS_OF:
        measure = lambda bucket: (bucket.puts if what == "put" else bucket.gets)(connections)  # noqa: B023, E731
        candidates = {"ours": lambda: measure(ours)}  # noqa: B023
        if theirs:
            candidates["theirs"] = lambda: measure(theirs)  # noqa: B023
        result = interleaved(candidates)
        r, peer, times = result["ours"], "", ""
        if theirs:
            peer = f"s3rver {result['theirs']['rate']:.0f}/s, p50 {result['theirs']['p50']:.2f} ms"
            times = f"{r['rate'] / result['theirs']['rate']:.1f}x"
        row(f"{what}s of 4 KiB, {connections} connection{'s' if connections > 1 else ''}",
            f"{r['rate']:.0f}/s, p50 {r['p50']:.2f}, p99 {r['p99']:.2f}", "ms", target, peer, times,
            "each object, synced (s3rver: not synced)" if what == "put" else "nothing")


def bench_objects():
    with Cloud() as s:
        ours = Bucket(s.port).make()
        ours.fill(range(SEEDED))
        try:
            with S3rver(BUILD) as peer:
                theirs = Bucket(peer.port, "S3RVER").make()
                theirs.fill(range(SEEDED))
                measure_rows(ours, theirs)
        except (OSError, RuntimeError, subprocess.CalledProcessError) as e:
            print(f"s3rver: {e}")
            measure_rows(ours, None)


def receive(port, path, size):
    """The seconds and the rate of one download; the bytes are counted and left."""
    window = memoryview(bytearray(WINDOW))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    begun, n = time.monotonic(), 0
    connection.request("GET", path)
    answer = connection.getresponse()
    while got := answer.readinto(window):
        n += got
    took = time.monotonic() - begun
    connection.close()
    if answer.status != 200 or n != size:
        raise RuntimeError(f"GET {path}: {answer.status}, {n} bytes")
    return {"seconds": took, "rate": size / took}


def send(port, path, size):
    window = os.urandom(WINDOW)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    begun = time.monotonic()
    connection.putrequest("PUT", path)
    connection.putheader("Content-Length", str(size))
    connection.endheaders()
    for _ in range(size // WINDOW):
        connection.send(window)
    answer = connection.getresponse()
    value = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"PUT {path}: {answer.status} {value[:300]!r}")
    return time.monotonic() - begun


def peak_mb(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmHWM")) / 1024


def bench_large():
    with Cloud() as s, peers.Processes(BUILD) as others:
        Bucket(s.port).make()
        send(s.port, "/bench/large", LARGE)
        folder, port = os.path.join(BUILD, "nginx-files"), peers.free_port()
        os.makedirs(os.path.join(folder, "root"), exist_ok=True)
        with open(os.path.join(folder, "root/large"), "wb") as f:
            f.write(os.urandom(LARGE))
        with open(os.path.join(folder, "nginx.conf"), "w") as f:
            f.write(NGINX.format(folder=folder, port=port))
        candidates = {"ours": lambda: receive(s.port, "/bench/large", LARGE)}
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        if os.path.exists(nginx):
            others.start(nginx, "-p", folder, "-c", os.path.join(folder, "nginx.conf"), "-e", os.path.join(folder, "error.log"))
            peers.wait_until_answers(f"http://127.0.0.1:{port}/large")
            candidates["nginx"] = lambda: receive(port, "/large", LARGE)
        result = interleaved(candidates, 20)
        own, other = result["ours"]["rate"], result.get("nginx", {}).get("rate")
        row("get of 64 MiB, 1 connection", f"{own / 1e6:.0f}", "MB/s", ">= 0.6x nginx", f"nginx: {other / 1e6:.0f} MB/s" if other else "",
            f"{own / other:.2f}x" if other else "")
    with Cloud() as s:
        Bucket(s.port).make()
        took = send(s.port, "/bench/huge", HUGE)
        put = peak_mb(s)
        got = receive(s.port, "/bench/huge", HUGE)
        row("put of 2 GB", f"{HUGE / took / 1e6:.0f} MB/s, peak resident {put:.1f}", "MB", "< 50 MB", disk="the object, synced")
        row("then get of 2 GB", f"{got['rate'] / 1e6:.0f} MB/s, peak resident {peak_mb(s):.1f}", "MB", "< 50 MB")


def bench_list():
    with Cloud() as s:
        bucket = Bucket(s.port).make()
        threads = [threading.Thread(target=Bucket(s.port).fill, args=(range(w, KEYS, WRITERS), b"x")) for w in range(WRITERS)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        took = []
        for _ in range(5):
            begun = time.monotonic()
            n = bucket.pages()
            took.append(time.monotonic() - begun)
        assert n == KEYS
        row(f"ListObjectsV2 of {KEYS:,} keys, all {KEYS // 1000} pages", f"{sorted(took)[2]:.2f}", "s", "< 1.5 s")


ROWS = {"objects": bench_objects, "large": bench_large, "list": bench_list}
