"""What the home shows beside the menu: tiles, notices, 个人信息. All of it scoped to the viewer, each source guarded."""

from dataclasses import dataclass
from functools import partial

from nanhu.kernel import registry
from nanhu.kernel.registry import Fact, HomeNotices, NoticeLine, Tile, Viewer
from nanhu.platforms.portal import rules
from nanhu.platforms.portal.guard import attempt, is_slow
from nanhu.platforms.portal.homes import layouts, placing
from nanhu.platforms.portal.integrations import feeds, values
from nanhu.platforms.portal.tiles import TileView
from nanhu.platforms.portal.weather.services import warning_lines

NOTICES_AT_HOME = {"student": 3, "staff": 5}


def tiles_of(viewer: Viewer, width: layouts.Width) -> list[TileView]:
    """The viewer's tiles as she arranged them, what offices placed there first; those with nothing to say are left out."""
    layout = layouts.layout_of(viewer, width)
    wanted = [tile for tile in registry.tiles if tile.is_for(viewer)]
    views = [later_or_now(tile, viewer) for tile in wanted if tile.key not in layout.hidden or tile.insists]
    taken_in = attempt("tiles:integrations", partial(values.tiles_for, viewer)).value or []
    by_key = {view.tile.key: view for view in [*views, *taken_in] if view is not None}
    keys = sorted(by_key, key=lambda key: layouts.place_of(by_key[key].tile, width))
    insisting = {key for key, view in by_key.items() if does_insist(view)}
    arranged = rules.arranged(keys, layout.order, layout.hidden, insisting)
    placed = attempt("tiles:placed", partial(placing.tiles_for, viewer)).value or []
    return [*placed, *(by_key[key] for key in arranged)]


def later_or_now(tile: Tile, viewer: Viewer) -> TileView | None:
    return TileView(tile, is_later=True) if is_slow(f"tile:{tile.key}") else load_tile(tile, viewer)


def does_insist(view: TileView) -> bool:
    return view.tile.insists is not None and view.content is not None and view.tile.insists(view.content)


def load_tile(tile: Tile, viewer: Viewer) -> TileView | None:
    outcome = attempt(f"tile:{tile.key}", partial(tile.load, viewer))
    if outcome.error_number:
        return TileView(tile, error_number=outcome.error_number)
    return TileView(tile, content=outcome.value) if outcome.value else None


@dataclass(frozen=True, slots=True)
class NoticeBoard:
    lines: list[NoticeLine]
    url: str
    error_number: str = ""


def notices_address(source: HomeNotices) -> str:
    """Where all notices stand; empty when that cannot be told."""
    return attempt(f"notices:{source.key}", partial(_address, source)).value or ""


def _address(source: HomeNotices) -> str:
    return str(source.url() if callable(source.url) else source.url)


def notices_of(viewer: Viewer) -> NoticeBoard | None:
    """The notices of the home, warnings of the weather above them and news of other systems below; None where no room has any to show."""
    source = next(iter(registry.home_notices), None)
    if source is None:
        return None
    lines = attempt(f"notices:{source.key}", partial(source.load, viewer, NOTICES_AT_HOME.get(viewer.face, 3)))
    warnings = attempt("notices:weather", warning_lines).value or []
    news = attempt("notices:feeds", partial(feeds.news_for, viewer)).value or []
    return NoticeBoard([*warnings, *(lines.value or []), *news], notices_address(source), lines.error_number)


@dataclass(frozen=True, slots=True)
class Person:
    """个人信息: facts with their sources, the photo apart; `error_number` when a source failed."""

    facts: list[Fact]
    photo_url: str = ""
    error_number: str = ""

    @property
    def common_source(self) -> str:
        """The office everything comes from, when it is one: said once instead of on every line."""
        sources = {str(fact.source) for fact in self.facts}
        return sources.pop() if len(sources) == 1 else ""


def picture_in(facts: list[Fact], kind: str) -> str:
    return next((str(fact.value) for fact in facts if fact.kind == kind and fact.value), "")


def person_of(viewer: Viewer) -> Person:
    outcomes = [attempt(f"facts:{source.key}", partial(source.load, viewer)) for source in registry.personal_facts]
    facts = [fact for outcome in outcomes for fact in outcome.value or ()]
    return Person(
        facts=[fact for fact in facts if fact.kind == "text"],
        photo_url=picture_in(facts, "portrait") or picture_in(facts, "photo"),
        error_number=next((outcome.error_number for outcome in outcomes if outcome.error_number), ""),
    )
