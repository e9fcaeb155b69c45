"""What hostile and unlucky clients and functions do: refused clearly, nothing half-made, everyone else served."""

import base64
import concurrent.futures
import io
import json
import os
import re
import resource
import socket
import stat
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request
import zipfile

import pytest
from botocore.exceptions import ClientError

import samovar

ROLE = "arn:aws:iam::000000000000:role/r"
RELEASE = os.path.join(samovar.ROOT, "build/samovar")
SCOPE = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"


@pytest.fixture
def raise_limit():
    """Descriptors for the many connections of a test."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def function(client, unique, zip_of):
    """function("code of index.py"): its name, once it can be invoked."""

    def make(code, api=None, runtime="python3.12", **more):
        api, name = api or client("lambda"), unique("f")
        files = code if isinstance(code, dict) else {"index.py": code}
        api.create_function(FunctionName=name, Runtime=runtime, Role=ROLE, Handler="index.handler",
                            Code={"ZipFile": zip_of(files)}, **{"Timeout": 10, **more})
        api.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        return name

    return make


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def talk(server, data):
    """All that comes back until the server closes or is silent for a while."""
    with connect(server) as s:
        s.sendall(data)
        s.settimeout(0.4)
        out = b""
        try:
            while part := s.recv(65536):
                out += part
        except (socket.timeout, ConnectionResetError):
            pass
        return out


def post(server, target, body, content_type="application/x-amz-json-1.1", path="/", service="logs", headers=None):
    """Any body to any operation: status, text."""
    request = urllib.request.Request(server.url + path, data=body, method="POST", headers={
        "Authorization": SCOPE.format(service), "Content-Type": content_type,
        **({"X-Amz-Target": target} if target else {}), **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=20) as r:
            return r.status, r.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


def health(server):
    with urllib.request.urlopen(f"{server.url}/_samovar/health", timeout=10) as r:
        return json.load(r)["status"]


# ---- HTTP ------------------------------------------------------------------------------------------------------------

HEAD = b"POST /_samovar/health HTTP/1.1\r\nHost: localhost\r\n"
SMUGGLED = b"GET /_samovar/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
# RFC 9112, 2.2, 5, 6.1, 6.3, 7.1: what may be read in two ways is refused, and the connection ends.
AMBIGUOUS = {
    "both lengths": HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 0\r\nContent-Length: 4\r\n\r\nabcd",
    "a list of lengths": HEAD + b"Content-Length: 0, 4\r\n\r\nabcd",
    "a signed length": HEAD + b"Content-Length: +4\r\n\r\nabcd",
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n",
    "a hexadecimal length": HEAD + b"Content-Length: 0x4\r\n\r\nabcd",
    "a huge length": HEAD + b"Content-Length: 18446744073709551616\r\n\r\n",
    "a length of two words": HEAD + b"Content-Length: 4 4\r\n\r\nabcd",
    "no length": HEAD + b"Content-Length:\r\n\r\n",
    "chunked twice": HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked not last": HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "an unknown coding": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a coding with a vertical tab": HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "a coding in HTTP/1.0": b"POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a blank before the colon": HEAD + b"Content-Length : 4\r\n\r\nabcd",
    "a folded line": HEAD + b"X: a\r\n Content-Length: 4\r\n\r\n",
    "a header that begins with a blank": b"GET / HTTP/1.1\r\n Host: localhost\r\n\r\n",
    "a bare LF in the head": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "a bare CR in a value": HEAD + b"X: a\rb\r\n\r\n",
    "a NUL in a value": HEAD + b"X: a\0b\r\n\r\n",
    "a NUL in a name": HEAD + b"X\0: a\r\n\r\n",
    "a line without a colon": HEAD + b"nonsense\r\n\r\n",
    "an empty name": HEAD + b": a\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: 127.0.0.1\r\n\r\n",
    "a blank in the target": b"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a control character in the target": b"GET /a\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "an unknown version": b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "an ill-formed chunk length": HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "a huge chunk length": HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\na",
    "a chunk longer than it says": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    "a bare LF after a chunk's length": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_ambiguous_framing(server, name):
    """One refusal, no second answer, an end. What is sloppy but plain may be answered, once."""
    answer = talk(server, AMBIGUOUS[name] + SMUGGLED)
    assert re.match(rb"HTTP/1\.1 (400|405|411|413|501|505) ", answer), answer[:200]
    assert answer.count(b"HTTP/1.1 ") == 1, answer
    assert b'"status":"ok"' not in answer and health(server) == "ok"


def test_heads_that_are_too_large(server):
    line = talk(server, b"GET /" + b"a" * 200000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert line.startswith(b"HTTP/1.1 414 ") or line.startswith(b"HTTP/1.1 431 "), line[:100]
    many = talk(server, b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 5000 + b"\r\n")
    assert many.startswith(b"HTTP/1.1 431 "), many[:100]
    large = talk(server, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 300000 + b"\r\n\r\n")
    assert large.startswith(b"HTTP/1.1 431 "), large[:100]


def quick(server, seconds):
    """The latencies of an honest client, in milliseconds, sorted."""
    import http.client
    taken, end = [], time.monotonic() + seconds
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    while time.monotonic() < end:
        begun = time.monotonic()
        connection.request("GET", "/_samovar/health")
        assert connection.getresponse().read()
        taken.append((time.monotonic() - begun) * 1000)
        time.sleep(0.002)
    connection.close()
    return sorted(taken)


def test_slow_clients(server, raise_limit):
    """Hundreds that send or read a byte at a time do not keep others waiting."""
    before = quick(server, 1)
    kinds = [b"GET / HTTP/1.1\r\nHost: localhost\r\nX-", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n", SMUGGLED * 400]
    slow = []
    for i in range(600):
        s = connect(server)
        s.setblocking(False)
        try:
            s.send(kinds[i % 3])
        except BlockingIOError:
            pass
        slow.append((s, i % 3))
    stopping = threading.Event()

    def drip():
        while not stopping.is_set():
            for s, kind in slow:
                try:
                    s.send(b"a") if kind < 2 else s.recv(1)
                except OSError:
                    pass
            stopping.wait(0.2)

    thread = threading.Thread(target=drip)
    thread.start()
    during = quick(server, 3)
    stopping.set()
    thread.join()
    for s, _ in slow:
        s.close()
    p99 = [t[int(len(t) * 0.99)] for t in (before, during)]
    # Generous: the clients share this machine's processors with the server.
    assert p99[1] < max(20 * p99[0], 250), p99


def test_few_descriptors(raise_limit):
    """RLIMIT_NOFILE 256 and 2,000 connections: no crash, no busy loop; when they have gone all is well."""
    with samovar.Server(wrapper=["prlimit", "--nofile=256:256"]) as server:
        crowd = []
        for _ in range(2000):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex(("127.0.0.1", server.port))
            crowd.append(s)
        time.sleep(1)
        ticks = cpu_ticks(server)
        time.sleep(1)
        assert cpu_ticks(server) - ticks < 60, "the server spins while it has no descriptors"
        for s in crowd:
            s.close()
        begun = time.monotonic()
        while True:
            try:
                assert health(server) == "ok"
                break
            except OSError:
                assert time.monotonic() - begun < 10
                time.sleep(0.1)
        assert post(server, "Logs_20140328.DescribeLogGroups", b"{}")[0] == 200


def cpu_ticks(server):
    with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


# ---- bodies ----------------------------------------------------------------------------------------------------------


def test_deep_nesting(server):
    for body in (b"[" * 100000, b'{"a":' * 100000, b'{"tags":' + b"[" * 5000 + b"]" * 5000 + b"}"):
        status, text = post(server, "Logs_20140328.CreateLogGroup", body)
        assert status == 400 and b"SerializationException" in text
    for body in (b"\x81" * 100000, b"\xa1\x61a" * 50000, b"\xbf\x61a" * 50000, b"\xd8\x20" * 50000, b"\x9b" + b"\xff" * 8,
                 b"\x5f" * 1000, b"\xa1\x64tags" + b"\x81" * 5000):
        status, text = post(server, None, body, "application/cbor", "/service/Logs_20140328/operation/CreateLogGroup",
                            headers={"smithy-protocol": "rpc-v2-cbor"})
        assert status in (400, 404), (status, text)
    xml = b"<a>" * 100000
    assert post(server, None, xml, "application/xml", "/b?delete", "s3")[0] in (400, 404)
    assert health(server) == "ok"


def test_texts_that_are_none(server):
    """Not UTF-8, half a surrogate, a NUL, numbers beyond all measure: 400, never 500."""
    for body in (b'{"logGroupName":"\xff\xfe"}', b'{"logGroupName":"\\ud800"}', b'{"logGroupName":"a\\u0000b"}',
                 b'{"logGroupName":1e999}', b'{"logGroupName":{}}', b"nul", b"", b"{}{}", b'{"logGroupName":"a",}',
                 b'\xef\xbb\xbf{"logGroupName":""}'):
        assert post(server, "Logs_20140328.CreateLogGroup", body)[0] == 400, body


def test_oversized_bodies(server, client, function):
    """Invoke: 6 MB for a request that waits, 1 MB for an event; CreateFunction: 50 MB of archive (Lambda quotas)."""
    api, name = client("lambda"), function("def handler(e, c): return len(e)")
    assert json.load(api.invoke(FunctionName=name, Payload=json.dumps("a" * (6 * 2**20 - 2)))["Payload"]) == 6 * 2**20 - 2
    for more, size in (({}, 6 * 2**20), ({"InvocationType": "Event"}, 2**20)):
        with pytest.raises(ClientError) as e:
            api.invoke(FunctionName=name, Payload=json.dumps("a" * (size + 1)), **more)
        assert e.value.response["Error"]["Code"] in ("RequestTooLargeException", "413")
        assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    head = b"POST /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + SCOPE.format("lambda").encode() + b"\r\n"
    assert talk(server, head + b"Content-Length: 4000000000\r\n\r\n").startswith(b"HTTP/1.1 413 ")
    answer = talk(server, head + b"Expect: 100-continue\r\nContent-Length: 4000000000\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 "), answer[:100]


def test_an_answer_that_is_too_large(client, function):
    api, name = client("lambda"), function("def handler(e, c): return 'a' * (e * 2**20)")
    r = api.invoke(FunctionName=name, Payload="7")
    answer = json.load(r["Payload"])
    assert r["FunctionError"] == "Unhandled" and answer["errorType"] == "Function.ResponseSizeTooLarge", answer
    assert len(json.load(api.invoke(FunctionName=name, Payload="5")["Payload"])) == 5 * 2**20


def files_under(folder):
    return sum(len(files) for _, _, files in os.walk(folder))


def test_truncated_uploads_leave_nothing(server, client, unique, zip_of):
    name, blobs = unique("f"), os.path.join(server.data, "blobs")
    before = files_under(blobs)
    code = zip_of({"index.py": "x = 1\n" * 100000, "noise": os.urandom(300000).hex()})
    body = json.dumps({"FunctionName": name, "Runtime": "python3.12", "Role": ROLE, "Handler": "index.handler",
                       "Code": {"ZipFile": base64.b64encode(code).decode()}}).encode()
    head = (f"POST /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\nAuthorization: {SCOPE.format('lambda')}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode()
    for cut in (1, len(body) // 2, len(body) - 1):
        with connect(server) as s:
            s.sendall(head + body[:cut])
    put = (f"PUT /{unique('b')}/key HTTP/1.1\r\nHost: localhost\r\nAuthorization: {SCOPE.format('s3')}\r\n"
           "Content-Length: 1000000\r\n\r\n").encode()
    with connect(server) as s:
        s.sendall(put + bytes(500000))
    for cut in (1, len(code) // 2, len(code) - 1):
        with pytest.raises(ClientError) as e:
            client("lambda").create_function(FunctionName=name, Runtime="python3.12", Role=ROLE, Handler="index.handler",
                                             Code={"ZipFile": code[:cut]})
        assert e.value.response["Error"]["Code"] == "InvalidParameterValueException"
    time.sleep(0.3)
    assert files_under(blobs) == before
    with pytest.raises(ClientError) as e:
        client("lambda").get_function(FunctionName=name)
    assert e.value.response["Error"]["Code"] == "ResourceNotFoundException"


# ---- archives --------------------------------------------------------------------------------------------------------


def archive(*entries):
    """(name, content, mode) each; a mode of a link makes one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content, mode in entries:
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr, info.compress_type = 3, mode << 16, zipfile.ZIP_DEFLATED
            z.writestr(info, content)
    return out.getvalue()


