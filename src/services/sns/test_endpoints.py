"""SNS's endpoints outside: HTTP with confirmation, signatures and retries; mail; short messages; strict mode; kill -9."""

import email
import email.policy
import json
import socketserver
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
import samovar
from botocore.exceptions import ClientError
from webhooks import Endpoint, eventually, get, subscribe

from sns_message_validator import SNSMessageValidator


def code_of(call, **arguments):
    with pytest.raises(ClientError) as e:
        call(**arguments)
    return e.value.response["Error"]["Code"]


@pytest.fixture
def endpoint():
    e = Endpoint()
    yield e
    e.close()


@pytest.fixture(scope="module")
def fast():
    """A server whose retries come a hundred times sooner."""
    with samovar.Server("--retry-speed", "100") as s:
        yield s


@pytest.fixture
def sns(fast, client_of):
    return client_of(fast, "sns")


@pytest.fixture
def sqs(fast, client_of):
    return client_of(fast, "sqs")


@pytest.fixture
def topic(sns, unique):
    return lambda **attributes: sns.create_topic(Name=unique("t"), Attributes=attributes)["TopicArn"]


def validate(server, body, version="1"):
    """By AWS's rules, as the validator from PyPI has them; only the certificate's host is ours."""
    SNSMessageValidator(cert_url_regex=f"^{server.url}/SimpleNotificationService-[0-9a-f]+\\.pem$",
                        signature_version=version).validate_message(body)


def test_confirmation_by_the_link(fast, sns, topic, endpoint):
    arn = topic()
    got = sns.subscribe(TopicArn=arn, Protocol="http", Endpoint=endpoint.url)["SubscriptionArn"]
    assert got == "pending confirmation"
    _, headers, text = endpoint.wait(1)
    body = json.loads(text)
    assert headers["x-amz-sns-message-type"] == body["Type"] == "SubscriptionConfirmation"
    assert headers["x-amz-sns-message-id"] == body["MessageId"] and headers["x-amz-sns-topic-arn"] == arn
    assert headers["Content-Type"] == "text/plain; charset=UTF-8" and "x-amz-sns-subscription-arn" not in headers
    assert headers["User-Agent"] == "Amazon Simple Notification Service Agent"
    validate(fast, body)
    (row,) = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    assert row["SubscriptionArn"] == "PendingConfirmation"
    sns.publish(TopicArn=arn, Message="too early")
    answer = get(body["SubscribeURL"])
    assert f"<SubscriptionArn>{arn}:" in answer and "ConfirmSubscriptionResponse" in answer
    (row,) = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    published = sns.publish(TopicArn=arn, Message="now", Subject="s")
    _, headers, text = endpoint.wait(2)
    body = json.loads(text)
    assert headers["x-amz-sns-message-type"] == "Notification" and body["Message"] == "now"
    assert headers["x-amz-sns-subscription-arn"] == row["SubscriptionArn"]
    assert body["MessageId"] == headers["x-amz-sns-message-id"] == published["MessageId"]
    validate(fast, body)
    body["Message"] = "forged"
    with pytest.raises(Exception):
        validate(fast, body)


def test_confirmation_by_the_operation(sns, topic, endpoint):
    arn = topic()
    sns.subscribe(TopicArn=arn, Protocol="http", Endpoint=endpoint.url)
    token = json.loads(endpoint.wait(1)[2])["Token"]
    assert code_of(sns.confirm_subscription, TopicArn=arn, Token="x" * 10) == "InvalidParameter"
    assert code_of(sns.confirm_subscription, TopicArn=topic(), Token=token) == "InvalidParameter"
    subscription = sns.confirm_subscription(TopicArn=arn, Token=token, AuthenticateOnUnsubscribe="true")["SubscriptionArn"]
    a = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    assert a["PendingConfirmation"] == "false"
    assert json.loads(a["EffectiveDeliveryPolicy"])["healthyRetryPolicy"]["numRetries"] == 3


