"""Errors that clerks and programs put into text: each kind of dirt with its rate, counted as it happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from nanhu.sample.names import tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from random import Random

FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
EXCEL_EPOCH_ORDINAL = 693594  # 1899-12-30: day 0 of a spreadsheet's serial numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The probability of each kind per row (or per cell where it says so)."""

    # cosmetic: a cleaner undoes them
    full_width: float = 0.02  # per cell: digits and letters
    spaces_around: float = 0.02  # per cell: blanks, tabs, full-width blanks
    spaces_inside: float = 0.012  # per cell: in numbers and names
    text_mark: float = 0.01  # per cell: the apostrophe or tab that forces text in a spreadsheet
    lower_case_x: float = 0.25  # of ID numbers that end in X
    fifteen_digits: float = 0.05  # of people born before 1985, among staff and temporary people
    lost_zeros: float = 0.30  # of staff numbers: stored as numbers
    serial_date: float = 0.15  # per date
    odd_date: float = 0.45  # per date: 2019.9.1, 2019年9月, 20190901
    name_suffix: float = 0.004  # 张伟(大)
    dot_glyph: float = 0.5  # of names with a middle dot
    coded_sex: float = 0.06  # M, 1, 男性
    unknown_sex: float = 0.004  # 不详, empty
    coded_ethnic: float = 0.18  # 汉, 01, HA, 土家
    unknown_ethnic: float = 0.008
    coded_category: float = 0.15  # 在编, 本科生
    untidy_phone: float = 0.06  # +86, dashes, two numbers
    bad_phone: float = 0.006  # a digit lost
    contradicting_columns: float = 0.003  # sex or birth date against the ID number
    unit_by_name: float = 0.05  # the code is missing, or only the short name is given
    # rows
    duplicate_phone: float = 0.010  # the row again, with another phone
    duplicate_name: float = 0.006  # the row again, with a variant of the name
    duplicate_same: float = 0.003
    changed_document: float = 0.0015
    changed_name: float = 0.0015
    second_office_missing: float = 0.03
    second_office_phone: float = 0.05
    second_office_name: float = 0.008
    second_office_class: float = 0.015
    repeated_header: float = 0.0006
    # rows that must be rejected
    campus_no_missing: float = 0.001
    campus_no_malformed: float = 0.001
    name_missing: float = 0.001
    name_invalid: float = 0.001
    document_missing: float = 0.0015
    document_precision: float = 0.001
    document_malformed: float = 0.001
    document_date: float = 0.0008
    document_checksum: float = 0.003
    category_unknown: float = 0.001
    unit_unknown: float = 0.001
    date_invalid: float = 0.001
    dates_reversed: float = 0.0007
    campus_no_taken: float = 0.0005
    person_unknown: float = 0.001
    name_mismatch: float = 0.0007


CLEAN = Rates(**{rate.name: 0.0 for rate in fields(Rates)})


@dataclass(slots=True)
class Dirt:
    """The dice of one office. `count` says how often each kind happened."""

    rng: Random
    rates: Rates
    count: Counter[str] = field(default_factory=Counter)

    def happens(self, kind: str) -> bool:
        rate: float = getattr(self.rates, kind)
        if rate and self.rng.random() < rate:
            self.count[kind] += 1
            return True
        return False

    def first_of(self, kinds: Sequence[str]) -> str:
        """One kind or none: the faults exclude each other."""
        return next((kind for kind in kinds if self.happens(kind)), "")

    # --- cells ---

    def text(self, value: str) -> str:
        """Full-width signs and blanks; nothing that changes what the cell says."""
        if not value:
            return value
        if self.happens("full_width"):
            value = value.translate(FULL_WIDTH)
        if self.happens("spaces_around"):
            value = self.rng.choice((" {}", "{} ", "\t{}", "{}\t", "\u3000{}", "{}\u3000", " {}  ", "\u00a0{}")).format(
                value
            )
        return value

    def number(self, value: str) -> str:
        """A number written as text: blanks inside and the mark that forces text too."""
        if len(value) > 4 and self.happens("spaces_inside"):
            place = self.rng.randrange(2, len(value) - 1)
            value = value[:place] + self.rng.choice((" ", "  ", "\u3000")) + value[place:]
        value = self.text(value)
        return self.rng.choice(("'{}", "\t{}", "‘{}")).format(value) if value and self.happens("text_mark") else value

    def document(self, number: str, *, birth_date: date, old_forms: bool) -> str:
        if len(number) == 18 and number[-1] == "X" and self.happens("lower_case_x"):
            number = number[:-1] + "x"
        is_old = old_forms and len(number) == 18 and number[0] in "12345" and birth_date.year < 1985
        if is_old and self.happens("fifteen_digits"):
            number = number[:6] + number[8:17]
        return self.number(number)

    def name(self, name: str) -> str:
        if "·" in name and self.happens("dot_glyph"):
            name = name.replace("·", self.rng.choice("．.•‧・"))
        if name.isascii():
            return self.text(name) if not self.happens("spaces_inside") else name.replace(" ", "  ")
        if self.happens("name_suffix"):
            name += self.rng.choice(("(大)", "（小）", "（女）", "(2)", "2", "（男）"))
        elif len(name) == 2 and self.happens("spaces_inside"):
            name = self.rng.choice(("{} {}", "{}\u3000{}", "{}  {}")).format(*name)
        return self.text(name)

    def phone(self, phone: str) -> str:
        if not self.happens("untidy_phone"):
            return self.number(phone)
        area, middle, tail = phone[:3], phone[3:7], phone[7:]
        forms = (
            f"+86{phone}",
            f"+86 {area} {middle} {tail}",
            f"{area}-{middle}-{tail}",
            f"0086{phone}",
            f"{area} {middle} {tail}",
            f"{phone}/0730-864{self.rng.randrange(10000):04d}",
        )
        return self.rng.choice(forms)

    def date_text(self, day: date) -> str:
        """A date as text, in one of the styles of the offices."""
        if self.happens("serial_date"):
            return str(serial(day))
        return self.date_in_words(day)

    def date_in_words(self, day: date) -> str:
        if not self.happens("odd_date"):
            return day.isoformat()
        styles = ["{0}.{1}.{2}", "{0}/{1}/{2}", "{0}{1:02d}{2:02d}", "{0}年{1}月{2}日", "{0}.{1:02d}.{2:02d}"]
        if day.day == 1:
            styles += ["{0}年{1}月", "{0}.{1}", "{0}-{1:02d}", "{0}{1:02d}"]
        return self.text(self.rng.choice(styles).format(day.year, day.month, day.day))


def serial(day: date) -> int:
    """A day as a spreadsheet counts: 1 is the first of January 1900, with the leap day that never was."""
    return day.toordinal() - EXCEL_EPOCH_ORDINAL


def variant_name(rng: Random, name: str) -> str:
    """Another way to write the same name (equal when folded), or the name itself when it has none."""
    if "·" in name:
        return name.replace("·", "")
    places = [place for place, sign in enumerate(name) if sign in tables.variants()]
    if not places:
        return name
    chosen = places if rng.random() < 0.4 else [rng.choice(places)]
    signs = [rng.choice(tables.variants()[sign]) if place in chosen else sign for place, sign in enumerate(name)]
    return "".join(signs)


def homophone_name(rng: Random, name: str) -> str:
    """A given name misheard: one character replaced by one that sounds the same; or the name itself."""
    places = [place for place, sign in enumerate(name) if place and sign in tables.homophones()]
    if not places or "·" in name:
        return name
    place = rng.choice(places)
    return name[:place] + rng.choice(tables.homophones()[name[place]]) + name[place + 1 :]
