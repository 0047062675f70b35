"""What the rooms above keep beside a terminal: put there when it is registered, taken away with it, shown beside it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Column, PageRequest
from nanhu.kernel.registry import Text
from nanhu.platforms.terminals.models import Address, NextKey, Terminal
from nanhu.platforms.terminals.wire import FORMER_KEY


class Unsent(NamedTuple):
    """Rows that a terminal said it keeps and has not sent, and what they come to where they are money."""

    rows: int = 0
    fen: int = 0


class Problem(NamedTuple):
    words: Text
    tone: str = "attention"


class Seen(NamedTuple):
    """What a part knows of one terminal. `facts` are its own, for its columns and templates; `place` and `owner`: where it stands
    and what it serves, a shop or a place; `lost_fen` was accepted as lost; `is_device` is False where nothing stands in the field that could sign on."""

    facts: Any = None
    problems: frozenset[str] = frozenset()
    place: str = ""
    owner: str = ""
    unsent: Unsent = Unsent()
    lost_fen: int = 0
    is_device: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A terminal as it stands now. `incidents`: requests refused within a day, by code, the last of them at `refused_at`; `seen` by the
    name of the part."""

    terminal: Terminal
    is_online: bool
    incidents: Counter[str]
    addresses: list[Address]
    next_key: NextKey | None
    refused_at: datetime | None = None
    seen: Mapping[str, Seen] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        return self.terminal.number

    @property
    def place(self) -> str:
        return self.terminal.place or next((one.place for one in self.seen.values() if one.place), "")

    @property
    def owner(self) -> str:
        return next((one.owner for one in self.seen.values() if one.owner), "")

    @property
    def unsent(self) -> Unsent:
        kept = [one.unsent for one in self.seen.values()]
        return Unsent(sum(one.rows for one in kept), sum(one.fen for one in kept))

    @property
    def lost_fen(self) -> int:
        return sum(one.lost_fen for one in self.seen.values())

    @property
    def shown_problems(self) -> list[Problem]:
        known = known_problems()
        return [known[one] for one in self.problems]


class Part:
    """One of a room, asked of every terminal: what is none of its kinds it leaves alone.

    `fields` are asked for at the registration; what was said in them are the `details` of `install`. `problems` and `columns`
    join those of the list, `incident_words` hold for terminals of its `kinds`; `cards` and `aside` are templates on a terminal's own page, given `facts` as `part`.
    """

    name: ClassVar[str]
    fields: ClassVar[Mapping[str, forms.Field]] = {}
    problems: ClassVar[Mapping[str, Problem]] = {}
    columns: ClassVar[Mapping[str, Column]] = {}
    kinds: ClassVar[frozenset[str]] = frozenset(Terminal.Kind)
    incident_words: ClassVar[Mapping[str, Text]] = {}
    cards: ClassVar[str] = ""
    aside: ClassVar[str] = ""

    def faults(self, kind: str, details: Mapping[str, Any]) -> Mapping[str, Text]:  # noqa: ARG002
        """What is wrong with the details of a terminal of this kind, by field."""
        return {}

    def install(self, terminal: Terminal, details: Mapping[str, Any]) -> Mapping[str, str]:  # noqa: ARG002
        """Within the registration; gives facts for the audit."""
        return {}

    def unsent(self, terminal: Terminal) -> Unsent:  # noqa: ARG002
        return Unsent()

    def check_removal(self, terminal: Terminal) -> None:
        """Raises a CampusError where it may not be taken away yet."""

    def remove(self, terminal: Terminal, lost: Unsent) -> None:
        """Within the retirement; `lost` are the rows of all parts whose loss was accepted."""

    def look(self, devices: Sequence[Device]) -> Mapping[int, Seen]:  # noqa: ARG002
        """By the terminal's id; asked once for all of them."""
        return {}

    def facts(self, request: PageRequest, device: Device) -> Mapping[str, Any]:  # noqa: ARG002
        """For its templates on the page of this one."""
        return {}


PARTS: Final[list[Part]] = []
OWN_PROBLEMS: Final[Mapping[str, Problem]] = {
    "stolen": Problem(_("停用后仍在联系"), "danger"),
    "addresses": Problem(_("密钥在别处使用"), "danger"),
    "clock": Problem(_("时钟不准"), "danger"),
    "off": Problem(_("已停用"), "quiet"),
    "retired": Problem(_("已撤机"), "quiet"),
    "offline": Problem(_("断网")),
    "never": Problem(_("从未上线"), "quiet"),
    "incidents": Problem(_("被拒请求")),
    "key": Problem(_("换钥中")),
}


OWN_INCIDENTS: Final[Mapping[str, Text]] = {
    "terminal_limit": _("请求过于频繁"),
    FORMER_KEY: _("新密钥已被启用，仍有设备用旧密钥：密钥可能在两台设备上"),
}
"""What no CampusError says: refused by an endpoint before any operation."""


def known_problems() -> dict[str, Problem]:
    """In the order in which they are told."""
    found = dict(OWN_PROBLEMS)
    for part in PARTS:
        found |= part.problems
    return found
