"""Festival weeks by lot: asked in time, drawn by what two people read, winners apply, the rest stand in the line; anybody repeats it."""

import json
import subprocess
import sys
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.draw import services as kernel_draws
from nanhu.kernel.draw.queries import VERIFIER
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.registry import Owner
from nanhu.platforms.campus.models import Occupancy
from nanhu.platforms.messages.models import Entry, Message
from nanhu.services.venues import registrations
from nanhu.services.venues.errors import DrawnHoursError, NotFreeError, SlotTooSoonError
from nanhu.services.venues.jobs import watch
from nanhu.services.venues.models import Booking, DrawOrder, Venue, VenueDraw, Waiting
from nanhu.services.venues.presets import USES
from nanhu.services.venues.queries import moment_at
from nanhu.services.venues.rules import hours_of_slot
from nanhu.services.venues.services import drawing, waiting
from nanhu.services.venues.services.booking import Order
from nanhu.services.venues.tests.conftest import SYSTEM, change_venue, in_days
from nanhu.testing import merging

READ = "2026-12-04 000001.SH 3512.44"
FORM = r"2026-12-04 000001\.SH \d{4}\.\d{2}"
PLAIN = "2026-12-04 000001.SH ####.##"


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
        "value_form": PLAIN,
        "value_known_at": typed(noon + timedelta(hours=3)),
        "publish_by": typed(noon + timedelta(hours=30)),
    }


@pytest.fixture
def opened(school, hall, said):
    office = school.client("O1")
    answer = office.post(f"/venues/desk/venues/{hall.public_id}/draw/", said)
    assert answer.status_code == 302, answer.content.decode()
    found = VenueDraw.objects.get()
    assert found.draw.value_form == FORM
    assert PLAIN in school.client("S1").get(f"/venues/draws/{found.public_id}/").content.decode()
    return found


def enters(school, number, found, *wishes, **more):
    order = {"use": "hall", "title": f"{number} 的晚会", "purpose": "演出", "headcount": 80, **more}
    names = dict(zip(("first", "second", "third"), wishes, strict=False))
    return school.client(number).post(f"/venues/draws/{found.public_id}/enter/", {**order, **names})


def asks(school, number, found, *wishes):
    """As `enters`, without the page."""
    order = Order(use="hall", title=f"{number} 的晚会", purpose="演出", headcount=80)
    drawing.enter(by=school.actor(number), person_id=school[number], found=found, order=order, wishes=wishes)


def closed(found, travel):
    """By the clock, and the value is known."""
    travel(found.draw.closes_at + timedelta(minutes=1))
    kernel_draws.close_due()
    travel(found.draw.value_known_at + timedelta(minutes=1))


def drawn(school, found, travel):
    """Closed by the clock, read by two, drawn by the office."""
    one = found.draw
    closed(found, travel)
    address = f"/venues/desk/draws/{found.public_id}/"
    kernel_draws.type_value(by=school.actor("K1"), draw=one, value=READ, token=uuid4())
    office = school.client("O1")
    assert office.post(f"{address}value/", {"value": READ}).status_code == 302
    answer = office.post(f"{address}lots/")
    assert answer.status_code == 302, answer.content.decode()
    found.refresh_from_db()
    return office


def test_slots_without_room_for_clearing_between_them_are_refused_by_name(school, hall, said):
    address = f"/venues/desk/venues/{hall.public_id}/draw/"
    answer = school.client("O1").post(address, said | {"hours": "09:00-12:00 12:00-15:00"})
    assert answer.status_code == 422
    assert "离得太近" in answer.content.decode()
    for more, field in (
        ({"hours": "08:00-22:00"}, "hours"),
        ({"value_known_at": said["closes_at"]}, "value_known_at"),
        ({"publish_by": said["closes_at"]}, "publish_by"),
    ):
        form = school.client("O1").post(address, said | more).context["form"]
        assert set(form.errors) == {field}, "at its field"
    assert not VenueDraw.objects.exists()


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

    def still_here(venue, card, uses):
        if not gone:
            gone.append(card.person_id)
        return card.person_id not in gone and known(venue, card, uses)

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
    assert enters(school, "S1", opened, "20000101-0900-1200").status_code == 422
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


def merged(school, gone, kept):
    """The number by which it is undone."""
    number = merging.merge(kept_id=school[kept], gone_id=school[gone])
    deliver_pending()
    return number


def test_who_entered_and_became_another_person_changes_the_same_entry(school, opened, travel):
    morning, afternoon = opened.slots
    asks(school, "S1", opened, morning)
    number = merged(school, "S1", "S2")
    asks(school, "S2", opened, afternoon)
    assert opened.draw.entries.get().wishes == [afternoon]
    merging.part(number)
    asks(school, "S1", opened, morning)
    assert opened.draw.entries.count() == 2, "they parted, and each has an entry of his own"
    drawn(school, opened, travel)
    assert Booking.objects.count() == 2


