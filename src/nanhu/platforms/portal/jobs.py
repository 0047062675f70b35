"""Periodic jobs of the portal: the index of the search, and the words that found nothing."""

from nanhu.kernel.jobs import job
from nanhu.platforms.portal.search import missing
from nanhu.platforms.portal.search.indexing import index_all


@job("portal.index", every="*/5 * * * *")
def index_what_can_be_found() -> int:
    return index_all()


@job("portal.forget_missed", every="15 3 * * *")
def forget_missed_words() -> int:
    return missing.forget_old()
