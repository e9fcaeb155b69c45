"""Functions that drain queues (Lambda Developer Guide, "Using Lambda with Amazon SQS", and the API Reference)."""

import json
import time
import uuid

import pytest
import samovar
from botocore.exceptions import ClientError
from sdk_fixtures import TELL, mappings, until

ROLE = "arn:aws:iam::000000000000:role/r"

@pytest.fixture
def api(client):
    return client("lambda")


@pytest.fixture
def sqs(client):
    return client("sqs")


class Queue:
    def __init__(self, sqs, name, **attributes):
        self.sqs = sqs
        self.url = sqs.create_queue(QueueName=name, Attributes={k: str(v) for k, v in attributes.items()})["QueueUrl"]
        self.arn = self.attributes("QueueArn")["QueueArn"]

    def attributes(self, *names):
        return self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=list(names))["Attributes"]

    def counts(self):
        a = self.attributes("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        return int(a["ApproximateNumberOfMessages"]), int(a["ApproximateNumberOfMessagesNotVisible"])

    def send(self, body, **more):
        return self.sqs.send_message(QueueUrl=self.url, MessageBody=body, **more)["MessageId"]

    def take(self, wait=0):
        """What is there, deleted."""
        r = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=wait,
                                     MessageSystemAttributeNames=["All"], MessageAttributeNames=["All"])
        for m in r.get("Messages", []):
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=m["ReceiptHandle"])
        return r.get("Messages", [])

    def collect(self, done, seconds=30):
        """Bodies, decoded, until done(list) is true."""
        got, end = [], time.monotonic() + seconds
        while not done(got):
            assert time.monotonic() < end, got
            got += [json.loads(m["Body"]) for m in self.take(1)]
        return got


def make_function(api, zip_of, name, code, **more):
    arguments = dict(FunctionName=name, Runtime="python3.12", Role=ROLE, Handler="index.handler", Timeout=10,
                     Code={"ZipFile": zip_of({"index.py": code, "index.mjs": code})})
    arguments.update(more)
    return api.create_function(**arguments)["FunctionArn"]


@pytest.fixture
def queue(sqs, unique):
    return lambda **attributes: Queue(
        sqs, unique("q") + (".fifo" if attributes.get("FifoQueue") else ""), **{"VisibilityTimeout": 10, **attributes})


@pytest.fixture
def results(queue):
    return queue()


# What a function got it sends to the queue in RESULTS.
NODE = TELL + """
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
"""
DRAIN = NODE + "export const handler = async (event) => { await tell(event); };"


@pytest.fixture
def function(api, unique, zip_of, results):
    def make(code=DRAIN, **more):
        name = unique("f")
        make_function(api, zip_of, name, code, **{"Runtime": "nodejs20.x", "Environment": {
            "Variables": {"RESULTS": results.url}}, **more})
        return name

    return make


@pytest.fixture
def mapping(api):
    with mappings(api) as make:
        yield make


def error_of(call, **arguments):
    with pytest.raises(ClientError) as e:
        call(**arguments)
    return e.value.response["Error"]["Code"], e.value.response["Error"]["Message"]


def bodies(events):
    return [r["body"] for e in events for r in e["Records"]]


def test_drains(api, queue, function, mapping, results):
    q = queue()
    name = function()
    m = mapping(q, name)
    assert (m["State"], m["BatchSize"], m["EventSourceArn"]) == ("Creating", 10, q.arn)
    assert api.get_event_source_mapping(UUID=m["UUID"])["State"] == "Enabled"
    mid = q.send("hello", MessageAttributes={"s": {"DataType": "String", "StringValue": "x"},
                                             "b": {"DataType": "Binary", "BinaryValue": b"\0\1"}})
    [event] = results.collect(lambda got: got)
    [r] = event["Records"]
    assert r["messageId"] == mid and r["body"] == "hello" and r["receiptHandle"]
    assert r["md5OfBody"] == "5d41402abc4b2a76b9719d911017c592"
    assert r["eventSource"] == "aws:sqs" and r["eventSourceARN"] == q.arn and r["awsRegion"] == "us-east-1"
    assert r["attributes"]["ApproximateReceiveCount"] == "1"
    assert {"SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"} <= set(r["attributes"])
    assert r["messageAttributes"] == {
        "s": {"stringValue": "x", "stringListValues": [], "binaryListValues": [], "dataType": "String"},
        "b": {"binaryValue": "AAE=", "stringListValues": [], "binaryListValues": [], "dataType": "Binary"}}
    assert until(lambda: q.counts() == (0, 0))


