"""Redirect from http to https: who typed the address without TLS is sent to the same page with it.

Only where a trusted proxy says that the visitor's line is open (X-Forwarded-Proto: http). A machine beside us that asks
without a proxy (a health check, a command) is left alone, and a proxy that says nothing leads into no loop.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponsePermanentRedirect

from nanhu.kernel.configuration import configuration


class SecureLineMiddleware:
    """Stands right after TrustedProxyMiddleware, which drops the header of everybody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        public = configuration().public_url
        is_open_line = request.META.get("HTTP_X_FORWARDED_PROTO", "").strip().lower() == "http"
        if not is_open_line or not public.startswith("https://"):
            return self.get_response(request)
        if request.method in {"GET", "HEAD"}:
            return HttpResponsePermanentRedirect(public + request.get_full_path())
        return HttpResponseForbidden()  # a password sent in the open must not seem to have worked
