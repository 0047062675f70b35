"""Text messages leave the program: to each provider's wire, checked by an emulator that knows it from public rules alone.

Queued in the sender's transaction, sent once, tried again while the provider fails, asked after until they arrived.
"""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction

from nanhu.kernel import pauses
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.delivery import choice, texts
from nanhu.kernel.delivery.texts import send_text
from nanhu.kernel.doctor.checks.delivery import check_sms
from nanhu.kernel.jobs.companions import companions
from nanhu.kernel.models import SmsMessage
from nanhu.kernel.registry import Verdict
from nanhu.platforms.identity.tests.conftest import browser, newcomer, sign_in
from tests.devices.sms_provider import serving

__all__ = ["browser", "newcomer"]
pytestmark = pytest.mark.django_db
PHONE, SECRET = "13873012345", "s3cret"
PROVIDERS = ("aliyun", "tencent", "http")


@pytest.fixture
def school(tmp_path, monkeypatch):
    """A school whose messages go to the emulated provider, by the wire that is asked for."""

    def chosen(wire: str, *, secret: str = SECRET, known: str = SECRET):
        emulator = opened.enter(secret=secret)
        file = tmp_path / f"{wire}-{known}"
        file.write_text(known + "\n")
        path = "/send" if wire == "http" else ""
        monkeypatch.setattr(
            choice,
            "configuration",
            lambda: configured(provider=wire, address=emulator.url + path, secret_file=str(file)),
        )
        monkeypatch.setattr(
            choice,
            "table",
            lambda: {
                "sign_name": "湖南理工学院",
                "templates": {"code": "SMS_1", "notice": "SMS_2"},
                "app_id": "1400000001",
                "body": '{"to": "{phone}", "content": "{text}"}',
                "success": "code=0",
                "reference": "id",
            },
        )
        return emulator

    with serving() as opened:
        yield chosen


def configured(**settings):
    told = {f"sms_{name}": value for name, value in settings.items()}
    return replace(configuration(), demo=False, sms_key="nanhu-demo", **told)


def only() -> SmsMessage:
    return SmsMessage.objects.get()


@pytest.mark.parametrize("wire", PROVIDERS)
def test_a_code_reaches_the_provider_signed_and_filled_into_its_template(school, wire):
    emulator = school(wire)
    send_text(phone=PHONE, text="您的激活验证码是 135790，10 分钟内有效。", code="135790")
    assert emulator.messages() == []
    texts.send_due()
    [taken] = emulator.messages()
    assert taken["phone"].endswith(PHONE)
    if wire == "http":
        assert json.loads(taken["values"]) == {"to": PHONE, "content": "您的激活验证码是 135790，10 分钟内有效。"}
    else:
        assert (taken["sign"], taken["template"].split()[-1]) == ("湖南理工学院", "SMS_1")
        assert json.loads(taken["values"]) in ({"code": "135790"}, ["135790"])
    assert (only().state, only().reference) == ("sent", taken["number"])
    texts.send_due()
    assert len(emulator.messages()) == 1, "once"


@pytest.mark.parametrize("wire", ["aliyun", "tencent"])
def test_a_notice_goes_by_the_other_template_and_is_asked_after_until_it_arrived(school, wire):
    emulator = school(wire)
    send_text(phone=PHONE, text="您的校园卡制好了。")
    texts.send_due()
    [taken] = emulator.messages()
    assert (taken["template"].split()[-1], "您的校园卡制好了。" in taken["values"]) == ("SMS_2", True)
    assert only().state == "sent"
    with time_machine.travel(now() + timedelta(seconds=11), tick=True):
        texts.send_due()
    assert (only().state, only().due_at) == ("delivered", None)


@pytest.mark.parametrize("wire", ["aliyun", "tencent"])
def test_what_did_not_arrive_is_failed_with_the_providers_reason(school, wire):
    school(wire).fault("lost")
    send_text(phone=PHONE, text="通知")
    texts.send_due()
    with time_machine.travel(now() + timedelta(seconds=11), tick=True):
        texts.send_due()
    assert (only().state, only().error) == ("failed", "REJECTD")


