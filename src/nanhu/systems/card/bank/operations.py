"""Agreements and loads at the services door. None waits for the bank: an operation writes down what is wanted, the bank is asked
after the commit, and the kiosk looks."""

from datetime import timedelta
from typing import Any, Final

from nanhu.kernel.clock import now
from nanhu.platforms.payments import api as payments
from nanhu.platforms.terminals.api import Request, Terminal, operation, text_in, whole_in
from nanhu.systems.card.bank.errors import LoadNotFoundError, LoadNotReadyError
from nanhu.systems.card.bank.models import Load
from nanhu.systems.card.bank.services import loads
from nanhu.systems.card.funds.operations import begun, counter_of
from nanhu.systems.card.funds.services import claims
from nanhu.systems.card.pins.operations import check_pin_in
from nanhu.systems.card.presented import card_in

Kind = Terminal.Kind
LOADING: Final = frozenset({Kind.LOAD_KIOSK, Kind.SELF_SERVICE_KIOSK})
ENDED: Final = frozenset({"written", "unclaimed", "refused", "reversed"})
SHOWN_FOR: Final = timedelta(minutes=5)


@operation("agreement/sign", kinds=LOADING)
def agreement_sign(request: Request) -> dict[str, Any]:
    card = card_in(request.body)
    check_pin_in(request, card, "payment")
    made = payments.sign_agreement(
        by=request.by, person_id=card.person_id, source=payments.Agreement.Source.KIOSK, **typed(request)
    )
    return agreement_facts(made)


@operation("agreement/change", kinds=LOADING)
def agreement_change(request: Request) -> dict[str, Any]:
    card = card_in(request.body)
    check_pin_in(request, card, "payment")
    made = payments.change_bank_card(
        by=request.by, person_id=card.person_id, source=payments.Agreement.Source.KIOSK, **typed(request)
    )
    return agreement_facts(made)


def typed(request: Request) -> dict[str, str]:
    """The bank card's number goes through memory to the bank and nowhere else."""
    phone = text_in(request.body, "phone") if request.body.get("phone") else ""
    return {"card_number": text_in(request.body, "bank_card", longest=40), "phone": phone}


@operation("agreement/cancel", kinds=LOADING)
def agreement_cancel(request: Request) -> dict[str, Any]:
    card = card_in(request.body)
    check_pin_in(request, card, "payment")
    reason = f"在终端 {request.terminal.number} 解约"
    return agreement_facts(payments.cancel_agreement(by=request.by, person_id=card.person_id, reason=reason))


@operation("agreement/look", kinds=LOADING, reads=True)
def agreement_look(request: Request) -> dict[str, Any]:
    """The newest of the card's person, with the bank's words. Which bank card it is, only while a kiosk shows what came of the PIN that was
    just typed: whoever knows a card's number asks this as well."""
    person_id = card_in(request.body).person_id
    found = payments.Agreement.objects.filter(person_id=person_id).select_related("channel").order_by("-pk").first()
    if found is None:
        raise payments.AgreementNotFoundError
    facts = agreement_facts(found)
    return facts if is_under_way(found) else {name: facts[name] for name in ("state", "sentence")}


def is_under_way(found: payments.Agreement) -> bool:
    if found.source != payments.Agreement.Source.KIOSK:
        return False
    moments = (found.created_at, found.signed_at, found.ended_at)
    return max(moment for moment in moments if moment) > now() - SHOWN_FOR


def agreement_facts(found: payments.Agreement) -> dict[str, Any]:
    """To a kiosk an agreement that is being cancelled is cancelled: no load can use it any more."""
    is_over = found.state == payments.Agreement.State.CANCELLING
    return {
        "state": "cancelled" if is_over else found.state,
        "sentence": found.sentence or str(found.get_state_display()),
        "bank": found.channel.name,
        "tail": found.tail,
    }


@operation("load/begin", kinds=LOADING)
def load_begin(request: Request) -> dict[str, Any]:
    card = card_in(request.body)
    check_pin_in(request, card, "payment")
    made = loads.ask_load(
        by=request.by, card=card, amount_fen=whole_in(request.body, "amount_fen"), terminal=request.terminal
    )
    return load_facts(made)


@operation("load/look", kinds=LOADING, reads=True)
def load_look(request: Request) -> dict[str, Any]:
    return load_facts(own_load(request))


@operation("load/claim", kinds=LOADING)
def load_claim(request: Request) -> dict[str, Any]:
    """The claim of exactly this load's sum; then `claim/mac` and `claim/finish`, as with every claim."""
    load = loads.follow_claimable(own_load(request))
    if load.state not in {Load.State.CREDITED, Load.State.UNCLAIMED} or load.claimable_id is None:
        raise LoadNotReadyError(state=Load.State(load.state).label)
    order = claims.begin_claim(
        by=request.by,
        card=load.card,
        terminal=request.terminal,
        claimables=[load.claimable_id],
        online_counter=counter_of(request, claims.locked_card(load.card)),
    )
    loads.follow_claimable(load)
    return begun(order)


@operation("load/finish", kinds=LOADING)
def load_finish(request: Request) -> dict[str, Any]:
    """What became of it, after `claim/finish`: written, or waiting to be claimed another time."""
    return load_facts(loads.follow_claimable(own_load(request)))


def own_load(request: Request) -> Load:
    """Only what this terminal asked for."""
    number = text_in(request.body, "order")
    found = Load.objects.select_related("card__wallet").filter(number=number, terminal=request.terminal).first()
    if found is None:
        raise LoadNotFoundError
    return found


def load_facts(load: Load) -> dict[str, Any]:
    return {
        "order": load.number,
        "state": load.state,
        "sentence": load.sentence or str(load.get_state_display()),
        "amount_fen": load.amount_fen,
        "is_ended": load.state in ENDED,
    }
