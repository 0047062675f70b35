"""企业微信 as a channel: the contract that every channel keeps, and limits under which nothing is dropped in silence."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from nanhu.kernel import registry
from nanhu.kernel.clock import now
from nanhu.platforms.messages import api as messages_api
from nanhu.platforms.messages.models import Delivery
from nanhu.platforms.messages.services import announcing
from nanhu.services.mobile import desk
from nanhu.services.mobile.adapters.wecom import client
from nanhu.services.mobile.adapters.wecom import line as lines
from nanhu.services.mobile.models import Outgoing, VendorCall
from nanhu.services.mobile.services import comparing, sending
from nanhu.services.mobile.tests.conftest import settle
from nanhu.testing.channels import ChannelTests, batch_for, states
from nanhu.testing.members import SYSTEM, grant

pytestmark = pytest.mark.django_db


def noon():
    return now().replace(hour=4, minute=7, second=1)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(noon(), tick=True):
        yield


class TestChannel(ChannelTests):
    @pytest.fixture
    def channel(self, syncing, wecom):
        self.wecom = wecom
        return registry.message_channels.get("wecom")

    @pytest.fixture
    def reached(self, syncing):
        return [syncing.persons[one] for one in ("T1", "T2", "T3")]

    @pytest.fixture
    def unreached(self, syncing):
        return syncing.persons["S2"]

    def sent(self):
        return self.wecom.company.store.rows("SELECT count(*) AS n FROM message")[0]["n"]


def messages(wecom, userid="t2"):
    return [one["title"] for one in wecom.company.store.messages_of(userid, 100)]


def test_beyond_ten_an_hour_they_are_told_together_and_none_is_lost(syncing, wecom):
    me = syncing.persons["T2"]
    found = [states(sending.send(batch_for([me], title=f"第{number}条")))[me] for number in range(13)]
    assert found == ["delivered"] * 10 + ["handed_over"] * 3
    assert len(messages(wecom)) == 10
    references = [str(one.public_id) for one in Outgoing.objects.filter(state="waiting")]
    assert sending.look(references) == {}
    with time_machine.travel(noon() + timedelta(minutes=5)):
        while sending.carry_due():
            pass
    assert messages(wecom)[0] == "3 条新消息"
    assert len(messages(wecom)) == 11
    assert {one.state for one in sending.look(references).values()} == {"delivered"}
    assert wecom.company.limits.dropped == 0
    assert not Outgoing.objects.filter(title__isnull=False).exists()


def test_what_is_urgent_is_not_held_back_but_stays_below_their_minute(syncing, wecom):
    me = syncing.persons["T2"]
    for number in range(40):
        batch = batch_for([me], title=f"第{number}条")
        sending.send(type(batch)(**{**{name: getattr(batch, name) for name in batch.__slots__}, "urgency": "now"}))
    assert len(messages(wecom)) == 15
    assert wecom.company.limits.dropped == 0


def test_who_joins_is_welcomed_once(syncing, wecom):
    for _time in range(2):
        wecom.join("t2")
        wecom.leave("t2")
    wecom.join("t2")
    sending.carry_due()
    assert messages(wecom) == ["欢迎来到移动校园"]
    assert wecom.company.store.messages_of("t2")[0]["url"].endswith("/mobile/enter?to=%2Fmobile%2F")


def test_who_chose_english_is_welcomed_and_counted_to_in_english(syncing, wecom):
    syncing.client("T2").post("/language", {"language": "en"})
    wecom.join("t2")
    for number in range(12):
        sending.send(batch_for([syncing.persons["T2"]], title=f"No. {number}"))
    with time_machine.travel(noon() + timedelta(minutes=5)):
        while sending.carry_due():
            pass
    told = messages(wecom)
    assert [one for one in told if not one.isascii()] == []
    assert any(one.endswith("new messages") for one in told)


def test_a_thousand_are_one_call_and_the_way_leads_through_the_sign_in(syncing, wecom):
    everybody = [syncing.persons[one] for one in ("T1", "T2", "T3")]
    sending.send(batch_for(everybody))
    assert VendorCall.objects.filter(api="message/send").count() == 1
    call = VendorCall.objects.get(api="message/send")
    page = syncing.client("T1").get("/mobile/desk/calls/").content.decode()
    assert f"3 人 · {messages_api.template_title(call.about.partition(' · ')[2])}" in page
    VendorCall.objects.filter(pk=call.pk).update(about="1 · single")
    page = syncing.client("T1").get("/mobile/desk/calls/").content.decode()
    assert ["1 人 · 攒着的一条消息" in page, "single" in page] == [True, False]
    url = wecom.company.store.messages_of("t1")[0]["url"]
    assert url == "https://campus.example/messages/"
    assert sending.tap("http://localhost:8000/flows/?a=1").endswith("/mobile/enter?to=%2Fflows%2F%3Fa%3D1")


def test_a_crash_after_the_call_repeats_nothing(syncing, wecom):
    everybody, number = [syncing.persons[one] for one in ("T1", "T2")], uuid4()
    sending.send(batch_for(everybody, number=number))
    Outgoing.objects.update(state="sending")  # killed before the answer was written down
    assert set(states(sending.send(batch_for(everybody, number=number))).values()) == {"delivered"}
    assert len(messages(wecom)) == 1


def lost(monkeypatch):
    """The next card goes out, and its answer is lost."""
    send = client.WecomClient.send

    def once(self, card, *, userids):
        monkeypatch.setattr(client.WecomClient, "send", send)
        send(self, card, userids=userids)
        raise TimeoutError

    monkeypatch.setattr(client.WecomClient, "send", once)


def test_a_batch_that_comes_again_has_the_receivers_and_words_of_the_first(syncing, wecom, monkeypatch):
    two, number = [syncing.persons[one] for one in ("T1", "T2")], uuid4()
    lost(monkeypatch)
    with pytest.raises(TimeoutError):
        sending.send(batch_for(two, number=number))
    wecom.leave("t1")
    three = [*two, syncing.persons["T3"]]
    found = states(sending.send(batch_for(three, number=number)))
    assert (found[two[1]], found[three[2]], found[two[0]]) == ("delivered", "delivered", "failed")
    assert len(messages(wecom, "t2")) == len(messages(wecom, "t3")) == 1


def test_what_waits_is_told_once_though_more_comes_before_it_is_tried_again(syncing, wecom, monkeypatch):
    me = syncing.persons["T2"]
    for number in range(12):
        sending.send(batch_for([me], title=f"第{number}条"))
    with time_machine.travel(noon() + timedelta(minutes=5)):
        lost(monkeypatch)
        sending.carry_due()
        sending.send(batch_for([me], title="又一条"))
    for minutes in (7, 12):
        with time_machine.travel(noon() + timedelta(minutes=minutes)):
            sending.carry_due()
    assert messages(wecom)[:3] == ["又一条", "2 条新消息", "第9条"]
    assert not Outgoing.objects.filter(state="waiting").exists()


def test_four_hours_later_nobody_knows_and_it_is_not_sent_again(syncing, wecom, monkeypatch):
    me, batch = syncing.persons["T2"], batch_for([syncing.persons["T2"]])
    wecom.fault("busy")
    assert states(sending.send(batch))[me] == "later"
    lost(monkeypatch)
    with time_machine.travel(noon() + timedelta(hours=1)), pytest.raises(TimeoutError):
        sending.send(batch)
    with time_machine.travel(noon() + timedelta(hours=4)):
        assert states(sending.send(batch))[me] == "delivered", "known again"
    with time_machine.travel(noon() + timedelta(hours=5)):
        Outgoing.objects.filter(userid="t2").update(state="sending")
        assert states(sending.send(batch))[me] == "failed"
    assert len(messages(wecom)) == 1


def test_what_is_told_together_later_with_the_same_titles_is_no_repetition(syncing, wecom):
    me = syncing.persons["T2"]
    for number in range(10):
        sending.send(batch_for([me], title=f"第{number}条"))
    for minutes in (1, 8):
        with time_machine.travel(noon() + timedelta(minutes=minutes)):
            for _time in range(2):
                sending.send(batch_for([me], title="又一条"))
        with time_machine.travel(noon() + timedelta(minutes=minutes + 5)):
            sending.carry_due()
    assert messages(wecom).count("2 条新消息") == 2


def test_while_they_are_away_it_waits(syncing, wecom):
    me, batch = syncing.persons["T2"], batch_for([syncing.persons["T2"]])
    wecom.fault("busy")
    assert states(sending.send(batch))[me] == "later"
    wecom.fault("down")
    with pytest.raises(OSError, match="502"):
        sending.send(batch)
    assert states(sending.send(batch))[me] == "delivered"


def test_who_is_none_there_is_for_the_next_channel(syncing, wecom):
    wecom.company.store.write("DELETE FROM member WHERE userid = 't3'")
    two = [syncing.persons["T2"], syncing.persons["T3"]]
    assert list(states(sending.send(batch_for(two))).values()) == ["delivered", "failed"]


def test_whose_account_has_no_licence_is_for_the_next_channel_and_the_others_have_it(syncing, wecom, monkeypatch):
    sent = wecom.company.send
    monkeypatch.setitem(wecom.company.apis, "message/send", lambda *call: sent(*call) | {"unlicenseduser": "T3"})
    found = sending.send(batch_for([syncing.persons["T2"], syncing.persons["T3"]]))
    assert list(states(found).values()) == ["delivered", "failed"]


@pytest.mark.parametrize(("urgency", "state"), [("digest", "later"), ("today", "later"), ("now", "failed")])
def test_at_the_half_hours_what_is_large_and_not_pressing_waits(syncing, urgency, state):
    batch = replace(batch_for(list(range(1001, 1200))), urgency=urgency)
    with time_machine.travel(noon().replace(minute=30)):
        assert set(states(sending.send(batch)).values()) == {state}, "of these nobody is a member"


def test_a_notice_that_must_be_read_waits_for_the_next_minute_and_then_arrives(syncing, wecom, monkeypatch):
    monkeypatch.setattr(sending, "MANY", 1)
    with time_machine.travel(noon().replace(minute=30), tick=True):
        messages_api.publish_notice(by=SYSTEM, title="明天停水", body="停水", must_read=True)
        announcing.tell_due()
        messages_api.deliver_due()
        assert "明天停水" not in str(messages(wecom))
    minutes_pass(8, noon().replace(minute=30))
    assert str(messages(wecom)).count("明天停水") == 1


@contextmanager
def closed_port() -> Iterator[int]:
    """Held by us, and nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def told(syncing, number="T2"):
    """Through the router and the worker's parcels, as any room tells it."""
    facts = {"place": "一食堂", "phone": "0730-8640000"}
    assert messages_api.tell([syncing.persons[number]], "card.found", facts) == 1
    messages_api.deliver_due()


