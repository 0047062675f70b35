"""The index of the search: what rooms register is written anew where it changed, each source in one transaction."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial

import structlog
from django.db import transaction
from django.utils import translation

from nanhu.kernel import folding
from nanhu.kernel.once import lock_key
from nanhu.kernel.registry import Hit, Searchable, Text, of_keys, searchables
from nanhu.kernel.ui.words import term
from nanhu.platforms.portal.guard import attempt
from nanhu.platforms.portal.models import SearchEntry

log = structlog.get_logger()
KEPT = (
    "title",
    "detail",
    "url",
    "icon",
    "folded",
    "title_en",
    "detail_en",
    "folded_en",
    "pinyin",
    "searched",
    "grams",
    "faces",
    "roles",
    "unit_ids",
)
BETWEEN = " · "


def index_all() -> int:
    """How many rows it removed and wrote. A source that fails keeps what it had."""
    indexed = [one for one in searchables if one.hits is not None]
    changed = sum(attempt(f"search:{one.key}", lambda one=one: index(one)).value or 0 for one in indexed)  # type: ignore[misc]
    gone, _by_model = SearchEntry.objects.exclude(source__in=[one.key for one in indexed]).delete()
    return changed + gone


@transaction.atomic
def index(source: Searchable, keys: Collection[str] | None = None) -> int:
    """Writes only what differs; what the source names no more goes. `keys`: looks at these alone."""
    if source.hits is None:
        return 0
    lock_key(f"portal.search:{source.key}")
    hits = source.hits if keys is None else partial(source.hits, keys)
    english = english_of(hits)
    with translation.override("zh-hans"):
        wanted = {one.object_key: one for one in entries_of(source.key, hits(), english)}
    rows = SearchEntry.objects.filter(source=source.key)
    standing = {one.object_key: one for one in of_keys(rows, keys, "object_key")}
    changed = [key for key in {**standing, **wanted} if facts_of(standing.get(key)) != facts_of(wanted.get(key))]
    stale = [standing[key].pk for key in changed if key in standing]
    fresh = [wanted[key] for key in changed if key in wanted]
    SearchEntry.objects.filter(pk__in=stale).delete()
    SearchEntry.objects.bulk_create(fresh, batch_size=1000)
    return len(stale) + len(fresh)


def english_of(hits: Callable[[], Iterable[Hit]]) -> dict[str, tuple[str, str]]:
    """Title and detail as English readers read them: what the room says in English, names by the school's [english] and the catalogues."""
    with translation.override("en"):
        return {one.key: (in_english(one.title), in_english(one.detail)) for one in hits()}


def in_english(text: Text) -> str:
    return BETWEEN.join(term(part) for part in str(text).split(BETWEEN))


def entries_of(source: str, hits: Iterable[Hit], english: Mapping[str, tuple[str, str]]) -> Iterable[SearchEntry]:
    for one in hits:
        title = str(one.title)
        if not title.strip() or not one.url:
            log.warning("portal.hit_leads_nowhere", source=source, key=one.key)
            continue
        title_en, detail_en = english.get(one.key, ("", ""))
        is_other = title_en != title
        searched = folding.searched(title, f"{one.words} {title_en}" if is_other else one.words)
        folded_en = folding.folded(title_en) if is_other else ""
        yield SearchEntry(
            source=source,
            object_key=one.key,
            title=title,
            detail=str(one.detail),
            url=one.url,
            icon=one.icon,
            folded=folding.folded(title),
            title_en=title_en if is_other else "",
            detail_en=detail_en,
            folded_en=folded_en,
            pinyin=f"{folding.sound_of(folding.folded(title))} {folded_en.replace(' ', '')}".strip(),
            searched=searched,
            grams=[*folding.grams(searched), f"§{source}"],
            faces=sorted(one.faces),
            roles=sorted(one.roles),
            unit_ids=sorted(one.unit_ids),
        )


def facts_of(entry: SearchEntry | None) -> list[object]:
    return [getattr(entry, name) for name in KEPT] if entry is not None else []
