"""The kiosk of a terminal: on the map from its registration on, without alarms once it is taken away."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.terminals.errors import PlaceMissingError
from nanhu.platforms.terminals.models import KIOSKS, Kiosk, Terminal
from nanhu.platforms.terminals.parts import PARTS, Part, Unsent
from nanhu.platforms.terminals.services.kiosks import raise_and_clear

MOST = 1000


class KioskPart(Part):
    """`map_x` and `map_y` are per mille of the map."""

    name = "kiosk"
    fields = {
        "yard": forms.CharField(label=_("院区"), max_length=20, required=False, help_text=_("自助终端填，例如：南院")),
        "map_x": forms.IntegerField(label=_("地图横坐标"), min_value=0, max_value=MOST, required=False),
        "map_y": forms.IntegerField(label=_("地图纵坐标"), min_value=0, max_value=MOST, required=False),
    }

    def install(self, terminal: Terminal, details: Mapping[str, Any]) -> Mapping[str, str]:
        if terminal.kind not in KIOSKS:
            return {}
        yard = str(details.get("yard", ""))
        if not yard.strip():
            raise PlaceMissingError
        x, y = details.get("map_x") or 0, details.get("map_y") or 0
        Kiosk.objects.create(terminal=terminal, yard=yard, map_x=x, map_y=y)
        return {}

    def remove(self, terminal: Terminal, lost: Unsent) -> None:  # noqa: ARG002  what is lost stays with the terminal
        kiosk = Kiosk.objects.filter(pk=terminal.pk).first()
        if kiosk is not None:
            raise_and_clear(kiosk, ())


PARTS.append(KioskPart())
