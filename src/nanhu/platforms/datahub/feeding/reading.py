"""Reading a source in: what it says becomes a file, and the file goes the way of all files. Killed anywhere, it is read again,
and the same rows change nothing."""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from uuid import uuid4

from django.db import DatabaseError, connection, connections
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, now, now_of_files
from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import CampusError, WrongStateError
from nanhu.kernel.pauses import doubling
from nanhu.kernel.retries import Again, Done, Retries, in_the_worker
from nanhu.kernel.retries.answers import Answer, Outside
from nanhu.kernel.secret_files import private_folder
from nanhu.platforms.datahub.cleaning.masking import masked
from nanhu.platforms.datahub.cleaning.text import text_of
from nanhu.platforms.datahub.errors import (
    LargeTablesBusyError,
    SourceBusyError,
    SourceFailedError,
    SourceRefusedError,
    SpoolLargeError,
)
from nanhu.platforms.datahub.feeding import binlog, database, http, large, sftp, stream
from nanhu.platforms.datahub.feeding.sftp import RemoteFile
from nanhu.platforms.datahub.feeding.troubles import in_words
from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.models import Batch, DataSource
from nanhu.platforms.datahub.reading.headers import CONSTANT, Headings
from nanhu.platforms.datahub.reading.spool import REMOVED, SUFFIX, write_spool
from nanhu.platforms.datahub.services.files import applied_before, sha256_of
from nanhu.platforms.datahub.services.headings import remembered
from nanhu.platforms.datahub.services.imports import BatchReport, import_file, open_table, report_of
from nanhu.platforms.datahub.shared.declarations import shared_tables
from nanhu.platforms.datahub.shared_rows.writers import refuse_other_writer, switch_in_effect
from nanhu.platforms.datahub.snapshots.taking import take_snapshot
from nanhu.platforms.datahub.sources import SourceSpec
from nanhu.platforms.datahub.warehouse.places import asking, place

BY: Final = Actor.system("datahub.sources")
CHANNEL: Final = "nanhu_datahub_sources"
FETCHED: Final = ".sftp"
LEFT_SECONDS: Final = 9 * 3600
"""No reading lasts so long."""
LEASE: Final = timedelta(minutes=3)
"""Kept up while the reading lives, so that one whose process was killed is taken up soon."""
PAUSE: Final = doubling("1min", "1h")
SAMPLE: Final = 20
SAMPLE_SECONDS: Final = 30
SHOWN: Final = 5
REFUSED_SHARE: Final = 0.05
WAITING: Final = (Batch.State.WAITING, Batch.State.UNMAPPED)
LOGS: Final[Mapping[str, ModuleType]] = {DataSource.Kind.STREAM: stream, DataSource.Kind.BINLOG: binlog}
"""What follows a table by the log of its database."""
IN_EFFECT: Final = frozenset({Batch.State.APPLIED.value, "duplicate"})


def source_key_of(made: DataSource) -> str:
    """The source whose batches its rows become."""
    return made.key if made.fills in shared_tables() else made.fills


def rows_of(made: DataSource, *, is_sample: bool = False) -> Iterator[Mapping[str, Any]]:
    if made.kind == DataSource.Kind.HTTP:
        found = http.read_rows(made, pages=1) if is_sample else http.read_rows(made)
        return islice(found, SAMPLE) if is_sample else found
    if made.kind == DataSource.Kind.SFTP:
        return rows_of_newest(made)
    if large.is_large(made) and not is_sample:
        return database.read_rows(made, limit=large.MOST_ROWS, seconds=large.SECONDS)
    read = LOGS.get(made.kind, database).read_rows
    rows: Iterator[Mapping[str, Any]] = (
        read(made, limit=SAMPLE, seconds=SAMPLE_SECONDS) if is_sample else read(made, limit=database.MOST)
    )
    return rows


def rows_of_newest(made: DataSource) -> Iterator[Mapping[str, Any]]:
    """The first lines of the newest file."""
    with kept_file(made, FETCHED) as path:
        if large.is_large(made):
            sftp.fetch(made, sftp.newest(made), path, seconds=SAMPLE_SECONDS, most=large.LARGEST, head=large.HEAD)
            yield from large.first_lines(made, path, SAMPLE)
            return
        sftp.fetch(made, sftp.newest(made), path, seconds=SAMPLE_SECONDS)
        table = open_table(path, source(source_key_of(made)))
        yield from (row.cells for row in islice(table.rows, SAMPLE))


