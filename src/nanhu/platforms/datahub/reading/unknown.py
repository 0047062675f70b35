"""A header that nobody has seen yet: which line it is, and by what stands below it, what its columns may be."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from nanhu.kernel.clock import campus_today
from nanhu.platforms.datahub.cleaning.contacts import clean_phone
from nanhu.platforms.datahub.cleaning.dates import clean_date
from nanhu.platforms.datahub.cleaning.documents import clean_document
from nanhu.platforms.datahub.cleaning.names import clean_name, is_name
from nanhu.platforms.datahub.cleaning.text import Cell, squeezed, text_of
from nanhu.platforms.datahub.codes import code_table
from nanhu.platforms.datahub.reading.headers import (
    DEEPEST_HEADER,
    Claims,
    Headings,
    labels_at,
    missing_headers,
    other_source,
)

MOST: Final = 0.8
FEW_BEGINNINGS: Final = 8
LONGEST_NAME: Final = 4
TELLING: Final = frozenset({"id_number", "campus_no", "name", "phone"})
WORDS: Final = re.compile(r"[^\d]{1,20}")


def unknown_columns(
    headers: Sequence[str], claims: Claims, headings: Headings, below: Sequence[Sequence[Cell]]
) -> list[str]:
    """What a steward must say. Refused where it is another source's file, or nothing in it looks like people."""
    missing = headings.missing(claims.fields)
    if not missing:
        return []
    is_asked = headings.spec.kind in {"persons", "contacts"} and other_source(headers, headings.spec) is None
    found = claims.columns.keys() | guesses(headers, below, headings, claims.columns).keys()
    if is_asked and len(TELLING & found) > 1:
        return missing
    raise missing_headers(headers, missing, headings.spec)


def likely_header(grid: Sequence[Sequence[Cell]], headings: Headings) -> int:
    """The first line of several words, none of them twice and none a number. Refused where there is none."""
    for row in range(min(len(grid) - 1, DEEPEST_HEADER)):
        labels = [label for label in labels_at(grid, row) if label]
        are_words = all(WORDS.fullmatch(label) for label in labels)
        if len(labels) > 2 and are_words and len(set(labels)) == len(labels):  # noqa: PLR2004  (two may be a title)
            return row
    tops = [labels_at(grid, row) for row in range(min(3, len(grid)))]
    widest = max(tops, key=lambda labels: sum(map(bool, labels)))
    raise missing_headers(widest, headings.missing({}), headings.spec)


def guesses(
    headers: Sequence[str], below: Sequence[Sequence[Cell]], headings: Headings, columns: Mapping[str, str]
) -> dict[str, str]:
    """By content: eleven digits, GB 11643, names, days, codes of the standard. To be shown, never to be believed unseen."""
    cells = {
        header: [row[place] for row in below if place < len(row) and text_of(row[place])]
        for place, header in enumerate(headers)
        if header and header not in columns.values()
    }
    found: dict[str, str] = {}
    for name, fits in tests_of(headings).items():
        if name in columns or name not in headings.spec.fields:
            continue
        fitting = [h for h, values in cells.items() if h not in found.values() and values and fits(values)]
        if fitting:
            found[name] = fitting[0]
    return found


def tests_of(headings: Headings) -> dict[str, Callable[[Sequence[Cell]], bool]]:
    """In this order: the surest first."""
    spec, today = headings.spec, campus_today()
    category, status = code_table("person_category"), code_table(spec.status_table) if spec.status_table else None

    def mostly(fits: Callable[[Cell], object]) -> Callable[[Sequence[Cell]], bool]:
        return lambda values: sum(bool(fits(value)) for value in values) >= MOST * len(values)

    def is_category(value: Cell) -> bool:
        code = category.find(text_of(value))
        return code is not None and code.note.startswith(spec.affiliation)

    def is_number(values: Sequence[Cell]) -> bool:
        plain = [squeezed(value) for value in values]
        few = len({text[:3] for text in plain}) <= FEW_BEGINNINGS
        is_shaped = mostly(lambda value: spec.number and spec.number.clean(value))
        return few and len(set(plain)) > MOST * len(plain) and is_shaped(values)

    return {
        "id_number": mostly(lambda value: len(squeezed(value)) > 14 and not clean_document(value, today=today).fault),  # noqa: PLR2004
        "campus_no": is_number,
        "phone": mostly(clean_phone),
        "sex": mostly(lambda value: text_of(value) in {"男", "女"}),
        "category": mostly(is_category),
        "status": mostly(lambda value: status and status.find(text_of(value))),
        "starts_on": mostly(lambda value: (day := clean_date(value)) and day.year > today.year - 40),
        "name": mostly(lambda value: len(clean_name(value)) <= LONGEST_NAME and is_name(clean_name(value))),
    }
