"""Keys of terminals: made, renewed at once, or changed without anybody travelling to the device."""

import secrets
from datetime import timedelta
from typing import Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import run
from nanhu.platforms.terminals.errors import TerminalRetiredError, WindowWrongError
from nanhu.platforms.terminals.models import NextKey, Terminal
from nanhu.platforms.terminals.services.states import held

SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=30)
PROMOTE: Final = "SELECT terminals_promote_key(%s, %s)"


def new_key() -> str:
    return secrets.token_hex(32)


@transaction.atomic
def renew_key(*, by: Actor, number: str, reason: str) -> Terminal:
    """The old key opens nothing from the commit on, nor what was sealed under it; the new one must be carried to the device."""
    terminal = in_the_field(number, reason)
    NextKey.objects.filter(terminal=terminal).delete()
    terminal.key, terminal.former_key, terminal.former_until = new_key(), None, None
    terminal.key_version += 1
    terminal.save(update_fields=["key", "key_version", "former_key", "former_until"])
    facts = {"key_version": terminal.key_version}
    audit.record(by=by, action="terminals.key", target=f"terminal:{number}", reason=reason, facts=facts)
    return terminal


@transaction.atomic
def begin_rotation(*, by: Actor, number: str, window: timedelta, reason: str) -> NextKey:
    """Both keys are good until the new one was used. Not for a key that may be known to somebody: the new one travels under it."""
    if not SHORTEST <= window <= LONGEST:
        raise WindowWrongError
    terminal = in_the_field(number, reason)
    NextKey.objects.filter(terminal=terminal).delete()
    moment = now()
    following = NextKey.objects.create(
        terminal=terminal, key=new_key(), version=terminal.key_version + 1, opens_at=moment, ends_at=moment + window
    )
    facts = {"key_version": following.version, "hours": window.total_seconds() / 3600}
    audit.record(by=by, action="terminals.next_key", target=f"terminal:{number}", reason=reason, facts=facts)
    return following


def in_the_field(number: str, reason: str) -> Terminal:
    terminal = held(number, reason)
    if terminal.state == Terminal.State.RETIRED:
        raise TerminalRetiredError(number=number)
    return terminal


def keys_of(terminal: Terminal) -> list[bytes]:
    """What it may sign with: its own key, then the next one while both are good. The gateway keeps the same rule in memory."""
    moment = now()
    following = NextKey.objects.filter(terminal=terminal, opens_at__lte=moment, ends_at__gt=moment).first()
    return [bytes.fromhex(terminal.key), *([bytes.fromhex(following.key)] if following else [])]


def former_key_of(terminal: Terminal) -> list[bytes]:
    """What it signed with before its next key was used, as long as that tells anything."""
    if terminal.former_until is None or terminal.former_until <= now():
        return []
    return [bytes.fromhex(terminal.former_key)]


def use_key(terminal: Terminal, key: bytes) -> None:
    """The first use of the next key makes it the terminal's; the one before opens nothing any more."""
    if bytes.fromhex(terminal.key) == key:
        return
    following = NextKey.objects.filter(terminal=terminal).first()
    if following is not None:
        run(PROMOTE, [terminal.pk, following.version])
    terminal.refresh_from_db(fields=["key", "key_version"])
