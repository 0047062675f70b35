"""Signed tokens: ID tokens and logout tokens out, hints back in. RS256 by our own keys and nothing else."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from authlib.oidc.core.util import create_half_hash
from joserfc import jws, jwt
from joserfc.errors import JoseError

from nanhu.kernel.clock import now
from nanhu.platforms.identity.protocols.oidc import addresses
from nanhu.platforms.identity.protocols.oidc.models import TokenFamily
from nanhu.platforms.identity.protocols.oidc.services import keys

ID_TOKEN_LIFE = timedelta(minutes=10)
LOGOUT_TOKEN_LIFE = timedelta(seconds=120)
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST_HINT = 8000


def signed(claims: Mapping[str, Any], *, typ: str = "JWT") -> str:
    key = keys.signer()
    header = {"alg": keys.ALGORITHM, "kid": key.kid, "typ": typ}
    return jwt.encode(header, dict(claims), key, algorithms=[keys.ALGORITHM])


def id_token(family: TokenFamily, *, access_token: str, nonce: str, claims: Mapping[str, Any]) -> str:
    moment = int(now().timestamp())
    standard: dict[str, Any] = {
        "iss": addresses.issuer(),
        "sub": family.subject,
        "aud": family.client.client_id,
        "iat": moment,
        "exp": moment + int(ID_TOKEN_LIFE.total_seconds()),
        "auth_time": int(family.authenticated_at.timestamp()) if family.authenticated_at else moment,
        "sid": family.sid,
        "acr": family.acr,
        "amr": family.amr,
        "at_hash": create_half_hash(access_token, keys.ALGORITHM).decode(),
    }
    if nonce:
        standard["nonce"] = nonce
    return signed({**claims, **standard})


def logout_token(*, client_id: str, subject: str, sid: str) -> str:
    """Back-Channel Logout §2.4. Signed anew for each attempt, so that it never arrives expired."""
    moment = int(now().timestamp())
    claims = {
        "iss": addresses.issuer(),
        "sub": subject,
        "aud": client_id,
        "iat": moment,
        "exp": moment + int(LOGOUT_TOKEN_LIFE.total_seconds()),
        "jti": str(uuid4()),
        "events": {LOGOUT_EVENT: {}},
        "sid": sid,
    }
    return signed(claims, typ="logout+jwt")


def read_hint(token: str) -> dict[str, Any] | None:
    """The claims of an ID token we signed, expired or not; None for anything else.

    The key is chosen by `kid` among ours and the algorithm is fixed: `none`, HS256 by our public key, or a key the token
    brings along cannot pass. A logout token is no ID token.
    """
    if len(token) > LONGEST_HINT:
        return None
    try:
        header = jws.extract_compact(token.encode()).headers()
        key = keys.verifying(str(header.get("kid", "")))
        if key is None or header.get("typ", "JWT") != "JWT":
            return None
        claims = dict(jwt.decode(token, key, algorithms=[keys.ALGORITHM]).claims)
    except (JoseError, ValueError, UnicodeError, json.JSONDecodeError):
        return None
    return claims if claims.get("iss") == addresses.issuer() and isinstance(claims.get("sub"), str) else None
