"""Front-channel logout (浏览器退出): for applications that can be told by the visitor's own browser alone.

The page after the sign-out loads an address of each of them in a frame. That works only while this browser stands there:
a session that ends by the clock or from elsewhere reaches them by no way, and the ledger says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import SsoGrant, SsoSession

OFFERED_FOR = timedelta(minutes=2)
NOT_NOTIFIED = (SsoGrant.Logout.OPEN, SsoGrant.Logout.WAITING, SsoGrant.Logout.SILENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontCall:
    """`address` is loaded in the frame; `fields`, where there are any, are posted to it by a form that sends itself."""

    address: str
    fields: tuple[tuple[str, str], ...] = ()


type FrontCaller = Callable[[SsoGrant], FrontCall | None]
"""What the browser is to load for a grant; None for an application that hears behind the browser or not at all."""
type Reach = Callable[[SsoGrant], str]
"""The address alone, without making (and signing) a message: "" where there is none."""

front_calls: dict[str, FrontCaller] = {}
reaches: dict[str, Reach] = {}


def not_notified(session: SsoSession) -> Sequence[SsoGrant]:
    """Grants of a session that has just ended, which this browser can tell of it."""
    held = SsoGrant.objects.filter(
        session=session, session__ended_at__gt=now() - OFFERED_FOR, protocol__in=reaches, logout__in=NOT_NOTIFIED
    )
    held = held.select_related("application").order_by("pk")
    return [grant for grant in held if reaches[grant.protocol](grant)]


def origins_of(grants: Sequence[SsoGrant]) -> list[str]:
    return sorted({origin_of(reaches[grant.protocol](grant)) for grant in grants})


def origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def call_for(session: SsoSession, grant_id: int) -> FrontCall | None:
    """What to load now; the grant counts as told by it. Once only: a page that is loaded anew tells nobody twice."""
    grant = next((one for one in not_notified(session) if one.pk == grant_id), None)
    call = front_calls[grant.protocol](grant) if grant is not None else None
    if grant is None or call is None:
        return None
    moved = SsoGrant.objects.filter(pk=grant.pk, logout__in=NOT_NOTIFIED).update(
        logout=SsoGrant.Logout.NOTIFIED, logout_at=now(), logout_due_at=None, logout_error=""
    )
    return call if moved else None


def acknowledged(grant_id: int) -> None:
    """The application itself said that it is done."""
    SsoGrant.objects.filter(pk=grant_id, logout=SsoGrant.Logout.NOTIFIED).update(
        logout=SsoGrant.Logout.DONE, logout_at=now()
    )
