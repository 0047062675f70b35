"""Bulk actions (批量办理): who would be affected is written down first; only what was shown is then done.

Each account is a transaction of its own, with its audit row; a run that is cut short goes on where it was.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError, WrongStateError
from nanhu.kernel.jobs import ProgressHandle, job, open_progress, start_progress
from nanhu.platforms.identity.administration.errors import BulkEmptyError, BulkTooManyError
from nanhu.platforms.identity.administration.models import BulkAction, BulkItem
from nanhu.platforms.identity.administration.policies import (
    Act,
    Holder,
    acts_of,
    administrators_among,
    holder_now,
    scope_of,
    visible_to,
)
from nanhu.platforms.identity.lifecycle import counter, suspensions
from nanhu.platforms.identity.lifecycle.accounts import CLOSED, note
from nanhu.platforms.identity.models import Account, Suspension
from nanhu.platforms.people import api as people

MOST: Final = 40_000
AT_ONCE: Final = 2000
Kind, State = BulkAction.Kind, BulkAction.State
ACTS: Final = {
    Kind.SUSPEND: Act.SUSPEND,
    Kind.RESUME: Act.RESUME,
    Kind.SIGN_OUT: Act.SIGN_OUT,
    Kind.UNLOCK: Act.UNLOCK,
    Kind.NEW_PASSWORD: Act.NEW_PASSWORD,
    Kind.LETTERS: Act.LOOK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done, and how the accounts were chosen, in words."""

    kind: str
    reason: str
    until: datetime | None = None
    chosen_how: str = ""


def preview_numbers(*, by: Actor, holder: Holder, order: Order, numbers: Sequence[str]) -> BulkAction:
    """From a list as it was pasted: every line gets its own verdict, also one that names nobody."""
    if len(numbers) > MOST:
        raise BulkTooManyError(most=MOST)
    holders = people.find_people_by_campus_no({spelt for no in numbers for spelt in (no, no.upper(), no.lower())})
    persons = {no: holders.get(no) or holders.get(no.upper()) or holders.get(no.lower()) for no in numbers}
    known = {person for person in persons.values() if person is not None}
    accounts = {one.person_id: one for one in Account.objects.filter(person_id__in=known)}
    lines = [(no, accounts.get(persons[no] or 0)) for no in numbers]
    return preview(by=by, holder=holder, order=order, lines=lines)


def preview_accounts(*, by: Actor, holder: Holder, order: Order, accounts: Sequence[Account]) -> BulkAction:
    """From a filter, whose accounts the holder sees already."""
    if len(accounts) > MOST:
        raise BulkTooManyError(most=MOST)
    cards = people.person_cards([one.person_id for one in accounts])
    lines = [(cards[one.person_id].campus_no if one.person_id in cards else "", one) for one in accounts]
    return preview(by=by, holder=holder, order=order, lines=lines)


@transaction.atomic
def preview(*, by: Actor, holder: Holder, order: Order, lines: Sequence[tuple[str, Account | None]]) -> BulkAction:
    if not lines:
        raise BulkEmptyError
    judge = Judge(holder, order.kind, [account for _typed, account in lines if account is not None])
    action = BulkAction.objects.create(
        kind=order.kind,
        reason=order.reason,
        until=order.until,
        chosen_how=order.chosen_how,
        account_id=holder.account_id,
        actor=by.name,
        address=by.address,
    )
    BulkItem.objects.bulk_create(
        (
            BulkItem(action=action, position=position, typed=typed[:60], account=account, skipped=skipped)
            for position, (typed, account, skipped) in enumerate(judged_once(lines, judge), start=1)
        ),
        batch_size=AT_ONCE,
    )
    return action


def judged_once(
    lines: Iterable[tuple[str, Account | None]], judge: "Judge"
) -> Iterable[tuple[str, Account | None, str]]:
    """A person stands in the list once, under whichever number came first."""
    seen: set[int] = set()
    for typed, account in lines:
        if account is None or not judge.sees(account):
            yield typed, None, _("没有这个账号")
        elif account.pk in seen:
            yield typed, account, _("名单里重复")
        else:
            seen.add(account.pk)
            yield typed, account, judge(account)


