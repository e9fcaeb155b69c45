"""Tells the partner (a webhook) of each award, and writes into the receipt what became of it.

A message ends in the dead-letter queue when the partner has not taken it for the last time, and for no other reason: what
counts is how often it was refused, not how often it was received, so that a function that is cut off costs no try. That the
partner has taken it is written down before the message is deleted, and what is written down is not told again.

A receipt may have more than one message: the queue, the topic and the function before deliver at least once, and a message
may come back from the dead-letter queue. So each giving up begins another round, whose number goes with the dead letter:
messages of an older round are over, and the two records (the receipt, the dead letter) never disagree.
"""

import hashlib
import hmac
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "vendor"))
try:
    import boto3
    import urllib3
    from botocore.exceptions import ClientError
except ImportError:  # the unit test runs without the SDK
    boto3 = None

    class ClientError(Exception):
        pass

TIMEOUT_S = 3  # of a call; the function's is well above it, and the queue's visibility timeout above that


def log(what, **fields):
    print(json.dumps({"what": what, **fields}, ensure_ascii=False))


def request_of(award, secret):
    """Body and headers: signed, and with a key by which the partner knows an award that it has heard of before."""
    body = json.dumps({k: award[k] for k in ("receipt", "card", "sum", "points")}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return body, {"Content-Type": "application/json", "Idempotency-Key": award["receipt"],
                  "X-Loyalty-Signature": f"sha256={signature}"}


def round_of(record):
    return int(record.get("messageAttributes", {}).get("round", {}).get("stringValue", "0"))


class Partner:
    def __init__(self, db, table, queue, dead_letters, send, secret, tries):
        """send(body, headers): the partner's status."""
        self.db, self.table, self.queue, self.dead_letters = db, table, queue, dead_letters
        self.send, self.secret, self.tries = send, secret, tries

    def read(self, receipt):
        item = self.db.get_item(TableName=self.table, Key={"id": {"S": receipt}}, ConsistentRead=True,
                                ProjectionExpression="partner, partner_round, partner_by").get("Item", {})
        return item.get("partner", {}).get("S"), int(item.get("partner_round", {}).get("N", 0)), \
            item.get("partner_by", {}).get("S")

    def write(self, receipt, here, expression, **values):
        """Changes the receipt, unless it has been heard of or is in another round: the new attributes, or None."""
        is_in_round = "partner_round = :here" if here else "attribute_not_exists(partner_round)"
        values = {f":{name}": {"N": str(v)} if isinstance(v, int) else {"S": v} for name, v in values.items()}
        values[":heard"] = {"S": "heard"}
        if here:
            values[":here"] = {"N": str(here)}
        try:
            return self.db.update_item(
                TableName=self.table, Key={"id": {"S": receipt}}, UpdateExpression=expression, ReturnValues="UPDATED_NEW",
                ConditionExpression="attribute_exists(id) AND (attribute_not_exists(partner) OR partner <> :heard) AND "
                                    + is_in_round, ExpressionAttributeValues=values).get("Attributes", {})
        except ClientError as e:
            if e.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            log("settled by another message", receipt=receipt)
            return None

    def bury(self, record, next_round):
        self.queue.send_message(QueueUrl=self.dead_letters, MessageBody=record["body"], MessageAttributes={
            "round": {"DataType": "Number", "StringValue": str(next_round)}})

    def is_settled(self, record, receipt, here):
        """Whether an earlier try of this message, or another message, has brought it to its end."""
        state, now, by = self.read(receipt)
        if state == "heard":
            log("partner told before", receipt=receipt)
            return True
        if here < now and by == record["messageId"]:
            self.bury(record, now)  # it may have been cut off before that
        return here < now

    def refused(self, record, receipt, here, why):
        """Counts the try: whether it was the last."""
        new = self.write(receipt, here, "ADD partner_tries :one", one=1)
        tries = int(new["partner_tries"]["N"]) if new else 0
        log("partner not told", receipt=receipt, why=why, tries=tries)
        if new is None or tries < self.tries:
            return new is None
        if self.write(receipt, here, "SET partner = :state, partner_round = :next, partner_by = :message "
                      "REMOVE partner_tries", state="given up", next=here + 1, message=record["messageId"]) is not None:
            self.bury(record, here + 1)
            log("partner given up", receipt=receipt, round=here + 1)
        return True

    def tell(self, record):
        """Whether the message is done with; else it comes again."""
        try:
            award, here = json.loads(record["body"]), round_of(record)
            receipt, (body, headers) = award["receipt"], request_of(award, self.secret)
        except (ValueError, KeyError, TypeError) as e:
            log("no award", message=record["messageId"], why=repr(e))
            self.bury(record, 0)
            return True
        if not self.send:
            log("no partner", receipt=receipt)
            return True
        is_first = record["attributes"]["ApproximateReceiveCount"] == "1"
        if not is_first and self.is_settled(record, receipt, here):
            return True
        try:
            status = self.send(body, headers)
        except Exception as e:
            return self.refused(record, receipt, here, repr(e))
        if not 200 <= status < 300:
            return self.refused(record, receipt, here, status)
        log("partner told", receipt=receipt, status=status)
        self.write(receipt, here, "SET partner = :heard REMOVE partner_tries")
        return True

    def try_to_tell(self, record):
        try:
            return self.tell(record)
        except Exception as e:  # this one comes again; the others of its batch are not to wait for it
            log("failed", message=record["messageId"], why=repr(e))
            return False

    def __call__(self, event, context):
        records = event["Records"]
        with ThreadPoolExecutor(max_workers=len(records)) as pool:
            done = list(pool.map(self.try_to_tell, records))
        return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r, ok in zip(records, done) if not ok]}


def sender(url):
    """Connections are kept from one call to the next; a redirection is no answer to a webhook."""
    http = urllib3.PoolManager(maxsize=10, timeout=TIMEOUT_S, retries=False)
    return lambda body, headers: http.request("POST", url, body=body, headers=headers, redirect=False).status


if boto3 and "DEAD_LETTERS_URL" in os.environ:
    handler = Partner(boto3.client("dynamodb"), os.environ["RECEIPTS"], boto3.client("sqs"), os.environ["DEAD_LETTERS_URL"],
                      sender(os.environ["PARTNER_URL"]) if os.environ.get("PARTNER_URL") else None,
                      os.environ["PARTNER_SECRET"], int(os.environ["PARTNER_TRIES"]))
