import hashlib
import hmac
import json
import unittest
import urllib.error

import partner

AWARD = {"receipt": "r1", "card": "2000000000015", "sum": "1250.00", "points": 125, "email": "anna@example.com"}


class Answer:
    status = 204

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def record(body=None, message_id="m1"):
    return {"messageId": message_id, "body": json.dumps(AWARD) if body is None else body,
            "attributes": {"ApproximateReceiveCount": "2"}}


class PartnerTest(unittest.TestCase):
    def setUp(self):
        self.lines, partner.log = [], lambda what, **fields: self.lines.append((what, fields))
        partner.URL, partner.SECRET = "http://partner.example/awards", "key"

    def test_the_call_is_signed_and_names_the_award(self):
        calls = []
        self.assertIsNone(partner.tell(record(), lambda request, timeout: calls.append(request) or Answer()))
        body, headers = calls[0].data, dict(calls[0].header_items())
        self.assertEqual(json.loads(body), {k: AWARD[k] for k in ("receipt", "card", "sum", "points")})
        self.assertNotIn(b"anna", body)
        self.assertEqual(headers["Idempotency-key"], "r1")
        self.assertEqual(headers["X-loyalty-signature"], "sha256=" + hmac.new(b"key", body, hashlib.sha256).hexdigest())

    def test_a_failure_comes_again(self):
        def fails(request, timeout):
            raise urllib.error.HTTPError(request.full_url, 503, "busy", {}, None)
        self.assertEqual(partner.tell(record(), fails), "m1")
        self.assertEqual(self.lines[0][1]["attempt"], 2)
        self.assertEqual(partner.tell(record("no json"), fails), "m1")

    def test_only_what_failed_comes_again(self):
        def some(request, timeout):
            if json.loads(request.data)["receipt"] == "r2":
                raise TimeoutError
            return Answer()
        original, partner.tell = partner.tell, lambda r: original(r, some)
        records = [record(json.dumps({**AWARD, "receipt": f"r{i}"}), f"m{i}") for i in range(4)]
        answer = partner.handler({"Records": records}, None)
        partner.tell = original
        self.assertEqual(answer, {"batchItemFailures": [{"itemIdentifier": "m2"}]})

    def test_without_a_partner_nothing_is_called(self):
        partner.URL = ""
        self.assertIsNone(partner.tell(record(), None))
