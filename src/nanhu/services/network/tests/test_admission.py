"""Who is let in, with what, and why not: through the RADIUS endpoint."""

from datetime import date, datetime, time, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection
from django.utils import translation

from nanhu.kernel.clock import CAMPUS_ZONE, campus_today, now
from nanhu.kernel.models import OutboxEvent
from nanhu.kernel.ui import dates
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.lifecycle import suspensions
from nanhu.platforms.identity.protocols.radius import network as radius_network
from nanhu.platforms.messages.models import Message
from nanhu.platforms.people import api as people
from nanhu.services.network import api, rules
from nanhu.services.network.models import Device, Disconnect, Grant, Refusal, Session
from nanhu.services.network.services import devices
from nanhu.services.network.services.admission import service_rules
from nanhu.services.network.tests.conftest import CAST, GATEWAY, LAPTOP, PHONE, SWITCH, TABLET
from nanhu.testing.members import SYSTEM
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db


@pytest.mark.capability("A008.1")
def test_wired_wifi_and_vpn_accept_the_same_identity_under_the_policy_of_each(school):
    school.policy("student", "wifi", 3, session_seconds=3600, idle_seconds=600, vlan="students", down_kbps=20_000)
    school.policy("student", "wired", 2, session_seconds=7200)
    school.policy("student", "vpn", 1, session_seconds=1800)
    wrong = {"User-Password": "Reed-Boat-0000"}
    refused = [
        school.ask("S1", PHONE, **wrong),
        school.ask("S1", LAPTOP, nas=SWITCH, **wrong),
        school.ask("S1", "203.0.113.9", nas=GATEWAY, key="vpn", **wrong),
    ]
    assert [answer.status_code for answer in refused] == [401] * 3
    asked = {
        "wifi": school.ask("S1", PHONE, **{"NAS-Port-Type": "Wireless-802.11"}),
        "wired": school.ask("S1", LAPTOP, nas=SWITCH, **{"NAS-Port-Type": "Ethernet"}),
        "vpn": school.ask("S1", "203.0.113.9", nas=GATEWAY, key="vpn", **{"NAS-Port-Type": "Virtual"}),
    }
    said = {service: answer.json() for service, answer in asked.items()}
    assert {answer["reply:Filter-Id"]["value"][0] for answer in said.values()} == {"student"}
    assert {answer["reply:User-Name"]["value"][0] for answer in said.values()} == {"S1"}
    timeouts = {service: answer["reply:Session-Timeout"]["value"][0] for service, answer in said.items()}
    assert timeouts == {"wifi": 3600, "wired": 7200, "vpn": 1800}
    assert said["wifi"]["reply:Tunnel-Private-Group-Id"]["value"] == ["students"]
    assert said["wifi"]["reply:WISPr-Bandwidth-Max-Down"]["value"] == [20_000_000]
    codes = {service: answer["reply:Class"]["value"][0] for service, answer in said.items()}
    assert {service: school.grant_of(code).service for service, code in codes.items()} == {one: one for one in said}
    assert len(set(codes.values())) == 3
    assert all(len(code) == 29 and code.startswith("n1:") for code in codes.values())
    granted = OutboxEvent.objects.filter(name="network.AdmissionGranted")
    assert [one.payload["service"] for one in granted] == ["vpn"], "of Wi-Fi nobody hears"
    school.policy("staff", "wired", 0)
    wired = school.ask("T1", LAPTOP, nas=SWITCH, **{"NAS-Port-Type": "Ethernet"})
    assert [school.ask("T1").status_code, wired.status_code] == [200, 401]
    assert [one.words for one in api.refusals_of(school["T1"])] == ["这项服务没有对您开放。"]


@pytest.mark.capability("A008.1")
def test_who_is_several_things_comes_in_as_what_gives_most_and_to_the_vpn_as_staff(school):
    """A teacher who has begun to study: the newest tie is the student's."""
    also(school, "T1", "student")
    school.policy("student", "wifi", 2)
    school.policy("staff", "wifi", 3, session_seconds=3600)
    school.policy("staff", "vpn", 1, idle_seconds=600)
    school.policy("student", "vpn", 9)
    for mac in (PHONE, LAPTOP, TABLET):
        assert school.grant_of(school.on_line("T1", mac).grant.code).role == "staff"
    assert school.ask("T1", "02-00-00-00-00-09").status_code == 401
    assert "3/3" in school.client("T1").get("/network/devices/").content.decode()
    vpn = school.ask("T1", "203.0.113.9", nas=GATEWAY, key="vpn").json()
    assert vpn["reply:Filter-Id"]["value"] == ["staff"]
    assert vpn["reply:Idle-Timeout"]["value"] == [600]
    assert school.ask("T1", "203.0.113.8", nas=GATEWAY, key="vpn").status_code == 401


def test_of_two_policies_the_one_that_lets_in_now_gives_more(school):
    also(school, "T1", "student")
    school.policy("student", "wifi", 2)
    school.policy("staff", "wifi", 5, opens=time(8), closes=time(18))
    day = campus_today() + timedelta(days=1)
    for at, role in ((time(12), "staff"), (time(20), "student")):
        with time_machine.travel(datetime.combine(day, at, CAMPUS_ZONE), tick=False):
            assert school.ask("T1").json()["reply:Filter-Id"]["value"] == [role], at


