"""For those who act for a unit: its orders, what waits for a leader's yes, cards that end soon."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing import queries
from nanhu.systems.card.issuing.forms import DelegateForm, EnrolForm
from nanhu.systems.card.issuing.models import UnitDelegate
from nanhu.systems.card.issuing.policies import delegates_or_office, delegations_of, office_only, units_with_orders
from nanhu.systems.card.issuing.services import delegating, enrolling, expiring, orders
from nanhu.systems.card.models import Card
from nanhu.systems.card.rights.policies import manager_only
from nanhu.systems.card.views.frame import viewer_of

SHOWN = 50


@require_safe
@never_cache
@delegates_or_office
def unit(request: HttpRequest) -> HttpResponse:
    mine = delegations_of(viewer_of(request).person_id)
    codes = sorted({one.unit_code for one in mine})
    own = list(queries.of_units(units_with_orders(codes))[:SHOWN])
    leads = {one.unit_code for one in mine if one.role == UnitDelegate.Role.LEADER}
    facts = {
        "delegations": mine,
        "orders": own,
        "is_agent": any(one.role == "agent" for one in mine),
        "waiting": [
            one for one in own if one.state == "submitted" and leads & set(people.unit_codes_upwards(one.unit_code))
        ],
        "ending": ending_in(codes),
    }
    return render(request, "card_issuing/unit.html", facts)


def ending_in(codes: list[str]) -> list[tuple[Card, people.PersonCard]]:
    """Ordinary cards of these units, and of the units below that have no delegate of their own, that end soon."""
    soon = list(expiring.ending_soon()[:500])
    persons = people.person_cards({card.person_id for card in soon})
    pairs = [(card, persons[card.person_id]) for card in soon]
    cared = {one.unit_code: one for _card, person in pairs for one in person.affiliations if one.is_live}
    mine = {code for code in cared if any(sponsor.unit_code in codes for sponsor in expiring.sponsors_of(code))}
    return [pair for pair in pairs if any(one.unit_code in mine for one in pair[1].affiliations)]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@manager_only
def delegates(request: HttpRequest) -> HttpResponse:
    form = DelegateForm(request.POST or None)
    if form.is_bound and form.is_valid() and name_delegate(request, form):
        return redirect("card:issuing:delegates")
    rows = UnitDelegate.objects.filter(ended_at=None).order_by("unit_code", "role", "id")[:500]
    persons = people.person_cards({row.person_id for row in rows})
    facts = {"form": form, "rows": [(row, persons.get(row.person_id)) for row in rows]}
    return render(request, "card_issuing/delegates.html", facts, status=422 if form.is_bound else 200)


def name_delegate(request: HttpRequest, form: DelegateForm) -> bool:
    said, by = form.cleaned_data, person_at(request)
    person_id = people.find_person_by_campus_no(said["campus_no"].replace("\0", ""))
    if person_id is None:
        form.add_error("campus_no", _("没有这个工号。"))
        return False
    names = {code: name for code, name, *_short in people.unit_names()}
    delegating.name_delegate(
        by=by, unit_code=said["unit"], unit_name=names[said["unit"]], person_id=person_id, role=said["role"]
    )
    return True


@require_POST
@manager_only
def end_delegate(request: HttpRequest, delegate_id: int) -> HttpResponse:
    delegating.relieve(by=person_at(request), delegate_id=delegate_id)
    return redirect("card:issuing:delegates")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@office_only
def enrol(request: HttpRequest) -> HttpResponse:
    """Newcomers of a college, a major or a class out of the roster; nothing is typed."""
    form = EnrolForm(request.POST or None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        name = next(name for code, name, *_short in people.unit_names() if code == said["unit"])
        members = people.members_of([said["unit"]], kind="student")
        wanted = enrolling.without_plastic(members)
        if wanted:
            made = enrolling.order_for_newcomers(
                by=person_at(request),
                unit=orders.Unit(code=said["unit"], name=name),
                collector=said["collector"],
                person_ids=wanted,
            )
            return redirect("card:issuing:order", public_id=made.public_id)
        form.add_error("unit", _("这里没有还没制卡的学生。"))
    return render(request, "card_issuing/enrol.html", {"form": form}, status=422 if form.is_bound else 200)
