"""The body of a version (流程正文): form, steps and edges, as frozen structures that are kept as JSON. Pure.

A step goes on to the one its first fulfilled edge names; without edges to the next in the list, the last one to the end. A `split`
sends a token into each of its branches; they meet in its `join`.
"""

import hashlib
import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, Literal, Self

import msgspec

from nanhu.platforms.flows import conditions

END: Final = "end"
MOST_STEPS: Final = 60
MOST_PLACES: Final = 500
"""Steps times the ways within branches that lead to them."""
LONGEST_PROMISE: Final = 100_000
MOST_OF_A_FIELD: Final = 10**9
MOST_FIELDS: Final = 60
type FieldKind = Literal[
    "text",
    "long_text",
    "number",
    "money",
    "date",
    "span",
    "time",
    "one_of",
    "some_of",
    "person",
    "unit",
    "room",
    "phone",
    "document_number",
    "promise",
    "files",
    "rows",
]
type ColumnKind = Literal["text", "number", "money", "date"]
type StepKind = Literal[
    "fill", "approve", "countersign", "work", "confirm", "inform", "automatic", "wait", "pay", "split", "join"
]
HUMAN: Final = frozenset({"fill", "approve", "countersign", "work", "confirm"})
"""Kinds of step that open tasks."""
FOR_OTHERS: Final = frozenset({"wait", "pay"})
"""Kinds of step at which the school waits: its clock stands."""
SEALED: Final = frozenset({"document_number"})
"""Kinds of field that are kept encrypted."""
LISTED: Final = frozenset({"files", "rows"})
"""Kinds of field that hold several things: no fact of one line, and nothing that tells twins apart."""
SUMMED: Final = frozenset({"number", "money"})
"""Kinds of column that have a sum."""
MOST_COLUMNS: Final = 8
MOST_ROWS: Final = 100
MOST_FILES: Final = 5
LONGEST_CELL: Final = 200
BOUNDS: Final[Mapping[str, int]] = {"files": MOST_FILES, "rows": MOST_ROWS}
"""How many a field of such a kind may be set to take."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Of a body."""


class Column(Part, frozen=True, kw_only=True):
    """Of a field of rows."""

    key: str
    label: str
    kind: ColumnKind = "text"
    is_required: bool = True


class Field(Part, frozen=True, kw_only=True):
    """`source`: filled in by the school (people.name), not typed; `reason`: why it is asked all the same, shown beside it. `is_fact`:
    shown in the list of tasks. `is_key`: two open cases of one applicant may not say the same in all of these. `choices_from`: a
    registered list instead of `choices`. `seen_at`: keys of the steps that alone see it, beside where it is typed; none: whoever sees the case. `required_when`: a condition on the other fields of the same form under which it must be filled in. `is_ahead`: days from today on. `grows`: files to which the applicant may add while the case is decided. `most`: letters, days, files or rows, or the largest number.
    `columns`: of rows. `is_inner`: written by a program for the conditions, and shown to nobody."""

    key: str
    label: str
    kind: FieldKind = "text"
    is_required: bool = True
    required_when: str = ""
    choices: tuple[str, ...] = ()
    choices_from: str = ""
    help: str = ""
    source: str = ""
    reason: str = ""
    is_fact: bool = False
    is_key: bool = False
    is_ahead: bool = False
    grows: bool = False
    most: int = 0
    columns: tuple[Column, ...] = ()
    seen_at: tuple[str, ...] = ()
    is_inner: bool = False


class PostOf(Part, frozen=True, kw_only=True, tag="post"):
    """The post of a named unit; of the definition's owner where no unit is named."""

    office: str
    unit: str = ""


class OwnPost(Part, frozen=True, kw_only=True, tag="own_post"):
    """The post of the applicant's unit, of the nearest one above while it is vacant."""

    office: str


class PersonIn(Part, frozen=True, kw_only=True, tag="person"):
    """The person whom a field of the form names."""

    field: str


class Resolved(Part, frozen=True, kw_only=True, tag="resolver"):
    """What a registered resolver finds (tutor, adviser)."""

    name: str


class Applicant(Part, frozen=True, kw_only=True, tag="applicant"):
    """Who applied: for `fill` alone."""


type Assignee = PostOf | OwnPost | PersonIn | Resolved | Applicant


class Edge(Part, frozen=True, kw_only=True):
    to: str
    when: str = ""


