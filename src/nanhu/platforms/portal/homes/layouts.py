"""How an account arranges its home (首页布置): the order of its tiles and which are hidden, for desk and phone apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.once import lock_key
from nanhu.kernel.registry import Tile, Viewer
from nanhu.platforms.portal import rules
from nanhu.platforms.portal.integrations import values
from nanhu.platforms.portal.models import HomeLayout

type Change = Literal["up", "down", "hide", "show"]
CHANGES: Final[tuple[Change, ...]] = ("up", "down", "hide", "show")
Width = HomeLayout.Width
OF_ACCOUNT = Prepared(lambda: HomeLayout.objects.filter(account_id=Given("account")))


@dataclass(frozen=True, slots=True)
class Layout:
    """No wish at all where an account never arranged anything."""

    order: Sequence[str] = ()
    hidden: frozenset[str] = frozenset()
    can_undo: bool = False


def width_of(request: HttpRequest) -> Width:
    """Phones say so of themselves; a server sees no width."""
    return Width.NARROW if "Mobi" in request.headers.get("User-Agent", "") else Width.WIDE


def layout_of(viewer: Viewer, width: Width) -> Layout:
    row = next((one for one in OF_ACCOUNT(account=viewer.account_id) if one.width == width), None)
    return Layout(row.order, frozenset(row.hidden), row.before_order is not None) if row else Layout()


def place_of(tile: Tile, width: Width) -> tuple[int, str]:
    """In the school's order: on the phone the card comes first, at the desk what waits."""
    own = tile.order_on_phones if width == Width.NARROW else None
    return (tile.order if own is None else own, tile.key)


def tiles_for(viewer: Viewer, width: Width) -> list[Tile]:
    """All that this viewer may have at home, whether they have anything to say just now or not, in the school's order."""
    own = [tile for tile in registry.tiles if tile.is_for(viewer)]
    return sorted([*own, *values.offered_tiles(viewer)], key=lambda tile: place_of(tile, width))


def change(*, by: Actor, viewer: Viewer, width: Width, key: str, how: Change) -> None:
    """One tile a place earlier or later, hidden or shown again. Raises NotFoundError for a tile that is not the viewer's."""
    keys = [tile.key for tile in tiles_for(viewer, width)]
    if key not in keys:
        raise NotFoundError(what=_("这张卡片"))
    with transaction.atomic():
        row = held(by, width)
        hidden = [one for one in row.hidden if one != key] + ([key] if how == "hide" else [])
        whole = rules.arranged(keys, row.order)
        if how in {"up", "down"}:
            seen = [one for one in whole if one not in hidden]
            moved = iter(rules.moved(seen, key, -1 if how == "up" else 1))
            whole = [one if one in hidden else next(moved) for one in whole]
        slots, placed = [*row.order, *(one for one in keys if one not in row.order)], iter(whole)
        order = [next(placed) if one in keys else one for one in slots]  # tiles of the other face stay where they are
        write(row, order, hidden)


@transaction.atomic
def undo(*, by: Actor, width: Width) -> None:
    """One step back; a second one finds nothing to take back."""
    row = held(by, width)
    if row.before_order is not None and row.before_hidden is not None:
        row.order, row.hidden, row.before_order, row.before_hidden = row.before_order, row.before_hidden, None, None
        row.save(update_fields=["order", "hidden", "before_order", "before_hidden"])


@transaction.atomic
def reset(*, by: Actor, width: Width) -> None:
    """As the school has it."""
    write(held(by, width), [], [])


def held(by: Actor, width: Width) -> HomeLayout:
    account_id = account_of(by)
    lock_key(f"portal.home:{account_id}")
    return HomeLayout.objects.get_or_create(account_id=account_id, width=width)[0]


def write(row: HomeLayout, order: list[str], hidden: list[str]) -> None:
    if (order, hidden) == (row.order, row.hidden):
        return
    row.before_order, row.before_hidden = row.order, row.hidden
    row.order, row.hidden = order, hidden
    row.save(update_fields=["order", "hidden", "before_order", "before_hidden"])
