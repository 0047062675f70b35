"""Terminals registered with a key that is handed over once, and taken away again for good."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.money import format_yuan
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given
from nanhu.platforms.terminals.errors import TerminalKnownError, TerminalRetiredError, UnsentRowsError
from nanhu.platforms.terminals.models import NextKey, Terminal
from nanhu.platforms.terminals.parts import PARTS, Unsent
from nanhu.platforms.terminals.services.keys import new_key
from nanhu.platforms.terminals.services.states import held


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A device as it is registered. `details` are for the parts: whose till it is, where a door stands."""

    number: str
    kind: str
    place: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def register(*, by: Actor, entry: Entry, reason: str) -> tuple[Terminal, str]:
    """The device, switched off until a second person accepts it, and its key in clear: given out here and nowhere again."""
    given(reason)
    lock_key(f"terminals.terminal:{entry.number}")
    if Terminal.objects.filter(number=entry.number).exists():
        raise TerminalKnownError(number=entry.number)
    key = new_key()
    made = Terminal.objects.create(
        number=entry.number,
        kind=entry.kind,
        place=entry.place,
        key=key,
        state=Terminal.State.OFF,
        registrar_id=by.account_id,
    )
    facts = {"kind": entry.kind}
    for part in PARTS:
        facts |= part.install(made, entry.details)
    audit.record(by=by, action="terminals.register", target=f"terminal:{made.number}", reason=reason, facts=facts)
    return made, key


@transaction.atomic
def retire(*, by: Actor, number: str, reason: str, is_loss_accepted: bool = False) -> Terminal:
    """Take a device away for good. Its key opens nothing from the commit on.

    Rows that it keeps and has not sent are lost: it is refused, unless that is accepted; then how many stays with the terminal.
    """
    terminal = held(number, reason)
    if terminal.state == Terminal.State.RETIRED:
        raise TerminalRetiredError(number=number)
    for part in PARTS:
        part.check_removal(terminal)
    lost = unsent_of(terminal)
    if lost.rows and not is_loss_accepted:
        raise UnsentRowsError(rows=lost.rows, sum=format_yuan(lost.fen))
    NextKey.objects.filter(terminal=terminal).delete()
    terminal.state, terminal.retired_at, terminal.lost_rows = Terminal.State.RETIRED, now(), lost.rows
    terminal.key, terminal.key_version = new_key(), terminal.key_version + 1
    terminal.save()
    for part in PARTS:
        part.remove(terminal, lost)
    facts = {"lost_rows": lost.rows, "lost_fen": lost.fen}
    audit.record(by=by, action="terminals.retire", target=f"terminal:{number}", reason=reason, facts=facts)
    return terminal


def unsent_of(terminal: Terminal) -> Unsent:
    kept = [part.unsent(terminal) for part in PARTS]
    return Unsent(sum(one.rows for one in kept), sum(one.fen for one in kept))
