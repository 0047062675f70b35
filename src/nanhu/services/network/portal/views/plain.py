"""What devices and gateways ask: the capport API (RFC 8908), connectivity probes, the agent of an openNDS gateway."""

import json
from functools import partial
from typing import Any, Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.clock import now
from nanhu.services.network import api as network
from nanhu.services.network.portal.queries import is_in_our_networks
from nanhu.services.network.portal.rules import PROBES
from nanhu.services.network.portal.school import portal_address
from nanhu.services.network.portal.services import agents

CAPTIVE_JSON: Final = "application/captive+json"
NOT_KEPT: Final = "private, no-store"


@login_not_required
@require_safe
def capport(request: HttpRequest) -> HttpResponse:
    """By the address that asks: the kernel has put the visitor's there, and believes known proxies alone."""
    address = address_of(request)
    session = network.session_at(address) if address else None
    seconds = int((session.ends_at - now()).total_seconds()) if session is not None and session.ends_at else None
    can_extend = session is not None and session.is_extendable
    answer = capport_answer(address, is_on_line=session is not None, seconds=seconds, can_extend=can_extend)
    return HttpResponse(answer, content_type=CAPTIVE_JSON, headers={"Cache-Control": NOT_KEPT})


def capport_answer(address: str, *, is_on_line: bool, seconds: int | None, can_extend: bool) -> str:
    told: dict[str, Any] = {
        "captive": not is_on_line and is_in_our_networks(address),
        "user-portal-url": portal_address(),
        "venue-info-url": portal_address(reverse("network_portal:test")),
    }
    if is_on_line:
        told["can-extend-session"] = can_extend
    if seconds is not None:
        told["seconds-remaining"] = max(seconds, 0)
    return json.dumps(told)


def probe(request: HttpRequest) -> HttpResponse:
    """What a system asks to learn whether it is on line: led to the page while it is not, else answered as its own server answers."""
    address = address_of(request)
    if is_in_our_networks(address) and network.session_at(address) is None:
        response: HttpResponse = HttpResponseRedirect(portal_address())
    else:
        kind, text = PROBES[request.path.strip("/")]
        response = HttpResponse(text, content_type=kind) if text else HttpResponse(status=204)
    patch_cache_control(response, private=True, no_store=True)
    return response


def address_of(request: HttpRequest) -> str:
    return network.address_of(request.META.get("REMOTE_ADDR", ""))


@csrf_exempt
@login_not_required
@require_POST
def agent(request: HttpRequest) -> HttpResponse:
    """`ndsctl json` comes in, lines "auth MAC" and "deauth MAC" go out."""
    named = partial(agents.gateway_with, request.headers.get("X-Nanhu-Gateway", ""))
    return network.answer_agent(
        request, named, lambda gateway, listed: agents.reconcile(gateway=gateway, listed=listed)
    )
