"""The API of the emulators: what the sample campus must know to connect them."""

from nanhu.emulators.samples.app import KEY as SAMPLE_KEY
from nanhu.emulators.samples.app import TOKEN_KEY as SAMPLE_TOKEN_KEY
from nanhu.emulators.systems.catalogue import SYSTEMS, System
from nanhu.emulators.vendors.catalogue import SYSTEMS as VENDORS
from nanhu.emulators.vendors.catalogue import VendorSystem
from nanhu.emulators.vendors.ways import way_of

__all__ = ["SAMPLE_KEY", "SAMPLE_TOKEN_KEY", "SYSTEMS", "VENDORS", "System", "VendorSystem", "way_of"]
