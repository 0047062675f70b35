"""An outside app's key is stolen: what it can close is bounded for the app, others go on, and the office sees and ends it."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.registry import Verdict
from nanhu.systems.card.bank.jobs import forget_binding_failures
from nanhu.systems.card.bank.models import Appeal, BindingLock
from nanhu.systems.card.bank.services import app_bounds, appeals, bindings
from nanhu.systems.card.bank.tests.phones import Phone
from nanhu.systems.card.tests.conftest import CAST

DESK, APPS = "/card/bank/desk/", "/payments/apps/"


@pytest.fixture
def thief(campus, clock_stands, monkeypatch):
    """Names another number and another user each time, so that no lock of theirs stops it."""
    monkeypatch.setattr(app_bounds, "MOST_FAILURES_AN_HOUR", 3)
    phone = Phone()

    def guess(number):
        phone.user = f"invented-{number}"
        return phone.verify("student", campus_no=f"9{number:09}")["code"]

    return guess


def test_a_stolen_app_key_closes_so_many_numbers_an_hour_and_no_more(campus, thief):
    assert [thief(number) for number in range(5)] == ["bank.identity_differs"] * 3 + ["bank.app_paused"] * 2
    numbers = [bindings.holder_key(Phone().app, bindings.holder_of(None, f"9{number:09}")) for number in range(5)]
    assert BindingLock.objects.filter(key__in=numbers).count() == 3
    assert AuditEntry.objects.filter(action="card.pause_app").count() == 1


def test_a_question_that_came_at_the_same_moment_is_counted_too(campus, thief, monkeypatch):
    """It had passed the look before the count; the count decides under its lock."""
    monkeypatch.setattr(app_bounds, "check", lambda _app: None)
    assert [thief(number) for number in range(5)].count("bank.app_paused") == 2
    assert BindingLock.objects.filter(failures__gt=0).count() == 3 * 2 + 1, (
        "a number and a user each, and the app's hour"
    )


def test_the_other_apps_and_the_cards_that_were_bound_go_on(campus, thief):
    mine = Phone(user="u-1")
    mine.bind("teacher")
    for number in range(3):
        thief(number)
    assert Phone(user="u-2").verify("student")["code"] == "bank.app_paused"
    assert mine.ask("look")["name"] == CAST["teacher"][0]
    assert Phone(key="yunshanfu", name="云闪付").bind("student")["outcome"] == "done"


@pytest.mark.capability("A087.3")
def test_a_number_that_was_closed_in_one_app_is_open_in_another(campus):
    for _time in range(3):
        Phone().verify("student", name="林小蛮")
    assert bindings.is_locked(campus.persons["student"])
    assert Phone(key="yunshanfu", name="云闪付").bind("student")["outcome"] == "done"
    assert bindings.unlock(by=campus.actor("student"), person_id=campus.persons["student"])
    assert not bindings.is_locked(campus.persons["student"])


def test_the_next_hour_begins_anew_and_what_is_old_is_forgotten(thief):
    assert [thief(number) for number in range(4)][-1] == "bank.app_paused"
    with time_machine.travel(now() + timedelta(hours=1), tick=False):
        assert thief(9) == "bank.identity_differs"
        assert app_bounds.alarming(), "the office is told for a day"
    with time_machine.travel(now() + timedelta(days=3), tick=False):
        forget_binding_failures()
        assert not BindingLock.objects.exists()


def test_the_office_sees_it_and_switches_the_app_off(campus, thief):
    clerk = campus.client("clerk")
    assert "暂停绑定" not in clerk.get(DESK).content.decode()
    assert app_bounds.no_app_is_abused().verdict == Verdict.OK
    for number in range(3):
        thief(number)
    assert "完美校园核对失败过多，暂停绑定" in clerk.get(DESK).content.decode()
    told = app_bounds.no_app_is_abused()
    assert (told.verdict, "完美校园" in told.message) == (Verdict.FAIL, True)

    assert clerk.post(f"{APPS}wanxiao/switch/", {"is_on": "no", "reason": "密钥可能已泄露"}).status_code == 302
    assert Phone().send("school", {"school_code": "10543"}).status_code == 401
    assert AuditEntry.objects.get(action="payments.switch_app_off").reason == "密钥可能已泄露"
    clerk.post(f"{APPS}wanxiao/switch/", {"is_on": "yes", "reason": "已换密钥"})
    assert Phone().ask("school", school_code="10543")["outcome"] == "done"


def test_no_app_is_switched_without_a_reason_nor_by_a_holder(campus):
    Phone()
    clerk = campus.client("clerk")
    blank = clerk.post(f"{APPS}wanxiao/switch/", {"is_on": "no", "reason": " "})
    assert (blank.status_code, 'role="alert"' in blank.content.decode()) == (422, True), "said at the form"
    assert clerk.post(f"{APPS}nobody/switch/", {"is_on": "no", "reason": "x"}).status_code == 404
    stranger = campus.client("student")
    assert stranger.post(f"{APPS}wanxiao/switch/", {"is_on": "no", "reason": "x"}).status_code == 404
    assert Phone().app.is_on


@pytest.mark.capability("A153.2")
def test_a_day_takes_so_many_appeals_of_an_app_and_the_own_page_stays_open(campus, monkeypatch):
    monkeypatch.setattr(appeals, "MOST_A_DAY", 2)
    said = {"campus_no": CAST["student"][2], "name": "林小满", "phone": "13907300000", "text": "不是我绑的"}
    assert [Phone().ask("appeal", **said)["code"] for _time in range(3)] == ["ok", "ok", "bank.appeals_used_up"]
    appeals.appeal(by=campus.actor("student"), app=Phone().app, **said)
    assert Appeal.objects.count() == 3