class Step(Part, frozen=True, kw_only=True):
    """`fee_item` and `fee_fen`: of what the applicant pays (`pay`). `needed`: of a countersigning; `first`: of an approving by several, whose first word is the last. `proves`: whoever decides proved lately who he is. `on_refuse`: the step after a refusal, or when what is waited for does not come, else the case is refused, or expires. `action`: of an automatic
    step. `promise`: working minutes for this step. `is_final`: once it is done the case cannot be withdrawn. `agrees_in_bulk`: several may be agreed to at once, each
    of which was opened."""

    key: str
    name: str
    kind: StepKind
    who: tuple[Assignee, ...] = ()
    edges: tuple[Edge, ...] = ()
    fields: tuple[Field, ...] = ()
    needed: Literal["all", "any", "first"] | int = "all"
    proves: bool = False
    on_refuse: str = ""
    action: str = ""
    fee_item: str = ""
    fee_fen: int = 0
    promise: int = 0
    is_final: bool = False
    can_return: bool = True
    agrees_in_bulk: bool = False
    branches: tuple[str, ...] = ()
    join: str = ""


class Body(Part, frozen=True, kw_only=True):
    """`reopens_at`: the step at which a case that was closed begins again; none: it is closed for good. `may_object`: its applicant,
    too, may reopen it within seven days. `most_open`: cases that one applicant has under way at a time; 0: any number."""

    form: tuple[Field, ...]
    steps: tuple[Step, ...]
    reopens_at: str = ""
    may_object: bool = False
    most_open: int = 0

    def step(self, key: str) -> Step:
        return next(step for step in self.steps if step.key == key)

    def has(self, key: str) -> bool:
        return any(step.key == key for step in self.steps)

    def after(self, key: str) -> str:
        """The next in the list."""
        place = [step.key for step in self.steps].index(key)
        return self.steps[place + 1].key if place + 1 < len(self.steps) else END

    def fields(self) -> Iterator[Field]:
        yield from self.form
        for step in self.steps:
            yield from step.fields


def encoded(body: Body) -> bytes:
    return msgspec.json.encode(body, order="deterministic")


def digest_of(body: Body) -> str:
    return hashlib.sha256(encoded(body)).hexdigest()


@lru_cache(maxsize=1024)
def decoded(content: str) -> Body:
    return msgspec.json.decode(content, type=Body)


class Fault(str):
    """What hinders cases under a body, for an engineer. `place`: key of its step or field, empty where it is the whole; `code` and
    `about` for who puts it into words of his own."""

    __slots__ = ("about", "code", "place")

    def __new__(cls, said: str, code: str, place: str = "", about: str = "") -> Self:
        made = super().__new__(cls, said)
        made.code, made.place, made.about = code, place, about
        return made

    code: str
    place: str
    about: str


def faults_of(body: Body) -> list[Fault]:
    """All that would hinder cases under this body; none where it may be published."""
    return [
        *size_faults(body),
        *name_faults(body),
        *(fault for asked in (body.form, *(step.fields for step in body.steps)) for fault in wanting_faults(asked)),
        *(fault for step in body.steps for fault in step_faults(body, step)),
        *(
            Fault(f"{step.key} cannot be agreed to in bulk", "bulk", step.key)
            for step in body.steps
            if step.agrees_in_bulk and not may_be_bulk(step)
        ),
        *reopening_faults(body),
        *seen_faults(body),
    ]


def seen_faults(body: Body) -> Iterator[Fault]:
    """A step that is gone does not open what it alone saw to everybody: the field says so until somebody decides."""
    human = {step.key for step in body.steps if step.kind in HUMAN}
    for field in body.fields():
        for key in field.seen_at:
            if key not in human:
                yield Fault(f"{field.key} is seen at {key}, where nobody works", "seen_at", field.key, key)
        if field.seen_at and field.is_key:
            yield Fault(f"{field.key} tells twins apart and is seen by some alone", "seen_key", field.key)


def growing(body: Body) -> list[Field]:
    """Lists of files of the form to which the applicant may add."""
    return [field for field in body.form if field.kind == "files" and field.grows]


def open_at(fields: Iterable[Field], steps: Container[str], typed: Container[str] = ()) -> list[Field]:
    """What a reader sees who works at these steps, and has typed these fields himself."""
    return [
        field
        for field in fields
        if not field.is_inner
        and (not field.seen_at or field.key in typed or any(step in steps for step in field.seen_at))
    ]


