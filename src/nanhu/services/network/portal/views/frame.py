"""What all pages of the captive portal share: open to strangers, kept by no cache, small, without script."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nanhu.kernel.configuration import configuration
from nanhu.kernel.school import school
from nanhu.services.network.portal.school import fixed_address

type View = Callable[..., HttpResponse]


def open_page(view: View) -> View:
    guarded: View = login_not_required(never_cache(sensitive_post_parameters()(view)))
    return require_http_methods(["GET", "HEAD", "POST"])(guarded)


def shown(request: HttpRequest, name: str, *, status: int = 200, **facts: Any) -> HttpResponse:
    """`host`: what must stand in the browser's address bar before anybody types a password."""
    told = {
        "phone": school().info_centre_phone,
        "host": urlsplit(configuration().public_url).netloc,
        "fixed": fixed_address(),
        **facts,
    }
    return render(request, f"network_portal/{name}.html", told, status=status)
