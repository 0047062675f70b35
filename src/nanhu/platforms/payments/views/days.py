"""The close of days (日结): run it, read the sheet of a day, explain its differences; vouchers and the trial balance beside it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today, end_of, now
from nanhu.kernel.jobs import start_progress
from nanhu.kernel.kit import (
    AsOf,
    Badge,
    Empty,
    Filters,
    Link,
    Markup,
    Moment,
    Money,
    Number,
    PageRequest,
    Period,
    Table,
    Text,
    Views,
    Who,
    form_of,
    list_of,
    listing,
)
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.kit.records import record
from nanhu.kernel.registry import Text as Words
from nanhu.kernel.school import school
from nanhu.kernel.ui import dates
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments import queries, vouchers
from nanhu.platforms.payments.account_groups import group_name
from nanhu.platforms.payments.console import desk
from nanhu.platforms.payments.day_sources import figures
from nanhu.platforms.payments.forms import CloseForm, NoteForm
from nanhu.platforms.payments.jobs import close_day_by_hand
from nanhu.platforms.payments.models import DayClose, DayDifference
from nanhu.platforms.payments.policies import FINANCE_ONLY
from nanhu.platforms.payments.services import days as closing

State = DayClose.State
TONES: dict[str, Tone] = {State.CLOSED: "good", State.OPEN: "bad", State.AWAITING: "warn", State.EXPLAINED: "info"}
GONE = DayDifference.State.GONE
PER_PAGE, WHOLE = 31, 10_000


class Days(Table):
    ordering = ("-day",)
    day = Link(_("日期"), lambda one: dates.short_day(one.day, campus_today().year), to="day", by=("key",), sort="day")
    state = Badge(_("状态"), names=State.choices, tones=TONES)
    finished_at = Moment(_("核对时间"))
    by = Who(_("经办"), "by_name")
    runs = Number(_("第几次"))


class DayFilters(Filters):
    state = Views({one.value: (one.label, Q(state=one)) for one in State if one != State.RUNNING})


class Groups(Table):
    """What moved, of a day or in all."""

    group = Text(_("科目组"), lambda row: group_name(row["group"]))
    kind = Text(_("类别"), lambda row: ledger.kind_name(row["kind"]))
    debit_fen = Money(_("借方"))
    credit_fen = Money(_("贷方"))


class Trial(Groups):
    code = Text(_("会计科目"))
    net_fen = Money(_("余额"))


class TrialFilters(Filters):
    day = AsOf(_("截至日期"))


class VoucherFilters(Filters):
    days = Period(_("日期"))


class VoucherLines(Table):
    code = Text(_("科目编码"), is_number=True)
    name = Text(_("科目名称"))
    group = Text(_("科目组"), lambda line: group_name(line.group))
    debit_fen = Money(_("借方"), total=True)
    credit_fen = Money(_("贷方"), total=True)


class Differences(Table):
    what = Text(_("差异"))
    ours_fen = Money(_("我方"))
    theirs_fen = Money(_("对方"))
    difference_fen = Money(_("相差"))
    owner = Text(_("责任方"))
    state = Markup(_("状态"), "payments/_explained.html")


class Suspects(Table):
    what = Text(_("哪一条通知"))
    fen = Money(_("金额"))
    owner = Text(_("谁来处理"))


class Roots(Table):
    chain = Text(_("封印链"), lambda row: _("审计日志") if row["chain"] == "audit" else _("总账"))
    root = Markup(_("块号和根"), "payments/_root.html")


@desk.page(
    "days/",
    title=_("日结"),
    tab=_("日结"),
    roles=FINANCE_ONLY,
    count=lambda _viewer: queries.open_day_differences(),
    lead=_(
        "每天的总账、终端、银行三方核对；差异注明责任方和处理办法。每天凌晨自动运行；随时可以重新核对，不会重复记账。"
    ),
)
def days(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有日结"), icon="calendar-check", text=_("在上面选昨天，点“核对这一天”。"))
    facts = {"form": form_of(request, CloseForm), "run": run.address()}
    rows = DayClose.objects.all()
    return listing(
        request, Days, rows, DayFilters, empty=none, per_page=PER_PAGE, template="payments/days.html", facts=facts
    )


@days.action("run/", form=CloseForm)
def run(request: PageRequest, form: CloseForm) -> HttpResponseBase:
    """The close runs in the worker; the page shows how far it is."""
    by, day = request.actor, form.cleaned_data["day"]
    closing.check_close_by_hand(by=by, day=day)
    title = _("%(day)s 日结") % {"day": day}
    progress = start_progress(kind="payments.close_day", title=str(title), total=1, by=by)
    close_day_by_hand.defer(
        progress_id=str(progress.public_id), day=day.isoformat(), name=by.name, account_id=by.account_id
    )
    return redirect("progress", public_id=progress.public_id)


def whole(request: PageRequest, table: type[Table], rows: Sequence[Any], caption: Words) -> Listing:
    """The sheet of a day is one piece of paper."""
    return list_of(request, table, rows, caption=caption, per_page=WHOLE)


def parts_of(request: PageRequest, kept: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What each room shows of the day."""
    found = [(one, kept[one.key], one.rows(kept[one.key])) for one in figures if kept.get(one.key)]
    return [
        {"lead": one.lead(values), "is_folded": one.is_folded, "list": whole(request, one.table, rows, one.title)}
        for one, values, rows in found
        if rows
    ]


