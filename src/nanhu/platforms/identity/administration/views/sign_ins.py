"""The sign-in log: lines by filter, as a file for a spreadsheet, in charts, and what looks like an attack."""

from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.kit import Empty, PageRequest, export, list_of, listing
from nanhu.kernel.kit.walking import moment_before, moment_mark, part_of
from nanhu.platforms.identity.administration.console import desk
from nanhu.platforms.identity.administration.filters import SignInFilters
from nanhu.platforms.identity.administration.policies import WATCHERS
from nanhu.platforms.identity.administration.queries import sign_ins as queries
from nanhu.platforms.identity.administration.tables import Events
from nanhu.platforms.identity.models import Account

MOST_EXPORTED = 200_000
NOTHING = Empty(title=_("没有这样的记录"), icon="search-x", text=_("换个时间或条件再看。"))


@desk.page("sign-ins", title=_("登录日志"), tab=_("登录日志"), roles=WATCHERS)
def sign_ins(request: PageRequest) -> HttpResponseBase:
    """Walked by the last line, never counted."""
    wanted = SignInFilters(request.GET).wanted
    note_look(request, wanted)
    rows = queries.lines(wanted, before=moment_before(request))
    shown, older = part_of(rows, queries.LINES, lambda line: moment_mark(line.at, line.pk))
    facts = {
        "charts": queries.charts(wanted),
        "anomalies": queries.anomalies(wanted),
        "export": f"{sign_ins_export.address()}?{request.GET.urlencode()}",
    }
    return listing(
        request,
        Events,
        shown,
        SignInFilters,
        per_page=queries.LINES,
        older=older,
        empty=NOTHING,
        template="identity/administration/sign_ins.html",
        facts=facts,
    )


def note_look(request: PageRequest, wanted: queries.Wanted) -> None:
    """Whoever reads the lines of one person is seen by that person."""
    account = Account.objects.filter(pk=wanted.account_id or 0).first()
    if account is not None:
        audit.record(by=request.actor, action="identity.look_account", target=f"person:{account.person_id}")


@sign_ins.download("export")
def sign_ins_export(request: PageRequest) -> HttpResponseBase:
    filters = SignInFilters(request.GET)
    note_look(request, filters.wanted)
    said = {name: value for name, value in filters.form.cleaned_data.items() if value}
    audit.record(
        by=request.actor,
        action="identity.export_sign_in_log",
        target="sign-in-log",
        facts={"query": urlencode(said)},
    )
    return export(list_of(request, Events, queries.lines(filters.wanted)[:MOST_EXPORTED]), "sign-ins")
