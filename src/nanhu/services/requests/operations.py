"""The open API of repairs (报修接口): the system of a company that does repairs reads the jobs of its crews and says how far each is."""

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, Literal

from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from msgspec import Meta

from nanhu.kernel.clock import campus_time
from nanhu.kernel.folding import readable
from nanhu.platforms.openapi.api import (
    Example,
    Interface,
    ModeName,
    Operation,
    RequestBody,
    ResponseBody,
    Sandbox,
    refusals_of,
    register,
)
from nanhu.platforms.openapi.api import Request as Asked
from nanhu.services.requests.errors import JOB_ERRORS, JobPhotoError
from nanhu.services.requests.models import Request, VendorJob
from nanhu.services.requests.rules import LARGEST_PHOTO, PHOTOS
from nanhu.services.requests.services import vendors
from nanhu.services.requests.services.vendors import StatePush

SCOPE: Final = "requests.jobs"
MOST_JOBS: Final = 500
LARGEST_IN_BASE64: Final = 4 * -(-LARGEST_PHOTO // 3)
LARGEST_PUSH: Final = PHOTOS * LARGEST_IN_BASE64 + 16 * 1024
"""Bytes, with as many photos as a worker's own form takes."""
Words = Annotated[
    str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)", description=gettext_noop("报修人看得到"))
]
Window = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$(?!\n)", examples=["明天上午"])]
Moment = Annotated[
    datetime,
    Meta(tz=True, description=gettext_noop("什么时候，带时区"), examples=["2026-12-01T17:30:00+08:00"]),
]
Number = Annotated[
    int,
    Meta(
        ge=0, le=2**53 - 1, description=gettext_noop("每次变化大一些；更小的不改变什么。每个密钥自己数"), examples=[1]
    ),
]
StateName = Annotated[
    Literal["assigned", "working", "cannot_enter", "done"],
    Meta(description=gettext_noop("assigned 已安排，working 到场，cannot_enter 进不了门，done 办完")),
]


Photo = Annotated[
    str,
    Meta(
        max_length=LARGEST_IN_BASE64,
        description=gettext_noop("done 可以带：修好的照片，JPEG 或 PNG 的 base64"),
    ),
]


class JobState(RequestBody, kw_only=True):
    state: StateName
    at: Moment
    sequence: Number
    words: Words = ""
    windows: Annotated[
        list[Window],
        Meta(max_length=3, description=gettext_noop("assigned 约的时间；cannot_enter 可以再来的，至少一个")),
    ] = []
    cause: Annotated[
        Literal["", "wear", "misuse", "quality", "outside", "none"],
        Meta(description=gettext_noop("done 要写：坏的原因")),
    ] = ""
    photos: Annotated[list[Photo], Meta(max_length=PHOTOS)] = []


class StateAnswer(ResponseBody, kw_only=True):
    object: Literal["job_state"] = "job_state"
    mode: ModeName
    number: str
    outcome: Annotated[
        Literal["applied", "unchanged", "stale"],
        Meta(
            description=gettext_noop("applied 已记下，unchanged 与上次相同，stale 序号更小，或比贵方另一个密钥说的早")
        ),
    ]


class Job(ResponseBody, kw_only=True):
    """Without who asks and his phone: the desk has them."""

    object: Literal["job"] = "job"
    number: str
    state: str
    place: str
    fault: str
    words: str
    is_urgent: bool
    window: str
    may_enter: bool
    due: str


class JobList(ResponseBody, kw_only=True):
    object: Literal["list"] = "list"
    data: list[Job]
    next: Annotated[str, Meta(description=gettext_noop("作 since 读下一页"))]
    is_last: bool


def job_of(one: Request) -> Job:
    return Job(
        number=one.number,
        state=one.state,
        place=one.place.full_name if one.place else "",
        fault=one.fault_class.key if one.fault_class else "",
        words=one.words,
        is_urgent=one.is_urgent,
        window=one.window,
        may_enter=one.may_enter,
        due=campus_time(one.due_at).isoformat() if one.due_at else "",
    )


