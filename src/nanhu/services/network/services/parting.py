"""A merge of persons that is undone (拆分): both go off the network, and what names a campus number of the other is his again."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.people import api as people
from nanhu.services.network.models import Device, Grant, Refusal, Session
from nanhu.services.network.services.disconnecting import PARTED, disconnect


@transaction.atomic
def part(*, by: Actor, kept_id: int, restored_id: int) -> None:
    """Who is on line as the kept one may be either: both come in again as who they are. Heard twice, the second moves nothing."""
    for person_id in sorted((kept_id, restored_id)):
        disconnect(by=by, person_id=person_id, cause=PARTED)
    numbers = numbers_of(restored_id)
    theirs = Grant.objects.filter(person=kept_id, campus_no__in=numbers)
    give_devices(kept_id, restored_id, numbers)
    Session.objects.filter(person=kept_id, grant__in=theirs).update(person=restored_id)
    theirs.update(person=restored_id)


def numbers_of(person_id: int) -> set[str]:
    card = people.person_card(person_id)
    return {one.campus_no for one in card.affiliations} if card else set()


def give_devices(kept_id: int, restored_id: int, numbers: Collection[str]) -> None:
    """Those that came under these numbers alone, with the refusals of their stations; one that both have stays once. Before the grants go."""
    of_kept = Grant.objects.filter(person=kept_id, device__isnull=False)
    others = of_kept.exclude(Q(campus_no__in=numbers) | Q(campus_no="")).values("device")
    came = of_kept.filter(campus_no__in=numbers).exclude(device__in=others).values("device")
    moved = Device.objects.filter(pk__in=list(came.values_list("device", flat=True)), person=kept_id)
    known = Device.objects.filter(person=restored_id, removed_at=None).values_list("recognised_by", flat=True)
    moved.filter(recognised_by__in=list(known), removed_at=None).update(removed_at=now())
    macs = {mac for one in moved.values_list("macs", flat=True) for mac in one}
    moved.update(person=restored_id)
    Refusal.objects.filter(person=kept_id, station__in=macs).update(person=restored_id)


def grants_under(numbers: Collection[str]) -> set[int]:
    """For rooms that keep a grant's key: those that were given under these campus numbers."""
    return set(Grant.objects.filter(campus_no__in=numbers).values_list("pk", flat=True))
