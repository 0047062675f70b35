"""Synonyms (同义词): what people call it, and what it is called here."""

from collections.abc import Iterable

from django.db import transaction

from nanhu.kernel import audit, folding
from nanhu.kernel.actors import Actor
from nanhu.platforms.portal.models import SearchSynonym
from nanhu.platforms.portal.search.finding import known_synonyms


@transaction.atomic
def add_all(*, by: Actor, pairs: Iterable[tuple[str, str]]) -> int:
    """How many were new."""
    before = SearchSynonym.objects.count()
    for word, means in pairs:
        add(by=by, word=word, means=means)
    return SearchSynonym.objects.count() - before


@transaction.atomic
def add(*, by: Actor, word: str, means: str) -> SearchSynonym:
    """The same again is the same."""
    row, made = SearchSynonym.objects.get_or_create(
        word=folding.query_of(word), means=" ".join(means.split()), defaults={"author_name": by.name}
    )
    transaction.on_commit(known_synonyms.forget)
    if made:
        audit.record(by=by, action="portal.add_synonym", target=f"search-word:{row.word}", facts={"means": row.means})
    return row


@transaction.atomic
def remove(*, by: Actor, synonym: SearchSynonym) -> None:
    row = SearchSynonym.objects.select_for_update().filter(pk=synonym.pk).first()
    if row is None:
        return
    row.delete()
    transaction.on_commit(known_synonyms.forget)
    audit.record(by=by, action="portal.remove_synonym", target=f"search-word:{row.word}", facts={"means": row.means})