def test_backlog_in_batches(queue, function, mapping, results):
    """A queue that is full at the start: everything comes, in batches of at most ten."""
    q = queue()
    for i in range(5):
        q.sqs.send_message_batch(QueueUrl=q.url, Entries=[{"Id": str(n), "MessageBody": f"{i}-{n}"} for n in range(10)])
    mapping(q, function())
    got = results.collect(lambda got: len(bodies(got)) >= 50)
    assert sorted(bodies(got)) == sorted(f"{i}-{n}" for i in range(5) for n in range(10))
    assert all(len(e["Records"]) <= 10 for e in got)
    assert until(lambda: q.counts() == (0, 0))


def test_batching_window(queue, function, mapping, results):
    q = queue()
    mapping(q, function(), BatchSize=100, MaximumBatchingWindowInSeconds=1)
    for i in range(25):
        q.send(str(i))
    got = results.collect(lambda got: len(bodies(got)) >= 25)
    assert max(len(e["Records"]) for e in got) > 10
    assert sorted(map(int, bodies(got))) == list(range(25))


def test_partial_failures(queue, function, mapping, results):
    q = queue(VisibilityTimeout=2)
    name = function(NODE + """
export const handler = async (event) => {
    await tell(event.Records.map((r) => [r.body, r.attributes.ApproximateReceiveCount]));
    return { batchItemFailures: event.Records.filter((r) => r.body.startsWith('bad') &&
        r.attributes.ApproximateReceiveCount === '1').map((r) => ({ itemIdentifier: r.messageId })) };
};""", Timeout=2)
    q.sqs.send_message_batch(QueueUrl=q.url, Entries=[
        {"Id": str(i), "MessageBody": b} for i, b in enumerate(["a", "bad1", "b", "bad2", "c"])])
    mapping(q, name, FunctionResponseTypes=["ReportBatchItemFailures"])
    seen = [tuple(r) for batch in results.collect(lambda got: sum(map(len, got)) >= 7) for r in batch]
    assert sorted(seen) == sorted([("a", "1"), ("b", "1"), ("c", "1"), ("bad1", "1"), ("bad2", "1"),
                                   ("bad1", "2"), ("bad2", "2")])
    assert until(lambda: q.counts() == (0, 0))


def test_answers_that_fail_the_whole_batch(queue, function, mapping, results):
    """An unknown or empty itemIdentifier: the batch has failed ("Success and failure conditions")."""
    q, dead = queue(VisibilityTimeout=1), queue()
    q.sqs.set_queue_attributes(QueueUrl=q.url, Attributes={"RedrivePolicy": json.dumps(
        {"deadLetterTargetArn": dead.arn, "maxReceiveCount": 1})})
    mapping(q, function("export const handler = async () => ({ batchItemFailures: [{ itemIdentifier: 'other' }] });",
                        Timeout=1), FunctionResponseTypes=["ReportBatchItemFailures"])
    q.send("x")
    assert until(lambda: [m["Body"] for m in dead.take(1)] == ["x"])


def test_poison_ends_in_the_dead_letter_queue(queue, function, mapping, results):
    """After exactly maxReceiveCount tries; the others are handled."""
    q, dead = queue(VisibilityTimeout=6), queue()
    q.sqs.set_queue_attributes(QueueUrl=q.url, Attributes={"RedrivePolicy": json.dumps(
        {"deadLetterTargetArn": dead.arn, "maxReceiveCount": 3})})
    mapping(q, function(NODE + """
export const handler = async (event) => {
    for (const r of event.Records) {
        await tell([r.body, Number(r.attributes.ApproximateReceiveCount)]);
        if (r.body === 'poison') throw new Error('no');
        if (r.body === 'exit') process.exit(1);
        if (r.body === 'hang') await sleep(60000);
    }
};""", Timeout=3), BatchSize=1)
    for body in ("good", "poison", "exit", "hang", "fine"):
        q.send(body)
    buried = {}
    assert until(lambda: buried.update({m["Body"]: m for m in dead.take(1)}) or len(buried) == 3, 60)
    assert set(buried) == {"poison", "exit", "hang"}
    tries = [tuple(json.loads(m["Body"])) for _ in range(4) for m in results.take(1)]
    for body in ("poison", "exit", "hang"):
        assert sorted(n for b, n in tries if b == body) == [1, 2, 3], tries
    assert sorted(b for b, n in tries if b in ("good", "fine")) == ["fine", "good"]
    assert until(lambda: q.counts() == (0, 0))


