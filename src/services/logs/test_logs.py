"""CloudWatch Logs through boto3: groups, streams, events, filters, retention, live followers."""

import http.client
import json
import socket
import threading
import time
import urllib.parse

import botocore.exceptions
import pytest


@pytest.fixture
def logs(client):
    return client("logs")


@pytest.fixture
def group(logs, unique):
    name = f"/test/{unique('group')}"
    logs.create_log_group(logGroupName=name)
    yield name
    try:
        logs.delete_log_group(logGroupName=name)
    except logs.exceptions.ResourceNotFoundException:
        pass


def now():
    return int(time.time() * 1000)


def put(logs, group, stream, *messages, at=None):
    at = at or now()
    return logs.put_log_events(logGroupName=group, logStreamName=stream,
                               logEvents=[{"timestamp": at + i, "message": m} for i, m in enumerate(messages)])


def code_of(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


def test_groups(logs, unique):
    name = f"/a/{unique()}"
    logs.create_log_group(logGroupName=name, tags={"team": "tea"})
    assert code_of(logs.create_log_group, logGroupName=name) == "ResourceAlreadyExistsException"
    found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert len(found) == 1
    assert found[0]["arn"] == f"arn:aws:logs:us-east-1:000000000000:log-group:{name}:*"
    assert found[0]["logGroupArn"] + ":*" == found[0]["arn"]
    assert found[0]["storedBytes"] == 0 and "retentionInDays" not in found[0]
    assert [g["logGroupName"] for g in logs.describe_log_groups(logGroupNamePattern=name[3:])["logGroups"]] == [name]
    assert logs.list_tags_log_group(logGroupName=name)["tags"] == {"team": "tea"}
    logs.delete_log_group(logGroupName=name)
    assert logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"] == []
    assert code_of(logs.delete_log_group, logGroupName=name) == "ResourceNotFoundException"


def test_group_names(logs):
    assert code_of(logs.create_log_group, logGroupName="with blank") == "InvalidParameterException"
    assert code_of(logs.create_log_group, logGroupName="aws/x") == "InvalidParameterException"


def test_groups_are_paged(logs, unique):
    prefix = f"/page/{unique()}/"
    for i in range(7):
        logs.create_log_group(logGroupName=f"{prefix}{i}")
    pages = list(logs.get_paginator("describe_log_groups").paginate(
        logGroupNamePrefix=prefix, PaginationConfig={"PageSize": 3}))
    assert [len(p["logGroups"]) for p in pages] == [3, 3, 1]
    assert [g["logGroupName"][-1] for p in pages for g in p["logGroups"]] == list("0123456")


def test_tags_by_arn(logs, group):
    arn = f"arn:aws:logs:us-east-1:000000000000:log-group:{group}"
    logs.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    logs.tag_log_group(logGroupName=group, tags={"b": "3"})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "1", "b": "3"}
    logs.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "3"}
    logs.untag_log_group(logGroupName=group, tags=["b"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {}
    assert code_of(logs.tag_resource, resourceArn=arn + "-none", tags={"a": "1"}) == "ResourceNotFoundException"


def test_streams(logs, group):
    for name in ("b", "a", "c"):
        logs.create_log_stream(logGroupName=group, logStreamName=name)
    assert code_of(logs.create_log_stream, logGroupName=group, logStreamName="a") == "ResourceAlreadyExistsException"
    assert code_of(logs.create_log_stream, logGroupName=group, logStreamName="a:b") == "InvalidParameterException"
    assert code_of(logs.create_log_stream, logGroupName="none", logStreamName="a") == "ResourceNotFoundException"
    at = now()
    put(logs, group, "b", "x", "y", at=at - 100)
    put(logs, group, "c", "z", at=at - 500)
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert [s["logStreamName"] for s in streams] == ["a", "b", "c"]
    assert streams[1]["firstEventTimestamp"] == at - 100 and streams[1]["lastEventTimestamp"] == at - 99
    assert "firstEventTimestamp" not in streams[0]
    assert streams[0]["arn"].endswith(f":log-group:{group}:log-stream:a")
    order = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True)["logStreams"]
    assert [s["logStreamName"] for s in order] == ["b", "c", "a"]
    assert [s["logStreamName"] for s in logs.describe_log_streams(
        logGroupName=group, descending=True)["logStreams"]] == ["c", "b", "a"]
    assert [s["logStreamName"] for s in logs.describe_log_streams(
        logGroupName=group, logStreamNamePrefix="b")["logStreams"]] == ["b"]
    assert code_of(logs.describe_log_streams, logGroupName=group, orderBy="LastEventTime",
                   logStreamNamePrefix="b") == "InvalidParameterException"
    for by in ("LogStreamName", "LastEventTime"):
        for descending in (False, True):
            pages = list(logs.get_paginator("describe_log_streams").paginate(
                logGroupName=group, orderBy=by, descending=descending, PaginationConfig={"PageSize": 2}))
            names = [s["logStreamName"] for p in pages for s in p["logStreams"]]
            assert sorted(names) == ["a", "b", "c"] and len(pages) == 2
    logs.delete_log_stream(logGroupName=group, logStreamName="b")
    assert [e["message"] for e in logs.filter_log_events(logGroupName=group)["events"]] == ["z"]
    assert code_of(logs.get_log_events, logGroupName=group, logStreamName="b") == "ResourceNotFoundException"


def test_put_limits(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    at = now()

    def refused(*events):
        return code_of(logs.put_log_events, logGroupName=group, logStreamName="s",
                       logEvents=[{"timestamp": t, "message": m} for t, m in events])

    assert refused((at, "b"), (at - 1, "a")) == "InvalidParameterException"
    assert refused((at - 2 * 86400000, "a"), (at, "b")) == "InvalidParameterException"
    assert refused((at, "x" * 1048576)) == "InvalidParameterException"
    assert refused((at, "x" * 700000), (at, "x" * 700000)) == "InvalidParameterException"
    assert code_of(logs.put_log_events, logGroupName=group, logStreamName="none",
                   logEvents=[{"timestamp": at, "message": "m"}]) == "ResourceNotFoundException"
    day = 86400000
    answer = logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[
        {"timestamp": at - 15 * day, "message": "old"}, {"timestamp": at, "message": "good"},
        {"timestamp": at + 3 * 3600000, "message": "new"}])
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 2}
    assert answer["nextSequenceToken"]
    assert [e["message"] for e in logs.get_log_events(logGroupName=group, logStreamName="s")["events"]] == ["good"]
    logs.put_log_events(logGroupName=group, logStreamName="s", sequenceToken="whatever",
                        logEvents=[{"timestamp": at, "message": "token ignored"}])


