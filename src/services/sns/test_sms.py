"""Telephone numbers through boto3: the sandbox's, those that opted out, those to send from. A key of 12 digits is an account."""

import json
import re
import urllib.parse

import pytest
from botocore.exceptions import ClientError
from webhooks import get


def error_of(call, **arguments):
    with pytest.raises(ClientError) as e:
        call(**arguments)
    return e.value.response["Error"]["Code"]


@pytest.fixture
def account(unique):
    return "9" + str(int(unique("").lstrip("-"), 16)).zfill(13)[-11:]


@pytest.fixture
def sns(client, account):
    return client("sns", key=account)


@pytest.fixture
def number(account):
    """number(i): one that no other test has."""
    return lambda i=0: f"+{account}{i:02}"


def password_of(server, number):
    listed = json.loads(get(f"{server.url}/_samovar/mail?to={urllib.parse.quote(number)}"))["Mails"]
    assert listed[0]["Kind"] == "sms"
    return re.search(r"\b\d{6}\b", get(f"{server.url}/_samovar/mail/{listed[0]['Number']}")).group(0)


def numbers(sns):
    return {n["PhoneNumber"]: n["Status"] for n in sns.list_sms_sandbox_phone_numbers()["PhoneNumbers"]}


def test_a_number_is_verified_with_the_password_that_it_was_sent(server, sns, number):
    assert numbers(sns) == {}
    sns.create_sms_sandbox_phone_number(PhoneNumber=number(), LanguageCode="de-DE")
    assert numbers(sns) == {number(): "Pending"}
    password = password_of(server, number())
    wrong = f"{(int(password) + 1) % 1000000:06}"
    with pytest.raises(ClientError) as e:
        sns.verify_sms_sandbox_phone_number(PhoneNumber=number(), OneTimePassword=wrong)
    assert e.value.response["Error"]["Code"] == "VerificationException"
    assert numbers(sns) == {number(): "Pending"}
    sns.verify_sms_sandbox_phone_number(PhoneNumber=number(), OneTimePassword=password)
    assert numbers(sns) == {number(): "Verified"}
    assert error_of(sns.create_sms_sandbox_phone_number, PhoneNumber=number()) == "UserError"
    # "24 hours since the last attempt"
    assert error_of(sns.delete_sms_sandbox_phone_number, PhoneNumber=number()) == "UserError"
    assert numbers(sns) == {number(): "Verified"}


def test_a_password_is_tried_five_times(server, sns, number):
    sns.create_sms_sandbox_phone_number(PhoneNumber=number())
    password = password_of(server, number())
    wrong = f"{(int(password) + 1) % 1000000:06}"
    for _ in range(5):
        assert error_of(sns.verify_sms_sandbox_phone_number, PhoneNumber=number(), OneTimePassword=wrong) == (
            "VerificationException")
    assert error_of(sns.verify_sms_sandbox_phone_number, PhoneNumber=number(), OneTimePassword=password) == (
        "VerificationException")
    # Another one is good again.
    sns.create_sms_sandbox_phone_number(PhoneNumber=number())
    sns.verify_sms_sandbox_phone_number(PhoneNumber=number(), OneTimePassword=password_of(server, number()))
    assert numbers(sns) == {number(): "Verified"}


def test_numbers_come_in_pages_ten_at_most_and_go(sns, number):
    made = [number(i) for i in range(10)]
    for n in made:
        sns.create_sms_sandbox_phone_number(PhoneNumber=n)
    assert error_of(sns.create_sms_sandbox_phone_number, PhoneNumber=number(10)) == "UserError"
    pages = list(sns.get_paginator("list_sms_sandbox_phone_numbers").paginate(PaginationConfig={"PageSize": 4}))
    assert [len(p["PhoneNumbers"]) for p in pages] == [4, 4, 2]
    assert [n["PhoneNumber"] for p in pages for n in p["PhoneNumbers"]] == made
    sns.delete_sms_sandbox_phone_number(PhoneNumber=made[3])
    assert made[3] not in numbers(sns) and len(numbers(sns)) == 9
    sns.create_sms_sandbox_phone_number(PhoneNumber=number(10))


def test_what_is_refused(sns, number):
    assert error_of(sns.create_sms_sandbox_phone_number, PhoneNumber="0170123") == "InvalidParameter"
    assert error_of(sns.create_sms_sandbox_phone_number, PhoneNumber=number(), LanguageCode="tlh") == "InvalidParameter"
    assert error_of(sns.delete_sms_sandbox_phone_number, PhoneNumber=number()) == "ResourceNotFound"
    assert error_of(sns.verify_sms_sandbox_phone_number, PhoneNumber=number(), OneTimePassword="123456") == (
        "ResourceNotFound")
    for password in "123456789", "12345a":
        assert error_of(sns.verify_sms_sandbox_phone_number, PhoneNumber=number(), OneTimePassword=password) == (
            "InvalidParameter")
    assert error_of(sns.list_sms_sandbox_phone_numbers, MaxResults=101) == "InvalidParameter"
    assert error_of(sns.list_sms_sandbox_phone_numbers, NextToken="x") == "InvalidParameter"
    assert error_of(sns.list_origination_numbers, MaxResults=31) == "InvalidParameter"
    assert error_of(sns.opt_in_phone_number, phoneNumber="0170") == "InvalidParameter"
    assert numbers(sns) == {}


def test_nobody_has_opted_out_and_nobody_sends_from_a_number_of_its_own(sns, number):
    assert sns.check_if_phone_number_is_opted_out(phoneNumber=number())["isOptedOut"] is False
    sns.opt_in_phone_number(phoneNumber=number())
    assert sns.list_phone_numbers_opted_out()["phoneNumbers"] == []
    assert sns.list_origination_numbers()["PhoneNumbers"] == []
    assert sns.get_sms_sandbox_account_status()["IsInSandbox"] is False
