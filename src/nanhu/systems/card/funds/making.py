"""Reissue at the kiosk (自助补卡机): nothing happens to the old card until the new one lies in the tray."""

from typing import Any, Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.clock import now
from nanhu.kernel.money import format_yuan
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import MalformedError, Request, Terminal, operation, text_in, truth_in
from nanhu.systems.card.chip.models import Chip
from nanhu.systems.card.chip.services import keys, making
from nanhu.systems.card.chip.services.delivery import sealed_chip
from nanhu.systems.card.errors import FeeNotCoveredError
from nanhu.systems.card.funds.errors import (
    NoCardForDocumentError,
    ReissueNotFoundError,
    ReissueResolvedError,
    ToTheOfficeError,
)
from nanhu.systems.card.funds.models import CardReissue
from nanhu.systems.card.funds.operations import number_in
from nanhu.systems.card.funds.policy import reissue_rule
from nanhu.systems.card.funds.rules import may_use_kiosk
from nanhu.systems.card.funds.services.reissue import Shown, reissue
from nanhu.systems.card.models import Card
from nanhu.systems.card.protocol import CARD_UID
from nanhu.systems.card.services.issue import LIVING

KIOSK: Final = frozenset({Terminal.Kind.REISSUE_KIOSK})
MAKING, DONE = CardReissue.State.MAKING, CardReissue.State.DONE


@operation("reissue/begin", kinds=KIOSK)
def reissue_begin(request: Request) -> dict[str, Any]:
    """`id_number` is what the kiosk's ID reader read. A card begun and never made leaves the old one as it is."""
    card = card_of_document(text_in(request.body, "id_number", longest=20))
    reason = reason_of(request.body, card)
    fee_fen, balance_fen = reissue_rule().fee_fen(reason), ledger.balance_of(card.wallet_id)
    if fee_fen > balance_fen:
        raise FeeNotCoveredError(fee=format_yuan(fee_fen), balance=format_yuan(balance_fen))
    key = f"kiosk:{request.terminal.number}:{request.sequence}"
    with transaction.atomic():
        Card.objects.select_for_update().get(pk=card.pk)
        CardReissue.objects.filter(old_card=card, state=MAKING).update(
            state=CardReissue.State.ABANDONED, ended_at=now()
        )
        begun = CardReissue.objects.create(
            key=key,
            old_card=card,
            reason=reason,
            fee_fen=fee_fen,
            terminal=request.terminal,
            by_name=request.by.name,
            place=request.terminal.place,
            document="居民身份证（读卡器）",
        )
        facts = {"terminal": request.terminal.number, "reason": reason, "fee_fen": fee_fen}
        audit.record(by=request.by, action="card.begin_reissue", target=f"card:{card.number}", facts=facts)
    person = people.person_cards([card.person_id])[card.person_id]
    return {
        "reissue": str(begun.public_id),
        "name": people.masked_name(person.name),
        "number": card.number,
        "fee_fen": fee_fen,
        "balance_fen": balance_fen,
        "reason": reason,
        "frozen_hours": reissue_rule().frozen_hours,
    }


def card_of_document(number: str) -> Card:
    person_id = people.find_person_by_document(number)
    card = (
        Card.objects.select_related("wallet").filter(person_id=person_id, state__in=LIVING).first()
        if person_id
        else None
    )
    if card is None:
        raise NoCardForDocumentError
    if not may_use_kiosk(card.card_class, card.sub_class):
        raise ToTheOfficeError
    return card


def reason_of(body: dict[str, Any], card: Card) -> str:
    """A card that was reported lost is lost, whatever is said now."""
    said = body.get("reason", "lost")
    if said not in CardReissue.Reason.values:
        raise MalformedError
    return "lost" if card.state == Card.State.LOST else str(said)


@operation("reissue/finish", kinds=KIOSK)
def reissue_finish(request: Request) -> dict[str, Any]:
    """Made: the old card dies, the blank lives. Not made (a jam): nothing was charged, the old card is as before."""
    is_made = truth_in(request.body, "is_made")
    begun = own_reissue(request)
    if begun.state != MAKING:
        if (begun.state == DONE) is not is_made:
            raise ReissueResolvedError(state=CardReissue.State(begun.state).label)
        return state_of(begun) | (chip_of(begun.new_card, request.terminal) if begun.new_card else {})
    if not is_made:
        begun.state, begun.ended_at = CardReissue.State.ABANDONED, now()
        begun.save(update_fields=["state", "ended_at"])
        return state_of(begun)
    uid = text_in(request.body, "uid").upper()
    if not CARD_UID.fullmatch(uid):
        raise MalformedError
    new = reissue(
        by=request.by,
        card=begun.old_card,
        reason="lost" if begun.reason == "lost" else "damaged",
        fee_fen=begun.fee_fen,
        at=request.terminal.place,
        key=begun.key,
        uid=uid,
        shown=Shown(document=begun.document, terminal=request.terminal),
    )
    if keys.current_version() is not None:
        making.make_purses(by=request.by, cards=[new])
    begun.refresh_from_db()
    return state_of(begun) | chip_of(new, request.terminal)


def chip_of(card: Card, terminal: Terminal) -> dict[str, Any]:
    """What the machine writes into the blank it holds, before it drops it into the tray."""
    chip = Chip.objects.select_related("card").filter(card=card).first()
    return {"chip_sealed": sealed_chip(chip=chip, terminal=terminal)} if chip is not None else {}


def own_reissue(request: Request) -> CardReissue:
    rows = CardReissue.objects.select_for_update(of=("self",)).select_related("old_card__wallet")
    found = rows.filter(public_id=number_in(request.body, "reissue"), terminal=request.terminal).first()
    if found is None:
        raise ReissueNotFoundError
    return found


def state_of(begun: CardReissue) -> dict[str, Any]:
    facts: dict[str, Any] = {"reissue": str(begun.public_id), "state": begun.state, "fee_fen": begun.fee_fen}
    if begun.new_card is None:
        return facts | {"fee_fen": 0}
    facts |= {"number": begun.new_card.number, "frozen_fen": begun.frozen_fen}
    due = begun.claimable.available_at.isoformat() if begun.claimable else None
    return facts | {"available_at": due}
