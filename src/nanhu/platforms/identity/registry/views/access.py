"""Who may use an application: its rules, its rests, and why one person may or may not."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import actor_of
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.policies import has_role, role_required
from nanhu.platforms.identity.registry import menu, queries
from nanhu.platforms.identity.registry.forms import MaintenanceForm, RuleForm, WhyForm
from nanhu.platforms.identity.registry.registrations import ADMINISTRATOR, READERS
from nanhu.platforms.identity.registry.services import maintenance, rules
from nanhu.platforms.identity.registry.views.common import application_or_404
from nanhu.platforms.identity.services.explain import explain, sentence_of


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(ADMINISTRATOR)
def access_page(request: HttpRequest, key: str) -> HttpResponse:
    application = application_or_404(key)
    form = RuleForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            rules.add_rule(by=actor_of(request), application=application, **form.cleaned_data)
        except CampusError as error:
            form.add_error(None, error.message)
        else:
            menu.read_anew()
            messages.success(request, _("规则已添加，立即生效。"))
            return redirect("identity:application_access", application.key)
    held = [(rule, sentence_of(rule)) for rule in application.access_rules.select_related("unit")]
    context = {"application": application, "form": form, "rules": held}
    return render(request, "identity/registry/access.html", context)


@require_POST
@role_required(ADMINISTRATOR)
def remove_rule(request: HttpRequest, key: str, number: int) -> HttpResponse:
    application = application_or_404(key)
    if rules.remove_rule(by=actor_of(request), application=application, rule_id=number):
        menu.read_anew()
        messages.success(request, _("规则已移除，立即生效。"))
    return redirect("identity:application_access", application.key)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(ADMINISTRATOR)
def maintenance_page(request: HttpRequest, key: str) -> HttpResponse:
    application = application_or_404(key)
    form = MaintenanceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            maintenance.plan(by=actor_of(request), application=application, **form.cleaned_data)
        except CampusError as error:
            form.add_error(None, error.message)
        else:
            menu.read_anew()
            messages.success(request, _("维护已安排。"))
            return redirect("identity:application_maintenance", application.key)
    context = {"application": application, "form": form, "rests": queries.rests_of(application)}
    return render(request, "identity/registry/maintenance.html", context)


@require_POST
@role_required(ADMINISTRATOR)
def end_maintenance(request: HttpRequest, key: str, number: int) -> HttpResponse:
    application = application_or_404(key)
    if maintenance.end(by=actor_of(request), application=application, maintenance_id=number):
        menu.read_anew()
        messages.success(request, _("维护已结束。"))
    return redirect("identity:application_maintenance", application.key)


@require_safe
@role_required(*READERS)
def why_page(request: HttpRequest, key: str) -> HttpResponse:
    """Why can this person (not) use this application?"""
    application = application_or_404(key)
    form = WhyForm(request.GET if "number" in request.GET else None)
    account = form.cleaned_data["number"] if form.is_valid() else None
    context = {
        "application": application,
        "form": form,
        "reasons": explain(account.pk, application.pk) if account else None,
        "may_write": has_role(request.viewer, ADMINISTRATOR),  # type: ignore[attr-defined]
    }
    return render(request, "identity/registry/why.html", context)
