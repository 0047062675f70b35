"""Configuration to paste into the partners universities meet most."""

from pathlib import Path

from nanhu.platforms.identity.panels import Snippet, filled
from nanhu.platforms.identity.protocols.saml.addresses import entity_id, own

DATA = Path(__file__).parent / "data"
CLIENTS = {
    "Shibboleth SP": "shibboleth-sp",
    "mod_auth_mellon": "mod-auth-mellon",
    "SimpleSAMLphp": "simplesamlphp",
    "SAML 2.0": "others",
}


def snippets_for(partner: str) -> list[Snippet]:
    facts = {
        "entity_id": entity_id(),
        "partner": partner,
        "metadata": own("saml_metadata"),
        "sso": own("saml_sso"),
        "slo": own("saml_slo"),
        "soap": own("saml_slo_soap"),
        "start": own("saml_start"),
    }
    return [
        Snippet(client=client, text=filled((DATA / name).read_text("utf-8"), facts)) for client, name in CLIENTS.items()
    ]
