"""Where the kiosks are and whether they work: for everybody. What must be seen to: for the office."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.kernel.clock import now
from nanhu.platforms.terminals.api import (
    KIOSK_LATE,
    KioskAlarm,
    KioskSite,
    Terminal,
    kiosk_sites,
    kiosk_yards,
    open_alarms,
    past_alarms,
)
from nanhu.systems.card.policies import is_clerk
from nanhu.systems.card.views.frame import clerk_only, viewer_of

PAGE = 50
KINDS = (Terminal.Kind.LOAD_KIOSK, Terminal.Kind.REISSUE_KIOSK, Terminal.Kind.SELF_SERVICE_KIOSK)
MARKS = {"load_kiosk": "圈", "reissue_kiosk": "补", "self_service_kiosk": "查"}  # one character on the map


@require_safe
@never_cache
def machines(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("kind", "")
    kind = asked if asked in KINDS else ""
    found = kiosk_sites(kind=kind)
    facts = {
        "sites": [(site, MARKS[site.kiosk.terminal.kind], names_of(site)) for site in found],
        "yards": kiosk_yards(found),
        "kind": kind,
        "kinds": [("", _("全部")), *[(one.value, one.label) for one in KINDS]],
        "as_of": now(),
        "serving": sum(site.is_serving for site in found),
        "is_clerk": is_clerk(viewer_of(request)),
        "late_minutes": int(KIOSK_LATE.total_seconds() // 60),
    }
    return render(request, "card_devices/machines.html", facts)


def names_of(site: KioskSite) -> list[str]:
    return [str(KioskAlarm.Kind(kind).label) for kind in site.troubles]


@require_safe
@never_cache
@clerk_only
def alarms(request: HttpRequest) -> HttpResponse:
    page = Paginator(past_alarms(), PAGE).get_page(request.GET.get("page"))
    facts = {"open": list(open_alarms()[:PAGE]), "page": page, "as_of": now()}
    return render(request, "card_devices/alarms.html", facts)
