"""OpenAPI 3.1 of the vendors' interface, made of the catalogue and of the very types that decode and write."""

import re
from functools import cache
from typing import Any, Final

import msgspec
from django.utils.translation import get_language, gettext

from nanhu.kernel.configuration import configuration
from nanhu.systems.card.protocol import SENTENCES
from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.errors import ERRORS
from nanhu.systems.card.vendors.operations import EVENTS, OPERATIONS, Operation

PREFIX: Final = "/api/card/v1/"
REF: Final = "#/components/schemas/{name}"
HEADERS: Final = (
    ("Idempotency-Key", r"^[!-~]{8,80}$"),
    ("Nanhu-Signature", r"^t=[0-9]{10},v1=[0-9a-f]{64}$"),
)


def description() -> dict[str, Any]:
    return written(get_language() or "", configuration().public_url)


@cache
def written(_language: str, public_url: str) -> dict[str, Any]:
    """Once for each language."""
    return {
        "openapi": "3.1.0",
        "info": {"title": gettext("校园卡开放接口"), "version": wire.VERSION, "description": about()},
        "servers": [{"url": public_url}],
        "security": [{"key": []}],
        "paths": paths(),
        "webhooks": {kind: webhook(kind, str(title)) for kind, title in EVENTS.items()},
        "components": {"schemas": schemas(), "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }


def about() -> str:
    return gettext(
        "给商户和软件商用的接口：查卡、停卡、收款、退款、申请临时卡。金额都是整数分。写操作要签名并带 Idempotency-Key。"
    )


def schemas() -> dict[str, Any]:
    types = [wire.Error, wire.Event]
    for operation in OPERATIONS:
        types += [operation.gives, *([operation.takes] if operation.takes else [])]
    _roots, found = msgspec.json.schema_components(list(dict.fromkeys(types)), ref_template=REF)
    for one in types:
        if issubclass(one, wire.Request) and one.one_of:
            found[one.__name__]["oneOf"] = [given(name) for name in one.one_of]
    return {name: translated(shape) for name, shape in sorted(found.items())}


def given(name: str) -> dict[str, Any]:
    return {"required": [name], "properties": {name: {"type": "string"}}}


def translated(shape: Any) -> Any:
    if isinstance(shape, list):
        return [translated(one) for one in shape]
    if not isinstance(shape, dict):
        return shape
    return {
        name: gettext(value) if name == "description" and isinstance(value, str) else translated(value)
        for name, value in shape.items()
    }


def paths() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for operation in OPERATIONS:
        found.setdefault(PREFIX + operation.path, {})[operation.method.lower()] = shown(operation)
    return found


def shown(operation: Operation) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "operationId": operation.name,
        "summary": str(operation.title),
        "parameters": parameters(operation),
        "responses": responses(operation),
    }
    if operation.scope:
        facts["x-scope"] = operation.scope
    if operation.takes is not None:
        facts["requestBody"] = {"required": True, "content": content(operation.takes)}
    return facts


def content(shape: type) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REF.format(name=shape.__name__)}}}


def parameters(operation: Operation) -> list[dict[str, Any]]:
    path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    query = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in operation.parameters]
    headers = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string", "pattern": pattern}}
        for name, pattern in HEADERS
        if operation.writes
    ]
    return [*path, *query, *headers]


def responses(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        str(operation.status): {"description": gettext("成功"), "content": content(operation.gives)}
    }
    for status, codes in sorted(by_status(operation.every_code).items()):
        lines = "\n".join(f"- `{code}` {sentence(code)}" for code in codes)
        found[str(status)] = {"description": lines, "content": content(wire.Error), "x-codes": codes}
    return found


def by_status(codes: tuple[str, ...]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        found.setdefault(status_of(code), []).append(code)
    return found


def status_of(code: str) -> int:
    return ERRORS[code].http_status if code in ERRORS else 402


def sentence(code: str) -> str:
    """{placeholders} are filled when it happens."""
    text = str(ERRORS[code].sentence) if code in ERRORS else SENTENCES[code]
    return re.sub(r"{\w+}", "…", text)


def webhook(kind: str, title: str) -> dict[str, Any]:
    body = {"required": True, "content": content(wire.Event)}
    answers = {"2XX": {"description": gettext("收到了；其他回答都会再送")}}
    return {"post": {"operationId": f"webhook.{kind}", "summary": title, "requestBody": body, "responses": answers}}
