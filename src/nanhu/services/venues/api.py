"""The API of venues: what the sample campus needs."""

from nanhu.services.venues.models import Booking, Venue, VenuePost
from nanhu.services.venues.services import booking, displacing, keeping, keys, waiting
from nanhu.services.venues.services.booking import Order

__all__ = ["Booking", "Order", "Venue", "VenuePost", "booking", "displacing", "keeping", "keys", "waiting"]
