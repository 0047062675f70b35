"""What identity tells the rooms above it."""

from dataclasses import dataclass
from datetime import datetime

from nanhu.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountActivated(Event):
    """A person finished set-up for the first time: password, security questions and consent are there."""

    account_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    """The account has another password; who keeps a derived secret must drop it."""

    account_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRevoked(Event):
    """The password opens nothing any more and there is no other yet: reset at the counter, disowned, or a new one is demanded."""

    account_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppPasswordRevoked(Event):
    """One app password opens nothing any more; `public_id` is the one that `NetworkUser` and `NetworkSignIn` name."""

    person_id: int
    public_id: str
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountParted(Event):
    """Its person and another had been taken for one and are told apart: all sessions have ended. `taken`: which kinds of keys open nothing
    any more, because they may be the other's (words of `audit_words`, "password" among them): what was set after `since`, or all where that is
    None. `at`: when, which tells one parting of the two from the next."""

    account_id: int
    person_id: int
    at: datetime
    since: datetime | None = None
    taken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesLeft(Event):
    """The record `gone_id` was merged into this account's; so many roles that its account had are nobody's until they are granted anew. `at`:
    when, which tells one merge of the two from the next."""

    account_id: int
    person_id: int
    gone_id: int
    at: datetime
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityQuestionsChanged(Event):
    """The account has other security questions."""

    account_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosed(Event):
    """The account was suspended or ended; its sessions have ended."""

    account_id: int
    person_id: int
    state: str
