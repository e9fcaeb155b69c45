"""Filter policies through boto3: each operator against each message, over attributes and over the body, and their limits.
SNS Developer Guide: "String value matching", "Numeric value matching", "Key matching", "AND/OR logic", "Filter policy constraints"."""

import json

import pytest
from botocore.exceptions import ClientError

text = lambda v: {"DataType": "String", "StringValue": v}
number = lambda v: {"DataType": "Number", "StringValue": v}
array = lambda *v: {"DataType": "String.Array", "StringValue": json.dumps(v)}

# What is published: over attributes, and the same values in a body.
MESSAGES = {
    "tea": ({"k": text("tea")}, {"k": "tea"}),
    "Tea": ({"k": text("Tea")}, {"k": "Tea"}),
    "teapot": ({"k": text("teapot")}, {"k": "teapot"}),
    "iced tea": ({"k": text("iced tea")}, {"k": "iced tea"}),
    "tea, cake": ({"k": array("tea", "cake")}, {"k": ["tea", "cake"]}),
    "0": ({"k": number("0")}, {"k": 0}),
    "100": ({"k": number("100.00000")}, {"k": 100.0}),
    "-5.5": ({"k": number("-5.5")}, {"k": -5.5}),
    "'100'": ({"k": text("100")}, {"k": "100"}),
    "1, 100": ({"k": array(1, 100)}, {"k": [1, 100]}),
    "true": ({"k": array(True)}, {"k": True}),
    "null": ({"k": array(None)}, {"k": None}),
    "10.1.2.3": ({"k": text("10.1.2.3")}, {"k": "10.1.2.3"}),
    "10.2.2.3": ({"k": text("10.2.2.3")}, {"k": "10.2.2.3"}),
    "other": ({"l": text("tea")}, {"l": "tea"}),
    "both": ({"k": text("tea"), "l": text("cake")}, {"k": "tea", "l": "cake"}),
}
TEXTS = ["tea", "Tea", "teapot", "iced tea", "tea, cake", "'100'", "10.1.2.3", "10.2.2.3", "both"]
NUMBERS = ["0", "100", "-5.5", "1, 100"]
OTHERS = ["true", "null"]
but = lambda *names: [n for n in TEXTS + NUMBERS + OTHERS if n not in names]

# Policies over k, and whom they let pass.
POLICIES = [
    ({"k": ["tea"]}, ["tea", "tea, cake", "both"]),
    ({"k": ["cake", "teapot"]}, ["teapot", "tea, cake"]),
    ({"k": [{"prefix": "tea"}]}, ["tea", "teapot", "tea, cake", "both"]),
    ({"k": [{"suffix": "tea"}]}, ["tea", "iced tea", "tea, cake", "both"]),
    ({"k": [{"suffix": "pot"}, {"prefix": "iced"}]}, ["teapot", "iced tea"]),
    ({"k": [{"equals-ignore-case": "TEA"}]}, ["tea", "Tea", "tea, cake", "both"]),
    ({"k": [{"anything-but": "tea"}]}, but("tea", "both")),
    ({"k": [{"anything-but": ["tea", "cake"]}]}, but("tea", "both", "tea, cake")),
    ({"k": [{"anything-but": {"prefix": "tea"}}]}, but("tea", "teapot", "both")),
    ({"k": [{"anything-but": {"suffix": "tea"}}]}, but("tea", "iced tea", "both")),
    ({"k": [{"anything-but": [0, 100]}]}, but("0", "100")),
    ({"k": [100]}, ["100", "1, 100"]),
    ({"k": ["100"]}, ["'100'"]),
    ({"k": [{"numeric": ["=", 100]}]}, ["100", "1, 100"]),
    ({"k": [{"numeric": [">", 0]}]}, ["100", "1, 100"]),
    ({"k": [{"numeric": [">=", 0]}]}, ["0", "100", "1, 100"]),
    ({"k": [{"numeric": ["<", 1]}]}, ["0", "-5.5"]),
    ({"k": [{"numeric": ["<=", 1]}]}, ["0", "-5.5", "1, 100"]),
    ({"k": [{"numeric": [">=", -5.5, "<", 0]}]}, ["-5.5"]),
    ({"k": [{"numeric": [">", -5.5, "<=", 0]}]}, ["0"]),
    ({"k": [True]}, ["true"]),
    ({"k": [None]}, ["null"]),
    ({"k": [{"cidr": "10.1.0.0/16"}]}, ["10.1.2.3"]),
    ({"k": [{"cidr": "10.0.0.0/8"}]}, ["10.1.2.3", "10.2.2.3"]),
    ({"k": [{"exists": True}]}, TEXTS + NUMBERS + OTHERS),
    ({"k": [{"exists": False}]}, ["other"]),
    ({"k": [{"exists": False}], "l": ["tea"]}, ["other"]),
    ({"k": ["tea"], "l": ["cake"]}, ["both"]),
    ({"k": ["tea"], "l": ["tea"]}, []),
    ({"$or": [{"k": ["teapot"]}, {"l": ["tea", "cake"]}]}, ["teapot", "other", "both"]),
    ({"k": [{"prefix": "t"}], "$or": [{"l": ["cake"]}, {"l": [{"exists": False}], "k": [{"suffix": "pot"}]}]},
     ["teapot", "both"]),
]


