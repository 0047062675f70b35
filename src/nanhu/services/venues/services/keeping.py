"""What is known of a venue: registered, changed, its hours and posts, pictures, withdrawn."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import translation

from nanhu.kernel import audit, folding
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.kernel.files import services as files
from nanhu.kernel.money import short_yuan
from nanhu.kernel.revisions import refuse_changed
from nanhu.platforms.campus import api as campus
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.services.venues import rules
from nanhu.services.venues.errors import (
    DrawGoesOnError,
    FeeItemClosedError,
    FeeTooHighError,
    MoreThanSeatsError,
    NoRoomError,
    NotYourRoomError,
    PrivateRoomError,
    RoomIsVenueError,
    SeasonsOverlapError,
)
from nanhu.services.venues.models import Opening, Picture, Venue, VenuePost, new_sign_key
from nanhu.services.venues.pictures import PICTURES
from nanhu.services.venues.services.holding import locked_venue

type Span = tuple[int, int]
CHANGED: Final = (
    "name",
    "name_en",
    "uses",
    "about",
    "about_en",
    "rules",
    "rules_en",
    "unit",
    "capacity",
    "equipment",
    "set_up",
    "clear_up",
    "turnover",
    "notice_days",
    "ahead_days",
    "longest_minutes",
    "faces",
    "only_unit",
    "fee_fen",
    "fee_item",
    "key_desk",
    "key_desk_en",
)
PRIVATE: Final = (campus.Room.Kind.OFFICE, campus.Room.Kind.BEDROOM)


def note(by: Actor, venue: Venue, action: str, reason: str = "", **facts: Any) -> None:
    target = f"venue:{venue.public_id}"
    audit.record(by=by, action=action, target=target, reason=reason, facts={"venue": venue.name, **facts})


@transaction.atomic
def register(
    *, by: Actor, place: campus.Place, facts: Mapping[str, Any], owners: Collection[int] | None = None
) -> Venue:
    """`owners`: units whose rooms may be named; None: all. An office or a bedroom is nobody's to lend: each approval opens its door."""
    room = campus.Room.objects.filter(pk=place.pk).first()
    if room is None:
        raise NoRoomError
    if room.kind in PRIVATE:
        raise PrivateRoomError
    if owners is not None and room.owner_id not in owners:
        raise NotYourRoomError
    venue = Venue(room_id=place.pk, **facts)
    write(venue)
    note(by, venue, "venues.register")
    return venue


@transaction.atomic
def change(*, by: Actor, venue: Venue, facts: Mapping[str, Any], revision: str) -> Venue:
    """What is booked stays as it is held."""
    found = locked_venue(venue.pk)
    refuse_changed(found, revision, CHANGED)
    changed = sum(getattr(found, name) != value for name, value in facts.items())
    for name, value in facts.items():
        setattr(found, name, value)
    write(found)
    note(by, found, "venues.change", changed=changed)
    return found


def write(venue: Venue) -> None:
    place = venue.room.place
    if 0 < venue.room.seats < venue.capacity:
        raise MoreThanSeatsError(seats=venue.room.seats)
    refuse_fee(venue)
    with translation.override("en"):
        in_english = place.full_name
    words = f"{venue.name_en} {venue.use_names} {place.name} {in_english} {place.key} {' '.join(venue.equipment)}"
    venue.searched = folding.searched(venue.name, words)
    with refused_as(RoomIsVenueError, by="room_id"):
        venue.save()


def refuse_fee(venue: Venue) -> None:
    """A fee that could never be billed."""
    if not venue.fee_fen:
        return
    ceilings = ledger.fee_ceilings([venue.fee_item])
    if venue.fee_item not in ceilings:
        raise FeeItemClosedError
    most = ceilings[venue.fee_item]
    if most is not None and rules.fee_for(venue.fee_fen, timedelta(minutes=venue.longest_minutes)) > most:
        raise FeeTooHighError(yuan=short_yuan(most))


@transaction.atomic
def set_season(
    *, by: Actor, venue: Venue, season: str, first: date, last: date | None, week: Sequence[Sequence[Span]]
) -> None:
    """The hours of seven weekdays from a day to a day, in the place of what this season said before."""
    found = locked_venue(venue.pk)
    during = (first, last + timedelta(days=1) if last else None)
    others = found.openings.exclude(season=season).filter(during__overlap=during)
    if (met := others.first()) is not None:
        raise SeasonsOverlapError(season=met.season)
    found.openings.filter(season=season).delete()
    Opening.objects.bulk_create(
        Opening(venue=found, season=season, during=during, weekday=weekday, opens=opens, closes=closes)
        for weekday, spans in enumerate(week, start=1)
        for opens, closes in spans
    )
    note(by, found, "venues.set_season", opening=season)


@transaction.atomic
def drop_season(*, by: Actor, venue: Venue, season: str) -> None:
    found = locked_venue(venue.pk)
    found.openings.filter(season=season).delete()
    note(by, found, "venues.drop_season", opening=season)


@transaction.atomic
def add_post(*, by: Actor, venue: Venue, duty: str, unit_id: int, office: str) -> None:
    VenuePost.objects.get_or_create(venue=venue, duty=duty, unit_id=unit_id, office=office)
    note(by, venue, "venues.add_post", duty=duty, office=people.office_names().get(office, office))


@transaction.atomic
def drop_post(*, by: Actor, post: VenuePost) -> None:
    post.delete()
    note(by, post.venue, "venues.drop_post", duty=post.duty, office=people.office_names().get(post.office, post.office))


@transaction.atomic
def add_picture(*, by: Actor, venue: Venue, content: bytes, name: str, words: str = "") -> None:
    target = f"venue:{venue.public_id}"
    file = files.keep(by=by, purpose=PICTURES, content=content, name=name, target=target)
    Picture.objects.create(venue=venue, file=file, words=words)
    note(by, venue, "venues.add_picture")


@transaction.atomic
def drop_picture(*, by: Actor, picture: Picture) -> None:
    """The file itself goes when its days are over."""
    picture.delete()
    note(by, picture.venue, "venues.drop_picture")


@transaction.atomic
def withdraw(*, by: Actor, venue: Venue, reason: str) -> None:
    """Nobody books it any more; what was granted stays. Not while its hours are drawn: whoever drew one could not book it."""
    found = locked_venue(venue.pk)
    if found.draws.filter(settled_at=None).exists():
        raise DrawGoesOnError
    found.withdrawn_at = found.withdrawn_at or now()
    found.save(update_fields=["withdrawn_at"])
    note(by, found, "venues.withdraw", reason)


@transaction.atomic
def restore(*, by: Actor, venue: Venue) -> None:
    found = locked_venue(venue.pk)
    found.withdrawn_at = None
    found.save(update_fields=["withdrawn_at"])
    note(by, found, "venues.restore")


@transaction.atomic
def renew_sign(*, by: Actor, venue: Venue) -> None:
    """The address of the door sign and of the calendar ends, and another begins."""
    found = locked_venue(venue.pk)
    found.sign_key = new_sign_key()
    found.save(update_fields=["sign_key"])
    note(by, found, "venues.renew_sign")
