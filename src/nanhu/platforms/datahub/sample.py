"""What only the sample campus does in the hub: a system that is read, and grants, as they would stand after an office's work."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.datahub.feeding import services
from nanhu.platforms.datahub.models import DataSource, Grant, WriterSwitch
from nanhu.platforms.datahub.shared import writers
from nanhu.platforms.datahub.shared.declarations import shared_tables
from nanhu.platforms.datahub.sharing import grants
from nanhu.platforms.openapi import api as openapi

__all__ = ["read_system", "share"]
type Two = tuple[Actor, Actor]
SYSTEM = Actor.system("demo")


@transaction.atomic
def read_system(stewards: Two, *, key: str, **facts: Any) -> None:
    """Entered again, its address moves with the ports of the campus. It has been tried, and writes its table from today on."""
    usual = {"rows_at": "data.list", "total_at": "data.total", "page_size": 100} if facts["kind"] == "http" else {}
    facts = usual | facts
    made = DataSource.objects.filter(key=key).first()
    made = (
        services.change(by=stewards[0], made=made, facts=facts)
        if made
        else services.make(by=stewards[0], facts={"key": key, **facts})
    )
    DataSource.objects.filter(pk=made.pk).update(tried_at=now())
    made.refresh_from_db()
    if made.state != DataSource.State.LIVE:
        services.go_live(by=stewards[0], made=made)
    if not WriterSwitch.objects.filter(table_key=made.fills).exists():
        asked = writers.ask_switch(
            by=stewards[0],
            token=uuid4(),
            table=shared_tables()[made.fills],
            source=key,
            starts_on=campus_today(),
            reason="由对方系统供给",
        )
        writers.agree(by=stewards[1], switch=asked)
        writers.known_writers.forget()


def share(stewards: Two, company: str, table: str, fields: Sequence[str], *, purpose: str, is_agreed: bool) -> None:
    """To a company of the open API; once."""
    vendor = openapi.Vendor.objects.filter(company=company).first()
    if vendor is None:
        order = openapi.VendorOrder(company=company, contact="刘工", scopes=("hub.read",), addresses=("127.0.0.0/8",))
        vendor = openapi.register_vendor(by=SYSTEM, order=order)
    if Grant.objects.filter(vendor=vendor, table_key=table).exists():
        return
    grant = grants.ask(
        by=stewards[0],
        token=uuid4(),
        table=shared_tables()[table],
        vendor=vendor,
        fields=fields,
        only={},
        purpose=purpose,
        basis=Grant.Basis.CONTRACT,
        expires_on=campus_today() + timedelta(days=365),
    )
    if is_agreed:
        grants.agree(by=stewards[1], grant=grant)
