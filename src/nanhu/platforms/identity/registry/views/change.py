"""Changing an application: a look at the differences first, then the change with its reason."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.transaction import on_commit
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import PageRequest
from nanhu.platforms.identity.errors import NothingChangedError
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
    return card.campus_no if card else ""


@dataclass(frozen=True)
class Difference:
    """What a change would change: (label, before, after), in the words of the form."""

    changes: list[tuple[Any, str, str]]


def difference(_request: PageRequest, form: EditForm, application: Application) -> Difference:
    changed, before = form.changed_facts, initial_of(application)
    if not changed:
        raise NothingChangedError
    return Difference(
        [(form[one].label, worded(form, one, before[one]), worded(form, one, form[one].value())) for one in changed]
    )


@page.form(
    "change",
    EditForm,
    title=_("修改"),
    roles=WRITERS,
    subject=application_with,
    template="identity/registry/change.html",
    arguments=lambda _request, found: {"initial": initial_of(found)},
    preview=difference,
    submit=_("预览改动"),
    done=_("已保存。"),
)
def change(request: PageRequest, form: EditForm, application: Application) -> None:
    """The first press shows what would change; the second changes it."""
    applications.change_application(
        by=request.actor, application=application, reason=form.cleaned_data["reason"], **form.facts()
    )
    on_commit(menu.read_anew)


def worded(form: EditForm, name: str, value: object) -> str:
    if choices := getattr(form.fields[name], "choices", None):
        return str(dict(choices).get(str(value or ""), "—"))
    if isinstance(value, bool) or value in ("on", None):
        return str(_("是") if value in (True, "on") else _("否"))
    return str(value)


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
