"""Guests on the Wi-Fi: invited by who works here, on line by the policy of guests, off when their sponsor says so or their day is over."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from nanhu.kernel.clock import campus_today, end_of, now, start_of
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry, SmsMessage
from nanhu.kernel.once import lock_key
from nanhu.kernel.ui import dates
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.guests.models import Sponsorship
from nanhu.platforms.identity.lifecycle import suspensions
from nanhu.platforms.identity.models import Application, PrivacyConsent, RecoveryContact
from nanhu.platforms.identity.services import setup
from nanhu.platforms.messages.models import Message
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation
from nanhu.services.network import api as network
from nanhu.services.network.models import Disconnect, Grant, GuestPass
from nanhu.services.network.portal.tests.air import NAS_ADDRESS
from nanhu.services.network.portal.tests.conftest import Field, Phone
from nanhu.services.network.services import passes
from nanhu.testing.members import PASSWORD, SYSTEM
from nanhu.testing.races import amid
from nanhu.testing.sessions import signed_in

GUESTS = "/network/guests/"
HOUR, DAY = 3600, 86_400
SAID = {"name": "赵专家", "phone": "13800005678", "days": "3", "reason": "来校讲座"}


@pytest.fixture
def guest(field: Field) -> str:
    """By T1, for three days; the number that the page says. Two devices, as the policy has it."""
    network.Policy.objects.create(
        role="guest", service="wifi", devices=2, starts_on=campus_today(), reason="试验", created_by_name="test"
    )
    identity.admit_guests(by=SYSTEM, application=Application.objects.get(key="wifi"))
    client = signed_in("T1")
    answer = client.post(f"{GUESTS}new/", SAID)
    assert answer.status_code == 302, answer.content.decode()
    deliver_pending()
    [held] = identity.guests.guests_of(identity.account_with("T1").pk)
    assert held.ends_on == campus_today() + timedelta(days=2)
    identity_sample.set_password_for_sample(by=SYSTEM, campus_no=held.campus_no, password=PASSWORD)
    return held.campus_no


def come_in(field: Field, number: str) -> None:
    for which in "ab":
        assert field.phone(which).sign_in(number).status_code == 303
    assert field.phone("c").sign_in(number).status_code == 409, "a third device chooses first"


@pytest.mark.capability("A008.2")
def test_a_guest_comes_on_line_with_two_devices_and_is_off_when_the_sponsor_ends_it(field: Field, guest: str) -> None:
    come_in(field, guest)
    page = signed_in("T1").get(GUESTS).content.decode()
    assert guest in page
    assert SAID["name"] in page
    assert SAID["phone"] not in page
    assert guest not in signed_in("T2").get(GUESTS).content.decode(), "another's guest"

    end = f"{GUESTS}{identity.guests.guests_of(identity.account_with('T1').pk)[0].public_id}/end/"
    assert signed_in("T2").post(end).status_code == 409, "as one that is over"
    assert end in page
    assert signed_in("T1").post(end).status_code == 302
    deliver_pending()
    person = people.find_person_by_campus_no(guest) or 0
    assert {one.state for one in network.sessions_of(person)} == {"closing"}
    assert Disconnect.objects.filter(session__person=person).count() == 2
    assert field.phone("c").sign_in(guest).status_code == 403
    assert guest not in signed_in("T1").get(GUESTS).content.decode()


@pytest.mark.capability("A008.2")
def test_a_guests_time_on_line_ends_with_his_last_day(field: Field, guest: str) -> None:
    evening = start_of(campus_today() + timedelta(days=2)) + timedelta(hours=20)
    with time_machine.travel(evening, tick=False):
        phone = field.phone("a")
        assert phone.sign_in(guest).status_code == 303
        told = Client().get("/wifi/capport", REMOTE_ADDR=phone.address).json()
        assert (told["captive"], told["seconds-remaining"]) == (False, 4 * 3600)
        assert told["can-extend-session"] is False


@pytest.mark.capability("A008.2")
def test_a_guest_for_whom_the_centre_has_no_policy_comes_with_two_devices_and_no_third(
    field: Field, guest: str
) -> None:
    network.Policy.objects.filter(role="guest").delete()
    evening = start_of(campus_today() + timedelta(days=2)) + timedelta(hours=20)
    with time_machine.travel(evening, tick=False):
        come_in(field, guest)
        told = Client().get("/wifi/capport", REMOTE_ADDR=field.phone("a").address).json()
        assert (told["seconds-remaining"], told["can-extend-session"]) == (4 * 3600, False)


@pytest.mark.capability("A174.2")
def test_the_sponsor_hears_of_each_device_of_his_guest_once(field: Field, guest: str) -> None:
    for _twice in range(2):
        assert field.phone("a").sign_in(guest).status_code == 303
        deliver_pending()
    sponsor = identity.account_with("T1").person_id
    [told] = Message.objects.filter(template="network.guest_passed")
    assert SAID["name"] in told.title
    assert [one.person_id for one in told.entries.all()] == [sponsor]
    assert field.phone("b").sign_in(guest).status_code == 303
    assert field.phone("c").sign_in("T2").status_code == 303
    deliver_pending()
    assert Message.objects.filter(template="network.guest_passed").count() == 2, "nobody vouches for T2"


def test_a_guest_of_an_ended_day_or_for_longer_than_a_week_is_none(field: Field, guest: str) -> None:
    client = signed_in("T1")
    for wrong in ({"days": "8"}, {"days": "0"}, {"phone": "1"}, {"name": "\0"}, {"reason": ""}):
        assert client.post(f"{GUESTS}new/", SAID | wrong).status_code == 422, wrong
    with time_machine.travel(now() + timedelta(days=3)):
        assert guest not in signed_in("T1").get(GUESTS).content.decode()


@pytest.mark.capability("A008.2")
@pytest.mark.parametrize("how", ["registered", "prolonged"])
def test_a_guest_of_ninety_days_is_on_line_for_a_week_at_a_time(field: Field, guest: str, how: str) -> None:
    """Whether he was registered for so long at 来宾 or prolonged there."""
    client = signed_in("T1")
    last = campus_today() + timedelta(days=89)
    if how == "registered":
        said = {"kind": "visitor", "name": "钱教授", "phone": "13800005679", "ends_on": last, "reason": "访学"}
        assert client.post("/guests/new", said).status_code == 302
        [guest] = [
            one.campus_no for one in identity.guests.guests_of(identity.account_with("T1").pk) if one.ends_on == last
        ]
        identity_sample.set_password_for_sample(by=SYSTEM, campus_no=guest, password=PASSWORD)
    held = {one.campus_no: one for one in identity.guests.guests_of(identity.account_with("T1").pk)}[guest]
    if how == "prolonged":
        assert client.post(f"/guests/{held.public_id}/prolong", {"ends_on": last}).status_code == 302
    renew = f"{GUESTS}{held.public_id}/renew/"
    assert renew not in client.get(GUESTS).content.decode(), "the first week has only begun"
    sixth = start_of(campus_today() + timedelta(days=6)) + timedelta(hours=20)
    with time_machine.travel(sixth, tick=False) as clock:
        phone = field.phone("a")
        assert phone.sign_in(guest).status_code == 303
        told = Client().get("/wifi/capport", REMOTE_ADDR=phone.address).json()
        assert told["seconds-remaining"] == 4 * 3600, "to the midnight of the seventh day"
        clock.shift(timedelta(hours=5))
        refused = field.phone("b").sign_in(guest)
        assert (refused.status_code, "一次最多七天" in refused.content.decode()) == (409, True)
        assert signed_in("T2").post(renew).status_code == 409, "another's guest"
        client = signed_in("T1")
        assert renew in client.get(GUESTS).content.decode()
        for _twice in range(2):
            assert "他可以上网到" in client.post(renew, follow=True).content.decode()
        assert field.phone("b").sign_in(guest).status_code == 303
        clock.shift(timedelta(days=7))
        assert field.phone("b").sign_in(guest).status_code == 409, "another week, and no more"
        assert AuditEntry.objects.filter(action="network.renew_guest").count() == 1


def by_radius(field: Field, number: str) -> int | None:
    """For how many seconds he comes in by 802.1X."""
    said = {"User-Name": number, "User-Password": PASSWORD, "Calling-Station-Id": "02-00-00-00-00-0c"}
    said |= {"NAS-IP-Address": NAS_ADDRESS}
    body = {name: {"type": "string", "value": [value]} for name, value in said.items()}
    headers = {"X-Nanhu-Radius-Key": field.key}
    answer = Client().post("/radius/authenticate", body, content_type="application/json", headers=headers)
    return answer.json()["reply:Session-Timeout"]["value"][0] if answer.status_code == 200 else None


def left(phone: Phone) -> int | None:
    """The seconds that the page has for this phone, None where it is to sign in."""
    told = Client().get("/wifi/capport", REMOTE_ADDR=phone.address).json()
    return None if told["captive"] else told["seconds-remaining"]


class Alumnus:
    """Registered by several, each under a number of his own."""

    def __init__(self) -> None:
        ties = {"kind": "student", "campus_no": "S9", "starts_on": date(2010, 9, 1), "unit_code": "", "state": "ended"}
        tie = people.AffiliationRecord(ends_on=date(2014, 7, 1), **ties)
        record = people.PersonRecord(key="S9", name="孙校友", affiliations=(tie,))
        made = people.apply_records(by=SYSTEM, records=[record], origin=people.Origin(source="test", title="测试"))
        [self.person_id] = made.person_ids.values()

    def invited(self, sponsor: str, days: int) -> identity.guests.GuestLine:
        """Until so many days from today."""
        said = {"kind": "alumnus", "name": "孙校友", "former_no": "S9", "phone": "13800005680", "reason": "返校"}
        said |= {"ends_on": str(campus_today() + timedelta(days=days))}
        answer = signed_in(sponsor).post("/guests/new", said)
        assert answer.status_code == 302, answer.content.decode()
        deliver_pending()
        *_former, held = [
            one
            for one in identity.guests.guests_of(identity.account_with(sponsor).pk)
            if one.person_id == self.person_id
        ]
        identity_sample.set_password_for_sample(by=SYSTEM, campus_no=held.campus_no, password=PASSWORD)
        return held


@pytest.mark.capability("A008.2")
def test_of_two_who_vouch_for_a_guest_none_lets_him_on_line_past_his_own_word(field: Field, guest: str) -> None:
    """The week that counts is the one that ends last: nobody is cut while one lasts, nor on line without one."""
    network.Policy.objects.filter(role="guest").update(session_seconds=7 * DAY)
    evening = start_of(campus_today() + timedelta(days=8)) + timedelta(hours=20)
    alumnus = Alumnus()
    first = alumnus.invited("T1", 89)
    with time_machine.travel(evening, tick=False):
        phone = field.phone("a")
        assert phone.sign_in(first.campus_no).status_code == 409, "the week of the first is over"
        second = alumnus.invited("T2", 1)
        assert phone.sign_in(first.campus_no).status_code == 303, "whichever number he gives"
        rest = 4 * HOUR
        assert (left(phone), by_radius(field, first.campus_no)) == (rest + DAY, rest + DAY), "as long as T2 has said"

        assert signed_in("T2").post(f"{GUESTS}{second.public_id}/end/").status_code == 302
        deliver_pending()
        assert {one.state for one in network.sessions_of(alumnus.person_id)} == {"closing"}
        refused = field.phone("b").sign_in(first.campus_no)
        assert (refused.status_code, "一次最多七天" in refused.content.decode()) == (409, True)
        assert by_radius(field, first.campus_no) is None

        assert signed_in("T1").post(f"{GUESTS}{first.public_id}/renew/").status_code == 302
        alumnus.invited("T2", 2)
        assert field.phone("b").sign_in(first.campus_no).status_code == 303
        assert left(field.phone("b")) == rest + 6 * DAY
        sponsor = identity.account_with("T1")
        suspensions.suspend(by=SYSTEM, account_id=sponsor.pk, reason="账号被盗")
        deliver_pending()
        assert left(field.phone("b")) == rest + 2 * DAY, "T2 answers for him, to the day that he has said"
        suspensions.resume(by=SYSTEM, account_id=sponsor.pk, reason="已改密码")
        assert signed_in("T1").post(f"{GUESTS}{first.public_id}/end/").status_code == 302
        deliver_pending()
        assert left(field.phone("b")) == rest + 2 * DAY


def test_whoever_is_more_than_a_guest_is_on_line_in_his_own_right_when_his_week_is_over(
    field: Field, guest: str
) -> None:
    """As whom he comes says the policy that gives most: here that of guests."""
    client, day = signed_in("T1"), campus_today()
    [held] = identity.guests.guests_of(identity.account_with("T1").pk)
    assert client.post(f"/guests/{held.public_id}/prolong", {"ends_on": day + timedelta(days=60)}).status_code == 302
    with time_machine.travel(now() + timedelta(days=8)):
        assert field.phone("a").sign_in(guest).status_code == 409
        tie = people.AffiliationRecord(kind="student", campus_no="S9", starts_on=day, unit_code="", state="active")
        record = people.PersonRecord(key="S9", person_id=held.person_id, name=SAID["name"], affiliations=(tie,))
        people.apply_records(by=SYSTEM, records=[record], origin=people.Origin(source="test", title="测试"))
        assert field.phone("a").sign_in(guest).status_code == 303


def test_the_database_itself_has_no_pass_of_more_than_a_week(field: Field) -> None:
    today = campus_today()
    for last in (today + timedelta(days=7), today - timedelta(days=1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            GuestPass.objects.create(campus_no="G1", starts_on=today, ends_on=last, created_by_name="x")


def test_the_sponsor_sends_the_way_in_again_to_his_own_guest_alone(field: Field) -> None:
    """The message was lost, or its code is a day old when the guest arrives."""
    client = signed_in("T1")
    assert client.post(f"{GUESTS}new/", SAID).status_code == 302
    [held] = identity.guests.guests_of(identity.account_with("T1").pk)
    again = f"{GUESTS}{held.public_id}/again/"
    assert again in client.get(GUESTS).content.decode()
    assert signed_in("T2").post(again).status_code == 409
    [first] = [one.text for one in SmsMessage.objects.all()]
    assert client.post(again).status_code == 302
    _first, second = [one.text for one in SmsMessage.objects.order_by("pk")]
    assert held.campus_no in second
    assert second != first, "with another code"


def test_while_the_sponsor_is_suspended_nobody_answers_for_his_guest_who_is_off(field: Field, guest: str) -> None:
    """Who stole the sponsor's session may have invited him."""
    assert field.phone("a").sign_in(guest).status_code == 303
    sponsor = identity.account_with("T1")
    suspensions.suspend(by=SYSTEM, account_id=sponsor.pk, reason="账号被盗")
    deliver_pending()
    person = people.find_person_by_campus_no(guest) or 0
    assert {one.state for one in network.sessions_of(person)} == {"closing"}
    refused = field.phone("b").sign_in(guest)
    assert refused.status_code == 409
    assert "为您担保的人现在不能担保" in refused.content.decode()
    suspensions.resume(by=SYSTEM, account_id=sponsor.pk, reason="已改密码")
    assert field.phone("b").sign_in(guest).status_code == 303


