"""What can be printed: each room declares its papers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanhu.kernel.files.purposes import Retention
from nanhu.kernel.numbering.series import Series
from nanhu.kernel.registry import Register, Text, Viewer

if TYPE_CHECKING:
    from nanhu.kernel.printing.models import PrintedDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """`key` is "room.noun". `template` ships with the room; `sample` gives facts as the room will, for the preview and for the check
    of a template. `may_open`: who may open an issued one. `is_archival`: it is made as PDF/A, for an archive."""

    key: str
    name: Text
    template: Path
    sample: Callable[[], Mapping[str, Any]]
    series: Series
    retention: Retention
    may_open: "Callable[[Viewer, PrintedDocument], bool]"
    is_archival: bool = False


papers: Register[Paper] = Register()
