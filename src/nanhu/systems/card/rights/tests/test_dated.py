"""Dated rules without a database: what meets, what remains."""

from datetime import date

import pytest

from nanhu.kernel.dated import with_rules
from nanhu.systems.card.rights.models import RightRule


def rule(first: int, last: int | None, sub_class: str = "") -> RightRule:
    return RightRule(
        card_class="student",
        sub_class=sub_class,
        right="library",
        is_allowed=True,
        reason="函",
        starts_on=date(2026, 1, first),
        ends_on=date(2026, 1, last) if last else None,
    )


def days(rules) -> list[tuple[int, int | None]]:
    return sorted((one.starts_on.day, one.ends_on.day if one.ends_on else None) for one in rules)


@pytest.mark.capability("A096.3")
@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ((1, 9), (3, 5), [(1, 2), (3, 5), (6, 9)]),
        ((1, 9), (1, 9), [(1, 9)]),
        ((3, 5), (1, 9), [(1, 9)]),
        ((1, None), (3, None), [(1, 2), (3, None)]),
        ((1, None), (3, 5), [(1, 2), (3, 5), (6, None)]),
        ((1, 2), (3, 5), [(1, 2), (3, 5)]),
        ((5, 9), (1, 5), [(1, 5), (6, 9)]),
    ],
)
def test_a_new_rule_leaves_of_the_old_what_it_does_not_cover(old, new, left):
    assert days(with_rules([rule(*old)], [rule(*new)])) == left


def test_a_rule_of_another_key_is_not_met():
    assert len(with_rules([rule(1, 9, "留学生")], [rule(1, 9)])) == 2


def test_a_piece_names_the_rule_it_was_cut_from():
    old = rule(1, 9)
    old.pk = 7
    pieces = with_rules([old], [rule(3, 5)])[:2]
    assert [(one.pk, one.replaces_id, one.reason) for one in pieces] == [(None, 7, "函"), (None, 7, "函")]
