"""The door of a terminal: at a place from its registration on, without a list once it is taken away."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.platforms.access.models import Door, DoorList, DoorListRow
from nanhu.platforms.access.services.uploading import DOUBTED
from nanhu.platforms.campus.api import Place, PlaceClosedError, PlaceField, is_open
from nanhu.platforms.terminals.api import PARTS, Device, Part, PlaceMissingError, Seen, Terminal, Unsent


class DoorPlaceField(PlaceField):
    """The value is the key of the place."""

    def clean(self, value: Any) -> Any:
        place = super().clean(value)
        return place.key if place else ""


class DoorPart(Part):
    """`door_place` is the key of the place."""

    name = "door"
    fields = {
        "door_place": DoorPlaceField(
            label=_("门禁地点"), open_only=True, required=False, help_text=_("只有门要写；打几个字就能选")
        )
    }

    incident_words = {DOUBTED: _("补传的通行早于门的上次联系")}

    def install(self, terminal: Terminal, details: Mapping[str, Any]) -> Mapping[str, str]:
        if terminal.kind != Terminal.Kind.DOOR:
            return {}
        place = Place.objects.filter(key=details.get("door_place", "")).first()
        if place is None:
            raise PlaceMissingError
        if not is_open(place):
            raise PlaceClosedError(place=place.name)
        Door.objects.create(terminal=terminal, place=place, list_salt=secrets.token_hex(16))
        return {}

    def unsent(self, terminal: Terminal) -> Unsent:
        """Passages it decided without network."""
        door = Door.objects.filter(pk=terminal.pk).first()
        return Unsent(door.said_stored if door else 0)

    def look(self, devices: Sequence[Device]) -> Mapping[int, Seen]:
        """Where each door is: who may pass follows from it, so whoever switches one on has to see it."""
        doors = Door.objects.filter(pk__in=[one.terminal.pk for one in devices]).select_related("place")
        return {door.pk: Seen(owner=str(door.place)) for door in doors}

    def remove(self, terminal: Terminal, lost: Unsent) -> None:  # noqa: ARG002  what is lost stays with the terminal
        DoorListRow.objects.filter(door_id=terminal.pk).delete()
        DoorList.objects.filter(door_id=terminal.pk).update(
            profiles={}, profiles_tag="", ends_at=now(), version=F("version") + 1
        )


PARTS.append(DoorPart())
