"""通知确认: what the people of a unit confirm one by one, who has and who has not."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.db.models import Count, Q
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import (
    Badge,
    Day,
    Empty,
    Filters,
    Link,
    Moment,
    Number,
    PageRequest,
    Person,
    Search,
    Table,
    Text,
    Views,
    Who,
    list_of,
    listing,
)
from nanhu.kernel.kit.records import Seen
from nanhu.kernel.kit.submissions import token_of
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.flows import queries
from nanhu.platforms.flows.desk import desk
from nanhu.platforms.flows.models import Announcement, Task
from nanhu.platforms.flows.services import announcing
from nanhu.platforms.people import api as people

__all__ = ["desk"]
KINDS = [("student", _("学生")), ("staff", _("教职工"))]
STATES = {
    "open": (_("没有确认"), Q(state="open")),
    "done": (_("已确认"), Q(state="done")),
}


class Announcements(Table):
    title = Link(_("通知"), to="announcement")
    unit = Text(_("哪个单位的人"), "unit__name", is_term=True)
    until = Day(_("确认到哪天"))
    state = Badge(_("状态"), names=Announcement.State.choices, tones={"open": "info"}, tone="none")
    reached = Number(_("送到的人"))
    by = Who(_("谁"), "made_by_name")
    made_at = Moment(_("时间"))


class Readers(Table):
    person = Person(_("姓名"), "person_id", sort=False)
    number = Text(_("编号"), "case__number", is_number=True, is_wide=True)
    state = Badge(
        _("状态"), names={"open": _("没有确认"), "done": _("已确认"), "cancelled": _("已取消")}, tones={"done": "good"}
    )
    done = Moment(_("时间"), "done_at")


class ReaderFilters(Filters):
    q = Search("case__number")
    show = Views(STATES)


class AnnounceForm(forms.Form):
    title = forms.CharField(label=_("标题"), max_length=100)
    text = forms.CharField(label=_("内容"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))
    kinds = forms.MultipleChoiceField(label=_("请谁确认"), choices=KINDS, widget=forms.CheckboxSelectMultiple)
    unit = people.UnitField(
        label=_("哪个单位的人"), required=False, help_text=_("连同下面的单位。不填就是您负责的整个单位。")
    )
    until = forms.DateField(label=_("确认到哪天"), widget=DayInput())

    def clean_until(self) -> Any:
        if self.cleaned_data["until"] < campus_today():
            raise forms.ValidationError(_("不能早于今天。"))
        return self.cleaned_data["until"]


@desk.page(
    "announced/",
    title=_("通知确认"),
    tab=_("通知确认"),
    lead=_("请本单位的每个人确认一件事：在各自的待办里，看过内容才能确认，不能代办。"),
    allows=queries.leads_a_unit,
)
def announcements(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有请人确认过什么"), icon="megaphone", action=_("写一份"), to="announce")
    found = queries.announcements_of(request.viewer)
    return listing(request, Announcements, found, empty=none, template="flows/announcements.html")


def seen_announcement(request: PageRequest, public_id: UUID) -> Announcement:
    return queries.announcement_for(request.viewer, public_id)


@announcements.form(
    "new/",
    AnnounceForm,
    title=_("请人确认"),
    icon="megaphone",
    submit=_("发给大家"),
    to="announcement",
)
def announce(request: PageRequest, form: AnnounceForm) -> Announcement:
    said, within = form.cleaned_data, queries.units_within(request.viewer)
    unit_id = said["unit"].id if said["unit"] else queries.first_unit(request.viewer)
    if unit_id not in within:
        raise NotFoundError(what=str(_("您负责的这个单位")))
    return announcing.announce(
        by=request.actor,
        unit_id=unit_id,
        kinds=said["kinds"],
        title=said["title"],
        text=said["text"],
        until=said["until"],
        token=token_of(request) or uuid4(),
    )


@announcements.page("<uuid:public_id>/", title=_("通知确认"), subject=Seen(seen_announcement))
def announcement(request: PageRequest, found: Announcement) -> HttpResponseBase:
    rows = Task.objects.filter(case__in=announcing.cases_of(found)).select_related("case").order_by("pk")
    counts = rows.order_by().aggregate(
        **{one: Count("pk", filter=Q(state=one)) for one in ("open", "done", "cancelled")}
    )
    return render(
        request,
        "flows/announcement.html",
        {
            "announcement": found,
            "counts": counts,
            "list": list_of(request, Readers, rows, ReaderFilters, caption=_("每个人")),
            "may_end": found.state in {Announcement.State.OPENING, Announcement.State.OPEN},
            "end": desk.address("end_announcement", {"public_id": found.public_id}),
        },
    )


@announcement.action("end/", done=_("正在结束：没有确认的人不再看到它。"))
def end_announcement(request: PageRequest, found: Announcement) -> None:
    announcing.end(by=request.actor, announcement=found)
