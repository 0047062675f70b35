"""Taking factors away: by their owner, one by one; by the counter, all of them, after a document was seen."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.ui import dates
from nanhu.platforms.identity.factors.errors import LastFactorError
from nanhu.platforms.identity.factors.models import ContactFactor, Passkey, RecoveryCode, TotpFactor
from nanhu.platforms.identity.factors.services import attempts, new_devices, remembered
from nanhu.platforms.identity.factors.services.overview import factors_of
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.services import sessions


@transaction.atomic
def remove_totp(*, by: Actor, account: Account) -> bool:
    Account.objects.select_for_update().get(pk=account.pk)
    removed = TotpFactor.objects.filter(account=account).delete()[0]
    return settled(by=by, account=account, what="totp", is_removed=removed > 0)


@transaction.atomic
def remove_passkey(*, by: Actor, account: Account, public_id: UUID) -> bool:
    Account.objects.select_for_update().get(pk=account.pk)
    removed = Passkey.objects.filter(account=account, public_id=public_id).delete()[0]
    return settled(by=by, account=account, what="passkey", is_removed=removed > 0)


@transaction.atomic
def remove_contact(*, by: Actor, account: Account) -> bool:
    Account.objects.select_for_update().get(pk=account.pk)
    removed = ContactFactor.objects.filter(account=account).delete()[0]
    return settled(by=by, account=account, what="contact", is_removed=removed > 0)


def settled(*, by: Actor, account: Account, what: str, is_removed: bool) -> bool:
    """After a removal, in its transaction: an administrator keeps one; without any, nothing that hung on it stays."""
    if not is_removed:
        return False
    factors = factors_of(account)
    if factors.is_administrator and not factors.is_strong:
        raise LastFactorError
    if not factors.is_strong:
        RecoveryCode.objects.filter(account=account).delete()
        remembered.forget(by=by, account=account)
    audit.record(by=by, action="identity.remove_factor", target=f"account:{account.pk}", facts={"what": what})
    words = _("您账号的一种第二步验证于 %(when)s 被删除。不是您本人？请立即修改密码并联系信息中心。")
    new_devices.notify(account, words % {"when": dates.time_words(now())})
    return True


@transaction.atomic
def remove_all(*, by: Actor, account: Account, reason: str) -> None:
    """The counter's: who lost phone and codes starts anew. Sessions and remembered browsers end with them."""
    account = Account.objects.select_for_update().get(pk=account.pk)
    for kind in (TotpFactor, Passkey, ContactFactor, RecoveryCode):
        kind.objects.filter(account=account).delete()
    remembered.forget(by=by, account=account)
    sessions.end_others(by=by, account=account, but=None, how=SsoSession.End.CREDENTIALS_CHANGED)
    attempts.forgive_all(account)
    audit.record(by=by, action="identity.remove_all_factors", target=f"account:{account.pk}", reason=reason)