def names_for(made: DataSource, spec: SourceSpec) -> dict[str, str]:
    """Its columns by the headings that we know them by."""
    return {theirs: spec.fields[name].headers[0] for name, theirs in made.columns.items() if name in spec.fields}


@contextmanager
def kept_file(made: DataSource, suffix: str) -> Iterator[Path]:
    """A file of this reading alone."""
    path = new_file(made, suffix)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def new_file(made: DataSource, suffix: str) -> Path:
    """What a killed reading left behind goes first."""
    folder = inbox()
    oldest = now_of_files(folder) - LEFT_SECONDS
    for left in (*folder.glob(f"*{SUFFIX}"), *folder.glob(f"*{FETCHED}")):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < oldest:
                left.unlink()
    path = folder / f"{made.public_id}-{uuid4()}{suffix}"
    path.touch(mode=0o600, exist_ok=False)
    return path


def inbox() -> Path:
    return private_folder(configuration().data_dir / "inbox")


@contextmanager
def spooled(made: DataSource, file: RemoteFile | None = None) -> Iterator[tuple[Path, int]]:
    """What it says now (of a folder: in this file), as a file of ours, and how many rows."""
    spec = source(source_key_of(made))
    with kept_file(made, FETCHED if file else SUFFIX) as path:
        if file is None:
            count = write_spool(path, rows_of(made), names_for(made, spec), keys=partial(key_headings, spec))
        else:
            sftp.fetch(made, file, path)
            count = open_table(path, spec).expected
        refuse_unexpected(made, count)
        yield path, count


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a source of a large table said, whole. `rows`: how many, where that is known before they are read; `begun`: since when
    it was asked."""

    path: Path
    rows: int
    begun: datetime


@contextmanager
def fetched(made: DataSource, file: RemoteFile | None, begun: datetime) -> Iterator[Fetched]:
    """As it was fetched before, where it then found no engine free; where it finds none now it is kept until it does (`position`),
    for no source is asked for 20 GB twice."""
    one = fetched_before(made, file) or Fetched(new_file(made, FETCHED if file else SUFFIX), -1, begun)
    try:
        if one.rows < 0:
            one = replace(one, rows=fetch_large(made, file, one.path))
        yield one
    except LargeTablesBusyError:
        kept = {"path": one.path.name, "rows": one.rows, "begun": one.begun.isoformat(), **identity(made, file)}
        made.position |= {"fetched": kept}
        raise
    except BaseException:
        one.path.unlink(missing_ok=True)
        raise
    one.path.unlink(missing_ok=True)


def fetched_before(made: DataSource, file: RemoteFile | None) -> Fetched | None:
    """What waits here, if the source is still as it was then and has no newer file."""
    kept = made.position.get("fetched")
    if kept is None:
        return None
    path = inbox() / kept["path"]
    if identity(made, file).items() <= kept.items() and path.exists():
        return Fetched(path, kept["rows"], datetime.fromisoformat(kept["begun"]))
    path.unlink(missing_ok=True)
    return None


def identity(made: DataSource, file: RemoteFile | None) -> dict[str, object]:
    return {"file": file.place if file else None, "changed": made.changed_at.isoformat()}


def fetch_large(made: DataSource, file: RemoteFile | None, path: Path) -> int:
    """How many rows, 0 where only the engine can tell. It may take hours, in which this thread holds no connection of ours."""
    if not connection.in_atomic_block:
        connections.close_all()
    if file is not None:
        sftp.fetch(made, file, path, seconds=large.SECONDS, most=large.LARGEST)
        return 0
    count = large.write_lines(made, path, rows_of(made))
    refuse_unexpected(made, count)
    return count


def refuse_unexpected(made: DataSource, count: int) -> None:
    if not count:
        raise SourceFailedError(why=_("一行也没有给出"))
    if made.expected_rows and abs(count - made.expected_rows) * 100 > made.expected_rows * made.tolerance:
        said = {"count": count, "expected": made.expected_rows, "tolerance": made.tolerance}
        raise SourceFailedError(why=_("给出 %(count)d 行，约定 %(expected)d 行，上下可差 %(tolerance)d%%") % said)


def waiting_batch(made: DataSource) -> Batch | None:
    """What it said before and somebody must look at: until then nothing newer is read in."""
    whose = {} if large.is_large(made) else {"actor": BY.name}  # of a large table all that wait stand in the way
    rows = Batch.objects.filter(source=source_key_of(made), state__in=WAITING, is_dry_run=False, **whose)
    return rows.defer("gone", "differences").order_by("-id").first()


def step(made: DataSource) -> Outside:
    return partial(read_in, made)


def read_in(made: DataSource) -> Answer:
    """One reading. `good_at` moves only where what it says is in effect."""
    begun, every = now(), timedelta(minutes=made.every_minutes)
    pause = min(PAUSE(made.attempts), every)
    try:
        with lease_kept(made):
            return read_once(made, begun=begun, every=every)
    except LargeTablesBusyError as waits:
        return Again(waits.message, after=sftp.SETTLING, columns={"position": made.position})
    except SourceBusyError as busy:
        seconds = int(str(busy.facts["seconds"]))
        after = timedelta(seconds=seconds) if seconds else pause
        return Again(busy.message, after=after, columns=failing(made, begun))
    except CampusError as refused:
        after = every if isinstance(refused, SourceRefusedError) else pause
        is_away = isinstance(refused, SourceFailedError)
        return Again(refused.message, after=after, is_away=is_away, columns=failing(made, begun))
    except OSError as away:
        return Again(
            SourceFailedError(why=in_words(away)).message, after=pause, is_away=True, columns=failing(made, begun)
        )


def read_once(made: DataSource, *, begun: datetime, every: timedelta) -> Answer:
    file, files = None, list[RemoteFile]()
    if waiting_batch(made) is not None:
        return Done({"failed_at": None}, then=every)
    refuse_before_its_day(made)
    if made.kind in LOGS:
        return followed(made, begun=begun)
    if made.kind == DataSource.Kind.SFTP:
        files = sftp.files_of(made)
        file = sftp.next_file(made, files)
        if file is None:
            return Done({"failed_at": None}, then=every)
        if not sftp.is_settled(made, file):
            return Done({"position": made.position | {"seen": file.place}}, then=sftp.SETTLING)
    if large.is_large(made):
        report, count, begun = taken_large(made, file, begun)
    else:
        with spooled(made, file) as (path, count):
            report = taken(made, path, name=file.name if file else "")
    if why := refused_lines(made, report):
        columns = {"rows": count, "batch_id": report.batch, **failing(made, begun)}
        return Again(SourceFailedError(why=why).message, after=every, columns=columns)
    said: dict[str, object] = {"rows": count, "batch_id": report.batch, "failed_at": None}
    if made.position.pop("fetched", None):
        said |= {"position": made.position}
    if file is not None:
        said |= {"position": sftp.position_after(made, files, file)}
        every = every if made.is_whole else sftp.SETTLING
    return Done(said | ({"good_at": begun} if report.state in IN_EFFECT else {}), then=every)


def taken_large(made: DataSource, file: RemoteFile | None, begun: datetime) -> tuple[BatchReport, int, datetime]:
    """Its batch, how many rows, and since when they are known. An engine's place is held for as long as the engine works."""
    with asking(), fetched(made, file, begun) as one, place():
        os.utime(one.path)  # however long it waited, nobody takes it for left behind while the engine reads it
        report = taken(made, one.path, name=file.name if file else "")
    return report, one.rows or report.counts["rows"], one.begun


