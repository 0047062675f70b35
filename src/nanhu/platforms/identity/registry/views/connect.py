"""How an application is connected: a protocol's own form, what to paste into the client, and the trial."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit import PageRequest
from nanhu.platforms.identity import panels
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.registry.console import WRITERS, application_with, spoken
from nanhu.platforms.identity.registry.views.detail import application as page
from nanhu.platforms.identity.registry.views.register import STEPS


def spoken_by(key: str, kind: str) -> tuple[Application, panels.ProtocolPanel]:
    panel = panels.panels.get(kind)
    if panel is None:
        raise Http404
    return application_with(key), panel


@page.page("protocols/<slug:kind>", title=_("怎样接入"), roles=WRITERS, subject=spoken_by, posts=True)
@sensitive_variables("secrets")
def protocol(request: PageRequest, named: tuple[Application, panels.ProtocolPanel]) -> HttpResponse:
    """The protocol's form. Secrets that saving made are shown on the answer itself, once, and kept nowhere."""
    application, panel = named
    form = panel.form(request.POST if request.method == "POST" else None, initial=panel.initial(application))
    if form.is_valid():
        try:
            secrets = panel.save(request.actor, application, form.cleaned_data)
        except CampusError as error:
            form.add_error(None, error.message)
        else:
            application.refresh_from_db()
            if secrets:
                return parts_shown(request, application, {panel.key: dict(secrets)})
            return redirect(connect.address(key=application.key))
    context = {
        "application": application,
        "panel": panel,
        "form": form,
        "speaks": panel.speaks(application),
        "others": [one for one in panels.in_order() if one is not panel],
        "steps": STEPS,
    }
    return render(request, "identity/registry/protocol.html", context)


@protocol.action("forget", to="application", done=_("从此不能再用这个协议接入。"))
def forget_protocol(request: PageRequest, named: tuple[Application, panels.ProtocolPanel]) -> None:
    application, panel = named
    panel.forget(request.actor, application)


@page.page("connect", title=_("配置与试用"), roles=WRITERS, subject=application_with)
def connect(request: PageRequest, application: Application) -> HttpResponse:
    return parts_shown(request, application, {})


@sensitive_variables("secrets")
def parts_shown(request: PageRequest, application: Application, secrets: dict[str, dict[str, str]]) -> HttpResponse:
    context = {
        "application": application,
        "parts": [
            (panel, panel.snippets(application, secrets.get(panel.key, {})), secrets.get(panel.key, {}))
            for panel in spoken(application)
        ],
        "steps": STEPS,
    }
    return render(request, "identity/registry/connect.html", context)


@protocol.page("trial", title=_("试一试"), posts=True)
def trial(request: PageRequest, named: tuple[Application, panels.ProtocolPanel]) -> HttpResponse:
    """Walk the protocol as the application would, for the administrator who asks."""
    application, panel = named
    if request.method != "POST":
        return redirect(connect.address(key=application.key))
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
