"""What a merge of two records means for the things in their names. The handler gets a list and may get it twice."""

from collections.abc import Sequence

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.platforms.people.api import PersonsMerged
from nanhu.systems.assets.services.merging import rekey

BY = Actor.system("assets")


@subscribe(PersonsMerged, name="assets.rekey")
def rekey_merged(events: Sequence[PersonsMerged]) -> None:
    for event in events:
        rekey(by=BY, kept_id=event.kept_id, gone_id=event.gone_id)
