"""The developers' page of an interface: its description, drawn in our own look. Open to everybody; it names no person."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.kernel.configuration import configuration
from nanhu.platforms.openapi.description import description, sentence
from nanhu.platforms.openapi.interfaces import ALWAYS, COMMON_EVENTS, WRITING, Interface, Operation, interfaces


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a body: `kind` in words of JSON Schema."""

    name: str
    kind: str
    is_required: bool
    text: str


def members_of(interface: Interface, name: str) -> list[Member]:
    shape = description(interface)["components"]["schemas"][name]
    required = set(shape.get("required", []))
    return [
        Member(key, kind_of(value), key in required, value.get("description", ""))
        for key, value in shape["properties"].items()
    ]


def kind_of(value: dict[str, Any]) -> str:
    if "anyOf" in value:
        return " | ".join(kind_of(one) for one in value["anyOf"])
    if "$ref" in value:
        return str(value["$ref"]).rpartition("/")[2]
    if "enum" in value:
        return " | ".join(str(one) for one in value["enum"])
    bounds = [f"{sign} {value[key]}" for key, sign in (("minimum", "≥"), ("maximum", "≤")) if key in value]
    return " ".join([str(value.get("type", "")), *bounds])


def codes_of(interface: Interface, codes: Iterable[str]) -> list[tuple[str, int, str]]:
    return [(code, interface.refusal(code).status, sentence(interface, code)) for code in dict.fromkeys(codes)]


def shown(interface: Interface, one: Operation) -> dict[str, Any]:
    return {
        "operation": one,
        "address": interface.prefix + one.path,
        "scope": interface.scopes.get(one.scope, ""),
        "takes": members_of(interface, one.takes.__name__) if one.takes else [],
        "gives": members_of(interface, one.gives.__name__),
        "codes": codes_of(interface, one.codes),
    }


@login_not_required
@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "openapi/index.html", {"interfaces": list(interfaces.values())})


def guide(interface: Interface) -> Callable[[HttpRequest], HttpResponse]:
    @login_not_required
    @require_safe
    @never_cache
    def view(request: HttpRequest) -> HttpResponse:
        probes = [one.path for one in interface.operations if one.method == "GET" and "{" not in one.path]
        writes = any(one.writes for one in interface.operations)
        facts = {
            "interface": interface,
            "writes": writes,
            "shown": [shown(interface, one) for one in interface.operations],
            "common": codes_of(interface, (*ALWAYS, "scope_missing", *(WRITING if writes else ()))),
            "events": {**interface.events, **COMMON_EVENTS}.items(),
            "sandbox": interface.sandbox.facts(),
            "probe": probes[0] if probes else "",
            "url": configuration().public_url,
            "openapi": f"{interface.name}_api:openapi",
        }
        return render(request, "openapi/guide.html", facts)

    return view