def may_be_bulk(step: Step) -> bool:
    """An approval that asks for nothing."""
    return step.kind == "approve" and not any(field.is_required for field in step.fields)


def reopening_faults(body: Body) -> Iterator[Fault]:
    """A case begins again where a person works, and outside every split."""
    if body.reopens_at:
        is_outside = body.steps and "" in places_of(body).get(body.reopens_at, ())
        if not is_outside or body.step(body.reopens_at).kind not in HUMAN:
            yield Fault(f"it cannot be reopened at {body.reopens_at}", "reopens_at", body.reopens_at)
    for step in map(body.step, places_of(body, body.reopens_at) if body.has(body.reopens_at) else ()):
        if step.kind in {"automatic", *FOR_OTHERS} or step.is_final:
            yield Fault(f"reopened, it would come to {step.key} a second time", "again", step.key)
    if body.may_object and not body.reopens_at:
        yield Fault("applicants may reopen it, but nothing says where it begins again", "objects")


def size_faults(body: Body) -> Iterator[Fault]:
    if body.steps and sum(map(len, places_of(body).values())) > MOST_PLACES:
        yield Fault("branches within branches without end", "nested")
    for step in body.steps:
        if not 0 <= step.promise <= LONGEST_PROMISE:
            yield Fault(f"{step.key} promises {step.promise} minutes", "promise", step.key)
    for field in body.fields():
        if not 0 <= field.most <= BOUNDS.get(field.kind, MOST_OF_A_FIELD):
            yield Fault(f"{field.key} takes at most {field.most}", "most", field.key)
    if not 0 < len(body.steps) <= MOST_STEPS:
        yield Fault(f"{len(body.steps)} steps", "steps")
    if len(list(body.fields())) > MOST_FIELDS:
        yield Fault("too many fields", "fields")


def name_faults(body: Body) -> Iterator[Fault]:
    for names in ([step.key for step in body.steps], [field.key for field in body.fields()]):
        for name in sorted({name for name in names if names.count(name) > 1 or name == END}):
            yield Fault(f"{name} twice, or reserved", "twice", name)
    for field in body.fields():
        if field.kind in {"one_of", "some_of"} and not field.choices and not field.choices_from:
            yield Fault(f"{field.key} has no choices", "choices", field.key)
        if field.is_key and field.kind in {*SEALED, *LISTED}:
            yield Fault(f"{field.key} is sealed or a list and cannot tell twins apart", "sealed_key", field.key)
        names = [column.key for column in field.columns]
        if field.kind == "rows" and not (0 < len(names) <= MOST_COLUMNS and len(set(names)) == len(names)):
            yield Fault(f"{field.key} has {len(names)} columns, or one twice", "columns", field.key)


def wanting_faults(fields: Sequence[Field]) -> Iterator[Fault]:
    """Of conditions under which a field must be filled in: what they ask stands in the same form."""
    names = {field.key for field in fields}
    for field in fields:
        try:
            said = (
                {one.field for one in conditions.comparisons_of(conditions.parse(field.required_when))}
                if field.required_when
                else set()
            )
        except conditions.ConditionError as error:
            yield Fault(
                f"{field.key}: {field.required_when}: {error}", "condition", field.key, field.required_when[:80]
            )
            continue
        for name in sorted(said - names):
            yield Fault(f"{field.key}: {name} is no field", "no_field", field.key, name)


def step_faults(body: Body, step: Step) -> Iterator[Fault]:
    for target in [*(edge.to for edge in step.edges), step.on_refuse, step.join, *step.branches]:
        if target and target != END and not body.has(target):
            yield Fault(f"{step.key} leads to {target}, which is no step", "leads_nowhere", step.key, target)
    yield from condition_faults(body, step)
    if step.kind in HUMAN and not step.who:
        yield Fault(f"{step.key} is nobody's", "nobody", step.key)
    if step.edges and step.edges[-1].when:
        said = f"{step.key}: the last of its edges has a condition, so it may lead nowhere"
        yield Fault(said, "no_other_way", step.key)
    yield from meeting_faults(body, step)
    yield from work_faults(step)
    if step.kind == "split" and (len(step.branches) < 2 or not step.join):  # noqa: PLR2004  (one branch is none)
        yield Fault(f"{step.key} splits into fewer than two branches, or never joins", "split", step.key)
    if step.kind != "fill" and any(isinstance(one, Applicant) for one in step.who):
        yield Fault(f"{step.key} would be decided by the applicant", "applicant", step.key)
    persons = {field.key for field in body.fields() if field.kind == "person"}
    for one in step.who:
        if isinstance(one, PersonIn) and one.field not in persons:
            yield Fault(f"{step.key}: {one.field} names no person", "no_person", step.key, one.field)


