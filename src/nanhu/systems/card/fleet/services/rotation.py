"""Changing a terminal's key without anybody travelling to it: both keys are good until the new one was used."""

from datetime import timedelta

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.systems.card.fleet.errors import TerminalRetiredError, WindowWrongError
from nanhu.systems.card.fleet.models import NextKey
from nanhu.systems.card.models import PosTerminal
from nanhu.systems.card.services.merchants import new_terminal_key
from nanhu.systems.card.services.terminals import held

SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=30)


@transaction.atomic
def begin_rotation(*, by: Actor, number: str, window: timedelta, reason: str) -> NextKey:
    """Not for a key that may be known to somebody: the new one travels under the old. Such a key is renewed at once."""
    if not SHORTEST <= window <= LONGEST:
        raise WindowWrongError
    terminal = held(number, reason)
    if terminal.state == PosTerminal.State.RETIRED:
        raise TerminalRetiredError(number=number)
    NextKey.objects.filter(terminal=terminal).delete()
    moment = now()
    following = NextKey.objects.create(
        terminal=terminal, key=new_terminal_key(), version=terminal.key_version + 1, opens_at=moment,
        ends_at=moment + window,
    )  # fmt: skip
    facts = {"key_version": following.version, "hours": window.total_seconds() / 3600}
    audit.record(by=by, action="card.terminal_next_key", target=f"terminal:{number}", reason=reason, facts=facts)
    return following
