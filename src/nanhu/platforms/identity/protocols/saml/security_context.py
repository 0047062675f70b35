"""pysaml2's checks of a signed message, with xmlsec1 behind. Imported where one is checked: it reads XML schemas for a second."""

from pathlib import Path
from typing import Any

from saml2.sigver import CryptoBackend, MissingKey, SecurityContext, SignatureError, XmlsecError

from nanhu.platforms.identity.protocols.saml.engine import XmlsecFailedError, require_program, sign, verify

REFUSALS = (SignatureError, MissingKey, XmlsecError, AttributeError, IndexError)
"""What pysaml2 raises for a signature that does not verify, or for a message that has not the form of a signed one."""


class Engine(CryptoBackend):  # type: ignore[misc]
    """What pysaml2's SecurityContext calls. `cert_file` and `key_file` are PEM texts here, not names of files."""

    def sign_statement(self, statement: str, node_name: str, key_file: str, node_id: str) -> str:
        return sign(statement, key=key_file, node_name=node_name, node_id=node_id)

    def validate_signature(self, enctext: Any, cert_file: str, cert_type: str, node_name: str, node_id: str) -> bool:  # noqa: ARG002 - pysaml2's signature
        document = enctext if isinstance(enctext, bytes) else enctext.encode()
        certificate = Path(cert_file).read_text(encoding="ascii")
        try:
            verify(document, certificate=certificate, node_name=node_name, node_id=node_id)
        except XmlsecFailedError as error:
            raise XmlsecError(str(error)) from error
        return True


def verifier(keys: Any) -> SecurityContext:
    """Form (schema, one reference, transforms) and signature, by the metadata's keys only."""
    require_program()
    return SecurityContext(Engine(), metadata=keys, only_use_keys_in_metadata=True)
