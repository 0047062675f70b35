"""What a count says: match, moved, other keeper, not seen, unknown label, seen twice. Proven, or only said."""

from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.campus import api as campus
from nanhu.systems.assets.counting.errors import CountedThemselvesError
from nanhu.systems.assets.counting.models import CountRow
from nanhu.systems.assets.counting.queries import figures_of, rooms_of, things_for, verdicts_of
from nanhu.systems.assets.counting.services import concluding, planning
from nanhu.systems.assets.counting.tests.counts import backdated, bring, opened, planned, row
from nanhu.systems.assets.models import Asset, Movement
from nanhu.systems.assets.services import keeping, moving

pytestmark = pytest.mark.django_db


def told(take):
    return {one["number"]: one["verdict"] for one in verdicts_of(take) if one["verdict"] != "seen_twice"}


@pytest.mark.capability("A014.1")
def test_the_worked_example_of_a_room(school):
    """120 in the room, 112 scanned, 5 of them from elsewhere, 2 twice: 105 found, 5 moved in, 15 open."""
    here, elsewhere = school.things("b1-101", 120), school.things("b1-102", 8)
    take = backdated(opened(school))
    scanned = [*here[:105], *elsewhere[:5], *here[:2]]
    assert len(scanned) == 112
    taken = bring(school, take, [row(one.number, ago=3600 - 10 * n) for n, one in enumerate(scanned)])
    assert taken.twice == [], "the phone itself knew what it had seen"
    figures = figures_of(take)
    assert {name: figures[name] for name in ("match", "moved", "not_seen", "seen_twice", "booked", "unproven")} == {
        "match": 105,
        "moved": 5,
        "not_seen": 15,
        "seen_twice": 2,
        "booked": 120,
        "unproven": 0,
    }
    [room, other] = rooms_of(take)
    assert (room["key"], room["booked"], room["found"], room["moved_in"], room["open"]) == ("b1-101", 120, 105, 5, 15)
    assert (other["key"], other["moved_out"]) == ("b1-102", 0)


@pytest.mark.capability("A014.1")
def test_a_thing_of_the_other_room_of_the_same_count_moved_out_of_it(school):
    [here], [there] = school.things("b1-101", 1), school.things("b1-102", 1)
    take = backdated(opened(school, places=("b1",)))
    bring(school, take, [row(there.number), row(here.number)])
    assert told(take) == {there.number: "moved", here.number: "match"}
    assert [(one["key"], one["moved_in"], one["moved_out"], one["open"]) for one in rooms_of(take)] == [
        ("b1-101", 1, 0, 0),
        ("b1-102", 0, 1, 0),
    ]


@pytest.mark.capability("A014.1")
def test_what_is_of_another_unit_or_used_by_somebody_else_has_another_keeper(school):
    mine, other = school.things("b1-101", 2), school.things("b1-101", 1, keeper="T8", unit="13")
    take = backdated(opened(school, unit="12"))
    assert figures_of(take)["booked"] == 2
    first = row(mine[0].number)
    bring(school, take, [first, row(mine[1].number), row(other[0].number)])
    bring(school, take, [row(mine[0].number, ago=5, is_other_keeper=True)])
    assert told(take) == {mine[0].number: "other_keeper", mine[1].number: "match", other[0].number: "other_keeper"}


@pytest.mark.capability("A014.1")
def test_an_unknown_label_is_told_and_twice_is_twice(school):
    school.things("b1-101", 1)
    take = backdated(opened(school))
    bring(school, take, [row("2019-X-17"), row("2019-x-17", ago=5)])
    assert sorted(one["verdict"] for one in verdicts_of(take)) == ["not_seen", "seen_twice", "unknown"]


@pytest.mark.capability("A014.1")
def test_two_counters_on_one_thing_make_one_of_it(school):
    [thing] = school.things("b1-101", 1)
    take = backdated(opened(school))
    bring(school, take, [row(thing.number)], who="T2")
    assert bring(school, take, [row(thing.number, ago=30)], who="T3").twice == [thing.number]
    assert figures_of(take)["match"] == 1


@pytest.mark.capability("A014.1")
@pytest.mark.parametrize(
    ("how", "is_proven"),
    [
        ({}, True),
        ({"room": ""}, False),
        ({"method": "typed"}, False),
        ({"room_at": None}, False),
    ],
)
def test_proven_is_what_was_scanned_after_the_door(school, how, is_proven):
    [thing] = school.things("b1-101", 1)
    take = backdated(opened(school))
    bring(school, take, [row(thing.number, **how)])
    [found] = verdicts_of(take)
    said = "unplaced" if how.get("room") == "" else "match"
    assert (found["verdict"], found["is_proven"]) == (said, is_proven)
    assert figures_of(take)["unproven"] == (0 if is_proven else 1)