def work_faults(step: Step) -> Iterator[Fault]:
    """Of what the house does by itself at a step."""
    if step.kind == "pay" and not (step.fee_item and 0 < step.fee_fen <= MOST_OF_A_FIELD):
        yield Fault(f"{step.key} says not what is paid", "no_fee", step.key)
    if step.kind == "automatic" and not step.action:
        yield Fault(f"{step.key} does nothing", "no_action", step.key)


def meeting_faults(body: Body, step: Step) -> Iterator[Fault]:
    """Of branches and of signers, that they never come together."""
    if step.kind == "join" and not any(one.kind == "split" and one.join == step.key for one in body.steps):
        yield Fault(f"{step.key} joins what no step splits", "join", step.key)
    if step.kind == "split" and body.has(step.join) and body.step(step.join).kind != "join":
        yield Fault(f"{step.key} joins in {step.join}, which is no join", "no_join", step.key, step.join)
    if step.kind == "countersign" and isinstance(step.needed, int):
        is_counted = not any(isinstance(one, Resolved) for one in step.who)
        if step.needed < 1 or (is_counted and step.needed > len(step.who)):
            said = f"{step.key}: {step.needed} of {len(step.who)} signers"
            yield Fault(said, "signers", step.key, str(step.needed))


def condition_faults(body: Body, step: Step) -> Iterator[Fault]:
    kinds: dict[str, str] = {field.key: field.kind for field in body.fields()}
    kinds |= {f"{key}.days": "number" for key, kind in kinds.items() if kind == "span"}
    kinds |= {f"{one.key}.{column.key}": column.kind for one in body.fields() for column in summed(one)}
    for edge in step.edges:
        if not edge.when:
            continue
        try:
            said = list(conditions.comparisons_of(conditions.parse(edge.when)))
        except conditions.ConditionError as error:
            yield Fault(f"{step.key}: {edge.when}: {error}", "condition", step.key, edge.when[:80])
            continue
        for one in said:
            if one.field not in kinds:
                yield Fault(f"{step.key}: {one.field} is no field", "no_field", step.key, one.field)
            elif not may_compare(kinds[one.field], one):
                text = f"{step.key}: {one.field} is a {kinds[one.field]}, which is not compared so"
                yield Fault(text, "compared", step.key, one.field)


def places_of(body: Body, start: str = "") -> dict[str, set[str]]:
    """At which steps a case comes to stand, and within which branches, as the engine walks from the first step, or another that stands outside
    every split; as far as MOST_PLACES."""
    found: dict[str, set[str]] = {}
    left = [(start or body.steps[0].key, "")]
    while left and sum(map(len, found.values())) <= MOST_PLACES:
        key, branch = left.pop()
        if key == END and branch:
            key = body.step(branch.rpartition("/")[2].partition(".")[0]).join
        if body.has(key) and branch not in found.setdefault(key, set()):
            found[key].add(branch)
            left += ways_on(body, body.step(key), branch)
    return found


def ways_on(body: Body, step: Step, branch: str) -> list[tuple[str, str]]:
    following = [edge.to for edge in step.edges] or [body.after(step.key)]
    if step.kind == "split":
        into = [] if f"/{step.key}." in branch else step.branches
        return [(first, f"{branch}/{step.key}.{number}") for number, first in enumerate(into)]
    if step.kind == "join":
        return [(key, branch.rpartition("/")[0]) for key in following] if branch else []
    return [(key, branch) for key in (*following, step.on_refuse) if key]


COMPARED: Final[Mapping[str, tuple[type, ...]]] = {
    "number": (int, float),
    "money": (int, float),
    "person": (int,),
    "date": (date,),
    "promise": (bool,),
    "span": (),
    "document_number": (),
    "files": (),
    "rows": (),
}
"""With which values a kind of field is compared; others with text."""


def may_compare(kind: str, one: conditions.Compare | conditions.Among) -> bool:
    if isinstance(one, conditions.Among):
        return kind != "promise" and all(type(value) in COMPARED.get(kind, (str,)) for value in one.values)
    if kind == "some_of" or (kind == "promise" and one.sign not in {"=", "!="}):
        return False
    return type(one.value) in COMPARED.get(kind, (str,))


