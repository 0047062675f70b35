"""pysaml2's checks of a signed message, with xmlsec1 behind."""

from functools import cache
from pathlib import Path
from typing import Any

from nanhu.platforms.identity.protocols.saml.engine import XmlsecFailedError, require_program, verify


class WrongSignatureError(Exception):
    """It does not verify, or the message has not the form of a signed one."""


@cache
def backend() -> Any:
    """What a SecurityContext calls. Made when the first message comes: pysaml2 reads XML schemas for a second."""
    from saml2.sigver import CryptoBackend, XmlsecError

    class Backend(CryptoBackend):  # type: ignore[misc]
        def validate_signature(
            self,
            enctext: Any,
            cert_file: str,
            cert_type: str,  # noqa: ARG002
            node_name: str,
            node_id: str,
        ) -> bool:
            document = enctext if isinstance(enctext, bytes) else enctext.encode()
            certificate = Path(cert_file).read_text(encoding="ascii")
            try:
                verify(document, certificate=certificate, node_name=node_name, node_id=node_id)
            except XmlsecFailedError as error:
                raise XmlsecError(str(error)) from error
            return True

    return Backend()


def check(message: Any, *, node_name: str, document: bytes, keys: Any) -> None:
    """Form (schema, one reference, transforms) and signature, by the metadata's keys only."""
    from saml2.sigver import MissingKey, SecurityContext, SignatureError, XmlsecError

    require_program()
    context = SecurityContext(backend(), metadata=keys, only_use_keys_in_metadata=True)
    try:
        context.check_signature(message, node_name, document)
    except (SignatureError, MissingKey, XmlsecError, AttributeError, IndexError) as error:
        raise WrongSignatureError(str(error)) from error
