"""What the look serves itself: the school's colours and files, the manifest, the language switch, the catalogue."""

import mimetypes

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_POST

from nanhu.kernel.configuration import configuration
from nanhu.kernel.school import school
from nanhu.kernel.ui import brand, catalogue, installable, shell

A_YEAR = 31_536_000


@login_not_required
@require_GET
@cache_control(public=True, max_age=A_YEAR, immutable=True)
def theme(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(brand.theme_css(school()), content_type="text/css; charset=utf-8")


@login_not_required
@require_GET
@cache_control(public=True, max_age=86400)
def school_file(_request: HttpRequest, kind: str) -> HttpResponseBase:
    path = brand.school_file(school(), kind)
    if path is None:
        raise Http404
    kind_of_file, _encoding = mimetypes.guess_type(path.name)
    if kind_of_file not in {"image/svg+xml", "image/png", "image/jpeg", "image/webp"}:
        raise Http404
    return FileResponse(path.open("rb"), content_type=kind_of_file)


@login_not_required
@require_GET
@cache_control(public=True, max_age=86400)
def manifest(_request: HttpRequest) -> JsonResponse:
    """So that the portal can be put on a phone's home screen."""
    return JsonResponse(installable.manifest(), content_type="application/manifest+json")


@login_not_required
@require_GET
@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """At the top, for its scope is its folder; looked at anew each time, so that a new version is known at the next visit."""
    return render(request, "ui/worker.js", installable.worker_facts(), content_type="text/javascript; charset=utf-8")


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switches the language: remembered in a cookie, and for an account wherever the frame's owner keeps it."""
    chosen = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    safe = (
        back if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()) else "/"
    )
    response = HttpResponseRedirect(safe)  # redirect() would take a word for the name of a view
    if chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=A_YEAR, samesite="Lax")
        shell.language_was_chosen(request, chosen)
    return response


@login_not_required
@require_GET
def catalogue_page(request: HttpRequest) -> HttpResponse:
    """Every component in every state; shown only where one builds (debug) or looks around (demo)."""
    own = configuration()
    if not (own.debug or own.demo):
        raise Http404
    return render(request, "ui/catalogue.html", catalogue.context(request))
