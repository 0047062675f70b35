"""Accounting as controllers send it: any order, twice, late, of others; and the log of addresses it makes."""

from datetime import timedelta
from itertools import permutations
from urllib.parse import urlencode

import psycopg
import pytest
import time_machine
from django.db import DataError, OperationalError, connection
from django.test import Client

from nanhu.kernel.clock import CAMPUS_ZONE, campus_time, campus_today, now
from nanhu.platforms.messages.models import Message
from nanhu.services.network import jobs, rules
from nanhu.services.network.models import AddressLine, Disconnect, HourSum, Nas, Session, StrangeNas
from nanhu.services.network.services import accounting
from nanhu.services.network.tests.conftest import CONTROLLER, LAPTOP, PHONE, SWITCH, TABLET
from nanhu.services.network.tests.test_addresses import trace

pytestmark = pytest.mark.django_db


def test_a_session_is_bound_by_its_class_and_never_by_the_name_it_shows(school):
    code = school.code("S1")
    session = school.report("Start", "a", Class=code, User_Name="T1", Calling_Station_Id=PHONE)
    assert (session.person_id, session.note, session.user_name) == (school["S1"], "", "")
    assert session.place.name == "图书馆"
    hexadecimal = "0x" + school.code("S2", LAPTOP).encode().hex()
    assert school.report("Start", "b", Class=hexadecimal).person_id == school["S2"]


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (OperationalError, psycopg.errors.DeadlockDetected),
        (OperationalError, psycopg.errors.LockNotAvailable),
        (DataError, psycopg.errors.NumericValueOutOfRange),
    ],
)
def test_what_the_database_does_not_keep_is_asked_for_again(school, monkeypatch, kind, cause):
    """FreeRADIUS takes a 503 for a failure and acknowledges nothing."""
    said = {"Acct-Status-Type": "Start", "Acct-Session-Id": "a", "NAS-IP-Address": CONTROLLER}
    with monkeypatch.context() as here:
        here.setattr(accounting, "write", lambda _record: raised(kind, cause))
        answer = school.post("accounting", "wifi", said)
    assert (answer.status_code, answer.json()) == (503, {"error": "busy"})
    assert int(answer["Retry-After"]) > 0
    assert not Session.objects.exists()
    assert school.report("Start", "a").state == "open"


def raised(kind, cause):
    raise kind("what it said of 10.2.3.4") from cause("what it said of 10.2.3.4")


def test_any_order_and_twice_end_the_same(school):
    """Larger counters win; a Stop before its Start closes; duplicates change nothing."""
    said = {
        "Start": {"Acct_Session_Time": "0"},
        "Interim-Update": {"Acct_Session_Time": "300", "Acct_Input_Octets": "100", "Framed_IP_Address": "10.2.3.4"},
        "Stop": {"Acct_Session_Time": "600", "Acct_Input_Octets": "5", "Acct_Input_Gigawords": "2"},
    }
    code = school.code("S1")
    ends = set()
    for number, order in enumerate(permutations([*said, "Interim-Update"])):
        for status in order:
            session = school.report(status, f"s{number}", Class=code, Calling_Station_Id=PHONE, **said[status])
        ends.add((session.state, session.in_octets, session.address, session.person_id, session.cause))
        assert AddressLine.objects.filter(session_id=session.pk, ended_at=None).count() == 0
    assert ends == {("closed", 2 * 2**32 + 5, "10.2.3.4", school["S1"], "unknown")}


def test_a_nas_that_nobody_registered_is_counted_and_nothing_of_it_is_kept(school):
    for _twice in range(2):
        assert school.report("Start", "x", nas="192.0.2.77", Class=school.code("S1")) is None
    assert school.report("Start", "y", nas="nonsense") is None
    assert not Session.objects.exists()
    assert dict(StrangeNas.objects.values_list("address", "count")) == {"192.0.2.77": 2, "": 1}
    assert "192.0.2.77" in school.client("E1").get("/network/desk/").content.decode()


def test_a_class_of_another_nas_or_of_an_ended_grant_is_noted_and_not_trusted(school):
    code = school.code("S1")
    stolen = school.report("Start", "a", nas=SWITCH, Class=code)
    assert (stolen.person_id, stolen.note) == (None, "foreign-class")
    grant = school.grant_of(code)
    grant.ended_at, grant.cause = now() - timedelta(seconds=5), "ours:suspended"
    grant.save()
    late = school.report("Start", "b", Class=code)
    assert (late.person_id, late.note, late.state) == (None, "ended-grant", "closing")
    assert Disconnect.objects.get().cause == "ours:suspended", "let in before the suspension, heard of after: it goes"
    unknown = school.report("Start", "c", Class="n1:" + "a" * 26, User_Name="S1")
    assert (unknown.person_id, unknown.note, unknown.user_name) == (None, "unknown", "S1")


