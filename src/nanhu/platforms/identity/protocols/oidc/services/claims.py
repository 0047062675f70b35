"""Claims (声明): what is released to an application about a person, out of what its record in the registry allows."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from nanhu.kernel.school import school
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.protocols.oidc import rules
from nanhu.platforms.identity.protocols.oidc.requests import AuthorizationRequest
from nanhu.platforms.identity.services import attributes
from nanhu.platforms.people import api as people


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedClaim:
    """One claim with its values, as the application gets it and as people are shown it."""

    claim: rules.Claim
    values: list[str]

    @property
    def value(self) -> str | list[str]:
        return self.values if self.claim.is_list else self.values[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    label: str | Promise
    values: list[str]
    reason: str


def released(
    *,
    application: Application,
    card: people.PersonCard,
    campus_no: str,
    scopes: Collection[str],
    single: Iterable[str] = (),
) -> list[ReleasedClaim]:
    return resolved(application, card, campus_no, wanted=rules.wanted_claims(scopes, single))


def resolved(
    application: Application, card: people.PersonCard, campus_no: str, *, wanted: Sequence[rules.Claim]
) -> list[ReleasedClaim]:
    """Only what is wanted is looked up: some attributes are opened against a note in the audit log."""
    names = {source for claim in wanted for source in claim.sources}
    chosen = attributes.chosen_affiliation(application=application, card=card, campus_no=campus_no)
    allowed = attributes.released(application=application, card=card, chosen=chosen, only=names)
    return [
        ReleasedClaim(claim=claim, values=list(allowed[source]))
        for claim in wanted
        if (source := next((name for name in claim.sources if allowed.get(name)), None))
    ]


def explained(*, auth_request: AuthorizationRequest, card: people.PersonCard, campus_no: str) -> list[Explained]:
    """What the person is asked to allow: each thing with its value and the reason in the registry. What is sensitive is
    named and not opened for the asking.
    """
    application = auth_request.client.application
    reasons = dict(application.releases.values_list("name", "reason"))
    possible = [
        (claim, source)
        for claim in rules.wanted_claims(auth_request.scopes, auth_request.single_claims)
        if (source := next((name for name in claim.sources if name in application.attributes), None))
    ]
    plain = [claim for claim, source in possible if not attributes.ATTRIBUTES[source].is_sensitive]
    values = {one.claim.name: one.values for one in resolved(application, card, campus_no, wanted=plain)}
    by_source = {source: claim for claim, source in reversed(possible)}
    return [
        Explained(label=claim.label, values=values.get(claim.name, []), reason=reasons.get(source, ""))
        for source, claim in reversed(by_source.items())
    ]


def as_claims(released_claims: Iterable[ReleasedClaim]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in released_claims:
        found[one.claim.name] = one.value
        if one.claim.name in rules.VERIFIED:
            found[rules.VERIFIED[one.claim.name]] = is_ours(one)
    return found


def is_ours(one: ReleasedClaim) -> bool:
    """A mailbox that the school itself gave is known to be this person's; other contacts are what somebody wrote down."""
    domain = one.values[0].rpartition("@")[2].lower()
    return one.claim.name == "email" and (domain == school().domain or domain.endswith(f".{school().domain}"))
