"""Import of a BPMN 2.0 process (OMG formal/2013-12-09) as a sketch: what the engine can run is taken over, anything else is refused by name.

Taken: one process, one plain start, user and manual tasks (several at once: a countersigning), exclusive gateways with conditions over the
fields of the form or over whether the task before agreed, parallel gateways that open and close as brackets, plain ends; forms and candidate
groups as Camunda and Flowable write them. Who decides is found by the names of posts; where none fits the bench shows the gap as a fault.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

import msgspec

from nanhu.kernel.strict_xml import parsed
from nanhu.platforms.flows import conditions
from nanhu.platforms.flows.body import (
    END,
    MOST_STEPS,
    Body,
    Edge,
    Field,
    FieldKind,
    OwnPost,
    Step,
    StepKind,
)
from nanhu.platforms.flows.workshop.errors import FlowFileRefusedError
from nanhu.platforms.flows.workshop.sketch import LARGEST, Sketch, too_large

MODEL: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
TASKS: Final = frozenset({"task", "userTask", "manualTask"})
SPOKEN: Final[Mapping[str, str]] = {
    "startEvent": "开始",
    "endEvent": "结束",
    "exclusiveGateway": "判断",
    "parallelGateway": "并行",
}
SILENT: Final = frozenset(
    {
        "documentation",
        "extensionElements",
        "laneSet",
        "textAnnotation",
        "association",
        "sequenceFlow",
        "ioSpecification",
    }
)
"""What says something about a process without being run."""
KINDS: Final[Mapping[str, FieldKind]] = {
    "string": "text",
    "long": "number",
    "integer": "number",
    "double": "number",
    "date": "date",
    "enum": "one_of",
    "boolean": "promise",
}
INITIATOR: Final = re.compile(
    r"[$#]\{\s*(initiator|applicant|starter|申请人)\s*\}|\$INITIATOR|申请人|发起人", re.IGNORECASE
)
AGREED: Final = re.compile(
    r"^(?:approved?|agreed?|pass(?:ed)?|outcome|result|同意|通过)\s*(=|!=)\s*(true|false|'(?:agree|approve|pass|yes|同意|通过)'|'(?:refuse|reject|no|不同意|驳回)')$",
    re.IGNORECASE,
)
NO: Final = ("false", "'refuse'", "'reject'", "'no'", "'不同意'", "'驳回'")
WRITTEN: Final = re.compile(r"^\s*[$#]\{(.*)\}\s*$", re.DOTALL)


@dataclass
class Flow:
    target: str
    when: str
    is_default: bool


@dataclass
class Graph:
    """Elements by id, and the flows out of each; `lanes`: the name of the lane an element lies in."""

    elements: dict[str, Element]
    flows: dict[str, list[Flow]] = field(default_factory=dict)
    lanes: dict[str, str] = field(default_factory=dict)

    def kind(self, key: str) -> str:
        return local(self.elements[key])

    def out(self, key: str) -> list[Flow]:
        return self.flows.get(key, [])

    def ways_into(self, key: str) -> int:
        return sum(flow.target == key for flows in self.flows.values() for flow in flows)

    def said(self, key: str, *names: str) -> list[str]:
        """Its attributes of these names, whoever's they are, then the name of its lane."""
        attributes = self.elements[key].attrib.items()
        found = [value for name, value in attributes if name.rpartition("}")[2] in names]
        return [*found, self.lanes.get(key, "")]


