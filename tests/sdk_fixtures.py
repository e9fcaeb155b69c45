"""What every SDK test uses: one server for the whole run, and clients of it."""

import uuid

import boto3
import pytest
from botocore.config import Config

import samovar


@pytest.fixture(scope="session")
def server():
    """The run's server, in the default mode: any credentials, loopback."""
    with samovar.Server() as s:
        yield s


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
