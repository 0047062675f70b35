"""Who holds which role: for who grants them, and for who watches."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.kernel import registry
from nanhu.platforms.identity.administration.policies import AUDITOR, SECURITY
from nanhu.platforms.identity.administration.queries.accounts import rows_of
from nanhu.platforms.identity.administration.views.frame import plain, tabs_of, viewer_of
from nanhu.platforms.identity.models import RoleGrant
from nanhu.platforms.identity.policies import has_role, role_required
from nanhu.platforms.identity.services.roles import live

SHOWN = 300


@require_safe
@never_cache
@role_required(SECURITY, AUDITOR)
def grants(request: HttpRequest) -> HttpResponse:
    chosen = plain(request.GET.get("role", ""))
    held = RoleGrant.objects.filter(live()).select_related("account").order_by("role", "created_at")
    held = held.filter(role=chosen) if chosen else held
    found = list(held[:SHOWN])
    people = {row.account.pk: row for row in rows_of(list({one.account.person_id for one in found}))}
    names = {role.key: role for role in registry.roles}
    lines = [(one, names.get(one.role), people.get(one.account_id)) for one in found]
    facts = {
        "lines": lines,
        "roles": list(registry.roles),
        "chosen": chosen,
        "tabs": tabs_of(request),
        "may_grant": has_role(viewer_of(request), SECURITY),
    }
    return render(request, "identity/administration/grants.html", facts)
