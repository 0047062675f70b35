"""The office's pages: setting a PIN back (A126, A130), how many are still initial (A132), rows above a limit."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.errors import CampusError
from nanhu.platforms.people import api as people
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins import queries
from nanhu.systems.card.pins.forms import ResetForm
from nanhu.systems.card.pins.models import Kind
from nanhu.systems.card.pins.services.changing import reset_pin
from nanhu.systems.card.pins.services.limits import limits_of
from nanhu.systems.card.protocol import receipt_number
from nanhu.systems.card.views.counter import person_facts
from nanhu.systems.card.views.frame import card_with, clerk_only

PAGE = 30


@sensitive_post_parameters("new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@clerk_only
def of_card(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Both PINs of a card, and the form that sets one back."""
    card = card_with(public_id)
    form = ResetForm(request.POST or None)
    error = ""
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            reset_pin(
                by=person_at(request),
                card=card,
                kind=said["kind"],
                document=said["document"],
                reason=said["reason"],
                new=said["new"],
            )
        except CampusError as problem:
            error = problem.message
        else:
            what = _("%(pin)s已改为新密码。") if said["new"] else _("%(pin)s已恢复为初始密码，请提醒本人尽快修改。")
            messages.success(request, what % {"pin": Kind(said["kind"]).label})
            return redirect("card:counter_pins", public_id=public_id)
    facts = {
        **person_facts(card),
        "form": form,
        "error": error,
        "states": queries.pin_states(card),
        "limits": limits_of(card),
    }
    return render(request, "card/pins/counter_card.html", facts, status=422 if form.is_bound else 200)


@require_safe
@never_cache
@clerk_only
def overview(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.breaches(), PAGE).get_page(request.GET.get("page"))
    persons = people.person_cards({row.receipt.card.person_id for row in page.object_list if row.receipt.card})
    rows = [
        (row, receipt_number(row.pk), persons.get(row.receipt.card.person_id) if row.receipt.card else None)
        for row in page.object_list
    ]
    unchanged = [(Card.Class(row.card_class).label, row) for row in queries.unchanged_pins()]
    facts = {"page": page, "rows": rows, "unchanged": unchanged, "locked": queries.locked_pins()}
    return render(request, "card/pins/overview.html", facts)
