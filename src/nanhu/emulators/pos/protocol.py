"""The signing of docs/protocols/terminal.md, written from that page alone."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

PREFIX = "/terminal/v1/"
CODE_PREFIX = "N1P"
WHOLE_PREFIX, WHOLE_LENGTH, PAY_PART = "N1A", 53, slice(3, 37)


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as it goes; `text` is what was signed."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    text: str

    @property
    def signature(self) -> str:
        return self.headers["Nanhu-Signature"]


def pay_part(text: str) -> str:
    """What the till sends of a phone's picture: the part that opens doors never leaves the reader. A card as it is."""
    is_picture = text.startswith(WHOLE_PREFIX) and len(text) == WHOLE_LENGTH
    return CODE_PREFIX + text[PAY_PART] if is_picture else text


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def sign_request(key: bytes, *, path: str, terminal: str, sequence: int, clock: int, body: bytes) -> SignedRequest:
    lines = ("nanhu-terminal-1", "POST", path, terminal, str(sequence), str(clock), digest(body))
    text = "\n".join(lines)
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Nanhu-Terminal": terminal,
        "Nanhu-Sequence": str(sequence),
        "Nanhu-Clock": str(clock),
        "Nanhu-Signature": hmac.digest(key, text.encode(), "sha256").hex(),
    }
    return SignedRequest(path, headers, body, text)


def answer_signature(key: bytes, *, request_signature: str, status: int, body: bytes) -> str:
    text = f"nanhu-terminal-1-answer\n{request_signature}\n{status}\n{digest(body)}"
    return hmac.digest(key, text.encode(), "sha256").hex()


def is_genuine(key: bytes, *, request_signature: str, status: int, body: bytes, signature: str) -> bool:
    """Whether this answer to this request came from someone who knows the key."""
    right = answer_signature(key, request_signature=request_signature, status=status, body=body)
    return hmac.compare_digest(right.encode(), signature.encode("latin-1", "replace"))