def parted(fields: Iterable[Field], data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of these fields what may stand in the open, and what is sealed."""
    kinds = {field.key: field.kind for field in fields}
    public = {key: value for key, value in data.items() if key in kinds and kinds[key] not in SEALED}
    sealed = {key: value for key, value in data.items() if key in kinds and kinds[key] in SEALED and value}
    return public, sealed


def sealed_with(before: str | None, more: Mapping[str, Any]) -> str | None:
    """The text that is encrypted: what was sealed before, and what is sealed now."""
    return json.dumps(json.loads(before or "{}") | more, ensure_ascii=False) if more else before


def misfits(fields: Iterable[Field], data: Mapping[str, Any]) -> list[str]:
    """Labels of the fields whose values are not of their kind. What was not said fits."""
    return [
        field.label for field in fields if data.get(field.key) not in (None, "") and not fits(field, data[field.key])
    ]


def summed(field: Field) -> list[Column]:
    """Columns whose sum over all rows is compared and shown: `goods.price`."""
    return [column for column in field.columns if column.kind in SUMMED]


def sums_of(field: Field, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """By the keys of the columns; 0 where there are no rows."""
    return {column.key: sum(row.get(column.key, 0) for row in rows) for column in summed(field)}


def fits(field: Field, value: Any) -> bool:
    return FITTING.get(field.kind, is_text)(field, value)


def is_text(_field: Field, value: Any) -> bool:
    return isinstance(value, str)


def is_whole_number(_field: Field, value: Any) -> bool:
    return type(value) is int


def is_span(_field: Field, value: Any) -> bool:
    is_whole = isinstance(value, dict) and value.keys() == {"first", "last"} and all(map(is_day, value.values()))
    return is_whole and bool(value["first"] <= value["last"])


def is_list_of_texts(_field: Field, value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def is_list_of_files(field: Field, value: Any) -> bool:
    is_list = isinstance(value, list) and (not field.is_required or bool(value))
    return is_list and len(value) <= (field.most or MOST_FILES) and all(map(is_kept_file, value))


def is_list_of_rows(field: Field, value: Any) -> bool:
    is_list = isinstance(value, list) and (not field.is_required or bool(value))
    return is_list and len(value) <= (field.most or MOST_ROWS) and all(fits_columns(field, row) for row in value)


FITTING: Final[Mapping[str, Callable[[Field, Any], bool]]] = {
    "number": is_whole_number,
    "money": is_whole_number,
    "person": is_whole_number,
    "promise": lambda _field, value: isinstance(value, bool),
    "some_of": is_list_of_texts,
    "date": lambda _field, value: is_day(value),
    "span": is_span,
    "files": is_list_of_files,
    "rows": is_list_of_rows,
}
"""What is kept under a kind of field; under every other a text."""


def is_kept_file(value: Any) -> bool:
    """As `attaching` keeps it: {"file": its public id, "name": ...}."""
    return (
        isinstance(value, dict)
        and value.keys() == {"file", "name"}
        and all(isinstance(one, str) for one in value.values())
    )


def fits_columns(field: Field, row: Any) -> bool:
    columns = {column.key: column for column in field.columns}
    return (
        isinstance(row, dict)
        and {key for key, column in columns.items() if column.is_required} <= row.keys() <= columns.keys()
        and all(fits_cell(columns[key], value) for key, value in row.items())
    )


def fits_cell(column: Column, value: Any) -> bool:
    match column.kind:
        case "number" | "money":
            return type(value) is int and abs(value) <= MOST_OF_A_FIELD
        case "date":
            return is_day(value)
        case _:
            return isinstance(value, str) and len(value) <= LONGEST_CELL


def is_day(value: Any) -> bool:
    """As forms keep it: 2026-12-01."""
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def facts_for_conditions(data: Mapping[str, Any], fields: Iterable[Field]) -> dict[str, Any]:
    """With the days of each span (`leave.days`) and the sums of rows (`goods.price`), which are 0 of none."""
    facts = dict(data)
    for field in fields:
        said = data.get(field.key)
        sums = sums_of(field, said if said and fits(field, said) else ())
        facts |= {f"{field.key}.{key}": total for key, total in sums.items()}
    for key, value in data.items():
        if isinstance(value, dict) and {"first", "last"} <= value.keys():
            first, last = (date.fromisoformat(value[name]) for name in ("first", "last"))
            facts[f"{key}.days"] = (last - first).days + 1
    return facts
