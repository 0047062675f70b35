"""Agreements (签约): what the bank said of each, and the list of new students that is signed before they come (A141)."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import (
    Badge,
    Choice,
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
    Who,
    list_of,
    listing,
)
from nanhu.kernel.kit.cases import faulty, say_unread
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.records import record
from nanhu.kernel.sheets import FaultyRowsError
from nanhu.kernel.sheets.writing import WORKBOOK, attachment
from nanhu.platforms.payments import queries
from nanhu.platforms.payments.console import desk
from nanhu.platforms.payments.forms import LARGEST_FILE, SigningForm
from nanhu.platforms.payments.models import Agreement, BulkSigning
from nanhu.platforms.payments.services.bulk import SIGNINGS, sign_all

State = Agreement.State
TONES: dict[str, Tone] = {State.ACTIVE: "good", State.REFUSED: "bad", State.CANCELLED: "none"}
PER_PAGE = 30


class Agreements(Table):
    ordering = ("-created_at",)
    person = Person(_("姓名"), "person_id", sort=False)
    bank = Text(_("银行卡"), lambda one: f"{one.channel.name} {one.tail}")
    source = Text(_("来源"), names=dict(Agreement.Source.choices))
    created_at = Moment(_("提交时间"))
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")
    sentence = Text(_("银行答复"))


class Whose(Search):
    def condition(self, given: Mapping[str, Any]) -> Q | None:
        return queries.whose(given[""]) if given[""] else None


class AgreementFilters(Filters):
    q = Whose(label=_("学工号、姓名、拼音，或银行卡末四位"))
    state = Choice(_("状态"), State.choices)


class Signings(Table):
    ordering = ("-created_at",)
    file_name = Link(_("文件"), lambda one: one.file_name or _("名单"), to="signing", sort="file_name")
    created_at = Moment(_("时间"))
    author = Who(_("经办"), "author_name")
    row_count = Number(_("人数"))


class SigningRows(Table):
    line = Number(_("行号"))
    person = Person(_("姓名"), "person_id")
    tail = Text(_("尾号"), is_number=True)
    result = Text(_("结果"), lambda one: one.agreement.get_state_display() if one.agreement else _("未送银行"))
    sentence = Text(_("银行答复"), lambda one: one.agreement.sentence if one.agreement else one.note)


@desk.page(
    "agreements/",
    title=_("签约"),
    tab=_("签约"),
    lead=_("谁签了银行卡、银行怎么答复。本人在网页或圈存机上签约，新生可以批量预签约。"),
)
def agreements(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有签约"), icon="handshake", text=_("本人在网页或圈存机上签约，新生可以批量预签约。"))
    rows = Agreement.objects.select_related("channel")
    return listing(
        request,
        Agreements,
        rows,
        AgreementFilters,
        empty=none,
        export_as=str(_("签约")),
        per_page=PER_PAGE,
        template="payments/agreements.html",
        facts={"refused": queries.refused_of_late()},
    )


def facts(request: PageRequest) -> Mapping[str, Any]:
    rows = BulkSigning.objects.all()
    return {
        "list": list_of(request, Signings, rows, caption=_("历次名单"), per_page=PER_PAGE),
        "template": template.address(),
    }


@desk.form(
    "bulk/",
    SigningForm,
    title=_("批量预签约"),
    tab=_("批量预签约"),
    lead=_(
        "新生来校以前，把银行开好的卡和学校名册对上：整份先核对学号、姓名、证件号，再逐行送银行核验四项。文件和卡号都不保存。"
    ),
    submit=_("核对并送银行"),
    icon="upload",
    to="signing",
    largest_file=LARGEST_FILE + 100_000,
    facts=facts,
    template="payments/bulk.html",
)
def bulk(request: PageRequest, form: SigningForm) -> BulkSigning:
    said = form.cleaned_data
    lines = SIGNINGS.read(said["file"])
    try:
        made = sign_all(by=request.actor, lines=lines, file_name=form.file_name, token=said["token"])
    except FaultyRowsError as error:
        raise faulty(request, error.facts["faults"]) from error  # type: ignore[arg-type]  # facts are untyped
    say_unread(request, lines)
    return made


@bulk.download("template.xlsx")
def template(_request: PageRequest) -> HttpResponseBase:
    name = str(_("批量预签约"))
    return attachment(HttpResponse(SIGNINGS.form(name=name), content_type=WORKBOOK), f"{name}.xlsx")


@bulk.page("<uuid:public_id>/", title=_("预签约结果"), subject=record(BulkSigning.objects.all(), _("这份名单")))
def signing(request: PageRequest, found: BulkSigning) -> HttpResponseBase:
    rows = list(found.rows.select_related("agreement").order_by("line"))
    states = [one.agreement.state if one.agreement else "none" for one in rows]
    shown = {
        "signing": found,
        "list": list_of(request, SigningRows, rows, caption=_("逐行结果"), per_page=SIGNINGS.most),
        "active": states.count(State.ACTIVE),
        "asked": states.count(State.ASKED) or len(rows) < found.row_count,
        "waiting": states.count(State.ASKED),
        "failed": states.count(State.REFUSED) + states.count("none"),
    }
    return render(request, "payments/signing.html", shown)
