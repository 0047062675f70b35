"""What only the sample campus needs of this room: its kiosks as they stand on the first day."""

from nanhu.platforms.terminals.services.kiosks import KioskOrder, set_up_kiosks

__all__ = ["KioskOrder", "set_up_kiosks"]
