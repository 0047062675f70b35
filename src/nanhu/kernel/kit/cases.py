"""Cases (复核件): what one person asks for and another decides, as pages of a console.

`desk.proposals` hangs up the list of a Proposal, the page of each and the two buttons of whoever decides. `desk.intake` does so for
lists that are handed in as a file (an IntakeBatch), with the form that takes the file and the buttons of whoever handed it in.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Required, TypedDict, cast

from django.contrib import messages
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import intake
from nanhu.kernel.actors import Actor, note_opening, proof_address
from nanhu.kernel.clock import campus_time
from nanhu.kernel.errors import NotTheAuthorError, WrongStateError
from nanhu.kernel.intake import IntakeBatch, RowList
from nanhu.kernel.jobs import alone, job
from nanhu.kernel.kit.columns import Badge, Column, Link, Markup, Number, Reader, Text, Tone, Who
from nanhu.kernel.kit.filters import Filters, Views
from nanhu.kernel.kit.forms import IntakeForm, RefusalForm
from nanhu.kernel.kit.listings import Empty, Listing, export, list_of, listing
from nanhu.kernel.kit.pages import Done, FormOptions, form_of
from nanhu.kernel.kit.records import record
from nanhu.kernel.kit.requests import PageRequest
from nanhu.kernel.kit.tables import Table
from nanhu.kernel.kit.waiting import proposals_waiting
from nanhu.kernel.models import Progress
from nanhu.kernel.proposals import EXPIRY, NOT_IN_TIME, TAKEN_BACK, WITHDRAWN, Proposal
from nanhu.kernel.registry import Text as Words
from nanhu.kernel.registry import Viewer, WaitingLine
from nanhu.kernel.sheets import Checked, Fault, FaultyRowsError, Line, Lines, Sheet
from nanhu.kernel.sheets.writing import WORKBOOK, attachment

if TYPE_CHECKING:
    from nanhu.kernel.kit.consoles import Console

BATCHES_SHOWN = 30
FAULTS_SHOWN = 200
UNREAD_SHOWN = 10
FACTS_WAITING = 3
refusals: dict[type[Proposal], Callable[[Actor, Any, str], object]] = {}
"""Of each kind of case how its room refuses one: what it kept is free again, and it can be made anew. A kind that no page hangs up is
entered by its room."""
STEPS = (_("选文件"), _("检查"), _("提交"), _("复核"), _("生效"))


class Faults(Table):
    line = Number(_("行号"))
    column = Text(_("列"))
    said = Text(_("这一行"))
    what = Text(_("错误说明"))


LIST_TONES: Final[Mapping[str, Tone]] = {
    intake.DONE: "good",
    intake.REFUSED: "none",
    intake.DISCARDED: "none",
    intake.UNDONE: "none",
}


class RowLists(Table):
    """Lists of rows (`RowList`); a room's own says what is counted, and which states there are where they are others."""

    title = Link(_("名称"), to="case")
    row_count = Number(_("行数"))
    author = Who(_("制单"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=RowList.State.choices, tones=LIST_TONES, tone="warn")


class CaseOptions(TypedDict, total=False):
    """Of the list: `title`, `tab`, `lead`, `filters` (else by state), `empty`, `list_template` (extends "kit/listing.html"). Of the page of one: `template` (extends "kit/case.html"), `facts` for
    it, `found` (the rows, with what is read along), `rows` (what stands in it, page by page; `rows_at` is the address of
    these as a file). `agree`: what the button to approve says; `done`: the sentence after each button (after approval also a function of what
    the service gave). `roles`: keys of the
    roles that may see it, `decide`: of those that may decide, where not all of the console may. `waits`: False where a process asks for its decision
    in 待办 already. `seen`: of what may come to it while it waits; who agrees does so on a page that shows it."""

    title: Required[Words]
    tab: Words
    lead: Words
    filters: type[Filters]
    empty: Empty
    list_template: str
    template: str
    found: QuerySet[Any]
    facts: Callable[[PageRequest, Any], Mapping[str, Any]]
    rows: Callable[[PageRequest, Any], Listing]
    rows_at: str
    agree: Callable[[Any], Words]
    done: Mapping[str, Done]
    roles: Iterable[str]
    decide: Iterable[str]
    waits: bool
    seen: Callable[[Any], str]


class IntakeOptions(CaseOptions, total=False):
    """`new`: of the page that takes the file. `filled`: the form with what was handed in last time, offered beside the empty one."""

    new: Required[FormOptions]
    filled: Callable[[], bytes]


def by_state(model: type[Proposal]) -> type[Filters]:
    """What a room gets that says no filters of its own: the list by where each case stands."""
    choices = cast("Any", model).State.choices
    states = {value: (word, Q(state=value)) for value, word in choices}
    return type("ByState", (Filters,), {"show": Views(states, label=_("状态"))})


class Cases:
    """The pages of one kind of proposal; further ones hang under `list` and `case`."""

    def __init__(
        self,
        console: "Console",
        path: str,
        model: type[Proposal],
        table: type[Table],
        *,
        on_approve: Callable[[Actor, Any], object],
        on_refuse: Callable[[Actor, Any, str], object],
        options: CaseOptions,
    ) -> None:
        self.model, self.table, self.options = model, table, options
        self.on_approve, self.on_refuse = on_approve, on_refuse
        refusals[model] = on_refuse
        self.said: Mapping[str, Done] = options.get("done", {})
        self.found = options.get("found", model._default_manager.all())  # noqa: SLF001 - the manager of whichever model
        self.filters = options.get("filters") or by_state(model)
        self.list = console.page(
            path,
            title=options["title"],
            tab=options.get("tab", ""),
            lead=options.get("lead", ""),
            waits=True,
            count=proposals_waiting(model),
            roles=options.get("roles", console.roles),
        )(self.cases)

        def case(request: PageRequest, found: Any) -> HttpResponseBase:
            return self.show(request, found)

        self.case = self.list.page("<uuid:public_id>/", title=model.what, subject=record(self.found, model.what))(case)
        roles = options.get("decide", self.case.roles)
        self.case.action("approve/", done=self.said.get("approve", _("已同意。")), roles=roles)(self.approve)
        self.case.action("refuse/", form=RefusalForm, done=_("已回复不同意。"), roles=roles)(self.refuse)
        if self.is_withdrawn_here:
            self.case.action("withdraw/", done=_("已撤回。"))(self.withdraw)
        may_approve = console.pages["approve"].is_shown_to
        self.list.waiting_lines = self.waiting_lines
        self.list.decides = lambda viewer: options.get("waits", True) and may_approve(viewer)
        if "rows_at" in options:
            self.case.download(options["rows_at"])(self.rows_file)

    def cases(self, request: PageRequest) -> HttpResponseBase:
        return listing(
            request,
            self.table,
            self.found.order_by("-created_at", "-pk"),
            self.filters,
            empty=self.options.get("empty"),
            export_as=str(self.options["title"]),
            per_page=BATCHES_SHOWN,
            template=self.options.get("list_template", "kit/listing.html"),
        )

    def rows_file(self, request: PageRequest, found: Any) -> HttpResponseBase:
        noun = request.page.console.namespace.rpartition(":")[2]
        return export(self.options["rows"](request, found), f"{noun}-{campus_time(found.created_at):%Y%m%d}-{found.pk}")

    def approve(self, request: PageRequest, found: Any) -> object:
        made = self.approve_as_seen(request, found) if "seen" in self.options else self.on_approve(request.actor, found)
        return made if callable(self.said.get("approve")) else None

    @transaction.atomic
    def approve_as_seen(self, request: PageRequest, found: Any) -> object:
        """Compared once it is decided, and so locked."""
        made = self.on_approve(request.actor, found)
        if request.POST.get("seen", "") != self.options["seen"](made):
            raise WrongStateError(what=self.model.what, state=_("刚有补充，请看过再办"))
        return made

    def refuse(self, request: PageRequest, form: RefusalForm, found: Any) -> None:
        self.on_refuse(request.actor, found, form.cleaned_data["answer"])

    def withdraw(self, request: PageRequest, found: Any) -> None:
        if found.author_id != request.viewer.account_id:
            raise NotTheAuthorError
        self.on_refuse(request.actor, found, WITHDRAWN)

    @property
    def is_withdrawn_here(self) -> bool:
        """By its author, as its room refuses it; a kind with an end of its own for that (`taken_back`, a list's `discarded`) hangs it up itself."""
        return not {TAKEN_BACK, intake.DISCARDED} & set(self.model.State.values)  # type: ignore[attr-defined]

    def show(self, request: PageRequest, found: Any) -> HttpResponse:
        console, me = request.page.console, request.viewer.account_id
        reader = Reader(request, me, self.table.people_in([found]))
        addresses = {
            name: page.address(public_id=found.public_id)
            for name, page in console.pages.items()
            if page.parent is self.case
        }
        is_mine, waits = found.author_id == me, found.state == found.waits_in and not found.is_overdue
        may_decide = me not in {found.author_id, *found.others} and console.pages["approve"].is_shown_to(request.viewer)
        buttons = ("approve", "refuse") if may_decide and waits else ("submit",) if is_mine and not waits else ()
        if shown := [addresses[name] for name in buttons if name in addresses]:
            note_opening(request, *shown)
        facts: dict[str, Any] = {
            "case": found,
            "state": next(one for one in self.table.columns if one.name == "state").shown(found, reader),
            "case_facts": [(one.head, one.shown(found, reader)) for one in self.table.columns if self.is_fact(one)],
            "addresses": addresses,
            "is_mine": is_mine,
            "waits": waits,
            "proves_at": "" if request.actor.is_fresh else proof_address(request),
            "may_decide": may_decide,
            "refusal": form_of(request, RefusalForm),
            "agree": self.options["agree"](found) if "agree" in self.options else _("同意办理"),
            "seen": self.options["seen"](found) if "seen" in self.options else "",
            "next_url": "" if may_decide and waits else self.next_address(request.viewer, found),
            **self.own_facts(request, found),
        }
        if "rows" in self.options:
            facts["list"] = self.options["rows"](request, found)
        if "facts" in self.options:
            facts |= self.options["facts"](request, found)
        return render(request, self.options.get("template", "kit/case.html"), facts)

    def next_address(self, viewer: Viewer, found: Any) -> str:
        """Of the oldest that waits for a viewer who decides, so that two hundred are worked through without the list between."""
        if not self.list.console.pages["approve"].is_shown_to(viewer):
            return ""
        waiting = self.model.waiting_for(viewer.account_id).exclude(pk=found.pk).order_by("created_at", "pk").first()
        return self.case.address(public_id=waiting.public_id) if waiting else ""

    def waiting_lines(self, viewer: Viewer, limit: int) -> list[WaitingLine]:
        """The oldest first, each with the first columns of its list."""
        rows = list(self.model.waiting_for(viewer.account_id).order_by("created_at", "pk")[:limit])
        reader = Reader(None, viewer.account_id, self.table.people_in(rows))
        facts = [column for column in self.table.columns if self.is_fact(column) and not isinstance(column, Markup)]
        return [
            WaitingLine(
                title=f"{self.options['title']} {row}"
                if type(row).__str__ is not Model.__str__
                else self.options["title"],
                url=self.case.address(public_id=row.public_id),
                who=row.requested[0],
                since=row.requested[1],
                facts=tuple((one.head, str(one.shown(row, reader))) for one in facts[:FACTS_WAITING]),
            )
            for row in rows
        ]

    @staticmethod
    def is_fact(column: Column) -> bool:
        """Title, state and people stand elsewhere on the page."""
        return column.name not in {"title", "state"} and not isinstance(column, Who)

    def own_facts(self, _request: PageRequest, _found: Any) -> Mapping[str, Any]:
        """What the page of one shows of this kind of case beside the room's own."""
        return {}


class Intake(Cases):
    """`check` finds what is wrong with the lines of a file, or its rows; `keep` writes them, under the form's token. The same form
    again is what it made: asked before its lines are checked, for what it made may stand in their way."""

    taken_back: Callable[[PageRequest, Any], Mapping[str, Any]] | None = None
    """Of lists that can be rolled back (`kit.undoing`): what the page of one shows of that."""

    def __init__(
        self,
        console: "Console",
        path: str,
        model: type[IntakeBatch],
        table: type[Table],
        sheet: Sheet,
        *,
        form: type[IntakeForm],
        check: Callable[[Sequence[Line]], Checked[Any]],
        keep: Callable[[Actor, Any, list[Any]], IntakeBatch],
        options: IntakeOptions,
    ) -> None:
        super().__init__(
            console,
            path,
            model,
            table,
            options=options,
            on_approve=lambda by, found: intake.approve(by=by, batch=found),
            on_refuse=lambda by, found, answer: intake.refuse(by=by, batch=found, answer=answer),
        )
        self.sheet, self.check, self.keep, self.filled = sheet, check, keep, options.get("filled")
        given: FormOptions = {
            "template": "kit/intake.html",
            "submit": _("检查文件"),
            "icon": "upload",
            "to": "case",
            "largest_file": form.largest + 100_000,
            "proves": True,
            **options["new"],
        }
        more = given.get("facts")
        given["facts"] = lambda request: {
            "steps": STEPS,
            "template": blank.address(),
            "has_filled": self.filled is not None,
            **(more(request) if more else {}),
        }
        blank = self.list.download("template.xlsx")(self.template)
        self.list.form("new/", form, **given)(self.new)
        self.case.action("submit/", done=_("已提交，等另一位经办人复核。"))(self.submit)
        self.case.action("discard/", done=self.said.get("discard", _("已作废。")))(self.discard)

    def template(self, request: PageRequest) -> HttpResponseBase:
        name = str(self.options["title"])
        content = self.filled() if self.filled and "last" in request.GET else self.sheet.form(name=name)
        return attachment(HttpResponse(content, content_type=WORKBOOK), f"{name}.xlsx")

    def new(self, request: PageRequest, form: IntakeForm) -> Any:
        known = self.model.known(request.actor, form.cleaned_data["token"])
        if known is not None:
            return known
        rows = rows_in(request, self.sheet, form.cleaned_data["file"], self.check)
        return self.keep(request.actor, form, rows)

    def submit(self, request: PageRequest, found: IntakeBatch) -> None:
        intake.submit(by=request.actor, batch=found)

    def discard(self, request: PageRequest, found: IntakeBatch) -> None:
        intake.discard(by=request.actor, batch=found)

    def own_facts(self, request: PageRequest, found: IntakeBatch) -> Mapping[str, Any]:
        """How far it came on its way, and how far its job is; who asked to take it back, and where one may."""
        progress = None
        if found.is_at_work and found.progress_id is not None:
            progress = Progress.objects.filter(public_id=found.progress_id).first()
        taken_back = self.taken_back(request, found) if self.taken_back else {}
        return {"steps": STEPS, "progress": progress, **taken_back}


@job("kernel.expire_proposals", every="23 * * * *")
def expire_proposals() -> int:
    """Closes what nobody decided in time, each by its room's own refusal; one that breaks keeps no other from it."""
    waiting = [
        (refuse, found)
        for model, refuse in refusals.items()
        for found in model._default_manager.filter(state=model.waits_in).order_by("pk")  # noqa: SLF001 - of whichever model
        if found.is_overdue
    ]
    closed = 0
    for refuse, found in waiting:
        with alone("a proposal could not be closed", label=found._meta.label, row=found.pk):  # noqa: SLF001
            refuse(EXPIRY, found, NOT_IN_TIME)
            closed += 1
    return closed


def rows_in(
    request: PageRequest, sheet: Sheet, content: bytes, check: Callable[[Sequence[Line]], Checked[Any]]
) -> list[Any]:
    """Of a file as a whole, or what is wrong in which line."""
    lines = sheet.read(content)
    checked = check(lines)
    say_unread(request, lines)
    if checked.faults:
        raise faulty(request, checked.faults)
    return checked.rows


def say_unread(request: HttpRequest, lines: Lines) -> None:
    """On the next page: which columns of a file that could be read went nowhere."""
    if lines.unread:
        messages.warning(request, _("没有读这几列：%(heads)s。") % {"heads": "、".join(lines.unread[:UNREAD_SHOWN])})


def faulty(request: PageRequest, faults: Sequence[Fault]) -> FaultyRowsError:
    """With the list that the page shows of them."""
    shown = list_of(request, Faults, faults[:FAULTS_SHOWN], per_page=FAULTS_SHOWN, caption=_("有误的行"))
    return FaultyRowsError(count=len({one.line for one in faults}), faults=faults, list=shown)
