"""SNS through boto3: topics, subscriptions, publishing, FIFO, filters, permissions, stacks."""

import json
import time
import uuid

import pytest
from botocore.exceptions import ClientError


def error_of(call, **arguments):
    with pytest.raises(ClientError) as e:
        call(**arguments)
    return e.value.response["Error"]["Code"], e.value.response["Error"]["Message"]


def code_of(call, **arguments):
    return error_of(call, **arguments)[0]


@pytest.fixture
def sns(client):
    return client("sns")


@pytest.fixture
def sqs(client):
    return client("sqs")


@pytest.fixture
def topic(sns, unique):
    """topic(DisplayName="x"): the ARN of a new topic; fifo=True makes a FIFO one."""

    def make(fifo=False, **attributes):
        if fifo:
            attributes["FifoTopic"] = "true"
        return sns.create_topic(Name=unique("t") + (".fifo" if fifo else ""), Attributes=attributes)["TopicArn"]

    return make


@pytest.fixture
def queue(sqs, unique):
    """queue(): the URL and the ARN of a new queue."""

    def make(fifo=False, **attributes):
        if fifo:
            attributes["FifoQueue"] = "true"
        name = unique("q") + (".fifo" if fifo else "")
        return (sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"],
                f"arn:aws:sqs:us-east-1:000000000000:{name}")

    return make


@pytest.fixture
def subscribed(sns, topic, queue):
    """subscribed(RawMessageDelivery="true"): a topic, a queue's URL, the subscription between them."""

    def make(fifo=False, fifo_queue=None, topic_attributes=None, **attributes):
        arn = topic(fifo=fifo, **(topic_attributes or {}))
        url, queue_arn = queue(fifo=fifo if fifo_queue is None else fifo_queue)
        subscription = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn,
                                     Attributes=attributes)["SubscriptionArn"]
        return arn, url, subscription

    return make


def receive(sqs, url, wait=2, **more):
    return sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=wait,
                               MessageAttributeNames=["All"], AttributeNames=["All"], **more).get("Messages", [])


def drain(sqs, url, n):
    """The first n messages, in the order in which they came, deleted."""
    got, end = [], time.monotonic() + 20
    while len(got) < n and time.monotonic() < end:
        for m in receive(sqs, url):
            got.append(m)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
    return got


def text(value):
    return {"DataType": "String", "StringValue": value}


def number(value):
    return {"DataType": "Number", "StringValue": str(value)}


# ---- topics ----

def test_create_find_list_delete(sns, unique):
    name = unique("life")
    arn = sns.create_topic(Name=name, Attributes={"DisplayName": "Tea"}, Tags=[{"Key": "a", "Value": "b"}])["TopicArn"]
    assert arn == f"arn:aws:sns:us-east-1:000000000000:{name}"
    assert sns.create_topic(Name=name)["TopicArn"] == arn
    assert sns.create_topic(Name=name, Attributes={"DisplayName": "Tea"}, Tags=[{"Key": "a", "Value": "b"}])[
        "TopicArn"] == arn
    assert error_of(sns.create_topic, Name=name, Attributes={"DisplayName": "Coffee"}) == (
        "InvalidParameter", "Invalid parameter: Attributes Reason: Topic already exists with different attributes")
    assert error_of(sns.create_topic, Name=name, Tags=[{"Key": "a", "Value": "c"}])[0] == "InvalidParameter"
    pages = sns.get_paginator("list_topics").paginate()
    assert [t["TopicArn"] for p in pages for t in p["Topics"]].count(arn) == 1
    sns.delete_topic(TopicArn=arn)
    sns.delete_topic(TopicArn=arn)
    assert error_of(sns.get_topic_attributes, TopicArn=arn) == ("NotFound", "Topic does not exist")
    assert code_of(sns.publish, TopicArn=arn, Message="x") == "NotFound"


def test_pages_of_topics(client, unique):
    sns, prefix = client("sns", key="000000000031"), unique("page")
    arns = [sns.create_topic(Name=f"{prefix}-{i:03}")["TopicArn"] for i in range(130)]
    first = sns.list_topics()
    assert [t["TopicArn"] for t in first["Topics"]] == arns[:100]
    second = sns.list_topics(NextToken=first["NextToken"])
    assert [t["TopicArn"] for t in second["Topics"]] == arns[100:] and "NextToken" not in second


@pytest.mark.parametrize("name,attributes", [
    ("", {}), ("a b", {}), ("x" * 257, {}), ("dot.ted", {}), ("a.fifo", {}), ("plain", {"FifoTopic": "true"}),
    (".fifo", {"FifoTopic": "true"})])
def test_wrong_names(sns, name, attributes):
    code, message = error_of(sns.create_topic, Name=name, Attributes=attributes)
    assert code == "InvalidParameter" and "opic" in message


def test_wrong_arns(sns):
    code, message = error_of(sns.get_topic_attributes, TopicArn="x")
    assert code == "InvalidParameter"
    assert message == "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"
    assert code_of(sns.get_topic_attributes, TopicArn="arn:aws:sqs:us-east-1:000000000000:q") == "InvalidParameter"


