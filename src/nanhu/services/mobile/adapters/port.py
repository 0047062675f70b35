"""What a vendor (企业微信; 钉钉 and 飞书 have the same) must be able to do. `tests/test_vendor_contract.py` holds each of them to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol


class Status(IntEnum):
    """A member there, by Tencent's numbers."""

    ACTIVE = 1
    DISABLED = 2
    INVITED = 4
    LEFT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts:
    """`mobile` goes out only where its owner agreed; else the school's mail address is what the account is made by."""

    userid: str
    name: str
    mobile: str
    departments: tuple[int, ...]
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookMember:
    """As it stands there."""

    userid: str
    name: str
    mobile: str
    departments: tuple[int, ...]
    status: int
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One message to many; the same to the same ones within four hours is one message."""

    title: str
    text: str
    url: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """`refused`: receivers that are none there, in lower case."""

    reference: str
    refused: frozenset[str]


class VendorError(Exception):
    """It answered, and did not do it."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code} {words}")
        self.code, self.words = code, words


class LaterError(VendorError):
    """Not now: its limits, or a fault of its own."""


class RestingError(LaterError):
    """Nobody was called: it has failed so often lately that it is left alone until then."""

    def __init__(self, words: str, until: datetime) -> None:
        super().__init__(0, words)
        self.until = until


class StoppedError(VendorError):
    """Nobody is called until somebody has looked: the secret, the token or the address is refused."""


class NotSentError(OSError):
    """It surely never left: nobody was there, or there was no token for it."""


class Vendor(Protocol):
    """Whatever cannot be reached is an OSError (a NotSentError where nothing left); whatever is answered and refused a VendorError."""

    def create_member(self, facts: MemberFacts) -> None: ...
    def update_member(self, facts: MemberFacts) -> None: ...
    def delete_member(self, userid: str) -> None: ...
    def member(self, userid: str) -> BookMember | None: ...
    def userid_of(self, mobile: str) -> str:
        """Who has this very phone there; "" for nobody."""

    def member_ids(self) -> Mapping[str, frozenset[int]]:
        """Everybody there, with the departments."""

    def put_department(self, *, number: int, name: str, parent: int) -> None: ...
    def delete_department(self, number: int) -> None: ...
    def send(self, card: Card, *, userids: Sequence[str]) -> Sent: ...
    def recall(self, reference: str) -> None: ...
    def authorize_address(self, *, back: str, state: str) -> str: ...
    def who(self, code: str) -> str:
        """The userid behind a code of the sign-in; "" for a stranger."""