def test_fifo_order(queue, function, mapping, results):
    q = queue(FifoQueue="true", ContentBasedDeduplication="true")
    for i in range(30):
        q.send(str(i), MessageGroupId=f"g{i % 3}")
    mapping(q, function(NODE + """
export const handler = async (event) => {
    for (const r of event.Records) await tell([r.attributes.MessageGroupId, Number(r.body)]);
};"""), BatchSize=4)
    seen = [m for m in results.collect(lambda got: len(got) >= 30)]
    # The order of telling is that of handling: the results queue's own order is by time of sending.
    for g in range(3):
        assert [n for group, n in seen if group == f"g{g}"] == list(range(g, 30, 3))


def test_filters(api, queue, function, mapping, results):
    q = queue()
    mapping(q, function(), FilterCriteria={"Filters": [
        {"Pattern": json.dumps({"body": {"kind": ["order"], "n": [{"numeric": [">", 5]}]}})},
        {"Pattern": json.dumps({"messageAttributes": {"vip": {"stringValue": ["yes"]}}})},
        {"Pattern": json.dumps({"body": ["plain"]})}]})
    q.send(json.dumps({"kind": "order", "n": 3}))
    q.send(json.dumps({"kind": "order", "n": 7}))
    q.send("other")
    q.send("plain")
    q.send("any", MessageAttributes={"vip": {"DataType": "String", "StringValue": "yes"}})
    got = results.collect(lambda got: len(bodies(got)) >= 3)
    assert sorted(bodies(got)) == ["any", "plain", json.dumps({"kind": "order", "n": 7})]
    # What no filter wants is deleted.
    assert until(lambda: q.counts() == (0, 0))


