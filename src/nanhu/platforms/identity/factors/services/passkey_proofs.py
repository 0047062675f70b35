"""Proving a passkey, and noticing that one was copied."""

from uuid import UUID

import webauthn
from django.db import transaction
from django.utils.translation import gettext as _
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import AuthenticationCredential

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.identity.factors.errors import PasskeyRefusedError, PasskeySuspectError
from nanhu.platforms.identity.factors.models import Passkey
from nanhu.platforms.identity.factors.services import new_devices
from nanhu.platforms.identity.factors.services.passkeys import LONGEST_ANSWER, Purpose, relying_party, take
from nanhu.platforms.identity.models import Account

TRUST_NO_COUNT = 0
"""The library refuses a counter that ran back without a word; we compare it ourselves, and warn."""


def prove(*, by: Actor, question: UUID | None, answer: str, account: Account | None = None) -> Passkey:
    """The passkey that answered. With an account, it must be one of that account's."""
    challenge = take(Purpose.SECOND if account is not None else Purpose.SIGN_IN, account, question)
    given = parsed(answer)
    with transaction.atomic():
        passkey = held(given, account)
        verified = verify(given, passkey, challenge)
        is_copied = ran_back(passkey, verified)
        if is_copied:
            suspect(by=by, passkey=passkey, count=verified.new_sign_count)
        else:
            passkey.sign_count, passkey.last_used_at = verified.new_sign_count, now()
            passkey.is_synced = verified.credential_backed_up
            passkey.save(update_fields=["sign_count", "last_used_at", "is_synced"])
    if is_copied:
        raise PasskeySuspectError
    return passkey


def parsed(answer: str) -> AuthenticationCredential:
    try:
        return parse_authentication_credential_json(answer[:LONGEST_ANSWER])
    except (WebAuthnException, ValueError, TypeError) as error:
        raise PasskeyRefusedError from error


def held(given: AuthenticationCredential, account: Account | None) -> Passkey:
    """The row of the key, locked: its counter is read and written by one at a time."""
    found = Passkey.objects.select_for_update(of=("self",)).select_related("account")
    passkey = found.filter(credential_id=given.raw_id).first()
    if passkey is None or (account is not None and passkey.account_id != account.pk):
        raise PasskeyRefusedError
    if given.response.user_handle not in (None, b"", passkey.account.public_id.bytes):
        raise PasskeyRefusedError
    if passkey.suspect_at is not None:
        raise PasskeySuspectError
    if not passkey.account.may_sign_in:
        raise PasskeyRefusedError
    return passkey


def verify(given: AuthenticationCredential, passkey: Passkey, challenge: bytes) -> VerifiedAuthentication:
    asker = relying_party()
    try:
        return webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=asker.host,
            expected_origin=asker.origin,
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=TRUST_NO_COUNT,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError) as error:
        raise PasskeyRefusedError from error


def ran_back(passkey: Passkey, verified: VerifiedAuthentication) -> bool:
    """WebAuthn §6.1.1: a key that counts and did not count up has a twin somewhere."""
    counts = verified.new_sign_count > 0 or passkey.sign_count > 0
    return counts and verified.new_sign_count <= passkey.sign_count


def suspect(*, by: Actor, passkey: Passkey, count: int) -> None:
    """Neither it nor its twin opens anything any more, until its owner removes it."""
    passkey.suspect_at = now()
    passkey.save(update_fields=["suspect_at"])
    audit.record(
        by=by,
        action="identity.suspect_passkey",
        target=f"account:{passkey.account_id}",
        facts={"passkey": passkey.pk, "kept": passkey.sign_count, "came": count},
    )
    new_devices.notify(
        passkey.account,
        _("您的通行密钥“%(name)s”可能被复制过，已停用。请到“账号安全”删除它。") % {"name": passkey.name},
    )
