"""Taking a snapshot of a large table: cleaned, measured, held or kept. Killed anywhere, what stood stands, and what was half done goes
with the next one."""

import codecs
import fcntl
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.crypto import blind_index
from nanhu.kernel.proposals import given
from nanhu.kernel.secret_files import private_folder, write_private
from nanhu.platforms.datahub.errors import LargeTableBusyError, LargeTableFailedError, LargeTableHeldError
from nanhu.platforms.datahub.warehouse import plan
from nanhu.platforms.datahub.warehouse.declared import Declared, declared
from nanhu.platforms.datahub.warehouse.engines import DUCKDB, run

STANDING: Final = "snapshots.json"
WORK: Final = ".work-"
CHANGES: Final = ".changes"
PURPOSE: Final = "datahub.large_table"
OURS: Final = re.compile(r"\.work-.*|\d{8}T\d{12}(\.changes)?")
"""Folders that go when no snapshot that stands is named so; what else lies there is somebody's."""
PIECE: Final = 1 << 20
PARQUET: Final = b"PAR1"
MEASURES: Final = ("gone", "changed", "refused", "twice")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`stamp` names its folder, and with `.changes` the one of what became new, changed and gone by it."""

    stamp: str
    rows: int
    new: int
    changed: int
    gone: int
    refused: int
    engine: str
    file: str
    seconds: Mapping[str, float]
    cpu: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Measured:
    measure: str
    count: int
    base: int

    @property
    def words(self) -> str:
        said = {
            "gone": _("原有 %(base)d 行里少了 %(count)d 行"),
            "changed": _("原有 %(base)d 行里变了 %(count)d 行"),
            "refused": _("%(base)d 行里 %(count)d 行读不懂或缺必填"),
            "twice": _("%(base)d 行里主键重复 %(count)d 行"),
        }
        return said[self.measure] % {"base": self.base, "count": self.count}


def snapshots(large: Declared) -> list[dict[str, Any]]:
    """Those that stand, the newest last."""
    try:
        found: list[dict[str, Any]] = json.loads((large.folder / STANDING).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return found


def take_snapshot(
    *,
    by: Actor,
    key: str,
    path: Path,
    engine: str = DUCKDB,
    accepted: Mapping[str, int] | None = None,
    reason: str = "",
) -> Snapshot:
    """`accepted`: how many by measure somebody saw and lets pass, just so many."""
    large = declared(key)
    with locked(large):
        standing = snapshots(large)
        sweep(large, standing)
        work = private_folder(large.folder / f"{WORK}{uuid4()}")
        try:
            told = run(engine, work_order(large, path, work, standing))
            return kept(
                large,
                work,
                standing,
                told,
                by=by,
                name=path.name,
                engine=engine,
                accepted=accepted or {},
                reason=reason,
            )
        finally:
            shutil.rmtree(work, ignore_errors=True)


@contextmanager
def locked(large: Declared) -> Iterator[None]:
    with (private_folder(large.folder) / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LargeTableBusyError(name=large.table.name) from None
        yield


def sweep(large: Declared, standing: list[dict[str, Any]]) -> None:
    """What a killed one left, and what is kept no longer."""
    named = {one["stamp"] for one in standing}
    for folder in large.folder.iterdir():
        if folder.is_dir() and OURS.fullmatch(folder.name) and folder.name.removesuffix(CHANGES) not in named:
            shutil.rmtree(folder, ignore_errors=True)


def work_order(large: Declared, path: Path, work: Path, standing: list[dict[str, Any]]) -> dict[str, Any]:
    with path.open("rb") as file:
        is_parquet = file.read(len(PARQUET)) == PARQUET
    if not is_parquet:
        refuse_other_bytes(path)
    return {
        "incoming": str(path.resolve()),
        "format": "parquet" if is_parquet else "csv",
        "delimiter": large.table.delimiter,
        "headings": [one.heading for one in large.table.fields.values()],
        "before": str(large.folder / standing[-1]["stamp"]) if standing else "",
        "fresh": str(work / "fresh"),
        "changes": str(work / "changes"),
        "spill": str(private_folder(work / "spill")),
        "sql": {
            "cleaned": plan.cleaned(large, blind_index(large.key, purpose=PURPOSE)),
            "figures": plan.figures(large),
            "difference": plan.difference(),
            "counts": plan.counts(),
        },
    }


def refuse_other_bytes(path: Path) -> None:
    """One engine would stop at them, and the other would write U+FFFD."""
    read = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while piece := file.read(PIECE):
                read.decode(piece)
            read.decode(b"", final=True)
        except UnicodeDecodeError as broken:
            raise LargeTableFailedError(fault=_("不是 UTF-8")) from broken


def kept(
    large: Declared,
    work: Path,
    standing: list[dict[str, Any]],
    told: Mapping[str, Any],
    *,
    by: Actor,
    name: str,
    engine: str,
    accepted: Mapping[str, int],
    reason: str,
) -> Snapshot:
    made = snapshot_of(told, file=name)
    before = standing[-1]["rows"] if standing else 0
    much = [
        one
        for one in too_much(large, made, before, told["figures"]["nanhu_twice"])
        if accepted.get(one.measure) != one.count
    ]
    facts = {
        "file": name,
        "engine": engine,
        **{one: getattr(made, one) for one in ("rows", "new", "changed", "gone", "refused")},
    }
    if much:
        audit.record(by=by, action="datahub.hold_large_table", target=f"large_table:{large.key}", facts=facts)
        how = " ".join(f"--accept {one.measure}={one.count}" for one in much)
        raise LargeTableHeldError(name=large.table.name, what="；".join(one.words for one in much), how=how)
    said = given(reason) if accepted else ""
    (work / "fresh").rename(large.folder / made.stamp)
    (work / "changes").rename(large.folder / f"{made.stamp}{CHANGES}")
    last = {"stamp": made.stamp, "taken_at": now().isoformat(), **facts, "seconds": dict(made.seconds)}
    standing = [*standing, last][-large.table.keep :]
    with transaction.atomic():
        audit.record(
            by=by, action="datahub.take_large_table", target=f"large_table:{large.key}", reason=said, facts=facts
        )
        write_private(large.folder / STANDING, standing)
    sweep(large, standing)
    return made


def snapshot_of(told: Mapping[str, Any], *, file: str) -> Snapshot:
    """By what the engine tells of it."""
    if "missing" in told:
        raise LargeTableFailedError(fault=_("缺少这些列：%s") % "、".join(told["missing"]))
    figures, counts = told["figures"], {one[plan.CHANGE]: one["rows_of_it"] for one in told["counts"]}
    return Snapshot(
        stamp=f"{campus_time(now()):%Y%m%dT%H%M%S%f}",
        rows=figures["nanhu_rows"],
        new=counts.get(plan.NEW, 0),
        changed=counts.get(plan.CHANGED, 0),
        gone=counts.get(plan.GONE, 0),
        refused=figures["nanhu_refused"],
        engine=told["made_with"],
        file=file,
        seconds=told["seconds"],
        cpu=told["cpu"],
        peak_mb=told["peak_mb"],
    )


def too_much(large: Declared, made: Snapshot, before: int, twice: int) -> Iterator[Measured]:
    limits = large.table.limits
    for measure, count, base, most in (
        ("gone", made.gone, before, limits.gone),
        ("changed", made.changed, before, limits.changed),
        ("refused", made.refused, made.rows, limits.refused),
        ("twice", twice, made.rows, 0),
    ):
        if count * 100 > base * most:
            yield Measured(measure, count, base)
