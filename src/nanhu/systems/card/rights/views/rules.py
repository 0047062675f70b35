"""The table of rights as the card manager sees and changes it."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.platforms.people import api as people
from nanhu.systems.card.models import Card
from nanhu.systems.card.rights.catalogue import CLASSES, RIGHTS, SUB_CLASSES
from nanhu.systems.card.rights.errors import RuleNotFoundError
from nanhu.systems.card.rights.forms import RuleForm, WithdrawForm
from nanhu.systems.card.rights.models import RightRule
from nanhu.systems.card.rights.policies import manager_only
from nanhu.systems.card.rights.services import ruling
from nanhu.systems.card.rights.services.deciding import RuleTable, table
from nanhu.systems.card.views.frame import person_at

HISTORY = 100


@dataclass(frozen=True, slots=True)
class Cell:
    name: str | Promise
    is_allowed: bool
    rule: RightRule | None


@dataclass(frozen=True, slots=True)
class Row:
    card_class: str
    class_name: str | Promise
    sub_class: str
    cells: tuple[Cell, ...]


@require_safe
@never_cache
@manager_only
def overview(request: HttpRequest) -> HttpResponse:
    today, rules = campus_today(), table()
    living = sorted(rules.rules, key=lambda rule: (rule.starts_on, rule.pk))
    facts = {
        "rights": RIGHTS.values(), "rows": [row_of(rules, *key) for key in keys()], "today": today,
        "coming": [rule for rule in living if rule.starts_on > today],
        "current": [rule for rule in living if rule.starts_on <= today and (rule.ends_on or today) >= today],
        "names": {key: right.name for key, right in RIGHTS.items()},
    }  # fmt: skip
    return render(request, "card_rights/overview.html", facts)


def keys() -> list[tuple[str, str]]:
    return [(card_class, sub_class) for card_class in CLASSES for sub_class in SUB_CLASSES[card_class]]


def row_of(rules: RuleTable, card_class: str, sub_class: str) -> Row:
    today = campus_today()
    cells = tuple(
        Cell(
            right.name,
            rules.gives(card_class, sub_class, key, today),
            rules.rule_for(card_class, sub_class, key, today),
        )
        for key, right in RIGHTS.items()
    )
    return Row(card_class, Card.Class(card_class).label, sub_class, cells)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@manager_only
def change(request: HttpRequest) -> HttpResponse:
    """First press shows who gains and who loses, the second puts it into force."""
    form = RuleForm(request.POST or None, initial=request.GET.dict())
    if not form.is_bound or not form.is_valid():
        return show_change(request, form, status=422 if form.is_bound else 200)
    try:
        if "confirmed" in request.POST:
            ruling.rule(by=person_at(request), wish=form.wish(), reason=form.cleaned_data["reason"])
            return redirect("card:rights:overview")
        return show_change(request, form, seen=ruling.preview(form.wish()))
    except CampusError as error:
        return show_change(request, form, error=error.message, status=error.http_status)


def show_change(
    request: HttpRequest, form: RuleForm, *, seen: ruling.Preview | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    examples = [*seen.gaining, *seen.losing] if seen else []
    persons = people.person_cards({card.person_id for card in examples})
    facts = {
        "form": form, "seen": seen, "error": error,
        "gaining": [(card, persons.get(card.person_id)) for card in seen.gaining] if seen else [],
        "losing": [(card, persons.get(card.person_id)) for card in seen.losing] if seen else [],
    }  # fmt: skip
    return render(request, "card_rights/change.html", facts, status=status)


@require_safe
@never_cache
@manager_only
def history(request: HttpRequest) -> HttpResponse:
    """Every rule there ever was, newest first; what a change left over of an older one is told with it."""
    rows = RightRule.objects.order_by("-created_at", "-id")[:HISTORY]
    names = {key: right.name for key, right in RIGHTS.items()}
    return render(
        request, "card_rights/history.html", {"rows": [(row, names.get(row.right, row.right)) for row in rows]}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@manager_only
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    rule = RightRule.objects.filter(public_id=public_id, withdrawn_at=None).first()
    if rule is None:
        raise RuleNotFoundError
    form = WithdrawForm(request.POST or None)
    if form.is_bound and form.is_valid():
        ruling.withdraw(by=person_at(request), rule=rule, reason=form.cleaned_data["reason"])
        return redirect("card:rights:overview")
    facts = {"rule": rule, "right": RIGHTS[rule.right].name, "form": form, "today": campus_today()}
    return render(request, "card_rights/withdraw.html", facts, status=422 if form.is_bound else 200)