def followed(made: DataSource, *, begun: datetime) -> Answer:
    """What changed since it was last here. The log is let go of when that is in effect."""
    spec, stands_on, log = source(made.key), what_stands(made), LOGS[made.kind]
    names, anew = names_for(made, spec), made.position.get("anew", "")
    if made.position.get("stands_on") != stands_on:
        made.position = {}
    with log.connected(made) as line, kept_file(made, SUFFIX) as path:
        news: stream.News = log.news_of(made, line, partial(key_columns, spec, names))
        try:
            count = write_spool(path, news.rows, names, [*news.shape, *([] if news.is_whole else [REMOVED])])
        except SpoolLargeError:
            if not news.is_whole:  # it would be too much again and again: the next reading is the whole table
                DataSource.objects.filter(pk=made.pk).update(position={"anew": anew})
            raise
        if news.is_whole:
            refuse_unexpected(made, count)
        at, why = f"{campus_time(begun):%Y-%m-%d %H:%M}", _("整张表重读：%s") % news.why if news.why else ""
        anew = f"{at} {why}" if why else anew
        since = "" if news.is_whole else stream.place_in_words(made.position["until"])
        place = f"{since} → {news.place}" if "+" in since else news.place
        name = f"{made.name} {at} · {place}{' · ' if why else ''}{why}"
        report = taken(made, path, name=name) if count else None
        batch: dict[str, object] = {"rows": count, "batch_id": report.batch} if report is not None else {}
        if report is not None and report.state not in IN_EFFECT:
            return Done(batch | {"position": made.position | {"anew": anew}, "failed_at": None}, then=stream.EVERY)
        is_refused = report is not None and bool(counts_of(report).get("rejected"))
        kept = {} if news.is_whole or is_refused else made.position  # without a shape it is read whole again
        held = kept | {"until": news.until, "anew": anew, "letting_go": True}
        DataSource.objects.filter(pk=made.pk).update(position=held)
        log.let_go(made, line, news.until)
    position = {"shape": news.shape, "layout": news.layout, "until": news.until, "stands_on": stands_on, "anew": anew}
    said = batch | {"position": position, "failed_at": None} | ({"good_at": begun} if news.is_all else {})
    if report is not None:
        if news.is_whole and (refused := refused_lines(made, report)):
            columns = batch | failing(made, begun)
            return Again(SourceFailedError(why=refused).message, after=timedelta(minutes=1), columns=columns)
        if not news.is_whole and is_refused:
            said["position"] = {"anew": anew}
    return Done(said, then=stream.EVERY if news.is_all else timedelta())


