"""Two who were taken for one are told apart (拆分): each has the account that was opened for his record, and no key in it that may be the other's."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import publish
from nanhu.kernel.kit.saved_views import remove_copies
from nanhu.kernel.once import lock_key
from nanhu.platforms.identity.events import AccountParted
from nanhu.platforms.identity.lifecycle import accounts, carried_suspensions, doubtful_keys
from nanhu.platforms.identity.lifecycle.accounts import CLOSED, HANDED_OVER, MERGE, MOVED, OPENING, PART
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.services import sessions
from nanhu.platforms.people import api as people


@transaction.atomic
def part(*, by: Actor, kept_id: int, restored_id: int, since: Mapping[int, datetime]) -> None:
    """In the transaction that parts the records, which holds the golden record. `since`: from when on each record had been one with the
    other side; whatever was set in an account after that, or of which that is not known, may be either's and opens nothing any more.

    All sessions of both sides end, with all that hangs on them; a sign-in that is under way opens none (`Account.parted_at`).
    """
    lock_key(OPENING)  # before the rows, as everybody takes them
    roots = people.families([kept_id, restored_id])
    rows = list(Account.objects.select_for_update().filter(person_id__in=roots).order_by("pk"))
    for account in rows:
        sessions.end_others(by=by, account=account, but=None, how=SsoSession.End.PARTED)
    moved = send_home(by=by, rows=rows, roots=roots)
    give_back(by=by, rows=rows, roots=roots)
    for root in (kept_id, restored_id):
        adopt(by=by, root=root, rows=rows, roots=roots)
    moment = now()
    taken = {one.pk: doubtful_keys.take_away(by=by, account=one, since=since_of(one, since)) for one in rows}
    for account in rows:
        account.parted_at = moment
        account.save(update_fields=["parted_at"])
        if roots[account.person_id] != account.person_id and account.state not in CLOSED:
            accounts.move(by=by, account=account, state=Account.State.ENDED, reason="merged")
    both = [kept_id, restored_id]
    accounts.open_accounts(by=by, person_ids=both)
    for account in moved:
        stop_both(by=by, account=account, person_ids=both, since=since_of(account, since))
    accounts.follow_affiliations(by=by, person_ids=both)
    for one in Account.objects.filter(person_id__in=both).order_by("pk"):
        of_whom, lost = since_of(one, since), tuple(taken.get(one.pk, ()))
        publish(AccountParted(account_id=one.pk, person_id=one.person_id, at=moment, since=of_whom, taken=lost))


def since_of(account: Account, since: Mapping[int, datetime]) -> datetime | None:
    """By the record for which it was opened, wherever it has been."""
    return since.get(account.opened_for_id or account.person_id)


def send_home(*, by: Actor, rows: Sequence[Account], roots: Mapping[int, int]) -> list[Account]:
    """An account that moved with its person goes where the record is for which it was opened; which of them went."""
    having = {one.person_id for one in rows}
    moved: list[Account] = []
    for account in rows:
        home = roots.get(account.opened_for_id or account.person_id, account.person_id)
        if roots[account.person_id] == home or home in having:
            continue
        put(account, home)
        accounts.note(by, PART, account, gone_person=home)
        moved.append(account)
    return moved


def give_back(*, by: Actor, rows: Sequence[Account], roots: Mapping[int, int]) -> None:
    """What an account of the one side had brought into one of the other goes back: suspensions, views, and a password with all that hangs
    on it. Who had the password only from there starts anew: whoever knows it is the other one."""
    known = {one.pk: one for one in rows}
    merges = {one.pk: accounts.last_merge(one) for one in rows if accounts.is_merged(one)}
    emptied: dict[int, Account] = {}
    for giver in rows:
        merge = merges.get(giver.pk, {})
        taker = known.get(merge.get("kept", 0))
        if taker is None or roots[giver.person_id] == roots[taker.person_id]:
            continue
        carried_suspensions.give_back(by=by, merge=merge, giver=giver, taker=taker)
        remove_copies(merge.get("views", []), giver=giver.pk, taker=taker.pk)
        if merge["how"] == HANDED_OVER:
            holder = taker
            # It may have been merged in turn, and have handed on what it had been given.
            while merges.get(holder.pk, {}).get("how") == HANDED_OVER:
                holder = known[merges[holder.pk]["kept"]]
            accounts.hand_over(holder, giver)
            emptied[holder.pk] = holder
        accounts.note(by, PART, giver, kept=taker.pk)
    for holder in emptied.values():
        accounts.start_anew(by=by, account=holder)


def adopt(*, by: Actor, root: int, rows: Sequence[Account], roots: Mapping[int, int]) -> None:
    """Whose account has gone home lives on in that of a record that is still merged into his: the one that had come furthest."""
    family = [one for one in rows if roots[one.person_id] == root]
    if not family or any(one.person_id == root for one in family):
        return
    best = max(family, key=lambda one: (accounts.state_in_life(one) == Account.State.ACTIVE, -one.pk))
    gone_id = best.person_id
    put(best, root)
    accounts.note(by, MERGE, best, how=MOVED, gone_person=gone_id)


def put(account: Account, person_id: int) -> None:
    account.person_id = person_id
    Account.objects.filter(pk=account.pk).update(person_id=person_id)


def stop_both(*, by: Actor, account: Account, person_ids: Sequence[int], since: datetime | None) -> None:
    """Of an account that went home: a suspension decided while the two were one stops both, for whom it was meant nobody can tell."""
    decided = carried_suspensions.standing(account).first()
    if decided is None or (since is not None and decided.created_at <= since):
        return
    for other in Account.objects.filter(person_id__in=person_ids).exclude(pk=account.pk):
        if not carried_suspensions.standing(other).exists():
            carried_suspensions.copied(by=by, suspension=decided, to=other)
