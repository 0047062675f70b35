"""Looks of stewards: whose rows a page shows, or a file hands out, finds it under 谁看过我."""

from collections.abc import Iterable
from typing import Final

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.people import api as people

LOOK: Final = "datahub.look_shared_rows"


def tell_seen(numbers: Iterable[str], where: str, *, by: Actor) -> None:
    """`numbers`: campus numbers; `where`: the table or the list they stand in."""
    holders = people.holders_of(set(numbers) - {""})
    audit.record_many(
        audit.Record(
            by=by,
            action=LOOK,
            target=f"person:{holders[number]}",
            reason=where,
            facts={"table": where, "campus_no": number},
        )
        for number in sorted(holders)
    )


def tell_persons_seen(person_ids: Iterable[int], where: str, *, by: Actor) -> None:
    """By any of their numbers; who has none has no page to find it on."""
    tell_seen(a_number_of(person_ids), where, by=by)


def a_number_of(person_ids: Iterable[int]) -> list[str]:
    """Of each who ever had one the first."""
    return [next(iter(numbers)) for numbers in people.numbers_held(person_ids).values()]
