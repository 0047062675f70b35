"""Every request: the language and the face its account prefers."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from nanhu.platforms.portal.services.preferences import preferences_of


class PreferencesMiddleware:
    """Stands after the identity middleware, which says who looks. Browsers' own wishes hold where nothing was chosen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if getattr(request, "viewer", None) is not None:
            language = preferences_of(request).language
            if language in dict(settings.LANGUAGES):
                translation.activate(language)
                request.LANGUAGE_CODE = language
        return self.get_response(request)
