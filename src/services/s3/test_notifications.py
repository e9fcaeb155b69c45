"""What S3 tells queues, topics and functions. (S3 User Guide, "Amazon S3 Event Notifications", "Event message structure")"""

import json
import time

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def s3(client):
    return client("s3")


@pytest.fixture
def bucket(s3, unique):
    name = unique("bucket")
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def queue(client, unique):
    """The ARN of a queue, and what takes the next n messages from it."""
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=unique("queue"))["QueueUrl"]

    def take(n, seconds=20):
        got, end = [], time.monotonic() + seconds
        while len(got) < n and time.monotonic() < end:
            for m in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1, MaxNumberOfMessages=10).get("Messages", []):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
                got.append(json.loads(m["Body"]))
        return got

    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"], take


def to_queue(arn, *events, prefix=None, suffix=None):
    rules = [{"Name": n, "Value": v} for n, v in (("prefix", prefix), ("suffix", suffix)) if v]
    return {"Id": "told", "QueueArn": arn, "Events": list(events), **({"Filter": {"Key": {"FilterRules": rules}}} if rules else {})}


def configure(s3, bucket, *queues, **more):
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={
        **({"QueueConfigurations": list(queues)} if queues else {}), **more})


def code_of(call, *args, **more):
    with pytest.raises(ClientError) as e:
        call(*args, **more)
    return e.value.response["Error"]["Code"]


def names(messages):
    return sorted((m["Records"][0]["eventName"], m["Records"][0]["s3"]["object"]["key"]) for m in messages)


def test_a_new_configuration_sends_a_test_event(s3, bucket, queue):
    arn, take = queue
    configure(s3, bucket, to_queue(arn, "s3:ObjectCreated:*"))
    [test] = take(1)
    assert (test["Service"], test["Event"], test["Bucket"]) == ("Amazon S3", "s3:TestEvent", bucket)
    assert {"Time", "RequestId", "HostId"} <= set(test)
    got = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert got["QueueConfigurations"] == [to_queue(arn, "s3:ObjectCreated:*")]


def test_the_record_of_a_put(s3, bucket, queue):
    arn, take = queue
    configure(s3, bucket, to_queue(arn, "s3:ObjectCreated:*"))
    take(1)
    e_tag = s3.put_object(Bucket=bucket, Key="photos/my cat+é.jpg", Body=b"meow")["ETag"].strip('"')
    [message] = take(1)
    [r] = message["Records"]
    assert (r["eventVersion"], r["eventSource"], r["awsRegion"], r["eventName"]) == ("2.1", "aws:s3", "us-east-1", "ObjectCreated:Put")
    assert r["eventTime"].endswith("Z") and r["requestParameters"]["sourceIPAddress"] == "127.0.0.1"
    assert r["userIdentity"]["principalId"] and r["responseElements"]["x-amz-request-id"]
    assert (r["s3"]["s3SchemaVersion"], r["s3"]["configurationId"]) == ("1.0", "told")
    assert (r["s3"]["bucket"]["name"], r["s3"]["bucket"]["arn"]) == (bucket, f"arn:aws:s3:::{bucket}")
    object_ = r["s3"]["object"]
    assert (object_["key"], object_["size"], object_["eTag"]) == ("photos/my+cat%2B%C3%A9.jpg", 4, e_tag)
    assert "versionId" not in object_ and int(object_["sequencer"], 16)


def test_each_event(s3, bucket, queue):
    arn, take = queue
    configure(s3, bucket, to_queue(arn, "s3:ObjectCreated:*", "s3:ObjectRemoved:*"))
    take(1)
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    s3.copy_object(Bucket=bucket, Key="b", CopySource=f"{bucket}/a")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="c")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="c", UploadId=upload, PartNumber=1, Body=b"x")
    s3.complete_multipart_upload(Bucket=bucket, Key="c", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    s3.delete_object(Bucket=bucket, Key="a")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "b"}, {"Key": "c"}], "Quiet": True})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="d", Body=b"x")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="d")["VersionId"]
    s3.delete_object(Bucket=bucket, Key="d", VersionId=version)
    got = take(9)
    assert names(got) == sorted([
        ("ObjectCreated:Put", "a"), ("ObjectCreated:Copy", "b"), ("ObjectCreated:CompleteMultipartUpload", "c"),
        ("ObjectRemoved:Delete", "a"), ("ObjectRemoved:Delete", "b"), ("ObjectRemoved:Delete", "c"),
        ("ObjectCreated:Put", "d"), ("ObjectRemoved:DeleteMarkerCreated", "d"), ("ObjectRemoved:Delete", "d")])
    versions = {m["Records"][0]["eventName"]: m["Records"][0]["s3"]["object"].get("versionId") for m in got
                if m["Records"][0]["s3"]["object"]["key"] == "d"}
    assert versions == {"ObjectCreated:Put": version, "ObjectRemoved:DeleteMarkerCreated": marker, "ObjectRemoved:Delete": version}


