"""我的日程: a person's calendar by day, week and month, and the secret address at which his programs read it."""

from typing import Any, cast

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Choice, Console, PageRequest
from nanhu.kernel.kit.calendars import Calendar, CalendarFilters
from nanhu.kernel.registry import calendar_feeds
from nanhu.platforms.portal import agenda
from nanhu.platforms.portal.services import calendar as services

desk = Console(
    "portal:calendar",
    _("我的日程"),
    icon="calendar-range",
    owner=_("信息中心"),
    description=_("校历、课和考试、借用、期限在一张日历上，也能放进手机的日历"),
    allows=lambda _viewer: True,
    section="service",
    order=70,
)


class SourcesForm(forms.Form):
    """Which feeds the address gives out."""

    feeds = forms.MultipleChoiceField(
        label=_("里面有什么"), widget=forms.CheckboxSelectMultiple, help_text=_("没有勾的，用这个地址的程序读不到。")
    )

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        field = cast("forms.MultipleChoiceField", self.fields["feeds"])
        field.choices = [(feed.key, feed.title) for feed in calendar_feeds]


class DaysFilters(CalendarFilters):
    """The page draws them itself; `only`: of which feed."""

    only = Choice(_("来源"), lambda: [(feed.key, feed.title) for feed in calendar_feeds])


@desk.page("", title=_("我的日程"), tab=_("日程"))
def days(request: PageRequest) -> HttpResponseBase:
    asked = DaysFilters(request.GET)
    calendar, only = Calendar.of_address(asked), asked.form.cleaned_data.get("only", "")
    feeds = [("", _("全部")), *((feed.key, feed.title) for feed in calendar_feeds)]
    context = {
        "agenda": agenda.agenda_of(request.viewer, calendar, only),
        "calendar": calendar,
        "feeds": [(key, name, calendar.at(calendar.extent, calendar.day, only=key)) for key, name in feeds],
        "only": only,
    }
    return render(request, "portal/agenda.html", context)


@desk.page(
    "subscription/",
    title=_("日历订阅"),
    tab=_("日历订阅"),
    lead=_("一个只属于您的秘密地址：手机、电脑的日历程序凭它读您的日程，改动会跟着变。"),
)
def feeds(request: PageRequest) -> HttpResponseBase:
    keys = given_out(request)["feeds"]
    shown = [feed for feed in calendar_feeds if feed.key in keys]
    return render(
        request, "portal/feeds.html", {"address": services.address_of(request.viewer.account_id), "feeds": shown}
    )


def given_out(request: PageRequest) -> dict[str, list[str]]:
    found = services.address_of(request.viewer.account_id)
    return {"feeds": [feed.key for feed in calendar_feeds if found is None or feed.key not in found.leaves_out]}


@feeds.form(
    "make/",
    SourcesForm,
    initial=given_out,
    title=_("生成订阅地址"),
    lead=_("新地址只显示这一次。原来的地址立刻失效，用它的程序要换成新的。"),
    submit=_("生成地址"),
    icon="key-round",
)
def make(request: PageRequest, form: SourcesForm) -> HttpResponse:
    secret = services.make_address(by=request.actor, feeds=form.cleaned_data["feeds"])
    url = request.build_absolute_uri(f"/calendar/{secret}.ics")
    return render(request, "portal/feed_made.html", {"url": url, "webcal": f"webcal:{url.partition(':')[2]}"})


@feeds.form("sources/", SourcesForm, title=_("改里面的内容"), initial=given_out, done=_("已改：程序下次来读时变过来。"))
def choose(request: PageRequest, form: SourcesForm) -> None:
    """The address stays."""
    services.choose_sources(by=request.actor, feeds=form.cleaned_data["feeds"])


@feeds.action("revoke/", done=_("已停用：用这个地址的程序再也读不到。"))
def revoke(request: PageRequest) -> None:
    services.revoke_address(by=request.actor)
