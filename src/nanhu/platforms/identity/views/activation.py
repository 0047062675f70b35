"""Activation: the second proof after the initial value."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel.actors import actor_of
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError
from nanhu.kernel.throttle import TooManyAttemptsError
from nanhu.platforms.identity import devices
from nanhu.platforms.identity.errors import ActivationExpiredError, CodeStillGoodError
from nanhu.platforms.identity.forms import CodeProofForm, DocumentProofForm
from nanhu.platforms.identity.middleware import AFTER_SETUP
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.recovery import challenges
from nanhu.platforms.identity.recovery.views.pages import new_challenge
from nanhu.platforms.identity.services import activation, sessions

PENDING = "identity.activation"
LIFE = timedelta(minutes=15)


def start(request: HttpRequest, *, account: Account, campus_no: str, after: str) -> HttpResponse:
    """Remember in a fresh session that the initial value was right; nobody is signed in yet."""
    sessions.close_session(request, how=SsoSession.End.REPLACED)
    request.session[PENDING] = {
        "account_id": account.pk,
        "campus_no": campus_no,
        "until": (now() + LIFE).timestamp(),
        "after": after,
        "is_sent": False,
    }
    return HttpResponseRedirect(reverse("identity:activate"))


def pending(request: HttpRequest) -> tuple[Account, dict[str, Any]]:
    facts = request.session.get(PENDING)
    if not facts or facts["until"] < now().timestamp():
        request.session.pop(PENDING, None)
        raise ActivationExpiredError
    return activation.waiting_account(facts["account_id"]), facts


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def activate_page(request: HttpRequest) -> HttpResponse:
    """Which of the two proofs is meant shows in the field that was sent."""
    account, facts = pending(request)
    document = DocumentProofForm(request.POST if "id_number" in request.POST else None)
    code = CodeProofForm(request.POST if "code" in request.POST else None)
    form = code if code.is_bound else document
    if not form.is_bound or not form.is_valid():
        return activate_form(request, facts, document=document, code=code)
    try:
        account = proved(request, account, form)
    except ActivationExpiredError:
        request.session.pop(PENDING, None)
        raise
    except CampusError as error:
        form.add_error(None, error.message)
        challenge = challenge_facts(request, account, error)
        return activate_form(request, facts, document=document, code=code, status=error.http_status, **challenge)
    sessions.open_session(request, account=account, campus_no=facts["campus_no"], how="activation")
    request.session[AFTER_SETUP] = facts["after"]
    response = HttpResponseRedirect(reverse("identity:setup"))
    devices.remember(request, response, facts["campus_no"])
    return response


def proved(request: HttpRequest, account: Account, form: DocumentProofForm | CodeProofForm) -> Account:
    by, typed = actor_of(request), form.cleaned_data
    is_solved = challenges.is_solved(challenges.answer_in(request), subject=activation.challenge_subject(account))
    if isinstance(form, CodeProofForm):
        return activation.prove_by_code(by=by, account=account, code=typed["code"], is_challenge_solved=is_solved)
    return activation.prove_by_document(
        by=by, account=account, name=typed["name"], id_number=typed["id_number"], is_challenge_solved=is_solved
    )


def challenge_facts(request: HttpRequest, account: Account, error: CampusError) -> dict[str, Any]:
    """Who has to wait may solve a challenge instead."""
    if not isinstance(error, TooManyAttemptsError):
        return {}
    return new_challenge(request, activation.challenge_subject(account))


def activate_form(
    request: HttpRequest,
    facts: dict[str, Any],
    *,
    document: DocumentProofForm,
    code: CodeProofForm,
    status: int = 200,
    **challenge: Any,
) -> HttpResponse:
    """Whoever is here has proved little: the page names neither the phone nor anything else of the person."""
    context = {
        "document": document,
        "code": code,
        "is_sent": facts["is_sent"],
        "campus_no": facts["campus_no"],
        **challenge,
    }
    return render(request, "identity/activate.html", context, status=status)


@open_page
@require_POST
def send_code(request: HttpRequest) -> HttpResponse:
    account, facts = pending(request)
    try:
        activation.send_code(by=actor_of(request), account=account)
    except CodeStillGoodError as error:
        facts["is_sent"] = True
        request.session[PENDING] = facts
        return code_refused(request, facts, error)
    except CampusError as error:
        return code_refused(request, facts, error)
    facts["is_sent"] = True
    request.session[PENDING] = facts
    return HttpResponseRedirect(reverse("identity:activate") + "#code")


def code_refused(request: HttpRequest, facts: dict[str, Any], error: CampusError) -> HttpResponse:
    code = CodeProofForm({})
    code.full_clean()
    code.errors.clear()
    code.add_error(None, error.message)
    return activate_form(request, facts, document=DocumentProofForm(), code=code, status=error.http_status)
