"""My account (账号安全): password, security questions, sessions."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from nanhu.kernel.actors import actor_of
from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit import Badge, Markup, Table, Text, list_of
from nanhu.kernel.ui import dates, words
from nanhu.platforms.identity import queries, security_cards
from nanhu.platforms.identity.errors import PasswordRefusedError
from nanhu.platforms.identity.factors.services import history, new_devices, strength
from nanhu.platforms.identity.factors.services.overview import factors_of
from nanhu.platforms.identity.forms import ChangePasswordForm, ChangeQuestionsForm
from nanhu.platforms.identity.models import SecurityQuestion, SsoSession
from nanhu.platforms.identity.pages import owner_of
from nanhu.platforms.identity.services import credentials, sessions

PAGE_SIZE = 20
NEW_SHOWN = 5


def security_page(request: HttpRequest) -> HttpResponse:
    account = owner_of(request)
    factors = factors_of(account)
    questions = SecurityQuestion.objects.filter(account=account).count()
    marks = strength.marks_of(account, factors=factors, questions=questions)
    context = {
        "account": account,
        "questions": questions,
        "factors": factors,
        "marks": marks,
        "marks_total": len(marks),
        "marks_done": sum(mark.is_done for mark in marks),
        "live_sessions": SsoSession.objects.filter(account=account, ended_at=None).count(),
        "new_devices": [
            (one, words.browser(one.session.user_agent)) for one in new_devices.unanswered(account)[:NEW_SHOWN]
        ],
        "cards": security_cards.cards_for(account),
    }
    return render(request, "identity/security.html", context)


@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    form = ChangePasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            account = credentials.change_password(
                by=actor_of(request),
                account=owner_of(request),
                old_password=form.cleaned_data["old_password"],
                new_password=form.cleaned_data["new_password"],
                keep_session=request.session.get(sessions.SESSION_ID),
            )
        except PasswordRefusedError as error:
            for problem in error.problems:
                form.add_error("new_password", str(problem))
        except CampusError as error:
            form.add_error("old_password", error.message)
        else:
            update_session_auth_hash(request, account)
            messages.success(request, _("密码已修改，其他设备上的登录都已退出。"))
            return HttpResponseRedirect(reverse("identity:security"))
    return render(request, "identity/change_password.html", {"form": form})


@sensitive_post_parameters()
def change_questions(request: HttpRequest) -> HttpResponse:
    form = ChangeQuestionsForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            credentials.change_questions(
                by=actor_of(request),
                account=owner_of(request),
                password=form.cleaned_data["old_password"],
                questions=form.pairs(),
                keep_session=request.session.get(sessions.SESSION_ID),
            )
        except CampusError as error:
            form.add_error("old_password", error.message)
        else:
            messages.success(request, _("密保已更新，其他设备上的登录都已退出。"))
            return HttpResponseRedirect(reverse("identity:security"))
    return render(request, "identity/change_questions.html", {"form": form})


def ways_of(one: history.SignIn) -> str:
    return f"{one.ways or '—'} · {_('两步')}" if one.session.second_factor_at else one.ways


def state_of(one: history.SignIn) -> str:
    """How it ended, in words, where it did."""
    if one.is_here or one.session.ended_at is None:
        return "here" if one.is_here else "live"
    return f"{one.session.get_ended_how_display()} {dates.time_words(one.session.ended_at)}"


class SignIns(Table):
    device = Markup(_lazy("设备"), "identity/_device.html")
    created_at = Text(_lazy("登录时间"), lambda one: dates.time_words(one.session.created_at), is_number=True)
    ways = Text(_lazy("怎样登录"), ways_of)
    state = Badge(
        _lazy("状态"),
        state_of,
        names={"here": _lazy("本机"), "live": _lazy("在线")},
        tones={"here": "good", "live": "info"},
        tone="none",
    )
    ledger = Markup(_lazy("应用"), "identity/_device_ledger.html")
    actions = Markup(_lazy("操作"), "identity/_device_actions.html")


def sessions_page(request: HttpRequest) -> HttpResponse:
    rows = queries.sessions_of(owner_of(request))
    each = partial(history.sign_ins, here=request.session.get(sessions.SESSION_ID))
    found = list_of(request, SignIns, rows, caption=_("登录记录"), per_page=PAGE_SIZE, each=each)
    return render(request, "identity/sessions.html", {"list": found})


@require_POST
def end_session(request: HttpRequest, public_id: UUID) -> HttpResponse:
    if sessions.end_one(by=actor_of(request), account=owner_of(request), public_id=public_id):
        messages.success(request, _("那台设备已退出登录。"))
    return HttpResponseRedirect(reverse("identity:sessions"))


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    count = sessions.end_others(
        by=actor_of(request),
        account=owner_of(request),
        but=request.session.get(sessions.SESSION_ID),
        how=SsoSession.End.ENDED_ELSEWHERE,
    )
    messages.success(request, _("已退出其他 %(count)d 处登录。") % {"count": count})
    return HttpResponseRedirect(reverse("identity:sessions"))
