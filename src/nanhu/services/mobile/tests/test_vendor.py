"""The client against the emulator over the wire: tokens, refusals that stop the line, limits; and the contract of every vendor."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine

from nanhu.kernel import registry
from nanhu.kernel.clock import now
from nanhu.services.mobile.adapters import choice
from nanhu.services.mobile.adapters.port import (
    Card,
    LaterError,
    MemberFacts,
    RestingError,
    Status,
    StoppedError,
    VendorError,
)
from nanhu.services.mobile.adapters.wecom import client, resting, tokens
from nanhu.services.mobile.models import Token, VendorCall
from nanhu.services.mobile.rules import words_of

pytestmark = pytest.mark.django_db
LI = MemberFacts(userid="t1", name="李主任", mobile="13907300001", departments=(1,))


class TestContract:
    """What a vendor must do (`adapters.port.Vendor`); 钉钉 or 飞书 would be held to the same."""

    @pytest.fixture
    def vendor(self, wecom):
        self.wecom = wecom
        return choice.vendor()

    def test_a_member_is_made_changed_found_and_removed(self, vendor):
        vendor.create_member(LI)
        assert vendor.member("T1").name == "李主任"
        vendor.update_member(MemberFacts(userid="t1", name="李明", mobile="13907300009", departments=(1,)))
        found = vendor.member("t1")
        assert (found.name, found.mobile, found.status) == ("李明", "13907300009", Status.INVITED)
        assert vendor.member_ids() == {"t1": frozenset({1})}
        vendor.delete_member("t1")
        vendor.delete_member("t1")
        assert vendor.member("t1") is None

    def test_departments_are_made_once_and_named_anew(self, vendor):
        vendor.put_department(number=1020, name="财务处", parent=1)
        vendor.put_department(number=1020, name="计划财务处", parent=1)
        [found] = self.wecom.company.store.rows("SELECT name FROM department WHERE id = 1020")
        assert found["name"] == "计划财务处"

    def test_a_card_says_whom_it_did_not_reach_and_is_sent_once(self, vendor):
        vendor.create_member(LI)
        card = Card(title="<b>&", text="第一行\n第二行", url="https://campus.example/x", mark="m")
        first, again = (vendor.send(card, userids=["T1", "NOBODY"]) for _one in range(2))
        assert first.refused == again.refused == {"nobody"}
        [message] = self.wecom.company.store.messages_of("t1")
        assert message["title"] == "&lt;b&gt;&amp;"
        vendor.recall(first.reference)
        assert self.wecom.company.store.messages_of("t1") == []
        assert vendor.send(card, userids=["nobody"]).refused == {"nobody"}

    def test_a_code_says_who_it_is_once(self, vendor):
        vendor.create_member(LI)
        code = self.wecom.company.code_for("t1")
        assert vendor.who(code) == "t1"
        with pytest.raises(VendorError):
            vendor.who(code)


@pytest.mark.parametrize("fault", ["expired", "invalid"])
def test_a_token_that_is_refused_is_fetched_anew_once(wecom, fault):
    vendor = choice.vendor()
    vendor.create_member(LI)
    wecom.fault(fault)
    assert vendor.member("t1").userid == "t1"
    assert VendorCall.objects.filter(api="gettoken").count() == 2
    assert list(VendorCall.objects.filter(api="user/get").order_by("pk").values_list("attempt", flat=True)) == [1, 2]


def test_refused_again_the_line_stops_and_nobody_is_called_until_somebody_looked(wecom):
    wecom.fault("expired", "invalid")
    with pytest.raises(StoppedError):
        choice.vendor().member("t1")
    before = VendorCall.objects.count()
    with pytest.raises(StoppedError):
        choice.vendor().member("t1")
    assert VendorCall.objects.count() == before
    assert tokens.stopped().stopped_code == 40014
    tokens.go_on()
    assert choice.vendor().member("t1") is None


def test_a_line_that_is_stopped_while_a_token_is_fetched_stays_stopped(wecom, monkeypatch):
    found, secret = choice.vendor(), choice.vendor().line.secret_of("contacts")

    def fetched(vendor, use, fetch=client.WecomClient.fetch_token):
        tokens.stop(use, secret=secret, code=60020)
        return fetch(vendor, use)

    monkeypatch.setattr(client.WecomClient, "fetch_token", fetched)
    found.member("t1")
    with pytest.raises(StoppedError):
        found.member("t1")
    assert tokens.stopped().stopped_code == 60020


def test_an_address_that_is_not_trusted_and_a_wrong_secret_stop_it_too(wecom):
    wecom.fault("untrusted")
    with pytest.raises(StoppedError) as stopped:
        choice.vendor().member("t1")
    assert stopped.value.code == 60020
    tokens.go_on()
    wecom.company.secrets_of = {"app": "another", "contacts": "another too"}
    Token.objects.all().delete()
    with pytest.raises(StoppedError) as stopped:
        choice.vendor().member("t1")
    assert stopped.value.code == 40001
    assert VendorCall.objects.filter(errcode=40001).count() == 1


def test_a_token_is_shared_and_renewed_at_four_fifths_of_its_life(wecom):
    for _one in range(3):
        choice.vendor().member("t1")
    assert wecom.company.calls["gettoken"] == 1
    with time_machine.travel(now() + timedelta(seconds=5800), tick=True):
        choice.vendor().member("t1")
    assert wecom.company.calls["gettoken"] == 2


def test_limits_and_faults_of_theirs_are_for_later(wecom):
    wecom.fault("busy")
    with pytest.raises(LaterError):
        choice.vendor().member("t1")
    choice.vendor().member("t1")
    wecom.fault("down")
    with pytest.raises(OSError, match="502"):
        choice.vendor().member("t1")
    assert VendorCall.objects.filter(errcode=None).count() == 1


HALVES = (
    [],
    {"errcode": None},
    {"errcode": {}},
    {"errcode": 0},
    {"errcode": 0, "access_token": "t", "expires_in": "soon"},
)


def test_half_an_answer_is_none_and_is_written_down(wecom, monkeypatch):
    for answered in HALVES:
        VendorCall.objects.all().delete()
        monkeypatch.setattr(wecom.company, "call", lambda *_arguments, said=answered: said)
        with pytest.raises(OSError, match=r"agreed|object"):
            choice.vendor().member("t1")
        assert VendorCall.objects.count() == 1


def test_what_is_null_is_not_there(wecom, monkeypatch):
    choice.vendor().create_member(LI)
    answered = {"errcode": 0, "userid": None, "invaliduser": None, "msgid": None, "dept_user": None}
    called, token = wecom.company.call, "gettoken"
    monkeypatch.setattr(wecom.company, "call", lambda api, *more: called(api, *more) if api == token else answered)
    card = Card(title="通知", text="内容", url="https://campus.example/x", mark="m")
    assert choice.vendor().who("a code") == ""
    assert choice.vendor().send(card, userids=["t1"]).refused == frozenset()
    assert choice.vendor().member_ids() == {}


def test_the_log_of_calls_keeps_no_phone_and_no_words(wecom):
    choice.vendor().create_member(LI)
    choice.vendor().send(Card(title="秘密", text="内容", url="https://a.example/", mark="m"), userids=["t1"])
    kept = " ".join(str(row) for row in VendorCall.objects.values_list("api", "about", "words"))
    assert "13907300001" not in kept
    assert "秘密" not in kept


def test_words_are_cut_between_letters():
    assert client.fitted("学" * 100, 30).encode().decode() == "学" * 9 + "…"
    assert client.fitted("<" * 100, 30) == "&lt;" * 6 + "…"


@pytest.mark.parametrize("fault", ["broken", "throttled", "cut", "garbled", "down"])
def test_an_answer_that_is_none_is_no_answer_and_its_words_are_for_an_engineer(wecom, fault):
    vendor = choice.vendor()
    vendor.create_member(LI)
    wecom.fault(fault)
    with pytest.raises(OSError, match=r"HTTP \d|JSON|early"):
        vendor.member("t1")
    words = str(VendorCall.objects.order_by("-pk")[0].shown_words)
    expected = {
        "broken": "对方的系统出错了",
        "down": "对方的系统出错了",
        "throttled": "对方说问得太勤",
        "cut": "对方的回答没有传完",
        "garbled": "不是约定的样子",
    }
    assert expected[fault] in words
    assert vendor.member("t1").userid == "t1"


def test_codes_that_are_no_numbers_of_theirs_break_nothing(wecom, monkeypatch):
    called = wecom.company.call
    choice.vendor().member("t1")
    for code in (10**30, "x", -(2**31), [1]):
        monkeypatch.setattr(wecom.company, "call", lambda *_call, code=code: {"errcode": code, "errmsg": None})
        VendorCall.objects.all().delete()
        with pytest.raises(OSError, match="not as agreed"):
            choice.vendor().member("t1")
    monkeypatch.setattr(wecom.company, "call", called)


@pytest.mark.parametrize(("fault", "said"), [("busy", "调用频率"), ("broken", "对方的系统出错了")])
def test_an_address_that_goes_on_failing_is_left_alone_for_everybody_and_never_for_long(syncing, wecom, fault, said):
    """However many members wait behind it: three calls, then one now and then."""
    vendor, called, start = choice.vendor(), [], now()
    wecom.fault(*[fault] * 100)

    def later(seconds):
        return time_machine.travel(start + timedelta(seconds=seconds), tick=False)

    for second in (0, 0, 0, 0, *range(0, 1500, 15)):
        with later(second):
            try:
                vendor.member("t1")
            except RestingError:
                continue
            except (LaterError, OSError):
                called.append(second)
    pauses = [after - before for before, after in pairwise(called)]
    assert pauses[:5] == [0, 0, 30, 60, 120], "of thousands that wait the first three, then one a pause"
    assert (sum(pause < 30 for pause in pauses), max(pauses)) == (2, 300)
    with later(called[-1] + 5):
        page = syncing.client("T1").get("/mobile/desk/").content.decode()
        assert said in page
        assert said in registry.checks.get("mobile.wecom").run().message
    wecom.company.faults.clear()
    with later(called[-1] + 301):
        assert vendor.member("t1").userid == "t1"
        assert "接连没有照办" not in syncing.client("T1").get("/mobile/desk/").content.decode()


def test_who_stands_at_the_door_waits_for_no_rest(syncing, wecom):
    vendor = choice.vendor()
    vendor.who(wecom.company.code_for("t1"))
    wecom.fault(*["broken"] * 4)
    for _tap in range(4):
        with pytest.raises(OSError, match="HTTP 500"):
            vendor.who("a code")
    page = syncing.client("T1").get("/mobile/desk/").content.decode()
    assert ("有人进门时照样问" in page, "以后再试）" in page) == (True, False), "nor is it said that he does"
    assert vendor.who(wecom.company.code_for("t1")) == "t1"


def test_the_page_says_why_the_line_stopped_and_what_to_do(syncing, wecom):
    wecom.fault("untrusted")
    with pytest.raises(StoppedError):
        choice.vendor().member("t1")
    page = syncing.client("T1").get("/mobile/desk/").content.decode()
    assert "调用地址不在企业可信 IP 里：请在管理后台添加本机的出口地址" in page
    assert "通讯录同步" in page


@pytest.mark.parametrize("code", sorted({*client.STOPPING, *resting.BUSY, client.NOBODY_VALID, 60102, 60129}))
def test_no_code_of_theirs_stands_there_alone(code):
    assert re.search(r"[一-龥]{4}", words_of(code, "errmsg"))
    assert "api freq" in words_of(99999, "api freq out of limit")
    assert re.search(r"[一-龥]{4}", words_of(99999, "api freq out of limit"))
