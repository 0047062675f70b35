"""The guard's page (门卫核验), and the code that a holder shows him."""

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError
from nanhu.platforms.people import api as people
from nanhu.systems.card.rights.forms import VerifyForm
from nanhu.systems.card.rights.policies import guard_only
from nanhu.systems.card.rights.services import deciding, verifying
from nanhu.systems.card.views.frame import own_card, person_at


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@guard_only
def verify(request: HttpRequest) -> HttpResponse:
    """The place is typed once and stays in the form; the next card needs no key but the reader's own Enter."""
    form = VerifyForm(request.POST or None)
    if not form.is_bound:
        return render(request, "card_rights/verify.html", {"form": form})
    if not form.is_valid():
        return render(request, "card_rights/verify.html", {"form": form}, status=422)
    said = form.cleaned_data
    again = VerifyForm(initial={"place": said["place"]})
    try:
        found = verifying.verify(by=person_at(request), typed=said["typed"], place=said["place"])
    except CampusError as error:
        facts = {"form": again, "error": error.message}
        return render(request, "card_rights/verify.html", facts, status=error.http_status)
    facts = {"form": again, "found": found, "tie": found.person.affiliations[:1], "at": now()}
    return render(request, "card_rights/verify.html", facts)


@require_safe
@never_cache
def my_code(request: HttpRequest) -> HttpResponse:
    card = own_card(request)
    person = people.person_card(card.person_id)
    decision, code = deciding.may(card, "door"), verifying.code_for(card)
    picture = segno.make(code.code, error="m").svg_inline(scale=5, border=2, svgclass="verify-qr", omitsize=True)
    facts = {"card": card, "person": person, "code": code, "picture": picture, "decision": decision, "at": now()}
    return render(request, "card_rights/my_code.html", facts)
