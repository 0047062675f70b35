"""Whose turn is next: channels by preference and urgency, quiet hours, the hour of the digest. No database, request or clock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from nanhu.kernel.clock import CAMPUS_ZONE

PATIENCE: Final = timedelta(minutes=10)
"""What is neither delivered nor read after it goes by the next channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A person's quiet hours and the hour of the digest, by the campus's clocks."""

    quiet_from: time
    quiet_until: time
    digest_at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """By which channel now, when to look again, and when to put it into the digest; all None: nothing is to be done any more."""

    channel: str | None = None
    due_at: datetime | None = None
    gather_at: datetime | None = None


OVER: Final = Turn()


def at(moment: datetime, hour: time) -> datetime:
    """The next time that the campus's clocks show this hour, now included."""
    here = moment.astimezone(CAMPUS_ZONE)
    today = datetime.combine(here.date(), hour, CAMPUS_ZONE)
    return today if today >= here else today + timedelta(days=1)


def is_quiet(moment: datetime, hours: Hours) -> bool:
    now, begins, ends = moment.astimezone(CAMPUS_ZONE).time(), hours.quiet_from, hours.quiet_until
    return begins <= now < ends if begins <= ends else now >= begins or now < ends


def digest_time(moment: datetime, hours: Hours) -> datetime:
    """Not within quiet hours: then when they end."""
    due = at(moment, hours.digest_at)
    return at(due, hours.quiet_until) if is_quiet(due, hours) else due


def next_turn(
    moment: datetime,
    *,
    urgency: str,
    is_gathered: bool,
    hours: Hours,
    wanted: Sequence[str],
    tried: Mapping[str, str],
) -> Turn:
    """`wanted`: the channels that reach the person, in order; `tried`: those that had their turn, with what became of it."""
    left = [one for one in wanted if one not in tried]
    if "delivered" in tried.values() or not left:
        return OVER
    if is_gathered and not tried:
        return Turn(gather_at=digest_time(moment, hours))
    if urgency != "now" and is_quiet(moment, hours):
        return Turn(due_at=at(moment, hours.quiet_until))
    return Turn(channel=left[0], due_at=moment + PATIENCE if left[1:] else None)


def ordered(
    chosen: Sequence[str] | None, usual: Sequence[str], usable: Collection[str], *, is_pressing: bool = False
) -> list[str]:
    """What a person chose. The house's order where nothing was chosen, where none of it reaches, and after it for what is pressing."""
    house = [one for one in usual if one in usable]
    if chosen is None:
        return house
    wanted = [one for one in chosen if one in usable]
    if is_pressing:
        return list(dict.fromkeys([*wanted, *house]))
    return wanted or (house if chosen else [])
