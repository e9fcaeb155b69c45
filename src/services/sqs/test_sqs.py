"""SQS through boto3, through the older Query protocol, and across kills of the server."""

import hashlib
import http.client
import json
import threading
import time
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET

import pytest
import samovar
from botocore.exceptions import ClientError


def error_of(call, **arguments):
    with pytest.raises(ClientError) as e:
        call(**arguments)
    return e.value.response["Error"]["Code"], e.value.response["Error"]["Message"]


def code_of(call, **arguments):
    return error_of(call, **arguments)[0]


@pytest.fixture
def sqs(client):
    return client("sqs")


@pytest.fixture
def queue(sqs, unique):
    """queue(VisibilityTimeout="1"): the URL of a new queue; fifo=True makes a FIFO one."""

    def make(fifo=False, **attributes):
        name = unique("q") + (".fifo" if fifo else "")
        if fifo:
            attributes["FifoQueue"] = "true"
        return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    return make


def arn_of(sqs, url):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def receive(sqs, url, n=10, wait=0, **more):
    return sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=n, WaitTimeSeconds=wait, **more).get("Messages", [])


def bodies(messages):
    return [m["Body"] for m in messages]


def counts(sqs, url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible",
             "ApproximateNumberOfMessagesDelayed"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return tuple(int(attributes[n]) for n in names)


# ---- queues ----

def test_create_find_list_delete(sqs, unique):
    name = unique("life")
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "45"}, tags={"a": "b"})["QueueUrl"]
    assert url.endswith(f"/000000000000/{name}")
    assert sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "45"})["QueueUrl"] == url
    assert sqs.create_queue(QueueName=name)["QueueUrl"] == url
    code, message = error_of(sqs.create_queue, QueueName=name, Attributes={"VisibilityTimeout": "46"})
    assert code == "QueueAlreadyExists"
    assert message == "A queue already exists with the same name and a different value for attribute VisibilityTimeout"
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == url
    assert sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId="000000000000")["QueueUrl"] == url
    assert sqs.list_queues(QueueNamePrefix=name)["QueueUrls"] == [url]
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "b"}
    sqs.delete_queue(QueueUrl=url)
    assert code_of(sqs.get_queue_url, QueueName=name) == "AWS.SimpleQueueService.NonExistentQueue"
    assert code_of(sqs.send_message, QueueUrl=url, MessageBody="x") == "AWS.SimpleQueueService.NonExistentQueue"
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.delete_queue(QueueUrl=url)
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix=name)
    # A new one of the same name has none of the old one's messages.
    assert sqs.create_queue(QueueName=name)["QueueUrl"] == url


def test_pages_of_queues(sqs, unique):
    prefix = unique("page")
    urls = [sqs.create_queue(QueueName=f"{prefix}-{i}")["QueueUrl"] for i in range(5)]
    first = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=2)
    assert first["QueueUrls"] == urls[:2]
    second = sqs.list_queues(QueueNamePrefix=prefix, MaxResults=3, NextToken=first["NextToken"])
    assert second["QueueUrls"] == urls[2:] and "NextToken" not in second
    assert "NextToken" not in sqs.list_queues(QueueNamePrefix=prefix)
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 2})
    assert [u for p in pages for u in p["QueueUrls"]] == urls


@pytest.mark.parametrize("name", ["", "a b", "x" * 81, "dot.ted", "a.fifo"])
def test_wrong_names(sqs, name):
    assert code_of(sqs.create_queue, QueueName=name) in ("InvalidParameterValue", "MissingParameter")


def test_wrong_fifo_names(sqs, unique):
    assert code_of(sqs.create_queue, QueueName=unique("x"), Attributes={"FifoQueue": "true"}) == "InvalidParameterValue"
    assert code_of(sqs.create_queue, QueueName=unique("x"), Attributes={"FifoQueue": "false"}) == "InvalidAttributeName"
    assert code_of(sqs.create_queue, QueueName=".fifo", Attributes={"FifoQueue": "true"}) == "InvalidParameterValue"


def test_default_attributes(sqs, queue):
    url = queue()
    a = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    created = int(a.pop("CreatedTimestamp"))
    assert abs(created - time.time()) < 60 and int(a.pop("LastModifiedTimestamp")) >= created
    assert a == {"QueueArn": "arn:aws:sqs:us-east-1:000000000000:" + url.rsplit("/", 1)[1], "DelaySeconds": "0",
                 "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600", "VisibilityTimeout": "30",
                 "ReceiveMessageWaitTimeSeconds": "0", "SqsManagedSseEnabled": "true",
                 "ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "0",
                 "ApproximateNumberOfMessagesDelayed": "0"}
    fifo = sqs.get_queue_attributes(QueueUrl=queue(fifo=True), AttributeNames=["All"])["Attributes"]
    assert (fifo["FifoQueue"], fifo["ContentBasedDeduplication"], fifo["DeduplicationScope"],
            fifo["FifoThroughputLimit"]) == ("true", "false", "queue", "perQueue")
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=url)
    assert code_of(sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["Nonsense"]) == "InvalidAttributeName"


@pytest.mark.parametrize("name,good,bad", [
    ("DelaySeconds", ["0", "900"], ["-1", "901", "x", ""]),
    ("MaximumMessageSize", ["1024", "1048576"], ["1023", "1048577"]),
    ("MessageRetentionPeriod", ["60", "1209600"], ["59", "1209601"]),
    ("ReceiveMessageWaitTimeSeconds", ["0", "20"], ["-1", "21"]),
    ("VisibilityTimeout", ["0", "43200"], ["-1", "43201", "1.5"]),
    ("KmsDataKeyReusePeriodSeconds", ["60", "86400"], ["59", "86401"]),
    ("SqsManagedSseEnabled", ["true", "false"], ["yes"]),
    ("Policy", [json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",
                                                                    "Action": "sqs:*", "Resource": "*"}]})],
     ["nonsense", "[]"]),
])
def test_attribute_values(sqs, queue, name, good, bad):
    url = queue()
    for value in good:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: value})
        assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"] == {name: value}
    for value in bad:
        assert error_of(sqs.set_queue_attributes, QueueUrl=url, Attributes={name: value}) == \
            ("InvalidAttributeValue", f"Invalid value for the parameter {name}.")


