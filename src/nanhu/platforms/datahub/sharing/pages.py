"""A page of a shared table for a consumer: rows by the order in which they were written, from a cursor on, removed ones included.

Rows of a table are numbered under its lock, so that none comes in behind a cursor. `floor`: the number at which the consumer's
first reading began, or his last one ended; of what had ended by then he holds nothing. A cursor of the grant before this one reads
all anew, and is told besides what it held by that grant and has no more (`prior`)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import msgspec

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.crypto import decrypt_many
from nanhu.kernel.database.values import all_rows, planned_rows
from nanhu.platforms.datahub.models import Grant
from nanhu.platforms.datahub.shared.declarations import KEY_ENDS, SharedTable
from nanhu.platforms.datahub.shared_rows.values import PURPOSE
from nanhu.platforms.datahub.sharing.formats import OURS, HubRow
from nanhu.platforms.datahub.sharing.offers import Offer
from nanhu.platforms.datahub.sharing.refusals import DailyRowsError, ProductUnknownError

MOST: Final = 5000
USUAL: Final = 500
COLUMNS: Final = "one.id, one.key, one.data::text, one.sealed, one.fits, one.valid_from, one.batch_id, b.source"
PAGE: Final = """
    SELECT {columns} FROM (
        SELECT row.*, NOT row.is_removed AND {fits} AS fits FROM datahub_shared_row row
        WHERE row.table_key = %(table)s AND row.valid_to IS NULL AND row.id > %(since)s
    ) one LEFT JOIN datahub_batch b ON b.id = one.batch_id
    WHERE one.fits OR (one.id > %(floor)s AND EXISTS ({held})) {prior}
    ORDER BY one.id LIMIT %(most)s"""
HELD: Final = """
    SELECT FROM datahub_shared_row row
    WHERE row.table_key = %(table)s AND row.key = one.key AND row.id <= %({whose}since)s AND NOT row.is_removed AND {fits}
        AND NOT EXISTS (
            SELECT FROM datahub_shared_row later
            WHERE later.table_key = row.table_key AND later.key = row.key AND later.id > row.id AND later.id <= %({whose}floor)s)"""
"""What the consumer may know of a key: the last that was written of it up to `floor`, and all that came since up to his cursor,
for he reads page by page while it is written."""
PAST: Final = """
    SELECT {columns} FROM (
        SELECT row.*, true AS fits FROM datahub_shared_row row
        WHERE row.table_key = %(table)s AND row.id > %(since)s AND row.valid_from <= %(as_of)s
            AND (row.valid_to IS NULL OR row.valid_to > %(as_of)s) AND NOT row.is_removed AND {fits}
    ) one LEFT JOIN datahub_batch b ON b.id = one.batch_id
    ORDER BY one.id LIMIT %(most)s"""
LAST_PERSONS: Final = """
    SELECT DISTINCT ON (key) key, data ->> %(name)s FROM datahub_shared_row
    WHERE table_key = %(table)s AND key = ANY(%(keys)s) AND NOT is_removed ORDER BY key, id DESC"""
NOTE: Final = """
    WITH held AS (
        SELECT g.id, g.rows_a_day FROM datahub_grant g
        WHERE g.id = %(grant)s AND g.state = 'agreed' AND g.expires_on >= %(day)s
    ), counted AS (
        INSERT INTO datahub_sharing_day AS known (grant_id, day, pages, rows, read_to)
        SELECT held.id, %(day)s, 1, %(rows)s, %(read_to)s FROM held WHERE held.rows_a_day >= %(rows)s
        ON CONFLICT (grant_id, day) DO UPDATE SET pages = known.pages + 1, rows = known.rows + excluded.rows,
            read_to = greatest(known.read_to, excluded.read_to)
        WHERE known.rows + excluded.rows <= (SELECT held.rows_a_day FROM held)
        RETURNING grant_id
    )
    INSERT INTO datahub_reading (grant_id, actor, address, day, at, rows, numbers, looked, read_to)
    SELECT grant_id, %(actor)s, %(address)s, %(day)s, %(at)s, %(rows)s, %(numbers)s, %(looked)s, %(read_to)s FROM counted
    RETURNING id"""
"""Pages of one grant are counted one after another, each on what those before it left of the day: what others gave while this one
was read counts for its rows."""

decoded: Final = msgspec.json.Decoder(list[dict[str, Any]]).decode


@dataclass(frozen=True, slots=True)
class Cursor:
    """`prior`: the grant before this one, by whose cursor of `prior_since` and `prior_floor` the consumer holds rows."""

    since: int = 0
    floor: int = 0
    prior: int = 0
    prior_since: int = 0
    prior_floor: int = 0

    def __str__(self) -> str:
        prior = [self.prior, self.prior_since, self.prior_floor] if self.prior else []
        parts = [self.since, self.floor, *prior]
        return ".".join(map(str, parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    rows: list[HubRow]
    next: Cursor
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is read: by which grant, of which table, from where on. `newest`: the newest row of the table before the page is read; `read_to`: how far
    it was read to the end before."""

    grant: Grant
    table: SharedTable
    offer: Offer
    cursor: Cursor
    newest: int
    most: int
    as_of: datetime | None = None
    prior: Offer | None = None
    read_to: int = 0


