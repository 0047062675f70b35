"""Shared parts of the pages of account recovery: the secret of this browser's attempt, and the way on."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from nanhu.kernel.actors import actor_of
from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.recovery import attempts, challenges
from nanhu.platforms.identity.recovery.errors import AttemptExpiredError
from nanhu.platforms.identity.recovery.forms import CodeForm
from nanhu.platforms.identity.recovery.models import Attempt, ContactKind
from nanhu.platforms.identity.rules_urls import is_own_path
from nanhu.platforms.identity.services import limits

SECRETS = "identity.recovery"


def keep_secret(request: HttpRequest, kind: Attempt.Kind, secret: str, *, after: str) -> None:
    """In the session, under a new id: nobody who planted the old one comes along."""
    request.session.cycle_key()
    kept: dict[str, Any] = request.session.get(SECRETS, {})
    request.session[SECRETS] = kept | {str(kind): [secret, after]}


def secret_of(request: HttpRequest, kind: Attempt.Kind) -> str:
    kept = request.session.get(SECRETS, {}).get(str(kind))
    if not kept:
        raise AttemptExpiredError
    return str(kept[0])


def after_of(request: HttpRequest, kind: Attempt.Kind) -> str:
    kept = request.session.get(SECRETS, {}).get(str(kind))
    return str(kept[1]) if kept and is_own_path(str(kept[1])) else ""


def forget_secret(request: HttpRequest, kind: Attempt.Kind) -> None:
    kept: dict[str, Any] = request.session.get(SECRETS, {})
    kept.pop(str(kind), None)
    request.session[SECRETS] = kept


def attempt_here(request: HttpRequest, kind: Attempt.Kind) -> Attempt:
    return attempts.attempt_of(kind, secret_of(request, kind))


def code_page(
    request: HttpRequest, attempt: Attempt, *, onward: str, resend: str, back: str, channel: str
) -> HttpResponse:
    """The code that was sent is typed here; the names of the pages before, beside and after it. Proved, the session has a new id."""
    form, status = CodeForm(request.POST if request.method == "POST" else None), 200
    if form.is_valid():
        try:
            attempts.prove_by_code(by=actor_of(request), attempt=attempt, code=form.cleaned_data["code"])
        except CampusError as error:
            form.add_error("code", error.message)
            status = error.http_status
        else:
            request.session.cycle_key()
            return HttpResponseRedirect(reverse(f"identity:{onward}"))
    return shown(
        request,
        "recovery_code",
        status=status,
        form=form,
        is_mail=attempt.channel == ContactKind.MAIL,
        channel=channel,
        resend=reverse(f"identity:{resend}"),
        back=reverse(f"identity:{back}"),
    )


def challenge_for(request: HttpRequest, subject: str, *, browser: str = "") -> dict[str, Any]:
    """What `identity/challenge.html` shows; nothing while the gates are open."""
    standing = limits.Standing(browser=browser)
    own, shared = limits.gates_at(subject=subject, address=request.META.get("REMOTE_ADDR", ""), standing=standing)
    return new_challenge(request, subject) if challenges.is_wanted([*own, *shared]) else {}


def new_challenge(request: HttpRequest, subject: str) -> dict[str, Any]:
    challenge = challenges.issue(subject=subject, address=request.META.get("REMOTE_ADDR", ""))
    return {"challenge": challenge, "has_picture": challenges.has_picture(challenge)}


def shown(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, f"identity/{template}.html", {"is_demo": configuration().demo, **context}, status=status)
