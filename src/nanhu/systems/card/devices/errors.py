"""Refusals of the door itself. Codes and sentences of the gateway stand in ../protocol.py and are the same here."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class MalformedError(CampusError):
    """The body is not what the operation expects. Nothing is kept; the sequence stays free."""

    code: ClassVar[str] = "malformed"
    sentence: ClassVar[str | Promise] = _("报文格式不正确")


class CardRefusedError(CampusError):
    """A card that cannot be served: `card_unknown`, `card_lost`, `card_replaced` … with the gateway's sentences."""

    http_status: ClassVar[int] = 409

    def __init__(self, *, code: str, sentence: str) -> None:
        super().__init__(refusal=code)
        self.code = code  # type: ignore[misc]
        self.sentence = sentence  # type: ignore[misc]


class NotForThisTerminalError(CampusError):
    code: ClassVar[str] = "terminal_unfit"
    http_status: ClassVar[int] = 409
    sentence: ClassVar[str | Promise] = _("本机不办理这项业务")
