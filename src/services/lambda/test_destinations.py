"""Where events end: destinations, dead-letter queues, retries (Lambda Developer Guide, "Asynchronous invocation")."""

import json
import re
import time

import pytest
import samovar

ROLE = "arn:aws:iam::000000000000:role/r"
FAILS = "def handler(e, c):\n    print('try')\n    raise ValueError('no ' + e.get('a', ''))"
WORKS = "def handler(e, c): return {'got': e}"


@pytest.fixture(scope="module")
def quick():
    """Waits between retries are 200 times shorter: 0.3 and 0.6 seconds."""
    with samovar.Server("--retry-speed", "200") as s:
        yield s


@pytest.fixture
def api(client_of, quick):
    return client_of(quick, "lambda")


@pytest.fixture
def sqs(client_of, quick):
    return client_of(quick, "sqs")


@pytest.fixture
def queue(sqs, unique):
    def make(**attributes):
        url = sqs.create_queue(QueueName=unique("q") + (".fifo" if attributes else ""), Attributes=attributes)["QueueUrl"]
        return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    return make


@pytest.fixture
def function(api, unique, zip_of):
    def make(code, **more):
        name = unique("f")
        api.create_function(**{**dict(FunctionName=name, Runtime="python3.12", Role=ROLE, Handler="index.handler",
                                      Code={"ZipFile": zip_of({"index.py": code})}), **more})
        return name

    return make


def take(sqs, url, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        r = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2, MessageAttributeNames=["All"])
        for m in r.get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
            return m
    raise AssertionError("nothing came")


def event(api, name, payload):
    r = api.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(payload))
    assert r["StatusCode"] == 202
    return r["ResponseMetadata"]["RequestId"]


def destine(api, name, **more):
    destinations = {k: {"Destination": more.pop(k)} for k in ("OnSuccess", "OnFailure") if k in more}
    api.put_function_event_invoke_config(FunctionName=name, DestinationConfig=destinations, **more)


