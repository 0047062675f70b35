"""The pages of a console: what is read (`page`), what is filled in (`form`), what a button does (`action`)."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial, wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal, Required, TypedDict, Unpack, cast

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from nanhu.kernel import clock
from nanhu.kernel.actors import note_opening, proof_address
from nanhu.kernel.errors import CampusError, StaleSignInError, SuppliedElsewhereError
from nanhu.kernel.kit.records import Seen
from nanhu.kernel.kit.requests import SIGNED_IN, PageRequest, admit, prepared
from nanhu.kernel.kit.submissions import submit_once, submitted_before
from nanhu.kernel.kit.suggestions import FIELD, fields_of, read_by, suggestions
from nanhu.kernel.kit.waiting import ACCOUNT, CountedList, own_count
from nanhu.kernel.registry import Text, Viewer, Waiting, WaitingLine

if TYPE_CHECKING:
    from nanhu.kernel.kit.consoles import Console

TAKES_FORMS = ("GET", "HEAD", "POST")
consoles: dict[str, "Console"] = {}
"""All of them by their namespace."""
type View = Callable[..., Any]
type Tone = Literal["primary", "danger"]
type Done = Text | Callable[[Any], str]


class PageOptions(TypedDict, total=False):
    """`tab`: its word in the section bar, with the number that `count` finds (told loudly where it `waits` for the viewer).
    `roles`: keys, where not all roles of the console may open it; `allows`: says so in their place, where it is no matter of roles.
    `subject`: finds what the address names, or raises (a `Seen` for this reader); the page is then given that instead of the
    address's arguments. `about`: what people call it, so that each form about it, also one of a page below, says about which.
    `below`: its word as a button under the form that it hangs under. `guards`: what else must let in (a sign-in that is fresh). `posts`:
    it sees to forms itself, which one it is being known only then. `opens_whole`: never beside a list (it is printed, or its own
    script is at work)."""

    title: Required[Text]
    lead: Text
    tab: Text
    count: Callable[[Viewer], int]
    waits: bool
    roles: Iterable[str]
    allows: Callable[[Viewer], bool]
    subject: Callable[..., Any] | Seen
    about: Callable[[Any], str]
    below: Text
    guards: Iterable[Callable[[View], View]]
    posts: bool
    opens_whole: bool


class ActionOptions(TypedDict, total=False):
    """`done`: the sentence after it, or a function of what the service gave. `to`: the name of the page to go on to, its
    address filled from what the service gave, or from this address; else the one above. `repeated`: what is said where this very form
    was sent before. `refused`: the title of the box that says why it was refused. `largest_file`: as in a form. `writes_supplied`:
    False where it changes nothing that a supplier keeps (it prints), so that it works while another system supplies the console.
    `below`: as of a page."""

    done: Done
    repeated: Text
    refused: Text
    to: str
    roles: Iterable[str]
    subject: Callable[..., Any] | Seen
    form: type[forms.BaseForm]
    largest_file: int
    writes_supplied: bool
    below: Text


class FormOptions(PageOptions, total=False):
    """`button`: it stands as the one primary button at the head of the console's pages. `preview`: says first what it would
    do; the second press does it. `facts`: more for the template. `largest_file`: bytes of a body with files. `arguments`: with
    which the form is made beside its data, where its fields depend on who looks or at what. `prefilled`: the fields that the address
    may fill in beforehand (`?receipt=…`). `refused`, `repeated`, `writes_supplied`: as in an action. `proves`:
    another will decide what it hands in, so whoever opens it first proves who he is, unless he did so lately."""

    done: Done
    repeated: Text
    refused: Text
    to: str
    button: Text
    icon: str
    submit: Text
    tone: Tone
    template: str
    initial: Callable[..., dict[str, Any]]
    prefilled: Iterable[str]
    preview: Callable[..., Any]
    facts: Callable[..., Mapping[str, Any]]
    arguments: Callable[..., Mapping[str, Any]]
    largest_file: int
    proves: bool
    writes_supplied: bool


class LookupOptions(FormOptions, total=False):
    """`keeps`: the fields that stay filled in for the next look."""

    keeps: Iterable[str]


class Page:
    """A page that is read. Under it hang further ones, whose addresses go on from its own."""

    methods: tuple[str, ...] = ("GET", "HEAD")
    waiting_lines: Callable[[Viewer, int], list[WaitingLine]] | None = None
    """The first of what waits here for a viewer, one by one."""
    decides: Callable[[Viewer], bool] | None = None
    """Where not all who see the page may decide what waits on it."""

    def __init__(
        self, console: "Console", parent: "Page | None", path: str, function: View, options: PageOptions
    ) -> None:
        self.console, self.parent, self.function = console, parent, function
        self.name: str = function.__name__
        self.path: str = joined(parent.path, path) if parent else path
        self.title, self.lead = options.get("title", ""), options.get("lead", "")
        self.tab, self.count, self.waits = options.get("tab", ""), options.get("count"), options.get("waits", False)
        self.waiting = self.count if self.waits else None
        self.roles, self.allows = self.who_may(options)
        self.show_count(self.count)
        self.subject: Callable[..., Any] | Seen | None = options.get("subject") or (parent.subject if parent else None)
        inherited = parent.about if parent and "subject" not in options else None
        self.about: Callable[[Any], str] | None = options.get("about", inherited)
        self.below = options.get("below", "")
        self.guards = tuple(options.get("guards", ()))
        self.opens_whole = options.get("opens_whole", False)
        self.methods = TAKES_FORMS if options.get("posts") else self.methods
        self.view = self.as_view()

    def who_may(self, options: PageOptions) -> tuple[frozenset[str], Callable[[Viewer], bool] | None]:
        """Its roles, or what stands in their place: its own, else that of the page above, else the console's."""
        if "allows" in options:
            return SIGNED_IN, options["allows"]
        if "roles" in options:
            return frozenset(options["roles"]), None
        return (self.parent.roles, self.parent.allows) if self.parent else (frozenset(self.console.roles), None)

    def show_count(self, count: Callable[[Viewer], int] | None) -> None:
        """Nobody is shown it but who is shown the page, so for nobody else it is counted."""
        if isinstance(count, CountedList):
            count.show_to(frozenset() if self.allows else self.roles)

    def as_view(self) -> Callable[..., HttpResponseBase]:
        @never_cache
        @wraps(self.function)
        def view(request: HttpRequest, **arguments: object) -> HttpResponseBase:
            refused = admit(request, self.roles)
            if refused is not None:
                return refused
            page_request = prepared(request, self, arguments)
            if not self.is_allowed(page_request.viewer):
                raise Http404
            if request.method not in self.methods:
                return HttpResponseNotAllowed(self.methods)
            respond: View = partial(suggestions, page=self) if FIELD in request.GET else self.respond
            for guard in self.guards:
                respond = guard(respond)
            answer: HttpResponseBase = respond(page_request)
            return answer

        view.roles = self.roles  # type: ignore[attr-defined]  # for who must judge before the view runs
        if form := getattr(self, "form_class", None):
            view.form_fields = partial(fields_of, form)  # type: ignore[attr-defined]  # for who gives back what was typed
        return view

    def is_allowed(self, viewer: Viewer) -> bool:
        """What `allows` of the console and of the page say of somebody whom `admit` lets in."""
        of_console, of_page = self.console.allows, self.allows
        return (of_console is None or of_console(viewer)) and (of_page is None or of_page(viewer))

    def is_shown_to(self, viewer: Viewer) -> bool:
        """Whether a viewer who is in sees its tab or button. The door itself is `admit`, which knows of second factors."""
        return self.allows(viewer) if self.allows else viewer.has_one_of(self.roles)

    def waiting_for(self, viewer: Viewer, limit: int) -> Waiting | None:
        """What waits on it for somebody who may decide it; without a limit it is only counted."""
        is_theirs = self.is_shown_to(viewer) and self.is_allowed(viewer)  # in this order: most are shown to few
        count = self.waiting_count(viewer) if is_theirs else None
        lines = self.waiting_lines(viewer, limit) if count and limit and self.waiting_lines else []
        return Waiting(count=count, url=self.address(), lines=lines) if count else None

    def waiting_count(self, viewer: Viewer) -> int | None:
        """None where nothing here waits for anybody, or not for this reader."""
        is_decider = self.decides is None or self.decides(viewer)
        return self.waiting(viewer) if self.waiting and is_decider else None

    def waits_for(
        self,
        label: str,
        rows: Callable[[Any], QuerySet[Any]],
        line: Callable[[Any], WaitingLine],
        *,
        decides: "Page | None" = None,
    ) -> None:
        """What on it waits for a second person, where it is no list of proposals: `rows` that an account may decide, never those that
        it began. The number in its tab may tell more. `decides`: the button, where not all who see the page have it."""
        self.waiting = own_count(label, rows, of=ACCOUNT)
        self.show_count(self.waiting)
        self.waiting_lines = lambda viewer, limit: [line(one) for one in rows(viewer.account_id)[:limit]]
        self.decides = decides.is_shown_to if decides else None
        self.console.enter_waiting(self)

    def respond(self, request: PageRequest) -> HttpResponseBase:
        return self.shown(request, *self.subject_of(request))

    def again(self, request: PageRequest) -> HttpResponseBase:
        """As somebody finds it who has pressed nothing yet, also below a button that was refused."""
        return self.respond(request)

    def subject_of(self, request: PageRequest) -> tuple[object, ...]:
        """What the address names, looked up once; the arguments themselves where nobody looks them up."""
        if self.subject is None:
            return tuple(request.arguments.values())
        if isinstance(self.subject, Seen):
            return (self.subject.find(request, **request.arguments),)
        return (self.subject(**request.arguments),) if request.arguments else ()

    def shown(self, request: PageRequest, *subject: object) -> HttpResponseBase:
        answer: HttpResponseBase = self.function(request, *subject)
        return answer

    def address(self, **arguments: object) -> str:
        return self.console.address(self.name, arguments)

    def addresses_below(self, **arguments: object) -> dict[str, str]:
        """By name, of what hangs under it at addresses that ask for nothing more: for the buttons of its template."""
        named = names_in(self.path)
        below = (one for one in self.console.pages.values() if one.parent is self and names_in(one.path) == named)
        return {one.name: one.address(**arguments) for one in below}

    def page(self, path: str, **options: Unpack[PageOptions]) -> Callable[[View], "Page"]:
        return lambda function: self.console.add(Page(self.console, self, path, function, options))

    def form(
        self, path: str, form: type[forms.BaseForm], **options: Unpack[FormOptions]
    ) -> Callable[[View], "FormPage"]:
        return lambda function: self.console.add(FormPage(self.console, self, path, function, options, form=form))

    def lookup(
        self, path: str, form: type[forms.BaseForm], **options: Unpack[LookupOptions]
    ) -> Callable[[View], "Lookup"]:
        return lambda function: self.console.add(Lookup(self.console, self, path, function, options, form=form))

    def download(self, path: str, *, posts: bool = False, pressed: bool = False) -> Callable[[View], "Download"]:
        """`posts`: a press of a button may hand out more, which is written down; what only reads changes nothing. `pressed`: only a
        press hands it out, for each time is written down."""
        kind, options = PressedDownload if pressed else Download, PageOptions(title=_("下载"), posts=posts)
        return lambda function: self.console.add(kind(self.console, self, path, function, options))

    def action(self, path: str, **options: Unpack[ActionOptions]) -> Callable[[View], "Action"]:
        return lambda function: self.console.add(Action(self.console, self, path, function, options))


