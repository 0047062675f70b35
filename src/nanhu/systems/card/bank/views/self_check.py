"""The self-test of a card (A155) and the page that tells how to begin on a phone (A083)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.configuration import configuration
from nanhu.kernel.school import school
from nanhu.kernel.ui import qr
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.payments.api import Channel
from nanhu.systems.card.bank import self_check
from nanhu.systems.card.bank.limits import school_code
from nanhu.systems.card.queries import card_of


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Open to whoever is signed in, above all to who has no card yet."""
    person_id = viewer_of(request).person_id or 0
    checked = self_check.check(by=person_at(request), person_id=person_id, card=card_of(person_id))
    text, mail = self_check.letter(checked)
    facts = {"checked": checked, "letter": text, "mail": mail, "school": school()}
    return render(request, "card_bank/self_check.html", facts)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Our own page needs no app at all; the school's apps are one code away."""
    own = configuration().public_url + reverse("card:home")
    apps = [
        {"name": one.name, "address": address_of(one), "qr_code": qr.picture(address_of(one))}
        for one in Channel.objects.filter(kind=Channel.Kind.APP, is_on=True).order_by("pk")
        if one.address
    ]
    facts = {
        "own": own,
        "own_qr": qr.picture(own),
        "apps": apps,
        "school": school(),
        "school_code": school_code(),
        "names": list(
            Channel.objects.filter(kind=Channel.Kind.APP, is_on=True).order_by("pk").values_list("name", flat=True)
        ),
    }
    return render(request, "card_bank/start.html", facts)


def address_of(app: Channel) -> str:
    """The app's address with the school's code: a deep link skips city and list (A086)."""
    return app.address.replace("{school}", school_code())
