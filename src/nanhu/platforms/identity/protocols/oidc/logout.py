"""Back-channel logout: what an application is told when a session ends. The engine is single logout's."""

from urllib.parse import urlencode

from nanhu.platforms.identity.models import SsoGrant
from nanhu.platforms.identity.protocols.oidc import jwts
from nanhu.platforms.identity.protocols.oidc.models import OidcClient
from nanhu.platforms.identity.services.single_logout import LogoutCall


def logout_call(grant: SsoGrant) -> LogoutCall | None:
    """The POST of Back-Channel Logout §2.5, by the address registered now; None where none is.

    Also to a client that is switched off: whom it signed in before is still signed in there.
    """
    client = OidcClient.objects.filter(application_id=grant.application_id).first()
    if client is None or not client.backchannel_logout_uri:
        return None
    token = jwts.logout_token(client_id=client.client_id, subject=str(grant.facts["sub"]), sid=grant.ticket)
    return LogoutCall(
        address=client.backchannel_logout_uri,
        body=urlencode({"logout_token": token}).encode(),
        content_type="application/x-www-form-urlencoded",
    )
