"""Rows that come twice: because somebody changed, or because somebody typed it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nanhu.sample import id_numbers
from nanhu.sample.dirt import variant_name
from nanhu.sample.names.tables import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

    from nanhu.sample.dirt import Dirt
    from nanhu.sample.persons import Affiliation, Human
    from nanhu.sample.rows import Row

DUPLICATES = ("duplicate_phone", "duplicate_name", "duplicate_same", "changed_document", "changed_name")

type Write = Callable[[Human, Affiliation, Dirt], Row]


def rows_of(write: Write, human: Human, affiliation: Affiliation, dirt: Dirt) -> list[Row]:
    """The row of a person in an office's list: once, or twice when something happened in between."""
    kind = "" if human.is_cast else dirt.first_of(DUPLICATES)
    if not kind:
        return [write(human, affiliation, dirt)]
    if kind == "changed_document":
        return _after_change(write, human, affiliation, dirt, document_number=_other_number(dirt.rng, human))
    if kind == "changed_name":
        return _after_change(write, human, affiliation, dirt, name=_other_name(dirt.rng, human))
    first = write(human, affiliation, dirt)
    second = _again(write, human, affiliation, dirt, kind=kind)
    return [first, second]


def _again(write: Write, human: Human, affiliation: Affiliation, dirt: Dirt, *, kind: str) -> Row:
    phone, name = human.phone, human.name
    if kind == "duplicate_phone":
        human.phone = f"{phone[:3]}{dirt.rng.randrange(10**8):08d}"
        return write(human, affiliation, dirt)  # the new number is the true one from now on
    if kind == "duplicate_name":
        human.name = variant_name(dirt.rng, name)
    row = write(human, affiliation, dirt)
    human.name = name
    return row


def _after_change(write: Write, human: Human, affiliation: Affiliation, dirt: Dirt, **before: str) -> list[Row]:
    """A row from before a change of name or number, and the row after it with a remark."""
    now = {what: getattr(human, what) for what in before}
    if before == now:
        dirt.count["changed_name" if "name" in before else "changed_document"] -= 1
        return [write(human, affiliation, dirt)]
    for what, value in before.items():
        setattr(human, what, value)
    first = write(human, affiliation, dirt)
    for what, value in now.items():
        setattr(human, what, value)
    second = write(human, affiliation, dirt)
    remark = "备注" if "备注" in second.cells else "登记说明"
    second.cells[remark] = f"原名{before['name']}" if "name" in before else f"证件号变更，原{before['document_number']}"
    return [first, second]


def _other_number(rng: Random, human: Human) -> str:
    number = human.document_number
    if human.document_kind != "resident_id" or len(human.affiliations) > 1:
        return number
    order = (int(number[14:17]) + 2 * rng.randint(1, 200)) % 998
    other = id_numbers.eighteen_digits(area=number[:6], birth=human.birth_date, order=order)
    return other if other[14:17] != number[14:17] else number


def _other_name(rng: Random, human: Human) -> str:
    if human.ethnic not in {"01", "15"} or len(human.affiliations) > 1:
        return human.name
    other = human.name[0] + rng.choice(("子豪", "小红", "思远", "文静", "海燕", "建军", "佳怡", "一鸣"))
    return other if fold(other) != fold(human.name) else human.name


def in_order(groups: Iterable[list[Row]], rng: Random) -> list[Row]:
    """First rows in their order; second rows some way below, as if added later."""
    placed: list[tuple[float, Row]] = []
    for place, rows in enumerate(groups):
        placed.append((place, rows[0]))
        placed.extend((place + rng.randint(1, 300) + 0.5, row) for row in rows[1:])
    placed.sort(key=lambda pair: pair[0])
    return [row for _, row in placed]
