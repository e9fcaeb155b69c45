"""A serverless.yml whose function handles a table's changes: deployed by samovar and by osls, unmodified."""

import os
import subprocess
import time

import pytest

import samovar

OSLS = os.path.join(samovar.ROOT, "build/node/node_modules/.bin/osls")
SERVICE = """service: changes
provider: {name: aws, runtime: nodejs20.x}
functions:
  watch:
    handler: index.watch
    events:
      - stream:
          type: dynamodb
          arn: !GetAtt Orders.StreamArn
          startingPosition: TRIM_HORIZON
          batchSize: 5
          maximumRetryAttempts: 1
          bisectBatchOnFunctionError: true
          parallelizationFactor: 2
          functionResponseType: ReportBatchItemFailures
          filterPatterns:
            - eventName: [INSERT]
          destinations:
            onFailure: {arn: !GetAtt Dead.Arn, type: sqs}
resources:
  Resources:
    Dead: {Type: "AWS::SQS::Queue", Properties: {QueueName: changes-dead}}
    Orders:
      Type: AWS::DynamoDB::Table
      Properties:
        TableName: changes-orders
        BillingMode: PAY_PER_REQUEST
        AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
        KeySchema: [{AttributeName: id, KeyType: HASH}]
        StreamSpecification: {StreamViewType: NEW_IMAGE}
"""
CODE = """exports.watch = async (event) => {
    for (const r of event.Records)
        console.log(`change ${r.eventName} ${r.dynamodb.Keys.id.S}`);
    return { batchItemFailures: event.Records.filter((r) => r.dynamodb.NewImage.bad)
        .map((r) => ({ itemIdentifier: r.dynamodb.SequenceNumber })) };
};
"""


def run(server, folder, *command):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, stdin=subprocess.DEVNULL,
                          env=samovar.environment(server, SLS_TELEMETRY_DISABLED="1", SLS_NOTIFICATIONS_MODE="off",
                                                  SLS_AWS_MONITORING_FREQUENCY="200"))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("deploy, remove", [
    ((samovar.PROGRAM, "deploy"), (samovar.PROGRAM, "rm")),
    pytest.param((OSLS, "deploy"), (OSLS, "remove"),
                 marks=pytest.mark.skipif(not os.path.exists(OSLS), reason="osls is not installed")),
], ids=["samovar", "osls"])
def test_a_function_on_a_stream(server, client, tmp_path, deploy, remove):
    (tmp_path / "serverless.yml").write_text(SERVICE)
    (tmp_path / "index.js").write_text(CODE)
    run(server, tmp_path, *deploy)
    dynamodb, api, logs, sqs = client("dynamodb"), client("lambda"), client("logs"), client("sqs")
    arn = dynamodb.describe_table(TableName="changes-orders")["Table"]["LatestStreamArn"]
    [m] = api.list_event_source_mappings(EventSourceArn=arn)["EventSourceMappings"]
    assert (m["BatchSize"], m["ParallelizationFactor"], m["MaximumRetryAttempts"]) == (5, 2, 1)
    assert m["FunctionResponseTypes"] == ["ReportBatchItemFailures"] and m["FilterCriteria"]["Filters"]
    dynamodb.put_item(TableName="changes-orders", Item={"id": {"S": "one"}})
    dynamodb.put_item(TableName="changes-orders", Item={"id": {"S": "two"}, "bad": {"BOOL": True}})
    dead = sqs.get_queue_url(QueueName="changes-dead")["QueueUrl"]
    [message] = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=20)["Messages"]
    assert '"DDBStreamBatchInfo"' in message["Body"]
    end, lines = time.monotonic() + 20, []
    while time.monotonic() < end and not any("change INSERT one" in line for line in lines):
        lines = [e["message"] for e in logs.filter_log_events(logGroupName="/aws/lambda/changes-dev-watch")["events"]]
    assert any("change INSERT one" in line for line in lines) and any("change INSERT two" in line for line in lines)
    run(server, tmp_path, *remove)
    assert not api.list_event_source_mappings(EventSourceArn=arn)["EventSourceMappings"]
