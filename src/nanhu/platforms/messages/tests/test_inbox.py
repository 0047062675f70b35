"""我的消息: one list of notices, tasks and messages, each read once; how one wants to be told; the office's outbox."""

import csv
import re
from dataclasses import replace
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import MessageTemplate, message_channels, message_templates
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages import api as messages
from nanhu.platforms.messages.models import (
    ChannelChoice,
    Delivery,
    Entry,
    Message,
    MessageSettings,
    PushSubscription,
    Receipt,
)
from nanhu.platforms.messages.services import announcing, publishing, writing
from nanhu.platforms.messages.tests.conftest import CAST, SYSTEM
from nanhu.platforms.messages.views.inbox import desk as mine
from nanhu.platforms.messages.views.outbox import desk as outbox
from nanhu.platforms.people import api as people
from nanhu.testing.pages import MOST_QUERIES, PageTests, without_tokens
from nanhu.testing.sessions import signed_in

pytestmark = pytest.mark.django_db
INBOX = "/messages/"
TEMPLATE = MessageTemplate(
    key="test.step",
    kind="service",
    title="{what} 有了进展",
    text="{what}：<b>办好了</b>",
    facts=frozenset({"what"}),
    link=lambda _facts: "/notices/",
)


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setitem(message_templates._entries, TEMPLATE.key, TEMPLATE)


def person(who):
    return people.find_person_by_campus_no(CAST[who][2])


def tell(*who, what="FW1", **more):
    messages.tell([person(one) for one in who], "test.step", {"what": what}, **more)
    return Message.objects.order_by("pk").last()


def page(browser, address=INBOX):
    return browser.get(address).content.decode()


def badge(browser):
    return page(browser, f"{INBOX}badge/")


class TestMine(PageTests):
    desk, is_for_everybody = mine, True

    @pytest.fixture
    def holder(self, browser):
        return browser("student")

    def fill(self, count):
        for number in range(count):
            tell("student", what=f"FW{number}")


class TestOutbox(PageTests):
    desk = outbox

    @pytest.fixture
    def holder(self, readers):
        identity.grant_role(
            by=SYSTEM, account_id=identity.account_with(CAST["teacher"][2]).pk, role="messages.operator"
        )
        return signed_in(CAST["teacher"][2])

    @pytest.fixture
    def stranger(self, browser):
        return browser("student")

    def fill(self, count):
        for number in range(count):
            tell("student", what=f"FW{number}")
        people_with_mail("student")
        messages.deliver_due()


def people_with_mail(*who):
    from nanhu.platforms.people.models import Person

    Person.objects.filter(pk__in=[person(one) for one in who]).update(email="s@example.com")


@pytest.mark.capability("A025.1")
def test_a_notice_and_a_message_stand_in_one_list_and_on_the_home(browser, publish):
    student = browser("student")
    publish("放假通知")
    tell("student")
    text, home = page(student), page(student, "/")
    assert "放假通知" in text
    assert "FW1 有了进展" in text
    assert "&lt;b&gt;办好了&lt;/b&gt;" in text
    assert "<b>办好了" not in text
    assert "FW1 有了进展" in home
    assert "放假通知" in home
    assert f'href="{INBOX}"' in home, "the bell in the bar"
    assert "还有 2 条未读" in badge(student)


@pytest.mark.capability("A025.1")
def test_bell_tile_and_list_say_one_number(browser, publish):
    """And all of them one less after one is read."""
    student = browser("student")
    publish("放假通知")
    messages_told = [tell("student", what=f"FW{number}") for number in range(2)]
    for expected in (3, 2):
        home, listed = page(student, "/"), page(student)
        assert re.findall(r"(\d+)</p>\s*<p class=\"tile-caption\">条未读", home) == [str(expected)]
        assert f'data-unread="{expected}"' in badge(student)
        assert f"还有 {expected} 条未读" in listed
        student.get(f"{INBOX}{messages_told[0].public_id}/")


