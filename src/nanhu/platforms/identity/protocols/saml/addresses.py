"""Who and where this provider is: its entityID, its scope, its addresses."""

from django.urls import reverse

from nanhu.kernel.configuration import configuration
from nanhu.kernel.school import school


def own(name: str) -> str:
    """The full address of one of our pages."""
    return f"{configuration().public_url}{reverse(f'identity:{name}')}"


def entity_id() -> str:
    return configuration().saml_entity_id or own("saml_metadata")


def scope() -> str:
    return school().domain