def test_topic_attributes(sns, topic):
    arn = topic()
    a = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert a["TopicArn"] == arn and a["Owner"] == "000000000000" and a["DisplayName"] == ""
    assert (a["SubscriptionsConfirmed"], a["SubscriptionsPending"], a["SubscriptionsDeleted"]) == ("0", "0", "0")
    assert json.loads(a["Policy"])["Id"] == "__default_policy_ID"
    retry = json.loads(a["EffectiveDeliveryPolicy"])["http"]["defaultHealthyRetryPolicy"]
    assert retry["numRetries"] == 3 and retry["minDelayTarget"] == 20 and retry["backoffFunction"] == "linear"
    assert "FifoTopic" not in a
    policy = {"http": {"defaultHealthyRetryPolicy": {"numRetries": 10, "minDelayTarget": 1, "maxDelayTarget": 60,
                                                     "backoffFunction": "exponential"}}}
    for name, value in (("DisplayName", "Tea & cakes"), ("SignatureVersion", "2"), ("TracingConfig", "Active"),
                        ("KmsMasterKeyId", "alias/aws/sns"), ("DeliveryPolicy", json.dumps(policy))):
        sns.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=value)
        assert sns.get_topic_attributes(TopicArn=arn)["Attributes"][name] == value
    retry = json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["EffectiveDeliveryPolicy"])["http"][
        "defaultHealthyRetryPolicy"]
    assert retry["numRetries"] == 10 and retry["backoffFunction"] == "exponential"


@pytest.mark.parametrize("name,value", [
    ("DisplayName", "x" * 101), ("SignatureVersion", "3"), ("TracingConfig", "on"), ("Policy", "{"),
    ("Policy", '{"Version":"2012-10-17"}'), ("DeliveryPolicy", "{"), ("DeliveryPolicy", '{"ftp":{}}'),
    ("DeliveryPolicy", '{"http":{"defaultHealthyRetryPolicy":{"numRetries":101}}}'),
    ("DeliveryPolicy", '{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":30,"maxDelayTarget":20}}}'),
    ("DeliveryPolicy", '{"http":{"defaultHealthyRetryPolicy":{"backoffFunction":"random"}}}'),
    ("FifoTopic", "true"), ("FifoThroughputScope", "Topic"), ("ContentBasedDeduplication", "true"),
    ("ArchivePolicy", "{}"), ("HTTPSuccessFeedbackRoleArn", "arn:aws:iam::000000000000:role/x"), ("Colour", "red")])
def test_wrong_topic_attributes(sns, topic, name, value):
    arn = topic()
    before = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert code_of(sns.set_topic_attributes, TopicArn=arn, AttributeName=name,
                   AttributeValue=value) == "InvalidParameter"
    assert sns.get_topic_attributes(TopicArn=arn)["Attributes"] == before


def test_what_is_not_served_is_named(sns, topic):
    for name in "ArchivePolicy", "SQSFailureFeedbackRoleArn":
        code, message = error_of(sns.set_topic_attributes, TopicArn=topic(), AttributeName=name, AttributeValue="{}")
        assert code == "InvalidParameter" and name in message
    for protocol in "application", "firehose":
        code, message = error_of(sns.subscribe, TopicArn=topic(), Protocol=protocol, Endpoint="arn:aws:x:y:z:1")
        assert code == "InvalidParameter" and protocol in message
    with pytest.raises(ClientError) as e:
        sns.create_platform_application(Name="x", Platform="GCM", Attributes={})
    assert "CreatePlatformApplication" in e.value.response["Error"]["Message"]


def test_tags(sns, topic):
    arn = topic()
    sns.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    sns.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}])
    tags = lambda: {t["Key"]: t["Value"] for t in sns.list_tags_for_resource(ResourceArn=arn)["Tags"]}
    assert tags() == {"a": "2", "b": ""}
    sns.untag_resource(ResourceArn=arn, TagKeys=["a", "zz"])
    assert tags() == {"b": ""}
    assert code_of(sns.tag_resource, ResourceArn=arn + "x", Tags=[{"Key": "a", "Value": "1"}]) == "ResourceNotFound"
    assert code_of(sns.tag_resource, ResourceArn=arn, Tags=[{"Key": "aws:x", "Value": "1"}]) == "InvalidParameter"
    many = [{"Key": f"k{i}", "Value": "v"} for i in range(50)]
    assert code_of(sns.tag_resource, ResourceArn=arn, Tags=many) == "TagLimitExceeded"
    assert tags() == {"b": ""}


def test_permissions(sns, topic):
    arn = topic()
    sns.add_permission(TopicArn=arn, Label="pub", AWSAccountId=["111111111111", "222222222222"],
                       ActionName=["Publish"])
    policy = json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])
    s = [s for s in policy["Statement"] if s["Sid"] == "pub"][0]
    assert s == {"Sid": "pub", "Effect": "Allow", "Resource": arn, "Action": "SNS:Publish", "Principal": {
        "AWS": ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"]}}
    assert code_of(sns.add_permission, TopicArn=arn, Label="pub", AWSAccountId=["111111111111"],
                   ActionName=["Publish"]) == "InvalidParameter"
    assert code_of(sns.add_permission, TopicArn=arn, Label="x", AWSAccountId=["111111111111"],
                   ActionName=["SendMessage"]) == "InvalidParameter"
    sns.remove_permission(TopicArn=arn, Label="pub")
    policy = json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])
    assert [s["Sid"] for s in policy["Statement"]] == ["__default_statement_ID"]


# ---- subscriptions ----

def test_subscribe_list_unsubscribe(sns, subscribed, queue):
    arn, url, subscription = subscribed()
    assert subscription.startswith(arn + ":")
    queue_arn = f"arn:aws:sqs:us-east-1:000000000000:{url.rsplit('/', 1)[1]}"
    assert sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn)["SubscriptionArn"] == subscription
    code, message = error_of(sns.subscribe, TopicArn=arn, Protocol="sqs", Endpoint=queue_arn,
                             Attributes={"RawMessageDelivery": "true"})
    assert code == "InvalidParameter" and "already exists with different attributes" in message
    row = {"SubscriptionArn": subscription, "Owner": "000000000000", "Protocol": "sqs", "Endpoint": queue_arn,
           "TopicArn": arn}
    assert sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"] == [row]
    everything = [s for p in sns.get_paginator("list_subscriptions").paginate() for s in p["Subscriptions"]]
    assert row in everything
    sns.unsubscribe(SubscriptionArn=subscription)
    sns.unsubscribe(SubscriptionArn=subscription)
    assert sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"] == []
    assert error_of(sns.get_subscription_attributes, SubscriptionArn=subscription) == (
        "NotFound", "Subscription does not exist")
    assert sns.get_topic_attributes(TopicArn=arn)["Attributes"]["SubscriptionsDeleted"] == "1"


