"""What an entity's metadata says, read once into plain facts: pages and messages never parse metadata again."""

import base64
import binascii
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self
from xml.etree.ElementTree import Element, tostring

import msgspec
from cryptography.x509 import load_der_x509_certificate

from nanhu.platforms.identity.protocols.saml.errors import MessageRefusedError, MetadataRefusedError
from nanhu.platforms.identity.protocols.saml.messages import moment_of
from nanhu.platforms.identity.protocols.saml.names import DS, MD, MDUI, POST, SAML, SAMLP
from nanhu.platforms.identity.protocols.saml.xml import clean, parsed
from nanhu.platforms.identity.rules_urls import parsed_service

LONGEST_ENTITY_ID = 1024
LARGEST_PASTED = 512 * 1024
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ENTITY_ATTRIBUTES = "{urn:oasis:names:tc:SAML:metadata:attribute}EntityAttributes"
DURATION = re.compile(r"^P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?$")
INDEX = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    binding: str
    location: str
    response_location: str = ""
    index: int = 0
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionKey:
    certificate: str
    methods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What we use of a service provider's metadata. Certificates are base64 of DER."""

    consumers: tuple[Endpoint, ...]
    logouts: tuple[Endpoint, ...] = ()
    signing: tuple[str, ...] = ()
    encryption: tuple[EncryptionKey, ...] = ()
    name_formats: tuple[str, ...] = ()
    signs_requests: bool = False
    names: dict[str, str] = field(default_factory=dict)
    organization: str = ""
    categories: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Self:
        """Back from what `asdict` put into the database."""
        return msgspec.convert(stored, cls)

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    def consumer(self, *, url: str = "", index: str | None = None) -> Endpoint | None:
        """Where an answer goes: only ever an address of the metadata, by POST."""
        if url:
            return next((one for one in self.consumers if one.location == url), None)
        if index is not None:
            return next((one for one in self.consumers if str(one.index) == index.strip()), None)
        return next((one for one in self.consumers if one.is_default), self.consumers[0])

    def logout(self, *bindings: str) -> Endpoint | None:
        found = {one.binding: one for one in reversed(self.logouts)}
        return next((found[binding] for binding in bindings if binding in found), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    entity_id: str
    facts: Facts
    xml: str
    valid_until: datetime | None

    @property
    def name(self) -> str:
        names = self.facts.names
        return names.get("zh") or names.get("en") or next(iter(names.values()), "") or self.entity_id[:200]


def md(name: str) -> str:
    return f"{{{MD}}}{name}"


def read_pasted(text: str) -> Entity:
    """One service provider's EntityDescriptor, as an administrator pastes it."""
    try:
        root = parsed(text.strip().encode(), largest=LARGEST_PASTED)
    except MessageRefusedError as error:
        raise MetadataRefusedError(why=error.facts["why"]) from error
    if root.tag == md("EntitiesDescriptor") and len(root.findall(md("EntityDescriptor"))) == 1:
        root = root.findall(md("EntityDescriptor"))[0]
    if root.tag != md("EntityDescriptor"):
        raise MetadataRefusedError(why="EntityDescriptor")
    entity = read_entity(root)
    if entity is None:
        raise MetadataRefusedError(why="SPSSODescriptor, AssertionConsumerService (HTTP-POST)")
    return entity


def read_entity(element: Element) -> Entity | None:
    """The entity, where it is a service provider that takes SAML 2.0 answers by POST; else None."""
    role = next((one for one in element.findall(md("SPSSODescriptor")) if speaks_saml2(one)), None)
    entity_id = element.get("entityID", "").strip()
    if role is None or not entity_id or len(entity_id) > LONGEST_ENTITY_ID:
        return None
    facts = read_role(role, element)
    if not facts.consumers:
        return None
    ends = [moment_of(one.get("validUntil")) for one in (element, role) if one.get("validUntil")]
    return Entity(
        entity_id=entity_id,
        facts=facts,
        xml=clean(tostring(element, encoding="unicode")),
        valid_until=min((end for end in ends if end is not None), default=None),
    )


def speaks_saml2(role: Element) -> bool:
    return SAMLP in role.get("protocolSupportEnumeration", "").split()


def read_role(role: Element, element: Element) -> Facts:
    return Facts(
        consumers=tuple(one for one in endpoints(role, "AssertionConsumerService") if one.binding == POST),
        logouts=tuple(endpoints(role, "SingleLogoutService")),
        signing=tuple(one for key in keys(role, "signing") for one in certificates(key)),
        encryption=tuple(
            EncryptionKey(certificate=one, methods=methods_of(key))
            for key in keys(role, "encryption")
            for one in rsa_only(key)
        ),
        name_formats=tuple(text_of(one) for one in role.findall(md("NameIDFormat"))),
        signs_requests=role.get("AuthnRequestsSigned", "").strip() in {"true", "1"},
        names=display_names(role) or organization_names(element),
        organization=next(iter(organization_names(element).values()), ""),
        categories=categories(element),
    )


def endpoints(role: Element, name: str) -> list[Endpoint]:
    """Only addresses a browser may be sent to: http or https, nothing that could be script."""
    return [
        Endpoint(
            binding=one.get("Binding", ""),
            location=one.get("Location", "").strip(),
            response_location=one.get("ResponseLocation", "").strip(),
            index=int(index) if INDEX.fullmatch(index := one.get("index", "0").strip()) else 0,
            is_default=one.get("isDefault", "").strip() in {"true", "1"},
        )
        for one in role.findall(md(name))
        if all(
            is_web_address(address)
            for address in (one.get("Location"), one.get("ResponseLocation"))
            if address is not None
        )
    ]


def is_web_address(address: str) -> bool:
    return parsed_service(address.strip()) is not None


def keys(role: Element, use: str) -> list[Element]:
    return [one for one in role.findall(md("KeyDescriptor")) if one.get("use", use) == use]


def certificates(key: Element) -> list[str]:
    found = ["".join(text_of(one).split()) for one in key.iter(f"{{{DS}}}X509Certificate")]
    return [one for one in found if public_key(one) is not None]


def public_key(certificate: str) -> object | None:
    try:
        return load_der_x509_certificate(base64.b64decode(certificate, validate=True)).public_key()
    except (ValueError, binascii.Error, TypeError):
        return None


def rsa_only(key: Element) -> list[str]:
    """Session keys are wrapped by RSA-OAEP; a key of another kind cannot take one."""
    return [one for one in certificates(key) if hasattr(public_key(one), "encrypt")]


def methods_of(key: Element) -> tuple[str, ...]:
    return tuple(one.get("Algorithm", "") for one in key.findall(md("EncryptionMethod")))


def text_of(element: Element) -> str:
    return clean("".join(element.itertext())).strip()


def display_names(role: Element) -> dict[str, str]:
    return by_language(role.iter(f"{{{MDUI}}}DisplayName"))


def organization_names(element: Element) -> dict[str, str]:
    return by_language(element.findall(f"{md('Organization')}/{md('OrganizationDisplayName')}"))


def by_language(elements: Any) -> dict[str, str]:
    return {one.get(XML_LANG, "").split("-")[0].lower(): text_of(one)[:200] for one in elements if text_of(one)}


def categories(element: Element) -> dict[str, list[str]]:
    """Entity attributes: categories, and which subject identifier the partner needs."""
    found: dict[str, list[str]] = {}
    for holder in element.findall(f"{md('Extensions')}/{ENTITY_ATTRIBUTES}"):
        for attribute in holder.findall(f"{{{SAML}}}Attribute"):
            values = [text_of(one) for one in attribute.findall(f"{{{SAML}}}AttributeValue")]
            found.setdefault(attribute.get("Name", ""), []).extend(values)
    return found


def seconds_of(duration: str) -> int | None:
    """An xs:duration of days and smaller, in seconds; None where there is none or it counts in months."""
    match = DURATION.match(duration.strip())
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return days * 86400 + hours * 3600 + minutes * 60 + seconds
