"""Persistent names (持久标识): opaque, one per account and partner, kept for ever.

The value is derived from the keyring the first time, so that a database restored from an older copy gives the same one
again; from then on the row counts, so that a new key, a new salt or a new account number changes nothing.
"""

import base64
import secrets

from nanhu.kernel.crypto import blind_index
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.protocols.saml.addresses import scope
from nanhu.platforms.identity.protocols.saml.models import PersistentName

EVERYWHERE = ""
"""The audience of subject-id, which is the same at every partner that is given one."""


def persistent_name(*, account: Account, audience: str) -> str:
    row, _is_new = PersistentName.objects.get_or_create(
        account=account, audience=audience, defaults={"value": derived(account, audience)}
    )
    return row.value


def derived(account: Account, audience: str) -> str:
    digest = blind_index(f"{account.public_id}!{audience}", purpose="saml.persistent_name")
    return base64.b32encode(digest).decode().rstrip("=").lower()


def scoped_name(*, account: Account, audience: str) -> str:
    """As pairwise-id and subject-id want it."""
    return f"{persistent_name(account=account, audience=audience)}@{scope()}"


def transient_name() -> str:
    return f"_{secrets.token_hex(20)}"