def test_pages_of_subscriptions(client, unique):
    sns = client("sns", key="000000000032")
    arn = sns.create_topic(Name=unique("t"))["TopicArn"]
    made = {sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:000000000032:q{i}")[
        "SubscriptionArn"] for i in range(120)}
    for name, more in ("list_subscriptions_by_topic", {"TopicArn": arn}), ("list_subscriptions", {}):
        pages = list(sns.get_paginator(name).paginate(**more))
        assert [len(p["Subscriptions"]) for p in pages] == [100, 20]
        assert {s["SubscriptionArn"] for p in pages for s in p["Subscriptions"]} == made
    sns.delete_topic(TopicArn=arn)
    assert sns.list_subscriptions()["Subscriptions"] == []


def test_subscription_attributes(sns, subscribed, queue):
    arn, _, subscription = subscribed()
    a = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    assert a["TopicArn"] == arn and a["Protocol"] == "sqs" and a["Owner"] == "000000000000"
    assert (a["PendingConfirmation"], a["ConfirmationWasAuthenticated"], a["RawMessageDelivery"]) == (
        "false", "true", "false")
    assert "FilterPolicy" not in a
    dead = json.dumps({"deadLetterTargetArn": queue()[1]})
    for name, value in (("RawMessageDelivery", "true"), ("FilterPolicy", '{"a": ["b"]}'), ("RedrivePolicy", dead),
                        ("FilterPolicyScope", "MessageBody"), ("FilterPolicy", '{"a": {"b": ["c"]}}')):
        sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName=name, AttributeValue=value)
        assert sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"][name] == value
    # A nested policy is none over attributes.
    assert code_of(sns.set_subscription_attributes, SubscriptionArn=subscription, AttributeName="FilterPolicyScope",
                   AttributeValue="MessageAttributes") == "InvalidParameter"
    for name in "FilterPolicy", "RedrivePolicy":
        sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName=name, AttributeValue="")
        assert name not in sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]


@pytest.mark.parametrize("name,value", [
    ("RawMessageDelivery", "yes"), ("FilterPolicy", "{"), ("FilterPolicy", '{"a": "b"}'),
    ("FilterPolicy", '{"a": {"b": ["c"]}}'), ("FilterPolicy", '{"a": [{"wildcard": "x*"}]}'),
    ("FilterPolicy", '{"a": [{"numeric": ["=", 10000000000]}]}'),
    ("FilterPolicy", '{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}'),
    ("FilterPolicy", json.dumps({"a": [str(i) for i in range(13)], "b": [str(i) for i in range(12)]})),
    ("FilterPolicyScope", "Headers"), ("RedrivePolicy", "{"), ("RedrivePolicy", '{"deadLetterTargetArn": "x"}'),
    ("RedrivePolicy", '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:x.fifo"}'),
    ("RedrivePolicy", '{"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:000000000000:x"}'),
    ("DeliveryPolicy", '{"healthyRetryPolicy": {"numRetries": -1}}'),
    ("DeliveryPolicy", '{"throttlePolicy": {"maxReceivesPerSecond": 1}}'), ("ReplayPolicy", "{}"), ("Colour", "red")])
def test_wrong_subscription_attributes(sns, subscribed, name, value):
    _, _, subscription = subscribed()
    before = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    assert code_of(sns.set_subscription_attributes, SubscriptionArn=subscription, AttributeName=name,
                   AttributeValue=value) == "InvalidParameter"
    assert sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"] == before


@pytest.mark.parametrize("protocol,endpoint", [
    ("sqs", "http://x"), ("sqs", "arn:aws:sqs:us-east-1:000000000000:x.fifo"), ("lambda", "arn:aws:lambda:us-east-1:x"),
    ("http", "https://x"), ("https", "http://x"), ("http", "http:///x"), ("email", "nobody"), ("email", "a@b@c"),
    ("email", "a b@c"), ("sms", "12345"), ("sms", "+1x2345678"), ("pigeon", "x"), ("sqs", "")])
def test_wrong_endpoints(sns, topic, protocol, endpoint):
    arn = topic()
    assert code_of(sns.subscribe, TopicArn=arn, Protocol=protocol, Endpoint=endpoint) == "InvalidParameter"
    assert sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"] == []


def test_raw_delivery_is_for_queues_and_urls(sns, topic):
    code, message = error_of(sns.subscribe, TopicArn=topic(), Protocol="email", Endpoint="a@example.com",
                             Attributes={"RawMessageDelivery": "true"})
    assert code == "InvalidParameter" and "does not support raw message delivery" in message


# ---- publishing to queues ----

