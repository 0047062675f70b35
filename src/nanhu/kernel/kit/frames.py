"""The section frame: where one is in a room, what else there is, and the one thing to do."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst

from nanhu.kernel.kit.pages import Action, Download, FormPage, Page, consoles, names_in
from nanhu.kernel.kit.requests import PageRequest
from nanhu.kernel.registry import Text, Viewer

if TYPE_CHECKING:
    from nanhu.kernel.kit.consoles import Console

SHOWN = 8
"""Tabs that a section bar shows; the rest is folded under 更多."""


@dataclass(frozen=True, slots=True)
class Tab:
    label: Text
    url: str
    is_current: bool = False
    count: int | None = None
    waits: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """`home` is the first page that this viewer may open, "" where there is none but this. `strip` and `folded` are the tabs as the
    section bar shows them. `primary` is the one button at the head, `further` the quiet ones beside it; `failure` the sentence of an action that was refused, or `failed_form`
    the form that says what is wrong."""

    name: Text
    icon: str
    home: str
    owner: Text
    title: Text
    lead: Text
    tabs: tuple[Tab, ...]
    crumbs: tuple[Tab, ...]
    primary: Tab | None
    further: tuple[Tab, ...]
    failure: str
    failed_form: BaseForm | None
    layout: str
    is_panel: bool
    supplier: str
    styles: tuple[str, ...]

    @property
    def strip(self) -> tuple[Tab, ...]:
        """The first ones, and of the rest the one where one is. One alone is not worth folding."""
        if len(self.tabs) <= SHOWN + 1:
            return self.tabs
        return self.tabs[:SHOWN] + tuple(one for one in self.tabs[SHOWN:] if one.is_current)

    @property
    def folded(self) -> tuple[Tab, ...]:
        shown = self.strip
        return tuple(one for one in self.tabs if one not in shown)

    @property
    def folded_waiting(self) -> int:
        """How much waits in what is folded: nothing waits unseen."""
        return sum(one.count or 0 for one in self.folded if one.waits)


def frame_of(request: PageRequest) -> Frame:
    page, console = request.page, request.page.console.bar[0]
    open_pages = [one for part in console.bar for one in part.pages.values() if one.is_shown_to(request.viewer)]
    trail = trail_of(page)
    buttons = () if request.is_panel else buttons_of(page, trail, open_pages)
    return Frame(
        name=console.name,
        icon=console.icon,
        home=home_of(open_pages),
        owner=console.owner,
        title=capfirst(str(page.title)),
        lead=page.lead,
        tabs=tuple(
            tab_of(one, request, is_current=one in trail)
            for one in (*open_pages, *pages_beside(console, request.viewer))
            if one.tab
        ),
        crumbs=tuple(crumbs(request, trail)),
        primary=next(iter(buttons), None),
        further=buttons[1:],
        failure=request.failure,
        failed_form=request.failed_form,
        layout="kit/panel.html" if request.is_panel else "ui/console.html",
        is_panel=request.is_panel,
        supplier=page.console.supplier(),
        styles=page.console.styles,
    )


def pages_beside(console: "Console", viewer: Viewer) -> list[Page]:
    found = [consoles[key.rpartition(":")[0]].pages[key.rpartition(":")[2]] for key in console.leads_to]
    return [page for page in found if page.is_shown_to(viewer)]


def home_of(open_pages: list[Page]) -> str:
    entrances = (one for one in open_pages if not names_in(one.path) and not isinstance(one, Action | Download))
    return next((one.address() for one in entrances), "")


def trail_of(page: Page) -> list[Page]:
    """From the top of the console down to this page; siblings at the top hang beside, not under, the first."""
    trail = [page]
    while trail[0].parent is not None:
        trail.insert(0, trail[0].parent)
    current = next((one for one in reversed(trail) if one.tab), None)
    return trail[trail.index(current) :] if current else trail


def tab_of(page: Page, request: PageRequest, *, is_current: bool) -> Tab:
    """What waits is counted in the console where one is; the numbers of others in the same bar would cost each page a query."""
    is_counted = page.console is request.page.console
    count = page.count(request.viewer) if page.count and is_counted else None
    waiting = count if page.waits else page.waiting_count(request.viewer) if is_counted else None
    return Tab(
        capfirst(str(page.tab)), page.address(), is_current, waiting if count is None else count, waits=bool(waiting)
    )


def crumbs(request: PageRequest, trail: list[Page]) -> list[Tab]:
    above = [one for one in trail[:-1] if not isinstance(one, FormPage) and one.is_shown_to(request.viewer)]
    return [
        Tab(
            capfirst(str(one.tab or one.title)),
            one.address(**{name: request.arguments[name] for name in names_in(one.path)}),
        )
        for one in above
    ]


def buttons_of(page: Page, trail: list[Page], open_pages: list[Page]) -> tuple[Tab, ...]:
    """First the form of its console that wants to be it and hangs where this page hangs, else one of the whole console; not on its own page.
    What hangs under another page is the thing to do there, and on the console's first page where that has none of its own. Then what
    else hangs under this very page."""
    is_first = page is next(iter(page.console.pages.values()))
    wanting = [
        one
        for one in open_pages
        if isinstance(one, FormPage)
        and one.console is page.console
        and one.options.get("button")
        and one is not page
        and not names_in(one.path)
        and (is_first or one.parent is None or one.parent in trail)
    ]
    here = (one for one in wanting if one.parent in trail)
    whole = (one for one in wanting if one.parent is None)
    first = next(here, None) or next(whole, None) or next(iter(wanting), None)
    further = [one for one in wanting if one.parent is page and one is not first]
    return tuple(button_of(one) for one in (first, *further) if one)


def button_of(form: FormPage) -> Tab:
    previews = "preview" in form.options  # its icon is that of looking first
    return Tab(form.options["button"], form.address(), icon="plus" if previews else form.options.get("icon", "plus"))


def kit(request: HttpRequest) -> dict[str, object]:
    """Context processor: `frame`, built only where a template of a console asks for it."""
    if not hasattr(request, "page"):
        return {}
    return {"frame": SimpleLazyObject(lambda: frame_of(request))}  # type: ignore[arg-type]  # `prepared` has been here
