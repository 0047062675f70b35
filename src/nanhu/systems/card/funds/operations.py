"""Claims at the services door (docs/protocols/terminal-services.md): begin, authorise the write, finish."""

from typing import Any, Final
from uuid import UUID

from django.db import transaction

from nanhu.platforms.terminals.api import MalformedError, Request, Terminal, operation, text_in, whole_in
from nanhu.systems.card.chip.presence import (
    LARGEST_COUNTER,
    check_answer,
    count_number_answer,
    is_signed,
    load_start,
    noting_copies,
)
from nanhu.systems.card.chip.services import loads
from nanhu.systems.card.funds.errors import (
    ChipSignatureWantedError,
    ClaimNotFoundError,
    HeldTooShortError,
    ProofWrongError,
)
from nanhu.systems.card.funds.models import Claimable, ClaimOrder
from nanhu.systems.card.funds.services import claims
from nanhu.systems.card.models import Card, Receipt
from nanhu.systems.card.pins.operations import check_pin_in
from nanhu.systems.card.presented import card_in
from nanhu.systems.card.protocol import receipt_number

Kind = Terminal.Kind
COLLECTING: Final = frozenset({Kind.POS, Kind.LOAD_KIOSK, Kind.SELF_SERVICE_KIOSK})
HELD_MS: Final = 5_000


@operation("claim/begin", kinds=COLLECTING)
def claim_begin(request: Request) -> dict[str, Any]:
    """At a kiosk with the payment PIN; at a POS the card is held for five seconds, so that a short tap only pays (A150)."""
    card = card_in(request.body)
    if request.terminal.kind != Kind.POS:
        check_pin_in(request, card, "payment")
    elif whole_in(request.body, "held_ms", least=0) < HELD_MS:
        raise HeldTooShortError
    locked = claims.locked_card(card)
    counter = counter_of(request, locked)
    with transaction.atomic():  # stays, also where nothing is left to claim
        claims.settle_open(by=request.by, card=locked, online_counter=counter)
    if counter is not None:
        refuse_untold_write(request, locked, counter)
    order = claims.begin_claim(by=request.by, card=card, terminal=request.terminal, online_counter=counter)
    if request.terminal.kind == Kind.POS and not loads.has_chip(card):
        count_number_answer(request.terminal, of="claim")  # last, when all balances that are needed are held
    return begun(order)


def counter_of(request: Request, card: Card) -> int | None:
    """What the chip counts, signed by it: where it decides about money that may have been written, with a sum that nobody knew before; at a
    till, where no PIN was typed. Else the terminal's word will do, for the next MAC1 says what is true. The caller holds the card."""
    challenge = claims.challenge_of(card)
    if challenge is not None:
        if not is_signed(request.body, amount_fen=challenge):
            raise ChipSignatureWantedError(initialize_fen=challenge)
        return check_answer(request, card, amount_fen=challenge)
    if request.terminal.kind == Kind.POS and loads.has_chip(card):
        return check_answer(request, card, amount_fen=1)
    return counter_in(request.body)


def begun(order: ClaimOrder) -> dict[str, Any]:
    """What a terminal needs to write; `load/claim` of the bank's part answers the same."""
    items = order.claimables.order_by("id")
    return {
        "claim": str(order.public_id),
        "order": str(order.public_id),
        "amount_fen": order.amount_fen,
        "write_fen": order.write_fen,
        "items": [
            {"source": one.source, "name": str(Claimable.Source(one.source).label), "amount_fen": one.left_fen}
            for one in items
        ],
    }


