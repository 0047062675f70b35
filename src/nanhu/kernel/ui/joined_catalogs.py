"""The translation catalogs (gettext) of all rooms joined into one for each language, so that a word is looked up once.

Django means to do so, too, but holds a plural rule against code (`TranslationCatalog.update`, up to Django 6.1), finds them different
and keeps a catalog for each room: each word of an English page is sought in sixty of them, one that has no translation twice.
"""

from gettext import NullTranslations
from typing import Any, Final

from django.utils.translation import trans_real

NUMBERS: Final = range(201)
"""For which two plural rules are held against each other: every language's repeat after a hundred."""


class JoinedCatalog(trans_real.TranslationCatalog):
    """Rooms whose language counts by the same rule share a catalog; of two that translate a word the later one has it."""

    _catalogs: list[dict[Any, str]]
    _plurals: list[Any]

    def update(self, trans: NullTranslations) -> None:
        joined, rule = self._catalogs[0], self._plurals[0]
        others: Any = trans
        if all(others.plural(number) == rule(number) for number in NUMBERS):
            joined.update(others._catalog)  # noqa: SLF001
        else:
            super().update(trans)


def join_catalogs() -> None:
    """To be called before the first word is translated."""
    trans_real.TranslationCatalog = JoinedCatalog  # type: ignore[misc]
