"""Set-up: one page per thing that is due, nothing else opens before the last of them."""

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from nanhu.kernel.actors import actor_of
from nanhu.platforms.identity.errors import PasswordRefusedError
from nanhu.platforms.identity.factors.services.overview import factors_of
from nanhu.platforms.identity.forms import ContactForm, GuestSetupForm, NewPasswordForm, QuestionsForm
from nanhu.platforms.identity.middleware import AFTER_SETUP
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.pages import owner_of
from nanhu.platforms.identity.policies import open_during_setup
from nanhu.platforms.identity.rules_urls import is_own_path
from nanhu.platforms.identity.services import setup
from nanhu.platforms.identity.services.setup import Step

FORMS: dict[Step, type[NewPasswordForm | QuestionsForm | ContactForm]] = {
    Step.PASSWORD: NewPasswordForm,
    Step.QUESTIONS: QuestionsForm,
    Step.CONTACT: ContactForm,
    Step.GUEST: GuestSetupForm,
}
STEPS = {Step.PASSWORD: _("设置新密码"), Step.QUESTIONS: _("设置密保"), Step.CONTACT: _("联系方式与隐私告知")}
TITLES = {**STEPS, Step.GUEST: _("设置新密码")}


@open_during_setup
def setup_page(request: HttpRequest) -> HttpResponse:
    """Send on to the first thing that is due."""
    account = owner_of(request)
    due = setup.due_steps(account) if account.state == Account.State.MUST_COMPLETE else []
    if due:
        return HttpResponseRedirect(reverse("identity:setup_step", args=[due[0]]))
    setup.complete(by=actor_of(request), account=account)
    return HttpResponseRedirect(reverse("identity:setup_done"))


@open_during_setup
@sensitive_post_parameters()
def setup_step(request: HttpRequest, step: str) -> HttpResponse:
    account = owner_of(request)
    due = setup.due_steps(account) if account.state == Account.State.MUST_COMPLETE else []
    if not due or step != due[0]:
        return HttpResponseRedirect(reverse("identity:setup"))
    form = FORMS[due[0]](request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            take(request, account, form)
            return HttpResponseRedirect(reverse("identity:setup"))
        except PasswordRefusedError as error:
            for problem in error.problems:
                form.add_error("new_password", str(problem))
    context = {
        "form": form,
        "step": due[0].value,
        "title": TITLES[due[0]],
        "steps": list(STEPS.values()) if due[0] in STEPS else [],
        "current": list(STEPS).index(due[0]) + 1 if due[0] in STEPS else 0,
    }
    return render(request, "identity/setup.html", context)


def take(request: HttpRequest, account: Account, form: NewPasswordForm | QuestionsForm | ContactForm) -> None:
    by = actor_of(request)
    if isinstance(form, GuestSetupForm):
        said = form.cleaned_data
        account = setup.set_up_guest(by=by, account=account, password=said["new_password"], phone=said["phone"])
        update_session_auth_hash(request, account)
    elif isinstance(form, NewPasswordForm):
        account = setup.set_password(by=by, account=account, password=form.cleaned_data["new_password"])
        update_session_auth_hash(request, account)
    elif isinstance(form, QuestionsForm):
        setup.set_questions(by=by, account=account, questions=form.pairs())
    else:
        setup.set_contact(by=by, account=account, phone=form.cleaned_data["phone"], email=form.cleaned_data["email"])


@open_during_setup
def setup_done(request: HttpRequest) -> HttpResponse:
    """A page with a link, not a redirect: the way on may lead to another host, where a form must not be sent."""
    account = owner_of(request)
    if account.state != Account.State.ACTIVE:
        return HttpResponseRedirect(reverse("identity:setup"))
    after = str(request.session.pop(AFTER_SETUP, "/"))
    facts = {"factors": factors_of(account), "is_guest": setup.is_guest_alone(account)}
    return render(request, "identity/setup_done.html", {"after": after if is_own_path(after) else "/", **facts})


@login_not_required
def privacy_notice(request: HttpRequest) -> HttpResponse:
    return render(request, "identity/privacy.html", {"version": setup.PRIVACY_VERSION})
