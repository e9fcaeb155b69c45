import json
import unittest

import award


class Canceled(award.ClientError):
    def __init__(self, *codes):
        Exception.__init__(self, codes)
        self.response = {"Error": {"Code": "TransactionCanceledException"},
                         "CancellationReasons": [{"Code": code} for code in codes]}


class Db:
    """The three tables, with what the function asks of them."""

    def __init__(self, receipts, users, failures=()):
        self.tables, self.failures, self.history = {"r": receipts, "u": users}, list(failures), []
        self.reads = 0

    def batch_get_item(self, RequestItems):
        (table, ask), = RequestItems.items()
        keys = [key["id"]["S"] for key in ask["Keys"]]
        self.reads += 1
        # It may answer in parts.
        items = [json.loads(json.dumps(self.tables[table][k])) for k in keys[:7] if k in self.tables[table]]
        return {"Responses": {table: items},
                "UnprocessedKeys": {table: {**ask, "Keys": ask["Keys"][7:]}} if len(keys) > 7 else {}}

    def update_item(self, TableName, Key, ExpressionAttributeValues, **_):
        self.tables[TableName][Key["id"]["S"]]["state"] = ExpressionAttributeValues[":void"]

    def transact_write_items(self, TransactItems):
        mark, add, put = TransactItems[0]["Update"], TransactItems[1]["Update"], TransactItems[2]["Put"]
        receipt, user = self.tables["r"][mark["Key"]["id"]["S"]], self.tables["u"].get(add["Key"]["id"]["S"])
        if self.failures:
            raise self.failures.pop(0)
        if receipt["state"]["S"] != "received" or not user:
            raise Canceled("None" if receipt["state"]["S"] == "received" else "ConditionalCheckFailed",
                           "None" if user else "ConditionalCheckFailed")
        receipt["state"] = {"S": "counted"}
        receipt["counted_by"] = mark["ExpressionAttributeValues"][":message"]
        user["points"]["N"] = str(int(user["points"]["N"]) + int(add["ExpressionAttributeValues"][":points"]["N"]))
        self.history.append(put["Item"])


class Topic:
    def __init__(self, *answers):
        self.answers, self.heard = list(answers), []

    def publish_batch(self, TopicArn, PublishBatchRequestEntries):
        answer = self.answers.pop(0) if self.answers else {}
        if isinstance(answer, Exception):
            raise answer
        lost = {f["Id"] for f in answer.get("Failed", [])}
        self.heard += [json.loads(e["Message"]) for e in PublishBatchRequestEntries if e["Id"] not in lost]
        return answer


def receipt(name="r1", card="c1", points=125):
    return {"id": {"S": name}, "card": {"S": card}, "points": {"N": str(points)}, "state": {"S": "received"},
            "sum": {"N": "125000"}, "issued": {"S": "2018-05-18T15:00:00"}}


def user(name="c1"):
    return {"id": {"S": name}, "points": {"N": "0"}, "name": {"S": "Anna"}, "email": {"S": "anna@example.com"}}


def event(*pairs):
    return {"Records": [{"messageId": m, "body": json.dumps({"id": r})} for m, r in pairs]}


class AwardTest(unittest.TestCase):
    def setUp(self):
        self.lines, award.log = [], lambda what, **fields: self.lines.append(what)

    def run_award(self, db, topic, *pairs):
        run = award.Award(db, topic, {"receipts": "r", "users": "u", "movements": "m"}, "arn", lambda s: None)
        return [f["itemIdentifier"] for f in run(event(*pairs), None)["batchItemFailures"]]

    def test_points_are_counted_and_told(self):
        db, topic = Db({"r1": receipt()}, {"c1": user()}), Topic()
        self.assertEqual(self.run_award(db, topic, ("m1", "r1")), [])
        self.assertEqual(db.tables["u"]["c1"]["points"]["N"], "125")
        self.assertEqual(topic.heard, [{"receipt": "r1", "card": "c1", "issued": "2018-05-18T15:00:00", "sum": "1250.00",
                                        "points": 125, "balance": 125, "name": "Anna", "email": "anna@example.com"}])
        self.assertEqual(len(db.history), 1)
        self.assertEqual(db.reads, 2, "one look at the receipts and one at the cards, of a whole batch")

    def test_a_message_again_counts_once_and_tells_again(self):
        db, topic = Db({"r1": receipt()}, {"c1": user()}), Topic(RuntimeError("cut off"))
        self.assertEqual(self.run_award(db, topic, ("m1", "r1")), ["m1"])
        self.assertEqual(self.run_award(db, topic, ("m1", "r1")), [])
        self.assertEqual(db.tables["u"]["c1"]["points"]["N"], "125")
        self.assertEqual(len(topic.heard), 1)

    def test_a_second_message_for_the_receipt_does_nothing(self):
        db, topic = Db({"r1": receipt()}, {"c1": user()}), Topic()
        self.assertEqual(self.run_award(db, topic, ("m1", "r1"), ("m2", "r1")), [])
        self.assertEqual(db.tables["u"]["c1"]["points"]["N"], "125")
        self.assertEqual(len(topic.heard), 1)

    def test_a_conflict_is_tried_again(self):
        conflicts = [Canceled("None", "TransactionConflict", "None")] * 3
        db, topic = Db({"r1": receipt()}, {"c1": user()}, conflicts), Topic()
        self.assertEqual(self.run_award(db, topic, ("m1", "r1")), [])
        self.assertEqual(db.tables["u"]["c1"]["points"]["N"], "125")

    def test_one_that_fails_does_not_hold_up_the_others(self):
        db = Db({"r1": receipt(), "r2": receipt("r2", points=5)}, {"c1": user()}, [ValueError("broken")])
        topic = Topic()
        self.assertEqual(self.run_award(db, topic, ("m1", "r1"), ("m2", "r2")), ["m1"])
        self.assertEqual(db.tables["u"]["c1"]["points"]["N"], "5")
        self.assertEqual([n["receipt"] for n in topic.heard], ["r2"])

    def test_one_that_is_no_receipt_does_not_hold_up_the_others(self):
        db, topic = Db({"r1": receipt()}, {"c1": user()}), Topic()
        run = award.Award(db, topic, {"receipts": "r", "users": "u", "movements": "m"}, "arn", lambda s: None)
        records = [{"messageId": "m1", "body": "no json"}, {"messageId": "m2", "body": '"text"'}, *event(("m3", "r1"))["Records"]]
        self.assertEqual(run({"Records": records}, None)["batchItemFailures"],
                         [{"itemIdentifier": "m1"}, {"itemIdentifier": "m2"}])
        self.assertEqual(len(topic.heard), 1)

    def test_what_the_topic_did_not_take_comes_again(self):
        db = Db({f"r{i}": receipt(f"r{i}") for i in range(12)}, {"c1": user()})
        topic = Topic({"Failed": [{"Id": "3"}]})
        self.assertEqual(self.run_award(db, topic, *((f"m{i}", f"r{i}") for i in range(12))), ["m3"])
        self.assertEqual(len(topic.heard), 11)

    def test_a_card_that_is_gone_voids_the_receipt(self):
        db, topic = Db({"r1": receipt(card="gone")}, {}), Topic()
        self.assertEqual(self.run_award(db, topic, ("m1", "r1"), ("m2", "none")), [])
        self.assertEqual(db.tables["r"]["r1"]["state"]["S"], "void")
        self.assertEqual(topic.heard, [])
