"""The kiosk of a terminal: on the map from its registration on, without alarms once it is taken away."""

from collections.abc import Mapping
from typing import Any

from nanhu.platforms.terminals.errors import PlaceMissingError
from nanhu.platforms.terminals.models import KIOSKS, Kiosk, Terminal
from nanhu.platforms.terminals.parts import PARTS, Unsent
from nanhu.platforms.terminals.services.kiosks import raise_and_clear


class KioskPart:
    def install(self, terminal: Terminal, details: Mapping[str, Any]) -> Mapping[str, str]:
        """`yard` and, per mille of the map, `map_x` and `map_y`."""
        if terminal.kind not in KIOSKS:
            return {}
        yard = str(details.get("yard", ""))
        if not yard.strip():
            raise PlaceMissingError
        Kiosk.objects.create(terminal=terminal, yard=yard, map_x=details.get("map_x", 0), map_y=details.get("map_y", 0))
        return {}

    def unsent(self, terminal: Terminal) -> Unsent:  # noqa: ARG002  what it keeps it says with the list it holds (card.fleet)
        return Unsent()

    def check_removal(self, terminal: Terminal) -> None:
        """A kiosk goes whenever it goes."""

    def remove(self, terminal: Terminal, lost: Unsent) -> None:  # noqa: ARG002  what is lost stays with the terminal
        kiosk = Kiosk.objects.filter(pk=terminal.pk).first()
        if kiosk is not None:
            raise_and_clear(kiosk, ())


PARTS.append(KioskPart())
