"""The same requests over JSON, Query and CBOR, written and read by botocore's own serializers (SQS API Reference, "CreateQueue" and
"SetQueueAttributes": the values of each attribute and the errors)."""

import json
import urllib.error
import urllib.parse
import urllib.request

import botocore.parsers
import botocore.serialize
import botocore.session
import pytest

MODEL = botocore.session.get_session().get_service_model("sqs")
PROTOCOLS = ["json", "query", "smithy-rpc-v2-cbor"]
CREDENTIAL = ("AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=00")


def form(operation, arguments):
    """The names of the Query protocol, which the model does not tell."""
    out = {"Action": operation, "Version": "2012-11-05"}
    for name, value in arguments.items():
        if name == "Attributes":
            for i, (k, v) in enumerate(value.items(), 1):
                out |= {f"Attribute.{i}.Name": k, f"Attribute.{i}.Value": v}
        elif name == "Entries":
            out |= {f"{operation}RequestEntry.{i}.{k}": v for i, e in enumerate(value, 1) for k, v in e.items()}
        else:
            out[name] = value
    return urllib.parse.urlencode(out).encode()


def post(url, body, headers):
    request = urllib.request.Request(url, body, {**headers, "Authorization": CREDENTIAL}, method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.headers, e.read()


def asker(server, protocol):
    """ask("SendMessage", MessageBody="x", ...): the parsed answer; of Query only its error."""
    parser = botocore.parsers.create_parser(protocol)
    serializer = botocore.serialize.create_serializer(protocol, include_validation=False)

    def ask(operation, **arguments):
        model = MODEL.operation_model(operation)
        if protocol == "query":
            status, head, text = post(server.url, form(operation, arguments), {"Content-Type": "application/x-www-form-urlencoded"})
            return {} if status == 200 else parser.parse({"status_code": status, "headers": dict(head), "body": text}, None)
        r = serializer.serialize_to_request(arguments, model)
        body = r["body"].encode() if isinstance(r["body"], str) else r["body"]
        status, head, text = post(server.url + r["url_path"], body, {**r["headers"], "x-amzn-query-mode": "true"})
        headers = {k.lower(): v for k, v in head.items()}
        answer = parser.parse({"status_code": status, "headers": headers, "body": text}, model.output_shape)
        if status != 200:
            answer["Error"]["Code"] = headers["x-amzn-query-error"].split(";")[0]
        return answer

    return ask


@pytest.fixture(params=PROTOCOLS)
def ask(request, server):
    return asker(server, request.param)


@pytest.fixture
def url(server, unique):
    return asker(server, "json")("CreateQueue", QueueName=unique("p"))["QueueUrl"]


def code_of(answer):
    return answer["Error"]["Code"]


@pytest.mark.parametrize("protocol", ["json", "smithy-rpc-v2-cbor"])
def test_life_of_a_message(server, protocol, unique):
    ask = asker(server, protocol)
    url = ask("CreateQueue", QueueName=unique("p"), Attributes={"VisibilityTimeout": "7"})["QueueUrl"]
    sent = ask("SendMessage", QueueUrl=url, MessageBody="hi", DelaySeconds=0, MessageAttributes={
        "text": {"DataType": "String", "StringValue": "ü"}, "bytes": {"DataType": "Binary", "BinaryValue": b"\0\1\xff"}})
    assert sent["MD5OfMessageBody"] == "49f68a5c8493ec2c0bf489821c21fc3b" and sent["MessageId"]
    [m] = ask("ReceiveMessage", QueueUrl=url, MessageAttributeNames=["All"], AttributeNames=["All"],
              MaxNumberOfMessages=10)["Messages"]
    assert m["Body"] == "hi" and m["MessageAttributes"]["bytes"]["BinaryValue"] == b"\0\1\xff"
    assert m["MessageAttributes"]["text"]["StringValue"] == "ü" and m["Attributes"]["ApproximateReceiveCount"] == "1"
    done = ask("DeleteMessageBatch", QueueUrl=url, Entries=[{"Id": "a", "ReceiptHandle": m["ReceiptHandle"]},
                                                            {"Id": "b", "ReceiptHandle": "bad"}])
    assert [e["Id"] for e in done["Successful"]] == ["a"]
    assert [(e["Id"], e["Code"], e["SenderFault"]) for e in done["Failed"]] == [("b", "ReceiptHandleIsInvalid", True)]


# attribute: values that are refused
WRONG = {"DelaySeconds": ["-1", "901", "x", ""], "MaximumMessageSize": ["1023", "1048577", "x"],
         "MessageRetentionPeriod": ["59", "1209601"], "ReceiveMessageWaitTimeSeconds": ["-1", "21"],
         "VisibilityTimeout": ["-1", "43201", "1.5"], "KmsDataKeyReusePeriodSeconds": ["59", "86401"],
         "SqsManagedSseEnabled": ["yes"], "Policy": ["nonsense", "[]"], "RedrivePolicy": [
             "nonsense", json.dumps({"maxReceiveCount": 3}), json.dumps(
                 {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:x", "maxReceiveCount": 0})],
         "RedriveAllowPolicy": ["nonsense", json.dumps({"redrivePermission": "some"})]}
NAMES = [("ContentBasedDeduplication", "true"), ("DeduplicationScope", "queue"), ("FifoThroughputLimit", "perQueue"),
         ("QueueArn", "x"), ("CreatedTimestamp", "1"), ("Nonsense", "1")]


def test_wrong_attributes(server, ask, url, unique):
    def attributes():
        return asker(server, "json")("GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]

    before = attributes()
    for name, values in WRONG.items():
        # What a redrive policy says is judged as a parameter.
        code = "InvalidParameterValue" if name.startswith("Redrive") else "InvalidAttributeValue"
        for value in values:
            assert (name, value, code_of(ask("SetQueueAttributes", QueueUrl=url, Attributes={name: value}))) == (name, value, code)
        queue = unique("never")
        assert code_of(ask("CreateQueue", QueueName=queue, Attributes={name: values[0]})) == code
        assert code_of(ask("GetQueueUrl", QueueName=queue)) == "AWS.SimpleQueueService.NonExistentQueue"
    for name, value in NAMES:
        assert (name, code_of(ask("SetQueueAttributes", QueueUrl=url, Attributes={name: value}))) == (name, "InvalidAttributeName")
    assert attributes() == before


def test_errors(ask, url):
    entry = {"Id": "a", "MessageBody": "x"}
    for code, operation, arguments in [
            ("AWS.SimpleQueueService.NonExistentQueue", "SendMessage", {"QueueUrl": url + "x", "MessageBody": "x"}),
            ("MissingParameter", "SendMessage", {"QueueUrl": url}),
            ("ReceiptHandleIsInvalid", "DeleteMessage", {"QueueUrl": url, "ReceiptHandle": "bad"}),
            ("InvalidParameterValue", "ReceiveMessage", {"QueueUrl": url, "MaxNumberOfMessages": 11}),
            ("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "SendMessageBatch", {"QueueUrl": url, "Entries": [entry, entry]}),
            ("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "SendMessageBatch", {
                "QueueUrl": url, "Entries": [{"Id": str(i), "MessageBody": "x"} for i in range(11)]}),
            ("AWS.SimpleQueueService.InvalidBatchEntryId", "SendMessageBatch", {
                "QueueUrl": url, "Entries": [{"Id": "a b", "MessageBody": "x"}]})]:
        assert code_of(ask(operation, **arguments)) == code, operation
