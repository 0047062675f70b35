"""Payout files to the bank and its result files (代付): finance makes a file, the bank pays, the result is handed in."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import (
    Badge,
    Empty,
    Link,
    Moment,
    Money,
    Number,
    PageRequest,
    Table,
    Text,
    Who,
    list_of,
    listing,
)
from nanhu.kernel.kit.cases import faulty
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.records import record
from nanhu.kernel.sheets import FaultyRowsError
from nanhu.platforms.payments.console import desk
from nanhu.platforms.payments.forms import LARGEST_FILE, ResultForm
from nanhu.platforms.payments.models import BankPayout, PayoutFile
from nanhu.platforms.payments.policies import FINANCE_ONLY
from nanhu.platforms.payments.services import payout_files
from nanhu.platforms.payments.services import payouts as paying

State = BankPayout.State
TONES: dict[str, Tone] = {State.PAID: "good", State.RETURNED: "bad"}
RECENT = 30


class Files(Table):
    ordering = ("-created_at",)
    number = Link(_("编号"), to="payout_file", is_number=True)
    created_at = Moment(_("时间"))
    maker = Who(_("经办"), "maker_name")
    row_count = Number(_("笔数"))
    sum_fen = Money(_("金额"))


class ByWire(Table):
    created_at = Moment(_("时间"))
    amount_fen = Money(_("金额"))
    tail = Text(_("尾号"), is_number=True)
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")
    sentence = Text(_("说明"))
    again = Text(_("后来"), lambda one: _("已重新待领") if one.again_entry_id else "")


class InFile(Table):
    number = Text(_("付款编号"), is_number=True)
    name = Text(_("户名"))
    tail = Text(_("尾号"), is_number=True)
    amount_fen = Money(_("金额"))
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")
    said = Text(_("银行流水号或原因"), lambda one: one.sentence if one.state == State.RETURNED else one.reference)


@desk.page(
    "payouts/",
    title=_("代付文件"),
    tab=_("代付文件"),
    roles=FINANCE_ONLY,
    count=lambda _viewer: paying.waiting_count(),
    lead=_("应退给本人的钱打包成文件交银行付款；银行的结果文件交回来才算付成，退回的进下一个文件。"),
)
def payout_files_made(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("没有等银行付款的退款"),
        icon="file-spreadsheet",
        text=_("离校退款由两位经办人同意以后出现在这里，打包成一个文件交银行。"),
    )
    wired = list(BankPayout.objects.filter(file=None).order_by("-pk")[:RECENT])
    facts = {
        "waiting": paying.waiting_count(),
        "make": make.address(),
        "wired": list_of(request, ByWire, wired, caption=_("逾期未领，退回银行卡")) if wired else None,
    }
    rows = PayoutFile.objects.select_related("channel")
    return listing(request, Files, rows, empty=none, per_page=RECENT, template="payments/payouts.html", facts=facts)


@payout_files_made.action("make/", to="payout_file", done=_("文件已生成。下载后交给银行，再把银行的结果文件交回来。"))
def make(request: PageRequest) -> PayoutFile:
    return paying.make_file(by=request.actor)


def facts_of(request: PageRequest, file: PayoutFile) -> Mapping[str, Any]:
    rows = file.payouts.order_by("pk")
    return {
        "file": file,
        "download": payout_download.address(public_id=file.public_id),
        "list": list_of(request, InFile, rows, caption=_("每一笔"), per_page=RECENT),
    }


@payout_files_made.form(
    "<uuid:public_id>/",
    ResultForm,
    title=_("一个代付文件"),
    submit=_("交结果文件"),
    icon="upload",
    to="payout_file",
    subject=record(PayoutFile.objects.select_related("channel"), _("这个代付文件")),
    largest_file=LARGEST_FILE + 100_000,
    facts=facts_of,
    template="payments/payout_file.html",
    done=lambda made: str(_("付款成功 %(paid)s 笔，退回 %(returned)s 笔，此前已处理 %(known)s 笔。") % made),
)
def payout_file(request: PageRequest, form: ResultForm, file: PayoutFile) -> dict[str, int]:
    try:
        results = payout_files.read_payout_results(file, form.cleaned_data["file"])
    except FaultyRowsError as error:
        raise faulty(request, error.facts["faults"]) from error  # type: ignore[arg-type]  # facts are untyped
    return paying.take_results(by=request.actor, file=file, results=results)


@payout_file.download("file.csv")
def payout_download(_request: PageRequest, file: PayoutFile) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        payout_files.payout_lines(file),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file.number}.csv"', "Cache-Control": "no-store"},
    )
