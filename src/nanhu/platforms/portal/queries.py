"""Reads of the portal, all of them already scoped to the viewer."""

from dataclasses import dataclass, field
from functools import partial

from django.utils.functional import Promise

from nanhu.kernel import registry
from nanhu.kernel.registry import Application, Fact, HomeNotices, NoticeLine, Tile, TileContent, Viewer
from nanhu.platforms.portal import rules
from nanhu.platforms.portal.guard import attempt, is_slow
from nanhu.platforms.portal.models import Shortcut

NOTICES_AT_HOME = {"student": 3, "staff": 5}


@dataclass(frozen=True, slots=True)
class MenuItem:
    application: Application
    url: str
    is_favourite: bool = False
    is_in_maintenance: bool = False


@dataclass(frozen=True, slots=True)
class MenuSection:
    key: str
    name: str | Promise
    icon: str
    items: list[MenuItem]


@dataclass(frozen=True, slots=True)
class Shortcuts:
    favourites: list[str] = field(default_factory=list)
    recent: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TileView:
    """A tile as the page shows it: its content, or why there is none."""

    tile: Tile
    content: TileContent | None = None
    error_number: str = ""
    is_later: bool = False


def applications_of(viewer: Viewer) -> list[Application]:
    """What this viewer may see; the only door to the menu, so that page, search and favourites agree."""
    return [application for application in registry.applications if application.is_for(viewer)]


def application_of(viewer: Viewer, key: str) -> Application | None:
    return next((application for application in applications_of(viewer) if application.key == key), None)


def shortcuts_of(viewer: Viewer) -> Shortcuts:
    rows = list(
        Shortcut.objects.filter(account_id=viewer.account_id).values_list("application_key", "position", "opened_at")
    )
    favourites = sorted((position, key) for key, position, _opened in rows if position is not None)
    recent = sorted(((opened, key) for key, _position, opened in rows if opened is not None), reverse=True)
    return Shortcuts([key for _position, key in favourites], [key for _opened, key in recent])


def menu_item(application: Application, shortcuts: Shortcuts) -> MenuItem:
    """A menu entry; an application whose address or state cannot be told is shown as in maintenance."""
    url = attempt(f"application:{application.key}", application.address)
    resting = attempt(f"maintenance:{application.key}", application.in_maintenance)
    return MenuItem(
        application=application,
        url=url.value or "",
        is_favourite=application.key in shortcuts.favourites,
        is_in_maintenance=bool(resting.value) or bool(resting.error_number) or not url.value,
    )


def menu(viewer: Viewer, shortcuts: Shortcuts, wanted: str = "") -> list[MenuSection]:
    """The four sections; an empty one is left out."""
    offered = [one for one in applications_of(viewer) if rules.answers_to(wanted, str(one.name), str(one.description))]
    sections = [
        MenuSection(key, name, icon, [menu_item(one, shortcuts) for one in offered if one.section == key])
        for key, name, icon in rules.SECTIONS
    ]
    return [section for section in sections if section.items]


def named(viewer: Viewer, keys: list[str], shortcuts: Shortcuts) -> list[MenuItem]:
    """Menu entries of these keys, in this order, without what the viewer may not see."""
    offered = {application.key: application for application in applications_of(viewer)}
    return [menu_item(offered[key], shortcuts) for key in keys if key in offered]


def home_shortcuts(viewer: Viewer, shortcuts: Shortcuts) -> list[MenuItem]:
    offered = [application.key for application in applications_of(viewer)]
    return named(viewer, rules.shortcut_keys(shortcuts.favourites, shortcuts.recent, offered), shortcuts)


def duties(viewer: Viewer, shortcuts: Shortcuts) -> list[MenuItem]:
    """Applications that stand open to this viewer because of a role: the desk of the staff home."""
    return [menu_item(one, shortcuts) for one in applications_of(viewer) if one.roles]


def affairs(viewer: Viewer) -> list[MenuItem]:
    """个人事务 that can be done now: what 我的 leads to."""
    items = [menu_item(one, Shortcuts()) for one in applications_of(viewer) if one.section == "personal"]
    return [item for item in items if not item.is_in_maintenance]


def tiles_of(viewer: Viewer) -> list[TileView]:
    """The viewer's tiles; those with nothing to say are left out."""
    shown = [tile for tile in registry.tiles if viewer.face in tile.faces]
    views = [
        TileView(tile, is_later=True) if is_slow(f"tile:{tile.key}") else load_tile(tile, viewer) for tile in shown
    ]
    return [view for view in views if view is not None]


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
    """The notices of the home; None where no room has any to show."""
    source = next(iter(registry.home_notices), None)
    if source is None:
        return None
    lines = attempt(f"notices:{source.key}", partial(source.load, viewer, NOTICES_AT_HOME.get(viewer.face, 3)))
    return NoticeBoard(list(lines.value or []), notices_address(source), lines.error_number)


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


def person_of(viewer: Viewer) -> Person:
    outcomes = [attempt(f"facts:{source.key}", partial(source.load, viewer)) for source in registry.personal_facts]
    facts = [fact for outcome in outcomes for fact in outcome.value or ()]
    return Person(
        facts=[fact for fact in facts if fact.kind == "text"],
        photo_url=next((str(fact.value) for fact in facts if fact.kind == "photo" and fact.value), ""),
        error_number=next((outcome.error_number for outcome in outcomes if outcome.error_number), ""),
    )
