"""The sign-in log (登录日志): one line for each sign-in, renewal, refusal and sign-out, in the action's own transaction.

The audit log holds the same actions, sealed. This table is made for questions: by account, address, hour, application.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import QuerySet

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.crypto import blind_index
from nanhu.kernel.database.values import all_rows, one_value
from nanhu.kernel.throttle import TooManyAttemptsError
from nanhu.platforms.identity.models import Account, SignInEvent, SsoSession

KEY_LENGTH = 16
NOTED_EVERY = timedelta(minutes=1)
Kind, Reason = SignInEvent.Kind, SignInEvent.Reason


def name_key(campus_no: str) -> str:
    """The fingerprint of a typed name, as the audit log has it."""
    return blind_index(campus_no, purpose="identity.refused_name").hex()[:KEY_LENGTH]


def came_in(*, session: SsoSession, how: str, application: str = "", kind: str = Kind.SIGN_IN) -> None:
    """A session was opened, or proved once more."""
    SignInEvent.objects.create(
        kind=kind,
        account_id=session.account_id,
        campus_no=session.campus_no,
        how=how[:60],
        address=session.address,
        browser=session.user_agent[:300],
        application=application[:60],
        session_id=session.pk,
    )


def refused(
    *,
    by: Actor,
    campus_no: str,
    reason: str = Reason.WRONG,
    how: str = "pwd",
    account_id: int | None = None,
    application: str = "",
) -> None:
    """What was typed as a name is kept as a fingerprint only. The cost is the same for every name."""
    SignInEvent.objects.create(
        kind=Kind.REFUSED,
        account_id=account_id,
        name_key=name_key(campus_no) if campus_no else "",
        how=how[:60],
        reason=reason,
        address=by.address,
        browser=by.browser[:300],
        application=application[:60],
    )


@contextmanager
def throttling_noted(*, by: Actor, campus_no: str, application: str = "") -> Iterator[None]:
    """Who is told to wait stands in the log once a minute: a flood must not fill it."""
    try:
        yield
    except TooManyAttemptsError:
        recent = SignInEvent.objects.filter(
            name_key=name_key(campus_no), address=by.address, reason=Reason.THROTTLED, at__gt=now() - NOTED_EVERY
        )
        if not recent.exists():
            refused(by=by, campus_no=campus_no, reason=Reason.THROTTLED, application=application)
        raise


def went_out(*, by: Actor, sessions: Iterable[SsoSession], how: str) -> None:
    moment = now()
    SignInEvent.objects.bulk_create(
        SignInEvent(
            at=moment,
            kind=Kind.SIGN_OUT,
            account_id=one.account_id,
            campus_no=one.campus_no,
            how=str(how),
            address=by.address,
            browser=one.user_agent[:300],
            session_id=one.pk,
        )
        for one in sessions
    )


def events_of(account: Account) -> QuerySet[SignInEvent]:
    """The account's own lines, newest first."""
    return SignInEvent.objects.filter(account_id=account.pk).order_by("-at", "-id")


def prepare_months(*, months: int = 3) -> int:
    """Partitions of this month and the next ones; how many stand."""
    first = campus_today().replace(day=1)
    days = [(first + timedelta(days=31 * ahead)).replace(day=1) for ahead in range(months)]
    return sum(bool(one_value("SELECT identity_sign_in_month(%s)", [day])) for day in days)


def drop_old_months() -> list[str]:
    """Whole months that are older than the audit log has to be kept; the archive of the audit log has their actions."""
    oldest = campus_today() - timedelta(days=configuration().audit_days)
    return [str(row[0]) for row in all_rows("SELECT identity_sign_in_forget(%s)", [oldest])]
