"""The sketch of a process (草稿): what is published with its body, as frozen structures kept as JSON, and the edits to it. Pure.

Keys of fields and steps are given once (`f3`, `s2`) and never again to another one: running cases say what they say under them.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from nanhu.kernel import strict_json
from nanhu.kernel.registry import Section
from nanhu.platforms.flows import conditions
from nanhu.platforms.flows.body import LONGEST_PROMISE, MOST_FIELDS, MOST_STEPS, Body, Edge, Field, OwnPost, Part, Step
from nanhu.platforms.flows.workshop.errors import DraftTooLargeError, FlowFileRefusedError

LARGEST: Final = 60_000
"""Bytes of JSON."""

"""Working minutes of about a year."""
KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
NUMBERED: Final = re.compile(r"[fs](\d+)")
PICKED: Final = 2
"""Comparisons of one way that the pickers take."""
EMPTY: Final = Body(form=(), steps=())
type Op = Literal["up", "down", "remove"]
replace = msgspec.structs.replace


class Sketch(Part, frozen=True, kw_only=True):
    """`counter`: the last number that a key was given. `promise`: working minutes. `faces`: who may apply; `units`: codes, of
    these units alone; `categories`: codes, of these categories of persons alone."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    promise: Annotated[int, Meta(gt=0, le=LONGEST_PROMISE)]
    prefix: Annotated[str, Meta(pattern=r"^[A-Z]{2,4}\Z")]
    summary: str = ""
    faces: tuple[Literal["staff", "student"], ...] = ("staff", "student")
    units: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    icon: str = "file-text"
    section: Section = "service"
    retention: Literal["short", "normal", "record"] = "normal"
    legal_basis: str = ""
    fallback: Annotated[str, Meta(max_length=200)] = ""
    counter: int = 0
    body: Body = EMPTY

    def field(self, key: str) -> Field | None:
        return next((one for one in self.body.fields() if one.key == key), None)

    def step(self, key: str) -> Step | None:
        return self.body.step(key) if self.body.has(key) else None

    def step_name(self, key: str) -> str:
        found = self.step(key)
        return found.name if found else ""

    def home_of(self, key: str) -> str:
        """The step at which a field is typed; empty for the form."""
        return next((step.key for step in self.body.steps if any(one.key == key for one in step.fields)), "")


def encoded(sketch: Sketch) -> str:
    return msgspec.json.encode(sketch, order="deterministic").decode()


def decoded(content: str | bytes) -> Sketch:
    return strict_json.decode(content, Sketch)


def imported(content: bytes) -> Sketch:
    """Of a file: strict, bounded, with keys that may stand in addresses and forms, and no sign that no text has."""
    if b"\\u0000" in content or b"\0" in content:
        raise FlowFileRefusedError(reason="\\u0000")
    try:
        found = decoded(content)
    except msgspec.MsgspecError as error:
        raise FlowFileRefusedError(reason=str(error)[:200]) from error
    for key in keys_of(found.body):
        if not KEY.fullmatch(key):
            raise FlowFileRefusedError(reason=key[:40])
    return renumbered(bounded(found))


def bounded(sketch: Sketch) -> Sketch:
    """Raises DraftTooLargeError."""
    body = sketch.body
    is_small = len(list(body.fields())) <= MOST_FIELDS and len(body.steps) <= MOST_STEPS
    if not is_small or len(encoded(sketch).encode()) > LARGEST:
        raise too_large()
    return sketch


