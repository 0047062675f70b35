"""The open API of to-dos (待办接口): other systems push what waits for somebody, and say when it is done."""

from datetime import datetime
from typing import Annotated, Final, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from msgspec import Meta

from nanhu.platforms.flows.errors import OUTSIDE_ERRORS
from nanhu.platforms.flows.models import OutsideSource
from nanhu.platforms.flows.services import outside
from nanhu.platforms.flows.services.outside import Pushed
from nanhu.platforms.openapi.api import (
    Example,
    Interface,
    Mode,
    ModeName,
    Operation,
    Request,
    RequestBody,
    ResponseBody,
    Sandbox,
    refusals_of,
    register,
)

SCOPE: Final = "flows.todos"
LARGEST_BATCH: Final = 512 * 1024
MOST_AT_ONCE: Final = 500
type Outcome = Literal["applied", "unchanged", "stale", "conflict"]
ExternalId = Annotated[
    str,
    Meta(
        pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$(?!\n)", description=gettext_noop("贵方的编号"), examples=["oa-118"]
    ),
]
Person = Annotated[
    str, Meta(min_length=2, max_length=24, pattern=r"^[0-9A-Za-z-]+$(?!\n)", description=gettext_noop("办理人的学工号"))
]
Title = Annotated[
    str, Meta(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$(?!\n)", examples=["会签：冬季安全工作"])
]
Address = Annotated[
    str,
    Meta(
        max_length=500,
        pattern=r"^https?://[!#-;=?-\[\]_a-z~]+$(?!\n)",
        description=gettext_noop("去哪里办：在来源登记的主机上"),
        examples=["https://sandbox.example/documents/118"],
    ),
]
Due = Annotated[
    datetime,
    Meta(tz=True, description=gettext_noop("期限，带时区，2000 年到 2100 年"), examples=["2026-12-01T17:30:00+08:00"]),
]
Number = Annotated[
    int, Meta(ge=0, le=2**53 - 1, description=gettext_noop("每次变化大一些；更小的不改变什么"), examples=[1])
]


class Todo(RequestBody, kw_only=True):
    person: Person
    title: Title
    url: Address
    state: Literal["open", "done"] = "open"
    due: Due | None = None
    sequence: Number


class NamedTodo(Todo, kw_only=True):
    external_id: ExternalId


class TodoBatch(RequestBody, kw_only=True):
    """All are taken in, or none where one is not well formed."""

    todos: Annotated[list[NamedTodo], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class TodoAnswer(ResponseBody, kw_only=True):
    """It says nothing of the person."""

    object: Literal["todo"] = "todo"
    mode: ModeName
    source: str
    external_id: str
    outcome: Annotated[
        Outcome,
        Meta(
            description=gettext_noop(
                "applied 已记下，unchanged 与上次相同，stale 序号更小或已删除，conflict 同一序号内容不同（只在成批时）"
            )
        ),
    ]


class BatchAnswer(ResponseBody, kw_only=True):
    object: Literal["list"] = "list"
    data: list[TodoAnswer]


class SourceAnswer(ResponseBody, kw_only=True):
    object: Literal["source"] = "source"
    key: str
    name: str
    origin: str


class SourceList(ResponseBody, kw_only=True):
    object: Literal["list"] = "list"
    data: list[SourceAnswer]


def sources(request: Request) -> SourceList:
    """In the sandbox one, which is the vendor's own."""
    rows = OutsideSource.objects.filter(vendor=request.vendor, is_on=True, is_sandbox=is_trying(request))
    return SourceList(
        data=[SourceAnswer(key=one.key, name=one.name, origin=one.origin) for one in rows.order_by("key")]
    )


def is_trying(request: Request) -> bool:
    return request.key.mode == Mode.TEST


def source_in(request: Request) -> OutsideSource:
    if is_trying(request):
        outside.prepare_sandbox(request.vendor)
    return outside.source_of(request.vendor, request.names["source"], is_sandbox=is_trying(request))


def pushed(external_id: str, said: Todo) -> Pushed:
    return Pushed(
        external_id=external_id,
        campus_no=said.person,
        title=said.title,
        address=said.url,
        state=said.state,
        due_at=said.due,
        sequence=said.sequence,
    )


def answer(request: Request, external_id: str, outcome: str) -> TodoAnswer:
    return TodoAnswer(
        mode=request.key.mode,  # type: ignore[arg-type]
        source=request.names["source"],
        external_id=external_id,
        outcome=outcome,  # type: ignore[arg-type]
    )


def put(request: Request) -> TodoAnswer:
    name = request.names["external_id"]
    outcome = outside.push_one(source=source_in(request), todo=pushed(name, request.body))
    return answer(request, name, outcome)


def put_many(request: Request) -> BatchAnswer:
    said: list[NamedTodo] = request.body.todos
    outcomes = outside.push(source=source_in(request), todos=[pushed(one.external_id, one) for one in said])
    return BatchAnswer(
        data=[answer(request, one.external_id, outcome) for one, outcome in zip(said, outcomes, strict=True)]
    )


def delete(request: Request) -> TodoAnswer:
    name = request.names["external_id"]
    outside.end(source=source_in(request), external_id=name)
    return answer(request, name, "applied")


OPERATIONS: Final = (
    Operation(
        name="sources.list",
        method="GET",
        path="sources",
        title=_("可以推送到哪些来源"),
        scope=SCOPE,
        gives=SourceList,
        handlers={"live": sources, "test": sources},
    ),
    Operation(
        name="todos.put",
        method="PUT",
        path="todos/{source}/{external_id}",
        title=_("推送一件待办"),
        scope=SCOPE,
        takes=Todo,
        gives=TodoAnswer,
        writes=True,
        codes=("source_unknown", "address_foreign", "todo_refused", "sequence_reused", "source_full"),
        handlers={"live": put, "test": put},
    ),
    Operation(
        name="todos.put_many",
        method="PUT",
        path="todos/{source}",
        title=_("推送一批待办，最多五百件"),
        scope=SCOPE,
        takes=TodoBatch,
        gives=BatchAnswer,
        writes=True,
        largest_body=LARGEST_BATCH,
        codes=("source_unknown", "address_foreign", "todo_refused", "todo_twice", "source_full"),
        handlers={"live": put_many, "test": put_many},
    ),
    Operation(
        name="todos.delete",
        method="DELETE",
        path="todos/{source}/{external_id}",
        title=_("待办办完了"),
        scope=SCOPE,
        gives=TodoAnswer,
        writes=True,
        codes=("source_unknown", "todo_unknown"),
        handlers={"live": delete, "test": delete},
    ),
)
TODOS: Final = Interface(
    name="flows",
    title=_("待办接口"),
    description=_(
        "别的系统把等人办的事推到这里，办完了说一声；人在“待办”里看到，点开就到原来的系统去办。写操作要签名并带 Idempotency-Key。"
    ),
    operations=OPERATIONS,
    scopes={SCOPE: _("推送待办")},
    events={},
    refusals=refusals_of(OUTSIDE_ERRORS),
    example=Example(
        path="todos/sandbox/oa-118",
        body='{"person":"T1001","title":"会签","url":"https://sandbox.example/118","sequence":1}',
        method="PUT",
    ),
    sandbox=Sandbox(
        prepare=outside.prepare_sandbox,
        reset=outside.reset_sandbox,
        template="flows/_sandbox.html",
        facts=lambda: {"source": outside.SANDBOX, "origin": outside.SANDBOX_ORIGIN},
    ),
)
register(TODOS)
