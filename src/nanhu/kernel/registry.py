"""What rooms declare of themselves: applications, tiles, roles, facts, checks. The portal reads it and knows no room."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal, Protocol, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.functional import Promise, lazy
from django.utils.translation import get_language

from nanhu.kernel.actors import Actor

type Text = str | Promise
type Face = Literal["student", "staff", "guest"]
type Section = Literal["personal", "work", "study", "service"]
BOTH_FACES: frozenset[str] = frozenset({"student", "staff"})
ALL_FACES: frozenset[str] = BOTH_FACES | {"guest"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks: set on every signed-in request by the identity room. `face` is the side chosen among `faces`."""

    account_id: int
    person_id: int | None
    name: str
    campus_no: str
    faces: frozenset[str]
    face: str
    roles: frozenset[str] = frozenset()
    record: Any = field(default=None, compare=False, repr=False)
    """The golden record as this request has read it, for the room it belongs to (a `people.PersonCard`)."""
    counted: dict[str, int] = field(default_factory=dict, compare=False, repr=False)
    """How many rows wait in each list, once this request has counted them (`kernel.kit.waiting`)."""
    acts: bool = field(default=False, compare=False, repr=False)
    """Whether the request is to change something: most likely it shows no page."""
    known: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What a room has read for this request and asks again (`flows.capacities`): through `once`."""

    def has_one_of(self, roles: Collection[str]) -> bool:
        """Of roles that are named; where none is, everybody will do."""
        return not roles or not self.roles.isdisjoint(roles)

    def once[T](self, key: str, read: Callable[[], T]) -> T:
        """What `read` gives, read at most once a request."""
        if key not in self.known:
            self.known[key] = read()
        found: T = self.known[key]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An entry of the application menu. With `roles`, only who holds one of them sees it.

    `is_primary` marks the one that stands raised in the middle of the phone's bar (付款码); `bar` is the word under which
    another stands in it (待办).
    """

    key: str
    name: Text
    icon: str
    url: Text | Callable[[], str]
    section: Section
    faces: frozenset[str] = BOTH_FACES
    roles: frozenset[str] = frozenset()
    owner: Text = ""
    description: Text = ""
    order: int = 100
    external: bool = False
    single_sign_on: bool = False
    is_primary: bool = False
    new_window: bool = False
    bar: Text = ""
    in_maintenance: Callable[[], bool] = lambda: False

    def is_for(self, viewer: Viewer) -> bool:
        """个人事务 is for staff alone, whoever else an entry of it is meant for."""
        if self.section == "personal" and viewer.face != "staff":
            return False
        return viewer.face in self.faces and viewer.has_one_of(self.roles)

    def address(self) -> str:
        return resolved(self.url) if callable(self.url) else str(self.url)


@lru_cache(maxsize=1024)
def resolved(url: Callable[[], str]) -> str:
    """A room's address is the same as long as the process lives, and every page shows a dozen."""
    return url()


