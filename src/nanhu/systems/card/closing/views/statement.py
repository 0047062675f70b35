"""The holder's statement: to read and print, and to keep with its proofs."""

import json
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.kit import Money, Table, Text, list_of
from nanhu.kernel.kit.submissions import once
from nanhu.kernel.school import school
from nanhu.kernel.ui import dates
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.closing.printing import print_statement
from nanhu.systems.card.closing.statements import Holder, shown_statement, statement_of
from nanhu.systems.card.filters import DayFilters
from nanhu.systems.card.views.frame import own_card


class Statement(Table):
    time = Text(_("入账时间"), lambda row: dates.second_words(datetime.fromisoformat(row["posted_at"])), is_number=True)
    merchant = Text(_("商户"), lambda row: " ".join(one for one in (row["merchant"], row["canteen"]) if one))
    terminal = Text(_("终端号"), is_number=True)
    what = Text(_("类别"))
    fen = Money(_("金额"), is_signed=True)
    balance_fen = Money(_("余额"))
    block = Text(_("封印块"), lambda row: row["block"] or _("待封印"), is_number=True)


def holder_of(request: HttpRequest) -> Holder:
    viewer = viewer_of(request)
    return Holder(name=viewer.name, campus_no=viewer.campus_no)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    days = DayFilters(request.GET).range
    document = shown_statement(own_card(request), holder_of(request), days)
    rows = document["rows"]
    sealed = sum(row["block"] is not None for row in rows)
    facts = {
        "statement": document,
        "days": days,
        "list": list_of(request, Statement, rows, caption=_("对账单明细"), per_page=max(len(rows), 1)),
        "sealed": sealed,
        "school": school(),
        "waiting": len(rows) - sealed,
        "key": ledger.current_key().public,
    }
    return render(request, "card/closing/statement.html", facts)


@require_safe
def download(request: HttpRequest) -> HttpResponse:
    days = DayFilters(request.GET).range
    document = statement_of(own_card(request), holder_of(request), days)
    name = f"statement-{days.first:%Y%m%d}-{days.last:%Y%m%d}.json"
    return HttpResponse(
        json.dumps(document, ensure_ascii=False, indent=1),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@require_POST
def paper(request: HttpRequest) -> HttpResponse:
    """A numbered PDF with its code, kept: whoever is shown it asks at /v/. A button that is pressed twice prints one."""
    days = DayFilters(request.POST).range
    answer = once(
        request,
        "card:statement_paper",
        lambda: print_statement(by=person_at(request), card=own_card(request), holder=holder_of(request), days=days),
        lambda document: reverse("files:download", args=[document.file.public_id]),
    )
    return redirect(answer.address)


@require_safe
def verifier(_request: HttpRequest) -> HttpResponse:
    """The program that checks a statement; it needs Python and nothing of this house."""
    return HttpResponse(
        ledger.STATEMENT_VERIFIER.read_text("utf-8"),
        content_type="text/x-python; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="verify_statement.py"'},
    )
