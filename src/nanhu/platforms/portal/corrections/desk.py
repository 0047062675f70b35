"""更正: what is known of oneself with "this is wrong" beside it, one's corrections, and which office takes how long; who answers for which field."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import (
    Console,
    Day,
    Empty,
    Filters,
    Markup,
    Moment,
    Number,
    PageRequest,
    Person,
    Press,
    Search,
    Table,
    Text,
    Views,
    Who,
    list_of,
    listing,
)
from nanhu.kernel.kit.forms import offer
from nanhu.kernel.kit.records import Seen, record
from nanhu.kernel.kit.waiting import entered
from nanhu.kernel.registry import Role, Viewer
from nanhu.kernel.ui.widgets import DayInput
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.flows import api as flows
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.corrections import copies, figures, overriding
from nanhu.platforms.portal.corrections.fields import FIELDS, OF_A_NUMBER, values_for
from nanhu.platforms.portal.corrections.process import KEY
from nanhu.platforms.portal.corrections.services import appeal, name_owner
from nanhu.platforms.portal.models import Correction, FieldOwner

KEEPER = "portal.corrections"
ROLE = Role(key=KEEPER, name=_("更正管理员"), description=_("定个人信息的每一项由哪个单位的哪个岗位负责更正"))


def is_person(viewer: Viewer) -> bool:
    return viewer.person_id is not None


desk = Console(
    "portal:corrections",
    _("更正个人信息"),
    icon="user-round-pen",
    owner=_("信息中心"),
    description=_("姓名、单位、照片有错：请负责的部门在源头改，改到为止"),
    allows=is_person,
    section="service",
    order=75,
)
owners_desk = Console(
    "portal:owners",
    _("更正由谁负责"),
    icon="user-round-cog",
    owner=_("信息中心"),
    description=ROLE.description,
    roles=[ROLE],
    order=76,
)


def said(value: str) -> Callable[[Correction], str | Promise]:
    """A photo is kept by its address, which says nothing to a reader."""
    return lambda one: FIELDS[one.field] if one.field == "people.photo" and getattr(one, value) else getattr(one, value)


class Mine(Table):
    field = Text(_("哪一项"), lambda one: FIELDS[one.field])
    seen = Text(_("当时"), said("seen"))
    now = Text(_("后来"), said("now"))
    state = Text(_("办到哪一步"), lambda one: one.words)
    copies = Markup(_("各处副本"), "portal/_copies.html")
    action = Markup(_("操作"), "portal/_appeal.html")


class Offices(Table):
    unit = Text(_("部门"), "unit")
    count = Number(_("办结"), "count")
    days = Text(_("一半在几天内"), lambda one: one["days"])


class Owned(Table):
    case = Text(_("编号"), "case__number", is_number=True)
    person = Person(_("谁"), "person_id")
    field = Text(_("哪一项"), lambda one: FIELDS[one.field], sort="field")
    seen = Text(_("当时"), said("seen"), sort="seen")
    now = Text(_("后来"), said("now"), sort="now")
    state = Text(_("办到哪一步"), lambda one: one.words, sort=False)
    since = Moment(_("提出"), "created_at")
    ended = Moment(_("办结"), "closed_at")


class OwnedFilters(Filters):
    q = Search("case__number", "seen", "now", label=_("编号、当时或后来的值"))
    show = Views({"open": (_("没有办结"), Q(closed_at=None)), "override": (_("临时更正过"), Q(override__isnull=False))})


class InHand(Table):
    case = Text(_("编号"), "case__number", is_number=True)
    person = Person(_("谁"), "person_id")
    field = Text(_("哪一项"), lambda one: FIELDS[one.field])
    seen = Text(_("当时"), said("seen"))
    wanted = Text(_("应当是"), lambda one: one.case.data.get("wanted", ""))
    action = Press(_("来源改不了，临时更正"), to="override", by=("pk",))


class Running(Table):
    case = Text(_("编号"), "case__number", is_number=True)
    person = Person(_("谁"), "person_id")
    field = Text(_("哪一项"), lambda one: FIELDS[one.field])
    seen = Text(_("来源说的"))
    now = Text(_("现在"))
    until = Day(_("到"), "override__until")
    reason = Text(_("原因"), "override__reason")
    action = Press(_("提前结束"), to="end_override", by=("pk",))


class Owners(Table):
    field = Text(_("哪一项"), lambda one: FIELDS[one.field])
    unit = Text(_("单位"), "unit__name")
    office = Text(_("岗位"), lambda one: people.office_names().get(one.office, one.office))
    by = Who(_("经办"), "changed_by_name")


class Behind(Table):
    what = Text(_("副本"), str)
    field = Text(_("哪一项"), lambda one: FIELDS[one.correction.field])
    case = Text(_("编号"), "correction__case__number", is_number=True)
    since = Moment(_("新值到达"), "correction__arrived_at")


class OverrideForm(forms.Form):
    """Of a name or of a unit."""

    value = forms.CharField(label=_("应当是"), max_length=80)
    until = forms.DateField(
        label=_("到哪天为止"), widget=DayInput(), help_text=_("来源改过来了会提前结束；最长 180 天")
    )
    reason = forms.CharField(label=_("来源为什么改不了"), max_length=200)

    def __init__(self, *arguments: Any, of: str, **more: Any) -> None:
        super().__init__(*arguments, **more)
        if of == "people.unit":
            self.fields["value"] = people.UnitField(label=_("应当是"))
        self.order_fields(["value", "until", "reason"])


class EndForm(forms.Form):
    reason = forms.CharField(label=_("为什么提前结束"), max_length=200)


class OwnerForm(forms.Form):
    field = forms.ChoiceField(label=_("哪一项"))
    unit = people.UnitField(label=_("单位"))
    office = forms.ChoiceField(label=_("岗位"))

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        offer(self, "field", list(FIELDS.items()))
        offer(self, "office", list(people.office_names().items()))


@desk.page(
    "",
    title=_("更正个人信息"),
    lead=_("哪一项有错，点它旁边的“有误”。新的值从源头到了，各处副本也跟上了，这件事才算完。"),
)
def mine(request: PageRequest) -> HttpResponseBase:
    values = values_for(request.viewer)
    own = Correction.objects.filter(person=request.viewer.person_id or 0).select_related("case").order_by("-pk")
    own = own.select_related("override").prefetch_related("copies")
    none = Empty(title=_("没有提过更正"), icon="user-round-pen", text=_("提过的列在这里，看得到办到哪一步。"))
    underway = {(one.field, one.number): one.case.public_id for one in own.filter(closed_at=None)}
    shown = [
        (
            *(field, name, number if field in OF_A_NUMBER and len(values[field]) > 1 else "", value),
            reverse("portal:wrong", args=[f"{field}:{number}"]),
            underway.get((field, number)) or underway.get((field, "")),
        )
        for field, name in FIELDS.items()
        for number, value in values[field].items()
    ]
    card = people.person_card(request.viewer.person_id or 0)
    nothing = Empty(title=_("还没有自己定过"), icon="user-round-pen")
    history = list(people.own_values(request.viewer.person_id or 0)[:20])
    context = {
        "facts": shown,
        "card": card,
        "pinyin_to": set_pinyin.address(),
        "portrait_to": set_portrait.address(),
        "remove_to": remove_portrait.address(),
        "own": list_of(request, OwnTable, history, caption=_("自己定的，前后都有"), empty=nothing),
        "mine": list_of(request, Mine, list(own[:20]), caption=_("提过的"), empty=none),
        "offices": list_of(request, Offices, figures.by_office(), caption=_("各部门用的时间")),
    }
    return render(request, "portal/corrections.html", context)


class OwnTable(Table):
    field = Text(_("哪一项"), lambda one: one.get_field_display())
    value = Text(_("定成"))
    said = Moment(_("什么时候"), "said_at")
    until = Moment(_("用到"), "ended_at")


class PinyinForm(forms.Form):
    pinyin = forms.CharField(
        label=_("姓名拼音"), max_length=60, help_text=_("姓和名分开，不写声调，例：shan xiaohong；多音字按您的读法")
    )


class PortraitForm(forms.Form):
    picture = forms.FileField(
        label=_("头像"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg"}),
        help_text=_("JPEG，358×441 像素或同比例更大，5 MB 以内；拍照位置等信息会去掉"),
    )


def own_pinyin(request: PageRequest) -> dict[str, Any]:
    card = people.person_card(request.viewer.person_id or 0)
    return {"pinyin": card.pinyin if card else ""}


@mine.form(
    "pinyin/",
    PinyinForm,
    title=_("改姓名拼音"),
    lead=_("马上就改，不用等部门；别人按新的拼音也找得到您。"),
    initial=own_pinyin,
    to="mine",
    done=_("已改。"),
)
def set_pinyin(request: PageRequest, form: PinyinForm) -> None:
    people.set_own_pinyin(by=request.actor, person_id=request.viewer.person_id or 0, typed=form.cleaned_data["pinyin"])


@mine.form(
    "portrait/",
    PortraitForm,
    title=_("换头像"),
    lead=_("只在您自己的页面上用。校园卡上的照片要和本人核对，有误请部门改。"),
    largest_file=people.LARGEST_UPLOAD_BYTES,
    to="mine",
    done=_("已换。"),
)
def set_portrait(request: PageRequest, form: PortraitForm) -> None:
    content = form.cleaned_data["picture"].read()
    people.set_own_portrait(by=request.actor, person_id=request.viewer.person_id or 0, content=content)


@mine.action("portrait/remove/", done=_("已去掉。"), to="mine")
def remove_portrait(request: PageRequest) -> None:
    people.set_own_portrait(by=request.actor, person_id=request.viewer.person_id or 0, content=b"")


class AppealForm(forms.Form):
    why = forms.CharField(
        label=_("为什么不服"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("部门的理由错在哪里；材料在申诉以后补充"),
    )


def own_refused(request: PageRequest, pk: int) -> Correction:
    own = Correction.objects.filter(person=request.viewer.person_id or 0, case__outcome="refused", pk=pk)
    found = own.select_related("case").first()
    if found is None:
        raise NotFoundError(what=_("这件更正"))
    return found


@mine.form(
    "<int:pk>/appeal/",
    AppealForm,
    title=_("更正申诉"),
    lead=_("不同意的更正，另一位负责人再看一次；成立的，部门重新办。一件一次。"),
    subject=Seen(own_refused),
    button=_("申诉"),
    icon="scale",
    done=_("已申诉。办到哪一步在“我的申请”里看，材料也在那里补充。"),
    to="mine",
)
def make_appeal(request: PageRequest, form: AppealForm, found: Correction) -> None:
    appeal(by=request.actor, correction=found, token=uuid4(), **form.cleaned_data)


def answers_for_some(viewer: Viewer) -> bool:
    return bool(overriding.own_fields(viewer))


@desk.page(
    "owned/",
    title=_("请我单位改的"),
    tab=_("请我单位改的"),
    allows=answers_for_some,
    lead=_("我单位负责的几项，谁说过有误、办到哪一步。在“待办”里核对和答复。"),
)
def owned(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有人说有误"), icon="user-round-pen")
    return listing(request, Owned, overriding.owned(request.viewer), OwnedFilters, empty=none, export_as="更正")


@desk.page(
    "overrides/",
    title=_("临时更正"),
    tab=_("临时更正"),
    allows=answers_for_some,
    lead=_(
        "来源一时改不了的姓名、单位，学校数据先改过来，到一天为止。来源改了就自动结束；到期还没改，又以来源为准，双方都会收到消息。"
    ),
)
def overrides(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有在核对的更正"), icon="user-round-pen")
    no_more = Empty(title=_("没有临时更正"), icon="hourglass")
    context = {
        "waiting": list_of(
            request, InHand, list(overriding.in_hand(request.viewer)), caption=_("在核对的"), empty=none
        ),
        "running": list_of(
            request, Running, list(overriding.running(request.viewer)), caption=_("正在用的"), empty=no_more
        ),
    }
    return render(request, "portal/overrides.html", context)


THIS = _("这件更正")


def found_in_hand(request: PageRequest, pk: int) -> Correction:
    return record(overriding.in_hand(request.viewer), THIS)(pk=pk)


def found_running(request: PageRequest, pk: int) -> Correction:
    return record(overriding.running(request.viewer), THIS)(pk=pk)


def initial_of_correction(_request: PageRequest, found: Correction) -> dict[str, Any]:
    return {"value": found.case.data.get("wanted", "")} if found.field == "people.name" else {}


@overrides.form(
    "<int:pk>/",
    OverrideForm,
    title=_("来源改不了，临时更正"),
    lead=_("同意这件更正，学校数据马上改；来源照样要去改。"),
    subject=Seen(found_in_hand),
    arguments=lambda _request, found: {"of": found.field},
    initial=initial_of_correction,
    submit=_("临时更正"),
    done=_("已改，各处副本跟上后这件更正就办结。"),
    to="overrides",
)
def override(request: PageRequest, form: OverrideForm, found: Correction) -> None:
    said = form.cleaned_data
    value = said["value"] if found.field == "people.name" else said["value"].id
    overriding.override(
        by=request.actor,
        person_id=request.viewer.person_id or 0,
        correction=found,
        value=value,
        until=said["until"],
        reason=said["reason"],
    )


@overrides.form(
    "<int:pk>/end/",
    EndForm,
    title=_("提前结束临时更正"),
    lead=_("学校数据马上又以来源为准。"),
    subject=Seen(found_running),
    submit=_("提前结束"),
    tone="danger",
    done=_("已结束，又以来源为准。"),
    to="overrides",
)
def end_override(request: PageRequest, form: EndForm, found: Correction) -> None:
    people.end_override(by=request.actor, override_id=found.override_id or 0, reason=form.cleaned_data["reason"])


@require_POST
def wrong(request: HttpRequest, key: str) -> HttpResponse:
    """Begins the application, filled in as far as it is known. One of the same fact that was begun before goes on as it was left; one of
    another gives way: what is complained of is what the button stands beside."""
    viewer = viewer_of(request)
    field, _colon, number = key.partition(":")
    if field in FIELDS and viewer.person_id is not None:
        begun, meant = flows.begun_draft(viewer.person_id, KEY), {"what": field, "number": number[:40]}
        if not meant.items() <= {"number": "", **begun}.items():
            flows.keep_draft(person_id=viewer.person_id, key=KEY, data=meant)
    return HttpResponseRedirect(reverse("flows:apply", args=[KEY]))


@owners_desk.page("", title=_("更正由谁负责"), lead=_("没有定的，由本流程的主管单位负责人处理。"))
def owners(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有定"), icon="user-round-cog", action=_("定一项"), to="name")
    return listing(request, Owners, FieldOwner.objects.select_related("unit").order_by("field"), empty=none)


@owners_desk.page(
    "behind/",
    title=_("没跟上的副本"),
    lead=_("新的值到了两天，这些地方还是旧的。"),
    count=entered("portal.copies_behind", lambda: copies.behind(Now())),
    waits=True,
)
def behind(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("各处副本都已跟上"), icon="check")
    return listing(request, Behind, copies.behind(), empty=none)


@owners.form(
    "name/",
    OwnerForm,
    title=_("定一项由谁负责"),
    button=_("定一项"),
    icon="plus",
    to="owners",
    done=_("已定，从下一件起。"),
)
def name(request: PageRequest, form: OwnerForm) -> None:
    said = form.cleaned_data
    name_owner(by=request.actor, field=said["field"], unit_id=said["unit"].id, office=said["office"])
