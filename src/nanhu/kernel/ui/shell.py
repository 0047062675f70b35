"""What stands in the frame around a page: bars, menu, preferences.

The kernel knows no room, so the room that owns the frame (the portal) hands the facts in:
`shell.provided_by(owner)`, once, from its AppConfig.ready().
"""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from nanhu.kernel import read_only

Theme = Literal["system", "light", "dark"]
TypeSize = Literal["normal", "large"]


@dataclass(frozen=True, slots=True)
class Place:
    """One thing to go to: an item of the bottom bar, the top bar or the menu."""

    key: str
    label: str
    url: str
    icon: str
    primary: bool = False
    current: bool = False
    method: Literal["get", "post"] = "get"
    count: int = 0


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of one page for one person; the empty one is what a stranger sees."""

    name: str = ""
    owner: str = ""
    """Says nothing of the account but that it is another one."""
    subtitle: str = ""
    photo_url: str = ""
    home_url: str = "/"
    search_url: str = ""
    help_url: str = ""
    corrections_url: str = ""
    """Where one says that what the school knows of oneself is wrong."""
    preferences_url: str = ""
    bell: Place | None = None
    """Where one reads what one was told."""
    bell_count: str = ""
    """The address of its number."""
    theme: Theme = "system"
    type_size: TypeSize = "normal"
    top: tuple[Place, ...] = ()
    bottom: tuple[Place, ...] = ()
    menu: tuple[Place, ...] = ()
    facts: dict[str, object] = field(default_factory=dict)


class ShellOwner(Protocol):
    """The room that owns the frame."""

    def shell_of(self, request: HttpRequest) -> Shell:
        """The frame for this request."""

    def language_was_chosen(self, request: HttpRequest, language: str) -> None:
        """Somebody switched the language: remember it with the account, if there is one."""


class _NoOwner:
    def shell_of(self, request: HttpRequest) -> Shell:  # noqa: ARG002
        return Shell()

    def language_was_chosen(self, request: HttpRequest, language: str) -> None:
        """Nobody to remember it for."""


_owner: list[ShellOwner] = [_NoOwner()]


def provided_by(owner: ShellOwner) -> None:
    """Name the room that builds the frame; once per process, at start-up."""
    _owner[:] = [owner]


def shell_of(request: HttpRequest) -> Shell:
    return _owner[0].shell_of(request)


def language_was_chosen(request: HttpRequest, language: str) -> None:
    _owner[0].language_was_chosen(request, language)


def ui(request: HttpRequest) -> dict[str, object]:
    """Context processor: `shell` and `read_only`, which every layout needs; lazily built, so that a JSON answer or a fragment pays nothing for it."""
    return {"shell": SimpleLazyObject(lambda: shell_of(request)), "read_only": SimpleLazyObject(read_only.current)}
