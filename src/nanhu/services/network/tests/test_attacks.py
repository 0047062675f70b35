"""What a device, a controller or another room's key could make of sessions and places, and must not."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import now
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.lifecycle import suspensions
from nanhu.platforms.identity.protocols.radius import snippets, views
from nanhu.services.network import api, jobs
from nanhu.services.network.models import AddressLine, Disconnect, Grant, Session
from nanhu.services.network.services.disconnecting import KICKED, SUSPENDED
from nanhu.services.network.tests.conftest import LAPTOP, PHONE, TABLET
from nanhu.services.network.tests.test_addresses import trace
from nanhu.testing.members import SYSTEM

pytestmark = pytest.mark.django_db


def test_inside_the_tunnel_a_device_says_nothing_of_the_nas_or_of_itself():
    """Each attribute that we read comes from the request outside, and what came from the device is taken out before."""
    _outer, inner = (snippets.DATA / "freeradius-site").read_text().split("server nanhu-@name@-inner {")
    taken_out, set_anew = inner.partition("filter_username")[0].split("update request {")[1:]
    for name in ("Calling-Station-Id", *views.NAS_NAMES):
        assert f"&{name} !* ANY" in taken_out
        assert f"&{name} := &outer.request:{name}" in set_anew


@pytest.mark.parametrize("restarted", [True, False])
def test_a_number_counted_anew_within_seconds_is_the_session_of_whoever_was_let_in(school, restarted):
    first = school.on_line("S1", address="10.0.0.1")
    with time_machine.travel(now() + timedelta(seconds=20)):
        if restarted:
            school.report("Accounting-On", "")
        late = {"Class": first.grant.code, "Acct_Session_Time": "19"}
        said = {"Class": school.code("S2", LAPTOP), "Calling_Station_Id": LAPTOP, "Framed_IP_Address": "10.0.0.2"}
        second = school.report("Start", first.sid, **said)
        assert (second.person_id, second.state) == (school["S2"], "open")
        school.report("Interim-Update", first.sid, Framed_IP_Address="10.0.0.1", **late)
    with time_machine.travel(now() + timedelta(seconds=40)):
        again = school.report("Interim-Update", first.sid, Acct_Session_Time="20", **said)
    assert (again.pk, again.person_id, again.address) == (second.pk, school["S2"], "10.0.0.2")
    first.refresh_from_db()
    assert (first.person_id, first.address, first.state) == (school["S1"], "10.0.0.1", "closed")
    held = AddressLine.objects.values_list("address", "person_id").distinct()
    assert set(held) == {("10.0.0.1", school["S1"]), ("10.0.0.2", school["S2"])}


def test_the_same_device_let_in_anew_goes_on_in_its_session(school):
    session = school.on_line("S1", PHONE)
    again = school.report("Interim-Update", session.sid, Class=school.code("S1", PHONE), Acct_Session_Time="60")
    assert (again.pk, again.state) == (session.pk, "open")


def test_a_restart_that_was_none_makes_nobody_immune_to_a_disconnect(school):
    session = school.on_line("S1")
    api.disconnect(by=SYSTEM, person_id=school["S1"], cause=SUSPENDED)
    with time_machine.travel(now() + timedelta(seconds=30)):
        school.report("Accounting-On", "")
        assert Disconnect.objects.get().state == "confirmed"
    with time_machine.travel(now() + timedelta(seconds=60)):
        again = school.report("Interim-Update", session.sid)
        assert again.state == "closing", "on line, and asked to go again"
        assert list(Disconnect.objects.order_by("pk").values_list("state", "cause")) == [
            ("confirmed", SUSPENDED),
            ("waiting", SUSPENDED),
        ]
        school.report("Interim-Update", session.sid)
    assert Disconnect.objects.count() == 2, "once, however often it is heard of"
    assert AddressLine.objects.get().ended_at is None


def test_what_is_closing_without_a_disconnect_that_lives_is_cut_again(school):
    session = school.on_line("S1")
    api.disconnect(by=SYSTEM, person_id=school["S1"], cause=KICKED)
    Disconnect.objects.update(state="confirmed", due_at=None)
    assert api.disconnect(by=SYSTEM, person_id=school["S1"], cause=SUSPENDED) == 1
    assert list(Disconnect.objects.filter(state="waiting").values_list("session_id", "cause")) == [
        (session.pk, SUSPENDED)
    ]


@pytest.mark.capability("A008.2")
def test_a_start_from_before_the_suspension_that_comes_after_it_is_cut(school):
    code = school.code("S1")
    account = identity.account_with("S1")
    suspensions.suspend(by=SYSTEM, account_id=account.pk, reason="核查")
    school.tell_events()
    session = school.report("Start", "late", Class=code, Acct_Delay_Time="60")
    assert (session.person_id, session.state) == (school["S1"], "closing")
    assert list(Disconnect.objects.values_list("session_id", "cause")) == [(session.pk, SUSPENDED)]


def test_a_session_heard_of_by_an_interim_of_an_ended_grant_is_cut(school):
    code = school.code("S1")
    assert school.report("Start", "a").note == "unknown"
    api.disconnect(by=SYSTEM, person_id=school["S1"], cause=SUSPENDED)
    with time_machine.travel(now() + timedelta(seconds=60)):
        session = school.report("Interim-Update", "a", Class=code)
    assert (session.note, session.state, Disconnect.objects.get().cause) == ("ended-grant", "closing", SUSPENDED)


@pytest.mark.capability("A008.2")
def test_an_admission_under_way_while_the_account_closes_leaves_no_grant(school):
    """The password was read before; the account is looked at again under the lock that the disconnect waits for."""
    suspensions.suspend(by=SYSTEM, account_id=identity.account_with("S1").pk, reason="核查")
    request = api.AdmissionRequest(service="wifi", role="student", person_id=school["S1"], station=PHONE)
    with pytest.raises(api.NotAdmittedError):
        api.admit(request)
    assert not Grant.objects.exists()


def test_a_session_that_cannot_be_told_to_go_keeps_its_place(school):
    """Kicks of a gateway that knows no disconnect make no room; who chose at the cap has half a minute."""
    school.policy("student", "wifi", 1)
    first = school.on_line("S1", PHONE)
    api.drop(by=SYSTEM, person_id=school["S1"], session_id=first.pk)
    assert school.ask("S1", LAPTOP).status_code == 401
    assert "1/1" in school.client("S1").get("/network/devices/").content.decode()
    Disconnect.objects.update(cause="ours:device-cap")
    assert school.ask("S1", LAPTOP).status_code == 200
    with time_machine.travel(now() + timedelta(seconds=90)):
        assert school.ask("S1", TABLET).status_code == 401, "it did not go"


def test_the_key_of_one_application_ends_and_writes_no_session_of_another(school):
    session = school.on_line("S1")
    api.disconnect(by=SYSTEM, person_id=school["S1"], cause=SUSPENDED)
    with time_machine.travel(now() + timedelta(seconds=30)):
        school.report("Accounting-On", "", key="vpn")
        school.report("Stop", session.sid, key="vpn")
    session.refresh_from_db()
    assert (session.state, Disconnect.objects.get().state) == ("closing", "waiting")
    with time_machine.travel(now() + timedelta(seconds=40)):
        assert school.report("Stop", session.sid).state == "closed"


def test_nobody_is_said_to_have_had_an_address_before_being_let_in(school):
    code = school.code("S1")
    month = {"Acct_Session_Time": "2600000", "Framed_IP_Address": "10.6.6.6"}
    for sid, said in (("a", {"Class": code}), ("b", {})):
        school.report("Start", sid, **said, **month)
        session = school.report("Interim-Update", sid, Class=code, **month)
        assert session.person_id == school["S1"]
        assert session.started_at > now() - timedelta(minutes=6)
    lines = AddressLine.objects.filter(person_id=school["S1"])
    assert lines.count() == 2
    assert min(line.began_at for line in lines) > now() - timedelta(minutes=6)


def test_nobody_had_an_address_before_being_let_in_by_a_report_that_was_too_long_on_its_way(school):
    code = school.code("S1")
    session = school.report("Start", "a", Class=code, Acct_Delay_Time="86400", Framed_IP_Address="10.2.3.4")
    earliest = school.grant_of(code).granted_at - timedelta(minutes=5)
    assert (session.started_at, AddressLine.objects.get().began_at) == (earliest, earliest)
    assert "林晓湖" not in trace(school, "10.2.3.4", now() - timedelta(hours=20))


def test_more_sessions_than_one_batch_are_forgotten_in_one_night(school, monkeypatch):
    monkeypatch.setattr(jobs, "MOST", 1)
    for mac in (PHONE, LAPTOP, TABLET):
        school.report("Stop", school.on_line("S1", mac).sid)
    with time_machine.travel(now() + timedelta(days=36)):
        assert jobs.forget() == 3
    assert not Session.objects.exists()
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    "said",
    [{"Class": "0x6e00"}, {"Framed_IPv6_Address": "fe80::1%eth0"}, {"NAS_IPv6_Address": "fe80::1%x", "nas": ""}],
)
def test_what_the_database_cannot_hold_is_acknowledged_and_left_out(school, said):
    """Refused it would be sent for ever."""
    school.report("Start", "odd", **said)
    assert Session.objects.filter(address=None, person=None).count() == (0 if "nas" in said else 1)


@pytest.mark.parametrize("sought", ["fe80::1%1", "10.2.3.4\0"])
def test_an_address_with_a_scope_is_none_to_search_for(school, sought):
    said = {"sought": sought, "at": "2026-03-02T09:00", "reason": "协查"}
    assert school.client("E1").post("/network/desk/trace/", said).status_code in (400, 422)
