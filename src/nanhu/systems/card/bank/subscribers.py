"""What becomes of money that nobody claimed for so long that it was returned (A148): on to the bank card it came from."""

from collections.abc import Sequence

from django.db import transaction

from nanhu.kernel.clock import now
from nanhu.kernel.events import subscribe
from nanhu.platforms.payments.api import BankPayout, Channel, active_agreement
from nanhu.systems.card.bank.models import Load, OnlineTopUp
from nanhu.systems.card.bank.services import money_back, top_ups
from nanhu.systems.card.funds.events import ClaimableReturned
from nanhu.systems.card.funds.models import Claimable


@subscribe(ClaimableReturned, name="card_bank.send_back")
def send_back(events: Sequence[ClaimableReturned]) -> None:
    for event in events:
        claimable = Claimable.objects.select_related("wallet").get(pk=event.claimable_id)
        load = Load.objects.filter(number=event.key.removeprefix("load:")).select_related("agreement__channel").first()
        top_up = OnlineTopUp.objects.filter(claimable=claimable).select_related("channel", "card").first()
        again = BankPayout.objects.filter(again_entry_id=claimable.entry_id).select_related("channel").first()
        if load is not None:
            money_back.send_back(claimable=claimable, channel=load.agreement.channel, agreement=load.agreement)
        elif top_up is not None and top_up.channel.kind == Channel.Kind.ACQUIRER:
            give_back(top_up)
        elif top_up is not None or again is not None:
            channel = top_up.channel if top_up else again.channel  # type: ignore[union-attr]
            held = active_agreement(claimable.wallet.person_id)
            money_back.send_back(claimable=claimable, channel=channel, agreement=held)


@transaction.atomic
def give_back(top_up: OnlineTopUp) -> None:
    """UnionPay pays it back the way it came; asked by the retries until it is answered."""
    to, among = OnlineTopUp.State.REFUNDING, (OnlineTopUp.State.CREDITED,)
    top_ups.move(top_up, to, among=among, sentence="超过期限未领，原路退款", due_at=now(), attempts=0)