def test_envelope(sns, sqs, subscribed):
    arn, url, subscription = subscribed()
    published = sns.publish(TopicArn=arn, Message='"Tea", čaj, 茶\n', Subject="A subject", MessageAttributes={
        "s": text("x"), "n": number("1.5"), "b": {"DataType": "Binary", "BinaryValue": b"\0\1\2"},
        "a": {"DataType": "String.Array", "StringValue": '["x", 1, true, null]'}})
    (m,) = receive(sqs, url)
    body = json.loads(m["Body"])
    assert body["Type"] == "Notification" and body["MessageId"] == published["MessageId"] and body["TopicArn"] == arn
    assert body["Message"] == '"Tea", čaj, 茶\n' and body["Subject"] == "A subject"
    assert body["MessageAttributes"] == {
        "s": {"Type": "String", "Value": "x"}, "n": {"Type": "Number", "Value": "1.5"},
        "b": {"Type": "Binary", "Value": "AAEC"}, "a": {"Type": "String.Array", "Value": '["x", 1, true, null]'}}
    assert time.strptime(body["Timestamp"][:19], "%Y-%m-%dT%H:%M:%S") and body["Timestamp"][19] == "."
    assert body["SignatureVersion"] == "1" and body["Signature"] and body["SigningCertURL"].endswith(".pem")
    assert body["UnsubscribeURL"].endswith(f"?Action=Unsubscribe&SubscriptionArn={subscription}")
    assert "MessageAttributes" not in m
    sns.publish(TargetArn=arn, Message="plain")
    body = json.loads(drain(sqs, url, 2)[-1]["Body"])
    assert "Subject" not in body and "MessageAttributes" not in body


def test_raw_delivery(sns, sqs, subscribed):
    arn, url, _ = subscribed(RawMessageDelivery="true")
    sns.publish(TopicArn=arn, Message="bare", Subject="lost", MessageAttributes={
        "s": text("x"), "n": number(7), "b": {"DataType": "Binary", "BinaryValue": b"\0\1"}})
    (m,) = receive(sqs, url)
    assert m["Body"] == "bare"
    got = m["MessageAttributes"]
    assert got["s"] == text("x") and got["n"] == number(7) and got["b"]["BinaryValue"] == b"\0\1"


def test_message_for_each_protocol(sns, sqs, subscribed):
    arn, url, _ = subscribed()
    sns.publish(TopicArn=arn, MessageStructure="json", Message=json.dumps({"default": "d", "sqs": "for queues"}))
    sns.publish(TopicArn=arn, MessageStructure="json", Message=json.dumps({"default": "d", "lambda": "for functions"}))
    assert [json.loads(m["Body"])["Message"] for m in drain(sqs, url, 2)] == ["for queues", "d"]
    for message in '{"sqs": "x"}', "{", '["default"]', '{"default": 1}':
        code, said = error_of(sns.publish, TopicArn=arn, MessageStructure="json", Message=message)
        assert code == "InvalidParameter" and "Message Structure" in said
    assert code_of(sns.publish, TopicArn=arn, MessageStructure="xml", Message="x") == "InvalidParameter"


@pytest.mark.parametrize("more,code", [
    ({"Message": ""}, "InvalidParameter"), ({"Message": "x" * (256 * 1024 + 1)}, "InvalidParameter"),
    ({"Subject": ""}, "InvalidParameter"), ({"Subject": "x" * 101}, "InvalidParameter"),
    ({"Subject": "a\nb"}, "InvalidParameter"), ({"MessageDeduplicationId": "x"}, "InvalidParameter"),
    ({"MessageAttributes": {"a b": text("x")}}, "ParameterValueInvalid"),
    ({"MessageAttributes": {"AWS.x": text("x")}}, "ParameterValueInvalid"),
    ({"MessageAttributes": {"a": text("")}}, "ParameterValueInvalid"),
    ({"MessageAttributes": {"a": number("x")}}, "ParameterValueInvalid"),
    ({"MessageAttributes": {"a": {"DataType": "Text", "StringValue": "x"}}}, "ParameterValueInvalid"),
    ({"MessageAttributes": {"a": {"DataType": "Binary", "StringValue": "x"}}}, "ParameterValueInvalid"),
    ({"MessageAttributes": {"a": {"DataType": "String.Array", "StringValue": "x"}}}, "ParameterValueInvalid"),
    ({"MessageAttributes": {"a": text("x" * 200000)}, "Message": "x" * 70000}, "InvalidParameter")])
def test_wrong_messages(sns, sqs, subscribed, more, code):
    arn, url, _ = subscribed()
    assert code_of(sns.publish, **{"TopicArn": arn, "Message": "x", **more}) == code
    assert receive(sqs, url, wait=0) == []


def test_publish_needs_one_target(sns, topic):
    assert code_of(sns.publish, Message="x") == "InvalidParameter"
    assert code_of(sns.publish, Message="x", TopicArn=topic(), PhoneNumber="+491701234567") == "InvalidParameter"
    assert code_of(sns.publish, Message="x", PhoneNumber="0170") == "InvalidParameter"
    assert sns.publish(Message="x", PhoneNumber="+491701234567")["MessageId"]


def test_largest_message(sns, sqs, subscribed):
    arn, url, _ = subscribed(RawMessageDelivery="true")
    sns.publish(TopicArn=arn, Message="x" * 256 * 1024)
    assert len(receive(sqs, url)[0]["Body"]) == 256 * 1024


