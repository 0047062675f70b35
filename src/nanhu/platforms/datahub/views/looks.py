"""Looks of stewards: whose rows a page shows, or a file hands out, finds it under 谁看过我."""

from collections.abc import Iterable
from typing import Final

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.people import api as people

LOOK: Final = "datahub.look_shared_rows"


def tell_seen(numbers: Iterable[str], where: str, *, by: Actor, person_ids: Iterable[int] = ()) -> None:
    """`numbers`: campus numbers; `where`: the table or the list they stand in. `person_ids`: of whom it shows something without a number; each
    is told by the first number that is his, as one that was given to somebody else since is that one's. Who has none has no page to find it on."""
    said, held = set(numbers) - {""}, people.numbers_held(person_ids)
    holders = people.holders_of(said.union(*held.values()))
    own = {next((one for one in had if holders.get(one) == person_id), "") for person_id, had in held.items()}
    audit.record_many(
        audit.Record(
            by=by,
            action=LOOK,
            target=f"person:{holders[number]}",
            reason=where,
            facts={"table": where, "campus_no": number},
        )
        for number in sorted(holders.keys() & (said | own))
    )


def tell_persons_seen(person_ids: Iterable[int], where: str, *, by: Actor) -> None:
    tell_seen([], where, by=by, person_ids=person_ids)
