"""Functions on tables' streams (Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB", and the API Reference)."""

import copy
import json
import statistics
import time

import pytest
import samovar
from botocore.exceptions import ClientError
from sdk_fixtures import TELL, make_client, mappings, until

ROLE = "arn:aws:iam::000000000000:role/r"

# What a function got it sends to the queue in RESULTS, with a number that says in which order; then it does what the items say.
CODE = TELL + """
const tries = {};
export const handler = async (event) => {
    const at = Date.now();
    await tell({ at, event });
    const batchItemFailures = [];
    for (const r of event.Records) {
        const what = r.dynamodb.NewImage?.do?.S ?? '', id = r.dynamodb.SequenceNumber;
        tries[id] = (tries[id] ?? 0) + 1;
        if (what === 'fail' || (what === 'twice' && tries[id] <= 2)) throw new Error('no');
        if (what === 'exit') process.exit(1);
        if (what === 'report') batchItemFailures.push({ itemIdentifier: id });
        if (what.startsWith('sleep')) await new Promise((done) => setTimeout(done, Number(what.slice(5))));
    }
    return { batchItemFailures };
};
"""


class Table:
    def __init__(self, ddb, name, view="NEW_AND_OLD_IMAGES"):
        self.ddb, self.name = ddb, name
        self.arn = ddb.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": view})["TableDescription"]["LatestStreamArn"]

    def put(self, pk, do="", **more):
        self.ddb.put_item(TableName=self.name, Item={"pk": {"S": pk}, "do": {"S": do}, **more})


class Queue:
    def __init__(self, sqs, name):
        self.sqs = sqs
        self.url = sqs.create_queue(QueueName=name)["QueueUrl"]
        self.arn = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.got = []

    def collect(self, done, seconds=40):
        """All that came so far, in the order in which it was sent, once done(list) is true."""
        end = time.monotonic() + seconds
        while not done(self.got):
            assert time.monotonic() < end, self.got
            r = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for m in r.get("Messages", []):
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=m["ReceiptHandle"])
                self.got.append(json.loads(m["Body"]))
            self.got.sort(key=lambda m: m.get("at", 0))
        return self.got


def batches(got):
    """The keys that each invocation got."""
    return [[r["dynamodb"]["Keys"]["pk"]["S"] for r in m["event"]["Records"]] for m in got]


def seen(got):
    return [pk for batch in batches(got) for pk in batch]


@pytest.fixture(scope="module")
def quick():
    """Waits between retries are shorter."""
    with samovar.Server("--retry-speed", "10") as s:
        yield s


@pytest.fixture
def api(client_of, quick):
    return client_of(quick, "lambda")


@pytest.fixture
def ddb(client_of, quick):
    return client_of(quick, "dynamodb")


@pytest.fixture
def queue(client_of, quick, unique):
    return lambda: Queue(client_of(quick, "sqs"), unique("q"))


@pytest.fixture
def results(queue):
    return queue()


@pytest.fixture
def table(ddb, unique):
    return Table(ddb, unique("t"))


def make_function(api, name, zip_of, results, code=CODE, **more):
    api.create_function(**{**dict(
        FunctionName=name, Runtime="nodejs20.x", Role=ROLE, Handler="index.handler", Timeout=20,
        Environment={"Variables": {"RESULTS": results.url}}, Code={"ZipFile": zip_of({"index.mjs": code})}), **more})
    return name


@pytest.fixture
def function(api, unique, zip_of, results):
    return lambda **more: make_function(api, unique("f"), zip_of, results, **more)


@pytest.fixture
def mapping(api):
    with mappings(api) as make:
        yield lambda table, name, **more: make(table, name, **{"StartingPosition": "TRIM_HORIZON", **more})


def invalid(message, call, **arguments):
    with pytest.raises(ClientError) as e:
        call(**arguments)
    assert e.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert message in e.value.response["Error"]["Message"]


# ---- age: what is put here is too old when the last test looks ----


@pytest.fixture(scope="module", autouse=True)
def aged(quick):
    t = Table(make_client(quick, "dynamodb"), "aged")
    t.put("old1")
    t.put("old2")
    t.at = time.monotonic()
    return t


