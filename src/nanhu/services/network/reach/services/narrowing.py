"""Who is inside when a reach list narrows (清单收窄): his tunnel ends, and he comes in again with what he may have now.

What a tunnel may reach is what ocserv's files said when it began. `nanhu network_vpn_config` notes when it put them in place and from which
lists (`ReachFiles`): nobody is put off before the files say less, for he would come in again with the same.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Final

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.services.network import api as network
from nanhu.services.network.reach import rules
from nanhu.services.network.reach.models import ReachFiles, ReachList
from nanhu.services.network.reach.services.listing import (
    MembersOf,
    Reach,
    held_by,
    is_more,
    living_lists,
    members,
    together,
)

BY: Final = Actor.system("network.reach")
CAUSE: Final = "ours:reach"
AT_ONCE: Final = 200
"""Tunnels of one turn, each minute: two thousand do not all sign in again in the same moment."""
type Had = tuple[network.UnderWay, Reach]
"""A session, and what the files of its beginning led it to."""
type LedTo = Callable[[int], Reach]
"""A person."""


def note_files(lists: Iterable[ReachList]) -> None:
    """That the files of these lists are in place. Those under which nobody can be inside any more are forgotten; what a clock that was set
    forward noted is of now at the latest: else whoever comes in would be put off, again and again, until that day."""
    moment = now()
    ReachFiles.objects.filter(written_at__gt=moment).update(written_at=moment)
    ReachFiles.objects.create(lists=sorted(one.pk for one in lists), written_at=moment)
    last = ReachFiles.objects.filter(written_at__lt=moment - rules.FILES_KEPT).order_by("-written_at").first()
    if last is not None:
        ReachFiles.objects.filter(written_at__lt=last.written_at).delete()


def files_noted() -> list[ReachFiles]:
    """In the order in which they were put in place."""
    return list(ReachFiles.objects.order_by("written_at", "pk"))


def is_unwritten() -> bool:
    """Whether the files in place say something else than the lists of today; where none were ever noted nobody reads them."""
    newest = ReachFiles.objects.order_by("-written_at", "-pk").first()
    return newest is not None and newest.lists != sorted(one.pk for one in living_lists())


def put_off() -> int:
    """Of those inside with more than the files in place give them the first, as many as may be at once; how many."""
    files, members_of = files_noted(), cache(members)
    if not files:
        return 0
    holds = list(ReachList.objects.filter(pk__in=files[-1].lists))
    found = with_more_than(holds, inside(files, members_of, besides=files[-1]), members_of)[:AT_ONCE]
    return network.end_these(by=BY, session_ids=[one.session_id for one in found], cause=CAUSE)


def count_inside(lists: Sequence[ReachList], members_of: MembersOf) -> int:
    """Tunnels that stand now and would end if these were the lists."""
    return len(with_more_than(lists, inside(files_noted(), members_of), members_of))


def inside(files: Sequence[ReachFiles], members_of: MembersOf, *, besides: ReachFiles | None = None) -> list[Had]:
    """`besides`: files whose tunnels are not asked for. Of one that began before any files were noted nothing is known."""
    if not files:
        return []
    moments = [one.written_at for one in files]
    known = ReachList.objects.in_bulk({key for one in files for key in one.lists})
    led = [led_by([known[key] for key in one.lists if key in known], members_of) for one in files]
    found = []
    for one in network.under_way("vpn"):
        place = bisect_right(moments, one.since) - 1
        if place >= 0 and (besides is None or files[place].lists != besides.lists):
            found.append((one, led[place](one.person_id)))
    return found


def led_by(lists: Sequence[ReachList], members_of: MembersOf) -> LedTo:
    """Those for whom the same lists hold have the same: it is put together once."""
    places = {id(one): place for place, one in enumerate(lists)}

    @cache
    def of_places(held: tuple[int, ...]) -> Reach:
        return together(lists[place] for place in held)

    @cache
    def led(person_id: int) -> Reach:
        return of_places(tuple(places[id(one)] for one in held_by(person_id, lists, members_of)))

    return led


def with_more_than(lists: Sequence[ReachList], these: Iterable[Had], members_of: MembersOf) -> list[network.UnderWay]:
    around = cache(rules.networks_holding)
    leads = led_by(lists, members_of)

    @cache
    def is_beyond(had: Reach, has: Reach) -> bool:
        return is_more(had, has, around)

    return [one for one, had in these if is_beyond(had, leads(one.person_id))]
