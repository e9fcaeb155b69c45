"""Tables beside dynalite and MiniStack: row tables. Items of 1 KB; Samovar's table has a million of them, the peers' a tenth as many.

Half of the items stand alone in their partition, for single reads and writes; the others in partitions of 100, for queries.

DynamoDBLocal comes under terms of its own, so nothing here fetches it; who has accepted them names its folder (DynamoDBLocal.jar and
DynamoDBLocal_lib) in BENCH_DYNAMODB_LOCAL, and it runs beside the others.

Row large-tables: a store of BENCH_TABLE_GB (10) of items, started beside an empty one.
"""

import contextlib
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
LARGE = 64000  # bytes of text of an item
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


class MiniStack(peers.Processes):
    def __enter__(self):
        self.port = self.start_ministack()
        return self


class DynamoDBLocal(peers.Processes):
    def __enter__(self):
        self.port = peers.free_port()
        self.start("java", "-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar", "-inMemory", "-port", str(self.port),
                   cwd=os.environ["BENCH_DYNAMODB_LOCAL"])
        peers.wait_until_listens(self.port, 60)
        return self


def chosen_peers():
    """(name, class, items in its table) of those that run beside us."""
    beside = [("dynalite", Dynalite, ITEMS // 10), ("MiniStack", MiniStack, ITEMS // 100)]
    if "BENCH_DYNAMODB_LOCAL" in os.environ:
        beside.append(("DynamoDBLocal", DynamoDBLocal, ITEMS // 10))
    else:
        print("DynamoDBLocal: BENCH_DYNAMODB_LOCAL does not name its folder")
    return beside


# name: what is done, connections, requests a second to reach, the ratio to the peer to reach
ROWS_OF = [("PutItem", "put", 64, 10000, 2), ("PutItem", "put", 1, None, None),
           ("UpdateItem with a condition", "update", 64, None, None), ("UpdateItem with a condition", "update", 1, None, None),
           ("GetItem", "get", 64, 25000, 4), ("GetItem", "get", 1, None, None),
           ("Query of 100 items", "query", 64, 2000, None), ("Query of 100 items", "query", 1, None, None),
           ("TransactWriteItems of 4", "transact", 64, None, None), ("TransactWriteItems of 4", "transact", 1, None, None)]


def refuses(table, what):
    try:
        table.measure(what, 1)
    except RuntimeError:
        return True
    return False


def measure_rows(ours, beside):
    """beside: the peers' tables by their names; the first is the one that figures are to be reached against."""
    for name, what, connections, target, ratio in ROWS_OF:
        refused = [n for n, t in beside.items() if refuses(t, what)]
        tables = {"ours": ours, **{n: t for n, t in beside.items() if n not in refused}}
        result = interleaved({n: lambda t=t: t.measure(what, connections) for n, t in tables.items()})  # noqa: B023
        r = result.pop("ours")
        peer = [f"{n} {x['rate']:.0f}/s, p50 {x['p50']:.2f} ms" for n, x in result.items()] + [f"{n} refuses it" for n in refused]
        times = [f"{r['rate'] / x['rate']:.1f}x" if x['rate'] else "no answer in time" for x in result.values()]
        reach = f"{target:,}/s" + (f", {ratio}x dynalite" if ratio else "") if target else ""
        row(f"{name}, {connections} connection{'s' if connections > 1 else ''}",
            f"{r['rate']:.0f}/s, p50 {r['p50']:.2f}, p99 {r['p99']:.2f}", "ms", reach, "; ".join(peer), "; ".join(times),
            "nothing" if what in ("get", "query") else "each write, synced (the peers: not synced)")


def bench_tables():
    with Cloud() as s:
        begun = time.monotonic()
        ours = Table(s.port, "big", ITEMS).make()
        row(f"BatchWriteItem, {ITEMS:,} items of 1 KB", f"{ITEMS / (time.monotonic() - begun):.0f}", "items/s", "",
            disk="each batch of 25, synced")
        small = Table(s.port, "small", SMALL).make()
        with contextlib.ExitStack() as stack:
            beside = {}
            for name, peer, items in chosen_peers():
                try:
                    beside[name] = Table(stack.enter_context(peer(BUILD)).port, "big", items).make()
                except (OSError, RuntimeError, subprocess.CalledProcessError, http.client.HTTPException) as e:
                    print(f"{name}: {e}")
            measure_rows(ours, beside)
        sizes = interleaved({"big": lambda: ours.measure("query", 1), "small": lambda: small.measure("query", 1)})
        row(f"Query of 100 items, table of {ITEMS:,} and of {SMALL:,}", f"{sizes['big']['p50']:.2f} and {sizes['small']['p50']:.2f}",
            "ms", "the same")
        measure_start(s, "tables")


def measure_start(s, what):
    size = os.path.getsize(os.path.join(s.data, "store.db"))
    s.stop()
    empty = Cloud()
    empty.port = s.port
    start = interleaved({"full": lambda: until_answered(s), "empty": lambda: until_answered(empty)}, 10)
    row(f"start to first answer with {size / 1e9:.1f} GB of {what}", f"{start['full']['ms']:.1f}", "ms",
        f"as with none: {start['empty']['ms']:.1f} ms")
    empty.remove()


def bench_large():
    """Items of 64 KB among those of 1 KB, so that it doesn't take half an hour."""
    gigabytes = float(os.environ.get("BENCH_TABLE_GB", "10"))
    with Cloud() as s:
        ours = Table(s.port, "big", ITEMS).make()
        left = int((gigabytes * 1e9 - os.path.getsize(os.path.join(s.data, "store.db"))) / LARGE)
        threads = [threading.Thread(target=fill_large, args=(ours, w, left)) for w in range(WRITERS)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        r = interleaved({"ours": lambda: ours.measure("query", 1)})["ours"]
        row(f"Query of 100 items in {gigabytes:.0f} GB", f"p50 {r['p50']:.2f}, p99 {r['p99']:.2f}", "ms", "")
        row(f"resident after it, with {gigabytes:.0f} GB", f"{s.resident_kib() / 1024:.1f}", "MB", "")
        measure_start(s, "tables")


def fill_large(table, writer, items):
    c = http.client.HTTPConnection("127.0.0.1", table.port, timeout=120)
    for begin in range(writer * BATCH, items, WRITERS * BATCH):
        puts = [{"PutRequest": {"Item": {**item(f"l{i:08}", "0"), "text": {"S": "x" * LARGE}}}} for i in range(begin, begin + BATCH)]
        table.ask(c, "BatchWriteItem", {"RequestItems": {table.name: puts}})


ROWS = {"tables": bench_tables, "large-tables": bench_large}
