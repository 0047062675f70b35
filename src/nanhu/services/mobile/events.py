"""Membership as facts for other rooms. Each is sent in the transaction that made it true."""

from dataclasses import dataclass

from nanhu.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(Event):
    """Somebody uses the school's 企业微信 from now on."""

    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft(Event):
    """Somebody is no member any more: removed by the school, or gone by himself."""

    person_id: int
