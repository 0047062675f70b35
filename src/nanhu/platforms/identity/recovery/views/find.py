"""查询账号: name and document, a code, and then the numbers."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel.actors import actor_of
from nanhu.kernel.crypto import mask_name
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.pages import next_path
from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.recovery import attempts, challenges
from nanhu.platforms.identity.recovery.errors import AttemptExpiredError
from nanhu.platforms.identity.recovery.forms import FindAccountForm
from nanhu.platforms.identity.recovery.models import Attempt, ContactKind
from nanhu.platforms.identity.recovery.views import pages
from nanhu.platforms.people import api as people

FIND = Attempt.Kind.FIND


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def find_account(request: HttpRequest) -> HttpResponse:
    after = next_path(request, default="")
    form = FindAccountForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return pages.shown(request, "find_account", form=form, next=after)
    claim, by = form.claim(), actor_of(request)
    try:
        is_solved = challenges.is_solved(challenges.answer_in(request), subject=claim.subject)
        secret = attempts.begin(by=by, kind=FIND, claim=claim, is_challenge_solved=is_solved)
        attempts.ask_code(
            by=by, attempt=attempts.attempt_of(FIND, secret), channel=ContactKind(form.cleaned_data["channel"])
        )
    except CampusError as error:
        form.add_error(None, error.message)
        challenge = pages.challenge_for(request, claim.subject)
        return pages.shown(request, "find_account", status=error.http_status, form=form, next=after, **challenge)
    pages.keep_secret(request, FIND, secret, after=after)
    return HttpResponseRedirect(reverse("identity:find_account_code"))


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def find_account_code(request: HttpRequest) -> HttpResponse:
    attempt = pages.attempt_here(request, FIND)
    if attempt.proved_at is not None:
        return HttpResponseRedirect(reverse("identity:found_account"))
    return pages.code_page(
        request, attempt, onward="found_account", resend="find_account_resend", back="find_account", channel=""
    )


@open_page
@require_POST
def find_account_resend(request: HttpRequest) -> HttpResponse:
    attempt = pages.attempt_here(request, FIND)
    attempts.ask_code(by=actor_of(request), attempt=attempt, channel=ContactKind(attempt.channel))
    return HttpResponseRedirect(reverse("identity:find_account_code"))


@open_page
@require_http_methods(["GET", "HEAD"])
def found_account(request: HttpRequest) -> HttpResponse:
    attempt = pages.attempt_here(request, FIND)
    numbers = attempts.numbers_of(attempt)
    card = people.person_card(attempt.person_id) if attempt.person_id else None
    if card is None:
        raise AttemptExpiredError
    return pages.shown(
        request,
        "found_account",
        numbers=numbers,
        name_masked=mask_name(card.name),
        next=pages.after_of(request, FIND),
    )