def minutes_pass(count, start=None):
    start = start or noon()
    for minute in range(4, count + 1, 4):
        with time_machine.travel(start + timedelta(minutes=minute), tick=True):
            messages_api.deliver_due()


@pytest.mark.parametrize("has_token", [True, False])
def test_an_hour_without_them_loses_nothing_and_repeats_nothing(syncing, wecom, monkeypatch, has_token):
    if has_token:
        sending.send(batch_for([syncing.persons["T2"]], title="在这之前"))
    here = lines.configuration()
    with closed_port() as port:
        away = replace(here, wecom_port=port)
        monkeypatch.setattr(lines, "configuration", lambda: away)
        told(syncing)
        minutes_pass(60)
    monkeypatch.setattr(lines, "configuration", lambda: here)
    assert "有人捡到了您的校园卡" not in messages(wecom)
    minutes_pass(40, noon() + timedelta(minutes=60))
    assert messages(wecom).count("有人捡到了您的校园卡") == 1
    assert set(Delivery.objects.filter(channel="wecom").values_list("state", flat=True)) == {"delivered"}


def sent_again(syncing):
    """The office presses 重发 beside what failed by 企业微信, and the worker has its turn."""
    found = Delivery.objects.filter(channel="wecom", entry__message__template="card.found")
    failed = found.get(state="failed")
    address = f"/messages/outbox/deliveries/{failed.pk}/again/"
    assert syncing.client("T1").post(address, {"form_token": uuid4()}).status_code == 302
    messages_api.deliver_due()
    failed.refresh_from_db()
    return failed.state


