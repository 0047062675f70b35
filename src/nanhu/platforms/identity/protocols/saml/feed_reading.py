"""A federation's metadata as bytes: is it signed by whom we trust, until when is it good, who is in it?"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.platforms.identity.protocols.saml.engine import FEED_PATIENCE_SECONDS, XmlsecFailedError, verify
from nanhu.platforms.identity.protocols.saml.errors import FeedRefusedError
from nanhu.platforms.identity.protocols.saml.messages import moment_of
from nanhu.platforms.identity.protocols.saml.metadata_reading import Entity, md, read_entity, seconds_of
from nanhu.platforms.identity.protocols.saml.names import DS, MD, MDRPI
from nanhu.platforms.identity.protocols.saml.signatures import STRONG
from nanhu.platforms.identity.protocols.saml.xml import DEEPEST, SIGNATURE, identifiers

LONGEST_VALIDITY = timedelta(days=60)
"""A feed that claims to be good for longer is cut to this: withdrawn partners must leave some day."""
CHILD = 2
ENVELOPED = f"{DS}enveloped-signature"
EXCLUSIVE = {"http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"}
STRONG_DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the root element says: its ID, until when it is good, when it was issued, how often to look."""

    identifier: str
    kind: str
    valid_until: datetime
    issued_at: datetime | None
    cache_seconds: int | None


def read_feed(document: bytes, *, certificate: str) -> tuple[Head, list[Entity]]:
    """Checks first, then the service providers. Raises FeedRefusedError; nothing of a refused feed is used."""
    try:
        return checked(document, certificate), list(entities(document))
    except DefusedXmlException as error:
        raise FeedRefusedError(why=_("含有文档类型或实体声明")) from error
    except (ParseError, ValueError, LookupError) as error:
        raise FeedRefusedError(why=_("不是正确的 XML")) from error


def checked(document: bytes, certificate: str) -> Head:
    head = head_of(document)
    try:
        verify(
            document,
            certificate=certificate,
            node_name=f"{MD}:{head.kind}",
            node_id=head.identifier,
            patience=FEED_PATIENCE_SECONDS,
        )
    except XmlsecFailedError as error:
        raise FeedRefusedError(why=_("签名不是由约定的证书作出的")) from error
    if head.valid_until <= now():
        raise FeedRefusedError(why=_("已过期"))
    return head


def head_of(document: bytes) -> Head:
    """Read the root, and make sure that its signature is the one direct child that covers all of it."""
    seen = skim(document)
    root, signature = seen.root, seen.signature
    if root is None or root.tag not in {md("EntitiesDescriptor"), md("EntityDescriptor")}:
        raise FeedRefusedError(why=_("不是 SAML 元数据"))
    identifier = root.get("ID", "")
    if signature is None or not identifier:
        raise FeedRefusedError(why=_("没有签名"))
    if not covers(signature, identifier):
        raise FeedRefusedError(why=_("签名没有覆盖整份文件，或算法太弱"))
    until = moment_of(root.get("validUntil"))
    if until is None:
        raise FeedRefusedError(why=_("没有写明有效期（validUntil）"))
    return Head(
        identifier=identifier,
        kind=root.tag.rpartition("}")[2],
        valid_until=min(until, now() + LONGEST_VALIDITY),
        issued_at=seen.published,
        cache_seconds=seconds_of(root.get("cacheDuration", "")),
    )


@dataclass(slots=True)
class Skim:
    """One pass over the document that keeps nothing in memory but what `head_of` asks for."""

    root: Element | None = None
    signature: Element | None = None
    published: datetime | None = None
    identifiers: set[str] = field(default_factory=set)
    depth: int = 0
    has_signature: bool = False

    def started(self, element: Element) -> None:
        """The first signature of the document is the one xmlsec1 verifies: it must be the root's own child."""
        self.depth += 1
        self.root = element if self.root is None else self.root
        here = identifiers(element)
        if self.depth > DEEPEST or self.identifiers.intersection(here):
            raise FeedRefusedError(why=_("结构可疑"))
        self.identifiers.update(here)
        if element.tag == SIGNATURE:
            if not self.has_signature and self.depth != CHILD:
                raise FeedRefusedError(why=_("结构可疑"))
            self.has_signature = True

    def ended(self, element: Element) -> None:
        if self.depth == CHILD:
            self.take(element)
        self.depth -= 1

    def take(self, element: Element) -> None:
        if element.tag == SIGNATURE:
            if self.signature is not None:
                raise FeedRefusedError(why=_("有两个签名"))
            self.signature = element
            return
        if element.tag == md("Extensions"):
            for one in element.iter(f"{{{MDRPI}}}PublicationInfo"):
                self.published = moment_of(one.get("creationInstant"))
        element.clear()


def skim(document: bytes) -> Skim:
    seen = Skim()
    for event, element in events(document):
        if event == "start":
            seen.started(element)
        else:
            seen.ended(element)
    return seen


def covers(signature: Element, identifier: str) -> bool:
    """One reference to the root, no transform but the two that SAML allows, nothing weak, no hidden object."""

    def algorithms(path: str) -> list[str]:
        return [one.get("Algorithm", "") for one in signature.findall(path, {"ds": DS})]

    references = signature.findall("ds:SignedInfo/ds:Reference", {"ds": DS})
    transforms = algorithms("ds:SignedInfo/ds:Reference/ds:Transforms/ds:Transform")
    return (
        [one.get("URI") for one in references] in ([f"#{identifier}"], [""])
        and ENVELOPED in transforms
        and set(transforms) <= {ENVELOPED, *EXCLUSIVE}
        and set(algorithms("ds:SignedInfo/ds:SignatureMethod")) <= set(STRONG)
        and set(algorithms("ds:SignedInfo/ds:Reference/ds:DigestMethod")) <= STRONG_DIGESTS
        and signature.find("ds:Object", {"ds": DS}) is None
    )


def entities(document: bytes) -> Iterator[Entity]:
    """The service providers, one after the other; each element is let go once it was read."""
    for event, element in events(document):
        if event == "end" and element.tag == md("EntityDescriptor"):
            entity = read_entity(element)
            element.clear()
            if entity is not None:
                yield entity


def events(document: bytes) -> Iterator[tuple[str, Element]]:
    stream: Iterator[tuple[str, Element]] = iterparse(
        io.BytesIO(document), events=("start", "end"), forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    return stream
