"""/systems/: every system with its owner, how it is in words, when its data is of, and the way in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.registry import Application, BoxSystem, Text, Viewer, box_systems
from nanhu.kernel.ui.templatetags.ui import campus_clock
from nanhu.kernel.ui.words import term
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.people import api as people
from nanhu.platforms.portal import menu
from nanhu.platforms.portal.catalogue import FOURTEEN, NamedSystem
from nanhu.platforms.portal.guard import attempt
from nanhu.platforms.portal.integrations import failing, living
from nanhu.platforms.portal.models import Integration, SystemDay, SystemHealth
from nanhu.platforms.portal.systems.watching import DAYS, key_of

FINE, SO_SO = 0.99, 0.9
CHECK_FRESH = timedelta(minutes=5)
KINDS_WITH_DATA = {Integration.Kind.DATA, Integration.Kind.FEED, Integration.Kind.TODO}


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemLine:
    """A system as the page says it. `origin`: from the box, a vendor's, or not there."""

    name: Text
    icon: str
    owner: Text
    origin: Text
    tone: str
    health: Text
    part: Text = ""
    fresh_at: datetime | None = None
    links: Sequence[tuple[Text, str]] = ()
    keep: tuple[Text, str] | None = None
    takes: Sequence[Text] = ()
    bars: Sequence[tuple[date, str]] = ()
    percent: str = ""


@require_safe
def systems(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    health = {one.key: one for one in SystemHealth.objects.all()}
    days: dict[str, dict[date, SystemDay]] = {}
    for one in SystemDay.objects.filter(day__gt=campus_today() - timedelta(days=DAYS)):
        days.setdefault(one.key, {})[one.day] = one
    reading = Reading(viewer, menu.offered_to(request), people.office_names(), health, days)
    return render(request, "portal/systems.html", {"systems": [*reading.named(), *reading.others()]})


@dataclass(frozen=True, slots=True)
class Reading:
    """What one request has read, for all lines."""

    viewer: Viewer
    offered: Sequence[Application]
    offices: dict[str, str]
    health: dict[str, SystemHealth]
    days: dict[str, dict[date, SystemDay]]

    def named(self) -> list[SystemLine]:
        return [self.line(one, [row for row in taken_in() if row.system == one.key]) for one in FOURTEEN]

    def others(self) -> list[SystemLine]:
        pages = [row for row in taken_in() if not row.system and row.kind == Integration.Kind.PAGE]
        return [self.line(NamedSystem(key_of(row), term(row.name), row.icon, ""), [row]) for row in pages]

    def line(self, system: NamedSystem, rows: Sequence[Integration]) -> SystemLine:
        pages = [row for row in rows if row.kind == Integration.Kind.PAGE]
        box = None if pages else box_systems.get(system.key)
        tone, words = self.health_of(system.key, rows, box)
        moments = [row.good_at for row in rows if row.good_at and row.kind in KINDS_WITH_DATA]
        own = attempt(f"fresh:{system.key}", box.fresh).value if box else None
        keys = [*(row.key for row in rows), *(box.applications if box else ())]
        bars, percent = self.past_of(system.key)
        return SystemLine(
            name=system.name,
            icon=system.icon,
            owner=box.owner if box else self.owner_of(rows) or system.office,
            origin=_("随程序附带") if box else _("外部系统") if rows else _("未安装"),
            tone=tone,
            health=words,
            part=box.part if box else "",
            fresh_at=max(moments, default=own),
            links=[(one.name, one.address()) for one in self.offered if one.key in keys and not one.in_maintenance()],
            keep=self.keep_of(rows),
            takes=list(dict.fromkeys(row.get_kind_display() for row in rows)),
            bars=bars,
            percent=percent,
        )

    def keep_of(self, rows: Sequence[Integration]) -> tuple[Text, str] | None:
        """What whoever answers for its page can do about it."""
        page = next((row for row in rows if row.kind == Integration.Kind.PAGE), None)
        if page is None or not living.answers_for(self.viewer, page):
            return None
        way = "wake" if page.state == Integration.State.RESTING else "rest"
        words = _("结束维护") if way == "wake" else _("设为维护")
        return words, reverse(f"portal:integrations:{way}", args=[page.public_id])

    def owner_of(self, rows: Sequence[Integration]) -> str:
        row = next((row for row in rows if row.owner_unit is not None), None)
        office = self.offices.get(row.owner_office, "") if row else ""
        return f"{term(row.owner_unit.name)} {term(office)}".strip() if row and row.owner_unit else ""

    def health_of(self, key: str, rows: Sequence[Integration], box: BoxSystem | None) -> tuple[str, str]:
        """Maintenance wins, where all its pages rest, or all of one that has none. Nothing of what an outside system answered is said here."""
        row = self.health.get(key)
        pages = [one for one in rows if one.kind == Integration.Kind.PAGE]
        is_probed = box is not None or bool(pages)
        awake = [one for one in rows if one.state != Integration.State.RESTING]
        if rows and not box and not set(pages or rows) & set(awake):
            return "attention", _("维护中：%(words)s") % {"words": (pages or rows)[0].words}
        if not rows and box is None:
            return "none", _("未安装：学校还没有这个系统，或者没有接进来")
        if is_probed and (row is None or row.state == SystemHealth.State.UNKNOWN or is_long_ago(row.checked_at)):
            return "none", _("还没有查过")
        if is_probed and row is not None and row.state == SystemHealth.State.DOWN:
            return "danger", _("%(time)s 起无法访问，信息中心已知") % {"time": campus_clock(row.since)}
        if any(failing.is_down(one) for one in awake):
            return "danger", _("取不到它的数据，信息中心已知")
        return ("good", _("正常")) if is_probed or any(one.good_at for one in rows) else ("none", _("还没有查过"))

    def past_of(self, key: str) -> tuple[list[tuple[date, str]], str]:
        """A mark a day, and how much of the thirty days it answered."""
        known = self.days.get(key, {})
        first = campus_today() - timedelta(days=DAYS - 1)
        bars = [(day, mark_of(known.get(day))) for day in (first + timedelta(days=back) for back in range(DAYS))]
        probes, good = sum(one.probes for one in known.values()), sum(one.good for one in known.values())
        return bars, f"{100 * good / probes:.1f}%" if probes else ""


def taken_in() -> list[Integration]:
    return [row for row in living.shown() if row.state != Integration.State.TEST]


def is_long_ago(moment: datetime | None) -> bool:
    """The watch looks each minute: what it said before that it stopped is nothing of today."""
    return moment is None or now() - moment > CHECK_FRESH


def mark_of(day: SystemDay | None) -> str:
    if day is None or not day.probes:
        return "none"
    share = day.good / day.probes
    return "good" if share >= FINE else "attention" if share >= SO_SO else "danger"