def test_two_who_entered_and_became_one_person_have_one_lot(school, opened, travel):
    morning, afternoon = opened.slots
    asks(school, "S1", opened, morning)
    asks(school, "S2", opened, afternoon)
    merged(school, "S1", "S2")
    drawn(school, opened, travel)
    assert opened.draw.entries.exclude(places=[]).count() == 1
    assert Booking.objects.get().application.person_id == school["S2"]


def test_two_who_became_one_person_after_the_closing_get_one_slot(school, opened, travel):
    morning, afternoon = opened.slots
    asks(school, "S1", opened, morning)
    asks(school, "S2", opened, afternoon)
    closed(opened, travel)
    merged(school, "S1", "S2")
    drawn(school, opened, travel)
    assert Booking.objects.get().application.person_id == school["S2"]
    assert not Waiting.objects.exists()


def test_an_entry_without_an_order_stops_nobody(school, opened, travel):
    morning = opened.slots[0]
    asks(school, "S1", opened, morning)
    kernel_draws.enter(by=SYSTEM, draw=opened.draw, entrant="person:0", wishes=[morning])
    drawn(school, opened, travel)
    assert Booking.objects.get().application.person_id == school["S1"]


def told_of(opened):
    """The words, by whom they were told."""
    found: dict[int, list[str]] = {}
    for row in Entry.objects.filter(message__template="venues.drawn").select_related("message").order_by("pk"):
        found.setdefault(row.person_id, []).append(row.message.text.removesuffix(f"：{opened.called}"))
    return found


def test_each_is_told_once_what_became_of_his_wish(school, opened, travel, monkeypatch):
    morning = opened.slots[0]
    for number in ("S1", "S2", "S3"):
        asks(school, number, opened, morning)
    tried: list[int] = []
    known = drawing.booking.queries.may_use

    def third_alone(venue, card, uses):
        tried.append(card.person_id)
        return len(tried) > 2 and known(venue, card, uses)

    closed(opened, travel)
    monkeypatch.setattr("nanhu.services.venues.services.booking.queries.may_use", third_alone)
    drawn(school, opened, travel)
    winner, second, third = DrawOrder.objects.order_by("entry__rank").values_list("person_id", flat=True)
    said = told_of(opened)
    assert [len(said[one]) for one in (winner, second, third)] == [1, 2, 1]
    assert said[winner][0].startswith("抽中了")
    assert "约不上" in said[winner][0]
    assert said[second][0].startswith("前面的人没有约成")
    assert said[second][1] == "没有抽中，已按抽签的次序排入候补"
    assert "轮到您，申请已提交" in said[third][0]
    assert list(Waiting.objects.values_list("person_id", flat=True)) == [second]


def test_who_got_a_slot_as_a_follower_stands_behind_those_who_hold_nothing(school, opened, travel, monkeypatch):
    morning, afternoon = opened.slots
    for number in ("S1", "S2", "S3", "A1"):
        asks(school, number, opened, morning, afternoon)
    tried: list[int] = []
    known = drawing.booking.queries.may_use

    def not_the_first(venue, card, uses):
        tried.append(card.person_id)
        return card.person_id != tried[0] and known(venue, card, uses)

    closed(opened, travel)
    monkeypatch.setattr("nanhu.services.venues.services.booking.queries.may_use", not_the_first)
    drawn(school, opened, travel)
    ranked = list(DrawOrder.objects.order_by("entry__rank").values_list("person_id", flat=True))
    line = Waiting.objects.filter(begins_at=hours_of_slot(afternoon)[0]).order_by("pk")
    assert list(line.values_list("person_id", flat=True)) == [ranked[3], ranked[2]]


def test_who_asked_is_told_in_the_language_of_the_house_whoever_presses(school, opened, travel):
    asks(school, "S1", opened, opened.slots[0])
    closed(opened, travel)
    first = kernel_draws.type_value(by=school.actor("K1"), draw=opened.draw, value=READ, token=uuid4())
    kernel_draws.check_value(by=school.actor("O1"), typed=first, value=READ)
    kernel_draws.draw_lots(by=school.actor("O1"), draw=opened.draw)
    with translation.override("en"):
        drawing.settle(opened)
    assert told_of(opened)[school["S1"]][0].startswith("抽中了")


def test_a_draw_is_told_by_its_title_as_it_was_written_and_by_its_venue_as_the_reader_calls_it(
    school, hall, opened, travel
):
    Venue.objects.filter(pk=hall.pk).update(name_en="Lecture Hall")
    asks(school, "S1", opened, opened.slots[0])
    closed(opened, travel)
    watch()
    told = Message.objects.filter(template="venues.draw_waits").latest("pk")
    names = {told.text: f"{opened.draw.title} · {hall.name}", told.text_en: f"{opened.draw.title} · Lecture Hall"}
    assert all(name in f"{told.title} {told.title_en} {text}" for text, name in names.items())


