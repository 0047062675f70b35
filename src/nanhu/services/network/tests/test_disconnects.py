"""Disconnects: sent as RFC 5176 has it, not believed on an ACK, retried, confirmed by the session's end."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.retries import drive
from nanhu.services.network import api
from nanhu.services.network.adapters import rfc5176
from nanhu.services.network.models import Disconnect, Nas, Session
from nanhu.services.network.services import disconnecting
from nanhu.services.network.tests.conftest import LAPTOP, SECRET, SWITCH
from nanhu.services.network.tests.gateways import GatewayTests
from nanhu.services.network.tests.nas_here import listening
from nanhu.testing.members import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def nas(school, monkeypatch):
    monkeypatch.setattr(rfc5176, "SECONDS", 0.4)
    with listening(SECRET) as found:
        Nas.objects.update(coa_port=found.port)
        yield found


@pytest.mark.capability("A174.1")
def test_a_kicked_device_is_on_the_list_until_its_session_has_ended(school, nas):
    session = school.on_line("S1")
    client = school.client("S1")
    page = client.get("/network/devices/")
    assert "图书馆" in page.content.decode()
    kick = f"/network/devices/sessions/{session.public_id}/kick/"
    assert "图书馆" not in school.client("S2").get("/network/devices/").content.decode()
    assert school.client("S2").post(kick).status_code == 404, "another's session is not there"
    assert client.post(kick).status_code == 302
    assert not session.grant.__class__.objects.filter(ended_at=None, person=school["S1"]).exists(), (
        "let in no more, first"
    )
    row = school.send()
    assert (row.state, row.answer) == ("sent", "ack")
    assert nas.heard[0][44] == session.sid.encode()
    assert "断网中" in client.get("/network/devices/").content.decode(), "an ACK alone is not believed"
    school.report("Stop", session.sid, Acct_Terminate_Cause="Admin-Reset")
    row.refresh_from_db()
    session.refresh_from_db()
    assert (row.state, row.due_at, session.cause) == ("confirmed", None, "ours:kicked")
    assert "断网中" not in client.get("/network/devices/").content.decode()
    assert client.post(kick).status_code == 409
    assert school.ask("S1").status_code == 401, "it asks again by itself, and stays off"
    assert "允许再上线" in client.get("/network/devices/").content.decode()
    let_in = f"/network/devices/{session.device.public_id}/let-in/"
    assert school.client("S2").post(let_in).status_code == 404
    assert client.post(let_in).status_code == 302
    assert school.ask("S1").status_code == 200
    entry = AuditEntry.objects.get(action="network.let_in_device")
    assert entry.target == f"network-device:{session.device.public_id}"


@pytest.mark.capability("A163.1")
def test_the_policys_idle_time_goes_out_and_its_end_comes_back(school):
    school.policy("staff", "vpn", 2, idle_seconds=1200)
    answer = school.ask("T1", "203.0.113.9", nas="127.0.0.3", key="vpn")
    assert answer.json()["reply:Idle-Timeout"]["value"] == [1200]
    code = answer.json()["reply:Class"]["value"][0]
    school.report("Start", "v", nas="127.0.0.3", key="vpn", Class=code)
    school.report("Stop", "v", nas="127.0.0.3", key="vpn", Class=code, Acct_Terminate_Cause="Idle-Timeout")
    assert "闲置断开" in school.client("T1").get("/network/devices/").content.decode()


@pytest.mark.capability("A163.2")
def test_who_was_disconnected_by_whom_and_why_is_kept(school, nas):
    session = school.on_line("T1")
    engineer = school.client("E1")
    assert engineer.post("/network/desk/cut/", {"person": "T1", "reason": "账号被盗"}).status_code == 302
    school.send()
    school.report("Stop", session.sid)
    kept = AuditEntry.objects.filter(action__in=["network.cut_person", "network.disconnect"])
    assert {(one.action, one.actor) for one in kept} == {("network.cut_person", "程工"), ("network.disconnect", "程工")}
    assert kept.get(action="network.cut_person").reason == "账号被盗"
    page = engineer.get("/network/desk/outbox/").content.decode()
    assert "已断开" in page


@pytest.mark.capability("A174.1")
def test_what_the_nas_does_not_end_is_red_after_30_seconds_and_tried_five_times_more(school, nas):
    session = school.on_line("S1")
    api.disconnect(by=SYSTEM, person_id=school["S1"], cause=disconnecting.SUSPENDED)
    with time_machine.travel(now(), tick=False):
        first = school.send()
        assert first.due_at - now() == timedelta(seconds=30)
    engineer = school.client("E1")
    assert "没断开的" in engineer.get("/network/desk/outbox/?show=red").content.decode()
    assert session.device_words not in engineer.get("/network/desk/outbox/?show=red").content.decode()
    Disconnect.objects.update(sent_at=now() - timedelta(seconds=31))
    assert session.device_words in engineer.get("/network/desk/outbox/?show=red").content.decode()
    states = [school.send().state for _time in range(5)]
    assert states == ["unconfirmed"] * 4 + ["failed"]
    assert len(nas.heard) == 6
    row = Disconnect.objects.get()
    assert row.due_at is None
    assert engineer.post(f"/network/desk/outbox/{row.public_id}/retry/").status_code == 302
    assert school.send().state == "sent"
    school.report("Stop", session.sid)
    assert Disconnect.objects.get().state == "confirmed"


def test_answers_of_others_are_passed_over(school, nas):
    nas.answers = "forged"
    school.on_line("S1")
    api.disconnect(by=SYSTEM, person_id=school["S1"], cause=disconnecting.KICKED)
    assert school.send().answer == "silence"


def test_a_session_that_the_nas_does_not_know_is_over_when_it_was_long_silent(school, nas):
    nas.answers = "no-session"
    session = school.on_line("S1")
    api.disconnect(by=SYSTEM, person_id=school["S1"], cause=disconnecting.KICKED)
    assert school.send().state == "sent", "heard of a moment ago: the NAS may know it by another number"
    Session.objects.update(updated_at=now() - timedelta(minutes=11))
    school.send()
    session.refresh_from_db()
    assert (session.state, session.cause) == ("closed", "ours:kicked")
    assert Disconnect.objects.get().state == "confirmed"


def test_the_last_time_a_nas_that_knows_of_no_session_is_asked_when_it_is_believed(school, nas):
    """Its Stop was lost: nobody need press anything, and nobody is red for a day."""
    nas.answers = "no-session"
    session = school.on_line("S1")
    api.disconnect(by=SYSTEM, person_id=school["S1"], cause=disconnecting.SUSPENDED)
    kicked_at = now()
    for _time in range(6):
        with time_machine.travel(max(kicked_at, Disconnect.objects.get().due_at), tick=False):
            assert drive(disconnecting.OUTBOX) == 1
    session.refresh_from_db()
    assert (session.state, session.cause, Disconnect.objects.get().state) == ("closed", "ours:suspended", "confirmed")
    assert session.stopped_at - kicked_at < timedelta(minutes=11)


def test_a_session_of_which_reports_come_is_not_over_whatever_its_nas_answers(school, nas):
    nas.answers = "no-session"
    session = school.on_line("S1")
    api.disconnect(by=SYSTEM, person_id=school["S1"], cause=disconnecting.SUSPENDED)
    for _time in range(6):
        with time_machine.travel(max(now(), Disconnect.objects.get().due_at), tick=False):
            school.report("Interim-Update", session.sid)
            assert drive(disconnecting.OUTBOX) == 1
    assert Disconnect.objects.get().state == "failed"


def test_a_stop_that_was_none_is_believed_until_the_next_report_alone(school, nas):
    """Whoever knows the secret of a NAS ends in our books what goes on at it."""
    session = school.on_line("S1")
    began = now()
    api.disconnect(by=SYSTEM, person_id=school["S1"], cause=disconnecting.SUSPENDED)
    school.send()
    school.report("Stop", session.sid)
    school.report("Interim-Update", session.sid)
    session.refresh_from_db()
    assert (session.state, Disconnect.objects.get().state) == ("closed", "confirmed"), "that one was overtaken"
    with time_machine.travel(began + timedelta(minutes=5)):
        school.report("Interim-Update", session.sid)
        session.refresh_from_db()
        assert (session.state, session.cause) == ("closing", "")
        assert list(Disconnect.objects.order_by("pk").values_list("state", "cause")) == [
            ("confirmed", "ours:suspended"),
            ("waiting", "ours:suspended"),
        ]


def test_a_number_is_sent_as_the_nas_gave_it(school, nas):
    """Also one that has our own mark in it, and one that was put aside because its NAS gave it again."""
    session = school.report("Start", "abc#2", Class=school.code("S1"))
    again = school.report("Start", "abc#2", Class=school.code("S2", LAPTOP), Calling_Station_Id=LAPTOP)
    Session.objects.filter(pk=session.pk).update(stopped_at=None, cause="")
    for number in ("S1", "S2"):
        api.disconnect(by=SYSTEM, person_id=school[number], cause=disconnecting.KICKED)
    school.send()
    assert (session.pk != again.pk, {one[44] for one in nas.heard}) == (True, {b"abc#2"})


def test_a_number_that_ends_as_our_mark_would_is_sent_whole(school, nas):
    session = school.on_line("S1")
    Session.objects.filter(pk=session.pk).update(sid=f"abc#{session.pk}")
    api.disconnect(by=SYSTEM, person_id=school["S1"], cause=disconnecting.KICKED)
    school.send()
    assert {one[44] for one in nas.heard} == {f"abc#{session.pk}".encode()}


def test_a_style_by_user_and_mac_names_both(school, nas):
    school.on_line("S1", LAPTOP, nas=SWITCH)
    here = {"style": "user+mac", "address": "127.0.0.1", "identifier": "sw"}
    Nas.objects.filter(address=SWITCH).update(**here)
    api.disconnect(by=SYSTEM, person_id=school["S1"], cause=disconnecting.KICKED)
    school.send()
    assert (nas.heard[0][1], nas.heard[0][31], nas.heard[0][32]) == (b"S1", LAPTOP.encode(), b"sw")


@pytest.mark.capability("A174.1")
def test_asked_twice_it_is_sent_once_and_a_new_password_ends_what_the_old_opened(school):
    from nanhu.kernel.events import publish
    from nanhu.platforms.identity import api as identity

    school.on_line("S1")
    publish(identity.PasswordChanged(account_id=identity.account_with("S1").pk, person_id=school["S1"]))
    school.tell_events()
    assert api.disconnect(by=SYSTEM, person_id=school["S1"], cause=disconnecting.KICKED) == 0
    assert list(Disconnect.objects.values_list("cause", flat=True)) == ["ours:password-changed"]


@pytest.mark.parametrize("address", ["169.254.169.254", "224.0.0.1", "100.100.100.200", "10.0.0.1", "::"])
def test_no_secret_goes_where_the_school_has_no_nas(school, address):
    said = {
        "name": "x",
        "kind": "ac",
        "applications": ["wifi"],
        "address": address,
        "style": "session-id",
        "coa_port": 3799,
        "interim_seconds": 300,
    }
    answer = school.client("E1").post("/network/desk/nas/new/", said)
    assert answer.status_code == 422
    assert not Nas.objects.filter(address=address).exists()


class TestDisconnectsBySession(GatewayTests):
    @pytest.fixture
    def gateway(self):
        return api.gateways.get("session-id")

    @pytest.fixture
    def target(self, nas):
        return api.NasTarget(address="127.0.0.1", port=nas.port, secret=SECRET)


class TestDisconnectsByUserAndMac(TestDisconnectsBySession):
    @pytest.fixture
    def gateway(self):
        return api.gateways.get("user+mac")
