"""The rules desk, the guard's pages and a holder's own passages, through the browser's door."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.access.models import DoorEmergency, DoorRule, Presence
from nanhu.platforms.access.services.setting_up import DoorOrder, DoorsOrder, set_up_doors
from nanhu.platforms.campus.api import Place, PlaceOrder, close_place, set_up_places
from nanhu.platforms.identity import api as identity
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.doors.tests.conftest import around_now, not_now, put, settle, try_door
from nanhu.systems.card.doors.tests.test_offline import Held, event, send
from nanhu.systems.card.tests.conftest import CAST, SYSTEM, queries_of


def with_role(campus, part, role):
    identity.grant_role(by=SYSTEM, account_id=campus.actor(part).account_id, role=role)
    return campus.client(part)


@pytest.fixture
def manager(campus):
    return with_role(campus, "clerk", "access.manager")


@pytest.fixture
def guard(campus):
    return with_role(campus, "second_clerk", "access.guard")


def form(**given):
    told = {
        "place": "library",
        "covers_below": "on",
        "is_allowed": "1",
        "who": "student",
        "unit": "",
        "campus_no": "",
        "weekdays": ["1", "2", "4", "8", "16", "32", "64"],
        "from_time": "00:00",
        "until_time": "00:00",
        "starts_on": str(campus_today()),
        "ends_on": "",
        "reason": "图书馆来函",
    }
    return told | given


@pytest.mark.capability("A096.4")
def test_the_manager_sees_who_gains_and_loses_before_it_holds(campus, manager, library):
    settle(campus)
    seen = manager.post("/card/doors/rules/new/", form()).content.decode()
    assert "林小满" in seen
    assert "新增权限的人" in seen
    assert seen.count('type="hidden" name="weekdays"') == 7
    assert not DoorRule.objects.exists(), "looking changes nothing"
    assert try_door(library, campus, "student") == "no_rule"
    assert manager.post("/card/doors/rules/new/", form(confirmed="1")).status_code == 302
    assert try_door(library, campus, "student") == "allowed"

    lost = manager.post("/card/doors/rules/new/", form(who="student:留学生", is_allowed="0")).content.decode()
    assert "失去权限的人" in lost
    assert "Amina Diallo" in lost
    assert "林小满" not in lost

    rule = DoorRule.objects.get()
    page = manager.get(f"/card/doors/rules/{rule.public_id}/withdraw/").content.decode()
    assert "林小满" in page
    assert manager.post(f"/card/doors/rules/{rule.public_id}/withdraw/", {"reason": "来函取消"}).status_code == 302
    assert try_door(library, campus, "student") == "no_rule"
    assert "来函" in manager.get("/card/doors/rules/").content.decode()


def test_a_rule_needs_sense(campus, manager):
    for wrong in (
        {"campus_no": "00000000"},
        {"campus_no": CAST["student"][2]},
        {"ends_on": "2020-01-01"},
        {"starts_on": "2020-01-01"},
        {"weekdays": []},
        {"reason": ""},
        {"place": "nowhere"},
        {"from_time": "25:00"},
    ):
        assert manager.post("/card/doors/rules/new/", form(**wrong, confirmed="1")).status_code == 422, wrong
    assert not DoorRule.objects.exists()


@pytest.mark.capability("A100.3")
def test_a_guard_watches_opens_and_resets_but_sets_no_rules(campus, guard, east):
    put("south.d1", holder_class="student")
    try_door(east, campus, "student")
    page = guard.get("/card/doors/places/south.d1/").content.decode()
    assert "林*满" in page
    assert "林小满" not in page
    assert "林小满" in guard.get("/card/doors/places/south.d1/log/").content.decode()
    assert AuditEntry.objects.filter(action="access.log_read", target="place:south.d1").exists()
    assert guard.get("/card/doors/rules/").status_code == 404

    url = "/card/doors/places/south.d1/reset/"
    assert guard.post(url, {"campus_no": CAST["student"][2], "reason": ""}).status_code == 422
    assert guard.post(url, {"campus_no": "nobody", "reason": "x"}).status_code == 422
    assert try_door(east, campus, "student") == "passed_back"
    assert guard.post(url, {"campus_no": CAST["student"][2], "reason": "跟人出来"}).status_code == 302
    assert not Presence.objects.exists()
    assert try_door(east, campus, "student") == "allowed"


def test_a_closed_place_says_so_to_the_guard_takes_no_new_rule_and_may_still_be_opened(campus, manager, guard, library):
    put("library", holder_class="student")
    close_place(by=SYSTEM, place=Place.objects.get(key="south"), reason="放假")
    assert guard.get("/card/doors/").content.decode().count("停用中") == 4
    assert "出门不受影响" in guard.get("/card/doors/places/library/").content.decode()
    assert manager.post("/card/doors/rules/new/", form(confirmed="1")).status_code == 422
    opening = {"place": "library", "minutes": "30", "reason": "火警"}
    assert guard.post("/card/doors/emergency/", opening).status_code == 302
    assert try_door(library, campus, "teacher") == "emergency"


@pytest.mark.capability("A100.5")
def test_an_emergency_is_opened_by_a_guard_heard_by_doors_and_closed(campus, guard, library):
    held = Held(library)
    held.poll()
    assert guard.post("/card/doors/emergency/", {"place": "library", "minutes": "30", "reason": ""}).status_code == 422
    guard.post("/card/doors/emergency/", {"place": "library", "minutes": "30", "reason": "火警"})
    page = guard.get("/card/doors/emergency/").content.decode()
    assert "尚未收到开门指令" in page
    assert held.poll()["open_until"]
    library.ask("door/list", {"version": 0, "is_open": True}, sequence=0)
    assert "2 扇门，1 扇已打开" in guard.get("/card/doors/emergency/").content.decode()
    made = DoorEmergency.objects.get()
    guard.post(f"/card/doors/emergency/{made.public_id}/close/")
    assert held.poll()["open_until"] is None
    assert "火警" in guard.get("/card/doors/emergency/").content.decode()


@pytest.mark.capability("A100.3")
def test_a_holder_sees_their_own_passages_alone(campus, library):
    put("library", holder_class="student")
    for part in ("student", "other_student", "teacher"):
        try_door(library, campus, part)
    assert "图书馆" in campus.client("student").get("/card/doors/mine/").content.decode()
    teacher = campus.client("teacher").get("/card/doors/mine/").content.decode()
    assert "您没有这里的通行权限" in teacher
    assert teacher.count("<tr>") == 2


@pytest.mark.capability("A100.3")
def test_strangers_find_nothing(campus):
    for path in ("", "rules/", "rules/new/", "emergency/", "places/library/", "places/library/log/"):
        assert campus.client("student").get(f"/card/doors/{path}").status_code == 404
    assert campus.client("student").post("/card/doors/places/library/reset/", {"reason": "x"}).status_code == 404


def test_the_pages_ask_little(campus, manager, library):
    for place in ("library", "south", "south.d1"):
        put(place, holder_class="student")
        put(place, person_id=campus.persons["teacher"])
    for _time in range(12):
        try_door(library, campus, "student")
    manager.post("/card/doors/emergency/", {"place": "library", "minutes": "30", "reason": "演练"})
    for path in ("", "rules/", "rules/new/", "emergency/", "places/library/", "places/library/log/"):
        assert queries_of(manager, f"/card/doors/{path}") <= 20, path
    assert queries_of(campus.client("student"), "/card/doors/mine/") <= 20


@pytest.mark.capability("A100.3", "A100.4", "A100.6")
def test_who_passes_is_ruled_by_person_class_unit_place_and_hour_and_every_passage_is_on_record(campus, manager, guard):
    """The manager rules on the page, four doors ask over the signed line, the guard reads the log."""
    settle(campus)
    dormitory, library, lab = (Device(number) for number in ("MD01", "ML01", "ML02"))
    everyday = {"covers_below": "", "reason": "开放时间"}
    for rule in (
        form(**everyday),  # the library, to students: its own door
        form(place="library.lab", who="", unit="12", reason="计算机学院函"),
        form(place="south.d1", reason="公寓管理办法"),
        form(place="library", who="", campus_no=CAST["other_student"][2], is_allowed="0", reason="违规停用"),
        form(place="south.d1", who="teacher", **clock(not_now()), reason="宿管白天"),
    ):
        assert manager.post("/card/doors/rules/new/", rule | {"confirmed": "1"}).status_code == 302
    asked = {
        (library, "student"): "allowed",
        (library, "other_student"): "rule_denies",
        (library, "teacher"): "no_rule",
        (lab, "student"): "allowed",
        (lab, "guest"): "no_rule",
        (dormitory, "guest"): "allowed",
        (dormitory, "teacher"): "no_rule",
    }
    assert {(door, part): try_door(door, campus, part) for door, part in asked} == asked
    assert try_door(dormitory, campus, "guest") == "passed_back"
    manager.post("/card/doors/rules/new/", form(place="south.d1", who="teacher", **clock(around_now()), confirmed="1"))
    assert try_door(dormitory, campus, "teacher") == "allowed"

    held = Held(library)
    held.poll()
    assert held.opens(campus.card("student").uid)
    assert not held.opens(campus.card("other_student").uid)
    assert send(library, event(900, campus.card("student").uid, ago=1)) == ["ok"]
    log = guard.get("/card/doors/places/library/log/").content.decode()
    assert log.count("林小满") == 2
    for words in (CAST["student"][2], "正门 · 进 · 刷卡", "赵一鸣", "陈志远"):
        assert words in log, words
    assert log.count("刚刚") + log.count("分钟前") >= 4, "each with its time"
    assert "断网时" in log
    assert "现在不能从这里进入" in log


def clock(times):
    return {name: f"{at:%H:%M}" for name, at in times.items()}


@pytest.mark.capability("A100.1")
def test_each_kind_of_place_of_the_manual_is_ruled_on_the_page_and_obeyed_at_its_own_door(campus, manager):
    """Dormitory, library, teaching building, lab: allowed to one class at one of them, the others stay shut."""
    settle(campus)
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="t1", name="一号教学楼", kind="teaching", parent="south")])
    set_up_doors(by=SYSTEM, order=DoorsOrder(doors=[DoorOrder(number="MT01", place="t1", name="正门")]))
    numbers = {"south.d1": "MD01", "library": "ML01", "t1": "MT01", "library.lab": "ML02"}
    doors = {place: Device(number) for place, number in numbers.items()}
    for place, door in doors.items():
        rule = form(place=place, covers_below="")
        assert manager.post("/card/doors/rules/new/", rule | {"confirmed": "1"}).status_code == 302
        met = {where: try_door(one, campus, "other_student") for where, one in doors.items()}
        assert met == {where: "allowed" if where == place else "no_rule" for where in doors}
        assert try_door(door, campus, "teacher") == "no_rule"
        made = DoorRule.objects.latest("pk")
        manager.post(f"/card/doors/rules/{made.public_id}/withdraw/", {"reason": "试完"})
        Presence.objects.all().delete()


@pytest.mark.capability("A100.2")
def test_weekdays_and_dates_set_on_the_page_hold_at_the_door(campus, manager, library):
    """Tomorrow and the day after, on one of the two weekdays only; before, between and afterwards it stays shut."""
    settle(campus)
    noon = campus_time(now()).replace(hour=12, minute=0, second=0, microsecond=0)
    first, second = noon + timedelta(days=1), noon + timedelta(days=2)
    rule = form(
        weekdays=[str(1 << second.weekday())],
        starts_on=str(first.date()),
        ends_on=str((noon + timedelta(days=8)).date()),
        from_time="08:00",
        until_time="20:00",
    )
    assert manager.post("/card/doors/rules/new/", rule | {"confirmed": "1"}).status_code == 302
    met = {}
    for name, moment in {
        "today": noon,
        "another weekday": first,
        "the day": second,
        "too early": second.replace(hour=7, minute=59),
        "too late": second.replace(hour=20, minute=1),
        "a week later": second + timedelta(days=7),
        "when it began": noon - timedelta(days=5),
    }.items():
        with time_machine.travel(moment, tick=True):
            met[name] = try_door(library, campus, "other_student")
            Presence.objects.all().delete()
    assert {name for name, code in met.items() if code == "allowed"} == {"the day"}
    assert set(met.values()) == {"allowed", "no_rule"}
