"""How well two posts fit; how much of what may be done."""

from datetime import UTC, datetime, timedelta

import pytest

from nanhu.services.lostfound import rules


def test_two_texts_are_as_like_as_the_pairs_of_letters_that_they_share():
    assert rules.overlap("黑色折叠伞", "黑色折叠伞") == 1
    assert rules.overlap("黑色折叠伞", "红色长柄伞") == 0
    assert 0.5 < rules.overlap("黑色折叠伞，木柄", "一把黑色折叠伞") < 1
    assert rules.overlap("", "伞") == 0


@pytest.mark.capability("A075.2")
def test_near_in_time_is_within_three_days():
    noon = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert rules.nearness(noon, noon) == 1
    assert rules.nearness(noon, noon + timedelta(days=3)) == 0
    assert rules.nearness(noon, noon - timedelta(days=9)) == 0
    assert rules.nearness(noon, noon + timedelta(hours=36)) == pytest.approx(0.5)


@pytest.mark.capability("A075.2")
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("main", "lib"), ("main", "lib"), 1.0),
        (("main", "lib", "lib-301"), ("main", "lib"), 0.7),
        (("main", "lib"), ("main", "gym"), 0.3),
        (("main",), ("main", "gym"), 0.3),
        (("main", "lib"), ("east",), None),
        ((), ("east",), 0.3),
    ],
)
def test_the_same_building_is_nearer_than_the_same_campus_and_another_campus_is_out(first, second, expected):
    assert rules.place_score(first, second) == expected
