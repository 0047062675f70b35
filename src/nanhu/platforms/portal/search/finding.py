"""What one search finds: the menu, the index and what rooms are asked live, each under the viewer's own rights."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import folding
from nanhu.kernel.database.statements import Statements
from nanhu.kernel.registry import Application, Hit, Searchable, Text, Viewer, searchables
from nanhu.kernel.remembered import Remembered
from nanhu.kernel.ui.words import reads_chinese
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.people import api as people
from nanhu.platforms.portal import menu, rules
from nanhu.platforms.portal.guard import attempt, is_slow
from nanhu.platforms.portal.models import SearchSynonym

RESTING: Final = _("正在维护，稍后再来")
SQL: Final = Statements(Path(__file__).parent / "sql" / "queries", parts=["for_whom"])
type Load = Callable[[Viewer, str, int], Sequence[Hit]]
MOST_SYNONYMS: Final = 6
SYNONYMS_SECONDS: Final = 15.0
USE: Final = 1
"""For a favourite, and for what was opened lately: less than a better word, more than the order of the menu."""
HOLD, BEGIN = 300, 40
"""Some words thousands have: how many entries are looked at that have it, then of each source as many, and how many whose title begins with it."""
EXACT, BEGINS, WITHIN, ELSEWHERE = 7, 3, 1, 0
"""As the index scores them: four for the whole title, two for its beginning, one for being in it."""
SERVICE: Final = BEGINS
"""What one can do at once, found by any of its words, stands before what only begins with them."""


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind, the best first; `more` leads to the room's own list. `order`: among those that answer equally well."""

    key: str
    title: Text
    icon: str
    hits: Sequence[Hit]
    score: int
    more: str = ""
    order: int = 0


def find(request: HttpRequest, typed: str, *, each: int) -> list[Group]:
    """Groups with something in them, the best first. Nothing typed, nothing found."""
    text = folding.query_of(typed)
    return answering(request, [text, *synonyms_of(text)], each=each) if text else []


def find_apart(request: HttpRequest, typed: str, *, each: int) -> list[Group]:
    """What answers to one of several words, where nothing answers to all of them."""
    words = [one for one in folding.query_of(typed).split() if len(one) > 1]
    ways = list(dict.fromkeys(way for word in words for way in (word, *synonyms_of(word))))
    return answering(request, ways[: folding.MOST_WORDS], each=each) if len(words) > 1 else []


def answering(request: HttpRequest, ways: Sequence[str], *, each: int) -> list[Group]:
    viewer = viewer_of(request)
    live = [one for one in searchables if not is_slow(f"search:{one.key}")]
    groups = [
        application_group(menu.offered_to(request), menu.shortcuts_of(viewer), ways, each),
        *index_groups(viewer, ways, each),
        *(live_group(one, one.load, viewer, ways, each) for one in live if one.load is not None),
    ]
    return sorted((one for one in groups if one.hits), key=lambda group: (-group.score, group.order))


def read_synonyms() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word, means in SearchSynonym.objects.order_by("word", "means").values_list("word", "means"):
        if way := folding.query_of(means):
            found.setdefault(word, []).append(way)
    return found


known_synonyms = Remembered(read_synonyms, seconds=SYNONYMS_SECONDS)


def synonyms_of(text: str) -> list[str]:
    """Of all that was typed together, else word by word."""
    known = known_synonyms()
    words = [text, *text.split()] if " " in text else [text]
    return list(dict.fromkeys(means for word in words for means in known.get(word, ())))[:MOST_SYNONYMS]


def application_group(offered: Sequence[Application], used: menu.Shortcuts, ways: Sequence[str], each: int) -> Group:
    """Of the menu as this viewer has it, else by how it sounds (校園卡, xiao yuan ka), else those of whose sound it is a slip; among those
    that answer, what is his favourite and what he opened lately come first."""
    sound = folding.sound_of(ways[0])
    found = scored(offered, used, ways) or scored(offered, used, [sound]) or slipped(offered, sound)
    best = sorted(found, key=lambda pair: -pair[0])[:each]
    hits = [hit_of(menu.item_of(one, menu.Shortcuts())) for _score, one in best]
    return Group("applications", _("应用和服务"), "layout-grid", hits, best[0][0] + SERVICE if best else 0)


