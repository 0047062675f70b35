"""Changing an application: a look at the differences first, then the change with its reason."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.transaction import on_commit
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit import PageRequest
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.pages import status_of
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.registry import menu
from nanhu.platforms.identity.registry.console import WRITERS, application_with
from nanhu.platforms.identity.registry.forms import EditForm
from nanhu.platforms.identity.registry.views.detail import application as page
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
        "owner_unit": unit_of(application),
        "contact": number_of(application),
        "entitlements": "\n".join(application.entitlements),
    }


def unit_of(application: Application) -> str:
    """As the field takes it; empty where it is none that may be chosen any more: then the owner stays as it is."""
    offered = (
        one for one in people.unit_choices(without_kinds=people.SMALL_UNITS) if one.id == application.owner_unit_id
    )
    return next((one.as_typed for one in offered), "")


def number_of(application: Application) -> str:
    card = people.person_card(application.contact.person_id) if application.contact else None
    return card.affiliations[0].campus_no if card and card.affiliations else ""


@page.page("change", title=_("修改"), roles=WRITERS, subject=application_with, posts=True)
def change(request: PageRequest, application: Application) -> HttpResponse:
    """The first POST shows what would change; the second, with `confirmed` and a reason, changes it."""
    before = initial_of(application)
    is_confirmed = "confirmed" in request.POST
    form = EditForm(request.POST if request.method == "POST" else None, initial=before)
    why = ReasonForm(request.POST if is_confirmed else None)
    context = {"application": application, "form": form, "why": why}
    if request.method != "POST" or "again" in request.POST or not form.is_valid():
        is_refused = "again" not in request.POST and bool(form.errors)
        return render(request, "identity/registry/change.html", context, status=422 if is_refused else 200)
    if not form.changed_data:
        messages.info(request, _("没有改动。"))
        return redirect(page.address(key=application.key))
    if not is_confirmed or not why.is_valid():
        context["differences"] = differences(form, before)
        return render(request, "identity/registry/change_preview.html", context, status=422 if is_confirmed else 200)
    return carry_out(request, application, form, why)


def carry_out(request: PageRequest, application: Application, form: EditForm, why: ReasonForm) -> HttpResponse:
    try:
        applications.change_application(
            by=request.actor, application=application, reason=why.cleaned_data["reason"], **form.facts()
        )
    except CampusError as error:
        form.add_error(None, error.message)
        context = {"application": application, "form": form, "why": why}
        return render(request, "identity/registry/change.html", context, status=status_of(error))
    menu.read_anew()
    messages.success(request, _("已保存。"))
    return redirect(page.address(key=application.key))


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


class SwitchForm(forms.Form):
    on = forms.BooleanField(required=False)


@page.action(
    "switch",
    form=SwitchForm,
    roles=WRITERS,
    subject=application_with,
    done=lambda made: (_("“%s”已启用。") if made.is_enabled else _("“%s”已停用，不再有人能登录它。")) % made.name,
)
def switch(request: PageRequest, form: SwitchForm, application: Application) -> Application:
    """Switch off or on again; off, nobody gets in and nothing else answers at its addresses."""
    applications.change_application(by=request.actor, application=application, is_enabled=form.cleaned_data["on"])
    on_commit(menu.read_anew)
    return application


@page.action("reviewed", roles=WRITERS, subject=application_with, done=_("已记下今天的复核。"))
def reviewed(request: PageRequest, application: Application) -> None:
    """等保 wants a look at every right once in a while: this is that look, on record."""
    applications.note_review(by=request.actor, application=application)
