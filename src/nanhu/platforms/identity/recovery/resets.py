"""A new password for who proved to be the owner (重设密码). It signs nobody in: the sign-in asks for all it always asks."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import Account, OneTimeCode, SsoSession
from nanhu.platforms.identity.personal.services import keys
from nanhu.platforms.identity.recovery.attempts import living
from nanhu.platforms.identity.recovery.errors import AttemptExpiredError
from nanhu.platforms.identity.recovery.models import Attempt
from nanhu.platforms.identity.services import sessions, setup
from nanhu.platforms.identity.services.sign_in import NOBODY


@transaction.atomic
def finish(*, by: Actor, secret: str, password: str) -> Account:
    """Spend the proof and set the password, both or neither: a password that will not do leaves the proof as it was."""
    proved = living(Attempt.Kind.RESET, secret).filter(proved_at__isnull=False)
    attempt = proved.first()
    if attempt is None:
        raise AttemptExpiredError
    account = Account.objects.select_for_update().get(pk=attempt.account_id or NOBODY)
    if proved.update(spent_at=now()) != 1:
        raise AttemptExpiredError
    if not account.may_sign_in or is_overtaken(account, attempt):
        raise AttemptExpiredError
    account = setup.set_password(by=by, account=account, password=password)
    sessions.end_others(by=by, account=account, but=None, how=SsoSession.End.CREDENTIALS_CHANGED)
    keys.revoke_all(by=by, account_id=account.pk)
    forget_other_ways(account)
    audit.record(
        by=by, action="identity.reset_by_owner", target=f"account:{account.pk}", facts={"proof": attempt.proved_by}
    )
    return account


def is_overtaken(account: Account, attempt: Attempt) -> bool:
    """Another password meanwhile, or the counter was asked for help: whoever began before that begins again."""
    return account.password_changed_at != attempt.password_changed_at or account.state_changed_at > attempt.created_at


def forget_other_ways(account: Account) -> None:
    """Other browsers' attempts and a code from the counter were for the password that is gone."""
    moment = now()
    Attempt.objects.filter(account=account, spent_at=None).update(expires_at=moment)
    counter = OneTimeCode.Purpose.COUNTER
    OneTimeCode.objects.filter(account=account, purpose=counter, used_at=None).update(used_at=moment)