def test_batch(sns, sqs, subscribed):
    arn, url, _ = subscribed(RawMessageDelivery="true")
    entries = [{"Id": "a", "Message": "1", "MessageAttributes": {"k": text("v")}}, {"Id": "b", "Message": ""},
               {"Id": "c", "Message": "3", "Subject": "s" * 101}, {"Id": "d", "Message": "4"}]
    got = sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)
    assert [s["Id"] for s in got["Successful"]] == ["a", "d"] and all(s["MessageId"] for s in got["Successful"])
    assert [(f["Id"], f["Code"], f["SenderFault"]) for f in got["Failed"]] == [
        ("b", "InvalidParameter", True), ("c", "InvalidParameter", True)]
    assert [m["Body"] for m in drain(sqs, url, 2)] == ["1", "4"]
    e = lambda **more: code_of(sns.publish_batch, TopicArn=arn, **more)
    assert e(PublishBatchRequestEntries=[]) == "EmptyBatchRequest"
    assert e(PublishBatchRequestEntries=[{"Id": "a", "Message": "x"}] * 2) == "BatchEntryIdsNotDistinct"
    assert e(PublishBatchRequestEntries=[{"Id": str(i), "Message": "x"} for i in range(11)]) == (
        "TooManyEntriesInBatchRequest")
    assert e(PublishBatchRequestEntries=[{"Id": "a b", "Message": "x"}]) == "InvalidBatchEntryId"
    assert e(PublishBatchRequestEntries=[{"Id": str(i), "Message": "x" * 140000} for i in range(2)]) == (
        "BatchRequestTooLong")
    assert receive(sqs, url, wait=0) == []


def test_every_subscription_gets_it(sns, sqs, topic, queue):
    arn, queues = topic(), [queue() for _ in range(20)]
    for _, queue_arn in queues:
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn)
    sns.publish(TopicArn=arn, Message="all")
    for url, _ in queues:
        assert [json.loads(m["Body"])["Message"] for m in receive(sqs, url)] == ["all"]


def test_a_batch_for_many(client, unique):
    sns, sqs = client("sns", key="000000000034"), client("sqs", key="000000000034")
    arn = sns.create_topic(Name=unique("t"))["TopicArn"]
    urls = [sqs.create_queue(QueueName=f"q{i}")["QueueUrl"] for i in range(110)]
    for i in range(110):
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:000000000034:q{i}",
                      Attributes={"RawMessageDelivery": "true"})
    got = sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=[{"Id": str(i), "Message": str(i)} for i in range(10)])
    assert len(got["Successful"]) == 10
    for url in urls[0], urls[57], urls[109]:
        assert sorted(m["Body"] for m in drain(sqs, url, 10)) == [str(i) for i in range(10)]
        assert receive(sqs, url, wait=0) == []


def test_a_queue_that_is_gone_leaves_its_messages_to_the_dead(sns, sqs, subscribed, queue):
    dead_url, dead_arn = queue()
    arn, url, _ = subscribed(RedrivePolicy=json.dumps({"deadLetterTargetArn": dead_arn}))
    other_url, other_arn = queue()
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=other_arn)
    sqs.delete_queue(QueueUrl=url)
    sns.publish(TopicArn=arn, Message="lost?")
    assert json.loads(receive(sqs, dead_url)[0]["Body"])["Message"] == "lost?"
    assert json.loads(receive(sqs, other_url)[0]["Body"])["Message"] == "lost?"


def test_raw_with_too_many_attributes_goes_to_the_dead(sns, sqs, subscribed, queue):
    dead_url, dead_arn = queue()
    arn, url, _ = subscribed(RedrivePolicy=json.dumps({"deadLetterTargetArn": dead_arn}))
    attributes = {f"k{i}": text("v") for i in range(11)}
    sns.publish(TopicArn=arn, Message="enveloped", MessageAttributes=attributes)
    assert len(json.loads(receive(sqs, url)[0]["Body"])["MessageAttributes"]) == 11


# ---- settings of short messages ----

def test_sms_attributes(client):
    sns = client("sns", key="000000000033")
    assert sns.get_sms_attributes()["attributes"] == {}
    sns.set_sms_attributes(attributes={"DefaultSenderID": "TEA", "MonthlySpendLimit": "5"})
    sns.set_sms_attributes(attributes={"DefaultSMSType": "Transactional", "MonthlySpendLimit": "6"})
    everything = {"DefaultSenderID": "TEA", "MonthlySpendLimit": "6", "DefaultSMSType": "Transactional"}
    assert sns.get_sms_attributes()["attributes"] == everything
    assert sns.get_sms_attributes(attributes=["DefaultSenderID"])["attributes"] == {"DefaultSenderID": "TEA"}
    for wrong in {"DefaultSMSType": "Loud"}, {"MonthlySpendLimit": "x"}, {"DefaultSenderID": "123"}, {"Colour": "red"}, \
            {"DeliveryStatusIAMRole": "arn:aws:iam::000000000033:role/x"}:
        assert code_of(sns.set_sms_attributes, attributes={"DefaultSenderID": "NEW", **wrong}) == "InvalidParameter"
    assert sns.get_sms_attributes()["attributes"] == everything
    assert sns.check_if_phone_number_is_opted_out(phoneNumber="+491701234567")["isOptedOut"] is False
    assert code_of(sns.check_if_phone_number_is_opted_out, phoneNumber="0170") == "InvalidParameter"
    assert sns.list_phone_numbers_opted_out()["phoneNumbers"] == []
    assert sns.get_sms_sandbox_account_status()["IsInSandbox"] is False


# ---- FIFO topics ----

def test_fifo(sns, sqs, subscribed):
    arn, url, _ = subscribed(fifo=True, RawMessageDelivery="true")
    a = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert (a["FifoTopic"], a["ContentBasedDeduplication"], a["FifoThroughputScope"]) == ("true", "false", "Topic")
    sequences = []
    for i in range(20):
        got = sns.publish(TopicArn=arn, Message=str(i), MessageGroupId=f"g{i % 2}", MessageDeduplicationId=f"d{i}")
        sequences.append(got["SequenceNumber"])
    assert sequences == sorted(sequences) and len(set(sequences)) == 20 and all(len(s) == 20 for s in sequences)
    got = drain(sqs, url, 20)
    for g in 0, 1:
        assert [m["Body"] for m in got if m["Attributes"]["MessageGroupId"] == f"g{g}"] == [
            str(i) for i in range(g, 20, 2)]
    assert code_of(sns.publish, TopicArn=arn, Message="x", MessageGroupId="g") == "InvalidParameter"
    assert code_of(sns.publish, TopicArn=arn, Message="x", MessageDeduplicationId="d") == "InvalidParameter"