def test_guests_end_with_the_last_day_of_who_leaves_though_his_account_has_days_of_grace(
    field: Field, guest: str
) -> None:
    """He signs in for a week yet, and vouches for nobody: neither for those he has nor for anybody else."""
    assert field.phone("a").sign_in(guest).status_code == 303
    [held] = identity.guests.guests_of(identity.account_with("T1").pk)
    person, today = people.find_person_by_campus_no(guest) or 0, campus_today()
    Affiliation.objects.filter(campus_no="T1").update(ends_on=today)
    people.end_overdue(by=SYSTEM, today=today)
    deliver_pending()
    assert {one.state for one in network.sessions_of(person)} == {"open"}, "his last day is one of his days"
    with time_machine.travel(end_of(today) + timedelta(minutes=5)):
        people.end_overdue(by=SYSTEM, today=campus_today())
        deliver_pending()
        assert identity.account_with("T1").state == "active"
        assert {one.state for one in network.sessions_of(person)} == {"closing"}
        assert field.phone("b").sign_in(guest).status_code == 403
        sponsor = signed_in("T1")
        assert sponsor.get("/account").status_code == 200
        for address in (f"{GUESTS}new/", f"{GUESTS}{held.public_id}/renew/", "/guests/new"):
            assert sponsor.post(address, SAID).status_code == 404, address
    assert Sponsorship.objects.get().ended_at is not None
    assert not GuestPass.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_visit_that_is_prolonged_while_guests_are_held_counts_as_it_is_then(field: Field, guest: str) -> None:
    assert field.phone("a").sign_in(guest).status_code == 303
    person, last = people.find_person_by_campus_no(guest) or 0, campus_today() + timedelta(days=5)

    def prolonged() -> None:
        lock_key(f"network.admit:{person}")
        Sponsorship.objects.filter(campus_no=guest).update(ends_on=last)
        Grant.objects.filter(person=person).update(ends_at=end_of(last))

    amid(prolonged, lambda: passes.hold(by=SYSTEM, person_ids=[person]))
    assert Grant.objects.get(person=person).ends_at == end_of(last)


