"""Single logout (单点退出): when a session ends, each application that took a ticket of it is told by a job."""

import http.client
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from http import HTTPStatus
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener
from xml.sax.saxutils import escape

from django.utils.crypto import get_random_string

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.platforms.identity.models import SsoGrant

ATTEMPTS = 6
TIMEOUT_SECONDS = 4
LOGOUT_REQUEST = (
    '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="LR-{id}" Version="2.0" '
    'IssueInstant="{instant}"><saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{user}</saml:NameID>'
    "<samlp:SessionIndex>{ticket}</samlp:SessionIndex></samlp:LogoutRequest>"
)


class NotReachedError(Exception):
    """The application did not take the logout; the job tries again."""


class NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutCall:
    """The POST that tells one application; an answer below 400 counts as told, redirects are not followed."""

    address: str
    body: bytes
    content_type: str = "application/x-www-form-urlencoded"


type Teller = Callable[[SsoGrant], LogoutCall | None]
"""What a protocol has to say to an application about a grant; None when it was never asked to say anything."""

tellers: dict[str, Teller] = {}


def call_out(*, session_ids: Sequence[int]) -> None:
    """Queue the logout of every application of these sessions, in the caller's transaction."""
    grants = SsoGrant.objects.filter(session_id__in=session_ids, logout=SsoGrant.Logout.OPEN)
    ids = list(grants.values_list("pk", flat=True))
    SsoGrant.objects.filter(pk__in=ids).update(logout=SsoGrant.Logout.WAITING)
    for grant_id in ids:
        tell_application.defer(grant_id=grant_id)


@job("identity.tell_application_of_logout", attempts=ATTEMPTS)
def tell_application(grant_id: int) -> None:
    """Post the logout request to one application; its answer or its silence is kept for the owner to see."""
    grant = SsoGrant.objects.select_related("application").get(pk=grant_id)
    if grant.logout == SsoGrant.Logout.DONE:
        return
    try:
        call = tellers[grant.protocol](grant)
        if call is not None:
            post_logout(call)
    except (OSError, http.client.HTTPException, ValueError) as error:
        grant.logout_attempts += 1
        grant.logout_error = f"{type(error).__name__}: {error}"[:200]
        if grant.logout_attempts >= ATTEMPTS:
            grant.logout = SsoGrant.Logout.UNREACHABLE
        grant.save(update_fields=["logout_attempts", "logout_error", "logout"])
        if grant.logout != SsoGrant.Logout.UNREACHABLE:
            raise NotReachedError(grant.logout_error) from error
        return
    grant.logout, grant.logout_at, grant.logout_error = SsoGrant.Logout.DONE, now(), ""
    grant.save(update_fields=["logout", "logout_at", "logout_error"])


def cas_call(grant: SsoGrant) -> LogoutCall:
    return LogoutCall(address=grant.application.logout_url or grant.service, body=logout_body(grant))


def logout_body(grant: SsoGrant) -> bytes:
    """phpCAS decodes twice and reads line by line: no percent, no plus, no line break may stand in the XML."""
    xml = LOGOUT_REQUEST.format(
        id=get_random_string(24),
        instant=now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        user=escape(grant.user_name),
        ticket=grant.ticket,
    )
    return b"logoutRequest=" + quote(xml, safe="").encode("ascii")


def post_logout(call: LogoutCall) -> None:
    """One short call, redirects not followed: the address is one an administrator registered."""
    if not call.address.startswith(("https://", "http://")):
        raise ValueError(call.address)
    request = Request(call.address, data=call.body, headers={"Content-Type": call.content_type})  # noqa: S310
    try:
        with build_opener(NoRedirects).open(request, timeout=TIMEOUT_SECONDS) as answer:
            answer.read(1024)
    except HTTPError as error:
        error.close()
        if error.code >= HTTPStatus.BAD_REQUEST:
            raise


tellers["cas"] = cas_call
