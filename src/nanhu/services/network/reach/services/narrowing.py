"""Who is inside when a reach list narrows (清单收窄): his tunnel ends, and he comes in again with what he may have now.

What a tunnel may reach is what ocserv's files said when it began. `nanhu network_vpn_config` notes when it put them in place and from which
lists (`ReachFiles`): nobody is put off before the files say less, for he would come in again with the same.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
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


def note_files(lists: Iterable[ReachList]) -> None:
    """That the files of these lists are in place. Those under which nobody can be inside any more are forgotten."""
    ReachFiles.objects.create(lists=sorted(one.pk for one in lists))
    last = ReachFiles.objects.filter(written_at__lt=now() - rules.FILES_KEPT).order_by("-written_at").first()
    if last is not None:
        ReachFiles.objects.filter(written_at__lt=last.written_at).delete()


def is_unwritten() -> bool:
    """Whether the files in place say something else than the lists of today; where none were ever noted nobody reads them."""
    newest = ReachFiles.objects.order_by("-written_at").first()
    return newest is not None and newest.lists != sorted(one.pk for one in living_lists())


def put_off() -> int:
    """Of those inside with more than the files in place give them the first, as many as may be at once; how many."""
    newest = ReachFiles.objects.order_by("-written_at").first()
    if newest is None:
        return 0
    members_of = cache(members)
    holds = list(ReachList.objects.filter(pk__in=newest.lists))
    found = with_more_than(holds, inside(members_of, besides=newest), members_of)[:AT_ONCE]
    return sum(
        network.disconnect(by=BY, person_id=one.person_id, cause=CAUSE, session_ids=[one.session_id]) for one in found
    )


def count_inside(lists: Sequence[ReachList], members_of: MembersOf) -> int:
    """Tunnels that stand now and would end if these were the lists."""
    return len(with_more_than(lists, inside(members_of), members_of))


def inside(members_of: MembersOf, *, besides: ReachFiles | None = None) -> list[Had]:
    """`besides`: files whose tunnels are not asked for. Of one that began before any files were noted nothing is known."""
    files = list(ReachFiles.objects.order_by("written_at"))
    if not files:
        return []
    moments = [one.written_at for one in files]
    known = ReachList.objects.in_bulk({key for one in files for key in one.lists})

    @cache
    def led(person_id: int, place: int) -> Reach:
        return together(held_by(person_id, [known[key] for key in files[place].lists if key in known], members_of))

    found = []
    for one in network.under_way("vpn"):
        place = bisect_right(moments, one.since) - 1
        if place >= 0 and (besides is None or files[place].lists != besides.lists):
            found.append((one, led(one.person_id, place)))
    return found


def with_more_than(lists: Sequence[ReachList], these: Iterable[Had], members_of: MembersOf) -> list[network.UnderWay]:
    around = cache(rules.networks_holding)

    @cache
    def leads(person_id: int) -> Reach:
        return together(held_by(person_id, lists, members_of))

    return [one for one, had in these if is_more(had, leads(one.person_id), around)]
