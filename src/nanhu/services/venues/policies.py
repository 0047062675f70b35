"""Who may ask for which venue, and who keeps it: the office all of them, a keeper those of his unit and below."""

from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Expression, F, Q, QuerySet, TextField, UUIDField, Value
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.database.prepared import AnyOf, Given, Prepared
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.registry import Role, Viewer
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.services.venues.models import Booking, Venue
from nanhu.services.venues.presets import USES, Use
from nanhu.services.venues.queries import bookings, venues

OFFICE: Final = "venues.office"
KEEPER: Final = "venues.keeper"
HEAD: Final = "head"
ROLES: Final = (
    Role(key=OFFICE, name=_("场地管理"), description=_("登记全校场地，因教学、考试、应急征用")),
    Role(key=KEEPER, name=_("场地保管"), description=_("登记本单位的场地和开放时间，收发钥匙")),
)


def may_ask(viewer: Viewer, rows: QuerySet[Venue] | None = None) -> QuerySet[Venue]:
    """Venues that this reader may book now."""
    found = Venue.objects.all() if rows is None else rows
    units = Value(sorted(people.own_unit_ids(viewer)), ArrayField(BigIntegerField()))
    return bookable(found, units, sorted(viewer.faces), uses_of(viewer))


def venue_of(viewer: Viewer, public_id: UUID) -> Venue:
    """The one that this reader may book, found by a query that is made once."""
    units = list(people.own_unit_ids(viewer))
    found = ASKED.first(venue=public_id, units=units, faces=sorted(viewer.faces), uses=uses_of(viewer))
    if found is None:
        raise NotFoundError(what=Venue.what)
    return found


def uses_of(viewer: Viewer) -> list[str]:
    return [one.key for one in USES.values() if one.faces & viewer.faces]


def bookable(rows: QuerySet[Venue], units: Expression, faces: Any, uses: Any) -> QuerySet[Venue]:
    own = Q(only_unit=None) | Q(AnyOf(F("only_unit_id"), units))
    return rows.filter(own, withdrawn_at=None, faces__overlap=faces, uses__overlap=uses)


TEXTS: Final = ArrayField(TextField())
ASKED: Final = Prepared(
    lambda: bookable(
        venues().filter(public_id=Given("venue", UUIDField())),
        Given("units"),
        Given("faces", TEXTS),
        Given("uses", TEXTS),
    )
)


def uses_for(viewer: Viewer, venue: Venue) -> list[Use]:
    return [USES[one] for one in venue.uses if one in USES and USES[one].faces & viewer.faces]


def kept_by(viewer: Viewer, rows: QuerySet[Any], path: str = "") -> QuerySet[Any]:
    """`path`: how the rows lead to a venue, "venue__"."""
    if OFFICE in viewer.roles:
        return rows
    if KEEPER not in viewer.roles or viewer.person_id is None:
        return rows.none()
    return rows.filter(**{f"{path}unit__in": units_kept_by(viewer)})


def units_kept_by(viewer: Viewer) -> frozenset[int]:
    return units_of_keeper(viewer.person_id)


def units_of_keeper(person_id: int | None) -> frozenset[int]:
    return units_of(people.person_card(person_id) if person_id else None)


def units_of(card: people.PersonCard | None) -> frozenset[int]:
    codes = [one.unit_code for one in card.affiliations if one.is_live and one.kind == "staff"] if card else []
    return people.unit_ids_below(codes) if codes else frozenset()


type Keepers = tuple[set[int], dict[int, frozenset[int]]]
"""Persons: the office, and whoever keeps venues, with his units."""


def all_keepers() -> Keepers:
    office, keepers = (
        {one.person_id for one in identity.holders_of(role) if one.person_id} for role in (OFFICE, KEEPER)
    )
    return office, {person: units_of(card) for person, card in people.person_cards(keepers).items()}


def keepers_of(venue: Venue, known: Keepers | None = None) -> set[int]:
    """Persons: the office, and whoever keeps venues of this one's unit."""
    office, units = known or all_keepers()
    return office | {one for one, kept in units.items() if venue.unit_id in kept}


def answerers_of(booking: Booking, known: Keepers | None = None) -> tuple[set[int], bool]:
    """Persons who answer an objection: who keeps the venue and neither applied nor marked it; where that is nobody, who heads its unit or
    the nearest above (True)."""
    marker = booking.marked_by.person_id if booking.marked_by else None
    concerned = {one for one in (booking.application.person_id, marker) if one is not None}
    if others := keepers_of(booking.venue, known) - concerned:
        return others, False
    found = people.find_post(booking.venue.unit_id, HEAD, climbs=True, without=sorted(concerned))
    return set(found.person_ids if found else ()), True


def answered_above(viewer: Viewer) -> list[Booking]:
    """Of the venues in the units that this reader heads, the objections that no keeper may answer."""
    if viewer.person_id is None:
        return []
    codes = [one.unit_code for one in people.own_posts(viewer) if one.office == HEAD]
    if not codes:
        return []
    led = people.unit_ids_below(codes)
    rows = bookings().filter(Booking.counting(), objected_at__isnull=False, objection_answer="", venue__unit__in=led)
    waiting = list(rows.select_related("marked_by"))
    known = all_keepers() if waiting else None
    found = ((one, answerers_of(one, known)) for one in waiting)
    return [one for one, (persons, is_above) in found if is_above and viewer.person_id in persons]


def units_named_by(viewer: Viewer) -> frozenset[int] | None:
    """Units for which somebody registers venues; None: all."""
    return None if OFFICE in viewer.roles else units_kept_by(viewer)
