"""Which addresses the log has, and of whom: several at once, prefixes, reports that were overtaken, a Stop that was lost, a device that walks."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.ui import dates
from nanhu.platforms.campus import api as campus
from nanhu.services.network import api
from nanhu.services.network.models import AddressLine, ApPlace
from nanhu.services.network.services import registering
from nanhu.services.network.services.disconnecting import end_by_nas
from nanhu.services.network.tests.conftest import CONTROLLER, LAPTOP, PHONE
from nanhu.testing.members import SYSTEM

pytestmark = pytest.mark.django_db
TRACE = "/network/desk/trace/"


def trace(school, sought, at=None):
    moment = f"{campus_time(at or now()):%Y-%m-%dT%H:%M}"
    page = school.client("E1").post(TRACE, {"sought": sought, "at": moment, "reason": "协查"})
    assert page.status_code == 200
    return page.content.decode()


def lines(session):
    rows = AddressLine.objects.filter(session_id=session.pk).order_by("began_at", "address")
    return [(one.address, one.ended_at is None) for one in rows]


def test_each_address_and_each_prefix_of_a_session_is_in_the_log(school):
    said = {
        "Framed-IP-Address": "10.2.3.4",
        "Framed-IPv6-Address": "2001:db8:1::7",
        "Delegated-IPv6-Prefix": "2001:db8:7:8::/62",
    }
    session = school.report("Start", "a", Class=school.code("S1"), Calling_Station_Id=PHONE, **said)
    held = [("10.2.3.4", True), ("2001:db8:1::7", True), ("2001:db8:7:8::/62", True)]
    assert (session.address, sorted(lines(session))) == ("10.2.3.4", held)
    for sought in ("10.2.3.4", "2001:db8:1::7", "2001:db8:7:b::99"):
        assert "林晓湖" in trace(school, sought), sought
        found = api.session_at(sought)
        assert found is not None
        assert found.sid == "a"
    assert "林晓湖" not in trace(school, "2001:db8:7:c::99")
    with time_machine.travel(now() + timedelta(minutes=5)):
        school.report("Interim-Update", "a", **{"Framed-IPv6-Address": "2001:db8:1::8"})
    assert sorted(lines(session)) == [held[0], ("2001:db8:1::7", False), ("2001:db8:1::8", True), held[2]]
    school.report("Stop", "a")
    assert not any(is_open for _address, is_open in lines(session))


def test_a_report_that_was_overtaken_turns_no_address_back(school):
    began = now()
    session = school.on_line("S1", address="10.2.3.4")
    with time_machine.travel(began + timedelta(seconds=600)):
        school.report("Interim-Update", session.sid, Framed_IP_Address="10.2.9.9")
    with time_machine.travel(began + timedelta(seconds=610)):
        late = school.report("Interim-Update", session.sid, Framed_IP_Address="10.2.3.4", Acct_Delay_Time="310")
    assert late.address == "10.2.9.9"
    assert lines(session) == [("10.2.3.4", False), ("10.2.9.9", True)]
    with time_machine.travel(began + timedelta(seconds=620)):
        school.report("Interim-Update", session.sid, Framed_IP_Address="10.2.5.5", Acct_Delay_Time="220")
    between = AddressLine.objects.get(address="10.2.5.5")
    assert (between.began_at - began).total_seconds() == pytest.approx(400, abs=5)
    assert (between.ended_at - began).total_seconds() == pytest.approx(600, abs=5), (
        "what was held meanwhile is in the log"
    )


B, A, C = "10.2.3.4", "10.2.9.9", "10.2.5.5"
COMES_BACK = ((0, "Start", B), (10, "Interim-Update", A), (20, "Interim-Update", B), (30, "Interim-Update", C))


@pytest.mark.parametrize("order", [(0, 2, 3, 1), (0, 2, 1, 3), (0, 3, 1, 2), (0, 1, 3, 2), (0, 3, 2, 1), (3, 2, 1, 0)])
def test_an_address_that_comes_back_within_a_session_has_each_of_its_times(school, order):
    """Whatever arrives last: a report that was overtaken is neither the present address nor takes away what was told after it."""
    began, minute = now().replace(second=0, microsecond=0), timedelta(minutes=1)
    said = {"Class": school.code("S1"), "Calling_Station_Id": PHONE}
    for number, which in enumerate(order):
        sent, status, address = COMES_BACK[which]
        arrives = began + (40 + number) * minute
        delay = {"Acct_Delay_Time": str((40 + number - sent) * 60), "Acct_Session_Time": str(sent * 60)}
        with time_machine.travel(arrives, tick=False):
            session = school.report(status, "a", Framed_IP_Address=address, **delay, **said)
    assert session.address == C, "what was told last is not what he has"
    with time_machine.travel(began + 44 * minute, tick=False):
        for moment, has in ((5, B), (15, A), (25, B), (35, C), (43, C)):
            named = {address for address in (A, B, C) if "林晓湖" in trace(school, address, began + moment * minute)}
            assert named == {has}, (moment, order)


def test_an_address_told_late_is_the_present_one_where_nothing_was_told_since(school):
    """The reports since told no address, or one of another kind."""
    began = now()
    session = school.on_line("S1", address=B)
    with time_machine.travel(began + timedelta(minutes=20)):
        school.report("Interim-Update", session.sid, Framed_IPv6_Address="2001:db8:1::7")
    with time_machine.travel(began + timedelta(minutes=21)):
        late = school.report("Interim-Update", session.sid, Framed_IP_Address=A, Acct_Delay_Time="660")
    assert late.addresses == [A, "2001:db8:1::7"]
    assert lines(session) == [(B, False), (A, True), ("2001:db8:1::7", True)]


def test_of_a_report_older_than_what_is_known_of_reports_one_moment_is_in_the_log(school):
    """Forty-eight reports are kept: what was told just after an older one is not known."""
    began = now()
    session = school.on_line("S1", address=B)
    for number in range(1, 50):
        with time_machine.travel(began + number * timedelta(minutes=5)):
            school.report("Interim-Update", session.sid, Framed_IP_Address=B)
    with time_machine.travel(began + timedelta(minutes=246)):
        late = school.report("Interim-Update", session.sid, Framed_IP_Address=A, Acct_Delay_Time=str(244 * 60))
    assert (late.address, len(late.reports)) == (B, 48)
    [moment] = AddressLine.objects.filter(session_id=session.pk, address=A)
    assert moment.began_at == moment.ended_at
    assert lines(session) == [(B, True), (A, False)]


@pytest.mark.parametrize("first", ["the move", "the end"])
def test_who_had_an_address_before_a_report_that_was_overtaken_is_no_innocent(school, first):
    """At three he moved from one address to the other, which a report of five past that comes late tells; at four it was told again."""
    began, said = now(), {"Class": school.code("S1"), "Calling_Station_Id": PHONE}
    hour = timedelta(hours=1)
    told = [
        (began, "Start", "10.2.3.4"),
        (began + 3 * hour, "Interim-Update", "10.2.9.9"),
        (began + 4 * hour, "Stop", "10.2.9.9"),
    ]
    order = [told[0], told[2], told[1]] if first == "the move" else [told[2], told[1], told[0]]
    for number, (sent, status, address) in enumerate(order):
        arrives = began + 4 * hour + timedelta(minutes=number)
        times = {
            "Acct_Delay_Time": round((arrives - sent).total_seconds()),
            "Acct_Session_Time": round((sent - began).total_seconds()),
        }
        with time_machine.travel(arrives, tick=False):
            school.report(status, "a", Framed_IP_Address=address, **times, **said)
    with time_machine.travel(began + 5 * hour, tick=False):
        for address, since, until in (("10.2.3.4", 1, 3.5), ("10.2.9.9", 3.5, 1)):
            assert "林晓湖" in trace(school, address, began + since * hour), address
            assert "林晓湖" not in trace(school, address, began + until * hour), address


def test_who_got_an_address_that_a_report_that_was_overtaken_gave_up_is_named_alone(school):
    """He moved at fifty and at ninety, of which the first is told last. Between them his first address went to another."""
    first, second = {"Class": school.code("S1")}, {"Class": school.code("S2", LAPTOP)}
    said = {"a": first | {"Calling_Station_Id": PHONE}, "b": second | {"Calling_Station_Id": LAPTOP}}
    began, minute = now(), timedelta(minutes=1)
    told = [
        ("a", "Start", "10.2.3.4", 0, 0),
        ("b", "Start", "10.2.3.4", 60, 60),
        ("a", "Interim-Update", "10.2.9.9", 90, 90),
        ("a", "Interim-Update", "10.2.5.5", 50, 91),
        ("b", "Interim-Update", "10.2.3.4", 92, 92),
    ]
    for sid, status, address, sent, arrives in told:
        with time_machine.travel(began + arrives * minute, tick=False):
            school.report(
                status, sid, Framed_IP_Address=address, Acct_Delay_Time=str(60 * (arrives - sent)), **said[sid]
            )
    with time_machine.travel(began + 100 * minute, tick=False):
        for address, at, is_first in (("10.2.3.4", 40, True), ("10.2.3.4", 70, False), ("10.2.5.5", 70, True)):
            page = trace(school, address, began + at * minute)
            assert ("林晓湖" in page, "刘一帆" in page) == (is_first, not is_first), (address, at)


@pytest.mark.parametrize("closing", ["restart", "withdrawal", "no such session"])
def test_what_ends_a_session_that_fell_silent_keeps_no_address_for_it(school, closing):
    """Who was last heard of at ten and whose controller began anew at three had no address at two."""
    heard_at = now()
    silent = school.on_line("S1", PHONE, address="10.2.3.4")
    with time_machine.travel(heard_at + timedelta(hours=5)):
        fresh = school.on_line("S2", LAPTOP, address="10.2.3.5")
    with time_machine.travel(heard_at + timedelta(hours=5, seconds=30)):
        if closing == "restart":
            school.report("Accounting-On", "")
        elif closing == "withdrawal":
            registering.withdraw(by=SYSTEM, nas=school.nas[CONTROLLER], reason="拆了")
        else:
            api.drop(by=SYSTEM, person_id=school["S1"], session_id=silent.pk)
            end_by_nas(silent.disconnects.get())
        silent.refresh_from_db()
        assert (silent.state, silent.stopped_at > silent.updated_at) == ("closed", True)
        assert "林晓湖" not in trace(school, "10.2.3.4", heard_at + timedelta(hours=4))
        earlier = trace(school, "10.2.3.4", heard_at)
        assert "林晓湖" in earlier
        assert ("最近报告" in earlier) == (closing != "no such session")
        if closing != "no such session":
            fresh.refresh_from_db()
            assert fresh.stopped_at > fresh.updated_at, "what was heard of to the last ended with its controller"


def test_a_report_from_before_its_controller_began_anew_opens_nothing_again(school):
    """Sent anew, an hour late: it tells how long the address was held, and no more."""
    heard_at = now()
    silent = school.on_line("S1", PHONE, address="10.2.3.4")
    with time_machine.travel(heard_at + timedelta(hours=5)):
        school.report("Accounting-On", "")
        school.report("Interim-Update", silent.sid, Framed_IP_Address="10.2.3.4", Acct_Delay_Time="3600")
        silent.refresh_from_db()
        assert (silent.state, silent.cause) == ("closed", "nas-restart")
        assert "林晓湖" in trace(school, "10.2.3.4", heard_at + timedelta(hours=3))
        assert "林晓湖" not in trace(school, "10.2.3.4", heard_at + timedelta(hours=4, minutes=30))


def test_when_an_address_was_held_is_said_to_the_second(school):
    """Whoever asks for a moment of this evening cannot compare it with "three hours ago"."""
    session = school.on_line("S1", PHONE, address="10.2.3.4")
    asked_at = now()
    school.report("Stop", session.sid)
    page = trace(school, "10.2.3.4", asked_at)
    line = AddressLine.objects.get()
    assert dates.second_words(line.began_at) in page
    assert dates.second_words(line.ended_at) in page


def test_a_session_that_goes_on_for_weeks_is_found(school):
    began = now()
    session = school.report("Start", "weeks", Framed_IP_Address="10.2.3.4", Calling_Station_Id=PHONE)
    with time_machine.travel(began + timedelta(days=20)):
        school.report("Interim-Update", session.sid)
    with time_machine.travel(began + timedelta(days=20, minutes=5)):
        for sought in ("10.2.3.4", PHONE):
            assert "对不上人" in trace(school, sought), sought


def test_where_a_session_is_moves_with_its_reports(school):
    for mac, key in (("aa:aa:aa:00:00:01", "south.lib"), ("aa:aa:aa:00:00:02", "south.d1")):
        ApPlace.objects.create(mac=mac, place=campus.place_with(key))
    said = {"Class": school.code("S1"), "Calling_Station_Id": PHONE, "Framed_IP_Address": "10.2.3.4"}
    school.report("Start", "a", **said, Called_Station_Id="AA-AA-AA-00-00-01:campus")
    moved = school.report("Interim-Update", "a", Called_Station_Id="AA-AA-AA-00-00-02:campus")
    assert (moved.place.name, moved.ap) == ("一栋", "aa:aa:aa:00:00:02")
    assert "一栋" in school.client("S1").get("/network/devices/").content.decode()
    late = school.report("Interim-Update", "a", Called_Station_Id="AA-AA-AA-00-00-01:campus", Acct_Delay_Time="60")
    assert late.place.name == "一栋"


def test_who_had_an_address_is_no_innocent_whose_stop_was_lost(school):
    lost_at = now()
    school.on_line("S1", PHONE, address="10.2.3.4")
    with time_machine.travel(lost_at + timedelta(hours=5)):
        school.on_line("S2", LAPTOP, address="10.2.3.4")
        page = trace(school, "10.2.3.4")
        assert ("刘一帆" in page, "林晓湖" in page) == (True, False)
        earlier = trace(school, "10.2.3.4", lost_at)
        assert ("林晓湖" in earlier, "最近报告" in earlier, "还在线" in earlier) == (True, True, False)
