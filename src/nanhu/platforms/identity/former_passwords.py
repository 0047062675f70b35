"""Former passwords (密码历史): kept as hashes, the last few may not come back."""

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


def was_used(account: Account, password: str) -> bool:
    """Is it one of the last few? Costs one hash each."""
    former = FormerPassword.objects.filter(account=account).order_by("-id").values_list("password", flat=True)
    present = [account.password] if account.password.startswith("argon2$") else []
    return any(hashing.verify(password, encoded) for encoded in [*present, *former][:REMEMBERED])