@pytest.fixture(params=["MessageAttributes", "MessageBody"])
def scope(request):
    return request.param


def test_each_operator(client, unique, scope):
    sns, sqs = client("sns"), client("sqs")
    arn, urls = sns.create_topic(Name=unique("t"))["TopicArn"], []
    for policy, _ in POLICIES:
        name = unique("q")
        urls.append(sqs.create_queue(QueueName=name)["QueueUrl"])
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:000000000000:{name}", Attributes={
            "FilterPolicyScope": scope, "FilterPolicy": json.dumps(policy), "RawMessageDelivery": "true"})
    for name, (attributes, body) in MESSAGES.items():
        if scope == "MessageBody":
            sns.publish(TopicArn=arn, Message=json.dumps({**body, "name": name}))
        else:
            sns.publish(TopicArn=arn, Message=name, MessageAttributes=attributes)
    for (policy, wanted), url in zip(POLICIES, urls):
        got = []
        while page := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for m in page:
                got.append(json.loads(m["Body"])["name"] if scope == "MessageBody" else m["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=m["ReceiptHandle"])
        assert sorted(got) == sorted(wanted), policy


# ---- what is refused, and how it is said ----

@pytest.fixture
def subscription(client, unique, scope):
    sns = client("sns")
    arn = sns.create_topic(Name=unique("t"))["TopicArn"]
    made = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:" + unique("q"),
                         Attributes={"FilterPolicyScope": scope})["SubscriptionArn"]
    yield made
    assert "FilterPolicy" not in sns.get_subscription_attributes(SubscriptionArn=made)["Attributes"]


values = lambda n: [str(i) for i in range(n)]
TOO_COMPLEX, KEYS = "Filter policy is too complex", "Filter policy can not have more than 5 keys"
REFUSED = [
    ({k: ["1"] for k in "abcdef"}, KEYS),
    ({"a": values(151)}, TOO_COMPLEX),
    ({"a": values(13), "b": values(12)}, TOO_COMPLEX),
    ({"a": values(2), "b": values(4), "c": values(4), "d": values(5)}, TOO_COMPLEX),
    ({"a": values(10), "$or": [{"b": values(8)}, {"c": values(8)}]}, TOO_COMPLEX),
    ({"a": [{"wildcard": "t*"}]}, "Unrecognized match type wildcard"),
    ({"a": [{"anything-but": {"wildcard": "t*"}}]}, "Unrecognized match type wildcard"),
    ({"a": [{"sounds-like": "t"}]}, "Unrecognized match type sounds-like"),
    ({"a": [{"prefix": "a", "suffix": "b"}]}, "Only one key allowed in match expression"),
    ({"a": [{"exists": "yes"}]}, "exists match pattern must be either true or false."),
    ({"a": [{"numeric": [">", 1000000001]}]}, "Numbers must be between -10^9 and 10^9"),
    ({"a": [-1000000001]}, "Numbers must be between -10^9 and 10^9"),
    ({"a": [{"numeric": [">", 6, "<", 5]}]}, "Bottom must be less than top"),
    ({"a": [{"numeric": ["~", 5]}]}, "Unrecognized numeric range operator: ~"),
    ({"a": [{"cidr": "10.0.0.0"}]}, "Malformed CIDR, one '/' required"),
    ({"a": [["b"]]}, "Match value must be String, number, true, false, or null"),
    ({"a": []}, "Empty arrays are not allowed"),
    ({"a": "b"}, "\"a\" must be an object or an array"),
    (["a"], "Filter is not an object"),
]


@pytest.mark.parametrize("policy,why", REFUSED)
def test_refused(client, subscription, policy, why):
    with pytest.raises(ClientError) as e:
        client("sns").set_subscription_attributes(SubscriptionArn=subscription, AttributeName="FilterPolicy",
                                                  AttributeValue=json.dumps(policy))
    error = e.value.response["Error"]
    assert error["Code"] == "InvalidParameter"
    assert error["Message"].startswith(f"Invalid parameter: FilterPolicy: {why}")


def test_the_most_that_fits(client, unique, scope):
    sns = client("sns")
    arn = sns.create_topic(Name=unique("t"))["TopicArn"]
    for i, policy in enumerate([
            {"a": values(150)}, {"a": values(15), "b": values(10)}, {k: ["1"] for k in "abcde"},
            {"a": values(10), "$or": [{"b": values(7)}, {"c": values(8)}]}]):
        s = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:000000000000:fits{i}", Attributes={
            "FilterPolicyScope": scope, "FilterPolicy": json.dumps(policy)})["SubscriptionArn"]
        got = sns.get_subscription_attributes(SubscriptionArn=s)["Attributes"]
        assert json.loads(got["FilterPolicy"]) == policy and got["FilterPolicyScope"] == scope


