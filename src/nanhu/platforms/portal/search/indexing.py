"""The index of the search: what rooms register is written anew where it changed, each source in one transaction."""

from collections.abc import Iterable

import structlog
from django.db import transaction
from django.utils import translation

from nanhu.kernel import folding
from nanhu.kernel.once import lock_key
from nanhu.kernel.registry import Hit, Searchable, searchables
from nanhu.platforms.portal.guard import attempt
from nanhu.platforms.portal.models import SearchEntry

log = structlog.get_logger()
KEPT = ("title", "detail", "url", "icon", "folded", "pinyin", "searched", "grams", "faces", "roles", "unit_ids")


def index_all() -> int:
    """How many entries changed. A source that fails keeps what it had."""
    indexed = [one for one in searchables if one.hits is not None]
    changed = sum(attempt(f"search:{one.key}", lambda one=one: index(one)).value or 0 for one in indexed)  # type: ignore[misc]
    gone, _by_model = SearchEntry.objects.exclude(source__in=[one.key for one in indexed]).delete()
    return changed + gone


@transaction.atomic
def index(source: Searchable) -> int:
    """Writes only what differs; what the source names no more goes."""
    if source.hits is None:
        return 0
    lock_key(f"portal.search:{source.key}")
    with translation.override("zh-hans"):
        wanted = {one.object_key: one for one in entries_of(source.key, source.hits())}
    standing = {one.object_key: one for one in SearchEntry.objects.filter(source=source.key)}
    stale = [one.pk for key, one in standing.items() if key not in wanted or facts_of(one) != facts_of(wanted[key])]
    SearchEntry.objects.filter(pk__in=stale).delete()
    fresh = [one for key, one in wanted.items() if key not in standing or facts_of(one) != facts_of(standing[key])]
    SearchEntry.objects.bulk_create(fresh, batch_size=1000)
    return len({*stale} | {one.object_key for one in fresh})


def entries_of(source: str, hits: Iterable[Hit]) -> Iterable[SearchEntry]:
    for one in hits:
        title = str(one.title)
        if not title.strip() or not one.url:
            log.warning("portal.hit_leads_nowhere", source=source, key=one.key)
            continue
        searched = folding.searched(title, one.words)
        yield SearchEntry(
            source=source,
            object_key=one.key,
            title=title,
            detail=str(one.detail),
            url=one.url,
            icon=one.icon,
            folded=folding.folded(title),
            pinyin=folding.readings(folding.folded(title))[0] or folding.folded(title).replace(" ", ""),
            searched=searched,
            grams=folding.grams(searched),
            faces=sorted(one.faces),
            roles=sorted(one.roles),
            unit_ids=sorted(one.unit_ids),
        )


def facts_of(entry: SearchEntry) -> list[object]:
    return [getattr(entry, name) for name in KEPT]
