import json
import unittest

import mail

AWARD = {"receipt": "r1", "points": 1, "balance": 126, "sum": "10.00", "issued": "2018-05-18T15:00:00",
         "name": "Анна", "email": "anna@example.com"}
EVENT = {"Records": [{"Sns": {"Message": json.dumps(AWARD)}}]}


class MailTest(unittest.TestCase):
    def setUp(self):
        self.lines, mail.log = [], lambda what, **fields: self.lines.append((what, fields))

    def test_the_letter(self):
        letter = mail.letter(AWARD, "points@shop.example")
        self.assertEqual(letter["To"], "anna@example.com")
        self.assertEqual(letter["Subject"], "1 point for your receipt")
        self.assertEqual(letter["Message-ID"], "<r1@loyalty.shop.example>")
        self.assertIn("Dear Анна", letter.get_content())
        self.assertIn("You now have 126.", letter.get_content())

    def test_a_name_cannot_add_headers(self):
        with self.assertRaises(ValueError):
            mail.letter({**AWARD, "email": "a@b.cd\nBcc: all@example.com"}, "points@shop.example")

    def test_it_is_sent_once_for_each_award(self):
        sent = []
        mail.SMTP_URL, mail.send = "smtp://post.example", lambda mails, url: sent.extend(mails)
        mail.handler(EVENT, None)
        self.assertEqual(len(sent), 1)
        self.assertEqual(self.lines[0][0], "mailed")

    def test_without_a_post_office_the_log_has_it(self):
        mail.SMTP_URL = ""
        mail.handler(EVENT, None)
        self.assertEqual(self.lines[0][0], "not mailed: there is no SMTP_URL")
        self.assertIn("Dear Анна", self.lines[0][1]["text"])