def test_attributes_of_types(sqs, queue):
    standard, fifo = queue(), queue(fifo=True)
    for name in "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit":
        assert error_of(sqs.set_queue_attributes, QueueUrl=standard, Attributes={name: "true"}) == \
            ("InvalidAttributeName", f"Unknown Attribute {name}.")
    assert code_of(sqs.set_queue_attributes, QueueUrl=standard, Attributes={"QueueArn": "x"}) == "InvalidAttributeName"
    assert code_of(sqs.set_queue_attributes, QueueUrl=fifo, Attributes={"FifoQueue": "false"}) == "InvalidAttributeValue"
    assert code_of(sqs.set_queue_attributes, QueueUrl=fifo,
                   Attributes={"FifoThroughputLimit": "perMessageGroupId"}) == "InvalidAttributeValue"
    high = {"FifoThroughputLimit": "perMessageGroupId", "DeduplicationScope": "messageGroup"}
    sqs.set_queue_attributes(QueueUrl=fifo, Attributes=high)
    assert sqs.get_queue_attributes(QueueUrl=fifo, AttributeNames=list(high))["Attributes"] == high
    sqs.set_queue_attributes(QueueUrl=standard, Attributes={"KmsMasterKeyId": "alias/aws/sqs"})
    a = sqs.get_queue_attributes(QueueUrl=standard, AttributeNames=["All"])["Attributes"]
    assert (a["KmsMasterKeyId"], a["KmsDataKeyReusePeriodSeconds"], a["SqsManagedSseEnabled"]) == \
        ("alias/aws/sqs", "300", "false")


def test_tags(sqs, queue):
    url = queue()
    assert "Tags" not in sqs.list_queue_tags(QueueUrl=url)
    sqs.tag_queue(QueueUrl=url, Tags={"a": "1", "b": "2"})
    sqs.tag_queue(QueueUrl=url, Tags={"b": "3"})
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "1", "b": "3"}
    sqs.untag_queue(QueueUrl=url, TagKeys=["a", "unknown"])
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"b": "3"}
    assert code_of(sqs.tag_queue, QueueUrl=url, Tags={f"k{i}": "" for i in range(60)}) == "InvalidParameterValue"


def test_permissions(sqs, queue):
    url = queue()
    sqs.add_permission(QueueUrl=url, Label="one", AWSAccountIds=["111111111111"], Actions=["SendMessage"])
    sqs.add_permission(QueueUrl=url, Label="two", AWSAccountIds=["111111111111", "222222222222"],
                       Actions=["ReceiveMessage", "DeleteMessage"])
    policy = json.loads(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"])
    assert policy["Statement"][0] == {
        "Sid": "one", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "SQS:SendMessage", "Resource": arn_of(sqs, url)}
    assert policy["Statement"][1]["Action"] == ["SQS:ReceiveMessage", "SQS:DeleteMessage"]
    assert code_of(sqs.add_permission, QueueUrl=url, Label="one", AWSAccountIds=["111111111111"],
                   Actions=["SendMessage"]) == "InvalidParameterValue"
    assert code_of(sqs.add_permission, QueueUrl=url, Label="x", AWSAccountIds=["111111111111"],
                   Actions=["Dance"]) == "InvalidParameterValue"
    assert code_of(sqs.add_permission, QueueUrl=url, Label="x", AWSAccountIds=["1"], Actions=["*"]) == \
        "InvalidParameterValue"
    sqs.remove_permission(QueueUrl=url, Label="one")
    assert code_of(sqs.remove_permission, QueueUrl=url, Label="one") == "InvalidParameterValue"
    sqs.remove_permission(QueueUrl=url, Label="two")
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])


# ---- messages ----

