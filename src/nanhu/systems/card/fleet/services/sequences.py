"""A terminal's last sequence set right by the office, where a fault or a thief used up numbers far ahead."""

from django.db import transaction
from django.db.models import Min

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.terminals.api import Terminal, TerminalRetiredError, held_terminal
from nanhu.platforms.terminals.wire import LARGEST_SEQUENCE
from nanhu.systems.card.fleet.errors import SequenceWrongError
from nanhu.systems.card.fleet.models import TerminalGap, TerminalWatch
from nanhu.systems.card.models import Receipt


@transaction.atomic
def set_last_sequence(*, by: Actor, number: str, last: int, reason: str) -> Terminal:
    """`hello` tells `last` from now on. What was recorded above it stays, and is the ceiling up to which the terminal may go on."""
    if not 0 <= last < LARGEST_SEQUENCE:
        raise SequenceWrongError
    terminal = held_terminal(number, reason)
    if terminal.state == Terminal.State.RETIRED:
        raise TerminalRetiredError(number=number)
    before = terminal.last_sequence
    above = Receipt.objects.filter(terminal=terminal, sequence__gt=last).aggregate(least=Min("sequence"))["least"]
    terminal.last_sequence, terminal.sequence_ceiling = last, None if above is None else above - 1
    terminal.save(update_fields=["last_sequence", "sequence_ceiling"])
    TerminalGap.objects.filter(terminal=terminal, sequence__gt=last, filled_at=None).delete()
    TerminalWatch.objects.filter(terminal=terminal).update(upto=last)
    facts = {"from": before, "to": last, "ceiling": terminal.sequence_ceiling}
    audit.record(by=by, action="card.terminal_sequence", target=f"terminal:{number}", reason=reason, facts=facts)
    return terminal
