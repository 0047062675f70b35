"""The four categories: 个人事务, 工作生活, 学习生活, 服务大厅, each with what it is about today and its applications."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from nanhu.kernel import registry
from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit.calendars import Calendar
from nanhu.kernel.registry import LifeTopic, Tile, TileContent, Viewer
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.portal import agenda, menu, rules
from nanhu.platforms.portal.guard import is_slow
from nanhu.platforms.portal.queries import load_tile
from nanhu.platforms.portal.tiles import TileView

LIVES = {"work": "staff", "study": "student"}
"""Whose day a category is."""


@dataclass(frozen=True, slots=True)
class Life:
    """The day of somebody who works or studies: what rooms say of each topic, topics of which none has anything for him, and those of which
    no room says anything."""

    agenda: agenda.Agenda
    parts: list[TileView]
    empty: list[LifeTopic]
    silent: list[LifeTopic]


@require_GET
def section(request: HttpRequest, key: str) -> HttpResponse:
    """A category that holds nothing for this viewer does not exist for him."""
    viewer = viewer_of(request)
    offered = menu.sections(menu.offered_to(request), menu.shortcuts_of(viewer))
    shown = next((one for one in offered if one.key == key), None)
    known = {one: (name, icon) for one, name, icon in rules.SECTIONS}
    is_mine = LIVES.get(key) == viewer.face
    if key not in known or (shown is None and not is_mine):
        raise Http404
    context = {
        "name": known[key][0],
        "icon": known[key][1],
        "section": shown,
        "life": life_of(viewer, key) if is_mine else None,
        "about": rules.ABOUT_SECTIONS[key],
    }
    return render(request, "portal/section.html", context)


def life_of(viewer: Viewer, key: str) -> Life:
    parts: list[TileView] = []
    empty: list[LifeTopic] = []
    silent: list[LifeTopic] = []
    for topic in registry.life_topics:
        if topic.section != key:
            continue
        told = [part for part in registry.life_parts if part.topic == topic.key]
        found = [view for part in told if (view := view_of(topic, part, viewer))]
        parts += found
        if not found:
            (empty if told else silent).append(topic)
    calendar = Calendar("pair", campus_today(), path=reverse("portal:calendar:days"))
    return Life(agenda.agenda_of(viewer, calendar), parts, empty, silent)


def view_of(topic: LifeTopic, part: registry.LifePart, viewer: Viewer) -> TileView | None:
    tile = Tile(key=part.key, title=topic.title, load=part.load, icon=topic.icon)
    if is_slow(f"tile:{part.key}"):
        return TileView(tile, content=TileContent(caption=_("这时太慢，过两分钟再看")))
    return load_tile(tile, viewer)
