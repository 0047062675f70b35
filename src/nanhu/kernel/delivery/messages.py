"""Outgoing messages, and the results that providers report."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

CHANNEL = "kernel_delivery"
"""On which the worker is woken."""
type Fate = Literal["delivered", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMessage:
    """`text` is the whole sentence, `code` the one-time code in it, if it carries one: providers fill in templates."""

    phone: str
    text: str
    code: str = ""

    @property
    def template(self) -> Literal["code", "notice"]:
        return "code" if self.code else "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a message that the provider took."""

    fate: Fate
    reason: str = ""


class DeliveryError(Exception):
    """The provider did not take it. `is_final`: asking again brings nothing (a number that is none, a shut recipient)."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


class Provider(Protocol):
    def send(self, message: TextMessage) -> str:
        """Hand it over; the provider's number for it. Raises DeliveryError."""

    def report(self, *, phone: str, reference: str, sent_on: date) -> Report | None:
        """None while nobody knows yet, or where the provider tells nothing. Raises DeliveryError."""
