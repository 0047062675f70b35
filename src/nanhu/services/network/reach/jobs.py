"""Periodic jobs of reach: accounts whose time has come, uses that are forgotten, resources that are looked at, the shared table."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from nanhu.kernel.actors import Actor
from nanhu.kernel.jobs import job
from nanhu.platforms.datahub import api as datahub
from nanhu.services.network.reach import queries
from nanhu.services.network.reach.services import granting, narrowing, resources, watching

BY: Final = Actor.system("network.publish")


@job("network_reach.close_due", every="20 0 * * *")
def close_due_grants() -> int:
    closed = granting.close_due()
    granting.tell_before_the_end()
    return closed


@job("network_reach.forget_uses", every="30 3 * * *")
def forget_uses() -> int:
    return watching.forget_old()


@job("network_reach.put_off", every="* * * * *")
def put_off() -> int:
    """Whoever is inside with more than the files in place give him."""
    return narrowing.put_off()


@job("network_reach.look_at_resources", every="*/5 * * * *")
def look_at_resources() -> int:
    return resources.look_at_all()


@job("network_reach.publish", every="25 * * * *")
def publish_resources() -> int:
    return datahub.put_own("network.resource", rows(), by=BY)


def rows() -> Iterator[Mapping[str, Any]]:
    for one in queries.resources():
        yield {
            "resource": str(one.public_id),
            "name": one.name,
            "address": one.address[:255],
            "kind": one.kind,
            "reach": one.reach,
            "unit_code": one.unit.code,
            "health": one.health,
        }
