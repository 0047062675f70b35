"""Festival weeks by lot: asked in time, drawn by what two people read, winners apply, the rest stand in the line; anybody repeats it."""

import json
import subprocess
import sys
from datetime import timedelta
from uuid import uuid4

import pytest

from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.draw import services as kernel_draws
from nanhu.kernel.draw.queries import VERIFIER
from nanhu.platforms.campus.models import Occupancy
from nanhu.services.venues.errors import DrawnHoursError, NotFreeError, SlotTooSoonError
from nanhu.services.venues.jobs import watch
from nanhu.services.venues.models import Booking, DrawOrder, VenueDraw, Waiting
from nanhu.services.venues.queries import moment_at
from nanhu.services.venues.services import drawing, waiting
from nanhu.services.venues.services.booking import Order
from nanhu.services.venues.tests.conftest import SYSTEM, in_days

READ = "2026-12-04 000001.SH 3512.44"
FORM = r"2026-12-04 000001\.SH \d{4}\.\d{2}"


def typed(moment):
    return f"{campus_time(moment):%Y-%m-%dT%H:%M}"


@pytest.fixture
def said(school):
    """The form of the office: two slots of one day in twenty days."""
    day, noon = in_days(20), moment_at(in_days(3), 12 * 60)
    return {
        "title": "艺术节周",
        "first_day": day.isoformat(),
        "last_day": day.isoformat(),
        "hours": "09:00-12:00 14:00-17:00",
        "closes_at": typed(noon),
        "value_name": "12月4日上证指数收盘",
        "value_form": FORM,
        "value_known_at": typed(noon + timedelta(hours=3)),
        "publish_by": typed(noon + timedelta(hours=30)),
    }


@pytest.fixture
def opened(school, hall, said):
    office = school.client("O1")
    answer = office.post(f"/venues/desk/venues/{hall.public_id}/draw/", said)
    assert answer.status_code == 302, answer.content.decode()
    return VenueDraw.objects.get()


def enters(school, number, found, *wishes, **more):
    order = {"use": "hall", "title": f"{number} 的晚会", "purpose": "演出", "headcount": 80, **more}
    names = dict(zip(("first", "second", "third"), wishes, strict=False))
    return school.client(number).post(f"/venues/draws/{found.public_id}/enter/", {**order, **names})


def asks(school, number, found, *wishes):
    """As `enters`, without the page."""
    order = Order(use="hall", title=f"{number} 的晚会", purpose="演出", headcount=80)
    drawing.enter(by=school.actor(number), person_id=school[number], found=found, order=order, wishes=wishes)


def drawn(school, found, travel):
    """Closed by the clock, read by two, drawn by the office."""
    one = found.draw
    travel(one.closes_at + timedelta(minutes=1))
    kernel_draws.close_due()
    travel(one.value_known_at + timedelta(minutes=1))
    address = f"/venues/desk/draws/{found.public_id}/"
    kernel_draws.type_value(by=school.actor("K1"), draw=one, value=READ, token=uuid4())
    office = school.client("O1")
    assert office.post(f"{address}value/", {"value": READ}).status_code == 302
    answer = office.post(f"{address}lots/")
    assert answer.status_code == 302, answer.content.decode()
    found.refresh_from_db()
    return office


def test_three_ask_for_two_slots_two_get_one_and_the_third_stands_first_in_both_lines(school, opened, travel):
    morning, afternoon = opened.slots
    asks(school, "S1", opened, morning, afternoon)
    asks(school, "S2", opened, morning, afternoon)
    asks(school, "S3", opened, morning, afternoon)
    drawn(school, opened, travel)
    ranked = list(DrawOrder.objects.order_by("entry__rank"))
    assert [bool(one.application) for one in ranked] == [True, True, False]
    booked = Booking.objects.order_by("begins_at")
    assert [one.application.person_id for one in booked] == [ranked[0].person_id, ranked[1].person_id]
    assert {one.state for one in booked} == {"held"}, "who won applies, and is decided like everybody"
    line = Waiting.objects.order_by("begins_at", "pk")
    first_in = {one.begins_at: one.person_id for one in reversed(line)}
    assert set(first_in.values()) == {ranked[2].person_id}
    assert not Occupancy.objects.filter(source="venues.draw", held=True).exists()
    loser = {school[number]: number for number in ("S1", "S2", "S3")}[ranked[2].person_id]
    page = school.client(loser).get(f"/venues/draws/{opened.public_id}/").content.decode()
    assert page.count("满了，排入候补") == 2
    assert "第 3 位，共 3 位" in page
    assert drawing.settle(opened) is False, "once"
    assert Booking.objects.count() == 2


