"""Whose key speaks for a NAS, what counts at a VPN, when hours are over, what ends with what."""

from datetime import datetime, time, timedelta

import pytest
import time_machine

from nanhu.kernel.clock import CAMPUS_ZONE, campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.revisions import revision_of
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.personal.models import AppPassword
from nanhu.platforms.identity.personal.services import app_passwords
from nanhu.platforms.messages.models import Message
from nanhu.services.network import jobs, registrations
from nanhu.services.network.models import Device, Disconnect, Grant, Nas, Policy, Refusal, Session
from nanhu.services.network.services import devices, disconnecting, policies, registering
from nanhu.services.network.tests.conftest import CONTROLLER, GATEWAY, LAPTOP, PHONE, SWITCH, TABLET
from nanhu.testing.members import SYSTEM

pytestmark = pytest.mark.django_db
DESK, MINE, HOME = "/network/desk/", "/network/devices/", "203.0.113.9"


def tunnel(school, sid, address=HOME):
    answer = school.ask("T1", address, nas=GATEWAY, key="vpn")
    if answer.status_code != 200:
        return None
    code = answer.json()["reply:Class"]["value"][0]
    return school.report("Start", sid, nas=GATEWAY, key="vpn", Class=code, Calling_Station_Id=address)


def test_a_key_speaks_for_the_nas_of_its_application_and_for_no_other(school):
    assert school.ask("T1", nas=CONTROLLER, key="vpn").status_code == 401
    assert not Grant.objects.exists()
    school.report("Start", "a", nas=CONTROLLER, key="vpn", User_Name="T1", Framed_IP_Address="10.6.6.6")
    assert not Session.objects.exists(), "an unbound session under another's NAS"
    engineer = school.client("E1")
    assert "127.0.0.1 · vpn" in engineer.get(DESK).content.decode()
    assert "应用" in engineer.get(f"{DESK}nas/").content.decode()
    change = f"{DESK}nas/{school.nas[CONTROLLER].public_id}/"
    said = {"name": "控制器", "kind": "ac", "address": CONTROLLER, "style": "session-id", "coa_port": 3799}
    said |= {"interim_seconds": 300, "revision": revision_of(school.nas[CONTROLLER], registering.CHANGED)}
    assert engineer.post(change, said).status_code == 422, "some application's it is"
    assert engineer.post(change, {**said, "applications": ["wifi", "vpn"]}).status_code == 302
    assert school.report("Start", "a", nas=CONTROLLER, key="vpn") is not None


@pytest.mark.capability("A160.1", "A008.1")
def test_each_tunnel_counts_by_itself_and_one_that_was_kicked_stays_off(school):
    """A VPN account is not to be lent: behind one NAT there are many."""
    school.policy("staff", "vpn", 2)
    first, second = tunnel(school, "v1"), tunnel(school, "v2")
    assert tunnel(school, "v3") is None
    client = school.client("T1")
    assert "2/2" in client.get(MINE).content.decode()
    assert client.post(f"{MINE}sessions/{first.public_id}/kick/").status_code == 302
    for session in (first, second):
        school.report("Stop", session.sid, nas=GATEWAY, key="vpn")
    assert tunnel(school, "v4") is None, "its place is free, and it is kept off"
    assert tunnel(school, "v5", "198.51.100.7") is not None
    device = Device.objects.get(kept_off_at__isnull=False)
    assert HOME in client.get(MINE).content.decode()
    assert client.post(f"{MINE}{device.public_id}/let-in/").status_code == 302
    assert tunnel(school, "v6") is not None


@pytest.mark.capability("A008.1")
def test_the_end_of_a_policys_hours_ends_sessions(school):
    """By the Session-Timeout of the Accept; by the job, where the NAS did not."""
    school.policy("student", "wifi", 3, opens=time(6), closes=time(23), starts_on=campus_today())
    night = datetime.combine(campus_today() + timedelta(days=1), time(22, 59), CAMPUS_ZONE)
    with time_machine.travel(night, tick=False):
        answer = school.ask("S1", PHONE).json()
        assert answer["reply:Session-Timeout"]["value"] == [60]
        session = school.report("Start", "a", Class=answer["reply:Class"]["value"][0], Calling_Station_Id=PHONE)
    with time_machine.travel(night + timedelta(minutes=3), tick=False):
        jobs.watch()
    assert list(Disconnect.objects.values_list("session_id", "cause")) == [(session.pk, "ours:time-over")]
    assert Grant.objects.get().cause == "ours:time-over"