class Download(Page):
    """An address that hands a file out."""


class PressedDownload(Download):
    """No browser that fetches beforehand is written down as who got it."""

    methods = ("POST",)


class SubmitPage(Page):
    """What a press of a button does: once for each form, then on to the next page."""

    methods = TAKES_FORMS
    done: Done
    to: str
    repeated: Text = _("这张表单已经提交过，没有再办一次。")
    refused: Text = ""
    writes_supplied = True

    def takes(self, largest_file: int | None) -> None:
        """Files up to so many bytes."""
        if largest_file is not None:
            self.view.largest_body = largest_file  # type: ignore[attr-defined]  # kernel.bodies reads it

    def respond(self, request: PageRequest) -> HttpResponseBase:
        """A form that was done leads where it led then, also where what it named is no longer on this page because of it."""
        known = submitted_before(request, self.name) if request.method == "POST" else None
        return self.taken(request) if known is None else self.led_on(request, known)

    def taken(self, request: PageRequest) -> HttpResponseBase:
        raise NotImplementedError

    def act(self, request: PageRequest, *arguments: object) -> HttpResponseBase:
        if self.writes_supplied and (source := self.console.supplier()):
            raise SuppliedElsewhereError(source=source)
        answer = submit_once(request, self.name, lambda: self.function(request, *arguments), self.next_address)
        if not answer.is_new:
            return self.led_on(request, answer.address)
        if self.done:
            messages.success(request, self.done(answer.made) if callable(self.done) else str(self.done))
        return answer.made if isinstance(answer.made, HttpResponseBase) else HttpResponseRedirect(answer.address)

    def tell_why(self, request: PageRequest, error: CampusError) -> None:
        request.refused = str(self.refused)
        request.proves_at = proof_address(request) if isinstance(error, StaleSignInError) else ""

    def led_on(self, request: PageRequest, address: str) -> HttpResponseBase:
        messages.info(request, str(self.repeated))
        return HttpResponseRedirect(address)

    def next_address(self, request: PageRequest, made: object) -> str:
        if isinstance(made, HttpResponseRedirect):
            return made.url
        target = self.console.pages[self.to] if self.to else self.parent
        if target is None:
            return self.console.home()
        here = request.arguments
        if not self.to:  # what it made has an id of its own; the page above is that of this address
            return target.address(**{name: here[name] for name in names_in(target.path)})
        return target.address(**{name: getattr(made, name, here.get(name)) for name in names_in(target.path)})


