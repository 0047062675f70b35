"""The search box of the counter, and the page of one account."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.kernel import audit
from nanhu.platforms.identity.administration.forms import GrantForm, NoteForm
from nanhu.platforms.identity.administration.panels import panels_of
from nanhu.platforms.identity.administration.policies import DESK, Act, acts_of, scope_of
from nanhu.platforms.identity.administration.queries import accounts
from nanhu.platforms.identity.administration.views.frame import (
    account_or_404,
    by_of,
    holder_at,
    plain,
    tabs_of,
)
from nanhu.platforms.identity.models import Account, Application
from nanhu.platforms.identity.policies import role_required
from nanhu.platforms.identity.services.explain import explain


@require_safe
@never_cache
@role_required(*DESK)
def search(request: HttpRequest) -> HttpResponse:
    """One hit opens at once: a scanned number needs no further key."""
    text = plain(request.GET.get("q", ""))
    scope = scope_of(holder_at(request))
    hits = accounts.find_accounts(text, scope=scope) if text else None
    if hits is not None and len(hits.rows) == 1:
        return redirect("identity:admin_account", public_id=hits.rows[0].account.public_id)
    facts = {"text": text, "hits": hits, "tabs": tabs_of(request), "is_campus_wide": scope.unit_ids is None}
    return render(request, "identity/administration/accounts.html", facts)


@require_safe
@never_cache
@role_required(*DESK)
def account_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    account = account_or_404(request, public_id)
    audit.record(by=by_of(request), action="identity.look_account", target=f"person:{account.person_id}")
    return show(request, account)


def show(request: HttpRequest, account: Account, *, status: int = 200, error: str = "", **forms: Any) -> HttpResponse:
    found = accounts.facts_of(account)
    acts = acts_of(holder_at(request), account, is_administrator=found.is_administrator)
    facts: dict[str, Any] = {
        "facts": found,
        "account": account,
        "acts": {str(act) for act in acts},
        "error": error,
        "panels": panels_of(account),
        "tabs": tabs_of(request),
        "note_form": NoteForm(),
        "why": why(request, account),
        "grant_form": GrantForm() if Act.ROLES in acts else None,
    }
    return render(request, "identity/administration/account.html", facts | forms, status=status)


def why(request: HttpRequest, account: Account) -> dict[str, Any]:
    """Why can this person not use that application? Asked by its name in the address of the page."""
    key = plain(request.GET.get("application", ""))
    applications = list(Application.objects.order_by("name").values_list("key", "name", "pk"))
    chosen = next((pk for found, _name, pk in applications if found == key), None)
    return {
        "applications": [(found, name) for found, name, _pk in applications],
        "key": key,
        "reasons": explain(account.pk, chosen) if chosen is not None else [],
    }
