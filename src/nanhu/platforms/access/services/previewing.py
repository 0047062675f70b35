"""Who gains and who loses by a rule, before it holds: reckoned on the people it speaks of, over the first week of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connection, transaction

from nanhu.kernel.clock import campus_today
from nanhu.platforms.access.issuers import views
from nanhu.platforms.access.models import DoorRule
from nanhu.platforms.access.rules import Spoken, windows
from nanhu.platforms.access.services.listing import spoken
from nanhu.platforms.access.services.ruling import DoorRuleDraft, rule_from
from nanhu.platforms.campus.api import Place

type Window = tuple[datetime, datetime]
DAYS: Final = 7
BELOW = """
    SELECT DISTINCT d.place_id FROM access_door d JOIN campus_downwards(%s) down ON down.id = d.place_id ORDER BY 1"""
PROFILES = """
    SELECT p.rules, array_agg(p.person_id ORDER BY p.person_id) FROM access_profiles(%s, %s, %s) p
    WHERE %s = ANY (p.rules) GROUP BY p.rules"""


class Group(NamedTuple):
    """People at one place with the same rules, the one in question among them."""

    place_id: int
    rules: tuple[int, ...]
    persons: list[int]


@dataclass(slots=True)
class Preview:
    """People who may longer, or less long, at some door of the place; one may do both at different hours."""

    gaining: set[int] = field(default_factory=set)
    losing: set[int] = field(default_factory=set)
    untouched: int = 0


def preview_rule(place: Place, draft: DoorRuleDraft) -> Preview:
    """The rule is written, looked at and taken back: exactly what would hold is what is reckoned."""
    with transaction.atomic():
        made = rule_from(place, draft)
        made.reason, made.created_by_name = "…", "…"
        made.save()
        groups, rules = groups_of(made)
        transaction.set_rollback(True)
    return compared(groups, rules, made, is_coming=True)


def preview_withdrawal(rule: DoorRule) -> Preview:
    groups, rules = groups_of(rule)
    return compared(groups, rules, rule, is_coming=False)


def groups_of(rule: DoorRule) -> tuple[list[Group], dict[int, Spoken]]:
    """The people the rule speaks of, at each place below that has doors."""
    since = max(rule.starts_on, campus_today())
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [rule.place_id])
        places = [row[0] for row in cursor.fetchall()]
        groups = []
        for place in places:
            cursor.execute(PROFILES, [place, since, views(), rule.pk])
            groups += [Group(place, tuple(ids), persons) for ids, persons in cursor.fetchall()]
    wanted = {one for group in groups for one in group.rules}
    return groups, {one.pk: spoken(one) for one in DoorRule.objects.filter(pk__in=wanted)}


def compared(groups: Sequence[Group], rules: dict[int, Spoken], rule: DoorRule, *, is_coming: bool) -> Preview:
    seen, first, everybody = Preview(), max(rule.starts_on, campus_today()), set[int]()
    for group in groups:
        held = [rules[one] for one in group.rules]
        with_it = windows(held, first=first, days=DAYS)
        without = windows([one for one in held if one.id != rule.pk], first=first, days=DAYS)
        before, after = (without, with_it) if is_coming else (with_it, without)
        everybody.update(group.persons)
        if overhang(after, before):
            seen.gaining.update(group.persons)
        if overhang(before, after):
            seen.losing.update(group.persons)
    seen.untouched = len(everybody - seen.gaining - seen.losing)
    return seen


def overhang(wide: Sequence[Window], narrow: Sequence[Window]) -> bool:
    """Whether some minute of the first is not in the second."""
    return any(not any(begin <= start and end <= stop for begin, stop in narrow) for start, end in wide)
