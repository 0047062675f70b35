"""Finding one person among hundreds of thousands while a clerk types: each way of asking walks an index of its own.

Numbers, names, pinyin and initials by their beginning; a phone or a document number whole, by its blind index; a name and
the last digits of a phone, told apart after the name was found. Pieces from the middle of a name come last.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from nanhu.kernel.crypto import blind_index
from nanhu.kernel.database.values import all_rows, one_value
from nanhu.kernel.folding import halfwidth
from nanhu.platforms.people.models import Person
from nanhu.platforms.people.rules import normalise_document, normalise_phone

LONGEST: Final = 60
MOST: Final = 200
"""As many are looked at by one way of asking; who is not among them types one letter more."""
SHORTEST_PIECE: Final = 3  # a trigram
SHORTEST_PINYIN: Final = 2
MOBILE_DIGITS: Final = 11
SHORTEST_DOCUMENT: Final = 8
TAIL_LENGTHS: Final = range(4, 7)

CODES_BELOW: Final = "SELECT people_unit_codes_below(%s)"
IDS_BELOW: Final = "SELECT id FROM people_org_unit WHERE code = ANY((SELECT people_unit_codes_below(%s))::text[])"
IN_SCOPE: Final = """ AND (NOT %(is_scoped)s OR EXISTS (SELECT FROM people_affiliation t WHERE t.person_id = p.id
    AND t.unit_id = ANY(%(units)s) AND t.state IN ('active', 'suspended', 'planned')))"""
WAYS: Final[dict[str, str]] = {
    "number": """SELECT p.id FROM people_affiliation a JOIN people_person p ON p.id = a.person_id
        WHERE upper(a.campus_no) LIKE %(number)s AND p.merged_into_id IS NULL AND NOT p.is_void [scope]
        ORDER BY upper(a.campus_no) USING ~<~ LIMIT %(most)s""",
    "name": """SELECT p.id FROM people_person p WHERE p.name LIKE %(name)s AND p.merged_into_id IS NULL AND NOT p.is_void [scope]
        ORDER BY p.name USING ~<~ LIMIT %(most)s""",
    "pinyin": """SELECT p.id FROM people_person p
        WHERE replace(p.pinyin, ' ', '') LIKE %(pinyin)s AND p.merged_into_id IS NULL AND NOT p.is_void [scope]
        ORDER BY replace(p.pinyin, ' ', '') USING ~<~ LIMIT %(most)s""",
    "initials": """SELECT p.id FROM people_person p
        WHERE p.initials LIKE %(pinyin)s AND p.merged_into_id IS NULL AND NOT p.is_void [scope]
        ORDER BY p.initials USING ~<~ LIMIT %(most)s""",
    "phone": "SELECT p.id FROM people_person p WHERE p.phone_index = %(phone)s AND p.merged_into_id IS NULL AND NOT p.is_void [scope] LIMIT %(most)s",
    "document": "SELECT p.id FROM people_person p WHERE p.id_number_index = %(document)s AND p.merged_into_id IS NULL AND NOT p.is_void [scope] LIMIT %(most)s",
    "piece": """SELECT p.id FROM people_person p
        WHERE (p.name LIKE %(piece)s OR p.pinyin LIKE %(low_piece)s) AND p.merged_into_id IS NULL AND NOT p.is_void [scope]
        LIMIT %(most)s""",
}
WAYS.update({way: text.replace("[scope]", IN_SCOPE) for way, text in WAYS.items()})

RANKED: Final = """
    SELECT p.id FROM people_person p
     WHERE p.id = ANY(%(ids)s)
     ORDER BY p.name <> %(text)s, NOT EXISTS (SELECT FROM people_affiliation a WHERE a.person_id = p.id
        AND a.state IN ('active', 'suspended')), p.name, p.id"""


@dataclass(frozen=True, slots=True)
class Found:
    """`ids` in the order to show: the name as typed first, then who is here now. `is_cut`: there are more."""

    ids: tuple[int, ...]
    is_cut: bool


def unit_ids_below(codes: Collection[str]) -> frozenset[int]:
    """The units with these codes and all below them."""
    return frozenset(row[0] for row in all_rows(IDS_BELOW, [list(codes)]))


def unit_codes_below(codes: Collection[str]) -> frozenset[str]:
    return frozenset(one_value(CODES_BELOW, [list(codes)]))


def find_persons(text: str, *, limit: int = 50, unit_ids: Collection[int] | None = None) -> Found:
    """`unit_ids`: only who has a tie to one of these units that is not over."""
    wanted = " ".join(halfwidth(text).replace("\0", "").split())[:LONGEST]
    if not wanted:
        return Found((), is_cut=False)
    name, tail = parted(wanted)
    facts = {"is_scoped": unit_ids is not None, "units": list(unit_ids or ()), "most": MOST}
    ids = found_by(ways_of(name), facts) or found_by(pieces_of(name), facts)
    if tail:
        ids = with_tail(ids, tail)
    ranked = in_order(ids, name)
    return Found(tuple(ranked[:limit]), is_cut=len(ranked) > limit or len(ids) >= MOST)


def persons_named(names: Collection[str]) -> dict[int, str]:
    """Whose name is one of these, to the letter."""
    found = Person.objects.filter(name__in=list(names), merged_into=None, is_void=False)
    return dict(found.values_list("pk", "name"))


def parted(wanted: str) -> tuple[str, str]:
    """ "曾小南 2345" is a name and the last digits of a phone or document."""
    first, _space, last = wanted.rpartition(" ")
    is_tail = any(map(str.isalpha, first)) and len(last) in TAIL_LENGTHS and last[:-1].isdigit()
    return (first, last.upper()) if is_tail else (wanted, "")


def ways_of(text: str) -> dict[str, dict[str, Any]]:
    """Which ways of asking fit this text, each with what it looks for."""
    squeezed = text.replace(" ", "")
    ways: dict[str, dict[str, Any]] = {}
    if any(letter.isdigit() for letter in squeezed):
        ways["number"] = {"number": starts(squeezed.upper())}
        if len(normalise_phone(squeezed)) == MOBILE_DIGITS:
            ways["phone"] = {"phone": blind_index(normalise_phone(squeezed), purpose="people.phone")}
        if len(squeezed) >= SHORTEST_DOCUMENT:
            ways["document"] = {"document": blind_index(normalise_document(squeezed), purpose="people.id_number")}
        return ways
    if squeezed.isascii() and len(squeezed) >= SHORTEST_PINYIN:
        ways["pinyin"] = ways["initials"] = {"pinyin": starts(squeezed.lower())}
        ways["number"] = {"number": starts(squeezed.upper())}
    if not squeezed.isascii() or " " in text:
        ways["name"] = {"name": starts(text)}
    return ways


def pieces_of(text: str) -> dict[str, dict[str, Any]]:
    if len(text) < SHORTEST_PIECE or text.isdigit():
        return {}
    return {"piece": {"piece": f"%{escaped(text)}%", "low_piece": f"%{escaped(text.lower())}%"}}


def found_by(ways: dict[str, dict[str, Any]], facts: dict[str, Any]) -> list[int]:
    """All ways in one round trip."""
    if not ways:
        return []
    for wanted in ways.values():
        facts = facts | wanted
    return [row[0] for row in all_rows(" UNION ".join(f"({WAYS[way]})" for way in ways), facts)]


def in_order(ids: Collection[int], text: str) -> list[int]:
    return [row[0] for row in all_rows(RANKED, {"ids": list(ids), "text": text})]


def with_tail(ids: Collection[int], tail: str) -> list[int]:
    """Opened for comparing only; nothing of it is shown."""
    return [
        person.pk
        for person in Person.objects.filter(pk__in=list(ids)).only("pk", "phone", "id_number")
        if normalise_phone(person.phone or "").endswith(tail)
        or normalise_document(person.id_number or "").endswith(tail)
    ]


def starts(text: str) -> str:
    return f"{escaped(text)}%"


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
