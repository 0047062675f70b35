"""The home of the student, of the staff and of a guest, a single tile, and 我的."""

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from nanhu.kernel import registry
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.registry import Viewer
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.portal import menu, queries, rules
from nanhu.platforms.portal.guard import attempt
from nanhu.platforms.portal.homes.layouts import width_of
from nanhu.platforms.portal.integrations import values
from nanhu.platforms.portal.services.preferences import preferences_of
from nanhu.platforms.portal.templatetags.pieces import tile as drawn
from nanhu.platforms.portal.tiles import TileView
from nanhu.platforms.portal.weather.services import weather

LONGEST_TITLE = 40


DAYS: Final = {"student": "study", "staff": "work"}
"""Where the day of each face is arranged; a guest has none."""


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    offered, shortcuts = menu.offered_to(request), menu.shortcuts_of(viewer)
    moment = campus_time(now())
    context = {
        "moment": moment,
        "today": registry.address_of("portal:section", DAYS[viewer.face]) if viewer.face in DAYS else "",
        "weather": attempt("portal.weather", weather).value,
        "greeting": rules.greeting(moment.hour, viewer.name),
        "person": queries.person_of(viewer),
        "tiles": queries.tiles_of(viewer, width_of(request)),
        "shortcuts": menu.home_shortcuts(offered, shortcuts),
        "duties": menu.duties(offered, shortcuts),
        "notices": queries.notices_of(viewer),
    }
    return render(request, f"portal/home_{viewer.face}.html", context)


@require_GET
def tile(request: HttpRequest, key: str) -> HttpResponse:
    """One tile by itself: for sources that were too slow, or failed a moment ago."""
    viewer = viewer_of(request)
    view = tile_view(viewer, key)
    return HttpResponse(drawn(view) if view is not None else "")


def tile_view(viewer: Viewer, key: str) -> TileView | None:
    if key.startswith(values.PREFIX):
        try:
            return values.refreshed(viewer, key.removeprefix(values.PREFIX))
        except KeyError as error:
            raise Http404 from error
    wanted = registry.tiles.get(key)
    if wanted is None or not wanted.is_for(viewer):
        raise Http404
    return queries.load_tile(wanted, viewer)


@require_GET
def tile_wrong(request: HttpRequest, key: str) -> HttpResponse:
    """“This is wrong” of a tile: leads to whoever answers questions. What it says of its reader stands in no address: logs keep those."""
    view = tile_view(viewer_of(request), key)
    desk = next(iter(registry.question_desks), None)
    if view is None or not view.may_be_wrong or desk is None:
        raise Http404
    said = _("首页上的“%(title)s”有误。应当是：") % {"title": str(view.tile.title)[:LONGEST_TITLE]}
    return HttpResponseRedirect(desk.address(said))


@require_GET
def me(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    context = {
        "person": queries.person_of(viewer),
        "affairs": menu.affairs(menu.offered_to(request)),
        "chosen": preferences_of(request),
    }
    return render(request, "portal/me.html", context)
