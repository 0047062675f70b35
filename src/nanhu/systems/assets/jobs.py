"""Periodic jobs of assets: work that stopped half way, and what other systems are told."""

from nanhu.kernel.jobs import alone, job
from nanhu.systems.assets.models import CardImport, ClassImport, MonthClose
from nanhu.systems.assets.publishing import publish_everything
from nanhu.systems.assets.services.classes import take_classes
from nanhu.systems.assets.services.closing import close_month
from nanhu.systems.assets.services.importing import WORKER, take_cards
from nanhu.systems.assets.services.renting import bill_what_began


@job("assets.resume", every="*/9 * * * *")
def resume() -> int:
    """Lists whose worker died; each is one transaction, which may run twice."""
    works = ((CardImport, take_cards), (ClassImport, take_classes), (MonthClose, close_month))
    count = 0
    for model, work in works:
        for batch_id in model.objects.filter(state=model.State.POSTING).values_list("pk", flat=True):
            with alone("assets.list_not_resumed", model=model.__name__, batch=batch_id):
                work(batch_id=batch_id)
                count += 1
    return count


@job("assets.publish", every="23 4 * * *")
def publish() -> int:
    return publish_everything()


@job("assets.bill_rents", every="47 4 * * *")
def bill_rents() -> int:
    """Of what is let, each period that has begun."""
    return bill_what_began(WORKER)
