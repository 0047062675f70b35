"""What a party is asked and what it answers; the server around it knows HTTP, keys and faults."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    accept: str
    body: bytes

    def facts(self) -> dict[str, Any]:
        """Of a JSON object; of anything else nothing."""
        try:
            said = json.loads(self.body)
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}


@dataclass(frozen=True, slots=True)
class Reply:
    status: HTTPStatus
    body: bytes
    kind: str = JSON


class Party(Protocol):
    name: str
    about: str
    is_open: bool
    """Asked without a key."""

    def answer(self, request: Request) -> Reply: ...


def as_json(facts: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Reply:
    return Reply(status, json.dumps(facts, ensure_ascii=False).encode())


NO_SUCH = as_json({"code": "404", "msg": "没有这个接口"}, HTTPStatus.NOT_FOUND)
