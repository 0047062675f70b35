"""The initial PIN, what is too easy, and how six digits travel."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.systems.card.pins import policy
from nanhu.systems.card.pins.blocks import PinBlockError, open_pin_block
from nanhu.systems.card.pins.rules import initial_pin, is_pin, is_weak
from nanhu.systems.card.pins.tests.pinpad import seal_pin_block

DOCUMENT = (Path(__file__).parents[6] / "docs" / "protocols" / "terminal.md").read_text()


@pytest.mark.parametrize(
    ("document", "rule", "pin"),
    [
        ("43060219990101001X", "document_digits", "010010"),
        ("430602199901010026", "counter", "010026"),
        ("43060219990101001x", "counter", "010010"),
        ("E12345678", "document_digits", "345678"),
        ("E1234", "document_digits", "001234"),
        ("E12345678", "counter", None),
        ("", "document_digits", None),
    ],
)
@pytest.mark.capability("A125.1", "A125.2")
def test_the_initial_pin_follows_the_document(document, rule, pin):
    assert initial_pin(document, rule) == pin


@pytest.mark.parametrize("weak", ["111111", "123456", "654321", "345678"])
def test_easy_pins_are_weak(weak):
    assert is_weak(weak)
    assert not is_weak("482915")


@pytest.mark.capability("A123.3")
@pytest.mark.parametrize("odd", ["12345", "1234567", "12345a", "１２３４５６", ""])
def test_a_pin_is_six_digits(odd):
    assert not is_pin(odd)


@given(st.from_regex(r"[0-9]{6}", fullmatch=True), st.integers(min_value=1, max_value=2**53 - 1))
def test_a_block_opens_only_where_it_was_made_for(pin, sequence):
    key = bytes(range(32))
    block = seal_pin_block(key, "N1001", sequence, pin)
    assert open_pin_block(key, "N1001", sequence, block) == pin
    for wrong in ((bytes(32), "N1001", sequence), (key, "N1002", sequence), (key, "N1001", sequence + 1)):
        with pytest.raises(PinBlockError):
            open_pin_block(*wrong, block)


def test_the_documents_example_opens():
    text = DOCUMENT.split("a test opens this block", 1)[1].split("**Without", 1)[0]
    said = dict(re.findall(r"^    (\w+) +(.+)$", text, re.MULTILINE))
    assert open_pin_block(bytes.fromhex(said["key"]), said["terminal"], said["sequence"], said["block"]) == said["pin"]


RULES = policy.read_rules(
    {
        "card": {
            "limits": [
                {"from": date(2024, 1, 1), "meal_fen": 1000},
                {"from": date(2025, 1, 1), "meal_fen": 2000, "teacher": {"daily_fen": 9}},
            ],
            "meals": [
                {
                    "first_day": "10-01",
                    "last_day": "04-30",
                    "periods": {"lunch": "10:00-15:00", "night": "20:30-24:00"},
                },
                {"first_day": "05-01", "last_day": "09-30", "periods": {"lunch": "10:00-16:00"}},
                {"canteen": "北院食堂", "periods": {"lunch": "11:00-13:00"}},
            ],
        }
    }
)


@pytest.mark.parametrize(
    ("canteen", "moment", "meal"),
    [
        ("南院一食堂", (2025, 1, 5, 15, 30), 0),
        ("南院一食堂", (2025, 6, 5, 15, 30), 2),
        ("南院一食堂", (2025, 1, 5, 10, 0), 2),
        ("南院一食堂", (2025, 1, 5, 23, 59), 4),
        ("北院食堂", (2025, 6, 5, 15, 30), 0),
        ("北院食堂", (2025, 1, 5, 12, 0), 2),
        ("", (2025, 1, 5, 9, 59), 0),
        ("", (2025, 1, 5, 15, 0), 0),
        ("", (2025, 4, 30, 15, 0), 0),
        ("", (2025, 9, 30, 15, 59), 2),
        ("", (2025, 10, 1, 15, 59), 0),
    ],
)
@pytest.mark.capability("A134.3")
def test_meals_are_those_of_the_canteen_and_the_season(canteen, moment, meal):
    assert policy.meal_by(RULES[1], canteen, datetime(*moment, tzinfo=CAMPUS_ZONE)) == meal


@pytest.mark.capability("A133.3")
def test_limits_are_dated_and_may_differ_by_class():
    before, after = (policy.limits_on(date(year, 6, 1), RULES[0]) for year in (2024, 2025))
    assert (before.for_class("teacher"), after.for_class("teacher")) == ((1000, 15_000), (2000, 9))
    assert after.for_class("student") == (2000, 15_000)