def test_send_receive_delete(sqs, queue):
    url = queue()
    attributes = {"s": {"DataType": "String", "StringValue": "snow ❄"},
                  "n": {"DataType": "Number.int", "StringValue": "-1.5e3"},
                  "b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
    # boto3 and the other SDKs verify the MD5s themselves.
    sent = sqs.send_message(QueueUrl=url, MessageBody="hé", MessageAttributes=attributes, MessageSystemAttributes=trace)
    assert sent["MD5OfMessageBody"] == hashlib.md5("hé".encode()).hexdigest()
    assert "SequenceNumber" not in sent and len(sent["MD5OfMessageSystemAttributes"]) == 32
    m = receive(sqs, url, AttributeNames=["All"], MessageAttributeNames=["All"])[0]
    assert m["Body"] == "hé" and m["MessageId"] == sent["MessageId"]
    assert m["MessageAttributes"] == attributes and m["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert m["Attributes"]["AWSTraceHeader"] == trace["AWSTraceHeader"]["StringValue"]
    assert m["Attributes"]["ApproximateReceiveCount"] == "1"
    assert abs(int(m["Attributes"]["SentTimestamp"]) / 1000 - time.time()) < 60
    assert int(m["Attributes"]["ApproximateFirstReceiveTimestamp"]) >= int(m["Attributes"]["SentTimestamp"])
    assert counts(sqs, url) == (0, 1, 0)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
    sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
    assert counts(sqs, url) == (0, 0, 0)


def test_md5_of_attributes_as_documented(sqs, queue):
    """Developer Guide, "Calculating the MD5 message digest for message attributes"."""

    def part(b):
        return len(b).to_bytes(4, "big") + b

    sent = sqs.send_message(QueueUrl=queue(), MessageBody="x", MessageAttributes={
        "b": {"DataType": "Binary.gif", "BinaryValue": b"123"}, "a": {"DataType": "String", "StringValue": "val"}})
    text = part(b"a") + part(b"String") + b"\x01" + part(b"val") + part(b"b") + part(b"Binary.gif") + b"\x02" + part(b"123")
    assert sent["MD5OfMessageAttributes"] == hashlib.md5(text).hexdigest()


def test_chosen_attributes(sqs, queue):
    url = queue(VisibilityTimeout="0")
    names = ["foo.a", "foo.b", "bar"]
    sqs.send_message(QueueUrl=url, MessageBody="x",
                     MessageAttributes={n: {"DataType": "String", "StringValue": n} for n in names})

    def got(**more):
        return receive(sqs, url, 1, **more)[0]

    assert set(got(MessageAttributeNames=["foo.*"])["MessageAttributes"]) == {"foo.a", "foo.b"}
    assert set(got(MessageAttributeNames=["bar", "unknown"])["MessageAttributes"]) == {"bar"}
    assert set(got(MessageAttributeNames=[".*"])["MessageAttributes"]) == set(names)
    m = got()
    assert "MessageAttributes" not in m and "Attributes" not in m and "MD5OfMessageAttributes" not in m
    assert set(got(MessageSystemAttributeNames=["SentTimestamp"])["Attributes"]) == {"SentTimestamp"}
    assert code_of(sqs.receive_message, QueueUrl=url, MessageSystemAttributeNames=["Wrong"]) == "InvalidAttributeName"


@pytest.mark.parametrize("attribute", [
    {"DataType": "String", "StringValue": ""}, {"DataType": "Unknown", "StringValue": "x"},
    {"DataType": "Number", "StringValue": "x"}, {"DataType": "Binary", "StringValue": "x"},
    {"DataType": "", "StringValue": "x"}, {"DataType": "String", "BinaryValue": b"x"}])
def test_wrong_message_attributes(sqs, queue, attribute):
    assert code_of(sqs.send_message, QueueUrl=queue(), MessageBody="x", MessageAttributes={"a": attribute}) == \
        "InvalidParameterValue"


def test_wrong_attribute_names(sqs, queue):
    url, value = queue(), {"DataType": "String", "StringValue": "x"}
    for name in "AWS.x", "a b", ".a", "a.", "a..b", "x" * 257:
        assert code_of(sqs.send_message, QueueUrl=url, MessageBody="x", MessageAttributes={name: value}) == \
            "InvalidParameterValue"
    assert code_of(sqs.send_message, QueueUrl=url, MessageBody="x",
                   MessageAttributes={f"a{i}": value for i in range(11)}) == "InvalidParameterValue"


def test_wrong_bodies(sqs, queue):
    url = queue(MaximumMessageSize="1024")
    assert code_of(sqs.send_message, QueueUrl=url, MessageBody="") == "InvalidParameterValue"
    assert code_of(sqs.send_message, QueueUrl=url, MessageBody="a\x01b") == "InvalidMessageContents"
    assert code_of(sqs.send_message, QueueUrl=url, MessageBody="\ufffe") == "InvalidMessageContents"
    assert code_of(sqs.send_message, QueueUrl=url, MessageBody="x", DelaySeconds=901) == "InvalidParameterValue"
    sqs.send_message(QueueUrl=url, MessageBody="x" * 1024)
    assert error_of(sqs.send_message, QueueUrl=url, MessageBody="x" * 1025) == (
        "InvalidParameterValue", "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.")
    sqs.send_message(QueueUrl=url, MessageBody="\t\n\r ퟿�\U0001f600")


def test_large_messages(sqs, queue):
    url = queue(VisibilityTimeout="0")
    body = "0123456789abcdef" * 65536
    sqs.send_message(QueueUrl=url, MessageBody=body)
    for _ in range(2):
        m = receive(sqs, url, 1)[0]
        assert m["Body"] == body
    sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
    assert receive(sqs, url) == []
    assert code_of(sqs.send_message, QueueUrl=url, MessageBody=body + "x") == "InvalidParameterValue"


def test_receive_parameters(sqs, queue):
    url = queue()
    for wrong in {"MaxNumberOfMessages": 0}, {"MaxNumberOfMessages": 11}, {"WaitTimeSeconds": 21}, \
            {"VisibilityTimeout": 43201}, {"VisibilityTimeout": -1}, {"ReceiveRequestAttemptId": "x"}:
        assert code_of(sqs.receive_message, QueueUrl=url, **wrong) == "InvalidParameterValue"


def test_visibility_timeout(sqs, queue):
    url = queue(VisibilityTimeout="1")
    sqs.send_message(QueueUrl=url, MessageBody="x")
    first = receive(sqs, url)[0]
    assert receive(sqs, url) == [] and counts(sqs, url) == (0, 1, 0)
    begun = time.monotonic()
    again = receive(sqs, url, wait=5, AttributeNames=["ApproximateReceiveCount"])[0]
    assert 0.5 < time.monotonic() - begun < 2.5
    assert again["MessageId"] == first["MessageId"] and again["Attributes"]["ApproximateReceiveCount"] == "2"
    assert again["ReceiptHandle"] != first["ReceiptHandle"]
    # The older handle deletes nothing, and says nothing.
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    assert counts(sqs, url) == (0, 1, 0)
    assert code_of(sqs.change_message_visibility, QueueUrl=url, ReceiptHandle=first["ReceiptHandle"],
                   VisibilityTimeout=5) == "InvalidParameterValue"
    time.sleep(1.2)
    assert counts(sqs, url) == (1, 0, 0)
    # A standard queue's message may be deleted late, as long as nobody has received it again.
    sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
    assert counts(sqs, url) == (0, 0, 0)


def test_change_visibility(sqs, queue):
    url = queue()
    sqs.send_message(QueueUrl=url, MessageBody="x")
    m = receive(sqs, url)[0]
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"], VisibilityTimeout=100)
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"], VisibilityTimeout=0)
    with pytest.raises(sqs.exceptions.MessageNotInflight):
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"], VisibilityTimeout=10)
    m = receive(sqs, url)[0]
    for wrong in -1, 43201:
        assert code_of(sqs.change_message_visibility, QueueUrl=url, ReceiptHandle=m["ReceiptHandle"],
                       VisibilityTimeout=wrong) == "InvalidParameterValue"
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"], VisibilityTimeout=1)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
    assert receive(sqs, url) == [] and counts(sqs, url) == (0, 0, 0)
    for call, more in (sqs.delete_message, {}), (sqs.change_message_visibility, {"VisibilityTimeout": 1}):
        assert code_of(call, QueueUrl=url, ReceiptHandle="nonsense", **more) == "ReceiptHandleIsInvalid"


def test_handle_of_another_queue(sqs, queue):
    one, other = queue(), queue()
    sqs.send_message(QueueUrl=one, MessageBody="x")
    m = receive(sqs, one)[0]
    assert code_of(sqs.delete_message, QueueUrl=other, ReceiptHandle=m["ReceiptHandle"]) == "ReceiptHandleIsInvalid"


def test_delay(sqs, queue):
    url = queue(DelaySeconds="1")
    sqs.send_message(QueueUrl=url, MessageBody="queue's")
    sqs.send_message(QueueUrl=url, MessageBody="own", DelaySeconds=0)
    assert counts(sqs, url) == (1, 0, 1)
    assert bodies(receive(sqs, url)) == ["own"]
    begun = time.monotonic()
    assert bodies(receive(sqs, url, wait=3)) == ["queue's"]
    assert 0.3 < time.monotonic() - begun < 2


def test_long_poll_is_woken(sqs, client, queue):
    url, got = queue(), []

    def wait():
        m = receive(client("sqs"), url, wait=10)
        got.append((m[0]["Body"], time.time()))

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for t in threads:
        t.start()
    time.sleep(1)
    sent = []
    for i in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=str(i))
        sent.append(time.time())
        time.sleep(0.2)
    for t in threads:
        t.join()
    assert sorted(b for b, _ in got) == ["0", "1", "2"]
    assert all(abs(at - sent[int(body)]) < 0.15 for body, at in got)


def test_long_poll_of_the_queue(sqs, queue):
    url = queue(ReceiveMessageWaitTimeSeconds="1")
    begun = time.monotonic()
    assert sqs.receive_message(QueueUrl=url).get("Messages", []) == []
    assert 0.9 < time.monotonic() - begun < 3
    begun = time.monotonic()
    assert sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0).get("Messages", []) == []
    assert time.monotonic() - begun < 0.5


