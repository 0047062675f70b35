"""The desk of the directory (电话簿维护): each unit keeps its phones, accounts and answers; emergency numbers by two people."""

from typing import Any
from uuid import uuid4

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.forms import Form
from django.forms.models import model_to_dict
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import dated
from nanhu.kernel.kit import (
    Badge,
    Console,
    Day,
    Empty,
    Filters,
    FoldedSearch,
    Link,
    Markup,
    Number,
    Page,
    PageRequest,
    Span,
    Table,
    Text,
    Views,
    Who,
    listing,
)
from nanhu.kernel.kit.records import Seen, seen
from nanhu.kernel.registry import Viewer
from nanhu.kernel.revisions import revision_of
from nanhu.services.directory import policies
from nanhu.services.directory.errors import TwoPeopleError
from nanhu.services.directory.forms import (
    LARGEST_PICTURE,
    AccountChangeForm,
    AccountForm,
    AnswerChangeForm,
    AnswerForm,
    ClosedForm,
    NumberForm,
    PhoneChangeForm,
    PhoneForm,
    SeasonForm,
)
from nanhu.services.directory.models import KINDS, Account, Answer, EmergencyChange, Phone, UnitHours
from nanhu.services.directory.rules import CONFIRMED_FOR
from nanhu.services.directory.services import emergencies, hours, keeping

desk = Console(
    "directory:desk",
    _("电话簿维护"),
    icon="book-user",
    owner=_("信息中心"),
    description=_("本单位的电话、作息、公众号和常见问答；每年确认一次"),
    roles=policies.ROLES,
    order=85,
)


class KeptFilters(Filters):
    q = FoldedSearch(label=_("名称、单位或拼音"))
    show = Views({"overdue": (_("该确认的"), Q(confirmed_on__lt=Now() - CONFIRMED_FOR))})


def kept(kind: str) -> Seen:
    """The row, if this viewer keeps it; else there is none."""
    model = KINDS[kind]
    return seen(lambda viewer: policies.kept_by(viewer, model.objects.all()), model.what)


def hang_presses(page: Page, kind: str) -> None:
    """Each line is confirmed by a press, and taken away by a second one: the two stand side by side, under one thumb."""

    def confirm(request: PageRequest, found: Any) -> None:
        keeping.confirm(by=request.actor, row=found)

    def remove(request: PageRequest, _form: Form, found: Any) -> None:
        if kind == Phone.kind and found.is_emergency:
            raise TwoPeopleError
        keeping.remove(by=request.actor, row=found)

    confirm.__name__, remove.__name__ = f"confirm_{kind}", f"remove_{kind}"
    page.action("<uuid:public_id>/confirm/", subject=kept(kind), done=_("已确认。"))(confirm)
    page.form(
        "<uuid:public_id>/remove/",
        Form,
        title=_("去掉这一条"),
        submit=_("去掉这一条"),
        icon="x",
        tone="danger",
        done=_("已去掉。"),
        lead=_("去掉以后，簿子和搜索里都没有了；要恢复得重新登记。"),
        subject=kept(kind),
        about=str,
        to=page.name,
    )(remove)


def enter(request: PageRequest, kind: str, said: dict[str, Any]) -> Any:
    unit_id = policies.unit_kept(request.viewer, said.pop("unit"))
    return keeping.enter(by=request.actor, kind=kind, unit_id=unit_id, facts=said)


class Phones(Table):
    name = Link(_("办什么"), to="change_phone")
    number = Text(_("号码"), "full_number", is_number=True)
    hours = Text(_("工作日办公时间"))
    unit = Text(_("单位"), "unit__name")
    confirmed = Day(_("确认于"), "confirmed_on")
    action = Markup(_("操作"), "directory/_deeds.html")


