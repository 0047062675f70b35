"""The API of the portal, for the rooms above it: the school's list of applications, synonyms of the search."""

from nanhu.platforms.portal.errors import ListingRefusedError
from nanhu.platforms.portal.search.indexing import index_all
from nanhu.platforms.portal.search.synonyms import add as add_synonym
from nanhu.platforms.portal.services.listing import list_application, set_maintenance, take_off

__all__ = ["ListingRefusedError", "add_synonym", "index_all", "list_application", "set_maintenance", "take_off"]
