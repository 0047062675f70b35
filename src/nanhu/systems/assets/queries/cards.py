"""Cards as they are handed on: in the columns in which old ones come in (I16)."""

from collections.abc import Iterator

from nanhu.kernel.money import plain_yuan
from nanhu.platforms.people import api as people
from nanhu.systems.assets.models import Asset
from nanhu.systems.assets.models.things import GONE
from nanhu.systems.assets.sheets import CARDS, YES_OR_NO


def card_lines() -> Iterator[list[object]]:
    """The heads, then all that is here, with what it lost so far."""
    yield [column.head for column in CARDS.columns]
    numbers = people.numbers_by_person()
    words = {value: word for word, value in YES_OR_NO.items()}
    found = Asset.objects.exclude(state__in=GONE).select_related("classification", "unit", "room", "booked")
    for one in found.order_by("number").iterator(chunk_size=2_000):
        booked = getattr(one, "booked", None)
        said = {
            "former_number": one.number,
            "name": one.name,
            "classification": one.classification.code,
            "model": one.model,
            "maker": one.maker,
            "serial": one.serial,
            "quantity": one.quantity,
            "value": plain_yuan(one.value_fen),
            "carried": plain_yuan(one.carried_fen + (booked.fen if booked else 0)),
            "acquired_on": one.acquired_on,
            "put_into_use_on": one.put_into_use_on,
            "unit": one.unit.code,
            "keeper": numbers.get(one.keeper_id or 0, ""),
            "room": one.room.key if one.room else "",
            "is_low_value": words[one.is_low_value],
        }
        yield [said[column.key] for column in CARDS.columns]