def test_client_that_goes_takes_no_message(server, sqs, queue):
    url = queue()
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("POST", "/", json.dumps({"QueueUrl": url, "WaitTimeSeconds": 20}),
                       {"X-Amz-Target": "AmazonSQS.ReceiveMessage", "Content-Type": "application/x-amz-json-1.0"})
    time.sleep(0.3)
    connection.close()
    time.sleep(0.3)
    sqs.send_message(QueueUrl=url, MessageBody="x")
    assert bodies(receive(sqs, url, wait=1)) == ["x"]


def test_queue_deleted_under_a_long_poll(sqs, client, queue):
    url, ended = queue(), []

    def wait():
        try:
            receive(client("sqs"), url, wait=10)
        except ClientError:
            pass
        ended.append(time.monotonic())

    t = threading.Thread(target=wait)
    t.start()
    time.sleep(0.7)
    begun = time.monotonic()
    sqs.delete_queue(QueueUrl=url)
    t.join()
    assert ended[0] - begun < 2


def test_purge(sqs, queue):
    url = queue()
    for i in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=str(i))
    m = receive(sqs, url, 1)[0]
    sqs.purge_queue(QueueUrl=url)
    assert counts(sqs, url) == (0, 0, 0) and receive(sqs, url) == []
    sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
    assert code_of(sqs.purge_queue, QueueUrl=url) == "AWS.SimpleQueueService.PurgeQueueInProgress"
    sqs.send_message(QueueUrl=url, MessageBody="after")
    assert bodies(receive(sqs, url)) == ["after"]


# ---- batches ----

def test_batches(sqs, queue):
    url = queue()
    sent = sqs.send_message_batch(QueueUrl=url, Entries=[
        {"Id": "a", "MessageBody": "1"}, {"Id": "b", "MessageBody": "bad\x02"},
        {"Id": "c", "MessageBody": "3", "DelaySeconds": 1000}, {"Id": "d", "MessageBody": "4"}])
    assert [s["Id"] for s in sent["Successful"]] == ["a", "d"]
    assert [(f["Id"], f["Code"], f["SenderFault"]) for f in sent["Failed"]] == \
        [("b", "InvalidMessageContents", True), ("c", "InvalidParameterValue", True)]
    got = receive(sqs, url)
    assert sorted(bodies(got)) == ["1", "4"]
    changed = sqs.change_message_visibility_batch(QueueUrl=url, Entries=[
        {"Id": "x", "ReceiptHandle": got[0]["ReceiptHandle"], "VisibilityTimeout": 50},
        {"Id": "y", "ReceiptHandle": "wrong", "VisibilityTimeout": 5}])
    assert [s["Id"] for s in changed["Successful"]] == ["x"]
    assert [(f["Id"], f["Code"]) for f in changed["Failed"]] == [("y", "ReceiptHandleIsInvalid")]
    deleted = sqs.delete_message_batch(QueueUrl=url, Entries=[
        {"Id": "1", "ReceiptHandle": got[0]["ReceiptHandle"]}, {"Id": "2", "ReceiptHandle": got[1]["ReceiptHandle"]},
        {"Id": "3", "ReceiptHandle": "wrong"}])
    assert [s["Id"] for s in deleted["Successful"]] == ["1", "2"] and deleted["Failed"][0]["Id"] == "3"
    assert counts(sqs, url) == (0, 0, 0)


def test_wrong_batches(sqs, queue):
    url, p = queue(), "AWS.SimpleQueueService."

    def code(*entries):
        return code_of(sqs.send_message_batch, QueueUrl=url, Entries=[{"Id": i, "MessageBody": b} for i, b in entries])

    assert code() == p + "EmptyBatchRequest"
    assert code(*[(str(i), "x") for i in range(11)]) == p + "TooManyEntriesInBatchRequest"
    assert code(("a", "x"), ("a", "y")) == p + "BatchEntryIdsNotDistinct"
    assert code(("a b", "x")) == code(("x" * 81, "x")) == p + "InvalidBatchEntryId"
    assert code(("a", "x" * 600000), ("b", "x" * 600000)) == p + "BatchRequestTooLong"
    assert code_of(sqs.delete_message_batch, QueueUrl=url, Entries=[]) == p + "EmptyBatchRequest"
    assert code_of(sqs.change_message_visibility_batch, QueueUrl=url, Entries=[]) == p + "EmptyBatchRequest"


