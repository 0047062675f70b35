"""Taking a snapshot of a large table: cleaned, measured, and a batch that stands or waits. Killed anywhere, what stood stands, and what
was half done goes with the next one."""

import codecs
import hashlib
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.crypto import blind_index
from nanhu.kernel.file_locks import lock_of
from nanhu.kernel.secret_files import private_folder
from nanhu.platforms.datahub.errors import LargeTableBusyError, LargeTableFailedError, LargeTableHeldError
from nanhu.platforms.datahub.gate_words import sentences_of
from nanhu.platforms.datahub.models import Batch, Level
from nanhu.platforms.datahub.services.files import was_applied
from nanhu.platforms.datahub.services.gate import ORDER, Measured
from nanhu.platforms.datahub.services.owners import unit_of
from nanhu.platforms.datahub.services.settle import lock_batch
from nanhu.platforms.datahub.warehouse import plan
from nanhu.platforms.datahub.warehouse.declared import LARGE, Declared, declared, folder_of
from nanhu.platforms.datahub.warehouse.engines import run

WORK: Final = ".work-"
CHANGES: Final = ".changes"
PURPOSE: Final = "datahub.large_table"
OURS: Final = re.compile(r"\.work-.*|\d{8}T\d{12}(\.changes)?")
"""Folders that go when no snapshot that stands or waits is named so; what else lies there is somebody's."""
PIECE: Final = 1 << 20
PARQUET: Final = b"PAR1"
State = Batch.State


def batches_of(large: Declared) -> Any:
    """Its snapshots. `counts` of one: what came, what it cost, and `stamp`: the name of its folder, and with `.changes` of the one of
    what became new, changed and gone by it."""
    return Batch.objects.filter(source=large.source).defer("gone", "differences")


def snapshots(large: Declared) -> list[Batch]:
    """Those that stand and are still there, the newest last."""
    last = batches_of(large).filter(state=State.APPLIED).order_by("-id")[: large.table.keep]
    return [one for one in reversed(last) if (large.folder / one.counts["stamp"]).is_dir()]


def waiting(large: Declared) -> Batch | None:
    found: Batch | None = batches_of(large).filter(state=State.WAITING).first()
    return found


def is_snapshot(batch: Batch) -> bool:
    return batch.source.startswith(LARGE)


def place_of(batch: Batch) -> str:
    """Its folder, below that of all large tables."""
    return f"{batch.source.removeprefix(LARGE)}/{batch.counts['stamp']}"


def later_snapshots(batch: Batch) -> tuple[str, ...]:
    """What was compared with it, and stands or waits."""
    later = Batch.objects.filter(source=batch.source, id__gt=batch.pk, state__in=[State.APPLIED, State.WAITING])
    return tuple(
        f"#{one.pk} {one.file_name}（{one.get_state_display()}）"
        for one in later.only("file_name", "state").order_by("id")
    )


def refuse_lost(batch: Batch) -> None:
    """What waits and was discarded, in a database that was restored to before that."""
    if not folder_of(place_of(batch)).is_dir():
        raise LargeTableFailedError(fault=f"warehouse/{place_of(batch)}")


def refuse_while_waiting(large: Declared) -> None:
    if (one := waiting(large)) is not None:
        what = "".join(sentences_of(one.gate))
        raise LargeTableHeldError(name=large.table.name, batch=one.pk, what=what)


def take_snapshot(
    *,
    by: Actor,
    key: str,
    path: Path,
    engine: str = "",
    columns: Mapping[str, str] | None = None,
    name: str = "",
    expects: Callable[[int], None] = lambda _rows: None,
) -> Batch:
    """`columns`: the headings of fields that it calls otherwise; `expects`: raises where so many rows cannot be all."""
    large = declared(key, columns)
    with locked(large):
        refuse_while_waiting(large)
        standing = snapshots(large)
        sweep(large, {one.counts["stamp"] for one in standing})
        work = private_folder(large.folder / f"{WORK}{uuid4()}")
        try:
            before = standing[-1] if standing else None
            order, sha256 = work_order(large, path, work, before)
            made = batch_of(large, run(engine or large.table.engine, order), before)
            expects(made.counts["rows"])
            made.file_name, made.sha256, made.size_bytes = name or path.name, sha256, path.stat().st_size
            keep(large, work, made, before, by=by)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        sweep(large, {one.counts["stamp"] for one in (*snapshots(large), made)})
        return made


@contextmanager
def locked(large: Declared) -> Iterator[None]:
    lock = lock_of(private_folder(large.folder) / ".lock")
    if lock is None:
        raise LargeTableBusyError(name=large.table.name)
    with lock:
        yield


def sweep(large: Declared, named: set[str]) -> None:
    """What a killed one left, and what is kept no longer."""
    for folder in large.folder.iterdir():
        if folder.is_dir() and OURS.fullmatch(folder.name) and folder.name.removesuffix(CHANGES) not in named:
            shutil.rmtree(folder, ignore_errors=True)


def forget(batch: Batch) -> None:
    """Of a snapshot that was discarded or rolled back the folders, once that stands."""
    if is_snapshot(batch):
        transaction.on_commit(partial(remove_folders, place_of(batch)))


