"""Who signed a message: the keys are those of the partner's metadata, never what a message brings along."""

import base64
from collections.abc import Callable, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import load_der_x509_certificate
from saml2 import class_name

from nanhu.platforms.identity.protocols.saml.errors import MessageRefusedError
from nanhu.platforms.identity.protocols.saml.messages import Received, RedirectSignature
from nanhu.platforms.identity.protocols.saml.names import DS, REDIRECT
from nanhu.platforms.identity.protocols.saml.security_context import WrongSignatureError, check
from nanhu.platforms.identity.protocols.saml.xml import SIGNATURE, has_one_meaning

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
STRONG = {f"{MORE}{kind}-{name}": (kind, make) for kind in ("rsa", "ecdsa") for name, make in HASHES.items()}
ALGORITHMS = STRONG | {f"{DS}rsa-sha1": ("rsa", hashes.SHA1)}
"""What partners may sign their messages with. SHA-1 is what older software signs with unless told otherwise; to forge a
message one would need a second preimage of it, which nobody can make. Federations' metadata must be signed with STRONG.
"""


class MetadataKeys:
    """What pysaml2 asks of its metadata store: the signing certificates of one partner."""

    def __init__(self, certificates: Sequence[str]) -> None:
        self.certificates = certificates

    def certs(self, _entity_id: str, _descriptor: str, _use: str) -> list[tuple[None, str]]:
        return [(None, certificate) for certificate in self.certificates]


def check_signature(received: Received, *, certificates: Sequence[str], is_required: bool) -> bool:
    """True when the message is signed by one of these; a wrong signature is refused even where none was needed."""
    if not has_one_meaning(received.whole):
        raise MessageRefusedError(why="it has two meanings")
    is_signed = (
        check_redirect(received, certificates) if received.binding == REDIRECT else check_xml(received, certificates)
    )
    if is_required and not is_signed:
        raise MessageRefusedError(why="it must be signed")
    return is_signed


def check_xml(received: Received, certificates: Sequence[str]) -> bool:
    signatures = received.root.findall(SIGNATURE)
    if not signatures:
        if next(received.root.iter(SIGNATURE), None) is not None:
            raise MessageRefusedError(why="the signature is in the wrong place")
        return False
    message = received.message
    method = signatures[0].find(f"{{{DS}}}SignedInfo/{{{DS}}}SignatureMethod")
    if method is None or message.signature.signed_info.signature_method.algorithm not in ALGORITHMS:
        raise MessageRefusedError(why="the signature's algorithm is too weak")
    try:
        check(
            message,
            node_name=class_name(message),
            document=received.document,
            keys=MetadataKeys(certificates),
        )
    except WrongSignatureError as error:
        raise MessageRefusedError(why="the signature does not verify") from error
    return True


def check_redirect(received: Received, certificates: Sequence[str]) -> bool:
    """The signature of a redirect stands in the address; one inside the message is not allowed there."""
    if next(received.root.iter(SIGNATURE), None) is not None:
        raise MessageRefusedError(why="a redirect carries its signature in the address")
    signature = received.redirect_signature
    if signature is None:
        return False
    if signature.algorithm not in ALGORITHMS:
        raise MessageRefusedError(why="the signature's algorithm is too weak")
    if not any(is_signed_by(signature, certificate) for certificate in certificates):
        raise MessageRefusedError(why="the signature does not verify")
    return True


def is_signed_by(signature: RedirectSignature, certificate: str) -> bool:
    kind, make_hash = ALGORITHMS[signature.algorithm]
    key: Any = load_der_x509_certificate(base64.b64decode(certificate)).public_key()
    try:
        if kind == "rsa" and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature.value, signature.covered, padding.PKCS1v15(), make_hash())
        elif kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            half = len(signature.value) // 2
            parts = (int.from_bytes(signature.value[:half]), int.from_bytes(signature.value[half:]))
            key.verify(encode_dss_signature(*parts), signature.covered, ec.ECDSA(make_hash()))
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True
