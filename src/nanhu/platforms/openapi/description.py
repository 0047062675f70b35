"""OpenAPI 3.1 of an interface, made of its operations and of the very types that decode and write."""

import re
from functools import cache
from typing import Any, Final

import msgspec
from django.utils.translation import get_language, gettext

from nanhu.kernel.configuration import configuration
from nanhu.platforms.openapi import bodies
from nanhu.platforms.openapi.interfaces import COMMON_EVENTS, NAME, Interface, Operation

REF: Final = "#/components/schemas/{name}"
HEADERS: Final = (
    ("Idempotency-Key", r"^[!-~]{8,80}$"),
    ("Nanhu-Signature", r"^t=[0-9]{10},v1=[0-9a-f]{64}$"),
)


def description(interface: Interface) -> dict[str, Any]:
    return described(interface, get_language() or "", configuration().public_url)


@cache
def described(interface: Interface, _language: str, public_url: str) -> dict[str, Any]:
    """Once for each language."""
    events = {**interface.events, **COMMON_EVENTS}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": str(interface.title),
            "version": interface.version,
            "description": str(interface.description),
        },
        "servers": [{"url": public_url}],
        "security": [{"key": []}],
        "paths": paths(interface),
        "webhooks": {kind: webhook(kind, str(title)) for kind, title in events.items()},
        "components": {
            "schemas": schemas(interface),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def schemas(interface: Interface) -> dict[str, Any]:
    types: list[type[msgspec.Struct]] = [interface.error_type, bodies.Event]
    for operation in interface.operations:
        types += [operation.gives, *([operation.takes] if operation.takes else [])]
    _roots, found = msgspec.json.schema_components(list(dict.fromkeys(types)), ref_template=REF)
    for one in types:
        if issubclass(one, bodies.RequestBody) and one.one_of:
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


def paths(interface: Interface) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for operation in interface.operations:
        found.setdefault(interface.prefix + operation.path, {})[operation.method.lower()] = shown(interface, operation)
    return found


def shown(interface: Interface, operation: Operation) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "operationId": operation.name,
        "summary": str(operation.title),
        "parameters": parameters(operation),
        "responses": responses(interface, operation),
    }
    if operation.scope:
        facts["x-scope"] = operation.scope.removeprefix(f"{interface.name}.")
    if operation.takes is not None:
        facts["requestBody"] = {"required": True, "content": content(operation.takes)}
    return facts


def content(shape: type) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REF.format(name=shape.__name__)}}}


def named(name: str) -> dict[str, str]:
    """What an address may name."""
    return {"type": "string", "format": "uuid"} if name == "public_id" else {"type": "string", "pattern": f"^{NAME}$"}


def parameters(operation: Operation) -> list[dict[str, Any]]:
    path = [
        {"name": name, "in": "path", "required": True, "schema": {**named(name), **operation.shapes.get(name, {})}}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    query = [
        {"name": name, "in": "query", "schema": {"type": "string", **operation.shapes.get(name, {})}}
        for name in operation.parameters
    ]
    headers = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string", "pattern": pattern}}
        for name, pattern in HEADERS
        if operation.writes
    ]
    return [*path, *query, *headers]


def responses(interface: Interface, operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        str(operation.status): {
            "description": gettext("成功"),
            "content": {**content(operation.gives), **{kind: {} for kind in operation.media}},
        }
    }
    for status, codes in sorted(by_status(interface, interface.codes(operation)).items()):
        lines = "\n".join(f"- `{code}` {sentence(interface, code)}" for code in codes)
        found[str(status)] = {"description": lines, "content": content(interface.error_type), "x-codes": codes}
    return found


def by_status(interface: Interface, codes: tuple[str, ...]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        found.setdefault(interface.refusal(code).status, []).append(code)
    return found


def sentence(interface: Interface, code: str) -> str:
    """{placeholders} are filled when it happens."""
    return re.sub(r"{\w+}", "…", str(interface.refusal(code).sentence))


def webhook(kind: str, title: str) -> dict[str, Any]:
    body = {"required": True, "content": content(bodies.Event)}
    answers = {"2XX": {"description": gettext("收到了；其他回答都会再送")}}
    return {"post": {"operationId": f"webhook.{kind}", "summary": title, "requestBody": body, "responses": answers}}
