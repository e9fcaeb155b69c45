"""Queues beside ElasticMQ and MiniStack: rows queues, queue-to-function, backlog.

All three are spoken to in JSON by the same load generator. ElasticMQ keeps its messages in its own H2 database, which writes a
moment after the answer; MiniStack keeps them in memory; Samovar's are on disk before each answer.
"""

import contextlib
import json
import os
import statistics
import subprocess
import time

import peers
from bench import BUILD, Cloud, interleaved, load, row

BODY = "x" * 200
BACKLOG = int(os.environ.get("BENCH_BACKLOG", "1000000"))
ELASTICMQ = "1.6.14"
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>bench</groupId><artifactId>bench</artifactId><version>1</version><dependencies><dependency>
<groupId>org.elasticmq</groupId><artifactId>elasticmq-server_2.13</artifactId><version>{ELASTICMQ}</version>
</dependency></dependencies></project>"""
ELASTICMQ_CONFIG = """include classpath("application.conf")
node-address {{ protocol = http, host = "127.0.0.1", port = {port}, context-path = "" }}
rest-sqs {{ enabled = true, bind-port = {port}, bind-hostname = "127.0.0.1", sqs-limits = strict }}
rest-stats {{ enabled = false }}
messages-storage {{ enabled = true, uri = "jdbc:h2:{folder}/db-{port}" }}
aws {{ region = us-east-1, accountId = 000000000000 }}
"""
HANDLER = """
const at = () => performance.timeOrigin + performance.now();
exports.handler = async (event) => {
    const began = at();
    for (const r of event.Records)
        await fetch(`${ENDPOINT}/`, { method: 'POST', body: JSON.stringify({ QueueUrl: RESULTS, MessageBody:
            String(began - Number(r.body)) }), headers: { 'X-Amz-Target': 'AmazonSQS.SendMessage',
            'Content-Type': 'application/x-amz-json-1.0', Authorization: 'AWS4-HMAC-SHA256 Credential=' +
            `${process.env.AWS_ACCESS_KEY_ID}/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0` } });
};
"""


def http_request(port, operation, body, length=True):
    text = json.dumps(body)
    head = (f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-amz-json-1.0\r\n"
            f"X-Amz-Target: AmazonSQS.{operation}\r\nX-Amz-Date: 20260101T000000Z\r\n"
            "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, "
            "SignedHeaders=host;x-amz-date, Signature=0")
    return (head + (f"\r\nContent-Length: {len(text)}" if length else "") + f"\r\n\r\n{text}").encode()


class Queue:
    """A queue of a server on that port, under load."""

    def __init__(self, port, name):
        import boto3
        self.port = port
        self.client = boto3.client("sqs", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1",
                                   aws_access_key_id="test", aws_secret_access_key="test")
        self.url = self.client.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
        entries = [{"Id": str(i), "MessageBody": BODY} for i in range(10)]
        self.send = http_request(port, "SendMessage", {"QueueUrl": self.url, "MessageBody": BODY})
        self.send_ten = http_request(port, "SendMessageBatch", {"QueueUrl": self.url, "Entries": entries})
        self.receive = http_request(port, "ReceiveMessage", {"QueueUrl": self.url})
        self.delete = http_request(port, "DeleteMessage", {"QueueUrl": self.url, "ReceiptHandle": "@HANDLE@"}, False)

    def measure(self, what, connections, seconds=None):
        first, *then = {"send": [self.send], "batch": [self.send_ten], "drain": [self.receive, self.delete],
                        "round": [self.send, self.receive, self.delete]}[what]
        figures_of = load(self.port, connections, first, then=then, **({"seconds": seconds} if seconds else {}))
        if not figures_of["rate"]:
            raise RuntimeError(f"{what}: no message came")
        return figures_of


class ElasticMq(peers.Processes):
    def __enter__(self):
        folder, self.port = os.path.join(self.build, "elasticmq"), peers.free_port()
        os.makedirs(folder, exist_ok=True)
        if not os.path.exists(os.path.join(folder, "jars")):
            with open(os.path.join(folder, "pom.xml"), "w") as f:
                f.write(POM)
            subprocess.run(["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=jars"], cwd=folder, check=True,
                           capture_output=True)
        config = os.path.join(folder, "bench.conf")
        with open(config, "w") as f:
            f.write(ELASTICMQ_CONFIG.format(port=self.port, folder=folder))
        self.start("java", f"-Dconfig.file={config}", "-cp", os.path.join(folder, "jars/*"), "org.elasticmq.server.Main")
        peers.wait_until_listens(self.port, 60)
        return self

    def __exit__(self, *error):
        super().__exit__(*error)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(self.build, f"elasticmq/db-{self.port}.mv.db"))


class MiniStack(peers.Processes):
    def __enter__(self):
        self.port = self.start_ministack()
        return self


@contextlib.contextmanager
def neighbours(*kinds):
    """{name: port} of the peers that can be started."""
    with contextlib.ExitStack() as stack:
        ports = {}
        for name, kind in kinds:
            try:
                ports[name] = stack.enter_context(kind(BUILD)).port
            except (OSError, RuntimeError, subprocess.CalledProcessError) as e:
                print(f"{name}: {e}")
        yield ports


# name: what is done, connections, messages in a request, messages a second to reach
ROWS_OF = [("SendMessage", "send", 1, 1, None), ("SendMessage", "send", 64, 1, 10000),
           ("SendMessageBatch of 10", "batch", 64, 10, 50000), ("SendMessageBatch of 10", "batch", 1, 10, None),
           ("receive and delete", "drain", 1, 1, None), ("receive and delete", "drain", 64, 1, None)]


def figures(r, messages):
    return f"{r['rate'] * messages:.0f}/s, p50 {r['p50']:.2f}, p99 {r['p99']:.2f} ms"


def bench_queues():
    with Cloud() as s, neighbours(("ElasticMQ", ElasticMq), ("MiniStack", MiniStack)) as ports:
        queues = {"ours": Queue(s.port, "bench"), **{name: Queue(port, "bench") for name, port in ports.items()}}
        for name, what, connections, messages, target in ROWS_OF:
            result = {}
            for who, queue in list(queues.items()):
                try:
                    result[who] = queue.measure(what, connections, "0.5")
                except RuntimeError as e:
                    print(f"{who}: {e}")
            able = {who: q for who, q in queues.items() if who in result}
            result = interleaved({who: lambda q=q: q.measure(what, connections) for who, q in able.items()})  # noqa: B023
            ours, others = result.pop("ours"), [who for who in result]
            row(f"{name}, {connections} connection{'s' if connections > 1 else ''}", figures(ours, messages), "",
                f"{target:,}/s" if target else "", "; ".join(f"{w}: {figures(result[w], messages)}" for w in others),
                ", ".join(f"{ours['rate'] / result[w]['rate']:.1f}x" for w in others),
                "each message, synced (ElasticMQ: H2, not synced; MiniStack: nothing)")


def function_starts(port, program, times=60):
    """Milliseconds from before SendMessage to the first line of the function, one message at a time."""
    import boto3
    options = dict(endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", aws_access_key_id="test",
                   aws_secret_access_key="test")
    sqs, functions = boto3.client("sqs", **options), boto3.client("lambda", **options)
    queue, results = (sqs.create_queue(QueueName=n)["QueueUrl"] for n in ("events", "results"))
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    code = f"const ENDPOINT = {program}, RESULTS = '{results}';\n{HANDLER}"
    functions.create_function(FunctionName="start", Runtime="nodejs22.x", Handler="index.handler", Timeout=10,
                              Role="arn:aws:iam::000000000000:role/bench",
                              Code={"ZipFile": peers.samovar.archive({"index.js": code})})
    functions.create_event_source_mapping(FunctionName="start", EventSourceArn=arn, BatchSize=1)
    taken = []
    for _ in range(times):
        sqs.send_message(QueueUrl=queue, MessageBody=str(time.time() * 1000))
        end = time.monotonic() + 30
        while time.monotonic() < end:
            got = sqs.receive_message(QueueUrl=results, WaitTimeSeconds=5).get("Messages", [])
            if got:
                sqs.delete_message(QueueUrl=results, ReceiptHandle=got[0]["ReceiptHandle"])
                taken.append(float(got[0]["Body"]))
                break
        else:
            raise RuntimeError("the function did not start")
        time.sleep(0.05)
    warm = sorted(taken[times // 6:])
    return statistics.median(warm), warm[int(0.99 * (len(warm) - 1))]


def bench_queue_to_function():
    with Cloud() as s, neighbours(("MiniStack", MiniStack)) as ports:
        p50, p99 = function_starts(s.port, "process.env.AWS_ENDPOINT_URL")
        peer, ratio = "", ""
        for name, port in ports.items():
            try:
                theirs = function_starts(port, f"'http://127.0.0.1:{port}'", 12)
                peer, ratio = f"{name}: p50 {theirs[0]:.1f} ms, p99 {theirs[1]:.1f} ms", f"{theirs[0] / p50:.0f}x"
            except Exception as e:  # noqa: BLE001: whatever it is, ours is told
                peer = f"{name}: {str(e).strip().splitlines()[-1][:80]}"
        row("from SendMessage to the function's start, idle", f"p50 {p50:.1f}, p99 {p99:.1f}", "ms", "p50 < 5 ms", peer, ratio,
            "the message, synced")


def bench_backlog():
    with Cloud() as s:
        full, empty = Queue(s.port, "full"), Queue(s.port, "empty")
        begun, sent = time.monotonic(), 0
        while sent < BACKLOG:
            count = full.client.get_queue_attributes(QueueUrl=full.url, AttributeNames=["ApproximateNumberOfMessages"])
            sent = int(count["Attributes"]["ApproximateNumberOfMessages"])
            if sent < BACKLOG:
                full.measure("batch", 64, "1")
        row(f"{sent:,} messages waiting", f"{s.resident_kib() / 1024:.0f}", "MB resident", "< 100 MB",
            disk=f"all, sent in {time.monotonic() - begun:.0f} s")
        times = interleaved({"full": lambda: full.measure("round", 1), "empty": lambda: empty.measure("round", 1)})
        row(f"ReceiveMessage with {sent:,} waiting and with none", f"p50 {times['full']['p50']:.3f} and {times['empty']['p50']:.3f}",
            "ms", "1.5x", ratio=f"{times['full']['p50'] / times['empty']['p50']:.2f}x", disk="the message in flight, synced")
        row(f"{sent:,} messages waiting, after receiving", f"{s.resident_kib() / 1024:.0f}", "MB resident", "< 100 MB")


ROWS = {"queues": bench_queues, "queue-to-function": bench_queue_to_function, "backlog": bench_backlog}
