"""Passkeys (通行密钥, WebAuthn): registered and proved for our own address only, with the user verified by the device.

A question is kept here, not in the browser: it is taken out by whoever answers first, for the purpose and the account
it was asked for.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from django.db import transaction
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.school import school
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.factors.errors import PasskeyRefusedError, TooManyPasskeysError
from nanhu.platforms.identity.factors.models import Passkey, PasskeyChallenge
from nanhu.platforms.identity.models import Account

LIFE = timedelta(minutes=5)
LIFE_MS = LIFE // timedelta(milliseconds=1)
"""As long as the question lives, the browser waits: who fetches a security key from a drawer needs more than its minute."""
MOST = 20
LONGEST_ANSWER = 20_000
VERIFIED = UserVerificationRequirement.REQUIRED
TRANSPORTS = frozenset(one.value for one in AuthenticatorTransport)
Purpose = PasskeyChallenge.Purpose


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who asks: the host people type. A passkey made for it answers to nobody else, whatever a page looks like."""

    host: str
    origin: str


def relying_party() -> RelyingParty:
    address = urlsplit(configuration().public_url)
    return RelyingParty(address.hostname or "localhost", f"{address.scheme}://{address.netloc}")


@dataclass(frozen=True, slots=True)
class Question:
    """`options` go to the browser as they are; `public_id` stays in its session."""

    public_id: UUID
    options: str


def keep(purpose: Purpose, account: Account | None, challenge: bytes) -> UUID:
    kept = PasskeyChallenge.objects.create(
        purpose=purpose, account=account, challenge=challenge, expires_at=now() + LIFE
    )
    return kept.public_id


def take(purpose: Purpose, account: Account | None, public_id: UUID | None) -> bytes:
    """The question, for the first who answers it."""
    if public_id is None:
        raise PasskeyRefusedError
    found = PasskeyChallenge.objects.filter(pk=public_id, purpose=purpose, account=account, expires_at__gt=now())
    kept = found.first()
    if kept is None or found.delete()[0] != 1:
        raise PasskeyRefusedError
    return bytes(kept.challenge)


def described(account: Account) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=bytes(one.credential_id), transports=[AuthenticatorTransport(name) for name in one.transports]
        )
        for one in Passkey.objects.filter(account=account)
    ]


def ask_to_register(*, account: Account, campus_no: str, name: str) -> Question:
    options = webauthn.generate_registration_options(
        rp_id=relying_party().host,
        rp_name=school().name,
        user_id=account.public_id.bytes,
        user_name=campus_no,
        user_display_name=name,
        timeout=LIFE_MS,
        exclude_credentials=described(account),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
    )
    return Question(keep(Purpose.REGISTER, account, options.challenge), webauthn.options_to_json(options))


def ask_to_prove(*, account: Account | None = None) -> Question:
    """Without an account: whichever passkey for this school the browser holds."""
    options = webauthn.generate_authentication_options(
        rp_id=relying_party().host,
        allow_credentials=described(account) if account is not None else None,
        user_verification=VERIFIED,
        timeout=LIFE_MS,
    )
    purpose = Purpose.SECOND if account is not None else Purpose.SIGN_IN
    return Question(keep(purpose, account, options.challenge), webauthn.options_to_json(options))


def register(*, by: Actor, account: Account, question: UUID | None, answer: str, name: str) -> Passkey:
    challenge = take(Purpose.REGISTER, account, question)
    asker = relying_party()
    try:
        made = webauthn.verify_registration_response(
            credential=answer[:LONGEST_ANSWER],
            expected_challenge=challenge,
            expected_rp_id=asker.host,
            expected_origin=asker.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError) as error:
        raise PasskeyRefusedError from error
    with transaction.atomic():
        queries.hold(account)
        if Passkey.objects.filter(account=account).count() >= MOST:
            raise TooManyPasskeysError
        if Passkey.objects.filter(credential_id=made.credential_id).exists():
            raise PasskeyRefusedError
        passkey = Passkey.objects.create(
            account=account,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            is_synced=made.credential_backed_up,
            transports=transports_in(answer),
            name=name,
        )
        audit.record(
            by=by, action="identity.add_passkey", target=f"account:{account.pk}", facts={"passkey": passkey.pk}
        )
    return passkey


def transports_in(answer: str) -> list[str]:
    """What the browser says of how the key is reached: a hint for later, nothing hangs on it."""
    given: Any = json.loads(answer).get("response", {}).get("transports", [])
    return [name for name in given if name in TRANSPORTS] if isinstance(given, list) else []


def method_of(passkey: Passkey) -> str:
    """RFC 8176: a key in hardware, or one that is synced between devices."""
    return "swk" if passkey.is_synced else "hwk"
