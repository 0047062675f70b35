"""Evidence that two records are one person: how far name, birth date, document, phone, sex and campus number agree, in levels.

Each level is said twice: by a function, and in the SQL with which Splink is trained. Training holds one against the other."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from nanhu.platforms.datahub.cleaning.documents import is_one_off, is_transposed
from nanhu.platforms.datahub.cleaning.names import differs_in_one, folded, sounds_like
from nanhu.platforms.people.api import pinyin_of

UNKNOWN: Final = -1
RESIDENT_LENGTH: Final = 18
COHORT: Final = 4
"""So many characters of a campus number say in which year, as what, somebody came."""
PLACEHOLDERS: Final = frozenset({"1900-01-01", "1899-12-30", "1899-12-31", "1970-01-01", "1949-10-01"})
MISSING: Final = "{0}_l IS NULL OR {0}_r IS NULL"
COMPARISONS: Final[dict[str, tuple[str, ...]]] = {
    "name": (MISSING.format("name"), "name_l = name_r", "sound_l = sound_r", "list_has_any(gaps_l, gaps_r)"),
    "birth_date": (
        MISSING.format("birth"),
        "birth_l = birth_r",
        "birth_l = turned_r OR damerau_levenshtein(birth_l, birth_r) = 1",
    ),
    "document": (
        MISSING.format("document"),
        "document_l = document_r",
        "length(document_l) = length(document_r) AND damerau_levenshtein(document_l, document_r) = 1",
        "kind_l <> kind_r",
    ),
    "phone": (MISSING.format("phone"), "phone_l = phone_r"),
    "sex": (MISSING.format("sex"), "sex_l = sex_r"),
    "campus_no": (MISSING.format("number"), "number_l = number_r", "cohort_l <> cohort_r"),
}
"""By field: where nothing is known, then the levels from the one that agrees; what is left is level 0."""
NAME, BIRTH, DOCUMENT, PHONE, SEX, NUMBER = range(len(COMPARISONS))
SAME_DOCUMENT: Final = 3
NEAR_DOCUMENT: Final = 2
type Levels = tuple[int, ...]


class Traits(msgspec.Struct, frozen=True, gc=False):
    """What is compared. "" and an empty set say nothing. `name` folded, `birth` as ISO text, `phone` itself or its index."""

    name: str
    birth: str = ""
    sex: str = ""
    phone: str | bytes = ""
    document: str = ""
    numbers: frozenset[str] = frozenset()


def traits_of(
    name: str,
    *,
    birth: object = None,
    sex: str | None = "",
    phone: str | bytes | None = "",
    document: str | None = "",
    numbers: Iterable[str] = (),
) -> Traits:
    day = str(birth or "")
    return Traits(
        name=folded(name),
        birth="" if day in PLACEHOLDERS else day,
        sex=sex if sex in {"1", "2"} else "",
        phone=phone or "",
        document=document or "",
        numbers=frozenset(numbers),
    )


def levels_of(left: Traits, right: Traits) -> Levels:
    return (
        name_level(left.name, right.name),
        birth_level(left.birth, right.birth),
        document_level(left.document, right.document),
        equal_level(left.phone, right.phone),
        equal_level(left.sex, right.sex),
        number_level(left.numbers, right.numbers),
    )


def name_level(left: str, right: str) -> int:
    if not left or not right:
        return UNKNOWN
    if left == right:
        return 3
    if sounds_like(left, right):
        return 2
    return int(differs_in_one(left, right))


def birth_level(left: str, right: str) -> int:
    if not left or not right:
        return UNKNOWN
    if left == right:
        return 2
    return int(left == turned(right) or is_near_number(left, right))


def document_level(left: str, right: str) -> int:
    if not left or not right:
        return UNKNOWN
    if left == right:
        return SAME_DOCUMENT
    if is_near_number(left, right):
        return NEAR_DOCUMENT
    return int(kind_of(left) != kind_of(right))


def equal_level(left: str | bytes, right: str | bytes) -> int:
    return int(left == right) if left and right else UNKNOWN


def number_level(left: frozenset[str], right: frozenset[str]) -> int:
    """Nobody has two campus numbers of one cohort; over the years many have several."""
    if not left or not right:
        return UNKNOWN
    if left & right:
        return 2
    return int(not {cohort_of(number) for number in left} & {cohort_of(number) for number in right})


def is_near_number(left: str, right: str) -> bool:
    """So alike that one is probably a slip of the other. Reason to ask, never to merge."""
    return is_transposed(left, right) or is_one_off(left, right)


def turned(day: str) -> str:
    """Month and day exchanged (前后颠倒)."""
    return f"{day[:5]}{day[8:]}-{day[5:7]}"


def kind_of(document: str) -> str:
    return "R" if len(document) == RESIDENT_LENGTH else "O"


def cohort_of(number: str) -> str:
    return f"{len(number)}:{number[:COHORT]}"


def reasons_of(levels: Levels) -> tuple[str, ...]:
    """The fields that agree, wholly or nearly, for who has to judge."""
    agreeing = {
        "name": levels[NAME] > 0,
        "birth_date": levels[BIRTH] > 0,
        "phone": levels[PHONE] > 0,
        "document": levels[DOCUMENT] >= NEAR_DOCUMENT,
        "campus_no": levels[NUMBER] > 1,
    }
    return tuple(name for name, holds in agreeing.items() if holds)


def columns_of(traits: Traits) -> Mapping[str, Any]:
    """The same as the trainer's SQL reads it; of the campus numbers one."""
    number = min(traits.numbers, default="")
    return {
        "name": traits.name or None,
        "sound": pinyin_of(traits.name).replace(" ", "") or None,
        "gaps": [f"{traits.name[:n]}?{traits.name[n + 1 :]}" for n in range(len(traits.name)) if len(traits.name) > 1],
        "birth": traits.birth or None,
        "turned": turned(traits.birth) if traits.birth else None,
        "document": traits.document or None,
        "kind": kind_of(traits.document) if traits.document else None,
        "phone": str(traits.phone) or None,
        "sex": traits.sex or None,
        "number": number or None,
        "cohort": cohort_of(number) if number else None,
    }
