"""The sponsor's desk: my guests, a new one, longer, over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import Console, Day, Empty, Markup, PageRequest, Table, Text, bulk, listing
from nanhu.kernel.registry import Viewer
from nanhu.platforms.identity.guests.forms import DayForm, InvitationForm
from nanhu.platforms.identity.guests.models import Sponsorship
from nanhu.platforms.identity.guests.services import sponsoring
from nanhu.platforms.identity.pages import owner_of
from nanhu.platforms.people import api as people


def works_here(viewer: Viewer) -> bool:
    """Only who works here, by a live staff affiliation, may vouch for somebody."""
    card = people.person_card(viewer.person_id) if viewer.person_id else None
    return card is not None and "staff" in card.live_kinds


desk = Console(
    "identity:guests",
    _("来宾"),
    icon="user-plus",
    owner=_("信息中心"),
    description=_("为访客、家长、合作单位和校友开通临时身份"),
    faces=frozenset({"staff"}),
    allows=works_here,
    order=800,
)


@dataclass(frozen=True, slots=True)
class Guest:
    held: Sponsorship
    card: people.PersonCard | None
    is_live: bool

    @property
    def public_id(self) -> UUID:
        return self.held.public_id


def guests_of(page: Sequence[Sponsorship]) -> list[Guest]:
    cards, today = people.person_cards([one.guest_id for one in page]), campus_today()
    return [Guest(one, cards.get(one.guest_id), is_live(one, today)) for one in page]


def is_live(held: Sponsorship, today: date) -> bool:
    return held.ended_at is None and held.ends_on >= today


class NamedGuests(Table):
    number = Text(_("来宾号"), "held__campus_no", is_number=True)
    name = Text(_("姓名"), lambda guest: f"{guest.card.name} {guest.card.phone_masked}" if guest.card else "")
    kind = Text(_("身份"), "held__get_kind_display")
    reason = Text(_("事由"), "held__reason")


class GuestsToEnd(NamedGuests):
    last_day = Day(_("最后一天"), "held__ends_on")


class Guests(NamedGuests):
    last_day = Markup(_("最后一天"), "identity/guests/_last_day.html")
    actions = Markup(_("操作"), "identity/guests/_actions.html")


@desk.page(
    "guests",
    title=_("来宾"),
    tab=_("我担保的来宾"),
    lead=format_lazy(_("您担保的访客、家长、合作单位和校友，同时最多 {most} 位。"), most=sponsoring.MOST_LIVE),
)
def guests(request: PageRequest) -> HttpResponseBase:
    nobody = Empty(
        title=_("还没有来宾"),
        text=_("来开会的专家、来看孩子的家长、回校的校友，需要上网或用某个系统时，在这里为他登记。"),
        icon="user-plus",
    )
    mine = guests_sponsored_at(request).order_by("-created_at")
    return listing(request, Guests, mine, each=guests_of, empty=nobody, per_page=20, bulk="end_several")


def guests_sponsored_at(request: PageRequest) -> QuerySet[Sponsorship]:
    return Sponsorship.objects.filter(sponsor_id=request.viewer.account_id)


@guests.form(
    "new",
    InvitationForm,
    title=_("登记来宾"),
    lead=_("您为他担保：如有问题，学校先联系您。到期自动结束。"),
    button=_("登记来宾"),
    icon="user-plus",
    submit=_("开通并发短信"),
    done=lambda held: _("来宾号 %(number)s 已开通，登录方法已发短信。") % {"number": held.campus_no},
    template="identity/guests/invite.html",
)
def invite(request: PageRequest, form: InvitationForm) -> Sponsorship:
    return sponsoring.invite(by=request.actor, sponsor=owner_of(request), **form.cleaned_data)


@guests.action("<uuid:public_id>/again", done=_("登录方法已重发短信。"))
def invite_again(request: PageRequest, public_id: UUID) -> None:
    sponsoring.invite_again(by=request.actor, sponsor=owner_of(request), public_id=public_id)


@guests.action("<uuid:public_id>/prolong", form=DayForm, done=_("最后一天已改。"))
def prolong(request: PageRequest, form: DayForm, public_id: UUID) -> None:
    day = form.cleaned_data["ends_on"]
    sponsoring.prolong(by=request.actor, sponsor=owner_of(request), public_id=public_id, ends_on=day)


@guests.action("<uuid:public_id>/end", done=_("这位来宾的身份已结束，登录已退出。"))
def end(request: PageRequest, public_id: UUID) -> None:
    sponsoring.end(by=request.actor, sponsor=owner_of(request), public_id=public_id)


@bulk(
    guests,
    "end",
    forms.Form,
    title=_("结束选中的来宾"),
    lead=_("他们的身份现在就结束，登录一并退出。"),
    submit=_("全部结束"),
    icon="ban",
    tone="danger",
    rows=guests_sponsored_at,
    table=GuestsToEnd,
    each=guests_of,
    refuses=lambda held: "" if is_live(held, campus_today()) else _("已经结束的来宾不用再结束。"),
    done=lambda count: _("%(count)s 位来宾的身份已结束，登录已退出。") % {"count": count},
)
def end_several(request: PageRequest, _form: forms.Form, chosen: list[Sponsorship]) -> int:
    for held in chosen:
        sponsoring.end(by=request.actor, sponsor=owner_of(request), public_id=held.public_id)
    return len(chosen)
