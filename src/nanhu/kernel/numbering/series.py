"""A series of numbers: its pattern, its years and scopes, its check digit. Pure."""

import re
from dataclasses import dataclass
from string import Formatter

from django.core.exceptions import ImproperlyConfigured

from nanhu.kernel.registry import Register

PLACES = frozenset({"n", "year", "scope", "check"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """`key` is "room.noun". `pattern` holds {n} ({n:06} for six digits), and {year}, {scope}, {check} where they are wanted: with
    {year} it counts anew each year, with {scope} (a unit, a kind of document) for each scope."""

    key: str
    pattern: str
    gapless: bool

    def __post_init__(self) -> None:
        names = [name for _text, name, _form, _conversion in Formatter().parse(self.pattern) if name is not None]
        if "n" not in names or not PLACES.issuperset(names) or len(set(names)) < len(names):
            raise ImproperlyConfigured(
                f"{self.key}: a pattern says {{n}} once, and may say {{year}}, {{scope}}, {{check}}"
            )
        if "check" in names and re.search(r"\{check\}.*\d|\{check\}.*\{", self.pattern):
            raise ImproperlyConfigured(f"{self.key}: the check digit stands after all other digits")
        registered_series.add(self)

    def has(self, name: str) -> bool:
        return re.search(rf"\{{{name}[:}}]", self.pattern) is not None

    def counted_in(self, *, year: int, scope: str) -> str:
        """Within what it counts: "2026|人事处"."""
        if bool(scope) is not self.has("scope"):
            raise ValueError(f"{self.key}: a scope is given where the pattern says {{scope}}, and only there")
        return "|".join([str(year)] * self.has("year") + [scope] * bool(scope))

    def number(self, place: int, *, year: int, scope: str) -> str:
        facts = {"n": place, "year": year, "scope": scope}
        if not self.has("check"):
            return self.pattern.format(**facts)
        return self.pattern.format(**facts, check=check_digit(digits_of(self.pattern.format(**facts, check=""))))


registered_series: Register[Series] = Register()


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
