"""A federation for the tests: aggregates it signs, and ways in which somebody else might have made them."""

from nanhu.platforms.identity.protocols.saml import names
from nanhu.platforms.identity.protocols.saml.engine import sign
from nanhu.platforms.identity.protocols.saml.services.keys import Pair
from nanhu.platforms.identity.protocols.saml.tests.partner import Partner, moment, pair, template

KEY = 11
"""Which pair of the tests the federation signs with."""


def federation_pair() -> Pair:
    return pair(KEY)


def aggregate(
    *partners: Partner,
    validity: int = 14,
    issued: int = 0,
    identifier: str = "_feed",
    signature: str | None = None,
    until: str | None = None,
) -> str:
    good_until = f' validUntil="{moment(days=validity)}"' if until is None else until
    return (
        f'<md:EntitiesDescriptor xmlns:md="{names.MD}" xmlns:mdrpi="{names.MDRPI}" ID="{identifier}" Name="carsi"{good_until} cacheDuration="PT6H">'
        f"{template(identifier) if signature is None else signature}"
        f'<md:Extensions><mdrpi:PublicationInfo publisher="carsi" creationInstant="{moment(seconds=issued)}"/></md:Extensions>'
        f"{''.join(partner.metadata() for partner in partners)}</md:EntitiesDescriptor>"
    )


def signed(text: str, *, key: Pair | None = None, identifier: str = "_feed") -> str:
    return sign(
        text,
        key=(key or federation_pair()).key,
        node_name=f"{names.MD}:EntitiesDescriptor",
        node_id=identifier,
    )