@lru_cache(maxsize=4096)
def address_of(name: str, *words: str | UUID) -> str:
    """Of a page that many pages lead to, as `reverse` gives it (which takes some twenty times as long). Raises NoReverseMatch where no such page
    is installed."""
    return reverse(name, args=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuSource:
    """Further entries of the menu that a room knows only at run time: `load` gives those this viewer may use."""

    key: str
    load: Callable[[Viewer], list[Application]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TileContent:
    """One number or short list with its source and time."""

    value: str = ""
    caption: Text = ""
    source: Text = ""
    as_of: datetime | None = None
    url: str = ""
    tone: Literal["plain", "good", "attention", "danger", "stale"] = "plain"
    actions: tuple[tuple[Text, str], ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A piece of the home page. `load` returns None where there is nothing to show to this viewer.

    `insists`: content for which it stands among the first three of the home even where its reader has hidden or moved it.
    `order_on_phones`: where its place is another there. With `roles`, only who holds one of them has it.
    """

    key: str
    title: Text
    load: Callable[[Viewer], TileContent | None]
    faces: frozenset[str] = BOTH_FACES
    roles: frozenset[str] = frozenset()
    order: int = 100
    icon: str = ""
    insists: Callable[[TileContent], bool] | None = None
    order_on_phones: int | None = None

    def is_for(self, viewer: Viewer) -> bool:
        return viewer.face in self.faces and viewer.has_one_of(self.roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeTopic:
    """What belongs on the page 工作生活 or 学习生活, whether a room supplies it yet or not; `supplier` is the system that would."""

    key: str
    title: Text
    section: Literal["work", "study"]
    icon: str
    supplier: Text
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LifePart:
    """What a room has to say under a topic of 工作生活 or 学习生活. `load` returns None where there is nothing for this viewer."""

    key: str
    topic: str
    load: Callable[[Viewer], TileContent | None]
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A right that is granted to accounts, named "<room>.<role>".

    Who holds an administrative one always signs in with a second factor.
    """

    key: str
    name: Text
    description: Text = ""
    is_administrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of 个人信息, with the office it comes from."""

    label: Text
    value: Text
    source: Text = ""
    kind: Literal["text", "photo", "portrait"] = "text"
    """The photo is an office's; a portrait its person's own, which pages show instead."""
    key: str = ""
    """Of the field, where it can be corrected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalFacts:
    """A room's part of 个人信息."""

    key: str
    load: Callable[[Viewer], list[Fact]]
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFact:
    """A fact of somebody (`Fact.key` without its number) that says something else since a moment; `was`: what it said before."""

    person_id: int
    field: str
    was: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FactCopy:
    """A place where a fact stands, too: which one, where a room has several, and when it followed (None: not yet)."""

    followed_at: datetime | None
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactCopies:
    """Where a room keeps what a person's record says, or has handed it on: `load(fact)` gives the copies there are of this fact. A correction
    ends when the awaited ones followed; those that are not awaited follow when their person does something (`how`: a new card)."""

    key: str
    title: Text
    load: Callable[[ChangedFact], Iterable[FactCopy]]
    how: Text = ""
    is_awaited: bool = True
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose data is asked for. `is_whole`: also what is masked elsewhere, for the copy that only its owner opens."""

    account_id: int
    person_id: int
    is_whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """What a room keeps about a person, in plain JSON values: for the copy of my data and for access tokens.

    `load(owner, since)` yields records, newest first where they have a time; `since` narrows those. `key` is
    "<room>.<records>"; a token with the scope of that name reads them.
    """

    key: str
    title: Text
    load: Callable[[Owner, datetime | None], Iterable[Mapping[str, Any]]]
    description: Text = ""
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An audited action by which somebody sees a person's protected data. Its audit target is "person:<id>"."""

    key: str
    what: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """A notice as the home shows it."""

    title: str
    url: str
    office: str
    published_at: datetime
    is_unread: bool = False
    is_pinned: bool = False
    must_read: bool = False
    has_attachment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeNotices:
    """Where the home's notices come from: `load(viewer, limit)`; `url` lists all of them."""

    key: str
    load: Callable[[Viewer, int], list[NoticeLine]]
    url: Text | Callable[[], str] = ""


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What a check found and, where something is wrong, how to mend it."""

    verdict: Verdict
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check of `nanhu doctor`."""

    key: str
    title: Text
    run: Callable[[], CheckResult]
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolRules:
    """A table of the school's file that a room reads: `read` raises SchoolFileError where a value cannot be used."""

    key: str
    read: Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """Something a person has not settled: what it is, how much (0: no money), how and where it is settled."""

    what: Text
    how: Text
    amount_fen: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """A room's part of what persons have not settled (未了事项), asked when somebody leaves, enrols or pauses.

    `load(person_ids, purpose)` gives it by person, thousands of them in one query; who has none is not in the answer.
    """

    key: str
    office: Text
    load: Callable[[Collection[int], str], Mapping[int, Sequence[Outstanding]]]
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TermStep:
    """What a room does once when a term opens (学期结转). `run(term's key)` writes and gives numbers by the keys of `counts`, which says
    what each counts. It may be rehearsed: run in a transaction that is rolled back, so it touches nothing but the database.
    """

    key: str
    title: Text
    run: Callable[[str], Mapping[str, int]]
    counts: Mapping[str, Text]
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Something in a person's calendar: whole days (the last day is not part of it) or moments. `uid` stays the same as long as it is the
    same thing, and `sequence` grows with each change of it.
    """

    uid: str
    title: Text
    starts: date
    ends: date
    changed_at: datetime
    sequence: int = 0
    place: str = ""
    description: Text = ""
    url: str = ""
    is_cancelled: bool = False
    is_private: bool = False
    """An address that others may get hold of tells that its owner is away, and not why."""
    outside_title: Text = ""
    """What such an address tells in place of the title, where that names somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFeed:
    """A room's part of a person's calendar: `load(viewer, since, until)` gives what happens from a day to a day."""

    key: str
    title: Text
    load: Callable[[Viewer, date, date], Iterable[Occurrence]]
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something that can be found: `detail` says which one it is; `words` are what else it answers to, and are never shown.

    Indexed, it is for everybody who is signed in, or for who has one of the `faces`, holds one of the `roles` and is of one of the units
    (`unit_ids`), as far as these say anything.
    """

    key: str
    title: Text
    url: str
    detail: Text = ""
    words: str = ""
    icon: str = ""
    faces: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    unit_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Searchable:
    """A room's part of the one search (统一搜索): either `hits()` gives everything, and it is indexed, or `load(viewer, text, limit)` is asked
    each time, and gives only what this viewer may see. `more(text)` is the address of the room's own list of what was found. `weight` is
    added to how well it answers (7 the whole title, 3 its beginning, 1 in it): what one can do at once stands before what is read about it.

    `of`: the model whose rows are found, each as the hit that `key_of` names: a row that is saved or deleted is indexed anew within seconds,
    and `hits(keys)` gives those alone. What is written past `save` waits for the next look at all.
    """

    key: str
    title: Text
    icon: str
    hits: Callable[..., Iterable[Hit]] | None = None
    of: type[Model] | None = None
    key_of: Callable[[Any], str] = lambda row: str(row.public_id)
    load: Callable[[Viewer, str, int], Sequence[Hit]] | None = None
    more: Callable[[str], str] | None = None
    order: int = 100
    weight: int = 0


def of_keys[Row: Model](rows: QuerySet[Row], keys: Collection[str] | None, field: str = "public_id") -> QuerySet[Row]:
    """What `hits(keys)` gives: of these rows those that are named, or all."""
    return rows if keys is None else rows.filter(**{f"{field}__in": keys})


@dataclass(frozen=True, slots=True)
class Outline:
    """A building on a map: the key of its place, the corners of each of its parts as SVG wants them, its middle."""

    place: str
    rings: Sequence[str]
    middle: tuple[float, float]


@dataclass(frozen=True, slots=True)
class MapSheet:
    """A campus drawn to scale."""

    name: str
    width: int
    height: int
    outlines: Sequence[Outline]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMap:
    """The room that keeps outlines of buildings draws them for those who show where something is."""

    key: str
    load: Callable[[], Sequence[MapSheet]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FootLink:
    """Stands at the foot of every page, signed in or not; `page`: the name of an address that is open to strangers."""

    key: str
    title: Text
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBook:
    """Where the house keeps questions and answers (常见问答). `find(text, limit)` gives what answers to a question in anybody's own
    words; `publish(actor, unit id, question, answer)` keeps one more and gives its address."""

    key: str
    find: Callable[[str, int], Sequence[Hit]]
    publish: Callable[[Actor, int, str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionDesk:
    """Where one asks people when nothing was found: `address(text)` leads to the form, with these words filled in."""

    key: str
    address: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """One thing that waits for somebody: `facts` are what the decision needs, `who` asks for it."""

    title: Text
    url: str
    who: str = ""
    since: datetime | None = None
    facts: tuple[tuple[Text, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many wait, where all of them stand, and the first of them."""

    count: int
    url: str
    lines: Sequence[WaitingLine] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingWork:
    """A room's part of what waits for a person (待办). `load(viewer, limit)` is None where nothing does, and only counts
    where `limit` is 0, as a home does. A console's lists that wait for a viewer (`waits`) enter themselves."""

    key: str
    title: Text
    office: Text
    load: Callable[[Viewer, int], Waiting | None]
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxSystem:
    """A room that is one of the school's named systems (/systems/): the keys of its entries in the menu, what says that it is well, and when
    its data changed last. `part` says what of the system there is, where that is not all."""

    key: str
    owner: Text
    applications: tuple[str, ...]
    check: Callable[[], CheckResult]
    fresh: Callable[[], datetime | None]
    part: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskList:
    """The page on which all that waits for a viewer stands (待办), and how much that is."""

    key: str
    title: Text
    url: Callable[[], str]
    count: Callable[[Viewer], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Where a person reads what he was told: the bell in every bar. `badge` is the address of its number."""

    key: str
    url: Callable[[], str]
    badge: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCardReport:
    """A card that somebody found: the whole number, or at a desk its last four and the name on it; where it waits, and the address
    at which its owner alone writes to whoever keeps it."""

    kept_at: str
    url: str = ""
    number: str = ""
    tail: str = ""
    name: str = ""
    is_at_desk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCards:
    """A room whose cards people lose. `report(by, found)` tells the owner at once and answers nothing: whoever found it learns
    neither whose it is nor whether there is such a card."""

    key: str
    report: Callable[[Actor, FoundCardReport], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflinePage:
    """A page that a phone keeps as it was last seen, for when there is no network; `title`: also a way in from the home screen. `ends`: at
    this address somebody signs in or out instead, and what was kept is forgotten."""

    key: str
    address: Callable[[], str]
    title: Text = ""
    ends: bool = False
    order: int = 100


type MessageKind = Literal["notice", "task", "service", "money", "safety"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTemplate:
    """What a room tells people (消息模板). `title` and `text` name facts as `{fact}`, each of them one of `facts`, in Chinese with their
    English in the room's catalogue; `link(facts)` is the way to the thing, a path of this house. A template of its own for each thing
    that is told, so that the office sees what goes out. Nothing that advertises is one of the kinds. `not_by`: channels that it never
    takes, however pressing it is: a stranger's words are no text message of the school.
    """

    key: str
    kind: MessageKind
    title: Text
    text: Text
    facts: frozenset[str] = frozenset()
    link: Callable[[Mapping[str, str]], str] = lambda _facts: ""
    not_by: frozenset[str] = frozenset()


def worded(key: str, kind: MessageKind, page: str, **named: str) -> MessageTemplate:
    """A template whose words are the sender's, `{words}：{what}`, and whose way is a page: `public_id="booking"` fills that argument of its
    address with that fact."""
    said = lazy(lambda: "{words}: {what}" if (get_language() or "").startswith("en") else "{words}：{what}", str)()
    return MessageTemplate(
        key=key,
        kind=kind,
        title=said,
        text=said,
        facts=frozenset({"words", "what", *named.values()}),
        link=lambda facts: reverse(page, kwargs={name: facts[fact] for name, fact in named.items()}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecipient:
    """One person whom a batch is for. `delivery_id` is the number under which the channel answers for them."""

    delivery_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageBatch:
    """The same words for up to `most` people by one channel. `number` stays the same when a batch comes again after a crash: then some
    of its recipients may be missing, and those who are there may have got it. Words are plain text of one line (`title`) or several
    (`text`), to be escaped for whatever shows them; `url` is a whole address, or empty. `topic` is the same for what is said again of the
    same thing: the newer may replace the older.
    """

    number: UUID
    template: str
    kind: str
    urgency: Literal["now", "today", "digest"]
    language: Literal["zh", "en"]
    title: str
    text: str
    url: str
    topic: str
    recipients: Sequence[MessageRecipient]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOutcome:
    """What became of it for one recipient. `handed_over`: taken, and nobody knows yet (`reference` is what `look` is asked with);
    `failed`: not at all, so that the next channel has its turn; `later`: not now (a limit, somebody away), to be sent again.
    """

    state: Literal["delivered", "handed_over", "failed", "later"]
    reason: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChannel:
    """A way by which messages reach people outside the pages (mail, SMS, push, 企业微信).

    `reaches(person_ids)` gives those it has an address of, thousands of them in one query. `send(batch)` answers for every recipient by
    `delivery_id`; it runs on a thread of the worker outside any transaction, may raise (the whole batch is tried again) and may be
    called again with the same `number`. `look(references)` says what became of what was handed over; a reference that is not in
    the answer is asked after again. `is_internal`: it only writes rows of this database, so it is sent in the transaction
    that writes down what became of it, and nothing is ever sent twice. `recall(numbers)` takes back what these batches brought, as far as
    it can; it may raise and be called again. `order`: its place where a person has chosen none.
    """

    key: str
    title: Text
    icon: str
    send: Callable[[MessageBatch], Mapping[int, MessageOutcome]]
    reaches: Callable[[Collection[int]], Collection[int]]
    look: Callable[[Sequence[str]], Mapping[str, MessageOutcome]] | None = None
    recall: Callable[[Collection[UUID]], None] | None = None
    most: int = 1000
    urgencies: frozenset[str] = frozenset({"now", "today", "digest"})
    is_internal: bool = False
    is_on: Callable[[], bool] = lambda: True
    hint: Text = ""
    order: int = 100


class Keyed(Protocol):
    @property
    def key(self) -> str: ...


Entry = TypeVar("Entry", bound=Keyed)


class Register[Entry: Keyed]:
    """An ordered list of declarations; a key stands in it once."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._hearers: list[Callable[[Entry], object]] = []
        self._ordered: tuple[list[Entry], list[Entry]] = ([], [])
        """What was put in order, and that in its order: every page goes over a dozen registers."""

    def add(self, *entries: Entry) -> None:
        for entry in entries:
            if entry.key in self._entries and self._entries[entry.key] != entry:
                raise ValueError(f"{entry.key} is registered already")
            self._entries[entry.key] = entry
            for hear in self._hearers:
                hear(entry)

    def each(self, hear: Callable[[Entry], object]) -> None:
        """Of all that stand here, and of those that rooms started later add."""
        self._hearers.append(hear)
        for entry in self:
            hear(entry)

    def get(self, key: str) -> Entry | None:
        return self._entries.get(key)

    def __iter__(self) -> Iterator[Entry]:
        entries = list(self._entries.values())
        known, ordered = self._ordered
        if entries != known:
            ordered = sorted(entries, key=lambda entry: (getattr(entry, "order", 0), entry.key))
            self._ordered = (entries, ordered)
        return iter(ordered)

    def __len__(self) -> int:
        return len(self._entries)


applications: Register[Application] = Register()
menu_sources: Register[MenuSource] = Register()
tiles: Register[Tile] = Register()
life_topics: Register[LifeTopic] = Register()
life_parts: Register[LifePart] = Register()
roles: Register[Role] = Register()
personal_facts: Register[PersonalFacts] = Register()
fact_copies: Register[FactCopies] = Register()
personal_data: Register[PersonalData] = Register()
looks: Register[Look] = Register()
home_notices: Register[HomeNotices] = Register()
checks: Register[Check] = Register()
school_rules: Register[SchoolRules] = Register()
obligations: Register[Obligation] = Register()
term_steps: Register[TermStep] = Register()
calendar_feeds: Register[CalendarFeed] = Register()
waiting_work: Register[WaitingWork] = Register()
searchables: Register[Searchable] = Register()
site_maps: Register[SiteMap] = Register()
foot_links: Register[FootLink] = Register()
found_cards: Register[FoundCards] = Register()
answer_books: Register[AnswerBook] = Register()
question_desks: Register[QuestionDesk] = Register()
message_templates: Register[MessageTemplate] = Register()
message_channels: Register[MessageChannel] = Register()
box_systems: Register[BoxSystem] = Register()
offline_pages: Register[OfflinePage] = Register()
task_lists: Register[TaskList] = Register()
inboxes: Register[Inbox] = Register()