def test_two_readings_that_are_unlike_are_said_to_be(school, opened, travel):
    asks(school, "S1", opened, opened.slots[0])
    closed(opened, travel)
    address = f"/venues/desk/draws/{opened.public_id}/"
    kernel_draws.type_value(by=school.actor("K1"), draw=opened.draw, value=READ, token=uuid4())
    other = READ.replace("3512", "3521")
    page = school.client("O1").post(f"{address}value/", {"value": other}, follow=True).content.decode()
    assert "两个人读得不一样，都不算：请两个人各自重读。" in page
    assert "K1 和 " in page
    assert other not in page
    page = school.client("O1").post(f"{address}value/", {"value": READ}, follow=True).content.decode()
    assert "已记下，等另一个人读。" in page
    assert "各自重读" not in page


def test_a_venue_is_not_withdrawn_while_its_hours_are_drawn(school, hall, opened):
    address = f"/venues/desk/venues/{hall.public_id}/withdraw/"
    assert school.client("O1").post(address, {"reason": "要大修了"}).status_code == 409
    drawing.void(by=SYSTEM, found=opened, reason="要大修了")
    assert school.client("O1").post(address, {"reason": "要大修了"}).status_code == 302


def test_who_entered_sees_his_draw_when_he_may_ask_no_more(school, hall, opened):
    asks(school, "S1", opened, opened.slots[0])
    change_venue(hall, faces=["staff"])
    address = f"/venues/draws/{opened.public_id}/"
    student = school.client("S1")
    page = student.get(address).content.decode()
    assert "我的志愿" in page
    assert "改志愿" not in page
    assert student.get(f"{address}enter/").status_code == 404
    assert school.client("S2").get(address).status_code == 404
    assert student.post(f"{address}leave/").status_code == 302
    assert DrawOrder.objects.get().entry.wishes == []


def test_one_leaves_a_draw_and_comes_in_again(school, opened, travel):
    morning, afternoon = opened.slots
    address = f"/venues/draws/{opened.public_id}/"
    student = school.client("S1")
    assert student.post(f"{address}leave/").status_code == 404, "he is not in it"
    for number in ("S1", "S2"):
        asks(school, number, opened, morning)
    assert "退出抽签" in student.get(address).content.decode()
    assert student.post(f"{address}leave/").status_code == 302
    left = DrawOrder.objects.get(person=school["S1"])
    assert (left.entry.wishes, left.order) == ([], {})
    page = student.get(address).content.decode()
    assert "您已退出" in page
    assert f'action="{address}leave/"' not in page
    asks(school, "S1", opened, afternoon)
    drawing.leave(by=SYSTEM, person_id=school["S2"], found=opened)
    drawn(school, opened, travel)
    assert Booking.objects.get().application.person_id == school["S1"]
    assert set(told_of(opened)) == {school["S1"]}, "who left is told nothing"


def test_wishes_are_changed_in_the_form_as_it_was_sent(school, hall, opened):
    change_venue(hall, uses=["sports", "hall"])
    order = Order(
        use="hall",
        title="合唱比赛",
        purpose="决赛",
        headcount=120,
        unit_id=school.units["12"],
        sponsor=school["A1"],
    )
    afternoon = opened.slots[1]
    drawing.enter(by=school.actor("S1"), person_id=school["S1"], found=opened, order=order, wishes=[afternoon])
    shown = school.client("S1").get(f"/venues/draws/{opened.public_id}/enter/").context["form"]
    said = {name: shown[name].value() for name in ("use", "title", "purpose", "headcount", "unit", "sponsor", "first")}
    again = type(shown)(said, venue=hall, chosen=USES["hall"], slots=[(one, one) for one in opened.slots])
    assert again.is_valid(), again.errors
    assert again.order() == order
    assert again.chosen_slots == [afternoon]


def locks_in(queries):
    return [
        "draw" if "kernel_draw WHERE" in one["sql"] else "person"
        for one in queries
        if "FOR SHARE" in one["sql"] or ("advisory" in one["sql"] and "venues.person" in one["sql"])
    ]


def test_whoever_enters_waits_for_the_draw_before_he_holds_his_own_lock(school, opened):
    with CaptureQueriesContext(connection) as seen:
        asks(school, "S1", opened, opened.slots[0])
    assert locks_in(seen.captured_queries) == ["draw", "person"]


