"""The API of the portal, for the rooms above it: synonyms of the search, its index."""

from nanhu.platforms.portal.search.indexing import index_all
from nanhu.platforms.portal.search.synonyms import add as add_synonym

__all__ = ["add_synonym", "index_all"]
