"""What comes under other hosts' names: probes of systems that ask whether they are on line, and the fixed address of the posters
(`[network.portal] host` of the school file)."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from nanhu.services.network.portal.rules import PROBES
from nanhu.services.network.portal.school import is_portal_host, portal_address
from nanhu.services.network.portal.views.plain import capport, probe

CAPPORT: Final = "/wifi/capport"
"""Asked by every device again and again: none of what a page needs stands before it."""


class CaptiveMiddleware:
    """Stands before everything that would judge the host. The gateway's parameters go along; any other path is answered as everywhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD"}:
            if request.path == CAPPORT:
                return capport(request)
            if request.path.strip("/") in PROBES:
                return probe(request)
        if request.path != "/" or not is_portal_host(request.META.get("HTTP_HOST", "")):
            return self.get_response(request)
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(portal_address() + (f"?{query}" if query else ""))
