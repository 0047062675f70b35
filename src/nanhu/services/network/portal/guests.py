"""Guests on the Wi-Fi (访客上网): the guests for whom one vouches, how many of their devices are on line, and a new one for a few days.

A guest is identity's: the same number and account as at 来宾. How many devices and what else holds is the policy of guests (of two, in the sample);
a guest ends on its day, by its sponsor, and with the last day on which the sponsor works here; and with the guest every session.
While the sponsor's account is suspended the guest does not come on line.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django import forms
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import account_of
from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import Console, Day, Empty, Markup, PageRequest, Table, Text, listing
from nanhu.kernel.ui import dates
from nanhu.platforms.identity.api import guests
from nanhu.platforms.people.api import PhoneField
from nanhu.services.network import api as network

LONGEST: Final = network.LONGEST_DAYS

desk = Console(
    "network_portal:guests",
    _("访客上网"),
    icon="user-plus",
    owner=_("信息中心"),
    description=_("来开会的专家、来看孩子的家长，给手机号就能上几天网；您为他担保"),
    faces=frozenset({"staff"}),
    allows=guests.works_here,
    order=64,
)


class GuestForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=40)
    phone = PhoneField(label=_("手机号"), help_text=_("登录方法发到这个手机"))
    days = forms.TypedChoiceField(
        label=_("上几天"), coerce=int, choices=[(one, str(one)) for one in range(1, LONGEST + 1)], initial=1
    )
    reason = forms.CharField(label=_("事由"), max_length=200)


@dataclass(frozen=True, slots=True)
class GuestRow:
    held: guests.GuestLine
    on_line: int
    until: date

    @property
    def public_id(self) -> UUID:
        return self.held.public_id

    @property
    def may_be_renewed(self) -> bool:
        return self.until < min(campus_today() + timedelta(days=LONGEST - 1), self.held.ends_on)


class Guests(Table):
    number = Text(_("来宾号"), "held__campus_no", is_number=True)
    name = Text(_("姓名"), lambda one: f"{one.held.name} {one.held.phone_masked}".strip())
    last_day = Day(_("来宾到"), "held__ends_on", is_wide=True)
    until = Day(_("上网到"))
    on_line = Text(_("在线几台"), lambda one: str(one.on_line), is_number=True)
    action = Markup(_("操作"), "network_portal/_guest.html")


@desk.page(
    "",
    title=_("访客上网"),
    tab=_("我的访客"),
    lead=_(
        "一次最多七天，从登记那天算；到期他的网就断，要留得更久，您点“再开七天”，登记了 90 天的来宾也一样。"
        "能连几台按访客的上网策略。您点“结束”，或您离校、账号停用，他的网也断。"
    ),
)
def mine(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("现在没有访客"), icon="user-plus", action=_("开通一位"), to="invite")
    held = guests.guests_of(account_of(request.actor))
    on_line = network.on_line_counts(one.person_id for one in held)
    last = network.last_guest_days(held)
    rows = [GuestRow(one, on_line.get(one.person_id, 0), last[one.campus_no]) for one in held]
    return listing(request, Guests, rows, empty=none)


@mine.form(
    "new/",
    GuestForm,
    title=_("开通访客上网"),
    lead=_("您为他担保：如有问题，学校先联系您。"),
    button=_("开通访客上网"),
    icon="user-plus",
    submit=_("开通并发短信"),
    done=lambda number: _("来宾号 %(number)s 已开通，登录方法已发短信。") % {"number": number},
    to="mine",
)
def invite(request: PageRequest, form: GuestForm) -> str:
    said = form.cleaned_data
    ends_on = campus_today() + timedelta(days=said.pop("days") - 1)
    return guests.invite_visitor(by=request.actor, account_id=account_of(request.actor), ends_on=ends_on, **said)


@mine.action("<uuid:public_id>/end/", done=_("已结束，他的网随后断开。"))
def end(request: PageRequest, public_id: UUID) -> None:
    guests.end_visit(by=request.actor, account_id=account_of(request.actor), public_id=public_id)


@mine.action(
    "<uuid:public_id>/renew/", done=lambda last: _("他可以上网到 %(day)s。") % {"day": dates.short_day(last, last.year)}
)
def renew(request: PageRequest, public_id: UUID) -> date:
    """Also of one who was registered for longer at 来宾."""
    return network.renew_guest(by=request.actor, account_id=account_of(request.actor), public_id=public_id)


@mine.action("<uuid:public_id>/again/", done=_("登录方法已重发短信。"))
def send_again(request: PageRequest, public_id: UUID) -> None:
    guests.send_again(by=request.actor, account_id=account_of(request.actor), public_id=public_id)