def scored(offered: Sequence[Application], used: menu.Shortcuts, ways: Sequence[str]) -> list[tuple[int, Application]]:
    answers = [(max(score_of(one, way) for way in ways), one) for one in offered]
    return [
        (score + USE * ((one.key in used.favourites) + (one.key in used.recent)), one)
        for score, one in answers
        if score >= 0
    ]


def slipped(offered: Sequence[Application], sound: str) -> list[tuple[int, Application]]:
    """Whose name begins as this was meant."""
    meant, size = frozenset(folding.slips_of(sound)), len(sound)
    if not meant:
        return []
    spoken = [(folding.sound_of(folding.folded(str(one.name))), one) for one in offered]
    return [
        (ELSEWHERE, one) for name, one in spoken if not meant.isdisjoint(name[: size + more] for more in (-1, 0, 1))
    ]


def hit_of(item: menu.MenuItem) -> Hit:
    """What is in maintenance is named and leads nowhere."""
    one, rests = item.application, item.is_in_maintenance
    detail = RESTING if rests else one.description or one.owner
    return Hit(key=one.key, title=one.name, url="" if rests else item.url, detail=detail, icon=one.icon)


def score_of(application: Application, way: str) -> int:
    """-1 where it does not answer."""
    if not rules.answers_to(way, str(application.name), str(application.description)):
        return -1
    name = folding.folded(str(application.name))
    scores = ((name == way, EXACT), (name.startswith(way), BEGINS), (way in name, WITHIN))
    return next((score for holds, score in scores if holds), ELSEWHERE)


def index_groups(viewer: Viewer, ways: Sequence[str], each: int) -> list[Group]:
    """By the words and their synonyms; where nothing answers, by how it sounds, by what it is a slip of, and by what resembles it."""
    kinds = {one.key: one for one in searchables}
    facts: dict[str, Any] = {
        "faces": sorted(viewer.faces),
        "roles": sorted(viewer.roles),
        "units": sorted(people.own_unit_ids(viewer)),
        "limit": each,
        "begin": BEGIN,
        "hold": HOLD,
        "english": not reads_chinese(),
    }
    rows = next((some for name, asked in asks(ways) if (some := SQL.planned(name, facts | asked))), [])
    found: dict[str, list[tuple[int, Hit]]] = {}
    for source, key, title, detail, url, icon, score in rows:
        found.setdefault(source, []).append((score, Hit(key=key, title=title, detail=detail, url=url, icon=icon)))
    return [
        group_of(kinds[key], [hit for _score, hit in some], some[0][0]) for key, some in found.items() if key in kinds
    ]


def asks(ways: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Statements with what is asked by them, each where the one before found nothing."""
    sound = folding.sound_of(ways[0])
    for texts in (ways, [sound]) if [sound] != [*ways] else ([sound],):
        grams = {text: found for text in texts if (found := " ".join(folding.covering_grams(text)))}
        if grams:
            yield "find", {"texts": [*grams], "grams": [*grams.values()]}
    if meant := folding.slips_of(sound):
        yield "begin", {"texts": meant}
    if len(sound) > 1:
        yield "resemble", {"pinyin": sound}


def live_group(source: Searchable, load: Load, viewer: Viewer, ways: Sequence[str], each: int) -> Group:
    """As it was typed and by its synonyms, each hit once. A source that fails costs its hits, and one that dawdles is left out for a while."""
    found: dict[str, Hit] = {}
    for way in ways:
        for hit in attempt(f"search:{source.key}", partial(load, viewer, way, each)).value or ():
            found.setdefault(hit.key, hit)
    hits = list(found.values())[:each]
    places = [str(hit.title).lower().find(ways[0]) for hit in hits]
    score = BEGINS if 0 in places else WITHIN if max(places, default=-1) > 0 else ELSEWHERE
    more = source.more(ways[0]) if source.more is not None and hits else ""
    return group_of(source, hits, score, more)


def group_of(source: Searchable, hits: Sequence[Hit], score: int, more: str = "") -> Group:
    best = score + source.weight
    return Group(source.key, source.title, source.icon, hits, best, more, source.order)
