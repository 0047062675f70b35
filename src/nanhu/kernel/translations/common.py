"""The common catalogue (共用词): what several rooms say stands here once, and in none of their own. Django asks it before all others."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry

from nanhu.kernel.translations.catalogues import EntryKey, entries, is_translated, read_catalogue, write_catalogue
from nanhu.kernel.translations.checks import faults_of
from nanhu.kernel.translations.messages import Fault
from nanhu.kernel.translations.rooms import Room


def gather(found: Iterable[Room], shared: Room) -> int:
    """Move here what the catalogues of two rooms say alike; how many texts that were."""
    catalogues = [(room.catalogue, read_catalogue(room.catalogue)) for room in found if room.catalogue.exists()]
    kept = read_catalogue(shared.catalogue)
    before = len(kept)
    for key, said in by_text(catalogue for _path, catalogue in catalogues).items():
        if len(said) > 1 and key not in entries(kept) and len({one.string for one in said}) == 1:
            kept.add(said[0].id, said[0].string, context=key[0], user_comments=said[0].user_comments)
    known = entries(kept)
    for path, catalogue in catalogues:
        again = [one for key, one in entries(catalogue).items() if key in known and is_no_other(one, known[key])]
        for entry in again:
            catalogue.delete(entry.id, entry.context)
        if again:
            write_catalogue(path, catalogue)
    write_catalogue(shared.catalogue, kept, is_by_text=True)
    return len(kept) - before


def forget(shared: Room, said: Collection[EntryKey]) -> None:
    """What no source says any more."""
    kept = read_catalogue(shared.catalogue)
    for key, entry in entries(kept).items():
        if key not in said:
            kept.delete(entry.id, entry.context)
    write_catalogue(shared.catalogue, kept, is_by_text=True)


def check_common(found: Iterable[Room], shared: Room) -> Iterator[Fault]:
    """What is said twice, here and in a room or in two rooms; and what is no English."""
    known, catalogues = entries(read_catalogue(shared.catalogue)), list(found)
    for entry in known.values():
        yield from (Fault(shared.catalogue, entry.lineno or 1, sentence) for sentence in faults_of(entry))
    first = dict.fromkeys(known, shared.catalogue)
    for room in catalogues:
        for key, entry in entries(read_catalogue(room.catalogue)).items():
            place = first.setdefault(key, room.catalogue)
            if place != room.catalogue:
                sentence = f"in {place.parents[3].name} as well (run `nanhu translations update`): {key[1]!r}"
                yield Fault(room.catalogue, entry.lineno or 1, sentence)


def unsaid(shared: Room, said: Collection[EntryKey]) -> Iterator[Fault]:
    for key, entry in entries(read_catalogue(shared.catalogue)).items():
        if key not in said:
            yield Fault(shared.catalogue, entry.lineno or 1, f"no source says this any more: {key[1]!r}")


def by_text(catalogues: Iterable[Catalog]) -> dict[EntryKey, list[Entry]]:
    found: dict[EntryKey, list[Entry]] = defaultdict(list)
    for catalogue in catalogues:
        for key, entry in entries(catalogue).items():
            found[key].append(entry)
    return found


def is_no_other(entry: Entry, known: Entry) -> bool:
    return not is_translated(entry) or entry.string == known.string