class Judge:
    """Says for each of many accounts why an action would skip it, "" where it would not. A few queries for all."""

    def __init__(self, holder: Holder, kind: str, accounts: Collection[Account]) -> None:
        ids = [account.pk for account in accounts]
        self.holder, self.kind = holder, kind
        scope = scope_of(holder)
        self.seen = (
            None if scope.unit_ids is None else set(visible_to(scope).filter(pk__in=ids).values_list("pk", flat=True))
        )
        self.administrators = administrators_among(ids)
        stopped = Suspension.objects.filter(account_id__in=ids, lifted_at=None)
        self.stopped = set(stopped.values_list("account_id", flat=True))

    def sees(self, account: Account) -> bool:
        """A stranger's account looks like one that is not there."""
        return self.seen is None or account.pk in self.seen

    def __call__(self, account: Account) -> str:
        if not self.sees(account):
            return _("没有这个账号")
        allowed = acts_of(self.holder, account, is_administrator=account.pk in self.administrators)
        if ACTS[Kind(self.kind)] not in allowed:
            return _("不能对自己办理") if account.pk == self.holder.account_id else _("管理人员的账号，您无权办理")
        return self.state_says(account)

    def state_says(self, account: Account) -> str:
        state, is_stopped = account.state, account.pk in self.stopped
        refusals = {
            Kind.SUSPEND: (state == Account.State.ENDED, _("已注销")) if not is_stopped else (True, _("已停用")),
            Kind.RESUME: (not is_stopped, _("没有被人工停用")),
            Kind.SIGN_OUT: (False, ""),
            Kind.UNLOCK: (state in CLOSED, _("已停用或注销")),
            Kind.NEW_PASSWORD: new_password_refusal(account),
            Kind.LETTERS: (state != Account.State.AWAITING_ACTIVATION, _("已经激活过")),
        }
        is_refused, why = refusals[Kind(self.kind)]
        return why if is_refused else ""


def new_password_refusal(account: Account) -> tuple[bool, str]:
    if account.state in CLOSED:
        return True, _("已停用或注销")
    if account.state == Account.State.AWAITING_ACTIVATION:
        return True, _("还没有设过密码")
    return account.is_password_due, _("已经要求过")


@transaction.atomic
def confirm(*, by: Actor, action: BulkAction) -> BulkAction:
    """Of two who confirm at once, one does."""
    count = action.items.filter(skipped="").count()
    if not count:
        raise BulkEmptyError
    progress = start_progress(kind="identity.bulk", title=action.get_kind_display(), total=count, by=by)
    waiting = BulkAction.objects.filter(pk=action.pk, state=State.PREVIEW)
    if not waiting.update(state=State.RUNNING, confirmed_at=now(), progress_id=progress.public_id):
        raise WrongStateError(what=_("这次批量办理"), state=_("已确认"))
    run.defer(action_id=action.pk)
    return BulkAction.objects.get(pk=action.pk)


@job("identity.run_bulk")
def run(action_id: int) -> None:
    """May run twice, at once or after a crash: an item is done under its lock, and only if it was not done."""
    action = BulkAction.objects.get(pk=action_id)
    progress = open_progress(action.progress_id) if action.progress_id else None
    done = action.items.filter(done_at__isnull=False).count()
    for item_id in action.items.filter(skipped="", done_at=None).values_list("pk", flat=True):
        done += int(do_item(action, item_id))
        if progress is not None:
            progress.advance(done)
    finish(action, progress)


@transaction.atomic
def do_item(action: BulkAction, item_id: int) -> bool:
    """Judged anew: since the preview somebody may have left, or whoever confirmed may have lost the right."""
    item = BulkItem.objects.select_for_update().filter(pk=item_id, done_at=None, skipped="").first()
    if item is None or item.account_id is None:
        return False
    account = Account.objects.get(pk=item.account_id)
    by = Actor(account_id=action.account_id, name=action.actor, address=action.address)
    refusal = Judge(holder_now(action.account_id), action.kind, [account])(account)
    item.outcome = refusal or perform(by, action, account)
    item.done_at = now()
    item.save(update_fields=["outcome", "done_at"])
    return True


def perform(by: Actor, action: BulkAction, account: Account) -> str:
    """Why it could not be done after all, "" where it was."""
    steps: dict[str, Callable[[], object]] = {
        Kind.SUSPEND: lambda: suspensions.suspend(
            by=by, account_id=account.pk, reason=action.reason, until=action.until
        ),
        Kind.RESUME: lambda: suspensions.resume(by=by, account_id=account.pk, reason=action.reason),
        Kind.SIGN_OUT: lambda: counter.sign_out(by=by, account_id=account.pk, reason=action.reason),
        Kind.UNLOCK: lambda: counter.unlock_account(by=by, account=account, reason=action.reason),
        Kind.NEW_PASSWORD: lambda: counter.require_new_password(by=by, account_id=account.pk, reason=action.reason),
        Kind.LETTERS: lambda: note(by, "identity.print_letter", account),
    }
    try:
        with transaction.atomic():
            steps[action.kind]()
    except CampusError as refused:
        return refused.message[:200]
    return ""


def finish(action: BulkAction, progress: ProgressHandle | None) -> None:
    left = action.items.filter(skipped="", done_at=None).exists()
    if left or not BulkAction.objects.filter(pk=action.pk, state=State.RUNNING).update(state=State.DONE, done_at=now()):
        return
    if progress is not None:
        done = action.items.filter(done_at__isnull=False, outcome="").count()
        summary = _("已办理 {done} 个账号。").format(done=done)
        progress.finish(summary, result_url=reverse("identity:accounts:bulk_action", args=[action.public_id]))
