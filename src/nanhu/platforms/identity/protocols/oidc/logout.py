"""Back-channel logout: the request to an application when a session ends. The engine is single logout's."""

from urllib.parse import urlencode

from nanhu.platforms.identity.models import SsoGrant
from nanhu.platforms.identity.protocols.oidc import addresses, jwts, rules
from nanhu.platforms.identity.protocols.oidc.models import OidcClient
from nanhu.platforms.identity.services.front_channel import FrontCall
from nanhu.platforms.identity.services.single_logout import LogoutCall


def front_address(grant: SsoGrant) -> str:
    """Only of a client that has no address behind the browser."""
    client = OidcClient.objects.filter(application_id=grant.application_id).first()
    return client.frontchannel_logout_uri if client is not None and not client.backchannel_logout_uri else ""


def front_call(grant: SsoGrant) -> FrontCall | None:
    """Front-Channel Logout §3: the registered address with our name and the session's."""
    address = front_address(grant)
    parameters = [("iss", addresses.issuer()), ("sid", str(grant.ticket))]
    return FrontCall(address=rules.with_parameters(address, parameters)) if address else None


ACKNOWLEDGED = (200, 204)
"""Back-Channel Logout §2.8. A redirect (to a sign-in page, say) is none."""


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
        is_acknowledged=lambda answer: answer.status in ACKNOWLEDGED,
    )
