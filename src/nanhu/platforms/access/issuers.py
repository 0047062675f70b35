"""What people hold to a door's reader (凭证): rooms that issue it, such as cards and the codes of phones, register here.

A door knows persons, units, places and times. What a credential is, whose it is and whether it is good, its issuer says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

from nanhu.kernel.registry import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What was presented. Where `person_id` is None nobody is known, and `refusal` says why.

    `refusal`: why it opens nothing on this day, whatever the rules of doors say; `refused_since`: where that began at a moment.
    `means` and `refusal` are codes of the wire; `name` is the issuer's own name of it, for the log.
    """

    means: str
    person_id: int | None = None
    holder_class: str = ""
    sub_class: str = ""
    name: str = ""
    refusal: str = ""
    refused_since: datetime | None = None


type Choices = list[tuple[str, list[tuple[str, str]]]]


class Issuer(Protocol):
    view: str
    """A view with a row for each credential that is good to present: number, person_id, holder_class, sub_class, valid_from,
    valid_until. Doors keep the hashed number for the time without network."""
    refusals: Mapping[str, Text]
    """Codes of refusal with their sentences for the door's screen."""

    def counts(self) -> bool:
        """Whether its credentials count today: not while another supplies the shared table that they stand in."""

    def present(self, text: str, *, terminal_id: int, sequence: int, at: datetime) -> Credential | None:
        """On line; what is good for one use is used up. None where it is none of this issuer's."""

    def recall(self, number: str, *, at: datetime) -> Credential | None:
        """One that a door read by itself at that moment, sent afterwards."""

    def closed_days(self, days: Sequence[date]) -> Mapping[str, set[date]]:
        """ "class:sub-class" → those of the days on which it opens no doors."""

    def stamp(self) -> str:
        """Another one whenever rows of the view or closed days changed."""

    def choices(self) -> Choices:
        """The classes of holders as a form offers them: the whole class first ("class"), then its sub-classes ("class:sub-class")."""


ISSUERS: Final[list[Issuer]] = []
UNKNOWN: Final = Credential(means="card", refusal="card_unknown")


def speaking() -> list[Issuer]:
    return [one for one in ISSUERS if one.counts()]


def present(text: str, *, terminal_id: int, sequence: int, at: datetime) -> Credential:
    found = (one.present(text, terminal_id=terminal_id, sequence=sequence, at=at) for one in speaking())
    return next((one for one in found if one is not None), UNKNOWN)


def recall(number: str, *, at: datetime) -> Credential:
    found = (one.recall(number, at=at) for one in speaking()) if number else ()
    return next((one for one in found if one is not None), UNKNOWN)


def views() -> list[str]:
    return [one.view for one in speaking()]


def stamp() -> str:
    return ".".join(one.stamp() for one in speaking())


def closed_days(days: Sequence[date]) -> dict[str, set[date]]:
    return {group: shut for one in speaking() for group, shut in one.closed_days(days).items() if shut}


def choices() -> Choices:
    return [group for one in speaking() for group in one.choices()]


def class_name(holder_class: str) -> str:
    """As it is called in the forms."""
    named = {keys[0][0]: name for name, keys in choices()}
    return named.get(holder_class, holder_class)


def refusals() -> Iterable[tuple[str, Text]]:
    return (pair for one in ISSUERS for pair in one.refusals.items())
