"""A process of the sample campus that was made in the workshop, with a draft of its next version."""

from nanhu.kernel.actors import Actor
from nanhu.platforms.flows.body import Body, Column, Edge, Field, OwnPost, PostOf, Step
from nanhu.platforms.flows.models import Definition
from nanhu.platforms.flows.workshop import services
from nanhu.platforms.flows.workshop.models import Publication
from nanhu.platforms.flows.workshop.sketch import Sketch, put_field

NAME = "临时校园卡申请"
SKETCH = Sketch(
    name=NAME,
    summary="会议、培训、来访团队用的临时卡，按天有效",
    fallback="停电时到卡务中心填纸质申请单，电话 8640100",
    promise=1170,
    prefix="LS",
    faces=("staff",),
    counter=11,
    body=Body(
        form=(
            Field(key="f1", label="姓名", source="people.name"),
            Field(key="f2", label="单位", source="people.unit"),
            Field(
                key="f3", label="做什么用", kind="one_of", choices=("会议", "培训", "来访"), is_fact=True, is_key=True
            ),
            Field(key="f4", label="使用日期", kind="span", is_fact=True, is_key=True, is_ahead=True, most=30),
            Field(key="f5", label="张数", kind="number", is_fact=True, most=500),
            Field(
                key="f10",
                label="用卡人",
                kind="rows",
                is_required=False,
                most=50,
                help="印上姓名的卡才填",
                columns=(
                    Column(key="c1", label="姓名"),
                    Column(key="c2", label="单位"),
                    Column(key="c3", label="到校日期", kind="date", is_required=False),
                ),
            ),
            Field(
                key="f11",
                label="会议通知",
                kind="files",
                is_required=False,
                grows=True,
                most=3,
                help="通知或邀请函的扫描件",
            ),
        ),
        steps=(
            Step(key="s6", name="本单位审批", kind="approve", who=(OwnPost(office="head"),), promise=390),
            Step(
                key="s7",
                name="卡务核对",
                kind="work",
                who=(PostOf(office="head"),),
                edges=(Edge(to="s8", when="f5 > 50"), Edge(to="s9")),
            ),
            Step(key="s8", name="网络中心审批", kind="approve", who=(PostOf(office="head", unit="1032"),)),
            Step(key="s9", name="制卡领取", kind="work", who=(PostOf(office="head"),), is_final=True),
        ),
    ),
)


def make_process(*, designer: Actor, keeper: Actor, unit_id: int) -> int:
    """Published by two. Again: nothing."""
    if Definition.objects.filter(name=NAME, origin=Definition.Origin.BROWSER).exists():
        return 0
    made = services.begin(by=designer, unit_id=unit_id, sketch=SKETCH)
    asked = services.publish(by=designer, definition=made, revision=1, change="第一版", is_keeper=False, token=None)
    if isinstance(asked, Publication):
        services.approve(by=keeper, publication=asked)
    made.refresh_from_db()
    services.change(by=designer, definition=made, revision=made.edits, edit=with_pick_up)
    return 1


def with_pick_up(sketch: Sketch) -> Sketch:
    return put_field(sketch, Field(key="", label="怎么领取", kind="one_of", choices=("自取", "送到会场")))
