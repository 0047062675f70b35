"""Signing new students before they come (A141): hand the list in, read the bank's answer line by line."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.bodies import takes_files
from nanhu.kernel.errors import CampusError
from nanhu.platforms.payments.api import AgreementNotFoundError, BulkSigning, sign_all
from nanhu.systems.card.bank import queries
from nanhu.systems.card.bank.forms import LARGEST_FILE, BulkForm
from nanhu.systems.card.bank.policies import office_only


@takes_files(largest=LARGEST_FILE + 100_000)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@office_only
def bulk(request: HttpRequest) -> HttpResponse:
    form = BulkForm(request.POST or None, request.FILES or None)
    facts = {"form": form, "signings": BulkSigning.objects.order_by("-pk")[:20]}
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = sign_all(
                by=person_at(request),
                content=said["file"],
                file_name=form.file_name,
                token=said["token"],
            )
        except CampusError as error:
            facts |= {"error": error.message, "faults": error.facts.get("faults", [])}
        else:
            return redirect("card:card_bank:signing", public_id=made.public_id)
    return render(request, "card_bank/bulk.html", facts, status=422 if form.is_bound else 200)


@require_safe
@never_cache
@office_only
def signing(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = BulkSigning.objects.filter(public_id=public_id).first()
    if found is None:
        raise AgreementNotFoundError
    rows = list(found.rows.select_related("agreement").order_by("line"))
    states = [one.agreement.state if one.agreement else "none" for one in rows]
    facts = {
        "signing": found,
        "rows": queries.named(rows, lambda one: one.person_id),
        "active": states.count("active"),
        "asked": states.count("asked"),
        "failed": states.count("refused") + states.count("none"),
    }
    return render(request, "card_bank/signing.html", facts)