# ---- FIFO ----

def send_fifo(sqs, url, body, group="g", dedup=None):
    more = {"MessageDeduplicationId": dedup} if dedup else {}
    return sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, **more)


def test_fifo_order_and_blocked_groups(sqs, queue):
    url = queue(fifo=True, ContentBasedDeduplication="true")
    numbers = [int(send_fifo(sqs, url, f"a{i}", "a")["SequenceNumber"]) for i in range(4)]
    assert numbers == sorted(numbers) and len(set(numbers)) == 4
    send_fifo(sqs, url, "b0", "b")
    first = receive(sqs, url, 2, AttributeNames=["All"])
    assert bodies(first) == ["a0", "a1"]
    a = first[0]["Attributes"]
    assert a["MessageGroupId"] == "a" and a["MessageDeduplicationId"] == hashlib.sha256(b"a0").hexdigest()
    assert int(a["SequenceNumber"]) == numbers[0] and len(a["SequenceNumber"]) == 20
    assert bodies(receive(sqs, url)) == ["b0"]
    assert receive(sqs, url) == [] and counts(sqs, url) == (2, 3, 0)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first[0]["ReceiptHandle"])
    assert receive(sqs, url) == []
    # The second comes back before what follows it.
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=first[1]["ReceiptHandle"], VisibilityTimeout=0)
    again = receive(sqs, url)
    assert bodies(again) == ["a1", "a2", "a3"]
    for m in again:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
    assert counts(sqs, url) == (0, 1, 0)


def test_fifo_timeouts(sqs, queue):
    url = queue(fifo=True, ContentBasedDeduplication="true", VisibilityTimeout="1")
    send_fifo(sqs, url, "1")
    send_fifo(sqs, url, "2")
    first = receive(sqs, url, 1)[0]
    again = receive(sqs, url, 10, wait=5)
    assert bodies(again) == ["1", "2"]
    time.sleep(1.3)
    code, message = error_of(sqs.delete_message, QueueUrl=url, ReceiptHandle=again[0]["ReceiptHandle"])
    assert code == "InvalidParameterValue" and "The receipt handle has expired" in message
    assert first["ReceiptHandle"] != again[0]["ReceiptHandle"]


def test_fifo_waiter_gets_the_next_of_its_group(sqs, client, queue):
    url, got = queue(fifo=True, ContentBasedDeduplication="true"), []
    send_fifo(sqs, url, "1")
    send_fifo(sqs, url, "2")
    first = receive(sqs, url, 1)[0]
    t = threading.Thread(target=lambda: got.extend(receive(client("sqs"), url, 1, wait=10)))
    t.start()
    time.sleep(0.7)
    assert not got
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    t.join(3)
    assert bodies(got) == ["2"]


def test_deduplication(sqs, queue):
    url = queue(fifo=True)
    first = send_fifo(sqs, url, "x", dedup="d1")
    again = send_fifo(sqs, url, "other", group="h", dedup="d1")
    assert (again["MessageId"], again["SequenceNumber"]) == (first["MessageId"], first["SequenceNumber"])
    send_fifo(sqs, url, "x", dedup="d2")
    got = receive(sqs, url)
    assert bodies(got) == ["x", "x"]
    for m in got:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
    # It is remembered after the message is gone.
    send_fifo(sqs, url, "x", dedup="d1")
    assert receive(sqs, url) == []
    scoped = queue(fifo=True, DeduplicationScope="messageGroup", ContentBasedDeduplication="true")
    for group in "a", "b", "a":
        send_fifo(sqs, scoped, "same", group=group)
    assert len(receive(sqs, scoped)) == 2
    batch = sqs.send_message_batch(QueueUrl=url, Entries=[
        {"Id": str(i), "MessageBody": "y", "MessageGroupId": "g", "MessageDeduplicationId": "same"} for i in range(2)])
    assert len({s["MessageId"] for s in batch["Successful"]}) == 1 and len(batch["Successful"]) == 2


def test_fifo_parameters(sqs, queue):
    url, standard = queue(fifo=True), queue()
    assert error_of(sqs.send_message, QueueUrl=url, MessageBody="x", MessageDeduplicationId="d") == \
        ("MissingParameter", "The request must contain the parameter MessageGroupId.")
    assert code_of(sqs.send_message, QueueUrl=url, MessageBody="x", MessageGroupId="g") == "InvalidParameterValue"
    assert code_of(send_fifo, sqs=sqs, url=url, body="x", group="a b", dedup="d") == "InvalidParameterValue"
    assert code_of(send_fifo, sqs=sqs, url=url, body="x", group="g", dedup="d" * 129) == "InvalidParameterValue"
    assert code_of(sqs.send_message, QueueUrl=url, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="d",
                   DelaySeconds=1) == "InvalidParameterValue"
    assert code_of(sqs.send_message, QueueUrl=standard, MessageBody="x", MessageDeduplicationId="d") == \
        "InvalidParameterValue"
    # Fair queues: a group is allowed in a standard queue.
    sqs.send_message(QueueUrl=standard, MessageBody="x", MessageGroupId="tenant")
    assert receive(sqs, standard, AttributeNames=["MessageGroupId"])[0]["Attributes"] == {"MessageGroupId": "tenant"}


def test_fifo_delay_of_the_queue(sqs, queue):
    url = queue(fifo=True, ContentBasedDeduplication="true", DelaySeconds="1")
    send_fifo(sqs, url, "x")
    assert receive(sqs, url) == [] and counts(sqs, url) == (0, 0, 1)
    assert bodies(receive(sqs, url, wait=3)) == ["x"]


def test_receive_attempts(sqs, queue):
    url = queue(fifo=True, ContentBasedDeduplication="true")
    for i in range(3):
        send_fifo(sqs, url, str(i))
    first = receive(sqs, url, 2, ReceiveRequestAttemptId="try")
    again = receive(sqs, url, 2, ReceiveRequestAttemptId="try")
    assert [(m["Body"], m["ReceiptHandle"]) for m in again] == [(m["Body"], m["ReceiptHandle"]) for m in first]
    assert receive(sqs, url, 2, ReceiveRequestAttemptId="another") == []


