"""The API of the emulators: what the sample campus must know to connect them."""

from nanhu.emulators.systems.catalogue import SYSTEMS, System

__all__ = ["SYSTEMS", "System"]
