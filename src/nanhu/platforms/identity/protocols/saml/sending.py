"""How our messages leave: signed addresses for redirects, forms that send themselves, SOAP envelopes."""

import base64
import zlib
from typing import Any
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nanhu.kernel import csp
from nanhu.kernel.crypto import rsa_private_key
from nanhu.platforms.identity.form_targets import source_of
from nanhu.platforms.identity.protocols.saml.names import RSA_SHA256, SOAP
from nanhu.platforms.identity.protocols.saml.services.answers import without_declaration, written
from nanhu.platforms.identity.protocols.saml.services.keys import Pair


def redirect_address(message: Any, *, parameter: str, address: str, relay_state: str, pair: Pair) -> str:
    """The address with the message in it, signed over the very octets that are sent."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = machine.compress(without_declaration(written(message)).encode()) + machine.flush()
    fields = {parameter: base64.b64encode(packed).decode()}
    if relay_state:
        fields["RelayState"] = relay_state
    query = urlencode({**fields, "SigAlg": RSA_SHA256}, quote_via=quote, safe="")
    signature = urlencode(
        {"Signature": base64.b64encode(signature_of(query.encode(), pair)).decode()}, quote_via=quote, safe=""
    )
    return f"{address}{'&' if '?' in address else '?'}{query}&{signature}"


def signature_of(covered: bytes, pair: Pair) -> bytes:
    return rsa_private_key(pair.key).sign(covered, padding.PKCS1v15(), hashes.SHA256())


def form_page(request: HttpRequest, *, message: str, parameter: str, address: str, relay_state: str) -> HttpResponse:
    """A page whose form sends itself by a script of ours; without JavaScript its button does."""
    facts = {
        "address": address,
        "parameter": parameter,
        "message": base64.b64encode(message.encode()).decode(),
        "relay_state": relay_state,
    }
    answer = render(request, "identity/saml/post.html", facts)
    answer.headers["Referrer-Policy"] = "no-referrer"
    csp.allow(answer, form_action=[source_of(address)])
    return answer


def envelope(message: str) -> bytes:
    return f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body>{message}</soap:Body></soap:Envelope>'.encode()