@desk.page("", title=_("电话"), tab=_("电话"))
def phones(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有登记电话"), icon="phone", action=_("登记第一个"), to="add_phone")
    rows = policies.kept_by(request.viewer, Phone.objects.order_by("unit__code", "name"))
    return listing(request, Phones, rows, KeptFilters, empty=none, export_as="校内电话")


@phones.form("new/", PhoneForm, title=_("登记电话"), button=_("登记电话"), icon="plus", done=_("已登记。"), to="phones")
def add_phone(request: PageRequest, form: PhoneForm) -> None:
    enter(request, "phone", form.cleaned_data)


def said_of(_request: PageRequest, one: Any) -> dict[str, Any]:
    place = getattr(one, "place", None)
    return {**model_to_dict(one), "place": place.key if place else "", "revision": revision_of(one, one.says)}


@phones.form(
    "<uuid:public_id>/",
    PhoneChangeForm,
    title=_("改电话"),
    subject=kept("phone"),
    initial=said_of,
    done=_("已改。"),
    to="phones",
)
def change_phone(request: PageRequest, form: PhoneChangeForm, found: Phone) -> None:
    said = form.cleaned_data
    if found.is_emergency and (said["number"], said["extension"]) != (found.number, found.extension):
        raise TwoPeopleError
    keeping.change(by=request.actor, row=found, facts=said, revision=said.pop("revision"))


@phones.form(
    "<uuid:public_id>/number/",
    NumberForm,
    title=_("申请改号"),
    lead=_("应急电话改号要另一人复核；复核之前，簿子里还是原来的号码。"),
    subject=kept("phone"),
    done=_("已申请，等另一人复核。"),
    to="phones",
)
def ask_number(request: PageRequest, form: NumberForm, found: Phone) -> None:
    emergencies.ask(by=request.actor, token=uuid4(), phone=found, **form.cleaned_data)


hang_presses(phones, "phone")


class Accounts(Table):
    name = Link(_("名称"), to="change_account")
    handle = Text(_("微信号"))
    unit = Text(_("单位"), "unit__name")
    confirmed = Day(_("确认于"), "confirmed_on")
    action = Markup(_("操作"), "directory/_deeds.html")


@desk.page("accounts/", title=_("公众号"), tab=_("公众号"))
def accounts(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有登记公众号"), icon="qr-code", action=_("登记第一个"), to="add_account")
    rows = policies.kept_by(request.viewer, Account.objects.order_by("unit__code", "name"))
    return listing(request, Accounts, rows, KeptFilters, empty=none, export_as="公众号")


@accounts.form(
    "new/",
    AccountForm,
    title=_("登记公众号"),
    button=_("登记公众号"),
    lead=_("图片里的二维码读出来以后重新画，图片本身不留。"),
    done=_("已登记。"),
    to="accounts",
    largest_file=LARGEST_PICTURE + 100_000,
)
def add_account(request: PageRequest, form: AccountForm) -> None:
    said = form.cleaned_data
    said["address"] = said.pop("picture")
    enter(request, "account", said)


@accounts.form(
    "<uuid:public_id>/",
    AccountChangeForm,
    title=_("改公众号"),
    subject=kept("account"),
    initial=said_of,
    done=_("已改。"),
    to="accounts",
)
def change_account(request: PageRequest, form: AccountChangeForm, found: Account) -> None:
    said = form.cleaned_data
    keeping.change(by=request.actor, row=found, facts=said, revision=said.pop("revision"))


hang_presses(accounts, "account")


class Answers(Table):
    question = Link(_("问题"), to="change_answer")
    unit = Text(_("单位"), "unit__name")
    revision = Number(_("第几版"))
    confirmed = Day(_("确认于"), "confirmed_on")
    action = Markup(_("操作"), "directory/_deeds.html")


@desk.page("answers/", title=_("常见问答"), tab=_("问答"))
def answers(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有登记问答"), icon="circle-question-mark", action=_("登记第一个"), to="add_answer")
    rows = policies.kept_by(request.viewer, Answer.objects.order_by("unit__code", "question"))
    return listing(request, Answers, rows, KeptFilters, empty=none, export_as="常见问答")


@answers.form("new/", AnswerForm, title=_("登记问答"), button=_("登记问答"), done=_("已登记。"), to="answers")
def add_answer(request: PageRequest, form: AnswerForm) -> None:
    enter(request, "answer", form.cleaned_data)


@answers.form(
    "<uuid:public_id>/",
    AnswerChangeForm,
    title=_("改问答"),
    subject=kept("answer"),
    initial=said_of,
    done=_("已改。"),
    to="answers",
)
def change_answer(request: PageRequest, form: AnswerChangeForm, found: Answer) -> None:
    said = form.cleaned_data
    keeping.change(by=request.actor, row=found, facts=said, revision=said.pop("revision"))


hang_presses(answers, "answer")


class Hours(Table):
    title = Text(_("名称"))
    unit = Text(_("单位"), "unit__name")
    kind = Badge(_("种类"), names=UnitHours.Kind.choices, tones={"season": "info"}, tone="warn")
    days = Span(_("日期"))
    hours = Text(_("工作日办公时间"))
    other_hours = Text(_("节假日、周末"), is_wide=True)
    reason = Text(_("依据"), is_wide=True)
    action = Markup(_("操作"), "directory/_hours_deeds.html")


def kept_hours(viewer: Viewer) -> QuerySet[UnitHours]:
    rows = dated.not_over(UnitHours.objects.select_related("unit"))
    return policies.of_units_kept_by(viewer, rows.order_by("unit__code", "kind", "starts_on"))


@desk.page(
    "hours/",
    title=_("办公作息"),
    tab=_("办公作息"),
    lead=_("“现在有没有人”和办理时限都按这里算；没写的日子按学校的规定。下级单位没写的，按上级的。"),
)
def unit_hours(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有登记作息"), icon="sun", action=_("登记作息"), to="add_season")
    return listing(request, Hours, kept_hours(request.viewer), empty=none, export_as="作息")


@unit_hours.form(
    "new/", SeasonForm, title=_("登记作息"), button=_("登记作息"), icon="sun", done=_("已登记。"), to="unit_hours"
)
def add_season(request: PageRequest, form: SeasonForm) -> None:
    enter_hours(request, form.cleaned_data, UnitHours.Kind.SEASON)


@unit_hours.form(
    "closed/",
    ClosedForm,
    title=_("登记停办公"),
    button=_("登记停办公"),
    icon="calendar-off",
    done=_("已登记。"),
    to="unit_hours",
)
def add_closed(request: PageRequest, form: ClosedForm) -> None:
    enter_hours(request, form.cleaned_data, UnitHours.Kind.CLOSED)


def enter_hours(request: PageRequest, said: dict[str, Any], kind: str) -> None:
    hours.enter(by=request.actor, kind=kind, unit_id=policies.unit_kept(request.viewer, said.pop("unit")), **said)


@unit_hours.form(
    "<uuid:public_id>/end/",
    Form,
    title=_("停用作息"),
    submit=_("停用作息"),
    icon="x",
    tone="danger",
    lead=_("停用以后，这些日子按上级的或学校的作息算。"),
    subject=seen(kept_hours, UnitHours.what),
    about=str,
    done=_("已停用。"),
    to="unit_hours",
)
def end_hours(request: PageRequest, _form: Form, found: UnitHours) -> None:
    hours.end(by=request.actor, rule=found)


class Changes(Table):
    phone = Link(_("电话"), "phone__name", to="case")
    unit = Text(_("单位"), "phone__unit__name")
    before = Text(_("原来"), is_number=True)
    number = Text(_("改为"), lambda one: f"{one.number} {one.extension}".strip() or _("取消"), is_number=True)
    author = Who(_("申请"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(
        _("状态"), names=EmergencyChange.State.choices, tones={"applied": "good", "refused": "none"}, tone="warn"
    )


changes = desk.proposals(
    "changes/",
    EmergencyChange,
    Changes,
    title=_("应急电话改号"),
    tab=_("改号复核"),
    roles=(policies.KEEPER,),
    found=EmergencyChange.objects.select_related("phone__unit"),
    on_approve=lambda by, one: emergencies.approve(by=by, change=one),
    on_refuse=lambda by, one, answer: emergencies.refuse(by=by, change=one, answer=answer),
    empty=Empty(title=_("没有要复核的改号"), icon="siren"),
)
