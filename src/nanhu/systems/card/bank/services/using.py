"""What the card does with the line: loads need an agreement, top-ups and transfers are told by notices, differences are credited."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.money import format_yuan
from nanhu.kernel.school import school
from nanhu.platforms.payments import api as payments
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank.errors import LoadUnderWayError, SuspectTooLargeError
from nanhu.systems.card.bank.limits import bank_limits
from nanhu.systems.card.bank.models import Load, OnlineTopUp
from nanhu.systems.card.bank.services import top_ups, transfers
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.funds.services.credits import credit
from nanhu.systems.card.models import Card
from nanhu.systems.card.queries import card_of

UNDER_WAY = ("asked", "sent", "unknown", "debited", "reversing")


class CardUse:
    bank_notices: Mapping[str, Callable[[payments.Notice], Mapping[str, object]]] = {
        "look": transfers.look,
        "credit": transfers.credit,
    }

    def terms(self, person_id: int) -> payments.Terms | None:
        if card_of(person_id) is None:
            return None
        return payments.Terms(
            purpose=_("签约以后，在圈存机上刷校园卡就能把银行卡里的钱转过来。学校只留银行给的代号和卡号末四位。"),
            at_its_end=(_("马上不能再从这张银行卡圈存。"), _("已经圈存的钱不受影响，该领的照样领。")),
            office=_("校园卡管理办公室（{place}）").format(place=school().card_office_place),
        )

    def check_end(self, agreement: payments.Agreement) -> None:
        if Load.objects.filter(agreement=agreement, state__in=UNDER_WAY).exists():
            raise LoadUnderWayError

    def hear_paid(self, paid: payments.Paid) -> bool:
        top_up = OnlineTopUp.objects.filter(number=paid.order, channel=paid.channel).first()
        if top_up is None or paid.txn_time != top_up.txn_time:
            return False
        OnlineTopUp.objects.filter(pk=top_up.pk).update(told_times=top_up.told_times + 1)
        top_ups.hear_paid(top_up, query_id=paid.query_id, amount_fen=paid.amount_fen, settled_on=paid.settled_on)
        return True

    def check_credit(self, difference: payments.Difference) -> None:
        most = bank_limits().balance_fen
        if difference.kind == payments.Difference.Kind.SUSPECT and difference.theirs_fen > most:
            raise SuspectTooLargeError(most=format_yuan(most))

    def credit(self, *, by: Actor, difference: payments.Difference) -> int | None:
        claimable = book(by=by, current=difference)
        return None if claimable is None else claimable.entry_id


def book(*, by: Actor, current: payments.Difference) -> Claimable | None:
    """Under the very key that the order itself would have used: whatever is told later cannot book it again."""
    load = Load.objects.filter(number=current.order).select_related("card__wallet").first()
    if load is not None:
        return credit(
            by=by,
            wallet=load.card.wallet,
            source="load",
            amount_fen=current.theirs_fen,
            key=f"load:{load.number}",
            from_account_id=payments.clearing_account(current.channel),
            reference=current.reference,
        )
    top_up = OnlineTopUp.objects.filter(number=current.order).first()
    if top_up is not None:
        top_ups.hear_paid(top_up, query_id=current.reference, amount_fen=current.theirs_fen, settled_on=current.day)
    else:
        top_up = late_transfer(current)
    if top_up is None:
        return None
    top_up.refresh_from_db()
    return top_up.claimable


def late_transfer(current: payments.Difference) -> OnlineTopUp | None:
    """A transfer of the bank's app whose notice never came: the file names whose it is."""
    person_id = people.find_person_by_campus_no(current.campus_no) if current.campus_no else None
    card = Card.objects.filter(person_id=person_id, state__in=("issued", "lost")).first() if person_id else None
    if card is None:
        return None
    return top_ups.hear_transfer(
        channel=current.channel,
        reference=current.order,
        card=card,
        amount_fen=current.theirs_fen,
        settled_on=current.day,
    )
