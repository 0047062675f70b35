"""Former passwords (密码历史): kept as hashes, the last few may not come back."""

from nanhu.kernel.clock import now
from nanhu.platforms.identity import hashing
from nanhu.platforms.identity.models import Account, FormerPassword

REMEMBERED = 5
"""The present password and the four before it."""


def keep(account: Account) -> None:
    """Call before the password is replaced or taken away, in the same transaction."""
    if not account.password.startswith("argon2$"):
        return
    FormerPassword.objects.create(account=account, password=account.password)
    kept = FormerPassword.objects.filter(account=account).order_by("-id").values_list("id", flat=True)
    FormerPassword.objects.filter(account=account, id__in=list(kept[REMEMBERED:])).delete()


def take_away(account: Account) -> None:
    """What is known of it opens nothing any more, not even the page for a new one, which asks for no old one: only who is
    signed in still, or proves by another way who he is, sets one. In the caller's transaction, the account locked.
    """
    keep(account)
    account.password, account.is_password_due = "", True
    account.initial_value_used_at = account.initial_value_used_at or now()
    account.state, account.state_changed_at = Account.State.MUST_COMPLETE, now()
    account.save()


def was_used(account: Account, password: str) -> bool:
    """Is it one of the last few? Costs one hash each."""
    former = FormerPassword.objects.filter(account=account).order_by("-id").values_list("password", flat=True)
    present = [account.password] if account.password.startswith("argon2$") else []
    return any(hashing.verify(password, encoded) for encoded in [*present, *former][:REMEMBERED])
