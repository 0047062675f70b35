"""API keys of vendors: made, shown once, used, rotated with an overlap, revoked at once."""

import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet, TextField
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.database.values import one_row
from nanhu.kernel.errors import NotFoundError
from nanhu.platforms.openapi.errors import AddressesMissingError, KeyRefusedError, TooManyKeysError
from nanhu.platforms.openapi.interfaces import interfaces
from nanhu.platforms.openapi.models import ApiKey, Mode, Vendor
from nanhu.platforms.openapi.signature import KEY

MOST_LIVING: Final = 5
OVERLAPS: Final = (0, 1, 24, 168)
ALPHABET: Final = string.ascii_letters + string.digits
BEARER: Final = re.compile(rf"Bearer ({KEY.pattern})")
SHOWN: Final = Prepared(
    lambda: ApiKey.objects.select_related("vendor").filter(
        number=Given("number", TextField()), mode=Given("mode", TextField())
    )
)
"""Asked by every request of every program."""
HOLD: Final = """
    SELECT k.id FROM openapi_key k JOIN openapi_vendor v ON v.id = k.vendor_id
    WHERE k.id = %s AND k.revoked_at IS NULL AND (k.ends_at IS NULL OR k.ends_at > clock_timestamp()) AND v.is_on
    FOR SHARE OF k, v
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """`text` is seen here and never again."""

    key: ApiKey
    text: str


@transaction.atomic
def make_key(*, by: Actor, vendor: Vendor, mode: str, name: str, replaces: ApiKey | None = None) -> NewKey:
    owner = Vendor.objects.select_for_update().get(pk=vendor.pk)
    if mode == Mode.LIVE and not owner.addresses:
        raise AddressesMissingError
    if living_keys(owner).filter(mode=mode).count() >= MOST_LIVING:
        raise TooManyKeysError(most=MOST_LIVING)
    number = "".join(secrets.choice(ALPHABET) for _place in range(12))
    text = f"nanhu_{mode}_{number}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        vendor=owner,
        mode=mode,
        name=name.strip()[:60],
        number=number,
        secret_hash=hash_of(text),
        ending=text[-4:],
        replaces=replaces,
        made_by_name=by.name,
    )
    if mode == Mode.TEST:
        for interface in interfaces.values():
            interface.sandbox.prepare(owner)
    facts = {"key": number, "mode": mode, "replaces": replaces.number if replaces else ""}
    audit.record(by=by, action="openapi.make_key", target=f"openapi_vendor:{owner.pk}", facts=facts)
    return NewKey(key=key, text=text)


@transaction.atomic
def rotate_key(*, by: Actor, key: ApiKey, overlap_hours: int) -> NewKey:
    """A new key of the same mode; the old one works on for the overlap, so that programs change over without a gap.

    Once: a key that ends, or has ended, gets no more time to live and no second successor.
    """
    old = held(key)
    old.ends_at = now() + timedelta(hours=overlap_hours, seconds=1)
    old.save(update_fields=["ends_at"])
    return make_key(by=by, vendor=old.vendor, mode=old.mode, name=old.name, replaces=old)


@transaction.atomic
def revoke_key(*, by: Actor, key: ApiKey, reason: str) -> None:
    """Waits for requests of this key that are under way; from the commit on there is no other. Twice is harmless."""
    old = ApiKey.objects.select_for_update().get(pk=key.pk)
    if old.revoked_at is not None:
        return
    old.revoked_at, old.revoked_by_name = now(), by.name
    old.save(update_fields=["revoked_at", "revoked_by_name"])
    facts = {"key": old.number}
    audit.record(
        by=by, action="openapi.revoke_key", target=f"openapi_vendor:{old.vendor_id}", reason=reason, facts=facts
    )


def held(key: ApiKey) -> ApiKey:
    found = ApiKey.objects.select_for_update().filter(pk=key.pk, revoked_at=None, ends_at=None).first()
    if found is None:
        raise NotFoundError(what=_("这把密钥"))
    return found


def living_keys(vendor: Vendor) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now()), vendor=vendor, revoked_at=None)


def hash_of(text: str) -> bytes:
    """256 bits of chance need no slow hash."""
    return hashlib.sha256(text.encode()).digest()


def key_of(authorization: str) -> tuple[ApiKey, str]:
    """The living key that an Authorization header shows, and its text."""
    shown = BEARER.fullmatch(authorization)
    if shown is None:
        raise KeyRefusedError(why="malformed" if authorization else "none")
    text, mode, number = shown.groups()
    key = SHOWN.first(number=number, mode=mode)
    right = hmac.compare_digest(bytes(key.secret_hash) if key else bytes(32), hash_of(text))
    if key is None:
        raise KeyRefusedError(why="unknown")
    trouble = trouble_of(key) if right else "wrong"
    if trouble:
        raise KeyRefusedError(why=trouble, key=key)
    return key, text


def trouble_of(key: ApiKey) -> str:
    """Why a key does nothing; empty while it lives. The caller is told only that it was refused."""
    if key.revoked_at is not None:
        return "revoked"
    if key.ends_at is not None and key.ends_at <= now():
        return "ended"
    return "" if key.vendor.is_on else "vendor off"


def hold_key(key: ApiKey) -> None:
    """Inside a write's transaction: the key still lives, and whoever revokes it or switches its vendor off waits for us."""
    if one_row(HOLD, [key.pk]) is None:
        raise KeyRefusedError
