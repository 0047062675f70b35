"""Sums of the network by building and hour, and of whole days for the hub: each device once, whatever moves, comes late or was never told of."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nanhu.kernel.clock import campus_time, campus_today, start_of
from nanhu.platforms.campus import api as campus
from nanhu.platforms.datahub.models import SharedRow
from nanhu.services.network import jobs
from nanhu.services.network.models import ApPlace, HourSum, LateSpan, Nas, Session
from nanhu.services.network.services import registering
from nanhu.services.network.tests.conftest import CONTROLLER, LAPTOP, PHONE, SWITCH, TABLET, nas_facts
from nanhu.testing.members import SYSTEM

pytestmark = pytest.mark.django_db
AP_HERE, AP_THERE = "3c-22-fb-aa-00-01", "3c-22-fb-aa-00-02"
SUMS = "/network/desk/sums/"


WEEK_ROW = re.compile(r'<tr><th scope="row">(\d+)</th>(.*?)</tr>')
CELL = re.compile(r"<td>(.*?)</td>")


def test_the_usual_week_is_drawn_hour_by_hour_from_a_whole_one_on(school):
    """Of an hour that nobody was on line there is no sum; it counts as none in the average."""
    last = start_of(date(2026, 11, 30)) - timedelta(hours=1)  # the end of a Sunday
    sums = [
        HourSum(hour=last - timedelta(hours=back), service="wifi", people=1, devices=devices, sessions=1, unknown=0)
        for back, devices in ((0, 10), (24, 8), (166, 6), (168, 30), (5 * 168, 9000))
    ]
    desk = school.client("E1")
    HourSum.objects.bulk_create(sums[:3])
    assert "week" not in desk.get(SUMS).context, "of less than a week nobody knows what is usual"
    HourSum.objects.bulk_create(sums[3:])
    page = desk.get(SUMS).content.decode()
    numbers = {hour: CELL.findall(cells) for hour, cells in WEEK_ROW.findall(page.partition("heat-table")[2])}
    assert sorted(map(int, numbers)) == list(range(24))
    assert numbers["23"] == ["0", "0", "0", "0", "0", "8", "20"], "the mean of two Sundays; five weeks ago is long ago"
    assert numbers["1"][0] == "6"
    assert "周日 23 时，20 台" in page
    drawn = page.partition('class="heat-plot"')[2].partition("</svg>")[0]
    assert drawn.count("<rect") == 7 * 24
    assert [drawn.count(f'class="heat-{shade}"') for shade in range(6)] == [165, 0, 2, 0, 0, 1]
    assert "week" not in desk.get(SUMS, {"service": "vpn"}).context, "as the filter says"


@pytest.fixture
def noon():
    """Of yesterday, so that the day is over by now."""
    return start_of(campus_today() - timedelta(days=1)) + timedelta(hours=12)


def at(moment):
    return time_machine.travel(moment, tick=False)


def shared(noon):
    """What the hub has of that day, by building and service: the busiest hour's devices, and all hours."""
    jobs.publish_days()
    rows = SharedRow.living("network.session_day").values_list("data", flat=True)
    day = campus_time(noon).date().isoformat()
    return {
        (one["place"], one["service"]): (one["most_devices"], one["device_hours"]) for one in rows if one["day"] == day
    }


def hang(mac, key):
    ApPlace.objects.create(mac=mac.replace("-", ":"), place=campus.place_with(key))


def heard(school, status, sid, moment, **more):
    with at(moment):
        return school.report(status, sid, **more)


def test_a_phone_that_walks_on_between_two_sums_is_one_device_of_that_hour(school, noon):
    hang(AP_HERE, "south.lib")
    hang(AP_THERE, "south.d1")
    said = {"Calling_Station_Id": PHONE, "User_Name": "S1"}
    with at(noon):
        said["Class"] = school.code("S1", PHONE)
    heard(school, "Start", "a", noon + timedelta(minutes=5), Called_Station_Id=f"{AP_HERE}:hnist", **said)
    heard(school, "Interim-Update", "a", noon + timedelta(minutes=55), Called_Station_Id=f"{AP_HERE}:hnist", **said)
    with at(noon + timedelta(minutes=67)):
        jobs.sum_hours()
    assert HourSum.objects.get(hour=noon).place.key == "south.lib"
    heard(school, "Interim-Update", "a", noon + timedelta(minutes=80), Called_Station_Id=f"{AP_THERE}:hnist", **said)
    heard(school, "Stop", "a", noon + timedelta(minutes=90), Called_Station_Id=f"{AP_THERE}:hnist", **said)
    with at(noon + timedelta(minutes=127)):
        jobs.sum_hours()
    assert sum(HourSum.objects.filter(hour=noon).values_list("devices", flat=True)) == 1
    assert shared(noon) == {("south.d1", "wifi"): (1, 2)}