def too_large() -> DraftTooLargeError:
    return DraftTooLargeError(fields=MOST_FIELDS, steps=MOST_STEPS, size=LARGEST // 1000)


def keys_of(body: Body) -> list[str]:
    return [*(step.key for step in body.steps), *(field.key for field in body.fields())]


def renumbered(sketch: Sketch, *earlier: Body) -> Sketch:
    """With a counter beyond all keys that it has, or that earlier versions had."""
    keys = (key for body in (sketch.body, *earlier) for key in keys_of(body))
    taken = [int(found[1]) for key in keys if (found := NUMBERED.fullmatch(key)) and len(found[1]) < len("1000000")]
    return replace(sketch, counter=max([sketch.counter, *taken]))


def with_form(sketch: Sketch, home: str, fields: Iterable[Field]) -> Sketch:
    """The fields of the form, or of a step that is filled in."""
    if not home:
        return replace(sketch, body=replace(sketch.body, form=tuple(fields)))
    return with_steps(sketch, (replace(one, fields=tuple(fields)) if one.key == home else one for one in steps(sketch)))


def with_steps(sketch: Sketch, made: Iterable[Step]) -> Sketch:
    return replace(sketch, body=replace(sketch.body, steps=tuple(made)))


def steps(sketch: Sketch) -> tuple[Step, ...]:
    return sketch.body.steps


def fields_at(sketch: Sketch, home: str) -> tuple[Field, ...]:
    found = sketch.step(home) if home else None
    return found.fields if found else sketch.body.form


def put_field(sketch: Sketch, field: Field, home: str = "") -> Sketch:
    """Changed in its place, or added with a key of its own."""
    if field.key:
        there = fields_at(sketch, home)
        return with_form(sketch, home, (field if one.key == field.key else one for one in there))
    counter = sketch.counter + 1
    new = replace(field, key=f"f{counter}")
    return replace(with_form(sketch, home, (*fields_at(sketch, home), new)), counter=counter)


def put_step(sketch: Sketch, step: Step) -> Sketch:
    if step.key:
        return with_steps(sketch, (step if one.key == step.key else one for one in steps(sketch)))
    counter = sketch.counter + 1
    return replace(with_steps(sketch, (*steps(sketch), replace(step, key=f"s{counter}"))), counter=counter)


def put_split(sketch: Sketch, names: tuple[str, str, str, str], office: str) -> Sketch:
    """Two branches at once with all that they need: a beginning, an approving each, and where they meet."""
    first = sketch.counter + 1
    split, left, right, join = (f"s{number}" for number in range(first, first + 4))
    who, back = (OwnPost(office=office),), (Edge(to=join),)
    added = (
        Step(key=split, name=names[0], kind="split", branches=(left, right), join=join),
        Step(key=left, name=names[1], kind="approve", who=who, edges=back),
        Step(key=right, name=names[2], kind="approve", who=who, edges=back),
        Step(key=join, name=names[3], kind="join"),
    )
    return replace(with_steps(sketch, (*steps(sketch), *added)), counter=first + 3)


def put_way(sketch: Sketch, step: Step, place: int | None, edge: Edge) -> Sketch:
    """One way on from a step, in its place or new; the one without a condition is the last, and there is always one."""
    edges = [one for number, one in enumerate(step.edges) if number != place]
    edges.insert(len(edges) if place is None else place, edge)
    ways = [one for one in edges if one.when]
    others = [one for one in (edge, *edges) if not one.when] or [Edge(to=sketch.body.after(step.key))]
    return put_step(sketch, replace(step, edges=(*ways, others[0])))


def drop_way(sketch: Sketch, step: Step, place: int) -> Sketch:
    """Where no condition is left the step goes on in order."""
    left = tuple(one for number, one in enumerate(step.edges) if number != place)
    return put_step(sketch, replace(step, edges=left if any(one.when for one in left) else ()))


def move_field(sketch: Sketch, field: Field, op: Op) -> Sketch:
    home = sketch.home_of(field.key)
    return with_form(sketch, home, moved(fields_at(sketch, home), field.key, op))


def move_step(sketch: Sketch, step: Step, op: Op) -> Sketch:
    """What led to a step that is taken away leads on in order."""
    found = with_steps(sketch, moved(steps(sketch), step.key, op))
    if op != "remove":
        return found
    if found.body.reopens_at == step.key:
        found = replace(found, body=replace(found.body, reopens_at="", may_object=False))
    return with_steps(found, (without(one, step.key) for one in steps(found)))


def moved[One: (Field, Step)](row: tuple[One, ...], key: str, op: Op) -> tuple[One, ...]:
    places = [one.key for one in row]
    left, place = [one for one in row if one.key != key], places.index(key)
    if op != "remove":
        left.insert(max(0, place + (-1 if op == "up" else 1)), row[place])
    return tuple(left)


def without(step: Step, key: str) -> Step:
    edges = tuple(one for one in step.edges if one.to != key)
    return replace(
        step,
        edges=edges if any(one.when for one in edges) or edges == step.edges else (),
        on_refuse="" if step.on_refuse == key else step.on_refuse,
        join="" if step.join == key else step.join,
        branches=tuple(one for one in step.branches if one != key),
    )


def quoted(value: Any) -> str:
    """A value as conditions write it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)


def written(parts: Iterable[tuple[str, str, tuple[Any, ...]]], joiner: Literal["and", "or"]) -> str:
    """The engine's expression of what was picked: field, sign, values."""
    said = (
        f"{field} in ({', '.join(map(quoted, values))})" if sign == "in" else f"{field} {sign} {quoted(values[0])}"
        for field, sign, values in parts
    )
    return f" {joiner} ".join(said)


def picked(when: str) -> tuple[str, list[tuple[str, str, tuple[Any, ...]]]] | None:
    """The other way round: joiner and parts; None where it is more than the pickers say."""
    try:
        tree = conditions.parse(when)
    except conditions.ConditionError:
        return None
    joiner = "or" if isinstance(tree, conditions.Some) else "and"
    parts = tree.parts if isinstance(tree, conditions.Some | conditions.Every) else (tree,)
    found = [
        (one.field, "in", one.values) if isinstance(one, conditions.Among) else (one.field, one.sign, (one.value,))
        for one in parts
        if isinstance(one, conditions.Among | conditions.Compare)
    ]
    return (joiner, found) if len(found) == len(parts) else None


def is_pickable(edge: Edge) -> bool:
    found = picked(edge.when) if edge.when else ("", [])
    return found is not None and len(found[1]) <= PICKED


def plain(body: Body) -> Body:
    """Without its words: what is left decides about people."""
    return replace(body, form=tuple(map(wordless, body.form)), steps=tuple(map(wordless_step, body.steps)))


def wordless(field: Field) -> Field:
    return replace(field, label="", help="", reason="")


def wordless_step(step: Step) -> Step:
    return replace(step, name="", fields=tuple(map(wordless, step.fields)))
