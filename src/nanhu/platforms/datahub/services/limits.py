"""Limits of the gate, from a day on."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.dated import supersede
from nanhu.platforms.datahub.models import GateLimit


@transaction.atomic
def set_limit(
    *, by: Actor, measure: str, source: str, amber: int, red: int, amber_rows: int | None, reason: str
) -> GateLimit:
    """Thousandths, from today on; the older limit keeps its days."""
    limit = GateLimit(
        measure=measure, source=source, amber=amber, red=red, amber_rows=amber_rows, starts_on=campus_today()
    )
    supersede(by=by, wanted=[limit], reason=reason)
    facts = {"measure": measure, "source": source, "amber": amber, "red": red}
    audit.record(by=by, action="datahub.set_limit", target=f"gate_limit:{measure}", reason=reason, facts=facts)
    return limit