def also(school, number, kind):
    """Another tie, newer than the first."""
    person = identity.account_with(number).person
    person.affiliations.create(kind=kind, campus_no=f"{number}-2", starts_on=date(2023, 9, 1))


@pytest.mark.capability("A008.2")
def test_a_suspended_account_is_refused_cut_everywhere_and_comes_back(school):
    wifi, wired = school.on_line("S1"), school.on_line("S1", LAPTOP, nas=SWITCH)
    code = school.code("S1", "203.0.113.9", nas=GATEWAY, key="vpn")
    vpn = school.report("Start", "v", nas=GATEWAY, key="vpn", Class=code)
    neighbour = school.on_line("S2", TABLET)
    account = identity.account_with("S1")
    suspensions.suspend(by=SYSTEM, account_id=account.pk, reason="核查")
    school.tell_events()
    assert school.ask("S1").status_code == 401
    assert set(Disconnect.objects.values_list("session_id", "cause")) == {
        (wifi.pk, "ours:suspended"),
        (wired.pk, "ours:suspended"),
        (vpn.pk, "ours:suspended"),
    }
    assert not Grant.objects.filter(person=school["S1"], ended_at=None).exists()
    assert Grant.objects.get(pk=neighbour.grant_id).ended_at is None
    suspensions.resume(by=SYSTEM, account_id=account.pk, reason="查清了")
    assert school.ask("S1").status_code == 200


@pytest.mark.capability("A174.1")
@pytest.mark.capability("A160.1")
def test_over_the_cap_a_device_is_refused_with_the_reason_kept_and_nobody_is_dropped(school):
    school.policy("student", "wifi", 2)
    first, second = school.on_line("S1", PHONE), school.on_line("S1", LAPTOP)
    refused = school.ask("S1", TABLET)
    assert (refused.status_code, refused.content) == (401, b"{}"), "the same answer that a stranger gets"
    assert Session.objects.filter(stopped_at=None, closing_at=None).count() == 2
    page = school.client("S1").get("/network/devices/").content.decode()
    assert "同时在线的设备已到上限（2 台）" in page
    assert "2/2" in page
    assert school.ask("S1", PHONE).status_code == 200, "a device that is on line already"
    assert school.ask("S2", TABLET).status_code == 200
    api.drop(by=SYSTEM, person_id=school["S1"], session_id=first.pk)
    assert school.ask("S1", TABLET).status_code == 401, "asked to go is not gone"
    school.report("Stop", first.sid)
    assert school.ask("S1", TABLET).status_code == 200
    second.refresh_from_db()
    assert second.closing_at is None


