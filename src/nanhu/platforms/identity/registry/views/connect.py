"""How an application is connected: a protocol's own form, what to paste into the client, and the trial."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import actor_of
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity import panels
from nanhu.platforms.identity.policies import role_required
from nanhu.platforms.identity.registry.registrations import ADMINISTRATOR
from nanhu.platforms.identity.registry.views.common import application_or_404, panel_or_404, spoken
from nanhu.platforms.identity.registry.views.register import STEPS


@never_cache
@sensitive_variables("secrets")
@require_http_methods(["GET", "HEAD", "POST"])
@role_required(ADMINISTRATOR)
def protocol_page(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """The protocol's form. Secrets that saving made are shown on the answer itself, once, and kept nowhere."""
    application, panel = application_or_404(key), panel_or_404(kind)
    form = panel.form(request.POST if request.method == "POST" else None, initial=panel.initial(application))
    if form.is_valid():
        try:
            secrets = panel.save(actor_of(request), application, form.cleaned_data)
        except CampusError as error:
            form.add_error(None, error.message)
        else:
            application.refresh_from_db()
            if secrets:
                return connect(request, application, {kind: dict(secrets)})
            return redirect("identity:application_connect", application.key)
    context = {
        "application": application,
        "panel": panel,
        "form": form,
        "speaks": panel.speaks(application),
        "others": [one for one in panels.in_order() if one.key != kind],
        "steps": STEPS,
    }
    return render(request, "identity/registry/protocol.html", context)


@require_POST
@role_required(ADMINISTRATOR)
def forget_protocol(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    application, panel = application_or_404(key), panel_or_404(kind)
    panel.forget(actor_of(request), application)
    messages.success(
        request, _("“%(name)s”不再用 %(protocol)s 接入。") % {"name": application.name, "protocol": panel.name}
    )
    return redirect("identity:application", application.key)


@never_cache
@require_safe
@role_required(ADMINISTRATOR)
def connect_page(request: HttpRequest, key: str) -> HttpResponse:
    return connect(request, application_or_404(key), {})


@sensitive_variables("secrets")
def connect(request: HttpRequest, application: Any, secrets: dict[str, dict[str, str]]) -> HttpResponse:
    context = {
        "application": application,
        "parts": [
            (panel, panel.snippets(application, secrets.get(panel.key, {})), secrets.get(panel.key, {}))
            for panel in spoken(application)
        ],
        "steps": STEPS,
    }
    return render(request, "identity/registry/connect.html", context)


@never_cache
@require_POST
@role_required(ADMINISTRATOR)
def trial_page(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """Walk the protocol as the application would, for the administrator who asks."""
    application, panel = application_or_404(key), panel_or_404(kind)
    try:
        steps = panel.trial(request, application)
    except CampusError as error:
        steps = [panels.TrialStep(title=_("试用中断"), is_good=False, detail=error.message)]
    context = {
        "application": application,
        "panel": panel,
        "trial": steps,
        "is_good": bool(steps) and all(step.is_good for step in steps),
        "steps": STEPS,
    }
    return render(request, "identity/registry/trial.html", context)