def test_without_class_the_same_user_with_the_same_mac_is_found_for_a_day(school):
    school.code("S1", PHONE)
    found = school.report("Start", "a", User_Name="S1", Calling_Station_Id=PHONE)
    assert (found.person_id, found.note) == (school["S1"], "fallback")
    assert school.report("Start", "b", User_Name="S1", Calling_Station_Id=LAPTOP).note == "unknown"
    assert school.report("Start", "c", User_Name="S2", Calling_Station_Id=PHONE).note == "unknown"
    with time_machine.travel(now() + timedelta(hours=25)):
        assert school.report("Start", "d", User_Name="S1", Calling_Station_Id=PHONE).note == "unknown"


def test_a_class_that_comes_late_binds_the_session_and_its_log(school):
    assert school.report("Start", "a", Calling_Station_Id=PHONE, Framed_IP_Address="10.2.3.4").person_id is None
    session = school.report("Interim-Update", "a", Class=school.code("S1"), Framed_IP_Address="10.2.3.4")
    assert (session.person_id, session.note) == (school["S1"], "")
    assert AddressLine.objects.get().person_id == school["S1"]


def test_a_restarted_nas_has_nobody_on_line_until_it_says_so(school):
    session, other = school.on_line("S1"), school.on_line("S2", LAPTOP, nas=SWITCH)
    old = {"Acct_Delay_Time": "3600"}
    school.report("Accounting-On", "", **old)
    session.refresh_from_db()
    assert session.state == "open", "an Accounting-On that was an hour on its way"
    school.report("Accounting-On", "")
    session.refresh_from_db()
    other.refresh_from_db()
    assert (session.state, session.cause, other.state) == ("closed", "nas-restart", "open")
    with time_machine.travel(now() + timedelta(seconds=30)):
        again = school.report("Interim-Update", session.sid)
    assert (again.state, again.cause) == ("open", "")


def test_a_number_that_a_nas_gives_again_is_another_session(school):
    first = school.on_line("S1")
    school.report("Stop", first.sid)
    with time_machine.travel(now() + timedelta(hours=1)):
        second = school.report("Start", first.sid, Class=school.code("S2", LAPTOP))
    assert (second.person_id, second.state) == (school["S2"], "open")
    first.refresh_from_db()
    assert (first.person_id, first.state) == (school["S1"], "closed")


@pytest.mark.parametrize("restarted", [True, False])
def test_a_number_given_again_by_a_nas_that_repeats_no_class_is_another_session(school, restarted):
    """Its power went; the first it counts anew is another person's, and by name and MAC it is told whose."""
    said = {number: {"User_Name": number, "Calling_Station_Id": mac} for number, mac in (("S1", PHONE), ("S2", LAPTOP))}
    for number, mac in (("S1", PHONE), ("S2", LAPTOP)):
        school.code(number, mac)
    first = school.report("Start", "1", Framed_IP_Address="10.2.3.4", **said["S1"])
    with time_machine.travel(now() + timedelta(minutes=2)):
        if restarted:
            school.report("Accounting-On", "")
        second = school.report("Start", "1", Framed_IP_Address="10.2.3.5", **said["S2"])
        assert (second.person_id, second.note, second.state) == (school["S2"], "fallback", "open")
        late = school.report("Interim-Update", "1", Framed_IP_Address="10.2.3.4", Acct_Delay_Time="90", **said["S1"])
        assert late.pk == second.pk, "what is said late of the first is no session of its own"
    first.refresh_from_db()
    assert (first.person_id, first.state, first.address) == (school["S1"], "closed", "10.2.3.4")
    held = AddressLine.objects.values_list("address", "person_id").distinct()
    assert set(held) == {("10.2.3.4", school["S1"]), ("10.2.3.5", school["S2"])}


def test_a_third_on_the_first_one_s_device_is_not_taken_for_the_first(school):
    """Where no Class is repeated, what is said now of a number that was taken since is of no session before it."""
    for number, mac in (("S1", PHONE), ("S2", LAPTOP)):
        school.code(number, mac)
    first = school.report("Start", "1", User_Name="S1", Calling_Station_Id=PHONE, Framed_IP_Address="10.2.3.4")
    with time_machine.travel(now() + timedelta(minutes=2)):
        school.report("Start", "1", User_Name="S2", Calling_Station_Id=LAPTOP, Framed_IP_Address="10.2.3.5")
    with time_machine.travel(now() + timedelta(minutes=4)):
        for status in ("Start", "Interim-Update"):
            said = {"User_Name": "anonymous@x", "Calling_Station_Id": PHONE, "Framed_IP_Address": "10.2.3.6"}
            assert school.report(status, "1", **said).pk != first.pk
    assert set(AddressLine.objects.filter(address="10.2.3.6").values_list("person_id", flat=True)) == {None}


