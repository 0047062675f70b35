"""The door of campus."""

from nanhu.platforms.campus.errors import PlaceClosedError, PlaceNotFoundError
from nanhu.platforms.campus.models import Place
from nanhu.platforms.campus.queries import PlaceLine, is_open, open_places, place_lines, place_with
from nanhu.platforms.campus.services import PlaceOrder, close_place, reopen_place, set_up_places

__all__ = [
    "Place",
    "PlaceClosedError",
    "PlaceLine",
    "PlaceNotFoundError",
    "PlaceOrder",
    "close_place",
    "is_open",
    "open_places",
    "place_lines",
    "place_with",
    "reopen_place",
    "set_up_places",
]
