"""Dynamic codes (付款码, 门禁码): what stands in one and how it is proved. Pure; the phone's script says the same in JavaScript.

    N1 P 4Q7ZK1XA 1TBC7N 8F2K 0Z9Y…      37 characters of Crockford's alphabet
    │  │ │        │      │    └ 16: HMAC-SHA256 under the key of device and kind, first 80 bits
    │  │ │        │      └ 4: chosen at random, so that two codes of one step differ
    │  │ │        └ 6: step, thirty seconds each since 1970
    │  │ └ 8: device
    │  └ kind: P pays, D opens doors
    └ version

A code shown in one step is taken until the end of the next: it lives sixty seconds at most by a right clock, and a phone
whose clock is half a minute off still pays.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final, Literal

type Kind = Literal["pay", "door"]
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE: Final = re.compile(rf"N1([PD])([{ALPHABET}]{{8}})([{ALPHABET}]{{6}})([{ALPHABET}]{{4}})([{ALPHABET}]{{16}})")
STEP_SECONDS: Final = 30
SKEW_STEPS: Final = 1
MAC_BYTES: Final = 10
KINDS: Final[dict[str, Kind]] = {"P": "pay", "D": "door"}


@dataclass(frozen=True, slots=True)
class Code:
    kind: Kind
    device: str
    step: int
    nonce: str
    mac: str

    def is_signed_by(self, key: bytes) -> bool:
        right = mac_of(key, kind=self.kind, device=self.device, step=self.step, nonce=self.nonce)
        return hmac.compare_digest(right.encode(), self.mac.encode())

    def is_in_time(self, moment: float) -> bool:
        return abs(int(moment // STEP_SECONDS) - self.step) <= SKEW_STEPS


def read_code(text: str) -> Code | None:
    found = CODE.fullmatch(text)
    if found is None:
        return None
    kind, device, step, nonce, mac = found.groups()
    return Code(KINDS[kind], device, number_of(step), nonce, mac)


def write_code(key: bytes, *, kind: Kind, device: str, step: int, nonce: str) -> str:
    letter = next(letter for letter, name in KINDS.items() if name == kind)
    mac = mac_of(key, kind=kind, device=device, step=step, nonce=nonce)
    return f"N1{letter}{device}{base32(step, 6)}{nonce}{mac}"


def mac_of(key: bytes, *, kind: Kind, device: str, step: int, nonce: str) -> str:
    digest = hmac.digest(key, f"nanhu-code-1\n{kind}\n{device}\n{step}\n{nonce}".encode(), hashlib.sha256)
    return base32(int.from_bytes(digest[:MAC_BYTES]), MAC_BYTES * 8 // 5)


def base32(number: int, length: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def number_of(text: str) -> int:
    number = 0
    for letter in text:
        number = number << 5 | ALPHABET.index(letter)
    return number
