"""The API of the emulators: what the sample campus must know to connect them."""

from nanhu.emulators.samples.app import KEY as SAMPLE_KEY
from nanhu.emulators.samples.app import TOKEN_KEY as SAMPLE_TOKEN_KEY
from nanhu.emulators.systems.catalogue import SYSTEMS, System

__all__ = ["SAMPLE_KEY", "SAMPLE_TOKEN_KEY", "SYSTEMS", "System"]
