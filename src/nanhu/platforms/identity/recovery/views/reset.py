"""忘记密码: who it is, one proof of several, a new password. Nobody is signed in on the way."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel.actors import actor_of
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.errors import PasswordRefusedError
from nanhu.platforms.identity.forms import NewPasswordForm
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.pages import next_path
from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.recovery import attempts, challenges, questions, resets
from nanhu.platforms.identity.recovery.errors import AttemptExpiredError
from nanhu.platforms.identity.recovery.forms import AnswersForm, ForgotPasswordForm
from nanhu.platforms.identity.recovery.models import Attempt, ContactKind
from nanhu.platforms.identity.recovery.views import pages
from nanhu.platforms.identity.recovery.ways import ways

RESET = Attempt.Kind.RESET


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def forgot_password(request: HttpRequest) -> HttpResponse:
    after = next_path(request, default="")
    form = ForgotPasswordForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return pages.shown(request, "forgot_password", form=form, next=after)
    claim = form.claim()
    try:
        is_solved = challenges.is_solved(challenges.answer_in(request), subject=claim.subject)
        secret = attempts.begin(by=actor_of(request), kind=RESET, claim=claim, is_challenge_solved=is_solved)
    except CampusError as error:
        form.add_error(None, error.message)
        challenge = pages.challenge_for(request, claim.subject)
        return pages.shown(request, "forgot_password", status=error.http_status, form=form, next=after, **challenge)
    pages.keep_secret(request, RESET, secret, after=after)
    return HttpResponseRedirect(reverse("identity:reset_ways"))


@open_page
@require_http_methods(["GET", "HEAD"])
def reset_ways(request: HttpRequest) -> HttpResponse:
    attempt = pages.attempt_here(request, RESET)
    if attempt.proved_at is not None:
        return HttpResponseRedirect(reverse("identity:reset_password"))
    further = [(way, reverse(way.url_name)) for way in ways]
    return pages.shown(request, "reset_ways", further=further)


@open_page
@require_POST
def reset_send_code(request: HttpRequest) -> HttpResponse:
    attempt = pages.attempt_here(request, RESET)
    channel = ContactKind.MAIL if request.POST.get("channel") == ContactKind.MAIL else ContactKind.PHONE
    attempts.ask_code(by=actor_of(request), attempt=attempt, channel=channel)
    return HttpResponseRedirect(reverse("identity:reset_code"))


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def reset_code(request: HttpRequest) -> HttpResponse:
    attempt = pages.attempt_here(request, RESET)
    return pages.code_page(
        request, attempt, onward="reset_password", resend="reset_send_code", back="reset_ways", channel=attempt.channel
    )


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def reset_questions(request: HttpRequest) -> HttpResponse:
    attempt = pages.attempt_here(request, RESET)
    form = AnswersForm(questions.texts_for(attempt), request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            questions.prove(by=actor_of(request), attempt=attempt, answers=form.answers())
            return to_new_password(request)
        except CampusError as error:
            form.add_error(None, error.message)
            status = error.http_status
    return pages.shown(request, "reset_questions", status=status, form=form)


def accept_proof(request: HttpRequest, *, account: Account, method: str) -> HttpResponse:
    """For a further way (a passkey): its proof of `account` counts if this browser's attempt is about that account."""
    attempts.prove_as(by=actor_of(request), attempt=pages.attempt_here(request, RESET), account=account, how=method)
    return to_new_password(request)


def to_new_password(request: HttpRequest) -> HttpResponse:
    request.session.cycle_key()
    return HttpResponseRedirect(reverse("identity:reset_password"))


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def reset_password(request: HttpRequest) -> HttpResponse:
    attempt = pages.attempt_here(request, RESET)
    if attempt.proved_at is None:
        raise AttemptExpiredError
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            resets.finish(
                by=actor_of(request),
                secret=pages.secret_of(request, RESET),
                password=form.cleaned_data["new_password"],
            )
        except PasswordRefusedError as error:
            for problem in error.problems:
                form.add_error("new_password", str(problem))
        else:
            return to_sign_in(request)
    return pages.shown(request, "reset_password", form=form)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in, and from there where one wanted to go at first."""
    after = pages.after_of(request, RESET)
    pages.forget_secret(request, RESET)
    messages.success(request, _("密码已重设，所有登录都已退出。请用新密码登录。"))
    where = reverse("identity:sign_in")
    return HttpResponseRedirect(f"{where}?{urlencode({'next': after})}" if after else where)
