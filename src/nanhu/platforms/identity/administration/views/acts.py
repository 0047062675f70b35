"""What is done with one account: each a form of its own, refused with the page and the reason on it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.administration.forms import GrantForm, NoteForm, ReasonForm, ResetForm, SuspendForm
from nanhu.platforms.identity.administration.policies import DESK, SECURITY, Act
from nanhu.platforms.identity.administration.queries.accounts import facts_of
from nanhu.platforms.identity.administration.services import desk
from nanhu.platforms.identity.administration.views.accounts import show
from nanhu.platforms.identity.administration.views.frame import account_to, by_of, plain, tabs_of
from nanhu.platforms.identity.factors.services import removal
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.policies import role_required
from nanhu.platforms.identity.services import counter, roles, suspensions


def done(request: HttpRequest, account: Account, action: Callable[[], object], said: str) -> HttpResponse:
    """Do it; an expected refusal comes back on the account's page."""
    try:
        action()
    except CampusError as error:
        return show(request, account, status=error.http_status, error=error.message)
    messages.success(request, said)
    return redirect("identity:admin_account", public_id=account.public_id)


def reason_in(data: QueryDict) -> str:
    form = ReasonForm(data)
    return form.cleaned_data["reason"] if form.is_valid() else ""


def need_reason(request: HttpRequest, account: Account) -> HttpResponse:
    return show(request, account, status=422, error=_("请写明原因。"))


@require_POST
@role_required(*DESK)
def unlock(request: HttpRequest, public_id: UUID) -> HttpResponse:
    account = account_to(request, public_id, Act.UNLOCK)
    by = by_of(request)
    return done(
        request,
        account,
        lambda: counter.unlock_account(by=by, account=account, reason=_("柜台")),
        _("已解锁，可以再试。"),
    )


@require_POST
@role_required(*DESK)
def sign_out(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One session, named in the form, or all of them."""
    account = account_to(request, public_id, Act.SIGN_OUT)
    try:
        session = UUID(request.POST.get("session", "")) if request.POST.get("session") else None
    except ValueError:
        return need_reason(request, account)
    by = by_of(request)
    return done(
        request,
        account,
        lambda: counter.sign_out(by=by, account_id=account.pk, public_id=session, reason=_("柜台")),
        _("已退出登录。"),
    )


@require_POST
@role_required(*DESK)
def suspend(request: HttpRequest, public_id: UUID) -> HttpResponse:
    account, form = account_to(request, public_id, Act.SUSPEND), SuspendForm(request.POST)
    if not form.is_valid():
        return show(request, account, status=422, suspend_form=form)
    by, said = by_of(request), form.cleaned_data
    return done(
        request,
        account,
        lambda: suspensions.suspend(by=by, account_id=account.pk, reason=said["reason"], until=said["until"]),
        _("已停用，登录都已退出。"),
    )


@require_POST
@role_required(*DESK)
def resume(request: HttpRequest, public_id: UUID) -> HttpResponse:
    account = account_to(request, public_id, Act.RESUME)
    by, reason = by_of(request), reason_in(request.POST)
    if not reason:
        return need_reason(request, account)
    return done(
        request, account, lambda: suspensions.resume(by=by, account_id=account.pk, reason=reason), _("已恢复。")
    )


@require_POST
@role_required(*DESK)
def new_password(request: HttpRequest, public_id: UUID) -> HttpResponse:
    account = account_to(request, public_id, Act.NEW_PASSWORD)
    by, reason = by_of(request), reason_in(request.POST)
    if not reason:
        return need_reason(request, account)
    return done(
        request,
        account,
        lambda: counter.require_new_password(by=by, account_id=account.pk, reason=reason),
        _("下次登录后要先换密码。"),
    )


@require_POST
@role_required(*DESK)
def note(request: HttpRequest, public_id: UUID) -> HttpResponse:
    account, form = account_to(request, public_id, Act.NOTE), NoteForm(request.POST)
    if not form.is_valid():
        return show(request, account, status=422, note_form=form)
    by = by_of(request)
    return done(
        request,
        account,
        lambda: desk.write_note(by=by, account=account, text=form.cleaned_data["text"], name=by.name),
        _("备注已记下。"),
    )


@require_POST
@role_required(SECURITY)
def remove_factors(request: HttpRequest, public_id: UUID) -> HttpResponse:
    account = account_to(request, public_id, Act.FACTORS)
    by, reason = by_of(request), reason_in(request.POST)
    if not reason:
        return need_reason(request, account)
    return done(
        request,
        account,
        lambda: removal.remove_all(by=by, account=account, reason=reason),
        _("第二步验证已全部清除，登录都已退出；下次登录重新设置。"),
    )


@require_POST
@role_required(SECURITY)
def grant_role(request: HttpRequest, public_id: UUID) -> HttpResponse:
    account, form = account_to(request, public_id, Act.ROLES), GrantForm(request.POST)
    if not form.is_valid():
        return show(request, account, status=422, grant_form=form)
    by, said = by_of(request), form.cleaned_data
    return done(
        request,
        account,
        lambda: roles.grant(
            by=by,
            account_id=account.pk,
            role=said["role"],
            unit_code=said["unit"].code if said["unit"] else "",
            reason=said["reason"],
            ends_at=said["ends_on"],
        ),
        _("角色已授予。"),
    )


@require_POST
@role_required(SECURITY)
def revoke_role(request: HttpRequest, public_id: UUID) -> HttpResponse:
    account = account_to(request, public_id, Act.ROLES)
    by, role, unit = by_of(request), plain(request.POST.get("role", "")), plain(request.POST.get("unit", ""))
    return done(
        request,
        account,
        lambda: roles.revoke(by=by, account_id=account.pk, role=role, unit_code=unit),
        _("角色已收回。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@role_required(*DESK)
def reset(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The code is in this one answer and nowhere else: a slip to print and hand over."""
    account, form = account_to(request, public_id, Act.RESET), ResetForm(request.POST or None)
    facts = {"account": account, "form": form, "facts": facts_of(account), "tabs": tabs_of(request)}
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "identity/administration/reset.html", facts, status=status)
    try:
        code = desk.reset_after_document(
            by=by_of(request), account=account, seen=form.seen(), reason=form.cleaned_data["reason"]
        )
    except CampusError as error:
        facts["error"] = error.message
        return render(request, "identity/administration/reset.html", facts, status=error.http_status)
    return render(request, "identity/administration/slip.html", facts | {"code": code})
