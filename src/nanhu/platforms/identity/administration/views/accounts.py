"""The search box of the counter, and the page of one account."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit, registry
from nanhu.kernel.kit import Filters, Link, Markup, Moment, OwnChoice, PageRequest, Span, Table, Text, form_of, list_of
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import Seen
from nanhu.kernel.ui import words
from nanhu.platforms.identity.administration.console import account_of, desk
from nanhu.platforms.identity.administration.forms import GrantForm, NoteForm, SuspendForm
from nanhu.platforms.identity.administration.panels import panels_of
from nanhu.platforms.identity.administration.policies import DESK, Act, acts_of, holder_of, scope_of
from nanhu.platforms.identity.administration.queries import accounts as found_accounts
from nanhu.platforms.identity.administration.tables import ShortEvents
from nanhu.platforms.identity.models import Account, Application
from nanhu.platforms.identity.services.explain import explain
from nanhu.platforms.people import api as people

LONGEST = 60


class Hits(Table):
    name = Link(_("姓名"), "person__name", to="account")
    number = Text(_("学工号"), "tie__campus_no", is_number=True)
    category = Text(
        _("身份"),
        lambda row: f"{words.term(row.tie.category_name)} {words.term(row.tie.status_name)}" if row.tie else "",
    )
    unit = Text(_("单位"), "tie__unit_path", is_term=True)
    state = Markup(_("账号"), "identity/administration/_state.html")


def status(tie: people.AffiliationCard) -> str:
    return format_html(
        '<span class="state state-{}">{}</span>', "good" if tie.is_live else "none", words.term(tie.status_name)
    )


class Ties(Table):
    number = Text(_("学工号"), "campus_no", is_number=True)
    category = Text(_("身份"), lambda tie: tie.category_name or tie.kind, is_term=True)
    status = Text(_("状态"), status)
    unit = Text(_("单位"), "unit_path", is_term=True)
    days = Span(_("起止"))


class Sessions(Table):
    since = Moment(_("登录时间"), "created_at")
    last_seen = Moment(_("最近使用"), "last_seen_at")
    address = Text(_("地址"), is_number=True)
    browser = Text(_("浏览器"), lambda session: session.user_agent and words.browser(session.user_agent))


class SessionsToEnd(Sessions):
    end = Markup(_("操作"), "identity/administration/_end_session.html")


def applications(_viewer: registry.Viewer, _chosen: str) -> list[tuple[str, str]]:
    return list(Application.objects.order_by("name").values_list("key", "name"))


class WhyFilters(Filters):
    application = OwnChoice(_("应用"), applications)


@desk.page("accounts", title=_("账号管理"), tab=_("账号"), roles=DESK)
def accounts(request: PageRequest) -> HttpResponse:
    """One hit opens at once: a scanned number needs no further key."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    scope = scope_of(holder_of(request.viewer))
    hits = found_accounts.find_accounts(text, scope=scope) if text else None
    if hits is not None and len(hits.rows) == 1:
        return redirect(account.address(public_id=hits.rows[0].public_id))
    facts = {
        "text": text,
        "list": list_of(request, Hits, hits.rows, caption=_("找到的账号")) if hits is not None and hits.rows else None,
        "is_cut": hits is not None and hits.is_cut,
        "is_campus_wide": scope.unit_ids is None,
    }
    return render(request, "identity/administration/accounts.html", facts)


@accounts.page("<uuid:public_id>", title=_("账号"), subject=Seen(account_of))
def account(request: PageRequest, account: Account) -> HttpResponse:
    audit.record(by=request.actor, action="identity.look_account", target=f"person:{account.person_id}")
    found = found_accounts.facts_of(account)
    acts = acts_of(holder_of(request.viewer), account, is_administrator=found.is_administrator)
    sessions = SessionsToEnd if Act.SIGN_OUT in acts else Sessions
    facts: dict[str, Any] = {
        "facts": found,
        "account": account,
        "acts": {str(act) for act in acts},
        "panels": panels_of(account),
        "ties": list_of(request, Ties, found.person.affiliations, caption=_("身份")),
        "sessions": list_of(request, sessions, found.sessions, caption=_("在线设备")),
        "events": list_of(request, ShortEvents, found.events, caption=_("登录记录")),
        "note_form": form_of(request, NoteForm),
        "suspend_form": form_of(request, SuspendForm, auto_id="suspend_%s"),
        "resume_form": ReasonForm(auto_id="resume_%s"),
        "password_form": ReasonForm(auto_id="password_%s"),
        "factors_form": ReasonForm(auto_id="factors_%s"),
        "grant_form": form_of(request, GrantForm) if Act.ROLES in acts else None,
        "why": why(request, account),
    }
    return render(request, "identity/administration/account.html", facts)


def why(request: PageRequest, account: Account) -> dict[str, Any]:
    """Why can this person not use that application? Asked by its key in the address of the page."""
    filters = WhyFilters(request.GET, request.viewer)
    key = filters.form.cleaned_data.get("application")
    return {"filters": filters, "reasons": explain(account.pk, Application.objects.get(key=key).pk) if key else []}
