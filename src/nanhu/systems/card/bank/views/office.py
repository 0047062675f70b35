"""The office's desk of the bank: what waits, agreements, loads and top-ups under way, sums nobody claimed, who is not signed."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.clock import campus_time
from nanhu.kernel.money import plain_yuan
from nanhu.kernel.sheets.writing import csv_lines
from nanhu.platforms.payments.api import Agreement
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank import queries
from nanhu.systems.card.bank.errors import LoadNotFoundError
from nanhu.systems.card.bank.models import Load, OnlineTopUp
from nanhu.systems.card.bank.policies import office_only
from nanhu.systems.card.bank.services import app_bounds
from nanhu.systems.card.funds.policy import unclaimed_return_days
from nanhu.systems.card.policies import FINANCE
from nanhu.systems.card.views.frame import viewer_of

PAGE = 30


def asked_page(request: HttpRequest, rows: Any) -> Any:
    return Paginator(rows, PAGE).get_page(request.GET.get("page"))


def asked_text(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:80]


@require_safe
@never_cache
@office_only
def desk(request: HttpRequest) -> HttpResponse:
    facts = {
        "counts": queries.desk(),
        "apps": app_bounds.apps(),
        "alarming": app_bounds.alarming(),
        "is_finance": FINANCE in viewer_of(request).roles,
    }
    return render(request, "card_bank/desk.html", facts)


@require_POST
@office_only
def switch_app(request: HttpRequest, key: str) -> HttpResponse:
    is_on = request.POST.get("is_on") == "yes"
    app = app_bounds.switch(by=person_at(request), key=key, is_on=is_on, reason=request.POST.get("reason", "")[:200])
    said = _("已启用：%(app)s") if app.is_on else _("已停用：%(app)s，从现在起不再答复它")
    messages.success(request, said % {"app": app.name})
    return redirect("card:card_bank:desk")


@require_safe
@never_cache
@office_only
def agreements(request: HttpRequest) -> HttpResponse:
    q, state = asked_text(request, "q"), asked_text(request, "state")
    page = asked_page(request, queries.agreements(q, state))
    facts = {
        "page": page,
        "rows": queries.named(page.object_list, lambda one: one.person_id),
        "q": q,
        "state": state,
        "states": Agreement.State.choices,
    }
    return render(request, "card_bank/agreements.html", facts)


@require_safe
@never_cache
@office_only
def unsigned(request: HttpRequest) -> HttpResponse:
    since = asked_day(request)
    page = asked_page(request, queries.unsigned_cards(since))
    facts = {"page": page, "rows": queries.named(page.object_list, lambda one: one.person_id), "since": since}
    return render(request, "card_bank/unsigned.html", facts)


def asked_day(request: HttpRequest) -> date:
    try:
        return max(date.fromisoformat(request.GET.get("since", "")), date(1990, 1, 1))
    except ValueError:
        return queries.usual_since()


@require_safe
@never_cache
@office_only
def loads(request: HttpRequest) -> HttpResponse:
    """Loads of any state, with the online top-ups that have not ended beside them."""
    state = asked_text(request, "state") or "under_way"
    page = asked_page(request, queries.loads(state))
    moving = (
        OnlineTopUp.objects.filter(state__in=queries.MOVING).select_related("card", "channel").order_by("-pk")[:PAGE]
    )
    facts = {
        "page": page,
        "rows": queries.named(page.object_list, lambda one: one.card.person_id),
        "state": state,
        "states": [("under_way", _("没有结束的")), *Load.State.choices],
        "top_ups": queries.named(moving, lambda one: one.card.person_id),
    }
    return render(request, "card_bank/loads.html", facts)


@require_safe
@never_cache
@office_only
def load(request: HttpRequest, number: str) -> HttpResponse:
    rows = Load.objects.select_related("card", "agreement__channel", "terminal", "claimable")
    found = rows.filter(number=number).first()
    if found is None:
        raise LoadNotFoundError
    facts = {"load": found, "steps": found.steps.order_by("pk"), "person": people.person_card(found.card.person_id)}
    return render(request, "card_bank/load.html", facts)


@require_safe
@never_cache
@office_only
def unclaimed(request: HttpRequest) -> HttpResponse:
    page = asked_page(request, queries.unclaimed())
    named = queries.named(page.object_list, lambda one: one.wallet.person_id)
    facts = {
        "page": page,
        "rows": [(one, person, queries.returns_on(one)) for one, person in named],
        "days": unclaimed_return_days(),
    }
    return render(request, "card_bank/unclaimed.html", facts)


@require_safe
@office_only
def export(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """The same lists as files."""
    lines = EXPORTS.get(name, agreement_lines)(request)
    return StreamingHttpResponse(
        csv_lines(next(lines), lines, is_quoted=True),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name[:20]}.csv"', "Cache-Control": "no-store"},
    )


def facts_of(person: people.PersonCard | None) -> list[str]:
    held = person.affiliations[0] if person and person.affiliations else None
    return [held.campus_no if held else "", person.name if person else ""]


def agreement_lines(request: HttpRequest) -> Iterator[list[str]]:
    yield [_("学工号"), _("姓名"), _("银行"), _("尾号"), _("状态"), _("来源"), _("银行答复"), _("申请时间")]
    rows = queries.agreements(asked_text(request, "q"), asked_text(request, "state"))
    for one, person in queries.named(rows, lambda one: one.person_id):
        moment = f"{campus_time(one.created_at):%Y-%m-%d %H:%M}"
        yield [
            *facts_of(person),
            one.channel.name,
            one.tail,
            str(one.get_state_display()),
            str(one.get_source_display()),
            one.sentence,
            moment,
        ]


def unsigned_lines(request: HttpRequest) -> Iterator[list[str]]:
    yield [_("学工号"), _("姓名"), _("卡号"), _("发卡日期")]
    for one, person in queries.named(queries.unsigned_cards(asked_day(request)), lambda one: one.person_id):
        yield [*facts_of(person), one.number, f"{campus_time(one.created_at):%Y-%m-%d}"]


def unclaimed_lines(_request: HttpRequest) -> Iterator[list[str]]:
    yield [_("学工号"), _("姓名"), _("来源"), _("金额（元）"), _("入账时间")]
    for one, person in queries.named(queries.unclaimed(), lambda one: one.wallet.person_id):
        moment = f"{campus_time(one.created_at):%Y-%m-%d %H:%M}"
        yield [*facts_of(person), str(one.get_source_display()), plain_yuan(one.amount_fen), moment]


EXPORTS = {"agreements": agreement_lines, "unsigned": unsigned_lines, "unclaimed": unclaimed_lines}
