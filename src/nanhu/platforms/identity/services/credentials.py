"""Changing the keys of one's own account (修改密码, 修改密保): after proving the old password once more."""

from collections.abc import Sequence

from django.db import transaction

from nanhu.kernel import throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.throttle import Gate
from nanhu.platforms.identity import hashing, queries
from nanhu.platforms.identity.errors import WrongPasswordError
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.rules import normalise_password
from nanhu.platforms.identity.services import limits, sessions, setup


@hashing.turn()
def reauthenticate(*, account: Account, password: str) -> None:
    gate = [Gate(limits.REAUTHENTICATION, f"account:{account.pk}")]
    throttle.admit(gate)
    if not hashing.verify(normalise_password(password), account.password):
        raise WrongPasswordError
    throttle.forgive(gate)


def change_password(
    *, by: Actor, account: Account, old_password: str, new_password: str, keep_session: int | None
) -> Account:
    """The old password is required; every other session of the account ends."""
    reauthenticate(account=account, password=old_password)
    with transaction.atomic():
        hold_proved(account)
        account = setup.set_password(by=by, account=account, password=new_password)
        sessions.end_others(by=by, account=account, but=keep_session, how=SsoSession.End.CREDENTIALS_CHANGED)
    return account


def change_questions(
    *,
    by: Actor,
    account: Account,
    password: str,
    questions: Sequence[setup.QuestionAndAnswer],
    keep_session: int | None,
) -> None:
    reauthenticate(account=account, password=password)
    with transaction.atomic():
        hold_proved(account)
        setup.set_questions(by=by, account=account, questions=questions)
        sessions.end_others(by=by, account=account, but=keep_session, how=SsoSession.End.CREDENTIALS_CHANGED)


def hold_proved(account: Account) -> None:
    """Locked, with the password that was just proved: one that was set or taken away meanwhile is not overwritten."""
    if queries.hold(account).password != account.password:
        raise WrongPasswordError