def test_a_number_given_again_is_another_session_also_where_nobody_stands_behind_it(school):
    first = school.report("Start", "1", Calling_Station_Id=PHONE, User_Name="anonymous@x", Framed_IP_Address="10.2.3.4")
    with time_machine.travel(now() + timedelta(minutes=2)):
        said = {"Calling_Station_Id": LAPTOP, "User_Name": "anonymous@x", "Framed_IP_Address": "10.2.3.5"}
        second = school.report("Start", "1", **said)
        assert (second.pk != first.pk, second.station, second.state) == (True, LAPTOP.lower().replace("-", ":"), "open")
        assert school.report("Interim-Update", "1", **said).pk == second.pk
    first.refresh_from_db()
    assert first.state == "closed"
    held = AddressLine.objects.values_list("address", "station").distinct()
    assert set(held) == {("10.2.3.4", first.station), ("10.2.3.5", second.station)}


@pytest.mark.parametrize("none", ["0.0.0.0", "255.255.255.254", "255.255.255.255", "169.254.7.7", "fe80::1", "::"])  # noqa: S104 - what a NAS sends
def test_what_a_device_is_said_to_have_before_it_has_an_address_is_none(school, none):
    """Who was where from the first is asked for by the address that is told later."""
    name = "Framed_IPv6_Address" if ":" in none else "Framed_IP_Address"
    began = now()
    school.report("Start", "a", Class=school.code("S1"), Calling_Station_Id=PHONE, **{name: none})
    with time_machine.travel(began + timedelta(minutes=5)):
        session = school.report("Interim-Update", "a", Framed_IP_Address="10.2.3.4")
    assert session.addresses == ["10.2.3.4"]
    line = AddressLine.objects.get()
    assert (line.address, abs(line.began_at - began) < timedelta(seconds=30)) == ("10.2.3.4", True)


@pytest.mark.parametrize(("seconds", "is_long"), [(30 * 3600, True), (3600, False)])
def test_a_stop_after_a_day_without_a_word_says_how_long_the_session_was(school, seconds, is_long):
    """Of a switch that sends no interims; one that counts less than that was long on its way."""
    began = now()
    session = school.on_line("S1", PHONE)
    with time_machine.travel(began + timedelta(hours=26)):
        jobs.watch()
        session.refresh_from_db()
        assert (session.state, session.cause) == ("closed", "lost")
    with time_machine.travel(began + timedelta(hours=30)):
        school.report("Stop", session.sid, Acct_Session_Time=str(seconds), Acct_Terminate_Cause="User-Request")
        session.refresh_from_db()
        assert session.state == "closed"
        assert (session.cause, session.stopped_at > began + timedelta(hours=29)) == (
            ("User-Request", True) if is_long else ("lost", False)
        )
        page = trace(school, "10.2.3.4", began + timedelta(hours=20))
        assert ("林晓湖" in page) == is_long


def test_three_silent_intervals_make_it_stale_and_a_day_ends_it(school):
    school.policy("student", "wifi", 1)
    session = school.on_line("S1")
    with time_machine.travel(now() + timedelta(seconds=901)):
        assert school.ask("S1", LAPTOP).status_code == 200, "a silent session locks nobody out, and no job says so"
        assert "失联" in school.client("S1").get("/network/devices/").content.decode()
    with time_machine.travel(now() + timedelta(hours=25)):
        assert jobs.watch() == 1
    session.refresh_from_db()
    assert (session.cause, session.stopped_at) == ("lost", session.updated_at)
    silent = school.on_line("S1", LAPTOP)
    Session.objects.filter(pk=silent.pk).update(updated_at=now() - timedelta(minutes=16))
    assert silent.device_words in school.client("E1").get("/network/desk/?show=stale").content.decode()
    assert AddressLine.objects.get(session_id=session.pk).ended_at == session.updated_at


def test_the_log_says_who_had_an_address_from_when_to_when(school):
    session = school.on_line("S1", address="10.2.3.4")
    with time_machine.travel(now() + timedelta(minutes=10)):
        school.report("Interim-Update", session.sid, Framed_IP_Address="10.2.9.9")
    with time_machine.travel(now() + timedelta(minutes=20)):
        school.report("Stop", session.sid)
    first, second = AddressLine.objects.order_by("began_at")
    assert (first.address, second.address) == ("10.2.3.4", "10.2.9.9")
    assert first.ended_at == second.began_at
    assert second.ended_at is not None


