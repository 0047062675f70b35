"""The developers' page: the description of the interface, drawn in our own look. Open to everybody; it names no person."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.kernel.configuration import configuration
from nanhu.systems.card.vendors.description import PREFIX, description, sentence, status_of
from nanhu.systems.card.vendors.models import Scope
from nanhu.systems.card.vendors.operations import EVENTS, EVERYWHERE, OPERATIONS, WRITING
from nanhu.systems.card.vendors.services.sandbox_cards import BEHAVIOURS, MERCHANT, PIN
from nanhu.systems.card.vendors.wire import VERSION


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a body: `kind` in words of JSON Schema."""

    name: str
    kind: str
    is_required: bool
    text: str


def members_of(name: str) -> list[Member]:
    shape = description()["components"]["schemas"][name]
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


@login_not_required
@require_safe
@never_cache
def guide(request: HttpRequest) -> HttpResponse:
    shown = [
        {
            "operation": one, "address": PREFIX + one.path, "scope": Scope(one.scope).label if one.scope else "",
            "takes": members_of(one.takes.__name__) if one.takes else [], "gives": members_of(one.gives.__name__),
            "codes": [(code, status_of(code), sentence(code)) for code in one.codes],
        }
        for one in OPERATIONS
    ]  # fmt: skip
    common = [
        (code, status_of(code), sentence(code)) for code in dict.fromkeys((*EVERYWHERE, "scope_missing", *WRITING))
    ]
    facts = {
        "shown": shown, "common": common, "events": EVENTS.items(), "cards": BEHAVIOURS, "pin": PIN, "merchant": MERCHANT,
        "url": configuration().public_url, "prefix": PREFIX, "version": VERSION,
    }  # fmt: skip
    return render(request, "card_vendors/guide.html", facts)
