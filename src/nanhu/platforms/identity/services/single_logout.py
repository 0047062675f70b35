"""Single logout (单点退出): the logout request of each protocol to its applications when a session ends, and when it is due.

The engine that says it runs in the worker (`logout_engine`). Nothing is lost with it: what is still to be said stands
in the grants, with the time of the next attempt.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction

from nanhu.kernel.clock import now
from nanhu.kernel.outgoing import Answer, Call
from nanhu.kernel.retries import wake
from nanhu.platforms.identity.models import SsoGrant

CHANNEL = "nanhu_logout"


class UnreachableError(Exception):
    """Raised for an application that should be notified and cannot be, whatever we try; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutCall(Call):
    """An answer below 400 counts as told (已通知): that a session ended nobody has said by it.

    Where the protocol knows an acknowledgement, `is_acknowledged` reads it in the answer, and the application is out
    (已退出) or has not heard; `reads_body` says that it stands there and not in the status.
    """

    is_acknowledged: Callable[[Answer], bool] | None = None
    reads_body: bool = False


type LogoutCaller = Callable[[SsoGrant], LogoutCall | None]
"""What a protocol has to say to an application about a grant; None when the application takes no such notice."""

logout_calls: dict[str, LogoutCaller] = {}


@transaction.atomic
def call_out(*, session_ids: Sequence[int]) -> None:
    """Every application of these sessions is to be told, once the caller's transaction stands. Twice is harmless."""
    moment = now()
    found = SsoGrant.objects.filter(session_id__in=session_ids, logout=SsoGrant.Logout.OPEN).update(
        logout=SsoGrant.Logout.WAITING, logout_requested_at=moment, logout_due_at=moment
    )
    if found:
        wake(CHANNEL)
