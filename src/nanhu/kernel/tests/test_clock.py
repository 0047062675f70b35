"""The edges of time that a date box accepts."""

from datetime import date, timedelta

import pytest

from nanhu.kernel.clock import end_of, start_of


@pytest.mark.parametrize("day", [date(1, 1, 1), date(2024, 2, 29), date(9999, 12, 31)])
def test_every_day_that_can_be_written_has_an_end(day):
    assert timedelta() < end_of(day) - start_of(day) <= timedelta(days=1)