@pytest.mark.capability("A014.1")
def test_a_door_proves_for_four_hours_and_only_what_came_after_it(school):
    [thing] = school.things("b1-101", 1)
    take = backdated(opened(school))
    for shift in (timedelta(hours=-4, seconds=-1), timedelta(seconds=1)):
        one = row(thing.number)
        one.room_at = one.seen_at + shift
        bring(school, take, [one])
    assert figures_of(take)["unproven"] == 1


def test_a_code_of_a_door_that_somebody_made_up_proves_nothing_and_a_chosen_room_neither(school):
    [thing] = school.things("b1-101", 1)
    take = backdated(opened(school))
    bring(school, take, [row(thing.number, room="")])
    for code in ("R.b1-101.0123456789ab", "b1-101"):
        one = row(thing.number, ago=20)
        one.room = code
        bring(school, take, [one])
    assert CountRow.objects.filter(has_room_code=True).count() == 0
    assert CountRow.objects.filter(room_id=school.rooms["b1-101"]).count() == 2


@pytest.mark.capability("A014.1")
def test_a_sheet_of_labels_on_a_desk_is_not_proven(school):
    """Several labels in the same second of one session; an hour of scanning one by one is."""
    things = school.things("b1-101", 6)
    take = backdated(opened(school))
    session, at = uuid4(), now().replace(microsecond=0) - timedelta(minutes=5)
    sheet = [row(one.number, session=session) for one in things[:4]]
    for place, one in enumerate(sheet):
        one.seen_at = at + timedelta(milliseconds=200 * place)
    bring(school, take, sheet[:2])
    bring(school, take, [*sheet[2:], row(things[4].number, ago=60), row(things[5].number, ago=58)])
    said = {one["number"]: one["is_proven"] for one in verdicts_of(take)}
    assert [said[one.number] for one in things] == [False] * 4 + [True] * 2


@pytest.mark.parametrize(("apart", "is_proven"), [(0, False), (499, False), (1000, True)])
def test_a_counter_who_reads_two_labels_at_once_proves_neither_whatever_session_the_phone_names(
    school, apart, is_proven
):
    first, second = school.things("b1-101", 2)
    take = backdated(opened(school))
    at = now().replace(microsecond=700_000) - timedelta(minutes=5)
    rows = [row(first.number), row(second.number)]
    for place, one in enumerate(rows):
        one.seen_at = at + timedelta(milliseconds=apart * place)
        one.room_at = at - timedelta(seconds=20)
    bring(school, take, rows)
    assert [one["is_proven"] for one in verdicts_of(take)] == [is_proven] * 2


def test_the_last_proven_place_is_where_it_stands(school):
    [thing] = school.things("b1-102", 1)
    take = backdated(opened(school, places=("b1",)))
    bring(school, take, [row(thing.number, ago=900), row(thing.number, ago=300, room="b1-102")])
    assert told(take) == {thing.number: "match"}
    bring(school, take, [row(thing.number, ago=100, method="typed")])
    assert told(take) == {thing.number: "match"}, "what was only said corrects nothing"


def test_a_label_of_the_system_before_names_the_same_thing(school):
    [thing] = school.things("b1-101", 1)
    Asset.objects.filter(pk=thing.pk).update(former_number="Tx-2019.07")
    take = backdated(opened(school))
    assert things_for(take, school["T2"])["things"][0][5] == "Tx-2019.07"
    bring(school, take, [row("TX-2019.07"), row(thing.number, ago=20)])
    assert {name: figures_of(take)[name] for name in ("match", "seen_twice", "unknown")} == {
        "match": 1,
        "seen_twice": 1,
        "unknown": 0,
    }
    [other] = school.things("b1-102", 1)
    Asset.objects.filter(pk=other.pk).update(former_number="B9")
    bring(school, take, [row("b9")])
    assert told(take)[other.number] == "moved"


def test_what_left_the_school_while_the_count_went_on_is_missed_by_nobody(school):
    left, stands, later = school.things("b1-101", 3)
    take = backdated(opened(school))
    for thing in (left, stands):
        gone(school, thing)
    assert bring(school, take, [row(stands.number, ago=-1)]).gone == [stands.number], "the phone is told at once"
    assert told(take) == {stands.number: "gone", later.number: "not_seen"}
    assert [one[0] for one in things_for(take, school["T2"])["things"]] == [later.number]
    concluded(school, take)
    gone(school, later)
    assert told(take)[later.number] == "not_seen", "the result stays as it was signed"
    stands.refresh_from_db()
    assert stands.last_seen_at is None