def test_unsubscribing_by_the_link(fast, sns, topic, endpoint):
    arn = topic(SignatureVersion="2")
    subscription = subscribe(sns, arn, endpoint)
    sns.publish(TopicArn=arn, Message="m")
    body = json.loads(endpoint.wait(2)[2])
    validate_v2(fast, body)
    get(body["UnsubscribeURL"])
    assert code_of(sns.get_subscription_attributes, SubscriptionArn=subscription) == "NotFound"
    _, headers, text = endpoint.wait(3)
    body = json.loads(text)
    assert headers["x-amz-sns-message-type"] == body["Type"] == "UnsubscribeConfirmation" and body["Token"]


def validate_v2(server, body):
    """The validator from PyPI knows SHA-1 alone: its own text, with SHA-256 (Developer Guide, SignatureVersion 2)."""
    import base64
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256
    assert body["SignatureVersion"] == "2" and body["SigningCertURL"].startswith(server.url)
    key = x509.load_pem_x509_certificate(get(body["SigningCertURL"]).encode()).public_key()
    text = SNSMessageValidator()._get_plaintext_to_sign(body).encode()
    key.verify(base64.b64decode(body["Signature"]), text, PKCS1v15(), SHA256())


def test_raw_delivery(sns, topic, endpoint):
    arn = topic()
    subscribe(sns, arn, endpoint, RawMessageDelivery="true", DeliveryPolicy=json.dumps(
        {"requestPolicy": {"headerContentType": "application/json"}}))
    sns.publish(TopicArn=arn, Message='{"tea": 1}')
    _, headers, text = endpoint.wait(2)
    assert text == '{"tea": 1}' and headers["x-amz-sns-rawdelivery"] == "true"
    assert headers["Content-Type"] == "application/json"


def test_retries_follow_the_policy(sns, topic, endpoint):
    arn = topic()
    subscribe(sns, arn, endpoint, DeliveryPolicy=json.dumps({"healthyRetryPolicy": {
        "numRetries": 5, "numNoDelayRetries": 1, "numMinDelayRetries": 1, "minDelayTarget": 10, "maxDelayTarget": 40,
        "numMaxDelayRetries": 1, "backoffFunction": "linear"}}))
    endpoint.statuses = [503, 500, 429, 503, 503]
    sns.publish(TopicArn=arn, Message="again")
    endpoint.wait(7)
    times = [p[0] for p in endpoint.posts[1:]]
    waits = [b - a for a, b in zip(times, times[1:])]
    # At once; 10 s; two from 10 to 40 s; 40 s: a hundred times sooner here.
    for wait, least in zip(waits, [0, 0.1, 0.1, 0.4, 0.4]):
        assert least * 0.95 <= wait < least + 3
    assert len({p[1]["x-amz-sns-message-id"] for p in endpoint.posts[1:]}) == 1


def test_dead_letters(sns, sqs, topic, endpoint, unique):
    name = unique("dead")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = topic()
    subscribe(sns, arn, endpoint, RedrivePolicy=json.dumps(
        {"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:000000000000:{name}"}))
    dead = lambda: [json.loads(m["Body"])["Message"] for m in sqs.receive_message(
        QueueUrl=url, WaitTimeSeconds=10).get("Messages", [])]
    # 4xx is for good; 5xx after the first try and three more.
    endpoint.statuses = [404]
    sns.publish(TopicArn=arn, Message="refused")
    assert dead() == ["refused"] and len(endpoint.posts) == 2
    endpoint.statuses = [500] * 4
    sns.publish(TopicArn=arn, Message="failed")
    assert dead() == ["failed"] and len(endpoint.posts) == 6


# ---- TLS ----

