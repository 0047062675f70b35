"""How large a request may be, judged by its head: reading it already fills memory and the folder of temporary files.

The check of the CSRF token reads the body, before anybody asks who sends it: so this stands before that.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from nanhu.kernel.errors import BodyTooLargeError
from nanhu.kernel.ui import error_pages
from nanhu.kernel.viewers import viewer_or_none

MEGABYTE = 1024 * 1024
LARGEST_FORM = MEGABYTE
LONGEST_LENGTH = 12
BEYOND_ALL = 10**LONGEST_LENGTH

type View = Callable[..., HttpResponseBase]


def takes_files(*, largest: int) -> Callable[[View], View]:
    """The view takes up to so many bytes from people signed in (with its roles, where it names any)."""

    def mark(view: View) -> View:
        view.largest_body = largest  # type: ignore[attr-defined]
        return view

    return mark


def declared_size(request: HttpRequest) -> int:
    """Bytes that the request says it brings; more than anything may where it says no number of a sane length."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() and len(length) <= LONGEST_LENGTH else BEYOND_ALL


class BodyLimitMiddleware:
    """Stands before CsrfViewMiddleware; AuthenticationMiddleware and what sets `request.viewer` run before any view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _arguments: Any, _options: Any) -> HttpResponse | None:
        size = declared_size(request)
        if size <= LARGEST_FORM or getattr(view, "judges_body_itself", False) or size <= room_for(request, view):
            return None
        error = BodyTooLargeError(size=size // MEGABYTE)
        return error_pages.refused(request, error)


def room_for(request: HttpRequest, view: Any) -> int:
    viewer = viewer_or_none(request)
    if viewer is None or not viewer.has_one_of(getattr(view, "roles", None) or ()):
        return LARGEST_FORM
    return int(getattr(view, "largest_body", LARGEST_FORM))
