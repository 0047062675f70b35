"""Sign-in, sign-out and the start of an activation, for every protocol that asks for a password."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nanhu.kernel.actors import actor_of
from nanhu.kernel.throttle import TooManyAttemptsError
from nanhu.platforms.identity import devices
from nanhu.platforms.identity.current import session_or_none
from nanhu.platforms.identity.errors import HashingBusyError
from nanhu.platforms.identity.factors import admission
from nanhu.platforms.identity.forms import SignInForm
from nanhu.platforms.identity.pages import next_path, sign_in_form
from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.recovery import challenges
from nanhu.platforms.identity.recovery.views.pages import challenge_for, new_challenge
from nanhu.platforms.identity.rules import normalise_sign_in_name
from nanhu.platforms.identity.services import sign_in
from nanhu.platforms.identity.services.limits import Standing
from nanhu.platforms.identity.views import activation

LONGEST_HINT = 100
type Welcome = Callable[[HttpRequest], HttpResponse]


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    target = next_path(request)
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(target)
        return sign_in_form(request, empty_form(request, SignInForm), after=target)
    return answer(
        request, SignInForm(request.POST), after=target, welcome=lambda _request: HttpResponseRedirect(target)
    )


def answer(request: HttpRequest, form: SignInForm, *, after: str, welcome: Welcome, **facts: Any) -> HttpResponse:
    """What the sign-in policy says to this form. `after` is where activation and set-up lead in the end."""
    if not form.is_valid():
        return sign_in_form(request, form, after=after, **facts)
    name = normalise_sign_in_name(form.cleaned_data["username"])
    key = str(getattr(facts.get("application"), "key", ""))
    try:
        verdict = verdict_of(
            request, typed=form.cleaned_data["username"], password=form.cleaned_data["password"], application=key
        )
    except (TooManyAttemptsError, HashingBusyError) as error:
        form.add_error(None, error.message)
        if isinstance(error, TooManyAttemptsError):
            facts |= new_challenge(request, name)
        return sign_in_form(request, form, after=after, status=error.http_status, is_throttled=True, **facts)
    if verdict.account is None or verdict.answer == sign_in.Answer.REFUSED:
        form.add_error(None, _("账号或密码不正确。"))
        facts |= challenge_for(request, name, browser=devices.known_browser(request, name))
        return sign_in_form(request, form, after=after, **facts)
    if verdict.answer == sign_in.Answer.ACTIVATE:
        return activation.start(request, account=verdict.account, campus_no=verdict.campus_no, after=after)
    response = admission.admit(
        request,
        account=verdict.account,
        campus_no=verdict.campus_no,
        methods=verdict.methods,
        after=after,
        welcome=welcome,
        application=key,
    )
    if not form.cleaned_data["remember"]:
        response.cookies.pop(devices.COOKIE, None)  # a computer of the library need not know who sat there
    return response


def verdict_of(request: HttpRequest, *, typed: str, password: str, application: str = "") -> sign_in.Verdict:
    name = normalise_sign_in_name(typed)
    is_solved = challenges.is_solved(challenges.answer_in(request), subject=name)
    return sign_in.check(
        by=actor_of(request),
        typed_name=typed,
        password=password,
        standing=Standing(browser=devices.known_browser(request, name), is_solved=is_solved),
        application=application,
    )


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """The same person once more: an application or a page wants a fresh proof."""
    target = next_path(request)
    if request.method != "POST":
        return sign_in_form(request, empty_form(request, SignInForm), after=target, must_renew=True)
    return answer(
        request,
        SignInForm(request.POST),
        after=target,
        welcome=lambda _request: HttpResponseRedirect(target),
        must_renew=True,
    )


def empty_form[Form: SignInForm](request: HttpRequest, kind: type[Form]) -> Form:
    """With the name an application already knows (`login_hint`), or whoever is signed in and is asked once more, the
    cursor waits for the password."""
    session = session_or_none(request)
    hint = request.GET.get("login_hint", "")[:LONGEST_HINT] or (session.campus_no if session is not None else "")
    form = kind(initial={"username": hint} if hint else None)
    if hint:
        form.fields["username"].widget.attrs.pop("autofocus", None)
        form.fields["password"].widget.attrs["autofocus"] = True
    return form
