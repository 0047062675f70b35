"""How the program itself is (程序的状况), as a tile of who runs it: what the doctor finds of processes, events, back-up, disk and outside systems."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.clock import now
from nanhu.kernel.doctor.examination import Finding, examine
from nanhu.kernel.doctor.registrations import WITHOUT_DATABASE
from nanhu.kernel.registry import Tile, TileContent, Verdict, Viewer
from nanhu.kernel.remembered import Remembered

ENGINEER: Final = "campus.admin"
SECONDS: Final = 30.0
SHOWN: Final = 3
LOOKED_AT: Final = (
    "kernel.processes",
    "kernel.read_only",
    "kernel.worker",
    "kernel.outbox",
    "kernel.stuck_events",
    "kernel.audit",
    "kernel.backup",
    "kernel.disk",
    "portal.integrations",
)
"""What changes by the minute and costs a query at most; `nanhu doctor` looks at all."""


@dataclass(frozen=True, slots=True)
class Examination:
    ill: tuple[Finding, ...]
    at: datetime


def examined() -> Examination:
    checks = [one for key in LOOKED_AT if (one := registry.checks.get(key)) is not None]
    found = examine(checks, without_database=WITHOUT_DATABASE)
    return Examination(tuple(one for one in found if one.result.verdict != Verdict.OK), now())


latest = Remembered(examined, seconds=SECONDS)


def engine_tile(_viewer: Viewer) -> TileContent:
    found = latest()
    worst = {one.result.verdict for one in found.ill}
    return TileContent(
        value=say("%(count)s 项要看") % {"count": len(found.ill)} if found.ill else say("都好"),
        caption=_("全部检查：在本机执行 nanhu doctor") if found.ill else "",
        lines=tuple(f"{one.title}：{one.result.message}" for one in found.ill[:SHOWN]),
        source=_("程序自己"),
        as_of=found.at,
        url=reverse("portal:systems"),
        tone="danger" if Verdict.FAIL in worst else "attention" if worst else "good",
    )


registry.tiles.add(
    Tile(
        key="portal.engine",
        title=_("程序的状况"),
        load=engine_tile,
        icon="heart-pulse",
        faces=registry.ALL_FACES,
        roles=frozenset({ENGINEER}),
        order=6,
        insists=lambda content: content.tone == "danger",
    )
)