@pytest.mark.capability("A025.2")
def test_a_notice_read_leaves_a_receipt_and_its_message_waits_in_no_channel(browser, publish):
    student, notice = browser("student"), publish("放假通知")
    announcing.tell_due()
    entry = Entry.objects.get(person=person("student"))
    assert (entry.is_hidden, entry.read_at) == (True, None)
    student.post(f"/notices/{notice.public_id}/read/")
    entry.refresh_from_db()
    assert entry.read_at is not None
    assert Receipt.objects.get().notice == notice
    assert not badge(student).strip()
    assert announcing.tell_due() == 0, "once"


@pytest.mark.capability("A025.1")
def test_opening_a_message_reads_it_and_leads_to_the_thing(browser):
    student, other = browser("student"), browser("other_student")
    message, later = tell("student", "other_student"), tell("student", what="FW2")
    answer = student.get(f"{INBOX}{message.public_id}/")
    assert (answer.status_code, answer["Location"]) == (302, "/notices/")
    assert Entry.objects.get(person=person("student"), message=message).read_at is not None
    assert 'data-unread="1"' in badge(student), later
    student.get(f"{INBOX}{later.public_id}/")
    assert not badge(student).strip()
    assert 'data-unread="1"' in badge(other), "who did not open it has not read it"


@pytest.mark.capability("A025.1")
def test_another_persons_message_is_not_there(browser):
    message, other = tell("student"), browser("other_student")
    assert other.get(f"{INBOX}{message.public_id}/").status_code == 404
    assert other.get(f"{INBOX}{uuid4()}/").status_code == 404
    assert other.post(f"{INBOX}{message.public_id}/read/", {"form_token": uuid4()}).status_code == 404
    assert Entry.objects.get().read_at is None
    assert "FW1" not in without_tokens(page(other))


@pytest.mark.capability("A036.7")
def test_all_is_marked_as_read_but_what_must_be_read(browser, publish):
    student = browser("student")
    publish("放假")
    publish("防火", must_read=True)
    tell("student")
    student.post(f"{INBOX}read-all/", {"form_token": uuid4()})
    assert "1 条未读" in badge(student)
    assert [Entry.objects.filter(read_at=None).count(), Receipt.objects.count()] == [0, 1]


def test_the_list_is_narrowed_and_cheap(browser, publish):
    student = browser("student")
    for number in range(25):
        publish(f"公告{number}")
        tell("student", what=f"FW{number}")
    assert "公告24" not in page(student, f"{INBOX}?show=message")
    assert "FW24" not in without_tokens(page(student, f"{INBOX}?show=notice"))
    assert "FW24" in without_tokens(page(student, f"{INBOX}?show=nonsense"))
    assert [len(queries_of(student, one)) < MOST_QUERIES for one in (INBOX, f"{INBOX}?show=unread", f"{INBOX}badge/")]
    assert len(queries_of(student, f"{INBOX}?page=2")) < MOST_QUERIES


def said(**facts):
    usual = {f"{kind}_0": "usual" for kind in ("notice", "task", "service", "money", "safety")}
    hours = {"quiet_from": "22:30", "quiet_until": "07:00", "digest_at": "17:00", "language": "zh"}
    return {"form_token": uuid4(), **usual, **hours, **facts}


