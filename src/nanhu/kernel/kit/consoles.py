"""A console (工作台): the pages with which an office works in a room, and all that the portal must know of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Unpack

from django.core.exceptions import ImproperlyConfigured
from django.forms import BaseForm
from django.urls import URLPattern, reverse
from django.urls import path as url_path

from nanhu.kernel import registry
from nanhu.kernel.actors import Actor
from nanhu.kernel.intake import IntakeBatch
from nanhu.kernel.kit.cases import CaseOptions, Cases, Intake, IntakeOptions
from nanhu.kernel.kit.forms import IntakeForm
from nanhu.kernel.kit.pages import FormOptions, FormPage, Lookup, LookupOptions, Page, PageOptions, View, consoles
from nanhu.kernel.kit.tables import Table
from nanhu.kernel.proposals import Proposal
from nanhu.kernel.registry import BOTH_FACES, Application, CheckResult, Role, Section, Text, Viewer
from nanhu.kernel.sheets import Checked, Line, Sheet


class Console:
    """Declared once, beside its pages. It enters roles, menu and doctor in the registry; `urls` is mounted by the room.

    `namespace` is that of its addresses ("card:rights"), and with dots the key of its entry in the menu.
    Who may open it holds one of `roles`; where `allows` is given, that must agree as well. One of the two must be said.
    `menu`: keys of the roles in whose menu it stands, where not all of them may open its first page.
    `supplier`: whose system writes its facts now, "" where it is ours; else its pages are read, say so, and take nothing in.
    `styles`: sheets that each of its pages loads. `bar`: its word in the phone's bar. `leads_to`: pages with a tab in other consoles ("devices:terminals") that its section bar leads to at the end.
    """

    def __init__(
        self,
        namespace: str,
        name: Text,
        *,
        icon: str,
        owner: Text,
        description: Text = "",
        roles: Iterable[Role] = (),
        menu: Iterable[str] = (),
        leads_to: Iterable[str] = (),
        allows: Callable[[Viewer], bool] | None = None,
        faces: frozenset[str] = BOTH_FACES,
        section: Section = "work",
        bar: Text = "",
        order: int = 100,
        check: Callable[[], CheckResult] | None = None,
        supplier: Callable[[], str] = lambda: "",
        styles: Iterable[str] = (),
    ) -> None:
        self.namespace, self.name, self.icon, self.owner = namespace, name, icon, owner
        self.roles = {role.key: role for role in roles}
        self.allows = allows
        self.pages: dict[str, Page] = {}
        self.bar: list[Console] = [self]
        self.supplier = supplier
        self.leads_to, self.styles = tuple(leads_to), tuple(styles)
        if not self.roles and allows is None:
            raise ImproperlyConfigured(f"{namespace} must say who may open it")
        consoles[namespace] = self
        registry.roles.add(*self.roles.values())
        key = namespace.replace(":", ".")
        entry = Application(
            key=key,
            name=name,
            icon=icon,
            url=self.home,
            section=section,
            faces=faces,
            roles=frozenset(menu or self.roles),
            owner=owner,
            description=description,
            order=order,
            bar=bar,
        )
        self.order = order
        registry.applications.add(entry)
        if check is not None:
            registry.checks.add(registry.Check(key=key, title=name, run=check, order=order))

    def shares_bar_with(self, *others: "Console") -> None:
        """One section bar for an office that works in several consoles: the tabs of all, under this one's name."""
        self.bar = [self, *others]
        for one in others:
            one.bar = self.bar

    def home(self) -> str:
        """The first page that was declared."""
        return next(iter(self.pages.values())).address()

    def page(self, path: str, **options: Unpack[PageOptions]) -> Callable[[View], Page]:
        """A page at the top of the console; what belongs to it hangs under it: `that_page.page`, `.form`, `.action`."""
        return lambda view: self.add(Page(self, None, path, view, options))

    def form(self, path: str, form: type[BaseForm], **options: Unpack[FormOptions]) -> Callable[[View], FormPage]:
        return lambda view: self.add(FormPage(self, None, path, view, options, form=form))

    def lookup(self, path: str, form: type[BaseForm], **options: Unpack[LookupOptions]) -> Callable[[View], Lookup]:
        return lambda view: self.add(Lookup(self, None, path, view, options, form=form))

    def proposals(
        self,
        path: str,
        model: type[Proposal],
        table: type[Table],
        *,
        on_approve: Callable[[Actor, Any], object],
        on_refuse: Callable[[Actor, Any, str], object],
        **options: Unpack[CaseOptions],
    ) -> Cases:
        """What waits for a second person: the list, the page of each, its two buttons."""
        return Cases(self, path, model, table, on_approve=on_approve, on_refuse=on_refuse, options=options)

    def intake(
        self,
        path: str,
        model: type[IntakeBatch],
        table: type[Table],
        sheet: Sheet,
        *,
        form: type[IntakeForm],
        check: Callable[[Sequence[Line]], Checked[Any]],
        keep: Callable[[Actor, Any, list[Any]], IntakeBatch],
        **options: Unpack[IntakeOptions],
    ) -> Intake:
        """Lists handed in as a file: template, whole check, and then as every proposal."""
        return Intake(self, path, model, table, sheet, form=form, check=check, keep=keep, options=options)

    def add[P: Page](self, page: P) -> P:
        if page.name in self.pages:
            raise ImproperlyConfigured(f"{self.namespace} has two pages named {page.name}")
        self.pages[page.name] = page
        if page.waits and page.count:
            self.enter_waiting(page)
        return page

    def enter_waiting(self, page: Page) -> None:
        """A list whose number waits for the viewer is part of what waits for a person (待办)."""
        work = registry.WaitingWork(
            key=f"{self.namespace}:{page.name}",
            title=page.tab or page.title,
            office=self.name,
            load=page.waiting_for,
            order=self.order,
        )
        registry.waiting_work.add(work)

    def address(self, name: str, arguments: Mapping[str, object] | None = None) -> str:
        page = f"{self.namespace}:{name}"
        return reverse(page, kwargs=dict(arguments)) if arguments else registry.address_of(page)

    @property
    def urls(self) -> tuple[list[URLPattern], str, str]:
        """As `path()` takes it: path("rights/", desk.urls). Fixed addresses come before those with an argument."""
        name = self.namespace.rpartition(":")[2]
        pages = sorted(self.pages.values(), key=lambda page: "<" in page.path)
        return [url_path(page.path, page.view, name=page.name) for page in pages], name, name
