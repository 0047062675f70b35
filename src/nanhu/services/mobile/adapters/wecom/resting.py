"""How long an address of theirs is left alone that goes on failing: a pause of the whole line, however many rows wait behind it.

Read from the log of calls: thousands of members, each with its own back-off, would else call thousands of times a minute just when
企业微信 says that it is called too often.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from nanhu.kernel.clock import now
from nanhu.kernel.outgoing_words import in_words
from nanhu.kernel.pauses import doubling
from nanhu.services.mobile.models import VendorCall
from nanhu.services.mobile.rules import words_of

BUSY: Final = frozenset({-1, 45009, 45033})
"""Their limits, or a fault of their own; beside no answer at all."""
PASSES: Final = 2
"""So many failures in a row may be chance."""
LOOKED_AT: Final = 8
LATELY: Final = timedelta(minutes=30)
AT_THE_DOOR: Final = "auth/getuserinfo"
"""A person waits for this one, and a good code is outside their limits: it is never left alone."""
pause = doubling("30s", "5min")


@dataclass(frozen=True, slots=True)
class Trouble:
    """An address that has failed so many times in a row, and lately: why, since when as far as is looked back, and until when it is left alone
    (None: it is not)."""

    api: str
    why: str
    since: datetime
    until: datetime | None


def trouble_with(api: str) -> Trouble | None:
    """None: its last call went well, or few have failed."""
    rows = VendorCall.objects.filter(api=api, created_at__gt=now() - LATELY).order_by("-created_at", "-pk")
    failed: list[VendorCall] = []
    for one in rows[:LOOKED_AT]:
        if one.errcode is not None and one.errcode not in BUSY:
            break
        failed.append(one)
    if len(failed) <= PASSES:
        return None
    last = failed[0]
    why = in_words(last.words) if last.errcode is None else words_of(last.errcode, last.words)
    until = None if api == AT_THE_DOOR else last.created_at + pause(len(failed) - PASSES)
    return Trouble(api=api, why=str(why), since=failed[-1].created_at, until=until)


def troubles() -> Iterator[Trouble]:
    """Of every address that was called lately."""
    lately = VendorCall.objects.filter(created_at__gt=now() - LATELY).order_by("api")
    for api in lately.values_list("api", flat=True).distinct():
        if found := trouble_with(api):
            yield found
