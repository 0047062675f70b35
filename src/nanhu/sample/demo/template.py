"""A filled campus is a template: kept once for all that it is made of, and copied in seconds into each empty data folder.

What is kept is a data folder whose database was stopped cleanly: database, secrets, files. It lies in the user's cache, and
its name is a hash of the program, of the sample, of the settings and of the day, so that no copy shows another day's "today".
Addresses and ports are no part of it: what depends on them is done anew where a copy stands (`Step.when`). Nothing of
Django is used here: the copy is laid before the settings are read, which would make secrets of their own.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, fields
from datetime import datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import IO, Final
from zoneinfo import ZoneInfo

import nanhu
from nanhu.kernel.child_processes import say
from nanhu.kernel.configuration import Configuration
from nanhu.kernel.file_locks import lock_of

SOURCE: Final = Path(nanhu.__file__).parent
NO_PART: Final = {"tests", "static", "locale", "__pycache__", "testing"}
"""Folders of the source that no row of a filled campus is made of; static files are collected when they differ."""
OF_THE_PLACE: Final = {
    "data_dir",
    "public_url",
    "listen_address",
    "template_dir",
    "web_threads",
    "web_workers",
    "hasher_threads",
    *(one.name for one in fields(Configuration) if one.name.endswith("_port")),
}
NOT_KEPT: Final = {"logs", "run", "processes"}
LAST: Final = ("postgres", "demo.json")
"""Laid in this order after all else: without them the folder is filled as an empty one, step by step."""
KEPT: Final = 4
SAY_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Awaited:
    """A template that is being made by this process, which holds its lock until it is kept."""

    name: str
    lock: IO[str]


awaited: list[Awaited] = []


def lay(configuration: Configuration) -> bool:
    """Copy the template into the data folder if that is empty. Where there is none yet, what is filled now becomes it."""
    cache = cache_folder(configuration)
    if cache is None or not is_empty(configuration.data_dir):
        return False
    name = name_of_template(configuration)
    lock = locked(cache, name)
    if (cache / name).is_dir():
        with lock:
            copy(cache / name, configuration.data_dir)
            os.utime(cache / name)
        return True
    awaited.append(Awaited(name, lock))
    return False


def keep(configuration: Configuration) -> None:
    """What lay() found missing and this process has filled since, with the database at rest."""
    cache = cache_folder(configuration)
    while awaited and cache is not None:
        made = awaited.pop()
        with made.lock, suppress(OSError):
            if made.name == name_of_template(configuration) and has_room(cache, configuration.data_dir):
                store(configuration.data_dir, cache / made.name)
                prune(cache)


def cache_folder(configuration: Configuration) -> Path | None:
    """None where no templates are wanted or can be: the database is somebody else's."""
    if configuration.template_dir == "none" or not configuration.is_database_embedded:
        return None
    if configuration.template_dir:
        return Path(configuration.template_dir).resolve()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nanhu" / "campuses"


def is_empty(data_dir: Path) -> bool:
    return not any((data_dir / name).exists() for name in ("postgres", "secrets", "media", "demo.json"))


def name_of_template(configuration: Configuration) -> str:
    found = hashlib.sha256(f"{datetime.now(ZoneInfo('Asia/Shanghai')):%Y-%m-%d} {os.environ.get('SCALE', '')}".encode())
    for one in fields(Configuration):
        if one.name not in OF_THE_PLACE:
            found.update(f"{one.name}={getattr(configuration, one.name)!r}\n".encode())
    if configuration.school_file:
        found.update(Path(configuration.school_file).read_bytes())
    found.update(
        f"{platform.python_version()} {sorted(f'{one.name} {one.version}' for one in distributions())}".encode()
    )
    for path in sources():
        found.update(str(path.relative_to(SOURCE)).encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:20]


def mark_of_place(configuration: Configuration) -> str:
    """Another where the campus stands elsewhere, or the program is another, than when its addresses were registered."""
    found = hashlib.sha256()
    for name in sorted(OF_THE_PLACE):
        found.update(f"{name}={getattr(configuration, name)!r}\n".encode())
    for path in sources():
        stat = path.stat()
        found.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return found.hexdigest()[:16]


def sources() -> list[Path]:
    found = []
    for folder, names, files in os.walk(SOURCE):
        names[:] = [name for name in names if name not in NO_PART]
        found += [Path(folder) / name for name in files]
    return sorted(found)


def locked(cache: Path, name: str) -> IO[str]:
    """The lock of one template; its file is closed to give it back."""
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    said = time.monotonic()
    while (file := lock_of(cache / f"{name}.lock")) is None:
        if time.monotonic() - said > SAY_SECONDS:
            said = time.monotonic()
            say("waiting for another process that fills the same sample campus")
        time.sleep(0.2)
    return file


def copy(template: Path, data_dir: Path) -> None:
    """Each part appears whole or not at all, so that a copy that is killed leaves nothing that looks filled."""
    draft = data_dir / ".laying"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    copy_files(template, draft)
    names = sorted(one.name for one in draft.iterdir() if one.name not in LAST)
    for name in (*names, *LAST):
        (draft / name).rename(data_dir / name)
    draft.rmdir()


def store(data_dir: Path, template: Path) -> None:
    draft = template.with_name(f".{template.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    try:
        copy_files(data_dir, draft)
        for name in NOT_KEPT:
            shutil.rmtree(draft / name, ignore_errors=True)
        for path in (*draft.glob("*.log"), draft / "postgres" / "server.log"):
            path.unlink(missing_ok=True)
        draft.rename(template)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def copy_files(source: Path, target: Path) -> None:
    """With owners and times; a file system that can shares the blocks."""
    flags = ["-a", "--reflink=auto"] if sys.platform == "linux" else ["-Rp"]
    subprocess.run(["cp", *flags, f"{source}/.", str(target)], check=True)


def has_room(cache: Path, data_dir: Path) -> bool:
    """A template must not fill the disk: five of its size stay free."""
    size = sum(one.stat().st_size for one in data_dir.rglob("*") if one.is_file())
    return shutil.disk_usage(cache).free > 5 * size


def prune(cache: Path) -> None:
    """The latest used stay; one that is being copied is let be."""
    for draft in cache.glob(".*.*"):
        if not Path(f"/proc/{draft.suffix[1:]}").exists():
            shutil.rmtree(draft, ignore_errors=True)
    made = sorted((one for one in cache.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime)
    for old in made[:-KEPT]:
        with unless_used(cache, old.name) as is_free:
            if is_free:
                shutil.rmtree(old, ignore_errors=True)


@contextmanager
def unless_used(cache: Path, name: str) -> Iterator[bool]:
    with lock_of(cache / f"{name}.lock") or nullcontext() as lock:
        yield lock is not None
