"""The sign-ins of an account as its owner reads them (最近登录)."""

from collections.abc import Sequence
from dataclasses import dataclass

from nanhu.kernel.ui import words
from nanhu.platforms.identity.factors.models import NewDevice
from nanhu.platforms.identity.factors.services import new_devices
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.services import logout_ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    session: SsoSession
    device: str
    ways: str
    ledger: Sequence[logout_ledger.Line]
    new_device: NewDevice | None
    is_here: bool


def sign_ins(sessions: Sequence[SsoSession], *, here: int | None) -> list[SignIn]:
    """Two queries, whatever their number. `here`: the session of whoever reads."""
    ids = [session.pk for session in sessions]
    ledgers, news = logout_ledger.lines_of(ids), new_devices.of_sessions(ids)
    return [
        SignIn(
            session=session,
            device=words.browser(session.user_agent),
            ways=words.ways([one for one in session.methods if one in words.WAYS]),
            ledger=ledgers.get(session.pk, ()),
            new_device=news.get(session.pk),
            is_here=session.pk == here,
        )
        for session in sessions
    ]
