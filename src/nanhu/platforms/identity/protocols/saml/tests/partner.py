"""A service provider for the tests: its metadata and keys, its requests (built by hand), its reading of our answers.

`pysaml2`'s own SP stands in `tests/interop`; this one can also misbehave.
"""

import base64
import html
import re
import subprocess
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from xml.etree.ElementTree import Element

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from defusedxml.ElementTree import fromstring

from nanhu.kernel.crypto import rsa_private_key
from nanhu.platforms.identity.protocols.saml import names
from nanhu.platforms.identity.protocols.saml.engine import run, sign, verify
from nanhu.platforms.identity.protocols.saml.services.keys import BITS, Pair, pair_of, published

NS = {"p": names.SAMLP, "a": names.SAML, "x": names.XENC, "ds": names.DS, "md": names.MD}
FORM = re.compile(r'<form action="([^"]*)" method="post" data-submit-at-once>')
FIELD = re.compile(r'<input type="hidden" name="(SAML\w+|RelayState)" value="([^"]*)"')


@cache
def pair(number: int = 0) -> Pair:
    """A partner's own: never one that `fresh_key` gave the campus."""
    return pair_of(rsa.generate_private_key(public_exponent=65537, key_size=BITS))


def moment(**shift: int) -> str:
    return (datetime.now(UTC) + timedelta(**shift)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Partner:
    entity_id: str = "https://sp.example.edu/shibboleth"
    consumer: str = "https://sp.example.edu/acs"
    logout: str = "https://sp.example.edu/slo"
    signs_requests: bool = False
    ciphers: tuple[str, ...] = ()
    is_encrypting: bool = False
    key: Pair = field(default_factory=pair)

    def metadata(self) -> str:
        methods = "".join(f'<md:EncryptionMethod Algorithm="{one}"/>' for one in self.ciphers)
        key = f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{self.key.bare_certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        encryption = (
            f'<md:KeyDescriptor use="encryption">{key}{methods}</md:KeyDescriptor>' if self.is_encrypting else ""
        )
        return f"""<md:EntityDescriptor xmlns:md="{names.MD}" xmlns:ds="{names.DS}" entityID="{self.entity_id}">
  <md:SPSSODescriptor protocolSupportEnumeration="{names.SAMLP}" AuthnRequestsSigned="{str(self.signs_requests).lower()}">
    <md:KeyDescriptor use="signing">{key}</md:KeyDescriptor>{encryption}
    <md:SingleLogoutService Binding="{names.SOAP_BINDING}" Location="{self.logout}/soap"/>
    <md:SingleLogoutService Binding="{names.REDIRECT}" Location="{self.logout}" ResponseLocation="{self.logout}/done"/>
    <md:SingleLogoutService Binding="{names.POST}" Location="{self.logout}/post"/>
    <md:AssertionConsumerService Binding="{names.POST}" Location="{self.consumer}" index="1" isDefault="true"/>
    <md:AssertionConsumerService Binding="{names.POST}" Location="{self.consumer}/second" index="2"/>
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:PAOS" Location="{self.consumer}/paos" index="3"/>
  </md:SPSSODescriptor>
  <md:Organization><md:OrganizationName xml:lang="zh">图书商</md:OrganizationName><md:OrganizationDisplayName xml:lang="zh">图书商</md:OrganizationDisplayName><md:OrganizationURL xml:lang="zh">https://sp.example.edu/</md:OrganizationURL></md:Organization>
</md:EntityDescriptor>"""

    def request(
        self, inner: str = "", *, request_id: str = "_req1", issued: str = "", signature: str = "", **attributes: str
    ) -> str:
        extra = "".join(f' {name}="{value}"' for name, value in attributes.items())
        return (
            f'<samlp:AuthnRequest xmlns:samlp="{names.SAMLP}" xmlns:saml="{names.SAML}" ID="{request_id}" Version="2.0" '
            f'IssueInstant="{issued or moment()}"{extra}><saml:Issuer>{self.entity_id}</saml:Issuer>{signature}{inner}</samlp:AuthnRequest>'
        )

    def logout_request(
        self, name_id: str, index: str = "", *, request_id: str = "_out1", signature: str = "", **attributes: str
    ) -> str:
        extra = "".join(f' {name}="{value}"' for name, value in attributes.items())
        session = f"<samlp:SessionIndex>{index}</samlp:SessionIndex>" if index else ""
        return (
            f'<samlp:LogoutRequest xmlns:samlp="{names.SAMLP}" xmlns:saml="{names.SAML}" ID="{request_id}" Version="2.0" '
            f'IssueInstant="{moment()}"{extra}><saml:Issuer>{self.entity_id}</saml:Issuer>{signature}'
            f"<saml:NameID>{name_id}</saml:NameID>{session}</samlp:LogoutRequest>"
        )

    def sign(self, make: object, *, kind: str = "AuthnRequest", request_id: str, key: Pair | None = None) -> str:
        """`make(signature)` builds the message around a template, which xmlsec1 then fills."""
        text = make(template(request_id))  # type: ignore[operator]
        return sign(text, key=(key or self.key).key, node_name=f"{names.SAMLP}:{kind}", node_id=request_id)

    def redirect(
        self,
        message: str,
        *,
        relay_state: str = "",
        signed_by: Pair | None = None,
        algorithm: str = names.RSA_SHA256,
        parameter: str = "SAMLRequest",
    ) -> str:
        fields = [f"{parameter}={quote(packed(message), safe='')}"]
        fields += [f"RelayState={quote(relay_state, safe='')}"] if relay_state else []
        if signed_by:
            fields.append(f"SigAlg={quote(algorithm, safe='')}")
            key = rsa_private_key(signed_by.key)
            value = key.sign("&".join(fields).encode(), padding.PKCS1v15(), hashes.SHA256())
            fields.append(urlencode({"Signature": base64.b64encode(value).decode()}))
        return "&".join(fields)

    def answer(self, response) -> "Answer":
        """Read the page we were handed as a browser and this partner would, signatures checked, decrypted."""
        text = response.content.decode()
        form = FORM.search(text)
        assert form, text[:2000]
        fields = {name: html.unescape(value) for name, value in FIELD.findall(text)}
        document = base64.b64decode(fields.get("SAMLResponse") or fields["SAMLRequest"])
        return self.read(document, html.unescape(form[1]), fields.get("RelayState", ""))

    def read(self, document: bytes, address: str, relay_state: str = "") -> "Answer":
        root = fromstring(document)
        check(document, root)
        for sealed in root.findall("a:EncryptedAssertion", NS):
            cipher = sealed.find("x:EncryptedData/x:EncryptionMethod", NS).get("Algorithm")
            opened = run(
                "--decrypt", {"key": self.key.key.encode(), "document": document}, "--privkey-pem", "@key", "@document"
            )
            inner = re.search(rb"<(\w+:)?Assertion .*</(\w+:)?Assertion>", opened, re.DOTALL)[0]
            assertion = fromstring(inner)
            check(inner, assertion)
            return Answer(document, address, relay_state, root, assertion, cipher)
        assertion = root.find("a:Assertion", NS)
        if assertion is not None:
            check(document, assertion)
        return Answer(document, address, relay_state, root, assertion)


def check(document: bytes, element: Element) -> None:
    """The element bears a good signature of ours, right where SAML wants it."""
    assert element.find("ds:Signature", NS) is not None
    namespace, kind = element.tag[1:].split("}")
    certificate = f"-----BEGIN CERTIFICATE-----\n{published()[0]}\n-----END CERTIFICATE-----\n"
    verify(document, certificate=certificate, node_name=f"{namespace}:{kind}", node_id=element.get("ID"))


@dataclass
class Answer:
    document: bytes
    address: str
    relay_state: str
    root: Element
    assertion: Element | None = None
    cipher: str = ""

    @property
    def statuses(self) -> list[str]:
        return [one.get("Value").rsplit(":", 1)[-1] for one in self.root.iter(f"{{{names.SAMLP}}}StatusCode")]

    def text(self, path: str) -> str:
        return self.assertion.findtext(path, namespaces=NS)

    def get(self, path: str, name: str) -> str:
        return self.assertion.find(path, NS).get(name)

    @property
    def name_id(self) -> str:
        return self.text("a:Subject/a:NameID")

    @property
    def session_index(self) -> str:
        return self.get("a:AuthnStatement", "SessionIndex")

    @property
    def context(self) -> str:
        return self.text("a:AuthnStatement/a:AuthnContext/a:AuthnContextClassRef")

    @property
    def attributes(self) -> dict[str, list[str]]:
        return {
            one.get("FriendlyName"): ["".join(value.itertext()) for value in one.findall("a:AttributeValue", NS)]
            for one in self.assertion.iter(f"{{{names.SAML}}}Attribute")
        }


def template(request_id: str) -> str:
    return (
        f'<ds:Signature xmlns:ds="{names.DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
        f'<ds:SignatureMethod Algorithm="{names.RSA_SHA256}"/><ds:Reference URI="#{request_id}"><ds:Transforms>'
        '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
        f'</ds:Transforms><ds:DigestMethod Algorithm="{names.SHA256}"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>'
    )


def packed(message: str) -> str:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(machine.compress(message.encode()) + machine.flush()).decode()


def unpacked(address: str, parameter: str = "SAMLResponse") -> bytes:
    return zlib.decompress(base64.b64decode(parse_qs(urlsplit(address).query)[parameter][0]), -15)


def posted(message: str) -> str:
    return base64.b64encode(message.encode()).decode()


__all__ = ["NS", "Answer", "Partner", "moment", "packed", "pair", "posted", "subprocess", "template", "unpacked"]
