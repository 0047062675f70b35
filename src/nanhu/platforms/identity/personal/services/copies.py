"""The copy of my data (我的数据副本): one archive of everything the rooms keep about a person, in JSON and CSV."""

import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from nanhu.kernel import audit, registry
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.jobs import job
from nanhu.kernel.registry import Owner
from nanhu.kernel.sheets.writing import csv_lines
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.personal.errors import CopyTooSoonError
from nanhu.platforms.identity.personal.models import DataCopy

KEPT = timedelta(days=7)
AT_MOST_EVERY = timedelta(hours=24)


def folder() -> Path:
    path = configuration().data_dir / "copies"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def file_of(copy: DataCopy) -> Path:
    return folder() / f"{copy.public_id}.zip"


def draft_of(copy: DataCopy) -> Path:
    return file_of(copy).with_suffix(".part")


@transaction.atomic
def ask(*, by: Actor, account: Account) -> DataCopy:
    recent = DataCopy.objects.filter(account=account, created_at__gt=now() - AT_MOST_EVERY)
    if recent.exclude(state=DataCopy.State.FAILED).exists():
        raise CopyTooSoonError
    with refused_as(CopyTooSoonError):
        copy = DataCopy.objects.create(account=account)
    audit.record(by=by, action="identity.ask_copy", target=f"account:{account.pk}")
    make_copy.defer(copy_id=copy.pk)
    return copy


@job("identity.make_data_copy", attempts=3)
def make_copy(copy_id: int) -> None:
    """Write the archive beside its place, then put it there: whoever downloads finds a whole file or none."""
    copy = DataCopy.objects.select_related("account").get(pk=copy_id)
    if copy.state != DataCopy.State.WAITING:
        return
    owner = Owner(account_id=copy.account_id, person_id=copy.account.person_id, is_whole=True)
    draft = draft_of(copy)
    draft.touch(mode=0o600)
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            for one in registry.personal_data:
                add_records(archive, one, list(one.load(owner, None)))
        draft.replace(file_of(copy))
    finally:
        draft.unlink(missing_ok=True)
    moment = now()
    is_waited_for = DataCopy.objects.filter(pk=copy.pk, state=DataCopy.State.WAITING).update(
        state=DataCopy.State.READY,
        ready_at=moment,
        expires_at=moment + KEPT,
        size_bytes=file_of(copy).stat().st_size,
    )
    if not is_waited_for:
        file_of(copy).unlink(missing_ok=True)


def add_records(archive: zipfile.ZipFile, one: registry.PersonalData, records: list[Mapping[str, Any]]) -> None:
    facts = {
        "key": one.key,
        "title": str(one.title),
        "made_at": campus_time(now()).isoformat(timespec="seconds"),
        "records": records,
    }
    archive.writestr(f"{one.key}.json", json.dumps(facts, ensure_ascii=False, indent=1, default=str))
    if records:
        archive.writestr(f"{one.key}.csv", table(records))


def table(records: Iterable[Mapping[str, Any]]) -> bytes:
    """For a spreadsheet: a byte-order mark, and no cell that a spreadsheet would take for a formula."""
    rows = list(records)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = csv_lines(columns, ([shown(row.get(name)) for name in columns] for row in rows))
    return "".join(lines).encode()


def shown(value: Any) -> object:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else value


@job("identity.drop_data_copies", every="30 3 * * *")
def drop_old() -> None:
    """What is over, then every file that belongs to no copy: a worker that is killed tells nobody what it leaves behind."""
    states, moment = DataCopy.State, now()
    DataCopy.objects.filter(state=states.READY, expires_at__lt=moment).update(state=states.GONE)
    DataCopy.objects.filter(state=states.WAITING, created_at__lt=moment - AT_MOST_EVERY).update(state=states.FAILED)
    found = list(folder().iterdir())
    kept = {
        path
        for copy in DataCopy.objects.filter(state__in=[states.WAITING, states.READY])
        for path in (file_of(copy), *([draft_of(copy)] if copy.state == states.WAITING else []))
    }
    for path in found:
        if path not in kept:
            path.unlink(missing_ok=True)
