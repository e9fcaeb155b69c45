import hashlib
import hmac
import json
import unittest

import partner

AWARD = {"receipt": "r1", "card": "2000000000015", "sum": "1250.00", "points": 125, "email": "anna@example.com"}


class Refused(partner.ClientError):
    def __init__(self):
        Exception.__init__(self, "refused")
        self.response = {"Error": {"Code": "ConditionalCheckFailedException"}}


class Db:
    """The table of receipts, with what the function asks of it."""

    def __init__(self, *receipts):
        self.items = {r: {} for r in receipts}
        self.reads = 0

    def get_item(self, Key, **_):
        self.reads += 1
        return {"Item": self.items[Key["id"]["S"]]}

    def update_item(self, Key, UpdateExpression, ConditionExpression, ExpressionAttributeValues, **_):
        item, values = self.items.get(Key["id"]["S"]), ExpressionAttributeValues
        if item is None or item.get("partner") == values[":heard"] or item.get("partner_round") != values.get(":here"):
            raise Refused
        assert (":here" in values) == ("partner_round = :here" in ConditionExpression)
        if UpdateExpression.startswith("ADD"):
            item["partner_tries"] = {"N": str(int(item.get("partner_tries", {"N": "0"})["N"]) + 1)}
            return {"Attributes": {"partner_tries": item["partner_tries"]}}
        item.pop("partner_tries", None)
        if ":next" in values:
            item.update(partner=values[":state"], partner_round=values[":next"], partner_by=values[":message"])
        else:
            item["partner"] = values[":heard"]
        return {"Attributes": {}}


class Queue:
    def __init__(self):
        self.sent, self.is_broken = [], False

    def send_message(self, QueueUrl, MessageBody, MessageAttributes):
        if self.is_broken:
            raise RuntimeError("cut off")
        self.sent.append((MessageBody, {"round": {"stringValue": MessageAttributes["round"]["StringValue"]}}))


def record(receipt="r1", message="m1", received=1, body=None, attributes=None):
    return {"messageId": message, "body": body or json.dumps({**AWARD, "receipt": receipt}),
            "attributes": {"ApproximateReceiveCount": str(received)}, "messageAttributes": attributes or {}}


class PartnerTest(unittest.TestCase):
    def setUp(self):
        partner.log = lambda what, **fields: None
        self.db, self.queue, self.calls, self.answers = Db("r1", "r2"), Queue(), [], []
        self.run_partner = partner.Partner(self.db, "receipts", self.queue, "dead", self.send, "key", 3)

    def send(self, body, headers):
        self.calls.append((body, headers))
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, Exception):
            raise answer
        return answer

    def handle(self, *records):
        return [f["itemIdentifier"] for f in self.run_partner({"Records": list(records)}, None)["batchItemFailures"]]

    def give_up(self, message="m1", attributes=None):
        self.answers = [500, 500, 500]
        for received in (1, 2, 3):
            left = self.handle(record(message=message, received=received, attributes=attributes))
        self.assertEqual(left, [])

    def test_the_call_is_signed_and_names_the_award(self):
        self.assertEqual(self.handle(record()), [])
        (body, headers), = self.calls
        self.assertEqual(json.loads(body), {k: AWARD[k] for k in ("receipt", "card", "sum", "points")})
        self.assertNotIn(b"anna", body)
        self.assertEqual(headers["Idempotency-Key"], "r1")
        self.assertEqual(headers["X-Loyalty-Signature"], "sha256=" + hmac.new(b"key", body, hashlib.sha256).hexdigest())
        self.assertEqual(self.db.items["r1"], {"partner": {"S": "heard"}})
        self.assertEqual(self.db.reads, 0, "a first try needs no look")

    def test_what_was_written_down_is_not_told_again(self):
        self.handle(record())
        self.assertEqual(self.handle(record(received=2)), [])
        self.assertEqual(len(self.calls), 1)

    def test_a_refusal_comes_again(self):
        for answer in (503, 302, TimeoutError()):
            self.answers = [answer]
            self.assertEqual(self.handle(record(message=f"m{answer}", receipt="r1")), [f"m{answer}"])
            self.db.items["r1"].clear()
        self.assertEqual(self.queue.sent, [])

    def test_the_last_refusal_ends_in_the_dead_letters(self):
        self.give_up()
        self.assertEqual(len(self.calls), 3)
        self.assertEqual(self.queue.sent, [(record()["body"], {"round": {"stringValue": "1"}})])
        self.assertEqual(self.db.items["r1"]["partner"]["S"], "given up")

    def test_a_cut_off_costs_no_try(self):
        """Received 100 times and never brought to an end, it's tried as if it were new."""
        self.answers = [500]
        self.assertEqual(self.handle(record(received=100)), ["m1"])
        self.assertEqual(self.handle(record(received=101)), [])
        self.assertEqual(self.queue.sent, [])

    def test_a_dead_letter_that_was_cut_off_is_sent_again(self):
        self.queue.is_broken = True
        self.answers = [500, 500, 500]
        lefts = [self.handle(record(received=n)) for n in (1, 2, 3)]
        self.assertEqual(lefts[-1], ["m1"])
        self.queue.is_broken = False
        self.assertEqual(self.handle(record(received=4)), [])
        self.assertEqual((len(self.calls), len(self.queue.sent)), (3, 1))

    def test_another_message_of_a_receipt_that_was_given_up_does_nothing(self):
        self.give_up()
        self.assertEqual(self.handle(record(message="m2", received=2)), [])
        self.assertEqual(len(self.calls), 3)
        self.assertEqual(self.handle(record(message="m3", received=1)), [])
        self.assertEqual(self.db.items["r1"]["partner"]["S"], "given up", "the partner took it, but it is in the dead letters")
        self.assertEqual(len(self.queue.sent), 1)

    def test_a_message_from_the_dead_letters_is_told(self):
        self.give_up()
        self.assertEqual(self.handle(record(message="m9", attributes=self.queue.sent[0][1])), [])
        self.assertEqual(self.db.items["r1"]["partner"]["S"], "heard")

    def test_it_may_be_given_up_again(self):
        self.give_up()
        self.give_up("m9", self.queue.sent[0][1])
        self.assertEqual([attributes["round"]["stringValue"] for _, attributes in self.queue.sent], ["1", "2"])

    def test_only_what_failed_comes_again(self):
        self.run_partner.send = lambda body, headers: 500 if b'"r2"' in body else 200
        self.assertEqual(self.handle(record("r1", "m1"), record("r2", "m2")), ["m2"])

    def test_what_is_no_award_goes_to_the_dead_letters(self):
        self.assertEqual(self.handle(record(body="no json"), record(message="m2", body="{}")), [])
        self.assertEqual(len(self.queue.sent), 2)

    def test_without_a_partner_nothing_is_called(self):
        self.run_partner.send = None
        self.assertEqual(self.handle(record()), [])
        self.assertEqual(self.db.items["r1"], {})
