"""A series of numbers: its pattern, its years and scopes, its check digit. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

from django.core.exceptions import ImproperlyConfigured

from nanhu.kernel.registry import Register

DIGITS = re.compile(r"0[1-9]\d?")
BETWEEN = re.compile(r"\D|\D.*\D")
PLACES = frozenset({"n", "year", "scope", "check"})
YEARS = range(1000, 10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """`key` is "room.noun". `pattern` holds {n} ({n:06} for six digits), and {year}, {scope}, {check} where they are wanted; between
    two of them stands what is no digit. A gapless series with {year} counts anew each year, with {scope} (a unit, a kind of
    document) for each scope; a sparse one never counts anew."""

    key: str
    pattern: str
    gapless: bool

    def __post_init__(self) -> None:
        for fault in pattern_faults(self.pattern):
            raise ImproperlyConfigured(f"{self.key}: {fault}")
        registered_series.add(self)

    def has(self, name: str) -> bool:
        return name in placeholders(self.pattern)

    def counted_in(self, *, year: int, scope: str) -> str:
        """Within what it counts: "2026|人事处"."""
        if year not in YEARS:
            raise ValueError(f"{self.key}: {year} is no year")
        if bool(scope) is not self.has("scope"):
            raise ValueError(f"{self.key}: a scope is given where the pattern says {{scope}}, and only there")
        return "|".join([str(year)] * self.has("year") + [scope] * bool(scope))

    def number(self, place: int, *, year: int, scope: str) -> str:
        facts = {"n": place, "year": year, "scope": scope}
        if not self.has("check"):
            return self.pattern.format(**facts)
        return self.pattern.format(**facts, check=check_digit(digits_of(self.pattern.format(**facts, check=""))))


registered_series: Register[Series] = Register()


def placeholders(pattern: str) -> list[str]:
    return [name for _text, name, _form, _conversion in Formatter().parse(pattern) if name is not None]


def pattern_faults(pattern: str) -> Iterator[str]:
    """What would let two documents have one number, or a number be read in two ways."""
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError as problem:
        yield str(problem)
        return
    names = placeholders(pattern)
    if "n" not in names or not PLACES.issuperset(names) or len(set(names)) < len(names):
        yield "a pattern says {n} once, and may say {year}, {scope}, {check}"
    if any(
        conversion or (form and not (name == "n" and DIGITS.fullmatch(form))) for _text, name, form, conversion in parts
    ):
        yield "{n:06} is the only form that a placeholder may have"
    if any(name not in {None, "check"} and not BETWEEN.fullmatch(text) for text, name, _form, _conversion in parts[1:]):
        yield "between two placeholders stands what is no digit"
    if "check" in names and (names[-1] != "check" or (parts[-1][1] is None and re.search(r"\d", parts[-1][0]))):
        yield "the check digit stands after all other digits"


def digits_of(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def check_digit(digits: str) -> int:
    """GB/T 17710 (ISO/IEC 7064), MOD 11-10: finds every wrong digit, and nearly all that were swapped."""
    rest = 10
    for digit in digits:
        rest = ((rest + int(digit)) % 10 or 10) * 2 % 11
    return (11 - rest) % 10


def check_holds(number: str) -> bool:
    """Of a number whose series has a check digit: was it typed as it was printed?"""
    digits = digits_of(number)
    return len(digits) > 1 and check_digit(digits[:-1]) == int(digits[-1])
