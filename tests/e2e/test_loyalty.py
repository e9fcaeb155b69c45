"""examples/loyalty, deployed unchanged by each tool, in two stages and two regions, and used."""

import json
import os
import subprocess
import time

import pytest

import samovar
import loyalty

OSLS = os.path.join(samovar.ROOT, "build/node/node_modules/.bin/osls")
AWS = os.path.join(samovar.ROOT, "build/venv/bin/aws")
REGION = "eu-central-1"
QUIET = {"SLS_AWS_MONITORING_FREQUENCY": "200", "SLS_TELEMETRY_DISABLED": "1", "SLS_NOTIFICATIONS_MODE": "off"}

pytestmark = pytest.mark.skipif(loyalty.missing() is not None, reason=loyalty.missing() or "")


@pytest.fixture
def server():
    """A server of each test's own: they all deploy the same names."""
    with samovar.Server() as s:
        yield s


@pytest.fixture
def folder(tmp_path):
    return loyalty.folder(tmp_path / "loyalty")


@pytest.fixture
def outside():
    partner, box = loyalty.Partner(), loyalty.MailBox(time.monotonic)
    yield partner, box
    partner.stop()
    box.stop()


def run(server, folder, *command, code=0, **env):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL,
                          env=samovar.environment(server, **{"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, **env}))
    assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def api_of(server, client, stack="loyalty-develop", region=REGION):
    outputs = client("cloudformation", region=region).describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    url = next(o["OutputValue"] for o in outputs if o["OutputKey"] == "HttpApiUrl")
    return loyalty.Api(server, url.split("://")[1].split(".")[0])


def until(what, wanted, seconds=60):
    """what() once it is as wanted."""
    deadline = time.monotonic() + seconds
    while not wanted(value := what()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert wanted(value), value
    return value


def use(api, n=1):
    """One customer and one receipt, from the point of sale to the points; answers the trace."""
    status, user, _ = api.call("POST", "user", {"name": "Anna", "email": "anna@example.com"})
    assert status == 201, user
    status, receipt, headers = api.post(user["id"], loyalty.text_of(n))
    assert status == 202 and receipt["points"] == loyalty.POINTS, receipt
    assert f"Root={receipt['trace']}" in headers["x-amzn-trace-id"]
    until(lambda: api.call("GET", f"receipts/{receipt['id']}")[1]["state"], lambda state: state == "counted")
    assert api.call("GET", f"user/{user['id']}/balance")[1]["points"] == loyalty.POINTS
    assert api.post(user["id"], loyalty.text_of(n))[0] == 409
    return user["id"], receipt["trace"]


def nothing_left(client, region=REGION):
    names = [f["FunctionName"] for f in client("lambda", region=region).list_functions()["Functions"]]
    names += client("dynamodb", region=region).list_tables()["TableNames"]
    names += client("sqs", region=region).list_queues().get("QueueUrls", [])
    names += [t["TopicArn"] for t in client("sns", region=region).list_topics()["Topics"]]
    names += [m["UUID"] for m in client("lambda", region=region).list_event_source_mappings()["EventSourceMappings"]]
    assert [name for name in names if "loyalty" in name] == []


def test_its_own_unit_tests(folder):
    """Pure logic, without a server."""
    run_env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    done = subprocess.run(["npm", "test"], cwd=folder, env=run_env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def test_by_samovar_deploy(server, client, folder, outside):
    partner, box = outside
    api = loyalty.deploy(server, folder, partnerUrl=partner.url, smtpUrl=box.url)
    card, trace = use(api)
    receipt = loyalty.id_of(1)
    until(lambda: (partner.heard.get(receipt), len(box.letters.get(receipt, []))), lambda both: both == (1, 1))
    assert "You now have 7." in box.letters[receipt][0][1]

    said = until(lambda: run_or_nothing(server, "logs", "--trace", trace), lambda text: "mailed" in text and "partner told" in text)
    order = [f"loyalty-develop-{name}" for name in ("register", "enqueue", "award", "partner")]
    assert [said.index(name) for name in order] == sorted(said.index(name) for name in order)

    status, page, _ = api.call("GET", "")
    assert status == 200 and b"<title>Your points</title>" in page
    run(server, folder, samovar.PROGRAM, "rm", "--stage", "develop")
    nothing_left(client)


def test_what_is_stored_is_counted(server, client, folder, outside):
    """Whoever stored it may have died before anything else: it needs no second post."""
    partner, box = outside
    api = loyalty.deploy(server, folder, partnerUrl=partner.url, smtpUrl=box.url)
    _, user, _ = api.call("POST", "user", {"name": "Anna", "email": "anna@example.com"})
    receipt = loyalty.id_of(5)
    client("dynamodb", region=REGION).put_item(TableName="loyalty-develop-receipts", Item={
        "id": {"S": receipt}, "card": {"S": user["id"]}, "at": {"S": "2026-01-02T03:04:05.678Z"}, "sum": {"N": "7500"},
        "points": {"N": "7"}, "state": {"S": "received"}, "issued": {"S": "2026-01-02T00:05:00"}})
    until(lambda: api.call("GET", f"user/{user['id']}/balance")[1]["points"], lambda points: points == 7)
    until(lambda: (partner.heard.get(receipt), len(box.letters.get(receipt, []))), lambda both: both == (1, 1))


def test_what_the_partner_refuses_is_a_dead_letter_until_it_is_sent_again(server, client, folder, outside):
    partner, box = outside
    partner.answers = lambda award, n: 422
    api = loyalty.deploy(server, folder, partnerUrl=partner.url, smtpUrl=box.url, partnerTries=2, partnerVisibility=10)
    use(api)
    receipt, sqs = loyalty.id_of(1), client("sqs", region=REGION)
    url = sqs.get_queue_url(QueueName="loyalty-develop-partner-dead")["QueueUrl"]
    until(lambda: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"],
          lambda found: found["ApproximateNumberOfMessages"] == "1")
    item = client("dynamodb", region=REGION).get_item(TableName="loyalty-develop-receipts", Key={"id": {"S": receipt}})["Item"]
    assert (item["partner"]["S"], partner.calls[receipt]) == ("given up", 2)
    partner.answers = lambda award, n: 200
    account = f"arn:aws:sqs:{REGION}:000000000000:loyalty-develop"
    sqs.start_message_move_task(SourceArn=f"{account}-partner-dead", DestinationArn=f"{account}-partner")
    until(lambda: partner.heard.get(receipt), lambda times: times == 1)


def run_or_nothing(server, *command):
    done = subprocess.run([samovar.PROGRAM, *command], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
                          env=samovar.environment(server, AWS_REGION=REGION))
    return done.stdout


def test_every_route(server, client, folder):
    api = loyalty.deploy(server, folder)
    card = "2000000000015"
    status, body, _ = api.call("POST", "user", {"name": "Anna", "email": "anna@example.com", "card": card})
    assert status == 201, (body, run_or_nothing(server, "logs", "loyalty-develop-users"), server.log())
    assert api.call("POST", "user", {"name": "Eve", "email": "eve@example.com", "card": card})[0] == 409
    assert api.call("POST", "user", {"name": "Eve"})[1]["error"] == "email"

    with open(os.path.join(loyalty.EXAMPLE, "lib/receipt.png"), "rb") as f:
        picture = f.read()
    status, receipt, _ = api.call("POST", f"receipts?card={card}", picture, {"Content-Type": "image/png"})
    assert (status, receipt["points"]) == (202, 125), receipt
    status, refused, _ = api.call("POST", f"receipts?card={card}", b"no picture", {"Content-Type": "image/jpeg"})
    assert (status, refused["error"]) == (415, "picture")
    for n in range(1, 6):
        assert api.post(card, loyalty.text_of(n))[0] == 202
    want = 125 + 5 * loyalty.POINTS
    until(lambda: api.call("GET", f"user/{card}/balance")[1]["points"], lambda points: points == want)

    for what in ("receipts", "history"):
        seen, path = [], f"user/{card}/{what}?limit=4"
        while path:
            page = api.call("GET", path)[1]
            seen += page[what]
            path = f"user/{card}/{what}?limit=4&next={page['next']}" if page.get("next") else None
        assert len(seen) == 6
        times = [entry["registered" if what == "receipts" else "at"] for entry in seen]
        assert times == sorted(times, reverse=True)
    assert api.call("GET", f"user/{card}/history?limit=0")[1]["error"] == "limit"

    change = {"sum": "250.00", "reason": "a typo"}
    assert api.call("PUT", f"receipts/{receipt['id']}", change)[0] == 401
    assert api.call("PUT", f"receipts/{receipt['id']}", change, {"Authorization": "Bearer wrong"})[0] == 403
    assert api.call("PUT", f"receipts/{receipt['id']}", change, loyalty.OPERATOR)[1]["points"] == 25
    assert api.call("GET", f"user/{card}/balance")[1]["points"] == want - 100
    assert api.call("DELETE", f"receipts/{receipt['id']}?reason=returned", None, loyalty.OPERATOR)[0] == 204
    assert api.call("GET", f"user/{card}/balance")[1] == {"id": card, "name": "Anna", "points": want - 125, "receipts": 5}
    assert api.call("GET", f"user/{card}/history?limit=1")[1]["history"][0]["reason"] == "returned"
    assert api.call("DELETE", f"receipts/{receipt['id']}", None, loyalty.OPERATOR)[0] == 409

    assert api.call("GET", "users")[0] == 401
    assert [u["id"] for u in api.call("GET", "users", None, loyalty.OPERATOR)[1]["users"]] == [card]
    changed = api.call("PUT", f"user/{card}", {"name": "Anna B.", "email": "b@example.com"}, loyalty.OPERATOR)[1]
    assert (changed["name"], changed["points"]) == ("Anna B.", want - 125)
    assert api.call("DELETE", f"user/{card}", None, loyalty.OPERATOR)[0] == 204
    assert api.call("GET", f"user/{card}/balance")[0] == 404
    assert api.post(card, loyalty.text_of(9))[1]["error"] == "card"
    run(server, folder, samovar.PROGRAM, "rm", "--stage", "develop")


def test_two_stages_and_two_regions_know_nothing_of_each_other(server, client, folder):
    here, there = loyalty.deploy(server, folder), loyalty.deploy(server, folder, region="us-east-1")
    said = run(server, folder, samovar.PROGRAM, "deploy", "--stage", "production", code=1)
    assert "operatorKey" in said, "production has no key that everybody knows"
    production = loyalty.deploy(server, folder, stage="production", operatorKey="secret")
    for api in (here, there, production):
        use(api, 77)
    assert production.call("GET", "users", None, loyalty.OPERATOR)[0] == 403
    assert len(production.call("GET", "users", None, {"Authorization": "Bearer secret"})[1]["users"]) == 1
    # To be removed it needs no key, only its name.
    for region, stage in ((REGION, "develop"), ("us-east-1", "develop"), (REGION, "production")):
        said = run(server, folder, samovar.PROGRAM, "rm", "--stage", stage, "--region", region)
        assert f"removed loyalty-{stage}" in said
    # A production's tables outlive their stack (DeletionPolicy: Retain).
    db = client("dynamodb", region=REGION)
    kept = [t for t in db.list_tables()["TableNames"] if t.startswith("loyalty")]
    assert kept == ["loyalty-production-movements", "loyalty-production-receipts", "loyalty-production-users"]
    for table in kept:
        db.delete_table(TableName=table)
    nothing_left(client)
    nothing_left(client, "us-east-1")


@pytest.mark.skipif(not os.path.exists(OSLS), reason="osls is not installed")
def test_by_osls(server, client, folder, outside):
    partner, box = outside
    run(server, folder, OSLS, "deploy", "--stage", "develop", "--param", f"partnerUrl={partner.url}",
        "--param", f"smtpUrl={box.url}", **QUIET)
    use(api_of(server, client))
    until(lambda: (len(partner.heard), len(box.letters)), lambda both: both == (1, 1))
    run(server, folder, OSLS, "remove", "--stage", "develop", **QUIET)
    nothing_left(client)


@pytest.mark.skipif(not os.path.exists(OSLS), reason="osls is not installed")
def test_by_aws_cloudformation_deploy(server, client, folder, outside):
    """The template that osls package writes, with its archives as local files: packaged and deployed by the AWS CLI."""
    partner, box = outside
    run(server, folder, OSLS, "package", "--stage", "develop", "--param", f"partnerUrl={partner.url}",
        "--param", f"smtpUrl={box.url}", **QUIET)
    with open(folder / ".serverless/cloudformation-template-update-stack.json") as f:
        template = json.load(f)
    for name in [name for name in template["Resources"] if name.startswith("ServerlessDeployment")]:
        del template["Resources"][name]
    del template["Outputs"]["ServerlessDeploymentBucketName"]
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"]["Code"] = resource["Properties"]["Code"]["S3Key"].rpartition("/")[2]
    (folder / ".serverless/template.json").write_text(json.dumps(template))
    client("s3").create_bucket(Bucket="shop-packages")
    run(server, folder, AWS, "cloudformation", "package", "--template-file", ".serverless/template.json", "--s3-bucket",
        "shop-packages", "--output-template-file", "packaged.yaml")
    run(server, folder, AWS, "cloudformation", "deploy", "--template-file", "packaged.yaml", "--stack-name", "loyalty-by-cli",
        "--capabilities", "CAPABILITY_NAMED_IAM", "--s3-bucket", "shop-packages")
    use(api_of(server, client, "loyalty-by-cli"))
    until(lambda: (len(partner.heard), len(box.letters)), lambda both: both == (1, 1))
    run(server, folder, AWS, "cloudformation", "delete-stack", "--stack-name", "loyalty-by-cli")
    run(server, folder, AWS, "cloudformation", "wait", "stack-delete-complete", "--stack-name", "loyalty-by-cli")
    nothing_left(client)


