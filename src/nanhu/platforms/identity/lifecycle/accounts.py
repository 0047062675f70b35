"""The life of accounts (账号): opened, suspended, resumed, ended and merged as their persons' life goes on. Set-based."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.database.values import all_rows
from nanhu.kernel.events import publish
from nanhu.kernel.kit.saved_views import copy_views
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.once import lock_key
from nanhu.platforms.identity.events import AccountClosed, PasswordRevoked, RolesLeft
from nanhu.platforms.identity.factors.models import ContactFactor, Passkey, RecoveryCode, RememberedBrowser, TotpFactor
from nanhu.platforms.identity.lifecycle import carried_suspensions
from nanhu.platforms.identity.models import (
    Account,
    FormerPassword,
    PrivacyConsent,
    RecoveryContact,
    SecurityQuestion,
    SsoSession,
    Suspension,
)
from nanhu.platforms.identity.personal.services import keys
from nanhu.platforms.identity.services import roles, sessions
from nanhu.platforms.identity.services.grace import grace_end
from nanhu.platforms.people import api as people

OPEN_MANY = """
INSERT INTO identity_account
    (public_id, person_id, state, password, is_password_due, initial_value_until, state_changed_at, created_at)
SELECT gen_random_uuid(), newcomer.person_id, newcomer.state, '', true, %(until)s, %(now)s, %(now)s
FROM unnest(%(ids)s::bigint[], %(states)s::text[]) AS newcomer (person_id, state)
ON CONFLICT (person_id) DO NOTHING
RETURNING id
"""
OPENING = "identity.open_accounts"
MERGE, PART = "identity.merge", "identity.part"
MOVED, HANDED_OVER, CLOSED_ONE = "moved", "handed_over", "closed"
CLOSED = (Account.State.SUSPENDED, Account.State.ENDED)
AT_ONCE = 500


@transaction.atomic
def open_accounts(*, by: Actor, person_ids: Iterable[int]) -> int:
    """One account for each person who has none; how many were opened. 31,000 take one statement.

    Who is known only from before, or from a day to come, gets a closed one: the first number to come alive opens it. Persons are read when
    nobody else opens or follows: whoever left since is followed by somebody who sees the account, or is read here as gone.
    """
    wanted = sorted(set(person_ids))
    if not lock_where_missing(wanted):
        return 0
    cards = people.person_cards(wanted)
    ids = [person_id for person_id, card in cards.items() if card.person_id == person_id]
    states = [first_state(cards[person_id]) for person_id in ids]
    moment = now()
    until = moment + timedelta(days=configuration().activation_days)
    opened = [row[0] for row in all_rows(OPEN_MANY, {"ids": ids, "states": states, "until": until, "now": moment})]
    audit.record_many(audit.Record(by=by, action="identity.open_account", target=f"account:{pk}") for pk in opened)
    return len(opened)


def lock_where_missing(person_ids: Collection[int]) -> bool:
    """Whether some of them had no account; then it is ours to the end of the transaction who opens one or finds none."""
    if Account.objects.filter(person_id__in=person_ids).count() == len(person_ids):
        return False
    lock_key(OPENING)
    return True


def living_without(person_ids: Collection[int]) -> list[int]:
    """Those without an account for whom one may be opened this moment: nobody opens one for who was merged away."""
    having = Account.objects.filter(person_id__in=person_ids).values_list("person_id", flat=True)
    without = set(person_ids).difference(having)
    cards = people.person_cards(without) if without else {}
    return [person_id for person_id, card in cards.items() if card.person_id == person_id]


def first_state(card: people.PersonCard) -> str:
    is_out_of_time = card.affiliations and not any(affiliation.is_live for affiliation in card.affiliations)
    return Account.State.ENDED if is_out_of_time else Account.State.AWAITING_ACTIVATION


@transaction.atomic
def follow_affiliations(*, by: Actor, person_ids: Iterable[int]) -> None:
    """Bring accounts in line with what ties their persons to the school now.

    Nothing live: ended, after the days of grace of who was here. Only suspended ones, or stopped by somebody's decision:
    suspended. Otherwise open again, to where the account was in its life. Persons are read when the accounts are locked:
    of several who follow one person at once the last reads what all events have said.
    """
    followed = sorted(set(person_ids))
    if living_without(followed):
        lock_key(OPENING)
    rows = list(Account.objects.select_for_update().filter(person_id__in=followed).order_by("pk"))
    cards = people.person_cards([account.person_id for account in rows])
    stopped = set(Suspension.objects.filter(account__in=rows, lifted_at=None).values_list("account_id", flat=True))
    for account in rows:
        card = cards[account.person_id]
        if card.person_id != account.person_id:  # merged away: the other account follows, this one stays as it is
            continue
        set_grace(by=by, account=account, until=None if account.pk in stopped else grace_due(account, card))
        wanted = state_wanted(account, card, is_stopped=account.pk in stopped)
        if wanted != account.state:
            move(by=by, account=account, state=wanted)


def grace_due(account: Account, card: people.PersonCard) -> datetime | None:
    """Until when an open account stays open though nothing ties its person to the school any more."""
    if any(affiliation.is_live for affiliation in card.affiliations) or not account.may_sign_in:
        return None
    until = grace_end(card)
    return until if until is not None and until > now() else None


def set_grace(*, by: Actor, account: Account, until: datetime | None) -> None:
    if account.grace_until == until:
        return
    account.grace_until = until
    account.save(update_fields=["grace_until"])
    note(by, "identity.set_grace", account, until=until.isoformat() if until else "")


def state_wanted(account: Account, card: people.PersonCard, *, is_stopped: bool) -> str:
    live = [affiliation for affiliation in card.affiliations if affiliation.is_live]
    if not live:
        return account.state if account.grace_until is not None else Account.State.ENDED
    if is_stopped or all(affiliation.state == "suspended" for affiliation in live):
        return Account.State.SUSPENDED
    return account.state if account.state not in CLOSED else state_in_life(account)


def end_graced(*, by: Actor) -> int:
    """End the accounts whose days of grace are over. Each is judged anew: its person may have come back."""
    due = list(Account.objects.filter(grace_until__lte=now()).values_list("person_id", flat=True))
    for start in range(0, len(due), AT_ONCE):
        follow_affiliations(by=by, person_ids=due[start : start + AT_ONCE])
    return len(due)


def state_in_life(account: Account) -> str:
    """Where an account that is opened again stands: as far as it had come."""
    if account.password and not account.is_password_due:
        return Account.State.ACTIVE
    return Account.State.AWAITING_ACTIVATION if account.initial_value_used_at is None else Account.State.MUST_COMPLETE


@transaction.atomic
def move(*, by: Actor, account: Account, state: str, reason: str = "") -> None:
    """Change the state; a closed account's sessions end and the rooms above hear of it."""
    former, account.state, account.state_changed_at = account.state, state, now()
    account.grace_until = account.grace_until if account.may_sign_in else None
    account.save(update_fields=["state", "state_changed_at", "grace_until"])
    audit.record(
        by=by,
        action="identity.change_state",
        target=f"account:{account.pk}",
        reason=reason,
        facts={"from": former, "to": state},
    )
    if state in CLOSED:
        sessions.end_others(by=by, account=account, but=None, how=SsoSession.End.ACCOUNT_CLOSED)
        publish(AccountClosed(account_id=account.pk, person_id=account.person_id, state=state))


