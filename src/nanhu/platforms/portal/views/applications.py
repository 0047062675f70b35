"""The application menu, its favourites, and what was opened lately."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from nanhu.kernel import csp
from nanhu.kernel.kit import Filters, Search
from nanhu.kernel.registry import Application
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.portal import menu
from nanhu.platforms.portal.integrations import calling, living, rules
from nanhu.platforms.portal.models import Integration
from nanhu.platforms.portal.services import shortcuts as keeping

STEPS = {"earlier": -1, "later": 1}
RECENT_SHOWN = 4


class ApplicationFilters(Filters):
    q = Search(label=_("名称或拼音，如 xyk"))


@require_GET
def applications(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    wanted = ApplicationFilters(request.GET).form.cleaned_data.get("q", "")
    offered, shortcuts = menu.offered_to(request), menu.shortcuts_of(viewer)
    context = {
        "search_text": wanted,
        "sections": menu.sections(offered, shortcuts, wanted),
        "favourites": menu.named(offered, shortcuts.favourites, shortcuts),
        "recent": menu.named(offered, shortcuts.recent, shortcuts)[:RECENT_SHOWN],
        "arranging": "arrange" in request.GET,
    }
    return render(request, "portal/applications.html", context)


def _visible(request: HttpRequest, key: str) -> Application:
    """An application this viewer may see; for anybody else it does not exist."""
    found = next((application for application in menu.offered_to(request) if application.key == key), None)
    if found is None:
        raise Http404
    return found


@require_GET
def framed(request: HttpRequest, key: str) -> HttpResponse:
    """A page of another system in ours, where both sides allow it; else the way into a window of its own, and why."""
    viewer = viewer_of(request)
    found = next((one for one in living.of_kind(Integration.Kind.PAGE, viewer) if one.key == key), None)
    if found is None or found.mode != Integration.Mode.FRAME:
        raise Http404
    is_allowed = rules.is_among(rules.host_of(found.address), calling.hosts("frame_hosts"))
    may_frame = is_allowed and found.frame_checked_at is not None and not found.frame_refusal
    flags = [one for one in found.sandbox if one in rules.FRAME_FLAGS]
    facts = {"one": found, "may_frame": may_frame, "sandbox": " ".join(flags), "rests": found.state == "resting"}
    answer = render(request, "portal/framed.html", facts)
    if may_frame:
        csp.allow(answer, frame_src=[rules.origin_of(found.address)])
    return answer


@require_POST
def favourite(request: HttpRequest, key: str) -> HttpResponse:
    viewer = viewer_of(request)
    application = _visible(request, key)
    is_favourite = keeping.toggle_favourite(account_id=viewer.account_id, application_key=application.key)
    if request.headers.get("HX-Request"):
        return render(request, "portal/_star.html", {"application": application, "is_favourite": is_favourite})
    return HttpResponseRedirect(_back(request))


@require_POST
def move(request: HttpRequest, key: str, where: str) -> HttpResponse:
    viewer = viewer_of(request)
    application = _visible(request, key)
    if where not in STEPS:
        raise Http404
    keeping.move_favourite(account_id=viewer.account_id, application_key=application.key, step=STEPS[where])
    return HttpResponseRedirect(_back(request))


@require_POST
def opened(request: HttpRequest, key: str) -> HttpResponse:
    """Told by the page when an application is opened; the link itself goes straight there."""
    viewer = viewer_of(request)
    keeping.note_opened(account_id=viewer.account_id, application_key=_visible(request, key).key)
    return HttpResponse(status=204)


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else reverse("portal:applications")
