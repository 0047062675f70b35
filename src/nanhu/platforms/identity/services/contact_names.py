"""Sign-in by a verified phone number or mail address in place of the campus number: whose it is, when it is one account's alone."""

import re
import unicodedata

from django.db.models import QuerySet

from nanhu.kernel.crypto import blind_index
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.models import Account, RecoveryContact
from nanhu.platforms.people import api as people

PURPOSE = "identity.recovery_phone"
PHONE = re.compile(r"\+?[0-9][0-9 -]{6,22}")


def index_of(phone: str | None) -> bytes | None:
    return blind_index(people.normalise_phone(phone), purpose=PURPOSE) if phone else None


def account_with(typed: str) -> Account | None:
    """The account that proved this contact; None as well where two did (a phone a family shares)."""
    found = contacts_like(unicodedata.normalize("NFKC", typed).strip())
    accounts = [contact.account for contact in found.select_related("account")[:2]]
    return accounts[0] if len(accounts) == 1 else None


def contacts_like(text: str) -> QuerySet[RecoveryContact]:
    standing = RecoveryContact.objects.exclude(account__state=Account.State.ENDED)
    if "@" in text:
        return standing.filter(email__iexact=text, email_verified_at__isnull=False)
    if PHONE.fullmatch(text):
        return standing.filter(phone_index=index_of(text), phone_verified_at__isnull=False)
    return standing.none()


def number_of(account: Account) -> str:
    """Of the side a person sees first: 工号 before 学号, live before past."""
    card = queries.card_of(account)
    faces = queries.faces_of(card)
    face = queries.STAFF if queries.STAFF in faces else next(iter(sorted(faces)))
    past = next((one.campus_no for one in card.affiliations), "")
    return queries.number_of_face(card, face) or past