def test_fifo_deduplication(sns, sqs, subscribed):
    arn, url, _ = subscribed(fifo=True, RawMessageDelivery="true")
    first = sns.publish(TopicArn=arn, Message="1", MessageGroupId="g", MessageDeduplicationId="d")
    again = sns.publish(TopicArn=arn, Message="other", MessageGroupId="h", MessageDeduplicationId="d")
    assert again["MessageId"] == first["MessageId"] and again["SequenceNumber"] == first["SequenceNumber"]
    sns.publish(TopicArn=arn, Message="2", MessageGroupId="g", MessageDeduplicationId="e")
    assert [m["Body"] for m in drain(sqs, url, 2)] == ["1", "2"]
    assert receive(sqs, url, wait=0) == []


def test_fifo_deduplication_by_content(sns, sqs, subscribed):
    arn, url, _ = subscribed(fifo=True, topic_attributes={"ContentBasedDeduplication": "true"},
                             RawMessageDelivery="true")
    ids = {sns.publish(TopicArn=arn, Message=m, MessageGroupId="g")["MessageId"] for m in "aabba"}
    assert len(ids) == 2
    assert [m["Body"] for m in drain(sqs, url, 2)] == ["a", "b"] and receive(sqs, url, wait=0) == []


def test_fifo_deduplication_in_a_group(sns, topic):
    arn = topic(fifo=True, FifoThroughputScope="MessageGroup")
    ids = [sns.publish(TopicArn=arn, Message="x", MessageGroupId=g, MessageDeduplicationId="d")["MessageId"]
           for g in ("a", "b", "a")]
    assert ids[0] == ids[2] != ids[1]
    sns.set_topic_attributes(TopicArn=arn, AttributeName="FifoThroughputScope", AttributeValue="Topic")
    assert sns.get_topic_attributes(TopicArn=arn)["Attributes"]["FifoThroughputScope"] == "Topic"


def test_fifo_batch_and_standard_queue(sns, sqs, subscribed):
    arn, url, _ = subscribed(fifo=True, fifo_queue=False, RawMessageDelivery="true")
    got = sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=[
        {"Id": str(i), "Message": str(i), "MessageGroupId": "g", "MessageDeduplicationId": str(i // 2)}
        for i in range(4)] + [{"Id": "x", "Message": "x"}])
    assert [s["Id"] for s in got["Successful"]] == ["0", "1", "2", "3"] and [f["Id"] for f in got["Failed"]] == ["x"]
    numbers = [s["SequenceNumber"] for s in got["Successful"]]
    assert numbers[0] == numbers[1] < numbers[2] == numbers[3]
    assert sorted(m["Body"] for m in drain(sqs, url, 2)) == ["0", "2"]
    assert receive(sqs, url, wait=0) == []


def test_fifo_topics_lead_to_queues_only(sns, topic):
    arn = topic(fifo=True)
    for protocol, endpoint in ("lambda", "arn:aws:lambda:us-east-1:000000000000:function:f"), ("http", "http://x"):
        assert code_of(sns.subscribe, TopicArn=arn, Protocol=protocol, Endpoint=endpoint) == "InvalidParameter"


def test_a_new_topic_of_an_old_name_has_forgotten_the_ids(sns, unique):
    name = unique("t") + ".fifo"
    send = lambda arn: sns.publish(TopicArn=arn, Message="x", MessageGroupId="g", MessageDeduplicationId="d")
    make = lambda: sns.create_topic(Name=name, Attributes={"FifoTopic": "true"})["TopicArn"]
    first = send(make())
    sns.delete_topic(TopicArn=make())
    assert send(make())["MessageId"] != first["MessageId"]


# ---- filters ----

FILTERS = [
    ({"k": ["a", "b"]}, {"k": text("b")}, True),
    ({"k": ["a"]}, {"k": text("A")}, False),
    ({"k": ["a"]}, {}, False),
    ({"k": ["a"], "l": ["b"]}, {"k": text("a")}, False),
    ({"k": ["a"], "l": ["b"]}, {"k": text("a"), "l": text("b"), "m": text("c")}, True),
    ({"k": [{"prefix": "ab"}]}, {"k": text("abc")}, True),
    ({"k": [{"suffix": "bc"}]}, {"k": text("abc")}, True),
    ({"k": [{"suffix": "bc"}]}, {"k": text("abcd")}, False),
    ({"k": [{"equals-ignore-case": "TEA"}]}, {"k": text("tea")}, True),
    ({"k": [{"anything-but": ["a", "b"]}]}, {"k": text("c")}, True),
    ({"k": [{"anything-but": ["a", "b"]}]}, {"k": text("a")}, False),
    ({"k": [{"anything-but": {"prefix": "a"}}]}, {"k": text("abc")}, False),
    ({"k": [{"anything-but": "a"}]}, {}, False),
    ({"k": [{"exists": True}]}, {"k": text("x")}, True),
    ({"k": [{"exists": True}]}, {}, False),
    ({"k": [{"exists": False}]}, {}, True),
    ({"k": [{"exists": False}]}, {"k": text("x")}, False),
    ({"k": [{"cidr": "10.0.0.0/24"}]}, {"k": text("10.0.0.77")}, True),
    ({"k": [{"cidr": "10.0.0.0/24"}]}, {"k": text("10.0.1.77")}, False),
    ({"k": [3.5]}, {"k": number("3.50")}, True),
    ({"k": [{"numeric": [">", 0, "<=", 150]}]}, {"k": number(150)}, True),
    ({"k": [{"numeric": [">", 0, "<=", 150]}]}, {"k": number(0)}, False),
    ({"k": [{"numeric": ["=", 1]}]}, {"k": text("1")}, False),
    ({"k": ["1"]}, {"k": number(1)}, False),
    ({"k": ["b"]}, {"k": {"DataType": "String.Array", "StringValue": '["a", "b"]'}}, True),
    ({"k": ["c"]}, {"k": {"DataType": "String.Array", "StringValue": '["a", "b"]'}}, False),
    ({"k": [{"numeric": [">", 5]}]}, {"k": {"DataType": "String.Array", "StringValue": "[1, 9]"}}, True),
    ({"k": [True]}, {"k": {"DataType": "String.Array", "StringValue": "[true]"}}, True),
    ({"k": [{"exists": True}]}, {"k": {"DataType": "Binary", "BinaryValue": b"x"}}, False),
    ({"$or": [{"k": ["a"]}, {"l": ["b"]}]}, {"l": text("b")}, True),
    ({"$or": [{"k": ["a"]}, {"l": ["b"]}]}, {"l": text("c")}, False),
]


def test_filters_over_attributes(sns, sqs, topic, queue):
    arn, expected, subscriptions = topic(), {}, {}
    for i, (policy, attributes, passes) in enumerate(FILTERS):
        url, queue_arn = queue()
        subscription = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn, Attributes={
            "FilterPolicy": json.dumps(policy), "RawMessageDelivery": "true"})["SubscriptionArn"]
        sns.publish(TopicArn=arn, Message="m", MessageAttributes=attributes)
        sns.unsubscribe(SubscriptionArn=subscription)
        assert bool(receive(sqs, url, wait=0)) == passes, (i, policy, attributes)


