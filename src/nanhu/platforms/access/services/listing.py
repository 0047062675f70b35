"""What a door keeps for the time without network: hashed numbers of credentials, each with the profile that says when."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from nanhu.kernel.clock import CAMPUS_ZONE, campus_today, now
from nanhu.kernel.database.values import one_value
from nanhu.platforms.access import issuers
from nanhu.platforms.access.models import Door, DoorList, DoorListRow, DoorRule
from nanhu.platforms.access.rules import Spoken, windows, without_days

DAYS: Final = 8
MOST_ROWS: Final = 5000
STAMP = "SELECT access_stamp(%s)"
REFRESH = "SELECT access_refresh(%s, %s, %s, %s, %s)"


class Page(NamedTuple):
    """Rows after what the door holds; `following` is where the next page begins, None at the end."""

    version: int
    is_full: bool
    rows: list[DoorListRow]
    following: int | None


def current_list(door: Door) -> DoorList:
    """Made anew only where its stamp says so; a query, and one of each issuer, otherwise."""
    today = campus_today()
    stamp = f"{today}.{one_value(STAMP, [now()])}.{issuers.stamp()}"
    known = DoorList.objects.filter(pk=door.pk).first()
    if known is not None and known.stamp == stamp:
        return known
    closed = issuers.closed_days([today + timedelta(days=n) for n in range(DAYS)])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REFRESH, [door.pk, today, sorted(closed), issuers.views(), stamp])
        return with_profiles(DoorList.objects.select_for_update().get(pk=door.pk), closed, today)


def with_profiles(door_list: DoorList, closed: dict[str, set[date]], first: date) -> DoorList:
    rows = DoorListRow.objects.filter(door_id=door_list.pk).exclude(profile="").order_by()
    names = set(rows.values_list("profile", flat=True).distinct())
    ids = {int(one) for name in names for one in name.partition("/")[0].split(".")}
    rules = {rule.pk: spoken(rule) for rule in DoorRule.objects.filter(pk__in=ids)}
    door_list.profiles = {name: listed_windows(name, rules, closed, first) for name in sorted(names)}
    text = json.dumps(door_list.profiles, sort_keys=True)
    door_list.profiles_tag = hashlib.sha256(text.encode()).hexdigest()[:16]
    door_list.ends_at = datetime.combine(first + timedelta(days=DAYS), time(), CAMPUS_ZONE)
    door_list.save(update_fields=["profiles", "profiles_tag", "ends_at"])
    return door_list


def listed_windows(
    name: str, rules: dict[int, Spoken], closed: dict[str, set[date]], first: date
) -> list[tuple[int, int]]:
    ids, _slash, group = name.partition("/")
    found = windows([rules[int(one)] for one in ids.split(".")], first=first, days=DAYS)
    return seconds(without_days(found, closed.get(group, ())) if group else found)


def seconds(found: Iterable[tuple[datetime, datetime]]) -> list[tuple[int, int]]:
    return [(unix(begin), unix(end)) for begin, end in found]


def unix(local: datetime) -> int:
    return int(local.replace(tzinfo=CAMPUS_ZONE).timestamp())


def spoken(rule: DoorRule) -> Spoken:
    return Spoken(
        id=rule.pk,
        is_allowed=rule.is_allowed,
        names_person=rule.person_id is not None,
        weekdays=rule.weekdays,
        from_time=rule.from_time,
        until_time=rule.until_time,
        starts_on=rule.starts_on,
        ends_on=rule.ends_on,
    )


def page_of(door_list: DoorList, *, held: int, after: int, most: int = MOST_ROWS) -> Page:
    """A version we never gave (0, or of another life of this database) gets the whole list, without what is gone."""
    is_full = not 1 <= held <= door_list.version
    rows = DoorListRow.objects.filter(door_id=door_list.pk, pk__gt=after)
    rows = rows.exclude(profile="") if is_full else rows.filter(version__gt=held)
    found = list(rows.order_by("pk")[: most + 1])
    is_cut = len(found) > most
    return Page(door_list.version, is_full, found[:most], found[most - 1].pk if is_cut else None)


def row_facts(row: DoorListRow) -> list[Any]:
    if row.profile == "":
        return [row.hashed]
    return [row.hashed, row.profile, midnight(row.valid_from), midnight(row.valid_until + timedelta(days=1))]


@lru_cache(maxsize=4096)
def midnight(day: date) -> int:
    """Many cards end on few days."""
    return unix(datetime.combine(day, time()))