def test_an_hour_in_which_their_door_answers_and_nothing_behind_it_loses_nothing_either(syncing, wecom, monkeypatch):
    messages_api.deliver_due()
    lost(monkeypatch)
    told(syncing)
    wecom.fault(*["down"] * 100)
    minutes_pass(60)
    wecom.company.faults.clear()
    minutes_pass(40, noon() + timedelta(minutes=60))
    assert messages(wecom).count("有人捡到了您的校园卡") == 1
    assert set(Delivery.objects.filter(channel="wecom").values_list("state", flat=True)) == {"delivered"}


def test_the_office_sends_again_what_they_refused(syncing, wecom):
    grant("T1", ["messages.operator"])
    wecom.company.store.write("UPDATE member SET status = 5 WHERE userid = 't2'")
    told(syncing)
    assert sent_again(syncing) == "failed", "they refuse it once more"
    wecom.company.store.write("UPDATE member SET status = 1 WHERE userid = 't2'")
    assert sent_again(syncing) == "delivered"
    assert messages(wecom).count("有人捡到了您的校园卡") == 1


def test_what_may_have_gone_out_is_not_sent_again_by_the_office_either(syncing, wecom, monkeypatch):
    grant("T1", ["messages.operator"])
    messages_api.deliver_due()
    lost(monkeypatch)
    told(syncing)
    with time_machine.travel(noon() + timedelta(hours=5)):
        messages_api.deliver_due()
        assert sent_again(syncing) == "failed"
    assert messages(wecom).count("有人捡到了您的校园卡") == 1


