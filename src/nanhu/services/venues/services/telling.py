"""What people are told of their bookings, by mail with the way to the page."""

from collections.abc import Iterable

from django.urls import reverse

from nanhu.kernel.registry import Text
from nanhu.platforms.flows import api as flows
from nanhu.services.venues import queries
from nanhu.services.venues.models import Application, Booking, Waiting


def concerned(application: Application) -> set[int]:
    """Whoever applied, answers for it or works at it."""
    found = (application.person_id, application.sponsor_id, application.technician_id)
    return {one for one in found if one is not None}


def tell(booking: Booking, words: Text) -> None:
    address = reverse("venues:book:booking", kwargs={"public_id": booking.public_id})
    flows.tell_persons(concerned(booking.application), address, f"{words}：{booking}")


def tell_holders(booking: Booking, duty: str, words: Text) -> None:
    """Whoever has this say in its venue."""
    address = reverse("venues:book:venue", kwargs={"public_id": booking.venue.public_id})
    flows.tell_persons(set(queries.holders_of(booking.venue, duty)), address, f"{words}：{booking}")


def tell_waiting(waiting: Iterable[Waiting], words: Text) -> None:
    for one in waiting:
        address = reverse("venues:book:mine")
        flows.tell_persons({one.person_id}, address, f"{words}：{one.venue.name} {one.when}")
