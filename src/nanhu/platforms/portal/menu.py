"""The application menu: what a viewer is offered, and how it is laid out. `offered_to` is the only way to it, so that
page, search, favourites and the writes behind them agree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from django.http import HttpRequest
from django.utils.functional import Promise

from nanhu.kernel import registry
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.registry import Application, Section, Viewer
from nanhu.kernel.ui.words import lazy_term
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.portal import rules
from nanhu.platforms.portal.guard import attempt
from nanhu.platforms.portal.integrations import living
from nanhu.platforms.portal.models import Integration, Shortcut

OFFER = "_portal_offer"


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


def offered_to(request: HttpRequest) -> list[Application]:
    """What this viewer may see, from the rooms and what is taken in from other systems; read once per request."""
    offer: list[Application] | None = getattr(request, OFFER, None)
    if offer is None:
        viewer = viewer_of(request)
        known = {one.key: one for one in [*registered_for(viewer), *taken_in(viewer)]}
        known |= {one.key: one for one in registry.applications}
        both = sorted(known.values(), key=lambda application: (application.order, application.key))
        offer = [application for application in both if application.is_for(viewer)]
        setattr(request, OFFER, offer)
    return offer


def taken_in(viewer: Viewer) -> list[Application]:
    """Pages of other systems; a room's own entry comes first where a key stands twice."""
    found = attempt("portal.pages", lambda: living.of_kind(Integration.Kind.PAGE, viewer)).value or []
    return [as_application(row) for row in found]


def registered_for(viewer: Viewer) -> list[Application]:
    """What rooms add at run time for this viewer; a source that fails costs its entries, not the menu."""
    found = [
        attempt(f"menu:{source.key}", partial(source.load, viewer)).value or [] for source in registry.menu_sources
    ]
    return [application for applications in found for application in applications]


def as_application(row: Integration) -> Application:
    is_resting = row.state == Integration.State.RESTING
    is_framed = row.mode == Integration.Mode.FRAME
    return Application(
        key=row.key,
        name=lazy_term(row.name),
        icon=row.icon,
        url=registry.address_of("portal:framed", row.key) if is_framed else row.address,
        section=cast("Section", row.section),
        faces=frozenset(row.faces),
        owner=lazy_term(row.owner_unit.name) if row.owner_unit else "",
        description=lazy_term(row.description),
        order=row.order,
        external=True,
        single_sign_on=row.has_single_sign_on,
        new_window=row.mode == Integration.Mode.WINDOW,
        in_maintenance=lambda: is_resting,
    )


SHORTCUTS = Prepared(lambda: Shortcut.objects.filter(account_id=Given("account")))


def shortcuts_of(viewer: Viewer) -> Shortcuts:
    rows = SHORTCUTS(account=viewer.account_id)
    favourites = sorted((row.position, row.application_key) for row in rows if row.position is not None)
    recent = sorted(((row.opened_at, row.application_key) for row in rows if row.opened_at is not None), reverse=True)
    return Shortcuts([key for _position, key in favourites], [key for _opened, key in recent])


def item_of(application: Application, shortcuts: Shortcuts) -> MenuItem:
    """A menu entry; an application whose address or state cannot be told is shown as in maintenance."""
    url = attempt(f"application:{application.key}", application.address)
    resting = attempt(f"maintenance:{application.key}", application.in_maintenance)
    return MenuItem(
        application=application,
        url=url.value or "",
        is_favourite=application.key in shortcuts.favourites,
        is_in_maintenance=bool(resting.value) or bool(resting.error_number) or not url.value,
    )


def sections(offered: Iterable[Application], shortcuts: Shortcuts, wanted: str = "") -> list[MenuSection]:
    """The four sections; an empty one is left out."""
    found = [one for one in offered if rules.answers_to(wanted, str(one.name), str(one.description))]
    laid = [
        MenuSection(key, name, icon, [item_of(one, shortcuts) for one in found if one.section == key])
        for key, name, icon in rules.SECTIONS
    ]
    return [section for section in laid if section.items]


def named(offered: Sequence[Application], keys: Iterable[str], shortcuts: Shortcuts) -> list[MenuItem]:
    """Menu entries of these keys, in this order, without what the viewer may not see."""
    by_key = {application.key: application for application in offered}
    return [item_of(by_key[key], shortcuts) for key in keys if key in by_key]


def home_shortcuts(offered: Sequence[Application], shortcuts: Shortcuts) -> list[MenuItem]:
    keys = [application.key for application in offered]
    return named(offered, rules.shortcut_keys(shortcuts.favourites, shortcuts.recent, keys), shortcuts)


def duties(offered: Iterable[Application], shortcuts: Shortcuts) -> list[MenuItem]:
    """Applications that stand open because of a role: the desk of the staff home."""
    return [item_of(one, shortcuts) for one in offered if one.roles]


def affairs(offered: Iterable[Application]) -> list[MenuItem]:
    """个人事务 that can be done now: what 我的 leads to."""
    items = [item_of(one, Shortcuts()) for one in offered if one.section == "personal"]
    return [item for item in items if not item.is_in_maintenance]
