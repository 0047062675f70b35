"""The page where a person gets, renews and revokes the address of his calendar."""

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Console, PageRequest
from nanhu.kernel.registry import calendar_feeds
from nanhu.platforms.portal.services import calendar as services

desk = Console(
    "portal:feeds",
    _("日历订阅"),
    icon="calendar-sync",
    owner=_("信息中心"),
    description=_("把校历和自己的日程放进手机、电脑的日历"),
    allows=lambda _viewer: True,
    section="personal",
    order=70,
)


class NoFields(forms.Form):
    """A press of a button."""


@desk.page(
    "", title=_("日历订阅"), lead=_("一个只属于您的秘密地址：手机、电脑的日历程序凭它读您的日程，改动会跟着变。")
)
def overview(request: PageRequest) -> HttpResponseBase:
    found = services.address_of(request.viewer.account_id)
    return render(request, "portal/feeds.html", {"address": found, "feeds": list(calendar_feeds)})


@overview.form(
    "make/",
    NoFields,
    title=_("生成订阅地址"),
    lead=_("新地址只显示这一次。原来的地址立刻失效，用它的程序要换成新的。"),
    submit=_("生成地址"),
    icon="key-round",
)
def make(request: PageRequest, _form: NoFields) -> HttpResponse:
    secret = services.make_address(by=request.actor)
    url = request.build_absolute_uri(f"/calendar/{secret}.ics")
    return render(request, "portal/feed_made.html", {"url": url, "webcal": f"webcal:{url.partition(':')[2]}"})


@overview.action("revoke/", done=_("已停用：用这个地址的程序再也读不到。"))
def revoke(request: PageRequest) -> None:
    services.revoke_address(by=request.actor)
