"""What a merge of two records means for the things in their names, and what was decided in 待办. Handlers get a list and may get it twice."""

from collections.abc import Sequence

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.platforms.flows.api import CaseClosed
from nanhu.platforms.people.api import PersonsMerged
from nanhu.systems.assets.models import Disposal, Transfer
from nanhu.systems.assets.processes import DISPOSAL, TRANSFER
from nanhu.systems.assets.services import deciding, disposing, transferring
from nanhu.systems.assets.services.merging import rekey

BY = Actor.system("assets")


@subscribe(PersonsMerged, name="assets.rekey")
def rekey_merged(events: Sequence[PersonsMerged]) -> None:
    for event in events:
        rekey(by=BY, kept_id=event.kept_id, gone_id=event.gone_id)


@subscribe(CaseClosed, name="assets.hear_the_end", wants=lambda event: event.definition in {TRANSFER, DISPOSAL})
def hear_the_end(events: Sequence[CaseClosed]) -> None:
    """Refused or taken back; what was granted is done already, and what the room ended itself waits no more."""
    for event in events:
        for transfer in Transfer.objects.filter(case=event.case_id, state=Transfer.State.ASKED):
            by, said = deciding.heard(transfer, event.outcome)
            transferring.close(by=by, transfer=transfer, answer=said)
        for lot in Disposal.objects.filter(case=event.case_id, state=Disposal.State.ASKED):
            by, said = deciding.heard(lot, event.outcome)
            disposing.close(by=by, lot=lot, answer=said)