def test_hours_that_are_entered_later_end_who_is_on_line(school):
    with time_machine.travel(datetime.combine(campus_today(), time(12), CAMPUS_ZONE), tick=False):
        inside, outside = school.on_line("S1"), school.on_line("T1", LAPTOP)
        school.policy("student", "wifi", 3, opens=time(6), closes=time(13))
        school.policy("staff", "wifi", 3, opens=time(6), closes=time(11))
        jobs.watch()
        assert not Disconnect.objects.exists()
    with time_machine.travel(datetime.combine(campus_today(), time(12, 5), CAMPUS_ZONE), tick=False):
        jobs.watch()
        assert set(Disconnect.objects.values_list("session_id", flat=True)) == {outside.pk}
    with time_machine.travel(datetime.combine(campus_today(), time(13, 5), CAMPUS_ZONE), tick=False):
        jobs.watch()
        assert set(Disconnect.objects.values_list("session_id", flat=True)) == {outside.pk, inside.pk}


def test_an_engineer_ends_a_session_behind_which_nobody_stands(school):
    unknown = school.report("Start", "u", User_Name="x", Calling_Station_Id=PHONE)
    engineer, end = school.client("E1"), f"{DESK}{unknown.public_id}/end/"
    assert end in engineer.get(f"{DESK}?show=unknown").content.decode()
    assert school.client("T1").post(end, {"reason": "x"}).status_code in (403, 404)
    assert engineer.post(end, {"reason": ""}).status_code == 422
    assert engineer.post(end, {"reason": "私接路由"}).status_code == 302
    assert Disconnect.objects.get().session_id == unknown.pk
    assert AuditEntry.objects.get(action="network.cut_session").reason == "私接路由"
    school.report("Stop", "u")
    assert engineer.post(end, {"reason": "x"}).status_code == 404


def test_a_withdrawn_nas_has_nobody_on_line(school):
    session = school.on_line("S1", nas=SWITCH)
    nas = school.nas[SWITCH]
    said = school.client("E1").post(f"{DESK}nas/{nas.public_id}/withdraw/", {"reason": "退役"})
    assert said.status_code == 302
    session.refresh_from_db()
    assert (session.state, session.cause) == ("closed", "nas-withdrawn")


@pytest.mark.capability("A008.2")
def test_an_app_password_that_is_taken_back_ends_what_it_opened_and_nothing_else(school):
    account = identity.account_with("S1")
    text = app_passwords.make(by=SYSTEM, account=account, name="平板", service="network")
    kept = school.on_line("S1", PHONE)
    answer = school.ask("S1", TABLET, **{"User-Password": text})
    opened = school.report("Start", "t", Class=answer.json()["reply:Class"]["value"][0], Calling_Station_Id=TABLET)
    gone = f"/account/app-passwords/{AppPassword.objects.get().public_id}/revoke"
    school.client("S1").post(gone)
    school.tell_events()
    assert list(Disconnect.objects.values_list("session_id", "cause")) == [(opened.pk, "ours:app-password")]
    kept.refresh_from_db()
    assert kept.state == "open"
    assert school.ask("S1", TABLET, **{"User-Password": text}).status_code == 401


def test_a_red_row_is_woken_by_a_report_of_its_session(school):
    session = school.on_line("S1")
    disconnecting.disconnect(by=SYSTEM, person_id=school["S1"], cause=disconnecting.SUSPENDED)
    Disconnect.objects.update(state="failed", due_at=None, attempts=6)
    school.report("Interim-Update", session.sid)
    row = Disconnect.objects.get()
    assert (row.state, row.attempts) == ("unconfirmed", 4), "still red, and asked again"
    assert row.due_at is not None
    school.report("Stop", session.sid)
    assert Disconnect.objects.get().state == "confirmed"


@pytest.mark.capability("A174.1")
def test_a_device_is_taken_away_by_its_owner_with_what_it_has_on_line(school):
    session = school.on_line("S1")
    address = f"{MINE}{session.device.public_id}/remove/"
    assert school.client("S2").post(address).status_code == 404
    client = school.client("S1")
    assert client.post(address).status_code == 302
    assert list(Disconnect.objects.values_list("session_id", "cause")) == [(session.pk, "ours:removed")]
    assert client.post(address).status_code == 404
    school.report("Stop", session.sid)
    assert str(session.device.public_id) not in client.get(MINE).content.decode()
    again = school.on_line("S1")
    assert again.device_id != session.device_id


@pytest.mark.capability("A174.2")
def test_devices_and_refusals_of_one_person_have_a_bound(school, monkeypatch):
    monkeypatch.setattr(devices, "MOST_DEVICES", 3)
    monkeypatch.setattr(devices, "MOST_TOLD", 4)
    for number in range(6):
        school.code("S1", f"02-00-00-00-01-{number:02}")
    assert Device.objects.filter(person=school["S1"], removed_at=None).count() == 3
    school.tell_events()
    assert school.client("S1").get("/messages/").content.decode().count("新设备上网") == 4
    school.policy("student", "wifi", 0)
    for _again in range(3):
        assert school.ask("S1", PHONE).status_code == 401
    assert Refusal.objects.count() == 1
    with time_machine.travel(now() + timedelta(minutes=6)):
        assert school.ask("S1", PHONE).status_code == 401
    assert Refusal.objects.count() == 2


