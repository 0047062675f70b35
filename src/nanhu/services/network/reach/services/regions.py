"""Where addresses are (地址归属): the school's own table, handed in whole."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.once import lock_key
from nanhu.services.network.reach import rules
from nanhu.services.network.reach.models import AddressRegion
from nanhu.services.network.reach.services.resources import Taken


def region_of(address: str) -> str:
    """By the narrowest network of the table that holds it; "" where none does."""
    around = rules.networks_around(address)
    known = dict(AddressRegion.objects.filter(network__in=around).values_list("network", "region"))
    return next((known[one] for one in around if one in known), "")


@transaction.atomic
def take(*, by: Actor, rows: Sequence[dict[str, Any]], is_trial: bool) -> Taken:
    """In the place of the whole table."""
    lock_key("network_reach.regions")
    wanted = {row["network"]: row["region"] for row in rows}
    known = dict(AddressRegion.objects.values_list("network", "region"))
    same = sum(known.get(network) == region for network, region in wanted.items())
    added = len(wanted.keys() - known.keys())
    taken = Taken(added=added, changed=len(wanted) - same - added, same=same, is_trial=is_trial)
    if not is_trial:
        AddressRegion.objects.all().delete()
        AddressRegion.objects.bulk_create(
            [AddressRegion(network=network, region=region) for network, region in wanted.items()], batch_size=2_000
        )
        gone = len(known.keys() - wanted.keys())
        facts = {"added": taken.added, "changed": taken.changed, "removed": gone}
        audit.record(by=by, action="network.take_regions", target="network-sheet", facts=facts)
    return taken