BODY_FILTERS = [
    ({"k": ["a"]}, '{"k": "a"}', True),
    ({"k": ["a"]}, '{"k": ["x", "a"]}', True),
    ({"k": {"l": [{"numeric": [">", 5]}]}}, '{"k": {"l": 6}}', True),
    ({"k": {"l": [{"numeric": [">", 5]}]}}, '{"k": {"l": 5}}', False),
    ({"k": [None]}, '{"k": null}', True),
    ({"k": [{"exists": False}]}, '{"x": 1}', True),
    ({"k": ["a"]}, "no JSON", False),
    ({"k": ["a"]}, '["k", "a"]', False),
    ({"$or": [{"k": ["a"]}, {"l": {"m": ["b"]}}]}, '{"l": {"m": "b"}}', True),
]


def test_filters_over_the_body(sns, sqs, topic, queue):
    arn = topic()
    for policy, message, passes in BODY_FILTERS:
        url, queue_arn = queue()
        subscription = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn, Attributes={
            "FilterPolicyScope": "MessageBody", "FilterPolicy": json.dumps(policy), "RawMessageDelivery": "true"})[
                "SubscriptionArn"]
        sns.publish(TopicArn=arn, Message=message)
        sns.unsubscribe(SubscriptionArn=subscription)
        assert bool(receive(sqs, url, wait=0)) == passes, (policy, message)


# ---- functions ----

FUNCTION = """
exports.handler = async event => {
    console.log("EVENT" + JSON.stringify(event));
    if (event.Records[0].Sns.Message === "fail")
        throw new Error("as asked");
};
"""


def make_function(client, zip_of, name, code=FUNCTION):
    return client("lambda").create_function(
        FunctionName=name, Runtime="nodejs20.x", Role="arn:aws:iam::000000000000:role/any", Handler="index.handler",
        Code={"ZipFile": zip_of({"index.js": code})})["FunctionArn"]


def events_of(client, name, n):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            found = client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="EVENT")["events"]
        except ClientError:
            found = []
        if len(found) >= n:
            return [json.loads(e["message"].split("EVENT", 1)[1]) for e in found]
        time.sleep(0.05)
    raise AssertionError("no event came")


def test_function(client, sns, topic, unique, zip_of):
    name, arn = unique("f"), topic()
    subscription = sns.subscribe(TopicArn=arn, Protocol="lambda", Endpoint=make_function(client, zip_of, name))[
        "SubscriptionArn"]
    published = sns.publish(TopicArn=arn, Message="tea", Subject="s", MessageAttributes={"k": text("v")})
    (event,) = events_of(client, name, 1)
    (record,) = event["Records"]
    assert record["EventSource"] == "aws:sns" and record["EventVersion"] == "1.0"
    assert record["EventSubscriptionArn"] == subscription
    message = record["Sns"]
    assert (message["Type"], message["Message"], message["Subject"], message["TopicArn"]) == (
        "Notification", "tea", "s", arn)
    assert message["MessageId"] == published["MessageId"]
    assert message["MessageAttributes"] == {"k": {"Type": "String", "Value": "v"}}
    assert {"Timestamp", "SignatureVersion", "Signature", "SigningCertUrl", "UnsubscribeUrl"} <= set(message)
    sns.publish(TopicArn=arn, Message="more")
    assert events_of(client, name, 2)[1]["Records"][0]["Sns"]["Subject"] is None


def test_a_function_that_is_gone_leaves_its_messages_to_the_dead(client, sns, sqs, topic, queue):
    dead_url, dead_arn = queue()
    arn = topic()
    sns.subscribe(TopicArn=arn, Protocol="lambda", Attributes={"RedrivePolicy": json.dumps(
        {"deadLetterTargetArn": dead_arn})}, Endpoint="arn:aws:lambda:us-east-1:000000000000:function:" + uuid.uuid4().hex)
    sns.publish(TopicArn=arn, Message="lost?")
    assert "lost?" in receive(sqs, dead_url, wait=10)[0]["Body"]


