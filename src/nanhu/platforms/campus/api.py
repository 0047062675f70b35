"""The door of campus: the school's calendar, places and rooms, who stands in them."""

from nanhu.platforms.campus.errors import (
    LessonsUndecidedError,
    PlaceClosedError,
    PlaceHeldError,
    RoomTakenError,
)
from nanhu.platforms.campus.events import DayDecided, PeriodsChanged, TermChanged
from nanhu.platforms.campus.fields import PlaceField, as_typed
from nanhu.platforms.campus.filters import FreeAt, PlaceSearch
from nanhu.platforms.campus.models import Occupancy, Place, Room, Term
from nanhu.platforms.campus.models.occupancy import span_words
from nanhu.platforms.campus.queries.occupancy import free_rooms, room_ids, standing_in, stays
from nanhu.platforms.campus.queries.places import (
    PlaceLine,
    is_open,
    names_within,
    open_places,
    place_lines,
    place_with,
    places_with,
)
from nanhu.platforms.campus.queries.terms import (
    LessonDay,
    Period,
    day_of,
    lesson_day,
    open_term,
    period_span,
    periods_on,
    term_days,
    term_on,
    term_with,
    week_of,
)
from nanhu.platforms.campus.rules import TermDay
from nanhu.platforms.campus.services.occupancy import Hold, Swap, hold_rooms, release_rooms, rename_rooms, replace_rooms
from nanhu.platforms.campus.services.places import PlaceOrder, close_place, reopen_place, set_up_places
from nanhu.platforms.campus.services.terms import TermOrder

__all__ = [
    "DayDecided",
    "FreeAt",
    "Hold",
    "LessonDay",
    "LessonsUndecidedError",
    "Occupancy",
    "Period",
    "PeriodsChanged",
    "Place",
    "PlaceClosedError",
    "PlaceField",
    "PlaceHeldError",
    "PlaceLine",
    "PlaceOrder",
    "PlaceSearch",
    "Room",
    "RoomTakenError",
    "Swap",
    "Term",
    "TermChanged",
    "TermDay",
    "TermOrder",
    "as_typed",
    "close_place",
    "day_of",
    "free_rooms",
    "hold_rooms",
    "is_open",
    "lesson_day",
    "names_within",
    "open_places",
    "open_term",
    "period_span",
    "periods_on",
    "place_lines",
    "place_with",
    "places_with",
    "release_rooms",
    "rename_rooms",
    "reopen_place",
    "replace_rooms",
    "room_ids",
    "set_up_places",
    "span_words",
    "standing_in",
    "stays",
    "term_days",
    "term_on",
    "term_with",
    "week_of",
]