def page_of(query: Query, *, by: Actor) -> Page:
    """What is given is written down before it is, if the grant still holds then."""
    query = begun(query)
    found = fetched(query, query.most + 1)
    shown, is_last = found[: query.most], len(found) <= query.most
    stored = decoded(f"[{','.join([one[2] for one in shown])}]")
    rows = list(rows_of(query, shown, stored))
    if shown or (is_last and is_further(query)):
        note(query, shown, stored, rows, is_last=is_last, by=by)
    return Page(rows=rows, next=after(query, shown, is_last=is_last), is_last=is_last)


def is_further(query: Query) -> bool:
    """An end, though nothing was given: from here on the consumer waits for news. Of an empty table, while nobody knows it."""
    return query.as_of is None and (query.newest > query.read_to or (query.grant.read_to is None and not query.newest))


def begun(query: Query) -> Query:
    if query.cursor.floor or query.as_of is not None:
        return query
    return replace(query, cursor=replace(query.cursor, floor=max(query.newest, 1)))


def after(query: Query, shown: Sequence[tuple[Any, ...]], *, is_last: bool) -> Cursor:
    """At the end behind all that was passed over as well; what was held by an earlier grant is settled then."""
    cursor = query.cursor
    last = shown[-1][0] if shown else cursor.since
    if not is_last or query.as_of is not None:
        return replace(cursor, since=last)
    end = max(last, query.newest)
    return Cursor(end, end)


def fetched(query: Query, most: int) -> list[tuple[Any, ...]]:
    cursor = query.cursor
    facts: dict[str, Any] = {
        "table": query.table.key,
        "since": cursor.since,
        "floor": cursor.floor,
        "prior_since": cursor.prior_since,
        "prior_floor": cursor.prior_floor,
        "as_of": query.as_of,
        "most": most,
    }
    fits = condition(query.offer.only, "mine", facts)
    prior = ""
    if query.prior is not None:
        held = HELD.format(whose="prior_", fits=condition(query.prior.only, "prior", facts))
        prior = f"OR EXISTS ({held})"
    statement = (PAGE if query.as_of is None else PAST).format(
        columns=COLUMNS, fits=fits, held=HELD.format(whose="", fits=fits), prior=prior
    )
    return planned_rows(statement, facts)


def condition(only: Mapping[str, Sequence[str]], whose: str, facts: dict[str, Any]) -> str:
    """SQL of `row` for the values that it may have; what it compares is added to `facts`."""
    parts = []
    for place, (name, values) in enumerate(only.items()):
        facts |= {f"{whose}_name_{place}": name, f"{whose}_values_{place}": list(values)}
        parts.append(f"row.data -> %({whose}_name_{place})s = ANY(%({whose}_values_{place})s::jsonb[])")
    return " AND ".join(parts) or "true"


def rows_of(query: Query, shown: Sequence[tuple[Any, ...]], stored: Sequence[Mapping[str, Any]]) -> Iterator[HubRow]:
    """`stored`: their open fields."""
    for one, data, secret in zip(shown, stored, secrets_of(query.offer, shown), strict=True):
        _id, key, _data, _sealed, fits, since, batch, source = one
        yield HubRow(
            key=dict(zip(query.table.keys, key.split(KEY_ENDS), strict=True)),
            data=query.offer.given({**data, **secret} if secret else data) if fits else None,
            since=since.isoformat(),
            batch=batch,
            source=source or OURS,
        )


def secrets_of(offer: Offer, found: Sequence[tuple[Any, ...]]) -> list[Mapping[str, Any]]:
    """What is sealed is opened only where the grant has a field of it."""
    if not offer.opens:
        return [{} for _one in found]
    opened = iter(decrypt_many([bytes(one[3]) for one in found if one[3] is not None and one[4]], purpose=PURPOSE))
    return [json.loads(next(opened)) if one[3] is not None and one[4] else {} for one in found]


def persons_of(
    table: SharedTable, name: str, found: Sequence[tuple[Any, ...]], stored: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Whom each row names in this field, as it is stored, whatever fields are given; of a removed one, whom it last named."""
    numbers = [one.get(name) for one in stored]
    removed = [one[1] for one, said, number in zip(found, stored, numbers, strict=True) if number is None and not said]
    last: dict[str, str] = {}
    if removed:
        last = dict(all_rows(LAST_PERSONS, {"name": name, "table": table.key, "keys": removed}))
    return [str(number or last.get(one[1]) or "") for one, number in zip(found, numbers, strict=True)]


def note(
    query: Query,
    shown: Sequence[tuple[Any, ...]],
    stored: Sequence[Mapping[str, Any]],
    rows: Sequence[HubRow],
    *,
    is_last: bool,
    by: Actor,
) -> None:
    named = {name: persons_of(query.table, name, shown, stored) for name in query.table.persons}
    numbers = {number for each in named.values() for number in each if number}
    looked = (
        [number for number, row in zip(named[query.table.person], rows, strict=True) if number and row.data is not None]
        if query.offer.looks
        else []
    )
    facts = {
        "grant": query.grant.pk,
        "actor": by.name,
        "address": by.address,
        "day": campus_today(),
        "at": now(),
        "rows": len(shown),
        "numbers": sorted(numbers),
        "looked": sorted(set(looked)),
        "read_to": max([query.newest, *(one[0] for one in shown[-1:])]) if is_last and query.as_of is None else None,
    }
    if not planned_rows(NOTE, facts):
        raise DailyRowsError if Grant.in_effect().filter(pk=query.grant.pk).exists() else ProductUnknownError