# ---- dead letters ----

def redrive(arn, times):
    return json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": times})


@pytest.mark.parametrize("fifo", [False, True])
def test_dead_letters(sqs, queue, fifo):
    dead = queue(fifo=fifo)
    source = queue(fifo=fifo, VisibilityTimeout="0", RedrivePolicy=redrive(arn_of(sqs, dead), 2))
    fields = {"MessageGroupId": "g", "MessageDeduplicationId": "d"} if fifo else {}
    sent = sqs.send_message(QueueUrl=source, MessageBody="poison", **fields)
    assert [len(receive(sqs, source)) for _ in range(3)] == [1, 1, 0]
    m = receive(sqs, dead, AttributeNames=["All"])[0]
    assert m["Body"] == "poison" and m["MessageId"] == sent["MessageId"]
    assert m["Attributes"]["DeadLetterQueueSourceArn"] == arn_of(sqs, source)
    assert counts(sqs, source) == (0, 0, 0) and counts(sqs, dead) == (0, 1, 0)
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [source]
    assert sqs.list_dead_letter_source_queues(QueueUrl=source)["queueUrls"] == []
    policy = sqs.get_queue_attributes(QueueUrl=source, AttributeNames=["RedrivePolicy"])["Attributes"]["RedrivePolicy"]
    assert json.loads(policy) == {"deadLetterTargetArn": arn_of(sqs, dead), "maxReceiveCount": 2}
    sqs.set_queue_attributes(QueueUrl=source, Attributes={"RedrivePolicy": ""})
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == []


def test_dead_letter_behind_others(sqs, queue):
    """Poison in front does not hide what stands behind it."""
    dead = queue()
    source = queue(VisibilityTimeout="0", RedrivePolicy=redrive(arn_of(sqs, dead), 1))
    sqs.send_message(QueueUrl=source, MessageBody="poison")
    assert len(receive(sqs, source)) == 1
    sqs.send_message(QueueUrl=source, MessageBody="good")
    assert bodies(receive(sqs, source, 10, VisibilityTimeout=30)) == ["good"]
    assert bodies(receive(sqs, dead)) == ["poison"]


def test_wrong_redrive_policies(sqs, queue):
    url, fifo = queue(), queue(fifo=True)
    missing = "arn:aws:sqs:us-east-1:000000000000:no-such-queue"
    for text in "x", "{}", redrive(missing, 2), redrive(arn_of(sqs, fifo), 2), redrive("nonsense", 2), \
            redrive(arn_of(sqs, url), 0), redrive(arn_of(sqs, url), 1001), \
            json.dumps({"deadLetterTargetArn": arn_of(sqs, url)}):
        assert code_of(sqs.set_queue_attributes, QueueUrl=url, Attributes={"RedrivePolicy": text}) == \
            "InvalidParameterValue"
    for text in "x", "{}", '{"redrivePermission":"byQueue"}', '{"redrivePermission":"all"}':
        assert code_of(sqs.set_queue_attributes, QueueUrl=url, Attributes={"RedriveAllowPolicy": text}) == \
            "InvalidParameterValue"
    sqs.set_queue_attributes(QueueUrl=fifo, Attributes={"RedriveAllowPolicy": '{"redrivePermission":"denyAll"}'})
    other = queue(fifo=True)
    assert code_of(sqs.set_queue_attributes, QueueUrl=other,
                   Attributes={"RedrivePolicy": redrive(arn_of(sqs, fifo), 2)}) == "InvalidParameterValue"
    allow = json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [arn_of(sqs, other)]})
    sqs.set_queue_attributes(QueueUrl=fifo, Attributes={"RedriveAllowPolicy": allow})
    sqs.set_queue_attributes(QueueUrl=other, Attributes={"RedrivePolicy": redrive(arn_of(sqs, fifo), 2)})


def wait_for_move(sqs, source_arn):
    for _ in range(100):
        task = sqs.list_message_move_tasks(SourceArn=source_arn)["Results"][0]
        if task["Status"] not in ("RUNNING", "CANCELLING"):
            return task
        time.sleep(0.1)
    raise AssertionError("the move does not end")


@pytest.mark.parametrize("fifo", [False, True])
def test_move_tasks(sqs, queue, fifo):
    dead = queue(fifo=fifo, **({"ContentBasedDeduplication": "true"} if fifo else {}))
    dead_arn = arn_of(sqs, dead)
    source = queue(fifo=fifo, VisibilityTimeout="0", RedrivePolicy=redrive(dead_arn, 1))
    for i in range(7):
        fields = {"MessageGroupId": f"g{i % 2}", "MessageDeduplicationId": str(i)} if fifo else {}
        sqs.send_message(QueueUrl=source, MessageBody=str(i), **fields)
    seen = []
    while got := receive(sqs, source):
        seen += bodies(got)
    assert sorted(seen) == [str(i) for i in range(7)] and counts(sqs, dead) == (7, 0, 0)
    handle = sqs.start_message_move_task(SourceArn=dead_arn)["TaskHandle"]
    task = wait_for_move(sqs, dead_arn)
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"], task["SourceArn"]) == ("COMPLETED", 7, dead_arn)
    assert task["ApproximateNumberOfMessagesToMove"] == 7 and "TaskHandle" not in task
    assert counts(sqs, dead) == (0, 0, 0) and counts(sqs, source) == (7, 0, 0)
    m = receive(sqs, source, AttributeNames=["ApproximateReceiveCount"], VisibilityTimeout=30)
    assert m[0]["Attributes"]["ApproximateReceiveCount"] == "1"
    assert code_of(sqs.cancel_message_move_task, TaskHandle=handle) == "AWS.SimpleQueueService.UnsupportedOperation"


