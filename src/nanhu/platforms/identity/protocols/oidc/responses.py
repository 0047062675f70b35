"""Answers: to browsers by redirect or form, to programs as JSON that nobody keeps; and whose scripts may read them."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from nanhu.kernel.throttle import TooManyAttemptsError
from nanhu.platforms.identity.protocols.oidc import addresses, rules
from nanhu.platforms.identity.protocols.oidc.errors import OAuth2Error
from nanhu.platforms.identity.protocols.oidc.models import OidcClient
from nanhu.platforms.identity.protocols.oidc.requests import Destination

PREFLIGHT_SECONDS = "600"

type View = Callable[[HttpRequest], HttpResponse]


class RedirectToClient(HttpResponseRedirect):
    """Also to the private scheme of a phone's application: only registered addresses get here."""

    def __init__(self, address: str) -> None:
        self.allowed_schemes = [urlsplit(address).scheme]
        super().__init__(address)


def to_client(request: HttpRequest, destination: Destination, parameters: Mapping[str, str]) -> HttpResponse:
    """`state` as it came, and `iss` (RFC 9207), with every answer."""
    state = {} if destination.state is None else {"state": destination.state}
    everything = {**parameters, **state, "iss": addresses.issuer()}
    if destination.response_mode == "form_post":
        context = {"address": destination.redirect_uri, "parameters": everything, "client": destination.client}
        response = render(request, "identity/oidc_form_post.html", context)
    else:
        response = RedirectToClient(rules.with_parameters(destination.redirect_uri, everything.items()))
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def refusal_to_client(request: HttpRequest, destination: Destination, error: OAuth2Error) -> HttpResponse:
    description = error.get_error_description()
    more = {"error_description": str(description)} if description else {}
    return to_client(request, destination, {"error": str(error.error), **more})


def said(body: Mapping[str, Any], *, status: int = 200) -> JsonResponse:
    response = JsonResponse(dict(body), status=status, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"], response["Pragma"] = "no-store", "no-cache"
    return response


def refusal(error: OAuth2Error) -> HttpResponse:
    """In the words of RFC 6749 §5.2 and RFC 6750 §3."""
    response = said(dict(error.get_body()), status=error.status_code)
    for name, value in error.get_headers():
        if name == "WWW-Authenticate":
            response[name] = value
    return response


def in_words_of_oauth(view: View) -> View:
    """What goes wrong is said to a program, never shown as a page."""

    @wraps(view)
    def answering(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except OAuth2Error as error:
            return refusal(error)
        except TooManyAttemptsError as error:
            response = said({"error": "invalid_client", "error_description": "Too many failures."}, status=429)
            response["Retry-After"] = str(error.facts.get("seconds", 1))
            return response

    return answering


def for_registered_origins(view: View) -> View:
    """CORS: a page's script may call from an origin that some live client registered. No cookie is ever looked at."""

    @wraps(view)
    def answering(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(status=204) if request.method == "OPTIONS" else view(request)
        origin = request.headers.get("Origin", "")
        patch_vary_headers(response, ["Origin"])
        if origin and is_registered(origin):
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
            response["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
            response["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
        return response

    return answering


def is_registered(origin: str) -> bool:
    if rules.origin_problem(origin):
        return False
    live = OidcClient.objects.filter(is_enabled=True, application__is_enabled=True)
    return live.filter(web_origins__contains=[origin]).exists()
