"""The school of flows' tests: T3 heads the office that owns processes (1001), T2 the college (12), T5 and T4 keep processes."""

from nanhu.platforms.flows.body import Edge, Field, OwnPost, PostOf, Step
from nanhu.platforms.flows.models import Definition
from nanhu.platforms.flows.sources import KEEPER
from nanhu.platforms.flows.tests.conftest import SYSTEM, School, clock, flows_of_tests, school
from nanhu.platforms.flows.workshop import services, sketch
from nanhu.platforms.flows.workshop.sketch import Sketch
from nanhu.platforms.identity import api as identity

__all__ = ["clock", "flows_of_tests", "school"]

FORM = (
    Field(key="f1", label="姓名", source="people.name"),
    Field(key="f2", label="用途", kind="one_of", choices=("考研", "求职"), is_fact=True, is_key=True),
    Field(key="f3", label="份数", kind="number", is_fact=True),
)
STEPS = (
    Step(key="s4", name="辅导员审批", kind="approve", who=(OwnPost(office="counsellor"),), promise=780),
    Step(
        key="s5",
        name="核对",
        kind="work",
        who=(PostOf(office="head"),),
        edges=(Edge(to="s6", when="f3 > 5"), Edge(to="end")),
    ),
    Step(key="s6", name="院长审批", kind="approve", who=(PostOf(office="head", unit="12"),)),
)


def proof(**more: object) -> Sketch:
    """Of a service that is ready to be published."""
    body = sketch.replace(sketch.EMPTY, form=FORM, steps=STEPS)
    return Sketch(**({"name": "在读证明", "promise": 1170, "prefix": "ZM", "counter": 6, "body": body} | more))  # type: ignore[arg-type]


def begin(school: School, made: Sketch | None = None, unit: str = "1001") -> Definition:
    return services.begin(by=school.actor("T3"), unit_id=school.units[unit], sketch=made or proof())


def keeper(school: School, number: str = "T5"):
    account = identity.account_of(school[number])
    assert account is not None
    identity.grant_role(by=SYSTEM, account_id=account.pk, role=KEEPER)
    return school.client(number)


def published(school: School, made: Sketch | None = None) -> Definition:
    definition = begin(school, made)
    asked = services.publish(
        by=school.actor("T3"), definition=definition, revision=1, change="第一版", is_keeper=False, token=None
    )
    services.approve(by=school.actor("T5"), publication=asked)
    return Definition.objects.get(pk=definition.pk)
