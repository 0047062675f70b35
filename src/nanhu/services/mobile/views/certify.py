"""Pages that a QR code opens, without a sign-in: certification of students, and newcomers of the staff."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nanhu.kernel.actors import actor_of
from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import CampusError
from nanhu.kernel.ui import qr
from nanhu.kernel.viewers import viewer_or_none
from nanhu.services.mobile import queries
from nanhu.services.mobile.adapters.wecom.line import line
from nanhu.services.mobile.errors import AttemptOverError
from nanhu.services.mobile.forms import CertifyForm, CodeForm, NewcomerForm
from nanhu.services.mobile.models import Attempt
from nanhu.services.mobile.services import certifying

TOKEN = "mobile.attempt"  # noqa: S105 - a key of the session
type View = Callable[..., HttpResponse]


def open_page(view: View) -> View:
    """Open to strangers, kept by no cache, its fields in no report."""
    guarded: View = login_not_required(never_cache(sensitive_post_parameters()(view)))
    return require_http_methods(["GET", "HEAD", "POST"])(guarded)


def shown(request: HttpRequest, name: str, *, status: int = 200, **facts: Any) -> HttpResponse:
    return render(request, f"mobile/{name}.html", {"is_demo": configuration().demo, **facts}, status=status)


def begun(request: HttpRequest, form: forms.Form, name: str, begin: Callable[[], Attempt]) -> HttpResponse:
    if not form.is_bound or not form.is_valid():
        viewer = viewer_or_none(request)
        has_joined = viewer is not None and viewer.person_id is not None and queries.has_joined(viewer.person_id)
        return shown(request, name, form=form, has_joined=has_joined, status=422 if form.is_bound else 200)
    try:
        attempt = begin()
    except CampusError as error:
        form.add_error(None, error.message)
        return shown(request, name, form=form, status=error.http_status)
    request.session.cycle_key()
    request.session[TOKEN] = str(attempt.token)
    return HttpResponseRedirect(reverse("mobile:certify_code"))


@open_page
def certify(request: HttpRequest) -> HttpResponse:
    form = CertifyForm(request.POST if request.method == "POST" else None)
    return begun(request, form, "certify", lambda: certifying.begin(by=actor_of(request), said=form.cleaned_data))


@open_page
def newcomer(request: HttpRequest) -> HttpResponse:
    form = NewcomerForm(request.POST if request.method == "POST" else None)
    return begun(request, form, "newcomer", lambda: certifying.apply(by=actor_of(request), said=form.cleaned_data))


@open_page
def certify_code(request: HttpRequest) -> HttpResponse:
    """The same page whatever the verdict: it is told with the right code alone."""
    token = request.session.get(TOKEN, "")
    if not token:
        raise AttemptOverError
    attempt = certifying.waiting(token)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return shown(request, "certify_code", form=form, status=422 if form.is_bound else 200)
    end = certifying.hand_in if attempt.is_newcomer else certifying.finish
    try:
        done = end(by=actor_of(request), token=token, code=form.cleaned_data["code"])
    except CampusError as error:
        if error.field not in form.fields:
            request.session.pop(TOKEN, None)
            return shown(request, "certify_refused", error=error, status=error.http_status)
        form.add_error(error.field, error.message)
        return shown(request, "certify_code", form=form, status=error.http_status)
    request.session.pop(TOKEN, None)
    found = line()
    join = found.join_url if found else ""
    code = qr.picture(join) if join else ""
    return shown(request, "certified", done=done, is_newcomer=attempt.is_newcomer, join_url=join, join_code=code)
