"""What is done with one account: each a form of its own, refused with the page and the reason on it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import PageRequest
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import Seen
from nanhu.platforms.identity.administration.console import account_to
from nanhu.platforms.identity.administration.forms import (
    EndSessionForm,
    GrantForm,
    NoteForm,
    ResetForm,
    RevokeForm,
    SuspendForm,
)
from nanhu.platforms.identity.administration.policies import Act
from nanhu.platforms.identity.administration.services import desk
from nanhu.platforms.identity.administration.views.accounts import account as page
from nanhu.platforms.identity.factors.services import removal
from nanhu.platforms.identity.lifecycle import counter, suspensions
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.policies import SECURITY
from nanhu.platforms.identity.services import roles
from nanhu.platforms.people import api as people

AT_THE_COUNTER = _("柜台")


@page.action("unlock", subject=Seen(account_to(Act.UNLOCK)), done=_("已解锁，可以再试。"))
def unlock(request: PageRequest, account: Account) -> None:
    counter.unlock_account(by=request.actor, account=account, reason=str(AT_THE_COUNTER))


@page.action("sign-out", form=EndSessionForm, subject=Seen(account_to(Act.SIGN_OUT)), done=_("已退出登录。"))
def sign_out(request: PageRequest, form: EndSessionForm, account: Account) -> None:
    """One session, named in the form, or all of them."""
    session = form.cleaned_data["session"]
    counter.sign_out(by=request.actor, account_id=account.pk, public_id=session, reason=str(AT_THE_COUNTER))


@page.action("suspend", form=SuspendForm, subject=Seen(account_to(Act.SUSPEND)), done=_("已停用，登录都已退出。"))
def suspend(request: PageRequest, form: SuspendForm, account: Account) -> None:
    suspensions.suspend(by=request.actor, account_id=account.pk, **form.cleaned_data)


@page.action("resume", form=ReasonForm, subject=Seen(account_to(Act.RESUME)), done=_("已恢复。"))
def resume(request: PageRequest, form: ReasonForm, account: Account) -> None:
    suspensions.resume(by=request.actor, account_id=account.pk, **form.cleaned_data)


@page.action(
    "new-password",
    form=ReasonForm,
    subject=Seen(account_to(Act.NEW_PASSWORD)),
    done=_("原密码已作废，登录都已退出；本人用“忘记密码”设新密码。"),
)
def new_password(request: PageRequest, form: ReasonForm, account: Account) -> None:
    counter.require_new_password(by=request.actor, account_id=account.pk, **form.cleaned_data)


@page.action("note", form=NoteForm, subject=Seen(account_to(Act.NOTE)), done=_("备注已记下。"))
def note(request: PageRequest, form: NoteForm, account: Account) -> None:
    desk.write_note(by=request.actor, account=account, text=form.cleaned_data["text"])


@page.action(
    "factors",
    form=ReasonForm,
    roles={SECURITY},
    subject=Seen(account_to(Act.FACTORS)),
    done=_("第二步验证已全部清除，登录都已退出；下次登录重新设置。"),
)
def remove_factors(request: PageRequest, form: ReasonForm, account: Account) -> None:
    removal.remove_all(by=request.actor, account=account, **form.cleaned_data)


@page.action(
    "roles/grant", form=GrantForm, roles={SECURITY}, subject=Seen(account_to(Act.ROLES)), done=_("角色已授予。")
)
def grant_role(request: PageRequest, form: GrantForm, account: Account) -> None:
    said = form.cleaned_data
    roles.grant(
        by=request.actor,
        account_id=account.pk,
        role=said["role"],
        unit_code=said["unit"].code if said["unit"] else "",
        reason=said["reason"],
        ends_at=said["ends_on"],
    )


@page.action(
    "roles/revoke", form=RevokeForm, roles={SECURITY}, subject=Seen(account_to(Act.ROLES)), done=_("角色已收回。")
)
def revoke_role(request: PageRequest, form: RevokeForm, account: Account) -> None:
    said = form.cleaned_data
    roles.revoke(by=request.actor, account_id=account.pk, role=said["role"], unit_code=said["unit"])


@page.action(
    "roles/carry", form=RevokeForm, roles={SECURITY}, subject=Seen(account_to(Act.ROLES)), done=_("角色已授予。")
)
def carry_role(request: PageRequest, form: RevokeForm, account: Account) -> None:
    """One that the account of a merged record had."""
    said = form.cleaned_data
    roles.carry_over(by=request.actor, account=account, role=said["role"], unit_code=said["unit"])


@page.action(
    "roles/leave", form=RevokeForm, roles={SECURITY}, subject=Seen(account_to(Act.ROLES)), done=_("角色已收回。")
)
def leave_role(request: PageRequest, form: RevokeForm, account: Account) -> None:
    said = form.cleaned_data
    roles.leave_behind(by=request.actor, account=account, role=said["role"], unit_code=said["unit"])


@page.form(
    "reset",
    ResetForm,
    title=_("柜台重置"),
    subject=Seen(account_to(Act.RESET)),
    submit=_("核对无误，重置"),
    icon="check",
    template="identity/administration/reset.html",
    facts=lambda _request, account: {"person": people.person_card(account.person_id)},
)
def reset(request: PageRequest, form: ResetForm, account: Account) -> HttpResponse:
    """The code is in this one answer and nowhere else: a slip to print and hand over."""
    code = desk.reset_after_document(
        by=request.actor, account=account, seen=form.seen(), reason=form.cleaned_data["reason"]
    )
    person = people.person_card(account.person_id)
    return render(request, "identity/administration/slip.html", {"person": person, "code": code})
