"""What is kept of files that went out and came back, and who may open them."""

from typing import Final

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.purposes import Purpose, Retention, purposes
from nanhu.kernel.registry import Viewer
from nanhu.platforms.parties.models import Batch

ENGINEER: Final = "parties.engineer"


def may_open(viewer: Viewer, _file: StoredFile) -> bool:
    return ENGINEER in viewer.roles


def in_use() -> Exists:
    return Exists(Batch.objects.filter(file=OuterRef("pk")))


EXCHANGED: Final = Purpose(
    key="parties.exchanged",
    name=_("与校外单位交换的文件"),
    kinds=frozenset({"xlsx", "txt"}),
    retention=Retention(name=_("十年"), days=3650),
    may_open=may_open,
    needed=in_use,
)
purposes.add(EXCHANGED)
