"""/saml/metadata: what partners and federations need to know of us."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from nanhu.kernel.configuration import configuration
from nanhu.kernel.school import school
from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.protocols.saml import names
from nanhu.platforms.identity.protocols.saml.addresses import entity_id, own, scope
from nanhu.platforms.identity.protocols.saml.services.keys import published

CONTACTS = ("technical", "support", "security")


def organization() -> tuple[str, list[tuple[str, str]]]:
    """Its address, and whom to write to: kind and mail."""
    facts = school().table("saml")
    facts.only({"organization_url", *CONTACTS})
    contacts = [(kind, mail) for kind in CONTACTS if (mail := facts.text(kind, ""))]
    return facts.text("organization_url", configuration().public_url), contacts


@open_page
@require_safe
def metadata(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(metadata_xml(), content_type="application/samlmetadata+xml")


def metadata_xml() -> str:
    organization_url, contacts = organization()
    values = {
        "entity_id": entity_id(),
        "scope": scope(),
        "school": school(),
        "certificates": published(),
        "formats": (names.TRANSIENT, names.PERSISTENT),
        "front": ((names.REDIRECT, own("saml_sso"), own("saml_slo")), (names.POST, own("saml_sso"), own("saml_slo"))),
        "soap": (names.SOAP_BINDING, own("saml_slo_soap")),
        "public_url": configuration().public_url,
        "privacy_url": own("privacy"),
        "organization_url": organization_url,
        "contacts": contacts,
        "mfa": names.REFEDS_MFA,
    }
    return render_to_string("identity/saml/metadata.xml", values)
