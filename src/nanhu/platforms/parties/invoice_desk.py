"""发票查验 for all who work here: what is typed goes to the tax office, and the answer comes into one's own list."""

from datetime import timedelta
from typing import Final

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Console, Empty, Moment, PageRequest, Table, Text, listing
from nanhu.kernel.registry import Viewer
from nanhu.kernel.throttle import Gate, Limit, admit
from nanhu.platforms.parties.adapters import invoices
from nanhu.platforms.parties.forms import InvoiceForm
from nanhu.platforms.parties.models import Inquiry
from nanhu.platforms.parties.parties import Verdict
from nanhu.platforms.parties.presented import RESULTS, TONES, result_of
from nanhu.platforms.parties.queries import answer_of

CHECKS: Final = Limit("parties.check", free=60, cap=600, memory=timedelta(hours=12), leak=60 / 3600)


def works_here(viewer: Viewer) -> bool:
    return viewer.account_id is not None and "staff" in viewer.faces


desk = Console(
    "parties:invoices",
    _("发票查验"),
    icon="receipt",
    owner=_("财务处"),
    description=_("发票是否有效：向税务端查验，答复在这里看"),
    allows=works_here,
    faces=frozenset({"staff"}),
    order=71,
)


def answered(one: Inquiry, name: str) -> str:
    return str(answer_of(one).get(name, "")) if one.verdict == Verdict.VALID else ""


class Checks(Table):
    ordering = ("-created_at",)
    subject = Text(_("发票"), is_number=True)
    result = Badge(_("结果"), result_of, names=RESULTS, tones=TONES, tone="warn")
    seller = Text(_("销方"), lambda one: answered(one, "xfmc"))
    buyer = Text(_("购方"), lambda one: answered(one, "gfmc"), is_wide=True)
    total = Text(_("价税合计（元）"), lambda one: answered(one, "jshj"), is_number=True)
    ended_at = Moment(_("答复时间"))
    created_at = Moment(_("查验时间"))


@desk.page("", title=_("发票查验"), lead=_("税务端没有答复以前，不能当作有效。同一张发票一天最多查五次。"))
def checks(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有查验过发票"), icon="receipt", action=_("查验一张"), to="check_one")
    mine = Inquiry.objects.filter(party="invoices", asked_by__contains=[request.viewer.account_id])
    return listing(request, Checks, mine, empty=none)


@checks.form(
    "check/",
    InvoiceForm,
    title=_("查验发票"),
    button=_("查验一张"),
    submit=_("查验"),
    icon="search",
    prefilled=("number", "amount"),
    to="checks",
    done=_("已送去查验，答复来了在这里看。"),
)
def check_one(request: PageRequest, form: InvoiceForm) -> None:
    admit([Gate(CHECKS, f"account:{request.viewer.account_id}")])
    invoices.check(by=request.actor, invoice=form.invoice())
