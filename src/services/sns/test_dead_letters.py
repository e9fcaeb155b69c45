"""What the dead-letter queue of a subscription gets, and topics as the destinations of functions' events, through boto3."""

import json
import uuid

import pytest
import samovar
from webhooks import Endpoint, eventually, subscribe

ATTRIBUTES = {"s": {"DataType": "String", "StringValue": "x"}, "n": {"DataType": "Number", "StringValue": "1.5"},
              "b": {"DataType": "Binary", "BinaryValue": b"\0\1"}}
IN_ENVELOPE = {"s": {"Type": "String", "Value": "x"}, "n": {"Type": "Number", "Value": "1.5"},
               "b": {"Type": "Binary", "Value": "AAE="}}
FUNCTION = """
def handler(event, context):
    if "fail" in event:
        raise Exception("as asked")
    return {"got": event}
"""


@pytest.fixture(scope="module")
def fast():
    with samovar.Server("--retry-speed", "1000") as s:
        yield s


@pytest.fixture
def sns(fast, client_of):
    return client_of(fast, "sns")


@pytest.fixture
def sqs(fast, client_of):
    return client_of(fast, "sqs")


@pytest.fixture
def queue(sqs, unique):
    """queue(): the URL and the ARN of a new queue."""

    def make(fifo=False):
        name = unique("q") + (".fifo" if fifo else "")
        return (sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"} if fifo else {})["QueueUrl"],
                f"arn:aws:sqs:us-east-1:000000000000:{name}")

    return make


@pytest.fixture
def topic(sns, unique):
    def make(fifo=False):
        return sns.create_topic(Name=unique("t") + (".fifo" if fifo else ""),
                                Attributes={"FifoTopic": "true"} if fifo else {})["TopicArn"]

    return make


def take(sqs, url, n=1):
    got = []

    def more():
        for m in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1, MaxNumberOfMessages=10, AttributeNames=["All"],
                                     MessageAttributeNames=["All"]).get("Messages", []):
            got.append(m)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
        return len(got) >= n
    eventually(more)
    return got


def redrive(arn):
    return json.dumps({"deadLetterTargetArn": arn})


# ---- subscriptions' dead-letter queues ----

def gone(protocol):
    return {"sqs": "arn:aws:sqs:us-east-1:000000000000:", "lambda": "arn:aws:lambda:us-east-1:000000000000:function:"}[
        protocol] + uuid.uuid4().hex


@pytest.mark.parametrize("protocol", ["sqs", "lambda", "http"])
def test_the_dead_get_the_envelope(sns, sqs, topic, queue, protocol):
    """The same as a queue would have got, also when it was owed to a function, in another form; no attributes are added."""
    dead_url, dead_arn = queue()
    arn = topic()
    if protocol == "http":
        endpoint = Endpoint()
        subscription = subscribe(sns, arn, endpoint, RedrivePolicy=redrive(dead_arn))
        endpoint.statuses = [403]
    else:
        subscription = sns.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=gone(protocol),
                                     Attributes={"RedrivePolicy": redrive(dead_arn)})["SubscriptionArn"]
    published = sns.publish(TopicArn=arn, Message="lost?", Subject="s", MessageAttributes=ATTRIBUTES)
    (m,) = take(sqs, dead_url)
    assert "MessageAttributes" not in m
    body = json.loads(m["Body"])
    assert {k: body[k] for k in ("Type", "MessageId", "TopicArn", "Subject", "Message", "MessageAttributes")} == {
        "Type": "Notification", "MessageId": published["MessageId"], "TopicArn": arn, "Subject": "s", "Message": "lost?",
        "MessageAttributes": IN_ENVELOPE}
    assert body["Signature"] and body["SignatureVersion"] == "1" and body["SigningCertURL"].endswith(".pem")
    assert body["UnsubscribeURL"].endswith(subscription)
    if protocol == "http":
        assert m["Body"] == endpoint.posts[-1][2]
        endpoint.close()


def test_the_dead_get_raw_what_was_raw(sns, sqs, topic, queue):
    dead_url, dead_arn = queue()
    arn = topic()
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=gone("sqs"), Attributes={
        "RedrivePolicy": redrive(dead_arn), "RawMessageDelivery": "true"})
    sns.publish(TopicArn=arn, Message="bare", MessageAttributes=ATTRIBUTES)
    (m,) = take(sqs, dead_url)
    assert m["Body"] == "bare"
    got = m["MessageAttributes"]
    assert got["s"] == ATTRIBUTES["s"] and got["n"] == ATTRIBUTES["n"] and got["b"]["BinaryValue"] == b"\0\1"


