"""The API of venues: what the sample campus needs."""

from nanhu.services.venues.models import Booking, Venue, VenuePost
from nanhu.services.venues.queries import free_hours, moment_at, refused_of
from nanhu.services.venues.sample import enter_past
from nanhu.services.venues.services import booking, displacing, keeping, keys, waiting
from nanhu.services.venues.services.booking import Order

__all__ = [
    "Booking",
    "Order",
    "Venue",
    "VenuePost",
    "booking",
    "displacing",
    "enter_past",
    "free_hours",
    "keeping",
    "keys",
    "moment_at",
    "refused_of",
    "waiting",
]
