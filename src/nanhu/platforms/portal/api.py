"""The API of the portal, for the rooms above it: synonyms of the search, its index, who corrects which field of 个人信息."""

from nanhu.platforms.portal.corrections.fields import FIELDS
from nanhu.platforms.portal.corrections.process import KEY as CORRECTION
from nanhu.platforms.portal.corrections.services import name_owner
from nanhu.platforms.portal.search.indexing import index_all
from nanhu.platforms.portal.search.synonyms import add as add_synonym

__all__ = ["CORRECTION", "FIELDS", "add_synonym", "index_all", "name_owner"]
