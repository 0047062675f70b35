"""Depreciation by rule (折旧规则): the sum is exact for every value and every number of months."""

from hypothesis import given
from hypothesis import strategies as st

from nanhu.systems.assets.rules import compensation_fen, depreciation_of, level_of


@given(st.integers(1, 10**12), st.integers(1, 1200))
def test_all_months_together_are_the_value(value_fen: int, months: int) -> None:
    parts = [depreciation_of(value_fen, months, k) for k in range(1, months + 1)]
    assert sum(parts) == value_fen
    assert max(parts) - min(parts) <= 1


def test_a_computer_of_6999_over_72_months() -> None:
    assert [depreciation_of(699_900, 72, k) for k in (1, 2, 3, 4)] == [9_720, 9_721, 9_721, 9_721]


def test_nothing_before_the_first_month_and_after_the_last() -> None:
    assert [depreciation_of(699_900, 72, k) for k in (0, 73)] == [0, 0]


def test_a_loss_by_neglect_is_half_of_the_net_value() -> None:
    assert compensation_fen(value_fen=699_900, accumulated_fen=38_883, permille=500, least_permille=100) == 330_509


def test_an_old_thing_still_costs_a_tenth() -> None:
    assert compensation_fen(value_fen=699_900, accumulated_fen=699_900, permille=1000, least_permille=100) == 69_990


def test_who_approves_by_the_sum() -> None:
    levels = [
        level_of(fen, council_fen=10_000_000, finance_fen=500_000_000) for fen in (9_999_999, 10_000_000, 500_000_000)
    ]
    assert levels == ["office", "council", "finance"]