def test_move_slowly_and_cancel(sqs, queue):
    dead, target = queue(), queue()
    dead_arn = arn_of(sqs, dead)
    queue(RedrivePolicy=redrive(dead_arn, 1))
    for i in range(10):
        sqs.send_message(QueueUrl=dead, MessageBody=str(i))
    handle = sqs.start_message_move_task(SourceArn=dead_arn, DestinationArn=arn_of(sqs, target),
                                         MaxNumberOfMessagesPerSecond=2)["TaskHandle"]
    assert code_of(sqs.start_message_move_task, SourceArn=dead_arn) == "AWS.SimpleQueueService.UnsupportedOperation"
    running = sqs.list_message_move_tasks(SourceArn=dead_arn)["Results"][0]
    assert running["TaskHandle"] == handle and running["MaxNumberOfMessagesPerSecond"] == 2
    sqs.cancel_message_move_task(TaskHandle=handle)
    assert wait_for_move(sqs, dead_arn)["Status"] == "CANCELLED"
    left = counts(sqs, dead)[0]
    assert 0 < left and left + counts(sqs, target)[0] == 10


def test_wrong_moves(sqs, queue):
    url = queue()
    assert code_of(sqs.start_message_move_task, SourceArn="arn:aws:sqs:us-east-1:000000000000:none") == \
        "ResourceNotFoundException"
    assert code_of(sqs.start_message_move_task, SourceArn=arn_of(sqs, url)) == "InvalidParameterValue"
    assert code_of(sqs.start_message_move_task, SourceArn="x") == "InvalidParameterValue"
    assert sqs.list_message_move_tasks(SourceArn=arn_of(sqs, url)).get("Results", []) == []
    assert code_of(sqs.cancel_message_move_task, TaskHandle="x") == "InvalidParameterValue"


def test_move_of_messages_from_nowhere_fails(sqs, queue):
    dead = queue()
    queue(RedrivePolicy=redrive(arn_of(sqs, dead), 1))
    sqs.send_message(QueueUrl=dead, MessageBody="sent here")
    sqs.start_message_move_task(SourceArn=arn_of(sqs, dead))
    task = wait_for_move(sqs, arn_of(sqs, dead))
    assert (task["Status"], task["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource")


# ---- URLs and accounts ----

def test_url_forms(server, sqs, client, unique):
    name = unique("form")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    assert url == f"{server.url}/000000000000/{name}"
    for form in (f"http://sqs.us-east-1.localhost.localstack.cloud:{server.port}/000000000000/{name}",
                 f"http://us-east-1.queue.localhost.localstack.cloud/000000000000/{name}",
                 f"https://sqs.us-east-1.amazonaws.com/000000000000/{name}",
                 f"https://us-east-1.queue.amazonaws.com/000000000000/{name}",
                 f"https://queue.amazonaws.com/000000000000/{name}",
                 f"http://localhost:4566/queue/us-east-1/000000000000/{name}",
                 f"000000000000/{name}", f"/000000000000/{name}", name):
        sqs.send_message(QueueUrl=form, MessageBody="x")
    assert counts(sqs, url)[0] == 9
    # The region of the name wins over the caller's.
    west = client("sqs", region="eu-west-1")
    west.send_message(QueueUrl=f"https://sqs.us-east-1.amazonaws.com/000000000000/{name}", MessageBody="x")
    assert counts(sqs, url)[0] == 10
    assert code_of(west.send_message, QueueUrl=url, MessageBody="x") == "AWS.SimpleQueueService.NonExistentQueue"
    assert code_of(sqs.send_message, QueueUrl="http://127.0.0.1/", MessageBody="x") == "InvalidAddress"


def test_accounts_and_regions_are_apart(client, unique):
    name = unique("apart")
    one, two, west = client("sqs"), client("sqs", key="000000000002"), client("sqs", region="eu-west-1")
    urls = [c.create_queue(QueueName=name)["QueueUrl"] for c in (one, two, west)]
    assert urls[1].endswith(f"/000000000002/{name}") and urls[0] == urls[2]
    one.send_message(QueueUrl=urls[0], MessageBody="x")
    assert receive(two, urls[1]) == [] and receive(west, urls[2]) == []
    assert one.get_queue_url(QueueName=name, QueueOwnerAWSAccountId="000000000002")["QueueUrl"] == urls[1]


# ---- Query and CBOR ----

NS = "{http://queue.amazonaws.com/doc/2012-11-05/}"


def query(server, path="/", **form):
    body = urllib.parse.urlencode({"Version": "2012-11-05", **form}).encode()
    request = urllib.request.Request(server.url + path, body, {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, "
                         "Signature=00"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, ET.fromstring(answer.read())
    except urllib.error.HTTPError as e:
        return e.code, ET.fromstring(e.read())


def test_query_protocol(server, unique):
    name = unique("query")
    status, x = query(server, Action="CreateQueue", QueueName=name, **{
        "Attribute.1.Name": "VisibilityTimeout", "Attribute.1.Value": "7", "Tag.1.Key": "k", "Tag.1.Value": "v"})
    assert status == 200 and x.tag == NS + "CreateQueueResponse"
    url = x.find(f"{NS}CreateQueueResult/{NS}QueueUrl").text
    path = "/000000000000/" + name
    assert url == server.url + path
    # The queue by the path alone, as clients of the older SDKs post.
    status, x = query(server, path, Action="SendMessage", MessageBody="hi", **{
        "MessageAttribute.1.Name": "a", "MessageAttribute.1.Value.DataType": "String",
        "MessageAttribute.1.Value.StringValue": "b"})
    result = x.find(NS + "SendMessageResult")
    assert status == 200 and result.find(NS + "MD5OfMessageBody").text == hashlib.md5(b"hi").hexdigest()
    status, x = query(server, path, Action="ReceiveMessage", **{
        "AttributeName.1": "All", "MessageAttributeName.1": "All", "MaxNumberOfMessages": "10"})
    message = x.find(f"{NS}ReceiveMessageResult/{NS}Message")
    assert message.find(NS + "Body").text == "hi"
    names = [a.find(NS + "Name").text for a in message.findall(NS + "Attribute")]
    assert "SentTimestamp" in names and "SenderId" in names
    attribute = message.find(NS + "MessageAttribute")
    assert (attribute.find(NS + "Name").text, attribute.find(f"{NS}Value/{NS}StringValue").text) == ("a", "b")
    handle = message.find(NS + "ReceiptHandle").text
    status, x = query(server, path, Action="DeleteMessageBatch", **{
        "DeleteMessageBatchRequestEntry.1.Id": "one", "DeleteMessageBatchRequestEntry.1.ReceiptHandle": handle,
        "DeleteMessageBatchRequestEntry.2.Id": "two", "DeleteMessageBatchRequestEntry.2.ReceiptHandle": "bad"})
    result = x.find(NS + "DeleteMessageBatchResult")
    assert result.find(f"{NS}DeleteMessageBatchResultEntry/{NS}Id").text == "one"
    assert result.find(f"{NS}BatchResultErrorEntry/{NS}Code").text == "ReceiptHandleIsInvalid"
    status, x = query(server, QueueUrl=url, Action="GetQueueAttributes", **{"AttributeName.1": "VisibilityTimeout"})
    assert x.find(f"{NS}GetQueueAttributesResult/{NS}Attribute/{NS}Value").text == "7"
    status, x = query(server, Action="ListQueues", QueueNamePrefix=name)
    assert [u.text for u in x.findall(f"{NS}ListQueuesResult/{NS}QueueUrl")] == [url]
    status, x = query(server, path, Action="ListQueueTags")
    assert x.find(f"{NS}ListQueueTagsResult/{NS}Tag/{NS}Key").text == "k"


def test_query_errors(server):
    status, x = query(server, Action="GetQueueUrl", QueueName="none")
    assert status == 400 and x.tag == NS + "ErrorResponse"
    assert x.find(f"{NS}Error/{NS}Code").text == "AWS.SimpleQueueService.NonExistentQueue"
    assert x.find(f"{NS}Error/{NS}Type").text == "Sender"
    status, x = query(server, Action="SendMessage", MessageBody="x")
    assert x.find(f"{NS}Error/{NS}Code").text == "MissingParameter"


def test_json_errors(server):
    request = urllib.request.Request(server.url, b'{"QueueName":"none"}', {
        "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.GetQueueUrl"})
    with pytest.raises(urllib.error.HTTPError) as e:
        urllib.request.urlopen(request)
    assert e.value.code == 400
    assert e.value.headers["x-amzn-query-error"] == "AWS.SimpleQueueService.NonExistentQueue;Sender"
    assert json.loads(e.value.read())["__type"].endswith("#QueueDoesNotExist")


# ---- policies ----

def test_strict_mode(client_of):
    """A user's policies name the queue by its ARN; the queue's own policy lets in others."""
    with samovar.Server("--auth", "strict") as s:
        key = s.root_key()
        sqs, iam = client_of(s, "sqs", **key), client_of(s, "iam", **key)
        one, two = (sqs.create_queue(QueueName=n)["QueueUrl"] for n in ("one", "two"))
        made = iam.create_user(UserName="u") and iam.create_access_key(UserName="u")["AccessKey"]
        user = client_of(s, "sqs", key=made["AccessKeyId"], secret=made["SecretAccessKey"])
        assert code_of(user.send_message, QueueUrl=one, MessageBody="x") == "AccessDenied"
        iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage",
                                                    "Resource": arn_of(sqs, one)}]}))
        user.send_message(QueueUrl=one, MessageBody="x")
        user.send_message_batch(QueueUrl=one, Entries=[{"Id": "a", "MessageBody": "x"}])
        assert code_of(user.send_message, QueueUrl=two, MessageBody="x") == "AccessDenied"
        assert code_of(user.receive_message, QueueUrl=one) == "AccessDenied"
        policy = {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:user/u"}, "Action": "sqs:SendMessage",
            "Resource": arn_of(sqs, two)}]}
        sqs.set_queue_attributes(QueueUrl=two, Attributes={"Policy": json.dumps(policy)})
        user.send_message(QueueUrl=two, MessageBody="x")
        policy["Statement"][0].update(Effect="Deny", Resource=arn_of(sqs, one))
        sqs.set_queue_attributes(QueueUrl=one, Attributes={"Policy": json.dumps(policy)})
        assert code_of(user.send_message, QueueUrl=one, MessageBody="x") == "AccessDenied"


