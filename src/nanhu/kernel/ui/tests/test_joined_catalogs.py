"""Catalogs of many rooms are one, and say what they said apart."""

from gettext import NullTranslations
from typing import Any

import pytest
from django.utils.translation import ngettext, override, trans_real

from nanhu.kernel.ui.joined_catalogs import JoinedCatalog


def said(words: dict[Any, str], plural: Any) -> Any:
    """What a room's file gives."""
    found: Any = NullTranslations()
    found._catalog, found.plural = words, plural
    return found


def one_or_more(number: int) -> int:
    return int(number != 1)


def french(number: int) -> int:
    return int(number > 1)


def joined(*rooms: Any) -> JoinedCatalog:
    first, *others = rooms
    catalog = JoinedCatalog(first)
    for room in others:
        catalog.update(room)
    return catalog


def test_rooms_that_count_alike_share_a_catalog_and_the_later_one_has_the_word() -> None:
    card = said({"卡": "card", "门": "door"}, one_or_more)
    access = said({"门": "gate"}, lambda number: int(number != 1))
    catalog = joined(card, access)
    assert len(catalog._catalogs) == 1
    assert (catalog.get("卡"), catalog.get("门"), catalog.get("窗")) == ("card", "gate", None)
    assert card._catalog["门"] == "door", "a room's own words stay as they are"


def test_a_room_that_counts_otherwise_keeps_its_own_numbers() -> None:
    catalog = joined(
        said({("天", 0): "day", ("天", 1): "days"}, one_or_more), said({("月", 0): "mois", ("月", 1): "moiss"}, french)
    )
    assert len(catalog._catalogs) == 2
    assert [catalog.plural("天", number) for number in (0, 1, 2)] == ["days", "day", "days"]
    assert [catalog.plural("月", number) for number in (0, 1, 2)] == ["mois", "mois", "moiss"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_each_language_of_the_house_is_one_catalog(language: str) -> None:
    assert len(trans_real.translation(language)._catalog._catalogs) == 1  # type: ignore[attr-defined]


def test_django_s_own_plurals_are_among_them() -> None:
    with override("en"):
        assert [ngettext("%(num)d day", "%(num)d days", number) for number in (1, 2)] == ["%(num)d day", "%(num)d days"]
    with override("zh-hans"):
        assert ngettext("%(num)d day", "%(num)d days", 2) == "%(num)d 日"