def what_stands(made: DataSource) -> list[int]:
    """By the last switch to it and how many of its batches were taken back: changes go on from what it wrote, and where another
    wrote since or a batch was taken back, the table is another."""
    undone = Batch.objects.filter(source=made.key, state=Batch.State.ROLLED_BACK)
    return [switch_in_effect(made.fills), undone.count()]


def key_headings(spec: SourceSpec, headers: Sequence[str]) -> list[str]:
    """Which headings make the key of a row; none where the columns are not known yet."""
    wanted = shared_tables()[spec.table].keys if spec.kind == "shared" else ["campus_no"]
    try:
        found = Headings(spec, remembered(spec)).claims(list(headers)).columns
    except CampusError:
        return []
    return [found[name] for name in wanted] if set(wanted) <= found.keys() else []


def key_columns(spec: SourceSpec, names: Mapping[str, str], shape: Sequence[str]) -> list[str]:
    """Those of its columns that make our key."""
    ours = {names.get(name, name): name for name in shape}
    found = Headings(spec, remembered(spec)).claims(list(ours)).columns
    return [ours[found[name]] for name in shared_tables()[spec.table].keys if name in found]


@contextmanager
def lease_kept(made: DataSource) -> Iterator[None]:
    """A long reading stays this worker's, as long as the worker lives."""
    is_over = threading.Event()
    thread = threading.Thread(target=renew_lease, args=(made, is_over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def renew_lease(made: DataSource, is_over: threading.Event) -> None:
    held = DataSource.objects.filter(pk=made.pk, attempts=made.attempts, due_at__isnull=False)
    while not is_over.wait(LEASE.total_seconds() / 3):
        with suppress(DatabaseError):
            held.update(due_at=now() + LEASE)
        connections.close_all()


def refuse_before_its_day(made: DataSource) -> None:
    """While another writes its table it is not read: a batch refused for that would be found again when its day has come."""
    if made.fills in shared_tables():
        refuse_other_writer(shared_tables()[made.fills], made.key)


def refused_lines(made: DataSource, report: BatchReport) -> str:
    """Of a shared table: more than a few lines were no rows of it, so what stands there is not what the source says."""
    if made.fills not in shared_tables():
        return ""
    counts = counts_of(report)
    rows, refused = counts.get("rows", 0), counts.get("rejected", 0)
    if refused <= rows * REFUSED_SHARE:
        return ""
    said = {"batch": report.batch, "rows": rows, "refused": refused}
    return _("批次 #%(batch)s：%(rows)s 行里 %(refused)s 行没有通过") % said


def counts_of(report: BatchReport) -> Mapping[str, Any]:
    """Also of a batch that is in effect already: whoever read it was killed before the place was noted, or it was let pass since."""
    counts: Mapping[str, Any] = Batch.objects.values_list("counts", flat=True).get(pk=report.batch)
    return counts


def refuse_lost_columns(made: DataSource, spec: SourceSpec, path: Path) -> None:
    """A column that was read before is gone: its old values would stand for ever. Who saves the source accepts it."""
    read = Batch.objects.filter(source=spec.key, state=Batch.State.APPLIED, actor=BY.name)
    last = read.filter(finished_at__gt=made.changed_at).order_by("-id").values_list("columns", flat=True).first()
    if not last:
        return
    table = open_table(path, spec)
    found = table.columns.keys() | table.contested.keys()
    lost = [header for name, header in last.items() if name not in found and not header.startswith(CONSTANT)]
    if lost:
        raise SourceFailedError(why=_("原来有的列没有了：%s") % "、".join(lost))


def taken(made: DataSource, path: Path, *, by: Actor = BY, dry_run: bool = False, name: str = "") -> BatchReport:
    """Rows that were refused as a whole are not handed in again while nothing changed. Our database's words may hold a row."""
    spec = source(source_key_of(made))
    name = name or f"{made.name} {campus_time(now()):%Y-%m-%d %H:%M}"
    if large.is_large(made):
        told: dict[str, Any] = {"columns": made.columns, "name": name, "expects": partial(refuse_unexpected, made)}
        return report_of(take_snapshot(by=by, key=large.key_of(made), path=path, **told))
    sha256 = sha256_of(path)
    if not dry_run:
        refuse_lost_columns(made, spec, path)
    if not dry_run and applied_before(spec, sha256) is None:
        refused = Batch.objects.filter(source=spec.key, sha256=sha256, state=Batch.State.REFUSED, is_dry_run=False)
        if (last := refused.filter(finished_at__gt=made.changed_at).order_by("-id").first()) is not None:
            raise SourceFailedError(
                why=_("批次 #%(batch)s 整个没有收，给出的还是一样：%(why)s") % {"batch": last.pk, "why": last.note}
            )
    try:
        return import_file(by=by, path=path, source_key=spec.key, file_name=name, dry_run=dry_run, waits=not dry_run)
    except DatabaseError as fault:
        raise SourceFailedError(why=_("有的行我们的数据库存不下（%s）") % type(fault).__name__) from None


def rehearse(made: DataSource, *, by: Actor) -> BatchReport:
    if large.is_large(made):
        raise WrongStateError(what=DataSource.what, state=_("大表"))
    file = sftp.newest(made) if made.kind == DataSource.Kind.SFTP else None
    with spooled(made, file) as (path, _count):
        return taken(made, path, by=by, dry_run=True, name=file.name if file else "")


def failing(made: DataSource, at: datetime) -> dict[str, object]:
    return {} if made.failed_at else {"failed_at": at}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """`columns`: our field and the name that it was found under; `lines`: what came, with numbers masked."""

    problem: str = ""
    headers: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()

    @property
    def is_good(self) -> bool:
        return not self.problem and not self.missing


def try_once(made: DataSource) -> Trial:
    """The first rows, and which columns are known. Nothing is kept of them."""
    spec = source(source_key_of(made))
    names = names_for(made, spec)
    try:
        rows = list(rows_of(made, is_sample=True))
    except CampusError as refused:
        return Trial(problem=refused.message)
    except OSError as away:
        return Trial(problem=SourceFailedError(why=in_words(away)).message)
    headers = tuple(dict.fromkeys(str(name) for row in rows for name in row))
    if not headers:
        return Trial(problem=SourceFailedError(why=_("一行也没有给出")).message)
    lines = tuple(tuple(masked(text_of(str(row.get(name, "") or ""))[:60]) for name in headers) for row in rows[:SHOWN])
    shown = tuple(map(masked, headers))
    if large.is_large(made):
        columns, missing = large.columns_in(made, headers)
        return Trial(headers=shown, columns=columns, missing=missing, lines=lines)
    headings = Headings(spec)
    ours = [names.get(name, name) for name in headers]
    claims = headings.claims(ours)
    theirs = {ours: name for name, ours in names.items()}
    said = claims.columns | {
        name: _("%s：读入后选用哪一列") % "、".join(some) for name, some in claims.contested.items()
    }
    columns = tuple((label_of(made, spec, name), theirs.get(heading, heading)) for name, heading in said.items())
    return Trial(headers=shown, columns=columns, missing=tuple(headings.missing(said)), lines=lines)


def label_of(made: DataSource, spec: SourceSpec, name: str) -> str:
    table = shared_tables().get(made.fills)
    return table.by_name[name].label if table else spec.fields[name].headers[0]


READINGS: Final = Retries(
    model=DataSource,
    step=step,
    pause=PAUSE,
    lane="id",
    lane_at_once=1,
    at_once=8,
    lease=LEASE,
)
in_the_worker("datahub_sources", READINGS, channel=CHANNEL)
