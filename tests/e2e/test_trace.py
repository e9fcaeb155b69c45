"""samovar logs --trace: one request followed across an API, functions, a queue, an asynchronous invocation and a table."""

import re
import subprocess
import time
import urllib.request

import pytest

import samovar

YML = """service: traced
provider: {name: aws, runtime: python3.12, iam: {role: {statements: [
  {Effect: Allow, Action: ["sqs:SendMessage", "lambda:InvokeFunction", "dynamodb:PutItem"], Resource: "*"}]}}}
functions:
  first: {handler: app.first, environment: {QUEUE: !Ref Queue}, events: [httpApi: GET /]}
  second:
    handler: app.second
    events: [sqs: {arn: !GetAtt Queue.Arn, batchSize: 10, maximumBatchingWindow: "${param:window, '0'}"}]
  third: {handler: app.third, environment: {TABLE: !Ref Table}}
  fourth:
    handler: app.fourth
    events: [stream: {type: dynamodb, arn: !GetAtt Table.StreamArn, batchWindow: "${param:window, '0'}"}]
resources:
  Resources:
    Queue: {Type: "AWS::SQS::Queue"}
    Table:
      Type: AWS::DynamoDB::Table
      Properties:
        BillingMode: PAY_PER_REQUEST
        AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
        KeySchema: [{AttributeName: id, KeyType: HASH}]
        StreamSpecification: {StreamViewType: KEYS_ONLY}
"""

# Calls of AWS as no SDK makes them: nothing but the instance's own keys says where they belong.
APP = '''
import json, os, urllib.request

def call(service, path, headers, body):
    scope = f"{os.environ['AWS_ACCESS_KEY_ID']}/20260101/{os.environ['AWS_REGION']}/{service}/aws4_request"
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"] + path, data=json.dumps(body).encode(), headers={
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        "X-Amz-Security-Token": os.environ["AWS_SESSION_TOKEN"], "X-Amz-Date": "20260101T000000Z", **headers})
    urllib.request.urlopen(request, timeout=10).read()

def first(event, context):
    name = event["queryStringParameters"]["name"]
    print("first", name)
    call("sqs", "/", {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage"},
         {"QueueUrl": os.environ["QUEUE"], "MessageBody": name})
    return {"statusCode": 200, "body": os.environ["_X_AMZN_TRACE_ID"]}

def second(event, context):
    for record in event["Records"]:
        print("second", record["body"])
        call("lambda", "/2015-03-31/functions/traced-dev-third/invocations", {"X-Amz-Invocation-Type": "Event"}, record["body"])

def third(event, context):
    print("third", event)
    call("dynamodb", "/", {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.PutItem"},
         {"TableName": os.environ["TABLE"], "Item": {"id": {"S": str(event)}}})

def fourth(event, context):
    for record in event["Records"]:
        print("fourth", record["dynamodb"]["Keys"]["id"]["S"])
'''


@pytest.fixture
def app(server, client, tmp_path):
    (tmp_path / "serverless.yml").write_text(YML)
    (tmp_path / "app.py").write_text(APP)

    def deploy(*options):
        run(server, tmp_path, "deploy", *options)
        outputs = client("cloudformation").describe_stacks(StackName="traced-dev")["Stacks"][0]["Outputs"]
        url = next(o["OutputValue"] for o in outputs if o["OutputKey"] == "HttpApiUrl")
        return f"{server.url}/_aws/execute-api/{url.split('://')[1].split('.')[0]}/$default/"

    yield deploy
    run(server, tmp_path, "rm")


def run(server, folder, *command, code=0):
    done = subprocess.run([samovar.PROGRAM, *command], cwd=folder, env=samovar.environment(server), capture_output=True,
                          text=True, timeout=120, stdin=subprocess.DEVNULL)
    assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def request(url, name, **headers):
    asked = urllib.request.Request(f"{url}?name={name}", headers=headers)
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return answer.read().decode()


def traced(server, folder, trace, until):
    """What `samovar logs --trace` prints, once that is in it."""
    deadline = time.monotonic() + 30
    said = ""
    while until not in said and time.monotonic() < deadline:
        time.sleep(0.3)
        done = subprocess.run([samovar.PROGRAM, "logs", "--trace", trace], cwd=folder, capture_output=True, text=True,
                              env=samovar.environment(server), timeout=60, stdin=subprocess.DEVNULL)
        said = done.stdout
    assert until in said, said
    return said


def test_a_request_is_followed_without_code_in_the_functions(server, app, tmp_path):
    url = app()
    header = request(url, "1001")
    trace = re.match(r"Root=(1-[0-9a-f]{8}-[0-9a-f]{24})", header).group(1)
    request(url, "1002")
    said = traced(server, tmp_path, trace, "fourth 1001")
    lines = [re.sub(r"^\S+ traced-dev-(\S+) +", r"\1: ", line) for line in said.splitlines()]
    wrote = [line for line in lines if "RequestId" not in line]
    assert wrote == ["first: first 1001", "second: second 1001", "third: third 1001", "fourth: fourth 1001"]
    assert [line.split()[0] + " " + line.split()[1] for line in lines if "START" in line] == \
        ["first: START", "second: START", "third: START", "fourth: START"]
    assert traced(server, tmp_path, header, "fourth 1001") == said, "the whole header is as good"


def test_a_client_names_its_own_trace(server, app, tmp_path):
    trace = "1-5759e988-bd862e3fe1be46a994272793"
    assert trace in request(app(), "2001", **{"X-Amzn-Trace-Id": f"Root={trace};Sampled=1"})
    traced(server, tmp_path, trace, "fourth 2001")


def test_a_batch_belongs_to_each_of_its_traces(server, app, tmp_path):
    url = app("--param", "window=2")
    headers = [request(url, str(n)) for n in (3001, 3002, 3003)]
    for n, header in zip((3001, 3002, 3003), headers):
        said = traced(server, tmp_path, header, f"fourth {n}")
        assert f"first {n}" in said and f"second {n}" in said
        assert len(re.findall("first 300", said)) == 1


def test_what_logs_trace_says_no_to(server, tmp_path):
    assert "nothing was logged" in run(server, tmp_path, "logs", "--trace", "1-5759e988-000000000000000000000000", code=1)
    assert "A trace's id is like" in run(server, tmp_path, "logs", "--trace", "5759e988", code=1)
    assert "no name goes with it" in run(server, tmp_path, "logs", "f", "--trace", "1-5759e988-bd86", code=2)
    assert "is missing" in run(server, tmp_path, "logs", code=2)
