"""Answers to partners: responses with an assertion, refusals, logout messages; signed, and encrypted where a key is published."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from saml2 import class_name, element_to_extension_element, saml, samlp

from nanhu.kernel.clock import now
from nanhu.platforms.identity.protocols.saml import names
from nanhu.platforms.identity.protocols.saml.addresses import entity_id
from nanhu.platforms.identity.protocols.saml.engine import encrypt, sign
from nanhu.platforms.identity.protocols.saml.metadata_reading import EncryptionKey
from nanhu.platforms.identity.protocols.saml.services.attributes import TARGETED, Given
from nanhu.platforms.identity.protocols.saml.services.keys import Pair
from nanhu.platforms.identity.protocols.saml.xml import clean

PREFIXES = {"samlp": names.SAMLP, "saml": names.SAML, "ds": names.DS, "xenc": names.XENC}
GOOD_FOR = timedelta(minutes=5)
EARLIER = timedelta(minutes=3)
"""Clocks of partners run fast and slow; Conditions begin a little in the past."""
CIPHERS = {
    "http://www.w3.org/2009/xmlenc11#aes256-gcm": "aes-256",
    "http://www.w3.org/2009/xmlenc11#aes128-gcm": "aes-128",
    names.XENC + "aes256-cbc": "aes-256",
    names.XENC + "aes128-cbc": "aes-128",
}
UNASKED = names.XENC + "aes128-cbc"
"""For partners whose metadata names no cipher: old ones know no other, and the signed response around it keeps its
ciphertext from being tampered with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Everything an assertion says."""

    partner: str
    consumer: str
    in_response_to: str
    name_id: str
    name_format: str
    session_index: str
    authenticated_at: datetime
    context: str
    attributes: Sequence[Given]
    session_ends_at: datetime


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> str:
    return f"_{secrets.token_hex(20)}"


def issuer() -> saml.Issuer:
    return saml.Issuer(text=entity_id())


def written(message: Any) -> str:
    return str(message.to_string(PREFIXES).decode())


def without_declaration(text: str) -> str:
    return text.split("?>", 1)[1].lstrip() if text.startswith("<?xml") else text


def signed(message: Any, pair: Pair, *, inner: str = "") -> str:
    """The message as text with an enveloped signature; `inner` is put before its end, byte for byte."""
    from saml2.sigver import pre_signature_part  # reads XML schemas for a second

    message.signature = pre_signature_part(
        message.id, pair.bare_certificate, digest_alg=names.SHA256, sign_alg=names.RSA_SHA256
    )
    text = without_declaration(written(message))
    if inner:
        head, end = text.rsplit("</", 1)
        text = f"{head}{inner}</{end}"
    return sign(text, key=pair.key, node_name=class_name(message), node_id=message.id)


def name_id(statement: Statement) -> saml.NameID:
    qualifiers = {}
    if statement.name_format == names.PERSISTENT:
        qualifiers = {"name_qualifier": entity_id(), "sp_name_qualifier": statement.partner}
    return saml.NameID(text=statement.name_id, format=statement.name_format, **qualifiers)


def assertion_of(statement: Statement) -> saml.Assertion:
    moment = now()
    end = instant(moment + GOOD_FOR)
    bearer = saml.SubjectConfirmationData(
        recipient=statement.consumer, not_on_or_after=end, in_response_to=statement.in_response_to or None
    )
    return saml.Assertion(
        id=new_id(),
        version="2.0",
        issue_instant=instant(moment),
        issuer=issuer(),
        subject=saml.Subject(
            name_id=name_id(statement),
            subject_confirmation=[
                saml.SubjectConfirmation(
                    method="urn:oasis:names:tc:SAML:2.0:cm:bearer", subject_confirmation_data=bearer
                )
            ],
        ),
        conditions=saml.Conditions(
            not_before=instant(moment - EARLIER),
            not_on_or_after=end,
            audience_restriction=[saml.AudienceRestriction(audience=[saml.Audience(text=statement.partner)])],
        ),
        authn_statement=[
            saml.AuthnStatement(
                authn_instant=instant(statement.authenticated_at),
                session_index=statement.session_index,
                session_not_on_or_after=instant(statement.session_ends_at),
                authn_context=saml.AuthnContext(
                    authn_context_class_ref=saml.AuthnContextClassRef(text=statement.context)
                ),
            )
        ],
        attribute_statement=attribute_statement(statement),
    )


def attribute_statement(statement: Statement) -> list[saml.AttributeStatement]:
    attributes = [attribute_of(one, statement) for one in statement.attributes]
    return [saml.AttributeStatement(attribute=attributes)] if attributes else []


def attribute_of(given: Given, statement: Statement) -> saml.Attribute:
    return saml.Attribute(
        name=given.name,
        friendly_name=given.friendly,
        name_format=saml.NAME_FORMAT_URI if given.has_uri else saml.NAME_FORMAT_BASIC,
        attribute_value=[value_of(given, value, statement) for value in given.values],
    )


def value_of(given: Given, value: str, statement: Statement) -> saml.AttributeValue:
    if given.friendly != TARGETED:
        return saml.AttributeValue(text=clean(value))
    name = saml.NameID(
        text=value, format=names.PERSISTENT, name_qualifier=entity_id(), sp_name_qualifier=statement.partner
    )
    return saml.AttributeValue(extension_elements=[element_to_extension_element(name)])


def response(statement: Statement, *, pair: Pair, encryption: Sequence[EncryptionKey]) -> str:
    """The response for a sign-in that went well: assertion signed, encrypted where the partner can read it, all signed."""
    inner = signed(assertion_of(statement), pair)
    if encryption:
        inner = encrypted(inner, encryption)
    message = response_shell(
        consumer=statement.consumer,
        in_response_to=statement.in_response_to,
        status=samlp.Status(status_code=samlp.StatusCode(value=names.SUCCESS)),
    )
    return signed(message, pair, inner=inner)


def refusal(*, consumer: str, in_response_to: str, pair: Pair, first: str, second: str, text: str = "") -> str:
    """The response that says why there is no assertion."""
    message = response_shell(consumer=consumer, in_response_to=in_response_to, status=status_of(first, second, text))
    return signed(message, pair)


def response_shell(*, consumer: str, in_response_to: str, status: samlp.Status) -> samlp.Response:
    return samlp.Response(
        id=new_id(),
        version="2.0",
        issue_instant=instant(now()),
        destination=consumer,
        in_response_to=in_response_to or None,
        issuer=issuer(),
        status=status,
    )


def status_of(first: str, second: str = "", text: str = "") -> samlp.Status:
    return samlp.Status(
        status_code=samlp.StatusCode(
            value=first, status_code=samlp.StatusCode(value=names.STATUS + second) if second else None
        ),
        status_message=samlp.StatusMessage(text=text) if text else None,
    )


def encrypted(assertion: str, keys: Sequence[EncryptionKey]) -> str:
    """To the partner's first key, by the first cipher of its metadata that we speak."""
    from saml2.sigver import pre_encryption_part  # reads XML schemas for a second

    key, cipher = best_key(keys)
    template = pre_encryption_part(msg_enc=cipher, key_enc=names.RSA_OAEP, encrypt_cert=key.certificate)
    pem = f"-----BEGIN CERTIFICATE-----\n{key.certificate}\n-----END CERTIFICATE-----\n"
    data = encrypt(assertion, certificate=pem, template=written(template), session_key=CIPHERS[cipher])
    return f'<saml:EncryptedAssertion xmlns:saml="{names.SAML}">{data}</saml:EncryptedAssertion>'


def best_key(keys: Sequence[EncryptionKey]) -> tuple[EncryptionKey, str]:
    for key in keys:
        for method in key.methods:
            if method in CIPHERS:
                return key, method
    return keys[0], UNASKED


def logout_request(*, address: str, name: saml.NameID, session_index: str, message_id: str = "") -> samlp.LogoutRequest:
    moment = now()
    return samlp.LogoutRequest(
        id=message_id or new_id(),
        version="2.0",
        issue_instant=instant(moment),
        not_on_or_after=instant(moment + GOOD_FOR),
        destination=address,
        reason="urn:oasis:names:tc:SAML:2.0:logout:user",
        issuer=issuer(),
        name_id=name,
        session_index=[samlp.SessionIndex(text=session_index)],
    )


def logout_response(*, address: str, in_response_to: str, status: samlp.Status) -> samlp.LogoutResponse:
    return samlp.LogoutResponse(
        id=new_id(),
        version="2.0",
        issue_instant=instant(now()),
        destination=address or None,
        in_response_to=in_response_to,
        issuer=issuer(),
        status=status,
    )