def test_the_hub_gets_days_that_are_over_whole(school, noon):
    for n in range(30):
        HourSum.objects.create(
            hour=noon + timedelta(hours=n), service="vpn", people=1, devices=1, sessions=1, unknown=0
        )
    over, today = (campus_time(noon + timedelta(days=days)).date() for days in (0, 1))
    with at(start_of(today) + timedelta(hours=4)):
        days = {one["day"]: one["device_hours"] for one in jobs.day_rows()}
        assert days == {over: 12}, (
            "of the day that has only begun nothing is said yet, and noon to midnight is of that day"
        )
    with at(start_of(today) + timedelta(days=1, hours=4)):
        assert {one["day"]: one["device_hours"] for one in jobs.day_rows()} == {over: 12, today: 18}


def test_a_switch_that_tells_nothing_between_start_and_stop_has_its_hours_counted(school, noon):
    morning = noon - timedelta(hours=4)
    said = {"nas": SWITCH, "Calling_Station_Id": LAPTOP, "NAS_Port_Type": "Ethernet"}
    heard(school, "Start", "b", morning, **said)
    for hours in range(1, 10):
        with at(morning + timedelta(hours=hours, minutes=7)):
            jobs.sum_hours()
        others = {"hour": morning + timedelta(hours=hours - 1), "people": 1, "devices": 1, "sessions": 1, "unknown": 0}
        HourSum.objects.create(service="vpn", **others)  # so that no hour is missed
    heard(school, "Stop", "b", morning + timedelta(hours=9, minutes=30), Acct_Session_Time=str(34200), **said)
    with at(morning + timedelta(hours=10, minutes=7)):
        jobs.sum_hours()
    assert shared(noon)["south.d1", "wired"] == (1, 10)


def test_what_ends_with_an_hour_is_none_of_the_next_and_what_is_told_twice_and_late_is_once(school, noon):
    said = {"Calling_Station_Id": PHONE}
    heard(school, "Start", "c", noon + timedelta(minutes=30), **said)
    for minutes in (60, 61, 75):
        heard(school, "Stop", "c", noon + timedelta(minutes=minutes), Acct_Delay_Time=str(60 * (minutes - 60)), **said)
    heard(school, "Start", "c", noon + timedelta(minutes=80), Acct_Delay_Time=str(50 * 60), **said)
    with at(noon + timedelta(minutes=187)):
        jobs.sum_hours()
    assert list(HourSum.objects.filter(service="wifi").values_list("hour", "devices")) == [(noon, 1)]


def test_an_access_point_in_a_room_counts_for_its_building(school, noon):
    room = campus.PlaceOrder(key="south.lib.101", name="101 室", kind="room", parent="south.lib")
    campus.set_up_places(by=SYSTEM, places=[room])
    hang(AP_HERE, "south.lib.101")
    heard(school, "Start", "d", noon, Calling_Station_Id=PHONE, Called_Station_Id=f"{AP_HERE}:hnist")
    heard(school, "Start", "e", noon, Calling_Station_Id=TABLET)
    for sid in "de":
        heard(school, "Stop", sid, noon + timedelta(minutes=20))
    with at(noon + timedelta(minutes=67)):
        jobs.sum_hours()
    assert shared(noon) == {("south.lib", "wifi"): (2, 2)}
    school.report("Start", "f", Calling_Station_Id=PHONE, Called_Station_Id=f"{AP_HERE}:hnist")
    school.report("Start", "g", Calling_Station_Id=TABLET)
    page = school.client("E1").get("/network/desk/").content.decode()
    assert re.search(r"图书馆\D+2\b", page.partition("<table")[0])
    assert "101 室" not in page.partition("<table")[0], "above the list buildings are counted, not rooms"


def test_visitors_of_other_schools_are_people(school, noon):
    Nas.objects.filter(address=CONTROLLER).update(applications=["wifi", "eduroam"])
    nas = school.nas[CONTROLLER]
    for n, guest in enumerate(("eduroam:a@x.example", "eduroam:a@x.example", "eduroam:b@x.example")):
        nas_session(nas, n, guest, noon)
    with at(noon + timedelta(minutes=67)):
        jobs.sum_hours()
    row = HourSum.objects.get(hour=noon)
    assert (row.people, row.devices, row.unknown) == (2, 3, 0)
    assert school.client("E1").get(SUMS).status_code == 200


def nas_session(nas, n, guest, moment):
    facts = {"sid": f"v{n}", "service": "eduroam", "station": f"02:00:00:00:01:0{n}", "guest": guest}
    Session.objects.create(
        nas=nas, started_at=moment, updated_at=moment + timedelta(minutes=9), place=nas.place, **facts
    )


