"""The router: gives each entry whose turn has come to its next channel, thousands at a time, and makes the digests (汇总) of the day.

Both are one transaction a batch: a router that is killed leaves them as they were, and no entry is with one channel twice.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import batched
from zlib import crc32

from django.db import transaction
from django.utils.functional import lazy
from django.utils.translation import get_language

from nanhu.kernel import clock
from nanhu.kernel.registry import MessageChannel, message_channels, message_templates
from nanhu.kernel.retries import wake
from nanhu.kernel.ui.dates import lazy_day
from nanhu.platforms.messages import routes
from nanhu.platforms.messages.models import Message, Parcel
from nanhu.platforms.messages.models.choices import DIGEST_AT, QUIET_FROM, QUIET_UNTIL
from nanhu.platforms.messages.models.messages import Urgency
from nanhu.platforms.messages.routes import Hours, Turn
from nanhu.platforms.messages.services import handing
from nanhu.platforms.messages.services.telling import DIGEST, tell
from nanhu.platforms.messages.statements import QUERIES
from nanhu.platforms.messages.wording import Facts

BATCH = 5000
LISTED = 8
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Case:
    """An entry that is due, with what its person wants."""

    entry_id: int
    person_id: int
    message_id: int
    kind: str
    urgency: str
    template: str
    is_over: bool
    chosen: Sequence[str] | None
    is_gathered: bool
    language: str
    quiet_from: time | None
    quiet_until: time | None
    digest_at: time | None
    states: Sequence[str]
    """`channel=state` of each that had its turn."""

    @property
    def tried(self) -> dict[str, str]:
        return dict(one.split("=", 1) for one in self.states)

    @property
    def hours(self) -> Hours:
        if self.quiet_from is None or self.quiet_until is None or self.digest_at is None:
            return Hours(quiet_from=QUIET_FROM, quiet_until=QUIET_UNTIL, digest_at=DIGEST_AT)
        return Hours(quiet_from=self.quiet_from, quiet_until=self.quiet_until, digest_at=self.digest_at)

    @property
    def wanted(self) -> Sequence[str] | None:
        """A digest of other kinds also reaches who wants no notices."""
        return self.chosen or None if self.template == DIGEST else self.chosen

    @property
    def waits_for_digest(self) -> bool:
        is_wanted = self.urgency == Urgency.DIGEST or (self.is_gathered and self.urgency != Urgency.NOW)
        return is_wanted and self.template != DIGEST


def turn() -> bool:
    """Of the router in the worker: whether more is due."""
    return route_due() == BATCH or gather_due() > 0


@transaction.atomic
def route_due(most: int = BATCH) -> int:
    """How many entries it looked at."""
    moment = clock.now()
    cases = [Case(*row) for row in QUERIES.rows("due", {"now": moment, "most": most})]
    if not cases:
        return 0
    channels = usable_channels()
    reached = {key: reached_by(one, {case.person_id for case in cases}) for key, one in channels.items()}
    turns = {case.entry_id: turn_of(case, moment, channels, reached) for case in cases}
    taken = {
        "entries": list(turns),
        "due": [one.due_at for one in turns.values()],
        "gather": [one.gather_at for one in turns.values()],
    }
    QUERIES.run("turn", taken)
    if overtaken := [case.entry_id for case in cases if case.states and turns[case.entry_id].channel]:
        QUERIES.run("overtake", {"entries": overtaken, "now": moment})
    pack([(case, one) for case in cases if (one := turns[case.entry_id].channel)], channels, moment)
    return len(cases)


def usable_channels() -> dict[str, MessageChannel]:
    return {one.key: one for one in message_channels if one.is_on()}


def reached_by(channel: MessageChannel, person_ids: Collection[int]) -> set[int] | None:
    """None: it cannot say, which holds up no other channel."""
    try:
        with transaction.atomic():
            return set(channel.reaches(person_ids))
    except Exception:
        log.exception("channel %s cannot say whom it reaches", channel.key)
        return None


def turn_of(
    case: Case, moment: datetime, channels: Mapping[str, MessageChannel], reached: Mapping[str, Collection[int] | None]
) -> Turn:
    """Where nothing is left but a channel that cannot say whom it reaches, it is asked again."""
    if case.is_over:
        return routes.OVER
    known = message_templates.get(case.template)
    barred = known.not_by if known else ()
    allowed = [key for key, one in channels.items() if case.urgency in one.urgencies and key not in barred]
    usable = [key for key in allowed if case.person_id in (reached[key] or ())]
    found = routes.next_turn(
        moment,
        urgency=case.urgency,
        is_gathered=case.waits_for_digest,
        hours=case.hours,
        wanted=routes.ordered(case.wanted, list(channels), usable, is_pressing=case.urgency == Urgency.NOW),
        tried=case.tried,
    )
    is_left = any(reached[key] is None and key not in case.tried for key in allowed)
    if found == routes.OVER and is_left and "delivered" not in case.tried.values():
        return Turn(due_at=moment + routes.PATIENCE)
    return found


def pack(given: Sequence[tuple[Case, str]], channels: Mapping[str, MessageChannel], moment: datetime) -> None:
    """Parcels of at most so many as their channel takes at once, with a delivery for each entry."""
    alike: dict[tuple[int, str, str, bool], list[int]] = defaultdict(list)
    for case, channel in given:
        alike[case.message_id, channel, case.language, case.urgency == Urgency.NOW].append(case.entry_id)
    lots = [(key, lot) for key, entries in alike.items() for lot in batched(entries, channels[key[1]].most)]
    parcels = Parcel.objects.bulk_create(
        Parcel(
            message_id=message,
            channel=channel,
            lane=lane_of(channel, is_pressing=is_pressing),
            language=language,
            created_at=moment,
            due_at=moment,
        )
        for (message, channel, language, is_pressing), _lot in lots
    )
    if not parcels:
        return
    numbers = [parcel.pk for parcel, (_key, lot) in zip(parcels, lots, strict=True) for _ in lot]
    QUERIES.run("deliver", {"entries": [one for _key, lot in lots for one in lot], "parcels": numbers, "now": moment})
    wake(handing.CHANNEL)


def lane_of(channel: str, *, is_pressing: bool) -> int:
    """The same number for the same key in every worker."""
    return 2 * crc32(channel.encode()) + is_pressing


@transaction.atomic
def gather_due(most: int = BATCH) -> int:
    """How many persons' digests were made. Who has the same messages gets the same digest."""
    found = QUERIES.rows("gather", {"now": clock.now(), "most": most})
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for person_id, message_ids in found:
        if message_ids:
            alike[tuple(message_ids)].append(person_id)
    for message_ids, person_ids in alike.items():
        tell(person_ids, DIGEST, digest_facts(message_ids), urgency="digest")
    return len(found)


def digest_facts(message_ids: Sequence[int]) -> Facts:
    """The newest titles, in whichever language they are read."""
    today = clock.campus_today()
    newest = list(Message.objects.filter(pk__in=message_ids).order_by("-pk")[:LISTED])

    def titles() -> str:
        is_english = (get_language() or "").startswith("en")
        said = [one.title_en if is_english else one.title for one in newest]
        return "; ".join(said) if is_english else "；".join(said)

    return {"day": lazy_day(today, today.year), "count": len(message_ids), "titles": lazy(titles, str)()}


def deliver_due(rounds: int = 20) -> None:
    """Here and now, until nothing is due any more: for tests and the console."""
    for _round in range(rounds):
        if not (route_due() + gather_due() + handing.hand_over_due()):
            return
