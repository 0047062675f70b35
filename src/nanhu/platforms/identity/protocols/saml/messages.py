"""Messages as they arrive: three bindings, one `Received`. Nothing is believed here; `signatures` says who signed."""

import base64
import binascii
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus
from xml.etree.ElementTree import Element, tostring

from django.http import HttpRequest
from saml2 import samlp

from nanhu.kernel.clock import now
from nanhu.platforms.identity.protocols.saml.errors import MessageRefusedError
from nanhu.platforms.identity.protocols.saml.names import POST, REDIRECT, SAMLP, SOAP, SOAP_BINDING
from nanhu.platforms.identity.protocols.saml.rules import LONGEST_RELAY_STATE
from nanhu.platforms.identity.protocols.saml.xml import LARGEST_MESSAGE, parsed

OLDEST = timedelta(hours=1)
AHEAD = timedelta(minutes=10)
READERS: dict[str, Callable[[bytes], Any]] = {
    "AuthnRequest": samlp.authn_request_from_string,
    "LogoutRequest": samlp.logout_request_from_string,
    "LogoutResponse": samlp.logout_response_from_string,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RedirectSignature:
    """What a redirect's signature covers, octet by octet as it came, and the signature itself."""

    covered: bytes
    algorithm: str
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """`document` is what came over the wire (for SOAP: the whole envelope), `message` pysaml2's object of it."""

    kind: str
    binding: str
    document: bytes
    message: Any
    root: Element
    whole: Element
    relay_state: str = ""
    redirect_signature: RedirectSignature | None = None

    @property
    def issuer(self) -> str:
        return str(self.message.issuer.text or "").strip()


def received(request: HttpRequest) -> Received:
    """The SAML message of a redirect (GET) or of a form (POST)."""
    return by_redirect(request) if request.method == "GET" else by_post(request)


def by_redirect(request: HttpRequest) -> Received:
    raw = raw_parameters(request.META.get("QUERY_STRING", ""))
    parameter = message_parameter(raw)
    document = inflated(decoded(unquote_plus(raw[parameter])))
    return understood(
        document,
        parsed(document),
        binding=REDIRECT,
        relay_state=unquote_plus(raw.get("RelayState", "")),
        signature=redirect_signature(raw, parameter),
    )


def raw_parameters(query: str) -> dict[str, str]:
    """Still encoded, as the signature covers them; a parameter given twice means two things and is refused."""
    found: dict[str, str] = {}
    for part in query.split("&"):
        name, _equals, value = part.partition("=")
        if name in found:
            raise MessageRefusedError(why=f"{name} is given twice")
        found[name] = value
    return found


def message_parameter(parameters: Any) -> str:
    present = [name for name in ("SAMLRequest", "SAMLResponse") if parameters.get(name)]
    if len(present) != 1:
        raise MessageRefusedError(why="exactly one SAMLRequest or SAMLResponse is needed")
    return present[0]


def redirect_signature(raw: dict[str, str], parameter: str) -> RedirectSignature | None:
    if not raw.get("Signature") and not raw.get("SigAlg"):
        return None
    names = [name for name in (parameter, "RelayState", "SigAlg") if name in raw]
    return RedirectSignature(
        covered="&".join(f"{name}={raw[name]}" for name in names).encode(),
        algorithm=unquote_plus(raw.get("SigAlg", "")),
        value=decoded(unquote_plus(raw.get("Signature", ""))),
    )


def by_post(request: HttpRequest) -> Received:
    parameter = message_parameter(request.POST)
    document = decoded(request.POST[parameter])
    return understood(document, parsed(document), binding=POST, relay_state=request.POST.get("RelayState", ""))


def by_soap(request: HttpRequest) -> Received:
    """The one message in the body of an envelope; its signature is checked inside the envelope, where it was made."""
    document = request.read(LARGEST_MESSAGE + 1)
    envelope = parsed(document)
    bodies = envelope.findall(f"{{{SOAP}}}Body") if envelope.tag == f"{{{SOAP}}}Envelope" else []
    if len(bodies) != 1 or len(bodies[0]) != 1:
        raise MessageRefusedError(why="not a SOAP envelope with one message")
    return understood(document, bodies[0][0], whole=envelope, binding=SOAP_BINDING)


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MessageRefusedError(why="malformed base64") from error


def inflated(packed: bytes) -> bytes:
    """At most so much as a message may have: what swells further is a bomb."""
    machine = zlib.decompressobj(-15)
    try:
        text = machine.decompress(packed, LARGEST_MESSAGE + 1)
    except zlib.error as error:
        raise MessageRefusedError(why="malformed compression") from error
    if len(text) > LARGEST_MESSAGE or machine.unconsumed_tail:
        raise MessageRefusedError(why="the message is too large")
    return text


def understood(
    document: bytes,
    element: Element,
    *,
    binding: str,
    whole: Element | None = None,
    relay_state: str = "",
    signature: RedirectSignature | None = None,
) -> Received:
    namespace, _brace, kind = element.tag.rpartition("}")
    if namespace != f"{{{SAMLP}" or kind not in READERS:
        raise MessageRefusedError(why="not a message for this address")
    if len(relay_state.encode()) > LONGEST_RELAY_STATE:
        raise MessageRefusedError(why="RelayState is too long")
    message = READERS[kind](tostring(element))
    check_head(message)
    return Received(
        kind=kind,
        binding=binding,
        document=document,
        message=message,
        root=element,
        whole=element if whole is None else whole,
        relay_state=relay_state,
        redirect_signature=signature,
    )


def check_head(message: Any) -> None:
    """Version, ID, issuer and time, which every message has."""
    if message is None or message.version != "2.0" or not message.id or message.issuer is None:
        raise MessageRefusedError(why="no SAML 2.0 message with ID and Issuer")
    issued = moment_of(message.issue_instant)
    if issued is None or not now() - OLDEST <= issued <= now() + AHEAD:
        raise MessageRefusedError(why="it was issued too long ago, or the clocks differ")


def moment_of(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def check_destination(received: Received, *, ours: str) -> None:
    """A signed message by a front channel must name us; any Destination that is given must be this very address."""
    destination = received.message.destination or ""
    if destination and destination != ours:
        raise MessageRefusedError(why="it is addressed to somebody else")