def test_filters(s3, bucket, queue):
    arn, take = queue
    configure(s3, bucket, to_queue(arn, "s3:ObjectCreated:Put", prefix="images/", suffix=".jpg"))
    take(1)
    for key in ("images/a.png", "a.jpg", "images/a.jpg"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    s3.copy_object(Bucket=bucket, Key="images/copy.jpg", CopySource=f"{bucket}/a.jpg")
    s3.delete_object(Bucket=bucket, Key="images/a.jpg")
    s3.put_object(Bucket=bucket, Key="images/z.jpg", Body=b"x")
    assert names(take(2)) == [("ObjectCreated:Put", "images/a.jpg"), ("ObjectCreated:Put", "images/z.jpg")]
    assert take(1, 0.5) == []


def test_a_configuration_that_is_removed_sends_nothing(s3, bucket, queue):
    arn, take = queue
    configure(s3, bucket, to_queue(arn, "s3:ObjectCreated:*"))
    take(1)
    configure(s3, bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert take(1, 1) == []


def test_a_put_that_fails_tells_nobody(s3, bucket, queue):
    arn, take = queue
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    configure(s3, bucket, to_queue(arn, "s3:ObjectCreated:*"))
    take(1)
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"y", IfNoneMatch="*") == "PreconditionFailed"
    assert take(1, 1) == []


def test_a_topic(s3, bucket, queue, client, unique):
    arn, take = queue
    sns = client("sns")
    topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    configure(s3, bucket, TopicConfigurations=[{"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}])
    assert take(1)[0]["Event"] == "s3:TestEvent"
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert names(take(1)) == [("ObjectCreated:Put", "k")]


def test_a_function(s3, bucket, queue, client, unique, zip_of):
    """The function writes what it was told beside the object."""
    functions, name = client("lambda"), unique("f")
    code = ("import json, os, urllib.request\n"
            "def handler(event, context):\n"
            "    o = event['Records'][0]['s3']\n"
            "    url = os.environ['AWS_ENDPOINT_URL'] + '/' + o['bucket']['name'] + '/seen/' + o['object']['key'].split('/')[-1]\n"
            "    urllib.request.urlopen(urllib.request.Request(url, data=json.dumps(event).encode(), method='PUT'))\n")
    arn = functions.create_function(FunctionName=name, Runtime="python3.11", Handler="index.handler", Timeout=20,
                                    Role="arn:aws:iam::000000000000:role/r", Code={"ZipFile": zip_of({"index.py": code})})["FunctionArn"]
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    functions.add_permission(FunctionName=name, StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com",
                             SourceArn=f"arn:aws:s3:::{bucket}")
    configure(s3, bucket, LambdaFunctionConfigurations=[{"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"],
                                                         "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}}])
    s3.put_object(Bucket=bucket, Key="in/k", Body=b"x")
    end = time.monotonic() + 30
    while time.monotonic() < end and s3.list_objects_v2(Bucket=bucket, Prefix="seen/")["KeyCount"] == 0:
        time.sleep(0.1)
    seen = json.loads(s3.get_object(Bucket=bucket, Key="seen/k")["Body"].read())
    assert names([seen]) == [("ObjectCreated:Put", "in/k")]


def test_configurations_that_are_refused(s3, bucket, queue):
    arn, take = queue
    nowhere = arn + "-none"
    assert code_of(configure, s3, bucket, to_queue(nowhere, "s3:ObjectCreated:*")) == "InvalidArgument"
    assert code_of(configure, s3, bucket, to_queue(arn, "s3:Nothing")) == "InvalidArgument"
    assert code_of(configure, s3, bucket, to_queue(arn, "s3:ObjectTagging:*")) == "NotImplemented"
    assert code_of(configure, s3, bucket, EventBridgeConfiguration={}) == "NotImplemented"
    first, second = to_queue(arn, "s3:ObjectCreated:*", prefix="a"), {**to_queue(arn, "s3:ObjectCreated:Put", prefix="ab"), "Id": "2"}
    assert code_of(configure, s3, bucket, first, second) == "InvalidArgument"
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket=bucket)
    assert take(1, 0.5) == []
    second["Filter"]["Key"]["FilterRules"][0]["Value"] = "b"
    configure(s3, bucket, first, second)
    s3.put_bucket_notification_configuration(Bucket=bucket, SkipDestinationValidation=True, NotificationConfiguration={
        "QueueConfigurations": [to_queue(nowhere, "s3:ObjectCreated:*")]})