def bomb():
    return archive(*[(f"{i}", bytes(20 * 2**20), 0o644) for i in range(14)])  # 280 MiB; Lambda's limit is 250


def lying(claimed):
    """An archive whose directory says that the file has another size."""
    data = bytearray(archive(("index.py", "def handler(e, c): return 1\n" * 100, 0o644)))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24:at + 28] = struct.pack("<I", claimed)
    return bytes(data)


LINK = stat.S_IFLNK | 0o777
REFUSED = {
    "a name that climbs": lambda: archive(("../escaped", "x", 0o644)),
    "a name that climbs later": lambda: archive(("a/../../../escaped", "x", 0o644)),
    "an absolute name": lambda: archive(("/tmp/escaped", "x", 0o644)),
    "a link out": lambda: archive(("l", "/etc/passwd", LINK)),
    "a link out by steps": lambda: archive(("a/l", "../../..", LINK)),
    "a file through a link": lambda: archive(("l", "..", LINK), ("l/escaped", "x", 0o644)),
    "a bomb": bomb,
    "a size that is a lie": lambda: lying(5),
    "a huge size that is a lie": lambda: lying(0xfffffff0),
    "nothing": lambda: b"",
    "no archive": lambda: b"PK nothing of the kind" * 10,
}


@pytest.mark.parametrize("kind", REFUSED)
def test_hostile_archives(server, client, unique, kind):
    """Refused with a reason, and nothing lies outside of the folder."""
    name, code = unique("f"), REFUSED[kind]()
    with pytest.raises(ClientError) as e:
        client("lambda").create_function(FunctionName=name, Runtime="python3.12", Role=ROLE, Handler="index.handler",
                                         Code={"ZipFile": code})
    assert e.value.response["Error"]["Code"] in ("InvalidParameterValueException", "RequestEntityTooLargeException")
    assert e.value.response["Error"]["Message"]
    assert not os.path.exists("/tmp/escaped")
    assert not any("escaped" in files for _, _, files in os.walk(server.data))
    with pytest.raises(ClientError):
        client("lambda").get_function(FunctionName=name)


