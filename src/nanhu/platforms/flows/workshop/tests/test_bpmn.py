"""A school's BPMN becomes a draft through the page of import; what is not run here is refused by its name."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nanhu.platforms.flows.body import END
from nanhu.platforms.flows.models import Definition
from nanhu.platforms.flows.workshop.models import ProcessDraft as Draft
from nanhu.platforms.flows.workshop.sketch import decoded

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:flowable="http://flowable.org/bpmn"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="http://school.example/oa">'
)
FORM = (
    "<bpmn:extensionElements><camunda:formData>"
    '<camunda:formField id="days" label="请假天数" type="long"/>'
    '<camunda:formField id="kind" label="类型" type="enum"><camunda:value id="sick" name="病假"/><camunda:value id="own" name="事假"/></camunda:formField>'
    "</camunda:formData></bpmn:extensionElements>"
)


def process(*elements: str, name: str = "外出请假") -> str:
    return f'{HEAD}<bpmn:process id="leave" name="{name}" isExecutable="true">{"".join(elements)}</bpmn:process></bpmn:definitions>'


def one(kind: str, key: str, name: str = "", inside: str = "", **more: str) -> str:
    said = "".join(f' {word.replace("__", ":")}="{value}"' for word, value in more.items())
    return f'<bpmn:{kind} id="{key}" name="{name}"{said}>{inside}</bpmn:{kind}>'


def flow(source: str, target: str, when: str = "", key: str = "") -> str:
    inside = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression"><![CDATA[{when}]]></bpmn:conditionExpression>'
        if when
        else ""
    )
    return f'<bpmn:sequenceFlow id="{key or source + "-" + target}" sourceRef="{source}" targetRef="{target}">{inside}</bpmn:sequenceFlow>'


LEAVE = process(
    one("startEvent", "start"),
    one("userTask", "ask", "填写申请", FORM, camunda__assignee="${initiator}"),
    one("userTask", "tutor", "辅导员审批", camunda__candidateGroups="counsellor"),
    one("exclusiveGateway", "agreed", "同意吗"),
    one("exclusiveGateway", "long", "几天", default="short"),
    one("userTask", "dean", "院长审批"),
    one("manualTask", "file", "办公室登记"),
    one("endEvent", "end"),
    one("endEvent", "refused"),
    flow("start", "ask"),
    flow("ask", "tutor"),
    flow("tutor", "agreed"),
    flow("agreed", "refused", "${approved == false}"),
    flow("agreed", "long", "${approved == true}"),
    flow("long", "dean", '${days &gt; 3 || kind == "事假"}'.replace("&gt;", ">")),
    flow("long", "file", key="short"),
    flow("dean", "file"),
    flow("file", "end"),
)
BOTH = process(
    one(
        "startEvent",
        "start",
        inside='<bpmn:extensionElements><flowable:formProperty id="why" name="事由" type="string"/></bpmn:extensionElements>',
    ),
    one("parallelGateway", "split"),
    one("userTask", "left", "财务负责人", flowable__candidateGroups="head"),
    one("userTask", "right", "会签", "<bpmn:multiInstanceLoopCharacteristics/>"),
    one("parallelGateway", "join"),
    one("endEvent", "end"),
    flow("start", "split"),
    flow("split", "left"),
    flow("split", "right"),
    flow("left", "join"),
    flow("right", "join"),
    flow("join", "end"),
)


def hand_in(client, content: str | bytes):
    file = SimpleUploadedFile("leave.bpmn", content.encode() if isinstance(content, str) else content)
    return client.post("/flows/workshop/import/", {"file": file, "unit": "1001"})


def drafted(client, content: str):
    answer = hand_in(client, content)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return decoded(Draft.objects.get().content)


def test_tasks_gateways_form_and_posts_of_camunda_become_a_draft(school):
    made = drafted(school.client("T3"), LEAVE)
    assert (made.name, made.prefix) == ("外出请假", "WC")
    assert [(one.label, one.kind, one.choices) for one in made.body.form] == [
        ("请假天数", "number", ()),
        ("类型", "one_of", ("病假", "事假")),
    ]
    tutor, dean, file = (
        next(step for step in made.body.steps if step.name == name) for name in ("辅导员审批", "院长审批", "办公室登记")
    )
    assert (tutor.kind, tutor.who[0].office, tutor.on_refuse) == ("approve", "counsellor", "")
    assert [(edge.to, edge.when) for edge in tutor.edges] == [(dean.key, "f1 > 3  or  f2 = '事假'"), (file.key, "")]
    assert (file.kind, [edge.to for edge in file.edges]) == ("work", [END])
    bench = school.client("T3").get(f"/flows/workshop/{Definition.objects.get(origin='browser').key}/").content.decode()
    assert "辅导员审批" in bench


def test_brackets_and_countersigning_of_flowable_become_split_join_and_countersign(school):
    made = drafted(school.client("T3"), BOTH)
    split = next(step for step in made.body.steps if step.kind == "split")
    left, right = (made.step(key) for key in split.branches)
    assert (left.kind, left.who[0].office, right.kind) == ("approve", "head", "countersign")
    join = made.step(split.join)
    assert (join.kind, [edge.to for edge in left.edges], [edge.to for edge in join.edges]) == (
        "join",
        [join.key],
        [END],
    )
    assert made.body.form[0].label == "事由"


def ends(*elements: str) -> str:
    return process(one("startEvent", "start"), *elements, one("endEvent", "end"))


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (ends(one("serviceTask", "s", "调用接口"), flow("start", "s"), flow("s", "end")), "serviceTask 调用接口"),
        (ends(one("inclusiveGateway", "g", "包含"), flow("start", "g"), flow("g", "end")), "inclusiveGateway 包含"),
        (ends(one("boundaryEvent", "b", "超时"), flow("start", "end")), "boundaryEvent 超时"),
        (
            process(
                one("startEvent", "start", inside="<bpmn:timerEventDefinition/>"),
                one("endEvent", "end"),
                flow("start", "end"),
            ),
            "timerEventDefinition",
        ),
        (
            process(
                one("startEvent", "a"),
                one("startEvent", "b"),
                one("endEvent", "end"),
                flow("a", "end"),
                flow("b", "end"),
            ),
            "startEvent × 2",
        ),
        (LEAVE.replace("days >", "salary >"), "salary"),
        (LEAVE.replace("days > 3", "execution.getVariable(1)"), "execution"),
        (BOTH.replace(flow("right", "join"), flow("right", "end")), "分支没有在同一处汇合"),
        (
            ends(
                one("userTask", "a", "甲"),
                one("exclusiveGateway", "g", "转"),
                flow("start", "a"),
                flow("a", "g"),
                flow("g", "g"),
            ),
            "↻",
        ),
        (ends(one("userTask", "a", "甲"), flow("start", "a"), flow("a", "nowhere")), "sequenceFlow"),
        (HEAD + "</bpmn:definitions>", "process × 0"),
        ("<bpmn", "XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + LEAVE.partition("?>")[2], "XML"),
    ],
)
def test_what_is_not_run_here_is_refused_by_name_and_nothing_is_kept(school, content, named):
    answer = hand_in(school.client("T3"), content)
    assert answer.status_code == 422
    assert named in answer.content.decode()
    assert not Draft.objects.exists()


def test_a_long_or_deep_file_is_refused_at_once(school):
    many = [one("userTask", f"t{n}", "步") for n in range(61)]
    ways = [flow("start", "t0"), *(flow(f"t{n}", f"t{n + 1}") for n in range(60)), flow("t60", "end")]
    assert hand_in(school.client("T3"), ends(*many, *ways)).status_code == 422
    brackets = "".join(one("parallelGateway", f"g{n}") for n in range(300))
    grid = "".join(flow(f"g{n}", f"g{m}") for n in range(300) for m in (n + 1, n + 2) if m < 300)
    assert hand_in(school.client("T3"), ends(brackets, flow("start", "g0"), grid)).status_code == 422
    assert not Draft.objects.exists()
