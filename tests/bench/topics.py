"""Topics beside MiniStack: rows topics, topic-to-function, topic-to-endpoint.

Both are spoken to in AWS's Query protocol by the same load generator. MiniStack keeps everything in memory; Samovar's messages are
in their queues, or owed, on disk before each answer, and signed once each, unless they are delivered raw.
"""

import contextlib
import http.client
import json
import os
import time
import urllib.parse

import peers
from bench import BUILD, REPEATS, Cloud, interleaved, load, row
from queues import MiniStack, neighbours

BODY = "x" * 200
EVENTS, POSTS = (int(os.environ.get(name, n)) for name, n in (("BENCH_EVENTS", "100"), ("BENCH_POSTS", "5000")))
SYNCED = "each message in its queues, synced (MiniStack: nothing)"
OWED = "each delivery that is owed, synced (MiniStack: nothing)"
HANDLER = """
exports.handler = async (event) => {
    const body = JSON.stringify({ QueueUrl: RESULTS, MessageBody: event.Records[0].Sns.Message });
    await fetch(`${ENDPOINT}/`, { method: 'POST', body, headers: { 'X-Amz-Target': 'AmazonSQS.SendMessage',
        'Content-Type': 'application/x-amz-json-1.0', Authorization: 'AWS4-HMAC-SHA256 Credential=' +
        `${process.env.AWS_ACCESS_KEY_ID}/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0` } });
};
"""
# Confirms by the link, counts notifications, tells the count.
SINK = """
const http = require('http');
let count = 0, confirmed = 0;
http.createServer((request, response) => {
    if (request.method === 'GET')
        return response.end(JSON.stringify({ count, confirmed }));
    let text = '';
    request.on('data', (part) => { text += part; });
    request.on('end', () => {
        response.end();
        const type = request.headers['x-amz-sns-message-type'];
        if (type === 'SubscriptionConfirmation')
            http.get(JSON.parse(text).SubscribeURL, (answer) => answer.resume().on('end', () => { confirmed++; }));
        else
            count++;
    });
}).listen(Number(process.argv[2]), '127.0.0.1');
"""


def http_request(port, action, **fields):
    text = urllib.parse.urlencode({"Action": action, "Version": "2010-03-31", **fields})
    return (f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            "X-Amz-Date: 20260101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sns/aws4_request, "
            f"SignedHeaders=host;x-amz-date, Signature=0\r\nContent-Length: {len(text)}\r\n\r\n{text}").encode()


