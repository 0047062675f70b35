"""Agreements and loads at the services door. None waits for the bank: an operation writes down what is wanted, the bank is asked
after the commit, and the kiosk looks."""

from typing import Any, Final

from nanhu.systems.card.bank.errors import AgreementNotFoundError, LoadNotFoundError, LoadNotReadyError
from nanhu.systems.card.bank.models import Agreement, Load
from nanhu.systems.card.bank.services import agreements, loads
from nanhu.systems.card.devices.bodies import card_in, text_in, whole_in
from nanhu.systems.card.devices.operations import Asked, operation
from nanhu.systems.card.funds.operations import begun
from nanhu.systems.card.funds.services import claims
from nanhu.systems.card.models import PosTerminal
from nanhu.systems.card.pins.operations import check_asked_pin
from nanhu.systems.card.protocol import LARGEST_SEQUENCE

Kind = PosTerminal.Kind
LOADING: Final = frozenset({Kind.LOAD_KIOSK, Kind.SELF_SERVICE_KIOSK})
ENDED: Final = frozenset({"written", "unclaimed", "refused", "reversed"})


@operation("agreement/sign", kinds=LOADING)
def agreement_sign(asked: Asked) -> dict[str, Any]:
    card = card_in(asked.body)
    check_asked_pin(asked, card, "payment")
    made = agreements.sign(by=asked.by, person_id=card.person_id, source=Agreement.Source.KIOSK, **typed(asked))
    return agreement_facts(made)


@operation("agreement/change", kinds=LOADING)
def agreement_change(asked: Asked) -> dict[str, Any]:
    card = card_in(asked.body)
    check_asked_pin(asked, card, "payment")
    made = agreements.change_bank_card(
        by=asked.by, person_id=card.person_id, source=Agreement.Source.KIOSK, **typed(asked)
    )
    return agreement_facts(made)


def typed(asked: Asked) -> dict[str, str]:
    """The bank card's number goes through memory to the bank and nowhere else."""
    phone = text_in(asked.body, "phone") if asked.body.get("phone") else ""
    return {"card_number": text_in(asked.body, "bank_card", longest=40), "phone": phone}


@operation("agreement/cancel", kinds=LOADING)
def agreement_cancel(asked: Asked) -> dict[str, Any]:
    card = card_in(asked.body)
    check_asked_pin(asked, card, "payment")
    reason = f"在终端 {asked.terminal.number} 解约"
    return agreement_facts(agreements.cancel(by=asked.by, person_id=card.person_id, reason=reason))


@operation("agreement/look", kinds=LOADING, reads=True)
def agreement_look(asked: Asked) -> dict[str, Any]:
    """The newest of the card's person, with the bank's words."""
    person_id = card_in(asked.body).person_id
    found = Agreement.objects.filter(person_id=person_id).select_related("channel").order_by("-pk").first()
    if found is None:
        raise AgreementNotFoundError
    return agreement_facts(found)


def agreement_facts(found: Agreement) -> dict[str, Any]:
    """To a kiosk an agreement that is being cancelled is cancelled: no load can use it any more."""
    is_over = found.state == Agreement.State.CANCELLING
    return {
        "state": "cancelled" if is_over else found.state, "sentence": found.sentence or str(found.get_state_display()),
        "bank": found.channel.name, "tail": found.tail,
    }  # fmt: skip


@operation("load/begin", kinds=LOADING)
def load_begin(asked: Asked) -> dict[str, Any]:
    card = card_in(asked.body)
    check_asked_pin(asked, card, "payment")
    made = loads.ask_load(
        by=asked.by, card=card, amount_fen=whole_in(asked.body, "amount_fen"), terminal=asked.terminal
    )
    return load_facts(made)


@operation("load/look", kinds=LOADING, reads=True)
def load_look(asked: Asked) -> dict[str, Any]:
    return load_facts(own_load(asked))


@operation("load/claim", kinds=LOADING)
def load_claim(asked: Asked) -> dict[str, Any]:
    """The claim of exactly this load's sum; then `claim/mac` and `claim/finish`, as with every claim."""
    load = loads.follow_claimable(own_load(asked))
    if load.state not in {Load.State.CREDITED, Load.State.UNCLAIMED} or load.claimable_id is None:
        raise LoadNotReadyError(state=Load.State(load.state).label)
    counter = asked.body.get("online_counter")
    if counter is not None:
        counter = whole_in(asked.body, "online_counter", least=0, most=LARGEST_SEQUENCE)
    order = claims.begin_claim(
        by=asked.by, card=load.card, terminal=asked.terminal, claimables=[load.claimable_id], online_counter=counter
    )
    loads.follow_claimable(load)
    return begun(order)


@operation("load/finish", kinds=LOADING)
def load_finish(asked: Asked) -> dict[str, Any]:
    """What became of it, after `claim/finish`: written, or waiting to be claimed another time."""
    return load_facts(loads.follow_claimable(own_load(asked)))


def own_load(asked: Asked) -> Load:
    """Only what this terminal asked for."""
    number = text_in(asked.body, "order")
    found = Load.objects.select_related("card__wallet").filter(number=number, terminal=asked.terminal).first()
    if found is None:
        raise LoadNotFoundError
    return found


def load_facts(load: Load) -> dict[str, Any]:
    return {
        "order": load.number, "state": load.state, "sentence": load.sentence or str(load.get_state_display()),
        "amount_fen": load.amount_fen, "is_ended": load.state in ENDED,
    }  # fmt: skip
