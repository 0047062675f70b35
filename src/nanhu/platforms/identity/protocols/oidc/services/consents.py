"""Consents (授权): asked once for a third party, remembered, shown to their owner, withdrawn by one click."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.identity.lifecycle.carried_suspensions import PARTED
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.protocols.oidc import rules
from nanhu.platforms.identity.protocols.oidc.models import AuthorizationCode, Consent, OidcClient, TokenFamily
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import PartedRecord

Asking = OidcClient.Asking


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRequest:
    """What a request needs consent to. `since` is set when an old consent will not do (prompt=consent)."""

    scopes: Sequence[str]
    claims: Sequence[str]
    must_ask: bool = False
    since: datetime | None = None


def is_needed(*, account: Account, client: OidcClient, consent_request: ConsentRequest, is_held: bool = False) -> bool:
    """A campus application of our own needs none, unless it wants to act while its person is away (offline_access).

    `is_held`: what was given is locked against being withdrawn, to the end of the caller's transaction.
    """
    must_ask = consent_request.must_ask or client.asking == Asking.ALWAYS
    if client.asking == Asking.NEVER and not must_ask and rules.OFFLINE not in consent_request.scopes:
        return False
    given = Consent.objects.filter(account=account, client=client, withdrawn_at=None)
    kept = (given.select_for_update(no_key=True) if is_held else given).first()
    if (
        kept is None
        or not set(consent_request.scopes) <= set(kept.scopes)
        or not set(consent_request.claims) <= set(kept.claims)
    ):
        return True
    return must_ask and (consent_request.since is None or kept.granted_at < consent_request.since)


@transaction.atomic
def grant(*, by: Actor, account: Account, client: OidcClient, consent_request: ConsentRequest) -> Consent:
    """Add to what was allowed before. Twice at once is harmless: the account's row is held."""
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    kept = Consent.objects.filter(account=account, client=client, withdrawn_at=None).first()
    kept = kept or Consent(account=account, client=client)
    kept.scopes = sorted({*kept.scopes, *consent_request.scopes})
    kept.claims = sorted({*kept.claims, *consent_request.claims})
    kept.granted_at = now()
    kept.save()
    audit.record(
        by=by,
        action="identity.oidc_consent",
        target=f"account:{account.pk}",
        facts={"client": client.client_id, "scopes": kept.scopes, "claims": kept.claims},
    )
    return kept


@transaction.atomic
def withdraw(*, by: Actor, account: Account, consent_id: int) -> Consent | None:
    """The consent ends and with it every code and token that came of it. None when there is no such live one of this account."""
    kept = (
        Consent.objects.select_for_update(of=("self",))
        .select_related("client__application")
        .filter(pk=consent_id, account=account, withdrawn_at=None)
        .first()
    )
    if kept is None:
        return None
    kept.withdrawn_at = now()
    kept.save(update_fields=["withdrawn_at"])
    AuthorizationCode.objects.filter(client=kept.client, session__account=account, used_at=None).delete()
    live = TokenFamily.objects.filter(account=account, client=kept.client, revoked_at=None)
    live.update(revoked_at=now(), revoked_why="consent_withdrawn")
    audit.record(
        by=by,
        action="identity.oidc_withdraw_consent",
        target=f"account:{account.pk}",
        facts={"client": kept.client.client_id},
    )
    return kept


@transaction.atomic
def end_doubtful(*, by: Actor, account_id: int, since: datetime | None) -> None:
    """What was given or added to after `since` (None: ever), when its person and another were taken for one, may be the other's word: the
    application asks anew. Before the tokens, as `withdraw` takes them."""
    given = Consent.objects.select_for_update(of=("self",)).select_related("client").order_by("pk")
    for kept in given.filter(people.set_after(since, "granted_at"), account_id=account_id, withdrawn_at=None):
        kept.withdrawn_at = now()
        kept.save(update_fields=["withdrawn_at"])
        facts = {"client": kept.client.client_id}
        audit.record(
            by=by, action="identity.oidc_withdraw_consent", target=f"account:{account_id}", reason=PARTED, facts=facts
        )


@transaction.atomic
def end_refused(*, by: Actor, records: Sequence[PartedRecord]) -> None:
    """An application from which one of two took a consent back while they were taken for one asks each of them anew."""
    refused = Q()
    for one in records:
        refused |= Q(people.ended_between(one, "withdrawn_at"), account__person=one.person_id)
    clients = Consent.objects.filter(refused).values("client")
    whose = [one.person_id for one in records]
    standing = Consent.objects.filter(client__in=clients, account__person__in=whose, withdrawn_at=None)
    for kept in standing.select_related("account").order_by("pk"):
        withdraw(by=by, account=kept.account, consent_id=kept.pk)


def of_account(account: Account) -> QuerySet[Consent]:
    """Live consents with their applications; `acts_alone` says that the application can act while one is away."""
    alone = TokenFamily.objects.filter(
        account=account, client=OuterRef("client"), is_offline=True, revoked_at=None, expires_at__gt=now()
    )
    found = Consent.objects.filter(account=account, withdrawn_at=None).select_related("client__application")
    return found.annotate(acts_alone=Exists(alone)).order_by("-granted_at")