def test_what_an_old_system_lists_of_the_past_stands_in_the_sums(school, noon, tmp_path):
    registering.register(by=SYSTEM, facts=nas_facts("127.0.0.7", "vendor", "深澜", place=campus.place_with("south.d1")))
    began, ended = (f"{campus_time(noon + timedelta(hours=n)):%Y-%m-%d %H:%M:%S}" for n in (0, 3))
    path = tmp_path / "上网明细.csv"
    path.write_text(f"登录名,用户IP,用户MAC,登录时间,注销时间\nS1,10.2.3.4,{PHONE},{began},{ended}\n", "utf-8")
    for _twice in range(2):
        call_command("network_read_old_system", "深澜", "--list", str(path))
    assert shared(noon) == {("south.d1", "wifi"): (1, 3)}


def test_an_hour_is_named_by_the_clock(school, noon):
    HourSum.objects.create(hour=noon, service="vpn", people=1, devices=1, sessions=1, unknown=0)
    with at(noon + timedelta(hours=2)):
        assert "12:00" in school.client("E1").get(SUMS).content.decode(), "and not by how long ago it was"


def test_what_is_told_hours_late_of_a_phone_stands_in_the_hour_it_belongs_to_once_and_is_said_to_be_late(school, noon):
    heard(school, "Start", "a", noon + timedelta(minutes=5), Calling_Station_Id=PHONE)
    heard(school, "Stop", "a", noon + timedelta(minutes=95), Calling_Station_Id=PHONE)
    with at(noon + timedelta(minutes=127)):
        jobs.sum_hours()
    for hours in (2, 3, 4, 5):
        with at(noon + timedelta(hours=hours, minutes=7)):
            jobs.sum_hours()
    assert list(HourSum.objects.order_by("hour").values_list("devices", "late_at")) == [(1, None), (1, None)]
    six = noon + timedelta(hours=6)
    for _twice in range(2):
        late = {"Calling_Station_Id": TABLET, "Acct_Delay_Time": str(5 * 3600)}
        heard(school, "Stop", "b", six, Acct_Session_Time=str(20 * 60), **late)
        with at(six + timedelta(minutes=7)):
            jobs.sum_hours()
            jobs.sum_hours()
    first, second = HourSum.objects.order_by("hour")
    assert [(one.devices, one.sessions) for one in (first, second)] == [(2, 2), (1, 1)]
    assert (first.late_at is not None, second.late_at) == (True, None)
    assert shared(noon) == {("south.lib", "wifi"): (2, 3)}
    assert not LateSpan.objects.exists()
    with at(noon + timedelta(days=2)):  # when it is a moment and no longer "3 小时前"
        assert f"{campus_time(first.late_at):%H:%M}" in school.client("E1").get(SUMS).content.decode()


def test_a_phone_of_which_nothing_was_told_for_hours_was_on_line_in_each_of_them(school, noon):
    said = {"Calling_Station_Id": PHONE}
    with at(noon):
        said["Class"] = school.code("S1", PHONE)
    heard(school, "Start", "a", noon + timedelta(minutes=5), **said)
    with at(noon + timedelta(hours=5, minutes=7)):
        jobs.sum_hours()
    assert not HourSum.objects.filter(hour__gt=noon).exists()
    others = {"people": 1, "devices": 1, "sessions": 1, "unknown": 0}
    HourSum.objects.create(hour=noon + timedelta(hours=5), service="vpn", **others)  # so that no hour is missed
    heard(school, "Interim-Update", "a", noon + timedelta(hours=5, minutes=30), **said)
    with at(noon + timedelta(hours=6, minutes=7)):
        jobs.sum_hours()
    assert HourSum.objects.filter(service="wifi", devices=1).count() == 6


def test_a_delay_of_eight_days_is_none_and_of_a_day_is_one(school, noon):
    """What counts delays wrongly is of the moment at which it came, and moves no sum of before."""
    for sid, seconds in (("wrong", 8 * 86_400), ("late", 86_400)):
        heard(school, "Start", sid, noon, Calling_Station_Id=PHONE, Acct_Delay_Time=str(seconds))
    ago = {one.sid: noon - one.updated_at for one in Session.objects.all()}
    assert ago == {"wrong": timedelta(0), "late": timedelta(days=1)}


def test_whoever_tells_of_eight_days_each_hour_has_some_hours_summed_up_at_a_time_and_each_in_its_turn(school, noon):
    counts = []
    for hours in range(4):
        moment = noon + timedelta(hours=hours)
        said = {"Calling_Station_Id": PHONE, "Acct_Session_Time": str(9 * 86_400), "Acct_Delay_Time": "7200"}
        heard(school, "Stop", f"long-{hours}", moment, **said)
        with at(moment + timedelta(minutes=7)), CaptureQueriesContext(connection) as asked:
            jobs.sum_hours()
        assert len(asked) < 20, "and not a statement for each"
        counts.append(HourSum.objects.count())
    assert counts[0] < 60
    assert counts[3] > 180
    assert HourSum.objects.filter(late_at=None).count() < 10