def remove_folders(place: str) -> None:
    for name in (place, f"{place}{CHANGES}"):
        shutil.rmtree(folder_of(name), ignore_errors=True)


def work_order(large: Declared, path: Path, work: Path, before: Batch | None) -> tuple[dict[str, Any], str]:
    """And the SHA-256 of what came."""
    is_text = not is_parquet(path)
    sha256 = read_through(path, is_text=is_text)
    return {
        "incoming": str(path.resolve()),
        "format": "csv" if is_text else "parquet",
        "delimiter": large.table.delimiter,
        "headings": [one.heading for one in large.table.fields.values()],
        "before": str(large.folder / before.counts["stamp"]) if before else "",
        "fresh": str(work / "fresh"),
        "changes": str(work / "changes"),
        "spill": str(private_folder(work / "spill")),
        "sql": {
            "cleaned": plan.cleaned(large, blind_index(large.key, purpose=PURPOSE)),
            "figures": plan.figures(large),
            "difference": plan.difference(),
            "counts": plan.counts(),
        },
    }, sha256


def is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(PARQUET)) == PARQUET


def read_through(path: Path, *, is_text: bool) -> str:
    """Of other bytes than UTF-8 one engine would stop, and the other would write U+FFFD."""
    read, digest = codecs.getincrementaldecoder("utf-8")(), hashlib.sha256()
    with path.open("rb") as file:
        try:
            for piece in iter(partial(file.read, PIECE), b""):
                digest.update(piece)
                if is_text:
                    read.decode(piece)
            read.decode(b"", final=True)
        except UnicodeDecodeError as broken:
            raise LargeTableFailedError(fault=_("不是 UTF-8")) from broken
    return digest.hexdigest()


def batch_of(large: Declared, told: Mapping[str, Any], before: Batch | None) -> Batch:
    """By what the engine tells of it; `before`: what it was compared with."""
    if "missing" in told:
        raise LargeTableFailedError(fault=_("缺少这些列：%s") % "、".join(told["missing"]))
    figures, changes = dict(told["figures"]), {one[plan.CHANGE]: one["rows_of_it"] for one in told["counts"]}
    rows, refused, twice = (figures.pop(f"nanhu_{one}") for one in ("rows", "refused", "twice"))
    created, changed = changes.get(plan.NEW, 0), changes.get(plan.CHANGED, 0)
    counts = {
        "stamp": f"{campus_time(now()):%Y%m%dT%H%M%S%f}",
        "rows": rows,
        "created": created,
        "changed": changed,
        "unchanged": max(rows - created - changed - twice, 0),
        "removed": changes.get(plan.GONE, 0),
        "accepted": rows - refused,
        "rejected": refused,
        "twice": twice,
        "faults": {name: count for name, count in figures.items() if count},
        "engine": told["made_with"],
        "seconds": told["seconds"],
        "cpu": round(told["cpu"], 1),
        "peak_mb": round(told["peak_mb"]),
    }
    stood = before.counts["rows"] if before else 0
    gate = [asdict(one) for one in measured(large, counts, stood)]
    level = max((one["level"] for one in gate), key=ORDER.index, default=Level.GREEN.value)
    columns = {name: one.heading for name, one in large.table.fields.items()}
    return Batch(source=large.source, counts=counts, gate=gate, gate_level=level, columns=columns)


def measured(large: Declared, counts: Mapping[str, Any], before: int) -> Iterator[Measured]:
    """What is too much to stand by itself. A key that stands twice is no key: two look at it."""
    amber, red = large.table.limits, large.table.red
    for measure, of, count, base, limits in (
        ("gone", "rows", counts["removed"], before, (amber.gone, red.gone)),
        ("changed", "rows", counts["changed"], before, (amber.changed, red.changed)),
        ("refused", "large", counts["rejected"], counts["rows"], (amber.refused, red.refused)),
        ("twice", "large", counts["twice"], counts["rows"], (0, 0)),
    ):
        passed = sum(count * 100 > base * most for most in limits)
        if passed:
            yield Measured(measure, count, base, of=of, level=ORDER[passed], before=before, now=counts["rows"])


def keep(large: Declared, work: Path, made: Batch, before: Batch | None, *, by: Actor) -> None:
    """Its folders first: without its batch they are nobody's. Refused where what it was compared with was taken back meanwhile."""
    (work / "fresh").rename(large.folder / made.counts["stamp"])
    (work / "changes").rename(large.folder / f"{made.counts['stamp']}{CHANGES}")
    is_green = made.gate_level == Level.GREEN
    made.state = State.APPLIED if is_green else State.WAITING
    made.account_id, made.actor, made.finished_at = by.account_id, by.name, now() if is_green else None
    made.owner_unit_id = None if is_green else unit_of(large.source)
    facts = {one: made.counts[one] for one in ("rows", "created", "changed", "removed", "rejected")}
    with transaction.atomic():
        if before is not None:
            lock_batch(before.pk, (State.APPLIED,))
        made.is_repeat = was_applied(large.source, made.sha256)
        made.save()
        audit.record(
            by=by,
            action="datahub.take_large_table" if is_green else "datahub.hold_large_table",
            target=f"large_table:{large.key}",
            facts={"file": made.file_name, "engine": made.counts["engine"].partition(" ")[0], **facts},
        )
