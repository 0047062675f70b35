"""Dynamic codes (付款码, 门禁码): what stands in one and how it is proved. Pure; the phone's script says the same in JavaScript.

The picture on the phone holds both parts, one after the other. A reader sends its own part and nothing of the other, so that
what a door sends cannot be spent and what a till sends opens nothing:

    N1 A 4Q7ZK1XA 1TBC7N 8F2K 0Z9Y… 7M3P…    the picture: 16 that prove the right to pay, 16 the right to open
    N1 P 4Q7ZK1XA 1TBC7N 8F2K 0Z9Y…          what a till sends of it
    N1 D 4Q7ZK1XA 1TBC7N 8F2K 7M3P…          what a door sends of it

A phone that is switched to one right shows that part alone.

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
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

type Kind = Literal["pay", "door"]
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
WHOLE: Final = re.compile(rf"N1A([{ALPHABET}]{{18}})([{ALPHABET}]{{16}})([{ALPHABET}]{{16}})")
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


def part_of(text: str, kind: Kind) -> str:
    """What a reader of this kind sends of a picture; anything else as it is."""
    found = WHOLE.fullmatch(text)
    if found is None:
        return text
    head, pays, opens = found.groups()
    return f"N1P{head}{pays}" if kind == "pay" else f"N1D{head}{opens}"


def write_picture(keys: Mapping[Kind, bytes], *, device: str, step: int, nonce: str) -> str:
    """Both parts under one nonce: whichever is taken first, the other is used up with it."""
    pays, opens = (mac_of(keys[kind], kind=kind, device=device, step=step, nonce=nonce) for kind in KINDS.values())
    return f"N1A{device}{base32(step, 6)}{nonce}{pays}{opens}"


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