@operation("claim/mac", kinds=COLLECTING)
def claim_mac(request: Request) -> dict[str, Any]:
    """MAC2 for a chip that answered INITIALIZE FOR LOAD: from here on it may have been written."""
    order = own_order(request)
    # To the end of this request: nobody settles meanwhile what is authorised here.
    card = claims.locked_card(order.card)
    told = load_start(request.body, offline_counter=purchases_in(request.body))
    with noting_copies(request, card, told.online_counter):
        grant = loads.mac2_for_load(
            card=card, terminal_number=request.terminal.number, amount_fen=order.write_fen, told=told
        )
    refuse_untold_write(request, card, told.online_counter)
    claims.authorise_write(
        by=request.by,
        order=order,
        online_counter=told.online_counter,
        offline_counter=told.offline_counter,
        chip_balance_fen=told.balance_fen,
        at=grant.at,
    )
    return {"mac2": grant.mac2, "at": grant.at}


def refuse_untold_write(request: Request, card: Card, counter: int) -> None:
    claims.refuse_untold_write(card=card, online_counter=counter, terminal=request.terminal, sequence=request.sequence)


@operation("claim/finish", kinds=COLLECTING)
def claim_finish(request: Request) -> dict[str, Any]:
    """`is_written` null: the terminal does not know; the sum stays as it is until the card's counter tells. So it does
    where "false" comes after MAC2: the chip alone knows."""
    order, is_written = own_order(request), request.body.get("is_written")
    if is_written is None:
        return finished(order)
    if not isinstance(is_written, bool):
        raise MalformedError
    proof = object_in(request.body, "proof", "chip")
    if is_written and order.state == claims.WRITING:
        check_proof(request, order, proof)
    return finished(claims.finish_claim(by=request.by, order=order, is_written=is_written, proof=proof))


def check_proof(request: Request, order: ClaimOrder, proof: dict[str, Any]) -> None:
    """The chip's own word (TAC) that it was written. A card without a chip has none; the terminal's word must do."""
    if not loads.has_chip(order.card) or order.write_fen == 0:
        return
    tac = proof.get("tac")
    if not order.authorised_at or not isinstance(tac, str):
        raise ProofWrongError
    is_true = loads.verify_load_tac(
        card=order.card,
        terminal_number=request.terminal.number,
        amount_fen=order.write_fen,
        tac=tac,
        at=order.authorised_at,
        online_counter=order.online_counter or 0,
        balance_before_fen=order.chip_balance_fen or 0,
    )
    if not is_true:
        raise ProofWrongError


def finished(order: ClaimOrder) -> dict[str, Any]:
    facts: dict[str, Any] = {"claim": str(order.public_id), "state": order.state, "amount_fen": order.amount_fen}
    if order.receipt_id is None:
        return facts
    receipt = Receipt.objects.get(pk=order.receipt_id)
    return facts | {
        "receipt": receipt_number(receipt.pk),
        "balance_fen": (receipt.balance_fen or 0) - order.settles_fen,
    }


def own_order(request: Request) -> ClaimOrder:
    """Only the terminal that began a claim goes on with it."""
    number = number_in(request.body, "claim" if "claim" in request.body else "order")
    orders = ClaimOrder.objects.select_related("card__wallet", "wallet").filter(terminal=request.terminal)
    found = orders.filter(public_id=number).first()
    if found is None:
        raise ClaimNotFoundError
    return found


def number_in(body: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(text_in(body, name, longest=40))
    except ValueError as error:
        raise MalformedError from error


def counter_in(body: dict[str, Any]) -> int | None:
    """What the chip counts, where there is one: beside the card, or among the chip's facts."""
    told = body if "online_counter" in body else object_in(body, "chip")
    return whole_in(told, "online_counter", least=0) if "online_counter" in told else None


def purchases_in(body: dict[str, Any]) -> int | None:
    """How many purchases the chip has counted, where the terminal read it."""
    if body.get("offline_counter") is None:
        return None
    return whole_in(body, "offline_counter", least=0, most=LARGEST_COUNTER)


def object_in(body: dict[str, Any], *names: str) -> dict[str, Any]:
    """The first of these members that is there; nothing is an empty object."""
    value: Any = next((body[name] for name in names if body.get(name) is not None), {})
    if not isinstance(value, dict):
        raise MalformedError
    return value
