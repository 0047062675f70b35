"""Merchants: registered by one, agreed to by finance, closed when their tills are away."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given
from nanhu.platforms.terminals.api import Terminal, retire_terminal
from nanhu.systems.card.fleet.errors import MerchantKnownError, OwnMerchantError, TerminalsLeftError
from nanhu.systems.card.fleet.parts import VENDORS
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.services.merchants import MerchantOrder, add_merchants

Open = Merchant.State.OPEN


@transaction.atomic
def register_merchant(*, by: Actor, order: MerchantOrder, reason: str) -> Merchant:
    """A person's waits for finance; from the console, which answers to nobody's account, it is open at once."""
    given(reason)
    lock_key(f"card.merchant:{order.key}")
    if Merchant.objects.filter(key=order.key).exists():
        raise MerchantKnownError(key=order.key)
    [made] = add_merchants([order])
    if by.account_id is not None:
        made.state, made.registrar_id, made.registrar_name = Merchant.State.ASKED, by.account_id, by.name
        Merchant.objects.filter(pk=made.pk).update(
            state=made.state, registrar=made.registrar_id, registrar_name=by.name
        )
    note(by, made, "card.register_merchant", reason)
    return made


@transaction.atomic
def decide_merchant(*, by: Actor, merchant: Merchant, is_agreed: bool, reason: str = "") -> Merchant:
    """Finance says whether this may sell and be paid, or why not; never who registered it."""
    said = reason if is_agreed else given(reason)
    locked = Merchant.objects.select_for_update().get(pk=merchant.pk)
    if locked.state != Merchant.State.ASKED:
        raise WrongStateError(what=_("这个商户"), state=locked.get_state_display())
    if by.account_id is None or by.account_id == locked.registrar_id:
        raise OwnMerchantError
    locked.state = Open if is_agreed else Merchant.State.REFUSED
    locked.approver_id, locked.approver_name = by.account_id, by.name
    locked.save()
    note(by, locked, "card.agree_merchant" if is_agreed else "card.refuse_merchant", said)
    return locked


@transaction.atomic
def close_merchant(*, by: Actor, merchant: Merchant, reason: str) -> Merchant:
    """It sells nothing more, nor do vendors for it; what it took is settled the next night whatever its cycle, and paid as ever."""
    given(reason)
    locked = Merchant.objects.select_for_update().get(pk=merchant.pk)
    if locked.state != Open:
        raise WrongStateError(what=_("这个商户"), state=locked.get_state_display())
    left = Terminal.objects.filter(till__merchant=locked).exclude(state=Terminal.State.RETIRED).order_by("number")
    devices = [one.number for one in left if not one.number.startswith(VENDORS)]
    if devices:
        raise TerminalsLeftError(numbers="、".join(devices[:5]))
    for one in left:
        retire_terminal(by=by, number=one.number, reason=reason)
    locked.state, locked.closed_at = Merchant.State.CLOSED, now()
    locked.save()
    note(by, locked, "card.close_merchant", reason)
    return locked


def note(by: Actor, merchant: Merchant, action: str, reason: str) -> None:
    facts = {"name": merchant.name, "canteen": merchant.canteen, "state": merchant.state}
    audit.record(by=by, action=action, target=f"merchant:{merchant.key}", reason=reason, facts=facts)
