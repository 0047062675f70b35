"""The client against the emulator over the wire: tokens, refusals that stop the line, limits; and the contract of every vendor."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import now
from nanhu.services.mobile.adapters import choice
from nanhu.services.mobile.adapters.port import Card, LaterError, MemberFacts, Status, StoppedError, VendorError
from nanhu.services.mobile.adapters.wecom import client, tokens
from nanhu.services.mobile.models import Token, VendorCall

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
    for called, answered in enumerate(HALVES, 1):
        monkeypatch.setattr(wecom.company, "call", lambda *_arguments, said=answered: said)
        with pytest.raises(OSError, match=r"agreed|object"):
            choice.vendor().member("t1")
        assert VendorCall.objects.count() == called


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
