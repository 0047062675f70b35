"""Gateways (断网方式): one protocol for whatever ends a session at a NAS, lets a device in, or says who is on line there.

A style is registered under its key (`session-id`, `user+mac`; `network.portal` adds its own). It is called on a thread of the worker, outside
any transaction, with plain values alone; `tests.gateways` has the contract test that each style passes.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from nanhu.kernel import outgoing
from nanhu.kernel.registry import Register, Text


class Heard(StrEnum):
    """What a NAS said to a request. ACK is noted and not believed: a session has ended when accounting or the NAS's list says so."""

    ACK = "ack"
    NAK = "nak"
    NO_SESSION = "no-session"
    SILENCE = "silence"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True, kw_only=True)
class NasTarget:
    """The one address that is called: as registered, never as a packet says."""

    address: str
    port: int
    secret: str = field(repr=False)
    identifier: str = ""
    kind: str = ""

    def refuse_strange(self) -> None:
        """Only what the school lists is called, whatever stands in the list of NAS."""
        if not outgoing.is_callable(self.address, self.address):
            raise outgoing.CallRefusedError(f"{self.address} is not called")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTarget:
    """A session as its NAS knows it."""

    sid: str
    user_name: str = ""
    station: str = ""
    address: str = ""
    grant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`words`: for the engineer, in the outbox."""

    heard: Heard
    words: str = ""


class Gateway(Protocol):
    """One style. `admit` is for those that wait to be told (captive portals); a RADIUS NAS asks us itself. `listed` is None where a NAS cannot
    list; else the sids or stations it has on line."""

    @property
    def key(self) -> str: ...

    @property
    def title(self) -> Text: ...

    def admit(self, nas: NasTarget, session: SessionTarget, *, seconds: int) -> Outcome: ...

    def expel(self, nas: NasTarget, session: SessionTarget) -> Outcome: ...

    def listed(self, nas: NasTarget) -> Sequence[str] | None: ...


@dataclass(frozen=True, slots=True)
class AgentStyle:
    """Of a gateway whose agent asks us every two seconds what is to be done: nothing is sent, what waits stands in the sessions."""

    key: str
    title: Text

    def admit(self, nas: NasTarget, session: SessionTarget, *, seconds: int = 0) -> Outcome:
        del nas, session, seconds
        return Outcome(heard=Heard.ACK, words="agent")

    expel = admit

    def listed(self, nas: NasTarget) -> Sequence[str] | None:
        del nas
        return None


def agent_key(secret: str) -> str:
    """What the agent shows us; the secret itself does not travel."""
    return hmac.digest(secret.encode(), b"nanhu agent", "sha256").hex()


gateways: Final[Register[Gateway]] = Register()
