"""Terminals in the field: switched off when stolen, back on when found, given another key when theirs may be known."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.systems.card.errors import ReasonMissingError, TerminalNotFoundError
from nanhu.systems.card.fleet.errors import OwnTerminalError, TerminalRetiredError
from nanhu.systems.card.fleet.models import NextKey
from nanhu.systems.card.models import PosTerminal
from nanhu.systems.card.services.merchants import new_terminal_key


@transaction.atomic
def switch_terminal(*, by: Actor, number: str, state: PosTerminal.State, reason: str) -> PosTerminal:
    """A terminal switched off is refused every payment from the commit on. Its stored rows are refused too."""
    terminal = held(number, reason)
    if PosTerminal.State.RETIRED in {terminal.state, state}:
        raise TerminalRetiredError(number=number)
    if terminal.state != state:
        accept(by, terminal, state)
        terminal.state = state
        terminal.save(update_fields=["state", "accepter"])
        audit.record(by=by, action=f"card.terminal_{state.value}", target=f"terminal:{number}", reason=reason)
    return terminal


def accept(by: Actor, terminal: PosTerminal, state: PosTerminal.State) -> None:
    """The first time it is switched on is by somebody who did not register it."""
    if state != PosTerminal.State.ON or terminal.registrar_id is None or terminal.accepter_id is not None:
        return
    if by.account_id == terminal.registrar_id:
        raise OwnTerminalError
    terminal.accepter_id = by.account_id


@transaction.atomic
def renew_terminal_key(*, by: Actor, number: str, reason: str) -> PosTerminal:
    """The old key opens nothing from the commit on, nor what was sealed under it; the new one must be carried to the device."""
    terminal = held(number, reason)
    if terminal.state == PosTerminal.State.RETIRED:
        raise TerminalRetiredError(number=number)
    NextKey.objects.filter(terminal=terminal).delete()
    terminal.key = new_terminal_key()
    terminal.key_version += 1
    terminal.save(update_fields=["key", "key_version"])
    facts = {"key_version": terminal.key_version}
    audit.record(by=by, action="card.terminal_key", target=f"terminal:{number}", reason=reason, facts=facts)
    return terminal


def held(number: str, reason: str) -> PosTerminal:
    if not reason.strip():
        raise ReasonMissingError
    terminal = PosTerminal.objects.select_for_update().filter(number=number).first()
    if terminal is None:
        raise TerminalNotFoundError(number=number)
    return terminal
