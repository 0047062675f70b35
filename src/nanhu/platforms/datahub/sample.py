"""What only the sample campus does in the hub: a system that is read, and grants, as they would stand after an office's work."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.datahub.feeding import services
from nanhu.platforms.datahub.models import DataSource, GateLimit, Grant, LimitRequest, WriterSwitch
from nanhu.platforms.datahub.services import limits
from nanhu.platforms.datahub.shared.declarations import shared_tables
from nanhu.platforms.datahub.shared_rows import writers
from nanhu.platforms.datahub.sharing import database_views, golden, grants
from nanhu.platforms.openapi import api as openapi

__all__ = ["ask_looser_limit", "copy_the_record", "follow", "open_views", "read_system", "share", "vendor_named"]
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


def vendor_named(company: str) -> openapi.Vendor:
    """Of the open API, registered once."""
    found = openapi.Vendor.objects.filter(company=company).first()
    order = openapi.VendorOrder(company=company, contact="刘工", scopes=("hub.read",), addresses=("127.0.0.0/8",))
    return found or openapi.register_vendor(by=SYSTEM, order=order)


def follow(company: str, *, hook: str, known_key: str) -> tuple[str, str]:
    """What a program of that company needs: its key, made where none is known, and the secret of news."""
    vendor = vendor_named(company)
    number = known_key.split("_")[2] if known_key.count("_") > 2 else ""  # noqa: PLR2004  (nanhu_live_<number>_…)
    is_known = openapi.living_keys(vendor).filter(number=number).exists()
    key = known_key if is_known else openapi.make_key(by=SYSTEM, vendor=vendor, mode="live", name="跟随程序").text
    return key, openapi.set_webhook(by=SYSTEM, vendor=vendor, mode="live", url=hook).secret


def ask_looser_limit(stewards: Two) -> None:
    """Once; it waits for the second."""
    if not LimitRequest.objects.exists():
        limits.set_limit(
            by=stewards[0],
            token=uuid4(),
            measure=GateLimit.Measure.CHANGED,
            source="sa.contacts",
            amber=300,
            red=600,
            amber_rows=None,
            reason="新学年统一换号，学工处来函",
        )


def copy_the_record() -> None:
    """As the worker does each minute."""
    golden.copy_changes()


def open_views() -> None:
    """As `nanhu hub_views` does; the role is an administrator's."""
    database_views.make_views()


def share(
    stewards: Two, company: str, table: str, fields: Sequence[str], *, purpose: str, is_agreed: bool, **more: Any
) -> None:
    """To a company of the open API; once."""
    vendor = vendor_named(company)
    if Grant.objects.filter(vendor=vendor, table_key=table).exists():
        return
    grant = grants.ask(
        by=stewards[0],
        token=uuid4(),
        table=shared_tables()[table],
        vendor=vendor,
        terms=grants.Terms(
            fields=fields,
            purpose=purpose,
            basis=Grant.Basis.CONTRACT,
            expires_on=campus_today() + timedelta(days=365),
            **more,
        ),
    )
    if is_agreed:
        grants.agree(by=stewards[1], grant=grant)