def test_what_was_stopped_after_the_lots_is_settled_by_the_clock(school, opened, travel):
    asks(school, "S1", opened, opened.slots[0])
    one = opened.draw
    travel(one.closes_at + timedelta(minutes=1))
    kernel_draws.close_due()
    travel(one.value_known_at + timedelta(minutes=1))
    typed_by = kernel_draws.type_value(by=school.actor("K1"), draw=one, value=READ, token=uuid4())
    kernel_draws.check_value(by=school.actor("O1"), typed=typed_by, value=READ)
    kernel_draws.draw_lots(by=school.actor("O1"), draw=one)
    assert not Booking.objects.exists(), "the power went here"
    watch()
    watch()
    assert Booking.objects.get().application.person_id == school["S1"]


def test_what_a_winner_gives_back_goes_to_the_first_of_the_draws_line(school, opened, travel):
    morning = opened.slots[0]
    for number in ("S1", "S2", "S3"):
        asks(school, number, opened, morning)
    drawn(school, opened, travel)
    ranked = list(DrawOrder.objects.order_by("entry__rank").values_list("person_id", flat=True))
    booked = Booking.objects.get()
    assert booked.application.person_id == ranked[0]
    numbers = {school[number]: number for number in ("S1", "S2", "S3")}
    winner = school.client(numbers[ranked[0]])
    assert winner.post(f"/venues/mine/{booked.public_id}/cancel/", {"reason": "不办了"}).status_code == 302
    states = dict(Waiting.objects.values_list("person_id", "state"))
    assert states == {ranked[1]: "offered", ranked[2]: "waits"}


def test_anybody_repeats_it_from_the_published_file(school, opened, travel, tmp_path):
    promised = opened.draw
    enters(school, "S1", opened, *opened.slots)
    asks(school, "S2", opened, *opened.slots)
    drawn(school, opened, travel)
    reader = school.client("S3")
    answer = reader.get(f"/venues/draws/{opened.public_id}/draw.json")
    assert "S1" not in answer.content.decode()
    assert school.client("S3").get(f"/venues/draws/{opened.public_id}/proof.json").status_code == 404
    own = json.loads(school.client("S1").get(f"/venues/draws/{opened.public_id}/proof.json").content)
    assert own["rank"] in {1, 2}
    file = tmp_path / "draw.json"
    file.write_bytes(answer.content)
    anchors = ["--commitment", promised.commitment, "--promise", promised.promise, "--root", opened.draw.root]
    command = [sys.executable, str(VERIFIER), str(file), *anchors, "--value", READ]
    repeated = subprocess.run(command, capture_output=True, text=True, check=False)
    assert repeated.returncode == 0, repeated.stdout + repeated.stderr


@pytest.mark.capability("A080.2")
def test_hours_of_a_draw_are_nobodys_until_it_is_drawn(school, hall, opened):
    with pytest.raises(NotFreeError):
        school.book("S1", hall, 9, 12, day=20)
    day = in_days(20)
    hours = (moment_at(day, 9 * 60), moment_at(day, 12 * 60))
    with pytest.raises(DrawnHoursError):
        waiting.join(by=SYSTEM, person_id=school["S1"], venue=hall, hours=hours)
    page = school.client("S1").get(f"/venues/{hall.public_id}/").content.decode()
    assert f"/venues/draws/{opened.public_id}/" in page