@pytest.mark.capability("A174.1")
def test_two_devices_at_the_same_moment_take_one_place_once(school, transactional_db):
    school.policy("student", "wifi", 1)
    barrier, answers = Barrier(2), []
    request = api.AdmissionRequest(service="wifi", role="student", person_id=school["S1"])

    def come(mac: str) -> None:
        try:
            barrier.wait(PATIENCE_SECONDS)
            answers.append(api.admit(api.AdmissionRequest(**{**as_dict(request), "station": mac})).code)
        except api.DevicesFullError:
            answers.append("full")
        finally:
            connection.close()

    threads = [Thread(target=come, args=(mac,)) for mac in (PHONE, LAPTOP)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(PATIENCE_SECONDS)
    assert sorted(answer == "full" for answer in answers) == [False, True]


def as_dict(request: api.AdmissionRequest) -> dict[str, object]:
    return {name: getattr(request, name) for name in request.__dataclass_fields__}


@pytest.mark.capability("A174.1")
def test_a_grant_of_which_nothing_is_heard_counts_for_a_minute(school):
    school.policy("student", "wifi", 1)
    school.code("S1", PHONE)
    assert school.ask("S1", LAPTOP).status_code == 401
    with time_machine.travel(now() + timedelta(seconds=61)):
        assert school.ask("S1", LAPTOP).status_code == 200


@pytest.mark.capability("A008.1")
def test_hours_of_a_policy_may_go_past_midnight(school):
    school.policy("student", "wifi", 3, opens=time(6), closes=time(0, 30))
    day = campus_today() + timedelta(days=1)
    for at, status in ((time(5, 59), 401), (time(6), 200), (time(0, 29), 200), (time(0, 30), 401)):
        with time_machine.travel(datetime.combine(day, at, CAMPUS_ZONE), tick=False):
            assert school.ask("S1").status_code == status, at
    assert "06:00" in Refusal.objects.filter(reason="hours").latest("pk").sentence


def test_why_somebody_was_refused_is_said_in_the_language_in_which_he_reads(school):
    school.policy("student", "wifi", 1)
    school.on_line("S1")
    at_the_door = api.AdmissionRequest(service="wifi", role="student", person_id=school["S1"], station=LAPTOP)
    with translation.override("en"), pytest.raises(api.DevicesFullError):
        api.admit(at_the_door)
    assert "已到上限（1 台）" in school.client("S1").get("/network/devices/").content.decode()
    with translation.override("en"):
        said = api.refusals_of(school["S1"])[0].sentence
    assert ("1" in said, said.isascii()) == (True, True), said


@pytest.mark.capability("A008.1")
def test_a_rule_of_another_room_refuses_its_service_alone(school, monkeypatch):
    rule = api.ServiceRule(key="test", service="vpn", refuses=lambda _person: "要先申请 VPN")
    monkeypatch.setitem(service_rules._entries, "test", rule)
    assert school.ask("S1", "203.0.113.9", nas=GATEWAY, key="vpn").status_code == 401
    assert school.ask("S1").status_code == 200
    assert api.refusals_of(school["S1"])[0].words == "要先申请 VPN"


def test_without_a_network_room_the_answer_is_the_group_and_there_is_no_accounting(school, monkeypatch):
    monkeypatch.setattr(radius_network.network_policies, "_entries", {})
    said = school.ask("S1").json()
    assert (said["reply:Class"]["value"], said["reply:Filter-Id"]["value"]) == (["student"], ["student"])
    assert school.post("accounting", "wifi", {"Acct-Status-Type": "Start"}).status_code == 404


@pytest.mark.capability("A174.2")
def test_a_device_that_was_never_here_is_told_of_once(school):
    school.on_line("S1", PHONE)
    school.on_line("S1", PHONE)
    school.tell_events()
    assert Device.objects.filter(person=school["S1"]).count() == 1
    page = school.client("S1").get("/messages/").content.decode()
    assert page.count("新设备上网") == 1
    [told] = Message.objects.filter(template="network.new_device")
    assert told.text.startswith(dates.time_words(Device.objects.get().first_seen_at)), (
        "read days later, it still says when"
    )
    school.on_line("S1", LAPTOP)
    school.tell_events()
    assert school.client("S1").get("/messages/").content.decode().count("新设备上网") == 2, "of each"
    assert "新设备上网" not in school.client("S2").get("/messages/").content.decode()


@pytest.mark.capability("A174.1")
def test_a_new_mac_of_a_known_cookie_is_the_same_device(school):
    made = devices.enter(school["S1"], "", "cookie:abc", mac=api.mac_of(PHONE))
    request = api.AdmissionRequest(
        service="wifi", role="student", person_id=school["S1"], station="02-00-00-00-00-99", device_id=made.pk
    )
    admission = api.admit(request)
    assert admission.device_id == made.pk
    made.refresh_from_db()
    assert made.macs == ["02:00:00:00:00:01"], "what a page was told is not believed before a gateway has seen it"
    api.confirm_device(code=admission.code, recognised_by="cookie:abc", mac="02:00:00:00:00:99")
    made.refresh_from_db()
    assert made.macs == ["02:00:00:00:00:01", "02:00:00:00:00:99"]


@pytest.mark.parametrize(
    ("text", "mac"),
    [
        ("02-00-00-00-00-01", "02:00:00:00:00:01"),
        ("0200.0000.0001", "02:00:00:00:00:01"),
        ("0200-0000-0001", "02:00:00:00:00:01"),
        ("AABBCCDDEEFF", "aa:bb:cc:dd:ee:ff"),
        ("203.0.113.9", ""),
        ("zz:00:00:00:00:01", ""),
        ("", ""),
    ],
)
def test_macs_are_read_however_they_are_written(text, mac):
    assert rules.mac_of(text) == mac


@pytest.mark.capability("A160.2", "A008.2")
def test_on_the_day_of_leaving_the_vpn_and_the_wifi_are_off_and_what_is_open_is_cut(school):
    code = school.code("T1", "203.0.113.9", nas=GATEWAY, key="vpn")
    vpn = school.report("Start", "v", nas=GATEWAY, key="vpn", Class=code)
    wifi, wired = school.on_line("T1"), school.on_line("T1", LAPTOP, nas=SWITCH)
    school.on_line("S1", TABLET)
    leave(school, "T1")
    school.tell_events()
    assert school.ask("T1", "203.0.113.9", nas=GATEWAY, key="vpn").status_code == 401
    assert school.ask("T1").status_code == school.ask("T1", LAPTOP, nas=SWITCH).status_code == 401
    cut = set(Disconnect.objects.values_list("session_id", "cause"))
    assert cut == {(one.pk, "ours:left") for one in (vpn, wifi, wired)}, "and nobody else's"
    assert school.grant_of(code).cause == "ours:left"


def leave(school, number):
    """As the personnel office says it."""
    name, kind = CAST[number]
    tie = people.AffiliationRecord(
        kind=kind,
        campus_no=number,
        starts_on=date(2020, 9, 1),
        ends_on=campus_today() - timedelta(days=1),
        unit_code="",
        state="ended",
    )
    record = people.PersonRecord(key=number, person_id=school[number], name=name, affiliations=(tie,))
    people.apply_records(by=SYSTEM, records=[record], origin=people.Origin(source="test", title="测试"))
