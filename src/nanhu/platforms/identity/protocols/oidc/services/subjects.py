"""Subjects (sub) and session names (sid): by what an application knows a person and a session."""

import base64

from django.db import IntegrityError, transaction

from nanhu.kernel.crypto import blind_index
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.protocols.oidc.models import OidcClient, PairwiseSubject
from nanhu.platforms.identity.services import attributes
from nanhu.platforms.people import api as people

Subject = OidcClient.Subject


def subject_of(*, client: OidcClient, account: Account, card: people.PersonCard, campus_no: str) -> str:
    if client.subject == Subject.PAIRWISE:
        return pairwise(account=account, sector=client.sector)
    if client.subject == Subject.CAMPUS_NO:
        return campus_no_for(client=client, card=card, campus_no=campus_no)
    return str(card.public_id)


def campus_no_for(*, client: OidcClient, card: people.PersonCard, campus_no: str) -> str:
    chosen = attributes.chosen_affiliation(application=client.application, card=card, campus_no=campus_no)
    return chosen.campus_no if chosen is not None else campus_no


def pairwise(*, account: Account, sector: str) -> str:
    """Computed once by a key of its own, then read: a new key changes nobody's name."""
    known = PairwiseSubject.objects.filter(account=account, sector=sector).values_list("subject", flat=True).first()
    if known is not None:
        return known
    fresh = digest(f"{sector}|{account.public_id}", purpose="identity.oidc_pairwise")
    try:
        with transaction.atomic():
            PairwiseSubject.objects.create(account=account, sector=sector, subject=fresh)
    except IntegrityError:
        return PairwiseSubject.objects.get(account=account, sector=sector).subject
    return fresh


def sid_of(*, client: OidcClient, session: SsoSession) -> str:
    """One name for this session at this client; two clients cannot tell by it that they serve the same browser."""
    return digest(f"{client.client_id}|{session.public_id}", purpose="identity.oidc_sid")


def digest(text: str, *, purpose: str) -> str:
    return base64.b32encode(blind_index(text, purpose=purpose)).decode().rstrip("=").lower()
