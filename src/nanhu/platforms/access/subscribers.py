"""What access hears: a pass was granted."""

from collections.abc import Sequence

from nanhu.kernel.events import subscribe
from nanhu.platforms.access.passes import let_in
from nanhu.platforms.flows.api import CaseClosed


@subscribe(CaseClosed, name="access.let_in")
def let_granted_in(events: Sequence[CaseClosed]) -> None:
    let_in(events)
