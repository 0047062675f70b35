"""Counting what went out (谁看过我): pages and rows of a day with each page; each minute readings are folded into one line a person,
grant and day, and told to the person."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.database.values import all_rows, run
from nanhu.platforms.datahub.models import Delivery, Grant
from nanhu.platforms.datahub.shared.declarations import shared_tables
from nanhu.platforms.datahub.shared_rows.reading import tell_looks
from nanhu.platforms.people import api as people

LOOK: Final = "datahub.share_person"
AT_ONCE: Final = 2000
KEPT_DAYS: Final = 3 * 366
"""PIPL, article 56: three years."""
UNTOLD_DAYS: Final = 30
TAKE: Final = """
    DELETE FROM datahub_reading WHERE id IN (SELECT id FROM datahub_reading ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING grant_id, day, actor, address, numbers, looked, read_to"""
DELIVER: Final = """
    INSERT INTO datahub_delivery AS known (grant_id, campus_no, day, times, at)
    SELECT %(grant)s, one, %(day)s, 1, %(at)s FROM unnest(%(numbers)s::text[]) AS one
    ON CONFLICT (campus_no, grant_id, day) DO UPDATE SET times = known.times + 1, at = excluded.at
    RETURNING campus_no, told_at IS NULL"""
TOLD: Final = """
    UPDATE datahub_delivery SET told_at = %(at)s WHERE grant_id = %(grant)s AND day = %(day)s AND campus_no = ANY(%(numbers)s)"""
type Place = tuple[int, date, str, str]


class Given(NamedTuple):
    """What one page gave."""

    numbers: list[str]
    looked: list[str]
    read_to: int | None


def count_readings() -> int:
    """How many readings; killed before its end, it never happened."""
    done = 0
    while taken := count_some():
        done += taken
    return done


@transaction.atomic
def count_some() -> int:
    taken = all_rows(TAKE, [AT_ONCE])
    pages: dict[Place, list[Given]] = defaultdict(list)
    for grant, day, actor, address, *rest in taken:
        pages[grant, day, actor, address].append(Given(*rest))
    grants = Grant.objects.in_bulk({grant for grant, *_rest in pages})
    for (grant_id, day, actor, address), read in pages.items():
        by = Actor(account_id=None, name=actor, address=address)
        numbers = {number for page in read for number in page.numbers}
        looked = {number for page in read for number in page.looked}
        deliver(grants[grant_id], numbers, looked, day=day, by=by)
        follow(grant_id, max((page.read_to for page in read if page.read_to is not None), default=None))
    return len(taken)


def follow(grant_id: int, read_to: int | None) -> None:
    if read_to is not None:
        Grant.objects.filter(pk=grant_id).exclude(read_to__gte=read_to).update(read_to=read_to)


def deliver(grant: Grant, numbers: Collection[str], looked: Collection[str], *, day: date, by: Actor) -> None:
    """Counted each time, removals too; told to each person once a day, and each time where sensitive fields were `looked` at."""
    if not numbers:
        return
    with connection.cursor() as cursor:
        facts: dict[str, Any] = {"grant": grant.pk, "day": day, "at": now(), "numbers": sorted(numbers)}
        cursor.execute(DELIVER, facts)
        untold = {number for number, is_untold in cursor.fetchall() if is_untold}
    holders = people.holders_of(untold | set(looked))
    table = shared_tables().get(grant.table_key)
    if looked and table is not None:
        tell_looks(table, sorted(looked), holders, by=by, purpose=grant.purpose)
    tell(grant, day, {number: holders[number] for number in untold if number in holders}, set(looked), by=by)


def tell(grant: Grant, day: date, holders: Mapping[str, int], told: Collection[str], *, by: Actor) -> None:
    """`told`: those who are told of it as a look of its own already."""
    table = shared_tables().get(grant.table_key)
    audit.record_many(
        audit.Record(
            by=by,
            action=LOOK,
            target=f"person:{holders[number]}",
            reason=grant.purpose,
            facts={"table": table.name if table else grant.table_key, "campus_no": number},
        )
        for number in sorted(holders.keys() - set(told))
    )
    run(TOLD, {"grant": grant.pk, "day": day, "at": now(), "numbers": list(holders)})


def tell_those_known_since() -> None:
    """Whose number nobody had on the day itself."""
    first = campus_today() - timedelta(days=UNTOLD_DAYS)
    untold = Delivery.objects.filter(told_at=None, day__gte=first)
    holders = people.holders_of(set(untold.values_list("campus_no", flat=True)))
    known = untold.filter(campus_no__in=list(holders)).select_related("grant__vendor").order_by("grant", "day")
    pages: dict[tuple[Grant, date], dict[str, int]] = defaultdict(dict)
    for one in known:
        pages[one.grant, one.day][one.campus_no] = holders[one.campus_no]
    for (grant, day), held in pages.items():
        with transaction.atomic():
            tell(grant, day, held, (), by=Actor.system(f"vendor:{grant.vendor.company}"))


def forget_old() -> int:
    """What is older than the law wants it kept."""
    return Delivery.objects.filter(day__lt=campus_today() - timedelta(days=KEPT_DAYS)).delete()[0]