# ---- functions -------------------------------------------------------------------------------------------------------

HOSTILE = {
    "forks without end": ("import os\ndef handler(e, c):\n    while True:\n        try: os.fork()\n        except OSError: pass",
                          "Task timed out|Runtime exited"),
    "takes all memory": ("def handler(e, c):\n    x = []\n    while True: x.append(bytearray(b'a' * 10**7))",
                         "signal: killed|MemoryError|Runtime exited|Task timed out"),
    "hangs": ("import time\ndef handler(e, c): time.sleep(100)", "Task timed out after 2.00 seconds"),
    "ignores signals and hangs": ("import signal, time\nfor n in range(1, 30):\n    try: signal.signal(n, signal.SIG_IGN)\n"
                                  "    except (OSError, ValueError): pass\ndef handler(e, c):\n    while True: pass",
                                  "Task timed out after 2.00 seconds"),
    "exits": ("import os\ndef handler(e, c): os._exit(0)", "Runtime exited without providing a reason"),
    "exits with a code": ("import os\ndef handler(e, c): os._exit(3)", "Runtime exited with error: exit status 3"),
    "kills itself": ("import os\ndef handler(e, c): os.kill(os.getpid(), 11)", "signal: segmentation fault"),
    "kills everyone": ("import os\ndef handler(e, c):\n    try: os.kill(-1, 9)\n    finally: os._exit(1)", "Runtime exited"),
    "fills its disk": ("def handler(e, c):\n    with open('/tmp/full', 'wb') as f:\n        while True: f.write(bytes(2**20))",
                       "No space left on device|OSError|Task timed out|signal: killed"),
    "answers nonsense": ("import os\ndef handler(e, c): return {1, 2}", "Runtime.MarshalError|not JSON serializable"),
    "recurs": ("def handler(e, c): return handler(e, c)", "RecursionError"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_functions(client, function, kind):
    """Its own report only: each time again, while another function answers."""
    code, expected = HOSTILE[kind]
    api, other = client("lambda"), function("def handler(e, c): return 'well'")
    name = function(code, Timeout=2, MemorySize=128)
    for _ in range(2):
        r = api.invoke(FunctionName=name)
        answer = r["Payload"].read().decode()
        assert r.get("FunctionError") == "Unhandled" and re.search(expected, answer), answer
        begun = time.monotonic()
        assert json.load(api.invoke(FunctionName=other)["Payload"]) == "well"
        assert time.monotonic() - begun < 2


def test_a_flood_of_log(server, client, function):
    """Megabytes of lines, one line of a megabyte, bytes that are no text: the log is cut, the function answers."""
    api = client("lambda")
    name = function("import sys\ndef handler(e, c):\n    for i in range(200000): print('line', i)\n    print('x' * 3000000)\n"
                    "    sys.stdout.flush()\n    sys.stdout.buffer.write(bytes(range(256)) * 100)\n    return 'well'", Timeout=30)
    before = server.resident_kib()
    r = api.invoke(FunctionName=name, LogType="Tail")
    assert json.load(r["Payload"]) == "well"
    assert len(base64.b64decode(r["LogResult"])) <= 4096
    assert server.resident_kib() - before < 200000
    events = client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}", limit=5)["events"]
    assert events and any("START" in e["message"] for e in events)


# ---- all the time ----------------------------------------------------------------------------------------------------


def children(pid):
    listed = subprocess.run(["ps", "-eo", "ppid=,stat="], capture_output=True, text=True).stdout.split("\n")
    return [line.split()[1] for line in listed if line.split()[:1] == [str(pid)]]


@pytest.mark.skipif(not os.path.exists(RELEASE), reason="build/samovar is not built")
def test_nothing_grows(client_of, unique, zip_of, function):
    """20,000 invocations and as many reads: memory, descriptors and processes stay as they were."""
    import http.client
    with samovar.Server(program=RELEASE) as server:
        api = client_of(server, "lambda")
        name = function("def handler(e, c): return 1", api=api)

        def work(n):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            for i in range(n):
                headers = {"Authorization": SCOPE.format("lambda")}
                if i % 2:
                    connection.request("POST", f"/2015-03-31/functions/{name}/invocations", b"{}", headers)
                else:
                    connection.request("GET", f"/2015-03-31/functions/{name}", None, headers)
                answer = connection.getresponse()
                assert answer.read() and answer.status == 200
            connection.close()

        def round_of(total):
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                list(pool.map(work, [total // 4] * 4))
            return server.resident_kib(), len(os.listdir(f"/proc/{server.process.pid}/fd"))

        round_of(8000)  # until caches, pools and the logs' pages have their size
        first = round_of(16000)
        last = round_of(16000)
        assert last[0] - first[0] < 1024 and abs(last[1] - first[1]) <= 8, (first, last)
        assert not any(state.startswith("Z") for state in children(server.process.pid))


def test_control_groups_of_other_process_namespaces_are_left_alone():
    """Servers in several containers may share a mount of control groups: a process id says nothing across namespaces."""
    parent = next((p for p in ("/sys/fs/cgroup/pids", "/sys/fs/cgroup") if os.access(p, os.W_OK)), None)
    if not parent:
        pytest.skip("control groups can't be made here")
    own, gone = os.stat("/proc/self/ns/pid").st_ino, 4194303  # above any pid_max
    theirs, ours = f"{parent}/samovar-{own + 1}-{gone}", f"{parent}/samovar-{own}-{gone}"
    for folder in (theirs, ours):
        os.makedirs(folder, exist_ok=True)
    try:
        with samovar.Server():
            assert os.path.exists(theirs) and not os.path.exists(ours)
    finally:
        os.rmdir(theirs)