def test_on_success(api, sqs, queue, function):
    url, arn = queue()
    name = function(WORKS)
    destine(api, name, OnSuccess=arn)
    rid = event(api, name, {"a": "b"})
    record = json.loads(take(sqs, url)["Body"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record.pop("timestamp"))
    assert record == {
        "version": "1.0",
        "requestContext": {"requestId": rid, "functionArn": f"arn:aws:lambda:us-east-1:000000000000:function:{name}:$LATEST",
                           "condition": "Success", "approximateInvokeCount": 1},
        "requestPayload": {"a": "b"},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "responsePayload": {"got": {"a": "b"}}}


def test_on_failure_after_two_retries(api, sqs, queue, function):
    url, arn = queue()
    name = function(FAILS)
    destine(api, name, OnFailure=arn)
    event(api, name, {"a": "b"})
    record = json.loads(take(sqs, url)["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert record["responsePayload"]["errorMessage"] == "no b"


def test_no_retries(api, sqs, queue, function):
    url, arn = queue()
    name = function(FAILS)
    destine(api, name, OnFailure=arn, MaximumRetryAttempts=0)
    event(api, name, {})
    assert json.loads(take(sqs, url)["Body"])["requestContext"]["approximateInvokeCount"] == 1


def test_dead_letter_queue(api, sqs, queue, function):
    url, arn = queue()
    name = function(FAILS, DeadLetterConfig={"TargetArn": arn})
    rid = event(api, name, {"a": "c"})
    m = take(sqs, url)
    assert json.loads(m["Body"]) == {"a": "c"}
    assert {k: (v["DataType"], v["StringValue"]) for k, v in m["MessageAttributes"].items()} == {
        "RequestID": ("String", rid), "ErrorCode": ("Number", "200"), "ErrorMessage": ("String", "no c")}


@pytest.mark.parametrize("code, error", [
    ("import time\ndef handler(e, c): time.sleep(60)", "timed out after 1.00 seconds"),
    ("import os\ndef handler(e, c): os._exit(3)", "exit status 3")])
def test_functions_that_hang_or_exit_are_tried_three_times(api, sqs, queue, function, code, error):
    """A timeout and the end of the process are errors of the function: retried twice, then told."""
    url, arn = queue()
    name = function(code, Timeout=1)
    destine(api, name, OnFailure=arn)
    event(api, name, {})
    record = json.loads(take(sqs, url)["Body"])
    assert (record["requestContext"]["condition"], record["requestContext"]["approximateInvokeCount"]) == ("RetriesExhausted", 3)
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert error in record["responsePayload"]["errorMessage"]


def test_to_a_function_and_on(api, sqs, queue, function):
    """A function as the destination gets the record as its event."""
    url, arn = queue()
    second = function(WORKS)
    destine(api, second, OnSuccess=arn)
    first = function(FAILS)
    destine(api, first, MaximumRetryAttempts=0,
            OnFailure=api.get_function(FunctionName=second)["Configuration"]["FunctionArn"])
    event(api, first, {"a": "x"})
    record = json.loads(take(sqs, url)["Body"])
    assert record["requestPayload"]["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestPayload"]["requestPayload"] == {"a": "x"}


def test_throttled_is_retried(api, sqs, queue, function):
    url, arn = queue()
    name = function(WORKS)
    destine(api, name, OnSuccess=arn)
    api.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    event(api, name, 1)
    time.sleep(1)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    api.delete_function_concurrency(FunctionName=name)
    # Throttles are no tries of the function.
    assert json.loads(take(sqs, url)["Body"])["requestContext"]["approximateInvokeCount"] == 1


def test_destination_that_is_gone(api, sqs, queue, function, quick):
    url, arn = queue()
    name = function(WORKS)
    destine(api, name, OnSuccess=arn + "x")
    event(api, name, 1)
    end = time.monotonic() + 20
    while "is dropped: QueueDoesNotExist" not in quick.log():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_destinations_that_are_not_served_are_named(api, function, quick):
    name = function(WORKS)
    destine(api, name, OnSuccess="arn:aws:sns:us-east-1:000000000000:topic")
    event(api, name, 1)
    end = time.monotonic() + 20
    while "arn:aws:sns:us-east-1:000000000000:topic is dropped" not in quick.log():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.parametrize("destination", ["arn:aws:events:us-east-1:000000000000:event-bus/default", "arn:aws:s3:::bucket"])
def test_what_can_not_be_a_destination_here_is_refused(api, function, destination):
    with pytest.raises(api.exceptions.InvalidParameterValueException, match=f"not served here: {destination}"):
        destine(api, function(WORKS), OnFailure=destination)


def test_kill_between(client_of, unique, zip_of):
    """Killed with -9 while events are tried: each one's record reaches its destination."""
    s = samovar.Server("--retry-speed", "200").start()
    try:
        api, sqs = client_of(s, "lambda"), client_of(s, "sqs")
        url = sqs.create_queue(QueueName="end")["QueueUrl"]
        api.create_function(FunctionName="f", Runtime="python3.12", Role=ROLE, Handler="index.handler",
                            Code={"ZipFile": zip_of({"index.py": FAILS})})
        destine(api, "f", OnFailure="arn:aws:sqs:us-east-1:000000000000:end")
        sent, got = {event(api, "f", {"n": n}) for n in range(8)}, set()
        for pause in (0.3, 0.6):
            time.sleep(pause)
            s.kill()
            s.start()
        end = time.monotonic() + 60
        while got != sent and time.monotonic() < end:
            for m in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1, MaxNumberOfMessages=10).get("Messages", []):
                got.add(json.loads(m["Body"])["requestContext"]["requestId"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
        assert got == sent
        assert s.stop() == 0
    finally:
        if s.process.poll() is None:
            s.kill()
        s.remove()
