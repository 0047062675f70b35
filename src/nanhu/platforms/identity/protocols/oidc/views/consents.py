"""授权过的应用: which applications one lets know what, and the way to stop it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.actors import actor_of
from nanhu.platforms.identity.pages import owner_of
from nanhu.platforms.identity.protocols.oidc import rules
from nanhu.platforms.identity.protocols.oidc.models import Consent
from nanhu.platforms.identity.protocols.oidc.services import consents


def labels_of(consent: Consent) -> list[str]:
    wanted = rules.wanted_claims(consent.scopes, consent.claims)
    return [str(claim.label) for claim in wanted if set(claim.sources) & set(consent.client.application.attributes)]


@require_safe
def consents_page(request: HttpRequest) -> HttpResponse:
    kept = [(one, labels_of(one)) for one in consents.of_account(owner_of(request))]
    return render(request, "identity/oidc_consents.html", {"kept": kept})


@require_POST
def withdraw_consent(request: HttpRequest, number: int) -> HttpResponse:
    withdrawn = consents.withdraw(by=actor_of(request), account=owner_of(request), consent_id=number)
    if withdrawn is None:
        raise Http404
    messages.success(request, _("已撤销对%(name)s的授权。") % {"name": withdrawn.client.application.name})
    return HttpResponseRedirect(reverse("identity:oidc_consents"))
