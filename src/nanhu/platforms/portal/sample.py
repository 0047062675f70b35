"""What only the sample campus does in the portal: integrations enter as they would stand after an office's work, without trials."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows import api as flows
from nanhu.platforms.openapi import api as openapi
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.corrections.fields import FIELDS
from nanhu.platforms.portal.corrections.process import KEY as CORRECTION
from nanhu.platforms.portal.corrections.services import name_owner
from nanhu.platforms.portal.integrations import feeds, living, services, trying
from nanhu.platforms.portal.models import Integration, SystemDay
from nanhu.platforms.portal.models.integrations import GOOD_TRIALS
from nanhu.platforms.portal.search.indexing import index_all
from nanhu.platforms.portal.search.synonyms import add as add_synonym
from nanhu.platforms.portal.sharing import services as sharing
from nanhu.platforms.portal.systems import watching
from nanhu.platforms.portal.weather import services as weather

__all__ = [
    "CORRECTION",
    "FIELDS",
    "add_synonym",
    "ask_for_data",
    "ask_release",
    "begin_day",
    "decide_on_data",
    "enter",
    "index_all",
    "name_owner",
    "remember_a_month",
]
A_DAY = 1440


@transaction.atomic
def enter(*, by: Actor, key: str, kind: str = "page", state: str = "live", unit: str = "", **facts: Any) -> Integration:
    """Entered again, it is brought up to date: its address moves with the ports of the campus."""
    one = Integration.objects.filter(key=key).first() or Integration(key=key, kind=kind)
    found = people.unit_ids_by_code([unit])
    facts = {"faces": ["staff", "student"], "owner_unit_id": found.get(unit), "owner_office": "head", **facts}
    is_moved = one.pk is not None and one.address != facts.get("address", "")
    for name, value in facts.items():
        setattr(one, name, value)
    one.version += is_moved
    one.state = state if one.owner_unit_id else "test"
    one.good_trials = 0 if state == "draft" else GOOD_TRIALS
    one.save()
    transaction.on_commit(living.read_anew)
    audit.record(by=by, action="portal.make_integration", target=f"integration:{key}", facts={"url": one.address})
    return one


def begin_day() -> int:
    """What the jobs would do within the hour, at once: frames looked at, feeds read, systems asked, the weather fetched."""
    for one in Integration.objects.filter(kind="page", mode="frame", state__in=["live", "test"]):
        trying.look_again(one)
    weather.fetch()
    return feeds.read_all() + sum(watching.watch() for _time in range(watching.UP_AFTER))


def ask_for_data(
    *, by: Actor, person_id: int, vendor: openapi.Vendor, table: str, days: int, **terms: Any
) -> datahub.Grant | None:
    """A request for shared data (数据共享申请) until so many days from today; None where one of that vendor and table was made before."""
    if datahub.Grant.objects.filter(vendor=vendor, table_key=table).exists():
        return None
    until = campus_today() + timedelta(days=days)
    wanted = datahub.grants.Terms(expires_on=until, **terms)
    return sharing.ask(by=by, person_id=person_id, token=uuid4(), table_key=table, vendor=vendor, terms=wanted)


def decide_on_data(*, by: Actor, person_id: int, grant: datahub.Grant, decision: str, comment: str) -> None:
    """The step that waits, whichever it is."""
    case = flows.Case.objects.get(number=grant.case_number)
    flows.decide_at(
        by=by, person_id=person_id, case_id=case.pk, step=flows.step_now(case.pk), decision=decision, comment=comment
    )


def remember_a_month(*, bad_day: int, bad_key: str) -> None:
    """Thirty days of probes, with a morning on which one system was away."""
    pages = Integration.objects.filter(kind="page", state="live")
    days = [
        SystemDay(
            key=watching.key_of(one),
            day=campus_today() - timedelta(days=back),
            probes=A_DAY,
            good=A_DAY - 180 if (back, one.key) == (bad_day, bad_key) else A_DAY,
        )
        for one in pages
        for back in range(1, watching.DAYS)
    ]
    SystemDay.objects.bulk_create(days, ignore_conflicts=True)


def ask_release(*, by: Actor, key: str, token: UUID) -> None:
    one = Integration.objects.get(key=key)
    if one.state == Integration.State.TEST and not one.releases.filter(state="asked").exists():
        services.go_live(by=by, one=one, token=token)
