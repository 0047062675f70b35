"""Changing an application: a look at the differences first, then the change with its reason."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel.actors import actor_of
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.policies import role_required
from nanhu.platforms.identity.registry import menu
from nanhu.platforms.identity.registry.forms import EditForm, ReasonForm
from nanhu.platforms.identity.registry.registrations import ADMINISTRATOR
from nanhu.platforms.identity.registry.views.common import application_or_404
from nanhu.platforms.identity.services import applications
from nanhu.platforms.people import api as people

SHOWN = (
    "name",
    "owner_unit",
    "contact",
    "contact_text",
    "description",
    "home_url",
    "health_url",
    "menu_section",
    "entitlements",
    "demands_second_factor",
    "admits_grace",
)


def initial_of(application: Application) -> dict[str, Any]:
    held = {name: getattr(application, name) for name in SHOWN if name not in ("owner_unit", "contact", "entitlements")}
    return {
        **held,
        "owner_unit": str(application.owner_unit_id or ""),
        "contact": number_of(application),
        "entitlements": "\n".join(application.entitlements),
    }


def number_of(application: Application) -> str:
    card = people.person_card(application.contact.person_id) if application.contact else None
    return card.affiliations[0].campus_no if card and card.affiliations else ""


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(ADMINISTRATOR)
def change_page(request: HttpRequest, key: str) -> HttpResponse:
    """The first POST shows what would change; the second, with `confirmed` and a reason, changes it."""
    application = application_or_404(key)
    before = initial_of(application)
    is_confirmed = "confirmed" in request.POST
    form = EditForm(request.POST if request.method == "POST" else None, initial=before)
    why = ReasonForm(request.POST if is_confirmed else None)
    context = {"application": application, "form": form, "why": why}
    if request.method != "POST" or "again" in request.POST or not form.is_valid():
        return render(request, "identity/registry/change.html", context)
    if not form.changed_data:
        messages.info(request, _("没有改动。"))
        return redirect("identity:application", application.key)
    if not is_confirmed or not why.is_valid():
        context["differences"] = differences(form, before)
        return render(request, "identity/registry/change_preview.html", context)
    return carry_out(request, application, form, why)


def carry_out(request: HttpRequest, application: Application, form: EditForm, why: ReasonForm) -> HttpResponse:
    try:
        applications.change_application(
            by=actor_of(request), application=application, reason=why.cleaned_data["reason"], **form.facts()
        )
    except CampusError as error:
        form.add_error(None, error.message)
        context = {"application": application, "form": form, "why": why}
        return render(request, "identity/registry/change.html", context)
    menu.read_anew()
    messages.success(request, _("已保存。"))
    return redirect("identity:application", application.key)


def differences(form: EditForm, before: dict[str, Any]) -> list[tuple[Any, str, str]]:
    """(label, before, after) of what would change, in the words of the form."""
    return [
        (form[name].label, worded(form, name, before[name]), worded(form, name, form[name].value()))
        for name in form.changed_data
    ]


def worded(form: EditForm, name: str, value: object) -> str:
    if isinstance(form.fields[name].widget.__class__, type) and hasattr(form.fields[name], "choices"):
        return str(dict(form.fields[name].choices).get(str(value or ""), "—"))  # type: ignore[attr-defined]
    if isinstance(value, bool) or value in ("on", None):
        return str(_("是") if value in (True, "on") else _("否"))
    return str(value) or "—"


@require_POST
@role_required(ADMINISTRATOR)
def switch_page(request: HttpRequest, key: str) -> HttpResponse:
    """Switch off or on again; off, nobody gets in and nothing else answers at its addresses."""
    application = application_or_404(key)
    is_on = "on" in request.POST
    applications.change_application(by=actor_of(request), application=application, is_enabled=is_on)
    menu.read_anew()
    done = _("“%s”已启用。") if is_on else _("“%s”已停用，不再有人能登录它。")
    messages.success(request, done % application.name)
    return redirect("identity:application", application.key)


@require_POST
@role_required(ADMINISTRATOR)
def reviewed_page(request: HttpRequest, key: str) -> HttpResponse:
    """等保 wants a look at every right once in a while: this is that look, on record."""
    application = application_or_404(key)
    applications.note_review(by=actor_of(request), application=application)
    messages.success(request, _("已记下今天的复核。"))
    return redirect("identity:application", application.key)