def is_bpmn(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def imported(content: bytes, blank: Callable[[str], Sketch], offices: Mapping[str, str]) -> Sketch:
    """The sketch; `blank` of its name has what BPMN does not say. `offices`: names of posts by key. Raises FlowFileRefusedError, DraftTooLargeError."""
    if len(content) > LARGEST * 10:
        raise too_large()
    try:
        root = parsed(content)
    except ValueError as error:
        raise FlowFileRefusedError(reason=f"XML: {error}"[:120]) from error
    found = list(root.iter(f"{MODEL}process"))
    if len(found) != 1:
        raise FlowFileRefusedError(reason=f"process × {len(found)}")
    graph = graph_of(found[0])
    name = (found[0].get("name") or found[0].get("id") or "BPMN").strip()[:60]
    return Reader(graph, offices).sketch(blank(name))


def local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def graph_of(process: Element) -> Graph:
    """Raises FlowFileRefusedError for each element that is not run here."""
    graph, strange = Graph({}), []
    for one in process:
        kind = local(one)
        key = one.get("id", "")
        if kind in TASKS or kind in SPOKEN:
            strange += [f"{kind} {local(part)}" for part in one if local(part).endswith("EventDefinition")]
            graph.elements[key] = one
        elif kind not in SILENT:
            strange.append(f"{kind} {one.get('name') or key}".strip())
    if strange:
        raise FlowFileRefusedError(reason="、".join(strange[:5])[:200])
    for lane in process.iter(f"{MODEL}lane"):
        for one in lane.iter(f"{MODEL}flowNodeRef"):
            graph.lanes[(one.text or "").strip()] = lane.get("name", "")
    for one in process.iter(f"{MODEL}sequenceFlow"):
        source, target = one.get("sourceRef", ""), one.get("targetRef", "")
        if source not in graph.elements or target not in graph.elements:
            raise FlowFileRefusedError(reason=f"sequenceFlow {one.get('id', '')}")
        written = one.find(f"{MODEL}conditionExpression")
        flow = Flow(
            target,
            "" if written is None else (written.text or "").strip(),
            graph.elements[source].get("default") == one.get("id"),
        )
        graph.flows.setdefault(source, []).append(flow)
    return graph


class Reader:
    """Walks a graph from its start and writes down steps in the order in which they are met."""

    def __init__(self, graph: Graph, offices: Mapping[str, str]) -> None:
        self.graph, self.offices = graph, offices
        self.keys: dict[str, str] = {}
        self.fields: dict[str, str] = {}
        self.form: tuple[Field, ...] = ()

    def sketch(self, blank: Sketch) -> Sketch:
        starts = [key for key in self.graph.elements if self.graph.kind(key) == "startEvent"]
        if len(starts) != 1:
            raise FlowFileRefusedError(reason=f"startEvent × {len(starts)}")
        first = self.begin(starts[0])
        order = list(self.reached(first))
        if len(order) > MOST_STEPS:
            raise too_large()
        self.keys = {key: f"s{number}" for number, key in enumerate(order, 1)}
        body = Body(form=self.form, steps=tuple(self.step_of(key) for key in order))
        counter = max(len(order), len(self.form))
        return msgspec.structs.replace(blank, counter=counter, body=body)

    def begin(self, start: str) -> str:
        """What comes first after the form: of the start itself, or of a first task that is the applicant's."""
        onwards = self.one_way(start)
        self.ask(start)
        if self.graph.kind(onwards) in TASKS and self.is_of_applicant(onwards):
            self.ask(onwards)
            onwards = self.one_way(onwards)
        return onwards

    def is_of_applicant(self, key: str) -> bool:
        return any(INITIATOR.search(one) for one in self.graph.said(key, "assignee", "candidateGroups"))

    def ask(self, key: str) -> None:
        """Its form fields become those of the application; a field has a key of ours."""
        asked = [one for one in self.graph.elements[key].iter() if local(one) in {"formField", "formProperty"}]
        taken = list(self.form)
        for one in asked:
            kind = KINDS.get(one.get("type", "string"))
            if kind is None:
                raise FlowFileRefusedError(reason=f"formField {one.get('type')}")
            number = f"f{len(taken) + 1}"
            self.fields[one.get("id", "")] = number
            choices = tuple(str(part.get("name") or part.get("id", "")) for part in one if local(part) == "value")
            taken.append(
                Field(
                    key=number,
                    label=str(one.get("label") or one.get("name") or one.get("id", ""))[:60],
                    kind=kind,
                    choices=choices,
                )
            )
        self.form = tuple(taken)

    def one_way(self, key: str) -> str:
        out = self.graph.out(key)
        if len(out) != 1:
            raise FlowFileRefusedError(reason=f"{self.spoken(key)} → {len(out)}")
        return out[0].target

    def spoken(self, key: str) -> str:
        element = self.graph.elements[key]
        return element.get("name") or SPOKEN.get(local(element), local(element))

    # ── what the engine has a step for ──

    def reached(self, first: str) -> Iterator[str]:
        """Tasks and parallel gateways in the order of a walk in breadth; gateways that only decide or gather are no steps."""
        waiting, met = [first], set[str]()
        while waiting:
            key = waiting.pop(0)
            if key in met:
                continue
            met.add(key)
            if self.is_step(key):
                yield key
            waiting += [flow.target for flow in self.graph.out(key)]

    def is_step(self, key: str) -> bool:
        return self.graph.kind(key) in TASKS or self.graph.kind(key) == "parallelGateway"

    def step_of(self, key: str) -> Step:
        if self.graph.kind(key) == "parallelGateway":
            return self.bracket(key)
        element = self.graph.elements[key]
        is_many = element.find(f"{MODEL}multiInstanceLoopCharacteristics") is not None
        if element.find(f"{MODEL}standardLoopCharacteristics") is not None:
            raise FlowFileRefusedError(reason=f"{self.spoken(key)} standardLoopCharacteristics")
        edges, on_refuse, decides = self.ways(key)
        is_work = self.graph.kind(key) == "manualTask" and not decides
        kind: StepKind = "countersign" if is_many else "work" if is_work else "approve"
        who = tuple(OwnPost(office=one) for one in self.posts(key))
        return Step(
            key=self.keys[key], name=self.spoken(key)[:60], kind=kind, who=who, edges=edges, on_refuse=on_refuse
        )

    def posts(self, key: str) -> list[str]:
        """Of the groups it names, else of its lane, else of its own name: posts by key or by name."""
        for said in [*self.graph.said(key, "candidateGroups"), self.graph.elements[key].get("name", "")]:
            words = {one.strip() for one in said.split(",")}
            found = [
                office for office, name in self.offices.items() if office in words or any(name in one for one in words)
            ]
            if found:
                return found[:1]
        return []

    def bracket(self, key: str) -> Step:
        out = self.graph.out(key)
        ways_in = self.graph.ways_into(key)
        if ways_in > 1 and len(out) > 1:
            raise FlowFileRefusedError(reason=f"{self.spoken(key)} {ways_in} → {len(out)}")
        name = self.spoken(key)[:60]
        if len(out) == 1:
            return Step(key=self.keys[key], name=name, kind="join", edges=(Edge(to=self.target(out[0].target)),))
        closings = {self.closing(flow.target) for flow in out}
        if len(closings) != 1 or not all(self.is_step(flow.target) for flow in out):
            raise FlowFileRefusedError(reason=f"{name}：分支没有在同一处汇合")
        branches = tuple(self.keys[flow.target] for flow in out)
        return Step(key=self.keys[key], name=name, kind="split", branches=branches, join=self.keys[closings.pop()])

    def closing(self, key: str, deep: int = 0) -> str:
        """The parallel gateway at which a branch ends; empty where it ends nowhere, or in several places."""
        for _each in range(len(self.graph.elements)):
            out = self.graph.out(key)
            if self.graph.kind(key) == "parallelGateway" and len(out) <= 1:
                return key
            ends = (
                {self.closing(flow.target, deep + 1) for flow in out} if len(out) > 1 and deep < MOST_STEPS else set()
            )
            if len(ends) > 1 or not out:
                return ""
            if self.graph.kind(key) == "parallelGateway":  # a bracket within the branch: go on behind it
                inner = ends.pop()
                if not inner:
                    return ""
                key = self.one_way(inner)
            elif ends:
                return ends.pop()
            else:
                key = out[0].target
        return ""

    def target(self, key: str) -> str:
        """The step that a flow leads to, past gateways that only gather."""
        for _each in range(len(self.graph.elements)):
            if self.is_step(key):
                return self.keys[key]
            if self.graph.kind(key) == "endEvent":
                return END
            key = self.one_way(key)
        raise FlowFileRefusedError(reason=f"{self.spoken(key)} ↻")

    def ways(self, key: str) -> tuple[tuple[Edge, ...], str, bool]:
        """Edges on, the step after a refusal, and whether a gateway asks what was decided."""
        onwards = self.one_way(key)
        edges: list[Edge] = []
        on_refuse, decides = "", False
        while self.graph.kind(onwards) == "exclusiveGateway" and len(self.graph.out(onwards)) > 1:
            flows = self.graph.out(onwards)
            refusals = [flow for flow in flows if self.refuses(flow)]
            agreed = [flow for flow in flows if self.agrees(flow) or ((not flow.when) and refusals)]
            if not refusals and not agreed:
                edges += self.conditional(onwards, flows)
                return tuple(edges), on_refuse, decides
            if len(refusals) > 1 or len(agreed) != 1 or len(refusals) + len(agreed) != len(flows):
                raise FlowFileRefusedError(reason=f"{self.spoken(onwards)}：同意与不同意之外的条件")
            decides = True
            led = self.target(refusals[0].target) if refusals else END
            on_refuse = "" if led == END else led
            onwards = agreed[0].target
        edges.append(Edge(to=self.target(onwards)))
        return tuple(edges), on_refuse, decides

    def conditional(self, gateway: str, flows: list[Flow]) -> list[Edge]:
        """Those with a condition first; there is one without, or the last condition stands for it."""
        others = [flow for flow in flows if flow.is_default or not flow.when]
        if len(others) > 1:
            raise FlowFileRefusedError(reason=f"{self.spoken(gateway)}：{len(others)} 条没有条件的路")
        kept = [flow for flow in flows if flow not in others]
        found = [Edge(to=self.target(flow.target), when=self.condition(flow.when)) for flow in kept]
        return [*found, *(Edge(to=self.target(flow.target)) for flow in others)]

    def agrees(self, flow: Flow) -> bool:
        found = AGREED.match(plain(flow.when))
        return bool(found) and (found[1] == "=") != (found[2].lower() in NO)  # type: ignore[index]

    def refuses(self, flow: Flow) -> bool:
        found = AGREED.match(plain(flow.when))
        return bool(found) and not self.agrees(flow)

    def condition(self, written: str) -> str:
        """In the engine's words. Raises FlowFileRefusedError where it cannot be said so, or names what the form does not ask."""
        said = re.sub(
            r"'[^']*'|[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff]*",
            lambda word: self.fields.get(word[0], word[0]),
            plain(written),
        )
        try:
            tree = conditions.parse(said)
        except conditions.ConditionError as error:
            raise FlowFileRefusedError(reason=f"{written[:60]}：{error}") from error
        strange = conditions.fields_of(tree) - set(self.fields.values())
        if strange:
            raise FlowFileRefusedError(reason=f"{written[:60]}：表单里没有 {'、'.join(sorted(strange))[:40]}")
        return said


def plain(written: str) -> str:
    """An expression of Camunda or Flowable with the signs and words of ours."""
    found = WRITTEN.match(written)
    said = (found[1] if found else written).strip()
    for theirs, ours in (
        ("&&", " and "),
        ("||", " or "),
        ("==", "="),
        ('"', "'"),
        (" eq ", " = "),
        (" gt ", " > "),
        (" lt ", " < "),
    ):
        said = said.replace(theirs, ours)
    return re.sub(r"!(?!=)\s*", "not ", said).strip()
