"""What a merge of two records means for their money. Each handler gets a list and may get it twice."""

from collections.abc import Sequence

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import PersonsMerged, PersonsParted
from nanhu.systems.card.funds.services import merging

BY = Actor.system("card.life_cycle")


@subscribe(PersonsMerged, name="card.join_wallets")
def join_merged_wallets(events: Sequence[PersonsMerged]) -> None:
    for kept_id, gone_id in people.merges_that_stand(events):
        merging.join_wallets(by=BY, kept_id=kept_id, gone_id=gone_id)


@subscribe(PersonsParted, name="card.part_wallets")
def part_wallets(events: Sequence[PersonsParted]) -> None:
    """Told late, the money is where the kept record's is now, and goes on with a record that was merged into a third meanwhile. Of two
    who are one again nothing moves."""
    for event in events:
        heirs = people.heirs([event.kept_id, event.restored_id])
        kept_id, heir_id = heirs.get(event.kept_id, event.kept_id), heirs.get(event.restored_id)
        if heir_id == kept_id:
            continue
        if kept_id != event.kept_id:
            merging.join_wallets(by=BY, kept_id=kept_id, gone_id=event.kept_id)
        merging.part_wallets(by=BY, kept_id=kept_id, restored_id=event.restored_id)
        if heir_id is not None:
            merging.join_wallets(by=BY, kept_id=heir_id, gone_id=event.restored_id)