def sample_of(one: VendorJob) -> Job:
    return Job(
        number=one.number,
        state=one.state,
        place="一栋 101",
        fault="water",
        words="水管漏水",
        is_urgent=False,
        window="中午",
        may_enter=True,
        due="",
    )


def page_of[Row: (Request, VendorJob)](asked: Asked, rows: QuerySet[Row], job: Callable[[Row], Job]) -> JobList:
    """By number, the millionth after the one before it: a job that is new or over while one reads neither moves another nor hides one."""
    since = asked.parameters["since"]
    later = Q(digits__gt=len(since)) | Q(digits=len(since), number__gt=since)
    numbered = rows.alias(digits=Length("number")).order_by("digits", "number")
    found = list(numbered.filter(later)[: MOST_JOBS + 1])
    shown = found[:MOST_JOBS]
    following = shown[-1].number if shown else since
    return JobList(data=[job(one) for one in shown], next=following, is_last=len(found) <= MOST_JOBS)


def jobs(asked: Asked) -> JobList:
    return page_of(asked, vendors.open_jobs(asked.vendor), job_of)


def sample_jobs(asked: Asked) -> JobList:
    return page_of(asked, vendors.sandbox_jobs(asked.vendor), sample_of)


def push_of(body: JobState) -> StatePush:
    """A time of blanks and of what nobody sees is none: its requester could not choose it."""
    return StatePush(
        state=body.state,
        at=body.at,
        sequence=body.sequence,
        words=readable(body.words).strip(),
        windows=[said for one in body.windows if (said := readable(one).strip())],
        cause=body.cause,
        photos=[photo_of(one) for one in body.photos],
    )


def photo_of(said: str) -> bytes:
    try:
        return base64.b64decode(said, validate=True)
    except ValueError as error:
        raise JobPhotoError(why=_("不是 base64。"), param="photos") from error


def put(asked: Asked) -> StateAnswer:
    number = asked.names["number"]
    outcome = vendors.push(by=asked.by, key=asked.key, number=number, pushed=push_of(asked.body))
    return StateAnswer(mode="live", number=number, outcome=outcome)  # type: ignore[arg-type]


def try_put(asked: Asked) -> StateAnswer:
    number = asked.names["number"]
    outcome = vendors.try_out(vendor=asked.vendor, number=number, pushed=push_of(asked.body))
    return StateAnswer(mode="test", number=number, outcome=outcome)  # type: ignore[arg-type]


OPERATIONS: Final = (
    Operation(
        name="jobs.list",
        method="GET",
        path="jobs",
        title=_("贵方班组没有办完的维修单"),
        scope=SCOPE,
        gives=JobList,
        parameters=("since",),
        handlers={"live": jobs, "test": sample_jobs},
    ),
    Operation(
        name="jobs.put_state",
        method="PUT",
        path="jobs/{number}/state",
        title=_("一张维修单办到哪一步"),
        scope=SCOPE,
        takes=JobState,
        gives=StateAnswer,
        writes=True,
        largest_body=LARGEST_PUSH,
        codes=tuple(one.code for one in JOB_ERRORS),
        handlers={"live": put, "test": try_put},
    ),
)
JOBS: Final = Interface(
    name="requests",
    title=_("报修接口"),
    description=_(
        "承担维修的单位用自己的系统接单：读派给自己班组的维修单（按单号一页页，读到 is_last），把到哪一步推过来，报修人马上看得到。写操作要签名并带 Idempotency-Key。"
    ),
    operations=OPERATIONS,
    scopes={SCOPE: _("读自己班组的维修单，推送办到哪一步")},
    events={},
    refusals=refusals_of(JOB_ERRORS),
    example=Example(
        path="jobs/SANDBOX-1/state",
        body='{"state":"working","at":"2026-12-01T17:30:00+08:00","sequence":1}',
        method="PUT",
    ),
    sandbox=Sandbox(
        prepare=vendors.prepare_sandbox,
        reset=vendors.reset_sandbox,
        template="requests/_sandbox.html",
        facts=lambda: {"numbers": "、".join(vendors.SANDBOX_JOBS)},
    ),
)
register(JOBS)
