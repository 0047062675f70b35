"""The pending second step (待验证): the first proof was right, nobody is signed in, one page opens.

It lives in the anonymous session of this browser for ten minutes, bound to the account, to its password as it was, and
to where it leads. It dies when the password changes or the account closes meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

from django.http import HttpRequest

from nanhu.kernel import audit
from nanhu.kernel.actors import actor_of
from nanhu.kernel.clock import now
from nanhu.platforms.identity.factors.errors import SecondStepExpiredError
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.services import sessions
from nanhu.platforms.identity.services.sessions import RENEWALS

PENDING = "identity.second_step"
LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    account: Account
    campus_no: str
    methods: tuple[str, ...]
    after: str
    is_own_device: bool = False
    proved_at: datetime | None = None
    application: str = ""


def begin(
    request: HttpRequest,
    *,
    account: Account,
    campus_no: str,
    methods: Sequence[str],
    after: str,
    proved_at: datetime | None = None,
    application: str = "",
) -> None:
    """Whoever was signed in here is signed out; the browser gets a new session, with nothing in it but this
    (and what waits for a fresh proof)."""
    renewals, is_own_device = request.session.get(RENEWALS), request.POST.get("remember") == "on"
    sessions.close_session(request, how=SsoSession.End.REPLACED)
    if renewals:
        request.session[RENEWALS] = renewals
    request.session[PENDING] = {
        "account_id": account.pk,
        "mark": account.get_session_auth_hash(),
        "campus_no": campus_no,
        "methods": list(methods),
        "after": after,
        "is_own_device": is_own_device,
        "proved_at": proved_at.timestamp() if proved_at is not None else None,
        "application": application,
        "until": (now() + LIFE).timestamp(),
    }
    audit.record(
        by=actor_of(request),
        action="identity.first_step",
        target=f"account:{account.pk}",
        facts={"how": "+".join(methods)},
    )


def current(request: HttpRequest) -> Pending | None:
    """None when no second step is under way in this browser."""
    facts = request.session.get(PENDING)
    if facts is None:
        return None
    account = Account.objects.filter(pk=facts["account_id"]).first()
    is_good = account is not None and account.may_sign_in and facts["until"] > now().timestamp()
    if account is None or not is_good or not compare_digest(account.get_session_auth_hash(), facts["mark"]):
        forget(request)
        raise SecondStepExpiredError
    return Pending(
        account=account,
        campus_no=facts["campus_no"],
        methods=tuple(facts["methods"]),
        after=facts["after"],
        is_own_device=facts["is_own_device"],
        proved_at=datetime.fromtimestamp(facts["proved_at"], UTC) if facts.get("proved_at") else None,
        application=facts.get("application", ""),
    )


def forget(request: HttpRequest) -> None:
    request.session.pop(PENDING, None)