def test_nested_policies_are_for_bodies(client, unique):
    """"The total combination: the values times the level of each key", and attributes have no levels."""
    sns = client("sns")
    arn = sns.create_topic(Name=unique("t"))["TopicArn"]

    def subscribe(scope, policy):
        return sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:" + unique("q"),
                             Attributes={"FilterPolicyScope": scope, "FilterPolicy": json.dumps(policy)})

    def refused(scope, policy):
        with pytest.raises(ClientError) as e:
            subscribe(scope, policy)
        return e.value.response["Error"]["Message"]
    assert refused("MessageAttributes", {"a": {"b": ["c"]}}) == (
        "Invalid parameter: FilterPolicy: Filter policy scope MessageAttributes does not support nested filter policy")
    # 3 values at level 3, 4 at level 1, 2 at level 2: 3 x 3 x 4 x 1 x 2 x 2 = 144.
    fits = {"a": {"b": {"c": values(3)}}, "d": values(4), "e": {"f": values(2)}}
    assert subscribe("MessageBody", fits)["SubscriptionArn"]
    fits["d"].append("5")
    assert refused("MessageBody", fits) == "Invalid parameter: FilterPolicy: Filter policy is too complex"
    # Keys are counted at the top only.
    assert subscribe("MessageBody", {"a": {k: ["1"] for k in "bcdefg"}})["SubscriptionArn"]


def test_200_filter_policies_a_topic(client, unique):
    sns = client("sns", key="000000000035")
    arn = sns.create_topic(Name=unique("t"))["TopicArn"]
    subscribe = lambda i, **attributes: sns.subscribe(TopicArn=arn, Protocol="sqs", Attributes=attributes,
                                                      Endpoint=f"arn:aws:sqs:us-east-1:000000000035:q{i}")["SubscriptionArn"]
    made = [subscribe(i, FilterPolicy='{"a": ["b"]}') for i in range(200)]
    more = subscribe(200)
    for call in (lambda: subscribe(201, FilterPolicy='{"a": ["b"]}'),
                 lambda: sns.set_subscription_attributes(SubscriptionArn=more, AttributeName="FilterPolicy",
                                                         AttributeValue='{"a": ["b"]}')):
        with pytest.raises(ClientError) as e:
            call()
        assert e.value.response["Error"]["Code"] == "FilterPolicyLimitExceeded"
    assert "FilterPolicy" not in sns.get_subscription_attributes(SubscriptionArn=more)["Attributes"]
    # One that has a filter may change it; one that gives it up makes room.
    sns.set_subscription_attributes(SubscriptionArn=made[0], AttributeName="FilterPolicy", AttributeValue='{"a": ["c"]}')
    sns.set_subscription_attributes(SubscriptionArn=made[0], AttributeName="FilterPolicy", AttributeValue="{}")
    sns.set_subscription_attributes(SubscriptionArn=more, AttributeName="FilterPolicy", AttributeValue='{"a": ["b"]}')
