"""Limits of the gate, from a day on: a stricter one at one steward's word; one that lets more pass at two, and for files of an office once
whoever speaks for that has seen it (`gate.limits_of`)."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.dated import supersede
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given
from nanhu.platforms.datahub.errors import LimitWaitsError, NotTheOfficeError
from nanhu.platforms.datahub.known_sources import every_source, named_source
from nanhu.platforms.datahub.models import GateLimit, LimitNotice, LimitRequest
from nanhu.platforms.datahub.services import owners
from nanhu.platforms.datahub.services.gate import NUMBERS, limits_in_force, limits_of
from nanhu.platforms.datahub.services.shared_gate import declared_limit
from nanhu.platforms.datahub.sources import SOURCES

State = LimitRequest.State


@transaction.atomic
def set_limit(
    *, by: Actor, token: UUID, measure: str, source: str, amber: int, red: int, amber_rows: int | None, reason: str
) -> bool:
    """In thousandths. Whether it holds from today on; else it waits for another steward."""
    if LimitRequest.known(by, token) is not None:
        return False
    wanted = LimitRequest(
        token=token,
        measure=measure,
        source=source,
        amber=amber,
        red=red,
        amber_rows=amber_rows,
        reason=given(reason),
        author_id=account_of(by),
        author_name=by.name,
    )
    if not is_looser(wanted, measured_by(source, measure)):
        put_in_force(wanted, by=by)
        return True
    lock_key(f"datahub.limit:{measure}:{source}")
    if LimitRequest.objects.filter(measure=measure, source=source, state=State.ASKED).exists():
        raise LimitWaitsError
    wanted.save()
    audit.record(
        by=by, action="datahub.ask_limit", target=target_of(wanted), reason=wanted.reason, facts=facts_of(wanted)
    )
    return False


def measured_by(source: str, measure: str) -> GateLimit | None:
    """What a file of this source is measured by: a shared table that has no limit of its own by what its declaration says."""
    limit, spec = limits_of(source).get(measure), named_source(source) if source else None
    is_declared = limit is not None and not limit.source and spec is not None and bool(spec.table)
    return declared_limit(spec, limit) if is_declared and spec and limit else limit


def is_looser(wanted: LimitRequest | GateLimit, held: GateLimit | None) -> bool:
    """Whether a file could pass that waits today, or wait for one that waits for two."""
    if held is None:
        return False
    more_rows = held.amber_rows is not None and (wanted.amber_rows is None or wanted.amber_rows > held.amber_rows)
    return wanted.amber > held.amber or wanted.red > held.red or more_rows


@transaction.atomic
def agree(*, by: Actor, asked: LimitRequest) -> None:
    found = asked.locked_in([State.ASKED])
    # What its files were measured by: a limit that its office has not seen yet is no step to a looser one.
    held = measured_by(found.source, found.measure) if found.source else limits_in_force("").get(found.measure)
    found.before = {name: getattr(held, name) for name in (*NUMBERS, "source")} if held else None
    found.decide(by, state=State.AGREED)
    found.save()
    audit.record(
        by=by, action="datahub.agree_limit", target=target_of(found), reason=found.reason, facts=facts_of(found)
    )
    put_in_force(found, by=by)
    if held:
        concerned = [one for one in every_source() if found.source in {"", one.key}]
        units = sorted(owners.units_of(concerned))
        close_superseded(held, waiting_for(found).filter(unit__in=units))
        LimitNotice.objects.bulk_create(LimitNotice(request=found, unit_id=unit_id) for unit_id in units)


@transaction.atomic
def hear(*, by: Actor, notice: LimitNotice) -> bool:
    """The office has seen it (知道了): from now on its files are measured by it. False where it was seen already."""
    found = LimitNotice.objects.select_for_update(of=("self",)).select_related("unit", "request").get(pk=notice.pk)
    owner = owners.speaking_for(found.unit)
    if by.account_id not in owner.accounts:
        raise NotTheOfficeError(office=owner.name)
    if found.superseded_at is not None:
        raise WrongStateError(what=LimitNotice.what, state=_("后来又改过了"))
    if found.heard_at is not None:
        return False
    found.heard_at, found.heard_by_id, found.heard_by_name = now(), by.account_id, by.name
    found.save(update_fields=["heard_at", "heard_by", "heard_by_name"])
    facts = facts_of(found.request) | {"unit": owner.name} | owners.in_place_facts(owner, by)
    audit.record(by=by, action="datahub.hear_limit", target=target_of(found.request), facts=facts)
    return True


@transaction.atomic
def refuse(*, by: Actor, asked: LimitRequest, answer: str) -> None:
    found = asked.locked_in([State.ASKED])
    found.decide(by, state=State.REFUSED, answer=given(answer))
    found.save()
    audit.record(by=by, action="datahub.refuse_limit", target=target_of(found), reason=answer)


@transaction.atomic
def take_back(*, by: Actor, asked: LimitRequest, answer: str) -> None:
    found = asked.locked_in([State.ASKED])
    found.take_back(by, answer=answer)
    found.save()
    audit.record(by=by, action="datahub.take_back_limit", target=target_of(found), reason=answer)


def put_in_force(wanted: LimitRequest, *, by: Actor) -> None:
    """From today on; the older limit keeps its days."""
    limit = GateLimit(
        measure=wanted.measure,
        source=wanted.source,
        amber=wanted.amber,
        red=wanted.red,
        amber_rows=wanted.amber_rows,
        starts_on=campus_today(),
    )
    supersede(by=by, wanted=[limit], reason=wanted.reason)
    closed = close_superseded(limit, waiting_for(limit))
    facts = facts_of(wanted) | ({"superseded": closed} if closed else {})
    audit.record(by=by, action="datahub.set_limit", target=target_of(wanted), reason=wanted.reason, facts=facts)


def waiting_for(limit: GateLimit | LimitRequest) -> QuerySet[LimitNotice]:
    """Of the same measure and source, and seen by no office yet."""
    return LimitNotice.waiting().filter(request__measure=limit.measure, request__source=limit.source)


def close_superseded(limit: GateLimit, waiting: QuerySet[LimitNotice]) -> int:
    """How many of these notices have nothing to see any more: what holds without them (`limit`) is as strict as what they keep."""
    requests = {one.request for one in waiting.select_related("request")}
    over = [one for one in requests if one.before and not is_looser(limit, GateLimit(**one.before))]
    return waiting.filter(request__in=over).update(superseded_at=now())


def target_of(wanted: LimitRequest) -> str:
    return f"gate_limit:{wanted.measure}"


def facts_of(wanted: LimitRequest) -> dict[str, object]:
    """A source that was made in the browser by its name."""
    made = named_source(wanted.source) if wanted.source and wanted.source not in SOURCES else None
    called = str(made.title) if made else wanted.source
    return {"measure": wanted.measure, "source": called, "amber": wanted.amber, "red": wanted.red}