def test_a_guest_who_signs_in_has_a_home_that_leads_to_his_devices(guest: str) -> None:
    client = signed_in(guest)
    home = client.get("/")
    assert home.status_code == 200
    page = home.content.decode()
    assert SAID["name"] in page
    assert 'href="/network/devices/"' in page
    devices = client.get("/network/devices/").content.decode()
    assert f"访客上网到 {dates.short_day(campus_today() + timedelta(days=2), campus_today().year)}" in devices
    assert "访客上网到" not in signed_in("T1").get("/network/devices/").content.decode()
    assert 'href="/network/guests/"' not in page, "he invites nobody"
    links = set(re.findall(r'<a [^>]*href="(/[^"]*)"', page))
    assert [one for one in links if client.get(one).status_code >= 400] == []


def test_a_guest_without_mobile_data_is_led_from_the_page_to_where_his_code_sets_a_password(field: Field) -> None:
    """The code of the message opens no Wi-Fi; the host of the page is the one that a gateway lets through."""
    identity.admit_guests(by=SYSTEM, application=Application.objects.get(key="wifi"))
    assert signed_in("T1").post(f"{GUESTS}new/", SAID).status_code == 302
    [held] = identity.guests.guests_of(identity.account_with("T1").pk)
    [text] = SmsMessage.objects.all()
    [code] = re.findall(r"一次性密码 (\w+)", text.text)
    phone = field.phone("a")
    refused = phone.sign_in(held.campus_no, code)
    assert refused.status_code == 422
    [link] = re.findall(r'href="([^"]*)">第一次用', refused.content.decode())
    phone.client.post(link, {"username": held.campus_no, "password": code}, REMOTE_ADDR=phone.address)
    due = phone.client.get("/setup", REMOTE_ADDR=phone.address)["Location"]
    page = phone.client.get(due, REMOTE_ADDR=phone.address).content.decode()
    assert ("只有这一页" in page, "要请接待您的人重发短信" in page) == (True, True)
    assert "下次再继续" not in page, "his code is spent"
    said = {"new_password": PASSWORD, "again": PASSWORD, "phone": SAID["phone"], "consent": "on"}
    for wrong in ({"consent": ""}, {"phone": "1"}, {"again": "x"}, {"new_password": "12345678", "again": "12345678"}):
        assert phone.client.post(due, said | wrong, REMOTE_ADDR=phone.address).status_code == 200, wrong
        assert not PrivacyConsent.objects.filter(account__person=held.person_id).exists()
        assert identity.account_of(held.person_id).is_password_due
    done = phone.client.post(due, said, REMOTE_ADDR=phone.address, follow=True)
    assert [one for one, _status in done.redirect_chain] == ["/setup", "/setup/done"], "one page, and it is done"
    page = done.content.decode()
    assert 'href="/wifi/"' in page, "and back to where he comes on line"
    assert f"您的来宾号是 {held.campus_no}" in page, "which the Wi-Fi's page will ask for"
    assert "密保" not in page, "he has none"
    assert "来宾号" in field.phone("c").open().content.decode()
    contact = RecoveryContact.objects.get(account__person=held.person_id)
    assert contact.phone_verified_at is not None, "the phone to which he was invited brings him back in"
    assert field.phone("b").sign_in(held.campus_no, PASSWORD).status_code == 303


def test_whoever_is_more_than_a_guest_or_was_owes_what_everybody_does(field: Field) -> None:
    assert signed_in("T1").post(f"{GUESTS}new/", SAID).status_code == 302
    [held] = identity.guests.guests_of(identity.account_with("T1").pk)
    account = identity.account_of(held.person_id)
    assert setup.due_steps(account) == ["guest"]
    tie = people.AffiliationRecord(
        kind="student", campus_no="S9", starts_on=campus_today(), unit_code="", state="active"
    )
    record = people.PersonRecord(key="S9", person_id=held.person_id, name=SAID["name"], affiliations=(tie,))
    people.apply_records(by=SYSTEM, records=[record], origin=people.Origin(source="test", title="测试"))
    assert setup.due_steps(account) == ["password", "questions", "contact"]
