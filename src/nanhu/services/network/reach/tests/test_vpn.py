"""The VPN through its doors: F22 on the page, the word of the leader, RADIUS with the second factor, the end for a cause, "是你吗"."""

import re
from datetime import timedelta

import pyotp
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from nanhu.kernel import read_only
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry, Throttle
from nanhu.platforms.flows.models import Case
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.factors.models import TotpFactor
from nanhu.platforms.identity.factors.services import attempts
from nanhu.platforms.identity.models import Account, Application
from nanhu.platforms.identity.personal.services import app_passwords
from nanhu.platforms.identity.registry.services.rules import add_rule
from nanhu.platforms.messages.models import Message
from nanhu.platforms.people import api as people
from nanhu.services.network import api as network
from nanhu.services.network.models import Disconnect, Grant, Policy, Session
from nanhu.services.network.reach import rules, subscribers
from nanhu.services.network.reach.errors import StaffOnlyError
from nanhu.services.network.reach.models import AddressRegion, VpnGrant, VpnUse
from nanhu.services.network.reach.services import granting, regions, watching
from nanhu.services.network.reach.tests.conftest import PASSWORD, SECRET, SYSTEM, filled, give_totp
from nanhu.testing import merging
from nanhu.testing.sessions import signed_in

VPN = "/network/vpn/"
DOCUMENT = "430602198501011234"
HOME, HOTEL = "203.0.113.7", "198.51.100.9"