def test_get_log_events(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    at = now() - 1000
    empty = logs.get_log_events(logGroupName=group, logStreamName="s")
    assert empty["events"] == []
    put(logs, group, "s", *[f"m{i}" for i in range(10)], at=at)

    def messages(answer):
        return [e["message"] for e in answer["events"]]

    def get(**more):
        return logs.get_log_events(logGroupName=group, logStreamName="s", **more)

    assert messages(get(nextToken=empty["nextForwardToken"], startFromHead=True)) == [f"m{i}" for i in range(10)]
    assert messages(get(limit=3)) == ["m7", "m8", "m9"]
    first = get(limit=4, startFromHead=True)
    assert messages(first) == ["m0", "m1", "m2", "m3"]
    second = get(limit=4, startFromHead=True, nextToken=first["nextForwardToken"])
    assert messages(second) == ["m4", "m5", "m6", "m7"]
    assert messages(get(limit=2, nextToken=second["nextBackwardToken"])) == ["m2", "m3"]
    third = get(startFromHead=True, nextToken=second["nextForwardToken"])
    end = get(startFromHead=True, nextToken=third["nextForwardToken"])
    assert messages(end) == [] and end["nextForwardToken"] == third["nextForwardToken"]
    assert messages(get(startTime=at + 2, endTime=at + 5, startFromHead=True)) == ["m2", "m3", "m4"]
    assert messages(logs.get_log_events(
        logGroupIdentifier=f"arn:aws:logs:us-east-1:000000000000:log-group:{group}", logStreamName="s",
        limit=1)) == ["m9"]
    assert code_of(get, nextToken="f/x") == "InvalidParameterException"


def test_filter_log_events(logs, group):
    at = now() - 5000
    for name in ("api-1", "api-2", "job"):
        logs.create_log_stream(logGroupName=group, logStreamName=name)
    put(logs, group, "api-1", "GET /tea 200", '{"level":"error","ms":40}', at=at)
    put(logs, group, "api-2", "ERROR no milk", at=at + 1)
    put(logs, group, "job", "ERROR in job", '{"level":"info","ms":900}', at=at + 3)

    def found(**more):
        return [e["message"] for p in logs.get_paginator("filter_log_events").paginate(logGroupName=group, **more)
                for e in p["events"]]

    everything = ["GET /tea 200", '{"level":"error","ms":40}', "ERROR no milk", "ERROR in job",
                  '{"level":"info","ms":900}']
    assert found() == everything
    assert found(PaginationConfig={"PageSize": 2}) == everything
    assert found(filterPattern="ERROR") == ["ERROR no milk", "ERROR in job"]
    assert found(filterPattern="ERROR -job") == ["ERROR no milk"]
    assert found(filterPattern='{ $.ms > 100 || $.level = "err*" }') == everything[1::3]
    assert found(filterPattern="[method=GET, path, status=2*]") == ["GET /tea 200"]
    assert found(logStreamNames=["job"]) == everything[3:]
    assert found(logStreamNames=["api-1", "api-2"]) == everything[:3]
    assert found(logStreamNamePrefix="api-", filterPattern="ERROR") == ["ERROR no milk"]
    assert found(startTime=at + 1, endTime=at + 3) == everything[1:4]
    assert found(startTime=at, startFromHead=False) == everything[::-1]
    assert found(startTime=at, startFromHead=False, PaginationConfig={"PageSize": 2}) == everything[::-1]
    answer = logs.filter_log_events(logGroupName=group, limit=1)
    assert len(answer["events"][0]["eventId"]) == 56 and answer["events"][0]["logStreamName"] == "api-1"
    assert code_of(logs.filter_log_events, logGroupName=group, filterPattern="{ $.a") == "InvalidParameterException"
    assert code_of(logs.filter_log_events, logGroupName=group,
                   logStreamNames=["none"]) == "ResourceNotFoundException"


def test_large_pages_end_at_one_megabyte(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    for _ in range(3):
        put(logs, group, "s", "x" * 400000, "y" * 400000)
    pages = list(logs.get_paginator("filter_log_events").paginate(logGroupName=group))
    assert sum(len(p["events"]) for p in pages) == 6
    assert all(sum(len(e["message"]) for e in p["events"]) <= 1048576 for p in pages)
    assert logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["storedBytes"] == 6 * 400026


def test_retention_happens(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    at, day = now(), 86400000
    put(logs, group, "s", "two days old", at=at - 2 * day)
    put(logs, group, "s", "new", at=at)
    assert code_of(logs.put_retention_policy, logGroupName=group, retentionInDays=2) == "InvalidParameterException"
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    described = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]
    assert described["retentionInDays"] == 1
    assert [e["message"] for e in logs.filter_log_events(logGroupName=group)["events"]] == ["new"]
    answer = put(logs, group, "s", "expired", at=at - 2 * day)
    assert answer["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}
    logs.delete_retention_policy(logGroupName=group)
    deadline = time.time() + 5
    while time.time() < deadline:
        stored = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["storedBytes"]
        if stored == len("new") + 26:
            break
        time.sleep(0.02)
    assert stored == len("new") + 26
    assert [e["message"] for e in logs.filter_log_events(logGroupName=group)["events"]] == ["new"]


def test_metric_filter_can_be_tried(logs):
    answer = logs.test_metric_filter(filterPattern="[ip, status=4*]", logEventMessages=["1.2.3.4 404", "1.2.3.4 200"])
    assert answer["matches"] == [{"eventNumber": 1, "eventMessage": "1.2.3.4 404",
                                  "extractedValues": {"$ip": "1.2.3.4", "$status": "404"}}]


def test_accounts_and_regions_are_apart(client, group):
    assert client("logs", region="eu-west-1").describe_log_groups(logGroupNamePrefix=group)["logGroups"] == []
    assert client("logs", key="000000000002").describe_log_groups(logGroupNamePrefix=group)["logGroups"] == []


class Follower:
    """GET /_samovar/logs, read line by line in a thread."""

    def __init__(self, server, **query):
        self.lines = []
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self.connection.request("GET", "/_samovar/logs?" + urllib.parse.urlencode(query))
        self.answer = self.connection.getresponse()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        try:
            for line in self.answer:
                self.lines.append((time.monotonic(), json.loads(line)))
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass

    def wait(self, n, seconds=10):
        deadline = time.monotonic() + seconds
        while len(self.lines) < n and time.monotonic() < deadline:
            time.sleep(0.002)
        return [line["message"] for _, line in self.lines]

    def close(self):
        self.answer.fp.raw._sock.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        self.connection.close()


def test_live(logs, group, server):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    put(logs, group, "s", "before")
    follower = Follower(server, group=group, since=0, follow=1, filter="-skip")
    assert follower.wait(1) == ["before"]
    put(logs, group, "s", "live", "skip me", "two")
    answered = time.monotonic()
    assert follower.wait(3) == ["before", "live", "two"]
    assert follower.lines[1][0] - answered < 1.0
    assert follower.lines[1][1]["stream"] == "s"
    follower.close()
    history = Follower(server, group=group, since=0)
    history.thread.join(10)
    assert [line["message"] for _, line in history.lines] == ["before", "live", "skip me", "two"]
    history.connection.close()


def test_live_waits_for_a_group(logs, server, unique):
    name = unique("later")
    follower = Follower(server, group=name, follow=1)
    time.sleep(0.05)
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    put(logs, name, "s", "first")
    assert follower.wait(1) == ["first"]
    follower.close()
