"""Registering an application in two minutes: what it is, then its protocol, then what to paste."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit import PageRequest
from nanhu.kernel.kit.submissions import submit_once
from nanhu.kernel.once import lock_key
from nanhu.platforms.identity.models import AccessRule, Application
from nanhu.platforms.identity.registry import menu
from nanhu.platforms.identity.registry.console import WRITERS
from nanhu.platforms.identity.registry.errors import KeyTakenError
from nanhu.platforms.identity.registry.forms import AttributesForm, RegisterForm
from nanhu.platforms.identity.registry.services import rules
from nanhu.platforms.identity.registry.views.listing import applications as page
from nanhu.platforms.identity.services import applications
from nanhu.platforms.identity.services.applications import DEFAULT_ATTRIBUTES

STEPS = (_("基本信息与准入"), _("怎样接入"), _("粘贴配置"), _("试一试"))


@page.page("register", title=_("登记应用"), tab=_("登记应用"), roles=WRITERS, posts=True)
def register(request: PageRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form, wanted = RegisterForm(data), AttributesForm(data, reasons=DEFAULT_ATTRIBUTES)
    if form.is_valid() and wanted.is_valid():
        protocol = form.cleaned_data["protocol"]
        try:
            answer = submit_once(
                request,
                "register",
                lambda: take(request.actor, form, wanted),
                lambda _request, made: reverse("identity:applications:protocol", args=[made.key, protocol]),
            )
        except CampusError as error:
            form.add_error("key" if isinstance(error, KeyTakenError) else None, error.message)
        else:
            menu.read_anew()
            messages.success(request, _("已登记，接着告诉它怎样接入。"))
            return redirect(answer.address)
    context = {"form": form, "wanted": wanted, "steps": STEPS}
    return render(request, "identity/registry/register.html", context, status=422 if form.is_bound else 200)


@transaction.atomic
def take(by: Actor, form: RegisterForm, wanted: AttributesForm) -> Application:
    key: str = form.cleaned_data["key"].lower()
    lock_key(f"identity.application:{key}")
    if Application.objects.filter(key=key).exists():
        raise KeyTakenError(key=key)
    facts: dict[str, Any] = form.facts()
    application = applications.register_application(by=by, key=key, attributes=wanted.reasons(), **facts)
    for kind in form.cleaned_data["audience"]:
        rules.add_rule(
            by=by, application=application, effect=AccessRule.Effect.ALLOW, affiliation_kind=kind, reason="登记时选定"
        )
    return application
