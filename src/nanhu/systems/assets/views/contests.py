"""Contests of invoices (发票争议): whoever judges sees both sides, what the tax office says of each and what was entered by the number."""

from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Empty, Link, Money, PageRequest, Table, Text, Who, list_of
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.money import format_yuan
from nanhu.kernel.ui import dates
from nanhu.platforms.parties import api as parties
from nanhu.systems.assets.forms import CorrectionForm
from nanhu.systems.assets.models import Contest, Invoice, InvoiceFile, Receipt, ReceiptFlag, ReceiptLine
from nanhu.systems.assets.services import contesting
from nanhu.systems.assets.views.cases import console
from nanhu.systems.assets.views.office import BOTH
from nanhu.systems.assets.views.office import desk as office
from nanhu.systems.assets.views.tables import CASE_TONES

contests = console(
    "contests",
    _("发票争议"),
    "scale",
    _("一个发票号交了两份不同的，或被别人手填，核对以哪份为准"),
    order=492,
    roles=BOTH,
)
office.shares_bar_with(*office.bar[1:], contests)


class Contests(Table):
    number = Link(_("发票号"), to="case")
    seller = Text(_("销售方"), "claimed__seller", is_wide=True)
    total_fen = Money(_("价税合计"), "claimed__total_fen")
    reason = Text(_("理由"), is_wide=True)
    author = Who(_("提出"), "author_name", at="created_at", account="author_id")
    state = Badge(_("状态"), names=Contest.State.choices, tones=CASE_TONES, tone="warn")


class Entered(Table):
    title = Text(_("验收单"))
    number = Text(_("入库单号"), is_number=True)
    unit = Text(_("入库单位"), "unit__name", is_wide=True)
    author = Who(_("开单"), "author_name", at="created_at", account="author_id")
    fen = Money(_("各行合计"))
    state = Badge(_("状态"), names=Receipt.State.choices, tones={"received": "good", "waiting": "warn"}, tone="none")
    flag = Badge(_("发票"), names=ReceiptFlag.Result.choices, tones={"open": "bad"}, tone="none")
    correction = Text(_("更正说明"), is_wide=True)


def entered(request: PageRequest, found: Contest) -> Listing:
    """By the number, whoever did: before it is judged all of them may be wrong, afterwards those are that are flagged."""
    told = Q(pk__in=ReceiptFlag.to_set_right().values("pk")) | ~Q(result=ReceiptFlag.Result.OPEN)
    flags = ReceiptFlag.objects.filter(told, receipt=OuterRef("pk")).order_by("-pk")
    rows = Receipt.objects.filter(invoice=found.number, acquired="bought").select_related("unit")
    rows = rows.annotate(
        fen=Sum(F("lines__price_fen") * F("lines__quantity")),
        flag=Subquery(flags.values("result")[:1]),
        correction=Subquery(flags.values("correction")[:1]),
    )
    return list_of(request, Entered, rows.order_by("pk"), per_page=50, caption=_("用这个号码开过的验收单"))


def sides(_request: PageRequest, found: Contest) -> dict[str, Any]:
    both = [side(_("原来的"), found.against)] if found.against else []
    both.append(side(_("后交的"), found.claimed))
    receipts = Receipt.objects.filter(invoice=found.number, acquired="bought").count()
    return {"sides": both, "receipts": receipts, "is_flagged": open_flags(found).exists()}


def side(title: Any, invoice: Invoice) -> dict[str, Any]:
    files = list(invoice.files.select_related("file").order_by("pk"))
    facts = [
        (_("状态"), invoice.get_state_display()),
        (_("发票号"), invoice.number),
        (_("销售方"), invoice.seller),
        (_("开票日期"), dates.short_day(invoice.issued_on, None)),
        (_("价税合计"), format_yuan(invoice.total_fen)),
        (_("明细"), "、".join(f"{one['name']} × {one['quantity']}" for one in invoice.lines[:SHOWN])),
        *((_("谁交的"), f"{one.author_name} {dates.time_words(one.created_at)}") for one in files),
        (_("文件摘要（SHA-256）"), files[0].file.sha256),
    ]
    check = parties.check_of(invoice.number, invoice.total_fen)
    return {"title": title, "facts": facts, "check": check, "file": files[0].file}


def shown(found: Contest) -> str:
    """Against what, and of how many lines and files together, which only grow, it is judged: what came since is seen first."""
    lines = ReceiptLine.objects.filter(receipt__invoice=found.number, receipt__acquired="bought").values("pk")
    files = InvoiceFile.objects.filter(invoice__number=found.number).values("pk")
    return f"{found.against_id} {lines.union(files, all=True).count()}"


SHOWN = 5
"""Lines of an invoice; all stand in its original."""
contest_cases = contests.proposals(
    "",
    Contest,
    Contests,
    on_approve=lambda by, found: contesting.agree(by=by, contest=found),
    on_refuse=lambda by, found, answer: contesting.refuse(by=by, contest=found, answer=answer),
    title=_("发票争议"),
    tab=_("发票争议"),
    lead=_(
        "资产员在“验收入库”提出。对照两份原件和税务端的查验结果，同意即以后交的为准，不同意即维持原来的；交过这张发票、用这个号码开过验收单、经办或验收过其中货物的人不能核对。"
    ),
    empty=Empty(title=_("还没有发票争议"), icon="scale", text=_("资产员在“验收入库”里提出。")),
    found=Contest.objects.select_related("claimed", "against"),
    template="assets/contest.html",
    facts=sides,
    rows=entered,
    agree=lambda found: _("以后交的为准，原来的作废") if found.against_id else _("以原件为准，手填的待更正"),
    seen=shown,
    done={"approve": _("已核对，双方会收到消息。")},
)


def open_flags(found: Contest) -> QuerySet[ReceiptFlag]:
    return ReceiptFlag.to_set_right().filter(contest=found).select_related("receipt").order_by("pk")


@contest_cases.case.form(
    "correct/",
    CorrectionForm,
    title=_("登记更正"),
    lead=_("已入库的留在账上，直到写明怎么更正的。属于现在使用的那张发票的，计入它的金额。"),
    arguments=lambda _request, found: {"flags": open_flags(found)},
    done=_("已登记。"),
)
def correct(request: PageRequest, form: CorrectionForm, _found: Contest) -> None:
    contesting.correct(by=request.actor, **form.cleaned_data)
