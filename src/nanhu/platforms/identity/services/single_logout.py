"""Single logout (单点退出): what every protocol says to its applications when a session ends, and when it is due.

The engine that says it runs in the worker (`logout_engine`). Nothing is lost with it: what is still to be said stands
in the grants, with the time of the next attempt.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from nanhu.kernel.clock import now
from nanhu.kernel.outgoing import Call
from nanhu.platforms.identity.models import SsoGrant

CHANNEL = "nanhu_logout"


class CannotBeToldError(Exception):
    """A teller's word for an application that should be told and cannot be, whatever we try; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutCall(Call):
    """An answer below 400 counts as told, unless the protocol has an eye on what the answer says (`is_told`)."""

    is_told: Callable[[bytes], bool] | None = None


type Teller = Callable[[SsoGrant], LogoutCall | None]
"""What a protocol has to say to an application about a grant; None when the application takes no such notice."""

tellers: dict[str, Teller] = {}


@transaction.atomic
def call_out(*, session_ids: Sequence[int]) -> None:
    """Every application of these sessions is to be told, once the caller's transaction stands. Twice is harmless."""
    moment = now()
    found = SsoGrant.objects.filter(session_id__in=session_ids, logout=SsoGrant.Logout.OPEN).update(
        logout=SsoGrant.Logout.WAITING, logout_asked_at=moment, logout_due_at=moment
    )
    if found:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
