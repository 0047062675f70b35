"""The .po and .mo files: brought up to the sources, and compiled. Babel reads and writes them."""

import io
from collections.abc import Collection, Iterable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

from nanhu.kernel.translations.messages import Message
from nanhu.kernel.translations.rooms import Room
from nanhu.kernel.whole_files import beside

HEADER = """\
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
CATALOGUE_ERRORS = (PoFileError, UnicodeDecodeError, ValueError)
type EntryKey = tuple[str | None, str]


def read_catalogue(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale="en")
    with path.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def key_of(entry: Entry) -> EntryKey:
    return entry.context, entry.id[0] if isinstance(entry.id, tuple | list) else str(entry.id)


def entries(catalogue: Catalog) -> dict[EntryKey, Entry]:
    return {key_of(entry): entry for entry in catalogue if entry.id}


def update(room: Room, common: Collection[EntryKey] = ()) -> tuple[int, int]:
    """Write the room's .po after its sources: kept translations, empty ones for new texts, old ones commented out; without what
    stands in the common catalogue.
    Returns how many texts there are and how many lack a translation."""
    messages = [one for one in room.read()[0] if (one.context, one.text) not in common]
    known = read_catalogue(room.catalogue)
    remembered = {key_of(entry): entry for entry in known.obsolete.values()} | entries(known)
    fresh = _catalogue_of(messages, remembered)
    if not messages and not room.catalogue.exists():
        return 0, 0
    for key, entry in remembered.items():
        if key not in entries(fresh) and key not in common and is_translated(entry):
            fresh.obsolete[key[1]] = entry
    write_catalogue(room.catalogue, fresh)
    return len(fresh), sum(not is_translated(entry) for entry in fresh if entry.id)


def _catalogue_of(messages: Iterable[Message], remembered: dict[EntryKey, Entry]) -> Catalog:
    fresh = Catalog(locale="en")
    for message in messages:
        identity = (message.text, message.plural) if message.plural else message.text
        before = remembered.get((message.context, message.text))
        kept = before.string if before and isinstance(before.id, str) == isinstance(identity, str) else ""
        comments = before.user_comments if before else ()
        place = (message.file.as_posix(), message.line)
        fresh.add(identity, kept, locations=[place], context=message.context, user_comments=comments)
    return fresh


def is_translated(entry: Entry) -> bool:
    strings = entry.string if isinstance(entry.string, tuple | list) else (entry.string,)
    return bool(strings) and all(strings)


def write_catalogue(path: Path, catalogue: Catalog, *, is_by_text: bool = False) -> None:
    """Sorted by file and place, without line numbers and dates: a change of the source changes its own lines here. `is_by_text`:
    sorted by the texts themselves."""
    buffer = io.BytesIO()
    write_po(
        buffer,
        catalogue,
        width=120,
        omit_header=True,
        sort_by_file=not is_by_text,
        sort_output=is_by_text,
        include_lineno=False,
    )
    text = HEADER + buffer.getvalue().decode().strip("\n") + "\n"
    if path.exists() and path.read_text("utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def compile_room(room: Room) -> bool:
    """Write the .mo beside the .po where it is older. False where there is nothing to do."""
    source, target = room.catalogue, room.catalogue.with_suffix(".mo")
    if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
        return False
    with beside(target, mode=0o644) as file:
        write_mo(file, read_catalogue(source))
    return True
