"""Every request: the language and the face its account prefers."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from nanhu.kernel.viewers import viewer_or_none
from nanhu.platforms.identity import api as identity
from nanhu.platforms.portal.services.preferences import SESSION_KEY, preferences_of


class PreferencesMiddleware:
    """Stands after the identity middleware, which says who looks. Browsers' own wishes hold where nothing was chosen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if viewer_or_none(request) is not None:
            is_first_of_session = SESSION_KEY not in request.session
            chosen = preferences_of(request)
            if is_first_of_session and chosen.face:
                identity.choose_face(request, chosen.face)
            if chosen.language in dict(settings.LANGUAGES):
                translation.activate(chosen.language)
                request.LANGUAGE_CODE = chosen.language
        return self.get_response(request)