def test_a_person_says_how_he_wants_to_be_told(browser, monkeypatch):
    student, address = browser("student"), f"{INBOX}settings/"
    facts = {"service_0": "push", "service_1": "mail", "task_gathered": "on", "money_0": "", "language": "en"}
    assert student.post(address, said(**facts)).status_code == 302
    kept = {one.kind: (one.channels, one.is_gathered) for one in ChannelChoice.objects.all()}
    assert kept["service"] == (["push", "mail"], False)
    assert kept["money"] == ([], False)
    assert kept["task"] == (None, True), "the usual order stays whatever the house's is"
    assert kept.keys() == {"service", "money", "task"}
    assert MessageSettings.objects.get().language == "en"
    text = page(student, address)
    assert '<option value="push" selected>' in text
    assert "选填" not in text, "each way has an answer: the usual ones, one of them, none"
    assert student.post(address, said(safety_0="")).status_code == 422, "of danger one is told"
    assert student.post(address, said(service_0="pigeon")).status_code == 422
    assert student.post(address, said(quiet_from="25:00")).status_code == 422
    assert student.post(address, said(quiet_from="\0")).status_code == 422
    off = replace(message_channels.get("push"), is_on=lambda: False)
    monkeypatch.setitem(message_channels._entries, "push", off)
    assert student.post(address, said(**facts)).status_code == 302, "what is switched off today stays chosen"
    assert ChannelChoice.objects.get(kind="service").channels == ["push", "mail"]
    form = {"name": "脚本", "scopes": ["messages.choices"], "days": "30"}
    token = student.post("/account/tokens/make", form).context["new_token"]
    copy = student.get("/api/me/messages.choices", headers={"Authorization": f"Bearer {token}"}).json()["records"]
    assert (copy[0]["language"], copy[0]["quiet_from"]) == ("en", "22:30")
    assert {"kind": "service", "channels": ["push", "mail"], "gathered": False} in copy
    raw = urlencode(said(), errors="surrogatepass") + "&shows_content=%ED%A0%80&notice_1=%00"
    assert student.post(address, raw, content_type="application/x-www-form-urlencoded").status_code == 422
    assert student.post(address, said()).status_code == 302
    assert ChannelChoice.objects.count() == 0


@pytest.mark.capability("A025.1")
def test_a_notice_comes_at_its_hour_and_goes_when_it_is_withdrawn(browser, readers):
    from datetime import timedelta

    from nanhu.kernel.clock import now

    draft = writing.start_draft(by=SYSTEM, wording=writing.Wording(title="明天停水", body="停水"))
    notice = publishing.publish(by=SYSTEM, notice_id=draft.pk, at=now() + timedelta(hours=2))
    assert announcing.tell_due() == 0
    assert "明天停水" not in page(browser("student"))
    type(notice).objects.update(published_at=now() - timedelta(minutes=1))
    assert announcing.tell_due() == 1
    assert Entry.objects.count() == len(CAST)
    publishing.withdraw(by=SYSTEM, notice_id=notice.pk, reason="来水了")
    assert Message.objects.get().withdrawn_at is not None


def test_the_office_sees_why_and_sends_again_without_reading_anybody_s_words(browser, readers):
    people_with_mail("student")
    tell("student", what="秘密", urgency="now")
    messages.deliver_due()
    Delivery.objects.update(state="failed", reason="550 no such user")
    identity.grant_role(by=SYSTEM, account_id=identity.account_with(CAST["teacher"][2]).pk, role="messages.operator")
    office = signed_in(CAST["teacher"][2])
    text = page(office, f"{INBOX}outbox/deliveries/?state=failed")
    assert "550 no such user" in text
    assert "秘密" not in text
    day = campus_today()
    assert "550 no such user" in page(office, f"{INBOX}outbox/deliveries/?at_from={day}&at_to={day}"), "both included"
    [one] = Delivery.objects.all()
    assert office.post(f"{INBOX}outbox/deliveries/{one.pk}/again/", {"form_token": uuid4()}).status_code == 302
    one.refresh_from_db()
    assert one.state == "queued"
    assert office.post(f"{INBOX}outbox/deliveries/{one.pk}/again/", {"form_token": uuid4()}).status_code == 409
    assert browser("student").get(f"{INBOX}outbox/").status_code == 404
    assert "FW1" not in without_tokens(page(office, f"{INBOX}outbox/"))
    sheet = b"".join(office.get(f"{INBOX}outbox/?export=csv").streaming_content).decode("utf-8-sig")
    heads, line = csv.reader(sheet.splitlines())
    assert (heads[:3], line[1:3]) == (["模板", "渠道", "等待发送"], ["邮件", "1"])


def test_my_data_has_my_messages_and_nobody_else_s(browser):
    tell("student")
    from nanhu.kernel.registry import Owner, personal_data

    loaded = personal_data.get("messages.mine").load
    accounts = {who: identity.account_of(person(who)).pk for who in ("student", "other_student")}
    found = {who: list(loaded(Owner(account_id=pk, person_id=person(who)), None)) for who, pk in accounts.items()}
    assert [one["title"] for one in found["student"]] == ["FW1 有了进展"]
    assert found["other_student"] == []
    assert PushSubscription.objects.count() == 0
