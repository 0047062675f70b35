"""What lint refuses: texts without English, English without a text, and Chinese that can never be translated."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from babel.messages.catalog import Message as Entry

from nanhu.kernel.translations.catalogues import (
    CATALOGUE_ERRORS,
    EntryKey,
    entries,
    is_translated,
    key_of,
    read_catalogue,
)
from nanhu.kernel.translations.messages import Fault, has_chinese
from nanhu.kernel.translations.rooms import CATALOGUE, Room

PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sdif]|\{\w*\}")


def check(room: Room, common: Collection[EntryKey] = (), said: set[EntryKey] | None = None) -> list[Fault]:
    """Every fault of the room; the files in them are relative to the room. `common`: what the common catalogue knows. `said`
    takes in what the room says."""
    messages, faults = room.read()
    try:
        known = entries(read_catalogue(room.catalogue))
    except CATALOGUE_ERRORS as problem:
        return [*faults, Fault(CATALOGUE, 1, f"not a catalogue: {problem}")]
    wanted = {(message.context, message.text) for message in messages}
    if said is not None:
        said |= wanted
    for message in messages:
        if not has_chinese(message.text):
            faults.append(Fault(message.file, message.line, f"a msgid without a Chinese character: {message.text!r}"))
        if (message.context, message.text) not in known and (message.context, message.text) not in common:
            sentence = f"not in the catalogue (run `nanhu translations update`): {message.text!r}"
            faults.append(Fault(message.file, message.line, sentence))
    for key, entry in known.items():
        line = entry.lineno or 1
        if key not in wanted:
            faults.append(Fault(CATALOGUE, line, f"no source says this any more: {key[1]!r}"))
        else:
            faults.extend(Fault(CATALOGUE, line, sentence) for sentence in faults_of(entry))
    return faults


def faults_of(entry: Entry) -> Iterator[str]:
    text = key_of(entry)[1]
    if not is_translated(entry):
        yield f"no English for {text!r}"
    elif isinstance(entry.id, tuple | list):
        _, plural = entry.id
        one, *many = (_placeholders(string) for string in entry.string or ())
        if not one <= _placeholders(text) | _placeholders(plural) or any(o != _placeholders(plural) for o in many):
            yield f"the placeholders differ between {plural!r} and its English"
    elif _placeholders(text) != _placeholders(str(entry.string)):
        yield f"the placeholders differ between {text!r} and {entry.string!r}"


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(PLACEHOLDER.findall(text.replace("%%", "")))


def relative_to(fault: Fault, folder: Path) -> Fault:
    return Fault(folder / fault.file, fault.line, fault.sentence)