# ---- what outlives the process ----

def test_survives_kill(client_of):
    s = samovar.Server().start()
    try:
        sqs = client_of(s, "sqs")
        url = sqs.create_queue(QueueName="kept", Attributes={"VisibilityTimeout": "2"})["QueueUrl"]
        fifo = sqs.create_queue(QueueName="kept.fifo", Attributes={
            "FifoQueue": "true", "ContentBasedDeduplication": "true"})["QueueUrl"]
        for i in range(20):
            sqs.send_message(QueueUrl=url, MessageBody=f"m{i}")
        for i in range(4):
            number = int(send_fifo(sqs, fifo, str(i))["SequenceNumber"])
        taken = receive(sqs, url, 5)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=taken[0]["ReceiptHandle"])
        first = receive(sqs, fifo, 1)[0]
        s.kill()
        s.start()
        sqs = client_of(s, "sqs")
        assert counts(sqs, url) == (15, 4, 0) and counts(sqs, fifo) == (3, 1, 0)
        # Still blocked, still deduplicated, and the handle is good.
        assert receive(sqs, fifo) == []
        send_fifo(sqs, fifo, "3")
        assert int(send_fifo(sqs, fifo, "4")["SequenceNumber"]) > number
        sqs.delete_message(QueueUrl=fifo, ReceiptHandle=first["ReceiptHandle"])
        assert bodies(receive(sqs, fifo)) == ["1", "2", "3", "4"]
        seen = {taken[0]["Body"]}
        deadline = time.monotonic() + 10
        while len(seen) < 20 and time.monotonic() < deadline:
            seen |= set(bodies(receive(sqs, url, wait=1, VisibilityTimeout=60)))
        assert seen == {f"m{i}" for i in range(20)}
        assert s.stop() == 0
    finally:
        if s.process.poll() is None:
            s.kill()
        s.remove()
