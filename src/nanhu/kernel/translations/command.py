"""The command line, shared by `nanhu translations` and `python -m nanhu.kernel.translations`."""

import argparse
from collections.abc import Callable
from pathlib import Path

from nanhu.kernel.translations.catalogues import EntryKey, compile_room, entries, read_catalogue, update
from nanhu.kernel.translations.checks import check, relative_to
from nanhu.kernel.translations.common import check_common, forget, gather, unsaid
from nanhu.kernel.translations.messages import Fault
from nanhu.kernel.translations.rooms import PACKAGE, Room, common, rooms
from nanhu.kernel.translations.terms import check_across

ROOT = PACKAGE.parent.parent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=sorted(ACTIONS), help="update the .po files, compile the .mo files, or check")
    parser.add_argument("paths", nargs="*", type=Path, help="folders of rooms; none: all of them")
    parser.add_argument("--quiet", action="store_true", help="say nothing but faults")


def run(action: str, paths: list[Path], say: Callable[[str], object], *, quiet: bool = False) -> bool:
    """Whether all is well."""
    if quiet and action != "check":
        say = _nothing
    return ACTIONS[action](rooms(paths), say)


def _nothing(_line: str) -> None:
    pass


def _update(found: list[Room], say: Callable[[str], object]) -> bool:
    shared, everywhere = common(), rooms()
    known = entries(read_catalogue(shared.catalogue))
    for room in found:
        texts, missing = update(room, known)
        if texts:
            say(f"{_shown(room.catalogue)}: {texts} texts, {missing} without English")
    if len(found) == len(everywhere):
        forget(shared, {(one.context, one.text) for room in found for one in room.read()[0]})
    moved = gather(everywhere, shared)
    say(f"{_shown(shared.catalogue)}: {moved} texts of several rooms brought here")
    return True


def _compile(found: list[Room], say: Callable[[str], object]) -> bool:
    say(f"{sum([compile_room(room) for room in (*found, common())])} catalogues compiled")
    return True


def _check(found: list[Room], say: Callable[[str], object]) -> bool:
    shared, said = common(), set[EntryKey]()
    known = entries(read_catalogue(shared.catalogue))
    faults = [relative_to(fault, _shown(room.folder)) for room in found for fault in check(room, known, said)]
    across = [*check_across([*found, shared]), *check_common(found, shared)]
    if len(found) == len(rooms()):
        across += unsaid(shared, said)
    faults += [Fault(_shown(fault.file), fault.line, fault.sentence) for fault in across]
    for fault in faults:
        say(str(fault))
    say(f"translations: {len(faults)} faults in {len(found)} rooms")
    return not faults


def _shown(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


ACTIONS: dict[str, Callable[[list[Room], Callable[[str], object]], bool]] = {
    "check": _check,
    "compile": _compile,
    "update": _update,
}
