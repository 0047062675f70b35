"""The page of the emergency read-only mode (应急只读): one administrator asks that it begin or end, another agrees.

It is itself among what goes on while the school is read-only. The machine's own command (`nanhu read_only`) needs no second person.
"""

from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit, read_only, registry
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.kit import Badge, Console, Empty, Moment, PageRequest, Table, Text, Who, listing
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.models import ReadOnlySpell
from nanhu.kernel.proposals import EXPIRY, NOT_IN_TIME, given
from nanhu.kernel.read_only import switching
from nanhu.platforms.portal.errors import SwitchWaitsError
from nanhu.platforms.portal.models import ReadOnlyChange

State = ReadOnlyChange.State
SWITCHED = "机房里已经切换过，这份申请不再合用"
ADMINISTRATORS = ("campus.admin", "identity.security")


@transaction.atomic
def ask(*, by: Actor, token: UUID, reason: str) -> ReadOnlyChange:
    """That it begin when the school is as usual, that it end when it is read-only."""
    if known := ReadOnlyChange.known(by, token):
        return known
    begins = read_only.lasting() is None
    for waiting in ReadOnlyChange.objects.select_for_update().filter(state=State.ASKED):
        close(waiting, begins=begins)
    change = ReadOnlyChange.begun(
        by,
        token,
        begins=begins,
        reason=given(reason),
    )
    audit.record(by=by, action="portal.ask_read_only", target=read_only.TARGET, reason=change.reason)
    return change


def close(row: ReadOnlyChange, *, begins: bool) -> None:
    """One that nobody can agree to any more makes room: its time is over, or the machine's own command was quicker."""
    if not row.is_overdue and row.begins == begins:
        raise SwitchWaitsError
    row.state, row.answer, row.decided_at = State.REFUSED, NOT_IN_TIME if row.is_overdue else SWITCHED, now()
    row.save()
    audit.record(by=EXPIRY, action="portal.refuse_read_only", target=read_only.TARGET, reason=row.answer)


@transaction.atomic
def approve(*, by: Actor, change: ReadOnlyChange) -> ReadOnlyChange:
    row = change.locked_in([State.ASKED])
    row.decide(by, state=State.APPLIED)
    row.save()
    turn = switching.begin if row.begins else switching.end
    turn(by=by, reason=row.reason, with_approval_of=row.author_name)
    return row


@transaction.atomic
def refuse(*, by: Actor, change: ReadOnlyChange, answer: str) -> ReadOnlyChange:
    row = change.locked_in([State.ASKED])
    row.decide(by, state=State.REFUSED, answer=given(answer))
    row.save()
    audit.record(by=by, action="portal.refuse_read_only", target=read_only.TARGET, reason=row.answer)
    return row


desk = Console(
    "portal:read_only",
    _("应急只读"),
    icon="lock-keyhole",
    owner=_("信息中心"),
    description=_("出事时让全校只能看、不能改；两人才能启用和结束"),
    roles=[role for key in ADMINISTRATORS if (role := registry.roles.get(key))],
    order=995,
)


class Spells(Table):
    reason = Text(_("原因"), is_wide=True)
    began = Moment(_("启用"), "began_at")
    began_by = Text(_("启用人"), lambda one: "、".join(filter(None, [one.began_with, one.began_by])))
    ended = Moment(_("结束"), "ended_at")
    ended_by = Text(_("结束人"), lambda one: "、".join(filter(None, [one.ended_with, one.ended_by])))


@desk.page(
    "",
    title=_("应急只读"),
    tab=_("记录"),
    lead=_(
        "启用以后，全校只能看、不能改，登录、挂失、消费和门禁照常，后台的活等着；结束以后接着做。三秒内到各台机器。"
    ),
)
def spells(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("从没有启用过"), icon="lock-keyhole-open")
    return listing(request, Spells, ReadOnlySpell.objects.order_by("-began_at", "-pk"), empty=none)


@spells.form(
    "ask/",
    ReasonForm,
    title=_("启用或结束应急只读"),
    lead=_("没有启用时是申请启用，已启用时是申请结束；另一位管理员同意后生效。原因会写在每一页上。"),
    button=_("申请启用或结束"),
    icon="lock-keyhole",
    done=_("已申请，等另一位管理员同意。"),
    to="spells",
)
def ask_change(request: PageRequest, form: ReasonForm) -> None:
    ask(by=request.actor, token=uuid4(), **form.cleaned_data)


class Changes(Table):
    what = Text(_("申请"), str)
    reason = Text(_("原因"), is_wide=True)
    author = Who(_("申请人"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=State.choices, tones={"applied": "good", "refused": "none"}, tone="warn")


changes = desk.proposals(
    "changes/",
    ReadOnlyChange,
    Changes,
    title=_("启用和结束的申请"),
    tab=_("待复核"),
    on_approve=lambda by, one: approve(by=by, change=one),
    on_refuse=lambda by, one, answer: refuse(by=by, change=one, answer=answer),
    empty=Empty(title=_("没有申请"), icon="lock-keyhole-open"),
)
