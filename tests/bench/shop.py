"""The shop of examples/loyalty, whole: receipts a second from the point of sale to the customer's mail."""

import os
import statistics
import tempfile
import threading
import time

import loyalty
from bench import PROGRAM, Cloud, row

RECEIPTS = int(os.environ.get("BENCH_RECEIPTS", "2000"))
ALONE = 60  # for the latency of one receipt, with nothing else under way
CARDS = [f"20000000{n:05}" for n in range(64)]


def percentile(values, p):
    return sorted(values)[min(len(values) - 1, int(len(values) * p / 100))]


class Chain:
    def __init__(self, api, box, partner):
        self.api, self.box, self.partner = api, box, partner
        self.posted, self.accepted, self.again = {}, {}, 0

    def post(self, api, n):
        """As a point of sale does: what the server could not do now is asked again."""
        self.posted[n] = time.monotonic()
        status, body, _ = api.post(CARDS[n % len(CARDS)], loyalty.text_of(n))
        while status >= 500:
            self.again += 1
            status, body, _ = api.post(CARDS[n % len(CARDS)], loyalty.text_of(n))
        if status not in (202, 409):
            raise RuntimeError(f"receipt {n}: {status} {body}")
        self.accepted[n] = time.monotonic()

    def wait(self, numbers, seconds=300):
        end = time.monotonic() + seconds
        want = {loyalty.id_of(n) for n in numbers}
        while not (want <= self.box.letters.keys() and want <= self.partner.heard.keys()):
            if time.monotonic() > end:
                raise RuntimeError(f"{len(want - self.box.letters.keys())} letters are missing")
            time.sleep(0.005)

    def to_mail_ms(self, numbers):
        return [1000 * (self.box.letters[loyalty.id_of(n)][0][0] - self.posted[n]) for n in numbers]

    def flood(self, numbers, connections):
        todo, lock, failures = iter(numbers), threading.Lock(), []

        def point_of_sale():
            api = self.api.clone()
            while True:
                with lock:
                    n = next(todo, None)
                if n is None:
                    return
                try:
                    self.post(api, n)
                except Exception as e:
                    failures.append(e)
                    return

        threads = [threading.Thread(target=point_of_sale) for _ in range(connections)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        if failures:
            raise failures[0]


def measure():
    if why := loyalty.missing():
        print(f"the shop is left out: {why}")
        return
    box, partner = loyalty.MailBox(time.monotonic), loyalty.Partner()
    with tempfile.TemporaryDirectory() as folder, Cloud() as server:
        api = loyalty.deploy(server, loyalty.folder(os.path.join(folder, "loyalty")), program=PROGRAM, partnerUrl=partner.url,
                             smtpUrl=box.url)
        for card in CARDS:
            api.call("POST", "user", {"name": "Anna", "email": "anna@example.com", "card": card})
        chain = Chain(api, box, partner)
        warm = range(1, 257)
        chain.flood(warm, 32)
        chain.wait(warm)
        alone = range(1000, 1000 + ALONE)
        for n in alone:
            chain.post(api, n)
            chain.wait([n])
        alone_ms = chain.to_mail_ms(alone)
        numbers = range(10000, 10000 + RECEIPTS)
        begun = time.monotonic()
        chain.flood(numbers, 32)
        accepted = time.monotonic() - begun
        chain.wait(numbers)
        delivered = time.monotonic() - begun
        posts = [1000 * (chain.accepted[n] - chain.posted[n]) for n in numbers]
        flood_ms = chain.to_mail_ms(numbers)
    if chain.again:
        print(f"the shop: {chain.again} requests had to be sent again")
    row("the shop: receipts accepted, 32 points of sale", f"{RECEIPTS / accepted:.0f}", "a second", "",
        disk="the receipt")
    row("the shop: POST /receipts, 32 points of sale",
        f"p50 {percentile(posts, 50):.1f} ms, p99 {percentile(posts, 99):.1f} ms", "", "", disk="the receipt")
    row("the shop: receipts through the whole chain, to webhook and mail", f"{RECEIPTS / delivered:.0f}", "a second", "",
        disk="each step")
    row("the shop: from post to mail, one receipt alone",
        f"p50 {percentile(alone_ms, 50):.1f} ms, p99 {percentile(alone_ms, 99):.1f} ms", "", "", disk="each step")
    row("the shop: from post to mail, 32 points of sale at once",
        f"p50 {statistics.median(flood_ms):.0f} ms, p99 {percentile(flood_ms, 99):.0f} ms", "", "", disk="each step")


ROWS = {"shop": measure}
