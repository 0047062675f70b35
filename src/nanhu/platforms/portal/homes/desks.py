"""The pages of 首页布置 (each for oneself) and of 投放卡片 (an office for others)."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import QuerySet
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import Console, Empty, Filters, Markup, PageRequest, Search, Span, Table, Text, Who, listing
from nanhu.kernel.kit.records import record
from nanhu.kernel.registry import Role
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.people import api as people
from nanhu.platforms.portal import rules
from nanhu.platforms.portal.homes import layouts, placing
from nanhu.platforms.portal.homes.layouts import CHANGES, Width
from nanhu.platforms.portal.integrations.forms import FACES, UnitsField
from nanhu.platforms.portal.models import PlacedTile
from nanhu.platforms.portal.models.homes import LONGEST_PLACED

PLACER = Role(key="portal.placer", name=_("首页卡片投放"), description=_("替部门在首页投放一张卡片，最多十四天"))
arranging = Console(
    "portal:layout",
    _("首页布置"),
    icon="layout-dashboard",
    owner=_("信息中心"),
    description=_("首页的卡片放在哪里、哪些不要，电脑和手机各一套"),
    allows=lambda _viewer: True,
    section="service",
    order=78,
)
desk = Console(
    "portal:placed",
    _("首页投放"),
    icon="megaphone",
    owner=_("信息中心"),
    description=_("替部门在首页放一张卡片：给谁看、到哪一天"),
    roles=[PLACER],
    order=965,
)


@arranging.page(
    "",
    title=_("首页布置"),
    lead=_("移动、隐藏马上生效，只影响您自己。要紧的卡片（待办、校园卡挂失）有事时总会回到前三张里。"),
    posts=True,
)
def layout(request: PageRequest) -> HttpResponseBase:
    named = request.GET.get("on", "") or layouts.width_of(request)
    width = Width(named) if named in Width.values else Width.WIDE
    is_pressed = request.method == "POST"
    if is_pressed:
        apply(request, width)
        if not request.headers.get("HX-Request"):
            return HttpResponseRedirect(f"?{urlencode({'on': width})}")
    found, tiles = layouts.layout_of(request.viewer, width), layouts.tiles_for(request.viewer, width)
    by_key = {tile.key: tile for tile in tiles}
    context = {
        "shown": [by_key[key] for key in rules.arranged(list(by_key), found.order, found.hidden)],
        "hidden": [tile for tile in tiles if tile.key in found.hidden],
        "layout": found,
        "width": width,
        "widths": [(one.value, one.label, f"?on={one.value}") for one in Width],
    }
    return render(request, "portal/_layout.html" if is_pressed else "portal/layout.html", context)


def apply(request: PageRequest, width: Width) -> None:
    """What one button of the page says."""
    how = request.POST.get("do", "")
    if how == "undo":
        layouts.undo(by=request.actor, width=width)
    elif how == "reset":
        layouts.reset(by=request.actor, width=width)
    elif how in CHANGES:
        key = request.POST.get("tile", "")
        layouts.change(by=request.actor, viewer=request.viewer, width=width, key=key, how=how)
    else:
        raise NotFoundError(what=_("这个按钮"))


class PlacedTiles(Table):
    title = Text(_("标题"))
    words = Text(_("一句话"), is_wide=True)
    unit = Text(_("部门"), "unit__name")
    days = Span(_("哪几天"), "first_day", "last_day")
    who = Who(_("投放人"), "placed_by_name", at="created_at")
    action = Markup(_("操作"), "portal/_placed.html")


class PlacedFilters(Filters):
    q = Search("title", "words", "unit__name")


class PlaceForm(forms.Form):
    unit = people.UnitField(label=_("部门"))
    title = forms.CharField(label=_("标题"), max_length=20, help_text=_("例：期末教学评价"))
    words = forms.CharField(label=_("一句话"), max_length=80, help_text=_("例：本周五前评完，才能看成绩"))
    url = forms.CharField(
        label=_("点开去哪里"), max_length=300, required=False, help_text=_("校内页面以 / 开头，别处要 https；可以不填")
    )
    faces = forms.MultipleChoiceField(
        label=_("给谁看"), widget=forms.CheckboxSelectMultiple, choices=FACES, initial=["student"]
    )
    units = UnitsField(
        label=_("只给这些单位和下属"), required=False, max_length=400, help_text=_("代码或名称，用顿号分开；不填不限")
    )
    first_day = forms.DateField(label=_("从哪一天"), widget=DayInput(), initial=campus_today)
    last_day = forms.DateField(label=_("到哪一天"), widget=DayInput(), help_text=_("最多十四天"))

    def clean_url(self) -> str:
        said: str = self.cleaned_data["url"]
        if said.startswith("/") and url_has_allowed_host_and_scheme(said, None):
            return said
        if said:
            URLValidator(schemes=["https"])(said)
        return said

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        first, last = said.get("first_day"), said.get("last_day")
        if first and last and not timedelta(0) <= last - first < timedelta(days=LONGEST_PLACED):
            self.add_error("last_day", ValidationError(_("最多十四天，不能早于第一天。")))
        elif last and last < campus_today():
            self.add_error("last_day", ValidationError(_("这一天已经过去了。")))
        return said


def placed_by_offices() -> QuerySet[PlacedTile]:
    return PlacedTile.objects.filter(taken_back_at=None).select_related("unit")


@desk.page(
    "",
    title=_("投放的卡片"),
    tab=_("投放的卡片"),
    lead=_("排在首页最前面。一个部门同时只有一张，过了最后一天自己消失。"),
)
def tiles(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("首页没有投放的卡片"), icon="megaphone", action=_("投放一张"), to="place")
    return listing(request, PlacedTiles, placed_by_offices().order_by("-last_day", "-pk"), PlacedFilters, empty=none)


@desk.form(
    "new/",
    PlaceForm,
    title=_("投放卡片"),
    button=_("投放卡片"),
    icon="plus",
    done=_("已投放，十几秒内出现。"),
    to="tiles",
)
def place(request: PageRequest, form: PlaceForm) -> None:
    said = dict(form.cleaned_data)
    placing.place(by=request.actor, unit_id=said.pop("unit").id, unit_ids=said.pop("units"), **said)


@tiles.action("<uuid:public_id>/take-back/", subject=record(placed_by_offices(), _("这张卡片")), done=_("已收回。"))
def take_back(request: PageRequest, tile: PlacedTile) -> None:
    placing.take_back(by=request.actor, tile=tile)