@transaction.atomic
def merge(*, by: Actor, kept_id: int, gone_id: int) -> None:
    """Two persons were one: the account that had come further lives on under the kept person. Idempotent.

    Whom a decision had stopped stays stopped, whichever account is kept.
    """
    gone, kept = both_locked(gone_id, kept_id)
    if gone is None or is_merged(gone):
        return
    if kept is None:
        Account.objects.filter(pk=gone.pk).update(person_id=kept_id)
        note(by, MERGE, gone, how=MOVED, gone_person=gone_id)
    else:
        is_handed_over = state_in_life(gone) == Account.State.ACTIVE != state_in_life(kept)
        if is_handed_over:
            hand_over(gone, kept)
        stopped = carried_suspensions.carry_over(by=by, giver=gone, taker=kept)
        move(by=by, account=gone, state=Account.State.ENDED, reason="merged")
        copied = {"views": copies} if (copies := copy_views(giver=gone.pk, taker=kept.pk)) else {}
        note(by, MERGE, gone, how=HANDED_OVER if is_handed_over else CLOSED_ONE, kept=kept.pk, **copied, **stopped)
        if left := len(roles.left_to(kept, giver=gone)):
            publish(RolesLeft(account_id=kept.pk, person_id=kept_id, gone_id=gone_id, at=now(), count=left))
    follow_affiliations(by=by, person_ids=[kept_id])


