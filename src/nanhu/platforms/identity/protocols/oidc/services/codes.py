"""Authorization codes (授权码): random, bound to everything they were asked with, spent by one statement."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from nanhu.kernel.clock import now
from nanhu.platforms.identity.protocols.oidc.errors import ConsentRequiredError
from nanhu.platforms.identity.protocols.oidc.models import AuthorizationCode
from nanhu.platforms.identity.protocols.oidc.requests import AuthorizationRequest
from nanhu.platforms.identity.protocols.oidc.services import consents, tokens
from nanhu.platforms.identity.protocols.oidc.services.consents import ConsentRequest
from nanhu.platforms.identity.services.sessions import hold_live_session

LIFE = timedelta(seconds=60)
LONGEST_CODE = 200
SPEND = "UPDATE identity_oidc_code SET used_at = %s WHERE code_hash = %s AND used_at IS NULL RETURNING *"


@transaction.atomic
def issue(*, auth_request: AuthorizationRequest, session_id: int, consent_request: ConsentRequest | None) -> str | None:
    """A code for what the person agreed to; None when the session has just ended, ConsentRequiredError when what the
    person agreed to was withdrawn meanwhile. `consent_request` is None for a trial, of which nothing is kept.
    """
    session = hold_live_session(session_id)
    if session is None:
        return None
    if consent_request is not None and consents.is_needed(
        account=session.account, client=auth_request.client, consent_request=consent_request, is_held=True
    ):
        raise ConsentRequiredError
    code = tokens.token()
    AuthorizationCode.objects.create(
        code_hash=tokens.hash_of(code),
        client=auth_request.client,
        session=session,
        redirect_uri=auth_request.destination.redirect_uri,
        scopes=list(auth_request.scopes),
        claims=only_single(auth_request),
        nonce=auth_request.nonce,
        challenge=auth_request.challenge,
        expires_at=now() + LIFE,
    )
    return code


def only_single(auth_request: AuthorizationRequest) -> Mapping[str, Any]:
    """Which single claims go into which answer; values asked for were judged when the request was."""
    allowed = set(auth_request.single_claims)
    return {member: sorted(allowed & set(names)) for member, names in auth_request.claims.items()}


def spend(code: str) -> AuthorizationCode | None:
    """The code, for the one who spends it. Of two at once the second waits for the first and then finds it spent."""
    return next(iter(AuthorizationCode.objects.raw(SPEND, [now(), tokens.hash_of(code)])), None)


def spent_before(code: str) -> AuthorizationCode | None:
    return AuthorizationCode.objects.filter(code_hash=tokens.hash_of(code)).first()
