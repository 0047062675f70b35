"""Uses of venues (场地用途): each with its own form, its own process and its numbers. Five are preset by the manual (A168)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from django.utils.translation import gettext_noop as _

from nanhu.kernel.registry import BOTH_FACES

STAFF: Final = frozenset({"staff"})
type Extra = Literal["course", "students", "head_of_lab", "safety_plan", "software", "technician", "platform"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """`asks`: fields of its form beside those of all; `unit`: code of the unit that owns its process."""

    key: str
    name: str
    summary: str
    icon: str
    prefix: str
    unit: str
    faces: frozenset[str] = BOTH_FACES
    asks: tuple[Extra, ...] = ()


USES: Final[Mapping[str, Use]] = {
    one.key: one
    for one in (
        Use(
            key="hall",
            name=_("报告厅、会议室"),
            summary=_("讲座、会议、社团活动"),
            icon="presentation",
            prefix="CD",
            unit="1016",
        ),
        Use(
            key="sports",
            name=_("运动场馆"),
            summary=_("球馆、操场、训练房"),
            icon="dumbbell",
            prefix="CT",
            unit="1016",
        ),
        Use(
            key="instrument",
            name=_("大型仪器"),
            summary=_("检测、测样、上机，先和联系人说好"),
            icon="microscope",
            prefix="CQ",
            unit="1014",
        ),
        Use(
            key="media",
            name=_("多媒体教室"),
            summary=_("调课、补课、班级活动用的多媒体教室"),
            icon="projector",
            prefix="CM",
            unit="1008",
            asks=("course",),
        ),
        Use(
            key="arts_teaching",
            name=_("文科综合实验室（教学）"),
            summary=_("课内实验、实训"),
            icon="graduation-cap",
            prefix="CW",
            unit="1014",
            faces=STAFF,
            asks=("course", "students"),
        ),
        Use(
            key="arts_other",
            name=_("文科综合实验室（非教学）"),
            summary=_("科研、竞赛、参观，要写安全预案"),
            icon="flask-conical",
            prefix="CF",
            unit="1014",
            asks=("head_of_lab", "safety_plan"),
        ),
        Use(
            key="language",
            name=_("语言实验室"),
            summary=_("听说课、机考、口语测试"),
            icon="languages",
            prefix="CY",
            unit="1014",
            faces=STAFF,
            asks=("course", "software"),
        ),
        Use(
            key="studio",
            name=_("网络直播室"),
            summary=_("录播、直播，要约技术员"),
            icon="video",
            prefix="CZ",
            unit="1014",
            faces=STAFF,
            asks=("platform", "technician"),
        ),
    )
}
PRESET: Final = ("media", "arts_teaching", "arts_other", "language", "studio")
"""The five of the manual."""


def flow_key(use: str) -> str:
    return f"venues.{use}"
