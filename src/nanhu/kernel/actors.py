"""Who does a thing: the first argument of every write."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Final

from django.http import Http404, HttpRequest

SYSTEM: Final = "system:"
"""How the name of a part of the program begins, as an actor."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person signed in (`account_id`) or a part of the program (None), with the address and browser it came from.
    `is_fresh`: whoever sent the request proved in the last minutes who he is."""

    account_id: int | None
    name: str
    address: str = ""
    browser: str = field(default="", compare=False)
    is_fresh: bool = field(default=True, compare=False)

    @classmethod
    def system(cls, name: str) -> "Actor":
        return cls(account_id=None, name=f"{SYSTEM}{name}")


@dataclass(frozen=True, slots=True)
class Proof:
    """How the house knows that somebody proved lately who he is (`is_fresh`), and where he does so again (`address`). `open`: what is
    sent to these paths comes from a page that is being shown to him now."""

    is_fresh: Callable[[HttpRequest], bool]
    address: Callable[[HttpRequest], str]
    open: Callable[[HttpRequest, Collection[str]], None]


_proof: Final[list[Proof]] = []


def proved_by(proof: Proof) -> None:
    """Name the room that signs people in; once per process, at start-up."""
    _proof[:] = [proof]


def proof_address(request: HttpRequest) -> str:
    """Where whoever sent this request proves once more who he is, and comes back here."""
    return _proof[0].address(request) if _proof else ""


def note_opening(request: HttpRequest, *paths: str) -> None:
    """A form is shown to whoever proved lately who he is: what it sends to these paths in as long a time again counts as fresh."""
    for proof in _proof:
        proof.open(request, paths)


def actor_of(request: HttpRequest) -> Actor:
    """The actor behind a request; anonymous visitors have no account."""
    user = getattr(request, "user", None)
    address, browser = request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_USER_AGENT", "")[:300]
    if user is None or not user.is_authenticated:
        return Actor(account_id=None, name="anonymous", address=address, browser=browser)
    is_fresh = all(proof.is_fresh(request) for proof in _proof)
    return Actor(account_id=user.pk, name=str(user), address=address, browser=browser, is_fresh=is_fresh)


def person_at(request: HttpRequest) -> Actor:
    """The person who is signed in, under the name that stands on receipts and in the audit: 经办人 周敏."""
    return replace(actor_of(request), name=request.viewer.name)  # type: ignore[attr-defined]  # set by identity


def account_of(by: Actor) -> int:
    """Of a person who answers for the action, never a part of the program."""
    if by.account_id is None:
        raise Http404
    return by.account_id
