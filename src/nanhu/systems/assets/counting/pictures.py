"""Small pictures of what is counted, which a phone takes along to where there is no network."""

from base64 import b64encode
from collections.abc import Collection
from contextlib import suppress
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.urls import reverse

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.files import store
from nanhu.kernel.files.errors import DamagedFileError
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.pictures import thumbnail
from nanhu.systems.assets.counting.models import CountItem, StockTake
from nanhu.systems.assets.counting.queries import places_of, takes_of
from nanhu.systems.assets.counting.services.planning import target_of

MOST_AT_ONCE: Final = 40


def pictures_of(*, by: Actor, person_id: int, take: StockTake, asked: Collection[UUID]) -> dict[str, str]:
    """By the addresses of the whole ones, in base64; of what this person counts now, else none. One line of the audit log tells how many."""
    if take not in takes_of(person_id):
        return {}
    items = CountItem.objects.filter(take=take, is_expected=True, asset__picture__public_id__in=asked)
    if (places := places_of(take, person_id)) is not None:
        items = items.filter(room__in=places)
    made = {}
    for file in StoredFile.objects.filter(pk__in=items.values("asset__picture"), removed_at=None):
        with suppress(DamagedFileError):  # what was lost on the disk keeps no other back
            made[reverse("files:download", args=[file.public_id])] = b64encode(small(file.sha256)).decode()
    if made:
        audit.record(by=by, action="assets.take_pictures", target=target_of(take), facts={"pictures": len(made)})
    return made


@lru_cache(maxsize=1_000)
def small(sha256: str) -> bytes:
    """Made once for all phones of a team; four megabytes at most are held."""
    return thumbnail(store.get(sha256))