# ---- the event ----


def test_the_event_is_whole(api, table, function, mapping, results):
    m = mapping(table, function())
    assert m["State"] == "Creating" and m["StartingPosition"] == "TRIM_HORIZON" and m["EventSourceArn"] == table.arn
    assert (m["BatchSize"], m["MaximumBatchingWindowInSeconds"], m["ParallelizationFactor"]) == (100, 0, 1)
    assert (m["MaximumRecordAgeInSeconds"], m["MaximumRetryAttempts"], m["BisectBatchOnFunctionError"]) == (-1, -1, False)
    assert m["DestinationConfig"] == {"OnFailure": {}} and m["TumblingWindowInSeconds"] == 0
    assert m["LastProcessingResult"] == "No records processed" and m["StateTransitionReason"] == "User action"
    assert api.get_event_source_mapping(UUID=m["UUID"])["State"] == "Enabled"
    before = time.time()
    table.put("a", n={"N": "1.5"}, b={"B": b"\0\xff"}, l={"L": [{"NULL": True}, {"BOOL": False}]})
    got = results.collect(lambda got: len(seen(got)) == 1)
    [r] = copy.deepcopy(got[0]["event"]["Records"])
    item = {"pk": {"S": "a"}, "do": {"S": ""}, "n": {"N": "1.5"}, "b": {"B": "AP8="},
            "l": {"L": [{"NULL": True}, {"BOOL": False}]}}
    assert len(r.pop("eventID")) == 32
    d = r.pop("dynamodb")
    assert before - 1 <= d.pop("ApproximateCreationDateTime") <= time.time()
    assert d.pop("SequenceNumber").isdigit() and d.pop("SizeBytes") > 10
    assert d == {"Keys": {"pk": {"S": "a"}}, "NewImage": item, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert r == {"eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
                 "eventSourceARN": table.arn}
    assert until(lambda: api.get_event_source_mapping(UUID=m["UUID"])["LastProcessingResult"] == "OK")
    table.ddb.delete_item(TableName=table.name, Key={"pk": {"S": "a"}})
    got = results.collect(lambda got: len(seen(got)) == 2)
    [r] = got[1]["event"]["Records"]
    assert r["eventName"] == "REMOVE" and r["dynamodb"]["OldImage"] == item and "NewImage" not in r["dynamodb"]


def test_expired_items_can_be_filtered(table, function, mapping, results):
    """Developer Guide, "DynamoDB Streams and Time to Live": the filter that it gives."""
    pattern = {"userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]}}
    mapping(table, function(), FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    table.ddb.update_time_to_live(TableName=table.name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})
    table.put("stays")
    table.put("goes", ttl={"N": str(int(time.time()) - 5)})
    [m] = results.collect(lambda got: got)
    [r] = m["event"]["Records"]
    assert r["eventName"] == "REMOVE" and r["dynamodb"]["Keys"] == {"pk": {"S": "goes"}}


# ---- positions and batches ----


def test_latest_begins_with_the_next_record(table, function, mapping, results):
    table.put("before")
    mapping(table, function(), StartingPosition="LATEST")
    table.put("after")
    assert seen(results.collect(lambda got: got)) == ["after"]


def test_batches_are_of_the_size_and_in_order(table, function, mapping, results):
    keys = [f"k{i}" for i in range(10)]
    for k in keys:
        table.put(k)
    mapping(table, function(), BatchSize=4)
    got = results.collect(lambda got: len(seen(got)) == 10)
    assert seen(got) == keys and [len(b) for b in batches(got)] == [4, 4, 2]


def test_a_window_gathers(table, function, mapping, results):
    mapping(table, function(), BatchSize=100, MaximumBatchingWindowInSeconds=2)
    for i in range(6):
        table.put(f"k{i}")
        time.sleep(0.1)
    got = results.collect(lambda got: len(seen(got)) == 6)
    assert len(got) == 1
    # A full batch does not wait for the window's end.
    begun = time.monotonic()
    for i in range(100):
        table.put(f"m{i}")
    results.collect(lambda got: len(seen(got)) == 106)
    assert batches(results.got)[1] == [f"m{i}" for i in range(100)] or time.monotonic() - begun > 2


def test_filters(table, function, mapping, results):
    pattern = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": {"total": {"N": [{"prefix": "9"}]}}}}
    mapping(table, function(), FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    table.put("no")
    table.put("small", total={"N": "10"})
    table.put("big", total={"N": "99"})
    table.ddb.delete_item(TableName=table.name, Key={"pk": {"S": "big"}})
    table.put("big2", total={"N": "9"})
    assert seen(results.collect(lambda got: len(seen(got)) >= 2)) == ["big", "big2"]


# ---- failures ----


def test_a_failing_batch_blocks_until_it_is_handled(api, table, function, mapping, results):
    table.put("a", "twice")
    table.put("b")
    m = mapping(table, function(), BatchSize=1)
    got = results.collect(lambda got: "b" in seen(got))
    assert seen(got) == ["a", "a", "a", "b"]
    assert until(lambda: api.get_event_source_mapping(UUID=m["UUID"])["LastProcessingResult"] == "OK")


def test_the_last_result_tells_a_failure(api, table, function, mapping):
    m = mapping(table, function())
    table.put("a", "fail")
    assert until(lambda: api.get_event_source_mapping(UUID=m["UUID"])["LastProcessingResult"] ==
                 "PROBLEM: Function call failed")


def test_after_the_last_try_the_destination_is_told(table, function, mapping, results, queue):
    dead = queue()
    for k in ("a", "b"):
        table.put(k, "fail" if k == "b" else "")
    name = function()
    mapping(table, name, MaximumRetryAttempts=2, DestinationConfig={"OnFailure": {"Destination": dead.arn}})
    [d] = dead.collect(lambda got: got)
    numbers = [r["dynamodb"]["SequenceNumber"] for r in results.collect(lambda got: len(got) == 3)[0]["event"]["Records"]]
    assert batches(results.got) == 3 * [["a", "b"]]
    assert d["version"] == "1.0" and time.strptime(d["timestamp"][:19], "%Y-%m-%dT%H:%M:%S") and d["timestamp"].endswith("Z")
    context = d["requestContext"]
    assert context["condition"] == "RetryAttemptsExhausted" and context["approximateInvokeCount"] == 3
    assert context["functionArn"].endswith(":function:" + name) and len(context["requestId"]) == 36
    assert d["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    info = d["DDBStreamBatchInfo"]
    assert info.pop("shardId").startswith("shardId-")
    assert info.pop("approximateArrivalOfFirstRecord") <= info.pop("approximateArrivalOfLastRecord")
    assert info == {"startSequenceNumber": numbers[0], "endSequenceNumber": numbers[1], "batchSize": 2, "streamArn": table.arn}
    # The stream goes on.
    table.put("c")
    assert seen(results.collect(lambda got: len(got) == 4))[-1] == "c"


def test_a_topic_is_told(client_of, quick, table, function, mapping, queue, unique):
    sns, dead = client_of(quick, "sns"), queue()
    topic = sns.create_topic(Name=unique("t"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=dead.arn, Attributes={"RawMessageDelivery": "true"})
    table.put("a", "fail")
    mapping(table, function(), MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": topic}})
    [d] = dead.collect(lambda got: got)
    assert d["DDBStreamBatchInfo"]["streamArn"] == table.arn


def test_bisecting_finds_the_bad_record(table, function, mapping, results, queue):
    dead = queue()
    keys = [f"k{i}" for i in range(7)]
    for k in keys:
        table.put(k, "exit" if k == "k4" else "")
    mapping(table, function(), BisectBatchOnFunctionError=True, MaximumRetryAttempts=0,
            DestinationConfig={"OnFailure": {"Destination": dead.arn}})
    [d] = dead.collect(lambda got: got)
    assert d["DDBStreamBatchInfo"]["batchSize"] == 1 and d["requestContext"]["approximateInvokeCount"] == 1
    got = results.collect(lambda got: "k6" in [b[-1] for b in batches(got)] and len(got) >= 7)
    # The whole, its halves, and theirs: those without the bad one are handled once.
    assert batches(got) == [keys, keys[:3], keys[3:], keys[3:5], keys[3:4], keys[4:5], keys[5:]]


def test_reported_failures_come_again_from_the_first_on(table, function, mapping, results, queue):
    dead = queue()
    for k in ("a", "b", "c", "d"):
        table.put(k, "report" if k == "c" else "")
    mapping(table, function(), FunctionResponseTypes=["ReportBatchItemFailures"], MaximumRetryAttempts=1,
            DestinationConfig={"OnFailure": {"Destination": dead.arn}})
    [d] = dead.collect(lambda got: got)
    got = results.collect(lambda got: len(got) == 2)
    assert batches(got) == [["a", "b", "c", "d"], ["c", "d"]]
    assert d["DDBStreamBatchInfo"]["batchSize"] == 2


def test_reported_failures_with_bisecting_leave_out_only_the_bad_one(table, function, mapping, results, queue):
    dead = queue()
    for k in ("a", "b", "c", "d"):
        table.put(k, "report" if k == "b" else "")
    mapping(table, function(), FunctionResponseTypes=["ReportBatchItemFailures"], MaximumRetryAttempts=0,
            BisectBatchOnFunctionError=True, DestinationConfig={"OnFailure": {"Destination": dead.arn}})
    [d] = dead.collect(lambda got: got)
    assert d["DDBStreamBatchInfo"]["batchSize"] == 1
    got = results.collect(lambda got: len(got) > 2 and "d" in batches(got)[-1])
    assert batches(got)[:2] == [["a", "b", "c", "d"], ["b", "c", "d"]] and ["b"] in batches(got)
    assert batches(got)[-1] == ["c", "d"]


# ---- parallel lanes ----


def test_lanes_keep_the_order_of_each_item(table, function, mapping, results):
    for i in range(4):
        for k in range(8):
            table.put(f"k{k}", "sleep50", v={"N": str(i)})
    mapping(table, function(), BatchSize=1, ParallelizationFactor=4)
    got = results.collect(lambda got: len(seen(got)) == 32)
    order = {}
    for m in got:
        for r in m["event"]["Records"]:
            order.setdefault(r["dynamodb"]["Keys"]["pk"]["S"], []).append(int(r["dynamodb"]["NewImage"]["v"]["N"]))
    assert order == {f"k{k}": [0, 1, 2, 3] for k in range(8)}


def test_a_blocked_item_blocks_only_its_lane(table, function, mapping, results):
    table.put("bad", "fail")
    for i in range(40):
        table.put(f"k{i}")
    mapping(table, function(), ParallelizationFactor=10)
    # Its own lane may be the last that gets an instance: it is waited for.
    got = results.collect(lambda got: "bad" in seen(got) and len(set(seen(got)) - {"bad"}) >= 30)
    assert "bad" in seen(got)


# ---- changes of the mapping ----


def test_switched_off_and_on_it_goes_on_where_it_was(api, table, function, mapping, results):
    u = mapping(table, function())["UUID"]
    table.put("a")
    results.collect(lambda got: len(seen(got)) == 1)
    assert api.update_event_source_mapping(UUID=u, Enabled=False)["State"] == "Disabling"
    assert until(lambda: api.get_event_source_mapping(UUID=u)["State"] == "Disabled")
    table.put("b")
    time.sleep(0.5)
    assert seen(results.got) == ["a"]
    assert api.update_event_source_mapping(UUID=u, Enabled=True, ParallelizationFactor=3)["ParallelizationFactor"] == 3
    assert seen(results.collect(lambda got: len(seen(got)) == 2)) == ["a", "b"]
    [listed] = api.list_event_source_mappings(EventSourceArn=table.arn)["EventSourceMappings"]
    assert listed["UUID"] == u and listed["LastProcessingResult"]
    assert api.delete_event_source_mapping(UUID=u)["State"] == "Deleting"
    assert until(lambda: not api.list_event_source_mappings(EventSourceArn=table.arn)["EventSourceMappings"])
    table.put("c")
    time.sleep(0.5)
    assert seen(results.got) == ["a", "b"]


def test_an_update_waits_for_the_batch_under_way(api, table, function, mapping, results):
    u = mapping(table, function(), BatchSize=1)["UUID"]
    table.put("a", "sleep1500")
    table.put("b")
    results.collect(lambda got: got)
    api.update_event_source_mapping(UUID=u, BatchSize=2)
    got = results.collect(lambda got: len(seen(got)) == 2)
    assert seen(got) == ["a", "b"] and got[1]["at"] - got[0]["at"] >= 1500


def test_a_stream_that_ended_is_read_to_its_end(table, function, mapping, results):
    table.put("a")
    table.ddb.update_table(TableName=table.name, StreamSpecification={"StreamEnabled": False})
    mapping(table, function())
    assert seen(results.collect(lambda got: got)) == ["a"]


def test_what_a_stream_does_not_have_is_refused(api, table, function, mapping, queue):
    name = function()

    def create(**more):
        return dict(call=api.create_event_source_mapping, **{
            "EventSourceArn": table.arn, "FunctionName": name, "StartingPosition": "LATEST", **more})

    with pytest.raises(ClientError) as e:
        api.create_event_source_mapping(EventSourceArn=table.arn, FunctionName=name)
    assert "Value null at 'startingPosition'" in e.value.response["Error"]["Message"]
    invalid("Unsupported starting position", **create(StartingPosition="AT_TIMESTAMP"))
    invalid(f"Stream not found: {table.arn}x", **create(EventSourceArn=table.arn + "x"))
    invalid("ScalingConfig", **create(ScalingConfig={"MaximumConcurrency": 5}))
    invalid("TumblingWindowInSeconds", **create(TumblingWindowInSeconds=10))
    invalid("MaximumRecordAgeInSeconds", **create(MaximumRecordAgeInSeconds=59))
    invalid("OnSuccess", **create(DestinationConfig={"OnSuccess": {"Destination": queue().arn}}))
    invalid("destination", **create(DestinationConfig={"OnFailure": {"Destination": "arn:aws:lambda:us-east-1:0:function:f"}}))
    invalid("Invalid filter pattern definition", **create(FilterCriteria={"Filters": [{"Pattern": "{"}]}))
    m = mapping(table, name)
    with pytest.raises(ClientError) as e:
        api.create_event_source_mapping(EventSourceArn=table.arn, FunctionName=name, StartingPosition="LATEST")
    assert e.value.response["Error"]["Code"] == "ResourceConflictException"
    assert m["UUID"] in e.value.response["Error"]["Message"]


# ---- the server's end ----


@pytest.mark.parametrize("kill", [True, False])
def test_it_goes_on_after_the_servers_end(client_of, zip_of, kill):
    server = samovar.Server().start()
    try:
        results = Queue(client_of(server, "sqs"), "results")
        table = Table(client_of(server, "dynamodb"), "orders")
        name = make_function(client_of(server, "lambda"), "f", zip_of, results)
        client_of(server, "lambda").create_event_source_mapping(
            EventSourceArn=table.arn, FunctionName=name, StartingPosition="TRIM_HORIZON", BatchSize=1)
        table.put("a")
        results.collect(lambda got: got)
        time.sleep(0.3)
        table.put("b", "sleep10000")
        results.collect(lambda got: len(seen(got)) == 2)
        if kill:
            server.kill()
        else:
            server.stop()
        server.start()
        table.ddb, results.sqs = client_of(server, "dynamodb"), client_of(server, "sqs")
        table.put("c")
        got = results.collect(lambda got: "c" in seen(got))
        assert seen(got) == ["a", "b", "b", "c"]
    finally:
        server.kill()
        server.remove()


# ---- where policies count ----


def test_the_role_must_be_let_to_read_the_stream(client_of, zip_of):
    with samovar.Server("--auth", "strict") as server:
        key = server.root_key()
        iam, api = client_of(server, "iam", **key), client_of(server, "lambda", **key)
        table = Table(client_of(server, "dynamodb", **key), "orders")
        role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))["Role"]["Arn"]

        def allow(*statements):
            iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps({
                "Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in statements]}))

        allow({"Action": "sqs:*", "Resource": "*"})
        api.create_function(FunctionName="f", Runtime="python3.12", Role=role, Handler="index.handler",
                            Code={"ZipFile": zip_of({"index.py": "def handler(e, c): return None"})})
        make = dict(EventSourceArn=table.arn, FunctionName="f", StartingPosition="TRIM_HORIZON")
        needed = ["GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"]
        for missing in needed:
            allow({"Action": ["dynamodb:" + a for a in needed if a != missing], "Resource": table.arn})
            with pytest.raises(ClientError) as e:
                api.create_event_source_mapping(**make)
            assert e.value.response["Error"]["Code"] == "InvalidParameterValueException"
            assert e.value.response["Error"]["Message"].startswith(f"Cannot access stream {table.arn}. ")
        allow({"Action": ["dynamodb:" + a for a in needed], "Resource": table.arn})
        u = api.create_event_source_mapping(**make, Enabled=False)["UUID"]
        api.update_event_source_mapping(UUID=u, Enabled=True)
        allow({"Action": "sqs:*", "Resource": "*"})
        time.sleep(1)
        table.put("a")
        assert until(lambda: "does not have permissions to call GetRecords" in server.log(), 20)
        # A user who may read this stream, and no other.
        iam.create_user(UserName="reader")
        iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "dynamodb:*", "Resource": table.arn}]}))
        k = iam.create_access_key(UserName="reader")["AccessKey"]
        reader = client_of(server, "dynamodbstreams", key=k["AccessKeyId"], secret=k["SecretAccessKey"])
        shard = reader.describe_stream(StreamArn=table.arn)["StreamDescription"]["Shards"][0]["ShardId"]
        it = reader.get_shard_iterator(StreamArn=table.arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        assert len(reader.get_records(ShardIterator=it)["Records"]) == 1
        other = Table(table.ddb, "others")
        streams = client_of(server, "dynamodbstreams", **key)
        shard = streams.describe_stream(StreamArn=other.arn)["StreamDescription"]["Shards"][0]["ShardId"]
        it = streams.get_shard_iterator(StreamArn=other.arn, ShardId=shard, ShardIteratorType="LATEST")["ShardIterator"]
        with pytest.raises(ClientError) as e:
            reader.get_records(ShardIterator=it)
        assert e.value.response["Error"]["Code"] == "AccessDeniedException"
        assert api.get_event_source_mapping(UUID=u)["LastProcessingResult"] == "No records processed"
        allow({"Action": "dynamodb:GetRecords", "Resource": table.arn})
        assert until(lambda: api.get_event_source_mapping(UUID=u)["LastProcessingResult"] == "OK", 20)


# ---- how fast ----


def test_a_write_starts_its_function_at_once(table, function, mapping, results):
    mapping(table, function())
    table.put("first")
    results.collect(lambda got: len(seen(got)) == 1)
    sent = {}
    for i in range(20):
        sent[f"k{i}"] = time.time() * 1000
        table.put(f"k{i}")
        results.collect(lambda got: len(seen(got)) == i + 2)
    late = [m["at"] - sent[k] for m in results.got for k in batches([m])[0] if k in sent]
    print("ms from before the put to the handler:", sorted(late))
    # No poll is waited for: AWS looks four times a second. (Sanitizers, and others on the machine.)
    assert statistics.median(late) < 100


def test_records_that_are_too_old_are_told_to_the_destination(aged, function, mapping, results, queue):
    dead = queue()
    time.sleep(max(0, 61.5 - (time.monotonic() - aged.at)))
    aged.put("new")
    mapping(aged, function(), MaximumRecordAgeInSeconds=60, DestinationConfig={"OnFailure": {"Destination": dead.arn}})
    [d] = dead.collect(lambda got: got)
    assert d["requestContext"]["condition"] == "RecordAgeExceeded" and d["requestContext"]["approximateInvokeCount"] == 0
    assert d["DDBStreamBatchInfo"]["batchSize"] == 2 and "responseContext" not in d
    assert seen(results.collect(lambda got: got)) == ["new"]
