"""Answers of a person to a pending authorization request: yes, no, as whom. Forms of our own pages, each with its token."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from nanhu.kernel.actors import actor_of
from nanhu.platforms.identity.current import session_of
from nanhu.platforms.identity.protocols.oidc import responses
from nanhu.platforms.identity.protocols.oidc.errors import AccessDeniedError, RequestExpiredError
from nanhu.platforms.identity.protocols.oidc.requests import (
    AuthorizationRequest,
    authorization_request_of,
    destination_of,
)
from nanhu.platforms.identity.protocols.oidc.services import consents, pending
from nanhu.platforms.identity.protocols.oidc.views.authorize import address_of, consent_request_of, session_account
from nanhu.platforms.identity.services import sessions


def request_meant(request: HttpRequest) -> tuple[pending.Pending, AuthorizationRequest]:
    waiting = pending.find(request.POST.get("waiting", ""))
    if waiting is None:
        raise RequestExpiredError
    params = QueryDict(waiting.query)
    return waiting, authorization_request_of(params, destination_of(params))


@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    waiting, auth_request = request_meant(request)
    if request.POST.get("answer") != "yes":
        pending.done(waiting)
        return responses.refusal_to_client(request, auth_request.destination, AccessDeniedError())
    consents.grant(
        by=actor_of(request),
        account=session_account(request),
        client=auth_request.client,
        consent_request=consent_request_of(auth_request, waiting),
    )
    return HttpResponseRedirect(address_of(waiting))


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Go on as the person signed in, or sign out here first and come back as somebody else."""
    waiting, _auth_request = request_meant(request)
    if request.POST.get("answer") == "this":
        chosen = pending.choose(waiting, session=session_of(request))
        return HttpResponseRedirect(address_of(chosen))
    sessions.close_session(request)
    return HttpResponseRedirect(f"{reverse('identity:sign_in')}?{urlencode({'next': address_of(waiting)})}")