class FormPage(SubmitPage):
    """A form on a page of its own, shown by "kit/form.html" or a template that extends it."""

    def __init__(
        self,
        console: "Console",
        parent: Page | None,
        path: str,
        function: View,
        options: FormOptions,
        *,
        form: type[forms.BaseForm],
    ) -> None:
        self.form_class, self.options = form, options
        self.done, self.to = options.get("done", ""), options.get("to", "")
        self.repeated, self.refused = options.get("repeated", self.repeated), options.get("refused", self.refused)
        self.writes_supplied = options.get("writes_supplied", True)
        super().__init__(console, parent, path, function, options)
        self.takes(options.get("largest_file"))

    def taken(self, request: PageRequest) -> HttpResponseBase:
        if request.method != "POST":
            proves = self.options.get("proves", False)
            if proves and not request.actor.is_fresh:
                return HttpResponseRedirect(proof_address(request))
            if proves:
                note_opening(request, request.path)
            return self.again(request)
        subject = self.subject_of(request)
        sent = self.form_class(request.POST, request.FILES, **self.arguments(request, *subject))
        form = read_by(sent, request.viewer)
        if not form.is_valid():
            return self.filled(request, form, *subject, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            if "preview" in self.options and "confirmed" not in request.POST:
                return self.filled(request, form, *subject, preview=self.options["preview"](request, form, *subject))
            return self.act(request, form, *subject)
        except CampusError as error:
            self.tell_why(request, error)
            add_failure(form, error)
            return self.filled(request, form, *subject, error=error, status=status_of(error))

    def again(self, request: PageRequest) -> HttpResponseBase:
        subject = self.subject_of(request)
        initial = self.options["initial"](request, *subject) if "initial" in self.options else {}
        asked = {name: request.GET[name] for name in self.options.get("prefilled", ()) if name in request.GET}
        given = {"initial": {**initial, **asked}, **self.arguments(request, *subject)}
        return self.filled(request, self.form_class(**given), *subject)

    def arguments(self, request: PageRequest, *subject: object) -> Mapping[str, Any]:
        return self.options["arguments"](request, *subject) if "arguments" in self.options else {}

    def filled(
        self, request: PageRequest, form: forms.BaseForm, *subject: object, status: int = 200, **shown: object
    ) -> HttpResponse:
        more = self.options["facts"](request, *subject) if "facts" in self.options else {}
        facts = {
            "form": form,
            "subject": subject[0] if subject else None,
            "about": self.about(subject[0]) if self.about and subject else "",
            "cancel": self.above(request),
            "submit": self.options.get("submit", ""),
            "tone": self.options.get("tone", "primary"),
            "icon": self.options.get("icon", ""),
            "presses": self.presses_below(request),
            **shown,
            **more,
        }
        return render(request, self.options.get("template", "kit/form.html"), facts, status=status)

    def presses_below(self, request: PageRequest) -> list[dict[str, object]]:
        """The buttons under the form: of what hangs under it and has a word for that, each that this reader may press."""
        named = {name: request.arguments[name] for name in names_in(self.path)}
        return [
            {"said": one.below, "to": one.address(**named), "is_action": isinstance(one, Action)}
            for one in self.console.pages.values()
            if one.parent is self and one.below and one.is_shown_to(request.viewer)
        ]

    def above(self, request: PageRequest) -> str:
        if self.parent is None:
            return ""
        return self.parent.address(**{name: request.arguments[name] for name in names_in(self.parent.path)})


class Lookup(FormPage):
    """Asks and shows what was found, above an empty form for the next. Whatever the asking writes (a look in the audit) stays."""

    def __init__(
        self,
        console: "Console",
        parent: Page | None,
        path: str,
        function: View,
        options: LookupOptions,
        *,
        form: type[forms.BaseForm],
    ) -> None:
        self.keeps = tuple(options.get("keeps", ()))
        super().__init__(console, parent, path, function, options, form=form)

    def act(self, request: PageRequest, *arguments: Any) -> HttpResponseBase:
        form = arguments[0]
        again = self.form_class(initial={name: form.cleaned_data[name] for name in self.keeps})
        try:
            found = self.function(request, *arguments)
        except CampusError as error:
            return self.filled(request, again, *arguments[1:], failed=error.message, status=status_of(error))
        return self.filled(request, again, *arguments[1:], found=found, at=clock.now())


class Action(SubmitPage):
    """A button on the page above, which shows what became of it; refused, that page says why, with the error's own status."""

    def __init__(
        self, console: "Console", parent: Page | None, path: str, function: View, options: ActionOptions
    ) -> None:
        self.form_class = options.get("form")
        self.done, self.to = options.get("done", ""), options.get("to", "")
        self.repeated, self.refused = options.get("repeated", self.repeated), options.get("refused", self.refused)
        self.writes_supplied = options.get("writes_supplied", True)
        page_options: PageOptions = {
            "title": self.done if not callable(self.done) else "",
            "below": options.get("below", ""),
        }
        if "roles" in options:
            page_options["roles"] = options["roles"]
        if "subject" in options:
            page_options["subject"] = options["subject"]
        super().__init__(console, parent, path, function, page_options)
        self.takes(options.get("largest_file"))

    def taken(self, request: PageRequest) -> HttpResponseBase:
        if request.method != "POST":
            return HttpResponseRedirect(self.back_address(request))
        subject = self.subject_of(request)
        form = read_by(self.form_class(request.POST, request.FILES), request.viewer) if self.form_class else None
        if form is not None and not form.is_valid():
            return self.failed(request, "", HTTPStatus.UNPROCESSABLE_ENTITY, form)
        try:
            return self.act(request, *((form,) if form is not None else ()), *subject)
        except CampusError as error:
            self.tell_why(request, error)
            if form is not None and error.field in form.fields:
                add_failure(form, error)
                return self.failed(request, "", status_of(error), form)
            return self.failed(request, error.message, status_of(error), form)

    def failed(self, request: PageRequest, failure: Text, status: int, form: forms.BaseForm | None) -> HttpResponseBase:
        """The page above once more: nothing that was typed is lost. What is wrong stands at its head, once: `failure`, or the
        faults of the form."""
        above = self.parent
        if above is None:
            raise Http404
        request.failure, request.failed_form = str(failure), form
        request.arguments = {name: request.arguments[name] for name in names_in(above.path)}
        request.page = above
        request.method = "GET"  # a page that sees to forms itself takes this one for none of its own
        try:
            answer = above.again(request)
        finally:
            request.method = "POST"
        answer.status_code = status
        return answer

    def back_address(self, request: PageRequest) -> str:
        above = self.parent
        return above.address(**{name: request.arguments[name] for name in names_in(above.path)}) if above else "/"


def page_named(to: str, request: HttpRequest) -> Page:
    """A page of the console where one is, or "card:closing:settlement" of another."""
    namespace, _colon, name = to.rpartition(":")
    console = consoles[namespace] if namespace else cast("PageRequest", request).page.console
    return console.pages[name]


def form_of[F: forms.BaseForm](request: PageRequest, form: type[F], **options: Any) -> F:
    """For a page with an action's form on it: as it was sent and refused, else an empty one."""
    sent = request.failed_form
    return sent if isinstance(sent, form) else form(**options)


def add_failure(form: forms.BaseForm, error: CampusError) -> None:
    form.add_error(error.field if error.field in form.fields else None, error.message)


def status_of(error: CampusError) -> int:
    """The request could be read: what was wrong is what stood in the form, also where a field of it names what is not there."""
    is_named = error.http_status == HTTPStatus.NOT_FOUND and bool(error.field)
    is_general = error.http_status == HTTPStatus.BAD_REQUEST or is_named
    return HTTPStatus.UNPROCESSABLE_ENTITY if is_general else error.http_status


def joined(above: str, path: str) -> str:
    """A path that begins with "/" stands elsewhere in the console than the page it hangs under."""
    if path.startswith("/"):
        return path[1:]
    return above + path if not above or above.endswith("/") else f"{above}/{path}"


def names_in(path: str) -> list[str]:
    """ "payouts/<uuid:public_id>/" → ["public_id"]."""
    return [part.partition(">")[0].rpartition(":")[2] for part in path.split("<")[1:]]