def test_maximum_concurrency(queue, function, mapping, results):
    q = queue()
    for i in range(12):
        q.send(str(i))
    mapping(q, function(NODE + """
export const handler = async (event) => {
    const begun = Date.now();
    await sleep(300);
    await tell([begun, Date.now()]);
};"""), BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    spans = results.collect(lambda got: len(got) >= 12)
    at_once = max(sum(1 for b, e in spans if b <= t < e) for t, _ in spans)
    assert at_once <= 2


def test_scales_up(queue, function, mapping, results):
    q = queue(VisibilityTimeout=30)
    for i in range(20):
        q.send(str(i))
    mapping(q, function(NODE + """
export const handler = async (event) => {
    const begun = Date.now();
    await sleep(1000);
    await tell([begun, Date.now()]);
};"""), BatchSize=1)
    spans = results.collect(lambda got: len(got) >= 20, 60)
    assert max(sum(1 for b, e in spans if b <= t < e) for t, _ in spans) >= 3


def test_disabled_and_enabled(api, queue, function, mapping, results):
    q = queue()
    m = mapping(q, function(), Enabled=False)
    assert api.get_event_source_mapping(UUID=m["UUID"])["State"] == "Disabled"
    q.send("one")
    time.sleep(1)
    assert q.counts() == (1, 0)
    assert api.update_event_source_mapping(UUID=m["UUID"], Enabled=True)["State"] == "Enabling"
    assert bodies(results.collect(lambda got: got)) == ["one"]
    assert api.update_event_source_mapping(UUID=m["UUID"], Enabled=False)["State"] == "Disabling"
    time.sleep(0.3)
    q.send("two")
    time.sleep(1)
    assert q.counts() == (1, 0)
    assert api.update_event_source_mapping(UUID=m["UUID"], Enabled=True, BatchSize=1)["BatchSize"] == 1
    assert bodies(results.collect(lambda got: got)) == ["two"]
    assert api.delete_event_source_mapping(UUID=m["UUID"])["State"] == "Deleting"
    assert error_of(api.get_event_source_mapping, UUID=m["UUID"])[0] == "ResourceNotFoundException"
    q.send("three")
    time.sleep(1)
    assert q.counts() == (1, 0)


def test_throttled(api, queue, function, mapping, results):
    """A function without concurrency loses nothing, and no receive is counted in vain."""
    q = queue()
    name = function()
    api.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    mapping(q, name)
    q.send("x")
    time.sleep(1.5)
    assert q.attributes("ApproximateNumberOfMessages")["ApproximateNumberOfMessages"] == "1"
    api.delete_function_concurrency(FunctionName=name)
    [event] = results.collect(lambda got: got)
    assert event["Records"][0]["attributes"]["ApproximateReceiveCount"] == "1"


def test_held_while_throttled(api, queue, function, mapping, results):
    """One at a time by reserved concurrency: what waits for room is not received again."""
    q = queue(VisibilityTimeout=2)
    name = function(NODE + """
export const handler = async (event) => {
    await sleep(500);
    await tell(event.Records.map((r) => [r.body, Number(r.attributes.ApproximateReceiveCount)]));
};""", Timeout=2)
    api.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    for i in range(10):
        q.send(str(i))
    mapping(q, name, BatchSize=1)
    got = [tuple(r) for batch in results.collect(lambda got: len(got) >= 10, 60) for r in batch]
    assert sorted(got) == [(str(i), 1) for i in range(10)]


def test_function_deleted(api, queue, function, mapping):
    q = queue()
    name = function()
    m = mapping(q, name)
    api.delete_function(FunctionName=name)
    assert api.get_event_source_mapping(UUID=m["UUID"])["State"] == "Disabled"
    time.sleep(0.3)
    q.send("x")
    time.sleep(0.5)
    assert q.counts() == (1, 0)


def test_refused(api, queue, function, mapping):
    q, fifo = queue(), queue(FifoQueue="true")
    name = function()
    create = api.create_event_source_mapping
    on = dict(EventSourceArn=q.arn, FunctionName=name)
    invalid = "InvalidParameterValueException"
    assert error_of(create, EventSourceArn=q.arn + "x", FunctionName=name)[0] == invalid
    assert "NonExistentQueue" in error_of(create, EventSourceArn=q.arn + "x", FunctionName=name)[1]
    assert error_of(create, EventSourceArn=q.arn, FunctionName="none")[0] == "ResourceNotFoundException"
    assert "kinesis" in error_of(create, EventSourceArn="arn:aws:kinesis:us-east-1:000000000000:stream/s",
                                 FunctionName=name)[1]
    assert "batch window" in error_of(create, **on, BatchSize=11)[1]
    assert error_of(create, EventSourceArn=fifo.arn, FunctionName=name, BatchSize=11,
                    MaximumBatchingWindowInSeconds=1)[0] == invalid
    assert error_of(create, EventSourceArn=fifo.arn, FunctionName=name, MaximumBatchingWindowInSeconds=1)[0] == invalid
    assert error_of(create, **on, StartingPosition="LATEST")[0] == invalid
    assert error_of(create, **on, MaximumRetryAttempts=1)[0] == invalid
    assert error_of(create, **on, FilterCriteria={"Filters": [{"Pattern": '{"body": "x"}'}]})[0] == invalid
    slow = function(Timeout=60)
    assert error_of(create, EventSourceArn=q.arn, FunctionName=slow) == (
        invalid, "Queue visibility timeout: 10 seconds is less than Function timeout: 60 seconds")
    m = mapping(q, name, Enabled=False)
    code, message = error_of(create, **on)
    assert code == "ResourceConflictException" and m["UUID"] in message
    assert error_of(api.update_event_source_mapping, UUID=m["UUID"], BatchSize=20)[0] == invalid
    assert error_of(api.get_event_source_mapping, UUID=str(uuid.uuid4()))[0] == "ResourceNotFoundException"


@pytest.mark.parametrize("config, good", [
    ({"MinimumPollers": 2, "MaximumPollers": 2}, True), ({"MinimumPollers": 200, "MaximumPollers": 2000}, True),
    ({"MinimumPollers": 1}, False), ({"MaximumPollers": 1}, False), ({"MaximumPollers": 2001}, False),
    ({"MinimumPollers": 201}, False), ({"MinimumPollers": 5, "MaximumPollers": 4}, False)])
def test_provisioned_pollers(api, queue, function, mapping, results, config, good):
    q, name = queue(), function()
    if good:
        assert mapping(q, name, ProvisionedPollerConfig=config)["ProvisionedPollerConfig"] == config
        q.send("x")
        assert bodies(results.collect(lambda got: got)) == ["x"]
    else:
        code, message = error_of(api.create_event_source_mapping, EventSourceArn=q.arn, FunctionName=name,
                                 ProvisionedPollerConfig=config)
        assert code in ("InvalidParameterValueException", "ValidationException")
        assert "ollers" in message


def test_list(api, queue, function, mapping):
    a, b, name = queue(), queue(), function()
    ids = {mapping(a, name, Enabled=False)["UUID"], mapping(b, name, Enabled=False)["UUID"]}
    found = api.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    assert {m["UUID"] for m in found} == ids
    [one] = api.list_event_source_mappings(EventSourceArn=b.arn)["EventSourceMappings"]
    assert one["EventSourceArn"] == b.arn and one["FunctionArn"].endswith(f":function:{name}")
    assert len(api.list_event_source_mappings(FunctionName=name, MaxItems=1)["EventSourceMappings"]) <= 1


def test_tags(api, queue, function, mapping):
    m = mapping(queue(), function(), Enabled=False, Tags={"a": "b"})
    arn = m["EventSourceMappingArn"]
    assert arn.endswith(":event-source-mapping:" + m["UUID"])
    api.tag_resource(Resource=arn, Tags={"c": "d"})
    assert api.list_tags(Resource=arn)["Tags"] == {"a": "b", "c": "d"}
    api.untag_resource(Resource=arn, TagKeys=["a"])
    assert api.list_tags(Resource=arn)["Tags"] == {"c": "d"}
    assert api.get_event_source_mapping(UUID=m["UUID"])["State"] == "Disabled"


def test_strict_mode_asks_the_role(client_of, unique, zip_of):
    """The function's role must be allowed to receive from the queue ("Execution role permissions")."""
    with samovar.Server("--auth", "strict") as s:
        key = s.root_key()
        iam, api = client_of(s, "iam", **key), client_of(s, "lambda", **key)
        q = Queue(client_of(s, "sqs", **key), "q", VisibilityTimeout=10)
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
        make_function(api, zip_of, "f", "export const handler = async () => 1;", Runtime="nodejs20.x")

        def allow(*actions):
            iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps({
                "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": q.arn}]}))

        needed = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"]
        for i, action in enumerate(needed):
            allow("sqs:SendMessage", *("sqs:" + a for a in needed[:i]))
            assert error_of(api.create_event_source_mapping, EventSourceArn=q.arn, FunctionName="f") == (
                "InvalidParameterValueException",
                f"The provided execution role does not have permissions to call {action} on SQS")
        allow(*("sqs:" + a for a in needed))
        u = api.create_event_source_mapping(EventSourceArn=q.arn, FunctionName="f")["UUID"]
        allow("sqs:SendMessage")
        assert "ReceiveMessage" in error_of(api.update_event_source_mapping, UUID=u, BatchSize=2)[1]
        # The last long poll may end with what it found: it was let to begin.
        q.send("first")
        time.sleep(1)
        q.send("x")
        time.sleep(1)
        assert q.counts()[0] >= 1
        allow("sqs:*")
        assert until(lambda: q.counts() == (0, 0))


def test_nothing_is_lost_by_kills(client_of, unique, zip_of):
    """Killed with -9 while a function drains: each message that was acknowledged is handled at least once."""
    s = samovar.Server().start()
    try:
        sqs, api = client_of(s, "sqs"), client_of(s, "lambda")
        q, results = Queue(sqs, unique("q"), VisibilityTimeout=2), Queue(sqs, unique("r"))
        make_function(api, zip_of, "drain", DRAIN, Runtime="nodejs20.x", Timeout=2,
                      Environment={"Variables": {"RESULTS": results.url}})
        api.create_event_source_mapping(EventSourceArn=q.arn, FunctionName="drain", BatchSize=3)
        sent, got = set(), set()
        for round_ in range(3):
            for i in range(20):
                q.send(f"{round_}-{i}")
                sent.add(f"{round_}-{i}")
            time.sleep(0.2 + round_ / 3)
            s.kill()
            s.start()
        end = time.monotonic() + 40
        while got != sent and time.monotonic() < end:
            got |= {b for m in results.take(1) for b in bodies([json.loads(m["Body"])])}
        assert got == sent
        assert s.stop() == 0
    finally:
        if s.process.poll() is None:
            s.kill()
        s.remove()
