"""Deliveries through boto3: one target that is slow leaves the others their places; nothing is lost by it."""

import json

import pytest
import samovar
from webhooks import Endpoint, eventually, subscribe

FUNCTION = """
import json, os, urllib.request
def handler(event, context):
    body = json.dumps({"QueueUrl": os.environ["RESULTS"], "MessageBody": event["Records"][0]["Sns"]["Message"]})
    urllib.request.urlopen(urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], body.encode(), {
        "X-Amz-Target": "AmazonSQS.SendMessage", "Content-Type": "application/x-amz-json-1.0",
        "Authorization": "AWS4-HMAC-SHA256 Credential=%s/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, "
                         "Signature=0" % os.environ["AWS_ACCESS_KEY_ID"]}))
"""
HOSTS, EACH = 12, 100


@pytest.fixture
def hosts():
    made = [Endpoint() for _ in range(HOSTS + 1)]
    yield made
    for e in made:
        e.close()


class Shop:
    """A topic that many hosts have subscribed, and one with a function, a queue and a host that answers."""

    def __init__(self, server, client_of, unique, zip_of, hosts):
        self.sns, self.sqs, api = (client_of(server, s) for s in ("sns", "sqs", "lambda"))
        self.slow, self.well = hosts[:-1], hosts[-1]
        self.many = self.sns.create_topic(Name=unique("many"))["TopicArn"]
        self.few = self.sns.create_topic(Name=unique("few"))["TopicArn"]
        for e in self.slow:
            subscribe(self.sns, self.many, e)
        subscribe(self.sns, self.few, self.well)
        self.results, self.queue = (self.sqs.create_queue(QueueName=unique("q"))["QueueUrl"] for _ in range(2))
        arn = api.create_function(
            FunctionName=unique("f"), Runtime="python3.12", Role="arn:aws:iam::000000000000:role/any",
            Handler="f.handler", Code={"ZipFile": zip_of({"f.py": FUNCTION})},
            Environment={"Variables": {"RESULTS": self.results}})["FunctionArn"]
        for topic in self.few, self.many:
            self.sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
            self.sns.subscribe(TopicArn=topic, Protocol="sqs", Attributes={"RawMessageDelivery": "true"},
                               Endpoint="arn:aws:sqs:us-east-1:000000000000:" + self.queue.rsplit("/", 1)[1])

    def publish(self, topic, texts):
        for i in range(0, len(texts), 10):
            got = self.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
                {"Id": str(k), "Message": t} for k, t in enumerate(texts[i:i + 10])])
            assert not got.get("Failed")

    def bodies(self, url, n):
        got = []

        def take():
            for m in self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                got.append(m["Body"])
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
            return len(got) >= n
        eventually(take, 60)
        return sorted(got)


def test_hosts_that_hang_leave_the_others_their_places(client_of, unique, zip_of, hosts):
    """1,200 posts to 12 hosts that don't answer: not one of them has ended when the others have theirs."""
    texts = [str(i) for i in range(EACH)]
    with samovar.Server() as server:
        shop = Shop(server, client_of, unique, zip_of, hosts)
        for e in shop.slow:
            e.hold()
        shop.publish(shop.many, texts)
        eventually(lambda: all(e.held for e in shop.slow))
        shop.publish(shop.few, ["after"])
        shop.well.wait(2)
        assert shop.well.messages() == ["after"]
        assert shop.bodies(shop.results, EACH + 1) == sorted([*texts, "after"])
        assert shop.bodies(shop.queue, EACH + 1) == sorted([*texts, "after"])
        for e in shop.slow:
            # None was answered, and each host holds a part of the places.
            assert len(e.messages()) == e.held and 0 < e.held <= 512 / 16
            e.release()
        for e in shop.slow:
            eventually(lambda e=e: sorted(e.messages()) == sorted(texts), 60)


@pytest.mark.parametrize("killed", [True, False])
def test_what_waits_for_a_host_that_hangs_outlives_the_server(client_of, unique, zip_of, hosts, killed):
    """Most of the posts wait behind a slow host: after the next start each comes, none is dropped."""
    server = samovar.Server().start()
    try:
        shop = Shop(server, client_of, unique, zip_of, [*hosts[:1], hosts[-1]])
        (slow,), texts = shop.slow, [str(i) for i in range(EACH)]
        slow.hold()
        shop.publish(shop.many, texts)
        eventually(lambda: slow.held > 10)
        # The end of a server does not wait for who doesn't answer (an endpoint has 15 seconds).
        server.kill() if killed else server.stop(timeout=10)
        slow.release()
        server.start()
        eventually(lambda: set(slow.messages()) == set(texts), 60)
        assert set(shop.bodies(shop.queue, EACH)) == set(texts)
    finally:
        assert server.stop() == 0
        server.remove()
