"""The API of the portal, for the rooms above it: the school's list of applications."""

from nanhu.platforms.portal.errors import ListingRefusedError
from nanhu.platforms.portal.services.listing import list_application, set_maintenance, take_off

__all__ = ["ListingRefusedError", "list_application", "set_maintenance", "take_off"]
