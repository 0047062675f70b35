"""Signing keys (签名密钥): made, published before they sign, rotated, retired. One transaction moves them all a step."""

import json
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from joserfc.jwk import RSAKey

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.once import lock_key
from nanhu.kernel.remembered import Remembered
from nanhu.platforms.identity.protocols.oidc.models import SigningKey

ALGORITHM = "RS256"
KEY_BITS = 2048
PUBLISHED_AFTER_RETIREMENT = timedelta(days=7)
HINT_OF_RETIRED = timedelta(days=90)
SIGNER_SECONDS = 30
State = SigningKey.State
BY = Actor.system("identity.oidc_keys")


def fresh_key() -> RSAKey:
    return RSAKey.generate_key(KEY_BITS, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)


def new_key(state: str) -> SigningKey:
    """Not saved yet: making one takes a quarter of a second, which no transaction should wait for. One name in 64 begins with a dash,
    which a command line takes for an option: it gets a letter before it."""
    made = fresh_key()
    kid = str(made.kid)
    named = {"kid": f"k{kid}" if kid.startswith("-") else kid}
    private = made.as_dict(private=True) | named
    public = made.as_dict(private=False) | named
    return SigningKey(
        kid=named["kid"],
        state=state,
        public_jwk=public,
        private_jwk=dumps(private),
        activated_at=now() if state == State.CURRENT else None,
    )


def dumps(jwk: Any) -> str:
    return json.dumps(jwk, sort_keys=True)


def ensure_keys() -> None:
    """The first two keys. Of several processes that make them at once, one wins by the unique constraints."""
    for state in (State.CURRENT, State.NEXT):
        if not SigningKey.objects.filter(state=state).exists():
            key = new_key(state)
            try:
                with transaction.atomic():
                    key.save(force_insert=True)
                    audit.record(by=BY, action="identity.oidc_key_made", target=f"oidc_key:{key.kid}")
            except IntegrityError:
                continue


def opened_current() -> RSAKey:
    key = SigningKey.objects.filter(state=State.CURRENT).first()
    if key is None:
        ensure_keys()
        key = SigningKey.objects.get(state=State.CURRENT)
    return RSAKey.import_key(json.loads(key.private_jwk or "{}"))


signer = Remembered(opened_current, seconds=SIGNER_SECONDS)
"""The current key, opened, remembered for a moment: a key that was just retired still verifies for a week."""


def forget_signer() -> None:
    signer.forget()


def published() -> list[dict[str, Any]]:
    """What /oidc/jwks shows: the key to come, the one that signs, those that signed lately."""
    ensure_keys()
    since = now() - PUBLISHED_AFTER_RETIREMENT
    shown = Q(state__in=[State.NEXT, State.CURRENT]) | Q(retired_at__gt=since)
    keys = SigningKey.objects.filter(shown, distrusted_at=None).order_by("-state", "-pk")
    return list(keys.values_list("public_jwk", flat=True))


def verifying(kid: str) -> RSAKey | None:
    """The public half of a key that ever signed here and is still trusted, for tokens that come back as hints."""
    since = now() - HINT_OF_RETIRED
    known = Q(state=State.CURRENT) | Q(state=State.RETIRED, retired_at__gt=since)
    key = SigningKey.objects.filter(known, kid=kid, distrusted_at=None).first()
    return RSAKey.import_key(key.public_jwk) if key is not None else None


def rotate(*, by: Actor, reason: str, older_than: timedelta = timedelta(0)) -> str | None:
    """next → current, current → retired, a new next. The kid that signs from now on; None when it was too early."""
    ensure_keys()
    coming = new_key(State.NEXT)
    with transaction.atomic():
        held = one_at_a_time()
        if now() - (held[State.CURRENT].activated_at or now()) < older_than:
            return None
        retire(held[State.CURRENT])
        promoted = held[State.NEXT]
        promoted.state, promoted.activated_at = State.CURRENT, now()
        promoted.save(update_fields=["state", "activated_at"])
        coming.save(force_insert=True)
        audit.record(by=by, action="identity.oidc_key_rotated", target=f"oidc_key:{promoted.kid}", reason=reason)
    forget_signer()
    return promoted.kid


def is_due(*, older_than: timedelta) -> bool:
    return SigningKey.objects.filter(state=State.CURRENT, activated_at__lt=now() - older_than).exists()


def distrust(*, by: Actor, kid: str, reason: str) -> None:
    """The key leaked: nothing it signed counts any more. Every token of ours that it signed is worthless at once."""
    if SigningKey.objects.filter(kid=kid, state=State.CURRENT).exists():
        rotate(by=by, reason=reason)
    replacement = new_key(State.NEXT)
    with transaction.atomic():
        one_at_a_time()
        key = SigningKey.objects.get(kid=kid)
        was_next = key.state == State.NEXT
        retire(key)
        SigningKey.objects.filter(pk=key.pk).update(distrusted_at=now())
        if was_next:
            replacement.save(force_insert=True)
        audit.record(by=by, action="identity.oidc_key_distrusted", target=f"oidc_key:{kid}", reason=reason)


def one_at_a_time() -> dict[str, SigningKey]:
    """The key that signs and the one to come, read after every other rotation is over. Call inside a transaction."""
    lock_key("identity.oidc_keys")
    return {key.state: key for key in SigningKey.objects.filter(state__in=[State.NEXT, State.CURRENT])}


def retire(key: SigningKey) -> None:
    key.state, key.retired_at, key.private_jwk = State.RETIRED, key.retired_at or now(), None
    key.save(update_fields=["state", "retired_at", "private_jwk"])
