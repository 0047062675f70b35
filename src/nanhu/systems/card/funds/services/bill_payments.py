"""The card as a way to pay bills by direct debit (代扣): it knows bills of the ledger, and no list, room or office."""

from collections.abc import Collection, Mapping, Sequence
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.kernel.events import publish
from nanhu.kernel.registry import Text, Viewer
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.card.closing.models import Correction
from nanhu.systems.card.closing.services import corrections
from nanhu.systems.card.funds.errors import NoDeductionRightError
from nanhu.systems.card.funds.events import BillDebited
from nanhu.systems.card.funds.models import Deduction
from nanhu.systems.card.funds.services.deductions import PAYER, deduct, most_once_fen
from nanhu.systems.card.models import Receipt, Wallet
from nanhu.systems.card.policies import is_clerk
from nanhu.systems.card.queries import cards_of_people
from nanhu.systems.card.rights.services import deciding as rights

WITHOUT_RIGHT = _("这类卡没有代扣代缴的权限")
REASONS: dict[str, Text] = {
    "card.wallet_short": _("卡内余额不够"),
    "card.deduction_limit": _("超过当天的代扣限额"),
    "card.not_found": _("没有校园卡"),
    "card.no_deduction_right": WITHOUT_RIGHT,
}


def collect(by: Actor, bills: Sequence[ledger.Bill]) -> dict[int, str]:
    """In its caller's transaction, wallets in the order of every posting; a merged person's bill from the wallet that was kept."""
    heirs = people.heirs({bill.person_id for bill in bills})
    holders = {bill.pk: heirs.get(bill.person_id, bill.person_id) for bill in bills}
    refused = without_right(set(holders.values()))
    wallets = dict(Wallet.objects.filter(person_id__in=holders.values()).values_list("person_id", "pk"))
    ordered = sorted(bills, key=lambda bill: (wallets.get(holders[bill.pk], 0), bill.pk))
    return {bill.pk: take(by, bill, holders[bill.pk], may=holders[bill.pk] not in refused) for bill in ordered}


def without_right(person_ids: Collection[int]) -> set[int]:
    """Those whose class of card may not be charged. A lost card is no hindrance."""
    table, today = rights.table(), campus_today()
    cards = cards_of_people(list(person_ids))
    return {key for key, one in cards.items() if not table.gives(one.card_class, one.sub_class, "deduction", today)}


def take(by: Actor, bill: ledger.Bill, person_id: int, *, may: bool) -> str:
    """From the wallet, or left with its reason: a wallet that is short is not touched."""
    why, fen = "", bill.owed_fen
    try:
        if not may:
            raise NoDeductionRightError
        deduct(by=by, bill=bill, person_id=person_id)
    except CampusError as error:
        why = error.code
    tell(bill, outcome="left" if why else "taken", person_id=person_id, amount_fen=fen, why=why)
    return why


def tell(bill: ledger.Bill, *, outcome: str, person_id: int, amount_fen: int, why: str) -> None:
    publish(
        BillDebited(
            bill_id=bill.pk,
            issuer=bill.issuer,
            outcome=outcome,
            person_id=person_id,
            name=bill.name,
            amount_fen=amount_fen,
            why=why,
        )
    )


def give_back(by: Actor, asked_by: Actor, payments: Sequence[ledger.BillMovement], reason: str) -> None:
    """By corrections with both names. One that has a correction of its own under way is ended by that one."""
    found = Deduction.objects.select_related("bill", "wallet").filter(bill__in=[one.bill_id for one in payments])
    for deduction in found.order_by("wallet_id", "bill_id"):
        receipt = Receipt.objects.select_related("wallet").get(pk=deduction.receipt_id)
        try:
            with transaction.atomic():
                correct(by, asked_by, receipt, reason)
        except (CampusError, ledger.AlreadyReversedError):
            continue
        person_id = deduction.wallet.person_id
        tell(deduction.bill, outcome="given_back", person_id=person_id, amount_fen=deduction.amount_fen, why=reason)


def correct(by: Actor, asked_by: Actor, receipt: Receipt, reason: str) -> None:
    asked = Correction.objects.filter(receipt=receipt, state=Correction.State.PENDING).first()
    if asked is None:
        token = uuid5(NAMESPACE_URL, f"card.deduction:{receipt.pk}")
        asked = corrections.ask(by=asked_by, receipt=receipt, reason=reason, token=token)
    corrections.approve(by=by, correction=asked)


def objections(person_ids: Collection[int]) -> dict[int, Text]:
    have = set(Wallet.objects.filter(person_id__in=person_ids).values_list("person_id", flat=True))
    found: dict[int, Text] = dict.fromkeys(without_right(person_ids), WITHOUT_RIGHT)
    return found | {person_id: _("还没有校园卡") for person_id in set(person_ids) - have}


def available(person_ids: Collection[int]) -> dict[int, int]:
    wallets = dict(Wallet.objects.filter(person_id__in=person_ids).values_list("pk", "person_id"))
    return {wallets[wallet_id]: fen for wallet_id, fen in ledger.balances_of(list(wallets)).items()}


def return_urls(viewer: Viewer, bill_ids: Collection[int]) -> Mapping[int, str] | None:
    """The page on which a clerk of the card asks for the correction of one row."""
    if not is_clerk(viewer):
        return None
    page = reverse("card:corrections:ask")
    rows = Deduction.objects.filter(bill__in=bill_ids).order_by("pk").values_list("bill_id", "receipt_id")
    return {bill_id: f"{page}?receipt={receipt_id}" for bill_id, receipt_id in rows}


DIRECT_DEBIT = ledger.DirectDebit(
    key=PAYER,
    name=_("校园卡代扣"),
    give_back=give_back,
    collect=collect,
    objections=objections,
    available=available,
    most_fen=most_once_fen,
    return_urls=return_urls,
    reasons=REASONS,
)