@days.page("<str:key>/", title=_("一天的日结"), subject=queries.day_with, opens_whole=True)
def day(request: PageRequest, close: DayClose) -> HttpResponseBase:
    differences = list(close.differences.order_by("state", "source", "key"))
    moved = whole(request, Groups, close.figures.get("groups", []), _("当日发生"))
    facts = {
        "close": close,
        "figures": close.figures,
        "parts": parts_of(request, close.figures),
        "moved": moved,
        "school": school(),
        "note": form_of(request, NoteForm),
        "run": run.address(),
        "tone": TONES.get(close.state, ""),
        "living": whole(request, Differences, [one for one in differences if one.state != GONE], _("差异")),
        "gone": [one for one in differences if one.state == GONE],
        "suspects": whole(
            request, Suspects, close.figures.get("custody", {}).get("suspects", []), _("可疑的到账通知，没有入账")
        ),
        "roots": whole(request, Roots, close.figures.get("roots", []), _("封印的根")),
    }
    return render(request, "payments/day.html", facts)


OF_A_DAY = record(DayDifference.objects.select_related("close"), _("这条差异"))


@day.action(
    "differences/<uuid:public_id>/",
    form=NoteForm,
    done=_("已记下说明。"),
    subject=lambda key, public_id: OF_A_DAY(public_id=public_id),  # noqa: ARG005 - its day stands in the row
)
def explain_of_day(request: PageRequest, form: NoteForm, found: DayDifference) -> None:
    closing.explain(by=request.actor, difference=found, note=form.cleaned_data["note"])


def requested_range(request: PageRequest) -> tuple[date, date]:
    """The month so far, up to yesterday, unless the address says other days."""
    said = VoucherFilters(request.GET).form.cleaned_data
    last = said.get("last") or campus_today() - timedelta(days=1)
    return min(said.get("first") or last.replace(day=1), last), last


@desk.page(
    "vouchers/",
    title=_("会计凭证"),
    tab=_("凭证"),
    roles=FINANCE_ONLY,
    lead=_("一段日子里各科目的发生额，导出后交学校记账。科目编码由信息中心在学校配置里设。"),
)
def vouchers_of(request: PageRequest) -> HttpResponseBase:
    first, last = requested_range(request)
    none = Empty(title=_("这段日子没有发生"), icon="file-spreadsheet", text=_("换一段日子。"))
    facts = {
        "days": dates.span_words(first, last),
        "asked": f"?first={first}&last={last}",
        "csv": voucher_csv.address(),
        "xml": voucher_xml.address(),
    }
    return listing(
        request,
        VoucherLines,
        vouchers.voucher(first, last),
        VoucherFilters,
        empty=none,
        per_page=WHOLE,
        template="payments/vouchers.html",
        facts=facts,
    )


def handed_out(request: PageRequest, kind: str) -> Mapping[str, str]:
    first, last = requested_range(request)
    name = f"voucher-{first:%Y%m%d}-{last:%Y%m%d}.{kind}"
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


@vouchers_of.download("voucher.csv")
def voucher_csv(request: PageRequest) -> HttpResponseBase:
    lines = vouchers.voucher_csv(*requested_range(request))
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=handed_out(request, "csv"))


@vouchers_of.download("voucher.xml")
def voucher_xml(request: PageRequest) -> HttpResponseBase:
    text = vouchers.voucher_xml(*requested_range(request))
    return HttpResponse(text, content_type="application/xml", headers=handed_out(request, "xml"))


@desk.page("trial/", title=_("试算平衡"), tab=_("试算平衡"), roles=FINANCE_ONLY)
def trial(request: PageRequest) -> HttpResponseBase:
    """At the end of a day, or of this moment where none is asked."""
    asked = TrialFilters(request.GET).form.cleaned_data.get("day")
    at = min(asked, campus_today()) if asked else None
    known, rows = vouchers.codes(), closing.by_group(ledger.trial_at(end_of(at) if at else now()))
    shown: list[dict[str, Any]] = [
        {
            "group": row.group,
            "kind": row.kind,
            "code": " ".join(known.get(row.group, vouchers.OTHER)),
            "debit_fen": row.debit_fen,
            "credit_fen": row.credit_fen,
            "net_fen": row.net_fen,
        }
        for row in rows
    ]
    none = Empty(title=_("还没有账"), icon="landmark")
    facts = {
        "day": at,
        "as_of": now(),
        "debit_fen": sum(row.debit_fen for row in rows),
        "credit_fen": sum(row.credit_fen for row in rows),
    }
    return listing(
        request, Trial, shown, TrialFilters, empty=none, per_page=WHOLE, template="payments/trial.html", facts=facts
    )
