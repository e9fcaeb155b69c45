"""Mails the customer what a receipt has brought, by SMTP. Without SMTP_URL the letter stands in the log instead."""

import json
import os
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

TIMEOUT_S = 5
SMTP_URL, SENDER = os.environ.get("SMTP_URL", ""), os.environ.get("MAIL_FROM", "loyalty@shop.example")


def log(what, **fields):
    print(json.dumps({"what": what, **fields}, ensure_ascii=False))


def letter(award, sender):
    points, balance = award["points"], award["balance"]
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, award["email"]
    mail["Subject"] = f"{points} point{'' if points == 1 else 's'} for your receipt"
    mail["Date"] = formatdate()
    # The same award has the same id: a mail box that gets it twice shows it once.
    mail["Message-ID"] = f"<{award['receipt']}@loyalty.{sender.rpartition('@')[2]}>"
    mail.set_content(f"Dear {award['name']},\n\n"
                     f"your receipt of {award['issued'].replace('T', ', ')} over {award['sum']} has brought you "
                     f"{points} point{'' if points == 1 else 's'}.\nYou now have {balance}.\n\n"
                     "Thank you for shopping with us!\n")
    return mail


def send(mails, url):
    """All of them on one connection."""
    at = urlsplit(url)
    if at.scheme == "smtps":
        smtp = smtplib.SMTP_SSL(at.hostname, at.port or 465, timeout=TIMEOUT_S, context=ssl.create_default_context())
    else:
        smtp = smtplib.SMTP(at.hostname, at.port or 25, timeout=TIMEOUT_S)
    with smtp:
        if at.username:
            if at.scheme != "smtps":
                smtp.starttls(context=ssl.create_default_context())
            smtp.login(unquote(at.username), unquote(at.password or ""))
        for mail in mails:
            smtp.send_message(mail)


def handler(event, context):
    awards = [json.loads(record["Sns"]["Message"]) for record in event["Records"]]
    mails = [letter(award, SENDER) for award in awards]
    if SMTP_URL:
        send(mails, SMTP_URL)
    for award, mail in zip(awards, mails):
        if SMTP_URL:
            log("mailed", receipt=award["receipt"], to=award["email"])
        else:
            log("not mailed: there is no SMTP_URL", receipt=award["receipt"], to=award["email"],
                subject=mail["Subject"], text=mail.get_content())