@pytest.mark.parametrize("wire", PROVIDERS)
def test_a_provider_that_fails_is_asked_again_ever_later_and_nothing_is_lost(school, wire, monkeypatch):
    monkeypatch.setattr(pauses, "chance", lambda: 0.0)
    emulator = school(wire)
    emulator.fault("busy", 2)
    send_text(phone=PHONE, text="验证码 135790", code="135790")
    waits, moment = [], now()
    for _try in range(3):
        with time_machine.travel(moment, tick=False):
            texts.send_due()
        one = only()
        if one.state == "queued":
            assert one.error
            waits.append((one.due_at - moment).total_seconds())
            moment = one.due_at
    assert waits == [5, 15]
    assert (only().state, len(emulator.messages())) == ("sent", 1)


@pytest.mark.parametrize("wire", PROVIDERS)
def test_a_number_that_is_none_is_given_up_at_once(school, wire):
    school(wire).fault("illegal")
    send_text(phone=PHONE, text="通知")
    texts.send_due()
    assert (only().state, only().due_at) == ("failed", None)
    assert only().error


@pytest.mark.parametrize("wire", PROVIDERS)
def test_a_wrong_secret_sends_nothing_and_the_doctor_says_so(school, wire):
    emulator = school(wire, secret="right", known="wrong")
    send_text(phone=PHONE, text="通知")
    texts.send_due()
    assert emulator.messages() == []
    assert only().state == "queued"
    with time_machine.travel(now() + timedelta(minutes=6), tick=True):
        found = check_sms()
    assert found.verdict == Verdict.FAIL
    assert only().error[:12] in found.message


def test_a_code_that_no_longer_counts_is_not_sent(school):
    emulator = school("aliyun")
    emulator.fault("busy")
    send_text(phone=PHONE, text="验证码 135790", code="135790")
    texts.send_due()
    with time_machine.travel(now() + timedelta(minutes=10, seconds=1), tick=True):
        texts.send_due()
    assert (only().state, emulator.messages()) == ("failed", [])
    assert "SYSTEM_ERROR" in only().error


def test_what_is_rolled_back_is_not_sent(school):
    emulator = school("aliyun")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        send_text(phone=PHONE, text="通知")
        raise ZeroDivisionError
    assert texts.send_due() == 0
    assert emulator.messages() == []


def test_without_a_provider_messages_wait_fail_for_a_reason_and_the_doctor_says_so(monkeypatch):
    monkeypatch.setattr(choice, "configuration", lambda: configured(provider=""))
    assert check_sms().verdict == Verdict.WARN
    send_text(phone=PHONE, text="验证码 135790", code="135790")
    texts.send_due()
    assert only().state == "queued"
    assert check_sms().verdict == Verdict.FAIL
    with time_machine.travel(now() + timedelta(minutes=11), tick=True):
        texts.send_due()
        assert (only().state, only().error) == ("failed", "没有配置短信服务商")


def test_a_provider_that_lacks_a_setting_is_named_by_the_doctor(school, monkeypatch):
    school("aliyun")
    monkeypatch.setattr(choice, "table", lambda: {"sign_name": "湖南理工学院"})
    assert "templates" in check_sms().message


def test_a_newcomers_code_comes_to_the_phone_by_the_provider(school, browser, newcomer):
    """From the page of the activation to the provider's other end."""
    emulator = school("aliyun")
    sign_in(browser, newcomer.numbers[0], newcomer.tail)
    browser.post("/activate/code", {"send": "1"})
    texts.send_due()
    [taken] = emulator.messages()
    assert taken["phone"] == newcomer.phone
    assert re.fullmatch(r"\d{8}", json.loads(taken["values"])["code"])


def test_the_worker_looks_each_second():
    assert "kernel_delivery" in companions


def test_all_is_well_when_it_is(school):
    school("aliyun")
    send_text(phone=PHONE, text="通知")
    texts.send_due()
    assert check_sms().verdict == Verdict.OK
