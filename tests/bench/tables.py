"""Tables beside dynalite: row tables. Items of 1 KB; Samovar's table has a million of them, the peer's a tenth as many.

Half of the items stand alone in their partition, for single reads and writes; the others in partitions of 100, for queries.
"""

import http.client
import json
import os
import subprocess
import threading
import time

import peers
from bench import BUILD, Cloud, interleaved, load, row
from functions import until_answered

ITEMS = int(os.environ.get("BENCH_ITEMS", "1000000"))
SMALL = 10000
PARTITION, BATCH, WRITERS = 100, 25, 8
FILLER = "x" * 960
NEW = 100000000  # keys beyond those of the seed


def http_request(port, operation, body):
    head = (f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-amz-json-1.0\r\n"
            f"X-Amz-Target: DynamoDB_20120810.{operation}\r\nX-Amz-Date: 20260101T000000Z\r\n"
            "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, "
            "SignedHeaders=host;x-amz-date, Signature=0\r\n")
    body = json.dumps(body)
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


class Table:
    def __init__(self, port, name, items):
        self.port, self.name, self.items = port, name, items
        self.alone, self.partitions = items // 2, items // 2 // PARTITION

    def ask(self, connection, operation, body):
        head, _, text = http_request(self.port, operation, body).partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        connection.request("POST", "/", text, headers)
        answer = connection.getresponse()
        value = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{operation}: {answer.status} {value[:300]!r}")
        return json.loads(value)

    def make(self):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        self.ask(c, "CreateTable", {
            "TableName": self.name, "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}]})
        while self.ask(c, "DescribeTable", {"TableName": self.name})["Table"]["TableStatus"] != "ACTIVE":
            time.sleep(0.1)
        threads = [threading.Thread(target=self.fill, args=(w,)) for w in range(WRITERS)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        return self

    def seeded(self, i):
        if i < self.alone:
            return item(f"i{i:08}", "0")
        i -= self.alone
        return item(f"g{i // PARTITION:08}", str(i % PARTITION))

    def fill(self, writer):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        for begin in range(writer * BATCH, self.items, WRITERS * BATCH):
            puts = [{"PutRequest": {"Item": self.seeded(i)}} for i in range(begin, min(begin + BATCH, self.items))]
            self.ask(c, "BatchWriteItem", {"RequestItems": {self.name: puts}})

    def request(self, what):
        key = {"pk": {"S": "i@@@@@@@@"}, "sk": {"N": "0"}}
        update = {"UpdateExpression": "SET a = :a, n = n + :one", "ConditionExpression": "attribute_exists(pk) AND n >= :zero",
                  "ExpressionAttributeValues": {":a": {"S": "changed"}, ":one": {"N": "1"}, ":zero": {"N": "0"}}}
        put = {"TableName": self.name, "Item": item("i@@@@@@@@", "0")}
        operation, body = {
            "put": ("PutItem", put),
            "update": ("UpdateItem", {"TableName": self.name, "Key": key, **update}),
            "get": ("GetItem", {"TableName": self.name, "Key": key}),
            "query": ("Query", {"TableName": self.name, "KeyConditionExpression": "pk = :p",
                                "ExpressionAttributeValues": {":p": {"S": "g@@@@@@@@"}}}),
            "transact": ("TransactWriteItems", {"TransactItems": [{"Put": put}] * 4}),
        }[what]
        return http_request(self.port, operation, {**body})

    def measure(self, what, connections):
        keys = self.partitions if what == "query" else self.alone
        return load(self.port, connections, self.request(what), keys=keys)


def item(pk, sk):
    return {"pk": {"S": pk}, "sk": {"N": sk}, "n": {"N": "7"}, "a": {"S": "some"}, "text": {"S": FILLER}}


class Dynalite(peers.Processes):
    def __enter__(self):
        folder = os.path.join(self.build, "dynalite")
        program = os.path.join(self.npm(folder, "dynalite@4"), "dynalite")
        self.port = peers.free_port()
        data = os.path.join(folder, f"data-{self.port}")
        self.start("node", program, "--host", "127.0.0.1", "--port", str(self.port), "--path", data, "--createTableMs", "0")
        peers.wait_until_listens(self.port, 30)
        return self

    def __exit__(self, *error):
        super().__exit__(*error)
        subprocess.run(["rm", "-rf", os.path.join(self.build, f"dynalite/data-{self.port}")], check=True)


# name: what is done, connections, requests a second to reach, the ratio to the peer to reach
ROWS_OF = [("PutItem", "put", 64, 10000, 2), ("PutItem", "put", 1, None, None),
           ("UpdateItem with a condition", "update", 64, None, None), ("UpdateItem with a condition", "update", 1, None, None),
           ("GetItem", "get", 64, 25000, 4), ("GetItem", "get", 1, None, None),
           ("Query of 100 items", "query", 64, 2000, None), ("Query of 100 items", "query", 1, None, None),
           ("TransactWriteItems of 4", "transact", 64, None, None), ("TransactWriteItems of 4", "transact", 1, None, None)]


def measure_rows(ours, theirs):
    for name, what, connections, target, ratio in ROWS_OF:
        candidates = {"ours": lambda: ours.measure(what, connections)}  # noqa: B023
        if theirs:
            candidates["theirs"] = lambda: theirs.measure(what, connections)  # noqa: B023
        try:
            result = interleaved(candidates)
            peer = f"dynalite {result['theirs']['rate']:.0f}/s, p50 {result['theirs']['p50']:.2f} ms" if theirs else ""
            times = f"{result['ours']['rate'] / result['theirs']['rate']:.1f}x" if theirs else ""
        except RuntimeError:
            result = interleaved({"ours": candidates["ours"]})
            peer, times = "dynalite refuses it", ""
        r = result["ours"]
        reach = f"{target:,}/s" + (f", {ratio}x" if ratio else "") if target else ""
        row(f"{name}, {connections} connection{'s' if connections > 1 else ''}",
            f"{r['rate']:.0f}/s, p50 {r['p50']:.2f}, p99 {r['p99']:.2f}", "ms", reach, peer, times,
            "nothing" if what in ("get", "query") else "each write, synced (dynalite: not synced)")


def bench_tables():
    with Cloud() as s:
        begun = time.monotonic()
        ours = Table(s.port, "big", ITEMS).make()
        row(f"BatchWriteItem, {ITEMS:,} items of 1 KB", f"{ITEMS / (time.monotonic() - begun):.0f}", "items/s", "",
            disk="each batch of 25, synced")
        small = Table(s.port, "small", SMALL).make()
        try:
            with Dynalite(BUILD) as peer:
                measure_rows(ours, Table(peer.port, "big", ITEMS // 10).make())
        except (OSError, RuntimeError, subprocess.CalledProcessError) as e:
            print(f"dynalite: {e}")
            measure_rows(ours, None)
        sizes = interleaved({"big": lambda: ours.measure("query", 1), "small": lambda: small.measure("query", 1)})
        row(f"Query of 100 items, table of {ITEMS:,} and of {SMALL:,}", f"{sizes['big']['p50']:.2f} and {sizes['small']['p50']:.2f}",
            "ms", "the same")
        size = os.path.getsize(os.path.join(s.data, "store.db"))
        s.stop()
        empty = Cloud()
        empty.port = s.port
        start = interleaved({"full": lambda: until_answered(s), "empty": lambda: until_answered(empty)}, 10)
        row(f"start to first answer with {size / 1e9:.1f} GB of tables", f"{start['full']['ms']:.1f}", "ms",
            f"as with none: {start['empty']['ms']:.1f} ms")
        empty.remove()


ROWS = {"tables": bench_tables}
