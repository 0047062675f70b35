"""One call, many channels: who is told, by which channel, when, and once."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.kernel.models import MailMessage, SmsMessage
from nanhu.kernel.registry import MessageChannel, MessageOutcome, MessageTemplate, message_channels, message_templates
from nanhu.platforms.messages import api as messages
from nanhu.platforms.messages import jobs, routes
from nanhu.platforms.messages.errors import FactsRefusedError, LinkRefusedError, UnknownTemplateError
from nanhu.platforms.messages.models import (
    ChannelChoice,
    Delivery,
    Entry,
    Message,
    MessageSettings,
    MessageTally,
    Parcel,
)
from nanhu.platforms.messages.services import handing, keeping, resending, routing
from nanhu.platforms.messages.tests.conftest import CAST, SYSTEM
from nanhu.platforms.messages.wording import faults_of
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation, Person

pytestmark = pytest.mark.django_db
PHONE = "13800138000"
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=CAMPUS_ZONE)
NIGHT = datetime(2026, 11, 25, 23, 0, tzinfo=CAMPUS_ZONE)
TEMPLATE = MessageTemplate(
    key="test.step",
    kind="service",
    title="{what} · 有了进展",
    text="{what}：{words}",
    facts=frozenset({"what", "words"}),
    link=lambda facts: f"/requests/{facts['what']}/",
)


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setitem(message_templates._entries, TEMPLATE.key, TEMPLATE)


@pytest.fixture
def school(readers):
    """The ids of the cast; the student and the teacher have addresses, the teacher a phone."""
    found = {who: people.find_person_by_campus_no(facts[2]) for who, facts in CAST.items()}
    Person.objects.filter(pk=found["student"]).update(email="s@example.com")
    Person.objects.filter(pk=found["teacher"]).update(
        email="t@example.com", phone=PHONE, phone_index=people.phone_indexes([PHONE])[PHONE]
    )
    return found


class KilledError(BaseException):
    """As `kill -9`: nobody catches it."""


class Wire:
    """A channel that says what it is told to say of each person."""

    def __init__(self, state="delivered"):
        self.state, self.batches = state, []

    def send(self, batch):
        self.batches.append(batch)
        if isinstance(self.state, BaseException):
            raise self.state
        return {one.delivery_id: MessageOutcome(state=self.state, reason="off") for one in batch.recipients}

    def channel(self, key="wire", order=1, most=1000):
        return MessageChannel(key=key, title=key, icon="mail", send=self.send, reaches=set, order=order, most=most)


@pytest.fixture
def wire(monkeypatch):
    made = Wire()
    monkeypatch.setitem(message_channels._entries, "wire", made.channel())
    return made


def tell(*person_ids, what="FW1", words="修好了", **more):
    return messages.tell(person_ids, "test.step", {"what": what, "words": words}, **more)


def went(person_id):
    rows = Delivery.objects.filter(entry__person=person_id, entry__is_hidden=False).order_by("pk")
    return list(rows.values_list("channel", "state"))


def subjects():
    return [(one.email, one.subject) for one in MailMessage.objects.order_by("pk")]


def test_one_call_tells_each_by_the_first_channel_that_reaches_him(school):
    with time_machine.travel(NOON, tick=False):
        assert tell(school["student"], school["teacher"], school["editor"]) == 3
        messages.deliver_due()
    assert sorted(subjects()) == [("s@example.com", "FW1 · 有了进展"), ("t@example.com", "FW1 · 有了进展")]
    [mail, _other] = MailMessage.objects.order_by("pk")
    message = Message.objects.get()
    assert f"/messages/{message.public_id}/" in mail.text
    assert "FW1：修好了" in mail.text
    assert went(school["editor"]) == [], "in the portal alone"
    assert Entry.objects.filter(person=school["editor"]).count() == 1
    assert SmsMessage.objects.count() == 0, "it is not pressing"


def test_what_is_rolled_back_was_never_told(school):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(school["student"])
        raise ZeroDivisionError
    messages.deliver_due()
    assert (Message.objects.count(), MailMessage.objects.count()) == (0, 0)


def test_the_same_key_tells_each_person_once_a_day(school):
    with time_machine.travel(NOON, tick=False):
        assert tell(school["student"], key="late:1") == 1
        assert tell(school["student"], school["teacher"], key="late:1") == 1, "the other one alone"
        assert tell(school["student"], key="late:1") == 0
        assert tell(school["student"], key="late:2") == 1
        assert Message.objects.count() == 3, "what nobody hears leaves no row"
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert tell(school["student"], key="late:1") == 1


def test_what_is_not_pressing_waits_for_the_morning(school, wire):
    with time_machine.travel(NIGHT, tick=False):
        tell(school["student"], urgency="today")
        tell(school["teacher"], urgency="now")
        messages.deliver_due()
        assert [went(school[who]) for who in ("student", "teacher")] == [[], [("wire", "delivered")]]
    with time_machine.travel(datetime(2026, 11, 26, 7, 0, tzinfo=CAMPUS_ZONE), tick=False):
        messages.deliver_due()
    assert went(school["student"]) == [("wire", "delivered")]


def test_text_messages_are_for_what_is_pressing_and_five_a_day(school, monkeypatch):
    monkeypatch.setattr(
        "nanhu.platforms.messages.channels.sms.configuration",
        lambda: type("C", (), {"sms_provider": "http", "demo": False}),
    )
    monkeypatch.setitem(
        message_channels._entries,
        "sms",
        replace(message_channels.get("sms"), is_on=lambda: True),
    )
    with time_machine.travel(NOON, tick=False):
        for number in range(6):
            tell(school["teacher"], urgency="now", what=f"FW{number}")
            messages.deliver_due()
        assert SmsMessage.objects.count() == 5
    last = Entry.objects.order_by("pk").last()
    assert list(last.deliveries.order_by("pk").values_list("channel", "state")) == [
        ("sms", "failed"),
        ("mail", "handed_over"),
    ]
    assert SmsMessage.objects.first().text == "FW0 · 有了进展。FW0：修好了"
    monkeypatch.setitem(message_templates._entries, TEMPLATE.key, replace(TEMPLATE, kind="safety"))
    with time_machine.travel(NOON, tick=False):
        tell(school["teacher"], urgency="now", what="火警")
        messages.deliver_due()
    assert SmsMessage.objects.count() == 6, "a fire waits for no tomorrow"


def test_what_fails_or_stays_unread_for_ten_minutes_goes_by_the_next_channel(school, wire):
    wire.state = "failed"
    with time_machine.travel(NOON, tick=False) as clock:
        tell(school["student"])
        messages.deliver_due()
        assert went(school["student"]) == [("wire", "failed")]
        assert subjects() == []
        clock.shift(timedelta(minutes=10))
        messages.deliver_due()
        assert [channel for channel, _state in went(school["student"])] == ["wire", "mail"]
        tell(school["student"], what="火警", urgency="now")
        messages.deliver_due()
        assert [subject for _mail, subject in subjects()] == ["FW1 · 有了进展", "火警 · 有了进展"], (
            "pressing ones do not wait"
        )


def test_a_channel_that_is_away_is_tried_again_and_overtaken_by_the_next(school, wire):
    wire.state = OSError("away")
    with time_machine.travel(NOON, tick=False) as clock:
        tell(school["student"])
        messages.deliver_due()
        assert went(school["student"]) == [("wire", "queued")]
        assert Parcel.objects.get().error == "OSError: away"
        clock.shift(timedelta(minutes=10))
        wire.state = "delivered"
        messages.deliver_due()
    assert went(school["student"]) == [("wire", "dropped"), ("mail", "handed_over")]
    assert len(wire.batches) == 1, "what the next channel has does not come late by the first"


def test_read_once_is_read_everywhere(school, wire):
    wire.state = "handed_over"
    with time_machine.travel(NOON, tick=False) as clock:
        tell(school["student"])
        messages.deliver_due()
        Entry.objects.update(read_at=NOON)
        clock.shift(timedelta(minutes=10))
        messages.deliver_due()
        assert went(school["student"]) == [("wire", "handed_over")]
        tell(school["teacher"])
        routing.route_due()
        Entry.objects.update(read_at=NOON)
        messages.deliver_due()
    assert went(school["teacher"]) == [("wire", "dropped")]


def test_a_person_chooses_channels_order_hours_and_digest_by_kind(school, wire):
    ChannelChoice.objects.create(person_id=school["student"], kind="service", channels=["mail", "wire"])
    ChannelChoice.objects.create(person_id=school["teacher"], kind="service", channels=[])
    MessageSettings.objects.create(person_id=school["student"], quiet_from="11:00", quiet_until="13:00")
    with time_machine.travel(NOON, tick=False) as clock:
        tell(school["student"], school["teacher"])
        messages.deliver_due()
        assert Delivery.objects.count() == 0
        clock.move_to(NOON + timedelta(hours=1))
        messages.deliver_due()
    assert went(school["student"]) == [("mail", "handed_over")]
    assert went(school["teacher"]) == [], "in the portal only"


def test_what_is_pressing_goes_by_the_house_s_channels_where_the_chosen_ones_do_not_reach(school, wire):
    """SMS is chosen, and off here; the teacher has turned this kind off."""
    ChannelChoice.objects.create(person_id=school["student"], kind="service", channels=["sms"])
    ChannelChoice.objects.create(person_id=school["teacher"], kind="service", channels=[])
    with time_machine.travel(NOON, tick=False):
        tell(school["student"], school["teacher"], urgency="now")
        messages.deliver_due()
        assert [went(school[who]) for who in ("student", "teacher")] == [[("wire", "delivered")]] * 2
        tell(school["student"], school["teacher"])
        messages.deliver_due()
    assert [len(went(school[who])) for who in ("student", "teacher")] == [2, 1], "what can wait: as chosen"


def test_the_day_s_digest_is_one_message_of_what_nobody_read(school, wire):
    ChannelChoice.objects.create(person_id=school["student"], kind="notice", channels=[])
    with time_machine.travel(NOON, tick=False) as clock:
        for what in ("甲", "乙", "丙"):
            tell(school["student"], school["teacher"], what=what, urgency="digest")
        messages.deliver_due()
        assert wire.batches == []
        Entry.objects.filter(person=school["teacher"], message__title__startswith="甲").update(read_at=NOON)
        clock.move_to(datetime(2026, 11, 25, 17, 0, tzinfo=CAMPUS_ZONE))
        messages.deliver_due()
    texts = {batch.recipients[0].person_id: (batch.title, batch.text) for batch in wire.batches}
    assert texts[school["student"]] == ("11月25日有 3 条新消息", "丙 · 有了进展；乙 · 有了进展；甲 · 有了进展")
    assert texts[school["teacher"]][0] == "11月25日有 2 条新消息"
    assert went(school["student"]) == [], "the digest stands in no list"


def test_english_for_who_wants_it(school, wire):
    MessageSettings.objects.create(person_id=school["student"], language="en")
    with time_machine.travel(NOON, tick=False):
        messages.tell(
            [school["student"], school["teacher"]],
            "messages.notice",
            {"title": "Hi", "office": "X", "id": school_uuid()},
        )
        messages.deliver_due()
    assert {(one.language, one.title) for one in wire.batches} == {("zh", "公告：Hi"), ("en", "Notice: Hi")}


def school_uuid():
    return "0b9d9c4e-7a55-4f3e-9f0a-2a4b6c8d0e1f"


def test_who_has_left_hears_nothing_and_a_merged_record_has_one_list(school, wire):
    gone, kept, other = school["student"], school["teacher"], school["other_student"]
    with time_machine.travel(NOON, tick=False):
        tell(gone, other, key="k")
        routing.route_due()
        Affiliation.objects.filter(person=gone).update(state="ended", ends_on=date(2026, 1, 1))
        messages.deliver_due()
        assert went(gone) == [("wire", "dropped")], "queued, and he left"
        assert tell(gone) == 0
        tell(other, kept, key="both", what="both")
        routing.route_due()
        keeping.join(kept=kept, gone=other)
        wire.batches.clear()
        messages.deliver_due()
    told = [(batch.title, one.person_id) for batch in wire.batches for one in batch.recipients]
    assert told.count(("both · 有了进展", kept)) == 1, "what both were told goes out once"
    assert sorted(Entry.objects.filter(person=kept).values_list("message__title", flat=True)) == [
        "FW1 · 有了进展",
        "both · 有了进展",
    ]


def test_a_worker_killed_in_the_middle_sends_to_each_once(school, monkeypatch):
    made = Wire()
    monkeypatch.setitem(message_channels._entries, "wire", made.channel(most=1))
    with time_machine.travel(NOON, tick=False) as clock:
        tell(school["student"], school["teacher"], school["editor"])
        routing.route_due()
        [first, *rest] = handing.PARCELS.rows(handing.PARCELS.take(2))
        made.state = KilledError()
        with pytest.raises(KilledError):
            handing.PARCELS.step(first)()  # sent, and not written down
        made.state = "delivered"
        [second] = rest
        handing.PARCELS.step(second)()  # written down, and not concluded
        clock.shift(timedelta(minutes=6))
        messages.deliver_due()
    told = [(batch.number, one.person_id) for batch in made.batches for one in batch.recipients]
    assert {person for _number, person in told} == {school["student"], school["teacher"], school["editor"]}
    assert len(set(told)) == 3, "by its number a channel knows what it has sent"
    assert Counter(number for number, _person in told)[first.number] == 2
    assert len(told) == 4


def test_many_are_told_in_batches_as_large_as_the_channel_takes(school, monkeypatch):
    made = Wire()
    monkeypatch.setitem(message_channels._entries, "wire", made.channel(most=2))
    with time_machine.travel(NOON, tick=False):
        tell(*school.values())
        messages.deliver_due()
    assert sorted(len(batch.recipients) for batch in made.batches) == [2, 2]


def test_what_is_taken_back_leaves_lists_and_queues(school, wire):
    with time_machine.travel(NOON, tick=False):
        tell(school["student"], key="k1")
        routing.route_due()
        assert messages.take_back("test.step", "k1") == 1
        messages.deliver_due()
        assert wire.batches == []
        assert went(school["student"]) == [("wire", "dropped")]
        assert tell(school["student"], key="k1", words="改在明天") == 1, "a correction, the same day"
        messages.deliver_due()
    assert [batch.text for batch in wire.batches] == ["FW1：改在明天"]


def test_what_went_out_and_is_taken_back_is_recalled_by_the_channel_that_can(school, monkeypatch):
    able, unable, recalled = Wire(), Wire(), []
    monkeypatch.setitem(message_channels._entries, "able", replace(able.channel("able"), recall=recalled.extend))
    with time_machine.travel(NOON, tick=False):
        tell(school["student"], key="k1")
        tell(school["teacher"], key="k2")
        messages.deliver_due()
        monkeypatch.setitem(message_channels._entries, "unable", unable.channel("unable"))
        assert messages.take_back("test.step", "k1") == 1
        assert messages.take_back("test.step", "k1") == 0
    asked = queued("messages.recall")
    [batch] = [one for one in able.batches if one.recipients[0].person_id == school["student"]]
    assert asked == [{"channel": "able", "number": str(batch.number)}]
    jobs.recall(**asked[0])
    assert recalled == [batch.number]
    jobs.recall(channel="unable", number=str(batch.number))
    jobs.recall(channel="gone", number=str(batch.number))


def queued(name):
    runs = ProcrastinateJob.objects.filter(task_name=name).order_by("id")
    return list(runs.values_list("args", flat=True))


def test_a_channel_that_breaks_holds_up_no_other(school, wire, monkeypatch):
    def broken(_given):
        raise ZeroDivisionError

    sound = replace(
        wire.channel("sound", order=2), look=lambda ones: {one: MessageOutcome(state="delivered") for one in ones}
    )
    for one in (replace(wire.channel(), look=broken), sound):
        monkeypatch.setitem(message_channels._entries, one.key, one)
    monkeypatch.setattr(handing, "LOOKED_AT_ONCE", 1)
    wire.state = "handed_over"
    ChannelChoice.objects.create(person_id=school["student"], kind="service", channels=["sound"])
    ChannelChoice.objects.create(person_id=school["teacher"], kind="service", channels=["sound"])
    with time_machine.travel(NOON, tick=False) as clock:
        tell(school["student"], school["teacher"], school["editor"])
        messages.deliver_due()
        assert handing.look_after() == 2, "all in one round, however many at once"
        monkeypatch.setitem(message_channels._entries, "wire", replace(wire.channel(), reaches=broken))
        tell(school["editor"], what="FW2")
        messages.deliver_due()
        assert went(school["editor"])[1:] == [("sound", "handed_over")]
        monkeypatch.delitem(message_channels._entries, "sound")
        tell(school["editor"], what="FW3")
        messages.deliver_due()
        monkeypatch.setitem(message_channels._entries, "wire", wire.channel())
        clock.shift(timedelta(minutes=10))
        messages.deliver_due()
    assert went(school["editor"])[2:] == [("wire", "handed_over")], "asked again, and not lost"


def test_what_is_pressing_waits_behind_no_queue_and_one_channel_behind_no_other(school, wire, monkeypatch):
    monkeypatch.setitem(message_channels._entries, "wire", wire.channel(most=1))
    with time_machine.travel(NOON, tick=False) as clock:
        tell(*school.values())
        routing.route_due()
        clock.shift(timedelta(seconds=1))
        ChannelChoice.objects.create(person_id=school["student"], kind="service", channels=["mail"])
        tell(school["student"], school["teacher"], urgency="now", what="火警")
        routing.route_due()
        taken = handing.PARCELS.rows(handing.PARCELS.take(handing.PARCELS.at_once, {}))
    urgencies = Counter((one.channel, one.message.urgency) for one in taken)
    assert urgencies == {("wire", "today"): 2, ("wire", "now"): 1, ("mail", "now"): 1}


def test_a_mail_given_up_after_days_is_told_of_without_its_address(school):
    with time_machine.travel(NOON, tick=False) as clock:
        tell(school["student"])
        messages.deliver_due()
        MailMessage.objects.update(state="failed", due_at=None, error="550 <s@example.com>: user unknown")
        clock.shift(timedelta(days=3, minutes=1))
        assert handing.look_after() == 1
    assert list(Delivery.objects.values_list("state", "reason")) == [("failed", "SMTP 550")]


def test_a_channel_that_says_later_is_tried_for_hours(school, wire):
    wire.state = "later"
    with time_machine.travel(NOON, tick=False) as clock:
        tell(school["editor"])
        for _turn in range(12):
            messages.deliver_due()
            clock.shift(timedelta(minutes=2))
        wire.state = "delivered"
        clock.shift(timedelta(minutes=30))
        messages.deliver_due()
    assert went(school["editor"]) == [("wire", "delivered")]


def test_the_office_sends_again_what_failed(school, wire):
    wire.state = "failed"
    with time_machine.travel(NOON, tick=False):
        tell(school["editor"])
        messages.deliver_due()
        [failed] = Delivery.objects.filter(state="failed")
        wire.state = "delivered"
        resending.send_again(by=SYSTEM, number=failed.pk)
        messages.deliver_due()
    assert went(school["editor"]) == [("wire", "delivered")]
    assert wire.batches[0].number == wire.batches[1].number


def test_old_messages_go_and_their_sums_stay(school, wire):
    with time_machine.travel(NOON - timedelta(days=200), tick=False):
        tell(school["student"], school["teacher"])
        messages.deliver_due()
    with time_machine.travel(NOON, tick=False):
        tell(school["student"], what="new")
        messages.deliver_due()
        assert keeping.forget_old() == 2
        assert keeping.forget_old() == 0
    assert (Message.objects.count(), Entry.objects.count(), Delivery.objects.count(), Parcel.objects.count()) == (
        1,
        1,
        1,
        1,
    )
    [tally] = MessageTally.objects.values_list("template", "channel", "state", "count")
    assert tally == ("test.step", "wire", "delivered", 2)


@pytest.mark.parametrize(
    ("template", "facts", "error"),
    [
        ("nobody.installed", {}, UnknownTemplateError),
        ("test.step", {"what": "x"}, FactsRefusedError),
        ("test.step", {"what": "x", "words": "y", "more": "z"}, FactsRefusedError),
        ("test.away", {}, LinkRefusedError),
    ],
)
def test_templates_and_facts_must_fit(school, monkeypatch, template, facts, error):
    away = MessageTemplate(key="test.away", kind="task", title="x", text="y", link=lambda _facts: "//evil.example/")
    monkeypatch.setitem(message_templates._entries, away.key, away)
    with pytest.raises(error):
        messages.tell([school["student"]], template, facts)
    assert Message.objects.count() == 0


def test_a_template_that_cannot_be_filled_in_is_a_fault_at_start():
    assert faults_of(TEMPLATE) == []
    wrong = MessageTemplate(key="t", kind="advert", title="{who}", text="", facts=frozenset())  # type: ignore[arg-type]
    assert faults_of(wrong) == [
        "its kind advert is none",
        "zh-hans names facts that it does not have: who",
        "en names facts that it does not have: who",
    ]
    with pytest.raises(ValueError, match="registered already"):
        message_templates.add(MessageTemplate(key="messages.digest", kind="task", title="x", text="y"))


def test_no_message_says_a_day_as_it_was_when_it_was_told():
    """It is read days later."""
    said = {one.key: f"{one.title} {one.text}" for one in message_templates}
    seen_from_then = ("今天", "明天", "昨天", "刚刚", "刚才", "今晚", "本周", "下周")
    assert [key for key, text in said.items() if any(word in text for word in seen_from_then)] == []


def test_facts_cannot_break_a_header_a_page_or_another_fact(school):
    with time_machine.travel(NOON, tick=False):
        tell(school["student"], what="A\r\nBcc: all@example.com\0\ud800", words="<b>{what}</b>")
        messages.deliver_due()
    [mail] = MailMessage.objects.all()
    assert mail.subject == "A Bcc: all@example.com · 有了进展"
    assert "<b>{what}</b>" in mail.text


def test_quiet_hours_and_the_digest_s_hour_by_the_campus_s_clocks():
    night = routes.Hours(
        quiet_from=time(22, 30),
        quiet_until=time(7),
        digest_at=time(6),
    )
    assert [routes.is_quiet(NOON.replace(hour=hour, minute=30), night) for hour in (22, 6, 7, 12)] == [
        True,
        True,
        False,
        False,
    ]
    assert routes.digest_time(NOON, night) == datetime(2026, 11, 26, 7, tzinfo=CAMPUS_ZONE)
    none = routes.Hours(quiet_from=NOON.time(), quiet_until=NOON.time(), digest_at=NOON.time())
    assert not routes.is_quiet(NOON, none)
