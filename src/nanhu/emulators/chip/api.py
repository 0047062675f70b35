"""What other emulators use of the chip: cards and PSAMs by their folder, and what a terminal does with them."""

from nanhu.emulators.chip import terminal
from nanhu.emulators.chip.card import SoftwareCard
from nanhu.emulators.chip.pocket import CardElsewhereError, Delivery, MadeCard, MadePsam, Pocket
from nanhu.emulators.chip.psam import Psam
from nanhu.emulators.chip.storage import PowerCutError
from nanhu.emulators.chip.terminal import Grey, StatusRefusedError

__all__ = [
    "CardElsewhereError",
    "Delivery",
    "Grey",
    "MadeCard",
    "MadePsam",
    "Pocket",
    "PowerCutError",
    "Psam",
    "SoftwareCard",
    "StatusRefusedError",
    "terminal",
]