# ---- stacks ----

def settle(cfn, name):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        stack = cfn.describe_stacks(StackName=name)["Stacks"][0]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            return stack
        time.sleep(0.05)
    raise AssertionError("the stack does not settle")


def test_stack(client, sns, sqs, unique):
    cfn, name = client("cloudformation"), unique("stack")
    template = {"Resources": {
        "Q": {"Type": "AWS::SQS::Queue"}, "Q2": {"Type": "AWS::SQS::Queue"}, "Dead": {"Type": "AWS::SQS::Queue"},
        "T": {"Type": "AWS::SNS::Topic", "Properties": {
            "DisplayName": "Tea", "Subscription": [{"Protocol": "sqs", "Endpoint": {"Fn::GetAtt": "Q.Arn"}}],
            "Tags": [{"Key": "a", "Value": "1"}]}},
        "F": {"Type": "AWS::SNS::Topic", "Properties": {"FifoTopic": True, "ContentBasedDeduplication": True}},
        "S": {"Type": "AWS::SNS::Subscription", "Properties": {
            "TopicArn": {"Ref": "T"}, "Protocol": "sqs", "Endpoint": {"Fn::GetAtt": "Q2.Arn"}, "RawMessageDelivery": True,
            "FilterPolicy": {"k": ["a"]}, "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": "Dead.Arn"}}}},
        "P": {"Type": "AWS::SNS::TopicPolicy", "Properties": {"Topics": [{"Ref": "T"}], "PolicyDocument": {
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
                                                    "Action": "sns:Publish", "Resource": {"Ref": "T"}}]}}}},
        "Outputs": {k: {"Value": v} for k, v in {
            "T": {"Ref": "T"}, "Name": {"Fn::GetAtt": "T.TopicName"}, "Arn": {"Fn::GetAtt": "T.TopicArn"},
            "F": {"Ref": "F"}, "S": {"Ref": "S"}, "Q": {"Ref": "Q"}, "Q2": {"Ref": "Q2"}}.items()}}
    cfn.create_stack(StackName=name, TemplateBody=json.dumps(template))
    stack = settle(cfn, name)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    out = {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}
    assert out["Arn"] == out["T"] and out["T"].endswith(":" + out["Name"]) and out["F"].endswith(".fifo")
    a = sns.get_topic_attributes(TopicArn=out["T"])["Attributes"]
    assert a["DisplayName"] == "Tea" and "s3.amazonaws.com" in a["Policy"] and a["SubscriptionsConfirmed"] == "2"
    assert {"Key": "a", "Value": "1"} in sns.list_tags_for_resource(ResourceArn=out["T"])["Tags"]
    sns.publish(TopicArn=out["T"], Message="m", MessageAttributes={"k": text("a")})
    assert json.loads(receive(sqs, out["Q"])[0]["Body"])["Message"] == "m" and receive(sqs, out["Q2"])[0]["Body"] == "m"

    resources = template["Resources"]
    resources["T"]["Properties"] = {"DisplayName": "Cake"}
    resources["S"]["Properties"].update(FilterPolicyScope="MessageBody", FilterPolicy={"k": {"l": ["a"]}})
    del resources["S"]["Properties"]["RedrivePolicy"], resources["P"]
    cfn.update_stack(StackName=name, TemplateBody=json.dumps(template))
    stack = settle(cfn, name)
    assert stack["StackStatus"] == "UPDATE_COMPLETE", stack
    same = {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}
    assert same["T"] == out["T"] and same["S"] == out["S"]
    a = sns.get_topic_attributes(TopicArn=out["T"])["Attributes"]
    assert a["DisplayName"] == "Cake" and "s3.amazonaws.com" not in a["Policy"] and a["SubscriptionsConfirmed"] == "1"
    s = sns.get_subscription_attributes(SubscriptionArn=out["S"])["Attributes"]
    assert s["FilterPolicyScope"] == "MessageBody" and "RedrivePolicy" not in s and s["RawMessageDelivery"] == "true"

    resources["T"]["Properties"]["TopicName"] = unique("named")
    cfn.update_stack(StackName=name, TemplateBody=json.dumps(template))
    stack = settle(cfn, name)
    new = {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}
    assert new["T"] != out["T"] and new["S"].startswith(new["T"] + ":")
    assert code_of(sns.get_topic_attributes, TopicArn=out["T"]) == "NotFound"
    cfn.delete_stack(StackName=name)
    end = time.monotonic() + 20
    while code_of_or_none(sns.get_topic_attributes, TopicArn=new["T"]) != "NotFound" and time.monotonic() < end:
        time.sleep(0.05)
    assert code_of(sns.get_topic_attributes, TopicArn=new["T"]) == "NotFound"


def code_of_or_none(call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        return e.response["Error"]["Code"]
    return None


def test_stack_refuses_what_is_not_served(client, unique):
    template = {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {
        "FifoTopic": True, "ArchivePolicy": {"MessageRetentionPeriod": 1}}}}}
    cfn, name = client("cloudformation"), unique("s")
    cfn.create_stack(StackName=name, TemplateBody=json.dumps(template))
    assert settle(cfn, name)["StackStatus"] == "ROLLBACK_COMPLETE"
    reasons = [e.get("ResourceStatusReason", "") for e in cfn.describe_stack_events(StackName=name)["StackEvents"]]
    assert any("ArchivePolicy" in r for r in reasons)
