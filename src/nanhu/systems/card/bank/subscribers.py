"""What becomes of money that nobody claimed for so long that it was returned (A148): on to the bank card it came from; and of virtual cards
that one of two who were taken for one had put on his phone."""

from collections.abc import Sequence

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import subscribe
from nanhu.platforms.payments.api import BankPayout, Channel, active_agreement
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import PersonsParted
from nanhu.systems.card.bank.models import Binding, Load, OnlineTopUp
from nanhu.systems.card.bank.services import bindings, money_back, top_ups
from nanhu.systems.card.codes.models import CodeDevice
from nanhu.systems.card.codes.services.devices import hold_phones
from nanhu.systems.card.funds.events import ClaimableReturned
from nanhu.systems.card.funds.models import Claimable

BY = Actor.system("card.bindings")


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


@subscribe(PersonsParted, name="card_bank.end_doubtful_bindings", at_once=True)
def end_doubtful_bindings(events: Sequence[PersonsParted]) -> None:
    """Whose phone it is nobody can say: it is bound anew, with a code to the phone on record."""
    records = list(people.parted_records(events))
    hold_phones(*[one.person_id for one in records])
    for record in records:
        held = Binding.objects.filter(person=record.person_id).exclude(state=Binding.State.REVOKED)
        for one in held.order_by("pk"):
            if people.is_set_after(one.bound_at or one.created_at, record.since):
                bindings.revoke(by=BY, binding=one, reason="两人的记录已分开", ending=CodeDevice.Ending.PARTED)
