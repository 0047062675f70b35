"""Terminals in the field: switched off when stolen, back on when found."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.proposals import given, refuse_same_person
from nanhu.platforms.terminals.errors import TerminalNotFoundError, TerminalRetiredError
from nanhu.platforms.terminals.models import Terminal


@transaction.atomic
def switch(*, by: Actor, number: str, state: Terminal.State, reason: str) -> Terminal:
    """A terminal switched off is refused everything from the commit on. Rows that it stored are refused too."""
    terminal = held(number, reason)
    if Terminal.State.RETIRED in {terminal.state, state}:
        raise TerminalRetiredError(number=number)
    if terminal.state != state:
        accept(by, terminal, state)
        terminal.state = state
        terminal.save(update_fields=["state", "accepter"])
        audit.record(by=by, action=f"terminals.{state.value}", target=f"terminal:{number}", reason=reason)
    return terminal


def accept(by: Actor, terminal: Terminal, state: Terminal.State) -> None:
    """The first time it is switched on is by a person who did not register it."""
    if state != Terminal.State.ON or terminal.registrar_id is None or terminal.accepter_id is not None:
        return
    refuse_same_person(by, terminal.registrar_id)
    terminal.accepter_id = by.account_id


def held(number: str, reason: str) -> Terminal:
    """The terminal, locked for what is to be done to it for this reason."""
    given(reason)
    terminal = Terminal.objects.select_for_update().filter(number=number).first()
    if terminal is None:
        raise TerminalNotFoundError(number=number)
    return terminal