def both_locked(first_id: int, second_id: int) -> tuple[Account | None, Account | None]:
    """The accounts of two persons, locked in the order in which everybody locks them."""
    rows = Account.objects.select_for_update().filter(person_id__in=[first_id, second_id]).order_by("pk")
    found = {account.person_id: account for account in rows}
    return found.get(first_id), found.get(second_id)


def note(by: Actor, action: str, account: Account, **facts: str | int | list[int] | None) -> None:
    audit.record(by=by, action=action, target=f"account:{account.pk}", facts=facts)


def last_merge(account: Account) -> dict[str, Any]:
    """What is on record of the merge that holds, nothing where none does. The audit log cannot be changed: it may be asked."""
    last = AuditEntry.objects.filter(target=f"account:{account.pk}", action__in=[MERGE, PART]).order_by("-id").first()
    return dict(last.facts) if last is not None and last.action == MERGE else {}


def merged_how(account: Account) -> str:
    return str(last_merge(account).get("how", ""))


def is_merged(account: Account) -> bool:
    return merged_how(account) in {HANDED_OVER, CLOSED_ONE}


def hand_over(giver: Account, taker: Account) -> None:
    """The person keeps the password and the security questions they know, behind the second factor they had.

    A code on paper is made for one account and goes; a passkey may have to be made anew: no way to the password alone. Where a new
    password is due, it is due here.
    """
    is_due = giver.is_password_due or not giver.password
    taker.password, taker.is_password_due = giver.password, is_due
    taker.state = Account.State.MUST_COMPLETE if is_due else Account.State.ACTIVE
    taker.initial_value_used_at = taker.initial_value_used_at or now()
    taker.password_changed_at, taker.state_changed_at = giver.password_changed_at, now()
    taker.save()
    for model in (SecurityQuestion, PrivacyConsent, RecoveryContact, FormerPassword):
        model.objects.filter(account=taker).delete()
        model.objects.filter(account=giver).update(account=taker)
    forget_factors(taker)
    for factor in (TotpFactor, ContactFactor, Passkey):
        factor.objects.filter(account=giver).update(account=taker)


def forget_factors(account: Account) -> None:
    for model in (TotpFactor, ContactFactor, Passkey, RecoveryCode, RememberedBrowser):
        model.objects.filter(account=account).delete()


def start_anew(*, by: Actor, account: Account) -> None:
    """As on the first day, with a fresh time to activate in. Whatever somebody else set up here opens it no more."""
    sessions.end_others(by=by, account=account, but=None, how=SsoSession.End.ACCOUNT_CLOSED)
    forget_factors(account)
    keys.revoke_all(by=by, account_id=account.pk)
    account.password, account.is_password_due, account.password_changed_at = "", True, None
    account.initial_value_used_at, account.state = None, Account.State.AWAITING_ACTIVATION
    account.grace_until = None
    account.initial_value_until = now() + timedelta(days=configuration().activation_days)
    account.state_changed_at = now()
    account.save()
    publish(PasswordRevoked(account_id=account.pk, person_id=account.person_id))
    note(by, "identity.start_anew", account)