def test_an_address_told_after_the_start_is_that_of_the_whole_session(school):
    school.report("Start", "a", Class=school.code("S1"))
    school.report("Interim-Update", "a", Framed_IP_Address="2001:db8::7")
    assert AddressLine.objects.get().address == "2001:db8::7"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"[]", "application/json"),
        (b'{"Acct-Status-Type": "Start"}', "application/json"),
        (b'{"Acct-Status-Type": {"value": ["\\ud800"]}}', "application/json"),
        (b'{"User-Name": {"value": ["' + b"x" * 65_536 + b'"]}}', "application/json"),
        (b"Acct-Status-Type=%00", "application/x-www-form-urlencoded"),
    ],
)
def test_what_cannot_be_read_is_refused(school, body, kind):
    answer = Client().post(
        "/radius/accounting", body, content_type=kind, headers={"X-Nanhu-Radius-Key": school.keys["wifi"]}
    )
    assert answer.status_code == 400
    assert not Session.objects.exists()


def test_odd_values_do_no_harm(school):
    odd = {"User_Name": "湖" * 300, "Calling_Station_Id": "'; DROP TABLE", "Framed_IP_Address": "999.1.1.1"}
    session = school.report("Start", "é" * 500, Acct_Input_Octets="-5", Acct_Session_Time="9" * 40, **odd)
    assert session is None, "the number is cut"
    [kept] = Session.objects.all()
    assert (len(kept.sid), len(kept.user_name), kept.address, kept.in_octets) == (253, 64, None, 0)
    strange = {"Acct-Status-Type": "Failed", "Acct-Session-Id": "z"}
    assert school.post("accounting", "wifi", strange).status_code == 204
    assert Session.objects.count() == 1


def test_a_form_is_read_as_well_and_a_strange_key_is_not(school):
    said = {
        "Acct-Status-Type": "Start",
        "Acct-Session-Id": "f",
        "NAS-IP-Address": CONTROLLER,
        "Class": school.code("S1"),
    }
    wrong = Client().post("/radius/accounting", said, headers={"X-Nanhu-Radius-Key": "guessed"})
    right = Client().post("/radius/accounting", said, headers={"X-Nanhu-Radius-Key": school.keys["wifi"]})
    assert (wrong.status_code, right.status_code) == (403, 400), "the client sends several parts, and no form"
    form = Client().post(
        "/radius/accounting",
        urlencode(said),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Nanhu-Radius-Key": school.keys["wifi"]},
    )
    assert form.status_code == 204
    assert Session.objects.get().person_id == school["S1"]


def test_sums_hold_numbers(school):
    school.on_line("S1", PHONE)
    school.on_line("S1", LAPTOP)
    school.report("Start", "u", Calling_Station_Id=TABLET)
    with time_machine.travel(now() + timedelta(hours=1)):
        jobs.sum_hours()
    row = HourSum.objects.order_by("hour").last()
    assert (row.people, row.devices, row.sessions, row.unknown) == (1, 3, 3, 1)
    seen = school.client("E1").get("/network/desk/sums/")
    label = f"{campus_time(row.hour):%H:%M}"
    assert (seen.context["hours"][-1], len(seen.context["hours"]), seen.context["most"]) == ((label, 3), 24, 3)
    assert "最多时 3 台" in seen.content.decode()
    other = school.client("E1").get("/network/desk/sums/", {"service": "vpn"})
    assert "hours" not in other.context, "as the filter says"
    with time_machine.travel(now() + timedelta(days=1)):
        assert [one["device_hours"] for one in jobs.day_rows()] == [3]


