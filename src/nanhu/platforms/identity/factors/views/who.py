"""The user of a second-factor challenge: somebody between two steps, or somebody signed in who was asked for more."""

from dataclasses import dataclass

from django.http import HttpRequest

from nanhu.platforms.identity import devices
from nanhu.platforms.identity.current import session_or_none
from nanhu.platforms.identity.factors.services import pending
from nanhu.platforms.identity.factors.services.pending import Pending
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.pages import next_path, owner_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengedUser:
    """`step` is set before anybody is signed in; `session` is the one that is to be strengthened."""

    account: Account
    campus_no: str
    after: str
    step: Pending | None = None
    session: SsoSession | None = None

    @property
    def application(self) -> str:
        """The key of who sent the browser here, for the log; "" where that is not known."""
        return self.step.application if self.step is not None else ""


def challenged_user(request: HttpRequest) -> ChallengedUser | None:
    session = session_or_none(request)
    if session is not None:
        account = owner_of(request)
        return ChallengedUser(account=account, campus_no=session.campus_no, after=next_path(request), session=session)
    step = pending.current(request)
    if step is None:
        return None
    return ChallengedUser(account=step.account, campus_no=step.campus_no, after=step.after, step=step)


def known_browser(request: HttpRequest, who: ChallengedUser) -> str:
    return devices.known_browser(request, who.campus_no)
