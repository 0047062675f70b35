"""/help/wifi: how each system gets into the Wi-Fi, and why not by PEAP."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nanhu.kernel.ui import qr
from nanhu.platforms.identity.protocols.radius import profiles


@login_not_required
@require_safe
def wifi_help(request: HttpRequest) -> HttpResponse:
    found = profiles.network()
    digest = profiles.authority_digest(found)
    context = {
        "network": found,
        "digest": digest,
        "code": qr.picture(digest) if digest else "",
        "outer": profiles.outer_identity(),
        "wpa_supplicant": profiles.wpa_supplicant(found),
        "network_manager": profiles.network_manager(found),
    }
    return render(request, "identity/wifi_help.html", context)


@login_not_required
@require_safe
def mobileconfig(_request: HttpRequest) -> HttpResponse:
    answer = HttpResponse(profiles.mobileconfig(profiles.network()), content_type="application/x-apple-aspen-config")
    answer.headers["Content-Disposition"] = 'attachment; filename="wifi.mobileconfig"'
    return answer


@login_not_required
@require_safe
def windows(_request: HttpRequest, place: int) -> HttpResponse:
    """One file for each name of the network, in their order from 1."""
    found = profiles.network()
    names = profiles.names_of(found)
    if not 1 <= place <= len(names):
        raise Http404
    answer = HttpResponse(profiles.windows(found, names[place - 1]), content_type="application/xml")
    answer.headers["Content-Disposition"] = f'attachment; filename="wifi-{place}.xml"'
    return answer


@login_not_required
@require_safe
def authority(_request: HttpRequest) -> HttpResponse:
    found = profiles.network()
    if not found.authority:
        raise Http404
    answer = HttpResponse(found.authority, content_type="application/x-x509-ca-cert")
    answer.headers["Content-Disposition"] = 'attachment; filename="nanhu-ca.pem"'
    return answer
