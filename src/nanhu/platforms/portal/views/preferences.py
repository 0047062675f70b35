"""Theme, type size, language, face: one POST each, remembered for the account."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.identity import api as identity
from nanhu.platforms.portal.services import preferences as liking


@require_POST
def choose(request: HttpRequest, name: str, value: str) -> HttpResponse:
    viewer = viewer_of(request)
    if name == "face":
        if value not in viewer.faces:
            raise NotFoundError(what=_("这个页面"))
        identity.choose_face(request, value)
    chosen = liking.choose(request, name=name, value=value)
    response = HttpResponseRedirect(reverse("portal:home") if name == "face" else _back(request))
    liking.leave_cookies(response, chosen)
    if name == "language":
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, value, max_age=liking.A_YEAR, samesite="Lax")
    return response


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.META.get("HTTP_REFERER", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else reverse("portal:home")
