"""Sessions (会话): opened at sign-in under a new id, ended once, with all that hangs on them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import login, logout, update_session_auth_hash
from django.db import connection, transaction
from django.http import HttpRequest

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, actor_of
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.platforms.identity.errors import PartedMeanwhileError
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.queries import session_end_due
from nanhu.platforms.identity.services import sign_in_log, single_logout

SESSION_ID = "identity.session"
CAMPUS_NO = "identity.campus_no"
FACE = "identity.face"
RENEWALS = "identity.renewals"
NOTHING = -1
BACKEND = "nanhu.platforms.identity.backend.AccountBackend"
TOUCH = """UPDATE identity_sso_session SET last_seen_at = %(moment)s
            WHERE id = %(id)s AND set_config('synchronous_commit', 'off', true) = 'off'"""


def open_session(
    request: HttpRequest,
    *,
    account: Account,
    campus_no: str,
    how: str,
    methods: Sequence[str] = ("pwd",),
    proved_at: datetime | None = None,
    application: str = "",
) -> SsoSession:
    """Sign this browser in: a new session id, a new row, the former session of this browser ended.

    `proved_at`: when a password or a passkey was proved, where that was not just now (a phone lets a desktop in). Raises
    `PartedMeanwhileError`, the browser signed out, where the account's person and another were told apart since it was read.
    """
    try:
        return opened(
            request,
            account=account,
            campus_no=campus_no,
            how=how,
            methods=methods,
            proved_at=proved_at,
            application=application,
        )
    except PartedMeanwhileError:
        logout(request)  # what was written of its session is undone
        raise


def opened(
    request: HttpRequest,
    *,
    account: Account,
    campus_no: str,
    how: str,
    methods: Sequence[str],
    proved_at: datetime | None,
    application: str,
) -> SsoSession:
    with refused_as(PartedMeanwhileError, by="identity_session_of_parted"):
        former: int | None = request.session.get(SESSION_ID)
        if former is not None:
            end_sessions(
                by=actor_of(request), sessions=SsoSession.objects.filter(pk=former), how=SsoSession.End.REPLACED
            )
        renewals = request.session.get(RENEWALS)
        request.session.flush()
        login(request, account, backend=BACKEND)
        session = SsoSession.objects.create(
            account=account,
            campus_no=campus_no,
            methods=list(methods),
            parted_at=account.parted_at,
            authenticated_at=proved_at or now(),
            second_factor_at=second_factor_time(methods),
            address=request.META.get("REMOTE_ADDR", ""),
            user_agent=request.META.get("HTTP_USER_AGENT", "")[:300],
        )
        request.session[SESSION_ID] = session.pk
        request.session[CAMPUS_NO] = campus_no
        if renewals:  # what asked for a fresh proof before anybody was signed in has got it
            request.session[RENEWALS] = renewals
        audit.record(
            by=actor_of(request), action="identity.sign_in", target=f"account:{account.pk}", facts={"how": how}
        )
        sign_in_log.came_in(session=session, how=how, application=application)
    return session


def second_factor_time(methods: Sequence[str]) -> datetime | None:
    """Now, when what was proved is more than one factor (`mfa` of RFC 8176)."""
    return now() if "mfa" in methods else None


def renew_session(
    request: HttpRequest,
    *,
    session: SsoSession,
    how: str,
    methods: Sequence[str] = ("pwd",),
    proved_at: datetime | None = None,
    application: str = "",
) -> None:
    """The same person proved it once more: the session stays, its id changes, its authentication is new."""
    second_factor_at = second_factor_time(methods)
    with transaction.atomic():
        request.session.cycle_key()
        facts: dict[str, Any] = {
            "authenticated_at": max(proved_at or now(), session.authenticated_at),
            "methods": list(methods),
        }
        if second_factor_at is not None:
            facts["second_factor_at"] = second_factor_at
        SsoSession.objects.filter(pk=session.pk).update(**facts)
        audit.record(
            by=actor_of(request), action="identity.renew", target=f"account:{session.account_id}", facts={"how": how}
        )
        sign_in_log.came_in(session=session, how=how, application=application, kind=sign_in_log.Kind.RENEW)


def stay(request: HttpRequest) -> None:
    """This browser stays signed in though the password is another now, or none: its owner has just said so here."""
    if request.user.is_authenticated:
        update_session_auth_hash(request, Account.objects.get(pk=request.user.pk))


def touch(session: SsoSession, moment: datetime) -> None:
    """Note that a live session was used. Not waited for on the disk, for every page would be: after a crash of the database it was used half
    a second earlier. Call outside a transaction, whose own commit would not be waited for either."""
    with connection.cursor() as cursor:
        cursor.execute(TOUCH, {"moment": moment, "id": session.pk})


def close_session(request: HttpRequest, *, how: SsoSession.End = SsoSession.End.SIGNED_OUT) -> SsoSession | None:
    """Sign this browser out and everything that hangs on its session."""
    session = SsoSession.objects.filter(pk=request.session.get(SESSION_ID, NOTHING)).first()
    if session is not None:
        end_sessions(by=actor_of(request), sessions=SsoSession.objects.filter(pk=session.pk), how=how)
    logout(request)
    return session


def end_one(*, by: Actor, account: Account, public_id: UUID) -> bool:
    """End one of the account's own sessions; False when there is no such live one."""
    mine = SsoSession.objects.filter(account=account, public_id=public_id)
    return end_sessions(by=by, sessions=mine, how=SsoSession.End.ENDED_ELSEWHERE) > 0


def end_others(*, by: Actor, account: Account, but: int | None, how: SsoSession.End, method: str = "") -> int:
    """`method`: those alone that it opened, or proved last."""
    others = SsoSession.objects.filter(account=account).exclude(pk=but or NOTHING)
    return end_sessions(by=by, sessions=others.filter(methods__contains=[method]) if method else others, how=how)


@transaction.atomic
def end_sessions(*, by: Actor, sessions: Iterable[SsoSession], how: SsoSession.End) -> int:
    """End those still live, tell their applications, write it down. Ending twice is harmless."""
    ids = sorted(session.pk for session in sessions)
    live = list(SsoSession.objects.select_for_update().filter(pk__in=ids, ended_at=None).order_by("pk"))
    if not live:
        return 0
    SsoSession.objects.filter(pk__in=[one.pk for one in live]).update(
        ended_at=now(), ended_how=how, cookie_mark=None, password_mark=None
    )
    single_logout.call_out(session_ids=[one.pk for one in live])
    audit.record_many(
        audit.Record(
            by=by,
            action="identity.sign_out",
            target=f"account:{one.account_id}",
            facts={"how": str(how), "session": one.pk},
        )
        for one in live
    )
    sign_in_log.went_out(by=by, sessions=live, how=how)
    return len(live)


def hold_live_session(session_id: int) -> SsoSession | None:
    """The session of an active account, locked against its end; None when it is over. Call inside a transaction."""
    session = (
        SsoSession.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account")
        .filter(pk=session_id, ended_at=None, account__state=Account.State.ACTIVE)
        .first()
    )
    return session if session is not None and session_end_due(session, now()) is None else None
