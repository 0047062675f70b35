"""The keys a terminal may sign with at the services door; the gateway keeps the same rule in memory."""

from django.db import connection

from nanhu.kernel.clock import now
from nanhu.systems.card.fleet.models import NextKey
from nanhu.systems.card.models import PosTerminal


def keys_of(terminal: PosTerminal) -> list[bytes]:
    """Its own, then the next one while both are good."""
    moment = now()
    following = NextKey.objects.filter(terminal=terminal, opens_at__lte=moment, ends_at__gt=moment).first()
    return [bytes.fromhex(terminal.key), *([bytes.fromhex(following.key)] if following else [])]


def use_key(terminal: PosTerminal, key: bytes) -> None:
    """The first use of the next key makes it the terminal's; the one before opens nothing any more."""
    if bytes.fromhex(terminal.key) == key:
        return
    following = NextKey.objects.filter(terminal=terminal).first()
    if following is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT card_terminal_promote_key(%s, %s)", [terminal.pk, following.version])
    terminal.refresh_from_db(fields=["key", "key_version"])