def test_the_doctor_names_each_service_that_has_no_policy(school):
    Nas.objects.update(last_heard_at=now())
    school.policy("student", "wifi", 3)
    said = str(registrations.check_network().message)
    assert ("无线网 · 教职工" in said, "VPN" in said, "有线网" in said, "无线网 · 学生" in said) == (
        True,
        True,
        True,
        False,
    )
    for role, service in (("staff", "wifi"), ("staff", "vpn"), ("student", "wired")):
        school.policy(role, service, 3)
    assert registrations.check_network().verdict == "ok"


@pytest.mark.parametrize(
    "closing", [{"devices": 0}, {"devices": 3, "opens": "03:00", "closes": "03:01"}], ids=["no devices", "one minute"]
)
def test_whoever_puts_a_school_off_line_by_a_policy_does_it_before_the_eyes_of_the_others(school, closing):
    school.policy("student", "wifi", 3, starts_on=campus_today() - timedelta(days=9))
    assert not Message.objects.exists(), "no console command is told of"
    engineer = school.client("E1")
    said = {
        "role": "student",
        "service": "wifi",
        "session_minutes": 480,
        "idle_minutes": 30,
        "reason": "试验",
        "confirmed": "1",
    }
    said |= {"starts_on": campus_today().isoformat(), **closing}
    assert engineer.post("/network/desk/policies/new/", said).status_code == 302
    [told] = Message.objects.all()
    assert [one.person_id for one in told.entries.all()] == [school["E2"]]
    assert (told.template, told.urgency) == ("network.policy_entered", "now")
    assert "程工" in told.title
    assert f"{closing['devices']} 台" in told.text
    assert closing.get("opens", "全天") in told.text
    policy = Policy.objects.get(withdrawn_at=None, starts_on=campus_today())
    assert engineer.post(f"/network/desk/policies/{policy.public_id}/end/", {"reason": "试验完"}).status_code == 302
    assert [one.person_id for one in Message.objects.get(template="network.policy_ended").entries.all()] == [
        school["E2"]
    ]


def test_who_is_on_line_with_more_than_a_lower_policy_gives_comes_in_anew_some_at_a_time(school, monkeypatch):
    """Speed, VLAN and time; a shorter idle time-out alone is worth nobody's connection."""
    given = {"down_kbps": 50_000, "vlan": "20", "session_seconds": 8 * 3600}
    school.policy("student", "wifi", 2, **given)
    for number, mac in (("S1", PHONE), ("S2", TABLET)):
        school.on_line(number, mac)
    engineer = school.client("E1")
    said = {"role": "student", "service": "wifi", "devices": "2", "session_minutes": "480", "idle_minutes": "10"}
    said |= {"vlan": "20", "down_mbps": "50", "up_mbps": "", "opens": "", "closes": "", "ends_on": ""}
    said |= {"starts_on": campus_today().isoformat(), "reason": "试验"}
    assert "条连接" not in engineer.post(f"{DESK}policies/new/", said).content.decode()
    assert engineer.post(f"{DESK}policies/new/", {**said, "confirmed": "1"}).status_code == 302
    jobs.watch()
    assert not Disconnect.objects.exists()
    slower = {**said, "down_mbps": "10"}
    assert "现在的 2 条连接" in engineer.post(f"{DESK}policies/new/", slower).content.decode()
    assert engineer.post(f"{DESK}policies/new/", {**slower, "confirmed": "1"}).status_code == 302
    assert not Disconnect.objects.exists()
    monkeypatch.setattr(policies, "MOST_ANEW", 1)
    counts = []
    for _turn in range(3):
        jobs.watch()
        counts.append(Disconnect.objects.count())
    assert counts == [1, 2, 2]
    assert set(Disconnect.objects.values_list("cause", "state")) == {("ours:policy", "waiting")}
    assert Session.objects.filter(stopped_at=None).count() == 2, "told to go is not gone"
    school.report("Stop", "sid-1")
    school.on_line("S1")
    jobs.watch()
    assert Disconnect.objects.count() == 2, "under the new policy"


@pytest.mark.parametrize("hours", [1, 3])
def test_a_policy_of_less_time_bounds_whoever_is_on_line(school, hours):
    school.policy("student", "wifi", 2, session_seconds=8 * 3600)
    session = school.on_line("S1")
    with time_machine.travel(now() + timedelta(hours=2), tick=False):
        school.policy("student", "wifi", 2, session_seconds=hours * 3600)
        school.report("Interim-Update", session.sid, Class=session.grant.code, Calling_Station_Id=PHONE)
        jobs.watch()
        session.refresh_from_db()
        assert (session.closing_at is None) == (hours == 3)
        session.grant.refresh_from_db()
        assert hours == 1 or session.grant.ends_at - session.grant.granted_at == timedelta(hours=3)