@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Two CAs of the test's own, each with a certificate for 127.0.0.1: {name: (CA's file, ssl context)}."""
    folder, made = tmp_path_factory.mktemp("tls"), {}
    run = lambda *words: subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)
    for name in "ours", "theirs":
        run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout",
            f"{name}.ca.key", "-out", f"{name}.ca", "-addext", "basicConstraints=critical,CA:TRUE")
        run("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=hook", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (folder / "ext").write_text("subjectAltName=IP:127.0.0.1")
        run("x509", "-req", "-in", f"{name}.csr", "-CA", f"{name}.ca", "-CAkey", f"{name}.ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", "ext", "-out", f"{name}.crt")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
        made[name] = str(folder / f"{name}.ca"), context
    return made


def test_https_is_for_who_is_trusted(client_of, unique, certificates, monkeypatch):
    """A certificate of the CA in SSL_CERT_FILE is trusted; another's is a server's error: tried again, then dead."""
    monkeypatch.setenv("SSL_CERT_FILE", certificates["ours"][0])
    ours = Endpoint(tls=certificates["ours"][1])
    with samovar.Server("--retry-speed", "1000") as server:
        sns, sqs = client_of(server, "sns"), client_of(server, "sqs")
        arn, name = sns.create_topic(Name=unique("t"))["TopicArn"], unique("dead")
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        policy = json.dumps({"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:000000000000:{name}"})
        subscription = subscribe(sns, arn, ours, RedrivePolicy=policy)
        sns.publish(TopicArn=arn, Message="in private")
        assert json.loads(ours.wait(2)[2])["Message"] == "in private"
        # The same port, now with a certificate that nobody knows.
        ours.close()
        theirs = Endpoint(tls=certificates["theirs"][1], port=ours.server.server_port)
        sns.publish(TopicArn=arn, Message="to whom?")
        (m,) = eventually(lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages"))
        assert json.loads(m["Body"])["Message"] == "to whom?"
        assert theirs.posts == [] and theirs.refusals == 4  # the first and three retries
        assert sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]["Protocol"] == "https"
        assert f"{ours.url} can't be reached" in server.log()
    theirs.close()


# ---- queues of other accounts ----

def test_a_queue_of_another_account_has_to_confirm(fast, client_of, topic, unique):
    """SNS Developer Guide, "Sending messages to a queue in a different account": who made the topic subscribes the queue,
    which is told the token; its owner confirms."""
    mine, other = client_of(fast, "sns"), {s: client_of(fast, s, key="000000000077") for s in ("sns", "sqs")}
    arn, name = topic(), unique("q")
    url = other["sqs"].create_queue(QueueName=name)["QueueUrl"]
    answer = mine.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:000000000077:{name}")
    assert answer["SubscriptionArn"] == "pending confirmation"
    mine.publish(TopicArn=arn, Message="too early")
    receive = lambda: other["sqs"].receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages")
    (m,) = eventually(receive)
    other["sqs"].delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
    body = json.loads(m["Body"])
    assert body["Type"] == "SubscriptionConfirmation" and body["TopicArn"] == arn
    assert body["Token"] in body["SubscribeURL"] and body["SubscribeURL"].startswith(fast.url)
    validate(fast, body)
    a = mine.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert (a["SubscriptionsPending"], a["SubscriptionsConfirmed"]) == ("1", "0")
    subscription = other["sns"].confirm_subscription(TopicArn=arn, Token=body["Token"])["SubscriptionArn"]
    # Once more is no error, and no second subscription.
    assert other["sns"].confirm_subscription(TopicArn=arn, Token=body["Token"])["SubscriptionArn"] == subscription
    a = mine.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert (a["SubscriptionsPending"], a["SubscriptionsConfirmed"]) == ("0", "1")
    mine.publish(TopicArn=arn, Message="now")
    (m,) = eventually(receive)
    assert json.loads(m["Body"])["Message"] == "now"


def test_a_subscription_that_its_account_made_itself_needs_no_confirmation(fast, client_of, topic, unique):
    other, name = {s: client_of(fast, s, key="000000000078") for s in ("sns", "sqs")}, unique("q")
    arn, url = topic(), other["sqs"].create_queue(QueueName=name)["QueueUrl"]
    subscription = other["sns"].subscribe(TopicArn=arn, Protocol="sqs",
                                          Endpoint=f"arn:aws:sqs:us-east-1:000000000078:{name}")["SubscriptionArn"]
    a = other["sns"].get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    assert a["Owner"] == "000000000078" and a["PendingConfirmation"] == "false"
    client_of(fast, "sns").publish(TopicArn=arn, Message="m")
    (m,) = other["sqs"].receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    assert json.loads(m["Body"])["Message"] == "m"


# ---- mail and short messages ----

def mails(server, to):
    listed = json.loads(get(f"{server.url}/_samovar/mail?to={urllib.request.quote(to)}"))["Mails"]
    return [(m, get(f"{server.url}/_samovar/mail/{m['Number']}")) for m in reversed(listed)]


def test_mail(fast, sns, topic, unique):
    arn, to = topic(DisplayName="Tea shop"), unique("a") + "@example.com"
    assert sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=to)["SubscriptionArn"] == "pending confirmation"
    ((first, text),) = eventually(lambda: mails(fast, to))
    assert first["Kind"] == "email" and first["From"] == "Tea shop" and "Confirm" in first["Subject"]
    get([line for line in text.splitlines() if "ConfirmSubscription" in line][0])
    sns.publish(TopicArn=arn, Message="Come for tea", Subject="Invitation")
    second, text = eventually(lambda: mails(fast, to)[1:])[0]
    assert second["Subject"] == "Invitation" and text.startswith("Come for tea\n") and "Unsubscribe" in text
    get([line for line in text.splitlines() if "Action=Unsubscribe" in line][0])
    assert sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"] == []


def test_mail_as_json(fast, sns, topic, unique):
    arn, to = topic(), unique("a") + "@example.com"
    sns.subscribe(TopicArn=arn, Protocol="email-json", Endpoint=to)
    ((_, text),) = eventually(lambda: mails(fast, to))
    body = json.loads(text)
    validate(fast, body)
    get(body["SubscribeURL"])
    sns.publish(TopicArn=arn, Message="čaj")
    body = json.loads(eventually(lambda: mails(fast, to)[1:])[0][1])
    assert body["Message"] == "čaj"
    validate(fast, body)


def test_short_messages(fast, sns, topic):
    arn = topic(DisplayName="Tea")
    sns.subscribe(TopicArn=arn, Protocol="sms", Endpoint="+491701111111")
    sns.publish(TopicArn=arn, Message="in a minute")
    sns.publish(PhoneNumber="+491702222222", Message="your code is 42", MessageAttributes={
        "AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": "TEA"}})
    ((m, text),) = eventually(lambda: mails(fast, "+491701111111"))
    assert m["Kind"] == "sms" and text == "Tea> in a minute"
    ((m, text),) = mails(fast, "+491702222222")
    assert m["From"] == "TEA" and text == "your code is 42"
    assert code_of(sns.publish, PhoneNumber="+491702222222", Message="x" * 1601) == "InvalidParameter"


class Relay(socketserver.StreamRequestHandler):
    """An SMTP server that keeps the mails; the first is refused for now."""

    def handle(self):
        say = lambda line: self.wfile.write(line.encode() + b"\r\n")
        say("220 relay")
        data, envelope = None, {}
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            word = line[:4].upper()
            if data is not None:
                if line != ".":
                    data.append(line[1:] if line.startswith("..") else line)
                    continue
                self.server.mails.append((envelope, "\n".join(data)))
                data = None
                say("250 kept")
            elif word == "MAIL" and not self.server.refused:
                self.server.refused = True
                say("451 later")
            elif word == "DATA":
                data = []
                say("354 go on")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                if word in ("MAIL", "RCPT"):
                    envelope[word] = line.split(":", 1)[1].split(">")[0].strip("< ")
                say("250 fine")


def test_mail_through_a_relay(client_of, unique):
    relay = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay)
    relay.mails, relay.refused = [], False
    threading.Thread(target=relay.serve_forever, daemon=True).start()
    with samovar.Server("--smtp", f"smtp://127.0.0.1:{relay.server_address[1]}", "--mail-from", "tea@shop.example",
                        "--retry-speed", "1000") as server:
        sns = client_of(server, "sns")
        arn = sns.create_topic(Name=unique("t"), Attributes={"DisplayName": "Čajovna"})["TopicArn"]
        sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="guest@example.com")
        eventually(lambda: relay.mails)
        envelope, text = relay.mails[0]
        m = email.message_from_string(text, policy=email.policy.default)
        assert envelope == {"MAIL": "tea@shop.example", "RCPT": "guest@example.com"}
        assert m["From"].addresses[0].display_name == "Čajovna" and m["To"] == "guest@example.com"
        get([line for line in m.get_content().splitlines() if "ConfirmSubscription" in line][0])
        sns.publish(TopicArn=arn, Message="Čaj je hotov.\n" * 50, Subject="Zveme vás na čaj, a to dnes odpoledne o páté")
        eventually(lambda: relay.mails[1:])
        m = email.message_from_string(relay.mails[1][1], policy=email.policy.default)
        assert m["Subject"] == "Zveme vás na čaj, a to dnes odpoledne o páté"
        assert m.get_content().startswith("Čaj je hotov.\n" * 50)
        assert json.loads(get(f"{server.url}/_samovar/mail"))["Mails"] == []
    relay.shutdown()
    relay.server_close()


# ---- strict mode ----

@pytest.fixture(scope="module")
def strict():
    with samovar.Server("--auth", "strict") as server:
        yield server


def test_strict_mode_asks_the_queues_policy(strict, client_of, unique):
    sns, sqs = client_of(strict, "sns", **strict.root_key()), client_of(strict, "sqs", **strict.root_key())
    arn = sns.create_topic(Name=unique("t"))["TopicArn"]
    urls = {}
    for kind in "none", "ours", "other":
        name = unique(kind)
        urls[kind] = sqs.create_queue(QueueName=name)["QueueUrl"]
        queue_arn = f"arn:aws:sqs:us-east-1:000000000000:{name}"
        if kind != "none":
            policy = {"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                "Resource": queue_arn, "Condition": {"ArnEquals": {"aws:SourceArn": arn if kind == "ours" else arn + "x"}}}]}
            sqs.set_queue_attributes(QueueUrl=urls[kind], Attributes={"Policy": json.dumps(policy)})
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn)
    sns.publish(TopicArn=arn, Message="m")
    got = {k: len(sqs.receive_message(QueueUrl=u).get("Messages", [])) for k, u in urls.items()}
    assert got == {"none": 0, "ours": 1, "other": 0}


def test_strict_mode_asks_identities_and_topics(strict, client_of, unique):
    root = client_of(strict, "sns", **strict.root_key())
    iam, name = client_of(strict, "iam", **strict.root_key()), unique("user")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    user = client_of(strict, "sns", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    arn = root.create_topic(Name=unique("t"))["TopicArn"]
    assert code_of(user.publish, TopicArn=arn, Message="x") in ("AuthorizationError", "AccessDenied", "AccessDeniedException")
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::000000000000:user/{name}"}, "Action": "sns:Publish",
        "Resource": arn}]}
    root.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(policy))
    assert user.publish(TopicArn=arn, Message="x")["MessageId"]
    with pytest.raises(ClientError):
        user.delete_topic(TopicArn=arn)
    with pytest.raises(urllib.error.HTTPError) as e:
        get(f"{strict.url}/_samovar/mail")
    assert e.value.code == 403


# ---- nothing is lost ----

def test_what_was_accepted_arrives_across_kills(client_of, unique, endpoint):
    server = samovar.Server("--retry-speed", "1000").start()
    try:
        sns, sqs = client_of(server, "sns"), client_of(server, "sqs")
        arn = sns.create_topic(Name=unique("t"))["TopicArn"]
        name = unique("q")
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:000000000000:{name}",
                      Attributes={"RawMessageDelivery": "true"})
        subscribe(sns, arn, endpoint, RawMessageDelivery="true", DeliveryPolicy=json.dumps(
            {"healthyRetryPolicy": {"numRetries": 100, "minDelayTarget": 20, "maxDelayTarget": 36}}))
        accepted, lock = [], threading.Lock()

        def publish(who, round_):
            own = client_of(server, "sns")
            for i in range(1000):
                text = f"{round_}-{who}-{i}"
                try:
                    own.publish(TopicArn=arn, Message=text)
                except Exception:
                    return
                with lock:
                    accepted.append(text)

        for round_ in range(4):
            endpoint.statuses = [500] * 20
            threads = [threading.Thread(target=publish, args=(w, round_)) for w in range(4)]
            for t in threads:
                t.start()
            time.sleep(0.7)
            server.kill()
            for t in threads:
                t.join()
            server.start()
        got = set()

        def taken():
            for m in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                got.add(m["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
            return set(accepted) <= got
        sqs = client_of(server, "sqs")
        assert len(accepted) > 50
        eventually(taken, 60)
        eventually(lambda: set(accepted) <= {p[2] for p in list(endpoint.posts)}, 60)
    finally:
        assert server.stop() == 0
        server.remove()
