"""What every interface's bodies are made of, as types: the same types decode a request, write a response and make the description."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal

import msgspec
from msgspec import Meta

from nanhu.kernel import strict_json

LARGEST_BODY: Final = 16 * 1024

type ModeName = Literal["live", "test"]


class RequestBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Exactly one of `one_of` is given where it names any; the description says the same."""

    one_of: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        if self.one_of and sum(getattr(self, name) is not None for name in self.one_of) != 1:
            raise ValueError("exactly one of " + ", ".join(self.one_of))


def read[Shape: RequestBody](body: bytes, shape: type[Shape]) -> Shape:
    """JSON knows one kind of number: 850.0 is the whole number 850, as the description's schema says."""
    facts = strict_json.decode(body)
    return msgspec.convert(whole(facts), shape)


def whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


class ResponseBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """An answer whose body is made already: another content type, further heads, or 304 without one. Of reads alone."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


class Fault(ResponseBody, kw_only=True):
    """`type` is the kind of error, `code` the error itself; programs go by these, people read `message`.

    A room's own may have further members: they are filled from the facts of what was raised.
    """

    type: Annotated[str, Meta(examples=["permission"])]
    code: Annotated[str, Meta(examples=["scope_missing"])]
    message: str
    param: str
    request_id: str


class Error(ResponseBody, kw_only=True):
    error: Fault


class Event(ResponseBody, kw_only=True):
    """What a webhook brings, signed; the same id may come twice."""

    object: Literal["event"] = "event"
    id: str
    mode: ModeName
    type: Annotated[str, Meta(examples=["webhook.test"])]
    created_at: str
    data: dict[str, Any]
