import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanhu.kernel.money import LARGEST_FEN, MoneyFormatError, format_yuan, parse_yuan


@pytest.mark.parametrize(
    ("text", "fen"),
    [("12.5", 1250), ("12.50", 1250), ("¥ 12", 1200), ("１２．５", 1250), ("1,234.05", 123405), ("0", 0), ("0.01", 1)],
)
def test_it_reads_what_people_type(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.234", "1e3", "NaN", "一元", "1.2.3", "99999999999", "1 2"])
def test_it_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(MoneyFormatError):
        parse_yuan(text)


def test_the_refusal_repeats_what_was_typed() -> None:
    with pytest.raises(MoneyFormatError) as refusal:
        parse_yuan("十二块")
    assert "十二块" in refusal.value.message


@pytest.mark.parametrize(
    ("fen", "shown"),
    [(0, "¥ 0.00"), (5, "¥ 0.05"), (1250, "¥ 12.50"), (-1250, "-¥ 12.50"), (123456789, "¥ 1,234,567.89")],
)
def test_it_shows_yuan(fen: int, shown: str) -> None:
    assert format_yuan(fen) == shown


def test_money_in_carries_a_plus_where_asked() -> None:
    assert format_yuan(100, signed=True) == "+¥ 1.00"
    assert format_yuan(-100, signed=True) == "-¥ 1.00"
    assert format_yuan(0, signed=True) == "¥ 0.00"


@given(st.integers(min_value=0, max_value=LARGEST_FEN - 1))
def test_what_is_shown_can_be_read_back(fen: int) -> None:
    assert parse_yuan(format_yuan(fen)) == fen
