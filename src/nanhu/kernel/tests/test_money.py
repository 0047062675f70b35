import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanhu.kernel.money import LARGEST_FEN, MoneyFormatError, format_yuan, parse_yuan, yuan_in_words

SUMS = [
    ("12.5", 1250),
    ("12.50", 1250),
    ("¥ 12", 1200),
    ("¥12", 1200),
    ("￥12．50", 1250),
    ("１２．５", 1250),
    ("1,234.05", 123405),
    ("１，２３４", 123400),
    ("9,999,999,999.99", LARGEST_FEN - 1),
    ("0", 0),
    ("0.01", 1),
    (" 3 ", 300),
]
NO_SUMS = [
    "",
    "-1",
    "+1",
    "1.234",
    "1e3",
    "NaN",
    "一元",
    "1.2.3",
    "99999999999",
    "1 2",
    "3,0",
    "3，0",
    "12,34",
    "1,23",
    "1,2345",
    "1234,567",
    ",5",
    "1,",
    "1,,000",
    "0,123",
    "12.",
    ".5",
    "007",
    "00",
    "1.5,0",
    "1,234,5",
    "¥",
    "¥¥1",
    "٣",
    "1\u00a0000",
    "12.50元",
    "99,999,999,999",
]


@pytest.mark.parametrize(("text", "fen"), SUMS)
def test_it_reads_what_people_type(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize("text", NO_SUMS)
def test_it_refuses_what_is_no_amount_or_could_be_two(text: str) -> None:
    with pytest.raises(MoneyFormatError):
        parse_yuan(text)


def test_the_refusal_repeats_what_was_typed() -> None:
    with pytest.raises(MoneyFormatError) as refusal:
        parse_yuan("十二块")
    assert "十二块" in refusal.value.message


@pytest.mark.parametrize(
    ("fen", "shown"),
    [(0, "¥ 0.00"), (5, "¥ 0.05"), (1250, "¥ 12.50"), (-1250, "−¥ 12.50"), (123456789, "¥ 1,234,567.89")],
)
def test_it_shows_yuan(fen: int, shown: str) -> None:
    assert format_yuan(fen) == shown


def test_money_in_carries_a_plus_where_asked() -> None:
    assert format_yuan(100, signed=True) == "+¥ 1.00"
    assert format_yuan(-100, signed=True) == "−¥ 1.00"
    assert format_yuan(0, signed=True) == "¥ 0.00"


@given(st.integers(min_value=0, max_value=LARGEST_FEN - 1))
def test_what_is_shown_can_be_read_back(fen: int) -> None:
    assert parse_yuan(format_yuan(fen)) == fen


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (3000, "叁拾元整"),
        (300, "叁元整"),
        (1, "壹分"),
        (50, "伍角整"),
        (105, "壹元零伍分"),
        (1000, "壹拾元整"),
        (123405, "壹仟贰佰叁拾肆元零伍分"),
        (168032, "壹仟陆佰捌拾元叁角贰分"),
        (1020300, "壹万零贰佰零叁元整"),
        (10**7, "壹拾万元整"),
        (100000500, "壹佰万零伍元整"),
        (10**10, "壹亿元整"),
        (LARGEST_FEN - 1, "玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        (-3000, "负叁拾元整"),
    ],
)
def test_it_writes_a_sum_out(fen: int, words: str) -> None:
    assert yuan_in_words(fen) == words
