"""Receipts out of the queue: the points go to the card, exactly once, and a topic hears of it, at least once.

A transaction marks the receipt as counted and adds to the balance; a message that comes again finds the mark. The
mark names the message that made it, so that this message, should it come again, tells the topic (it may have been cut
off before it did) and another one for the same receipt does not.
"""

import json
import os
import random
import sys
import time
from datetime import datetime, timezone

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "vendor"))
try:
    import boto3
    from botocore.exceptions import ClientError
except ImportError:  # the unit test runs without the SDK
    boto3 = None

    class ClientError(Exception):
        pass

TRIES = 10
PUBLISH_MAX = 10  # entries of one PublishBatch


def log(what, **fields):
    print(json.dumps({"what": what, **fields}, ensure_ascii=False))


def transaction(tables, receipt, message_id, at):
    """What counts a receipt: the mark, the balance, the history."""
    points = {"N": receipt["points"]["N"]}
    return [
        {"Update": {
            "TableName": tables["receipts"], "Key": {"id": receipt["id"]},
            "UpdateExpression": "SET #state = :counted, counted_by = :message",
            "ConditionExpression": "#state = :received",
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": {":counted": {"S": "counted"}, ":received": {"S": "received"},
                                          ":message": {"S": message_id}}}},
        {"Update": {
            "TableName": tables["users"], "Key": {"id": receipt["card"]},
            "UpdateExpression": "ADD points :points, receipts :one",
            "ConditionExpression": "attribute_exists(id)",
            "ExpressionAttributeValues": {":points": points, ":one": {"N": "1"}}}},
        {"Put": {
            "TableName": tables["movements"],
            "Item": {"card": receipt["card"], "at": {"S": f"{at}#{receipt['id']['S']}#sale"}, "points": points,
                     "why": {"S": "sale"}, "receipt": receipt["id"]}}},
    ]


def notice(receipt, user):
    """What the topic says of a receipt that was counted."""
    return {"receipt": receipt["id"]["S"], "card": receipt["card"]["S"], "issued": receipt["issued"]["S"],
            "sum": f"{int(receipt['sum']['N']) / 100:.2f}", "points": int(receipt["points"]["N"]),
            "balance": int(user["points"]["N"]), "name": user["name"]["S"], "email": user["email"]["S"]}


class Award:
    def __init__(self, db, topic, tables, topic_arn, sleep=time.sleep):
        self.db, self.topic, self.tables, self.topic_arn, self.sleep = db, topic, tables, topic_arn, sleep

    def get(self, table, key):
        return self.db.get_item(TableName=self.tables[table], Key={"id": key}, ConsistentRead=True).get("Item")

    def void(self, receipt):
        """Its card is gone: nobody gets the points."""
        self.db.update_item(TableName=self.tables["receipts"], Key={"id": receipt["id"]},
                            UpdateExpression="SET #state = :void", ConditionExpression="#state = :received",
                            ExpressionAttributeNames={"#state": "state"},
                            ExpressionAttributeValues={":void": {"S": "void"}, ":received": {"S": "received"}})
        log("void", receipt=receipt["id"]["S"], card=receipt["card"]["S"])

    def count(self, receipt_id, message_id):
        """The notice to publish, or None when another message counted it, or nothing is to be counted."""
        for i in range(TRIES):
            receipt = self.get("receipts", {"S": receipt_id})
            if receipt is None:
                log("unknown", receipt=receipt_id)
                return None
            if receipt["state"]["S"] != "received":
                is_ours = receipt.get("counted_by", {}).get("S") == message_id
                log("counted already", receipt=receipt_id, state=receipt["state"]["S"], ours=is_ours)
                user = self.get("users", receipt["card"]) if is_ours else None
                return notice(receipt, user) if user else None
            at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            try:
                self.db.transact_write_items(TransactItems=transaction(self.tables, receipt, message_id, at))
            except ClientError as e:
                if e.response["Error"]["Code"] != "TransactionCanceledException":
                    raise
                if e.response["CancellationReasons"][1]["Code"] == "ConditionalCheckFailed":
                    self.void(receipt)
                    return None
                # Another transaction was at the card, or the receipt has just been counted: look again.
                self.sleep(random.uniform(0, 0.02 * 2 ** i))
                continue
            log("counted", receipt=receipt_id, card=receipt["card"]["S"], points=int(receipt["points"]["N"]))
            user = self.get("users", receipt["card"])
            return notice(receipt, user) if user else None
        raise RuntimeError(f"the card of receipt {receipt_id} is too busy")

    def publish(self, notices):
        """{message id: notice}; answers the ids whose notice the topic did not take."""
        failed = []
        pending = list(notices.items())
        for i in range(0, len(pending), PUBLISH_MAX):
            part = pending[i:i + PUBLISH_MAX]
            answer = self.topic.publish_batch(TopicArn=self.topic_arn, PublishBatchRequestEntries=[
                {"Id": str(n), "Message": json.dumps(body, ensure_ascii=False), "Subject": "Points awarded",
                 "MessageAttributes": {"card": {"DataType": "String", "StringValue": body["card"]}}}
                for n, (_, body) in enumerate(part)])
            failed += [part[int(entry["Id"])][0] for entry in answer.get("Failed", [])]
        return failed

    def __call__(self, event, context):
        notices, failed = {}, []
        for record in event["Records"]:
            message_id = record["messageId"]
            try:
                body = self.count(json.loads(record["body"])["id"], message_id)
                if body:
                    notices[message_id] = body
            except Exception as e:  # this one comes again; the others of its batch are not to wait for it
                log("failed", message=message_id, why=repr(e))
                failed.append(message_id)
        try:
            failed += self.publish(notices)
        except Exception as e:
            log("not published", receipts=[n["receipt"] for n in notices.values()], why=repr(e))
            failed += notices
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


if boto3 and "TOPIC_ARN" in os.environ:
    handler = Award(boto3.client("dynamodb"), boto3.client("sns"),
                    {"receipts": os.environ["RECEIPTS"], "users": os.environ["USERS"],
                     "movements": os.environ["MOVEMENTS"]}, os.environ["TOPIC_ARN"])
