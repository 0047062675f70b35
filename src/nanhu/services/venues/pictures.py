"""Pictures of venues: what they are kept for, and who sees them."""

from typing import Final

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.purposes import MEGABYTE, Purpose, Retention, purposes
from nanhu.kernel.registry import Viewer
from nanhu.services.venues.models import Picture

LARGEST: Final = 8 * MEGABYTE


def may_open(_viewer: Viewer, file: StoredFile) -> bool:
    """Everybody who is signed in, while it hangs at its venue."""
    return Picture.objects.filter(file=file).exists()


def hanging() -> Exists:
    return Exists(Picture.objects.filter(file=OuterRef("pk")))


PICTURES: Final = Purpose(
    key="venues.picture",
    name=_("场地照片"),
    kinds=frozenset({"jpeg", "png"}),
    retention=Retention(name=_("三年"), days=1096),
    may_open=may_open,
    largest_bytes=LARGEST,
    needed=hanging,
)
purposes.add(PICTURES)
