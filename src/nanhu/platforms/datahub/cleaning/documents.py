"""Numbers of identity documents (GB 11643 and its relatives)."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from nanhu.platforms.datahub.cleaning.text import Cell, is_empty, lost_precision, squeezed
from nanhu.platforms.datahub.codes import code_table
from nanhu.platforms.people.api import id_check_character, normalise_document

RESIDENT: Final = "1"
FOREIGN_PERMANENT: Final = "9"
PASSPORT: Final = "A"
HMT_PERMIT: Final = "H"
HMT_AREAS: Final = {"81": "HKG", "82": "MAC", "83": "TWN"}
HMT_PASSES: Final = ("6", "7", "8", "T")
OTHER_DOCUMENTS: Final = ("2", "3", "4", "5", "B", "Z")
EIGHTEEN: Final = re.compile(r"^\d{17}[\dX]$")
OLD_PERMANENT: Final = re.compile(r"^[A-Z]{3}\d{12}$")
LETTERED_PASSPORT: Final = re.compile(r"^[A-Z]{1,2}\d{6,9}$")
BARE_PASSPORT: Final = re.compile(r"^[A-Z0-9]{6,12}$")
HMT_PASS: Final = re.compile(r"^([HM]\d{8}(\d{2})?|\d{8}|\d{10}[A-Z]?)$")
OTHER: Final = re.compile(r"^[A-Z0-9\u4e00-\u9fff]{5,20}$")


@dataclass(frozen=True, slots=True)
class Document:
    """A sound number, or the code of what is wrong with it. The facts of the number count more than the columns."""

    number: str = ""
    kind: str = ""
    fault: str = ""
    birth_date: date | None = None
    sex: str | None = None
    nationality: str | None = None
    area: str = ""


def clean_document(cell: Cell, kind_cell: Cell = None, *, today: date) -> Document:
    text = squeezed(cell).replace("×", "X")
    if is_empty(text):
        return Document(fault="document_missing")
    if lost_precision(cell):
        return Document(fault="document_precision")
    number = normalise_document(text)
    if EIGHTEEN.match(number):
        return eighteen(number, today)
    said = code_table("document_kind").find(squeezed(kind_cell))
    return other_document(number, said.code if said else "")


def eighteen(number: str, today: date) -> Document:
    birth = birth_of(number)
    if birth is None or not date(1900, 1, 1) <= birth <= today:
        return Document(fault="document_date")
    if id_check_character(number[:17]) != number[17]:
        return Document(fault="document_checksum")
    sex = "1" if int(number[16]) % 2 else "2"
    if number[0] == "9":
        return Document(number, FOREIGN_PERMANENT, birth_date=birth, sex=sex)
    if number[:2] in HMT_AREAS:
        return Document(number, HMT_PERMIT, birth_date=birth, sex=sex, nationality=HMT_AREAS[number[:2]])
    return Document(number, RESIDENT, birth_date=birth, sex=sex, nationality="CHN", area=number[:6])


def other_document(number: str, said: str) -> Document:
    if OLD_PERMANENT.match(number):
        return Document(number, FOREIGN_PERMANENT)
    if said in HMT_PASSES and HMT_PASS.match(number):
        return Document(number, said)
    if LETTERED_PASSPORT.match(number) or (said == PASSPORT and BARE_PASSPORT.match(number)):
        return Document(number, PASSPORT)
    if said in OTHER_DOCUMENTS and OTHER.match(number):
        return Document(number, said)
    return Document(fault="document_malformed")


def birth_of(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def is_area_known(area: str) -> bool:
    """GB/T 2260 with its withdrawn codes."""
    return area in code_table("area").codes


def is_transposed(left: str, right: str) -> bool:
    """Two neighbouring characters exchanged, nothing else."""
    if len(left) != len(right) or left == right:
        return False
    places = [place for place, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
    return (
        len(places) == 2  # noqa: PLR2004  (an exchange touches two places)
        and places[1] == places[0] + 1
        and left[places[0]] == right[places[1]]
        and left[places[1]] == right[places[0]]
    )


def is_one_off(left: str, right: str) -> bool:
    """One character differs, nothing else."""
    return len(left) == len(right) and sum(a != b for a, b in zip(left, right, strict=True)) == 1
