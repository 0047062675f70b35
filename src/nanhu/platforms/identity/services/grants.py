"""Grants (授权记录): which application knows a session, and by what. Written once an application has its answer."""

from collections.abc import Mapping
from typing import Any

from nanhu.platforms.identity.models import Application, SsoGrant, SsoSession


def open_grant(
    *,
    session: SsoSession,
    application: Application,
    protocol: str,
    reference: str,
    user_name: str,
    service: str = "",
    facts: Mapping[str, Any] | None = None,
) -> SsoGrant:
    """`reference` is what the application knows its session by; `facts` what the protocol's teller needs at logout.

    Call inside a transaction that holds the session's row (`sessions.hold_live_session`), so that a sign-out either
    sees this grant or is seen here.
    """
    return SsoGrant.objects.create(
        session=session,
        application=application,
        protocol=protocol,
        ticket=reference,
        user_name=user_name,
        service=service,
        facts=dict(facts or {}),
    )