def test_a_winner_who_left_is_passed_over_for_the_next_who_has_nothing(school, opened, travel, monkeypatch):
    morning = opened.slots[0]
    for number in ("S1", "S2", "S3"):
        asks(school, number, opened, morning)
    gone: list[int] = []
    known = drawing.booking.queries.may_use

    def still_here(venue, person_id, uses):
        if not gone:
            gone.append(person_id)
        return person_id not in gone and known(venue, person_id, uses)

    one = opened.draw
    travel(one.closes_at + timedelta(minutes=1))
    monkeypatch.setattr("nanhu.services.venues.services.booking.queries.may_use", still_here)
    drawn(school, opened, travel)
    ranked = list(DrawOrder.objects.order_by("entry__rank").values_list("person_id", flat=True))
    assert gone == [ranked[0]]
    assert Booking.objects.get().application.person_id == ranked[1]


def test_wishes_change_until_it_closes_and_not_after(school, opened, travel):
    morning, afternoon = opened.slots
    assert enters(school, "S1", opened, morning, morning).status_code == 422
    assert enters(school, "S1", opened, "20270101-0900-1200").status_code == 422
    assert enters(school, "S1", opened, morning, headcount=301).status_code in {409, 422}
    enters(school, "S1", opened, morning)
    enters(school, "S1", opened, afternoon)
    assert DrawOrder.objects.get().entry.wishes == [afternoon]
    travel(opened.draw.closes_at + timedelta(minutes=1))
    assert enters(school, "S2", opened, morning).status_code in {409, 422}
    assert DrawOrder.objects.count() == 1


def test_one_person_does_not_read_the_value_twice(school, opened, travel):
    enters(school, "S1", opened, opened.slots[0])
    travel(opened.draw.closes_at + timedelta(minutes=1))
    kernel_draws.close_due()
    travel(opened.draw.value_known_at + timedelta(minutes=1))
    address = f"/venues/desk/draws/{opened.public_id}/"
    office = school.client("O1")
    office.post(f"{address}value/", {"value": READ})
    assert office.post(f"{address}value/", {"value": READ}).status_code != 302
    office.post(f"{address}lots/")
    opened.draw.refresh_from_db()
    assert opened.draw.state == "closed"
    assert opened.draw.value == ""


def test_void_its_hours_come_free_and_who_asked_is_told(school, hall, opened):
    enters(school, "S1", opened, opened.slots[0])
    address = f"/venues/desk/draws/{opened.public_id}/void/"
    assert school.client("S1").post(address, {"reason": "艺术节改期"}).status_code == 404
    assert school.client("O1").post(address, {"reason": "艺术节改期了"}).status_code == 302
    assert school.book("S2", hall, 9, 12, day=20).state == "held"


def test_one_that_comes_too_late_to_be_approved_or_is_taken_is_not_opened(school, hall):
    given = {
        "by": SYSTEM,
        "venue": hall,
        "title": "周",
        "value_name": "指数",
        "value_form": FORM,
        "closes_at": now() + timedelta(days=1),
        "value_known_at": now() + timedelta(days=2),
        "publish_by": now() + timedelta(days=3),
    }
    slot = (moment_at(in_days(3), 9 * 60), moment_at(in_days(3), 10 * 60))
    with pytest.raises(SlotTooSoonError):
        drawing.open_for(**given, hours=[slot], token="6f2f2ac0-3a51-4a52-8d0a-3d8a4f1f0001")
    school.book("S1", hall, 9, 10, day=9)
    slot = (moment_at(in_days(9), 9 * 60), moment_at(in_days(9), 10 * 60))
    with pytest.raises(NotFreeError):
        drawing.open_for(**given, hours=[slot], token="6f2f2ac0-3a51-4a52-8d0a-3d8a4f1f0002")
    assert not VenueDraw.objects.exists()


def test_an_order_is_kept_as_it_was_written():
    order = Order(use="hall", title="晚会", purpose="演出", headcount=80, details={"course": "合唱"})
    assert Order(**json.loads(json.dumps(drawing.written(order)))) == order
