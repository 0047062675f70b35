"""The life of accounts (账号): opened, suspended, resumed, ended and merged as their persons' life goes on. Set-based."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.events import publish
from nanhu.platforms.identity.events import AccountClosed
from nanhu.platforms.identity.models import Account, PrivacyConsent, RecoveryContact, SecurityQuestion, SsoSession
from nanhu.platforms.identity.services import sessions
from nanhu.platforms.people import api as people

OPEN_MANY = """
INSERT INTO identity_account
    (public_id, person_id, state, password, is_password_due, initial_value_until, state_changed_at, created_at)
SELECT gen_random_uuid(), person_id, 'awaiting_activation', '', true, %(until)s, %(now)s, %(now)s
FROM unnest(%(ids)s::bigint[]) AS person_id
ON CONFLICT (person_id) DO NOTHING
RETURNING id
"""
CLOSED = (Account.State.SUSPENDED, Account.State.ENDED)


@transaction.atomic
def open_accounts(*, by: Actor, person_ids: Iterable[int]) -> int:
    """One account for each person who has none; how many were opened. 31,000 take one statement."""
    ids = sorted(set(person_ids))
    moment = now()
    until = moment + timedelta(days=configuration().activation_days)
    with connection.cursor() as cursor:
        cursor.execute(OPEN_MANY, {"ids": ids, "until": until, "now": moment})
        opened = [row[0] for row in cursor.fetchall()]
    audit.record_many(audit.Deed(by=by, action="identity.open_account", target=f"account:{pk}") for pk in opened)
    return len(opened)


@transaction.atomic
def follow_affiliations(*, by: Actor, person_ids: Iterable[int]) -> None:
    """Bring accounts in line with what ties their persons to the school now.

    Nothing live: ended. Only suspended ones: suspended. Otherwise open again, to where the account was in its life.
    """
    cards = people.person_cards(sorted(set(person_ids)))
    accounts = Account.objects.select_for_update().filter(person_id__in=list(cards)).order_by("pk")
    for account in accounts:
        wanted = state_wanted(account, cards[account.person_id])
        if wanted != account.state:
            move(by=by, account=account, state=wanted)


def state_wanted(account: Account, card: people.PersonCard) -> str:
    live = [affiliation for affiliation in card.affiliations if affiliation.is_live]
    if not live:
        return Account.State.ENDED
    if all(affiliation.state == "suspended" for affiliation in live):
        return Account.State.SUSPENDED
    return account.state if account.state not in CLOSED else state_in_life(account)


def state_in_life(account: Account) -> str:
    """Where an account that is opened again stands: as far as it had come."""
    if account.password and not account.is_password_due:
        return Account.State.ACTIVE
    return Account.State.AWAITING_ACTIVATION if account.initial_value_used_at is None else Account.State.MUST_COMPLETE


@transaction.atomic
def move(*, by: Actor, account: Account, state: str, reason: str = "") -> None:
    """Change the state; a closed account's sessions end and the rooms above hear of it."""
    former, account.state, account.state_changed_at = account.state, state, now()
    account.save(update_fields=["state", "state_changed_at"])
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
    """Two persons were one: the account that had come further lives on under the kept person. Idempotent."""
    found = {a.person_id: a for a in Account.objects.select_for_update().filter(person_id__in=[kept_id, gone_id])}
    gone = found.get(gone_id)
    if gone is None or gone.state == Account.State.ENDED:
        return
    kept = found.get(kept_id)
    if kept is None:
        Account.objects.filter(pk=gone.pk).update(person_id=kept_id)
        audit.record(by=by, action="identity.merge", target=f"account:{gone.pk}", facts={"moved_from": gone_id})
        return
    if kept.state == Account.State.AWAITING_ACTIVATION and gone.state == Account.State.ACTIVE:
        hand_over(gone, kept)
    move(by=by, account=gone, state=Account.State.ENDED, reason="merged")
    audit.record(by=by, action="identity.merge", target=f"account:{kept.pk}", facts={"gone": gone.pk})


def hand_over(gone: Account, kept: Account) -> None:
    """The person keeps the password and the security questions they know."""
    kept.password, kept.is_password_due, kept.state = gone.password, False, Account.State.ACTIVE
    kept.password_changed_at, kept.state_changed_at = gone.password_changed_at, now()
    kept.save()
    SecurityQuestion.objects.filter(account=gone).update(account=kept)
    PrivacyConsent.objects.filter(account=gone).update(account=kept)
    RecoveryContact.objects.filter(account=gone).update(account=kept)
