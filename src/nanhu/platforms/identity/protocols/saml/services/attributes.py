"""Attributes as SAML carries them. What is released is said by `identity.services.attributes`; here it gets its OID.

Three names have a value of their own at each partner and are made here, where the application's record releases them.
"""

from dataclasses import dataclass

from nanhu.platforms.identity.models import Account, Application
from nanhu.platforms.identity.protocols.saml.services.names import EVERYWHERE, persistent_name, scoped_name
from nanhu.platforms.identity.services import attributes
from nanhu.platforms.people import api as people

EDU, LDAP = "urn:oid:1.3.6.1.4.1.5923.1.1.1.", "urn:oid:2.5.4."
NAMES = {
    "eduPersonAffiliation": EDU + "1",
    "eduPersonPrincipalName": EDU + "6",
    "eduPersonEntitlement": EDU + "7",
    "eduPersonScopedAffiliation": EDU + "9",
    "eduPersonTargetedID": EDU + "10",
    "eduPersonAssurance": EDU + "11",
    "pairwise-id": "urn:oasis:names:tc:SAML:attribute:pairwise-id",
    "subject-id": "urn:oasis:names:tc:SAML:attribute:subject-id",
    "schacHomeOrganization": "urn:oid:1.3.6.1.4.1.25178.1.2.9",
    "mail": "urn:oid:0.9.2342.19200300.100.1.3",
    "uid": "urn:oid:0.9.2342.19200300.100.1.1",
    "displayName": "urn:oid:2.16.840.1.113730.3.1.241",
    "cn": LDAP + "3",
    "sn": LDAP + "4",
    "givenName": LDAP + "42",
    "department": LDAP + "11",
    "phone": LDAP + "20",
    "campusNo": "urn:oid:2.16.840.1.113730.3.1.3",
}
"""Names without an OID of their own (studentNo, category, …) go under their plain name."""
TARGETED, PAIRWISE, SUBJECT = "eduPersonTargetedID", "pairwise-id", "subject-id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One attribute of an assertion. A targeted id is no text but a name within the assertion."""

    friendly: str
    values: tuple[str, ...]

    @property
    def name(self) -> str:
        return NAMES.get(self.friendly, self.friendly)

    @property
    def has_uri(self) -> bool:
        return self.friendly in NAMES


def given(
    *, application: Application, entity_id: str, account: Account, card: people.PersonCard, campus_no: str
) -> list[Given]:
    """What this partner learns, in the order of the application's record."""
    chosen = attributes.chosen_affiliation(application=application, card=card, campus_no=campus_no)
    released = attributes.released(application=application, card=card, chosen=chosen)
    for name in application.attributes:
        values = own_values(name, account=account, entity_id=entity_id)
        if values:
            released[name] = values
    return [Given(friendly=name, values=tuple(values)) for name, values in released.items()]


def own_values(name: str, *, account: Account, entity_id: str) -> list[str]:
    if name == TARGETED:
        return [persistent_name(account=account, audience=entity_id)]
    if name == PAIRWISE:
        return [scoped_name(account=account, audience=entity_id)]
    if name == SUBJECT:
        return [scoped_name(account=account, audience=EVERYWHERE)]
    return []


def releases_persistent(application: Application) -> bool:
    return bool({TARGETED, PAIRWISE} & set(application.attributes))
