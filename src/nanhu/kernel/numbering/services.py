"""Taking numbers of a series, and voiding them."""

from collections.abc import Collection, Sequence
from pathlib import Path

from django.db import connection, transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.database.prepared import insert, insert_unless_there
from nanhu.kernel.database.values import all_rows
from nanhu.kernel.numbering.errors import NoSuchNumberError, NumberTakenError, NumberVoidError
from nanhu.kernel.numbering.models import TakenNumber
from nanhu.kernel.numbering.series import Series
from nanhu.kernel.proposals import given

NEXT_PLACE = (Path(__file__).parent / "sql" / "queries" / "next_place.sql").read_text(encoding="utf-8")
ANY_PLACE = "SELECT nextval('kernel_number_place_seq')"
MANY_PLACES = f"{ANY_PLACE} FROM generate_series(1, %s)"


def take(*, by: Actor, series: Series, target: str, scope: str = "", year: int = 0) -> TakenNumber:
    """The next number, in the caller's transaction, for the document that is made in it. `year`: the campus's of now, unless said.

    Of a gapless series only one transaction at a time holds a number that is not decided yet: take it last, then commit.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            f"{series.key}: a number is taken in the transaction of its document"
        )
    year = year or campus_today().year
    counted_in = series.counted_in(year=year, scope=scope)
    place = next_place(series, counted_in)
    taken = TakenNumber(series=series.key, scope=counted_in, place=place, target=target, taken_by_name=by.name)
    taken.number = series.number(place, year=year, scope=scope)
    refusal = NumberTakenError(number=taken.number)
    if not series.gapless:
        if not insert_unless_there(taken):
            raise refusal
        return taken
    with refused_as(refusal):
        return insert(taken)


def next_place(series: Series, counted_in: str) -> int:
    with connection.cursor() as cursor:
        if series.gapless:
            cursor.execute(NEXT_PLACE, {"series": series.key, "scope": counted_in})
        else:
            cursor.execute(ANY_PLACE)
        return int(cursor.fetchone()[0])


def take_many(*, by: Actor, series: Series, targets: Sequence[str], scope: str = "", year: int = 0) -> list[str]:
    """Of a sparse series, a number for each document in their order, by two statements; in the caller's transaction, as `take`."""
    if series.gapless or not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            f"{series.key}: many are taken of a sparse series, with their documents"
        )
    year = year or campus_today().year
    counted_in = series.counted_in(year=year, scope=scope)
    places = [int(row[0]) for row in all_rows(MANY_PLACES, [len(targets)])]
    taken = [
        TakenNumber(
            series=series.key,
            scope=counted_in,
            place=place,
            number=series.number(place, year=year, scope=scope),
            target=target,
            taken_by_name=by.name,
        )
        for place, target in zip(places, targets, strict=True)
    ]
    TakenNumber.objects.bulk_create(taken, batch_size=2_000)
    return [one.number for one in taken]


@transaction.atomic
def void_many(*, by: Actor, series: Series, numbers: Collection[str], reason: str) -> None:
    """All of them, each for the same reason, by one statement; one that is void already, or was never taken, stops them all."""
    why = given(reason)
    taken = TakenNumber.objects.select_for_update().filter(series=series.key, number__in=numbers, voided_at=None)
    known = set(taken.order_by("pk").values_list("number", flat=True))
    if missing := sorted(set(numbers) - known):
        raise NoSuchNumberError(number=missing[0])
    taken.update(voided_at=now(), voided_by_name=by.name, why_void=why)
    audit.record_many(
        audit.Record(by=by, action="numbering.void", target=f"number:{series.key}:{one}", reason=why)
        for one in sorted(known)
    )


@transaction.atomic
def void(*, by: Actor, series: Series, number: str, reason: str) -> TakenNumber:
    """Never given to another document."""
    why = given(reason)
    taken = TakenNumber.objects.select_for_update().filter(series=series.key, number=number).first()
    if taken is None:
        raise NoSuchNumberError(number=number)
    if taken.voided_at is not None:
        raise NumberVoidError(number=number, reason=taken.why_void)
    taken.voided_at, taken.voided_by_name, taken.why_void = now(), by.name, why
    taken.save(update_fields=["voided_at", "voided_by_name", "why_void"])
    audit.record(by=by, action="numbering.void", target=f"number:{series.key}:{number}", reason=why)
    return taken
