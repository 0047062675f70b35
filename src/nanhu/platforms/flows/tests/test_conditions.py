"""Conditions: read, bounded, compared; nothing of Python runs."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanhu.platforms.flows.conditions import DEEPEST, LONGEST, ConditionError, fields_of, holds, parse

DATA = {"days": 5, "kind": "事假", "tags": ["甲", "乙"], "on": "2026-11-26", "leave.days": 4, "agreed": True}


@pytest.mark.parametrize(
    ("text", "is_true"),
    [
        ("days > 3", True),
        ("days <= 3", False),
        ("days = 5 and kind = '事假'", True),
        ("days > 9 or kind in ('事假', '公假')", True),
        ("not kind = '事假'", False),
        ("not (days > 9) and not kind = '病假'", True),
        ("tags in ('乙')", True),
        ("on >= 2026-11-26", True),
        ("on < 2026-11-26", False),
        ("leave.days > 3.5", True),
        ("missing > 3", False),
        ("missing != 3", False),
        ("agreed = true", True),
        ("days = true", False),
        ("days > 9 or days > 1 and kind = '病假'", False),
    ],
)
def test_it_holds_as_it_reads(text, is_true):
    assert holds(parse(text), DATA) is is_true


@pytest.mark.parametrize(
    "text",
    [
        "",
        "days",
        "days >",
        "3 > days",
        "days > 3 and",
        "days > 3)",
        "(days > 3",
        "__import__('os')",
        "days.__class__ = 3",
        "days > 3; drop",
        "kind in ()",
        "kind in '事假'",
        "on > 2026-13-45",
        "f(days) > 3",
        "days > other",
        "(" * (DEEPEST + 2) + "days > 3" + ")" * (DEEPEST + 2),
        "not " * (DEEPEST + 2) + "days > 3",
        "days > 3 or " * LONGEST + "days > 3",
    ],
)
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(ConditionError):
        parse(text)


def test_two_kinds_of_values_are_not_compared():
    with pytest.raises(ConditionError):
        holds(parse("kind > 3"), DATA)


def test_it_names_its_fields():
    assert fields_of(parse("days > 3 and (kind = '事假' or not on = 2026-01-01)")) == {"days", "kind", "on"}


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text):
    with suppress(ConditionError):
        parse(text)


@given(st.integers(-1000, 1000), st.integers(-1000, 1000), st.dates())
def test_numbers_and_days_compare_as_they_are(said, limit, day):
    assert holds(parse(f"n >= {limit}"), {"n": said}) is (said >= limit)
    assert holds(parse(f"day = {day.isoformat()}"), {"day": day.isoformat()}) is (day >= date.min)
