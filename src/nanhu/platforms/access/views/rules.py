"""The rules desk: who may where and when; who gains and who loses is seen before it holds."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nanhu.platforms.access import queries
from nanhu.platforms.access.errors import DoorRuleNotFoundError
from nanhu.platforms.access.forms import DoorRuleForm, ReasonForm
from nanhu.platforms.access.models import DoorRule
from nanhu.platforms.access.policies import manager_only, person_at
from nanhu.platforms.access.services import ruling
from nanhu.platforms.access.services.previewing import Preview, preview_rule, preview_withdrawal
from nanhu.platforms.people import api as people

HISTORY = 100


@require_safe
@never_cache
@manager_only
def rules(request: HttpRequest) -> HttpResponse:
    gone = (
        DoorRule.objects.exclude(withdrawn_at=None).select_related("place", "person", "unit").order_by("-withdrawn_at")
    )
    return render(request, "access/rules.html", {"rules": queries.living_rules(), "gone": gone[:HISTORY]})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@manager_only
def new(request: HttpRequest) -> HttpResponse:
    """First press shows who gains and who loses, the second puts it into force."""
    form = DoorRuleForm(request.POST or None, initial=request.GET.dict())
    if not form.is_bound or not form.is_valid():
        return render(request, "access/rule.html", {"form": form}, status=422 if form.is_bound else 200)
    place, wish = form.cleaned_data["place"], form.wish()
    if "confirmed" in request.POST:
        ruling.rule(by=person_at(request), place=place, wish=wish, reason=form.cleaned_data["reason"])
        messages.success(request, _("已生效。联网的门现在就按它判断，断网名单在几秒内更新。"))
        return redirect("access:rules")
    pairs = [
        (name, value) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken" for value in values
    ]
    facts = {"form": form, "place": place, "again": pairs, **seen_facts(preview_rule(place, wish))}
    return render(request, "access/rule.html", facts)


def seen_facts(seen: Preview) -> dict[str, object]:
    named = people.person_cards({*seen.gain_sample, *seen.lose_sample})
    return {
        "seen": seen, "gain_count": len(seen.gaining), "lose_count": len(seen.losing),
        "gaining": [named[pk] for pk in seen.gain_sample if pk in named],
        "losing": [named[pk] for pk in seen.lose_sample if pk in named],
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@manager_only
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    rule = queries.living_rules().filter(public_id=public_id).first()
    if rule is None:
        raise DoorRuleNotFoundError
    form = ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        ruling.withdraw(by=person_at(request), rule=rule, reason=form.cleaned_data["reason"])
        messages.success(request, _("已撤回。"))
        return redirect("access:rules")
    facts = {"rule": rule, "form": form, **seen_facts(preview_withdrawal(rule))}
    return render(request, "access/withdraw.html", facts, status=422 if form.is_bound else 200)