def test_the_lots_take_every_lock_of_a_person_in_one_order_before_they_book(school, opened, travel, monkeypatch):
    for number in ("S3", "S1", "S2"):
        asks(school, number, opened, *opened.slots)
    closed(opened, travel)
    keys: list[str] = []
    taken = drawing.booking.lock_key
    monkeypatch.setattr("nanhu.services.venues.services.booking.lock_key", lambda key: keys.append(key) or taken(key))
    drawn(school, opened, travel)
    everybody = sorted(school[number] for number in ("S1", "S2", "S3"))
    assert keys[:3] == [f"venues.person:{one}" for one in everybody]


@pytest.mark.capability("A080.2")
def test_what_is_held_for_a_draw_takes_the_turnover_once(school, said):
    court = school.venue("b1.2", "馆", uses=["sports"], turnover=30)
    office = school.client("O1")
    answer = office.post(f"/venues/desk/venues/{court.public_id}/draw/", {**said, "hours": "09:00-12:00"})
    assert answer.status_code == 302, answer.content.decode()
    assert school.book("S1", court, 12.5, 14, day=20).state == "held"


def test_the_page_of_the_venue_says_that_nobody_comes_in_any_more(school, hall, opened, travel):
    asks(school, "S1", opened, opened.slots[0])
    address = f"/venues/{hall.public_id}/"
    assert "截止报名" in school.client("S2").get(address).content.decode()
    closed(opened, travel)
    page = school.client("S2").get(address).content.decode()
    assert "报名已截止" in page
    assert "截止报名。" not in page


def test_ones_own_data_have_the_draws(school, opened):
    asks(school, "S1", opened, *opened.slots)
    mine = Owner(account_id=0, person_id=school["S1"])
    [row] = registrations.draw_rows(mine, None)
    assert (row["draw"], row["wishes"], row["purpose"]) == ("艺术节周", opened.slots, "演出")
    assert list(registrations.draw_rows(mine, now() + timedelta(days=1))) == []
    assert list(registrations.draw_rows(Owner(account_id=0, person_id=school["S2"]), None)) == []


@pytest.fixture
def a_week_ago(travel):
    """The clock of the database, by which lists are counted, does not travel."""
    travel(now() - timedelta(days=8))


def test_what_a_closed_draw_wants_waits_with_the_office(school, a_week_ago, opened, travel):
    address = f"/venues/desk/draws/{opened.public_id}/"

    def waits_for(reader):
        return address in reader.get("/flows/").content.decode()

    asks(school, "S1", opened, opened.slots[0])
    closed(opened, travel)
    office = school.client("O1")
    assert waits_for(office), "nobody read the value"
    assert not waits_for(school.client("K1")), "the count knows no keeper's units"
    first = kernel_draws.type_value(by=school.actor("O1"), draw=opened.draw, value=READ, token=uuid4())
    assert not waits_for(office), "another reads it"
    kernel_draws.check_value(by=school.actor("K1"), typed=first, value=READ)
    assert waits_for(office), "the secret is not published"
    Venue.objects.update(name_en="Lecture Hall")
    office.post("/preferences/language/en")
    assert f"{opened.draw.title} · Lecture Hall" in office.get("/flows/").content.decode()


def words_to_keepers(number, school):
    told = Entry.objects.filter(message__template="venues.draw_waits", person_id=school[number]).order_by("pk")
    return [one.message.text.partition("：")[0] for one in told.select_related("message")]


def test_who_keeps_the_venue_is_told_when_the_value_is_known_and_again_at_half_time(school, opened, travel):
    asks(school, "S1", opened, opened.slots[0])
    closed(opened, travel)
    watch()
    watch()
    for number in ("O1", "K1"):
        [first] = words_to_keepers(number, school)
        assert first.startswith("公开数公布了，请两个人各自去读，最晚 ")
    assert words_to_keepers("L1", school) == [], "he keeps none of that unit"
    typed = kernel_draws.type_value(by=school.actor("K1"), draw=opened.draw, value=READ, token=uuid4())
    kernel_draws.check_value(by=school.actor("O1"), typed=typed, value=READ)
    travel(opened.draw.value_known_at + (opened.draw.publish_by - opened.draw.value_known_at) / 2)
    watch()
    watch()
    assert len(words_to_keepers("O1", school)) == 2
    assert words_to_keepers("O1", school)[1].startswith("公开数定了，请公布密数、抽签")
    travel(opened.draw.publish_by + timedelta(minutes=1))
    kernel_draws.void_overdue()
    watch()
    assert words_to_keepers("K1", school)[2:] == ["没有按时公布密数，抽签作废了"]


def test_what_was_drawn_in_time_reminds_nobody(school, opened, travel):
    asks(school, "S1", opened, opened.slots[0])
    drawn(school, opened, travel)
    watch()
    assert words_to_keepers("O1", school) == []
