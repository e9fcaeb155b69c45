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

    def read(self, table, ids):
        """{id: item} of those that are there."""
        keys = [{"id": {"S": one}} for one in sorted(set(ids))]
        ask, items = {self.tables[table]: {"Keys": keys, "ConsistentRead": True}} if keys else None, {}
        while ask:
            answer = self.db.batch_get_item(RequestItems=ask)
            items.update((item["id"]["S"], item) for item in answer["Responses"].get(self.tables[table], []))
            ask = answer.get("UnprocessedKeys")
        return items

    def void(self, receipt):
        """Its card is gone: nobody gets the points."""
        self.db.update_item(TableName=self.tables["receipts"], Key={"id": receipt["id"]},
                            UpdateExpression="SET #state = :void", ConditionExpression="#state = :received",
                            ExpressionAttributeNames={"#state": "state"},
                            ExpressionAttributeValues={":void": {"S": "void"}, ":received": {"S": "received"}})
        log("void", receipt=receipt["id"]["S"], card=receipt["card"]["S"])

    def count(self, receipt_id, receipt, message_id):
        """The receipt if the topic is to hear of it: not when another message counted it, or there is nothing to count."""
        for i in range(TRIES):
            if receipt is None:
                log("unknown", receipt=receipt_id)
                return None
            if receipt["state"]["S"] != "received":
                is_ours = receipt.get("counted_by", {}).get("S") == message_id
                log("counted already", receipt=receipt_id, state=receipt["state"]["S"], ours=is_ours)
                return receipt if is_ours else None
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
                receipt = self.read("receipts", [receipt_id]).get(receipt_id)
                continue
            log("counted", receipt=receipt_id, card=receipt["card"]["S"], points=int(receipt["points"]["N"]))
            return receipt
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

    def tell(self, counted):
        """{message id: receipt} to the topic, each with its card's balance; answers the ids of those that it wasn't told."""
        try:
            users = self.read("users", (receipt["card"]["S"] for receipt in counted.values()))
            return self.publish({message_id: notice(receipt, users[receipt["card"]["S"]])
                                 for message_id, receipt in counted.items() if receipt["card"]["S"] in users})
        except Exception as e:
            log("not published", receipts=[receipt["id"]["S"] for receipt in counted.values()], why=repr(e))
            return list(counted)

    def __call__(self, event, context):
        ids, counted, failed = {}, {}, []
        for record in event["Records"]:
            try:
                ids[record["messageId"]] = str(json.loads(record["body"])["id"])
            except Exception as e:  # it ends in the dead-letter queue; the others of its batch are not to wait for it
                log("no receipt", message=record["messageId"], why=repr(e))
                failed.append(record["messageId"])
        receipts = self.read("receipts", ids.values())
        for message_id, receipt_id in ids.items():
            try:
                receipt = self.count(receipt_id, receipts.get(receipt_id), message_id)
                if receipt:
                    counted[message_id] = receipt
            except Exception as e:  # this one comes again
                log("failed", message=message_id, why=repr(e))
                failed.append(message_id)
        failed += self.tell(counted)
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


if boto3 and "TOPIC_ARN" in os.environ:
    handler = Award(boto3.client("dynamodb"), boto3.client("sns"),
                    {"receipts": os.environ["RECEIPTS"], "users": os.environ["USERS"],
                     "movements": os.environ["MOVEMENTS"]}, os.environ["TOPIC_ARN"])
