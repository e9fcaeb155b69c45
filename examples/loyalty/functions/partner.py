"""Tells the partner (a webhook) of each award. What fails comes again by the queue, and ends in its dead-letter queue.

Only the standard library: the function starts at once.
"""

import hashlib
import hmac
import json
import os
import urllib.request
from concurrent.futures import ThreadPoolExecutor

TIMEOUT_S = 3
URL, SECRET = os.environ.get("PARTNER_URL", ""), os.environ.get("PARTNER_SECRET", "")


def log(what, **fields):
    print(json.dumps({"what": what, **fields}, ensure_ascii=False))


def request_of(award, url, secret):
    """The call: signed, and with a key by which the partner knows an award that it has heard of before."""
    body = json.dumps({k: award[k] for k in ("receipt", "card", "sum", "points")}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return urllib.request.Request(url, data=body, method="POST", headers={
        "Content-Type": "application/json", "Idempotency-Key": award["receipt"],
        "X-Loyalty-Signature": f"sha256={signature}"})


def tell(record, send=urllib.request.urlopen):
    """The id of the message if it must come again, or None."""
    try:
        award = json.loads(record["body"])
        if not URL:
            log("no partner", receipt=award["receipt"])
            return None
        with send(request_of(award, URL, SECRET), timeout=TIMEOUT_S) as answer:
            log("partner told", receipt=award["receipt"], status=answer.status)
        return None
    except Exception as e:
        log("partner not told", message=record["messageId"], why=str(e),
            attempt=int(record["attributes"]["ApproximateReceiveCount"]))
        return record["messageId"]


def handler(event, context):
    with ThreadPoolExecutor(max_workers=len(event["Records"])) as pool:
        failed = [message_id for message_id in pool.map(tell, event["Records"]) if message_id]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