def test_what_is_withdrawn_goes_from_their_phones_and_a_digest_stays(syncing, wecom):
    me, other = syncing.persons["T2"], syncing.persons["T3"]
    first = batch_for([me, other], title="明天停课")
    sending.send(first)
    for number in range(9):
        sending.send(batch_for([me], title=f"第{number}条"))
    waits = batch_for([me], title="改在后天")
    assert states(sending.send(waits))[me] == "handed_over"
    sending.recall([first.number, waits.number])
    sending.recall([first.number, waits.number])
    assert "明天停课" not in messages(wecom)
    assert messages(wecom, "t3") == []
    assert len(messages(wecom)) == 9
    with time_machine.travel(noon() + timedelta(minutes=5)):
        while sending.carry_due():
            pass
    assert len(messages(wecom)) == 9, "what waited is not sent"


@pytest.mark.parametrize("fault", ["busy", "throttled", "cut"])
def test_whatever_they_answer_for_half_an_hour_it_waits_arrives_once_and_the_office_reads_why(syncing, wecom, fault):
    grant("T1", ["messages.operator"])
    messages_api.deliver_due()
    told(syncing)
    before = messages(wecom).count("有人捡到了您的校园卡")
    facts = {"place": "二食堂", "phone": "0730-8640000"}
    wecom.fault(*[fault] * 200)
    messages_api.tell([syncing.persons["T2"]], "card.found", facts, key="again")
    messages_api.deliver_due()
    page = syncing.client("T1").get("/messages/outbox/deliveries/?state=queued").content.decode()
    said = {"busy": "超过企业微信的调用频率", "throttled": "对方说问得太勤"}
    assert said.get(fault, "对方的回答没有传完，或不是约定的样子") in page
    minutes_pass(30)
    calls = VendorCall.objects.filter(api="message/send").count()
    assert calls < 12
    wecom.company.faults.clear()
    minutes_pass(80, noon() + timedelta(minutes=30))
    assert messages(wecom).count("有人捡到了您的校园卡") == before + 1
    assert set(Delivery.objects.filter(channel="wecom").values_list("state", flat=True)) == {"delivered"}


def test_who_is_gone_there_and_we_never_heard_is_told_by_another_channel_and_found_by_the_comparison(syncing, wecom):
    messages_api.deliver_due()
    wecom.fault("lost")
    wecom.application.remove("t2")
    assert syncing.member("T2").state in {"invited", "active"}, "we never heard"
    messages_api.tell([syncing.persons["T2"]], "mobile.before_push", {"when": "12月1日"}, urgency="now", key="again")
    messages_api.deliver_due()
    tried = dict(Delivery.objects.filter(entry__message__key="again").values_list("channel", "state"))
    assert tried == {"wecom": "failed", "sms": "handed_over"}
    comparing.compare(by=SYSTEM)
    keeper = syncing.client("T1")
    assert "我们推送过，那边没有" in keeper.get("/mobile/desk/differences/").content.decode()
    assert "t2" in keeper.get("/mobile/desk/differences/").content.decode()
    assert desk.unsettled().count() == 1, "the keeper's to-do"
    assert comparing.mend(by=SYSTEM) == 1
    settle()
    assert wecom.members()["t2"]
    assert comparing.compare(by=SYSTEM).is_empty
