"""Sources made, changed, tried, switched on and off; each one transaction with its line in the audit."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError, WrongStateError
from nanhu.kernel.retries import wake
from nanhu.platforms.datahub.errors import SourceKeyTakenError, SourceNotReadyError, SourceTwiceError
from nanhu.platforms.datahub.feeding import reading, stream
from nanhu.platforms.datahub.feeding.http import shown_address
from nanhu.platforms.datahub.feeding.reaching import host_of, refuse_address
from nanhu.platforms.datahub.models import DataSource
from nanhu.platforms.datahub.services import owner_changes, owners
from nanhu.platforms.datahub.shared.declarations import shared_tables
from nanhu.platforms.datahub.sources import SOURCES

State = DataSource.State
FILE: Final = DataSource.Kind.FILE
LOOKS: Final = frozenset({"name", "office", "expected_rows", "tolerance", "every_minutes", "stale_minutes"})
"""What may change without another trial."""


def target_of(made: DataSource) -> str:
    return f"source:{made.key}"


@transaction.atomic
def make(*, by: Actor, facts: Mapping[str, Any]) -> DataSource:
    made = DataSource(made_by_name=by.name, **facts)
    if made.key in SOURCES:
        raise SourceKeyTakenError
    save(made)
    audit.record(
        by=by, action="datahub.make_source", target=target_of(made), facts={"url": shown_address(made.address)}
    )
    return made


@transaction.atomic
def change(*, by: Actor, made: DataSource, facts: Mapping[str, Any]) -> DataSource:
    """Read otherwise it rests until it was tried anew. A secret stays with the host that it was given for."""
    row = locked(made, State.DRAFT, State.LIVE, State.RESTING)
    changed = {name for name, value in facts.items() if getattr(row, name) != value}
    before, owner = whose_secret(row), owners.unit_of(row.key)
    if row.kind == DataSource.Kind.STREAM and changed & {"kind", "address"}:
        drop_slot(row)
    for name, value in facts.items():
        setattr(row, name, value)
    row.changed_at = now()
    save(row, before=None if "secret" in facts else before)
    if changed - LOOKS:
        row.position = {}
        row.tried_at = None
        row.state = State.RESTING if row.state == State.LIVE and row.kind != FILE else row.state
        row.due_at = None if row.state != State.LIVE else row.due_at
    row.save()
    if "office" in changed:
        owner_changes.office_renamed(by=by, source=row.key, before=owner)
    audit.record(
        by=by, action="datahub.change_source", target=target_of(row), facts={"url": shown_address(row.address)}
    )
    return row


def whose_secret(made: DataSource) -> tuple[str, ...]:
    """Whom it was given for, and how he is known."""
    host = made.address and host_of(made.address, made.kind)
    return made.kind, host, made.user_name, made.host_key, made.tls_roots


def save(made: DataSource, *, before: tuple[str, ...] | None = None) -> None:
    if made.kind != FILE:
        refuse_address(made.address, made.kind)
        if before is not None and before != whose_secret(made):
            made.secret = None
    with refused_as(SourceKeyTakenError, by="datahub_source_key"):
        made.save()


def try_once(*, by: Actor, made: DataSource) -> reading.Trial:
    if made.kind == FILE:
        raise WrongStateError(what=DataSource.what, state=made.get_kind_display())
    found = reading.try_once(made)
    rows = DataSource.objects.filter(pk=made.pk, changed_at=made.changed_at)
    rows.update(tried_at=now() if found.is_good else None)
    audit.record(by=by, action="datahub.try_source", target=target_of(made), facts={"good": found.is_good})
    return found


@transaction.atomic
def go_live(*, by: Actor, made: DataSource) -> DataSource:
    row = locked(made, State.DRAFT, State.RESTING)
    if row.kind != FILE and row.tried_at is None:
        raise SourceNotReadyError
    refuse_second_reader(row)
    row.state, row.attempts, row.error = State.LIVE, 0, ""
    row.due_at = None if row.kind == FILE else now()
    return moved(by, row, "datahub.start_source")


def refuse_second_reader(row: DataSource) -> None:
    """Two would each miss the other's people: an office's file has one that reads it."""
    if row.fills in shared_tables():
        return
    rivals = DataSource.objects.select_for_update().filter(fills=row.fills).exclude(pk=row.pk).order_by("pk")
    other = next((one for one in rivals if one.state in {State.LIVE, State.RESTING}), None)
    if other is not None:
        raise SourceTwiceError(name=other.name)


@transaction.atomic
def read_now(*, by: Actor, made: DataSource) -> DataSource:
    row = locked(made, State.LIVE)
    if row.kind == FILE:
        raise row_of_files(row)
    row.due_at = now()
    return moved(by, row, "datahub.read_source")


def row_of_files(row: DataSource) -> WrongStateError:
    return WrongStateError(what=DataSource.what, state=row.get_kind_display())


@transaction.atomic
def rest(*, by: Actor, made: DataSource, reason: str) -> DataSource:
    row = locked(made, State.LIVE)
    row.state, row.due_at = State.RESTING, None
    return moved(by, row, "datahub.rest_source", reason=reason)


@transaction.atomic
def retire(*, by: Actor, made: DataSource, reason: str) -> DataSource:
    """Its secret goes; the row, its batches and what they said stay."""
    row = locked(made, State.DRAFT, State.LIVE, State.RESTING)
    if row.kind == DataSource.Kind.STREAM:
        drop_slot(row)
    row.state, row.due_at, row.secret = State.RETIRED, None, None
    return moved(by, row, "datahub.retire_source", reason=reason)


def drop_slot(row: DataSource) -> None:
    """Where it can be reached."""
    with suppress(CampusError, OSError):
        stream.drop_slot(row)


def locked(made: DataSource, *states: str) -> DataSource:
    row = DataSource.objects.select_for_update().get(pk=made.pk)
    if row.state not in states:
        raise WrongStateError(what=DataSource.what, state=row.get_state_display())
    return row


def moved(by: Actor, row: DataSource, action: str, *, reason: str = "") -> DataSource:
    row.save()
    wake(reading.CHANNEL)
    audit.record(by=by, action=action, target=target_of(row), reason=reason)
    return row
