"""New-device notice (新设备提醒): a sign-in from a browser that never signed this person in before."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from nanhu.kernel import audit, throttle
from nanhu.kernel.actors import Actor, actor_of
from nanhu.kernel.clock import now
from nanhu.kernel.events import publish
from nanhu.kernel.throttle import Gate, TooManyAttemptsError
from nanhu.kernel.ui import dates, words
from nanhu.platforms.identity import channels, devices, queries
from nanhu.platforms.identity import former_passwords as history
from nanhu.platforms.identity.events import PasswordRevoked
from nanhu.platforms.identity.factors.models import NewDevice
from nanhu.platforms.identity.factors.services import attempts, remembered
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.personal.services import keys
from nanhu.platforms.identity.services import sessions


def notice(request: HttpRequest, *, account: Account, session: SsoSession) -> None:
    """Nothing to tell of the very first sign-in, nor of a browser that signed this person in before."""
    if devices.has_seen(request, account.pk):
        return
    if not SsoSession.objects.filter(account=account).exclude(pk=session.pk).exists():
        return
    with transaction.atomic():
        NewDevice.objects.create(account=account, session=session)
        audit.record(by=actor_of(request), action="identity.new_device", target=f"account:{account.pk}")
        notify(
            account,
            _("您的账号 %(when)s 在新设备上登录：%(what)s，地址 %(where)s。不是您本人？请到“账号安全”点“不是我”。")
            % {
                "when": dates.time_words(session.created_at),
                "what": words.browser(session.user_agent),
                "where": session.address,
            },
        )


def notify(account: Account, text: str) -> None:
    """To every verified contact, three messages in a row at most; the account's own page tells everything."""
    try:
        throttle.admit([Gate(attempts.TELLING, f"account:{account.pk}")])
    except TooManyAttemptsError:
        return
    channels.notify(account=account, text=text)


def unanswered(account: Account) -> QuerySet[NewDevice]:
    return NewDevice.objects.filter(account=account, answer="").select_related("session").order_by("-created_at")


def of_sessions(session_ids: Sequence[int]) -> dict[int, NewDevice]:
    return {one.session_id: one for one in NewDevice.objects.filter(session_id__in=session_ids)}


def is_mine(*, account: Account, public_id: UUID) -> bool:
    open_notice = NewDevice.objects.filter(account=account, public_id=public_id, answer="")
    return open_notice.update(answer=NewDevice.Answer.MINE, answered_at=now()) == 1


@transaction.atomic
def is_not_mine(*, by: Actor, account: Account, public_id: UUID, keep_session: int | None) -> bool:
    """Everybody else is signed out, no browser is remembered, tokens and app passwords are
    revoked, the password opens nothing any more, and a new one is due before anything opens.

    Whoever says so has just proved the password or a passkey once more: a stolen session alone cannot come here.
    """
    account = queries.hold(account)
    if not account.may_sign_in:  # stopped meanwhile: that stands
        return False
    open_notice = NewDevice.objects.filter(account=account, public_id=public_id, answer="")
    if open_notice.update(answer=NewDevice.Answer.NOT_MINE, answered_at=now()) != 1:
        return False
    disown(by=by, account=account, keep_session=keep_session)
    return True


def disown(*, by: Actor, account: Account, keep_session: int | None) -> None:
    """In the caller's transaction, with the account locked. The session that is kept stays by `sessions.stay` alone."""
    sessions.end_others(by=by, account=account, but=keep_session, how=SsoSession.End.ENDED_ELSEWHERE)
    remembered.forget(by=by, account=account)
    keys.revoke_all(by=by, account_id=account.pk)
    history.take_away(account)
    publish(PasswordRevoked(account_id=account.pk, person_id=account.person_id))
    audit.record(by=by, action="identity.disown_sign_in", target=f"account:{account.pk}")
