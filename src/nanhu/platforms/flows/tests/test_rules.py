"""Working minutes, countersigning, lateness: by the worked examples of the design, and by what must always hold."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanhu.kernel.calendar import rules as calendar
from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.platforms.flows.rules import (
    Hours,
    add_working_minutes,
    countersigned,
    lateness,
    paper_key,
    working_minutes_between,
)

HOURS = Hours(((time(9), time(12, 30)), (time(15, 30), time(18, 30))))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 30), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone


def is_working(day: date) -> bool:
    return calendar.is_working_day(day, {})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CAMPUS_ZONE)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-09-24T16:00", 480, "2026-09-28T17:30"),
        ("2026-09-24T16:00", 150, "2026-09-24T18:30"),
        ("2026-09-24T16:00", 151, "2026-09-28T09:01"),
        ("2026-09-24T13:00", 10, "2026-09-24T15:40"),
        ("2026-09-26T10:00", 10, "2026-09-28T09:10"),
        ("2026-09-24T20:00", 1, "2026-09-28T09:01"),
        ("2026-09-24T16:00", 0, "2026-09-24T16:00"),
    ],
)
def test_a_promise_is_kept_in_working_hours(start, minutes, due):
    """Mid-autumn 2026: 25 to 27 September are holidays."""
    assert add_working_minutes(at(start), minutes, HOURS, is_working) == at(due)


@given(MOMENTS, st.integers(0, 3000))
def test_what_was_added_lies_between(start, minutes):
    due = add_working_minutes(start, minutes, HOURS, is_working)
    assert due >= start
    assert abs(working_minutes_between(start, due, HOURS, is_working) - minutes) <= 1


@given(MOMENTS, st.integers(0, 1500), st.integers(0, 1500))
def test_adding_twice_is_adding_the_sum(start, first, second):
    once = add_working_minutes(start, first + second, HOURS, is_working)
    twice = add_working_minutes(add_working_minutes(start, first, HOURS, is_working), second, HOURS, is_working)
    assert abs(once - twice) <= timedelta(days=10)
    assert working_minutes_between(min(once, twice), max(once, twice), HOURS, is_working) == 0


@pytest.mark.parametrize(
    ("answers", "signers", "needed", "result"),
    [
        ("ARAR", 5, 3, None),
        ("ARARA", 5, 3, "agree"),
        ("AAA", 5, 3, "agree"),
        ("AA", 5, 3, None),
        ("RRR", 5, 3, "refuse"),
        ("RR", 5, 3, None),
        ("AA", 2, "all", "agree"),
        ("R", 2, "all", "refuse"),
        ("R", 2, "any", None),
        ("RR", 2, "any", "refuse"),
        ("A", 2, "any", "agree"),
        ("A", 1, 3, "agree"),
    ],
)
def test_countersigning_ends_when_nothing_can_change_it(answers, signers, needed, result):
    said = ["agree" if one == "A" else "refuse" for one in answers]
    assert countersigned(said, signers, needed) == result


@given(st.lists(st.sampled_from(["agree", "refuse"]), min_size=1, max_size=9), st.integers(1, 9))
def test_a_result_never_changes_and_always_comes(answers, needed):
    results = [countersigned(answers[: n + 1], len(answers), needed) for n in range(len(answers))]
    assert results[-1] is not None
    settled = [one for one in results if one is not None]
    assert len(set(settled)) == 1


@pytest.mark.parametrize(("used", "level"), [(0, 0), (79, 0), (80, 80), (99, 80), (100, 100), (199, 100), (250, 200)])
def test_lateness_is_told_in_steps(used, level):
    assert lateness(used, 100) == level


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("应急-007", "应急－007", True),
        ("应急-007", "应急 007", True),
        ("应急-007", " 应急—007　", True),
        ("应急-007", "应急007", True),
        ("jw－2026 — 7", "ＪＷ2026−7", True),
        ("1-23", "12-3", False),
        ("应急-007", "应急-0071", False),
    ],
)
def test_a_papers_number_is_the_same_however_it_is_written(one, other, is_same):
    assert (paper_key(one) == paper_key(other)) is is_same
    assert paper_key("—— -") == ""
