"""The sign-in log: lines by filter, as a table for a spreadsheet, in charts, and what looks like an attack."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.kernel import audit
from nanhu.kernel.clock import campus_time
from nanhu.platforms.identity.administration.policies import AUDITOR, SECURITY
from nanhu.platforms.identity.administration.queries import sign_ins
from nanhu.platforms.identity.administration.sheets import csv_answer
from nanhu.platforms.identity.administration.views.frame import by_of, plain, span_of, tabs_of
from nanhu.platforms.identity.models import Account, SignInEvent
from nanhu.platforms.identity.policies import role_required
from nanhu.platforms.people import api as people

ROLES = (SECURITY, AUDITOR)
KEPT = ("q", "first", "last", "kind", "reason", "how", "address", "application")
MOST_EXPORTED = 200_000


def wanted_in(request: HttpRequest) -> sign_ins.Wanted:
    begins, ends = span_of(request, default=sign_ins.last_day())
    said = {name: plain(request.GET.get(name, "")) for name in KEPT}
    name = people.halfwidth(said["q"]).strip()
    person = people.find_person_by_campus_no(name) if name else None
    account = Account.objects.filter(person_id=person).first() if person is not None else None
    return sign_ins.Wanted(
        begins=begins,
        ends=ends,
        kind=said["kind"],
        reason=said["reason"],
        how=said["how"],
        address=said["address"],
        application=said["application"],
        name=name,
        account_id=account.pk if account else None,
    )


@require_safe
@never_cache
@role_required(*ROLES)
def log(request: HttpRequest) -> HttpResponse:
    wanted = wanted_in(request)
    note_look(request, wanted)
    found = list(sign_ins.lines(wanted, before=place_in(request))[: sign_ins.LINES + 1])
    shown = found[: sign_ins.LINES]
    older = f"{shown[-1].at.isoformat()}_{shown[-1].pk}" if len(found) > sign_ins.LINES else ""
    facts = {
        "wanted": wanted,
        "events": shown,
        "said": {name: plain(request.GET.get(name, "")) for name in KEPT},
        "query": query_of(request),
        "older": older,
        "tabs": tabs_of(request),
        "kinds": SignInEvent.Kind.choices,
        "reasons": SignInEvent.Reason.choices,
        "charts": sign_ins.charts(wanted),
        "anomalies": sign_ins.anomalies(wanted),
    }
    return render(request, "identity/administration/sign_ins.html", facts)


def note_look(request: HttpRequest, wanted: sign_ins.Wanted) -> None:
    """Whoever reads the lines of one person is seen by that person."""
    account = Account.objects.filter(pk=wanted.account_id or 0).first()
    if account is not None:
        audit.record(by=by_of(request), action="identity.look_account", target=f"person:{account.person_id}")


def query_of(request: HttpRequest) -> str:
    return urlencode({name: value for name in KEPT if (value := plain(request.GET.get(name, "")))})


def place_in(request: HttpRequest) -> tuple[datetime, int] | None:
    moment, _mark, number = request.GET.get("before", "").partition("_")
    try:
        return datetime.fromisoformat(moment), min(int(number), 2**63 - 1)
    except ValueError:
        return None


@require_safe
@never_cache
@role_required(*ROLES)
def export(request: HttpRequest) -> HttpResponseBase:
    wanted = wanted_in(request)
    note_look(request, wanted)
    audit.record(
        by=by_of(request),
        action="identity.export_sign_in_log",
        target="sign-in-log",
        facts={"query": query_of(request)},
    )
    heads = [_("时间"), _("事件"), _("学工号"), _("方式"), _("原因"), _("地址"), _("浏览器"), _("应用")]
    found = sign_ins.lines(wanted)[:MOST_EXPORTED].iterator(chunk_size=2000)
    rows = (
        (
            f"{campus_time(one.at):%Y-%m-%d %H:%M:%S}",
            one.get_kind_display(),
            one.campus_no or one.name_key,
            one.how,
            one.get_reason_display() if one.reason else "",
            one.address,
            one.browser,
            one.application,
        )
        for one in found
    )
    return csv_answer("sign-ins.csv", heads, rows)
