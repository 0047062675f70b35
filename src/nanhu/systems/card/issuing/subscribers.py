"""What holders are told by SMS or mail of what happens to their money. Each handler gets a list and may get it twice."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _later

from nanhu.kernel.events import subscribe
from nanhu.kernel.money import format_yuan
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.closing.events import LossBorne
from nanhu.systems.card.funds.events import BillDebited, ClaimableReturned, FrozenFundsDue
from nanhu.systems.card.issuing import letters
from nanhu.systems.card.models import Receipt, Wallet
from nanhu.systems.card.protocol import receipt_number

BILLS = {
    "taken": _later("%(name)s：您的一份 %(sum)s 已从校园卡扣款。%(enquiries)s"),
    "left": _later("%(name)s：您的一份 %(sum)s 没有扣到。请往校园卡里充值，学校会再扣一次。"),
    "given_back": _later("%(name)s：您的一份 %(sum)s 已退回校园卡。"),
}


@subscribe(FrozenFundsDue, name="card_issuing.tell_frozen_due")
def tell_frozen_due(events: Sequence[FrozenFundsDue]) -> None:
    for event in events:
        text = _("您补卡时冻结的 %(sum)s 可以领取了：在圈存机上点“领款服务”，领到新卡上。") % {
            "sum": format_yuan(event.amount_fen)
        }
        letters.tell(key=f"frozen_due:{event.claimable_id}", kind="frozen_due", person_id=event.person_id, text=text)


@subscribe(ClaimableReturned, name="card_issuing.tell_returned")
def tell_returned(events: Sequence[ClaimableReturned]) -> None:
    """Subsidies and payouts; what goes back to a bank is told by whoever brings it there."""
    told = [event for event in events if event.source in {"subsidy", "payout"}]
    holders = dict(Wallet.objects.filter(pk__in=[one.wallet_id for one in told]).values_list("pk", "person_id"))
    for event in told:
        text = _("您有 %(sum)s 过期没有领取，已退回发放单位。") % {"sum": format_yuan(event.amount_fen)}
        person_id = holders[event.wallet_id]
        letters.tell(key=f"returned:{event.claimable_id}", kind="returned", person_id=person_id, text=text)


@subscribe(LossBorne, name="card_issuing.tell_loss_borne")
def tell_loss_borne(events: Sequence[LossBorne]) -> None:
    """Whose card was used off line after its loss report: nothing of it is theirs to pay."""
    sales = Receipt.objects.select_related("merchant").in_bulk([event.receipt_id for event in events])
    for event in events:
        merchant = sales[event.receipt_id].merchant
        text = _(
            "您的校园卡挂失后，%(place)s有一笔脱机消费 %(sum)s（凭证 %(number)s）。按规定由学校承担，已记回您的校园卡。"
        ) % {
            "place": merchant.name if merchant else "",
            "sum": format_yuan(event.amount_fen),
            "number": receipt_number(event.receipt_id),
        }
        letters.tell(key=f"loss_borne:{event.receipt_id}", kind="loss_borne", person_id=event.person_id, text=text)


@subscribe(BillDebited, name="card_issuing.tell_bill_debited")
def tell_bill_debited(events: Sequence[BillDebited]) -> None:
    """One that could not be taken is told the first time, not at each new try."""
    for event in events:
        issuer = ledger.issuers.get(event.issuer)
        facts = {
            "name": event.name,
            "sum": format_yuan(event.amount_fen),
            "enquiries": issuer.enquiries if issuer else "",
        }
        key = f"bill:{event.bill_id}:{event.outcome}"
        letters.tell(key=key, kind="bill", person_id=event.person_id, text=str(BILLS[event.outcome]) % facts)
