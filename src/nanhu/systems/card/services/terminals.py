"""Terminals in the field: switched off when stolen, back on when found, given another key when theirs may be known."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.systems.card.errors import ReasonMissingError, TerminalNotFoundError
from nanhu.systems.card.fleet.models import NextKey
from nanhu.systems.card.models import PosTerminal
from nanhu.systems.card.services.merchants import new_terminal_key


@transaction.atomic
def switch_terminal(*, by: Actor, number: str, state: PosTerminal.State, reason: str) -> PosTerminal:
    """A terminal switched off is refused every payment from the commit on. Its stored rows are refused too."""
    terminal = held(number, reason)
    if terminal.state != state:
        terminal.state = state
        terminal.save(update_fields=["state"])
        audit.record(by=by, action=f"card.terminal_{state.value}", target=f"terminal:{number}", reason=reason)
    return terminal


@transaction.atomic
def renew_terminal_key(*, by: Actor, number: str, reason: str) -> PosTerminal:
    """The old key opens nothing from the commit on, nor what was sealed under it; the new one must be carried to the device."""
    terminal = held(number, reason)
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
