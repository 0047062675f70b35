"""Photos of receipts and things: what they are kept for, and who opens them."""

from collections.abc import Callable
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.files.kinds import PICTURES
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.purposes import MEGABYTE, Purpose, Retention, purposes
from nanhu.kernel.registry import Viewer
from nanhu.systems.assets.models import Asset, Receipt, ReceiptPhoto
from nanhu.systems.assets.models.things import OFFERED
from nanhu.systems.assets.policies import FINANCE, OFFICE, units_kept_by

LARGEST: Final = 8 * MEGABYTE
MOST_AT_ONCE: Final = 6
MOST_OF_A_RECEIPT: Final = 24
MOST_IN_ARCHIVE: Final = 200
LONGEST_SIDE: Final = 1_600
"""Pixels of a photo that came in an archive: a thing is known by it, and its plate read."""
LARGEST_ARCHIVE: Final = 101 * MEGABYTE
LARGEST_BODY: Final = MOST_AT_ONCE * LARGEST + MEGABYTE


openers: Final[list[Callable[[Viewer, StoredFile], bool]]] = []
"""Who opens a photo besides: whoever counts the thing in it, as `counting` says."""


def may_open(viewer: Viewer, file: StoredFile) -> bool:
    """Whoever sees the receipt or the thing, or counts it; what is offered (闲置) everybody who works here."""
    if viewer.roles & {OFFICE, FINANCE}:
        return True
    me, units = viewer.person_id or 0, units_kept_by(viewer)
    asked = Q(unit__in=units) | Q(buyer=me) | Q(first_inspector=me) | Q(second_inspector=me)
    if Receipt.objects.filter(asked, photos__file=file).exists():
        return True
    if any(opens(viewer, file) for opens in openers):
        return True
    offered = OFFERED if "staff" in viewer.faces else Q(pk__in=[])
    return Asset.objects.filter(Q(keeper=me) | Q(unit__in=units) | offered, picture=file).exists()


def shown() -> Exists | Q:
    """As long as a receipt or a thing shows it."""
    of_thing = Asset.objects.filter(picture=OuterRef("pk"))
    return Exists(ReceiptPhoto.objects.filter(file=OuterRef("pk"))) | Exists(of_thing)


PHOTOS: Final = Purpose(
    key="assets.photo",
    name=_("资产照片"),
    kinds=frozenset(PICTURES),
    retention=Retention(name=_("随资产"), days=0),
    may_open=may_open,
    largest_bytes=LARGEST,
    needed=shown,
)
purposes.add(PHOTOS)