def test_what_was_seen_before_it_left_does_not_stand_there_still(school):
    [thing] = school.things("b1-101", 1)
    take = backdated(opened(school))
    gone(school, thing)
    assert bring(school, take, [row(thing.number, ago=60)]).gone == [], "a phone that was offline meanwhile"
    assert told(take) == {thing.number: "match"}


def gone(school, thing):
    thing.refresh_from_db()
    moving.move(by=school.actor("T5"), asset=thing, kind="to_scrap", state="to_scrap")
    moving.move(by=school.actor("T5"), asset=thing, kind="disposed", state="disposed", disposed_on=campus_today())


@pytest.mark.capability("A014.1")
def test_who_counted_does_not_sign_the_result(school):
    [thing] = school.things("b1-101", 1)
    take = backdated(opened(school))
    bring(school, take, [row(thing.number)])
    result = concluding.ask(by=school.actor("T5"), take=take)
    with pytest.raises(CountedThemselvesError):
        concluding.approve(by=school.actor("T2"), result=result)
    assert concluding.approve(by=school.actor("T6"), result=result).state == "applied"


@pytest.mark.capability("A014.1")
def test_the_second_round_asks_only_for_what_is_open(school):
    things = school.things("b1-101", 4)
    take = backdated(opened(school))
    bring(school, take, [row(things[0].number), row(things[1].number, method="typed")])
    first = {one[0]: one[4] for one in things_for(take, school["T2"])["things"]}
    assert sorted(number for number, is_open in first.items() if is_open) == sorted(one.number for one in things[2:])
    again = planning.begin_next_round(by=school.actor("T5"), take=take)
    second = things_for(again, school["T2"])
    assert second["round"] == 2
    assert {one[0] for one in second["things"] if one[4]} == {one.number for one in things[1:]}
    bring(school, again, [row(things[1].number, ago=5, round=2), row(things[2].number, ago=3, round=7)])
    assert figures_of(take) | {"late": 0} == figures_of(take)
    assert (figures_of(take)["match"], figures_of(take)["unproven"], figures_of(take)["not_seen"]) == (3, 0, 1)
    assert CountRow.objects.get(number=things[2].number).round == 2


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(["b1-101", "b1-102", ""]),
        st.integers(1, 40),
        st.sampled_from(["scan", "typed"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=14,
)


@pytest.mark.slow
@settings(max_examples=25)
@given(events=EVENTS, seed=st.integers(0, 10_000))
def test_the_order_of_uploads_changes_no_verdict(school, events, seed):
    """Shuffled, cut into batches, some sent twice, by two phones."""
    base, session = now().replace(microsecond=0), uuid4()

    def outcome(order):
        with transaction.atomic():
            things = school.things("b1-101", 4)
            take = backdated(opened(school, title=f"{uuid4()}"))
            numbers = [*(f"x{n}" if n > 3 else things[n].number for n in range(6))]
            names = {number: n for n, number in enumerate(one.upper() for one in numbers)}
            rows = []
            for n, (which, room, ago, method, other) in enumerate(events):
                one = row(numbers[which], room=room, method=method, session=session, is_other_keeper=other)
                one.client_id, one.seen_at = type(one.client_id)(int=n + 1), base - timedelta(seconds=ago)
                one.room_at = one.seen_at - timedelta(seconds=1) if room else None
                rows.append(one)
            order(rows)
            while rows:
                batch, rows = rows[:3], rows[3:]
                bring(school, take, batch, who="T2", sent_at=base)
                bring(school, take, batch[:1], who="T2", sent_at=base)
            found = sorted(
                (names[one["number"]], one["verdict"], one["is_proven"], one["seen"] or "")
                for one in verdicts_of(take)
                if one["number"] in names
            )
            transaction.set_rollback(True)
        return found

    straight = outcome(lambda rows: None)
    assert outcome(Random(seed).shuffle) == straight
    assert len([one for one in straight if one[1] == "seen_twice"]) == len(events) - len({one[0] for one in events})


def concluded(school, take):
    return concluding.approve(by=school.actor("T6"), result=concluding.ask(by=school.actor("T5"), take=take))


@pytest.mark.capability("A014.1")
def test_what_two_agreed_on_moves_things_and_says_when_they_were_seen(school):
    [here, gone, said], [there] = school.things("b1-101", 3), school.things("b1-102", 1)
    Asset.objects.filter(pk=said.pk).update(room_id=school.rooms["b1-102"])
    take = backdated(opened(school, places=("b1",)))
    bring(school, take, [row(here.number), row(there.number), row(said.number, method="typed")])
    result = concluded(school, take)
    assert result.figures["moved"] == 2
    rooms = dict(Asset.objects.values_list("number", "room__key"))
    assert (rooms[there.number], rooms[said.number]) == ("b1-101", "b1-102"), "what was only said moves nothing"
    seen = dict(Asset.objects.values_list("number", "last_seen_at"))
    assert seen[here.number] is not None
    assert seen[there.number] is not None
    assert (seen[gone.number], seen[said.number]) == (None, None)
    [line] = Movement.objects.filter(kind="counted")
    [told_of] = AuditEntry.objects.filter(action="assets.counted")
    assert (told_of.target, told_of.actor) == (f"asset:{there.number}", "孙科长")
    assert (line.asset_id, line.from_room_id, line.to_room_id, line.reason) == (
        there.pk,
        school.rooms["b1-102"],
        school.rooms["b1-101"],
        take.title,
    )
    take.refresh_from_db()
    assert take.state == "closed"


def test_what_was_moved_or_lent_since_stays_as_it_is(school):
    things = school.things("b1-102", 2)
    take = backdated(opened(school, places=("b1",)))
    bring(school, take, [row(one.number) for one in things])
    campus.set_up_places(
        by=school.actor("T5"), places=[campus.PlaceOrder(key="b1-103", name="103", kind="room", parent="b1")]
    )
    Asset.objects.filter(pk=things[0].pk).update(room_id=campus.place_with("b1-103").pk)
    Asset.objects.filter(pk=things[1].pk).update(state="lent")
    concluded(school, take)
    assert [Asset.objects.get(pk=one.pk).room.key for one in things] == ["b1-103", "b1-102"]
    assert not Movement.objects.filter(kind="counted").exists()


def test_a_sight_that_is_older_than_a_move_moves_nothing(school):
    """Seen on Monday, moved by its keeper on Tuesday, uploaded on Wednesday."""
    school.things("b1-101", 1)
    [thing] = school.things("b1-102", 1)
    take = backdated(opened(school))
    sight = row(thing.number, ago=600)
    campus.set_up_places(
        by=school.actor("T5"), places=[campus.PlaceOrder(key="b1-103", name="103", kind="room", parent="b1")]
    )
    keeping.put_elsewhere(by=school.actor("T5"), asset=thing, room_id=campus.place_with("b1-103").pk)
    bring(school, take, [sight])
    concluded(school, take)
    thing.refresh_from_db()
    assert thing.room.key == "b1-103"
    assert not Movement.objects.filter(kind="counted").exists()


@pytest.mark.capability("A014.1")
def test_what_comes_after_the_end_is_kept_and_late_and_counts_when_the_result_is_refused(school):
    things = school.things("b1-101", 2)
    take = backdated(opened(school))
    bring(school, take, [row(things[0].number)])
    result = concluding.ask(by=school.actor("T5"), take=take)
    taken = bring(school, take, [row(things[1].number, ago=5)])
    assert (len(taken.ids), taken.is_late) == (1, True)
    take.refresh_from_db()
    assert (figures_of(take)["not_seen"], figures_of(take)["late"]) == (1, 1)
    concluding.refuse(by=school.actor("T6"), result=result, answer="还有人没传完")
    take.refresh_from_db()
    assert (take.state, figures_of(take)["not_seen"], figures_of(take)["late"]) == ("open", 0, 0)


def test_the_database_keeps_rows_and_lists(school):
    [thing] = school.things("b1-101", 1)
    take = backdated(opened(school))
    bring(school, take, [row(thing.number)])
    for table in ("assets_count_row", "assets_count_item"):
        for change in (f"UPDATE {table} SET take_id = take_id", f"DELETE FROM {table}"):  # noqa: S608
            with pytest.raises(Exception, match="refused"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(change)


def test_a_transfer_after_the_opening_does_not_change_the_list(school):
    [thing] = school.things("b1-101", 1)
    take = backdated(opened(school))
    Asset.objects.filter(pk=thing.pk).update(room_id=school.rooms["b1-102"])
    bring(school, take, [row(thing.number)])
    assert told(take) == {thing.number: "match"}


def test_nobody_begins_a_count_of_nothing_or_without_counters(school):
    school.things("b1-101", 1)
    empty = planned(school, places=("b1-102",))
    with pytest.raises(planning.NothingToCountError):
        planning.open_take(by=school.actor("T5"), take=empty)
    nobody = planned(school)
    nobody.teams.all().delete()
    with pytest.raises(planning.NobodyCountsError):
        planning.open_take(by=school.actor("T5"), take=nobody)
    assert {one.state for one in (empty, nobody)} == {"planned"}
    with pytest.raises(planning.NoSuchMembersError, match="T404"):
        planning.set_team(by=school.actor("T5"), take=nobody, name="二组", members=["T2", "T404"])
    assert nobody.teams.count() == 0