def test_hours_in_which_nothing_was_summed_up_are_caught_up(school, monkeypatch):
    """The school was read-only, or no worker ran, while people were on line. Who is killed amid them goes on where he was."""
    noon = now().replace(minute=0, second=0, microsecond=0)
    HourSum.objects.create(hour=noon - timedelta(hours=9), service="wifi", people=1, devices=1, sessions=1, unknown=0)
    session = school.on_line("S1", PHONE)
    Session.objects.filter(pk=session.pk).update(started_at=noon - timedelta(hours=9))
    sum_hour, summed = jobs.sum_hour, []

    def killed_at_the_third(hour):
        summed.append(hour)
        if len(summed) == 3:
            raise InterruptedError
        return sum_hour(hour)

    with time_machine.travel(noon + timedelta(minutes=7)):
        monkeypatch.setattr(jobs, "sum_hour", killed_at_the_third)
        with pytest.raises(InterruptedError):
            jobs.sum_hours()
        monkeypatch.setattr(jobs, "sum_hour", sum_hour)
        jobs.sum_hours()
    hours = HourSum.objects.filter(people=1).order_by("hour").values_list("hour", flat=True)
    assert [(noon - hour) // timedelta(hours=1) for hour in hours] == [9, 8, 7, 6, 5, 4, 3, 2, 1]


def test_the_log_goes_after_half_a_year_and_not_a_day_before(school):
    """Also a line that began in a month of which all else may go."""
    jobs.keep_months()  # those that the tests' own template has had since it was made
    with connection.cursor() as cursor:
        cursor.execute("SELECT least(%s, current_date - interval '6 months')", [campus_today() - rules.KEPT_DAYS])
        half_a_year = cursor.fetchone()[0].replace(tzinfo=CAMPUS_ZONE) + timedelta(hours=12)
        month = half_a_year.replace(day=1) - timedelta(days=3)
        cursor.execute("SELECT network_month(%s)", [month.date()])
    for session_id, (began, ended) in enumerate([(month, month), (month, half_a_year), (half_a_year, half_a_year)]):
        AddressLine.objects.create(began_at=began, ended_at=ended, session_id=session_id, nas_id=1)
    assert jobs.keep_months() == []
    assert set(AddressLine.objects.values_list("session_id", flat=True)) == {1, 2}
    AddressLine.objects.filter(session_id=1).update(ended_at=month)
    assert jobs.keep_months() == [f"network_address_line_{month:%Y%m}"]
    assert AddressLine.objects.get().session_id == 2


def test_sessions_are_forgotten_after_five_weeks_with_what_nothing_names(school):
    session = school.on_line("S1")
    school.report("Stop", session.sid)
    with time_machine.travel(now() + timedelta(days=36)):
        assert jobs.forget() >= 1
    assert not Session.objects.exists()
    assert AddressLine.objects.count() == 1


def test_a_hundred_unbound_sessions_a_day_are_work_for_the_engineer(school):
    nas = school.nas[CONTROLLER]
    rows = [Session(nas=nas, sid=f"u{n}", service="wifi", note="unknown", started_at=now()) for n in range(101)]
    Session.objects.bulk_create(rows)
    assert "101 次上网对不上人" in school.client("E1").get("/flows/").content.decode()
    Session.objects.filter(sid="u1").delete()
    assert "次上网对不上人" not in school.client("E1").get("/flows/").content.decode()


def test_the_engineers_hear_of_a_nas_whose_sessions_are_nobodys_once_a_day(school):
    said = {"Calling_Station_Id": PHONE, "Framed_IP_Address": "10.2.3.4"}
    school.report("Start", "mine", Class=school.code("S1"), **said)
    school.tell_events()
    assert not Message.objects.filter(template="network.unknown_session").exists()
    for number in range(3):
        school.report("Start", f"nobody-{number}", User_Name="somebody", Calling_Station_Id=LAPTOP)
        school.report("Interim-Update", f"nobody-{number}", User_Name="somebody", Calling_Station_Id=LAPTOP)
    school.report("Start", "strange", nas=SWITCH, Class=school.code("S1", nas=CONTROLLER), **said)
    school.tell_events()
    titles = list(
        Message.objects.filter(template="network.unknown_session").order_by("pk").values_list("title", "text")
    )
    assert [title for title, _text in titles] == ["无线控制器：有上网对不上人", "一栋交换机：有上网对不上人"]
    assert ("对不上" in titles[0][1], "别处的凭据" in titles[1][1]) == (True, True)
    with time_machine.travel(now() + timedelta(days=1)):
        school.report("Start", "next-day", User_Name="somebody", Calling_Station_Id=LAPTOP)
        school.tell_events()
    assert Message.objects.filter(template="network.unknown_session").count() == 3


def test_a_nas_that_floods_us_with_sessions_of_nobody_fills_no_table_and_shuts_nobody_out(school):
    Nas.objects.filter(address=CONTROLLER).update(unknown_on=campus_today(), unknown_count=20_000)
    assert school.report("Start", "one-more", Calling_Station_Id=LAPTOP) is None
    assert StrangeNas.objects.get().address == f"{CONTROLLER} · flood"
    assert school.on_line("S1").person_id == school["S1"], "who was let in is written as ever"
    with time_machine.travel(now() + timedelta(days=1)):
        assert school.report("Start", "next-day", Calling_Station_Id=LAPTOP).note == "unknown"