def test_the_dead_of_a_fifo_topic_keep_their_order_and_groups(sns, sqs, topic, queue):
    dead_url, dead_arn = queue(fifo=True)
    url, queue_arn = queue(fifo=True)
    arn = topic(fifo=True)
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=gone("sqs") + ".fifo", Attributes={
        "RedrivePolicy": redrive(dead_arn), "RawMessageDelivery": "true"})
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn, Attributes={"RawMessageDelivery": "true"})
    for i in range(12):
        # Each twice: what is published again within five minutes is one and the same, dead or alive.
        ids = {sns.publish(TopicArn=arn, Message=str(i), MessageGroupId=f"g{i % 3}",
                           MessageDeduplicationId=f"d{i}")["MessageId"] for _ in range(2)}
        assert len(ids) == 1
    for at in dead_url, url:
        got = take(sqs, at, 12)
        assert len(got) == 12
        for g in range(3):
            assert [m["Body"] for m in got if m["Attributes"]["MessageGroupId"] == f"g{g}"] == [
                str(i) for i in range(g, 12, 3)]
        assert {m["Attributes"]["MessageDeduplicationId"] for m in got} == {f"d{i}" for i in range(12)}


def test_a_redrive_policy_without_its_queue_drops(fast, sns, sqs, topic, queue):
    """A dead-letter queue that is gone itself: the message is dropped, and the log says so."""
    arn, endpoint = topic(), gone("sqs")
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=endpoint, Attributes={"RedrivePolicy": redrive(gone("sqs"))})
    sns.publish(TopicArn=arn, Message="lost")
    eventually(lambda: f"for {endpoint} is dropped: QueueDoesNotExist" in fast.log())


# ---- functions' events that end at topics ----

@pytest.fixture
def function(fast, client_of, unique, zip_of):
    def make(**more):
        api, name = client_of(fast, "lambda"), unique("f")
        api.create_function(FunctionName=name, Runtime="python3.12", Role="arn:aws:iam::000000000000:role/any",
                            Handler="f.handler", Code={"ZipFile": zip_of({"f.py": FUNCTION})}, **more)
        return name

    return make


@pytest.fixture
def api(fast, client_of):
    return client_of(fast, "lambda")


@pytest.fixture
def heard(sns, sqs, topic, queue):
    """heard(): a topic, and what(n) it says."""

    def make(raw=False):
        arn, (url, queue_arn) = topic(), queue()
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn,
                      Attributes={"RawMessageDelivery": "true"} if raw else {})
        return arn, lambda n=1: take(sqs, url, n)

    return make


def event(api, name, payload):
    return api.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(payload))["ResponseMetadata"][
        "RequestId"]


@pytest.mark.parametrize("payload,condition", [({"a": 1}, "Success"), ({"fail": 1}, "RetriesExhausted")])
def test_destinations(api, function, heard, payload, condition):
    """Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations": the record is the Message."""
    name, (won, of_won), (lost, of_lost) = function(), heard(), heard()
    api.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1, DestinationConfig={
        "OnSuccess": {"Destination": won}, "OnFailure": {"Destination": lost}})
    request = event(api, name, payload)
    (m,) = (of_won if condition == "Success" else of_lost)()
    envelope = json.loads(m["Body"])
    assert envelope["Type"] == "Notification" and envelope["TopicArn"] == (won if condition == "Success" else lost)
    record = json.loads(envelope["Message"])
    assert record["requestPayload"] == payload and record["version"] == "1.0" and record["timestamp"].endswith("Z")
    assert record["requestContext"] == {
        "requestId": request, "functionArn": f"arn:aws:lambda:us-east-1:000000000000:function:{name}:$LATEST",
        "condition": condition, "approximateInvokeCount": 1 if condition == "Success" else 2}
    context = {"statusCode": 200, "executedVersion": "$LATEST"}
    if condition == "Success":
        assert record["responseContext"] == context and record["responsePayload"] == {"got": payload}
    else:
        assert record["responseContext"] == {**context, "functionError": "Unhandled"}
        assert record["responsePayload"]["errorMessage"] == "as asked"


@pytest.mark.parametrize("raw", [False, True])
def test_dead_letter_config(api, function, heard, raw):
    """Lambda Developer Guide, "Dead-letter queues": the event unchanged, and three attributes that say why."""
    arn, what = heard(raw=raw)
    name = function(DeadLetterConfig={"TargetArn": arn})
    request = event(api, name, {"fail": ["čaj", 1]})
    (m,) = what()
    if raw:
        assert json.loads(m["Body"]) == {"fail": ["čaj", 1]}
        got = {k: (v["DataType"], v["StringValue"]) for k, v in m["MessageAttributes"].items()}
    else:
        body = json.loads(m["Body"])
        assert json.loads(body["Message"]) == {"fail": ["čaj", 1]}
        got = {k: (v["Type"], v["Value"]) for k, v in body["MessageAttributes"].items()}
    assert got == {"RequestID": ("String", request), "ErrorCode": ("Number", "200"), "ErrorMessage": ("String", "as asked")}


def test_a_topic_that_is_gone(fast, api, function):
    name = function(DeadLetterConfig={"TargetArn": f"arn:aws:sns:us-east-1:000000000000:{uuid.uuid4().hex}"})
    event(api, name, {"fail": 1})
    eventually(lambda: "is dropped: NotFoundException: Topic does not exist" in fast.log())
