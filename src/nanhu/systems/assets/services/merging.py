"""Two records of one person (人员归并): things, loans, shared instruments and what waits for a signature follow the kept one."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.systems.assets.models import Asset, Instrument, Loan, Loss, Receipt, Transfer


@transaction.atomic
def rekey(*, by: Actor, kept_id: int, gone_id: int) -> int:
    """What is decided keeps whose it was, and a letting its payer: whose rent is due is asked as it is billed (`renting.now_called`), so that a
    merge that is undone leaves it with nobody else. A receipt whose two people turn out to be one stays as it is: nobody signs for both
    (`receiving.signed`)."""
    theirs = Asset.objects.select_for_update(no_key=True).filter(keeper=gone_id).order_by("pk")
    numbers = list(theirs.values_list("number", flat=True))
    Asset.objects.filter(keeper=gone_id).update(keeper=kept_id)
    Loan.objects.filter(borrower=gone_id, returned_at=None).update(borrower=kept_id)
    Loss.objects.filter(person=gone_id, state=Loss.State.ASKED).update(person=kept_id)
    Transfer.objects.filter(to_keeper=gone_id, state=Transfer.State.ASKED).update(to_keeper=kept_id)
    Instrument.objects.filter(contact=gone_id).update(contact=kept_id)
    waiting = Receipt.objects.filter(state=Receipt.State.WAITING)
    for mine, others in INSPECTS.items():
        rows = waiting.filter(**{mine: gone_id}, **({SIGNED[mine]: None} if mine in SIGNED else {}))
        for other in others:
            rows = rows.exclude(**{other: kept_id})
        rows.update(**{mine: kept_id})
    for number in numbers:
        audit.record(by=by, action="assets.merge_person", target=f"asset:{number}")
    return len(numbers)


SIGNED = {"first_inspector": "first_signed_at", "second_inspector": "second_signed_at"}
"""What was signed stays signed by whom it names."""
INSPECTS = {
    "first_inspector": ("second_inspector", "buyer"),
    "second_inspector": ("first_inspector", "buyer"),
    "buyer": ("first_inspector", "second_inspector"),
}
