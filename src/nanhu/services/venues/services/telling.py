"""What people are told of their bookings, with the way to the page."""

from collections.abc import Iterable

from django.utils.functional import lazy

from nanhu.kernel.registry import Text
from nanhu.platforms.messages import api as messages
from nanhu.services.venues import queries
from nanhu.services.venues.models import Application, Booking, Waiting


def concerned(application: Application) -> set[int]:
    """Whoever applied, answers for it or works at it."""
    found = (application.person_id, application.sponsor_id, application.technician_id)
    return {one for one in found if one is not None}


def named(one: Booking | Waiting) -> str:
    """As whoever reads it calls the place, and says the hours."""
    return f"{one.venue.called} {one.when}"


lazy_name = lazy(named, str)


def tell(booking: Booking, words: Text) -> None:
    facts = {"words": words, "what": lazy_name(booking), "booking": str(booking.public_id)}
    messages.tell(concerned(booking.application), "venues.booking", facts)


def tell_holders(booking: Booking, duty: str, words: Text) -> None:
    """Whoever has this say in its venue."""
    facts = {"words": words, "what": lazy_name(booking), "venue": str(booking.venue.public_id)}
    messages.tell(set(queries.holders_of(booking.venue, duty)), "venues.work", facts)


def tell_keepers(booking: Booking, keepers: Iterable[int], words: Text, *, is_above: bool) -> None:
    """With the way to the booking at the desk; who stands above a keeper has no desk."""
    facts = {"words": words, "what": lazy_name(booking), "booking": str(booking.public_id)}
    messages.tell(set(keepers), "venues.above" if is_above else "venues.kept", facts)


def tell_waiting(waiting: Iterable[Waiting], words: Text) -> None:
    for one in waiting:
        messages.tell({one.person_id}, "venues.turn", {"words": words, "what": lazy_name(one)})