def code(seconds: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(now() + timedelta(seconds=seconds))


def test_a_student_who_asks_why_the_vpn_does_not_work_is_not_told_to_apply_for_it(school):
    said = {number: school.client(number).get("/network/why/?symptom=vpn").content.decode() for number in ("S1", "T1")}
    assert "VPN 只给在职教职工" in said["S1"]
    assert "CARSI" in said["S1"]
    assert ["里申请" in said[number] for number in ("S1", "T1")] == [False, True]


@pytest.mark.capability("A156.1")
@pytest.mark.capability("A160.1")
def test_a_student_is_refused_with_the_reason_and_what_helps(school):
    student = school.client("S1")
    for address in (VPN, f"{VPN}apply/"):
        page = student.get(address).content.decode()
        assert "VPN 只给在职教职工，学生不能申请" in page
        assert "走 CARSI" in page
        assert "/network/coverage/" in page
        assert 'name="purpose"' not in page
    assert student.post(f"{VPN}apply/", filled()).status_code == 403
    assert not VpnGrant.objects.exists()
    assert not Case.objects.exists()


@pytest.mark.capability("A156.1")
def test_a_student_who_worked_here_once_is_refused_as_well(school):
    was = people.AffiliationRecord(
        kind="staff",
        campus_no="T9",
        starts_on=campus_today() - timedelta(days=900),
        ends_on=campus_today() - timedelta(days=400),
        unit_code="12",
        state="ended",
    )
    row = people.PersonRecord(key="S1", person_id=school["S1"], affiliations=(was,))
    people.apply_records(by=SYSTEM, records=[row], origin=people.Origin(source="test.former", title="测试"))
    deliver_pending()
    assert {one.kind for one in people.person_card(school["S1"]).affiliations} == {"staff", "student"}
    assert school.client("S1").post(f"{VPN}apply/", filled()).status_code == 403
    with pytest.raises(StaffOnlyError):
        school.asked("S1")


@pytest.mark.capability("A156.2")
@pytest.mark.capability("A161.2")
def test_staff_asks_on_line_and_the_leader_opens_it(school):
    teacher = school.client("T1")
    page = teacher.get(f"{VPN}apply/").content.decode()
    assert "保密承诺（2026-11 版）" in page
    said = filled()
    for _twice in range(2):
        assert teacher.post(f"{VPN}apply/", said).status_code == 302
    [grant] = VpnGrant.objects.all()
    assert (grant.state, grant.promise_version) == ("asked", "2026-11")
    assert AuditEntry.objects.get(action="network.ask_vpn").facts["number"] == grant.number
    assert teacher.post(f"{VPN}apply/", filled()).status_code == 409, "one standing account a person"
    assert grant.number in teacher.get(VPN).content.decode()
    case = school.client("H1").get("/flows/").content.decode()
    assert "出差填报科研系统" in case
    school.agree(grant)
    assert (grant.state, grant.opened_at is not None) == ("open", True)
    entry = AuditEntry.objects.get(action="network.open_vpn")
    assert entry.facts == {"number": grant.number, "until": grant.until.isoformat()}
    assert "已开通" in teacher.get(VPN).content.decode()
    assert Message.objects.filter(template="network.vpn_open").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        VpnGrant.objects.create(
            token=grant.public_id,
            person_id=grant.person_id,
            purpose="又一个",
            until=grant.until,
            promise_version="1",
            state="open",
            opened_at=now(),
        )


NOT_WHOLE = (
    {"promise": ""},
    {"promise_version": "2020-01"},
    {"until": "2001-01-01"},
    {"until": "2999-01-01"},
    {"purpose": ""},
    {"purpose": "用\0途"},
    {"promise_version": "\0"},
)


@pytest.mark.capability("A164.1")
def test_an_account_leads_to_the_self_test_of_what_keeps_the_vpn_from_connecting(school):
    school.granted("T1")
    teacher = school.client("T1")
    [link] = re.findall(r'href="([^"]*)">连不上？', teacher.get(VPN).content.decode())
    assert "动态口令" in teacher.get(link).content.decode(), "which is what this account lacks"
    assert teacher.post(f"{VPN}give-back/").status_code == 302
    assert "连不上？" not in teacher.get(VPN).content.decode(), "without an account the page itself says what to do"


@pytest.mark.capability("A156.2")
def test_what_is_not_whole_opens_nothing(school):
    teacher = school.client("T1")
    statuses = [teacher.post(f"{VPN}apply/", filled(**wrong)).status_code for wrong in NOT_WHOLE]
    assert statuses == [422, 409, 422, 422, 422, 422, 422]
    assert not VpnGrant.objects.exists()


@pytest.mark.capability("A156.2")
def test_an_account_is_asked_for_from_tomorrow_and_to_the_longest_day(school):
    teacher = school.client("T1")
    for days, status in ((0, 422), (rules.LONGEST_DAYS + 1, 422), (rules.LONGEST_DAYS, 302)):
        until = campus_today() + timedelta(days=days)
        assert teacher.post(f"{VPN}apply/", filled(until=f"{until}")).status_code == status, days
    assert VpnGrant.objects.get().until == until


@pytest.mark.capability("A156.2")
def test_a_teacher_who_studies_asks_as_a_teacher(school):
    """By the newest of his ties he would be of a class: its leader reads of it, and a parting looks for the staff number."""
    studies = people.AffiliationRecord(
        kind="student", campus_no="14260000001", starts_on=campus_today() - timedelta(days=9), unit_code="12"
    )
    record = people.PersonRecord(key="T1", person_id=school["T1"], affiliations=(studies,))
    people.apply_records(by=SYSTEM, records=[record], origin=people.Origin(source="test.students", title="测试"))
    assert people.person_card(school["T1"]).affiliations[0].campus_no == "14260000001"
    assert school.client("T1").post(f"{VPN}apply/", filled()).status_code == 302
    assert Case.objects.get().data["campus_no"] == "T1"


@pytest.mark.capability("A156.2")
@pytest.mark.parametrize(("days", "state"), [(2, "open"), (3, "refused")])
def test_what_is_agreed_to_after_its_last_day_opens_nothing(school, days, state):
    grant = school.asked(days=2)
    with time_machine.travel(now() + timedelta(days=days)):
        assert school.agree(grant).state == state


@pytest.mark.capability("A156.2")
def test_who_is_refused_stays_out_and_may_ask_again(school):
    grant = school.agree(school.asked(), decision="refuse")
    assert grant.state == "refused"
    assert AuditEntry.objects.get(action="network.refuse_vpn").facts["number"] == grant.number
    assert "没有开通" in school.client("T1").get(VPN).content.decode()
    assert school.asked().state == "asked"


@pytest.mark.capability("A156.2")
@pytest.mark.capability("A160.1")
@pytest.mark.capability("A162.1")
def test_the_door_wants_an_open_account_the_password_and_the_code(school, door, clock_stands):
    give_totp("T1")
    assert door.knocks("T1", PASSWORD + code()).status_code == 401, "no account yet"
    school.opened()
    assert door.knocks("T1", PASSWORD).status_code == 401, "no code"
    for wrong in ("000000", code(-60), code(60)):
        assert door.knocks("T1", PASSWORD + wrong).status_code == 401, "of another minute"
    assert door.knocks("T1", "Wrong-Boat-1995" + code(30)).status_code == 401
    answer = door.knocks("T1", PASSWORD + code(30))
    assert answer.status_code == 200
    assert Grant.objects.filter(code=answer.json()["reply:Class"]["value"][0], service="vpn").exists()
    entry = AuditEntry.objects.get(action="identity.network_sign_in")
    assert (entry.target, entry.facts) == (
        f"account:{identity.account_with('T1').pk}",
        {"application": "vpn", "station": HOME},
    )
    assert door.knocks("T1", PASSWORD + code(30)).status_code == 401, "a code opens once"
    assert VpnGrant.objects.get().last_used_at is not None


@pytest.mark.capability("A162.1", "A162.2")
def test_neither_an_app_password_nor_a_default_one_nor_that_of_an_account_that_is_not_in_use_opens_it(
    school, door, clock_stands
):
    give_totp("T1")
    school.opened()
    made = app_passwords.make(by=SYSTEM, account=identity.account_with("T1"), name="x", service="network")
    assert door.knocks("T1", made).status_code == 401
    assert door.knocks("T1", made + code()).status_code == 401
    TotpFactor.objects.create(account=identity.account_with("T2"), secret=SECRET, confirmed_at=now())
    school.granted("T2")
    document = people.PersonRecord(key="T2", person_id=school["T2"], document_kind="1", id_number=DOCUMENT)
    people.apply_records(by=SYSTEM, records=[document], origin=people.Origin(source="test", title="测试"))
    assert people.matches_id_tail(person_id=school["T2"], tail=DOCUMENT[-6:])
    for typed in (DOCUMENT[-6:], DOCUMENT[-6:] + code()):
        assert door.knocks("T2", typed).status_code == 401, "never activated: the last six of the document open nothing"
    for state in (Account.State.MUST_COMPLETE, Account.State.SUSPENDED, Account.State.ENDED):
        Account.objects.filter(pk=identity.account_with("T1").pk).update(state=state)
        assert door.knocks("T1", PASSWORD + code()).status_code == 401, state
    Account.objects.filter(pk=identity.account_with("T1").pk).update(state=Account.State.ACTIVE)
    assert door.knocks("T1", PASSWORD + code()).status_code == 200, "and all else was right"
    closed = {"effect": "deny", "affiliation_kind": "staff", "reason": "检修"}
    add_rule(by=SYSTEM, application=Application.objects.get(key="vpn"), **closed)
    assert door.knocks("T1", PASSWORD + code(30)).status_code == 401, "by the rules of access"
    assert door.knocks("T1", PASSWORD, asks="yes").status_code == 401


@pytest.mark.capability("A162.1")
def test_a_gateway_that_knows_challenges_asks_for_the_code_after_the_password(school, door, clock_stands):
    give_totp("T1")
    school.opened()
    asked = door.knocks("T1", PASSWORD, asks="yes")
    told = {name: one["value"][0] for name, one in asked.json().items()}
    assert (asked.status_code, told["control:Response-Packet-Type"]) == (200, "Access-Challenge")
    assert "reply:Class" not in told
    assert "动态口令" in told["reply:Reply-Message"]
    assert not Grant.objects.exists()
    state = told["reply:State"]
    assert len(bytes.fromhex(state[2:])) <= 253

    wrong = (("T1", "000000", HOME, state), ("T1", code(), HOTEL, state), ("T2", code(), HOME, state))
    for name, typed, station, shown in (*wrong, ("T1", code(), HOME, "0x00"), ("T1", code(), HOME, state[:-2])):
        assert door.knocks(name, typed, station, State=shown).status_code == 401
    again = door.knocks("T1", PASSWORD, asks="yes", State=state)
    assert again.status_code == 401, "the password again is a wrong code, and no new question"
    answer = door.knocks("T1", code(), State=state)
    assert answer.status_code == 200
    assert Grant.objects.filter(code=answer.json()["reply:Class"]["value"][0], service="vpn").exists()
    assert door.knocks("T1", code(), State=state).status_code == 401, "a code opens once"


def test_a_password_that_ends_in_six_digits_is_asked_for_its_code_and_was_not_refused(school, door, clock_stands):
    typed = "Reed-Boat-199511"
    give_totp("T1")
    school.opened()
    identity_sample.set_password_for_sample(by=SYSTEM, campus_no="T1", password=typed)
    refused = AuditEntry.objects.filter(action="identity.sign_in_refused")
    assert door.knocks("T1", typed, asks="yes").status_code == 200
    assert not refused.exists()
    assert not Throttle.objects.filter(failures__gt=0).exists()
    assert door.knocks("T1", "Wrong-Boat-199511", asks="yes").status_code == 401
    assert refused.count() == 1, "once for what was typed once"
    assert door.knocks("T1", "Wrong-Boat-199511").status_code == 401
    assert refused.count() == 2, "and where nobody looks again"


@pytest.mark.capability("A162.1")
def test_a_challenge_ends_with_the_password_and_with_its_two_minutes_and_goes_to_nobody_else(
    school, door, clock_stands
):
    give_totp("T1")
    school.opened()
    assert door.knocks("T1", PASSWORD).status_code == 401, "files of before would let in what they do not know"
    assert door.knocks("T1", "Wrong-Boat-1995", asks="yes").status_code == 401
    identity_sample.set_password_for_sample(by=SYSTEM, campus_no="T2", password=PASSWORD)
    school.granted("T2")
    assert door.knocks("T2", PASSWORD, asks="yes").status_code == 401, "no authenticator app"
    TotpFactor.objects.create(account=identity.account_with("T2"), secret=SECRET)
    assert door.knocks("T2", PASSWORD, asks="yes").status_code == 401, "nor one that was never confirmed"
    assert door.knocks("T2", PASSWORD + code()).status_code == 401
    assert door.knocks("T1", PASSWORD + code(), asks="yes").status_code == 200, "both in one field, as ever"

    state = door.knocks("T1", PASSWORD, asks="yes").json()["reply:State"]["value"][0]
    with time_machine.travel(now() + timedelta(seconds=122), tick=False):
        assert door.knocks("T1", code(), State=state).status_code == 401
    Account.objects.filter(pk=identity.account_with("T1").pk).update(state=Account.State.SUSPENDED)
    assert door.knocks("T1", code(30), State=state).status_code == 401, "suspended meanwhile"
    Account.objects.filter(pk=identity.account_with("T1").pk).update(state=Account.State.ACTIVE)
    Account.objects.filter(pk=identity.account_with("T1").pk).update(password_changed_at=now() + timedelta(seconds=1))
    assert door.knocks("T1", code(30), State=state).status_code == 401


@pytest.mark.capability("A162.1")
def test_codes_are_not_guessed_by_who_knows_the_password(school, door):
    give_totp("T1")
    school.opened()
    answers = [door.knocks("T1", f"{PASSWORD}{number:06}", f"192.0.2.{number}").status_code for number in range(12)]
    assert answers[-1] == 429
    assert AuditEntry.objects.filter(action="identity.second_step_refused").count() == attempts.ANYWHERE.free + 1


@pytest.mark.capability("A160.1")
def test_no_more_than_two_at_once(school, door):
    give_totp("T1")
    school.opened()
    Policy.objects.create(
        role="staff",
        service="vpn",
        devices=2,
        idle_seconds=1800,
        starts_on=campus_today(),
        reason="学校规定",
        created_by_name="test",
    )
    moment = now()
    found = []
    for number, station in enumerate((HOME, HOTEL, "203.0.113.9")):
        with time_machine.travel(moment + timedelta(seconds=number), tick=False):
            answer = door.knocks("T1", PASSWORD + code(30 * (number - 1)), station)
            found.append(answer.status_code)
    assert found == [200, 200, 401]
    uses = VpnUse.objects.order_by("pk").values_list("network", "oddity", "other_network")
    assert list(uses) == [("203.0.113.0/24", "", ""), ("198.51.100.0/24", "two_places", "203.0.113.0/24")]
    [odd] = Message.objects.filter(template="network.vpn_odd")
    assert [one.person_id for one in odd.entries.all()] == [school["T1"]], "and its owner is asked"


def leave(school):
    """T1 is of the staff no more."""
    origin = people.Origin(source="test", title="测试")
    gone = people.AffiliationRecord(
        kind="staff",
        campus_no="T1",
        starts_on=campus_today() - timedelta(days=900),
        ends_on=campus_today() - timedelta(days=1),
        unit_code="12",
        state="ended",
    )
    record = people.PersonRecord(key="T1", person_id=school["T1"], name="王老师", affiliations=(gone,))
    people.apply_records(by=SYSTEM, records=[record], origin=origin)


@pytest.mark.capability("A160.2")
def test_whoever_left_while_the_leader_thought_gets_none(school):
    asked = school.asked()
    leave(school)
    assert school.agree(asked).state == "refused"
    assert granting.open_grant_of(school["T1"]) is None


@pytest.mark.capability("A160.2")
@pytest.mark.parametrize("is_told", [True, False], ids=["told at once", "found by night"])
def test_it_ends_when_its_person_leaves(school, is_told):
    grant = school.opened()
    leave(school)
    deliver_pending() if is_told else granting.close_due()
    grant.refresh_from_db()
    assert (grant.state, grant.cause) == ("closed", "left")
    assert granting.open_grant_of(school["T1"]) is None


@pytest.mark.capability("A160.2")
def test_it_ends_on_its_last_day_and_after_ninety_idle_days(school):
    ended, idle = school.opened("T1", days=10), school.opened("T2", days=300)
    VpnGrant.objects.filter(pk=idle.pk).update(last_used_at=now())
    with time_machine.travel(now() + timedelta(days=11)):
        assert granting.open_grant_of(school["T1"]) is None, "also before the night's job"
        assert granting.close_due() == 1
    with time_machine.travel(now() + timedelta(days=92)):
        assert granting.close_due() == 1
    for one in (ended, idle):
        one.refresh_from_db()
    assert (ended.cause, idle.cause) == ("ended", "idle")
    assert Message.objects.filter(template="network.vpn_closed").count() == 2


def let_in(school, number):
    """On line by the VPN, for an hour from now."""
    facts = {"person_id": school[number], "campus_no": number, "service": "vpn", "role": "staff"}
    code = "n1:" + {"T1": "a", "T2": "b"}[number] * 26
    return Grant.objects.create(code=code, granted_at=now(), ends_at=now() + timedelta(hours=1), **facts)


@pytest.mark.capability("A160.2", "A163.2")
def test_its_holder_and_the_centre_close_it(school):
    grant = school.opened()
    inside = [let_in(school, number) for number in ("T1", "T2")]
    assert school.client("T1").post(f"{VPN}give-back/").status_code == 302
    grant.refresh_from_db()
    assert grant.cause == "returned"
    for one in inside:
        one.refresh_from_db()
    assert [one.ended_at is not None for one in inside] == [True, False], "who gave it back is off at once, nobody else"
    closed = AuditEntry.objects.get(action="network.close_vpn")
    assert (closed.actor, closed.target) == ("王老师", f"vpn-grant:{grant.public_id}")
    other = school.opened("T2")
    keeper = school.client("K1")
    assert keeper.post(f"/network/reach/{other.public_id}/", {"reason": ""}).status_code == 422
    assert keeper.post(f"/network/reach/{other.public_id}/", {"reason": "账号外借"}).status_code == 302
    other.refresh_from_db()
    assert (other.cause, other.reason) == ("revoked", "账号外借")
    told = Message.objects.filter(template="network.vpn_closed").latest("pk")
    assert "信息中心停用：账号外借" in told.text, "as the form says to whoever writes the reason"
    assert "账号外借" in school.client("T2").get(VPN).content.decode()
    assert school.client("T1").post(f"/network/reach/{other.public_id}/", {"reason": "x"}).status_code == 404


@pytest.fixture
def odd(school):
    """From home, as always; then from a hotel."""
    school.opened()
    assert watching.note_use(person_id=school["T1"], station=HOME, grant_key="1").oddity == ""
    with time_machine.travel(now() + timedelta(hours=3)):
        return watching.note_use(person_id=school["T1"], station=HOTEL, grant_key="2")


@pytest.mark.capability("A160.1")
def test_a_network_never_used_before_asks_is_it_you(school, odd):
    assert (odd.oddity, odd.network) == ("new_network", "198.51.100.0/24")
    assert Message.objects.get(template="network.vpn_odd").urgency == "now"
    teacher = school.client("T1")
    page = f"{VPN}uses/{odd.public_id}/"
    assert "有人用您的账号登录了 VPN" in teacher.get(page).content.decode()
    assert school.client("T2").get(page).status_code == 404
    assert school.client("T2").post(f"{page}mine/").status_code == 404
    assert teacher.post(f"{page}mine/").status_code == 302
    assert teacher.post(f"{page}mine/").status_code == 409
    with time_machine.travel(now() + timedelta(hours=5)):
        assert watching.note_use(person_id=school["T1"], station=HOTEL, grant_key="3").oddity == "", "known by now"
    assert watching.note_use(person_id=school["T1"], station=HOTEL, grant_key="3") is None, "heard twice"


@pytest.mark.capability("A160.1")
def test_two_places_at_once_ask_as_well(school):
    school.opened()
    watching.note_use(person_id=school["T1"], station=HOTEL, grant_key="1")
    with time_machine.travel(now() + timedelta(hours=1)):
        watching.note_use(person_id=school["T1"], station=HOME, grant_key="2")
        found = watching.note_use(person_id=school["T1"], station=HOTEL, grant_key="3")
    assert (found.oddity, found.other_network) == ("two_places", "203.0.113.0/24")


REGIONS = "/network/reach/regions/import/"


def table(text):
    return {"file": SimpleUploadedFile("地址.csv", f"网段,地方\n{text}\n".encode())}


@pytest.fixture
def provinces(school):
    """A table of addresses: a phone in Hunan changes its network, a hotel is in Beijing."""
    keeper = school.client("K1")
    lines = "203.0.113.0/24,湖南\n192.0.2.0/24,湖南\n198.51.0.0/16,湖南\n198.51.100.0/24,北京"
    assert keeper.post(REGIONS, table(lines)).status_code == 302
    school.opened()
    return school


@pytest.mark.capability("A160.1")
def test_by_a_table_of_addresses_another_network_of_the_province_is_no_other_place(provinces):
    def used(station, key):
        found = watching.note_use(person_id=provinces["T1"], station=station, grant_key=key)
        return (found.oddity, found.region, found.other_network)

    assert used(HOME, "1") == ("", "湖南", "")
    assert used("192.0.2.9", "2") == ("", "湖南", ""), "at the same moment, too"
    assert used(HOTEL, "3") == ("two_places", "北京", "192.0.2.0/24"), "the narrower network counts"
    with time_machine.travel(now() + timedelta(hours=3)):
        assert used("198.51.7.7", "4") == ("", "湖南", "")
        assert used("203.0.114.1", "5")[:2] == ("two_places", ""), "of which the table says nothing goes by its network"
    with time_machine.travel(now() + timedelta(hours=6)):
        assert used(HOTEL, "6")[:2] == ("new_network", "北京"), "while nobody has answered"
    page = provinces.client("T1").get(VPN).content.decode()
    assert "198.51.100.0/24</span> 北京" in page


def test_a_table_of_addresses_takes_the_place_of_the_one_before_whole_or_not_at_all(provinces):
    keeper = provinces.client("K1")
    for wrong in ("湖南,湖南", "203.0.113.0/24,", "203.0.113.7/24,湖南", "203.0.113.0/24,湖南\n203.0.113.0/24,北京"):
        assert keeper.post(REGIONS, table(wrong)).status_code == 422, wrong
    assert keeper.post(REGIONS, table("203.0.113.0/24,湖北") | {"is_trial": "on"}).status_code == 302
    assert AddressRegion.objects.count() == 4
    assert keeper.post(REGIONS, table("203.0.113.0/24,湖北\n2001:db8::/32,湖北")).status_code == 302
    assert regions.region_of(HOME) == regions.region_of("2001:db8::7") == "湖北"
    assert regions.region_of(HOTEL) == regions.region_of("nowhere") == ""
    assert "203.0.113.0/24" in keeper.get("/network/reach/regions/").content.decode()
    assert provinces.client("T1").get("/network/reach/regions/").status_code == 404


def test_a_table_of_addresses_may_name_one_address_and_all_of_them(provinces):
    lines = "2001:db8::9/128,武汉\n2001:db8::/32,湖北\n0.0.0.0/0,别处"
    assert provinces.client("K1").post(REGIONS, table(lines)).status_code == 302
    assert [regions.region_of(one) for one in ("2001:db8::9", "2001:db8::8", HOTEL)] == ["武汉", "湖北", "别处"]


@pytest.mark.capability("A160.1")
def test_not_me_hangs_up_and_demands_a_new_password(school, odd):
    teacher, elsewhere = school.client("T1"), signed_in("T1")
    network.admit(network.AdmissionRequest(service="vpn", role="staff", person_id=school["T1"], station=HOTEL))
    address = f"{VPN}uses/{odd.public_id}/not-mine/"
    assert teacher.get(address).status_code == 200
    assert teacher.post(address, {}).status_code == 302
    assert identity.account_with("T1").state == "must_complete"
    assert not identity.account_with("T1").password, "what somebody else knows opens nothing any more"
    assert teacher.get(VPN).headers["Location"] == "/setup", "who said so stays, to set a new one"
    assert elsewhere.get(VPN).status_code == 302, "signed out"
    assert not Grant.objects.filter(person_id=school["T1"], ended_at=None).exists()
    odd.refresh_from_db()
    assert odd.answer == "not_mine"
    entry = AuditEntry.objects.get(action="network.answer_vpn_use")
    assert (entry.target, entry.facts) == (
        f"person:{school['T1']}",
        {"answer": "not_mine", "network": "198.51.100.0/24"},
    )
    with time_machine.travel(now() + timedelta(hours=6)):
        assert watching.judged(school["T1"], "198.51.100.0/24")[0] == "new_network", "what was disowned is not known"


def test_uses_are_forgotten_after_ninety_days(school, odd):
    with time_machine.travel(now() + timedelta(days=91)):
        assert watching.forget_old() == 2
    assert not VpnUse.objects.exists()


def test_merged_records_hold_one_account(school):
    school.opened("T1")
    school.asked("T2")
    granting.rekey(gone_id=school["T2"], kept_id=school["T1"])
    assert sorted(VpnGrant.objects.filter(person=school["T1"]).values_list("state", flat=True)) == ["open", "refused"]


def test_parted_persons_have_the_account_that_each_asked_for(school):
    school.opened("T2")
    merged = people.merge_persons(by=SYSTEM, kept_id=school["T1"], gone_id=school["T2"], reason="同一个人")
    deliver_pending()
    assert VpnGrant.objects.get().person_id == school["T1"]
    people.part_persons(by=SYSTEM, merge_id=merged.pk, reason="是两个人")
    deliver_pending()
    held = VpnGrant.objects.get()
    assert (held.person_id, held.state) == (school["T2"], "open")
    assert granting.open_grant_of(school["T1"]) is None


def test_a_merge_told_after_the_parting_and_a_parting_told_after_the_next_merge_move_no_account(school):
    school.opened("T2")
    both = {"kept_id": school["T1"], "gone_id": school["T2"]}
    subscribers.rekey_merged([merging.merged_and_parted(**both)])
    assert VpnGrant.objects.get().person_id == school["T2"]
    event = merging.parted_and_merged(**both)
    deliver_pending()
    subscribers.part_persons([event])
    assert VpnGrant.objects.get().person_id == school["T1"]


def test_the_command_needs_a_folder(school, tmp_path):
    with pytest.raises(Exception, match="is no folder"):
        call_command("network_vpn_config", "--into", str(tmp_path / "gone"))


OLD, FIT = "Open AnyConnect VPN Agent v7.08", "Open AnyConnect VPN Agent v9.12-3.1"


@pytest.mark.capability("A157.2")
@pytest.mark.parametrize("unfit", [OLD, ""], ids=["old", "nameless"])
def test_the_vpn_wants_two_factors_and_a_program_that_is_not_too_old(school, door, clock_stands, unfit):
    """What the program says of itself: its name and version, as ocserv lists them."""
    give_totp("T1")
    school.opened()
    network.Nas.objects.create(
        name="VPN",
        address="192.0.2.9",
        kind="ocserv",
        style="ocserv",
        secret="secret-of-that-gateway",
        applications=["vpn"],
    )
    teacher = school.client("T1")
    assert "Open AnyConnect VPN Agent ≥ 8.10" in teacher.get(VPN).content.decode()
    assert door.knocks("T1", PASSWORD).status_code == 401, "one factor alone"
    answer = door.knocks("T1", PASSWORD + code())
    assert answer.status_code == 200
    said = {"classes": answer.json()["reply:Class"]["value"], "application": "vpn"}
    network.account(network.Record(nas="192.0.2.9", status="start", sid="abc", service="vpn", **said))

    def told(program: str) -> bytes:
        headers = {"X-Nanhu-Gateway-Key": network.agent_key("secret-of-that-gateway")}
        listed = [{"ID": 7, "Full session": "abc", "User-Agent": program}]
        return Client().post("/network/vpn/agent", listed, content_type="application/json", headers=headers).content

    assert told(FIT) == b""
    assert not Message.objects.filter(template="network.vpn_client").exists()
    for _twice in range(2):
        assert told(unfit) == b"disconnect 7\n"
    session = Session.objects.get(sid="abc")
    assert (session.disconnects.get().cause, session.grant.ended_at is not None) == ("ours:client", True)
    [message] = Message.objects.filter(template="network.vpn_client")
    assert (unfit or "—") in message.text
    assert told(FIT) == b"disconnect 7\n", "what is to end ends"


@pytest.mark.parametrize(
    ("program", "is_fit"),
    [
        (FIT, True),
        ("Open AnyConnect VPN Agent v8.10", True),
        (OLD, False),
        ("Open AnyConnect VPN Agent", False),
        ("AnyConnect Windows 4.10.07061", True),
        ("AnyConnect 4.9", False),
        ("", False),
        ("curl/8.0", False),
    ],
)
@pytest.mark.capability("A157.2")
def test_which_program_may_stay(program, is_fit):
    programs = [rules.program_of(one) for one in ("Open AnyConnect VPN Agent 8.10", "AnyConnect 4.10")]
    assert rules.is_fit(program, programs) == is_fit
    assert rules.is_fit(program, []), "a school that names none takes any"


def test_the_agent_of_a_vpn_gateway_is_told_whom_to_put_off_and_a_stranger_nothing(school):
    school.opened("T1")
    nas = network.Nas.objects.create(
        name="VPN", address="192.0.2.9", kind="ocserv", style="ocserv", secret="secret-of-that-gateway"
    )
    for sid in ("abc", "def"):
        network.account(network.Record(nas="192.0.2.9", status="start", sid=sid, service="vpn"))
    Session.objects.filter(sid="abc").update(person_id=school["T1"])
    listed = [{"ID": number, "Full session": sid} for number, sid in ((7, "abc"), (8, "def"), ("9; reboot", "abc"))]

    def agent(key: str, body: object = listed):
        headers = {"X-Nanhu-Gateway-Key": key}
        return Client().post("/network/vpn/agent", body, content_type="application/json", headers=headers)

    ours = network.agent_key("secret-of-that-gateway")
    assert agent(ours).content == b"", "nobody has to go"
    network.disconnect(by=SYSTEM, person_id=school["T1"], cause="ours:kicked")
    assert agent(ours).content == b"disconnect 7\n"
    call_command("read_only", "on", "存储告警")
    read_only.current.forget()
    assert agent(ours).content == b"disconnect 7\n"
    assert agent(network.agent_key("another")).status_code == 403
    assert agent("").status_code == 403
    for rubbish in ({}, [1], [{"ID": None}]):
        assert agent(ours, rubbish).content == b""
    nas.withdrawn_at = now()
    nas.save()
    assert agent(ours).status_code == 403


def test_who_is_on_two_lists_of_his_vpn_gateway_no_more_is_off_line_without_a_stop(school):
    """Whom we ended, by our cause; who is listed again meanwhile, or whose list came broken or twice, stays."""
    school.opened("T1")
    nas = network.Nas.objects.create(
        name="VPN", address="192.0.2.9", kind="ocserv", style="ocserv", secret="secret-of-that-gateway"
    )
    for sid in ("kicked", "lost", "back", "there"):
        network.account(network.Record(nas="192.0.2.9", status="start", sid=sid, service="vpn"))
    Session.objects.filter(sid="kicked").update(person_id=school["T1"])
    network.disconnect(by=SYSTEM, person_id=school["T1"], cause="ours:kicked")

    def agent(*sids: str, more: object = (), times: int = 1):
        listed = [*({"ID": number, "Full session": sid} for number, sid in enumerate(sids, 1)), *more]
        headers = {"X-Nanhu-Gateway-Key": network.agent_key("secret-of-that-gateway")}
        clock.shift(timedelta(seconds=2))
        for _time in range(times):
            answer = Client().post("/network/vpn/agent", listed, content_type="application/json", headers=headers)
            assert answer.status_code == 200

    with time_machine.travel(now(), tick=False) as clock:
        agent("there", times=2)
        for broken in ([1], [{"ID": 9}]):
            agent(more=broken)
        assert not Session.objects.exclude(stopped_at=None).exists(), "one list may have been made while they came in"
        agent("there", "back")
        assert dict(Session.objects.filter(stopped_at__isnull=False).values_list("sid", "cause")) == {
            "kicked": "ours:kicked",
            "lost": "lost",
        }
        assert Disconnect.objects.get().state == Disconnect.State.CONFIRMED
        agent("there")
        assert set(Session.objects.filter(stopped_at=None).values_list("sid", flat=True)) == {"there", "back"}
        network.account(network.Record(nas="192.0.2.9", status="interim", sid="lost", service="vpn"))
        assert Session.objects.get(sid="lost", nas=nas).stopped_at is None, "it was there all the same"
        agent("there", "back")
        assert Session.objects.get(sid="lost", nas=nas).stopped_at is None, "it spoke since the lists that left it out"
