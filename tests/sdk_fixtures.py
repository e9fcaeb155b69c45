"""What every SDK test uses: one server for the whole run, and clients of it."""

import contextlib
import time
import uuid

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import samovar


@pytest.fixture(scope="session")
def server():
    """The run's server, in the default mode: any credentials, loopback."""
    with samovar.Server() as s:
        yield s


# For functions in Node: tell(what) sends it to the queue in RESULTS, without an SDK, which would take long to load.
TELL = """
const tell = async (what) => {
    const body = JSON.stringify({ QueueUrl: process.env.RESULTS, MessageBody: JSON.stringify(what) });
    const r = await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', body, headers: {
        'X-Amz-Target': 'AmazonSQS.SendMessage', 'Content-Type': 'application/x-amz-json-1.0',
        Authorization: `AWS4-HMAC-SHA256 Credential=${process.env.AWS_ACCESS_KEY_ID}/20260101/us-east-1/sqs/aws4_request, ` +
            'SignedHeaders=host, Signature=0' } });
    if (!r.ok) throw new Error(await r.text());
};
"""


def until(condition, seconds=30):
    """Whether the condition comes to hold before the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


@contextlib.contextmanager
def mappings(api):
    """make(source with an arn, function's name, ...): event source mappings that end with the block."""
    made = []

    def make(source, name, **more):
        m = api.create_event_source_mapping(EventSourceArn=source.arn, FunctionName=name, **more)
        made.append(m["UUID"])
        return m

    yield make
    for u in made:
        try:
            api.delete_event_source_mapping(UUID=u)
        except ClientError:
            pass


def make_client(server, service, region="us-east-1", key="test", secret="test", token=None, **config):
    config.setdefault("retries", {"max_attempts": 1, "mode": "standard"})
    config.setdefault("read_timeout", 60)
    return boto3.client(service, endpoint_url=server.url, region_name=region, aws_access_key_id=key,
                        aws_secret_access_key=secret, aws_session_token=token, config=Config(**config))


@pytest.fixture
def client(server):
    """client("lambda"), client("lambda", region="eu-west-1", key="000000000002")"""
    return lambda service, **more: make_client(server, service, **more)


@pytest.fixture
def client_of():
    """The same for a server of the test's own: client_of(server, "iam", key=...)."""
    return make_client


@pytest.fixture
def unique():
    """unique("queue"): a name that no other test has."""
    return lambda prefix="t": f"{prefix}-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def zip_of():
    """zip_of({"index.js": "text"}): the bytes of an archive; (text, mode) sets the mode."""
    return samovar.archive