class Side:
    """A server on that port, and what is made there."""

    def __init__(self, port):
        self.port = port
        self.sns, self.sqs, self.functions = (self.client(s) for s in ("sns", "sqs", "lambda"))

    def client(self, service):
        import boto3
        return boto3.client(service, endpoint_url=f"http://127.0.0.1:{self.port}", region_name="us-east-1",
                            aws_access_key_id="test", aws_secret_access_key="test")

    def topic(self, name, queues=0, raw=False):
        arn = self.sns.create_topic(Name=name)["TopicArn"]
        for i in range(queues):
            url = self.sqs.create_queue(QueueName=f"{name}-{i}")["QueueUrl"]
            queue = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            self.sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue,
                               Attributes={"RawMessageDelivery": "true"} if raw else {})
        return arn

    def publish(self, arn, n):
        """n messages, ten at a time, as fast as one connection takes them."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        head, body = batch_of(self.port, arn).split(b"\r\n\r\n", 1)
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        for _ in range(0, n, 10):
            connection.request("POST", "/", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"PublishBatch: {answer.status} {text[:80]}")
        connection.close()


def batch_of(port, arn):
    entries = {}
    for i in range(1, 11):
        entries[f"PublishBatchRequestEntries.member.{i}.Id"] = str(i)
        entries[f"PublishBatchRequestEntries.member.{i}.Message"] = BODY
    return http_request(port, "PublishBatch", TopicArn=arn, **entries)


# what is told, queues that have subscribed, raw, messages in a request, connections
ROWS_OF = [("Publish to 1 queue", 1, False, 1, 1), ("Publish to 1 queue", 1, False, 1, 64),
           ("Publish to 1 queue, raw", 1, True, 1, 64), ("PublishBatch of 10 to 1 queue, raw, messages", 1, True, 10, 64),
           ("Publish to 10 queues", 10, False, 1, 64), ("Publish to 10 queues, raw", 10, True, 1, 64)]


def figures(r, messages, queues):
    delivered = f" ({r['rate'] * messages * queues:.0f} delivered)" if queues > 1 else ""
    return f"{r['rate'] * messages:.0f}/s{delivered}, p50 {r['p50']:.2f}, p99 {r['p99']:.2f} ms"


def bench_topics():
    with Cloud() as s, neighbours(("MiniStack", MiniStack)) as ports:
        sides = {"ours": Side(s.port), **{name: Side(port) for name, port in ports.items()}}
        for at, (name, queues, raw, messages, connections) in enumerate(ROWS_OF):
            able = {}
            for who, side in sides.items():
                arn = side.topic(f"bench{at}", queues, raw)
                request = batch_of(side.port, arn) if messages > 1 else http_request(side.port, "Publish", TopicArn=arn, Message=BODY)
                try:
                    load(side.port, connections, request, seconds="0.3")
                    able[who] = lambda p=side.port, r=request: load(p, connections, r)  # noqa: B023
                except RuntimeError as e:
                    print(f"{who}: {e}")
            result = interleaved(able)
            ours, others = result.pop("ours"), [who for who, r in result.items() if r["rate"]]  # one may not get ready in time
            row(f"{name}, {connections} connection{'s' if connections > 1 else ''}", figures(ours, messages, queues), "", "",
                "; ".join(f"{w}: {figures(result[w], messages, queues)}" for w in others),
                ", ".join(f"{ours['rate'] / result[w]['rate']:.1f}x" for w in others), SYNCED)


def until_all(count, n, what, seconds=120):
    end = time.monotonic() + seconds
    while (got := count()) < n:
        if time.monotonic() > end:
            raise RuntimeError(f"{got} of {n} {what} came")
        time.sleep(0.01)


def compared(name, n, measure, ports, disk, n_of_peer=None):
    """A row of how many a second measure(port, who, n) delivers, on each side in turn."""
    result = {}
    for who, port in ports.items():
        count = n if who == "ours" else n_of_peer or n
        try:
            result[who] = interleaved({who: lambda p=port, w=who, c=count: {"rate": c / measure(p, w, c)}}, REPEATS)[who]["rate"]
        except Exception as e:  # noqa: BLE001: whatever it is, ours is told
            if who == "ours":
                raise
            result[who] = str(e).strip().splitlines()[-1][:80]
    ours = result.pop("ours")
    told = {w: f"{r:.0f}/s" if isinstance(r, float) else r for w, r in result.items()}
    row(name, f"{ours:.0f}", "/s", "", "; ".join(f"{w}: {t}" for w, t in told.items()),
        ", ".join(f"{ours / r:.1f}x" for r in result.values() if isinstance(r, float)), disk)


def bench_function():
    made = {}

    def prepare(port, who):
        side = Side(port)
        results = side.sqs.create_queue(QueueName="results")["QueueUrl"]
        endpoint = "process.env.AWS_ENDPOINT_URL" if who == "ours" else f"'http://127.0.0.1:{port}'"
        code = f"const ENDPOINT = {endpoint}, RESULTS = '{results}';\n{HANDLER}"
        function = side.functions.create_function(
            FunctionName="heard", Runtime="nodejs22.x", Handler="index.handler", Timeout=10,
            Role="arn:aws:iam::000000000000:role/bench", Code={"ZipFile": peers.samovar.archive({"index.js": code})})["FunctionArn"]
        arn = side.topic("functions")
        side.functions.add_permission(FunctionName="heard", StatementId="sns", Principal="sns.amazonaws.com",
                                      Action="lambda:InvokeFunction", SourceArn=arn)
        side.sns.subscribe(TopicArn=arn, Protocol="lambda", Endpoint=function)
        return side, arn, results, [0]

    def measure(port, who, n):
        side, arn, results, before = made.get(port) or made.setdefault(port, prepare(port, who))
        begun = time.monotonic()
        side.publish(arn, n)
        before[0] += n
        until_all(lambda: int(side.sqs.get_queue_attributes(QueueUrl=results, AttributeNames=[
            "ApproximateNumberOfMessages"])["Attributes"]["ApproximateNumberOfMessages"]), before[0], "events")
        return time.monotonic() - begun

    with Cloud() as s, neighbours(("MiniStack", MiniStack)) as ports:
        compared(f"from Publish through a function into a queue, {EVENTS:,} at once", EVENTS, measure, {"ours": s.port, **ports},
                 OWED, n_of_peer=10)  # it starts a process for each


class Sink(peers.Processes):
    def __enter__(self):
        folder, self.port = os.path.join(self.build, "sink"), peers.free_port()
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "sink.js"), "w") as f:
            f.write(SINK)
        self.start("node", os.path.join(folder, "sink.js"), str(self.port))
        peers.wait_until_listens(self.port)
        return self

    def told(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/")
        told = json.loads(connection.getresponse().read())
        connection.close()
        return told


def bench_endpoint():
    made = {}

    def measure(port, _, n):
        if port not in made:
            sink = stack.enter_context(Sink(BUILD))
            side = Side(port)
            arn = side.topic("endpoints")
            side.sns.subscribe(TopicArn=arn, Protocol="http", Endpoint=f"http://127.0.0.1:{sink.port}/")
            until_all(lambda: sink.told()["confirmed"], 1, "confirmations", 10)
            made[port] = side, arn, sink
        side, arn, sink = made[port]
        before, begun = sink.told()["count"], time.monotonic()
        side.publish(arn, n)
        until_all(lambda: sink.told()["count"] - before, n, "posts")
        return time.monotonic() - begun

    with contextlib.ExitStack() as stack:
        s = stack.enter_context(Cloud())
        ports = stack.enter_context(neighbours(("MiniStack", MiniStack)))
        compared(f"signed envelopes posted to an HTTP endpoint, {POSTS:,} at once", POSTS, measure, {"ours": s.port, **ports}, OWED)


ROWS = {"topics": bench_topics, "topic-to-function": bench_function, "topic-to-endpoint": bench_endpoint}
