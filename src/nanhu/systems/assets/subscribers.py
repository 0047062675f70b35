"""What a merge of two records means for the things in their names, what was decided in 待办, and how far the service hall is with what is
broken. Handlers get a list and may get it twice."""

from collections.abc import Sequence

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows.api import CaseClosed
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import PersonsMerged
from nanhu.systems.assets.events import RepairChanged
from nanhu.systems.assets.models import Maintenance, Receipt
from nanhu.systems.assets.processes import DECIDED
from nanhu.systems.assets.publishing import REPAIRS, publish_repairs
from nanhu.systems.assets.services import deciding, receiving
from nanhu.systems.assets.services.merging import rekey

BY = Actor.system("assets")


@subscribe(PersonsMerged, name="assets.rekey")
def rekey_merged(events: Sequence[PersonsMerged]) -> None:
    for kept_id, gone_id in people.merges_that_stand(events):
        rekey(by=BY, kept_id=kept_id, gone_id=gone_id)


@subscribe(CaseClosed, name="assets.hear_the_end", wants=lambda event: event.definition in {*DECIDED, Receipt.process})
def hear_the_end(events: Sequence[CaseClosed]) -> None:
    """Refused or taken back; what was granted is done already, and what the room ended itself waits no more."""
    for event in events:
        for receipt in Receipt.objects.filter(case=event.case_id, state=Receipt.State.WAITING):
            receiving.hear_the_end(receipt, event.outcome)
        for model in DECIDED.values():
            for found in model._default_manager.filter(case=event.case_id, state=model.waits_in):  # noqa: SLF001
                by, said = deciding.heard(found, event.outcome)
                deciding.close(by=by, found=found, answer=said)


@subscribe(RepairChanged, name="assets.publish_repairs")
def tell_of_repairs(events: Sequence[RepairChanged]) -> None:
    publish_repairs(pk__in={event.repair_id for event in events})


@datahub.on_rows("service.request", name="assets.follow_requests")
def follow_requests(events: Sequence[datahub.RowsChanged]) -> None:
    """Number and state of the request that each repair became, for its card."""
    numbers = {key for event in events for key in event.keys}
    for one in datahub.rows("service.request", keys=numbers):
        table, _slash, repair = (one.origin or "").partition("/")
        if table == REPAIRS and repair.isascii() and repair.isdigit():
            Maintenance.objects.filter(pk=repair).update(request=one.number, request_state=one.state)
